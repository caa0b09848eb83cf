"""收缴 and 销毁: lots in their own measure, where they are and went, and what was destroyed of each."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.display import plain_number
from fireworks.enums import CustodyAct, DestructionMethod, FireworkKind, Measure, WeightBasis
from fireworks.models.actions import JointAction
from fireworks.models.bases import Record, RecordQuerySet
from fireworks.models.incidents import Incident
from staff.models import AppendOnly, Attachment, Unit

AMOUNT = {"max_digits": 12, "decimal_places": 3}


class SeizureLot(Record):
    """One lot, in the measure it was counted in. `destroyed` is the running total of its destruction items."""

    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    seized_on = models.DateField("收缴日期", default=timezone.localdate, db_index=True)
    place = models.CharField("收缴地点", max_length=120)
    owner = models.CharField("物主", max_length=60, blank=True, help_text="按其自称登记；无主的写“无主”。")
    kind = models.CharField("种类", max_length=10, choices=FireworkKind.choices)
    quantity = models.DecimalField("数量", **AMOUNT)
    measure = models.CharField("计量单位", max_length=12, choices=Measure.choices)
    unit = models.ForeignKey(
        Unit, verbose_name="收缴（接收）单位", on_delete=models.PROTECT, related_name="fireworks_seizures"
    )
    store = models.CharField("存放地点", max_length=60)
    action = models.ForeignKey(
        JointAction, verbose_name="联合行动", null=True, blank=True, on_delete=models.PROTECT, related_name="lots"
    )
    incident = models.ForeignKey(
        Incident, verbose_name="炮情", null=True, blank=True, on_delete=models.PROTECT, related_name="lots"
    )
    destroyed = models.DecimalField("已销毁", default=Decimal(0), editable=False, **AMOUNT)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收缴物品"
        ordering = ["-seized_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="lot_quantity_positive",
                condition=Q(quantity__gt=0),
                violation_error_message="数量应大于 0。",
            ),
            models.CheckConstraint(
                name="lot_never_more_destroyed_than_seized",
                condition=Q(destroyed__gte=0, destroyed__lte=F("quantity")),
                violation_error_message="销毁的数量不能多于收缴的数量。",
            ),
            models.CheckConstraint(
                name="lot_voided_only_whole",
                condition=Q(voided_at=None) | Q(destroyed=0),
                violation_error_message="已有销毁记录的收缴物品不能作废，请先作废销毁记录。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("fireworks:lot-detail", args=[self.pk])

    @property
    def left(self) -> Decimal:
        return self.quantity - self.destroyed

    @property
    def standing(self) -> str:
        if self.voided_at:
            return "已作废"
        if self.left <= 0:
            return "已销毁"
        return "部分销毁" if self.destroyed else "在库"


class CustodyEntry(AppendOnly):
    """Who had a lot, from whom, where (交接链). Appended only; a slip is put right by a further entry."""

    lot = models.ForeignKey(SeizureLot, verbose_name="收缴物品", on_delete=models.PROTECT, related_name="custody")
    act = models.CharField("事项", max_length=12, choices=CustodyAct.choices)
    happened_at = models.DateTimeField("时间", default=timezone.now)
    handed_by = models.CharField("交出人", max_length=60, blank=True)
    received_by = models.CharField("接收人", max_length=60)
    place = models.CharField("地点", max_length=60, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "交接记录"
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.received_by}"


class DestructionQuerySet(RecordQuerySet):
    unit_path = "unit"


class Destruction(Record):
    """One destruction: day, place, method, witnesses, vehicles, and the weight only if somebody weighed or estimated it."""

    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    destroyed_on = models.DateField("销毁日期", default=timezone.localdate, db_index=True)
    place = models.CharField("销毁地点", max_length=120)
    method = models.CharField("方式", max_length=10, choices=DestructionMethod.choices)
    unit = models.ForeignKey(
        Unit, verbose_name="组织单位", on_delete=models.PROTECT, related_name="fireworks_destructions"
    )
    witnesses = models.CharField("见证单位和人员", max_length=200)
    vehicles = models.PositiveIntegerField("车辆（车）", default=0, validators=[MaxValueValidator(10_000)])
    weight_kg = models.DecimalField(
        "重量（千克）", null=True, blank=True, help_text="没有称重也没有估算的不填。", **AMOUNT
    )
    weight_basis = models.CharField("重量来源", max_length=10, choices=WeightBasis.choices, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = DestructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "集中销毁"
        ordering = ["-destroyed_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="destruction_weight_has_a_basis",
                condition=Q(weight_kg=None, weight_basis="")
                | (Q(weight_kg__isnull=False, weight_kg__gt=0) & ~Q(weight_basis="")),
                violation_error_message="重量和来源（过磅或估算）应同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("fireworks:destruction-detail", args=[self.pk])

    @property
    def weighed_otherwise(self) -> str:
        """Of lots counted in kilograms alone, the weight and their sum should agree; recorded as it is, and said."""
        items = list(self.items.all())
        if self.weight_kg is None or not items or any(item.lot.measure != Measure.KG for item in items):
            return ""
        total = sum((item.quantity for item in items), Decimal(0))
        if total == self.weight_kg:
            return ""
        weight, listed = plain_number(self.weight_kg), plain_number(total)
        return f"登记的重量 {weight} 千克与所列物品合计 {listed} 千克不一致，请核对；确有出入的在备注里说明。"


class DestructionItem(models.Model):
    """How much of a lot went in one destruction, in the lot's own measure."""

    destruction = models.ForeignKey(Destruction, verbose_name="销毁", on_delete=models.PROTECT, related_name="items")
    lot = models.ForeignKey(SeizureLot, verbose_name="收缴物品", on_delete=models.PROTECT, related_name="items")
    quantity = models.DecimalField("销毁数量", **AMOUNT)

    class Meta:
        verbose_name = verbose_name_plural = "销毁明细"
        ordering = ["destruction", "lot"]
        constraints = [
            models.UniqueConstraint(
                name="one_item_per_destruction_and_lot",
                fields=["destruction", "lot"],
                violation_error_message="同一次销毁里每批物品只能列一次。",
            ),
            models.CheckConstraint(
                name="destruction_item_positive",
                condition=Q(quantity__gt=0),
                violation_error_message="销毁数量应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.quantity}"


class DestructionPhoto(Attachment):
    destruction = models.ForeignKey(Destruction, verbose_name="销毁", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "销毁照片"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:destruction-photo", args=[self.destruction_id, self.pk])
