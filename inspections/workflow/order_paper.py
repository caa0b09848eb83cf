"""What an order (交办单) says: data first, paper second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from config.pdf import render_pdf
from inspections.models import Finding, FindingShare, RectificationOrder
from staff.case_papers import paper_head
from staff.models import setting
from staff.photo_annexes import AnnexEntry


@dataclass(frozen=True)
class OrderRow:
    """`points`: the unit's own part, which is what it pays."""

    number: str
    place: str
    problem: str
    points: str
    due_at: datetime | None


@dataclass(frozen=True)
class OrderPaper:
    """An order to a unit inside the administration: it names problems and time limits, no article and no penalty."""

    number: str
    unit: str
    day: date
    delivered_at: datetime
    demand: str
    rows: tuple[OrderRow, ...]

    @classmethod
    def of(cls, order: RectificationOrder, findings: list[Finding], *, number: str) -> OrderPaper:
        shares = FindingShare.objects.filter(finding__in=findings, unit=order.unit_id)
        own = dict(shares.values_list("finding", "points"))
        rows = tuple(
            OrderRow(each.number, each.place, problem_of(each), f"{own[each.pk].normalize():f}", each.due_at)
            for each in findings
        )
        day = timezone.localdate(order.delivered_at)
        return cls(number, order.unit.name, day, order.delivered_at, order.demand, rows)

    def pdf(self, entries: Sequence[AnnexEntry] = ()) -> bytes:
        paper = paper_head("市容环境卫生考评问题交办单", number=self.number, addressee=self.unit, day=self.day)
        paper["annexes"] = ("问题照片",) if entries else ()
        days = {
            "appeal_days": setting("assessment.appeal_days"),
            "answer_days": setting("assessment.appeal_answer_days"),
        }
        return render_pdf("inspections/pdf/order.html", {"paper": paper, "order": self, "entries": entries, **days})


def problem_of(finding: Finding) -> str:
    words = f"{finding.item.name}：{finding.description}" if finding.description else finding.item.name
    return f"{words}（{finding.count}{finding.item.unit_of_count}）"
