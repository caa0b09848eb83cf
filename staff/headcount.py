"""Head counts and the personnel table: rows of the ledger → numbers, each with the address of its list.

One reading of a day gives every count of that day; a scope says who is meant, once for a database row (`q`) and once
for a place of the ledger (`holds`), so that a number and its list cannot part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.db.models.enums import Choices
from django.urls import reverse

from config.figure_sources import list_url
from config.figures import remembered
from config.periods import Period
from staff.enums import Education, Employment, MovementKind, Party, Sex, Standing
from staff.ledger import Balance, Place, balance
from staff.models import Certificate, Movement, Quota, Unit, setting


@dataclass(frozen=True)
class Scope:
    """Who is counted: standings, perhaps one unit, perhaps some kinds of employment. `name` stands in addresses."""

    name: str
    label: str
    standings: tuple[str, ...]
    employments: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unit: int | None = None

    def holds(self, place: Place) -> bool:
        return (
            place.standing in self.standings
            and (not self.employments or place.employment in self.employments)
            and place.employment not in self.without
            and (self.unit is None or place.unit == self.unit)
        )

    def q(self, side: str = "after") -> Q:
        """The same condition on a row's standing `after` or `before` it."""
        condition = Q(**{f"standing_{side}__in": self.standings})
        if self.employments:
            condition &= Q(**{f"employment_{side}__in": self.employments})
        if self.without:
            condition &= ~Q(**{f"employment_{side}__in": self.without})
        if self.unit is not None:
            condition &= Q(**{f"unit_{side}": self.unit})
        return condition

    def of_unit(self, unit: int | None) -> Scope:
        return Scope(self.name, self.label, self.standings, self.employments, self.without, unit)


def auxiliaries_count(day: date) -> bool:
    return bool(setting("staffing.auxiliaries_on_duty", on=day))


def scopes(day: date) -> dict[str, Scope]:
    """The scopes that lists and figures know, by name; 在岗 as the bureau's setting of the day says."""
    left_out = () if auxiliaries_count(day) else Employment.AUXILIARIES
    found = (
        Scope("here", "在册和借入", Standing.HERE),
        Scope("roll", "实有", Standing.ON_ROLL),
        Scope("established", "在编实有", Standing.ON_ROLL, Employment.ESTABLISHED),
        Scope("auxiliary", "协管、派遣和公益性岗位", Standing.ON_ROLL, Employment.AUXILIARIES),
        Scope("duty", "在岗", Standing.ON_DUTY, without=left_out),
        *(Scope(value, str(label), (value,)) for value, label in Standing.choices),
    )
    return {scope.name: scope for scope in found}


def scope_choices() -> list[tuple[str, str]]:
    fixed = [
        ("here", "在册和借入"),
        ("roll", "实有"),
        ("established", "在编实有"),
        ("auxiliary", "协管、派遣和公益性岗位"),
    ]
    return [*fixed, ("duty", "在岗（按口径）"), *((value, f"{label}") for value, label in Standing.choices)]


@dataclass(frozen=True)
class Change:
    """A counted movement: its day, what it was, from where to where, and until when that held (exclusive)."""

    pk: int
    person: int
    effective_on: date
    ends_on: date | None
    kind: str
    before: Place
    after: Place


def history() -> list[Change]:
    """Every counted movement in order of its day. A bureau has hundreds, not millions: one query, from which all days are counted."""

    def read() -> list[Change]:
        return [
            Change(row.pk, row.person_id, row.effective_on, row.ends_on, row.kind, row.before, row.after)
            for row in Movement.objects.counted().order_by("effective_on", "happened_on", "pk")
        ]

    return remembered("staff.history", read)


def places_on(day: date) -> list[Place]:
    """Where everybody stands on a day, one place a person."""

    def read() -> list[Place]:
        return [
            change.after
            for change in history()
            if change.effective_on <= day and (change.ends_on is None or change.ends_on > day)
        ]

    return remembered(("staff.places", day), read)


def changes_in(period: Period) -> list[Change]:
    """The counted movements of a period."""
    return [change for change in history() if period.contains(change.effective_on)]


