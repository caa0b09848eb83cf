"""炮情: what was found fired against the ban, what came of it, and who told of it (kept apart)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.identity import mask_phone
from fireworks.enums import (
    FireworkKind,
    Handling,
    IncidentSource,
    IncidentState,
    PlaceKind,
    PoliceOutcome,
    ReportChannel,
    Trigger,
)
from fireworks.models.bases import RecordQuerySet
from fireworks.models.grids import Grid
from staff.models import Attachment, ImportBatch, Unit, of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

LONGEST_ANSWER = 24 * 60  # minutes; more is a slip of the pen


def incident_fingerprint(*, found_at: datetime, unit_id: int, place: str, kind: str) -> str:
    """What makes an incident the same one when a sheet or a phone sends it twice."""
    text = "\x1f".join([timezone.localtime(found_at).isoformat(), str(unit_id), place.strip(), kind])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class IncidentQuerySet(RecordQuerySet):
    def visible_to(self, user: User) -> IncidentQuerySet:
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.none()
        if user.sees_all_units:
            return self
        grid = of_own_units(user, "grid__community")
        return self.filter(of_own_units(user, "unit") | grid | Q(recorded_by=user.pk))

    def recorded(self) -> IncidentQuerySet:
        return self.exclude(state=IncidentState.VOIDED)

    def confirmed(self) -> IncidentQuerySet:
        """What the summary counts: looked into and true."""
        return self.filter(state__in=IncidentState.CONFIRMED)

    def found_between(self, start: date, end: date) -> IncidentQuerySet:
        return self.filter(found_on__gte=start, found_on__lte=end)


class Incident(models.Model):
    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    found_on = models.DateField("发现日期", db_index=True, editable=False)
    source = models.CharField("来源", max_length=10, choices=IncidentSource.choices, default=IncidentSource.PATROL)
    grid = models.ForeignKey(
        Grid, verbose_name="网格", null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="属地单位", on_delete=models.PROTECT, related_name="fireworks_incidents",
        help_text="街道、管理处或社区；选了网格可以不填。",
    )  # fmt: skip
    place = models.CharField("地点", max_length=120, help_text="写到门牌、楼栋或路口。")
    place_kind = models.CharField("场所", max_length=12, choices=PlaceKind.choices)
    trigger = models.CharField("起因", max_length=10, choices=Trigger.choices)
    kind = models.CharField("燃放种类", max_length=10, choices=FireworkKind.choices)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    party = models.CharField("当事人（单位）", max_length=60, blank=True, help_text="按现场登记的写；不清楚的不填。")
    description = models.CharField("情况", max_length=300, blank=True)
    reported_at = models.DateTimeField(
        "接报时间", null=True, blank=True, help_text="值守人员得知的时间；空着按发现时间算。"
    )
    on_site_at = models.DateTimeField("到场时间", null=True, blank=True)
    response_minutes = models.PositiveIntegerField("响应分钟", null=True, editable=False)
    handling = models.CharField("处置", max_length=12, choices=Handling.choices, blank=True, editable=False)
    handled_by = models.CharField("处置人", max_length=60, blank=True, editable=False)
    handled_note = models.CharField("处置情况", max_length=300, blank=True, editable=False)
    handled_at = models.DateTimeField("处置时间", null=True, editable=False)
    verified_at = models.DateTimeField("核实时间", null=True, editable=False)
    verified_note = models.CharField("核实情况", max_length=200, blank=True, editable=False)
    closed_at = models.DateTimeField("办结时间", null=True, editable=False)
    flag = models.CharField("待核对", max_length=120, blank=True, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=IncidentState.choices, default=IncidentState.REPORTED, editable=False
    )
    fingerprint = models.CharField("识别码", max_length=32, db_index=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "炮情"
        ordering = ["-found_at", "-pk"]
        indexes = [models.Index(fields=["state", "found_on"], name="incident_by_state")]
        permissions = [
            ("record_incident", "登记炮情"),
            ("verify_incident", "核实、处置炮情"),
            ("manage_records", "管理禁炮台账"),
            ("view_reporter", "查看举报人"),
        ]
        constraints = [
            models.CheckConstraint(
                name="incident_void_whole",
                condition=(Q(state=IncidentState.VOIDED, voided_at__isnull=False) & ~Q(void_reason=""))
                | (~Q(state=IncidentState.VOIDED) & Q(voided_at=None, void_reason="")),
                violation_error_message="作废必须同时有时间和理由。",
            ),
            models.CheckConstraint(
                name="incident_handled_says_how",
                condition=~Q(state__in=["handled", "closed"]) | (~Q(handling="") & Q(handled_at__isnull=False)),
                violation_error_message="已处置的炮情必须有处置方式和时间。",
            ),
            models.CheckConstraint(
                name="incident_looked_into_says_when",
                condition=~Q(state__in=["verified", "unfounded", "handled", "closed"]) | Q(verified_at__isnull=False),
                violation_error_message="已核实的炮情必须有核实时间。",
            ),
            models.CheckConstraint(
                name="incident_closed_says_when",
                condition=~Q(state="closed") | Q(closed_at__isnull=False),
                violation_error_message="已办结的炮情必须有办结时间。",
            ),
            models.CheckConstraint(
                name="incident_on_site_after_report",
                condition=Q(on_site_at=None) | Q(reported_at=None) | Q(on_site_at__gte=F("reported_at")),
                violation_error_message="到场时间不得早于接报时间。",
            ),
            models.CheckConstraint(
                name="incident_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("fireworks:incident-detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        tones = {"reported": "amber", "verified": "blue", "handled": "blue", "closed": "green"}
        return tones.get(self.state, "grey")

    @property
    def known_at(self) -> datetime:
        """When the watch knew of it: the clock of the response starts here."""
        return self.reported_at or self.found_at

    @property
    def minutes_to_site(self) -> int | None:
        """Report → on site, in whole minutes; None while nobody has been there, or where the times cannot be true."""
        if self.on_site_at is None:
            return None
        minutes = int((self.on_site_at - self.known_at).total_seconds() // 60)
        return minutes if 0 <= minutes <= LONGEST_ANSWER else None


class IncidentPhoto(Attachment):
    incident = models.ForeignKey(Incident, verbose_name="炮情", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "炮情照片"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:incident-photo", args=[self.incident_id, self.pk])


class PoliceResultQuerySet(models.QuerySet["PoliceResult"]):
    def standing(self) -> PoliceResultQuerySet:
        """Those not taken back: the ones that count."""
        return self.filter(voided_at=None)


class PoliceResult(models.Model):
    """What the police decided, as they told us (条例第42条: 公安机关). Never edited: a slip is voided and entered anew."""

    incident = models.ForeignKey(Incident, verbose_name="炮情", on_delete=models.PROTECT, related_name="police_results")
    outcome = models.CharField("公安机关处理结果", max_length=10, choices=PoliceOutcome.choices)
    people = models.PositiveSmallIntegerField("处理人数", default=1, validators=[MaxValueValidator(1_000)])
    amount = models.DecimalField("罚款金额（元）", max_digits=10, decimal_places=2, null=True, blank=True)
    days = models.PositiveSmallIntegerField("拘留天数", null=True, blank=True, validators=[MaxValueValidator(60)])
    told_on = models.DateField("告知日期", default=timezone.localdate)
    told_by = models.CharField("告知单位和文书", max_length=120, help_text="如：某派出所，行政处罚决定书文号。")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)

    objects = PoliceResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公安机关处理结果"
        ordering = ["told_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="police_amount_only_of_fines",
                condition=Q(amount=None) | Q(outcome=PoliceOutcome.FINE, amount__gt=0),
                violation_error_message="只有罚款才填金额，金额应大于 0。",
            ),
            models.CheckConstraint(
                name="police_days_only_of_detention",
                condition=Q(days=None) | Q(outcome=PoliceOutcome.DETENTION, days__gt=0),
                violation_error_message="只有拘留才填天数，天数应大于 0。",
            ),
            models.CheckConstraint(
                name="police_result_of_somebody",
                condition=Q(people__gt=0),
                violation_error_message="处理人数应大于 0。",
            ),
            models.CheckConstraint(
                name="police_result_voided_with_its_reason",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废公安机关处理结果须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.people}人"


class PublicReportQuerySet(models.QuerySet["PublicReport"]):
    def visible_to(self, user: User) -> PublicReportQuerySet:
        """Reports of the public: for the few who keep them (trust: identity apart, reward by code)."""
        return self if user.has_perm(Perms.VIEW_REPORTER) else self.none()


class PublicReport(models.Model):
    """群众举报. The reporter's name and phone stand only here; everything else knows the code."""

    incident = models.ForeignKey(Incident, verbose_name="炮情", on_delete=models.PROTECT, related_name="public_reports")
    code = models.CharField("举报码", max_length=12, unique=True, editable=False)
    channel = models.CharField("渠道", max_length=10, choices=ReportChannel.choices)
    received_at = models.DateTimeField("接报时间", default=timezone.now)
    name = models.CharField("举报人姓名", max_length=30, blank=True, help_text="愿意留的才填；只有禁炮办专人能看。")
    phone = models.CharField("举报人电话", max_length=20, blank=True)
    by_staff = models.BooleanField("举报人是值守人员", default=False, help_text="值守人员发现属于职责，不发奖励。")
    amount = models.DecimalField("奖励金额（元）", max_digits=8, decimal_places=2, null=True, editable=False)
    basis = models.CharField("奖励依据", max_length=120, blank=True, editable=False)
    granted_at = models.DateTimeField("核定时间", null=True, editable=False)
    paid_at = models.DateTimeField("领取时间", null=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip

    objects = PublicReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "群众举报"
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_reward_per_incident",
                fields=["incident"],
                condition=Q(granted_at__isnull=False),
                violation_error_message="同一起炮情只奖励首个举报人。",
            ),
            models.CheckConstraint(
                name="public_report_reward_whole",
                condition=Q(granted_at=None, amount=None, paid_at=None)
                | Q(granted_at__isnull=False, amount__isnull=False, amount__gt=Decimal(0), by_staff=False),
                violation_error_message="奖励须有金额；值守人员不奖励；先核定再领取。",
            ),
        ]

    def __str__(self) -> str:
        return f"举报 {self.code}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:public-report-detail", args=[self.pk])

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_name(self) -> str:
        return f"{self.name[0]}**" if self.name else ""

    @property
    def reward_state(self) -> str:
        if self.by_staff:
            return "值守人员，不奖励"
        if self.paid_at:
            return "已领取"
        return "已核定，待领取" if self.granted_at else ""
