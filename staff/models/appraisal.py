"""科室考核奖惩: schemes with items, rounds, a sheet for each unit, 加减分 with evidence, appeals, results."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.periods import Period
from staff.appraisal import Entry, Thresholds
from staff.enums import AppealOutcome, AppraisalState, Grade
from staff.models.bases import Attachment
from staff.models.people import User
from staff.models.persons import Person
from staff.models.units import Unit
from staff.permissions import Perms, own_units

POINTS = {"max_digits": 7, "decimal_places": 2}


class AppraisalSchemeQuerySet(models.QuerySet["AppraisalScheme"]):
    def visible_to(self, user: User) -> AppraisalSchemeQuerySet:
        return self if user.has_perm(Perms.VIEW_APPRAISALS) else self.none()


class AppraisalScheme(models.Model):
    """One version of the bureau's scheme (考核奖惩办法): its items, and from which total a grade is given."""

    name = models.CharField("名称", max_length=80)
    document = models.CharField("依据文件", max_length=120)
    valid_from = models.DateField("施行日期", default=timezone.localdate)
    total = models.DecimalField("总分", default=Decimal(100), **POINTS)
    excellent = models.DecimalField("优秀不低于", default=Decimal(90), **POINTS)
    good = models.DecimalField("良好不低于", default=Decimal(80), **POINTS)
    qualified = models.DecimalField("合格不低于", default=Decimal(60), **POINTS)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = AppraisalSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核办法"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="scheme_grades_in_order",
                condition=Q(qualified__gt=0, good__gt=F("qualified"), excellent__gt=F("good")),
                violation_error_message="等次分数线应从高到低：优秀高于良好，良好高于合格。",
            ),
            models.CheckConstraint(
                name="scheme_total_positive", condition=Q(total__gt=0), violation_error_message="总分应大于 0。"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("staff:appraisal-scheme", args=[self.pk])

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.excellent, self.good, self.qualified)


