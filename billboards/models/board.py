"""户外广告台账: boards and signs with their faces, whose they are, on what right, and how they stand."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.boards import (
    BOARD_TONES,
    AdCategory,
    BoardKind,
    BoardLife,
    BoardStatus,
    Condition,
    Lighting,
    RightSource,
    RoadSide,
)
from billboards.models.sizes import SizeRule
from billboards.sizing import area_of
from billboards.standing import Facts, needs_permit, status_on
from config.identity import mask_phone
from staff.models import STREET_KINDS, Record, Unit, UnitKind, of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

METRES: dict[str, Any] = {"max_digits": 7, "decimal_places": 2}
AREA: dict[str, Any] = {"max_digits": 10, "decimal_places": 2}
ROUNDING = Decimal("0.006")  # an area is rounded to two places; a database may multiply in binary


def plate_token() -> str:
    """What the code on the plate says: nothing of the board, and nobody guesses another's."""
    return secrets.token_urlsafe(9)


class BoardQuerySet(models.QuerySet["Board"]):
    def visible_to(self, user: User) -> BoardQuerySet:
        """Those who see all units see every board; streets, communities and squads those of their own ground."""
        if not user.has_perm(Perms.VIEW_BILLBOARDS):
            return self.none()
        if user.sees_all_units or user.has_perm(Perms.KEEP_BOARDS):
            return self
        own = of_own_units(user, "street") | of_own_units(user, "community")
        return self.filter(own | Q(unit__in=user.unit_ids) | Q(recorded_by=user.pk))

    def recorded(self) -> BoardQuerySet:
        return self.filter(voided_at=None)

    def standing_on(self, day: date) -> BoardQuerySet:
        """In the ledger on a day: entered by then, not yet taken down."""
        return self.recorded().filter(registered_on__lte=day).filter(Q(removed_on=None) | Q(removed_on__gt=day))


