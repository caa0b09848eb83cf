"""Monthly composite and the longer periods, from the printed worked example."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.composite import (
    COMPONENT_WEIGHTS,
    Component,
    DigitalCases,
    SampledPoint,
    composite_score,
    digital_score,
    mean_of_months,
    monthly_check,
    year_score,
)
from inspections.scoring import daily_score, items_for, shown
from tests.inspections.test_scoring import ITEMS, STREET_AREAS, example_parts

DIGITAL = digital_score(DigitalCases(due=128, closed=124, in_time=118, reworked=3))


def test_worked_example():
    daily = daily_score(items_for(ITEMS, roles=["TERR"], areas=STREET_AREAS), example_parts())
    components = {
        Component.DAILY: daily.score,
        Component.MONTHLY: Decimal("88.60"),
        Component.DIGITAL: DIGITAL,
        Component.COMPLAINTS: Decimal(96),
        Component.KEY_WORK: Decimal(90),
    }
    assert shown(DIGITAL) == Decimal("94.67")
    assert shown(composite_score(components).score) == Decimal("92.53")
    assert shown(composite_score(components, bonus=Decimal("0.5")).score) == Decimal("93.03")


def test_component_without_data_is_left_out_and_named():
    result = composite_score({Component.DAILY: Decimal(90), Component.MONTHLY: Decimal(80), Component.DIGITAL: None})
    assert result.score == (Decimal(90) * 4 + Decimal(80) * 3) / 7
    assert result.missing == (Component.DIGITAL, Component.COMPLAINTS, Component.KEY_WORK)
    assert composite_score({}) is None


def test_bonus_and_total_have_ceilings():
    assert composite_score({Component.DAILY: Decimal(90)}, bonus=Decimal(8)).score == Decimal(93)
    assert composite_score({Component.DAILY: Decimal(99)}, bonus=Decimal(3)).score == Decimal(100)


def test_digital_rates_are_of_the_cases_due():
    assert digital_score(DigitalCases(0, 0, 0, 0)) is None
    assert digital_score(DigitalCases(10, 0, 0, 0)) == 0
    assert digital_score(DigitalCases(10, 10, 10, 0)) == 100
    with pytest.raises(ValueError, match="数字城管数据有误"):
        DigitalCases(due=10, closed=11, in_time=5, reworked=0)


def test_monthly_check_weighs_area_types_not_points():
    points = [SampledPoint("ZG", Decimal(10)), SampledPoint("ZG", Decimal(20)), SampledPoint("CC", Decimal(4))]
    assert monthly_check(points) == (Decimal("1.2") * 85 + Decimal("0.9") * 96) / Decimal("2.1")
    assert monthly_check([SampledPoint("SQ", Decimal(130))]) == 0
    assert monthly_check([]) is None


def test_longer_periods():
    assert mean_of_months([Decimal(90), None, Decimal(93)]) == Decimal("91.5")
    assert mean_of_months([None]) is None
    assert year_score(Decimal(90), Decimal(100)) == Decimal("90.5")


@given(st.dictionaries(st.sampled_from(Component.values), st.decimals(0, 100, places=2), min_size=1))
def test_composite_lies_between_its_components(components):
    result = composite_score(components)
    assert min(components.values()) - Decimal("1e-20") <= result.score <= max(components.values()) + Decimal("1e-20")
    assert abs(sum(result.weights.values()) - 1) < Decimal("1e-20")


def test_weights_sum_to_one():
    assert sum(COMPONENT_WEIGHTS.values()) == 1
