"""宣传: what was put up, handed out and shown, each kind in its own measure; and what the media carried."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from fireworks.enums import PUBLICITY_MEASURES, MediaLevel, PublicityKind
from fireworks.models.bases import Record
from staff.models import Attachment, Unit


class PublicityEntry(Record):
    kind = models.CharField("形式", max_length=10, choices=PublicityKind.choices)
    quantity = models.PositiveIntegerField("数量", validators=[MaxValueValidator(100_000_000)])
    held_on = models.DateField("日期", default=timezone.localdate, db_index=True)
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="fireworks_publicity")
    place = models.CharField("地点", max_length=120)
    content = models.CharField("内容", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "禁炮宣传"
        ordering = ["-held_on", "-pk"]
        permissions = [("record_publicity", "登记禁炮宣传")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="publicity_quantity_positive",
                condition=Q(quantity__gt=0),
                violation_error_message="数量应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_kind_display()}{self.quantity}{self.measure}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:publicity-detail", args=[self.pk])

    @property
    def measure(self) -> str:
        return PUBLICITY_MEASURES[self.kind]


class PublicityPhoto(Attachment):
    entry = models.ForeignKey(PublicityEntry, verbose_name="宣传", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "宣传照片"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:publicity-photo", args=[self.entry_id, self.pk])


class MediaItem(Record):
    """One item carried by a medium (篇、条、期): each row is one item."""

    level = models.CharField("级别", max_length=10, choices=MediaLevel.choices)
    outlet = models.CharField("媒体", max_length=60, help_text="如：某日报、某电视台。")
    title = models.CharField("标题", max_length=120)
    published_on = models.DateField("发布日期", db_index=True)
    address = models.CharField("链接或版面", max_length=200, blank=True)
    unit = models.ForeignKey(Unit, verbose_name="报送单位", on_delete=models.PROTECT, related_name="fireworks_media")

    class Meta:
        verbose_name = verbose_name_plural = "媒体报道"
        ordering = ["-published_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="media_item_once",
                fields=["outlet", "title", "published_on"],
                condition=Q(voided_at=None),
                violation_error_message="这家媒体同一天的同一篇报道已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet}《{self.title}》"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:media-detail", args=[self.pk])
