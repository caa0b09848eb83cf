"""Papers of a case and how each reached whom: drafts, signed papers, papers of another platform; service with its proof."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from billboards.enums.papers import PaperKind
from billboards.models.case import Case, OfCaseQuerySet
from staff.models import CasePaper, ServiceMethod, ServiceRecord
from staff.models.bases import attachment_path
from staff.models.papers import paper_path


class PaperQuerySet(OfCaseQuerySet):
    def standing(self) -> Self:
        return self.filter(voided_at=None)

    def issued(self) -> Self:
        """Signed here or issued on another platform, and not taken back."""
        return self.standing().filter(Q(signed_at__isnull=False) | ~Q(outside_number=""))


class Paper(CasePaper):
    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("文书", max_length=20, choices=PaperKind.choices)
    served_on = models.DateField("送达日期", null=True, editable=False, help_text="有效送达的日期；期限从这一天起算。")
    scan = models.FileField("扫描件", upload_to=attachment_path, blank=True, help_text="外部文书的原件。")
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta(CasePaper.Meta):
        verbose_name = verbose_name_plural = "案件文书"
        indexes = [models.Index(fields=["kind", "signed_at"], name="paper_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label_number}".strip()

    def get_absolute_url(self) -> str:
        return reverse("billboards:paper-detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return not self.is_signed and not self.outside_number and self.voided_at is None

    @property
    def standing(self) -> str:
        if self.voided_at:
            return "已作废"
        if self.is_draft:
            return "拟稿"
        if self.served_on:
            return "已送达"
        return "已签发" if self.is_signed else "外部出文"


class ServiceWay(models.TextChoices):
    """How a paper was brought to the party; the last one happens, and is no service."""

    DIRECT = ServiceMethod.DIRECT.value, ServiceMethod.DIRECT.label
    LEFT = ServiceMethod.LEFT.value, ServiceMethod.LEFT.label
    ELECTRONIC = ServiceMethod.ELECTRONIC.value, ServiceMethod.ELECTRONIC.label
    ENTRUSTED = ServiceMethod.ENTRUSTED.value, ServiceMethod.ENTRUSTED.label
    POST = ServiceMethod.POST.value, ServiceMethod.POST.label
    ANNOUNCEMENT = ServiceMethod.ANNOUNCEMENT.value, ServiceMethod.ANNOUNCEMENT.label
    PASTED = "pasted", "张贴门上（墙上）"


class PaperService(ServiceRecord):
    """One attempt. `effective_on`: the day from which periods run; empty where the law does not take it for service."""

    paper = models.ForeignKey(Paper, verbose_name="文书", on_delete=models.PROTECT, related_name="services")
    method = models.CharField("送达方式", max_length=20, choices=ServiceWay.choices)
    servers = models.CharField("送达人", max_length=120, help_text="二人以上：姓名 执法证号。")
    receiver = models.CharField("签收人", max_length=60, blank=True)
    relation = models.CharField(
        "与受送达人关系", max_length=40, blank=True, help_text="本人、成年家属、收发人员、代理人等。"
    )
    refusal = models.CharField("拒收情况", max_length=120, blank=True)
    recording = models.CharField("照片、录像编号", max_length=80, blank=True)
    tracking = models.CharField("邮件号或电子送达凭证", max_length=80, blank=True)
    effective_on = models.DateField("生效日期", null=True, editable=False)
    invalid_reason = models.CharField("不构成送达的理由", max_length=200, blank=True, editable=False)

    objects = models.QuerySet.as_manager()

    class Meta(ServiceRecord.Meta):
        verbose_name = verbose_name_plural = "送达记录"
        ordering = ["served_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="paper_service_valid_or_says_why",
                condition=Q(effective_on__isnull=False, invalid_reason="")
                | (Q(effective_on=None) & ~Q(invalid_reason="")),
                violation_error_message="送达记录要么有生效日期，要么写明不构成送达的理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.recipient}"

    @property
    def is_valid(self) -> bool:
        return self.effective_on is not None


class CaseFile(models.Model):
    """卷宗: the whole file as one PDF, as it was on the day of its making."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="files")
    file = models.FileField("文件", upload_to=paper_path)
    sha256 = models.CharField("文件校验值", max_length=64)
    pages = models.PositiveIntegerField("页数")
    papers = models.PositiveIntegerField("文书份数")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="制作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("制作时间", auto_now_add=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "卷宗"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.case.number} 卷宗（{self.pages}页）"

    def get_absolute_url(self) -> str:
        return reverse("billboards:case-file-download", args=[self.pk])


def latest_issued(case: Case, *kinds: str) -> Paper | None:
    """The newest paper of these kinds that stands and is out; None if there is none."""
    rows: Any = Paper.objects.filter(case=case, kind__in=kinds)
    return rows.issued().order_by("-pk").first()
