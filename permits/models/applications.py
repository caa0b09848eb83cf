"""An application for a road permit (挖掘、占用), from the window to the archive; its segments; its materials."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from config.identity import mask_id_number, mask_phone
from config.navigation import record_address
from permits.enums import (
    ActKind,
    ApplicantKind,
    OccupationKind,
    PermitState,
    Surface,
    UseNature,
)
from permits.kinds import SpaceKind
from staff.models import Attachment, ImportBatch, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

CENT = Decimal("0.01")
LONGEST, WIDEST = Decimal(20_000), Decimal(200)  # metres of one segment
AREA_SLACK = Decimal("0.011")  # how far a stored area may lie from length × width, in ㎡: one rounding

SEES_ALL_PERMITS = (Perms.RECEIVE_PERMIT, Perms.HANDLE_PERMIT, Perms.COLLECT_FEES)

TONES = {
    **dict.fromkeys(("draft", "withdrawn", "cancelled", "recalled", "closed", "transferred", "not_required"), "grey"),
    **dict.fromkeys(("supplement", "gov_pending", "special", "fee_due", "emergency", "changing"), "amber"),
    **dict.fromkeys(("denied", "refused_intake", "revoked", "expired", "rectifying", "rework", "stopped"), "red"),
    **dict.fromkeys(("granted", "issued", "active", "restored", "warranty"), "green"),
}


def area_of(length: Decimal, width: Decimal) -> Decimal:
    """㎡ of a rectangle in metres, half up to two decimals."""
    return (length * width).quantize(CENT, ROUND_HALF_UP)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> ApplicationQuerySet:
        """Window, section, finance and those who see all units see everything; squads what they survey or watch over.

        Who is sent to a survey sees the case, whichever squad it was given to.
        """
        if not user.has_perm(Perms.VIEW_PERMITS):
            return self.none()
        if user.sees_all_units or any(user.has_perm(perm) for perm in SEES_ALL_PERMITS):
            return self
        mine = user.unit_ids
        sent = Q(surveys__first__account=user.pk) | Q(surveys__second__account=user.pk)
        surveys = Application.objects.filter(sent | Q(surveys__squad__in=mine)).values("pk")
        return self.filter(Q(unit__in=mine) | Q(squad__in=mine) | Q(recorded_by=user.pk) | Q(pk__in=surveys))

    def filed(self) -> ApplicationQuerySet:
        """What counts as an application: everything that left the draft."""
        return self.exclude(state__in=(PermitState.DRAFT, PermitState.EMERGENCY))

    def deciding(self) -> ApplicationQuerySet:
        return self.filter(state__in=PermitState.DECIDING)


class Application(models.Model):
    number = models.CharField("申请编号", max_length=40, unique=True, editable=False)
    external_number = models.CharField(
        "外部编号", max_length=60, blank=True, db_index=True, help_text="政务服务网等平台的办件编号。"
    )
    external_system = models.CharField("外部平台", max_length=40, blank=True)
    results_only = models.BooleanField("只登记结果", default=False, editable=False)
    item = models.ForeignKey(
        "permits.ItemVersion", verbose_name="许可事项", on_delete=models.PROTECT, related_name="applications"
    )
    space_kind = models.CharField("空间类型", max_length=12, choices=SpaceKind.choices)
    # Who asks, as of filing.
    applicant_kind = models.CharField("申请人类型", max_length=8, choices=ApplicantKind.choices, default="unit")
    applicant_name = models.CharField("申请单位（个人）", max_length=80)
    applicant_code = models.CharField(
        "统一社会信用代码（身份证号）", max_length=18, blank=True, db_index=True, help_text="单位填信用代码，个人填身份证号。"
    )  # fmt: skip
    legal_representative = models.CharField("法定代表人", max_length=30, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    contact = models.CharField("联系人", max_length=30)
    phone = models.CharField("联系电话", max_length=20)
    agent_name = models.CharField("经办人（代理人）", max_length=30, blank=True)
    agent_id = models.CharField("经办人证件号", max_length=18, blank=True)
    agent_phone = models.CharField("经办人电话", max_length=20, blank=True)
    # Who works there.
    builder_name = models.CharField("施工单位", max_length=80, blank=True)
    builder_qualification = models.CharField("施工资质", max_length=80, blank=True)
    builder_head = models.CharField("现场负责人", max_length=30, blank=True)
    builder_phone = models.CharField("现场负责人电话", max_length=20, blank=True)
    supervising_firm = models.CharField("监理单位", max_length=80, blank=True)
    # What, where, when.
    purpose = models.CharField("事由", max_length=200)
    location = models.CharField("地点", max_length=160, help_text="路名和起止点（桩号、门牌）。")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    starts_on = models.DateField("期限自")
    ends_on = models.DateField("期限至", help_text="含当日。")
    days = models.PositiveSmallIntegerField("天数", editable=False, help_text="首尾两日都计。")
    total_area = models.DecimalField("总面积（㎡）", max_digits=10, decimal_places=2, default=Decimal(0))
    use_nature = models.CharField("使用性质", max_length=10, choices=UseNature.choices, blank=True)
    occupation_kind = models.CharField("占用类别", max_length=10, choices=OccupationKind.choices, blank=True)
    is_project = models.BooleanField(
        "工程建设", default=False, help_text="因工程建设挖掘的，须有规划批准文件和设计文件。"
    )
    working_hours = models.CharField("施工时段", max_length=80, blank=True)
    traffic_plan = models.CharField("交通组织方案", max_length=300, blank=True)
    restoration_plan = models.CharField("修复方案", max_length=300, blank=True)
    safety_measures = models.CharField("安全措施", max_length=300, blank=True)
    # The course, as dates; each is written by the step that it belongs to.
    received_on = models.DateField("收件日期", null=True, editable=False, db_index=True)
    supplement_told_on = models.DateField("补正告知日期", null=True, editable=False)
    supplement_items = models.TextField("补正内容", blank=True, editable=False)
    supplemented_on = models.DateField("补正收件日期", null=True, editable=False)
    accepted_on = models.DateField("受理日期", null=True, editable=False, db_index=True)
    deemed_accepted = models.BooleanField("逾期未告知即为受理", default=False, editable=False)
    assigned_on = models.DateField("派单日期", null=True, editable=False)
    surveyed_on = models.DateField("查勘日期", null=True, editable=False)
    review_on = models.DateField("提交会审日期", null=True, editable=False)
    extended_on = models.DateField("延期批准日期", null=True, editable=False)
    extension_reason = models.CharField("延期理由", max_length=200, blank=True, editable=False)
    decided_on = models.DateField("决定日期", null=True, editable=False, db_index=True)
    granted = models.BooleanField("准予", null=True, editable=False)
    decided_by = models.CharField("决定人", max_length=60, blank=True, editable=False)
    conditions = models.TextField("许可条件", blank=True, editable=False)
    refusal_reason = models.TextField("不予许可（受理）理由", blank=True, editable=False)
    remedies = models.TextField("救济途径", blank=True, editable=False)
    fee_told_on = models.DateField("缴费通知日期", null=True, editable=False)
    issued_on = models.DateField("发证日期", null=True, editable=False)
    delivered_on = models.DateField("送达日期", null=True, editable=False)
    published_on = models.DateField("公示日期", null=True, editable=False)
    licence_number = models.CharField("许可证号", max_length=60, blank=True, editable=False)
    started_on = models.DateField("开工日期", null=True, editable=False)
    completed_on = models.DateField("竣工（清场）日期", null=True, editable=False)
    restored_on = models.DateField("验收合格日期", null=True, editable=False)
    warranty_until = models.DateField("质保期至", null=True, editable=False)
    ended_on = models.DateField("办结（终止）日期", null=True, editable=False)
    end_reason = models.CharField("终止理由", max_length=200, blank=True, editable=False)
    # Stored last days; a change of calendar or of the item's version recomputes those of open cases.
    supplement_due = models.DateField("补正告知期限", null=True, editable=False)
    decide_due = models.DateField("法定期限", null=True, editable=False)
    promised_due = models.DateField("承诺期限", null=True, editable=False)
    deliver_due = models.DateField("发证期限", null=True, editable=False)
    publish_due = models.DateField("公示期限", null=True, editable=False)
    pay_due = models.DateField("缴费期限", null=True, editable=False)
    change_due = models.DateField("变更决定期限", null=True, editable=False)
    # Who handles it.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="承办人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    unit = models.ForeignKey(
        Unit, verbose_name="承办单位", null=True, blank=True, on_delete=models.PROTECT, related_name="permit_applications"
    )  # fmt: skip
    squad = models.ForeignKey(
        Unit, verbose_name="监管中队", null=True, blank=True, on_delete=models.PROTECT, related_name="permit_sites"
    )
    note = models.CharField("备注", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=16, choices=PermitState.choices, default=PermitState.DRAFT, editable=False, db_index=True
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    entry_key = models.CharField("提交识别码", max_length=40, unique=True, null=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "许可申请"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "decide_due"], name="permit_by_state_and_due"),
            models.Index(fields=["state", "ends_on"], name="permit_by_state_and_end"),
        ]
        permissions = [
            ("receive_permit", "窗口收件、受理"),
            ("handle_permit", "承办许可"),
            ("survey_permit", "现场查勘和监管"),
            ("decide_permit", "决定许可"),
        ]
        constraints = [
            models.CheckConstraint(
                name="permit_ends_not_before_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="期限的截止日期不得早于起始日期。",
            ),
            models.CheckConstraint(
                name="permit_days_positive", condition=Q(days__gt=0), violation_error_message="天数应大于 0。"
            ),
            models.CheckConstraint(
                name="permit_area_not_negative",
                condition=Q(total_area__gte=0),
                violation_error_message="总面积不能是负数。",
            ),
            models.CheckConstraint(
                name="permit_accepted_says_when",
                condition=~Q(state__in=PermitState.DECIDING) | Q(accepted_on__isnull=False),
                violation_error_message="已受理的申请必须有受理日期。",
            ),
            models.CheckConstraint(
                name="permit_decision_whole",
                condition=Q(decided_on=None, granted=None) | Q(decided_on__isnull=False, granted__isnull=False),
                violation_error_message="许可决定必须同时有日期和结论。",
            ),
            models.CheckConstraint(
                name="permit_live_only_when_granted",
                condition=~Q(state__in=(*PermitState.LIVE, *PermitState.RESTORING))
                | Q(granted__isnull=False, granted=True),
                violation_error_message="没有准予决定的申请不能进入发证和实施。",
            ),
            models.CheckConstraint(
                name="permit_denied_says_why",
                condition=~Q(state="denied") | (Q(granted__isnull=False, granted=False) & ~Q(refusal_reason="")),
                violation_error_message="不予许可必须说明理由（《行政许可法》第三十八条第二款）。",
            ),
            models.CheckConstraint(
                name="permit_issued_not_before_decision",
                condition=Q(issued_on=None) | Q(decided_on__isnull=False, issued_on__gte=F("decided_on")),
                violation_error_message="未作出决定不得发证；发证日期不得早于决定日期。",
            ),
            models.CheckConstraint(
                name="permit_extension_whole",
                condition=Q(extended_on=None, extension_reason="")
                | (Q(extended_on__isnull=False) & ~Q(extension_reason="")),
                violation_error_message="延期必须同时有批准日期和理由（《行政许可法》第四十二条）。",
            ),
            models.CheckConstraint(
                name="permit_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            ),
            models.UniqueConstraint(
                name="permit_external_number_unique",
                fields=["external_system", "external_number"],
                condition=~Q(external_number=""),
                violation_error_message="这个外部编号已经登记过。",
            ),
            models.UniqueConstraint(
                name="permit_licence_number_unique",
                fields=["licence_number"],
                condition=~Q(licence_number=""),
                violation_error_message="这个许可证号已被使用。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: object, **kwargs: object) -> None:
        if isinstance(self.starts_on, date) and isinstance(self.ends_on, date):
            self.days = max((self.ends_on - self.starts_on).days + 1, 0)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return record_address("permits:application-detail", self.pk)

    @property
    def state_tone(self) -> str:
        return TONES.get(self.state, "blue")

    @property
    def is_open(self) -> bool:
        return self.state not in PermitState.FINAL

    @property
    def holder_code(self) -> str:
        """The applicant's code as lists and prints may show it: that of a unit whole, of a person masked."""
        return self.applicant_code if self.applicant_kind == "unit" else mask_id_number(self.applicant_code)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def digs(self) -> bool:
        return any(segment.act == ActKind.DIG for segment in self.segments.all())

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def days_over(self, today: date | None = None) -> int:
        return max(((today or timezone.localdate()) - self.ends_on) // timedelta(days=1), 0)

    def summed_area(self) -> Decimal:
        return self.segments.aggregate(total=Sum("area"))["total"] or Decimal(0)


class Segment(models.Model):
    """One stretch: where on the road, which surface, its measures in metres. Area is length × width, always."""

    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="segments")
    order = models.PositiveSmallIntegerField("序号", default=1)
    act = models.CharField("方式", max_length=8, choices=ActKind.choices)
    road = models.ForeignKey(
        "permits.Road", verbose_name="道路", null=True, blank=True, on_delete=models.PROTECT, related_name="segments"
    )
    stretch = models.CharField("起止点", max_length=80, blank=True, help_text="桩号、路口或门牌。")
    part = models.CharField("部位", max_length=12, choices=SpaceKind.choices)
    surface = models.CharField("路面材料", max_length=20, choices=Surface.choices, default=Surface.OTHER)
    length = models.DecimalField(
        "长（米）", max_digits=8, decimal_places=2,
        validators=[MinValueValidator(CENT), MaxValueValidator(LONGEST)],
    )  # fmt: skip
    width = models.DecimalField(
        "宽（米）", max_digits=6, decimal_places=2,
        validators=[MinValueValidator(CENT), MaxValueValidator(WIDEST)],
    )  # fmt: skip
    depth = models.DecimalField(
        "深（米）", max_digits=5, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(CENT)]
    )
    area = models.DecimalField("面积（㎡）", max_digits=10, decimal_places=2)
    kerb = models.DecimalField("路缘石（米）", max_digits=7, decimal_places=2, default=Decimal(0))
    manholes = models.PositiveSmallIntegerField("检查井（座）", default=0)
    gullies = models.PositiveSmallIntegerField("雨水井（座）", default=0)
    crosses_main_road = models.BooleanField("横穿主干路", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "路段"
        ordering = ["application", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="segment_measures_positive",
                condition=Q(length__gt=0, width__gt=0) & (Q(depth=None) | Q(depth__gt=0)) & Q(kerb__gte=0),
                violation_error_message="长、宽（深）应大于 0。",
            ),
            models.CheckConstraint(
                name="segment_area_multiplies",
                condition=Q(area__gte=F("length") * F("width") - AREA_SLACK)
                & Q(area__lte=F("length") * F("width") + AREA_SLACK),
                violation_error_message="面积应等于长 × 宽。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.length}×{self.width}={self.area}㎡"

    @property
    def place(self) -> str:
        return f"{self.road or ''}{self.stretch}" or self.application.location


class SubmittedMaterial(models.Model):
    """One material of the checklist as handed in, or why it need not be. The file hangs on it."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="materials"
    )
    material = models.ForeignKey(
        "permits.Material", verbose_name="清单材料", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("材料名称", max_length=100)
    mandatory = models.BooleanField("必须提供", default=False)
    received_on = models.DateField("收到日期", null=True, blank=True)
    copies = models.PositiveSmallIntegerField("份数", default=1)
    note = models.CharField("说明", max_length=120, blank=True, help_text="容缺、数据共享获取、不适用的写明。")
    not_applicable = models.BooleanField("不适用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "申请材料"
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="material_once_per_application",
                fields=["application", "name"],
                violation_error_message="同一材料只列一次。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_missing(self) -> bool:
        return self.mandatory and self.received_on is None and not self.not_applicable


class MaterialFile(Attachment):
    submitted = models.ForeignKey(
        SubmittedMaterial, verbose_name="材料", on_delete=models.CASCADE, related_name="files"
    )

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "材料文件"

    def get_absolute_url(self) -> str:
        return reverse("permits:material-file", args=[self.submitted.application_id, self.pk])
