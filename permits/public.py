"""What anybody may know of a licence who scans its code: whether it holds today, for what, until when. No personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from permits.enums import ApplicantKind, PermitState
from permits.models import Application

VALID, OVER, GONE, WAITING = "valid", "over", "gone", "waiting"
TONES = {VALID: "green", OVER: "amber", GONE: "red", WAITING: "grey"}
ENDED = {
    PermitState.REVOKED: "已撤销",
    PermitState.WITHDRAWN_BY_AGENCY: "已撤回",
    PermitState.CANCELLED: "已注销",
    PermitState.STOPPED: "已决定停止占用",
}


@dataclass(frozen=True)
class Validity:
    level: str
    word: str
    note: str

    @property
    def tone(self) -> str:
        return TONES[self.level]


def validity_of(application: Application, today: date) -> Validity:
    """Whether the licence holds on a day, as its state and its period say at this moment."""
    state = PermitState(application.state)
    if state in ENDED:
        return Validity(GONE, ENDED[state], "本许可已经失去效力，不得据此占用、挖掘。")
    if application.issued_on is None:
        return Validity(WAITING, "尚未发证", "许可证还没有发放，不得施工。")
    if state in (*PermitState.RESTORING, PermitState.COMPLETION, PermitState.REWORK):
        return Validity(OVER, "已完工", "占用、挖掘已经结束。")
    if state == PermitState.EXPIRED or today > application.ends_on:
        return Validity(OVER, "已到期", "许可期限已满，不得继续占用、挖掘。")
    if state not in PermitState.VALID:
        return Validity(WAITING, application.get_state_display(), "以批准机关的答复为准。")
    if today < application.starts_on:
        return Validity(VALID, "有效（未到开工日期）", "许可期限开始以后才能施工。")
    if state == PermitState.CHANGING:
        return Validity(VALID, "变更中", "变更决定作出以前，仍按原许可的位置、面积、期限实施。")
    return Validity(VALID, "有效", "应当按批准的位置、面积、期限实施。")


@dataclass(frozen=True)
class PublicLicence:
    number: str
    item: str
    holder: str
    place: str
    area: Decimal  # ㎡
    starts_on: date
    ends_on: date
    validity: Validity

    @property
    def span(self) -> str:
        return f"{self.starts_on} 至 {self.ends_on}"


def holder_of(application: Application) -> str:
    """The name of a unit; of a person only the family name."""
    name = application.applicant_name
    return name if application.applicant_kind == ApplicantKind.UNIT else f"{name[:1]}{'＊' * max(len(name) - 1, 1)}"


def public_licence(application: Application, today: date) -> PublicLicence:
    return PublicLicence(
        number=application.licence_number or "（未编号）",
        item=application.item.item.name,
        holder=holder_of(application),
        place=application.location,
        area=application.total_area,
        starts_on=application.starts_on,
        ends_on=application.ends_on,
        validity=validity_of(application, today),
    )
