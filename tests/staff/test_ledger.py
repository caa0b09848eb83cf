"""The ledger's arithmetic: closing = opening + in − out, for any history, any scope, any period."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff.enums import ENTRY_KINDS, MOVEMENT_RULES, Direction, Employment, MovementKind, Standing
from staff.ledger import NOWHERE, Fact, Place, apply, balance, effect, walk

START = date(2024, 1, 1)
UNITS = (1, 2, 3)

facts = st.builds(
    Fact,
    kind=st.sampled_from([kind.value for kind in MovementKind]),
    effective_on=st.integers(0, 900).map(lambda days: START + timedelta(days=days)),
    unit=st.one_of(st.none(), st.sampled_from(UNITS)),
    employment=st.sampled_from(["", *Employment.values]),
    post=st.sampled_from(["", "队员"]),
    standing=st.sampled_from(Standing.values),
)
histories = st.lists(facts, max_size=12).map(lambda rows: sorted(rows, key=lambda fact: fact.effective_on))


def scopes():
    """Every predicate that a table asks for: on the roll, on duty, of a unit, of a kind of employment."""
    units = st.one_of(st.none(), st.sampled_from(UNITS))
    kinds = st.one_of(st.none(), st.sampled_from(Employment.values))
    sides = st.sampled_from(["on_roll", "on_duty"])

    def made(unit, kind, side):
        def holds(place):
            return getattr(place, side) and unit in (None, place.unit) and kind in (None, place.employment)

        return holds

    return st.builds(made, units, kinds, sides)


def held_on(rows, steps, day):
    """The steps that hold on a day, by the stored interval."""
    return [
        step
        for fact, step in zip(rows, steps, strict=True)
        if fact.effective_on <= day and (step.ends_on is None or step.ends_on > day)
    ]


@given(st.lists(histories, max_size=6), scopes(), st.integers(-5, 900), st.integers(0, 400))
def test_closing_is_opening_plus_in_minus_out(bureau, scope, first, length):
    start = START + timedelta(days=first)
    end = start + timedelta(days=length)
    opening = closing = 0
    changes = []
    for rows in bureau:
        steps = walk(rows)
        opening += sum(scope(step.after) for step in held_on(rows, steps, start - timedelta(days=1)))
        closing += sum(scope(step.after) for step in held_on(rows, steps, end))
        changes += [
            (fact.kind, effect(step, scope))
            for fact, step in zip(rows, steps, strict=True)
            if not step.flag and start <= fact.effective_on <= end
        ]
    assert balance(opening, changes).closing == closing


@given(histories, st.integers(-5, 1_000))
def test_a_person_stands_in_exactly_one_place_on_any_day(rows, days):
    day = START + timedelta(days=days)
    steps = walk(rows)
    known = any(fact.effective_on <= day and not step.flag for fact, step in zip(rows, steps, strict=True))
    assert len(held_on(rows, steps, day)) == known


@given(histories)
def test_each_step_starts_where_the_one_before_ended(rows):
    place = NOWHERE
    for step in walk(rows):
        assert step.before == place
        assert not step.flag or step.after == step.before
        place = step.after


@given(histories)
def test_a_leaver_is_counted_once(rows):
    """However often a resignation, a transfer or a retirement is written down, leaving needs an entry before it."""
    ended = [step for fact, step in zip(rows, walk(rows), strict=True) if fact.kind in MovementKind.ENDING and not step.flag]  # fmt: skip
    entered = [step for step in walk(rows) if not step.flag and step.before.standing == Standing.OUTSIDE != step.after.standing]  # fmt: skip
    assert len(ended) <= len(entered)
    assert all(step.roll_effect == -1 or step.before.standing == Standing.BORROWED for step in ended)


HERE = Place(Standing.IN_POST, 1, Employment.ADMINISTRATIVE, "队员")
EFFECTS = {
    # kind: (实有, 在岗) from somebody in post, or from outside for those who come
    MovementKind.RECRUITED: (1, 1),
    MovementKind.VETERAN: (1, 1),
    MovementKind.TRANSFERRED_IN: (1, 1),
    MovementKind.HIRED: (1, 1),
    MovementKind.DISPATCHED: (1, 1),
    MovementKind.OPENING: (1, 1),
    MovementKind.BORROWED: (0, 1),
    MovementKind.RESIGNED: (-1, -1),
    MovementKind.TRANSFERRED_OUT: (-1, -1),
    MovementKind.RETIRED: (-1, -1),
    MovementKind.DISMISSED: (-1, -1),
    MovementKind.EXPELLED: (-1, -1),
    MovementKind.DIED: (-1, -1),
    MovementKind.CONTRACT_ENDED: (-1, -1),
    MovementKind.LENT_OUT: (0, -1),
    MovementKind.LONG_LEAVE: (0, -1),
    MovementKind.SUSPENDED: (0, -1),
    MovementKind.OFF_POST: (0, -1),
    MovementKind.ROTATED: (0, 0),
    MovementKind.PROMOTED: (0, 0),
    MovementKind.CONVERTED: (0, 0),
}


@pytest.mark.parametrize(("kind", "effects"), EFFECTS.items())
def test_each_kind_does_to_the_two_head_counts_what_the_rules_say(kind, effects):
    before = NOWHERE if kind in ENTRY_KINDS else HERE
    after, flag = apply(before, Fact(kind, START, 2, Employment.INSTITUTION))
    assert flag == ""
    assert (int(after.on_roll) - int(before.on_roll), int(after.on_duty) - int(before.on_duty)) == effects


@pytest.mark.parametrize("away", Standing.AWAY)
def test_coming_back_adds_to_those_on_duty_only(away):
    away_now = Place(away, 1, Employment.ADMINISTRATIVE)
    after, flag = apply(away_now, Fact(MovementKind.RETURNED, START))
    assert (flag, after.standing, away_now.on_roll, after.on_roll) == ("", Standing.IN_POST, True, True)


def test_every_kind_from_every_standing_fits_or_is_flagged():
    """All n × m pairs: what the table does not list changes nothing and says why."""
    for kind in MovementKind:
        for standing in Standing:
            place = NOWHERE if standing == Standing.OUTSIDE else Place(standing, 1, Employment.CONTRACT)
            after, flag = apply(place, Fact(kind, START, 1, Employment.CONTRACT, standing=Standing.IN_POST))
            assert (flag == "") == (standing in MOVEMENT_RULES[kind].sources), (kind, standing)
            assert not flag or after == place


def test_lent_out_and_then_transferred_counts_once_in_each():
    steps = walk([
        Fact(MovementKind.RECRUITED, START, 1, Employment.ADMINISTRATIVE),
        Fact(MovementKind.LENT_OUT, START + timedelta(days=30)),
        Fact(MovementKind.TRANSFERRED_OUT, START + timedelta(days=60)),
        Fact(MovementKind.TRANSFERRED_OUT, START + timedelta(days=75)),
    ])  # fmt: skip
    assert [(step.roll_effect, step.duty_effect) for step in steps] == [(1, 1), (0, -1), (-1, 0), (0, 0)]
    assert "不在册" in steps[-1].flag


def test_the_yearbook_that_said_one_more_and_listed_one_less():
    """招录 8, 调入 1, 军转 6 in; 调出 6, 辞职 2, 退休 8 out: the head count falls by one, whatever the text says."""
    moved = [("recruited", 8), ("transferred_in", 1), ("veteran", 6), ("transferred_out", -6), ("resigned", -2), ("retired", -8)]  # fmt: skip
    result = balance(277, moved)
    assert (result.ins.total(), result.outs.total(), result.closing) == (15, 16, 276)


def test_days_that_go_backwards_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="order"):
        walk([Fact(MovementKind.DIED, START), Fact(MovementKind.DIED, START - timedelta(days=1))])


def test_kinds_that_come_add_and_kinds_that_go_take_away():
    for kind, rule in MOVEMENT_RULES.items():
        if rule.direction == Direction.IN:
            assert rule.target in Standing.ON_DUTY, kind
        if rule.direction == Direction.OUT:
            assert rule.target not in Standing.ON_DUTY, kind
