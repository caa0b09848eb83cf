"""The scoring rules, from the printed worked example to their limits."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.enums import SOURCE_MULTIPLIER, AreaType, Role, Source
from inspections.scoring import (
    FindingFacts,
    ItemFacts,
    Rectification,
    ScoringRules,
    UnitItem,
    UnitPart,
    daily_score,
    items_for,
    points_of,
    rectification_points,
    shown,
)
from inspections.standard_csv import SEED, parse

STANDARD = {item.code: item for item in parse(SEED.read_bytes()).items}
ITEMS = [ItemFacts(i.code, i.cap, frozenset(i.areas), i.shares) for i in STANDARD.values()]
STREET_AREAS = ("ZG", "XJ", "SQ", "CC", "JH", "TD")
ON_TIME = Rectification()


def facts(code, area, **changes):
    item = STANDARD[code]
    return FindingFacts(item.deduct, item.severe_deduct, area, **changes)


# The worked example printed in the 考评办法: item, facts, rectification, sum, share, D part, R part.
WORKED_EXAMPLE = [
    ("B02", facts("B02", "SQ"), ON_TIME, "0.3 × 1 × 1 = 0.3", "0.8", "0.240", "0"),
    ("B02", facts("B02", "SQ", recurrence=1), ON_TIME, "0.3 × 1 × 2 = 0.6", "0.8", "0.480", "0"),
    (
        "A01",
        facts("A01", "ZG"),
        Rectification(late=timedelta(hours=30)),
        "0.2 × 1.2 × 1 = 0.24",
        "0.4",
        "0.096",
        "0.120",
    ),
    (
        "B03",
        facts("B03", "CC", severe=True),
        Rectification(send_backs=1),
        "1 × 0.9 × 1 = 0.9",
        "0.8",
        "0.720",
        "0.160",
    ),
    ("D01", facts("D01", "SQ", source=Source.CITY_BULLETIN), ON_TIME, "1 × 1 × 2 = 2", "0.8", "1.600", "0"),
    ("A08", facts("A08", "XJ", recurrence=2), ON_TIME, "0.1 × 1 × 3 = 0.3", "0.8", "0.240", "0"),
    ("B01", facts("B01", "ZG"), ON_TIME, "0.1 × 1.2 × 1 = 0.12", "0.8", "0.096", "0"),
]


def example_parts():
    for code, finding, rectification, *_ in WORKED_EXAMPLE:
        share = STANDARD[code].shares[Role.TERR]
        points = points_of(finding)
        yield UnitPart(code, points.points * share, rectification_points(points.base, rectification) * share)


@pytest.mark.parametrize("row", WORKED_EXAMPLE, ids=lambda row: row[0])
def test_worked_example_row(row):
    code, finding, rectification, text, share, d, r = row
    points = points_of(finding)
    assert points.explain() == text
    assert STANDARD[code].shares[Role.TERR] == Decimal(share)
    assert points.points * Decimal(share) == Decimal(d)
    assert rectification_points(points.base, rectification) * Decimal(share) == Decimal(r)


def test_worked_example_daily_score():
    items = items_for(ITEMS, roles=[Role.TERR], areas=STREET_AREAS)
    daily = daily_score(items, example_parts())
    assert len(items) == 40
    assert (daily.deducted, daily.denominator, daily.rectification) == (
        Decimal("3.472"),
        Decimal("62.15"),
        Decimal("0.280"),
    )
    assert daily.score == 100 * (1 - Decimal("3.472") / Decimal("62.15")) - Decimal("0.280")
    assert shown(daily.score) == Decimal("94.13")
    assert {i.code: i.deducted for i in daily.items if i.deducted} == {
        "B02": Decimal("0.720"),
        "A01": Decimal("0.096"),
        "B03": Decimal("0.720"),
        "D01": Decimal("1.600"),
        "A08": Decimal("0.240"),
        "B01": Decimal("0.096"),
    }


def test_denominator_of_the_agriculture_committee():
    items = items_for(ITEMS, roles=[Role.AGRI], areas=AreaType.values)
    assert [i.code for i in items] == ["B08", "E01", "E02", "E03"]
    assert sum(i.limit for i in items) == Decimal("4.5")


@pytest.mark.parametrize(("area", "coefficient"), ScoringRules().area_coefficients.items())
def test_area_coefficient(area, coefficient):
    assert points_of(FindingFacts(Decimal(1), Decimal(2), area)).points == coefficient


@pytest.mark.parametrize(("recurrence", "source"), list(product(range(5), Source)))
def test_multiplier_is_the_larger_of_recurrence_and_source(recurrence, source):
    """Trap 3: recurrence and source never compound to six times the base."""
    finding = FindingFacts(Decimal("0.2"), Decimal("0.5"), "SQ", recurrence=recurrence, source=source)
    expected = max((Decimal(1), Decimal(2), Decimal(3))[min(recurrence, 2)], SOURCE_MULTIPLIER[source])
    assert points_of(finding).multiplier == expected
    assert expected <= 3


def test_count_multiplies_the_base():
    points = points_of(facts("A01", "ZG", count=3, recurrence=1))
    assert (points.base, points.points) == (Decimal("0.6"), Decimal("1.44"))
    assert points.explain() == "0.6 × 1.2 × 2 = 1.44"
    assert points.explain_in_words() == "基础扣分0.6 × 区域系数1.2 × 反复或来源倍数2 = 1.44分"


@pytest.mark.parametrize(
    ("hours", "points"), [(0, "0"), (-5, "0"), (1, "1"), (24, "1"), (25, "1.5"), (48, "1.5"), (49, "2"), (999, "2")]
)
def test_late_points_by_begun_days(hours, points):
    assert rectification_points(Decimal(1), Rectification(late=timedelta(hours=hours))) == Decimal(points)


def test_send_backs_and_false_reports_add_up():
    assert rectification_points(Decimal("0.3"), Rectification(send_backs=2, false_reports=1)) == Decimal("1.4")


def test_cap_does_not_absorb_late_penalties():
    """Trap 4: a unit whose cap is used up still loses by ignoring orders."""
    items = [UnitItem("A01", Decimal(4), Decimal("0.4")), UnitItem("B01", Decimal(5), Decimal("0.8"))]
    used_up = [UnitPart("A01", Decimal(50))]
    ignoring = [*used_up, UnitPart("A01", Decimal(50), rectification=Decimal("0.12"))]
    assert daily_score(items, used_up).deducted == daily_score(items, ignoring).deducted == Decimal("1.6")
    assert daily_score(items, used_up).score - daily_score(items, ignoring).score == Decimal("0.12")


def test_rectification_account_is_capped_at_ten_a_month():
    daily = daily_score([UnitItem("A01", Decimal(4), Decimal(1))], [UnitPart("A01", Decimal(0), Decimal("10.5"))])
    assert (daily.rectification_raw, daily.rectification, daily.score) == (Decimal("10.5"), Decimal(10), Decimal(90))


def test_score_never_falls_below_zero():
    """Everything lost at the items, and ten points of rectification on top."""
    assert daily_score([UnitItem("A01", Decimal(4), Decimal(1))], [UnitPart("A01", Decimal(9), Decimal(30))]).score == 0


def test_rounding_only_for_display():
    """Trap 6: sums are made of exact points, and a printed tie is a tie."""
    parts = [UnitPart("A01", Decimal("0.004"))] * 10
    daily = daily_score([UnitItem("A01", Decimal(100), Decimal(1))], parts)
    assert daily.score == Decimal("99.96")
    assert 100 - sum(shown(part.points) for part in parts) == Decimal(100)
    assert shown(Decimal("94.125")) == shown(Decimal("94.134")) == Decimal("94.13")
    assert shown(Decimal("94.1249")) == Decimal("94.12")


def test_old_findings_keep_the_values_of_their_standard():
    """Trap 7: facts carry the values of the standard they were found under."""
    old, new = FindingFacts(Decimal("0.2"), Decimal("0.5"), "SQ"), FindingFacts(Decimal("0.4"), Decimal("0.8"), "SQ")
    assert (points_of(old).points, points_of(new).points) == (Decimal("0.2"), Decimal("0.4"))
    flat = ScoringRules(area_coefficients=dict.fromkeys(AreaType, Decimal(1)), source="会议纪要")
    main_road = FindingFacts(Decimal("0.2"), Decimal("0.5"), "ZG")
    assert (points_of(main_road).points, points_of(main_road, flat).points) == (Decimal("0.24"), Decimal("0.2"))


def test_unit_without_applicable_items_has_no_score():
    assert items_for(ITEMS, roles=[Role.AGRI], areas=["ZG"])[0].code == "E02"
    assert items_for(ITEMS, roles=[], areas=STREET_AREAS) == ()
    assert daily_score([], [UnitPart("A01", Decimal(1))]) is None


def test_part_at_an_item_that_does_not_apply_is_listed_not_deducted():
    stray = UnitPart("B05", Decimal("0.3"), rectification=Decimal("0.2"))
    daily = daily_score([UnitItem("A01", Decimal(4), Decimal("0.6"))], [stray])
    assert (daily.outside, daily.deducted, daily.score) == ((stray,), Decimal(0), Decimal("99.8"))


@pytest.mark.parametrize(
    "changes", [{"count": 0}, {"recurrence": -1}, {"deduct": Decimal("-0.1")}, {"severe_deduct": Decimal(-1)}]
)
def test_impossible_facts_are_refused(changes):
    with pytest.raises(ValueError, match=r"数量|反复|扣分"):
        FindingFacts(**{"deduct": Decimal(1), "severe_deduct": Decimal(2), "area": "SQ"} | changes)


@pytest.mark.parametrize(("changes", "text"), [({"area": "XX"}, "XX"), ({"source": "rumour"}, "rumour")])
def test_unknown_area_or_source_is_named(changes, text):
    with pytest.raises(ValueError, match=text):
        points_of(FindingFacts(**{"deduct": Decimal(1), "severe_deduct": Decimal(2), "area": "SQ"} | changes))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"area_coefficients": {"ZG": Decimal(1)}}, "区域系数不全"),
        ({"source_multipliers": {}}, "来源倍数不全"),
        ({"recurrence_multipliers": ()}, "不能为空"),
        ({"send_back_points": Decimal(-1)}, "不能为负数"),
    ],
)
def test_incomplete_rules_are_refused(changes, text):
    with pytest.raises(ValueError, match=text):
        ScoringRules(**changes)


# ---- Properties ----------------------------------------------------------------------------------

points = st.decimals(min_value=0, max_value=20, places=3)
finding_facts = st.builds(
    FindingFacts,
    deduct=st.decimals(min_value=0, max_value=5, places=2),
    severe_deduct=st.decimals(min_value=0, max_value=5, places=2),
    area=st.sampled_from(AreaType.values),
    severe=st.booleans(),
    count=st.integers(1, 50),
    recurrence=st.integers(0, 6),
    source=st.sampled_from(Source.values),
)
applicable = st.lists(
    st.builds(
        UnitItem,
        code=st.sampled_from(sorted(STANDARD)),
        cap=st.decimals(min_value="0.1", max_value=5, places=1),
        share=st.sampled_from([Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal(1)]),
    ),
    min_size=1,
    unique_by=lambda item: item.code,
)
unit_parts = st.lists(st.builds(UnitPart, st.sampled_from(sorted(STANDARD)), points, points), max_size=30)


@given(finding_facts)
def test_points_are_base_to_three_and_a_bit_times_base(finding):
    result = points_of(finding)
    assert 0 <= result.points == result.base * result.coefficient * result.multiplier
    assert result.points <= result.base * Decimal("1.2") * 3


@given(finding_facts, st.integers(1, 9))
def test_counting_is_the_same_as_recording_one_by_one(finding, count):
    single = FindingFacts(
        finding.deduct, finding.severe_deduct, finding.area, finding.severe, 1, finding.recurrence, finding.source
    )
    several = FindingFacts(
        finding.deduct, finding.severe_deduct, finding.area, finding.severe, count, finding.recurrence, finding.source
    )
    assert points_of(several).points == count * points_of(single).points


@given(applicable, unit_parts)
def test_daily_score_keeps_its_limits(items, parts):
    daily = daily_score(items, parts)
    assert 0 <= daily.score <= 100
    assert all(0 <= item.deducted <= item.limit for item in daily.items)
    assert all(item.deducted <= item.raw for item in daily.items)
    assert daily.rectification <= 10


@given(applicable, unit_parts.flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts))))
def test_daily_score_does_not_depend_on_order(items, both):
    parts, shuffled = both
    one, other = daily_score(items, parts), daily_score(items[::-1], shuffled)
    assert one.score == other.score
    assert set(one.items) == set(other.items)
    assert sorted(map(repr, one.outside)) == sorted(map(repr, other.outside))


@given(applicable, unit_parts, st.builds(UnitPart, st.sampled_from(sorted(STANDARD)), points, points))
def test_one_more_finding_never_raises_the_score(items, parts, more):
    assert daily_score(items, [*parts, more]).score <= daily_score(items, parts).score


@given(applicable, unit_parts)
def test_every_part_is_accounted_for_once(items, parts):
    daily = daily_score(items, parts)
    assert sum(i.raw for i in daily.items) + sum(p.points for p in daily.outside) == sum(p.points for p in parts)


@given(points, st.integers(0, 200), st.integers(0, 5), st.integers(0, 3))
def test_later_never_costs_less(base, hours, send_backs, false_reports):
    earlier = rectification_points(base, Rectification(timedelta(hours=hours), send_backs, false_reports))
    later = rectification_points(base, Rectification(timedelta(hours=hours + 1), send_backs, false_reports))
    assert 0 <= earlier <= later <= 2 * base + Decimal("0.2") * send_backs + false_reports
