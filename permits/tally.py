"""What happened to permits between two days, as rows: one set of conditions for figures and for the list that they open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Case, Count, DateField, Exists, F, OuterRef, Q, QuerySet, When

from permits.enums import ActKind, PermitState
from permits.models import Application, ClockPause, Segment
from staff.workdays import Pause, WorkCalendar, working_days_between

_S = PermitState
ENDED_AT_WINDOW = (_S.NOT_REQUIRED, _S.REFUSED_INTAKE, _S.TRANSFERRED, _S.WITHDRAWN)
TAKEN_AWAY = (_S.REVOKED, _S.WITHDRAWN_BY_AGENCY, _S.CANCELLED)


@dataclass(frozen=True)
class Event:
    """One count: its label, its definition, its condition on rows that carry `closed_on` and `is_dig`."""

    key: str
    label: str
    definition: str
    condition: Callable[[date, date], Q]


def between(field: str, **more: object) -> Callable[[date, date], Q]:
    return lambda since, until: Q(**{f"{field}__range": (since, until)}, **more)


def overdue_at(since: date, until: date) -> Q:
    """Issued, its period over, and on the last day still not accepted as restored."""
    not_yet = Q(restored_on=None) | Q(restored_on__gt=until)
    gone = Q(state__in=TAKEN_AWAY, ended_on__lte=until)
    return Q(is_dig=True, issued_on__lte=until, ends_on__lt=until) & not_yet & ~gone


EVENTS = {
    event.key: event
    for event in (
        Event("received", "收件", "期内窗口收到的申请（不含草稿和只报备未补办的抢修），按收件日期计。", between("received_on")),
        Event("accepted", "受理", "期内受理的申请，含逾期未告知即为受理的，按受理日期计。", between("accepted_on")),
        Event("supplemented", "告知补正", "期内一次性告知补正的申请，按告知日期计。", between("supplement_told_on")),
        Event("surveyed", "现场查勘", "期内完成现场查勘的申请，重新查勘的按最后一次日期计。", between("surveyed_on")),
        Event("decided", "作出决定", "期内作出准予或者不予决定的申请，按决定日期计。", between("decided_on")),
        Event("granted", "准予", "期内作出准予决定的申请，按决定日期计。", between("decided_on", granted=True)),
        Event("refused", "不予许可", "期内作出不予许可决定的申请，按决定日期计。", between("decided_on", granted=False)),
        Event("closed", "办结", "期内办结的申请：准予并发证、不予许可、不予受理、无需许可、转报、申请人撤件。", between("closed_on")),
        Event("in_legal_time", "法定期限内决定", "期内作出决定、决定日期不晚于法定期限（扣除特别程序）的申请。",
              lambda since, until: between("decided_on")(since, until) & Q(decide_due__isnull=False, decided_on__lte=F("decide_due"))),
        Event("with_legal_due", "有法定期限的决定", "期内作出决定、法定期限已算出的申请。", between("decided_on", decide_due__isnull=False)),
        Event("in_promised_time", "承诺期限内办结", "期内发证或者不予许可、日期不晚于承诺期限的申请。",
              lambda since, until: between("closed_on")(since, until) & Q(promised_due__isnull=False, decided_on__isnull=False, closed_on__lte=F("promised_due"))),
        Event("with_promised_due", "有承诺期限的办结", "期内发证或者不予许可、承诺期限已算出的申请。",
              between("closed_on", promised_due__isnull=False, decided_on__isnull=False)),
        Event("restored", "挖掘修复验收合格", "期内修复验收合格的挖掘，按验收合格日期计。", between("restored_on", is_dig=True)),
        Event("overdue_restoration", "逾期未修复", "期末许可期限已满、仍没有验收合格的挖掘（已撤销、撤回、注销的除外）。", overdue_at),
    )
}  # fmt: skip


def cases() -> QuerySet[Application]:
    """Filed applications with `closed_on` (the day they were over with, if they are) and `is_dig`."""
    ended = When(state__in=ENDED_AT_WINDOW, received_on__isnull=False, then=F("ended_on"))
    denied = When(granted=False, then=F("decided_on"))
    closed = Case(ended, denied, default=F("issued_on"), output_field=DateField())
    dug = Exists(Segment.objects.filter(application=OuterRef("pk"), act=ActKind.DIG))
    return Application.objects.filed().annotate(closed_on=closed, is_dig=dug)


def cases_of(event: str, since: date, until: date, item: str | None = None) -> QuerySet[Application]:
    rows = cases().filter(EVENTS[event].condition(since, until))
    return rows.filter(item__item__kind=item) if item else rows


def numbers_of(since: date, until: date) -> dict[str, Counter[str]]:
    """Event → kind of item → cases: every number of `cases_of` in one query."""
    conditions = {key: event.condition(since, until) for key, event in EVENTS.items()}
    wanted = {f"n_{key}": Count("pk", filter=condition) for key, condition in conditions.items()}
    rows = cases().filter(reduce(or_, conditions.values())).order_by()
    by_kind = rows.values("item__item__kind").annotate(**wanted).values_list("item__item__kind", *wanted)
    found: dict[str, Counter[str]] = {key: Counter() for key in EVENTS}
    for kind, *numbers in by_kind:
        for key, number in zip(EVENTS, numbers, strict=True):
            found[key][kind] += number
    return found


@dataclass(frozen=True)
class Spent:
    """What a decided case took, in working days net of pauses, beside what it was given."""

    to_decision: int
    whole: int  # to the licence, or to the refusal
    legal: int
    promised: int


def spent_on(cases: QuerySet[Application], calendar: WorkCalendar) -> list[Spent]:
    """Of cases that are accepted and decided. CalendarYearMissing if a year of one is not loaded."""
    pauses: defaultdict[int, list[Pause]] = defaultdict(list)
    for case, start, end in ClockPause.objects.filter(application__in=cases).values_list(
        "application", "started_on", "ended_on"
    ):
        pauses[case].append((start, end))

    def took(case: int, start: date, end: date) -> int:
        return working_days_between(start, end, calendar, pauses=pauses[case])

    rows = cases.values_list("pk", "accepted_on", "decided_on", "issued_on", "item__legal_days", "item__promised_days")
    return [
        Spent(took(case, start, decided), took(case, start, issued or decided), legal, promised)
        for case, start, decided, issued, legal, promised in rows
    ]


def average(numbers: list[int]) -> Decimal | None:
    return Decimal(sum(numbers)) / len(numbers) if numbers else None
