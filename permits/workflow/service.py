"""送达 and 公示 of a paper. What happened is recorded; where the law wanted it otherwise, it is refused or, afterwards, flagged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from permits.models import Application, PaperService, PermitPaper
from permits.paper_kinds import PaperKind
from permits.permissions import can_publish_paper, can_serve
from permits.workflow import decisions
from permits.workflow.papers import locked_paper
from permits.workflow.steps import Obstacle, Step, flag, locked
from staff import workdays
from staff.models import Activity, ServiceMethod, User, Verb
from staff.refusals import Refused
from staff.workdays import CalendarYearMissing
from staff.workflow.records import check_moment

logger = logging.getLogger(__name__)

DELIVERED_BY = (PaperKind.LICENCE, PaperKind.REFUSAL)  # whose service is the delivery of the case


@dataclass(frozen=True)
class Service:
    """How a paper reached the party. `values` are the other fields of PaperService."""

    method: str
    served_at: datetime
    recipient: str
    values: dict[str, Any]

    @property
    def day(self) -> date:
        return timezone.localdate(self.served_at)

    def get(self, name: str) -> Any:
        return self.values.get(name)


def obstacles(paper: PermitPaper, service: Service) -> Iterator[Obstacle]:
    """What the law wants of a service of this kind (民事诉讼法 87–95, by practice for permits)."""
    issued = paper.issued_on
    if isinstance(issued, date) and service.day < issued:
        yield Obstacle(
            "served-before-paper", f"送达日期早于出文日期（{issued}）。请核对", "《行政许可法》第四十四条", "served_at"
        )
    match service.method:
        case ServiceMethod.ELECTRONIC if not service.get("consent_on"):
            yield Obstacle(
                "no-consent", "电子送达须经受送达人签名同意。请填书面同意日期，或者改用其他方式", "《民事诉讼法》第九十条", "consent_on"
            )  # fmt: skip
        case ServiceMethod.LEFT if not (service.get("witness") or service.get("recorded_on_video")):
            yield Obstacle(
                "left-without-proof", "留置送达须有见证人，或者拍照、录像记录过程", "《民事诉讼法》第八十九条", "witness"
            )  # fmt: skip
        case ServiceMethod.ANNOUNCEMENT if not service.get("announced_on"):
            yield Obstacle("no-announcement", "公告送达须填公告日期", "《民事诉讼法》第九十五条", "announced_on")
        case ServiceMethod.PUSHED:
            yield Obstacle(
                "pushed", "系统推送不是法定送达方式。请另行送达", "《民事诉讼法》第八十七条至第九十五条", "method"
            )


@transaction.atomic
def serve(
    paper: PermitPaper, service: Service, *, by: User, afterwards: bool = False, reason: str = ""
) -> PaperService:
    """Record one service. `afterwards`: it happened so; what was wrong with it becomes a flaw of the case."""
    application = locked(paper.application)
    current = locked_paper(paper)
    if not can_serve(by, current):
        raise Refused(f"{current.get_kind_display()}还没有出文，或者您不能登记送达。")
    check_moment(service.served_at, "served_at", "送达时间")
    if service.method == ServiceMethod.ANNOUNCEMENT and not service.get("announced_on"):
        raise Refused("公告送达须填公告日期（《民事诉讼法》第九十五条）。", "announced_on")
    found = list(obstacles(current, service))
    if found and not afterwards:
        raise Refused("；".join(str(each) for each in found) + "。确实这样送达的，勾选“补录”。", found[0].field)
    late = Step(by, service.day, afterwards=afterwards, reason=reason)
    flag(application, found, edge="serve", step=late)
    row = PaperService.objects.create(
        paper=current,
        method=service.method,
        served_at=service.served_at,
        recipient=service.recipient,
        effective_on=effective_day(service.method, service.day, service.get("announced_on")),
        recorded_by=by,
        **service.values,
    )
    served = f"{row.effective_on}" if row.is_lawful else f"{row.effective_on}，不视为送达"
    note = f"{row.get_method_display()}，{service.recipient}，{served} {late.late_words}".strip()
    Activity.record(Verb.UPDATE, application, by=by, title=f"送达{current.get_kind_display()}", note=note)
    deliver(application, current, row, by=by)
    return row


def effective_day(method: str, served_on: date, announced_on: date | None) -> date:
    """The day from which the party is served: when an announcement's thirty days are over, otherwise at once."""
    if method != ServiceMethod.ANNOUNCEMENT or announced_on is None:
        return served_on
    try:
        return workdays.announcement_over(announced_on, workdays.load()).day
    except CalendarYearMissing as error:
        raise Refused(str(error), "announced_on") from error


