"""Every figure of the assessment, with every choice: its value, its rows and the list it opens agree."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db.models import Sum
from django.urls import resolve
from django.utils import timezone

from config.figures import Kind, one_reading
from config.periods import Period
from inspections import tally
from inspections.enums import Source
from inspections.figures import findings as figures
from inspections.filters.findings import FindingFilter
from inspections.workflow import findings as workflow
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.inspections import CategoryFactory, ItemFactory, StandardVersionFactory, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

HALF = Period.half_year(2026, 1)
BY_KEY = {figure.key: figure for figure in figures.FIGURES}


@pytest.fixture
def streets():
    squad = SquadFactory()
    return [UnitFactory(squad=squad), UnitFactory(squad=squad, kind=UnitKind.MANAGEMENT_OFFICE)]


@pytest.fixture
def items():
    environment = CategoryFactory(code="B", name="环境卫生")
    return [ItemFactory(code="A11"), ItemFactory(code="B11", category=environment)]


@pytest.fixture
def findings(streets, items):
    """In time, late, open and overdue, open and not yet due, recurring, severe, voided, and outside the half-year."""
    one, other = streets
    shop, litter = items
    make_finding(unit=one, item=shop, found_at=moment(2026, 1, 5), closed_at=moment(2026, 1, 5, 20), count=3)
    make_finding(unit=one, item=litter, found_at=moment(2026, 1, 6), closed_at=moment(2026, 1, 9), area="SQ")
    make_finding(unit=other, item=shop, found_at=moment(2026, 3, 5), due_at=moment(2026, 3, 6), severe=True)
    evening = moment(2026, 6, 30, 20)
    make_finding(unit=other, item=shop, found_at=evening, due_at=moment(2026, 7, 1, 20), source=Source.LEADER)
    again = {"unit": other, "item": litter, "place": "同一处"}
    make_finding(**again, found_at=moment(2026, 4, 1), closed_at=moment(2026, 4, 1, 12))
    make_finding(**again, found_at=moment(2026, 4, 20), closed_at=moment(2026, 4, 20, 12))
    voided = make_finding(unit=one, item=shop, found_at=moment(2026, 2, 2))
    workflow.void_finding(voided, by=None, reason="登记有误")
    make_finding(unit=one, item=shop, found_at=moment(2025, 12, 31, 23, 59))
    make_finding(unit=one, item=shop, found_at=moment(2026, 7, 1, 0, 0))


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    return client


def total_of_list(client, url):
    """How many rows the page at a figure's address says that it shows."""
    page = client.get(url)
    assert page.status_code == 200, url
    filters = page.context["table"].filters
    assert filters is None or not filters.form.errors, (url, filters.form.errors)
    return page.context["table"].count


def parameters(figure):
    return [None] if figure.choices is None else [value for value, _ in figure.choices()]


@pytest.mark.parametrize("key", [figure.key for figure in figures.FIGURES if figure.rows is not None])
def test_value_rows_and_list_agree(key, findings, reader):
    figure = BY_KEY[key]
    assert parameters(figure), "A figure by parts needs parts."
    for parameter in parameters(figure):
        value = figure.value(HALF, parameter).number
        rows = figure.rows(HALF, parameter)
        counted = rows.aggregate(n=Sum("count"))["n"] or 0 if figure.kind is Kind.SUM else rows.count()
        assert value == counted, (key, parameter)
        assert total_of_list(reader, figure.url(HALF, parameter)) == rows.count(), (key, parameter)


def test_a_figure_without_rows_opens_a_page_too(findings, reader):
    for figure in figures.FIGURES:
        if figure.rows is None:
            assert not figure.value(HALF, None).is_missing, figure.key
            assert total_of_list(reader, figure.url(HALF, None)) > 0


def value(key, parameter=None, period=HALF):
    return BY_KEY[f"inspections.{key}"].value(period, parameter).number


def test_the_numbers_themselves(findings, items):
    expected = {
        "findings": 6,
        "closed": 4,
        "open": 2,
        # The finding of 30 June in the evening falls due on 1 July: not yet due as the half-year ends.
        "due": 5,
        "on_time": 3,
        "overdue": 2,
        "recurrences": 1,
        "severe": 1,
        "streets": 2,
        "squads": 1,
        "areas": 2,
        "categories": 2,
        "items": 2,
    }
    assert {key: value(key) for key in expected} == expected
    assert value("quantity", items[0].code) == 5
    assert BY_KEY["inspections.months"].value(HALF, None).text == "1—6月"
    assert BY_KEY["inspections.area_names"].value(HALF, None).text == "主次干道、社区"


@pytest.mark.parametrize("period", [HALF, Period.half_year(2025, 2), Period.month(2026, 4), Period.half_year(2024, 1)])
def test_parts_add_up_to_their_whole(period, findings):
    for figure in figures.FIGURES:
        if figure.part_of:
            whole = BY_KEY[figure.part_of].value(period, None).number
            assert sum(figure.value(period, choice).number for choice in parameters(figure)) == whole, figure.key


def test_due_is_in_time_or_overdue_and_all_is_closed_or_open(findings):
    assert value("due") == value("on_time") + value("overdue")
    assert value("findings") == value("closed") + value("open")


