"""The rules of a roster, one by one and on random plans; the first filling and the solver obey them."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireworks.enums import DayRule
from fireworks.greedy import fill
from fireworks.roster import HARD, Duty, Plan, Rule, Share, Turn, Worker, breaches, clash, held_on, shares
from fireworks.solver import solve

DAY = date(2026, 2, 16)
ZONE = timezone(timedelta(hours=8))


def at(hour, day=DAY):
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)


def duty(key=1, start=18, length=7, day=DAY, **fields):
    facts = {"grid": 1, "shift": 1, "needed": 1, "label": f"岗{key}"} | fields
    return Duty(key=key, day=day, start=at(start, day), end=at(start + length, day), **facts)


def worker(key=1, **fields):
    return Worker(key=key, name=f"人{key}", **fields)


def rules(duties, workers, *placed):
    return Counter(each.rule for each in breaches(Plan(duties, workers, frozenset(placed))))


CARD = frozenset({DAY, DAY + timedelta(days=1)})


def test_a_full_post_breaks_nothing():
    assert rules([duty()], [worker()], (1, 1)) == {}


def test_a_short_post_says_how_many_are_missing():
    (only,) = breaches(Plan([duty(needed=3)], [worker()], frozenset({(1, 1)})))
    assert only.rule == Rule.MINIMUM
    assert "需 3 人，缺 2 人" in only.text


def test_at_peaks_two_together_and_one_card_in_the_grid_not_at_every_post():
    gate, market = duty(1, peak=True), duty(2, peak=True)
    assert rules([gate, market], [worker(1, certified=CARD), worker(2)], (1, 1), (2, 2)) == {}
    assert rules([gate, market], [worker(1), worker(2)], (1, 1), (2, 2)) == {Rule.CERTIFIED: 1}
    assert rules([gate], [worker(1, certified=CARD)], (1, 1)) == {Rule.TOGETHER: 1}
    other = replace(market, grid=2)
    assert rules([gate, other], [worker(1, certified=CARD), worker(2)], (1, 1), (2, 2)) == {
        Rule.TOGETHER: 2,
        Rule.CERTIFIED: 1,
    }


def test_one_person_at_two_posts_is_not_two_people():
    gate, market = duty(1, peak=True), duty(2, peak=True)
    found = rules([gate, market], [worker(1, certified=CARD)], (1, 1), (2, 1))
    assert found == {Rule.TOGETHER: 1, Rule.OVERLAP: 1}


def test_a_post_that_asks_for_a_card_on_an_ordinary_day():
    assert rules([duty(needs_certificate=True)], [worker()], (1, 1)) == {Rule.CERTIFIED: 1}


def test_a_card_that_ended_yesterday_does_not_count():
    assert rules([duty(needs_certificate=True)], [worker(certified=frozenset({DAY - timedelta(days=1)}))], (1, 1)) == {
        Rule.CERTIFIED: 1
    }


def test_auxiliaries_never_alone():
    helper, regular = worker(1, auxiliary=True), worker(2)
    assert rules([duty()], [helper], (1, 1)) == {Rule.ALONE: 1}
    assert rules([duty(needed=2)], [helper, regular], (1, 1), (1, 2)) == {}


def test_leave_is_of_the_day_on_which_a_night_begins():
    night = duty(start=18, length=7)  # until 01:00 of the next day
    assert rules([night], [worker(away=frozenset({DAY}))], (1, 1)) == {Rule.AWAY: 1}
    assert rules([night], [worker(away=frozenset({DAY + timedelta(days=1)}))], (1, 1)) == {}


@pytest.mark.parametrize(("start", "rule"), [(0.5, Rule.OVERLAP), (8, Rule.REST), (8.99, Rule.REST), (9, None)])
def test_rest_after_a_night_until_one_in_the_morning(start, rule):
    night, morning = duty(1), duty(2, start=start, length=4, day=DAY + timedelta(days=1))
    found = rules([night, morning], [worker()], (1, 1), (2, 1))
    assert found == ({rule: 1} if rule else {})


def test_what_a_breach_points_at_is_where_the_page_shows_it():
    night, morning = duty(1), duty(2, start=8, length=4, day=DAY + timedelta(days=1))
    (only,) = breaches(Plan([night, morning], [worker(7)], frozenset({(1, 7), (2, 7)})))
    assert (only.duty, only.worker) == (2, 7)


def elsewhere(start, end, worker=1):
    """On another roster from one hour of the day to another."""
    return {worker: (Turn(at(start), at(end), "别处"),)}


@pytest.mark.parametrize(
    ("start", "end", "rule"),
    [
        (9, 10, None),
        (9, 10.01, Rule.REST),
        (17, 18, Rule.REST),
        (17, 18.01, Rule.OVERLAP),
        (24.9, 26, Rule.OVERLAP),
        (25, 26, Rule.REST),
        (32.9, 34, Rule.REST),
        (33, 34, None),
    ],
)
def test_a_turn_on_another_roster_counts_before_and_after(start, end, rule):
    """The duty lasts from 18:00 to 01:00; eight hours of rest on either side."""
    plan = Plan([duty()], [worker(), worker(2)], frozenset({(1, 1)}), elsewhere=elsewhere(start, end))
    found = breaches(plan)
    assert [(each.rule, each.duty, each.worker) for each in found] == ([(rule, 1, 1)] if rule else [])
    assert all("人1另有别处的班" in each.text for each in found)
    placed = frozenset({(1, 2 if rule else 1)})
    assert fill(replace(plan, placed=frozenset()), frozenset()) == placed


def test_the_solver_takes_nobody_who_stands_elsewhere_even_if_placed_by_hand():
    plan = Plan([duty()], [worker(), worker(2)], frozenset({(1, 1)}), elsewhere=elsewhere(17, 20))
    solution = solve(plan, seconds=2)
    assert solution.placed == frozenset({(1, 2)})
    assert solution.breaches == ()
    alone = solve(replace(plan, workers=[worker()]), seconds=2)
    assert alone.placed == frozenset()
    assert [each.rule for each in alone.breaches] == [Rule.MINIMUM]


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        (DayRule.ALL, [1, 1, 1, 1]),
        (DayRule.ODD, [1, 0, 1, 0]),
        (DayRule.EVEN, [0, 1, 0, 1]),
        (DayRule.EVE, [1, 0, 0, 0]),
        (DayRule.FIRST, [0, 1, 0, 0]),
        (DayRule.ORDINARY, [0, 0, 1, 1]),
    ],
)
def test_on_which_days_a_shift_is_held(rule, held):
    days = [DAY + timedelta(days=number) for number in range(4)]
    found = [held_on(rule, day, DAY, is_eve=day == days[0], is_first=day == days[1]) for day in days]
    assert found == [bool(each) for each in held]


def test_shares_are_counted_beside_those_of_the_years_before():
    eve = duty(1, night=True, holiday=True, eve=True)
    plain = duty(2, day=DAY + timedelta(days=3))
    people = [worker(1, nights=2, holidays=1, had_last_eve=True), worker(2), worker(3)]
    found = shares(Plan([eve, plain], people, frozenset({(1, 1), (2, 1), (1, 2)})))
    assert found == [Share("人1", 2, 1, 1, 2, 1, True), Share("人2", 1, 1, 1, 0, 0, False)]


# --- Random plans -----------------------------------------------------------------------------------------------------

lengths = st.sampled_from([3.5, 4, 7, 8.5])


@st.composite
def plans(draw):
    days = [DAY + timedelta(days=number) for number in range(3)]
    duties = [
        duty(
            key, draw(st.sampled_from([0.0, 5.5, 8.0, 16.5, 18.0])), draw(lengths), draw(st.sampled_from(days)),
            grid=draw(st.integers(1, 2)), shift=draw(st.integers(1, 2)), needed=draw(st.integers(1, 3)),
            peak=draw(st.booleans()), night=draw(st.booleans()), holiday=draw(st.booleans()), eve=False,
        )
        for key in range(1, draw(st.integers(1, 6)) + 1)
    ]  # fmt: skip
    some = st.frozensets(st.sampled_from(days))
    people = [
        worker(
            key, certified=draw(some), auxiliary=draw(st.booleans()), away=draw(some), nights=draw(st.integers(0, 3))
        )
        for key in range(1, draw(st.integers(0, 6)) + 1)
    ]
    pairs = [(each.key, person.key) for each in duties for person in people]
    placed = draw(st.frozensets(st.sampled_from(pairs))) if pairs else frozenset()
    return Plan(duties, people, placed)


@given(plans())
def test_every_broken_rule_of_a_post_is_really_broken(plan):
    on = Counter(key for key, _ in plan.placed)
    short = {each.duty for each in breaches(plan) if each.rule == Rule.MINIMUM}
    assert short == {each.key for each in plan.duties if on[each.key] < each.needed}


@given(plans())
def test_clashes_are_found_in_whatever_order(plan):
    found = {each.worker for each in breaches(plan) if each.rule in (Rule.OVERLAP, Rule.REST)}
    known = {each.key: each for each in plan.duties}
    mine = {person.key: [known[key] for key, who in plan.placed if who == person.key] for person in plan.workers}
    clashing = {
        who for who, them in mine.items() if any(clash(a, b, plan.rest) for a in them for b in them if a.key < b.key)
    }
    assert found == clashing


@given(plans())
def test_the_first_filling_breaks_no_rule_of_a_person(plan):
    placed = fill(plan, frozenset())
    assert [each for each in breaches(replace(plan, placed=placed)) if each.rule in HARD] == []


def lacking(plan, placed):
    """What the posts lack, weighed as the solver weighs it: people ten, company, cards and regular people three."""
    people = {person.key: person for person in plan.workers}
    total, groups = 0, {}
    for each in plan.duties:
        crew = [people[who] for key, who in placed if key == each.key]
        total += 10 * max(0, each.needed - len(crew)) + 3 * all(person.auxiliary for person in crew)
        card = any(each.day in person.certified for person in crew)
        if each.peak:
            size, cards = groups.get(each.group, (0, False))
            groups[each.group] = (size + len(crew), cards or card)
        else:
            total += 3 * (each.needs_certificate and not card)
    return total + sum(3 * max(0, 2 - size) + 3 * (not cards) for size, cards in groups.values())


@settings(max_examples=15)
@given(plans())
def test_the_solver_breaks_no_rule_of_a_person_and_lacks_no_more_than_the_first_filling(plan):
    empty = replace(plan, placed=frozenset())
    solution = solve(empty, seconds=3)
    assert [each for each in solution.breaches if each.rule in HARD] == []
    assert lacking(empty, solution.placed) <= lacking(empty, fill(empty, frozenset()))


# --- The solver -------------------------------------------------------------------------------------------------------


def festival(people, grids=2, days=2):
    duties = [
        duty(1 + day * grids + grid, day=DAY + timedelta(days=day), grid=grid, needed=2, peak=True, night=True, holiday=True, eve=day == 0)
        for day in range(days)
        for grid in range(grids)
    ]  # fmt: skip
    return Plan(duties, people)


def test_enough_people_every_rule_holds():
    people = [worker(key, certified=CARD if key % 2 else frozenset()) for key in range(1, 9)]
    solution = solve(festival(people), seconds=5)
    assert solution.breaches == ()
    load = Counter(who for _, who in solution.placed)
    assert set(load.values()) == {1}  # eight places, eight people: fair shares


def test_who_had_the_eve_last_year_is_spared_and_wishes_are_kept_where_possible():
    people = [worker(key, certified=CARD, had_last_eve=key <= 4) for key in range(1, 9)]
    people[7] = replace(people[7], wishes_off=frozenset({DAY + timedelta(days=1)}))
    solution = solve(festival(people), seconds=5)
    eve = {who for key, who in solution.placed if key <= 2}
    assert eve == {5, 6, 7, 8}


def test_too_few_people_give_the_best_roster_and_name_the_short_posts():
    people = [worker(key, certified=CARD) for key in range(1, 4)]
    solution = solve(festival(people, days=1), seconds=5)
    assert len(solution.placed) == 3
    (short,) = [each for each in solution.breaches if each.rule == Rule.MINIMUM]
    assert "缺 1 人" in short.text
    assert Rule.TOGETHER in {each.rule for each in solution.breaches}


def test_nobody_at_all_leaves_every_post_short():
    solution = solve(festival([]), seconds=2)
    assert solution.placed == frozenset()
    assert sum(each.rule == Rule.MINIMUM for each in solution.breaches) == 4


def test_what_was_placed_by_hand_stays_unless_the_person_cannot():
    people = [worker(key, certified=CARD) for key in range(1, 6)] + [worker(6, away=CARD)]
    plan = replace(festival(people, days=1), placed=frozenset({(1, 5), (2, 6)}))
    solution = solve(plan, seconds=5)
    assert (1, 5) in solution.placed
    assert (2, 6) not in solution.placed
    assert solution.breaches == ()


def test_progress_is_told_and_may_stop_the_search():
    told = []
    people = [worker(key, certified=CARD) for key in range(1, 9)]
    solution = solve(festival(people), seconds=5, on_step=lambda found, spent: told.append(found) or False)
    assert told
    assert solution.placed
