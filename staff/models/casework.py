"""What every case of ours carries, whatever it is about. Abstract: the concrete tables, with their case, stay in each app.

Recording is not authorising: what happened otherwise than the law wants is recorded and flagged (程序瑕疵); what leaders
signed on paper is registered (线下签批); a clock stops only for a reason that a statute names (ClockPause).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from staff.models.bases import attachment_path
from staff.models.papers import IssuedPaper


class ProcedureFlaw(models.Model):
    """程序瑕疵: a fact on record that the procedure did not allow, with the article. Appended, never edited."""

    code = models.SlugField("代码", max_length=40)
    article = models.CharField("依据", max_length=80)
    text = models.CharField("情形", max_length=200)
    happened_on = models.DateField("发生日期")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["happened_on", "pk"]

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


class OfflineApproval(models.Model):
    """线下签批登记: what was signed on paper, by whom, in whose stead (张三代李四), in which words, and who typed it in."""

    subject = models.CharField("签批事项", max_length=60)
    words = models.CharField("批示内容", max_length=300)
    signer = models.CharField("签批人", max_length=30)
    on_behalf_of = models.CharField("代签对象", max_length=30, blank=True, help_text="A、B 岗代签时填被代的领导。")
    signed_on = models.DateField("签批日期")
    scan = models.FileField("扫描件", upload_to=attachment_path, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["signed_on", "pk"]

    def __str__(self) -> str:
        return f"{self.who}：{self.words}"

    @property
    def who(self) -> str:
        return f"{self.signer}代{self.on_behalf_of}" if self.on_behalf_of else self.signer


class ClockPause(models.Model):
    """A stretch in which a statutory clock stands still. The app's `kind` choices are the causes its statute names."""

    reason = models.CharField("事由", max_length=200)
    basis = models.CharField("依据", max_length=80)
    started_on = models.DateField("中止起")
    planned_days = models.PositiveSmallIntegerField("预计所需工作日", null=True, blank=True)
    ended_on = models.DateField("中止止", null=True, blank=True, help_text="含当日；空着表示仍在中止。")
    told_on = models.DateField("书面告知日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                violation_error_message="中止的结束日期不得早于开始日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason}（{self.started_on} 至 {self.ended_on or '今'}）"

    @property
    def span(self) -> tuple[object, object]:
        """As staff/workdays.py takes it: both days inclusive, None while it runs."""
        return (self.started_on, self.ended_on)


class CasePaper(IssuedPaper):
    """A paper of a case: its content as data, then signed by us (number, frozen PDF), or issued on another platform.

    A voided paper keeps its number; nothing of it is used again.
    """

    data = models.JSONField("内容", default=dict)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="拟稿人", on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField("拟稿时间", auto_now_add=True)
    outside_number = models.CharField(
        "外部文号", max_length=60, blank=True, help_text="在其他平台出文的，填该平台的文号。"
    )
    outside_on = models.DateField("外部出文日期", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="作废人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    class Meta(IssuedPaper.Meta):
        abstract = True
        ordering = ["pk"]
        constraints = [
            *IssuedPaper.Meta.constraints,
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_outside_whole",
                condition=Q(outside_number="", outside_on=None)
                | (~Q(outside_number="") & Q(outside_on__isnull=False, signed_at=None)),
                violation_error_message="外部出文应同时填文号和日期；本系统已签发的文书不能再登记外部文号。",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_voided_whole",
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废文书必须写明理由。",
            ),
        ]

    @property
    def is_issued(self) -> bool:
        return (self.is_signed or bool(self.outside_number)) and self.voided_at is None

    @property
    def label_number(self) -> str:
        return self.number or self.outside_number

    @property
    def issued_on(self) -> object:
        """The date on the paper: of the signature, or of the other platform."""
        return timezone.localdate(self.signed_at) if self.signed_at else self.outside_on
