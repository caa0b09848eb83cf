"""Notices to the party and letters to other bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from billboards.documents.base import Letter, OfficerDocument, PartyDocument, Shape, part
from billboards.documents.blocks import moment_cn
from billboards.remedies import Remedy, why_not_remedies
from config.display import amount, date_cn, plain_number
from staff.case_papers import Missing

PENALTY_LAW = "《行政处罚法》"
STATEMENT_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class CorrectionOrder(OfficerDocument, PartyDocument, Letter):
    """责令限期改正（拆除）通知书 (行政处罚法 Art. 28(1)): an order, not a penalty."""

    kind: ClassVar[str] = "correction"
    title: ClassVar[str] = "责令限期改正（拆除）通知书"
    mark: ClassVar[str] = "责改"
    is_served: ClassVar[bool] = True

    act: str = part("违法行为", f"{PENALTY_LAW}第二十八条第一款", shape=Shape.TEXT)
    provision: str = part("违反的规定", f"{PENALTY_LAW}第二十八条第一款", hint="写到条、款、项。")
    basis: str = part("责令改正的依据", f"{PENALTY_LAW}第二十八条第一款", hint="写到条、款、项。")
    demand: str = part(
        "改正（拆除）要求",
        f"{PENALTY_LAW}第二十八条第一款",
        shape=Shape.TEXT,
        hint="写具体：对象、位置、做到什么程度。",
    )
    due_on: date | None = part("改正期限至", f"{PENALTY_LAW}第二十八条第一款", shape=Shape.DAY)
    consequence: str = part("逾期不改正的后果", f"{PENALTY_LAW}第二十八条第一款", shape=Shape.TEXT)
    is_final: bool = part("单独作出、不再另作处罚决定", shape=Shape.YES, hint="勾选后必须告知救济途径和期限。")
    remedies: str = part("救济途径和期限", shape=Shape.TEXT)
    contact: str = part("联系人和电话", f"{PENALTY_LAW}第二十八条第一款")

    def more_missing(self) -> Iterator[Missing]:
        if self.is_final and (reason := why_not_remedies(self.remedies, Remedy.ORDINARY)):
            yield Missing("remedies", reason.rstrip("。"), "《行政复议法》第二十条")

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"经查，{self.act}"
        yield f"上述行为违反了{self.provision}的规定。根据{self.basis}，现责令你（单位）于{date_cn(self.due_on)}前按以下要求改正："
        yield self.demand
        yield self.consequence
        yield self.remedies
        yield f"执法人员：{'；'.join(self.officers)}。联系方式：{self.contact}。"


@dataclass(frozen=True, kw_only=True)
class ProposedPenalty(PartyDocument, Letter):
    """What a notice before the decision and the decision itself say of the penalty: kinds and amount."""

    is_served: ClassVar[bool] = True
    KINDS: ClassVar[str] = f"{PENALTY_LAW}第四十四条"  # asks for the kinds of penalty

    cause: str = part("案由", f"{PENALTY_LAW}第四十四条")
    facts: str = part("违法事实", f"{PENALTY_LAW}第四十四条", shape=Shape.TEXT)
    provision: str = part("违反的规定", f"{PENALTY_LAW}第四十四条", shape=Shape.TEXT)
    basis: str = part("处罚依据", f"{PENALTY_LAW}第四十四条", shape=Shape.TEXT)
    discretion: str = part("裁量阶次和理由", f"{PENALTY_LAW}第三十四条", shape=Shape.TEXT)
    warning: bool = part("警告", shape=Shape.YES)
    fine: Decimal | None = part("罚款（元）", shape=Shape.MONEY)
    other_penalty: str = part("其他处罚", hint="如：没收违法所得。")

    @property
    def penalties(self) -> list[str]:
        """The penalty in words, one entry a kind."""
        found = ["警告"] if self.warning else []
        if self.fine:
            found.append(f"罚款人民币{self.fine:,.2f}元")
        return [*found, self.other_penalty] if self.other_penalty.strip() else found

    def more_missing(self) -> Iterator[Missing]:
        if not self.penalties:
            yield Missing("fine", "没有写明处罚的种类和数额", self.KINDS)

    def findings(self) -> Iterator[str]:
        """Facts, law, weighing: what notice and decision have in common."""
        yield self.party_words
        yield f"案由：{self.cause}。"
        yield f"经查明：{self.facts}"
        if evidence := getattr(self, "evidence", ""):
            yield f"上述事实有以下证据证明：{evidence}"
        yield f"上述行为违反了{self.provision}的规定。"
        yield f"裁量：{self.discretion}"

    @property
    def penalty_words(self) -> str:
        if len(self.penalties) == 1:
            return self.penalties[0]
        return "；".join(f"{order}．{words}" for order, words in enumerate(self.penalties, start=1))


@dataclass(frozen=True, kw_only=True)
class PenaltyNotice(ProposedPenalty):
    """行政处罚事先告知书 (Art. 44, 45): the right to state and defend."""

    kind: ClassVar[str] = "notice"
    title: ClassVar[str] = "行政处罚事先告知书"
    mark: ClassVar[str] = "告"

    evidence: str = part("主要证据", f"{PENALTY_LAW}第四十四条", shape=Shape.TEXT)
    statement_days: Decimal | None = part(
        "陈述申辩期限（工作日）",
        f"{PENALTY_LAW}第四十五条第一款",
        shape=Shape.NUMBER,
        default=Decimal(STATEMENT_DAYS),
        hint="自收到之日起。",
    )
    order: str = part("拟责令改正的内容", hint="拟责令限期拆除的写明。", shape=Shape.TEXT)
    contact: str = part("联系人、电话和地址", f"{PENALTY_LAW}第四十五条第一款")

    def more_missing(self) -> Iterator[Missing]:
        yield from super().more_missing()
        if self.statement_days is not None and self.statement_days < STATEMENT_DAYS:
            yield Missing("statement_days", "陈述申辩期限不得少于五个工作日", "住房城乡建设部令第55号")

    def paragraphs(self) -> Iterator[str]:
        yield from self.findings()
        yield f"根据{self.basis}，本机关拟对你（单位）作出如下行政处罚：{self.penalty_words}。"
        if self.order:
            yield f"拟同时{self.order}"
        yield (
            "根据《中华人民共和国行政处罚法》第四十四条、第四十五条的规定，你（单位）有陈述和申辩的权利。如有异议，"
            f"请自收到本告知书之日起{plain_number(self.statement_days)}个工作日内向本机关提出；逾期未提出的，视为放弃。"
        )
        yield from self.hearing_paragraphs()
        yield f"联系方式：{self.contact}。"

    def hearing_paragraphs(self) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True, kw_only=True)
class HearingRightNotice(PenaltyNotice):
    """行政处罚听证告知书 (Art. 63, 64(一)): the same, and the right to ask for a hearing within five working days."""

    kind: ClassVar[str] = "hearing_right"
    title: ClassVar[str] = "行政处罚听证告知书"
    mark: ClassVar[str] = "听告"

    hearing_words: str = part(
        "听证权利",
        f"{PENALTY_LAW}第六十三条、第六十四条第一项",
        shape=Shape.TEXT,
        default="有要求听证的权利；要求听证的，应当在收到本告知书后五日（工作日）内提出，逾期视为放弃。听证不收取费用。",
    )

    def hearing_paragraphs(self) -> Iterator[str]:
        yield f"根据《中华人民共和国行政处罚法》第六十三条、第六十四条的规定，你（单位）{self.hearing_words}"


@dataclass(frozen=True, kw_only=True)
class HearingNotice(Letter):
    """听证通知书 (Art. 64(二): seven working days before)."""

    kind: ClassVar[str] = "hearing_notice"
    title: ClassVar[str] = "行政处罚听证通知书"
    mark: ClassVar[str] = "听通"
    is_served: ClassVar[bool] = True

    party_name: str = part("当事人", f"{PENALTY_LAW}第六十四条第二项")
    cause: str = part("案由", f"{PENALTY_LAW}第六十四条第二项")
    held_at: datetime | None = part("听证时间", f"{PENALTY_LAW}第六十四条第二项", shape=Shape.MOMENT)
    place: str = part("听证地点", f"{PENALTY_LAW}第六十四条第二项")
    is_open: bool = part("公开举行", shape=Shape.YES, default=True)
    chair: str = part("主持人", f"{PENALTY_LAW}第六十四条第四项")
    clerk: str = part("记录员")
    recusal: str = part(
        "申请回避的权利",
        f"{PENALTY_LAW}第六十四条第四项",
        shape=Shape.TEXT,
        default="认为主持人与本案有直接利害关系的，有权申请回避。",
    )
    agents: str = part(
        "委托代理",
        f"{PENALTY_LAW}第六十四条第五项",
        shape=Shape.TEXT,
        default="可以亲自参加听证，也可以委托一至二人代理；委托代理的，提交授权委托书。",
    )
    absence: str = part(
        "缺席的后果",
        f"{PENALTY_LAW}第六十四条第六项",
        shape=Shape.TEXT,
        default="无正当理由拒不出席或者未经许可中途退出听证的，视为放弃听证权利。",
    )
    contact: str = part("联系人和电话", f"{PENALTY_LAW}第六十四条第二项")

    @property
    def addressee(self) -> str:
        return self.party_name

    def paragraphs(self) -> Iterator[str]:
        way = "公开" if self.is_open else "不公开"
        when = moment_cn(self.held_at) if self.held_at else ""
        yield f"关于{self.cause}一案，根据你（单位）的要求，本机关定于{when}在{self.place}{way}举行听证。"
        yield f"听证主持人：{self.chair}。{f'记录员：{self.clerk}。' if self.clerk else ''}{self.recusal}"
        yield f"你（单位）{self.agents}"
        yield self.absence
        yield f"联系方式：{self.contact}。"


@dataclass(frozen=True, kw_only=True)
class DeferralNotice(PartyDocument, Letter):
    """准予（不予）延期、分期缴纳罚款通知书 (Art. 66(2))."""

    kind: ClassVar[str] = "deferral"
    title: ClassVar[str] = "延期（分期）缴纳罚款通知书"
    mark: ClassVar[str] = "缓"
    is_served: ClassVar[bool] = True

    decision_number: str = part("处罚决定书文号", f"{PENALTY_LAW}第六十六条第二款")
    applied_on: date | None = part("申请日期", f"{PENALTY_LAW}第六十六条第二款", shape=Shape.DAY)
    hardship: str = part("经济困难的事由", f"{PENALTY_LAW}第六十六条第二款", shape=Shape.TEXT)
    granted: str = part(
        "决定",
        f"{PENALTY_LAW}第六十六条第二款",
        shape=Shape.CHOICE,
        choices=(("准予延期", "准予延期"), ("准予分期", "准予分期"), ("不予准许", "不予准许")),
    )
    plan: tuple[str, ...] = part("缴纳安排", shape=Shape.LIST, hint="每行一期：日期 金额（元）。")
    consequence: str = part(
        "未按期缴纳的后果",
        f"{PENALTY_LAW}第七十二条第一款第一项",
        shape=Shape.TEXT,
        default="到期不缴纳的，自到期次日起每日按到期未缴数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额。",
    )

    def more_missing(self) -> Iterator[Missing]:
        if self.granted.startswith("准予") and not self.plan:
            yield Missing("plan", "没有写明延期或各期的日期和金额", f"{PENALTY_LAW}第六十六条第二款")

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"你（单位）于{date_cn(self.applied_on)}以“{self.hardship}”为由，就{self.decision_number}申请延期（分期）缴纳罚款。"
        yield f"根据《中华人民共和国行政处罚法》第六十六条第二款的规定，经审查，本机关决定：{self.granted}。"
        if self.plan:
            yield "缴纳安排如下："
            yield from self.plan
        yield self.consequence


@dataclass(frozen=True, kw_only=True)
class SurchargeNotice(PartyDocument, Letter):
    """加处罚款通知书 (Art. 72(1)(一); 行政强制法 Art. 45)."""

    kind: ClassVar[str] = "surcharge"
    title: ClassVar[str] = "加处罚款通知书"
    mark: ClassVar[str] = "加罚"
    is_served: ClassVar[bool] = True

    decision_number: str = part("处罚决定书文号", "《行政强制法》第四十五条")
    fine: Decimal | None = part("罚款（元）", "《行政强制法》第四十五条", shape=Shape.MONEY)
    unpaid: Decimal | None = part("到期未缴（元）", "《行政强制法》第四十五条", shape=Shape.MONEY)
    due_on: date | None = part("缴纳期限", "《行政强制法》第四十五条", shape=Shape.DAY)
    computed_to: date | None = part("计算至", "《行政强制法》第四十五条", shape=Shape.DAY)
    lines: tuple[str, ...] = part("计算明细", "《行政强制法》第四十五条", shape=Shape.LIST)
    amount: Decimal | None = part("加处罚款（元）", "《行政强制法》第四十五条", shape=Shape.MONEY)
    standard: str = part(
        "加处标准",
        "《行政强制法》第四十五条第一款",
        shape=Shape.TEXT,
        default="每日按到期未缴罚款数额的百分之三计算，加处罚款的数额不超出罚款的数额；行政复议、行政诉讼期间不计算。",
    )
    remedies: str = part("救济途径和期限", "《行政复议法》第二十条", shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        if self.fine is not None and self.amount is not None and self.amount > self.fine:
            yield Missing("amount", "加处罚款不得超出罚款的数额", f"{PENALTY_LAW}第七十二条第一款第一项")

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield (
            f"{self.decision_number}对你（单位）处以罚款{amount(self.fine)}元，缴纳期限至{date_cn(self.due_on)}。"
            f"你（单位）到期未缴{amount(self.unpaid)}元。"
        )
        yield (
            "根据《中华人民共和国行政处罚法》第七十二条第一款第一项和《中华人民共和国行政强制法》第四十五条的规定，"
            f"截至{date_cn(self.computed_to)}，加处罚款{amount(self.amount)}元。计算如下："
        )
        yield from self.lines
        yield self.standard
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class TransferLetter(Letter):
    """案件移送函: no jurisdiction here (Art. 22), or a crime (Art. 27)."""

    kind: ClassVar[str] = "transfer"
    title: ClassVar[str] = "案件移送函"
    mark: ClassVar[str] = "移"
    is_served: ClassVar[bool] = True

    to: str = part("受移送机关", f"{PENALTY_LAW}第二十二条")
    cause: str = part("案由", f"{PENALTY_LAW}第二十二条")
    party_name: str = part("当事人", f"{PENALTY_LAW}第二十二条")
    facts: str = part("案情", f"{PENALTY_LAW}第二十二条", shape=Shape.TEXT)
    reason: str = part("移送理由和依据", f"{PENALTY_LAW}第二十二条、第二十七条", shape=Shape.TEXT)
    materials: tuple[str, ...] = part("移送材料", f"{PENALTY_LAW}第二十七条第二款", shape=Shape.LIST)
    contact: str = part("联系人和电话", f"{PENALTY_LAW}第二十七条第二款")

    @property
    def addressee(self) -> str:
        return self.to

    def paragraphs(self) -> Iterator[str]:
        yield f"本机关在办理{self.party_name}涉嫌{self.cause}一案中查明：{self.facts}"
        yield f"{self.reason}现将案件移送你单位处理，请将处理结果函告本机关。"
        yield "移送材料："
        yield from (f"{order}．{name}" for order, name in enumerate(self.materials, start=1))
        yield f"联系方式：{self.contact}。"
