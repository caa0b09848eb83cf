"""The assessment's part of the demo bureau: three half-years of findings with seasons, recurrences and overdue cases.

Deterministic: the same scale gives the same rows. Written through the same door as everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from inspections import demo_orders, demo_rounds, demo_scores
from inspections.enums import AreaType, Source
from inspections.models import Item, StandardVersion
from inspections.registrar import FindingEntry
from inspections.standard_csv import SEED, parse
from inspections.workflow import findings as workflow
from inspections.workflow.standards import store_standard
from staff.models import Unit, UnitKind

PER_HALF_YEAR = 1_500
HALF_YEARS = (
    (date(2025, 1, 1), date(2025, 6, 30)),
    (date(2025, 7, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 6, 30)),
)
GROWTH = (1.0, 0.96, 0.92)  # the bureau gets a little better
BLOCK = 20_000
RECURRENCE_SHARE, OPEN_SHARE, LATE_SHARE, SEVERE_SHARE = 0.06, 0.02, 0.08, 0.05
STREETS = ("样例大道", "演示路", "示范街", "湖岸示例路", "样板巷", "试点路", "范例街", "模拟大道")
SPOTS = (
    "路口东侧",
    "菜市场门口",
    "公交站旁",
    "小区北门",
    "背街巷口",
    "绿化带内",
    "水岸步道",
    "工地出入口",
    "学校围墙外",
    "停车场出口",
)
ASSESSORS = ("查示例、考示例", "查示例、样示例", "考示例、样示例")
# Months in which an item is found more often: fireworks at the new year, algae and barbecue in summer, dust in spring.
SEASONS = {"D01": (1, 2, 4), "D02": (1, 2), "A10": (6, 7, 8), "B07": (6, 7, 8, 9), "F04": (3, 4, 5), "A05": (11, 12)}
WEIGHTS = {"A": 6, "B": 7, "C": 1.2, "D": 1, "E": 0.8, "F": 2.5}


def somewhere(middle: int, serial: int) -> Decimal:
    """A degree near the middle of the district (in millionths), of a generator of its own: the same serial, the same place."""
    spread = Random(serial).gauss(0, 14_000)
    return Decimal(middle + int(max(-34_000, min(34_000, spread)))) / 1_000_000


class Maker:
    """Makes plausible entries one after another."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.items = list(Item.objects.select_related("category").prefetch_related("shares").order_by("code"))
        units = Unit.objects.order_by("order")
        self.streets = [u.pk for u in units if u.kind in (UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE)]
        self.scenic = [u.pk for u in units if u.kind == UnitKind.SCENIC_CENTRE]
        self.weights = {
            month: [WEIGHTS[i.category.code] * (3 if month in SEASONS.get(i.code, ()) else 1) for i in self.items]
            for month in range(1, 13)
        }
        self.closed: list[FindingEntry] = []
        self.serial = 0

    def entry(self, start: date, end: date) -> FindingEntry:
        found = self._moment(start, end)
        if self.closed and self.random.random() < RECURRENCE_SHARE:
            again = self._again(found)
            if again is not None:
                return again
        item = self.random.choices(self.items, self.weights[timezone.localtime(found).month])[0]
        area = self.random.choice(item.areas)
        units = self.scenic if area in AreaType.SCENIC else [self.random.choice(self.streets)]
        self.serial += 1
        place = f"{self.random.choice(STREETS)}{self.serial % 997 + 1}号{self.random.choice(SPOTS)}"
        severe = self.random.random() < SEVERE_SHARE
        return self._finished(
            FindingEntry(
                item=item,
                area=area,
                units=tuple(units),
                place=place,
                found_at=found,
                description=f"{item.name}（演示第{self.serial}条）",
                severe=severe,
                count=self.random.choices((1, 2, 3, 5), (80, 12, 5, 3))[0],
                source=self.random.choices(tuple(Source.values), (86, 4, 3, 2, 1, 4))[0],
                found_by=self.random.choice(ASSESSORS),
                latitude=somewhere(29_334_000, self.serial),
                longitude=somewhere(113_122_000, self.serial + 1_000_000),
            )
        )

    def _moment(self, start: date, end: date) -> datetime:
        day = start + timedelta(days=self.random.randrange((end - start).days + 1))
        minutes = self.random.randrange(8 * 60, 18 * 60)
        return timezone.make_aware(datetime.combine(day, time(minutes // 60, minutes % 60)))

    def _again(self, found: datetime) -> FindingEntry | None:
        """The same problem at the same place, found again after it was closed."""
        earlier = self.random.choice(self.closed[-400:])
        assert earlier.closed_at is not None  # noqa: S101 -- only closed entries are kept there
        moment = earlier.closed_at + timedelta(days=self.random.randrange(1, 28))
        if moment > found:
            return None
        self.serial += 1
        return self._finished(
            FindingEntry(
                item=earlier.item,
                area=earlier.area,
                units=earlier.units,
                place=earlier.place,
                latitude=earlier.latitude,
                longitude=earlier.longitude,
                found_at=moment,
                description=f"{earlier.item.name}反复（演示第{self.serial}条）",
                found_by=earlier.found_by,
            )
        )

    def _finished(self, entry: FindingEntry) -> FindingEntry:
        """Most are put right in time, some late, a few not at all."""
        luck, hours = self.random.random(), entry.item.rectify_hours
        if luck >= OPEN_SHARE:
            late = luck < OPEN_SHARE + LATE_SHARE
            span = hours * 60 * (1.2 + 3 * self.random.random() if late else 0.2 + 0.7 * self.random.random())
            entry.closed_at = entry.found_at + timedelta(minutes=int(span) + 1)
            self.closed.append(entry)
        else:  # as on a sheet that carries its own deadlines
            entry.due_at = entry.found_at + timedelta(hours=hours)
        return entry


def seed(*, scale: int = 1, on_step: Callable[[int, int], None] | None = None) -> int:
    """Store the standard and the findings; returns how many. Runs in the caller's transaction."""
    if not StandardVersion.objects.exists():
        store_standard(
            parse(SEED.read_bytes()),
            name="市容环境卫生考评标准（演示）",
            source="演示数据：建议标准，非正式文件",
            valid_from=date(2025, 1, 1),
            by=None,
        )
    maker, done = Maker(20260305), 0
    total = sum(int(PER_HALF_YEAR * scale * growth) for growth in GROWTH)
    for (start, end), growth in zip(HALF_YEARS, GROWTH, strict=True):
        left = int(PER_HALF_YEAR * scale * growth)
        while left:
            block = [maker.entry(start, end) for _ in range(min(BLOCK, left))]
            left -= len(block)
            done += workflow.register_findings(block, by=None)
            if on_step is not None:
                on_step(done, total)
    demo_rounds.seed()
    ordered = demo_orders.seed()
    demo_scores.seed(HALF_YEARS)
    return done + ordered
