"""Abstract bases that concrete tables of every app share."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q


def attachment_path(attachment: models.Model, filename: str) -> str:
    """Names are ours: nothing of the uploader's file name reaches the disk."""
    suffix = filename.rsplit(".", 1)[-1].lower() if "." in filename else "bin"
    return f"attachments/{attachment._meta.app_label}/{uuid.uuid4().hex}.{suffix}"


class Attachment(models.Model):
    """A file that belongs to one record. Stored outside the web root, served only by a view that checks visible_to.

    Made by staff/uploads.py, which checks the content, re-encodes images and reads shot time and place before the
    metadata is stripped.
    """

    file = models.FileField("文件", upload_to=attachment_path)
    original_name = models.CharField("原文件名", max_length=120, blank=True)
    content_type = models.CharField("类型", max_length=100)  # that of a Word file has 71
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("文件校验值", max_length=64, db_index=True)
    source_sha256 = models.CharField("原件校验值", max_length=64, db_index=True)
    shot_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            )
        ]

    def __str__(self) -> str:
        return self.original_name or self.sha256[:12]

    @property
    def caption(self) -> str:
        """What the picture shows, in a word; an app may say."""
        return ""

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__}: entries are appended, never changed.")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__}: entries are appended, never removed.")


class AppendOnly(models.Model):
    """Abstract. Entries of a history or a chain of custody: a slip is put right by a further entry."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(f"{type(self).__name__}: entries are appended, never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__}: entries are appended, never removed.")
