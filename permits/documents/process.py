"""Papers while a case is examined: special procedure, extension, survey, police opinion, review sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from permits.documents.bases import Block, Facts, Grid, Line, Need, Signs, day_words, minute_words, plain
from permits.documents.parts import CasePaperContent, FiledForm, Officer
from permits.paper_kinds import PaperKind
from staff.case_papers import Missing


@dataclass(frozen=True, kw_only=True)
class SpecialProcedure(CasePaperContent):
    """特别程序告知书: the clock stops, and for how long, in writing."""

    KIND = PaperKind.SPECIAL
    ARTICLE: ClassVar[str] = "《行政许可法》第四十五条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need(
            "procedure",
            "特别程序的种类没有填写。只有听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审可以暂停计时。",
            ARTICLE,
        ),
        Need("reasons", "进入特别程序的原因没有填写。", ARTICLE),
        Need("starts_on", "特别程序的开始日期没有填写。", ARTICLE),
        Need("planned_days", "所需时间没有填写。法律要求书面告知申请人。", ARTICLE),
    )
    procedure: str = ""
    reasons: str = ""
    starts_on: date | None = None
    planned_days: int | None = None

    def body(self) -> Iterator[Block]:
        yield Line(f"你（单位）“{self.case.item}”申请（申请编号{self.case.reference}）正在办理中。")
        yield Line(
            f"因{self.reasons.rstrip('。')}，需要进行{self.procedure}。依照《中华人民共和国行政许可法》第四十五条，"
            f"自{day_words(self.starts_on)}起所需时间约{self.planned_days}个工作日，不计算在办理期限内；"
            "结束后恢复计时，提前结束的自结束之日起恢复。"
        )


@dataclass(frozen=True, kw_only=True)
class Extension(CasePaperContent):
    """延期通知书: ten working days, once, with the reason told."""

    KIND = PaperKind.EXTENSION
    ARTICLE: ClassVar[str] = "《行政许可法》第四十二条第一款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("reasons", "延长期限的理由没有填写。法律要求告知申请人。", ARTICLE),
        Need("approved_by", "批准延期的机关负责人没有填写。", ARTICLE),
        Need("old_due", "原办结日期没有算出。", ARTICLE),
        Need("new_due", "延长后的办结日期没有算出。请检查工作日历是否已载入该年度。", ARTICLE),
    )
    reasons: str = ""
    approved_by: str = ""
    days: int = 10
    old_due: date | None = None
    new_due: date | None = None

    def body(self) -> Iterator[Block]:
        yield Line(
            f"你（单位）“{self.case.item}”申请（申请编号{self.case.reference}），应于{day_words(self.old_due)}前作出决定。"
        )
        yield Line(
            f"因{self.reasons.rstrip('。')}，不能在该期限内作出决定。依照《中华人民共和国行政许可法》第四十二条第一款，"
            f"经本机关负责人批准，办理期限延长{self.days}个工作日，至{day_words(self.new_due)}止。"
        )


@dataclass(frozen=True)
class Measured:
    """One segment as applied for and as found."""

    part: str
    surface: str = ""
    applied: str = ""
    length: Decimal | None = None
    width: Decimal | None = None
    area: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class SurveyRecord(FiledForm):
    """现场查勘记录: at least two of the staff, what they measured, what they think."""

    KIND = PaperKind.SURVEY
    ARTICLE: ClassVar[str] = "《行政许可法》第三十四条第三款"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("surveyed_at", "查勘时间没有填写。", ARTICLE),
        Need("measured", "现场量测结果没有填写。请逐段填写长、宽。", ARTICLE),
        Need("protection", "禁挖期核查结论没有填写。", "《城市道路管理条例》第三十三条第二款"),
        Need("opinion", "查勘意见没有填写。", ARTICLE),
    )
    surveyed_at: datetime | None = None
    place: str = ""
    position: str = ""
    officers: tuple[Officer, ...] = ()
    measured: tuple[Measured, ...] = ()
    checks: tuple[tuple[str, ...], ...] = ()  # what was looked at, what was found
    protection: str = ""
    photos: int = 0
    opinion: str = ""

    def missing(self) -> list[Missing]:
        found = super().missing()
        if len(self.officers) < 2:
            found.append(Missing("officers", "查勘人员不足两人。需要核实申请材料实质内容的，应当指派两名以上工作人员。", self.ARTICLE))  # fmt: skip
        return found

    def body(self) -> Iterator[Block]:
        yield self.case.facts(
            ("查勘时间", minute_words(self.surveyed_at)),
            ("查勘地点", self.place or self.case.place),
            ("坐标", self.position),
            ("查勘人员", "、".join(map(str, self.officers))),
            ("现场照片", f"{self.photos}张，存于本系统" if self.photos else "无"),
        )
        rows = tuple(
            (
                str(n),
                m.part,
                m.surface,
                m.applied,
                " × ".join(filter(None, (plain(m.length), plain(m.width)))),
                plain(m.area),
            )
            for n, m in enumerate(self.measured, 1)
        )
        yield Grid(
            ("序号", "部位", "路面", "申请尺寸（米）", "实测长×宽（米）", "实测面积（㎡）"), rows, caption="现场量测"
        )
        findings = tuple((row[0], row[1]) for row in self.checks)
        yield Facts((*findings, ("禁挖期", self.protection), ("查勘意见", self.opinion)))
        yield Signs(("查勘人员（一）", "查勘人员（二）", "申请人（代理人）"))


@dataclass(frozen=True, kw_only=True)
class PoliceRequest(CasePaperContent):
    """交管意见征求函: the second of the two approvals."""

    KIND = PaperKind.POLICE_REQUEST
    ARTICLE: ClassVar[str] = "《城市道路管理条例》第三十条；《道路交通安全法》第三十二条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("police", "公安机关交通管理部门的名称没有填写。请办公室在“业务设置”中填写。", ARTICLE),
        Need("case.place", "地点没有填写。请在申请中补填。", ARTICLE),
        Need("case.starts_on", "期限没有填写。", ARTICLE),
    )
    police: str = ""
    answer_by: date | None = None
    contact: str = ""

    @property
    def addressee(self) -> str:
        return self.police

    def body(self) -> Iterator[Block]:
        yield Line(
            f"{self.case.applicant.name}向本机关申请“{self.case.item}”（申请编号{self.case.reference}）。依照《城市道路管理条例》"
            "第三十条，占用、挖掘城市道路须经市政工程行政主管部门和公安交通管理部门批准。现就该申请对交通的影响、交通组织方案"
            "和安全防护措施征求你单位意见。"
        )
        yield self.case.brief()
        yield self.case.segment_grid()
        until = f"请于{day_words(self.answer_by)}前" if self.answer_by else "请及时"
        contact = f"联系方式：{self.contact}。" if self.contact else ""
        yield Line(
            f"{until}书面函复同意、附条件同意或者不同意的意见，并加盖印章。征求意见的时间计入办理期限。{contact}"
        )


@dataclass(frozen=True, kw_only=True)
class ReviewSheet(FiledForm):
    """会审单: what the session had before it, and what it said; before the session room is left to write that in."""

    KIND = PaperKind.REVIEW_SHEET
    ARTICLE: ClassVar[str] = "《行政许可法》第三十四条、第三十七条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("survey", "查勘结论没有。请先登记现场查勘。", "《行政许可法》第三十四条第三款"),
        Need("police", "公安交管意见没有。请先登记交管意见。", "《城市道路管理条例》第三十条"),
        Need("proposal", "承办意见没有填写。", ARTICLE),
    )
    survey: str = ""
    protection: str = ""
    police: str = ""
    government: str = ""
    fee: str = ""
    proposal: str = ""
    legal_due: date | None = None
    conclusion: str = ""  # of the session, and the decision that followed; "" while there is none

    def body(self) -> Iterator[Block]:
        yield self.case.facts(("法定办结日期", day_words(self.legal_due)))
        yield self.case.segment_grid()
        rows = (
            ("现场查勘", self.survey),
            ("禁挖期", self.protection),
            ("公安交管意见", self.police),
            ("政府批准", self.government),
            ("费用", self.fee),
            ("承办意见", self.proposal),
            ("会审意见", self.conclusion or "　\n　\n　"),
        )
        yield Facts(tuple(row for row in rows if row[1]))
        yield Signs(("承办人", "审批科负责人", "分管领导"))
