"""Papers after the decision: payment, site board, inspection, rectification, completion; the emergency; proof of service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from permits.documents.bases import (
    Block,
    Facts,
    Grid,
    Line,
    Need,
    Signs,
    day_words,
    minute_words,
    money_words,
    numbered,
)
from permits.documents.decision import PLACE_NEEDS, ROADS
from permits.documents.parts import CasePaperContent, FiledForm, Officer, RemediedPaper
from permits.paper_kinds import PaperKind
from staff.case_papers import Missing


@dataclass(frozen=True)
class FeeLine:
    name: str
    formula: str
    amount: Decimal  # 元


@dataclass(frozen=True, kw_only=True)
class Payment(CasePaperContent):
    """缴款通知书: to the treasury by 非税, by a published standard, line by line."""

    KIND = PaperKind.PAYMENT
    ARTICLE: ClassVar[str] = f"{ROADS}第三十七条；《行政许可法》第五十八条、第五十九条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("lines", "费用明细是空的。请先核定费用。", ARTICLE),
        Need("tariff", "收费标准的文件名称和文号没有填写。", ARTICLE),
        Need(
            "pay_at", "缴款方式没有设定。请办公室在“业务设置”中填写非税缴款窗口或者方式。", "《行政许可法》第五十九条"
        ),
        Need("pay_by", "缴款期限没有算出。请先登记通知缴费；工作日历没有载入的，先载入，再“重新取数”。", ARTICLE),
    )
    lines: tuple[FeeLine, ...] = ()
    tariff: str = ""
    pay_at: str = ""
    decision: str = ""
    pay_by: date | None = None
    supplement: bool = False  # of a change: the licence is in the holder's hand

    @property
    def total(self) -> Decimal:
        return sum((each.amount for each in self.lines), Decimal(0))

    def body(self) -> Iterator[Block]:
        decided = f"（{self.decision}）" if self.decision else ""
        granted = "变更已获准予" if self.supplement else "申请已准予许可"
        yield Line(f"你（单位）“{self.case.item}”{granted}{decided}。依照{self.tariff}，应缴费用如下：")
        rows = tuple((str(n), each.name, each.formula, f"{each.amount:,.2f}") for n, each in enumerate(self.lines, 1))
        yield Grid(("序号", "费用", "计算", "金额（元）"), rows, total=("合计", "", "", f"{self.total:,.2f}"))
        yield Line(
            f"应缴合计{money_words(self.total)}。请于{day_words(self.pay_by)}前（含当日）缴清。缴款方式：{self.pay_at}。"
        )
        fetch = "" if self.supplement else "缴款后凭非税收入票据领取许可证。"
        yield Line(f"费用全部上缴国库，本机关不收取现金，除上述费用外不收取其他费用。{fetch}")


@dataclass(frozen=True, kw_only=True)
class SiteBoard(CasePaperContent):
    """开工公示牌, to be put up at the site; the code is the licence's."""

    KIND = PaperKind.SITE_BOARD
    ARTICLE: ClassVar[str] = f"{ROADS}第三十五条"
    TEMPLATE: ClassVar[str] = "permits/pdf/site_board.html"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        *PLACE_NEEDS,
        Need("licence", "许可证号没有。请先签发许可证，或者登记外部编号。", ARTICLE),
        Need("case.builder", "施工单位没有填写。", ARTICLE),
        Need("complaint_phone", "监督电话没有设定。请办公室在“业务设置”中填写。", ARTICLE),
        Need("verify_url", "验真二维码的网址没有生成。请办公室在“业务设置”中填写系统访问网址。", ARTICLE),
    )
    licence: str = ""
    requirements: tuple[str, ...] = ()
    complaint_phone: str = ""
    verify_url: str = ""

    @property
    def title(self) -> str:
        return "城市道路挖掘施工公示牌" if self.case.is_excavation else "城市道路（公共场地）占用公示牌"

    @property
    def addressee(self) -> str:
        return ""

    @property
    def seal(self) -> str:
        return ""

    def body(self) -> Iterator[Block]:
        case = self.case
        yield Facts(
            (
                ("许可证号", self.licence),
                ("建设单位", case.applicant.name),
                ("施工单位", case.builder),
                ("位置", case.place),
                ("事由", case.purpose),
                ("面积", f"{case.area:,.2f}㎡"),
                ("期限", case.span),
                ("批准机关", self.issuer),
                ("监督电话", self.complaint_phone),
            ),
            wide=True,
        )
        yield from numbered(self.requirements)