def began() -> date | None:
    """The ledger's first day; None while it is empty."""
    changes = history()
    return changes[0].effective_on if changes else None


def leavers(start: date, end: date) -> list[int]:
    """辞职或调离 between two days: the keys of the movements, each person once, by the last leaving.

    What a correction took back by the end does not count. Of the time before the ledger nothing is known: none.
    """
    first = began()
    if first is None or start < first.replace(day=1):
        return []
    left: dict[int, list[int]] = {}
    last: dict[int, str] = {}
    for change in history():
        if change.effective_on > end:
            break
        person = change.person
        if change.kind in MovementKind.LEAVING:
            if change.effective_on >= start:
                left.setdefault(person, []).append(change.pk)
        elif change.kind == MovementKind.CORRECTED and last.get(person) in MovementKind.LEAVING and left.get(person):
            left[person].pop()
        last[person] = change.kind
    return [keys[-1] for keys in left.values() if keys]


def count(scope: Scope, day: date) -> int:
    return sum(scope.holds(place) for place in places_on(day))


def balance_of(scope: Scope, period: Period) -> Balance:
    """Opening, in and out by kind, closing, for a scope over a period. Closing equals the count on the last day.

    建账 is no increase: who was there when the ledger was begun belongs to the opening.
    """
    effects = [
        (change.kind, int(scope.holds(change.after)) - int(scope.holds(change.before))) for change in changes_in(period)
    ]
    booked = sum(effect for kind, effect in effects if kind == MovementKind.OPENING)
    changes = ((kind, effect) for kind, effect in effects if kind != MovementKind.OPENING)
    return balance(count(scope, period.start - timedelta(days=1)) + booked, changes)


def entering(scope: Scope) -> Q:
    """Movements that bring somebody into the scope."""
    return scope.q("after") & ~scope.q("before") & ~Q(kind=MovementKind.OPENING)


def leaving(scope: Scope) -> Q:
    return scope.q("before") & ~scope.q("after")


def people_url(day: date, **more: str | int | Sequence[str] | None) -> str:
    query = {"on": day.isoformat(), **{name: value for name, value in more.items() if value not in (None, "")}}
    return list_url("staff:person-list", **query)


def movements_url(period: Period, **more: str | int | None) -> str:
    query = {
        "since": period.start.isoformat(),
        "until": period.end.isoformat(),
        **{name: value for name, value in more.items() if value not in (None, "")},
    }
    return list_url("staff:movement-list", **query)


# --- The personnel table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    number: int
    url: str = ""


@dataclass(frozen=True)
class TableRow:
    label: str
    cells: tuple[Cell, ...]

    def as_numbers(self) -> list[int]:
        return [cell.number for cell in self.cells]


AWAY_COLUMNS = (Standing.LENT_OUT, Standing.LONG_LEAVE, Standing.SUSPENDED, Standing.OFF_POST, Standing.BORROWED)
QUOTA_COLUMNS = (Employment.ADMINISTRATIVE, Employment.INSTITUTION)
HEAD = (
    "单位",
    *(f"编制·{kind.label.removesuffix('编制').removeprefix('参公/')}" for kind in QUOTA_COLUMNS),
    "期初实有",
    "增",
    "内部调入",
    "减",
    "内部调出",
    *(str(kind.label) for kind in Employment),
    "期末实有",
    "在岗",
    *(str(standing.label) for standing in AWAY_COLUMNS),
    "持证",
    "缺编",
)


@dataclass(frozen=True)
class PersonnelTable:
    """人员情况表 of a period: unit × kind with a total, the changes by kind, the balances of 实有 and 在岗."""

    period: Period
    rows: tuple[TableRow, ...]
    total: TableRow
    changes: tuple[TableRow, ...]
    roll: Balance
    duty: Balance
    duty_note: str

    def as_plain(self) -> dict[str, object]:
        """For JSON: what is frozen when the table is reported."""
        return {
            "head": list(HEAD),
            "rows": [[row.label, *row.as_numbers()] for row in (*self.rows, self.total)],
            "changes": [[row.label, *row.as_numbers()] for row in self.changes],
            "roll": [self.roll.opening, self.roll.ins.total(), self.roll.outs.total(), self.roll.closing],
            "duty": [self.duty.opening, self.duty.ins.total(), self.duty.outs.total(), self.duty.closing],
            "duty_note": self.duty_note,
        }


