"""Evidence of a case: eight kinds, files with their hash, who had it when. Never deleted, only set aside with a reason."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.cases import CustodyAct, EvidenceKind
from billboards.models.case import Case, OfCaseQuerySet
from staff.models import AppendOnly, Attachment

KEPT = "Evidence is kept: set it aside with a reason (行政处罚法 Art. 46)."


class KeptQuerySet(OfCaseQuerySet):
    def delete(self) -> NoReturn:
        raise TypeError(KEPT)


class FileQuerySet(KeptQuerySet):
    case_path = "evidence__case"


class Evidence(models.Model):
    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField("种类", max_length=12, choices=EvidenceKind.choices)
    name = models.CharField("名称", max_length=80)
    proves = models.CharField("证明内容", max_length=200, blank=True)
    source = models.CharField("来源（提供人）", max_length=80, blank=True)
    collected_at = models.DateTimeField("取证时间", default=timezone.now)
    collected_by = models.CharField("取证人", max_length=80)
    place = models.CharField("取证地点", max_length=120, blank=True)
    pages = models.PositiveSmallIntegerField("页（件）数", default=1)
    fixed_camera = models.BooleanField("电子技术监控设备收集", default=False)
    camera_reviewed = models.BooleanField("已经法制和技术审核", default=False)
    preserved_on = models.DateField("先行登记保存日期", null=True, blank=True)
    set_aside_at = models.DateTimeField("不采用时间", null=True, editable=False)
    set_aside_reason = models.CharField("不采用理由", max_length=200, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证据"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_set_aside_whole",
                condition=Q(set_aside_at=None, set_aside_reason="")
                | (Q(set_aside_at__isnull=False) & ~Q(set_aside_reason="")),
                violation_error_message="不采用的证据必须写明理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.name}"

    def get_absolute_url(self) -> str:
        return f"{reverse('billboards:case-detail', args=[self.case_id])}?tab=evidence#evidence-{self.pk}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(KEPT)

    @property
    def why_not_usable(self) -> str:
        """Why it cannot prove anything; "" if it can."""
        if self.set_aside_at is not None:
            return f"已不采用：{self.set_aside_reason}"
        if self.fixed_camera and not self.camera_reviewed:
            return "电子技术监控设备收集的证据未经法制和技术审核，不得作为证据（《行政处罚法》第四十一条第二款）。"
        return ""


class EvidenceFile(Attachment):
    evidence = models.ForeignKey(Evidence, verbose_name="证据", on_delete=models.PROTECT, related_name="files")

    objects = models.Manager.from_queryset(FileQuerySet)()

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "证据文件"

    def get_absolute_url(self) -> str:
        return reverse("billboards:evidence-file", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(KEPT)


class EvidenceCustody(AppendOnly):
    """Who had a piece of evidence, from whom, where. Appended only."""

    evidence = models.ForeignKey(Evidence, verbose_name="证据", on_delete=models.PROTECT, related_name="custody")
    act = models.CharField("事项", max_length=12, choices=CustodyAct.choices)
    happened_at = models.DateTimeField("时间", default=timezone.now)
    handed_by = models.CharField("交出人", max_length=60, blank=True)
    received_by = models.CharField("接收人", max_length=60, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "证据保管链"
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.received_by or self.handed_by}"
