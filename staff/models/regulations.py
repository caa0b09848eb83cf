"""The regulations register (制度汇编): rules and schemes, their versions, who has read them, frozen editions."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from staff.enums import RuleCategory, RuleChange, RuleNature
from staff.models.bases import Attachment
from staff.models.imports import ImportBatch
from staff.models.papers import IssuedPaper
from staff.models.people import User
from staff.models.units import Unit
from staff.permissions import Perms


class RegulationQuerySet(models.QuerySet["Regulation"]):
    def visible_to(self, user: User) -> RegulationQuerySet:
        return self if user.has_perm(Perms.VIEW_REGULATIONS) else self.none()


class Regulation(models.Model):
    """One document through all its versions. The code is how the summary names it: staff.document_month:制01."""

    code = models.CharField("编号", max_length=20, unique=True, help_text="如“制01”；总结里按编号引用。")
    title = models.CharField("名称", max_length=100)
    category = models.CharField("类别", max_length=12, choices=RuleCategory.choices)
    nature = models.CharField("性质", max_length=8, choices=RuleNature.choices, default=RuleNature.RULE)
    owner = models.ForeignKey(Unit, verbose_name="主办科室", on_delete=models.PROTECT, related_name="regulations")
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = RegulationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度"
        ordering = ["code"]
        permissions = [("view_regulations", "查看制度汇编"), ("manage_regulations", "维护制度汇编")]
        constraints = [
            models.CheckConstraint(
                name="regulation_code_is_a_word",
                condition=~Q(code="") & ~Q(code__contains=" ") & ~Q(code__contains="|") & ~Q(code__contains="}"),
                violation_error_message="编号不能为空，不能有空格、竖线和花括号。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("staff:regulation-detail", args=[self.pk])


class RegulationVersionQuerySet(models.QuerySet["RegulationVersion"]):
    def visible_to(self, user: User) -> RegulationVersionQuerySet:
        return self if user.has_perm(Perms.VIEW_REGULATIONS) else self.none()

    def latest_on(self, day: date) -> RegulationVersionQuerySet:
        """For each document the version that holds on a day, repeals included."""
        return self.filter(Q(superseded_on=None) | Q(superseded_on__gt=day), effective_on__lte=day)

    def in_force_on(self, day: date) -> RegulationVersionQuerySet:
        return self.latest_on(day).exclude(change=RuleChange.REPEALED)

    def taking_effect(self, start: date, end: date) -> RegulationVersionQuerySet:
        return self.filter(effective_on__gte=start, effective_on__lte=end)

    def counted_changes(self, start: date, end: date) -> RegulationVersionQuerySet:
        """What took effect between two days, each document once: as 新增 if it is new, else by its last revision."""
        among = RegulationVersion.objects.taking_effect(start, end).filter(regulation=OuterRef("regulation"))
        is_new = among.filter(change=RuleChange.NEW)
        revised_again = among.filter(change=RuleChange.REVISED, version__gt=OuterRef("version"))
        return self.taking_effect(start, end).exclude(
            Q(change=RuleChange.REVISED) & (Exists(is_new) | Exists(revised_again))
        )


class RegulationVersion(models.Model):
    regulation = models.ForeignKey(Regulation, verbose_name="制度", on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField("版本", editable=False)
    change = models.CharField("变动", max_length=8, choices=RuleChange.choices, editable=False)
    title = models.CharField("名称", max_length=100)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", default=timezone.localdate)
    effective_on = models.DateField("施行日期", default=timezone.localdate)
    superseded_on = models.DateField("被替代日期", null=True, blank=True, editable=False)
    based_on = models.CharField("制定依据", max_length=200, blank=True)
    change_note = models.CharField("修订说明", max_length=300, blank=True)
    text = models.TextField("正文", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = RegulationVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度版本"
        ordering = ["regulation__code", "-version"]
        indexes = [models.Index(fields=["effective_on", "superseded_on"], name="rule_version_interval")]
        constraints = [
            models.UniqueConstraint(
                name="one_rule_version_number",
                fields=["regulation", "version"],
                violation_error_message="这个版本号已经有了。",
            ),
            models.CheckConstraint(
                name="rule_version_first_is_new",
                condition=Q(version=1, change=RuleChange.NEW) | Q(version__gt=1) & ~Q(change=RuleChange.NEW),
                violation_error_message="第一版是新增，以后的版本是修订或废止。",
            ),
            models.CheckConstraint(
                name="rule_version_effective_after_issue",
                condition=Q(effective_on__gte=F("issued_on")),
                violation_error_message="施行日期不得早于印发日期。",
            ),
            models.CheckConstraint(
                name="rule_version_superseded_later",
                condition=Q(superseded_on=None) | Q(superseded_on__gte=F("effective_on")),
                violation_error_message="被替代日期不得早于施行日期。",
            ),
            models.CheckConstraint(
                name="rule_change_is_explained",
                condition=Q(change=RuleChange.NEW) | ~Q(change_note=""),
                violation_error_message="修订和废止须写明说明。",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》第{self.version}版"

    def get_absolute_url(self) -> str:
        return reverse("staff:regulation-version", args=[self.regulation_id, self.version])

    def standing_on(self, day: date) -> str:
        """未施行, 现行, 已废止 or 已被替代, as of a day."""
        if self.effective_on > day:
            return "未施行"
        if self.superseded_on is not None and self.superseded_on <= day:
            return "已被替代"
        return "已废止" if self.change == RuleChange.REPEALED else "现行"

    @property
    def standing(self) -> str:
        return self.standing_on(timezone.localdate())


class RegulationFile(Attachment):
    """The signed scan or the Word file of a version."""

    version = models.ForeignKey(
        RegulationVersion, verbose_name="制度版本", on_delete=models.CASCADE, related_name="files"
    )

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "制度附件"

    def get_absolute_url(self) -> str:
        return reverse("staff:regulation-file", args=[self.version.regulation_id, self.pk])


class RegulationReading(models.Model):
    version = models.ForeignKey(
        RegulationVersion, verbose_name="制度版本", on_delete=models.CASCADE, related_name="readings"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="阅读人", on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "阅读确认"
        ordering = ["read_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_reading_per_version_and_user",
                fields=["version", "user"],
                violation_error_message="已经确认过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.version}"


class EditionQuerySet(models.QuerySet["RegulationEdition"]):
    def visible_to(self, user: User) -> EditionQuerySet:
        return self if user.has_perm(Perms.VIEW_REGULATIONS) else self.none()


class RegulationEdition(IssuedPaper):
    """制度汇编（第x版）: which versions stood on a day, frozen with their texts; issued as one PDF with contents."""

    ordinal = models.PositiveSmallIntegerField("版次", unique=True)
    as_of = models.DateField("截至日期", default=timezone.localdate)
    foreword = models.TextField("说明", blank=True)
    contents = models.JSONField("目录", default=list, editable=False)  # code, title, category, document_number, … text
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="编制人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("编制时间", default=timezone.now)

    objects = EditionQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        verbose_name = verbose_name_plural = "制度汇编"
        ordering = ["-ordinal"]
        permissions = [("issue_edition", "印发制度汇编")]

    def __str__(self) -> str:
        return f"制度汇编（第{self.ordinal}版）"

    def get_absolute_url(self) -> str:
        return reverse("staff:edition-detail", args=[self.pk])
