"""Finding out what is so: records of the site and of interviews, the order to correct, the legal review."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from billboards.enums.cases import Correction, Signature, SiteRecordKind, Verdict
from billboards.models.case import CaseOfficer
from billboards.models.steps import ServedRecord, StepRecord
from config.display import day


class SiteRecord(StepRecord):
    """现场检查（勘验）笔录, 复查记录, and the record of an enforcement on the spot: the same sheet with another head."""

    kind = models.CharField("种类", max_length=10, choices=SiteRecordKind.choices, default=SiteRecordKind.INSPECTION)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=120)
    officers = models.ManyToManyField(CaseOfficer, verbose_name="执法人员", related_name="+")
    inspected = models.CharField("被检查人（单位）", max_length=80, blank=True)
    certificate_shown = models.BooleanField("已出示执法证件", default=False)
    recusal_told = models.BooleanField("已告知申请回避的权利", default=False)
    facts = models.TextField("检查（勘验）情况", max_length=2000)
    width_m = models.DecimalField("宽（米）", max_digits=7, decimal_places=2, null=True, blank=True)
    height_m = models.DecimalField("高（米）", max_digits=7, decimal_places=2, null=True, blank=True)
    faces = models.PositiveSmallIntegerField("面数", null=True, blank=True)
    correction = models.CharField("改正情况", max_length=12, choices=Correction.choices, blank=True)
    signature = models.CharField("当事人签字情况", max_length=10, choices=Signature.choices, default=Signature.SIGNED)
    witness = models.CharField("见证人", max_length=60, blank=True)
    recorder = models.CharField("记录人", max_length=40, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "现场笔录"
        constraints = [
            models.CheckConstraint(
                name="site_record_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                violation_error_message="结束时间不能早于开始时间。",
            ),
            models.CheckConstraint(
                name="recheck_says_what_came_of_it",
                condition=~Q(kind=SiteRecordKind.RECHECK) | ~Q(correction=""),
                violation_error_message="复查应写明是否改正。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {day(self.started_at)}"


class Interview(StepRecord):
    """询问笔录: each person alone; certificate shown, rights told, every page signed."""

    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=120)
    officers = models.ManyToManyField(CaseOfficer, verbose_name="询问人", related_name="+")
    person = models.CharField("被询问人", max_length=40)
    relation = models.CharField(
        "与本案关系", max_length=40, blank=True, help_text="当事人、经营者、制作安装单位、证人等。"
    )
    identity = models.CharField("身份信息", max_length=120, blank=True)
    certificate_shown = models.BooleanField("已出示执法证件", default=False)
    rights_told = models.BooleanField("已告知权利义务和申请回避", default=False)
    questions = models.TextField("问答内容", max_length=6000)
    signature = models.CharField("被询问人签字情况", max_length=10, choices=Signature.choices, default=Signature.SIGNED)
    recorder = models.CharField("记录人", max_length=40, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "询问笔录"
        constraints = [
            models.CheckConstraint(
                name="interview_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                violation_error_message="结束时间不能早于开始时间。",
            )
        ]

    def __str__(self) -> str:
        return f"询问{self.person} {day(self.started_at)}"


class CorrectionOrder(ServedRecord):
    """责令限期改正（拆除）: not itself a penalty (处罚法 Art. 28)."""

    demand = models.CharField("改正要求", max_length=300, help_text="写明拆除、清理或整改到什么程度。")
    basis = models.CharField("责令依据", max_length=200)
    due_on = models.DateField("改正期限")
    asks_removal = models.BooleanField("要求拆除", default=True)

    class Meta(ServedRecord.Meta):
        verbose_name = verbose_name_plural = "责令改正"
        constraints = [
            *ServedRecord.Meta.constraints,
            models.CheckConstraint(
                name="order_gives_time",
                condition=Q(due_on__gte=F("issued_on")),
                violation_error_message="改正期限不能早于出文日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"责令{self.due_on}前改正"


class LegalReview(StepRecord):
    """法制审核: without it no decision where 处罚法 Art. 58 asks for one; a hearing asks for one after it."""

    submitted_on = models.DateField("送审日期")
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    reviewer = models.CharField("审核人", max_length=40, blank=True)
    qualified = models.BooleanField(
        "审核人具备法制审核资格",
        default=False,
        help_text="初次从事法制审核的，应当取得法律职业资格（《行政处罚法》第五十八条第二款）；不是初次的也勾选。",
    )
    qualification = models.CharField(
        "法律职业资格",
        max_length=120,
        blank=True,
        help_text="国家统一法律职业资格证书号；不是初次从事审核的，写明从何时起从事（《行政处罚法》第五十八条第二款）。",
    )
    verdict = models.CharField("审核结论", max_length=10, choices=Verdict.choices, blank=True)
    opinion = models.TextField("审核意见", max_length=1000, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "法制审核"
        constraints = [
            models.CheckConstraint(
                name="review_answered_whole",
                condition=Q(reviewed_on=None, verdict="", reviewer="")
                | (Q(reviewed_on__gte=F("submitted_on")) & ~Q(verdict="") & ~Q(reviewer="")),
                violation_error_message="审核结论、审核人和日期应同时填写，且不早于送审日期。",
            )
        ]

    def __str__(self) -> str:
        return f"法制审核 {self.get_verdict_display() or '待审'}"