def test_a_rate_carries_its_two_figures_and_has_no_data_without_a_denominator(findings):
    for key in ("rectification_rate", "on_time_rate"):
        figure = BY_KEY[f"inspections.{key}"]
        rate = figure.value(HALF, None)
        assert rate.numerator == BY_KEY[figure.numerator].value(HALF, None).number
        assert rate.denominator == BY_KEY[figure.denominator].value(HALF, None).number
        assert rate.number == rate.numerator / rate.denominator * 100
        assert figure.value(Period.half_year(2024, 1), None).is_missing
    assert value("on_time_rate") == Decimal(60)


def test_nothing_found_is_zero_and_says_why_there_is_no_text(items):
    empty = Period.half_year(2024, 1)
    assert value("findings", period=empty) == 0
    assert BY_KEY["inspections.months"].value(empty, None).reason
    assert BY_KEY["inspections.area_names"].value(empty, None).reason


def test_a_period_before_any_standard_has_no_items(items):
    long_ago = Period.half_year(2010, 1)
    assert BY_KEY["inspections.items"].value(long_ago, None).reason == "期末没有施行中的考评标准。"


def test_quantities_of_unlike_items_are_never_added(findings):
    figure = BY_KEY["inspections.quantity"]
    assert figure.value(HALF, None).is_missing
    assert figure.part_of == ""


def test_a_running_period_is_judged_as_of_now(streets, items):
    """A deadline that lies ahead is neither due nor overdue, though the period ends after it."""
    make_finding(unit=streets[0], item=items[0], found_at=timezone.now(), due_at=timezone.now() + timedelta(1))
    period = Period.year(timezone.localdate().year + 1)
    running = Period.between(timezone.localdate(), period.end)
    assert (value("findings", period=running), value("due", period=running)) == (1, 0)


@pytest.mark.parametrize("table", figures.TABLES, ids=lambda table: table.key)
def test_every_cell_of_a_table_opens_as_many_rows(table, findings, reader):
    rows = table.rows(HALF)
    assert rows
    for cells in rows:
        assert len(cells) == len(table.head)
        for text, url in cells:
            if url:
                assert total_of_list(reader, url) == int(text), url
    assert sum(int(cells[1][0]) for cells in rows) == value("findings")


def test_the_chart_sets_the_period_beside_the_same_period_last_year(findings, streets, items):
    make_finding(unit=streets[0], item=items[1], found_at=moment(2025, 5, 1))
    data = figures.CHARTS[0].data(HALF)
    assert data.categories == ("市容秩序", "环境卫生")
    assert [tuple(map(int, series.values)) for series in data.series] == [(3, 3), (0, 1)]


def claim(key, period):
    return {each.key: each for each in figures.CLAIMS}[key].check(period)


def test_every_month_is_claimed_only_with_findings_in_each(findings):
    holds, reason = claim("inspections.every_month", HALF)
    assert not holds
    assert reason.startswith("2月、5月")
    assert claim("inspections.every_month", Period.month(2026, 4)) == (True, "")


def test_every_category_is_claimed_of_the_standard_in_force(findings):
    assert claim("inspections.all_categories", HALF) == (True, "")
    holds, reason = claim("inspections.all_categories", Period.month(2026, 3))
    assert not holds
    assert "环境卫生" in reason


def test_a_category_that_a_later_standard_dropped_is_not_asked_for(findings):
    later = StandardVersionFactory(valid_from=date(2026, 7, 1))
    shop = ItemFactory(category=CategoryFactory(version=later))
    make_finding(item=shop, found_at=moment(2026, 8, 1))
    assert claim("inspections.all_categories", Period.month(2026, 8)) == (True, "")
    assert claim("inspections.all_categories", Period.half_year(2010, 1)) == (False, "期末没有施行中的考评标准。")


def test_all_figures_of_a_period_ask_few_questions(findings, django_assert_max_num_queries):
    with django_assert_max_num_queries(60), one_reading():
        for figure in figures.FIGURES:
            for parameter in parameters(figure):
                figure.value(HALF, parameter)


@pytest.mark.parametrize("cut", tally.CUTS, ids=lambda cut: cut.name)
def test_a_cut_read_alone_says_what_the_whole_tally_says(cut, findings, django_assert_num_queries):
    with one_reading():
        whole, parts = tally.sums_by(None, HALF), tally.sums_by(cut, HALF)
    with one_reading(), django_assert_num_queries(1):
        tally.read_cut(cut, HALF)
        assert (tally.sums_by(None, HALF), tally.sums_by(cut, HALF)) == (whole, parts)
    assert len(parts) > 1
    assert whole[""]["all"] == sum(numbers["all"] for numbers in parts.values())


def test_the_addresses_name_only_parameters_that_the_list_knows(findings):
    for figure in figures.FIGURES:
        for parameter in parameters(figure):
            url = urlsplit(figure.url(HALF, parameter))
            if resolve(url.path).url_name == "finding-list":
                known = {name for name, _ in parse_qsl(url.query)}
                assert known <= set(FindingFilter.base_filters), url.query
