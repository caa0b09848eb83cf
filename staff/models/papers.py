"""Issued papers: one way to issue a notice, licence, decision, bulletin or report; and how it was served.

Abstract: the tables stay in each app. Signing (staff/papers.py) = number + frozen PDF + sha256 in one transaction.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


def paper_path(paper: models.Model, filename: str) -> str:
    return f"papers/{paper._meta.app_label}/{uuid.uuid4().hex}.pdf"


class IssuedPaper(models.Model):
    number = models.CharField("文号", max_length=60, blank=True)
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="签发人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    paper = models.FileField("定稿文件", upload_to=paper_path, blank=True)
    sha256 = models.CharField("文件校验值", max_length=64, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                name="%(app_label)s_%(class)s_number_unique",
                fields=["number"],
                condition=~Q(number=""),
                violation_error_message="文号已被使用。",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_signed_whole",
                condition=Q(signed_at=None, number="", sha256="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(number="") & ~Q(sha256="") & ~Q(paper="")),
                violation_error_message="签发必须同时有文号、签发人、签发时间和定稿文件。",
            ),
        ]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class ServiceMethod(models.TextChoices):
    """民事诉讼法 Art. 87–95, applied by 行政处罚法 Art. 61."""

    DIRECT = "direct", "直接送达"
    LEFT = "left", "留置送达"
    ELECTRONIC = "electronic", "电子送达"
    ENTRUSTED = "entrusted", "委托送达"
    POST = "post", "邮寄送达"
    ANNOUNCEMENT = "announcement", "公告送达"
    PUSHED = "pushed", "系统推送"


class ServiceRecord(models.Model):
    """送达: when, how, to whom, with which proof. Recording never refuses what happened."""

    method = models.CharField("送达方式", max_length=20, choices=ServiceMethod.choices)
    served_at = models.DateTimeField("送达时间")
    recipient = models.CharField("收件人", max_length=60)
    place = models.CharField("送达地点", max_length=120, blank=True)
    witness = models.CharField("见证人", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["served_at"]
