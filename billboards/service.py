"""送达: which attempt the law takes for service, and from which day periods run. Pure.

民事诉讼法 Art. 87–95 by 行政处罚法 Art. 61 and 行政强制法 Art. 38. What happened is always recorded; what is no service is
recorded as such, and no period starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billboards.models import ServiceWay
from staff.workdays import WorkCalendar, announcement_over


@dataclass(frozen=True)
class Attempt:
    method: str
    on: date
    servers: int = 2
    receiver: str = ""
    refusal: str = ""
    witness: str = ""
    recording: str = ""
    tracking: str = ""
    consent_on: date | None = None  # signed consent to electronic service


@dataclass(frozen=True)
class Defect:
    text: str
    article: str

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


def defect_of(attempt: Attempt) -> Defect | None:
    """Why an attempt is no service; None if it is one."""
    match attempt.method:
        case ServiceWay.PASTED:
            return Defect("只张贴在门上或墙上，不构成送达", "《行政处罚法》第六十一条；《民事诉讼法》第八十九条")
        case ServiceWay.ELECTRONIC if attempt.consent_on is None or attempt.consent_on > attempt.on:
            return Defect("没有当事人签署的电子送达确认书，电子送达无效", "《行政处罚法》第六十一条第二款")
        case ServiceWay.LEFT if not (attempt.witness.strip() or attempt.recording.strip()):
            return Defect("留置送达既没有见证人，也没有拍照、录像", "《民事诉讼法》第八十九条")
        case ServiceWay.DIRECT if not attempt.receiver.strip():
            return Defect("直接送达没有签收人，送达回证不完整", "《民事诉讼法》第八十七条、第八十八条")
        case ServiceWay.POST if not attempt.tracking.strip():
            return Defect("邮寄送达没有回执或邮件号，不能证明收到", "《民事诉讼法》第九十一条")
    return None


def counts_from(method: str, on: date, calendar: WorkCalendar) -> date:
    """The day of service in law: an announcement counts when its thirty days are over; a last day of rest moves on (Art. 85)."""
    if method == ServiceWay.ANNOUNCEMENT:
        return announcement_over(on, calendar).day
    return on


def effective_on(attempt: Attempt, calendar: WorkCalendar) -> date | None:
    """The day on which the paper counts as served; None if it does not."""
    return None if defect_of(attempt) is not None else counts_from(attempt.method, attempt.on, calendar)
