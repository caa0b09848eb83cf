"""Document numbers (文号): gap-free, race-free, never reused."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

DEFAULT_PATTERN = "岳南城管{mark}字〔{year}〕{number}号"


class NumberSeries(models.Model):
    """One kind of number and how it is written. The pattern takes {mark}, {year}, {number} (also {number:05d})."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=40)
    mark = models.CharField("机关代字后的字", max_length=10, blank=True)
    pattern = models.CharField("格式", max_length=80, default=DEFAULT_PATTERN)
    first = models.PositiveIntegerField(
        "年度起始号", default=1, help_text="年中启用时填接续的号；当年已取号后不再生效。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "文号格式"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="series_first_is_positive",
                condition=Q(first__gte=1),
                violation_error_message="年度起始号应从 1 起。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            sample = self.written(year=2026, number=1)
        except (KeyError, ValueError, IndexError) as error:
            raise ValidationError({"pattern": f"格式写错了：{error}。可用 {{mark}}、{{year}}、{{number}}。"}) from error
        if "1" not in sample.replace("2026", "") or "2026" not in sample:
            raise ValidationError({"pattern": "格式里必须有 {year} 和 {number}，否则编号会重复。"})

    def written(self, *, year: int, number: int) -> str:
        return self.pattern.format(mark=self.mark, year=year, number=number)

    def take(self, *, year: int, count: int = 1) -> list[str]:
        """Take the next numbers of a year, in order. Must run in the transaction that uses them.

        The counter row is locked by its own UPDATE until commit, so two takers queue and a rollback gives the numbers
        back: no gap, no double. (max+1 gave 28 distinct numbers to 80 concurrent takers.)
        """
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("A number is taken in the transaction that uses it.")
        NumberCounter.objects.get_or_create(series=self, year=year, defaults={"last": self.first - 1})
        row = NumberCounter.objects.filter(series=self, year=year)
        row.update(last=F("last") + count)
        last = row.values_list("last", flat=True).get()
        return [self.written(year=year, number=number) for number in range(last - count + 1, last + 1)]


def take_numbers(code: str, *, year: int, count: int = 1, defaults: dict[str, str] | None = None) -> list[str]:
    """Take numbers from the series with this code; `defaults` describe it the first time (name, mark, pattern)."""
    series, _ = NumberSeries.objects.get_or_create(code=code, defaults=defaults or {"name": code})
    return series.take(year=year, count=count)


class NumberCounter(models.Model):
    series = models.ForeignKey(NumberSeries, verbose_name="文号格式", on_delete=models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "文号计数"
        constraints = [
            models.UniqueConstraint(
                name="one_counter_per_series_and_year",
                fields=["series", "year"],
                violation_error_message="这一年度的计数已经存在。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}：{self.last}"