def recount_announced(day: date) -> int:
    """The daily task, before it delivers: a changed calendar moves the last day of the announcements that still run."""
    running = PaperService.objects.filter(method=ServiceMethod.ANNOUNCEMENT, effective_on__gte=day)
    moved = 0
    for row in running.filter(paper__voided_at=None).select_related("paper__application"):
        try:
            ends = effective_day(row.method, row.effective_on, row.announced_on)
        except Refused:
            logger.warning("Announcement of %s not counted: calendar missing", row.paper)
            continue
        if ends != row.effective_on:
            title, note = f"公告送达{row.paper.get_kind_display()}", f"视为送达日期由{row.effective_on}改为{ends}"
            row.effective_on = ends
            row.save(update_fields=["effective_on"])
            Activity.record(Verb.UPDATE, row.paper.application, by=None, title=title, note=note)
            moved += 1
    return moved


def deliver_announced(day: date) -> int:
    """The daily task: announcements whose thirty days are over deliver what they announced."""
    waiting = PaperService.objects.filter(
        method=ServiceMethod.ANNOUNCEMENT, effective_on__lte=day, paper__kind__in=DELIVERED_BY, paper__voided_at=None,
        paper__application__delivered_on=None, paper__application__decided_on__isnull=False,
    )  # fmt: skip
    return sum(deliver_one(row) for row in waiting.select_related("paper__application"))


@transaction.atomic
def deliver_one(row: PaperService) -> bool:
    current = locked(row.paper.application)
    waits = current.delivered_on is None
    deliver(current, row.paper, row, by=None)
    return waits


def deliver(application: Application, paper: PermitPaper, row: PaperService, *, by: User | None) -> None:
    """The service of the licence or of the refusal is the delivery that 行政许可法 Art. 44 counts to.

    What is no service in the sense of the law delivers nothing: it stays as it happened, with its flaw.
    """
    day = application.decided_on
    if paper.kind not in DELIVERED_BY or application.delivered_on is not None or day is None:
        return
    if row.is_lawful and row.effective_on <= timezone.localdate():
        decisions.record_delivery(application, Step(by, max(row.effective_on, day)))


@transaction.atomic
def publish(paper: PermitPaper, *, on: date, place: str, by: User) -> PermitPaper:
    """双公示 of a decision: where and when, within seven working days of it."""
    application = locked(paper.application)
    current = locked_paper(paper)
    if current.published_on is not None:
        raise Refused(f"这份文书已于{current.published_on}公示（{current.published_at_place}）。")
    if not can_publish_paper(by, current):
        raise Refused(f"{current.get_kind_display()}还没有出文，或者不需要公示。")
    issued = current.issued_on
    if on > timezone.localdate() or (isinstance(issued, date) and on < issued):
        raise Refused(f"公示日期应在出文日期（{issued}）以后、今天以前。请核对。", "on")
    current.published_on, current.published_at_place = on, place[:120]
    current.save(update_fields=["published_on", "published_at_place"])
    if current.kind == PaperKind.GRANT and application.published_on is None and application.decided_on is not None:
        decisions.record_publication(application, Step(by, on))
    Activity.record(Verb.UPDATE, application, by=by, title=f"公示{current.get_kind_display()}", note=f"{on}，{place}")
    return current
