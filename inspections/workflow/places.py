"""The one door to places: entered, learned from what is typed, corrected, handed to other units, taken out of use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from inspections.district import is_outside
from inspections.models import Finding, Place, PlaceShare
from inspections.recurrence import bare_words
from inspections.registrar import FindingEntry
from inspections.workflow.findings import register_finding
from staff.models import Activity, Unit, User, Verb, changed_fields, logged_values
from staff.refusals import ChangedMeanwhile, Refused

ONE = Decimal(1)
LOGGED = ("name", "area", "latitude", "longitude", "note", "valid_from", "valid_to", "learned")


@dataclass(frozen=True, slots=True)
class Share:
    """A line of the responsibility table: unit id, part, and the item it is kept for ("" all)."""

    unit: int
    share: Decimal
    item_code: str = ""


def check_shares(shares: list[Share]) -> None:
    """Shares of one item, and those for all items, sum to exactly 1; a unit stands once in each."""
    sums: dict[str, Decimal] = {}
    seen: set[tuple[str, int]] = set()
    for line in shares:
        if line.share <= 0:
            raise Refused("责任比例应大于 0。不承担的单位不用写。")
        if (line.item_code, line.unit) in seen:
            raise Refused("同一小项里同一个单位写了两次。请合并成一行。")
        seen.add((line.item_code, line.unit))
        sums[line.item_code] = sums.get(line.item_code, Decimal(0)) + line.share
    for code, total in sums.items():
        if total != ONE:
            name = f"小项 {code} 的" if code else ""
            raise Refused(f"{name}责任比例合计应为 1，现在是 {total.normalize():f}。")


def find_place(name: str, area: str, on: date) -> Place | None:
    """A known place by its words, regardless of spaces and width."""
    words = bare_words(name)
    rows = Place.objects.valid_on(on).filter(area=area)
    return next((place for place in rows.order_by("pk") if bare_words(place.name) == words), None)


def digest_of(place: Place) -> str:
    """Changes when anybody corrects the place, takes it out of use or hands it to other units."""
    rows = place.shares.filter(valid_to=None).order_by("pk")
    table = [f"{row.unit_id}:{row.item_code}:{row.share}:{row.valid_from}" for row in rows]
    text = "\n".join([*(str(getattr(place, name)) for name in LOGGED), *table])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@transaction.atomic
def save_place(
    place: Place, shares: list[Share], *, by: User | None, since: date | None = None, seen: str | None = None
) -> Place:
    """Store a new or corrected place with its responsibility table; a changed table holds from `since` (today) on.

    `seen`: digest of what was on the screen when the place was opened to be corrected.
    """
    check_shares(shares)
    if place.valid_to is not None and place.valid_to < place.valid_from:
        raise Refused(f"启用日期不得晚于停用日期（{place.valid_to}）。请核对。", "valid_from")
    before: dict[str, str] = {}
    if place.pk is not None:
        current = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
        if seen is not None and digest_of(current) != seen:
            raise ChangedMeanwhile("这个点位")
        before = logged_values(current, LOGGED)
    place.outside = is_outside(place.latitude, place.longitude)
    if place.pk is None:
        place.added_by = by
    else:
        place.learned = False  # corrected at the desk: from now on it is one of the office's own
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError as error:
        raise Refused(
            f"“{place.name}”在{place.get_area_display()}里已经有了。请用原来的点位，或换个名称。", "name"
        ) from error
    note = replace_shares(place, shares, since=since, first=timezone.localdate() if before else place.valid_from)
    changes = changed_fields(before, logged_values(place, LOGGED)) if before else {}
    if not before or changes or note:
        verb, title = (Verb.UPDATE, "修改点位") if before else (Verb.CREATE, "登记点位")
        Activity.record(verb, place, by=by, title=title, changes=changes, note=note)
    return place


def replace_shares(place: Place, shares: list[Share], *, since: date | None, first: date) -> str:
    """End what held until the day before `since` (`first`, where none is given), store the new table in its stead.

    Says what holds now, "" if nothing changed. What would have held after that day goes as well, also where it has an
    end already: on no day do two tables hold. The table that stands may be set back to an earlier day.
    """
    day = since or first
    standing = place.shares.filter(valid_to=None)
    wanted = {(line.unit, line.item_code): line.share for line in shares}
    if {(row.unit_id, row.item_code): row.share for row in standing} == wanted and (
        since is None or all(row.valid_from <= day for row in standing)
    ):
        return ""
    for row in place.shares.filter(Q(valid_to=None) | Q(valid_to__gte=day)):
        if row.valid_from >= day:
            row.delete()  # it no longer holds on any day
        else:
            row.valid_to = day - timedelta(days=1)
            row.save(update_fields=["valid_to"])
    PlaceShare.objects.bulk_create(
        PlaceShare(place=place, unit_id=unit, item_code=code, share=share, valid_from=day)
        for (unit, code), share in wanted.items()
    )
    return f"{day}起：{describe(wanted)}"


def describe(wanted: Mapping[tuple[int, str], Decimal]) -> str:
    names = {unit.pk: unit.label for unit in Unit.objects.filter(pk__in={unit for unit, _ in wanted})}
    parts = [
        f"{names[unit]}{f'（{code}）' if code else ''} {share.normalize():f}" for (unit, code), share in wanted.items()
    ]
    return "、".join(parts) or "没有责任单位"


@transaction.atomic
def end_place(place: Place, *, on: date, by: User) -> Place:
    """Taken out of use after a day; findings keep pointing at it. Twice is refused."""
    current = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if current.valid_to is not None:
        raise Refused(f"“{current.name}”已于{current.valid_to}停用。")
    if on < current.valid_from:
        raise Refused(f"停用日期不得早于启用日期（{current.valid_from}）。", "valid_to")
    current.valid_to = on
    current.save(update_fields=["valid_to"])
    current.shares.filter(valid_to=None, valid_from__lte=on).update(valid_to=on)
    Activity.record(Verb.TRANSITION, current, by=by, title="停用点位", changes={"停用日期": [None, on]})
    return current


@transaction.atomic
def keep_place(
    name: str, area: str, *, unit: int, by: User, latitude: Decimal | None = None, longitude: Decimal | None = None
) -> Place:
    """Keep a place that was typed on the street, with its unit; the one of that name, if it is known already."""
    known = find_place(name, area, timezone.localdate())
    if known is not None:
        return known
    place = Place(name=name.strip(), area=area, latitude=latitude, longitude=longitude, learned=True)
    return save_place(place, [Share(unit, ONE)], by=by)


@transaction.atomic
def register_and_keep(entry: FindingEntry, *, by: User) -> Finding:
    """Register a finding and keep its place as a known one; neither if either is refused."""
    keep_its_place(entry, by=by)
    return register_finding(entry, by=by)


def keep_its_place(entry: FindingEntry, *, by: User) -> None:
    if entry.known_place is None and entry.units:
        entry.known_place = keep_place(
            entry.place, entry.area, unit=entry.units[0], by=by, latitude=entry.latitude, longitude=entry.longitude
        ).pk
