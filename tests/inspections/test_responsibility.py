"""Who answers for a finding: area type and role decide, never the nearest street."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.enums import AreaType
from inspections.responsibility import District, ResponsibilityError, UnitFacts, share_out
from inspections.standard_csv import SEED, parse

SQUAD, OTHER_SQUAD = UnitFacts(1, "squad"), UnitFacts(2, "squad")
STREET, OTHER_STREET = UnitFacts(11, "street", squad_id=1), UnitFacts(12, "management_office", squad_id=2)
CENTRE, AGRICULTURE = UnitFacts(21, "scenic_centre", squad_id=2), UnitFacts(22, "agriculture")
COMMUNITY = UnitFacts(31, "community")
DISTRICT = District(scenic_centre=CENTRE, agriculture=AGRICULTURE)

ORDER = {"SQUAD": Decimal("0.6"), "TERR": Decimal("0.4")}
CLEANING = {"TERR": Decimal("0.8"), "SQUAD": Decimal("0.2")}
LIVESTOCK = {"AGRI": Decimal("0.6"), "TERR": Decimal("0.4")}
TOILETS = {"TERR": Decimal("1.0")}
HALVES = {"SQUAD": Decimal("0.5"), "TERR": Decimal("0.5")}


@pytest.mark.parametrize(
    ("shares", "area", "named", "expected", "lead"),
    [
        pytest.param(CLEANING, "ZG", [STREET], {11: "0.8", 1: "0.2"}, 11, id="street brings its squad"),
        pytest.param(ORDER, "ZG", [STREET], {1: "0.6", 11: "0.4"}, 1, id="squad leads street order"),
        pytest.param(LIVESTOCK, "GQ", [STREET], {22: "0.6", 11: "0.4"}, 22, id="agriculture by role"),
        pytest.param(TOILETS, "SQ", [STREET], {11: "1"}, 11, id="territorial alone"),
        pytest.param(HALVES, "SQ", [STREET], {11: "0.5", 1: "0.5"}, 11, id="tie goes to the territorial unit"),
        pytest.param(ORDER, "ZG", [SQUAD], {1: "1"}, 1, id="squad alone takes all"),
        pytest.param(TOILETS, "ZG", [SQUAD], {1: "1"}, 1, id="squad alone, even without a share"),
        pytest.param(LIVESTOCK, "SQ", [AGRICULTURE], {22: "1"}, 22, id="agriculture alone takes all"),
        pytest.param(LIVESTOCK, "SQ", [STREET, SQUAD], {11: "1"}, 11, id="renormalised over the named"),
        pytest.param(ORDER, "ZG", [STREET, OTHER_SQUAD], {2: "0.6", 11: "0.4"}, 2, id="named squad, not the usual"),
        pytest.param(CLEANING, "ZG", [OTHER_STREET, STREET], {12: "0.5", 11: "0.5"}, 12, id="two streets halve"),
        pytest.param(
            CLEANING,
            "ZG",
            [STREET, OTHER_STREET, SQUAD],
            {11: "0.4", 12: "0.4", 1: "0.2"},
            11,
            id="one role, two units",
        ),
        pytest.param({"AGRI": Decimal(1)}, "ZG", [SQUAD, STREET], {1: "0.5", 11: "0.5"}, 11, id="no share, tie"),
        pytest.param(CLEANING, "SQ", [COMMUNITY, STREET], {11: "0.8", 1: "0.2"}, 11, id="community has no role"),
        pytest.param(ORDER, "ZG", [STREET, STREET], {1: "0.6", 11: "0.4"}, 1, id="named twice"),
        pytest.param(ORDER, "ZG", [CENTRE], {2: "0.6", 21: "0.4"}, 2, id="centre on a main road"),
        pytest.param(CLEANING, "JQ", [], {21: "0.8", 2: "0.2"}, 21, id="nobody named in the scenic area"),
        pytest.param(CLEANING, "SY", [COMMUNITY], {21: "0.8", 2: "0.2"}, 21, id="only a community at the lake"),
        pytest.param(ORDER, "JQ", [SQUAD], {1: "1"}, 1, id="squad alone in the scenic area"),
    ],
)
def test_rules(shares, area, named, expected, lead):
    result = share_out(shares, area, named, DISTRICT)
    assert result.shares == {unit: Decimal(share) for unit, share in expected.items()}
    assert result.lead == lead


@pytest.mark.parametrize("area", ["JQ", "SY"])
def test_responsibility_follows_the_area_type_not_the_nearest_street(area):
    """Trap 8: in the scenic area and on the lake the centre answers, whatever street is named."""
    result = share_out(CLEANING, area, [STREET], DISTRICT)
    assert result.shares == {21: Decimal("0.8"), 2: Decimal("0.2")}
    assert result.left_out == (11,)


@pytest.mark.parametrize("area", sorted(set(AreaType.values) - {"JQ", "SY"}))
def test_the_named_street_answers_everywhere_else(area):
    """Trap 8: railway side and fringe belong to the street that is named, and its squad."""
    assert share_out(CLEANING, area, [STREET], DISTRICT).shares == {11: Decimal("0.8"), 1: Decimal("0.2")}


def test_unknown_role_units_leave_their_share_pro_rata():
    without_squad = UnitFacts(11, "street")
    assert share_out(ORDER, "ZG", [without_squad], DISTRICT).shares == {11: Decimal(1)}
    three = {"TERR": Decimal("0.5"), "SQUAD": Decimal("0.3"), "AGRI": Decimal("0.2")}
    assert share_out(three, "ZG", [STREET], District()).shares == {11: Decimal("0.625"), 1: Decimal("0.375")}
    assert share_out({"SQUAD": Decimal(1)}, "ZG", [without_squad], DISTRICT).shares == {11: Decimal(1)}


def test_scenic_area_without_a_centre_falls_to_the_named_street():
    assert share_out(CLEANING, "JQ", [STREET], District()).shares == {11: Decimal("0.8"), 1: Decimal("0.2")}


def test_centre_without_a_squad_uses_that_of_the_named_street():
    district = District(scenic_centre=UnitFacts(21, "scenic_centre"))
    assert share_out(CLEANING, "JQ", [STREET], district).shares == {21: Decimal("0.8"), 1: Decimal("0.2")}


@pytest.mark.parametrize(
    ("area", "named", "district"), [("ZG", [], DISTRICT), ("ZG", [COMMUNITY], DISTRICT), ("JQ", [], District())]
)
def test_nobody_to_answer_is_refused_with_the_remedy(area, named, district):
    with pytest.raises(ResponsibilityError, match="请填写街道"):
        share_out(CLEANING, area, named, district)


def test_thirds_sum_to_one_and_the_first_named_leads():
    third = UnitFacts(13, "street")
    result = share_out(CLEANING, "ZG", [STREET, OTHER_STREET, third], DISTRICT)
    assert result.shares == {11: Decimal("0.333334"), 12: Decimal("0.333333"), 13: Decimal("0.333333")}
    assert result.parts(Decimal("0.1")) == {11: Decimal("0.0334"), 12: Decimal("0.0333"), 13: Decimal("0.0333")}
    assert result.lead == 11


SEED_SHARES = [item.shares for item in parse(SEED.read_bytes()).items]
units = st.lists(
    st.sampled_from(
        [SQUAD, OTHER_SQUAD, STREET, OTHER_STREET, CENTRE, AGRICULTURE, COMMUNITY, UnitFacts(14, "street")]
    ),
    max_size=6,
)
districts = st.builds(
    District, scenic_centre=st.sampled_from([None, CENTRE]), agriculture=st.sampled_from([None, AGRICULTURE])
)


@given(
    st.sampled_from(SEED_SHARES),
    st.sampled_from(AreaType.values),
    units,
    districts,
    st.decimals(min_value=0, max_value=60, places=4),
)
def test_shares_and_parts_always_sum_exactly(shares, area, named, district, points):
    try:
        result = share_out(shares, area, named, district)
    except ResponsibilityError:
        assert not any(unit.role for unit in named)
        return
    assert sum(result.shares.values()) == 1
    assert all(0 < share <= 1 for share in result.shares.values())
    assert result.shares[result.lead] == max(result.shares.values())
    assert sum(result.parts(points).values()) == points
    assert min(result.parts(points).values()) >= 0
    assert {unit.id for unit in named} == ({unit.id for unit in named} & set(result.shares)) | set(result.left_out)


@given(
    st.sampled_from(SEED_SHARES),
    st.sampled_from(["ZG", "SQ", "CC", "JH"]),
    st.permutations([STREET, SQUAD, AGRICULTURE, COMMUNITY]),
)
def test_order_on_the_sheet_does_not_matter(shares, area, named):
    expected = share_out(shares, area, [STREET, SQUAD, AGRICULTURE, COMMUNITY], DISTRICT)
    assert share_out(shares, area, named, DISTRICT).shares == expected.shares
