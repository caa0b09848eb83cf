"""What other bodies say: the traffic police for every permit (道路条例 Art. 30), the city government in a protected period."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from permits.enums import OpinionBody, OpinionOutcome
from permits.models.applications import Application
from staff.models import Attachment


class Opinion(models.Model):
    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="opinions")
    body = models.CharField("部门", max_length=12, choices=OpinionBody.choices)
    body_name = models.CharField("单位名称", max_length=60, blank=True)
    asked_on = models.DateField("征求日期", null=True, blank=True)
    expected_on = models.DateField("约定答复日期", null=True, blank=True)
    given_on = models.DateField("答复日期", null=True, blank=True)
    outcome = models.CharField("意见", max_length=12, choices=OpinionOutcome.choices, default=OpinionOutcome.PENDING)
    note = models.CharField("意见内容", max_length=300, blank=True)
    signer = models.CharField("签字人", max_length=30, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门意见"
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                name="opinion_given_whole",
                condition=Q(outcome="pending", given_on=None) | (~Q(outcome="pending") & Q(given_on__isnull=False)),
                violation_error_message="已答复的意见必须有答复日期和结论。",
            ),
            models.CheckConstraint(
                name="opinion_given_not_before_asked",
                condition=Q(given_on=None) | Q(asked_on=None) | Q(given_on__gte=F("asked_on")),
                violation_error_message="答复日期不得早于征求日期。",
            ),
            models.UniqueConstraint(
                name="one_pending_opinion_per_body",
                fields=["application", "body"],
                condition=Q(outcome="pending"),
                violation_error_message="已向这个部门征求意见，还没有答复。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}：{self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.application.get_absolute_url()}?tab=review"

    @property
    def who(self) -> str:
        return self.body_name or self.get_body_display()


class OpinionFile(Attachment):
    opinion = models.ForeignKey(Opinion, verbose_name="意见", on_delete=models.CASCADE, related_name="files")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "意见扫描件"

    def get_absolute_url(self) -> str:
        return reverse("permits:opinion-file", args=[self.opinion.application_id, self.pk])
