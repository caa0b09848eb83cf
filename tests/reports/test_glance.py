"""The manager's page: what it shows of a period, against last year, with the list behind each number."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.figures import one_reading
from config.periods import Period
from fireworks.figures import duty
from fireworks.models import Window
from inspections.models import Item
from reports import glance
from reports.registry import registry
from reports.workflow import checks, summaries
from staff.permissions import Roles
from tests.factories.fireworks import DutyPersonFactory, staffed
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_history, make_tally
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/glance/"
H1 = Period.half_year(2026, 1)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2026-07-10 09:00:00+08:00", tick=False):
        yield


@pytest.fixture
def director(client):
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    return client


def findings(*days):
    item = Item.objects.filter(code="A01").first() or whole_standard()
    return [
        make_finding(item=item, found_at=moment(*day), place=f"湖滨路 {number} 号") for number, day in enumerate(days)
    ]


def panel(key, period=H1):
    with one_reading():
        return next(each for each in glance.panels(period) if each.key == key)


def line(found, label):
    return next(each for each in found.lines if each.label == label)


def test_each_month_stands_beside_last_years_and_the_months_add_up_to_the_total():
    findings((2026, 3, 5), (2026, 3, 6), (2026, 5, 1), (2025, 3, 9))
    found = panel("findings")
    march = line(found, "3月")
    assert (march.now, march.before, march.change) == (2, 1, "增长100%")
    assert sum(each.now for each in found.lines[:-1]) == line(found, "合计").now == 3
    assert [each.label for each in found.lines[:-1]] == [f"{number}月" for number in range(1, 7)]


def test_a_base_of_nothing_is_not_compared_and_the_reason_is_given():
    findings((2026, 3, 5))
    march = line(panel("findings"), "3月")
    assert march.change == "—"
    assert march.why == "对比期为 0，不能计算增减幅度。"
    rate = line(panel("rates"), "整改率")
    assert (rate.before, rate.before_words) == (None, "—")
    assert rate.why


def test_a_base_from_an_old_paper_names_its_source():
    findings((2026, 3, 5))
    make_history(figure="inspections.findings", month="2025-03", value=Decimal(4), source="2025年上半年总结")
    march = line(panel("findings"), "3月")
    assert (march.before, march.change) == (4, "下降75%")
    assert "2025年上半年总结" in march.why


def test_a_month_is_held_against_what_its_papers_decided():
    findings((2026, 3, 5), (2025, 3, 9), (2025, 4, 9))
    last = summaries.create_report(Period.parse("2025H1"), by=None)
    by = UserFactory()
    checks.override_figure(last, name="inspections.findings_by_month:2025-03", value="4", reason="漏登", by=by)
    monthly = summaries.create_report(Period.parse("2025-04"), by=by)
    checks.override_figure(monthly, name="inspections.findings", value="2", reason="漏登", by=by)
    found = panel("findings")
    march, april = line(found, "3月"), line(found, "4月")
    assert (march.before, march.change, april.before) == (4, "下降75%", 2)
    assert "人工核定" in march.why


def test_what_was_printed_of_a_whole_month_says_nothing_of_a_part():
    findings((2026, 7, 3))
    make_history(figure="inspections.findings", month="2025-07", value=Decimal(9), source="2025年下半年总结")
    july = line(panel("findings", Period.half_year(2026, 2)), "7月")
    assert july.before == 0


def test_a_running_month_is_held_against_the_same_days():
    findings((2026, 7, 3), (2025, 7, 4), (2025, 7, 20))
    july = line(panel("findings", Period.half_year(2026, 2)), "7月")
    assert (july.now, july.before) == (1, 1)


@pytest.mark.parametrize("key", ["2026H1", "2026", "2026Q2", "2026-03", "2026-01-01~2026-06-20"])
def test_every_kind_of_period_opens_with_its_own_numbers(director, key):
    findings((2026, 3, 5), (2026, 6, 25))
    page = director.get(ADDRESS, {"period": key}).content.decode()
    period = Period.parse(key)
    number = registry().figures["inspections.findings"].value(period, None).number
    assert f"领导看板：{period.label}" in page
    address = registry().figures["inspections.findings"].url(period, None).replace("&", "&amp;")
    assert f'<a href="{address}">{number}</a>' in page


def test_a_period_that_cannot_be_read_is_told(director):
    page = director.get(ADDRESS, {"period": "上半年"}).content.decode()
    assert "“上半年”不是有效的期间" in page


def test_every_number_opens_a_page_that_stands(director):
    findings((2026, 3, 5), (2025, 3, 9))
    make_tally(by=None)
    with one_reading():
        addresses = {
            url
            for each in glance.panels(H1)
            for url in [
                *(url for row in each.lines for url in (row.url, row.before_url)),
                *(url for row in each.cells for _, url in row),
            ]
            if url
        }
    assert len(addresses) > 20
    for address in addresses:
        assert director.get(address).status_code == 200, address


def test_windows_are_compared_by_kind_not_by_date():
    people = [DutyPersonFactory(), DutyPersonFactory()]
    slot = staffed(*people)
    window = slot.roster.window
    found = panel("coverage", Period.year(window.start.year))
    assert [each.label for each in found.lines] == [window.name]
    assert found.lines[0].before_url == ""
    assert found.lines[0].why


def test_the_coverage_read_at_once_is_that_of_each_window():
    slot = staffed(DutyPersonFactory(), DutyPersonFactory())
    figure = registry().figures["fireworks.coverage_in_window"]
    window = str(slot.roster.window_id)
    alone = figure.value(H1, window)
    with one_reading():
        duty.read_coverages(list(Window.objects.all()))
        assert figure.value(H1, window) == alone


def test_the_number_of_queries_does_not_grow_with_the_rows(director):
    findings((2026, 3, 5), (2025, 3, 5))
    director.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        director.get(ADDRESS, {"period": "2026H1"})
    findings(*((2026, month, day) for month in range(1, 7) for day in (2, 9, 16)))
    with CaptureQueriesContext(connection) as many:
        director.get(ADDRESS, {"period": "2026H1"})
    assert len(many) <= len(few)


def test_tallies_of_unlike_units_share_no_chart():
    make_tally(by=None, happened_on=date(2026, 3, 1))
    found = panel("tallies")
    assert found.cells
    assert not found.svg


def test_only_who_reads_summaries_gets_in(client):
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER))
    assert client.get(reverse("reports:glance")).status_code == 403


def test_the_desk_leads_there(director):
    assert "/glance/?period=" in director.get("/desk/numbers/").content.decode()
