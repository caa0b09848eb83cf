"""The periods of a permit: every rule cites its article, and the known dates come out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits import deadlines
from staff.deadlines import Unit
from staff.workdays import working_days_between
from tests.staff.test_workdays import CALENDAR


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        (deadlines.SUPPLEMENT_NOTICE, date(2025, 9, 26), date(2025, 10, 10)),
        (deadlines.DECIDE, date(2025, 9, 26), date(2025, 10, 30)),
        (deadlines.EXTENDED, date(2025, 9, 26), date(2025, 11, 13)),
        (deadlines.DECIDE, date(2026, 1, 30), date(2026, 3, 5)),
        (deadlines.HEARING_NOTICE, date(2026, 2, 10), date(2026, 2, 26)),
        (deadlines.HEARING_REQUEST, date(2025, 9, 26), date(2025, 10, 10)),
        (deadlines.PROTECT_NEW, date(2024, 5, 6), date(2029, 5, 7)),
        (deadlines.WARRANTY, date(2025, 3, 3), date(2026, 3, 3)),
    ],
)
def test_known_dates(rule, start, due):
    calendar = CALENDAR if due.year < 2029 else wider()
    assert rule.due(start, calendar).day == due


def wider():
    from tests.staff.test_workdays import calendar_of

    return calendar_of(provisional=(2027, 2028, 2029))


def test_every_rule_cites_its_article_and_says_whether_it_may_stop():
    for code, rule in deadlines.RULES.items():
        assert rule.code == code
        assert "第" in rule.basis or rule in (deadlines.PROMISED, deadlines.SURVEY, deadlines.PUBLISH), code
    stops = {code for code, rule in deadlines.RULES.items() if rule.pausable}
    assert stops == {"P_DECIDE", "P_EXTEND", "P_DECIDE_JOINT", "P_PROMISED"}


def test_every_period_that_binds_the_bureau_counts_working_days():
    """许可法 Art. 82; the applicant's 30 days, the emergency's hours, and years of protection and warranty are others."""
    other = {code for code, rule in deadlines.RULES.items() if rule.unit is not Unit.WORKING_DAYS}
    assert other == {"P_RENEW_APPLY", "P_EMERGENCY", "P_PROTECT_NEW", "P_PROTECT_OVERHAUL", "P_WARRANTY", "P_PAY"}


@given(start=st.dates(date(2025, 1, 2), date(2026, 9, 1)), first=st.integers(1, 30), length=st.integers(0, 20))
def test_a_pause_moves_the_decision_by_its_working_days_and_no_other_period(start, first, length):
    from datetime import timedelta

    pause = (start + timedelta(days=first), start + timedelta(days=first + length))
    plain = deadlines.DECIDE.due(start, CALENDAR).day
    moved = deadlines.DECIDE.due(start, CALENDAR, pauses=[pause]).day
    assert working_days_between(start, moved, CALENDAR, pauses=[pause]) == 20
    assert (moved == plain) == (working_days_between(pause[0] - timedelta(days=1), min(pause[1], plain), CALENDAR) == 0)
    assert deadlines.DELIVER.due(start, CALENDAR, pauses=[pause]) == deadlines.DELIVER.due(start, CALENDAR)
