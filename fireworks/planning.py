"""From rows to the plain values that the rules and the solver work on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Q

from fireworks import peaks
from fireworks.models import Absence, Assignment, DutyPerson, Roster, Slot, Window
from fireworks.roster import Duty, Plan, Turn, Worker, breaches
from staff.enums import Employment, Standing
from staff.models import Certificate, Movement, setting

MEMORY_YEARS = 3  # how far back nights and holidays are remembered


def plan_of(roster: Roster, placed: Iterable[tuple[int, int]] | None = None) -> Plan:
    """The roster as it stands, or with other placements (slot, person)."""
    slots = list(Slot.objects.filter(roster=roster).select_related("grid", "post", "shift"))
    if placed is None:
        placed = Assignment.objects.filter(slot__roster=roster).values_list("slot_id", "person_id")
    duties = [duty_of(slot, roster.window) for slot in slots]
    rest = timedelta(hours=int(setting("duty.rest_hours", on=roster.window.start)))
    return Plan(
        duties=duties,
        workers=workers_of(roster.window),
        placed=frozenset(placed),
        rest=rest,
        elsewhere=turns_elsewhere(roster, duties, rest),
    )


def turns_elsewhere(roster: Roster, duties: Sequence[Duty], rest: timedelta) -> dict[int, list[Turn]]:
    """By person, what other published rosters ask so near to these duties that it may clash with one of them."""
    if not duties:
        return {}
    first, last = min(duty.start for duty in duties), max(duty.end for duty in duties)
    rows = Assignment.objects.published().exclude(slot__roster=roster)
    rows = rows.filter(slot__starts_at__lt=last + rest, slot__ends_at__gt=first - rest).order_by(
        "slot__starts_at", "pk"
    )
    found: dict[int, list[Turn]] = defaultdict(list)
    for row in rows.select_related("slot__grid", "slot__post", "slot__shift"):
        found[row.person_id].append(Turn(row.slot.starts_at, row.slot.ends_at, str(row.slot)))
    return found


def duty_of(slot: Slot, window: Window) -> Duty:
    return Duty(
        key=slot.pk,
        grid=slot.grid_id,
        shift=slot.shift_id,
        day=slot.day,
        start=slot.starts_at,
        end=slot.ends_at,
        needed=slot.needed,
        label=f"{slot.place} {slot.shift.name}",
        grid_label=f"{slot.grid.name} {slot.shift.name}",
        needs_certificate=slot.needs_certificate,
        peak=window.is_peak,
        night=slot.is_night,
        holiday=slot.is_holiday,
        eve=peaks.is_eve(slot.day),
    )


def workers_of(window: Window) -> list[Worker]:
    """Everybody who may be on the roster, with leave, cards and what the years before asked of them."""
    people = list(DutyPerson.objects.select_related("person"))
    days = [window.start - timedelta(days=1), *window.days]
    ours = [each.person_id for each in people if each.person_id]
    standing, cards = ledger_days(ours, days), card_days(ours, days)
    away, wishes = absences(window)
    nights, holidays, last_eve = memory(window)
    return [
        Worker(
            key=each.pk,
            name=each.name,
            certified=frozenset(days if each.has_certificate and not each.is_auxiliary else ())
            if each.person_id is None
            else frozenset(cards[each.person_id] - standing[each.person_id].auxiliary),
            auxiliary=each.is_auxiliary or bool(each.person_id and standing[each.person_id].auxiliary),
            away=frozenset(away[each.pk] | gone(each, standing, days)),
            home=each.home_grid_id or 0,
            nights=nights[each.pk],
            holidays=holidays[each.pk],
            had_last_eve=each.pk in last_eve,
            wishes_off=frozenset(wishes[each.pk]),
        )
        for each in people
    ]


class Days:
    """On which days somebody is in post, and on which as an auxiliary."""

    def __init__(self) -> None:
        self.present: set[date] = set()
        self.auxiliary: set[date] = set()


def gone(person: DutyPerson, standing: dict[int, Days], days: Sequence[date]) -> set[date]:
    if not person.is_active:
        return set(days)
    return set(days) - standing[person.person_id].present if person.person_id else set()


def ledger_days(people: Sequence[int], days: Sequence[date]) -> dict[int, Days]:
    """From the office's ledger: long leave, lent out, gone are days on which one cannot be on duty."""
    found: dict[int, Days] = defaultdict(Days)
    rows = Movement.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=days[0]), person__in=people, effective_on__lte=days[-1]
    ).filter(standing_after__in=Standing.ON_DUTY)
    for person, starts, ends, employment in rows.values_list("person", "effective_on", "ends_on", "employment_after"):
        here = {day for day in days if starts <= day and (ends is None or day < ends)}
        found[person].present |= here
        if employment in Employment.AUXILIARIES:
            found[person].auxiliary |= here
    return found


def card_days(people: Sequence[int], days: Sequence[date]) -> dict[int, set[date]]:
    found: dict[int, set[date]] = defaultdict(set)
    for card in Certificate.objects.filter(person__in=people, expires_on__gte=days[0], issued_on__lte=days[-1]):
        found[card.person_id] |= {day for day in days if card.is_valid_on(day)}
    return found


def absences(window: Window) -> tuple[dict[int, set[date]], dict[int, set[date]]]:
    """Leave and wishes, by person."""
    leave: dict[int, set[date]] = defaultdict(set)
    wishes: dict[int, set[date]] = defaultdict(set)
    for row in Absence.objects.filter(start__lte=window.end, end__gte=window.start):
        days = {day for day in window.days if row.start <= day <= row.end}
        (wishes if row.is_wish else leave)[row.person_id] |= days
    return leave, wishes


def memory(window: Window) -> tuple[Counter[int], Counter[int], set[int]]:
    """Nights and holidays of the last three years, and who had the eve last year; from published rosters."""
    since = window.start - timedelta(days=366 * MEMORY_YEARS)
    before = Assignment.objects.published().filter(slot__day__gte=since, slot__day__lt=window.start)
    before = before.exclude(slot__roster__window=window)
    nights = Counter(each.person_id for each in before.filter(slot__is_night=True))
    holidays = Counter(each.person_id for each in before.filter(slot__is_holiday=True))
    last = {each.person_id for each in before.filter(slot__day=peaks.eve(window.year - 1))}
    return nights, holidays, last


def breaches_of(roster: Roster) -> list[str]:
    return [breach.text for breach in breaches(plan_of(roster))]
