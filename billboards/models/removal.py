"""拆除（清理）: every taking down is one row, whether of the ledger, of a campaign or of a case. Figures count here only."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.boards import Measure, RemovalMode
from billboards.models.board import AREA, Board
from staff.models import STREET_KINDS, Record, Unit, of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class RemovalQuerySet(models.QuerySet["Removal"]):
    def visible_to(self, user: User) -> RemovalQuerySet:
        if not user.has_perm(Perms.VIEW_BILLBOARDS):
            return self.none()
        if user.sees_all_units or user.has_perm(Perms.KEEP_BOARDS):
            return self
        return self.filter(of_own_units(user, "street") | Q(recorded_by=user.pk))

    def recorded(self) -> RemovalQuerySet:
        return self.filter(voided_at=None)


class Removal(Record):
    """What came down, how, how much in its own measure. What happened otherwise than the law says carries its flaw."""

    board = models.ForeignKey(
        Board, verbose_name="户外广告", null=True, blank=True, on_delete=models.PROTECT, related_name="removals"
    )
    what = models.CharField("拆除（清理）对象", max_length=80)
    place = models.CharField("地点", max_length=120)
    street = models.ForeignKey(
        Unit, verbose_name="属地街道", on_delete=models.PROTECT, related_name="removals",
        limit_choices_to={"kind__in": STREET_KINDS},
    )  # fmt: skip
    removed_on = models.DateField("拆除日期", default=timezone.localdate, db_index=True)
    mode = models.CharField("拆除方式", max_length=10, choices=RemovalMode.choices)
    measure = models.CharField("计量", max_length=6, choices=Measure.choices, default=Measure.PIECE)
    quantity = models.PositiveIntegerField(
        "数量", default=1, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    area = models.DecimalField("面积（㎡）", default=Decimal(0), validators=[MinValueValidator(Decimal(0))], **AREA)
    case = models.ForeignKey(
        "billboards.Case", verbose_name="案件", null=True, blank=True, on_delete=models.PROTECT, related_name="removals"
    )
    case_step = models.CharField("案件步骤", max_length=20, blank=True, editable=False)
    case_number = models.CharField("外部案号", max_length=60, blank=True, help_text="在其他平台办理的案件。")
    consent_on = models.DateField("书面同意日期", null=True, blank=True)
    reason = models.CharField("紧急情形（查找、公告情况）", max_length=200, blank=True)
    flaw_article = models.CharField("程序瑕疵依据", max_length=120, blank=True, editable=False)
    flaw = models.CharField("程序瑕疵", max_length=200, blank=True, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拆除记录"
        ordering = ["-removed_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="removal_once_per_case_step",
                fields=["case", "case_step", "removed_on"],
                condition=~Q(case_step="") & Q(voided_at=None),
                violation_error_message="这一步的拆除已经登记。",
            ),
            models.CheckConstraint(
                name="removal_quantity_positive",
                condition=Q(quantity__gt=0, area__gte=0),
                violation_error_message="数量应大于 0，面积不能是负数。",
            ),
            models.CheckConstraint(
                name="removal_assisted_has_consent_or_flaw",
                condition=~Q(mode=RemovalMode.ASSISTED) | Q(consent_on__isnull=False) | ~Q(flaw=""),
                violation_error_message="协助拆除须有书面同意；没有的记为程序瑕疵。",
            ),
            models.CheckConstraint(
                name="removal_emergency_says_why",
                condition=~Q(mode__in=[RemovalMode.EMERGENCY, RemovalMode.OWNERLESS]) | ~Q(reason=""),
                violation_error_message="应急排险写明紧急情形，无主设施写明查找和公告情况。",
            ),
            models.CheckConstraint(
                name="removal_flaw_whole",
                condition=Q(flaw="", flaw_article="") | (~Q(flaw="") & ~Q(flaw_article="")),
                violation_error_message="程序瑕疵应同时有依据和内容。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}（{self.get_mode_display()}）"

    @property
    def is_of_item(self) -> bool:
        """Of a campaign's item: taken back there (退回重办), nowhere else."""
        return hasattr(self, "item")

    def get_absolute_url(self) -> str:
        if self.board is not None:
            return self.board.get_absolute_url()
        item = getattr(self, "item", None)
        if item is not None:
            return item.get_absolute_url()
        return reverse("billboards:removal-detail", args=[self.pk])
