"""How a campaign stands: counters of items and removals for a campaign, a street, a span of days. Units stay apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from billboards.enums.boards import Measure, RemovalMode
from billboards.enums.campaigns import Disposition, ItemState
from billboards.models import Campaign, CampaignItem, Removal
from staff.models import Unit


@dataclass(frozen=True)
class Counters:
    """Of a span: items found, notified, settled …; what came down, 块, ㎡, 条, 处 apart, and by mode."""

    found: int = 0
    notified: int = 0
    handled: int = 0
    settled: int = 0
    cases: int = 0
    repaired: int = 0
    handed_over: int = 0
    pieces: int = 0
    banners: int = 0
    sites: int = 0
    area: Decimal = Decimal(0)
    voluntary: int = 0
    assisted: int = 0
    cleared: int = 0
    coercive: int = 0
    ownerless: int = 0
    emergency: int = 0
    flawed: int = 0

    def as_data(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Counters:
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        return cls(**{**known, "area": Decimal(str(known.get("area", 0)))})

    @property
    def is_zero(self) -> bool:
        return not any(asdict(self).values())


COUNTER_LABELS = {
    "found": ("摸底", "个"), "notified": ("告知", "份"), "handled": ("处置", "个"), "settled": ("销号", "个"),
    "cases": ("转立案", "个"), "repaired": ("维修更换", "个"), "handed_over": ("移交", "个"),
    "pieces": ("拆除", "块"), "banners": ("清理", "条"), "sites": ("清理", "处"), "area": ("拆除面积", "㎡"),
}  # fmt: skip


def removals_of(campaign: Campaign) -> QuerySet[Removal]:
    return Removal.objects.recorded().filter(item__campaign=campaign)


def within(rows: QuerySet[Any], field: str, start: date | None, end: date | None) -> Q:
    """Days of the span of a dated field; without a span, every day that is filled in."""
    if start is None or end is None:
        return Q(**{f"{field}__isnull": False})
    return Q(**{f"{field}__gte": start, f"{field}__lte": end})


def counters(
    campaign: Campaign, *, street: Unit | None = None, start: date | None = None, end: date | None = None
) -> Counters:
    """What happened in the span (both days inclusive); in the whole campaign without one."""
    items = CampaignItem.objects.counted().filter(campaign=campaign)
    gone = removals_of(campaign)
    if street is not None:
        items, gone = items.filter(street=street), gone.filter(street=street)
    handled = within(items, "handled_on", start, end)
    numbers = items.aggregate(
        found=Count("pk", filter=within(items, "found_on", start, end)),
        notified=Count("pk", filter=within(items, "notified_on", start, end)),
        handled=Count("pk", filter=handled),
        settled=Count("pk", filter=within(items, "settled_on", start, end)),
        cases=Count("pk", filter=within(items, "cased_on", start, end)),
        repaired=Count("pk", filter=handled & Q(disposition=Disposition.REPAIRED)),
        handed_over=Count("pk", filter=handled & Q(disposition=Disposition.HANDED_OVER)),
    )
    return Counters(**numbers, **removed(gone.filter(within(gone, "removed_on", start, end))))


def removed(rows: QuerySet[Removal]) -> dict[str, Any]:
    """Quantities of removals by measure, 块 by mode, ㎡."""
    sums: dict[str, Any] = {
        "pieces": Sum("quantity", filter=Q(measure=Measure.PIECE)),
        "banners": Sum("quantity", filter=Q(measure=Measure.BANNER)),
        "sites": Sum("quantity", filter=Q(measure=Measure.SITE)),
        "area": Sum("area"),
        **{mode: Sum("quantity", filter=Q(measure=Measure.PIECE, mode=mode)) for mode in RemovalMode.values},
    }
    found = rows.aggregate(
        **{f"n_{key}": value for key, value in sums.items()}, n_flawed=Count("pk", filter=~Q(flaw=""))
    )
    numbers = {key.removeprefix("n_"): value or 0 for key, value in found.items()}
    return {**numbers, "area": Decimal(numbers["area"])}


@dataclass(frozen=True)
class Progress:
    """One line of the progress board."""

    street: Unit
    total: Counters
    open: int
    overdue: int
    waiting: int  # handled, not yet struck off
    enforcement: int

    @property
    def done_percent(self) -> int:
        """Struck off of found; what goes on as a case is not counted against the street."""
        due = self.total.found - self.enforcement
        return self.total.settled * 100 // due if due > 0 else 100 if self.total.found else 0

    @property
    def light(self) -> str:
        if self.overdue:
            return "red"
        if self.waiting:
            return "yellow"
        return "green" if self.total.found else "none"

    @property
    def light_words(self) -> str:
        if self.overdue:
            return f"{self.overdue}个超期"
        if self.waiting:
            return f"{self.waiting}个待销号"
        return "正常" if self.total.found else "没有摸底"


def by_street(campaign: Campaign) -> list[Progress]:
    """Each street of a campaign; a fixed number of questions a street."""
    today = timezone.localdate()
    rows = CampaignItem.objects.filter(campaign=campaign).values("street")
    standing: dict[int, dict[str, Any]] = {
        row["street"]: {**row}
        for row in rows.annotate(
            open=Count("pk", filter=Q(state__in=ItemState.OPEN)),
            overdue=Count("pk", filter=Q(state__in=ItemState.TO_DO, due_on__lt=today)),
            waiting=Count("pk", filter=Q(state=ItemState.HANDLED)),
            enforcement=Count("pk", filter=Q(state__in=[ItemState.IN_CASE, ItemState.IN_ENFORCEMENT])),
        )
    }
    lines = []
    for street in campaign.streets.select_related("parent"):
        row = standing.get(street.pk, {})
        numbers = {key: row.get(key, 0) for key in ("open", "overdue", "waiting", "enforcement")}
        lines.append(Progress(street, counters(campaign, street=street), **numbers))
    return lines
