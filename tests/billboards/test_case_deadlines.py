"""Every period of a case against its printed example; each statute counts its own days."""

from datetime import date

import pytest
from django.core.management import call_command

from billboards.deadlines import PARTY_RULES, RULES, due, limitation_ends
from staff.deadlines import Unit
from staff.models import KNOWN_SETTINGS, Setting
from staff.workdays import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar():
    call_command("load_calendar", verbosity=0)
    return load()


@pytest.mark.parametrize(
    ("code", "start", "day"),
    [
        ("C_STATEMENT", date(2025, 4, 28), date(2025, 5, 8)),
        ("C_HEARING_REQ", date(2025, 4, 28), date(2025, 5, 8)),
        ("C_PAY", date(2025, 9, 20), date(2025, 10, 9)),
        ("C_DECIDE", date(2025, 3, 10), date(2025, 6, 9)),
        ("C_HEARING_NOTICE", date(2026, 2, 10), date(2026, 2, 26)),
        ("C_PRESERVE", date(2026, 2, 10), date(2026, 2, 26)),
        ("C_SERVE", date(2026, 2, 10), date(2026, 2, 26)),
        ("R_REVIEW", date(2025, 3, 3), date(2025, 5, 6)),
        ("R_SUE", date(2025, 3, 3), date(2025, 9, 3)),
        ("R_SUE", date(2024, 8, 31), date(2025, 2, 28)),
        ("E_DUNNING_COURT", date(2025, 9, 26), date(2025, 10, 16)),
        ("E_SUBSTITUTE_NOTICE", date(2025, 9, 26), date(2025, 9, 30)),
        ("C_VERIFY", date(2025, 9, 26), date(2025, 10, 23)),
        ("R_SUE_AFTER_REVIEW", date(2025, 9, 20), date(2025, 10, 9)),
        ("R_UNTOLD", date(2025, 3, 3), date(2026, 3, 3)),
        ("E_COURT_WINDOW", date(2025, 9, 3), date(2025, 12, 3)),
        ("C_HANDOVER_CASH", date(2025, 9, 26), date(2025, 9, 29)),
        ("C_UNPUBLISH", date(2025, 9, 26), date(2025, 9, 30)),
    ],
)
def test_each_period_ends_where_its_statute_says(calendar, code, start, day):
    assert due(code, start, calendar).day == day


def test_an_extension_runs_from_the_same_start(calendar):
    assert due("C_DECIDE", date(2025, 3, 10), calendar, amount=120).day == date(2025, 7, 8)


def test_a_hearing_stops_the_ninety_days_and_nothing_else(calendar):
    stop = ((date(2025, 4, 1), date(2025, 4, 10)),)
    assert due("C_DECIDE", date(2025, 3, 10), calendar, pauses=stop).day == date(2025, 6, 18)
    assert due("C_PAY", date(2025, 3, 10), calendar, pauses=stop) == due("C_PAY", date(2025, 3, 10), calendar)


def test_the_bureau_may_set_what_is_local(calendar):
    Setting.objects.create(key="cases.verify_days", value="7", source="法制科核对", valid_from=date(2020, 1, 1))
    assert due("C_VERIFY", date(2025, 3, 3), calendar).day == date(2025, 3, 12)


def test_days_are_working_days_where_the_statute_lists_them():
    working = {code for code, rule in RULES.items() if rule.unit is Unit.WORKING_DAYS}
    assert {"C_PRESERVE", "C_STATEMENT", "C_HEARING_REQ", "C_SERVE", "E_DUNNING_COURT"} <= working
    assert working.isdisjoint({"C_PAY", "C_DECIDE", "R_REVIEW", "R_SUE", "R_SUE_AFTER_REVIEW", "E_COURT_WINDOW"})


def test_every_rule_names_its_article_and_every_setting_is_known():
    assert all(rule.basis for rule in RULES.values())
    assert {rule.setting for rule in RULES.values() if rule.setting} <= set(KNOWN_SETTINGS)
    assert set(RULES) >= PARTY_RULES


@pytest.mark.parametrize(
    ("ended", "endangers", "last"),
    [(date(2024, 5, 3), False, date(2026, 5, 3)), (date(2021, 5, 3), True, date(2026, 5, 3))],
)
def test_the_limitation_ends_on_the_day_itself_even_on_a_sunday(calendar, ended, endangers, last):
    assert limitation_ends(ended, calendar, endangers=endangers) == last
