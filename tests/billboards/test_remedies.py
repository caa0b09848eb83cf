"""What papers say of review and suit; what leniency and the table of amounts allow."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billboards.discretion import (
    CITIZEN,
    ORGANISATION,
    SPOT_CAPS,
    Range,
    Table,
    is_hearing_due,
    why_not_amount,
    why_not_spot,
)
from billboards.leniency import Circumstances, Outcome, is_first_offence, leniency, why_not_spare
from billboards.remedies import Bodies, Remedy, remedies_text, why_not_remedies

BODIES = Bodies("岳阳市人民政府", "岳阳市岳阳楼区人民法院")


@pytest.mark.parametrize("remedy", Remedy)
def test_our_own_words_tell_everything(remedy):
    text = remedies_text(remedy, BODIES)
    assert BODIES.review in text
    assert BODIES.court in text
    assert why_not_remedies(text, remedy) == ""


def test_a_spot_decision_sends_to_review_first():
    ordinary = remedies_text(Remedy.ORDINARY, BODIES)
    assert "先" not in ordinary.split("申请行政复议")[0]
    assert "应当先申请行政复议" in why_not_remedies(ordinary, Remedy.SPOT)
    assert "6个月" not in remedies_text(Remedy.SPOT, BODIES)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("", "没有告知救济途径"),
        ("可以在15日内申请行政复议，3个月内提起行政诉讼。", "60日"),
        ("可以自收到之日起60日内申请行政复议。", "行政诉讼"),
        ("可以在60日内申请行政复议，或者在3个月内提起行政诉讼。", "6个月"),
        ("可以在六十日内申请行政复议，或者在六个月内提起行政诉讼。", ""),
    ],
)
def test_old_periods_are_told(text, wants):
    found = why_not_remedies(text, Remedy.ORDINARY)
    assert wants in found if wants else found == ""


def test_bodies_that_no_setting_names_are_told():
    assert Bodies("", "").missing == "行政复议机关、管辖法院"
    assert BODIES.missing == ""


TABLE = Table(
    "擅自设置大型户外广告",
    "示例规定第一条",
    Decimal(1000),
    Decimal(10000),
    (
        Range("轻微", "不足10平方米", Decimal(1000), Decimal(3000)),
        Range("严重", "30平方米以上", Decimal("6000.01"), Decimal(10000), ORGANISATION),
    ),
)
LIGHT, HEAVY = TABLE.lines


@pytest.mark.parametrize(
    ("amount", "party", "line", "wants"),
    [
        ("2000", CITIZEN, LIGHT, ""),
        ("3000", CITIZEN, LIGHT, ""),
        ("3000.01", CITIZEN, LIGHT, "不在裁量阶次"),
        ("999.99", CITIZEN, LIGHT, "超出法定幅度"),
        ("10000.01", ORGANISATION, HEAVY, "超出法定幅度"),
        ("8000", CITIZEN, HEAVY, "不适用"),
        ("8000", ORGANISATION, HEAVY, ""),
        ("2000", CITIZEN, None, "请选择裁量阶次"),
        ("0", CITIZEN, LIGHT, "大于 0"),
    ],
)
def test_amounts_outside_the_table_are_refused(amount, party, line, wants):
    found = why_not_amount(TABLE, Decimal(amount), party, line)
    assert wants in found if wants else found == ""


def test_no_amount_without_a_rule():
    assert "还没有登记罚款幅度" in why_not_amount(Table("涂写", "地方规定", None, None), Decimal(100), CITIZEN)


@given(st.sampled_from([CITIZEN, ORGANISATION]), st.integers(1, 1_000_000))
def test_spot_caps(party, cents):
    amount = Decimal(cents) / 100
    assert (why_not_spot(party, amount) == "") == (amount <= SPOT_CAPS[party])


def test_hearing_thresholds_reach_from_the_amount_itself():
    thresholds = {CITIZEN: Decimal(1000), ORGANISATION: Decimal(20000)}
    assert is_hearing_due(CITIZEN, Decimal(1000), thresholds)
    assert not is_hearing_due(CITIZEN, Decimal("999.99"), thresholds)
    assert not is_hearing_due(ORGANISATION, Decimal(19999), thresholds)
    assert is_hearing_due(ORGANISATION, Decimal(1), thresholds, other_heavy=True)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (Circumstances(minor=True, corrected_in_time=True, no_harm=True), Outcome.MUST_NOT),
        (Circumstances(minor=True, no_harm=True), Outcome.NONE),
        (Circumstances(first_offence=True, minor_harm=True, corrected_in_time=True), Outcome.MAY_NOT),
        (Circumstances(first_offence=True, minor_harm=True), Outcome.NONE),
        (Circumstances(corrected_in_time=True, minor_harm=True), Outcome.NONE),
        (Circumstances(no_fault_proven=True), Outcome.MUST_NOT),
        (Circumstances(no_capacity=True), Outcome.MUST_NOT),
        (Circumstances(), Outcome.NONE),
        (
            Circumstances(minor=True, corrected_in_time=True, no_harm=True, first_offence=True, minor_harm=True),
            Outcome.MUST_NOT,
        ),
    ],
)
def test_must_may_and_none(facts, outcome):
    found = leniency(facts)
    assert found.outcome == outcome
    assert bool(found.article) == (outcome != Outcome.NONE)
    assert bool(why_not_spare(facts, sparing=False)) == (outcome == Outcome.MUST_NOT)
    assert bool(why_not_spare(facts, sparing=True)) == (outcome == Outcome.NONE)


def test_first_offence_looks_back_as_far_as_the_setting_says():
    earlier = [date(2023, 5, 1)]
    assert not is_first_offence(earlier, date(2026, 3, 1))
    assert is_first_offence(earlier, date(2026, 3, 1), within_months=24)
    assert not is_first_offence(earlier, date(2025, 5, 1), within_months=24)
    assert is_first_offence([date(2026, 3, 1)], date(2026, 3, 1))
