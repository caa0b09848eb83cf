"""Outlines (提纲) as the office keeps them: data, edited in the browser. Those of the house stand in reports/outline.py."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from reports.enums import When


class Outline(models.Model):
    code = models.SlugField("代码", max_length=24, unique=True, help_text="英文字母、数字；建立后不再改。")
    name = models.CharField("名称", max_length=40, unique=True)
    title = models.CharField(
        "标题", max_length=80, default="【期间】工作总结", help_text="【期间】印成“2026年上半年”。"
    )
    length = models.PositiveIntegerField("字数", default=0, help_text="要求的字数，0 为不限。")
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    changed_at = models.DateTimeField("修改时间", auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "提纲"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:outline-detail", args=[self.code])


class OutlinePart(models.Model):
    outline = models.ForeignKey(Outline, verbose_name="提纲", on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField("顺序")
    level = models.PositiveSmallIntegerField("层级", default=2, help_text="1 为“一、”，2 为“（一）”，3 为“1.”。")
    heading = models.CharField("标题", max_length=80, blank=True)
    text = models.TextField("正文", blank=True)
    when = models.CharField("何时采用", max_length=12, choices=When.choices, default=When.ALWAYS)

    class Meta:
        verbose_name = verbose_name_plural = "提纲章节"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                name="one_outline_part_per_place",
                fields=["outline", "order"],
                violation_error_message="同一位置已经有一节。",
            ),
            models.CheckConstraint(
                name="outline_part_level_known",
                condition=Q(level__in=[1, 2, 3]),
                violation_error_message="层级只能是 1、2、3。",
            ),
        ]

    def __str__(self) -> str:
        return self.heading
