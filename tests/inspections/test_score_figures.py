"""Figures of scores: gaps in the months of bulletins, ties, no data, the claim and its evidence, corrected bulletins."""

from decimal import Decimal

import pytest
import time_machine

from config.periods import Period
from inspections.figures import scores
from inspections.models import Bulletin
from staff.models import UnitKind
from tests.factories import scores as make
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")
FIGURE = {figure.key.removeprefix("inspections."): figure for figure in scores.FIGURES}


def value(key, parameter=None, period=H1):
    return FIGURE[key].value(period, parameter)


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def streets():
    """Three streets over two months: two tie, one has no data; a centre outside the groups."""
    make.reward_rules()
    units = [
        UnitFactory(short_name=name, order=order) for order, name in enumerate(("甲街道", "乙街道", "丙街道", "丁街道"))
    ]
    for month in ("2026-01", "2026-02"):
        for unit, score in zip(units, ("95", "95", "88.004"), strict=False):
            make.give(unit, "complaints", score, month=month)
    make.give(UnitFactory(kind=UnitKind.SCENIC_CENTRE, ranking_group=""), "complaints", "99", month="2026-01")
    return units


def test_scores_ranks_first_and_last(streets):
    assert [value("score", str(unit.pk)).number for unit in streets] == [95, 95, Decimal("88.00"), None]
    assert [value("rank", str(unit.pk)).number for unit in streets] == [1, 1, 3, None]
    assert (value("first", "street").text, value("last", "street").text) == ("甲街道、乙街道", "丙街道")
    assert (value("first_score", "street").number, value("last_score", "street").number) == (95, 88)


def test_nobody_is_last_of_one_and_without_data_the_reason_is_given():
    make.give(SquadFactory(), "complaints", "90", month="2026-01")
    for unit in UnitFactory.create_batch(2):
        make.give(unit, "complaints", "90", month="2026-01")
    for group in ("squad", "street"):  # alone, and tied with all others
        assert value("first", group).text
        assert value("last", group).is_missing
    for key, parameter in (("score", None), ("score", "0"), ("rank", None), ("first", None), ("last", None)):
        found = value(key, parameter)
        assert (found.is_missing, bool(found.reason)) == (True, True)
    assert value("bulletin_months").reason == "期内没有印发通报。"


@pytest.mark.parametrize(("months", "text"), [
    (["2026-01"], "1月"), (["2026-01", "2026-02", "2026-03"], "1—3月"), (["2026-01", "2026-03"], "1月、3月"),
])  # fmt: skip
def test_months_with_bulletins_as_the_summary_prints_them(streets, by, months, text):
    for month in months:
        make.published_bulletin(month, by)
    assert value("bulletin_months").text == text
    assert value("bulletins").number == len(months)


def test_a_corrected_bulletin_counts_no_more_and_its_money_neither(streets, by):
    first = make.published_bulletin("2026-01", by)
    assert (value("money_rewarded").number, value("money_deducted").number) == (60_000, 10_000)
    Bulletin.objects.filter(pk=first.pk).update(state="corrected")
    assert (value("bulletins").number, value("money_rewarded").number) == (0, 0)


@time_machine.travel("2026-03-15 09:00:00+08:00", tick=False)
def test_the_claim_holds_when_every_month_that_is_over_has_one(streets, by):
    (claim,) = scores.CLAIMS
    assert claim.check(H1) == (False, "1月、2月没有印发考评通报。")
    make.published_bulletin("2026-01", by)
    assert claim.check(H1) == (False, "2月没有印发考评通报。")
    make.published_bulletin("2026-02", by)
    assert claim.check(H1) == (True, "")
    assert claim.check(Period.parse("2026Q4")) == (False, "期内没有印发通报。")


def test_the_table_prints_no_data_as_such_and_a_chart_of_the_ranked(streets):
    rows = {row[0][0]: [text for text, _ in row] for row in scores.scores_by_unit(H1)}
    assert rows["甲街道"] == ["甲街道", "街道组", "95.00", "1（并列）"]
    assert rows["丁街道"] == ["丁街道", "街道组", "无数据", "—"]
    assert scores.score_chart(H1).categories == ("甲街道", "乙街道", "丙街道")
