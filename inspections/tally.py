"""Counting findings: how they are measured, how they are cut into parts, and every count of a period in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from operator import add
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from config.figures import remembered
from config.periods import Period
from inspections.enums import AreaType, FindingState
from inspections.models import Category, Finding, Item
from inspections.models.findings import IN_TIME, NOT_IN_TIME
from staff.models import Unit


class Group(NamedTuple):
    """Findings of one unit, item, area and month; `counts` in the order of COUNTED."""

    unit: int
    item: int
    area: str
    month: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Measure:
    """A way to count findings: the condition in the database and in the list's address."""

    name: str
    condition: Callable[[datetime], Q]
    address: Callable[[Period], dict[str, str]]


def until(period: Period) -> datetime:
    """The moment up to which deadlines are judged: the end of the period, or now while it runs."""
    end = timezone.make_aware(datetime.combine(period.end + timedelta(days=1), time()))
    return min(end, timezone.now())


def same_last_year(period: Period) -> Period:
    """While the period runs, last year's up to the same day."""
    return period.so_far(timezone.localdate()).same_period_last_year()


def due(moment: datetime) -> Q:
    """应整改: what is shelved, only deducted or voided leaves the denominator."""
    return Q(due_at__lt=moment, state__in=FindingState.DUE)


def late(moment: datetime) -> Q:
    return due(moment) & NOT_IN_TIME


def in_time(moment: datetime) -> Q:
    return due(moment) & IN_TIME & Q(closed_at__isnull=False)


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("all", lambda moment: Q(), lambda period: {}),
        Measure("closed", lambda moment: Q(state=FindingState.CLOSED), lambda period: {"state": "closed"}),
        Measure("open", lambda moment: Q(state__in=FindingState.OPEN), lambda period: {"state": "open"}),
        Measure("shelved", lambda moment: Q(state=FindingState.SHELVED), lambda period: {"state": "shelved"}),
        Measure("deducted", lambda moment: Q(state=FindingState.DEDUCTED), lambda period: {"state": "deducted"}),
        Measure("due", due, lambda period: {"due": period.end.isoformat()}),
        Measure(
            "on_time",
            in_time,
            lambda period: {"on_time": period.end.isoformat()},
        ),
        Measure("overdue", late, lambda period: {"overdue": period.end.isoformat()}),
        Measure("recurrences", lambda moment: Q(recurrence__gt=0), lambda period: {"recurrence": "true"}),
        Measure("severe", lambda moment: Q(severe=True), lambda period: {"severe": "true"}),
    )
}

COUNTED = ("all", "quantity", *(name for name in MEASURES if name != "all"))


def found_in(period: Period) -> QuerySet[Finding]:
    return Finding.objects.counted().found_between(period.start, period.end)


def read_groups(period: Period, *fields: str) -> Iterator[tuple[Any, ...]]:
    """The period's findings grouped by the fields: their values, then the counts in the order of COUNTED."""
    moment = until(period)
    counts = {f"n_{name}": Count("pk", filter=MEASURES[name].condition(moment)) for name in COUNTED[2:]}
    rows = found_in(period).order_by().values_list(*fields)
    return rows.annotate(n_all=Count("pk"), n_quantity=Sum("count"), **counts).iterator()


def tally(period: Period) -> list[Group]:
    """Every count of the period in one query, by unit, item, area and month."""

    def read() -> list[Group]:
        rows = read_groups(period, "lead_unit", "item", "area", "month")
        return [Group(unit, item, area, month, tuple(numbers)) for unit, item, area, month, *numbers in rows]

    return remembered(("inspections.tally", period), read)


def items_by_id() -> dict[int, Item]:
    return remembered("inspections.items", lambda: {item.pk: item for item in Item.objects.select_related("category")})


@dataclass(frozen=True)
class Cut:
    """A way to cut the findings into parts: by category, item, unit, area or month."""

    name: str
    label: str
    parameter: str  # of the list's address
    lookup: str  # the part in the database
    of: Callable[[Group], str]
    choices: Callable[[], Sequence[tuple[str, str]]]


def category_choices() -> list[tuple[str, str]]:
    return remembered("inspections.category_choices", _read_categories)


def _read_categories() -> list[tuple[str, str]]:
    """Code and newest name of every category of any version."""
    rows = Category.objects.order_by("code", "-version__valid_from").values_list("code", "name")
    return list(dict(reversed(rows)).items())[::-1]


def item_choices() -> list[tuple[str, str]]:
    return remembered("inspections.item_choices", _read_items)


def _read_items() -> list[tuple[str, str]]:
    rows = Item.objects.order_by("code", "-category__version__valid_from").values_list("code", "name")
    return list(dict(reversed(rows)).items())[::-1]


def unit_choices() -> list[tuple[str, str]]:
    return remembered(
        "inspections.unit_choices", lambda: [(str(unit.pk), unit.label) for unit in Unit.objects.assessed()]
    )


def month_choices() -> list[tuple[str, str]]:
    """Every month from the first finding to the last; two looks into the index, whatever the number of rows."""
    days = Finding.objects.order_by("found_on").values_list("found_on", flat=True)
    first, last = days.first(), days.last()
    if first is None or last is None:
        return []
    return [(month, f"{int(month[5:])}月") for month in Period.between(first, last).months()]


CUTS = (
    Cut("category", "大项", "category", "item__category__code",
        lambda group: items_by_id()[group.item].category.code, category_choices),
    Cut("item", "小项", "item", "item__code", lambda group: items_by_id()[group.item].code, item_choices),
    Cut("unit", "责任单位", "lead_unit", "lead_unit", lambda group: str(group.unit), unit_choices),
    Cut("area", "区域类型", "area", "area", lambda group: group.area, lambda: AreaType.choices),
    Cut("month", "月份", "month", "month", lambda group: group.month, month_choices),
)  # fmt: skip
CUT = {cut.name: cut for cut in CUTS}


def sums_by(cut: Cut | None, period: Period) -> dict[str, dict[str, int]]:
    """Part → measure → number, every part of a cut added up in one pass; without a cut the whole stands under ""."""

    def add_up() -> dict[str, dict[str, int]]:
        return summed((cut.of(group) if cut else "", group.counts) for group in tally(period))

    return remembered(sums_key(cut, period), add_up)


def read_cut(cut: Cut, *periods: Period) -> None:
    """For pages that show one cut and the whole: within `one_reading` both come from one query, a third of the whole tally."""
    for period in periods:
        groups = [(str(part), tuple(numbers)) for part, *numbers in read_groups(period, cut.lookup)]
        remembered(sums_key(cut, period), partial(summed, groups))
        remembered(sums_key(None, period), partial(summed, [("", counts) for _, counts in groups]))


def sums_key(cut: Cut | None, period: Period) -> tuple[str, str, Period]:
    return ("inspections.sums", cut.name if cut else "", period)


def summed(groups: Iterable[tuple[str, tuple[int, ...]]]) -> dict[str, dict[str, int]]:
    sums: dict[str, tuple[int, ...]] = {}
    for part, counts in groups:
        sums[part] = tuple(map(add, sums[part], counts)) if part in sums else counts
    return {part: dict(zip(COUNTED, numbers, strict=True)) for part, numbers in sums.items()}
