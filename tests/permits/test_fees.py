"""Fees: the worked example, every rule of a tariff, and what must hold whatever the numbers are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.fees import (
    DugPart,
    Exemption,
    Factor,
    NoRate,
    OccupiedPart,
    Rate,
    Terms,
    factors_for,
    inclusive_days,
    occupation,
    refund,
    restoration,
)
from permits.kinds import Measure, Multiplier, Progression, RateSubject

D = Decimal
DUG = Terms(
    "娄底修复费",
    "湘价费〔2001〕261号",
    rates=(
        Rate(D("280"), Measure.AREA, RateSubject.CONCRETE),
        Rate(D("1177.38"), Measure.AREA, RateSubject.ASPHALT),
        Rate(D("150"), Measure.AREA, RateSubject.COLOURED_SIDEWALK),
        Rate(D("145"), Measure.LENGTH, RateSubject.KERB),
        Rate(D("1500"), Measure.WELLS, RateSubject.MANHOLE),
    ),
    factors=(
        Factor(Multiplier.NEW_ROAD, D(6), 0, 3),
        Factor(Multiplier.NEW_ROAD, D(5), 3, 4),
        Factor(Multiplier.NEW_ROAD, D(4), 4, 5),
        Factor(Multiplier.OVERHAULED, D(6), 0, 1),
        Factor(Multiplier.OVERHAULED, D(5), 1, 2),
        Factor(Multiplier.CROSSING, D("1.5")),
        Factor(Multiplier.UNPERMITTED, D(2)),
    ),
)
TAKEN = Terms("常德占用费", "湘发改价费〔2018〕426号", rates=(Rate(D("1.5"), Measure.AREA_DAYS),))


@dataclass
class AgedRoad:
    opened_on: date | None = None
    overhauled_on: date | None = None


def test_worked_example():
    dug = restoration(
        [
            DugPart("人行道 17.2×0.6", RateSubject.COLOURED_SIDEWALK, D("17.2") * D("0.6")),
            DugPart("车行道 6.0×0.6", RateSubject.ASPHALT, D("6.0") * D("0.6")),
            DugPart("路缘石", RateSubject.KERB, D(2)),
        ],
        DUG,
    )
    assert [line.amount for line in dug.lines] == [D("1548.00"), D("4238.57"), D("290.00")]
    assert dug.total == D("6076.57")
    taken = occupation([OccupiedPart("围挡", D(30))], inclusive_days(date(2026, 3, 1), date(2026, 3, 10)), TAKEN)
    assert taken.total == D("450.00")
    assert dug.lines[0].formula == "10.32 ㎡ × 150.00 元/㎡"
    assert taken.lines[0].formula == "30 ㎡ × 1.50 元/㎡·天 × 10 天"


def test_days_count_first_and_last():
    assert inclusive_days(date(2026, 2, 28), date(2026, 3, 1)) == 2
    assert inclusive_days(date(2026, 3, 1), date(2026, 3, 1)) == 1
    with pytest.raises(ValueError, match="早于"):
        inclusive_days(date(2026, 3, 2), date(2026, 3, 1))


def test_less_than_the_smallest_area_counts_as_it():
    terms = replace(TAKEN, smallest_area=D(1))
    (line,) = occupation([OccupiedPart("报刊亭", D("0.6"))], 10, terms).lines
    assert line.amount == D("15.00")
    assert "不足 1 ㎡按 1 ㎡计" in line.formula
    assert occupation([OccupiedPart("报刊亭", D("0.6"))], 10, TAKEN).total == D("9.00")


def test_concrete_is_charged_by_whole_slabs_where_the_tariff_says_so():
    terms, part = replace(DUG, whole_slabs=True), DugPart("车行道", RateSubject.CONCRETE, D(3), D(20))
    assert restoration([part], terms).total == D("5600.00")
    assert "按整板计" in restoration([part], terms).lines[0].formula
    assert restoration([part], DUG).total == D("840.00")
    with pytest.raises(NoRate, match="整块板的面积"):
        restoration([replace(part, slab_area=None)], terms)


def test_silent_tariff_is_refused_with_what_to_enter():
    with pytest.raises(NoRate, match=r"没有“砂石路面”的单价.*收费标准"):
        restoration([DugPart("车行道", RateSubject.GRAVEL, D(1))], DUG)
    with pytest.raises(NoRate, match="没有适用于摊点的单价"):
        occupation(
            [OccupiedPart("摊点", D(1), zone="二类")],
            1,
            replace(TAKEN, rates=(Rate(D(1), Measure.AREA_DAYS, zone="一类"),)),
        )


def test_multipliers_touch_areas_only_and_multiply():
    factors = (Factor(Multiplier.NEW_ROAD, D(4), 4, 5), Factor(Multiplier.CROSSING, D("1.5")))
    done = restoration(
        [DugPart("车行道", RateSubject.ASPHALT, D(1)), DugPart("路缘石", RateSubject.KERB, D(1))], DUG, factors
    )
    assert [line.amount for line in done.lines] == [D("7064.28"), D("145.00")]
    assert done.lines[0].formula.endswith("× 4 × 1.5")
    assert len(done.notes) == 2


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        (date(2024, 5, 2), 6),
        (date(2027, 5, 1), 6),  # three years end with the anniversary
        (date(2027, 5, 2), 5),
        (date(2028, 5, 2), 4),
        (date(2029, 5, 1), 4),
        (date(2029, 5, 2), None),
        (date(2024, 4, 30), None),
    ],
)
def test_factor_by_the_years_of_a_road(day, factor):
    found = factors_for(DUG, AgedRoad(opened_on=date(2024, 5, 1)), day)
    assert [int(each.factor) for each in found] == ([factor] if factor else [])


def test_the_heavier_of_opening_and_overhaul_counts_beside_crossing():
    road = AgedRoad(opened_on=date(2021, 6, 1), overhauled_on=date(2025, 6, 1))
    found = factors_for(DUG, road, date(2026, 1, 1), crossing=True)
    assert [(each.case, each.factor) for each in found] == [
        (Multiplier.OVERHAULED, D(6)),
        (Multiplier.CROSSING, D("1.5")),
    ]


QUARTERS = (
    Rate(D(1), Measure.AREA_DAYS),
    Rate(D(2), Measure.AREA_DAYS, from_day=91),
    Rate(D(4), Measure.AREA_DAYS, from_day=181),
)


def test_steps_charge_each_stretch_at_its_own_rate():
    terms = replace(TAKEN, rates=QUARTERS, progression=Progression.STEPS)
    done = occupation([OccupiedPart("围挡", D(10))], 200, terms)
    assert [line.amount for line in done.lines] == [D(900), D(1800), D(800)]
    assert done.lines[1].label == "围挡第 91 至 180 天"
    assert occupation([OccupiedPart("围挡", D(10))], 90, terms).total == D(900)


def test_whole_charges_all_days_at_the_rate_reached():
    terms = replace(TAKEN, rates=QUARTERS, progression=Progression.WHOLE)
    assert occupation([OccupiedPart("围挡", D(10))], 91, terms).total == D(1820)
    assert occupation([OccupiedPart("围挡", D(10))], 90, terms).total == D(900)


def test_the_most_exact_rate_wins():
    rates = (Rate(D(1), Measure.AREA_DAYS), Rate(D(3), Measure.AREA_DAYS, zone="一类"), Rate(D(5), Measure.AREA_DAYS, zone="一类", nature="business"))  # fmt: skip
    terms = replace(TAKEN, rates=rates)
    charged = [occupation([OccupiedPart("点", D(1), *case)], 1, terms).total for case in (("一类", "business"), ("一类", "other"), ("二类", ""))]  # fmt: skip
    assert charged == [D(5), D(3), D(1)]


@pytest.mark.parametrize(("days", "area", "covered"), [(10, 50, True), (11, 50, False), (10, "50.01", False)])
def test_exemption_by_limits(days, area, covered):
    rule = Exemption("小额短期占用", "示例", max_days=10, max_area=D(50))
    assert rule.covers(days=days, area=D(area), length=D(500), width=D(9)) is covered


def test_refund_in_proportion():
    stopped = refund(D(450), days=10, days_freed=4, area=D(30), area_freed=D(30))
    assert stopped.amount == D("180.00")
    shrunk = refund(D(450), days=10, days_freed=4, area=D(30), area_freed=D(10))
    assert shrunk.amount == D("60.00")
    with pytest.raises(ValueError, match="天数"):
        refund(D(450), days=10, days_freed=11, area=D(30), area_freed=D(30))


# --- What holds whatever the numbers are ------------------------------------------------------------------------------

areas = st.decimals("0.01", "5000", places=2)
lengths = st.integers(1, 400)
progressions = st.sampled_from([Progression.NONE, Progression.WHOLE, Progression.STEPS])


@given(areas, areas, lengths, lengths, progressions)
def test_more_space_or_more_days_never_cost_less(area, more_area, days, more_days, progression):
    terms = replace(TAKEN, rates=QUARTERS, progression=progression)
    small = occupation([OccupiedPart("围挡", area)], days, terms).total
    large = occupation([OccupiedPart("围挡", area + more_area)], days + more_days, terms).total
    assert large >= small > 0


@given(st.lists(areas, min_size=1, max_size=8), lengths, progressions)
def test_total_is_the_sum_of_its_lines_and_lines_are_whole_cents(parts, days, progression):
    terms = replace(TAKEN, rates=QUARTERS, progression=progression)
    done = occupation([OccupiedPart(str(n), area) for n, area in enumerate(parts)], days, terms)
    assert done.total == sum(line.amount for line in done.lines)
    assert all(line.amount == line.amount.quantize(D("0.01")) for line in done.lines)


@given(areas, areas, st.sampled_from([RateSubject.ASPHALT, RateSubject.CONCRETE]))
def test_splitting_a_trench_moves_at_most_a_cent(one, other, subject):
    whole = restoration([DugPart("沟", subject, one + other)], DUG).total
    split = restoration([DugPart("甲", subject, one), DugPart("乙", subject, other)], DUG).total
    assert abs(whole - split) <= D("0.01")


@given(areas, lengths, lengths)
def test_steps_cover_every_day_once(area, first, more):
    terms = replace(TAKEN, rates=QUARTERS, progression=Progression.STEPS)
    one_day_more = occupation([OccupiedPart("点", area)], first + 1, terms).total
    until = occupation([OccupiedPart("点", area)], first, terms).total
    rate = 1 if first + 1 <= 90 else 2 if first + 1 <= 180 else 4
    assert abs(one_day_more - until - area * rate) <= D("0.03")


@given(st.decimals("0", "100000", places=2), lengths, st.data())
def test_refund_lies_between_nothing_and_all(paid, days, data):
    freed = data.draw(st.integers(0, days))
    back = refund(paid, days=days, days_freed=freed, area=D(30), area_freed=D(30)).amount
    assert 0 <= back <= paid
    assert back == paid if freed == days else True
    assert back == 0 if freed == 0 else True
