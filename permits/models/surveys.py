"""现场查勘: who was there, where and when, what was measured and seen, and what they advise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from permits.enums import Surface, SurveyOpinion
from permits.models.applications import Application, Segment
from staff.models import Attachment, Person, Unit, User


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: User) -> SurveyQuerySet:
        """It is a leaf of its application's page."""
        return self.filter(application__in=Application.objects.visible_to(user))


class Survey(models.Model):
    """One visit by two officers (行政许可法 Art. 34(3)). Assigned first, filled in on the spot."""

    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="surveys")
    round = models.PositiveSmallIntegerField("次数", default=1)
    squad = models.ForeignKey(
        Unit, verbose_name="查勘单位", null=True, blank=True, on_delete=models.PROTECT, related_name="permit_surveys"
    )
    first = models.ForeignKey(
        Person, verbose_name="查勘人员一", null=True, on_delete=models.PROTECT, related_name="permit_surveys_first"
    )
    second = models.ForeignKey(
        Person, verbose_name="查勘人员二", null=True, on_delete=models.PROTECT, related_name="permit_surveys_second"
    )
    companions = models.CharField("其他参加人员", max_length=120, blank=True)
    assigned_on = models.DateField("派单日期")
    due_on = models.DateField("查勘期限", null=True, blank=True)
    surveyed_at = models.DateTimeField("查勘时间", null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    pipes = models.CharField("地下管线、检查井", max_length=120, blank=True)
    greenery = models.CharField("树木、绿化", max_length=120, blank=True)
    tactile_paving = models.BooleanField("占用盲道", default=False)
    near_stop = models.BooleanField("公交站台20米内", default=False)
    near_gate = models.BooleanField("医院、学校门前50米内", default=False)
    near_junction = models.BooleanField("路口视距三角区内", default=False)
    near_hydrant = models.BooleanField("消防设施10米内", default=False)
    sidewalk_left = models.DecimalField(
        "剩余通行宽度（米）", max_digits=5, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )  # fmt: skip
    in_protection = models.BooleanField("处于禁挖期", default=False)
    protection_note = models.CharField("禁挖期核对", max_length=160, blank=True)
    opinion = models.CharField("查勘意见", max_length=12, choices=SurveyOpinion.choices, blank=True)
    opinion_note = models.CharField("意见说明", max_length=300, blank=True)
    applicant_present = models.BooleanField("申请人到场", default=False)
    first_signed = models.BooleanField("查勘人员一已签名", default=False)
    second_signed = models.BooleanField("查勘人员二已签名", default=False)
    warnings = models.TextField("提示", blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", null=True, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "现场查勘"
        ordering = ["application", "round"]
        constraints = [
            models.UniqueConstraint(
                name="one_survey_per_round",
                fields=["application", "round"],
                violation_error_message="这一次查勘已经派单。",
            ),
            models.CheckConstraint(
                name="surveyors_are_two",
                condition=Q(first=None) | Q(second=None) | ~Q(first=F("second")),
                violation_error_message="查勘须由两名不同的人员进行（《行政许可法》第三十四条第三款）。",
            ),
            models.CheckConstraint(
                name="survey_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            ),
            models.CheckConstraint(
                name="survey_done_says_what",
                condition=Q(surveyed_at=None) | ~Q(opinion=""),
                violation_error_message="查勘结果必须写明意见。",
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.round}次查勘"

    def get_absolute_url(self) -> str:
        return f"{self.application.get_absolute_url()}?tab=survey"

    @property
    def is_done(self) -> bool:
        return self.surveyed_at is not None

    @property
    def officers(self) -> list[Person]:
        return [person for person in (self.first, self.second) if person is not None]

    @property
    def position_words(self) -> str:
        return "" if self.latitude is None else f"北纬 {self.latitude}，东经 {self.longitude}"

    @property
    def signature_words(self) -> str:
        signed = [
            person.name
            for person, did in ((self.first, self.first_signed), (self.second, self.second_signed))
            if person and did
        ]
        return "、".join(signed) or "未签名"

    def is_late(self, today: date) -> bool:
        return not self.is_done and self.due_on is not None and today > self.due_on

    @property
    def no_go_zones(self) -> list[str]:
        """What the checklist of places that should stay free found, as words."""
        names = ("tactile_paving", "near_stop", "near_gate", "near_junction", "near_hydrant")
        return [str(self._meta.get_field(name).verbose_name) for name in names if getattr(self, name)]  # type: ignore[union-attr]


class SurveyMeasurement(models.Model):
    """What the tape said of one segment, in metres."""

    survey = models.ForeignKey(Survey, verbose_name="查勘", on_delete=models.CASCADE, related_name="measurements")
    segment = models.ForeignKey(Segment, verbose_name="路段", on_delete=models.CASCADE, related_name="measurements")
    length = models.DecimalField(
        "实测长（米）", max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    width = models.DecimalField(
        "实测宽（米）", max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    surface = models.CharField("路面材料", max_length=20, choices=Surface.choices)

    class Meta:
        verbose_name = verbose_name_plural = "实测数据"
        ordering = ["survey", "segment"]
        constraints = [
            models.UniqueConstraint(
                name="one_measurement_per_segment",
                fields=["survey", "segment"],
                violation_error_message="每个路段只填一次实测数据。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.length}×{self.width}"

    @property
    def differs(self) -> bool:
        """Whether the tape found something else than the application says."""
        asked = self.segment
        return (self.length, self.width, self.surface) != (asked.length, asked.width, asked.surface)


class SurveyPhoto(Attachment):
    survey = models.ForeignKey(Survey, verbose_name="查勘", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "查勘照片"

    def get_absolute_url(self) -> str:
        return reverse("permits:survey-photo", args=[self.survey.application_id, self.pk])