class Board(Record):
    """One facility from its erection to its removal. Put up again, it is a new one that names the earlier."""

    code = models.CharField("编码", max_length=40, unique=True, editable=False)
    token = models.CharField("二维码标识", max_length=20, unique=True, default=plate_token, editable=False)
    kind = models.CharField("类型", max_length=14, choices=BoardKind.choices)
    name = models.CharField("名称（内容）", max_length=80, help_text="门店名或者画面主题。")
    category = models.CharField("广告类别", max_length=10, choices=AdCategory.choices, default=AdCategory.COMMERCIAL)
    address = models.CharField("位置", max_length=120, help_text="写到门牌、楼栋或者路口。")
    road = models.CharField("路段", max_length=40, blank=True, db_index=True)
    road_side = models.CharField("路侧", max_length=8, choices=RoadSide.choices, blank=True)
    street = models.ForeignKey(
        Unit, verbose_name="属地街道", on_delete=models.PROTECT, related_name="boards",
        limit_choices_to={"kind__in": STREET_KINDS},
    )  # fmt: skip
    community = models.ForeignKey(
        Unit, verbose_name="社区", null=True, blank=True, on_delete=models.PROTECT, related_name="community_boards",
        limit_choices_to={"kind": UnitKind.COMMUNITY},
    )  # fmt: skip
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    carrier = models.CharField("附着的建筑、设施", max_length=80, blank=True)
    carrier_owner = models.CharField("建筑、设施所有人", max_length=80, blank=True)
    setter = models.CharField("设置人", max_length=80, blank=True, help_text="管理、维护这处设施的单位或者个人。")
    setter_code = models.CharField("设置人统一社会信用代码", max_length=18, blank=True)
    contact = models.CharField("联系人", max_length=30, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    owner = models.CharField("产权人", max_length=80, blank=True)
    publisher = models.CharField("发布人", max_length=80, blank=True)
    face_count = models.PositiveSmallIntegerField("面数", default=0, editable=False)
    area = models.DecimalField("总面积（㎡）", default=Decimal(0), editable=False, **AREA)
    is_large = models.BooleanField("大型户外广告", default=False, editable=False, db_index=True)
    size_rule = models.ForeignKey(
        SizeRule, verbose_name="认定规则", null=True, editable=False, on_delete=models.PROTECT, related_name="boards"
    )
    clearance = models.DecimalField("离地高度（米）", null=True, blank=True, **METRES)
    material = models.CharField("材质、结构", max_length=40, blank=True)
    lighting = models.CharField("照明", max_length=8, choices=Lighting.choices, blank=True)
    electronic = models.BooleanField("电子显示", default=False)
    lit_hours = models.CharField("亮灯（播放）时间", max_length=40, blank=True)
    installed_on = models.DateField("设置日期", null=True, blank=True)
    registered_on = models.DateField("入账日期", default=timezone.localdate, db_index=True)
    permit_number = models.CharField("许可文号", max_length=60, blank=True)
    filing_number = models.CharField("备案号", max_length=60, blank=True)
    permit_from = models.DateField("许可（备案）自", null=True, blank=True)
    permit_to = models.DateField("许可（备案）至", null=True, blank=True, db_index=True)
    right_source = models.CharField(
        "点位取得方式", max_length=10, choices=RightSource.choices, default=RightSource.UNKNOWN
    )
    condition = models.CharField("完好情况", max_length=8, choices=Condition.choices, default=Condition.SOUND)
    is_ownerless = models.BooleanField("查找不到设置人", default=False)
    is_oversized = models.BooleanField("超出批准的规格、形式", default=False)
    next_inspection_on = models.DateField("下次检查", null=True, editable=False, db_index=True)
    life = models.CharField(
        "存续", max_length=10, choices=BoardLife.choices, default=BoardLife.STANDING, editable=False
    )
    removed_on = models.DateField("拆除日期", null=True, editable=False, db_index=True)
    status = models.CharField(
        "状态", max_length=12, choices=BoardStatus.choices, default=BoardStatus.LAWFUL, editable=False, db_index=True
    )
    unit = models.ForeignKey(
        Unit, verbose_name="管理单位", null=True, blank=True, on_delete=models.PROTECT, related_name="kept_boards",
        help_text="负责巡查的中队或者科室；不填的按街道所属中队。",
    )  # fmt: skip
    earlier = models.ForeignKey(
        "self", verbose_name="拆除前的设施", null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="later",
    )  # fmt: skip
    note = models.CharField("备注", max_length=200, blank=True)

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "户外广告"
        ordering = ["code"]
        permissions = [
            ("view_billboards", "查看户外广告"),
            ("keep_boards", "管理户外广告台账"),
            ("inspect_board", "登记安全检查"),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="board_position_whole",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message="纬度和经度须同时填写，并在有效范围内。",
            ),
            models.CheckConstraint(
                name="board_permit_to_not_before_from",
                condition=Q(permit_from=None) | Q(permit_to=None) | Q(permit_to__gte=F("permit_from")),
                violation_error_message="许可（备案）的截止日期不得早于起始日期。",
            ),
            models.CheckConstraint(
                name="board_removed_says_when",
                condition=Q(life=BoardLife.REMOVED, removed_on__isnull=False, status=BoardStatus.REMOVED)
                | (~Q(life=BoardLife.REMOVED) & Q(removed_on=None) & ~Q(status=BoardStatus.REMOVED)),
                violation_error_message="已拆的设施必须有拆除日期，未拆的不能有。",
            ),
            models.CheckConstraint(
                name="board_sign_never_unpermitted",
                condition=~Q(status=BoardStatus.UNPERMITTED) | (Q(is_large=True) & ~Q(kind__in=BoardKind.SIGNS)),
                violation_error_message="店招、楼宇标识、导视牌和非大型的设施不列为“未批”。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("billboards:board-detail", args=[self.pk])

    @property
    def facts(self) -> Facts:
        return Facts(
            life=self.life,
            kind=self.kind,
            is_large=self.is_large,
            condition=self.condition,
            is_ownerless=self.is_ownerless,
            is_oversized=self.is_oversized,
            permit_number=self.permit_number,
            permit_to=self.permit_to,
        )

    def status_on(self, day: date) -> BoardStatus:
        return status_on(self.facts, day)

    @property
    def needs_permit(self) -> bool:
        return needs_permit(self.kind, self.is_large)

    @property
    def state_tone(self) -> str:
        return "grey" if self.voided_at else BOARD_TONES.get(self.status, "amber")

    @property
    def standing_words(self) -> str:
        return "已作废" if self.voided_at else str(self.get_status_display())

    @property
    def masked_contact(self) -> str:
        return f"{self.contact[0]}**" if self.contact else ""

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_setter_code(self) -> str:
        return f"{self.setter_code[:6]}********{self.setter_code[-4:]}" if len(self.setter_code) > 10 else ""


class BoardFace(models.Model):
    """One face: width × height is its area, to the second place."""

    board = models.ForeignKey(Board, verbose_name="户外广告", on_delete=models.CASCADE, related_name="faces")
    number = models.PositiveSmallIntegerField("面", default=1, validators=[MaxValueValidator(99)])
    width = models.DecimalField("宽（米）", **METRES)
    height = models.DecimalField("高（米）", **METRES)
    area = models.DecimalField("面积（㎡）", editable=False, **AREA)
    content = models.CharField("画面内容", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "广告面"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                name="one_face_per_board_and_number",
                fields=["board", "number"],
                violation_error_message="这个面已经填过。",
            ),
            models.CheckConstraint(
                name="face_measures_positive",
                condition=Q(width__gt=0, height__gt=0),
                violation_error_message="宽和高应大于 0。",
            ),
            models.CheckConstraint(
                name="face_area_is_width_times_height",
                condition=Q(area__gte=F("width") * F("height") - ROUNDING, area__lte=F("width") * F("height") + ROUNDING),
                violation_error_message="面积应等于宽乘高。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"第{self.number}面 {self.width}×{self.height}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.area = area_of(self.width, self.height)
        super().save(*args, **kwargs)
