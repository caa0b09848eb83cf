"""What the bureau decides: grant, refusal, licence, changes, and how a permit ends early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from permits.documents.bases import Block, Grid, Line, Need, day_words, numbered
from permits.documents.parts import CasePaperContent, RemediedPaper
from permits.paper_kinds import PaperKind

ROADS = "《城市道路管理条例》"
PLACE_NEEDS = (
    Need("case.place", "地点没有填写。请在申请中补填。", f"{ROADS}第三十六条"),
    Need("case.segments", "占用、挖掘的部位和面积没有填写。", f"{ROADS}第三十六条"),
    Need("case.starts_on", "许可期限没有填写。", f"{ROADS}第三十六条"),
    Need("case.ends_on", "许可期限没有填写。", f"{ROADS}第三十六条"),
)


@dataclass(frozen=True, kw_only=True)
class Grant(CasePaperContent):
    """准予行政许可决定书."""

    KIND = PaperKind.GRANT
    ARTICLE: ClassVar[str] = "《行政许可法》第三十八条第一款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        *PLACE_NEEDS,
        Need("decided_on", "决定日期没有填写。请先办理准予决定。", ARTICLE),
        Need("basis", "许可依据没有填写。", ARTICLE),
        Need("conditions", "许可条件没有填写。请写明施工和恢复的要求。", f"{ROADS}第三十一条、第三十五条"),
        Need(
            "supervision_phone",
            "监督电话没有设定。请办公室在“业务设置”中填写。",
            "《行政许可法》第六十一条、第六十五条",
        ),
    )
    decided_on: date | None = None
    basis: str = ""
    conditions: tuple[str, ...] = ()
    fee: str = ""
    police: str = ""
    government: str = ""
    supervision_phone: str = ""

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}），"
            f"经审查符合法定条件。依照{self.basis}，本机关于{day_words(self.decided_on)}决定准予行政许可。许可内容如下："
        )
        yield self.case.brief(("交管意见", self.police), ("政府批准", self.government), ("费用", self.fee))
        yield self.case.segment_grid()
        yield Line("被许可人应当遵守下列要求：")
        yield from numbered(self.conditions)
        yield Line(
            f"需要移动位置、扩大面积、延长时间的，应当在许可期限届满以前提前办理变更审批（{ROADS}第三十六条）；"
            f"完工后清理现场、恢复原状并通知验收。监督电话：{self.supervision_phone}。"
        )


@dataclass(frozen=True, kw_only=True)
class Refusal(RemediedPaper):
    """不予行政许可决定书: reasons and remedies."""

    KIND = PaperKind.REFUSAL
    ARTICLE: ClassVar[str] = "《行政许可法》第三十八条第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("facts", "查明的事实没有填写。", ARTICLE),
        Need("reasons", "不予许可的理由没有填写。法律要求说明理由。", ARTICLE),
        Need("basis", "不予许可的依据没有填写。请写明法律、法规的条款。", ARTICLE),
    )
    facts: str = ""
    reasons: str = ""
    basis: str = ""

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}），本机关已依法审查。"
        )
        yield Line(f"经查：{self.facts.rstrip('。')}。")
        yield Line(f"本机关认为：{self.reasons.rstrip('。')}。依照{self.basis}，决定不予行政许可。")
        yield Line(self.remedies.words("决定"))


@dataclass(frozen=True, kw_only=True)
class Licence(CasePaperContent):
    """许可证: to be carried on site, with a code that shows whether it still holds."""

    KIND = PaperKind.LICENCE
    ARTICLE: ClassVar[str] = "《行政许可法》第三十九条"
    TEMPLATE: ClassVar[str] = "permits/pdf/licence.html"
    FORM: ClassVar[bool] = True
    NEEDS: ClassVar[tuple[Need, ...]] = (
        *PLACE_NEEDS,
        Need("decision", "准予决定书文号没有。请先签发准予行政许可决定书，或者登记外部编号。", ARTICLE),
        Need("verify_url", "验真二维码的网址没有生成。请办公室在“业务设置”中填写系统访问网址。", ARTICLE),
    )
    decision: str = ""
    conditions: tuple[str, ...] = ()
    verify_url: str = ""
    supervision_phone: str = ""

    @property
    def title(self) -> str:
        return "城市道路挖掘许可证" if self.case.is_excavation else "城市道路（公共场地）占用许可证"

    @property
    def addressee(self) -> str:
        return ""

    def body(self) -> Iterator[Block]:
        yield self.case.facts(("许可决定", self.decision), ("监督电话", self.supervision_phone))
        yield self.case.segment_grid()
        yield from numbered(self.conditions)
        yield Line("本证不得涂改、倒卖、出租、出借或者以其他形式非法转让，应当在现场备查。扫描二维码可以查询是否有效。")


@dataclass(frozen=True)
class Change:
    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ChangeGrant(CasePaperContent):
    """准予变更决定书."""

    KIND = PaperKind.CHANGE_GRANT
    ARTICLE: ClassVar[str] = f"{ROADS}第三十六条；《行政许可法》第四十九条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("licence", "原许可证号没有。", ARTICLE),
        Need("changes", "变更内容没有填写。", ARTICLE),
        Need("decided_on", "决定日期没有填写。", ARTICLE),
    )
    licence: str = ""
    applied_on: date | None = None
    decided_on: date | None = None
    changes: tuple[Change, ...] = ()
    fee: str = ""

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.applied_on)}申请变更{self.licence}许可证载明的内容，经审查符合法定条件。"
        )
        yield Line(
            f"依照{ROADS}第三十六条和《中华人民共和国行政许可法》第四十九条，"
            f"本机关于{day_words(self.decided_on)}决定准予变更如下："
        )
        yield change_grid(self.changes)
        if self.fee:
            yield Line(f"费用：{self.fee}。")
        yield Line("其他内容不变。本决定书与原许可证一并使用。")


def change_grid(changes: tuple[Change, ...]) -> Grid:
    return Grid(("变更内容", "变更前", "变更后"), tuple((each.what, each.before, each.after) for each in changes))


@dataclass(frozen=True, kw_only=True)
class ChangeRefusal(RemediedPaper):
    """不予变更决定书."""

    KIND = PaperKind.CHANGE_REFUSAL
    ARTICLE: ClassVar[str] = f"{ROADS}第三十六条；《行政许可法》第三十八条第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("licence", "原许可证号没有。", ARTICLE),
        Need("reasons", "不予变更的理由没有填写。", ARTICLE),
        Need("basis", "不予变更的依据没有填写。", ARTICLE),
    )
    licence: str = ""
    applied_on: date | None = None
    changes: tuple[Change, ...] = ()
    reasons: str = ""
    basis: str = ""

    def body(self) -> Iterator[Block]:
        yield Line(f"你（单位）于{day_words(self.applied_on)}申请变更{self.licence}许可证载明的内容：")
        yield change_grid(self.changes)
        yield Line(
            f"经审查：{self.reasons.rstrip('。')}。依照{self.basis}，本机关决定不予变更。仍应按原许可的位置、面积、期限实施。"
        )
        yield Line(self.remedies.words("决定"))


@dataclass(frozen=True, kw_only=True)
class Adjustment(RemediedPaper):
    """调整决定书: the city needs the place; part of the occupation fee goes back."""

    KIND = PaperKind.ADJUSTMENT
    ARTICLE: ClassVar[str] = f"{ROADS}第三十八条；《行政许可法》第八条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("licence", "许可证号没有。", ARTICLE),
        Need("reasons", "城市建设或者公共利益需要的理由没有填写。", ARTICLE),
        Need("changes", "调整内容没有填写。", ARTICLE),
        Need(
            "refund",
            "退费说明没有填写。缩小面积、缩短期限或者停止占用的，应当退还部分占用费；没有收费的写“未收费”。",
            ARTICLE,
        ),
    )
    licence: str = ""
    reasons: str = ""
    changes: tuple[Change, ...] = ()
    refund: str = ""

    def body(self) -> Iterator[Block]:
        yield Line(
            f"因{self.reasons.rstrip('。')}，依照{ROADS}第三十八条和《中华人民共和国行政许可法》第八条，"
            f"本机关决定对你（单位）持有的{self.licence}许可证载明的内容调整如下："
        )
        yield change_grid(self.changes)
        yield Line(f"退费：{self.refund.rstrip('。')}。")
        yield Line(self.remedies.words("决定"))


@dataclass(frozen=True, kw_only=True)
class Ending(RemediedPaper):
    """Abstract. A licence ends early: on which ground, after the party was heard."""

    VERB: ClassVar[str]
    NEEDS: ClassVar[tuple[Need, ...]] = ()
    licence: str = ""
    facts: str = ""
    ground: str = ""  # the item of the article
    heard: str = ""
    follow_up: str = ""

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        yield Need("licence", "许可证号没有。", self.ARTICLE)
        yield Need("facts", "查明的事实没有填写。", self.ARTICLE)
        yield Need("ground", f"{self.VERB}的法定情形没有选定。", self.ARTICLE)
        yield Need(
            "heard", "当事人陈述申辩的情况没有填写。作出不利决定以前应当听取当事人意见。", "《行政许可法》第七条"
        )

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）持有的{self.licence}许可证（{self.case.item}，{self.case.place}），本机关现已查明：{self.facts.rstrip('。')}。"
        )
        yield Line(f"关于陈述、申辩：{self.heard.rstrip('。')}。")
        yield Line(f"依照{self.ground}，本机关决定{self.VERB}该行政许可。")
        if self.follow_up:
            yield Line(f"后续要求：{self.follow_up.rstrip('。')}。")
        yield Line(self.remedies.words("决定"))


@dataclass(frozen=True, kw_only=True)
class Revocation(Ending):
    KIND = PaperKind.REVOCATION
    VERB: ClassVar[str] = "撤销"
    ARTICLE: ClassVar[str] = "《行政许可法》第六十九条"


@dataclass(frozen=True, kw_only=True)
class AgencyWithdrawal(Ending):
    """撤回: the law or the circumstances changed; loss of property is compensated."""

    KIND = PaperKind.AGENCY_WITHDRAWAL
    VERB: ClassVar[str] = "撤回"
    ARTICLE: ClassVar[str] = "《行政许可法》第八条第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("follow_up", "补偿的处理没有填写。由此造成财产损失的，应当依法给予补偿。", ARTICLE),
    )


@dataclass(frozen=True, kw_only=True)
class Cancellation(Ending):
    KIND = PaperKind.CANCELLATION
    VERB: ClassVar[str] = "注销"
    ARTICLE: ClassVar[str] = "《行政许可法》第七十条"
