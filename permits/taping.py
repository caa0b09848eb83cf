"""Whether the tape found another area than the application says: told to who decides, never a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from permits.fees import plain
from permits.models import Application, Survey, area_of
from staff.models import setting

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class AreaGap:
    """㎡ of the segments that were measured, as applied for and as found; `limit` in per cent."""

    applied: Decimal
    measured: Decimal
    limit: Decimal

    @property
    def percent(self) -> Decimal:
        return abs(self.measured - self.applied) * 100 / self.applied

    @property
    def words(self) -> str:
        more = "多" if self.measured > self.applied else "少"
        percent = plain(self.percent.quantize(TENTH, ROUND_HALF_UP))
        return (
            f"实测面积 {plain(self.measured)} ㎡，申报 {plain(self.applied)} ㎡，{more} {percent}%，超过 {plain(self.limit)}%。"
            "请核对实测和申报；费用按实测核定，许可面积以决定书为准"
        )


def area_gap(survey: Survey | None) -> AreaGap | None:
    """None while the difference keeps within what the bureau has set."""
    rows = list(survey.measurements.select_related("segment")) if survey is not None else []
    if not rows:
        return None
    applied = sum((row.segment.area for row in rows), Decimal(0))
    measured = sum((area_of(row.length, row.width) for row in rows), Decimal(0))
    gap = AreaGap(applied, measured, Decimal(setting("permits.area_tolerance")))
    return gap if gap.percent > gap.limit else None


def gap_of(application: Application) -> AreaGap | None:
    """Of the last survey that was made."""
    return area_gap(application.surveys.exclude(surveyed_at=None).order_by("-round").first())