def duty_note(day: date) -> str:
    """How 在岗 is counted, as the setting of the day says."""
    word = "含" if auxiliaries_count(day) else "不含"
    return f"在岗＝实有－借出－长病假－停职－脱产＋借入，{word}协管、派遣和公益性岗位人员。"


def personnel_table(period: Period) -> PersonnelTable:
    """The table as the ledger has it now."""
    day = period.end
    known = scopes(day)
    with_people = _units_with_people(period)
    units = [unit for unit in Unit.objects.all() if unit.pk in with_people]
    quotas = Counter[tuple[int, str]]()
    for unit, employment, number in Quota.objects.in_force_on(day).values_list("unit", "employment", "count"):
        quotas[unit, employment] += number
    holders = _holders(day)
    lines = tuple(TableRow(unit.label, tuple(_cells(period, known, unit.pk, quotas, holders))) for unit in units)
    total = TableRow("合计", tuple(_cells(period, known, None, quotas, holders)))
    return PersonnelTable(
        period,
        lines,
        total,
        tuple(_change_rows(period, known)),
        balance_of(known["roll"], period),
        balance_of(known["duty"], period),
        duty_note(day),
    )


def _units_with_people(period: Period) -> set[int]:
    """Units that have a quota or people, or had at the beginning, or saw a movement."""
    seen = {place.unit for place in (*places_on(period.start - timedelta(days=1)), *places_on(period.end))}
    seen |= {place.unit for change in changes_in(period) for place in (change.before, change.after)}
    seen |= set(Quota.objects.in_force_on(period.end).values_list("unit", flat=True))
    return {unit for unit in seen if unit is not None}


def _holders(day: date) -> Counter[int | None]:
    """Who may enforce, by unit."""
    return Counter(certified_on(day).order_by().values_list("unit_after", flat=True))


def certified_on(day: date) -> QuerySet[Movement]:
    """持证: on the roll, with a card valid on the day, and no auxiliary, whose card says nothing (行政处罚法 第42条)."""
    on_roll = Movement.objects.standing_on(day).on_roll().exclude(employment_after__in=Employment.AUXILIARIES)
    return on_roll.filter(person__in=Certificate.objects.valid_on(day).values("person"))


def _cells(
    period: Period,
    known: dict[str, Scope],
    unit: int | None,
    quotas: Counter[tuple[int, str]],
    holders: Counter[int | None],
) -> Iterable[Cell]:
    """One line's numbers in the order of HEAD (without the name); `unit` None is the total."""
    day = period.end
    roll, duty = known["roll"].of_unit(unit), known["duty"].of_unit(unit)
    moves = balance_of(roll, period)
    moved_in, moved_out = _moved_inside(roll, period)
    quota_url = (
        f"{reverse('staff:quota-list')}?{urlencode({'on': day.isoformat(), **({'unit': unit} if unit else {})})}"
    )
    for kind in QUOTA_COLUMNS:
        yield Cell(_quota(quotas, unit, kind), f"{quota_url}&employment={kind.value}")
    yield Cell(moves.opening, opening_url(period, "roll", unit))
    yield Cell(
        moves.ins.total() - (moved_in if unit else 0), movements_url(period, enters="roll", unit=unit, across="outside")
    )
    yield Cell(moved_in, movements_url(period, enters="roll", unit=unit, across="inside"))
    yield Cell(
        moves.outs.total() - (moved_out if unit else 0),
        movements_url(period, leaves="roll", unit=unit, across="outside"),
    )
    yield Cell(moved_out, movements_url(period, leaves="roll", unit=unit, across="inside"))
    for employment in Employment:
        scope = Scope("roll", "", Standing.ON_ROLL, (employment.value,), unit=unit)
        yield Cell(count(scope, day), people_url(day, scope="roll", employment=employment.value, unit=unit))
    yield Cell(moves.closing, people_url(day, scope="roll", unit=unit))
    yield Cell(count(duty, day), people_url(day, scope="duty", unit=unit))
    for standing in AWAY_COLUMNS:
        yield Cell(count(known[standing.value].of_unit(unit), day), people_url(day, scope=standing.value, unit=unit))
    holding = holders.total() if unit is None else holders[unit]
    yield Cell(holding, people_url(day, scope="roll", certified="true", unit=unit))
    quota = sum(_quota(quotas, unit, kind) for kind in QUOTA_COLUMNS)
    counted = "".join(f"&employment={kind.value}" for kind in QUOTA_COLUMNS)
    yield Cell(quota - count(known["established"].of_unit(unit), day), quota_url + counted)


