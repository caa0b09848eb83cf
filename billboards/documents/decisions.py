"""Decisions: penalty, no penalty, on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from billboards.discretion import CITIZEN, ORGANISATION, SPOT_CASH_CAP, why_not_spot
from billboards.documents.base import Letter, OfficerDocument, PartyDocument, Shape, part
from billboards.documents.blocks import moment_cn
from billboards.documents.notices import ProposedPenalty
from billboards.remedies import BASES, Remedy, why_not_remedies
from staff.case_papers import Missing

CONTENTS = "《行政处罚法》第五十九条第一款"


def remedies_missing(text: str, remedy: Remedy) -> Iterator[Missing]:
    if reason := why_not_remedies(text, remedy):
        yield Missing("remedies", reason.rstrip("。"), BASES[remedy])


@dataclass(frozen=True, kw_only=True)
class PenaltyDecision(ProposedPenalty):
    """行政处罚决定书: the six items of Art. 59, what became of defence and hearing, and how to pay."""

    kind: ClassVar[str] = "penalty"
    title: ClassVar[str] = "行政处罚决定书"
    mark: ClassVar[str] = "罚"
    KINDS: ClassVar[str] = f"{CONTENTS}第三项"

    cause: str = part("案由", f"{CONTENTS}第二项")
    facts: str = part("违法事实", f"{CONTENTS}第二项", shape=Shape.TEXT)
    provision: str = part("违反的规定", f"{CONTENTS}第二项", shape=Shape.TEXT)
    basis: str = part("处罚依据", f"{CONTENTS}第三项", shape=Shape.TEXT)
    evidence: str = part("证据", f"{CONTENTS}第二项", shape=Shape.TEXT)
    notice: str = part("事先告知情况", "《行政处罚法》第六十二条", shape=Shape.TEXT, hint="告知书文号和送达日期。")
    defence: str = part(
        "陈述申辩、听证及采纳情况", "《行政处罚法》第六十二条", shape=Shape.TEXT, hint="没有提出的写明“未提出”。"
    )
    order: str = part(
        "责令改正的内容", "《行政处罚法》第二十八条第一款", shape=Shape.TEXT, hint="已改正的写明“已改正”。"
    )
    performance: str = part("履行方式和期限", f"{CONTENTS}第四项", shape=Shape.TEXT)
    bank: str = part("缴款银行或电子支付渠道", hint="处罚款的必填（《行政处罚法》第六十七条第三款）。")
    late: str = part(
        "逾期缴纳的后果",
        shape=Shape.TEXT,
        default="到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额。",
    )
    remedies: str = part("救济途径和期限", f"{CONTENTS}第五项", shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        yield from super().more_missing()
        if self.fine and not self.bank.strip():
            yield Missing("bank", "没有写明收款银行或者电子支付渠道", "《行政处罚法》第六十七条第三款")
        if self.fine and "百分之三" not in self.late:
            yield Missing("late", "没有写明逾期每日百分之三加处罚款", "《行政处罚法》第七十二条第一款第一项")
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.ORDINARY)

    def paragraphs(self) -> Iterator[str]:
        yield from self.findings()
        yield f"{self.notice}{self.defence}"
        yield f"根据{self.basis}，本机关决定对你（单位）作出如下行政处罚：{self.penalty_words}。"
        yield f"责令改正：{self.order}"
        yield f"履行方式和期限：{self.performance}"
        if self.fine:
            yield f"罚款缴至：{self.bank}。{self.late}"
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class NoPenaltyDecision(PartyDocument, Letter):
    """不予行政处罚决定书 (Art. 33, 57(1)(二))."""

    kind: ClassVar[str] = "no_penalty"
    title: ClassVar[str] = "不予行政处罚决定书"
    mark: ClassVar[str] = "不罚"
    is_served: ClassVar[bool] = True

    cause: str = part("案由", "《行政处罚法》第五十七条第一款第二项")
    facts: str = part("违法事实和证据", "《行政处罚法》第五十七条第一款第二项", shape=Shape.TEXT)
    provision: str = part("违反的规定", "《行政处罚法》第五十七条第一款第二项")
    ground: str = part(
        "不予处罚的情形",
        "《行政处罚法》第三十三条",
        shape=Shape.CHOICE,
        choices=(
            ("违法行为轻微并及时改正，没有造成危害后果", "轻微、及时改正、没有危害后果"),
            ("初次违法且危害后果轻微并及时改正", "初次违法、危害后果轻微、及时改正"),
            ("当事人有证据足以证明没有主观过错", "证明没有主观过错"),
            ("不满十四周岁或者不能辨认、控制自己行为", "没有责任能力"),
        ),
    )
    reason: str = part("理由", "《行政处罚法》第三十三条", shape=Shape.TEXT)
    education: str = part("教育情况", "《行政处罚法》第三十三条第三款", shape=Shape.TEXT)
    remedies: str = part("救济途径和期限", BASES[Remedy.ORDINARY], shape=Shape.TEXT)

    def more_missing(self) -> Iterator[Missing]:
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.ORDINARY)

    def paragraphs(self) -> Iterator[str]:
        yield self.party_words
        yield f"案由：{self.cause}。"
        yield f"经查明：{self.facts}"
        yield f"上述行为违反了{self.provision}的规定。鉴于{self.ground}，{self.reason}"
        yield "根据《中华人民共和国行政处罚法》第三十三条、第五十七条第一款第二项的规定，本机关决定不予行政处罚。"
        yield f"教育情况：{self.education}"
        yield self.remedies


@dataclass(frozen=True, kw_only=True)
class SpotDecision(OfficerDocument, PartyDocument, Letter):
    """当场行政处罚决定书 (Art. 51, 52): caps by party, review comes first."""

    kind: ClassVar[str] = "spot"
    title: ClassVar[str] = "当场行政处罚决定书"
    mark: ClassVar[str] = "当罚"
    is_served: ClassVar[bool] = True

    party_kind: str = part(
        "当事人类别",
        "《行政处罚法》第五十一条",
        shape=Shape.CHOICE,
        choices=((CITIZEN, "公民"), (ORGANISATION, "法人或者其他组织")),
    )
    happened_at: datetime | None = part("处罚时间", "《行政处罚法》第五十二条第二款", shape=Shape.MOMENT)
    place: str = part("处罚地点", "《行政处罚法》第五十二条第二款")
    act: str = part("违法行为", "《行政处罚法》第五十二条第二款", shape=Shape.TEXT)
    provision: str = part("违反的规定", "《行政处罚法》第五十二条第二款")
    basis: str = part("处罚依据", "《行政处罚法》第五十二条第二款")
    warning: bool = part("警告", shape=Shape.YES)
    fine: Decimal | None = part("罚款（元）", shape=Shape.MONEY)
    payment: str = part(
        "罚款缴纳方式",
        shape=Shape.CHOICE,
        choices=(("bank", "自收到决定书之日起十五日内到指定银行或通过电子支付系统缴纳"), ("spot", "当场收缴")),
    )
    spot_reason: str = part("当场收缴的理由", hint="一百元以下；或不当场收缴事后难以执行。")
    bank: str = part("缴款银行或电子支付渠道")
    told: bool = part("已告知事实、理由、依据和陈述申辩权", "《行政处罚法》第四十四条、第四十五条", shape=Shape.YES)
    card_shown: bool = part("已出示执法证件", "《行政处罚法》第五十二条第一款", shape=Shape.YES)
    remedies: str = part("救济途径和期限", BASES[Remedy.SPOT], shape=Shape.TEXT)
    signature: str = part("当事人签收")
    refusal: str = part("拒绝签收的情况")

    @property
    def penalties(self) -> list[str]:
        found = ["警告"] if self.warning else []
        return [*found, f"罚款人民币{self.fine:,.2f}元"] if self.fine else found

    def more_missing(self) -> Iterator[Missing]:
        if not self.penalties:
            yield Missing("fine", "没有写明处罚的种类和数额", "《行政处罚法》第五十二条第二款")
        if self.fine and self.party_kind and (reason := why_not_spot(self.party_kind, self.fine)):
            yield Missing("fine", reason.rstrip("。"), "《行政处罚法》第五十一条")
        if self.fine:
            yield from self._payment_missing(self.fine)
        if self.remedies.strip():
            yield from remedies_missing(self.remedies, Remedy.SPOT)
        if not self.signature.strip() and not self.refusal.strip():
            yield Missing("signature", "没有当事人签收；拒绝签收的在决定书上注明", "《行政处罚法》第五十二条第一款")

    def _payment_missing(self, fine: Decimal) -> Iterator[Missing]:
        if not self.payment:
            yield Missing("payment", "没有写明罚款缴纳方式", "《行政处罚法》第五十二条第二款")
        if self.payment == "bank" and not self.bank.strip():
            yield Missing("bank", "没有写明收款银行或者电子支付渠道", "《行政处罚法》第六十七条第三款")
        if self.payment == "spot" and fine > SPOT_CASH_CAP and not self.spot_reason.strip():
            yield Missing(
                "spot_reason",
                "超过一百元当场收缴的，写明不当场收缴事后难以执行的理由",
                "《行政处罚法》第六十八条、第六十九条",
            )

    def paragraphs(self) -> Iterator[str]:
        when = moment_cn(self.happened_at) if self.happened_at else ""
        yield self.party_words
        yield f"{when}，在{self.place}，{self.act}违反了{self.provision}的规定。"
        yield f"根据{self.basis}和《中华人民共和国行政处罚法》第五十一条的规定，当场作出如下行政处罚：{'；'.join(self.penalties)}。"
        if self.fine and self.payment == "spot":
            yield f"罚款当场收缴，出具财政部门统一制发的专用票据。{self.spot_reason}"
        elif self.fine:
            yield (
                f"罚款自收到本决定书之日起十五日内缴至{self.bank}；到期不缴纳的，每日按罚款数额的百分之三加处罚款，"
                "加处罚款的数额不超出罚款的数额。"
            )
        yield self.remedies
        yield f"处罚前已出示执法证件，告知事实、理由、依据和陈述、申辩的权利。执法人员：{'；'.join(self.officers)}。"
        yield f"当事人签收：{self.signature}" if self.signature else f"当事人拒绝签收：{self.refusal}"
