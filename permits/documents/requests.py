"""Papers that ask: the application itself, to the city bureau, to officers, to the city government, to a hearing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from permits.documents.bases import Block, Facts, Line, Need, Signs, day_words, minute_words
from permits.documents.decision import PLACE_NEEDS, ROADS
from permits.documents.parts import CasePaperContent, FiledForm, Officer
from permits.paper_kinds import PaperKind
from staff.case_papers import Missing


@dataclass(frozen=True, kw_only=True)
class ApplicationForm(CasePaperContent):
    """申请书: what the applicant signs; only what concerns the matter is asked (行政许可法 29)."""

    KIND = PaperKind.APPLICATION
    ARTICLE: ClassVar[str] = "《行政许可法》第二十九条、第三十一条"
    FORM: ClassVar[bool] = True
    NEEDS: ClassVar[tuple[Need, ...]] = (
        *PLACE_NEEDS,
        Need("case.purpose", "事由没有填写。请在申请中补填。", ARTICLE),
    )
    contact: str = ""

    @property
    def addressee(self) -> str:
        return self.issuer

    @property
    def seal(self) -> str:
        return ""

    def body(self) -> Iterator[Block]:
        yield self.case.facts(("联系人", self.contact), ("联系电话", self.case.applicant.phone))
        yield self.case.segment_grid()
        yield Line("申请人对申请材料实质内容的真实性负责，知悉隐瞒有关情况或者提供虚假材料的法律责任。")
        yield Signs(("申请人（盖章）", "法定代表人或者代理人"))


@dataclass(frozen=True, kw_only=True)
class Transfer(CasePaperContent):
    """转报函: the road is the city bureau's."""

    KIND = PaperKind.TRANSFER
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条第一款第二项"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("to", "转报的机关没有填写。", ARTICLE),
        Need("reasons", "转报的理由没有填写。", ARTICLE),
    )
    to: str = ""
    reasons: str = ""

    @property
    def addressee(self) -> str:
        return self.to

    def body(self) -> Iterator[Block]:
        yield Line(
            f"{self.case.applicant.name}于{day_words(self.case.received_on)}向本机关提出“{self.case.item}”申请"
            f"（申请编号{self.case.reference}）。{self.reasons.rstrip('。')}，现将申请材料转报，请依法办理。"
        )
        yield self.case.brief()
        yield self.case.segment_grid()


@dataclass(frozen=True, kw_only=True)
class SurveyOrder(FiledForm):
    """现场查勘派单: two officers, by when."""

    KIND = PaperKind.SURVEY_ORDER
    ARTICLE: ClassVar[str] = "《行政许可法》第三十四条第三款"
    NEEDS: ClassVar[tuple[Need, ...]] = (Need("assigned_on", "派单日期没有填写。", ARTICLE),)
    officers: tuple[Officer, ...] = ()
    assigned_on: date | None = None
    due_on: date | None = None
    demands: str = ""

    def missing(self) -> list[Missing]:
        found = super().missing()
        if len(self.officers) < 2:
            found.append(Missing("officers", "查勘人员不足两人，请先派单给两名工作人员。", self.ARTICLE))
        return found

    def body(self) -> Iterator[Block]:
        due = day_words(self.due_on) if self.due_on else ""
        yield self.case.facts(
            ("查勘人员", "、".join(map(str, self.officers))),
            ("派单日期", day_words(self.assigned_on)),
            ("完成期限", due),
        )
        yield self.case.segment_grid()
        demands = (
            self.demands or "核对位置、长宽和路面材料，查看地下管线、绿化和盲道，核查禁挖期，拍摄现场照片不少于三张。"
        )
        yield Facts((("查勘要求", demands),))
        yield Signs(("派单人", "查勘人员（一）", "查勘人员（二）"))


@dataclass(frozen=True, kw_only=True)
class GovernmentRequest(CasePaperContent):
    """请示: within the protected years only the city government may approve."""

    KIND = PaperKind.GOVERNMENT_REQUEST
    ARTICLE: ClassVar[str] = f"{ROADS}第三十三条第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("to", "主送的人民政府没有填写。", ARTICLE),
        Need("protection", "禁挖期的情况没有填写。", ARTICLE),
        Need("reasons", "需要挖掘的特殊情况没有填写。", ARTICLE),
    )
    to: str = ""
    protection: str = ""
    reasons: str = ""

    @property
    def addressee(self) -> str:
        return self.to

    def body(self) -> Iterator[Block]:
        yield Line(f"{self.case.applicant.name}申请“{self.case.item}”（申请编号{self.case.reference}）。")
        yield self.case.brief()
        yield self.case.segment_grid()
        yield Line(
            f"该路段情况：{self.protection.rstrip('。')}。依照{ROADS}第三十三条第二款，因特殊情况需要挖掘的，须经县级以上城市人民政府批准。"
        )
        yield Line(f"申请人说明的特殊情况：{self.reasons.rstrip('。')}。")
        yield Line("妥否，请批示。")


@dataclass(frozen=True, kw_only=True)
class HearingRight(CasePaperContent):
    """听证告知书: the decision touches somebody's vital interest; five working days to ask."""

    KIND = PaperKind.HEARING_RIGHT
    ARTICLE: ClassVar[str] = "《行政许可法》第四十六条、第四十七条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("reasons", "告知听证权利的原因没有填写。", ARTICLE),
        Need("contact", "听证申请的联系方式没有填写。", ARTICLE),
    )
    party: str = ""  # an interested third party; the applicant if empty
    reasons: str = ""
    contact: str = ""

    @property
    def addressee(self) -> str:
        return self.party or self.case.applicant.name

    def body(self) -> Iterator[Block]:
        yield Line(
            f"本机关正在办理{self.case.applicant.name}“{self.case.item}”申请（申请编号{self.case.reference}，{self.case.place}）。"
        )
        yield Line(
            f"该许可涉及你（单位）重大利益：{self.reasons.rstrip('。')}。依照《中华人民共和国行政许可法》第四十七条，你（单位）有权要求听证。"
        )
        yield Line(
            f"要求听证的，应当自收到本告知书之日起五个工作日内向本机关提出；逾期视为放弃。听证不收取费用。联系方式：{self.contact}。"
        )


@dataclass(frozen=True, kw_only=True)
class HearingNotice(CasePaperContent):
    """听证通知书: at least seven working days ahead; the chair did not examine the case."""

    KIND = PaperKind.HEARING_NOTICE
    ARTICLE: ClassVar[str] = "《行政许可法》第四十八条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("held_at", "听证时间没有填写。", ARTICLE),
        Need("place", "听证地点没有填写。", ARTICLE),
        Need("chair", "听证主持人没有填写。主持人应当是审查该申请的工作人员以外的人员。", ARTICLE),
    )
    party: str = ""
    held_at: datetime | None = None
    place: str = ""
    chair: str = ""

    @property
    def addressee(self) -> str:
        return self.party or self.case.applicant.name

    def body(self) -> Iterator[Block]:
        yield Line(
            f"关于“{self.case.item}”申请（申请编号{self.case.reference}），本机关定于{minute_words(self.held_at)}"
            f"在{self.place}公开举行听证，由{self.chair}主持。"
        )
        yield Line(
            "你（单位）可以委托代理人参加，可以申请主持人回避，可以提出证据并进行申辩和质证。听证笔录经确认无误后签名或者盖章，本机关根据听证笔录作出决定。"
        )
        yield Line("无正当理由不出席的，视为放弃听证权利。请携带身份证明和有关证据。")
