"""After the licence: inspections by two officers, orders to rectify, the acceptance of the restored road."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from permits.enums import InspectionKind
from permits.models.applications import Application
from staff.models import Attachment, Person


class OfficerVisit(models.Model):
    """Abstract: two officers were there, and when. Recorded and signed (行政许可法 Art. 61)."""

    first = models.ForeignKey(Person, verbose_name="检查人员一", null=True, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(
        Person, verbose_name="检查人员二", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    happened_at = models.DateTimeField("时间")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    passed = models.BooleanField("合格")
    note = models.CharField("情况", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["happened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_by_two",
                condition=Q(first=None) | Q(second=None) | ~Q(first=F("second")),
                violation_error_message="应由两名不同的人员进行。",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_failed_says_why",
                condition=Q(passed=True) | ~Q(note=""),
                violation_error_message="不合格的须写明情况。",
            ),
        ]

    @property
    def officers(self) -> list[Person]:
        return [person for person in (self.first, self.second) if person is not None]


class Inspection(OfficerVisit):
    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="inspections"
    )
    kind = models.CharField("检查类型", max_length=12, choices=InspectionKind.choices, default=InspectionKind.SPOT)
    in_place = models.BooleanField("位置、面积与许可相符", default=True)
    in_time = models.BooleanField("未超过许可期限", default=True)
    signs = models.BooleanField("有明显标志和安全围挡", default=True)
    board = models.BooleanField("现场有公示牌", default=True)
    found_area = models.DecimalField("实际面积（㎡）", max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta(OfficerVisit.Meta):
        verbose_name = verbose_name_plural = "监督检查"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{'合格' if self.passed else '不合格'}"

    def get_absolute_url(self) -> str:
        return f"{self.application.get_absolute_url()}?tab=site"


class InspectionPhoto(Attachment):
    inspection = models.ForeignKey(Inspection, verbose_name="检查", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "检查照片"

    def get_absolute_url(self) -> str:
        return reverse("permits:inspection-photo", args=[self.inspection.application_id, self.pk])


class Rectification(models.Model):
    """责令限期改正 (道路条例 Art. 42): what, by when, and what came of it."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="rectifications"
    )
    inspection = models.ForeignKey(
        Inspection, verbose_name="检查", null=True, blank=True, on_delete=models.PROTECT, related_name="rectifications"
    )
    demand = models.CharField("责令改正内容", max_length=300)
    ordered_on = models.DateField("责令日期")
    due_on = models.DateField("改正期限")
    done_on = models.DateField("改正日期", null=True, blank=True)
    done_note = models.CharField("改正情况", max_length=200, blank=True)
    case_lead = models.BooleanField("移送立案线索", default=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "责令改正"
        ordering = ["ordered_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rectification_due_not_before_order",
                condition=Q(due_on__gte=F("ordered_on")),
                violation_error_message="改正期限不得早于责令日期。",
            ),
            models.CheckConstraint(
                name="rectification_done_not_before_order",
                condition=Q(done_on=None) | Q(done_on__gte=F("ordered_on")),
                violation_error_message="改正日期不得早于责令日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.demand

    def is_late(self, today: date) -> bool:
        return (self.done_on or today) > self.due_on


class RestorationCheck(OfficerVisit):
    """修复验收: with the traffic police, or the road must not be opened again (道交法 Art. 32)."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="restoration_checks"
    )
    police_present = models.BooleanField("公安交管部门参加验收", default=False)
    police_officer = models.CharField("交管部门人员", max_length=30, blank=True)
    restored_area = models.DecimalField("修复面积（㎡）", max_digits=10, decimal_places=2, null=True, blank=True)
    thickness = models.CharField("结构层厚度、压实度", max_length=120, blank=True)
    redo_by = models.DateField("返工期限", null=True, blank=True)

    class Meta(OfficerVisit.Meta):
        verbose_name = verbose_name_plural = "修复验收"
        constraints = [
            *OfficerVisit.Meta.constraints,
            models.UniqueConstraint(
                name="passed_once_per_permit",
                fields=["application"],
                condition=Q(passed=True),
                violation_error_message="这件许可已经验收合格。",
            ),
        ]

    def __str__(self) -> str:
        return "验收合格" if self.passed else "验收不合格"


class RestorationPhoto(Attachment):
    check_made = models.ForeignKey(
        RestorationCheck, verbose_name="验收", on_delete=models.CASCADE, related_name="photos"
    )

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "验收照片"

    def get_absolute_url(self) -> str:
        return reverse("permits:restoration-photo", args=[self.check_made.application_id, self.pk])
