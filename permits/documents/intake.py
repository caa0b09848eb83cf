"""Papers at the window: receipts, acceptance, refusal to accept, supplement, no permit needed, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from permits.documents.bases import Block, Grid, Line, Need, Signs, day_words
from permits.documents.parts import CasePaperContent, RemediedPaper
from permits.paper_kinds import PaperKind

STAMP = "行政许可专用章"


@dataclass(frozen=True)
class MaterialLine:
    name: str
    form: str = ""  # 原件, 复印件, 电子件
    copies: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt(CasePaperContent):
    """收件凭证: what was handed in, and when. It accepts nothing."""

    KIND = PaperKind.RECEIPT
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条"
    FORM: ClassVar[bool] = True
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("case.received_on", "收件日期没有填写。请登记收到申请的日期。", ARTICLE),
        Need("materials", "材料清单是空的。请逐项登记收到的材料。", ARTICLE),
        Need("received_by", "收件人没有填写。", ARTICLE),
    )
    materials: tuple[MaterialLine, ...] = ()
    received_by: str = ""
    answer_by: date | None = None

    @property
    def seal(self) -> str:
        return STAMP

    def material_grid(self) -> Grid:
        rows = tuple((str(n), m.name, m.form, m.copies, m.note) for n, m in enumerate(self.materials, 1))
        return Grid(("序号", "材料名称", "形式", "份数", "备注"), rows, caption="收到的材料")

    def body(self) -> Iterator[Block]:
        yield Line(f"你（单位）提交的“{self.case.item}”申请材料收悉，收件情况如下：")
        yield self.case.facts(("收件日期", day_words(self.case.received_on)), ("收件人", self.received_by))
        yield self.material_grid()
        until = f"最迟{day_words(self.answer_by)}" if self.answer_by else "五个工作日内"
        yield Line(
            f"本凭证只证明收到上述材料，不表示申请已被受理。材料不齐全或者不符合法定形式的，本机关{until}一次告知需要补正的全部内容；"
            "逾期不告知的，自收到申请材料之日起即为受理。"
        )
        yield Signs(("申请人（代理人）", "收件人"))


@dataclass(frozen=True, kw_only=True)
class SupplementReceipt(Receipt):
    """补正收件凭证: what was handed in after the notice."""

    KIND = PaperKind.SUPPLEMENT_RECEIPT
    supplemented_on: date | None = None

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        yield Need("supplemented_on", "补正材料的收到日期没有填写。", self.ARTICLE)

    def body(self) -> Iterator[Block]:
        yield Line(f"你（单位）于{day_words(self.supplemented_on)}补正的“{self.case.item}”申请材料收悉，收件情况如下：")
        yield self.case.facts(("首次收件日期", day_words(self.case.received_on)), ("收件人", self.received_by))
        yield self.material_grid()
        yield Line("本凭证只证明收到上述材料。补正后材料齐全、符合法定形式的，本机关依法受理并出具受理通知书。")
        yield Signs(("申请人（代理人）", "收件人"))


@dataclass(frozen=True, kw_only=True)
class Acceptance(CasePaperContent):
    """受理通知书: dated, with the seal for this purpose; starts the legal period."""

    KIND = PaperKind.ACCEPTANCE
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条第一款第五项、第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("case.received_on", "收件日期没有填写。请登记收到申请的日期。", ARTICLE),
        Need("accepted_on", "受理日期没有填写。请先办理受理。", ARTICLE),
        Need(
            "legal_due",
            "法定办结日期没有算出。请检查工作日历是否已载入该年度。",
            "《行政许可法》第四十二条、第八十二条",
        ),
    )
    accepted_on: date | None = None
    legal_days: int = 20
    legal_due: date | None = None
    promised_days: int = 0
    promised_due: date | None = None
    deemed: bool = False  # five working days went by without a word

    @property
    def seal(self) -> str:
        return STAMP

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}）收悉。"
        )
        if self.deemed:
            yield Line(
                "本机关未在收到申请材料之日起五个工作日内告知补正，依照《中华人民共和国行政许可法》第三十二条第一款第四项，"
                f"该申请自收到申请材料之日（{day_words(self.accepted_on)}）起即为受理。"
            )
        else:
            yield Line(
                "经审查，申请事项属于本机关职权范围，材料齐全、符合法定形式。依照《中华人民共和国行政许可法》"
                f"第三十二条第一款第五项，决定自{day_words(self.accepted_on)}起受理。"
            )
        promise = (
            f"；本机关承诺{self.promised_days}个工作日内（{day_words(self.promised_due)}前）办结"
            if self.promised_due
            else ""
        )
        yield Line(
            f"法定办理期限为自受理之日起{self.legal_days}个工作日，至{day_words(self.legal_due)}止{promise}。"
            "依法需要听证、检验、检测、鉴定和专家评审的，所需时间不计算在内，另行书面告知。"
        )
        yield self.case.brief()


@dataclass(frozen=True, kw_only=True)
class IntakeRefusal(RemediedPaper):
    """不予受理决定书: names the reason and, outside our competence, the right agency."""

    KIND = PaperKind.INTAKE_REFUSAL
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条第一款第二项、第二款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("reasons", "不予受理的理由没有填写。", ARTICLE),
        Need("basis", "不予受理的依据没有填写。请写明法律、法规的条款。", ARTICLE),
    )
    reasons: str = ""
    basis: str = ""
    right_agency: str = ""

    @property
    def seal(self) -> str:
        return STAMP

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}）收悉。"
        )
        yield Line(f"经审查：{self.reasons.rstrip('。')}。")
        yield Line(f"依照{self.basis}，本机关决定不予受理。")
        if self.right_agency:
            yield Line(f"该事项请向{self.right_agency}申请。")
        yield Line(self.remedies.words("决定"))


@dataclass(frozen=True)
class SupplementItem:
    material: str
    what: str  # what is wrong and how it is put right


@dataclass(frozen=True, kw_only=True)
class Supplement(CasePaperContent):
    """补正告知书: once, everything."""

    KIND = PaperKind.SUPPLEMENT
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条第一款第四项"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("case.received_on", "收件日期没有填写。请登记收到申请的日期。", ARTICLE),
        Need("items", "需要补正的内容是空的。请一次列全。", ARTICLE),
    )
    items: tuple[SupplementItem, ...] = ()

    @property
    def seal(self) -> str:
        return STAMP

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}）收悉。"
        )
        yield Line("经审查，申请材料不齐全或者不符合法定形式。现一次告知需要补正的全部内容：")
        rows = tuple((str(n), each.material, each.what) for n, each in enumerate(self.items, 1))
        yield Grid(("序号", "材料名称", "补正要求"), rows)
        yield Line(
            "补正后请将材料交回原收件窗口或者通过网上提交。补正材料齐全、符合法定形式的，本机关自收到全部补正材料之日起受理。"
        )


@dataclass(frozen=True, kw_only=True)
class NotRequired(CasePaperContent):
    """无需许可告知书: the matter needs no permit; told at once."""

    KIND = PaperKind.NOT_REQUIRED
    ARTICLE: ClassVar[str] = "《行政许可法》第三十二条第一款第一项"
    NEEDS: ClassVar[tuple[Need, ...]] = (Need("reasons", "不需要取得许可的理由没有填写。", ARTICLE),)
    reasons: str = ""

    @property
    def seal(self) -> str:
        return STAMP

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.case.received_on)}提出的“{self.case.item}”申请（申请编号{self.case.reference}）收悉。"
        )
        yield Line(f"经审查，该事项依法不需要取得行政许可：{self.reasons.rstrip('。')}。现即时告知，申请材料一并退回。")
        yield Line("实施过程中仍应遵守道路、市容和交通安全的有关规定，不得损坏城市道路及其附属设施。")


@dataclass(frozen=True, kw_only=True)
class Withdrawal(CasePaperContent):
    """终止办理告知书: the applicant took the application back."""

    KIND = PaperKind.WITHDRAWAL
    ARTICLE: ClassVar[str] = "《行政许可法》第二十九条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("withdrawn_on", "申请人撤回申请的日期没有填写。请先登记撤回申请。", ARTICLE),
        Need("reasons", "撤回申请的原因没有填写。", ARTICLE),
    )
    withdrawn_on: date | None = None
    reasons: str = ""

    @property
    def seal(self) -> str:
        return STAMP

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）于{day_words(self.withdrawn_on)}书面撤回“{self.case.item}”申请（申请编号{self.case.reference}），"
            f"原因为：{self.reasons.rstrip('。')}。"
        )
        yield Line(
            "本机关终止办理该申请，申请材料原件予以退还。以后需要占用、挖掘的，应当重新申请，取得许可以前不得施工。"
        )
