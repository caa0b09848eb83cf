"""What the drafts of legal review, hearing and joint discussion take over from the records of these steps."""

from __future__ import annotations

from typing import Any

from billboards.enums.cases import Verdict
from billboards.models import Case


def from_review(case: Case) -> dict[str, Any]:
    row = case.legalreviews.exclude(verdict="").order_by("-pk").first()
    if row is None:
        return {}
    heard = case.hearings.exclude(held_on=None).exists()
    return {
        "opinion": row.opinion,
        "result": "同意" if row.verdict == Verdict.PASSED else "不同意，退回补充调查",
        "reviewer": row.reviewer,
        "qualification": row.qualification,
        "reviewed_on": row.reviewed_on,
        "ground": "直接关系当事人或者第三人重大权益，经过听证程序" if heard else "本局规定的审核范围",
    }


def from_hearing(case: Case) -> dict[str, Any]:
    row = case.hearings.order_by("-pk").first()
    if row is None:
        return {}
    return {
        "place": row.place,
        "chair": row.chair.name,
        "clerk": row.recorder,
        "is_open": row.open_to_public,
        "closed_reason": row.closed_reason,
        "held_on": row.held_on or row.planned_on,
        "opinion": row.conclusion,
    }


def from_discussion(case: Case) -> dict[str, Any]:
    row = case.discussions.order_by("-pk").first()
    if row is None:
        return {}
    members = tuple(name for name in row.attendees.replace("，", "、").split("、") if name)
    found = {"place": row.place, "chair": row.chair, "members": members, "reporter": row.reporter}
    found |= {"clerk": row.clerk, "held_at": row.held_at}
    return {**found, "opinions": row.opinions or row.conclusion, "conclusion": row.conclusion}
