"""The half-year summary: its sections as text with tokens, their history, and what was compiled from them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import Concat, Left, Right
from django.urls import reverse

from config.display import minute
from config.periods import Period
from reports.enums import Change, Profile, ReportState
from staff.models import IssuedPaper, Job

if TYPE_CHECKING:
    from staff.models import User


def compiled_path(compilation: models.Model, filename: str) -> str:
    return f"reports/{uuid.uuid4().hex}.pdf"


def reads_reports(user: User) -> bool:
    """Figures are bureau-wide, so what holds them opens only to those who may see all units."""
    return user.has_perm("reports.view_reports") and user.sees_all_units


# Last and first days of what a key ends with, where it names no days itself.
SPANS = {
    "H1": ("-06-30", "-01-01"),
    "H2": ("-12-31", "-07-01"),
    "Q1": ("-03-31", "-01-01"),
    "Q2": ("-06-30", "-04-01"),
    "Q3": ("-09-30", "-07-01"),
    "Q4": ("-12-31", "-10-01"),
}
SHORT_MONTHS = {"-02": "-29", "-04": "-30", "-06": "-30", "-09": "-30", "-11": "-30"}


def period_end() -> Case:
    """The last day of `period_key`, to sort by: the text of a key says nothing of time (Q stands behind H)."""
    return Case(
        When(period_key__contains="~", then=Right("period_key", 10)),
        *(
            When(period_key__endswith=name, then=Concat(Left("period_key", 4), Value(end)))
            for name, (end, _) in SPANS.items()
        ),
        *(
            When(period_key__endswith=month, then=Concat("period_key", Value(end)))
            for month, end in SHORT_MONTHS.items()
        ),
        When(period_key__contains="-", then=Concat("period_key", Value("-31"))),
        default=Concat("period_key", Value("-12-31")),
        output_field=CharField(),
    )


def period_start() -> Case:
    """The first day of `period_key`: of two periods with one end the longer is the newer."""
    return Case(
        When(period_key__contains="~", then=Left("period_key", 10)),
        *(
            When(period_key__endswith=name, then=Concat(Left("period_key", 4), Value(start)))
            for name, (_, start) in SPANS.items()
        ),
        When(period_key__contains="-", then=Concat("period_key", Value("-01"))),
        default=Concat("period_key", Value("-01-01")),
        output_field=CharField(),
    )


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        return self if reads_reports(user) else self.none()

    def with_span(self) -> ReportQuerySet:
        """With the days by which a list is sorted."""
        return self.annotate(period_end=period_end(), period_start=period_start())


class Report(IssuedPaper):
    period_key = models.CharField("期间", max_length=24, help_text="如 2026H1、2026H2。")
    title = models.CharField("标题", max_length=120)
    cut_off = models.DateField("数据截至", null=True, blank=True, help_text="空着表示到期间最后一天。")
    profile = models.CharField("版式", max_length=8, choices=Profile.choices, default=Profile.PLAIN)
    outline = models.CharField("提纲", max_length=24, default="long", editable=False)
    edition = models.PositiveSmallIntegerField("第几版", default=1, editable=False)
    corrects = models.OneToOneField(
        "self",
        verbose_name="更正的文稿",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="correction",
    )
    correction_reason = models.CharField("更正说明", max_length=300, blank=True, editable=False)
    with_number = models.BooleanField("签发时取文号", default=True, help_text="会议材料、内部材料可以不编文号。")
    recipients = models.TextField("报送、发送对象", blank=True, help_text="一行一个。签发后按此登记报送。")
    version = models.PositiveIntegerField("设置版次", default=1, editable=False)
    submitted_at = models.DateTimeField("送核时间", null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="送核人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    checked_at = models.DateTimeField("核对通过时间", null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核对人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    state = models.CharField(
        "状态", max_length=10, choices=ReportState.choices, default=ReportState.DRAFT, editable=False
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="建立人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ReportQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        verbose_name = verbose_name_plural = "工作总结"
        ordering = ["-period_key", "-pk"]
        permissions = [
            ("view_reports", "查看工作总结"),
            ("edit_report", "编写工作总结"),
            ("compile_report", "汇编工作总结"),
            ("check_report", "核对工作总结"),
            ("issue_report", "签发工作总结"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="reports_report_number_unique",
                fields=["number"],
                condition=~Q(number=""),
                violation_error_message="文号已被使用。",
            ),
            # A summary for a meeting is signed without a number, so the rule of all issued papers is wider here.
            models.CheckConstraint(
                name="reports_report_signed_whole",
                condition=Q(signed_at=None, number="", sha256="")
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False)
                    & (Q(with_number=False, number="") | ~Q(number=""))
                    & ~Q(sha256="")
                    & ~Q(paper="")
                ),
                violation_error_message="签发必须同时有签发人、签发时间和定稿文件；要文号的还要有文号。",
            ),
            models.UniqueConstraint(
                name="one_report_per_outline_and_edition",
                fields=["period_key", "outline", "edition"],
                violation_error_message="这个期间已经有这种提纲的文稿。",
            ),
            models.CheckConstraint(
                name="report_issued_is_signed",
                condition=Q(state__in=ReportState.SIGNED, signed_at__isnull=False)
                | (~Q(state__in=ReportState.SIGNED) & Q(signed_at=None)),
                violation_error_message="定稿必须已签发；未定稿不能有签发时间。",
            ),
            models.CheckConstraint(
                name="report_checked_whole",
                condition=Q(checked_at=None, checked_by=None)
                | (Q(checked_at__isnull=False, checked_by__isnull=False) & ~Q(state=ReportState.DRAFT)),
                violation_error_message="核对通过必须有核对人和时间；退回起草的要重新核对。",
            ),
            models.CheckConstraint(
                name="report_correction_says_why",
                condition=Q(corrects=None, edition=1)
                | (Q(corrects__isnull=False, edition__gt=1) & ~Q(correction_reason="")),
                violation_error_message="更正稿要指明更正哪一稿、为什么更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:report-detail", args=[self.pk])

    @property
    def period(self) -> Period:
        """The period up to the cut-off date."""
        whole = Period.parse(self.period_key)
        return whole.cut(self.cut_off) if self.cut_off else whole

    @property
    def is_draft(self) -> bool:
        return self.state == ReportState.DRAFT

    @property
    def is_open(self) -> bool:
        """Not signed yet: its figures are live."""
        return self.state in ReportState.OPEN

    @property
    def present_sections(self) -> models.QuerySet[Section]:
        """The sections that stand, in order; removed ones stay in the table for the history."""
        return self.sections.filter(removed_at=None).order_by("order")


class Section(models.Model):
    report = models.ForeignKey(Report, verbose_name="工作总结", on_delete=models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField("顺序")
    level = models.PositiveSmallIntegerField("层级", default=2, help_text="1 为“一、”，2 为“（一）”。")
    number = models.CharField("序号", max_length=20, blank=True)
    heading = models.CharField("标题", max_length=80)
    text = models.TextField("正文", blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    printed = models.JSONField(
        "保存时的数据",
        default=dict,
        blank=True,
        editable=False,
        help_text="写这段话时各数据印出来的样子，用来提示文字过时。",
    )
    removed_at = models.DateTimeField("删除时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "章节"
        ordering = ["report", "order"]
        constraints = [
            models.UniqueConstraint(
                name="one_section_per_place",
                fields=["report", "order"],
                condition=Q(removed_at=None),
                violation_error_message="同一位置已经有一节。",
            ),
            models.CheckConstraint(
                name="section_level_known",
                condition=Q(level__in=[1, 2, 3]),
                violation_error_message="层级只能是 1、2、3。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}{self.heading}"

    def get_absolute_url(self) -> str:
        return reverse("reports:section-edit", args=[self.report_id, self.pk])

    @property
    def reading_url(self) -> str:
        """Where it is read, by those too who do not write it."""
        return f"{reverse('reports:report-detail', args=[self.report_id])}#section-{self.pk}"

    @property
    def removal_dialog(self) -> str:
        """The id of its confirmation on the page of chapters."""
        return f"remove-{self.pk}"


class SectionRevision(models.Model):
    """What a section said before somebody changed it. Appended, never edited."""

    section = models.ForeignKey(Section, verbose_name="章节", on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField("版次")
    change = models.CharField("改动", max_length=10, choices=Change.choices, default=Change.REWORDED)
    heading = models.CharField("标题", max_length=80)
    text = models.TextField("正文", blank=True)
    saved_at = models.DateTimeField("保存时间", auto_now_add=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="保存人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "章节历史"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                name="one_revision_per_section_and_version",
                fields=["section", "version"],
                violation_error_message="这一版已经保存过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} 第{self.version}版"


class Compilation(models.Model):
    """One compiled copy: every figure with its definition and address as of one moment, the text, and the PDF."""

    report = models.ForeignKey(Report, verbose_name="工作总结", on_delete=models.CASCADE, related_name="compilations")
    as_of = models.DateTimeField("取数时间")
    profile = models.CharField("版式", max_length=8, choices=Profile.choices)
    content = models.JSONField("内容", help_text="figures、claims、sections，即 --json 的输出。")
    pdf = models.FileField("PDF 文件", upload_to=compiled_path)
    sha256 = models.CharField("文件校验值", max_length=64)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    job = models.OneToOneField(
        Job, verbose_name="任务", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="汇编人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "汇编稿"
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return f"{self.report} {minute(self.as_of)}"
