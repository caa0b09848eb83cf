"""How a plan stands: its target beside what the register says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from config.display import plain_number
from reports.counting import total
from reports.figures.tallies import tally_url
from reports.models import PlanItem


@dataclass(frozen=True)
class Reached:
    """What was counted for an item's measure in its half-year. `number` is None if nothing was entered."""

    number: Decimal | None
    words: str
    url: str
    share: str = ""  # of the target, in words


def reached(item: PlanItem) -> Reached | None:
    """None for an item without a measure."""
    if item.measure is None:
        return None
    number, url = total(item.measure, item.period), tally_url(item.period, item.measure.code)
    if number is None:
        return Reached(None, "未登记", url)
    share = f"目标的 {number / item.target * 100:.0f}%" if item.target else ""
    return Reached(number, f"{plain_number(number)}{item.measure.unit_of_count}", url, share)