class AppraisalItem(models.Model):
    scheme = models.ForeignKey(AppraisalScheme, verbose_name="考核办法", on_delete=models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField("排序")
    group = models.CharField("类别", max_length=20, help_text="如“共性指标”“岗位指标”。")
    name = models.CharField("考核项目", max_length=60)
    points = models.DecimalField("分值", **POINTS)
    standard = models.CharField("评分标准", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核项目"
        ordering = ["scheme", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="appraisal_item_points_positive",
                condition=Q(points__gt=0),
                violation_error_message="分值应大于 0。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AppraisalRoundQuerySet(models.QuerySet["AppraisalRound"]):
    def visible_to(self, user: User) -> AppraisalRoundQuerySet:
        return self if user.has_perm(Perms.VIEW_APPRAISALS) else self.none()

    def published(self) -> AppraisalRoundQuerySet:
        return self.filter(state=AppraisalState.PUBLISHED)


class AppraisalRound(models.Model):
    scheme = models.ForeignKey(
        AppraisalScheme, verbose_name="考核办法", on_delete=models.PROTECT, related_name="rounds"
    )
    period = models.CharField("期间", max_length=30, unique=True)
    start = models.DateField("起始日期")
    end = models.DateField("截止日期")
    state = models.CharField(
        "状态", max_length=10, choices=AppraisalState.choices, default=AppraisalState.OPEN, editable=False
    )
    published_at = models.DateTimeField("公布时间", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="公布人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip

    objects = AppraisalRoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科室考核"
        ordering = ["-end", "-start"]
        permissions = [
            ("view_appraisals", "查看科室考核"),
            ("self_score", "填报考核自评"),
            ("score_appraisal", "考核评分"),
            ("manage_appraisals", "管理科室考核"),
        ]
        constraints = [
            models.CheckConstraint(
                name="appraisal_published_whole",
                condition=Q(state=AppraisalState.PUBLISHED, published_at__isnull=False)
                | ~Q(state=AppraisalState.PUBLISHED) & Q(published_at=None),
                violation_error_message="公布必须记下时间。",
            ),
            models.CheckConstraint(
                name="appraisal_round_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="期间的截止日期不能早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}科室考核"

    def get_absolute_url(self) -> str:
        return reverse("staff:appraisal-round", args=[self.pk])

    @property
    def label(self) -> str:
        return Period.parse(self.period).label

    @property
    def is_published(self) -> bool:
        return self.state == AppraisalState.PUBLISHED


class AppraisalSheetQuerySet(models.QuerySet["AppraisalSheet"]):
    def visible_to(self, user: User) -> AppraisalSheetQuerySet:
        """Those who see all units see every sheet; others that of their own unit."""
        if not user.has_perm(Perms.VIEW_APPRAISALS):
            return self.none()
        return self if user.sees_all_units else self.filter(unit__in=user.unit_ids)


class AppraisalSheet(models.Model):
    """One unit in one round. Total, grade and rank are frozen when the round is published."""

    round = models.ForeignKey(AppraisalRound, verbose_name="科室考核", on_delete=models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, verbose_name="科室（中队）", on_delete=models.PROTECT, related_name="appraisals")
    total = models.DecimalField("总得分", null=True, blank=True, editable=False, **POINTS)
    grade = models.CharField("等次", max_length=12, choices=Grade.choices, blank=True, editable=False)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True, editable=False)
    reward = models.DecimalField("奖励金额（元）", max_digits=10, decimal_places=2, null=True, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = AppraisalSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核表"
        ordering = ["round", "unit__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_sheet_per_round_and_unit",
                fields=["round", "unit"],
                violation_error_message="这个科室在本次考核里已经有一张表。",
            ),
            models.CheckConstraint(
                name="sheet_result_whole",
                condition=Q(total=None, grade="", rank=None)
                | Q(total__isnull=False, rank__isnull=False) & ~Q(grade=""),
                violation_error_message="得分、等次、名次应同时有。",
            ),
            models.CheckConstraint(
                name="sheet_reward_not_negative",
                condition=Q(reward=None) | Q(reward__gte=0),
                violation_error_message="奖励金额不能为负。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.label} {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("staff:appraisal-sheet", args=[self.pk])


class AppraisalScore(models.Model):
    sheet = models.ForeignKey(AppraisalSheet, verbose_name="考核表", on_delete=models.CASCADE, related_name="scores")
    item = models.ForeignKey(AppraisalItem, verbose_name="考核项目", on_delete=models.PROTECT, related_name="+")
    self_score = models.DecimalField("自评", null=True, blank=True, **POINTS)
    group_score = models.DecimalField("考核组评分", null=True, blank=True, **POINTS)
    reason = models.CharField("扣分理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目得分"
        ordering = ["sheet", "item__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_score_per_sheet_and_item",
                fields=["sheet", "item"],
                violation_error_message="这个项目已经有一行。",
            ),
            models.CheckConstraint(
                name="appraisal_scores_not_negative",
                condition=(Q(self_score=None) | Q(self_score__gte=0)) & (Q(group_score=None) | Q(group_score__gte=0)),
                violation_error_message="得分不能为负。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.group_score}"


class AppraisalEntryQuerySet(models.QuerySet["AppraisalEntry"]):
    def visible_to(self, user: User) -> AppraisalEntryQuerySet:
        if not user.has_perm(Perms.VIEW_APPRAISALS):
            return self.none()
        return self if user.sees_all_units else self.filter(sheet__unit__in=user.unit_ids)

    def counted(self) -> AppraisalEntryQuerySet:
        return self.filter(voided_at=None)


class AppraisalEntry(models.Model):
    """加减分 for a unit, and beside it for a person."""

    sheet = models.ForeignKey(AppraisalSheet, verbose_name="考核表", on_delete=models.PROTECT, related_name="entries")
    happened_on = models.DateField("日期", default=timezone.localdate)
    event = models.CharField("事由", max_length=200)
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, blank=True, on_delete=models.PROTECT, related_name="appraisal_entries"
    )
    unit_points = models.DecimalField("单位加减分", default=Decimal(0), **POINTS)
    person_points = models.DecimalField("个人加减分", default=Decimal(0), **POINTS)
    found_by_unit = models.BooleanField(
        "单位自查自报", default=False, help_text="单位自己发现并上报的，单位减分免除，个人减分照记。"
    )
    adjusted_points = models.DecimalField(
        "裁定后单位加减分", null=True, blank=True, editable=False, help_text="申诉裁定改动后的分。", **POINTS
    )
    adjusted_person_points = models.DecimalField(
        "裁定后个人加减分", null=True, blank=True, editable=False, help_text="申诉裁定改动后的分。", **POINTS
    )
    decided_by = models.CharField("决定依据", max_length=100, blank=True, help_text="由谁、在哪次会议或哪份文件决定。")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)

    objects = AppraisalEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "加减分"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="appraisal_entry_has_points",
                condition=~Q(unit_points=0, person_points=0),
                violation_error_message="单位和个人的加减分不能都是 0。",
            ),
            models.CheckConstraint(
                name="appraisal_entry_person_named",
                condition=Q(person_points=0) | Q(person__isnull=False),
                violation_error_message="有个人加减分的须选择人员。",
            ),
            models.CheckConstraint(
                name="appraisal_entry_void_has_reason",
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                violation_error_message="作废必须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet.unit.label} {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("staff:appraisal-entry", args=[self.pk])

    @property
    def worth(self) -> Entry:
        points = self.unit_points if self.adjusted_points is None else self.adjusted_points
        return Entry(points, self.found_by_unit and self.adjusted_points is None)

    @property
    def counted_points(self) -> Decimal:
        """What counts for the unit."""
        return Decimal(0) if self.voided_at else self.worth.counted

    @property
    def counted_person_points(self) -> Decimal:
        if self.voided_at:
            return Decimal(0)
        return self.person_points if self.adjusted_person_points is None else self.adjusted_person_points


class EntryEvidence(Attachment):
    entry = models.ForeignKey(AppraisalEntry, verbose_name="加减分", on_delete=models.CASCADE, related_name="evidence")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "加减分证据"

    def get_absolute_url(self) -> str:
        return reverse("staff:appraisal-evidence", args=[self.entry_id, self.pk])


class AppraisalAppealQuerySet(models.QuerySet["AppraisalAppeal"]):
    def visible_to(self, user: User) -> AppraisalAppealQuerySet:
        if not user.has_perm(Perms.VIEW_APPRAISALS):
            return self.none()
        return self if user.sees_all_units else self.filter(entry__sheet__unit__in=user.unit_ids)

    def pending(self) -> AppraisalAppealQuerySet:
        return self.filter(outcome=AppealOutcome.PENDING)

    def to_decide(self, user: User) -> AppraisalAppealQuerySet:
        """The pending ones that this user may decide, as `why_not_decide_appeal` says of each."""
        if not user.has_perm(Perms.DECIDE_APPEAL):
            return self.none()
        acting = [each.pk for each in (user, user.principal) if each is not None]
        theirs = Q(entry__sheet__unit__in=own_units(user)) | Q(entry__recorded_by__in=acting) | Q(lodged_by__in=acting)
        return self.pending().exclude(theirs)


class AppraisalAppeal(models.Model):
    entry = models.ForeignKey(AppraisalEntry, verbose_name="加减分", on_delete=models.PROTECT, related_name="appeals")
    reason = models.CharField("申诉理由", max_length=300)
    lodged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申诉人", on_delete=models.PROTECT, related_name="+"
    )
    lodged_at = models.DateTimeField("申诉时间", default=timezone.now)
    outcome = models.CharField(
        "裁定", max_length=10, choices=AppealOutcome.choices, default=AppealOutcome.PENDING, editable=False
    )
    reply = models.CharField("裁定意见", max_length=300, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="裁定人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    decided_at = models.DateTimeField("裁定时间", null=True, editable=False)

    objects = AppraisalAppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核申诉"
        ordering = ["-lodged_at", "-pk"]
        permissions = [("decide_appeal", "裁定考核申诉")]
        constraints = [
            models.UniqueConstraint(
                name="one_open_appeal_per_entry",
                fields=["entry"],
                condition=Q(outcome=AppealOutcome.PENDING),
                violation_error_message="这条加减分已有一件申诉待裁定。",
            ),
            models.CheckConstraint(
                name="appeal_decided_whole",
                condition=Q(outcome=AppealOutcome.PENDING, decided_at=None, decided_by=None)
                | ~Q(outcome=AppealOutcome.PENDING)
                & Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(reply=""),
                violation_error_message="裁定必须有裁定人、时间和意见。",
            ),
        ]

    def __str__(self) -> str:
        return f"申诉：{self.entry.event}"

    @property
    def is_pending(self) -> bool:
        return self.outcome == AppealOutcome.PENDING
