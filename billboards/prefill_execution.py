"""What the drafts of the end of a case take over from its records: execution, confirmation of removal, closing."""

from __future__ import annotations

from typing import Any

from billboards.enums.cases import ClosingReason
from billboards.models import Case

# The approval form has fewer words than the record: what it cannot say stays open.
REASONS = {
    ClosingReason.PERFORMED: "处罚决定履行完毕",
    ClosingReason.EXECUTED: "强制执行完毕",
    ClosingReason.ENDED: "终结执行",
    ClosingReason.NO_PENALTY: "不予行政处罚",
    ClosingReason.DROPPED: "违法事实不能成立或者终止调查",
}


def from_execution(case: Case) -> dict[str, Any]:
    row = case.executions.order_by("-pk").first()
    ordered = case.enforcementdecisions.order_by("-pk").first()
    found: dict[str, Any] = {"decision_number": ordered.number if ordered else ""}
    if row is None:
        return found
    goods = tuple(each for each in row.goods_list.replace("，", "、").split("、") if each)
    return {
        **found,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "findings": row.result,
        "goods": goods or (("无",) if row.ended_at else ()),
        "present": "当事人到场" if row.party_present else f"当事人未到场，见证人{row.witness}" if row.witness else "",
        "witness": row.witness,
        "urgency": row.emergency_reason,
        "officers": tuple(
            f"{each.person.name} {each.certificate}".strip() for each in row.officers.select_related("person")
        ),
    }


def from_removal(case: Case) -> dict[str, Any]:
    """What came down as the removals count it, however it came about."""
    row = case.removals.recorded().order_by("-pk").first()
    if row is None:
        return {}
    area = f"，{row.area.normalize():f}平方米" if row.area else ""
    return {
        "removed_on": row.removed_on,
        "manner": row.get_mode_display(),
        "removed": f"{row.what} {row.quantity}{row.get_measure_display()}{area}",
    }


def from_closing(case: Case) -> dict[str, Any]:
    row = case.closings.order_by("-pk").first()
    if row is None:
        return {}
    found = {"performance": row.performance, "approver": row.approver, "approved_on": row.closed_on}
    return {**found, "reason": REASONS.get(ClosingReason(row.reason), "")}
