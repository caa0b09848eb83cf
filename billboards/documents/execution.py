"""Papers of the execution itself: record on the spot, what was removed, what it cost, and when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from billboards.documents.base import Document, OfficerDocument, PartyDocument, Shape, part
from billboards.documents.decisions import remedies_missing
from billboards.documents.enforcement import EnforcementDocument
from billboards.documents.records import Record
from billboards.remedies import Remedy
from config.display import amount, date_cn
from staff.case_papers import Missing

RECORD = "《行政强制法》第十八条；《行政处罚法》第四十七条"


@dataclass(frozen=True, kw_only=True)
class ExecutionRecord(Record):
    """强制执行现场笔录."""

    kind: ClassVar[str] = "execution_record"
    title: ClassVar[str] = "强制执行现场笔录"
    mark: ClassVar[str] = "执录"

    party_name: str = part("被执行人", RECORD)
    decision_number: str = part("强制执行决定书文号", "《行政强制法》第三十七条")
    present: str = part("当事人到场情况", RECORD, hint="不到场的，写明邀请的见证人。")
    findings: str = part("执行经过", RECORD, shape=Shape.TEXT)
    goods: tuple[str, ...] = part("物品清单", RECORD, shape=Shape.LIST, hint="没有物品的写“无”。")
    video: str = part("录像编号", "《行政处罚法》第四十七条")
    witness: str = part("见证人")
    urgency: str = part(
        "夜间或节假日实施的紧急情况", hint="在夜间或者法定节假日实施的必填（《行政强制法》第四十三条）。"
    )


@dataclass(frozen=True, kw_only=True)
class RemovalConfirmation(OfficerDocument):
    """拆除确认单: what is gone, how, measured by whom."""

    kind: ClassVar[str] = "removal"
    title: ClassVar[str] = "拆除确认单"
    mark: ClassVar[str] = "拆"
    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("当事人", "执法人员", "执法人员")

    party_name: str = part("当事人", "《行政处罚法》第六十六条第一款")
    place: str = part("地点", "《行政处罚法》第六十六条第一款")
    removed_on: date | None = part("拆除日期", "《行政处罚法》第六十六条第一款", shape=Shape.DAY)
    manner: str = part("拆除方式", "《行政处罚法》第六十六条第一款", hint="自行、协助（附书面同意）、强制。")
    removed: str = part("拆除内容", "《行政处罚法》第六十六条第一款", hint="块数、面积。")
    restored: str = part("场地恢复情况", "《行政处罚法》第六十六条第一款")
    photos: str = part("拆除前后照片编号", "《行政处罚法》第四十七条")


@dataclass(frozen=True, kw_only=True)
class CostDecision(EnforcementDocument):
    """代履行费用决定书 (Art. 51(2): cost price, borne by the party)."""

    kind: ClassVar[str] = "costs"
    title: ClassVar[str] = "代履行费用决定书"
    mark: ClassVar[str] = "代履费"

    performed_on: date | None = part("代履行日期", "《行政强制法》第五十一条第二款", shape=Shape.DAY)
    lines: tuple[str, ...] = part("费用明细", "《行政强制法》第五十一条第二款", shape=Shape.LIST)
    amount: Decimal | None = part("费用合计（元）", "《行政强制法》第五十一条第二款", shape=Shape.MONEY)
    pay_way: str = part("缴纳期限和方式", "《行政强制法》第五十一条第二款")
    remedies: str = part("救济途径和期限", "《行政复议法》第二十条", shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.ENFORCEMENT)

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"{self.decided}，代履行已于{date_cn(self.performed_on)}完毕。费用按照成本确定如下："
        yield from self.lines
        yield f"以上合计人民币{amount(self.amount)}元，由当事人承担。缴纳期限和方式：{self.pay_way}。"
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class StayDecision(PartyDocument, Document):
    """中止（终结）执行决定书 (Art. 39, 40)."""

    kind: ClassVar[str] = "stay"
    title: ClassVar[str] = "中止（终结）执行决定书"
    mark: ClassVar[str] = "中执"
    is_served: ClassVar[bool] = True

    decision_number: str = part("据以执行的决定文号", "《行政强制法》第三十九条、第四十条")
    subject: str = part(
        "决定",
        "《行政强制法》第三十九条、第四十条",
        shape=Shape.CHOICE,
        choices=(("中止执行", "中止执行"), ("恢复执行", "恢复执行"), ("终结执行", "终结执行")),
    )
    reason: str = part("情形和理由", "《行政强制法》第三十九条、第四十条", shape=Shape.TEXT)
