"""Papers of enforcement: dunning, announcement, decision, performance by another, application to the court."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from billboards.documents.base import Letter, PartyDocument, Shape, part
from billboards.documents.blocks import moment_cn
from billboards.documents.decisions import remedies_missing
from billboards.remedies import Remedy
from config.display import amount, date_cn
from staff.case_papers import Missing

DUNNING = "《行政强制法》第三十五条"
DECISION = "《行政强制法》第三十七条第二款"
PERFORMANCE = "《行政强制法》第五十一条第一款第一项"
COURT = "《行政强制法》第五十五条第一款"


@dataclass(frozen=True, kw_only=True)
class EnforcementDocument(PartyDocument, Letter):
    is_served: ClassVar[bool] = True

    decision_title: str = part("据以执行的决定", "《行政强制法》第三十五条、第三十七条")
    decision_number: str = part("决定书文号", "《行政强制法》第三十五条、第三十七条")
    decision_served_on: date | None = part("决定书送达日期", "《行政强制法》第四十四条", shape=Shape.DAY)

    @property
    def decided(self) -> str:
        """The decision that is carried out, as a sentence begins."""
        return (
            f"本机关作出的《{self.decision_title}》（{self.decision_number}）已于{date_cn(self.decision_served_on)}送达"
        )


@dataclass(frozen=True, kw_only=True)
class DunningLetter(EnforcementDocument):
    """履行行政决定催告书 (行政强制法 Art. 35, 54)."""

    kind: ClassVar[str] = "dunning"
    title: ClassVar[str] = "履行行政决定催告书"
    mark: ClassVar[str] = "催"

    obligation: str = part("应当履行的义务", f"{DUNNING}第二项", shape=Shape.TEXT)
    period: str = part("履行期限", f"{DUNNING}第一项", hint="如：自收到本催告书之日起十个工作日内。")
    manner: str = part("履行方式", f"{DUNNING}第二项", shape=Shape.TEXT)
    amount: Decimal | None = part("应缴金额（元）", shape=Shape.MONEY, hint="涉及金钱给付的必填，含加处罚款。")
    pay_way: str = part("给付方式", hint="涉及金钱给付的必填。")
    rights: str = part(
        "陈述和申辩的权利",
        f"{DUNNING}第四项",
        shape=Shape.TEXT,
        default="收到本催告书后有权进行陈述和申辩；提出的事实、理由成立的，本机关将予以采纳。",
    )
    consequence: str = part("逾期不履行的后果", f"{DUNNING}", shape=Shape.TEXT)
    contact: str = part("联系人和电话", f"{DUNNING}第四项")

    def more_missing(self) -> Iterator[Missing]:
        if self.amount and not self.pay_way.strip():
            yield Missing("pay_way", "涉及金钱给付的，没有写明给付方式", f"{DUNNING}第三项")
        if self.pay_way.strip() and not self.amount:
            yield Missing("amount", "涉及金钱给付的，没有写明金额", f"{DUNNING}第三项")

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"{self.decided}，你（单位）至今未履行以下义务：{self.obligation}"
        yield f"根据《中华人民共和国行政强制法》第三十五条的规定，现催告你（单位）{self.period}履行。履行方式：{self.manner}"
        if self.amount:
            yield f"应缴金额：人民币{amount(self.amount)}元；给付方式：{self.pay_way}。"
        yield f"你（单位）{self.rights}"
        yield self.consequence
        yield f"联系方式：{self.contact}。"


@dataclass(frozen=True, kw_only=True)
class RemovalAnnouncement(EnforcementDocument):
    """限期拆除公告 (行政强制法 Art. 44)."""

    kind: ClassVar[str] = "announcement"
    title: ClassVar[str] = "限期拆除公告"
    mark: ClassVar[str] = "强拆公"

    object: str = part("拆除对象", "《行政强制法》第四十四条", shape=Shape.TEXT, hint="位置、形式、尺寸、内容。")
    due_on: date | None = part("自行拆除期限至", "《行政强制法》第四十四条", shape=Shape.DAY)
    consequence: str = part("逾期不拆除的后果", "《行政强制法》第四十四条", shape=Shape.TEXT)
    posted_at: str = part("张贴地点", "《行政强制法》第四十四条")
    media: str = part("刊登载体", hint="报纸、门户网站等。")
    contact: str = part("联系人和电话", "《行政强制法》第四十四条")

    @property
    def addressee(self) -> str:
        return ""

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"{self.decided}，当事人{self.party_name}逾期未履行。"
        yield f"根据《中华人民共和国行政强制法》第四十四条的规定，现予公告，限当事人于{date_cn(self.due_on)}前自行拆除：{self.object}"
        yield self.consequence
        yield f"张贴地点：{self.posted_at}。{f'刊登：{self.media}。' if self.media else ''}联系方式：{self.contact}。"


@dataclass(frozen=True, kw_only=True)
class EnforcementDecision(EnforcementDocument):
    """强制拆除决定书 (行政强制法 Art. 37, 43, 44)."""

    kind: ClassVar[str] = "enforcement"
    title: ClassVar[str] = "强制拆除决定书"
    mark: ClassVar[str] = "强执"

    dunning_number: str = part("催告书文号", "《行政强制法》第三十五条")
    dunning_served_on: date | None = part("催告书送达日期", "《行政强制法》第三十五条", shape=Shape.DAY)
    defence: str = part("当事人的陈述申辩及采纳情况", "《行政强制法》第三十六条", shape=Shape.TEXT)
    announcement_number: str = part("公告文号", hint="公告在决定之前的填写。")
    authority: str = part(
        "强制执行权的依据",
        "《行政强制法》第十三条、第四十四条",
        shape=Shape.TEXT,
        hint="法律条文和县级以上人民政府的责成或批准文号。",
    )
    reason: str = part("强制执行的理由和依据", f"{DECISION}第二项", shape=Shape.TEXT)
    manner: str = part("强制执行的方式", f"{DECISION}第三项", shape=Shape.TEXT)
    execute_at: datetime | None = part(
        "强制执行的时间", f"{DECISION}第三项", shape=Shape.MOMENT, hint="不得在夜间或者法定节假日。"
    )
    remedies: str = part("救济途径和期限", f"{DECISION}第四项", shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.ENFORCEMENT)

    def paragraphs(self) -> Iterator[str]:
        when = moment_cn(self.execute_at) if self.execute_at else ""
        yield self.party_words
        yield f"{self.decided}，当事人在法定期限内不申请行政复议、不提起行政诉讼，又不履行。"
        yield f"本机关于{date_cn(self.dunning_served_on)}送达催告书（{self.dunning_number}）。{self.defence}"
        if self.announcement_number:
            yield f"本机关已发布限期拆除公告（{self.announcement_number}），当事人逾期仍未自行拆除。"
        yield f"强制执行的依据：{self.authority}"
        yield self.reason
        yield f"本机关决定强制执行。方式：{self.manner}"
        yield f"时间：{when}。"
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class SubstituteDecision(EnforcementDocument):
    """代履行决定书 (行政强制法 Art. 50, 51)."""

    kind: ClassVar[str] = "substitute"
    title: ClassVar[str] = "代履行决定书"
    mark: ClassVar[str] = "代履"

    reason: str = part("代履行的理由和依据", PERFORMANCE, shape=Shape.TEXT, hint="写明危害交通安全等后果。")
    object: str = part("代履行的标的", PERFORMANCE, shape=Shape.TEXT)
    manner: str = part("代履行的方式", PERFORMANCE, shape=Shape.TEXT)
    perform_at: datetime | None = part("代履行的时间", PERFORMANCE, shape=Shape.MOMENT)
    budget: Decimal | None = part(
        "费用预算（元）", PERFORMANCE, shape=Shape.MONEY, hint="按照成本合理确定，由当事人承担。"
    )
    performer: str = part("代履行人", PERFORMANCE)
    is_neutral: bool = part("代履行人与本机关没有利害关系", "《行政强制法》第五十条", shape=Shape.YES)
    remedies: str = part("救济途径和期限", "《行政复议法》第二十条", shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.ENFORCEMENT)

    def paragraphs(self) -> Iterator[str]:
        when = moment_cn(self.perform_at) if self.perform_at else ""
        yield self.party_words
        yield f"{self.decided}，经催告仍不履行。{self.reason}"
        yield f"根据《中华人民共和国行政强制法》第五十条、第五十一条的规定，本机关决定代履行。标的：{self.object}"
        yield f"方式：{self.manner}"
        yield f"时间：{when}。代履行人：{self.performer}。费用预算：人民币{amount(self.budget)}元，由当事人承担。"
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class CourtApplication(EnforcementDocument):
    """强制执行申请书 (行政强制法 Art. 53–55): signed by the head."""

    kind: ClassVar[str] = "court"
    title: ClassVar[str] = "强制执行申请书"
    mark: ClassVar[str] = "申执"

    court: str = part("受理法院", "《行政强制法》第五十四条")
    head: str = part("行政机关负责人", "《行政强制法》第五十五条第二款")
    facts: str = part("作出决定的事实、理由和依据", f"{COURT}第二项", shape=Shape.TEXT)
    party_opinion: str = part("当事人的意见", f"{COURT}第三项", shape=Shape.TEXT, hint="没有提出的写明“未提出意见”。")
    dunning: str = part("催告情况", f"{COURT}第三项", shape=Shape.TEXT, hint="催告书文号和送达日期。")
    object: str = part("申请强制执行标的情况", f"{COURT}第四项", shape=Shape.TEXT)
    principal: Decimal | None = part("罚款（元）", shape=Shape.MONEY)
    surcharge: Decimal | None = part("加处罚款（元）", shape=Shape.MONEY)
    materials: tuple[str, ...] = part("所附材料", f"{COURT}第五项", shape=Shape.LIST)

    @property
    def addressee(self) -> str:
        return self.court

    def paragraphs(self) -> Iterator[str]:
        yield f"被申请人：{self.party_words.removeprefix('当事人：')}"
        yield f"{self.decided}。{self.facts}"
        yield f"当事人的意见：{self.party_opinion}"
        yield f"催告情况：{self.dunning}"
        yield f"申请强制执行的标的：{self.object}"
        if self.principal:
            yield f"罚款人民币{amount(self.principal)}元，加处罚款人民币{amount(self.surcharge or 0)}元。"
        yield "被申请人在法定期限内不申请行政复议、不提起行政诉讼，又不履行。根据《中华人民共和国行政强制法》第五十三条的规定，申请强制执行。"
        yield "附材料："
        yield from (f"{order}．{name}" for order, name in enumerate(self.materials, start=1))
        yield f"行政机关负责人：{self.head}"