@dataclass(frozen=True, kw_only=True)
class Inspection(FiledForm):
    """监督检查记录: signed by the inspectors and filed; the public may consult it."""

    KIND = PaperKind.INSPECTION
    ARTICLE: ClassVar[str] = "《行政许可法》第六十一条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("inspected_at", "检查时间没有填写。", ARTICLE),
        Need("findings", "检查情况没有填写。", ARTICLE),
        Need("result", "处理结果没有填写。", ARTICLE),
    )
    inspected_at: datetime | None = None
    licence: str = ""
    officers: tuple[Officer, ...] = ()
    findings: tuple[tuple[str, ...], ...] = ()  # what was checked, what was found
    result: str = ""

    def missing(self) -> list[Missing]:
        found = super().missing()
        if not self.officers:
            found.append(Missing("officers", "检查人员没有填写。监督检查记录由检查人员签字后归档。", self.ARTICLE))
        return found

    def body(self) -> Iterator[Block]:
        yield self.case.facts(
            ("许可证号", self.licence),
            ("检查时间", minute_words(self.inspected_at)),
            ("检查人员", "、".join(map(str, self.officers))),
        )
        rows = tuple((str(n), row[0], row[1]) for n, row in enumerate(self.findings, 1))
        yield Grid(("序号", "检查内容", "检查情况"), rows)
        yield Facts((("处理结果", self.result),))
        yield Signs(("检查人员（一）", "检查人员（二）", "被检查人"))


@dataclass(frozen=True, kw_only=True)
class Rectify(RemediedPaper):
    """责令限期改正通知书: what, by when, and what follows."""

    KIND = PaperKind.RECTIFY
    ARTICLE: ClassVar[str] = f"{ROADS}第四十二条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("facts", "违反规定的事实没有填写。", ARTICLE),
        Need("broken", "违反的条款没有填写。", ARTICLE),
        Need("demands", "改正要求没有填写。请写明改到什么程度。", ARTICLE),
        Need("due_on", "改正期限没有填写。", ARTICLE),
    )
    licence: str = ""
    facts: str = ""
    broken: str = ""
    demands: tuple[str, ...] = ()
    due_on: date | None = None

    def body(self) -> Iterator[Block]:
        licence = f"（许可证号{self.licence}）" if self.licence else ""
        yield Line(f"经查，你（单位）在{self.case.place}实施“{self.case.item}”{licence}时，{self.facts.rstrip('。')}。")
        yield Line(
            f"上述行为违反了{self.broken}。依照{ROADS}第四十二条，责令你（单位）于{day_words(self.due_on)}前改正："
        )
        yield from numbered(self.demands)
        yield Line(f"逾期不改正的，本机关可以依照{ROADS}第四十二条处二万元以下罚款；造成损失的，依法承担赔偿责任。")
        yield Line(self.remedies.words("通知"))


@dataclass(frozen=True, kw_only=True)
class Completion(FiledForm):
    """竣工验收单: the road department and the traffic police together."""

    KIND = PaperKind.COMPLETION
    ARTICLE: ClassVar[str] = f"{ROADS}第三十五条；《道路交通安全法》第三十二条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("checked_on", "验收日期没有填写。", ARTICLE),
        Need(
            "police",
            "公安交管验收意见没有填写。道路恢复通行须经公安机关交通管理部门验收合格。",
            "《道路交通安全法》第三十二条第二款",
        ),
        Need("conclusion", "验收结论没有填写。", ARTICLE),
    )
    licence: str = ""
    checked_on: date | None = None
    officers: tuple[Officer, ...] = ()
    findings: tuple[tuple[str, ...], ...] = ()
    police: str = ""
    conclusion: str = ""
    warranty_until: date | None = None

    def body(self) -> Iterator[Block]:
        yield self.case.facts(("许可证号", self.licence), ("验收日期", day_words(self.checked_on)))
        yield self.case.segment_grid()
        warranty = day_words(self.warranty_until) if self.warranty_until else ""
        rows = (
            *((row[0], row[1]) for row in self.findings),
            ("公安交管意见", self.police),
            ("验收结论", self.conclusion),
            ("质量保修至", warranty),
        )
        yield Facts(tuple(row for row in rows if row[1]))
        yield Signs(("市政（城管）部门", "公安交管部门", "施工单位", "申请人"))


