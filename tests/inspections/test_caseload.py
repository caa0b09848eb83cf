"""应整改 by deadline: each case is due in exactly one month, in time or late; what left the denominator is due in none."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.periods import Period
from inspections.caseload import ACCOUNTS, caseload
from inspections.models import Finding
from tests.factories.inspections import in_state, make_finding, moment

pytestmark = pytest.mark.django_db

FOUND = moment(2024, 1, 1, 0)
MONTHS = [Period.month(2024, month) for month in range(1, 13)]
# Hours after it was found; whole days fall on midnight, where a month begins.
HOURS = st.one_of(st.integers(0, 300 * 24), st.integers(0, 300).map(lambda day: day * 24))


def months_of(finding):
    """Account → months of 2024 in which the case is counted."""
    counted = Counter()
    for period in MONTHS:
        for key, account in ACCOUNTS.items():
            counted[key] += Finding.objects.filter(account.condition(period), pk=finding.pk).count()
    return counted


@pytest.fixture
def finding():
    return make_finding(found_at=FOUND)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(due=HOURS, closed=st.none() | HOURS)
def test_a_case_is_due_in_exactly_one_month_and_there_in_time_or_late(finding, due, closed):
    state = {"state": "closed", "closed_at": FOUND + timedelta(hours=closed)} if closed is not None else {}
    unset = {"state": "registered", "closed_at": None}
    Finding.objects.filter(pk=finding.pk).update(due_at=FOUND + timedelta(hours=due), **{**unset, **state})
    months = months_of(finding)
    assert months["case_due"] == 1
    assert months["case_on_time"] + months["case_overdue"] == 1
    assert months["case_on_time"] == (closed is not None and closed <= due)
    assert months["rectified"] == (closed is not None)
    assert months["case_closed"] <= months["case_due"]


@pytest.mark.parametrize("state", ["shelved", "deducted", "voided"])
def test_what_left_the_denominator_is_due_nowhere(state):
    finding = in_state(state, found_at=FOUND)
    Finding.objects.filter(pk=finding.pk).update(due_at=moment(2024, 3, 1))
    assert months_of(finding)["case_due"] == 0


def test_a_deadline_that_is_still_ahead_is_not_due_though_its_period_has_begun():
    finding = in_state("ordered")
    period = Period.between(finding.found_on, finding.due_at.date() + timedelta(days=30))
    assert caseload(period)["case_due"].total() == 0
    assert caseload(period)["ordered"].total() == 1


@pytest.mark.parametrize(("facts", "cases"), [({"send_backs": 2}, 1), ({"false_reports": 1}, 1), ({}, 0)])
def test_rework_counts_cases_not_times(facts, cases):
    finding = make_finding(found_at=FOUND, due_at=moment(2024, 3, 1))
    Finding.objects.filter(pk=finding.pk).update(**facts)
    assert months_of(finding)["case_sent_back"] == cases
