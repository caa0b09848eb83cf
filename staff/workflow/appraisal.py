"""The one door to the department assessment: rounds, scores, entries, appeals, publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from config.periods import Period
from config.ranking import rank
from staff.enums import APPRAISAL_STEPS, AppealOutcome, AppraisalState
from staff.models import (
    Activity,
    AppraisalAppeal,
    AppraisalEntry,
    AppraisalItem,
    AppraisalRound,
    AppraisalScheme,
    AppraisalScore,
    AppraisalSheet,
    Unit,
    UnitKind,
    User,
    Verb,
    changed_fields,
    notify,
    setting,
)
from staff.permissions import Perms, own_units, why_not_decide_appeal
from staff.refusals import ChangedMeanwhile, Refused
from staff.result_sheet import sheet_total

ASSESSED = (UnitKind.DEPARTMENT, UnitKind.SQUAD)
OWN_UNIT = "不能给本单位评分或登记、作废加减分，请由考核组的其他人办理。"
FROZEN = "考核结果已公布，不能再改动。确有差错的，请在下一次考核里更正并说明。"


@transaction.atomic
def save_scheme(
    scheme: AppraisalScheme, items: list[AppraisalItem], *, by: User | None, seen: int | None = None
) -> AppraisalScheme:
    """Store a scheme with its items (`seen`: its version as it was opened; the second editor is told).

    Refused if the items do not add up, or if a round already uses it.
    """
    created = scheme.pk is None
    current = None if created else AppraisalScheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if current is not None and current.rounds.exists():
        raise Refused("这个办法已有考核在用，不能改动。修订的请登记为新的办法。")
    points = sum((item.points for item in items), Decimal(0))
    if points != scheme.total:
        raise Refused(f"各项目分值合计 {points:f}，应等于总分 {scheme.total:f}。", "total")
    if current is not None:
        if current.version != seen:
            raise ChangedMeanwhile("这个考核办法")
        scheme.version = current.version + 1
    scheme.save()
    scheme.items.exclude(pk__in=[item.pk for item in items if item.pk]).delete()
    for order, item in enumerate(items, 1):
        item.scheme, item.order = scheme, order
        item.save()
    Activity.record(
        Verb.CREATE if created else Verb.UPDATE, scheme, by=by, title="考核办法", note=f"{len(items)} 个项目"
    )
    return scheme


def open_round(period: Period, *, by: User | None) -> AppraisalRound:
    """A round for a period, with a sheet for each department and squad. The second to open it is told.

    Units score themselves first only where the office has switched that on.
    """
    if period.start > timezone.localdate():
        raise Refused(f"{period.label}还没有开始（{period.start}起）。到时再开始这次考核。", "period")
    units = Unit.objects.active_on(min(period.end, timezone.localdate())).filter(kind__in=ASSESSED)
    try:
        with transaction.atomic():
            # Who saves the scheme at this moment waits, and is then refused.
            schemes = AppraisalScheme.objects.select_for_update(of=("self",))
            scheme = schemes.filter(valid_from__lte=period.end).first()
            if scheme is None:
                raise Refused("没有这一期间施行的考核办法。请先登记考核办法。", "period")
            first = AppraisalState.OPEN if setting("appraisal.self_score") else AppraisalState.SCORING
            opened = AppraisalRound.objects.create(
                scheme=scheme, period=period.key, start=period.start, end=period.end, state=first
            )
            items = list(scheme.items.all())
            for unit in units:
                sheet = AppraisalSheet.objects.create(round=opened, unit=unit)
                AppraisalScore.objects.bulk_create(AppraisalScore(sheet=sheet, item=item) for item in items)
            Activity.record(Verb.CREATE, opened, by=by, title="开始科室考核", note=f"{len(units)} 个单位")
    except IntegrityError as error:
        raise Refused(f"{period.label}的科室考核已经开始。", "period") from error
    return opened


def locked_round(pk: int) -> AppraisalRound:
    """The locked row of a round that is not published."""
    current = AppraisalRound.objects.select_for_update(of=("self",)).get(pk=pk)
    if current.is_published:
        raise Refused(FROZEN)
    return current


SCORED = {"self_score": "自评", "group_score": "考核组评分", "reason": "扣分理由"}
SCORED_IN: dict[str, set[str]] = {
    AppraisalState.OPEN: {"self_score"},
    AppraisalState.SCORING: {"group_score", "reason"},
    AppraisalState.PUBLISHED: set(),
}


@transaction.atomic
def discard_round(opened: AppraisalRound, *, by: User) -> None:
    """Take back a round that was opened by mistake: only while nothing is scored or entered."""
    current = locked_round(opened.pk)
    if (
        AppraisalEntry.objects.filter(sheet__round=current).exists()
        or AppraisalScore.objects.filter(sheet__round=current).exclude(self_score=None, group_score=None).exists()
    ):
        raise Refused("已经有评分或加减分，不能取消这次考核。")
    label = str(current)
    current.sheets.all().delete()
    current.delete()
    Activity.record(Verb.DELETE, by=by, title="取消科室考核", note=label)


@dataclass(frozen=True)
class Typed:
    """What was typed in one line of a sheet; what the form did not offer is left out."""

    values: Mapping[str, Any]  # of self_score, group_score, reason


def writable(lines: Mapping[int, Typed]) -> set[str]:
    """The columns that are to be written."""
    return {name for typed in lines.values() for name in typed.values}


@transaction.atomic
def save_scores(sheet: AppraisalSheet, lines: Mapping[int, Typed], *, by: User, seen: int) -> AppraisalSheet:
    """Store the lines of a sheet (score id → what was typed). The second editor is told; nothing is half stored."""
    opened = locked_round(sheet.round_id)
    current = AppraisalSheet.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sheet.pk)
    if "group_score" in writable(lines) and current.unit_id in own_units(by):
        raise Refused(OWN_UNIT)
    if not writable(lines) <= SCORED_IN[opened.state]:
        raise Refused(f"{opened}现在是“{opened.get_state_display()}”，不能填这一栏。请重新打开页面。")
    if current.version != seen:
        raise ChangedMeanwhile(f"{current.unit.label}的考核表")
    changes: dict[str, list[Any]] = {}
    for score in current.scores.select_related("item"):
        typed = lines.get(score.pk)
        if typed is None:
            continue
        for name, value in typed.values.items():
            before = getattr(score, name)
            if before != value:
                label = f"{score.item.name}·{SCORED[name]}"
                changes[label] = [before, value]
                setattr(score, name, value)
        score.save()
    if changes:
        current.version = seen + 1
        current.save(update_fields=["version"])
        Activity.record(Verb.UPDATE, current, by=by, title="考核打分", changes=changes)
    return current


@transaction.atomic
def close_self_scores(opened: AppraisalRound, *, by: User) -> AppraisalRound:
    return _step(opened, "close_self_scores", by=by, title="结束自评，开始评分")


def _step(opened: AppraisalRound, step: str, *, by: User, title: str) -> AppraisalRound:
    source, target = APPRAISAL_STEPS[step]
    current = AppraisalRound.objects.select_for_update(of=("self",)).get(pk=opened.pk)
    if current.state != source:
        raise Refused(f"{current}现在是“{current.get_state_display()}”，不能{title}。")
    current.state = target
    if target == AppraisalState.PUBLISHED:
        current.published_at, current.published_by = timezone.now(), by
    current.save()
    Activity.record(Verb.TRANSITION, current, by=by, title=title)
    return current


@transaction.atomic
def publish(opened: AppraisalRound, *, by: User) -> AppraisalRound:
    """Freeze totals, grades and ranks. Refused while scores are missing or appeals wait; the second to do so is told."""
    current = AppraisalRound.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=opened.pk)
    if current.state == AppraisalState.SCORING:
        check_complete(current)
    current = _step(current, "publish", by=by, title="公布考核结果")
    sheets = list(current.sheets.select_related("unit").prefetch_related("scores", "entries"))
    for ranked in rank((sheet, sheet_total(sheet)) for sheet in sheets):
        sheet = ranked.entrant
        sheet.total, sheet.rank = ranked.score, ranked.rank
        sheet.grade = current.scheme.thresholds.grade(ranked.score)
        sheet.version += 1
        sheet.save(update_fields=["total", "grade", "rank", "version"])
    told = User.objects.holding(Perms.VIEW_APPRAISALS).filter(unit__in=[sheet.unit_id for sheet in sheets])
    notify(told, f"{current}结果已公布。", url=current.get_absolute_url())
    return current


@transaction.atomic
def set_reward(sheet: AppraisalSheet, *, by: User, reward: Decimal | None, seen: int) -> AppraisalSheet:
    """奖励金额 of a published result; None takes it back. The second editor is told."""
    current = AppraisalSheet.objects.select_for_update(of=("self",)).select_related("round", "unit").get(pk=sheet.pk)
    if not current.round.is_published:
        raise Refused("考核结果公布以后再登记奖励金额。", "reward")
    if current.version != seen:
        raise ChangedMeanwhile(f"{current.unit.label}的考核表")
    changes = changed_fields({"奖励金额": current.reward}, {"奖励金额": reward})
    current.reward, current.version = reward, seen + 1
    current.save(update_fields=["reward", "version"])
    if changes:
        Activity.record(Verb.UPDATE, current, by=by, title="奖励金额", changes=changes)
    return current


def check_complete(opened: AppraisalRound) -> None:
    missing = AppraisalScore.objects.filter(sheet__round=opened, group_score=None)
    names = sorted({score.sheet.unit.label for score in missing.select_related("sheet__unit")})
    if names:
        raise Refused(f"还有项目没有评分：{'、'.join(names)}。评完再公布。")
    waiting = AppraisalAppeal.objects.pending().filter(entry__sheet__round=opened).count()
    if waiting:
        raise Refused(f"还有 {waiting} 件申诉没有裁定。裁定后再公布。")


# --- 加减分 and appeals -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_entry(entry: AppraisalEntry, *, by: User | None) -> AppraisalEntry:
    """Store an unsaved entry on a round that is not published."""
    opened = locked_round(entry.sheet.round_id)
    if by is not None and entry.sheet.unit_id in own_units(by):
        raise Refused(OWN_UNIT)
    if not opened.start <= entry.happened_on <= opened.end:
        raise Refused(f"日期不在{opened.label}内。请核对，或登记到相应的考核。", "happened_on")
    same = AppraisalEntry.objects.counted().filter(
        sheet=entry.sheet, happened_on=entry.happened_on, event=entry.event, person=entry.person
    )
    if same.exists():
        raise Refused("这件事已经登记过加减分。", "event")
    entry.recorded_by = by
    entry.save()
    note = f"单位 {entry.unit_points:+f}，计入 {entry.counted_points:+f}；个人 {entry.person_points:+f}"
    Activity.record(Verb.CREATE, entry, by=by, title="登记加减分", note=note)
    said = f"{entry.sheet.unit.label}：{entry.event}，单位 {entry.unit_points:+f} 分。"
    notify(told_of(entry, by=by), said, url=entry.get_absolute_url())
    return entry


def told_of(entry: AppraisalEntry, *, by: User | None) -> list[User]:
    """Who speaks for the unit concerned, but for whoever acts."""
    return [
        user for user in User.objects.holding(Perms.SELF_SCORE) if user.unit_id == entry.sheet.unit_id and user != by
    ]


@transaction.atomic
def void_entry(entry: AppraisalEntry, *, by: User, reason: str) -> None:
    locked_round(entry.sheet.round_id)
    current = AppraisalEntry.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=entry.pk)
    if current.voided_at is not None:
        raise Refused("这条加减分已经作废。")
    if current.sheet.unit_id in own_units(by):
        raise Refused(OWN_UNIT)
    current.voided_at, current.void_reason = timezone.now(), reason
    current.save(update_fields=["voided_at", "void_reason"])
    appeals = current.appeals.filter(outcome=AppealOutcome.PENDING)
    appellants = [appeal.lodged_by for appeal in appeals.select_related("lodged_by")]
    appeals.update(  # what is void need not be decided
        outcome=AppealOutcome.UPHELD, reply=f"加减分已作废：{reason}"[:300], decided_by=by, decided_at=timezone.now()
    )
    Activity.record(Verb.TRANSITION, current, by=by, title="作废加减分", note=reason)
    closed = "，申诉随之成立" if appellants else ""
    said = f"{current.sheet.unit.label}的加减分已作废，不再计分{closed}：{current.event}。理由：{reason}"
    notify({*told_of(current, by=by), *appellants}, said[:300], url=current.get_absolute_url())


@transaction.atomic
def lodge_appeal(entry: AppraisalEntry, *, by: User, reason: str) -> AppraisalAppeal:
    """The unit contests an entry, while the round is not published. One open appeal for each entry."""
    locked_round(entry.sheet.round_id)
    current = AppraisalEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if current.voided_at is not None:
        raise Refused("这条加减分已经作废，不用申诉。")
    if current.appeals.filter(outcome=AppealOutcome.PENDING).exists():
        raise Refused("这条加减分已有一件申诉待裁定。")
    appeal = AppraisalAppeal.objects.create(entry=current, reason=reason, lodged_by=by)
    Activity.record(Verb.CREATE, current, by=by, title="提出申诉", note=reason)
    told = [user for user in User.objects.holding(Perms.DECIDE_APPEAL) if not why_not_decide_appeal(user, appeal)]
    notify(told, f"{current.sheet.unit.label}对加减分提出申诉，请裁定。", url=current.get_absolute_url())
    return appeal


def check_bounds(counted: Decimal, given: Decimal | None, field: str) -> None:
    """An appeal takes away from a deduction, as it counts now, or leaves it; it never adds to it."""
    low, high = sorted((counted, Decimal(0)))
    if given and low == high:
        raise Refused("原来没有计分，裁定后的分只能是 0。", field)
    if given is not None and not low <= given <= high:
        raise Refused(f"裁定后的分应在 {low:f} 与 {high:f} 之间。", field)


@transaction.atomic
def decide_appeal(
    appeal: AppraisalAppeal,
    *,
    by: User,
    outcome: str,
    reply: str,
    points: Decimal | None = None,
    person_points: Decimal | None = None,
) -> AppraisalAppeal:
    """Uphold (all points become 0), uphold in part (the points given), or reject. Nobody decides in his own matter.

    In part: `points` for the unit is needed; without `person_points` those of the person stay.
    """
    locked_round(appeal.entry.sheet.round_id)
    current = AppraisalAppeal.objects.select_for_update(of=("self",)).select_related("entry__sheet").get(pk=appeal.pk)
    if current.outcome != AppealOutcome.PENDING:
        raise Refused(f"这件申诉已由{current.decided_by}裁定为“{current.get_outcome_display()}”。")
    if why := why_not_decide_appeal(by, current):
        raise Refused(why)
    if outcome == AppealOutcome.PARTLY and points is None:
        raise Refused("部分成立的，请写明裁定后的分。", "points")
    check_bounds(current.entry.counted_points, points, "points")
    check_bounds(current.entry.counted_person_points, person_points, "person_points")
    current.outcome, current.reply = outcome, reply
    current.decided_by, current.decided_at = by, timezone.now()
    current.save()
    zero = Decimal(0)
    adjusted = {AppealOutcome.UPHELD.value: (zero, zero), AppealOutcome.PARTLY.value: (points, person_points)}
    if outcome in adjusted:
        unit, person = adjusted[outcome]
        kept = current.entry.adjusted_person_points if person is None else person
        AppraisalEntry.objects.filter(pk=current.entry_id).update(adjusted_points=unit, adjusted_person_points=kept)
    Activity.record(
        Verb.TRANSITION, current.entry, by=by, title=f"裁定申诉：{current.get_outcome_display()}", note=reply
    )
    notify(
        [current.lodged_by], f"您的申诉已裁定：{current.get_outcome_display()}。", url=current.entry.get_absolute_url()
    )
    return current
