"""Settings of the bureau: facts with a source and a validity, kept by the office. What is local is never a constant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

CACHE_KEY = "bureau-settings"
CACHE_SECONDS = 60


@dataclass(frozen=True)
class SettingSpec:
    """A setting that the code asks for. `default` holds until the office enters a row."""

    key: str
    label: str
    default: str
    kind: str = "text"  # text | decimal | integer | boolean
    help: str = ""


KNOWN_SETTINGS: dict[str, SettingSpec] = {
    spec.key: spec
    for spec in (
        SettingSpec("bureau.name", "单位全称", "岳阳市南湖新区城市管理局"),
        SettingSpec("bureau.short_name", "单位简称", "南湖新区城管局"),
        SettingSpec("bureau.mark", "发文机关标志", "岳阳市南湖新区城市管理局文件"),
        SettingSpec("assessment.lake", "水域名称", "南湖", help="总结中“及周边水域”前的名称。"),
        SettingSpec(
            "assessment.recurrence_days", "反复问题认定天数", "30", "integer", "销号后多少天内再次发现算反复。"
        ),
        SettingSpec("report.recipients", "工作总结主送机关", "", help="套红格式时印在标题下。"),
        SettingSpec("report.copies", "工作总结抄送机关", ""),
    )
}


class Setting(models.Model):
    key = models.CharField("设置项", max_length=60, choices=[(s.key, s.label) for s in KNOWN_SETTINGS.values()])
    value = models.CharField("值", max_length=300, blank=True)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号、年度；没有文件的写明由谁决定。")
    valid_from = models.DateField("生效日期", default=timezone.localdate)
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务设置"
        ordering = ["key", "-valid_from"]
        permissions = [("manage_reference", "维护基础数据")]
        constraints = [
            models.UniqueConstraint(
                name="one_setting_per_key_and_start",
                fields=["key", "valid_from"],
                violation_error_message="这个设置项在同一天已经有一个值。",
            ),
            models.CheckConstraint(
                name="setting_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}：{self.value}"

    def clean(self) -> None:
        spec = KNOWN_SETTINGS.get(self.key)
        if spec is None:
            return
        try:
            _typed(spec, self.value)
        except (InvalidOperation, ValueError) as error:
            raise ValidationError({"value": f"“{spec.label}”应填数字。"}) from error


def _typed(spec: SettingSpec, value: str) -> str | Decimal | int | bool:
    match spec.kind:
        case "decimal":
            return Decimal(value)
        case "integer":
            return int(value)
        case "boolean":
            return value == "是"
    return value


def setting(key: str, *, on: date | None = None) -> str | Decimal | int | bool:
    """The value of a known setting on a day (today if none is given). KeyError for a key that no code declares."""
    spec, day = KNOWN_SETTINGS[key], on or timezone.localdate()
    rows = cache.get(CACHE_KEY)
    if rows is None:
        rows = list(Setting.objects.order_by("-valid_from").values_list("key", "value", "valid_from", "valid_to"))
        cache.set(CACHE_KEY, rows, CACHE_SECONDS)
    for row_key, value, valid_from, valid_to in rows:
        if row_key == key and valid_from <= day and (valid_to is None or day <= valid_to):
            return _typed(spec, value)
    return _typed(spec, spec.default)


def forget_settings() -> None:
    cache.delete(CACHE_KEY)