def _moved_inside(roll: Scope, period: Period) -> tuple[int, int]:
    """Moves from one unit of the bureau to another, into and out of a scope's unit; without a unit all of them, twice."""
    inside = [
        change
        for change in changes_in(period)
        if change.before.on_roll and change.after.on_roll and change.before.unit != change.after.unit
    ]
    if roll.unit is None:
        return len(inside), len(inside)
    return sum(change.after.unit == roll.unit for change in inside), sum(
        change.before.unit == roll.unit for change in inside
    )


def opening_url(period: Period, scope: str, unit: int | None) -> str:
    """The people of the opening: those of the day before, and those whom the ledger was begun with in the period."""
    booked = any(change.kind == MovementKind.OPENING for change in changes_in(period))
    more = {"booked_until": period.end.isoformat()} if booked else {}
    return people_url(period.start - timedelta(days=1), scope=scope, unit=unit, **more)


def _quota(quotas: Counter[tuple[int, str]], unit: int | None, kind: Employment) -> int:
    return sum(number for (of, employment), number in quotas.items() if employment == kind and unit in (None, of))


CHANGE_HEAD = ("变动类型", "实有增", "实有减", "在岗增", "在岗减")


def _change_rows(period: Period, known: dict[str, Scope]) -> Iterable[TableRow]:
    """For each kind that occurred: what it did to 实有 and to 在岗 of the whole bureau."""
    roll, duty = balance_of(known["roll"], period), balance_of(known["duty"], period)
    occurred = {change.kind for change in changes_in(period)} - {MovementKind.OPENING.value}
    for kind in MovementKind:
        if kind.value in occurred:
            yield TableRow(
                str(kind.label),
                (
                    Cell(roll.ins[kind], movements_url(period, kind=kind.value, enters="roll")),
                    Cell(roll.outs[kind], movements_url(period, kind=kind.value, leaves="roll")),
                    Cell(duty.ins[kind], movements_url(period, kind=kind.value, enters="duty")),
                    Cell(duty.outs[kind], movements_url(period, kind=kind.value, leaves="duty")),
                ),
            )


# --- Structure of those on the roll ----------------------------------------------------------------------------------

AGE_BANDS = ((0, 35, "35岁及以下"), (36, 45, "36—45岁"), (46, 54, "46—54岁"), (55, 200, "55岁及以上"))
Line = tuple[str, int, str]  # label, people, address of the list


def structure(day: date) -> list[tuple[str, list[Line]]]:
    """性别, 年龄, 学历, 政治面貌 of the people on the roll on a day."""
    people = [row.person for row in Movement.objects.standing_on(day).on_roll().select_related("person")]
    ages = [person.age_on(day) for person in people]

    def lines(name: str, choices: type[Choices]) -> list[Line]:
        found = Counter(getattr(person, name) for person in people)
        listed = [(str(label), found[value], url(**{name: str(value)})) for value, label in choices.choices]
        return [*listed, ("未登记", found[""], "")] if found[""] else listed

    def url(**more: str | int) -> str:
        return people_url(day, scope="roll", **more)

    by_age = [
        (label, sum(age is not None and low <= age <= high for age in ages), url(age_from=low, age_to=high))
        for low, high, label in AGE_BANDS
    ]
    unknown = ages.count(None)
    return [
        ("性别", lines("sex", Sex)),
        ("年龄", [*by_age, ("未登记", unknown, "")] if unknown else by_age),
        ("学历", lines("education", Education)),
        ("政治面貌", lines("party", Party)),
    ]
