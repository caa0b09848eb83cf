"""许可事项: what the bureau permits, in versions: materials, limits, conditions, and the meeting that approved them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from permits.kinds import ItemKind, Necessity, SpaceKind, Whose
from staff.models import Attachment
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

SPLIT = ("days_accept", "days_survey", "days_review", "days_deliver")
LAW = "《中华人民共和国行政许可法》"


class SeenQuerySet(models.QuerySet[Any]):
    """Items, roads and tariffs are open to everybody who sees permits (行政许可法 30: they are public)."""

    def visible_to(self, user: User) -> SeenQuerySet:
        return self if user.has_perm(Perms.VIEW_PERMITS) else self.none()


class PermitItem(models.Model):
    code = models.CharField("编号", max_length=20, unique=True, help_text="如“XK01”；清单和导入表按编号引用。")
    name = models.CharField("事项名称", max_length=60)
    kind = models.CharField("类别", max_length=16, choices=ItemKind.choices)
    national_code = models.CharField("国家基本编码", max_length=12, blank=True, help_text="12 位数字；没有的留空。")
    level = models.CharField(
        "行使层级", max_length=1, default="4", choices=[("3", "设区的市级"), ("4", "县级"), ("5", "乡镇级")]
    )
    in_use = models.BooleanField("在用", default=True)
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = SeenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "许可事项"
        ordering = ["code"]
        permissions = [("view_permits", "查看道路挖掘与占用审批"), ("manage_items", "维护许可事项、道路和收费标准")]
        constraints = [
            models.CheckConstraint(
                name="permit_item_code_given", condition=~Q(code=""), violation_error_message="编号不能为空。"
            ),
            models.UniqueConstraint(
                name="one_item_in_use_per_kind",
                fields=["kind"],
                condition=Q(in_use=True),
                violation_error_message="这一类已有在用的事项；请先停用原来的。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("permits:item-detail", args=[self.pk])

    def implementation_code(self, credit_code: str) -> str:
        """实施编码: credit code of the agency, level, national code; "" while one of them is missing."""
        whole = bool(self.national_code and credit_code)
        return f"{credit_code}{self.level}{self.national_code}" if whole else ""


class ItemVersionQuerySet(SeenQuerySet):
    def own(self) -> ItemVersionQuerySet:
        return self.filter(whose=Whose.OWN)

    def valid_on(self, day: date) -> ItemVersionQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class ItemVersion(models.Model):
    """One edition of an item. The bureau's own hold one after the other; the city bureau's stand beside to compare."""

    item = models.ForeignKey(PermitItem, verbose_name="许可事项", on_delete=models.PROTECT, related_name="versions")
    whose = models.CharField("版本归属", max_length=4, choices=Whose.choices, default=Whose.OWN)
    number = models.PositiveSmallIntegerField("版本", editable=False)
    valid_from = models.DateField("施行日期", default=timezone.localdate)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    basis = models.TextField("设定和办理依据")
    legal_days = models.PositiveSmallIntegerField(
        "法定时限（工作日）", default=20, help_text=f"{LAW}第四十二条：自受理之日起二十个工作日。"
    )
    days_accept = models.PositiveSmallIntegerField("受理（工作日）", default=1)
    days_survey = models.PositiveSmallIntegerField("现场查勘（工作日）", default=2)
    days_review = models.PositiveSmallIntegerField("集中会审（工作日）", default=1)
    days_deliver = models.PositiveSmallIntegerField("制证送达（工作日）", default=1)
    promised_days = models.PositiveSmallIntegerField("承诺时限（工作日）", default=5)
    conditions = models.TextField("许可条件", blank=True)
    fee_note = models.CharField("收费说明", max_length=200, blank=True)
    space_kinds = models.JSONField("适用部位", default=list, blank=True)
    source = models.CharField("来源文件", max_length=200, help_text="文件名称、文号；没有文件的写明由谁决定。")
    change_note = models.CharField("本版变动", max_length=300, blank=True)
    meeting_on = models.DateField("专家论证日期", null=True, blank=True)
    meeting_place = models.CharField("论证地点", max_length=100, blank=True)
    meeting_attendees = models.TextField("参加人员", blank=True, help_text="每行一人：姓名、单位、职务职称。")
    meeting_opinion = models.TextField("论证意见", blank=True)
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = ItemVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事项版本"
        ordering = ["item", "whose", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="one_item_version_number",
                fields=["item", "whose", "number"],
                violation_error_message="这个版本号已经有了。",
            ),
            models.UniqueConstraint(
                name="one_open_item_version",
                fields=["item", "whose"],
                condition=Q(valid_to=None),
                violation_error_message="同一事项只能有一个没有停用日期的版本。",
            ),
            models.CheckConstraint(
                name="item_version_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于施行日期。",
            ),
            models.CheckConstraint(
                name="item_version_split_adds_up",
                condition=Q(promised_days=F("days_accept") + F("days_survey") + F("days_review") + F("days_deliver")),
                violation_error_message="承诺时限应等于受理、查勘、会审、制证送达各段之和。",
            ),
            models.CheckConstraint(
                name="item_version_promise_within_law",
                condition=Q(promised_days__lte=F("legal_days")),
                violation_error_message=f"承诺时限不得长于法定时限（{LAW}第四十二条）。",
            ),
            models.CheckConstraint(
                name="item_version_meeting_whole",
                condition=Q(meeting_on=None) | ~Q(meeting_opinion="") & ~Q(meeting_attendees=""),
                violation_error_message="填了专家论证日期的，还应填参加人员和论证意见。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.get_whose_display()}第{self.number}版"

    def get_absolute_url(self) -> str:
        return reverse("permits:version-detail", args=[self.pk])

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def get_space_kinds_display(self) -> str:
        return "、".join(self.space_names)

    @property
    def space_names(self) -> list[str]:
        labels = dict(SpaceKind.choices)
        return [str(labels.get(kind, kind)) for kind in self.space_kinds]

    @property
    def split(self) -> list[tuple[str, int]]:
        """The promised days step by step: (受理, 1) …"""
        return [
            (self._meta.get_field(name).verbose_name.removesuffix("（工作日）"), getattr(self, name)) for name in SPLIT
        ]


class Material(models.Model):
    """One line of a version's checklist (行政许可法 30: all of them are public; 31: nothing irrelevant)."""

    version = models.ForeignKey(
        ItemVersion, verbose_name="事项版本", on_delete=models.CASCADE, related_name="materials"
    )
    position = models.PositiveSmallIntegerField("顺序", default=0)
    name = models.CharField("材料名称", max_length=100)
    necessity = models.CharField("要求", max_length=12, choices=Necessity.choices, default=Necessity.MANDATORY)
    condition = models.CharField("在什么情况下提交", max_length=120, blank=True)
    copies = models.PositiveSmallIntegerField("份数", default=1)
    source = models.CharField("来源渠道", max_length=60, blank=True, help_text="如“申请人自备”“规划部门核发”。")
    basis = models.CharField("依据", max_length=120, blank=True)
    fetched_by_agency = models.BooleanField(
        "本机关可自行查取", default=False, help_text="能通过数据共享取得的，不得要求申请人重复提交。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "申请材料"
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_material_per_version_and_name",
                fields=["version", "name"],
                violation_error_message="同一版本里已有这份材料。",
            ),
            models.CheckConstraint(
                name="conditional_material_says_when",
                condition=Q(necessity=Necessity.MANDATORY, condition="")
                | Q(necessity=Necessity.CONDITIONAL) & ~Q(condition=""),
                violation_error_message="视情提交的材料应写明在什么情况下提交；必须提交的不写。",
            ),
            models.CheckConstraint(
                name="material_copies_positive",
                condition=Q(copies__gte=1),
                violation_error_message="份数至少为 1。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MeetingFile(Attachment):
    """What the expert meeting left: signed opinion, list of those present."""

    version = models.ForeignKey(ItemVersion, verbose_name="事项版本", on_delete=models.CASCADE, related_name="files")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "论证附件"

    def get_absolute_url(self) -> str:
        return reverse("permits:meeting-file", args=[self.version_id, self.pk])
