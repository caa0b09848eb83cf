"""Figures of enforcement: each equals its list, parts add up, imposed and collected and outstanding stay apart."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from billboards.figures import cases
from config.figures import Kind
from config.periods import Period
from staff.permissions import Roles
from tests.factories.cases import furnish_cases
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

PERIODS = ("2026H1", "2025H1", "2026-01-01~2026-03-10")
FIGURES = {figure.key.partition(".")[2]: figure for figure in cases.FIGURES}


@pytest.fixture
def reader(client):
    furnish_cases()
    client.force_login(UserFactory(role=Roles.OFFICE))
    return client


def number(key, period="2026H1", choice=None):
    return FIGURES[key].value(Period.parse(period), choice).number


def test_every_figure_is_the_total_of_its_list(reader):
    for key in PERIODS:
        period = Period.parse(key)
        for figure in cases.FIGURES:
            for choice, _ in figure.choices() if figure.choices else [(None, "")]:
                if figure.kind is Kind.NUMBER:
                    continue
                shown = reader.get(figure.url(period, choice)).context["table"].count
                rows = figure.rows(period, choice)
                assert rows.count() == shown, (figure.key, choice)
                value = figure.value(period, choice).number
                assert value == (rows.aggregate(n=Sum("amount"))["n"] or 0 if figure.kind is Kind.SUM else shown)


def test_the_parts_add_up_to_the_whole(reader):
    for key in PERIODS:
        period = Period.parse(key)
        for figure in cases.FIGURES:
            if figure.part_of:
                whole = FIGURES[figure.part_of.partition(".")[2]].value(period, None).number
                assert sum(figure.value(period, choice).number for choice, _ in figure.choices()) == whole, figure.key


def test_what_is_outstanding_is_what_was_imposed_less_what_was_paid(reader):
    imposed = number("fines_imposed", "2025") + number("fines_imposed", "2026H1")
    paid = number("fines_collected", "2025") + number("fines_collected", "2026H1")
    assert number("fines_outstanding") == imposed - paid > 0
    assert number("surcharge_collected") > 0
    inputs = cases.outstanding_derivation(Period.parse("2026H1"), None).inputs
    assert [reader.get(url).status_code for _, _, url in inputs] == [200, 200, 200]


def test_a_later_reckoning_stands_for_an_earlier_one(reader):
    period = Period.between(date(2020, 1, 1), date(2026, 12, 31))
    rows = cases.surcharge_rows(period, None)
    assert rows.count() == rows.values("case").distinct().count()
    assert all(row.amount == Decimal(21) for row in rows)


def test_the_table_opens_the_rows_of_each_cell(reader):
    rows = cases.by_violation_table(Period.parse("2026H1"))
    assert rows
    for name, filed, penalised, imposed, paid in rows:
        assert name[0]
        for text, url in (filed, penalised):
            assert str(reader.get(url).context["table"].count) == text
        assert reader.get(imposed[1]).status_code == reader.get(paid[1]).status_code == 200


def test_the_chart_shows_each_month(reader):
    chart = cases.month_chart(Period.parse("2026H1"))
    assert len(chart.categories) == 6
    assert sum(chart.series[0].values) == number("cases_filed")
