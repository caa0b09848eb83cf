"""Papers of the inquiry: not filed, evidence registered and kept, recheck, suspension, final report, statement heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from billboards.documents.base import Document, Letter, OfficerDocument, PartyDocument, Shape, part
from billboards.documents.internal import RULES
from billboards.documents.records import Record, signed_or_refused
from config.display import date_cn
from staff.case_papers import Missing

PRESERVATION = "《行政处罚法》第五十六条"


@dataclass(frozen=True, kw_only=True)
class Approved(Document):
    """A sheet that a head of the bureau approves."""

    approval: str = part("负责人审批意见", RULES, shape=Shape.TEXT)
    approver: str = part("审批人", RULES)
    approved_on: date | None = part("审批日期", RULES, shape=Shape.DAY)


@dataclass(frozen=True, kw_only=True)
class NotFiling(Approved):
    """不予立案审批表."""

    kind: ClassVar[str] = "not_filing"
    title: ClassVar[str] = "不予立案审批表"
    mark: ClassVar[str] = "不立"

    source: str = part("案件来源", RULES)
    cause: str = part("涉嫌案由", RULES)
    party_name: str = part("当事人")
    facts: str = part("核查情况", "《行政处罚法》第五十四条第一款", shape=Shape.TEXT)
    reason: str = part(
        "不予立案的理由和依据", RULES, shape=Shape.TEXT, hint="违法事实不成立、超过追责期限、无管辖权等。"
    )
    told: str = part("告知举报人（移送单位）情况")


@dataclass(frozen=True, kw_only=True)
class PreservationNotice(OfficerDocument, PartyDocument, Letter):
    """先行登记保存证据通知书 (Art. 56): with the head's approval, decided on within seven working days."""

    kind: ClassVar[str] = "preservation"
    title: ClassVar[str] = "先行登记保存证据通知书"
    mark: ClassVar[str] = "登保"
    is_served: ClassVar[bool] = True
    signs: ClassVar[tuple[str, ...]] = ("当事人", "执法人员", "执法人员")

    cause: str = part("案由", PRESERVATION)
    reason: str = part("保存理由", PRESERVATION, shape=Shape.TEXT, hint="证据可能灭失或者以后难以取得。")
    items: tuple[str, ...] = part("物品清单", PRESERVATION, shape=Shape.LIST, hint="每行一件：名称、规格、数量。")
    place: str = part("保存地点和方式", PRESERVATION)
    approved_by: str = part("批准的负责人", PRESERVATION)
    approved_on: date | None = part("批准日期", PRESERVATION, shape=Shape.DAY)

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"你（单位）涉嫌{self.cause}。{self.reason}"
        yield (
            f"根据《中华人民共和国行政处罚法》第五十六条的规定，经本机关负责人{self.approved_by}于{date_cn(self.approved_on)}批准，"
            "对下列物品先行登记保存，七个工作日内作出处理决定。在此期间，不得销毁或者转移。"
        )
        yield from (f"{order}．{item}" for order, item in enumerate(self.items, start=1))
        yield f"保存地点和方式：{self.place}。执法人员：{'；'.join(self.officers)}。"


@dataclass(frozen=True, kw_only=True)
class RecheckRecord(Record):
    """复查记录: whether the order was followed."""

    kind: ClassVar[str] = "recheck"
    title: ClassVar[str] = "复查记录"
    mark: ClassVar[str] = "复"

    party_name: str = part("被检查人", "《行政处罚法》第二十八条第一款")
    order_number: str = part("责令改正通知书文号", "《行政处罚法》第二十八条第一款")
    findings: str = part("复查情况", "《行政处罚法》第二十八条第一款", shape=Shape.TEXT)
    result: str = part(
        "改正情况",
        "《行政处罚法》第二十八条第一款",
        shape=Shape.CHOICE,
        choices=(("已改正", "已改正"), ("部分改正", "部分改正"), ("未改正", "未改正")),
    )
    photos: str = part("照片和录像编号", "《行政处罚法》第四十七条")
    signature: str = part("被检查人（在场人）签名")
    refusal: str = part("拒绝签名的情况")
    witness: str = part("见证人或录像编号")

    def more_missing(self) -> Iterator[Missing]:
        yield from super().more_missing()
        yield from signed_or_refused(self.signature, self.refusal, self.witness)


@dataclass(frozen=True, kw_only=True)
class SuspensionApproval(Approved):
    """中止（恢复）调查审批表."""

    kind: ClassVar[str] = "suspension"
    title: ClassVar[str] = "中止（恢复）调查审批表"
    mark: ClassVar[str] = "中"

    cause: str = part("案由", RULES)
    party_name: str = part("当事人", RULES)
    subject: str = part("事项", RULES, shape=Shape.CHOICE, choices=(("中止调查", "中止调查"), ("恢复调查", "恢复调查")))
    reason: str = part("情形和理由", RULES, shape=Shape.TEXT)


@dataclass(frozen=True, kw_only=True)
class InquiryReport(OfficerDocument):
    """案件调查终结报告."""

    kind: ClassVar[str] = "report"
    title: ClassVar[str] = "案件调查终结报告"
    mark: ClassVar[str] = "终"
    signs: ClassVar[tuple[str, ...]] = ("承办人", "承办人", "承办机构负责人")

    cause: str = part("案由", "《行政处罚法》第五十七条第一款")
    party_name: str = part("当事人", "《行政处罚法》第五十七条第一款")
    facts: str = part("违法事实", "《行政处罚法》第四十条", shape=Shape.TEXT)
    evidence: tuple[str, ...] = part("证据清单", "《行政处罚法》第四十六条", shape=Shape.LIST, hint="每行一件。")
    provision: str = part("违反的规定", "《行政处罚法》第五十七条第一款")
    basis: str = part("处理依据", "《行政处罚法》第五十七条第一款")
    discretion: str = part("裁量情节和阶次", "《行政处罚法》第三十四条", shape=Shape.TEXT)
    opinion: str = part("处理建议", "《行政处罚法》第五十七条第一款", shape=Shape.TEXT)
    concluded_on: date | None = part("调查终结日期", "《行政处罚法》第五十七条第一款", shape=Shape.DAY)


@dataclass(frozen=True, kw_only=True)
class StatementRecord(OfficerDocument):
    """陈述申辩笔录 (Art. 45)."""

    kind: ClassVar[str] = "statement"
    title: ClassVar[str] = "陈述申辩笔录"
    mark: ClassVar[str] = "陈"
    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("陈述申辩人", "执法人员", "执法人员")

    cause: str = part("案由", "《行政处罚法》第四十五条第一款")
    speaker: str = part("陈述申辩人及其身份", "《行政处罚法》第四十五条第一款")
    held_at: datetime | None = part("时间", "《行政处罚法》第四十五条第一款", shape=Shape.MOMENT)
    place: str = part("地点", "《行政处罚法》第四十五条第一款")
    statement: str = part("陈述申辩内容", "《行政处罚法》第四十五条第一款", shape=Shape.TEXT)
    materials: str = part("提交的证据材料")
    signature: str = part("陈述申辩人签名", "《行政处罚法》第四十五条第一款")
