"""What a change or a stop will cost or give back, said beside the field before it is decided."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from permits.enums import AdjustmentKind, ChangeOutcome
from permits.models import Adjustment, Application
from permits.workflow.changes import difference_of, new_shape
from permits.workflow.settling import freed_by, refund_lines
from staff.refusals import Refused


def of_change(application: Application) -> str:
    change = application.changes.filter(outcome=ChangeOutcome.PENDING).first()
    if change is None:
        return ""
    try:
        found, why = difference_of(application, change, new_shape(change))
    except Refused as refusal:
        return str(refusal)
    total = sum((each.computation.total for each in found), Decimal("0.00"))
    return why or (f"按收费标准应补缴 {total} 元，准予后自动核定。" if total else "按收费标准没有应补缴的费用。")


def of_stop(application: Application) -> str:
    stop, segments = Adjustment(kind=AdjustmentKind.STOP), list(application.segments.all())
    lines = refund_lines(application, freed_by(application, stop, segments, timezone.localdate()))
    total = sum((line.amount for _, line in lines), Decimal("0.00"))
    law = "《城市道路管理条例》第三十八条"
    return f"今日停止的应退占用费 {total} 元（{law}）。" if total else f"没有已缴的占用费要退（{law}）。"
