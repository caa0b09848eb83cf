"""专项问题: what a campaign found, what was done about it, and who struck it off (销号)."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.boards import BoardKind, Condition, Measure
from billboards.enums.campaigns import ITEM_TONES, CampaignState, Disposition, ItemProblem, ItemState, PhotoStage
from billboards.models.board import AREA, Board
from billboards.models.campaign import Campaign
from billboards.models.removal import Removal
from config.identity import mask_phone
from staff.models import STREET_KINDS, Attachment, Record, Unit, UnitKind, of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


WENT_TO_CASE = Q(cased_on__isnull=False)  # whatever was done about it since


class ItemQuerySet(models.QuerySet["CampaignItem"]):
    def visible_to(self, user: User) -> ItemQuerySet:
        if not user.has_perm(Perms.VIEW_BILLBOARDS):
            return self.none()
        if user.sees_all_units:
            return self
        return self.filter(of_own_units(user, "street") | Q(recorded_by=user.pk))

    def counted(self) -> ItemQuerySet:
        """What was found: everything that was not voided."""
        return self.filter(state__in=ItemState.COUNTED)

    def found_between(self, start: date, end: date) -> ItemQuerySet:
        return self.counted().filter(found_on__gte=start, found_on__lte=end)


class CampaignItem(Record):
    """One facility (or heap of them in one place) of a campaign, in its own measure."""

    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    entry_key = models.UUIDField("录入标识", unique=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, verbose_name="专项整治", on_delete=models.PROTECT, related_name="items")
    street = models.ForeignKey(
        Unit, verbose_name="属地街道", on_delete=models.PROTECT, related_name="campaign_items",
        limit_choices_to={"kind__in": STREET_KINDS},
    )  # fmt: skip
    community = models.ForeignKey(
        Unit, verbose_name="社区", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        limit_choices_to={"kind": UnitKind.COMMUNITY},
    )  # fmt: skip
    board = models.ForeignKey(
        Board, verbose_name="台账中的设施", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    kind = models.CharField("类型", max_length=14, choices=BoardKind.choices)
    name = models.CharField("对象", max_length=80, help_text="门店名、画面内容或者路段。")
    place = models.CharField("地点", max_length=120, help_text="写到门牌、楼栋或者路口。")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    party = models.CharField("设置人", max_length=80, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    problem = models.CharField("问题", max_length=12, choices=ItemProblem.choices)
    description = models.CharField("情况", max_length=300, blank=True)
    measure = models.CharField("计量", max_length=6, choices=Measure.choices, default=Measure.PIECE)
    quantity = models.PositiveIntegerField(
        "数量", default=1, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    area = models.DecimalField("面积（㎡）", default=Decimal(0), validators=[MinValueValidator(Decimal(0))], **AREA)
    found_on = models.DateField("摸底日期", default=timezone.localdate, db_index=True)
    state = models.CharField(
        "状态", max_length=14, choices=ItemState.choices, default=ItemState.FOUND, editable=False, db_index=True
    )
    notified_on = models.DateField("告知日期", null=True, editable=False, db_index=True)
    notice_number = models.CharField("通知书文号", max_length=60, blank=True, editable=False)
    due_on = models.DateField("整改期限", null=True, editable=False, db_index=True)
    disposition = models.CharField("处置方式", max_length=12, choices=Disposition.choices, blank=True, editable=False)
    handled_on = models.DateField("处置日期", null=True, editable=False, db_index=True)
    handlers = models.CharField("处置人", max_length=60, blank=True, editable=False)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="处置登记人", null=True, editable=False, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    handled_note = models.CharField("处置情况", max_length=300, blank=True, editable=False)
    handed_to = models.ForeignKey(
        Unit, verbose_name="移交单位", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    permit_number = models.CharField("补办的文号", max_length=60, blank=True, editable=False)
    deferred_reason = models.CharField("暂缓理由", max_length=200, blank=True, editable=False)
    case = models.ForeignKey(
        "billboards.Case",
        verbose_name="案件",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="items",
    )
    case_number = models.CharField("外部案号", max_length=60, blank=True, editable=False)
    cased_on = models.DateField("转立案日期", null=True, editable=False, db_index=True)
    condition_before = models.CharField(
        "维修前的完好情况", max_length=8, choices=Condition.choices, blank=True, editable=False
    )
    removal = models.OneToOneField(
        Removal, verbose_name="拆除记录", null=True, editable=False, on_delete=models.PROTECT, related_name="item"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="复核人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    settled_on = models.DateField("销号日期", null=True, editable=False, db_index=True)
    review_note = models.CharField("复核意见", max_length=200, blank=True, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项问题"
        ordering = ["-found_on", "-pk"]
        indexes = [models.Index(fields=["campaign", "street", "state"], name="item_by_street_and_state")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="item_quantity_positive",
                condition=Q(quantity__gt=0, area__gte=0),
                violation_error_message="数量应大于 0，面积不能是负数。",
            ),
            models.CheckConstraint(
                name="item_position_whole",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message="纬度和经度须同时填写，并在有效范围内。",
            ),
            models.CheckConstraint(
                name="item_settled_by_another",
                condition=~Q(state=ItemState.SETTLED)
                | (Q(settled_on__isnull=False, reviewed_by__isnull=False, handled_by__isnull=False) & ~Q(reviewed_by=F("handled_by"))),
                violation_error_message="销号须有复核人和日期，复核人不能是处置登记人。",
            ),
            models.CheckConstraint(
                name="item_handled_says_how",
                condition=~Q(state__in=[ItemState.HANDLED, ItemState.SETTLED])
                | (Q(handled_on__isnull=False) & ~Q(disposition="")),
                violation_error_message="已处置的须有处置方式和日期。",
            ),
            models.CheckConstraint(
                name="item_cased_says_when",
                condition=Q(case=None, case_number="", cased_on=None)
                | (Q(cased_on__isnull=False) & (Q(case__isnull=False) | ~Q(case_number=""))),
                violation_error_message="转立案的须有案件（案号）和日期。",
            ),
            models.CheckConstraint(
                name="item_voided_with_reason",
                condition=Q(state=ItemState.VOIDED, voided_at__isnull=False) | (~Q(state=ItemState.VOIDED) & Q(voided_at=None)),
                violation_error_message="作废必须同时有时间和理由。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("billboards:item-detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return ITEM_TONES.get(self.state, "grey")

    @property
    def amount(self) -> str:
        """The quantity with its measure, and the area if one was taken: 2块（12.5㎡）."""
        words = f"{self.quantity}{self.get_measure_display()}"
        return f"{words}（{self.area.normalize():f}㎡）" if self.area else words

    @property
    def case_words(self) -> str:
        return str(self.case) if self.case is not None else self.case_number

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def is_overdue(self) -> bool:
        return self.state in ItemState.TO_DO and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def is_workable(self) -> bool:
        """Of a campaign that has begun; what is left after its end is worked off all the same."""
        return self.campaign.state != CampaignState.DRAFT


class ItemPhoto(Attachment):
    item = models.ForeignKey(CampaignItem, verbose_name="专项问题", on_delete=models.CASCADE, related_name="photos")
    stage = models.CharField("阶段", max_length=8, choices=PhotoStage.choices, default=PhotoStage.BEFORE)

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "专项照片"

    @property
    def caption(self) -> str:
        return str(self.get_stage_display())

    def get_absolute_url(self) -> str:
        return reverse("billboards:item-photo", args=[self.item_id, self.pk])