@dataclass(frozen=True, kw_only=True)
class Emergency(FiledForm):
    """抢修报备单: dig first, tell both departments at the same time, make up the formalities within 24 clock hours."""

    KIND = PaperKind.EMERGENCY
    ARTICLE: ClassVar[str] = f"{ROADS}第三十四条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("started_at", "抢修开始时间没有填写（精确到分钟）。", ARTICLE),
        Need("cause", "故障情况没有填写。", ARTICLE),
        Need("told_roads_at", "通知市政工程行政主管部门的时间没有填写。", ARTICLE),
        Need("told_police_at", "通知公安交通管理部门的时间没有填写。", ARTICLE),
        Need("due_at", "补办手续的最后时间没有算出。", ARTICLE),
    )
    started_at: datetime | None = None
    cause: str = ""
    told_roads_at: datetime | None = None
    told_police_at: datetime | None = None
    due_at: datetime | None = None
    made_up_at: datetime | None = None

    def body(self) -> Iterator[Block]:
        made_up = minute_words(self.made_up_at) if self.made_up_at else ""
        yield self.case.facts(
            ("故障情况", self.cause),
            ("抢修开始", minute_words(self.started_at)),
            ("通知城管部门", minute_words(self.told_roads_at)),
            ("通知公安交管部门", minute_words(self.told_police_at)),
            ("补办手续截止", minute_words(self.due_at)),
            ("实际补办", made_up),
        )
        yield Line("埋设在城市道路下的管线发生故障需要紧急抢修的，可以先行破路抢修，同时通知市政工程行政主管部门和公安交通管理部门，在24小时内按照规定补办批准手续；24小时不因节假日、夜间停止计算。")  # fmt: skip
        yield Line("抢修现场应当设置明显标志和安全防围设施，完工后及时清理现场、恢复路面并通知验收。")
        yield Signs(("管线产权（抢修）单位", "登记人"))


@dataclass(frozen=True)
class ServedPaper:
    name: str
    number: str
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class ServiceReceipt(FiledForm):
    """送达回证: what was handed over, by whom, how, and who signed or why nobody did."""

    KIND = PaperKind.SERVICE
    ARTICLE: ClassVar[str] = "《民事诉讼法》第八十七条；《行政许可法》第四十四条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("papers", "送达的文书没有填写。", ARTICLE),
        Need("recipient", "受送达人没有填写。", ARTICLE),
        Need("place", "送达地点没有填写。", ARTICLE),
        Need("method", "送达方式没有填写。", ARTICLE),
    )
    papers: tuple[ServedPaper, ...] = ()
    recipient: str = ""
    place: str = ""
    method: str = ""
    servers: tuple[str, ...] = ()
    served_at: datetime | None = None
    receiver: str = ""
    relation: str = ""
    witness: str = ""
    note: str = ""

    def body(self) -> Iterator[Block]:
        rows = tuple((each.name, each.number, str(each.copies)) for each in self.papers)
        yield Grid(("文书名称", "文号", "份数"), rows)
        receiver = f"{self.receiver}（{self.relation}）" if self.relation else self.receiver
        yield Facts(
            (
                ("受送达人", self.recipient),
                ("案由", f"{self.case.item}（申请编号{self.case.reference}）"),
                ("送达机关", self.issuer),
                ("送达地点", self.place),
                ("送达方式", self.method),
                ("送达时间", minute_words(self.served_at)),
                ("收件人", receiver or "　"),
                ("见证人", self.witness or "　"),
                ("拒收事由和备注", self.note or "　\n　"),
                ("送达人", "、".join(self.servers) or "　"),
            ),
            wide=True,
        )
        yield Signs(("受送达人签名或者盖章", "见证人签名", "送达人签名（两人）"))
