"""Every figure opens the rows behind it, and adds up to them: walked for every figure, every choice, three periods."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db.models import Sum

from config.figures import Kind
from config.periods import Period
from inspections import workflow
from inspections.enums import AreaType
from reports.registry import registry
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.inspections import CategoryFactory, ItemFactory, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

PERIODS = ("2026H1", "2025H1", "2026-01-01~2026-03-10")


@pytest.fixture
def bureau():
    """Two years, two units, two categories; closed in time, late, open, recurring, severe, voided ones."""
    squad = SquadFactory()
    streets = [UnitFactory(squad=squad), UnitFactory(squad=squad, kind=UnitKind.MANAGEMENT_OFFICE)]
    items = [
        ItemFactory(category=CategoryFactory(code="A", name="市容秩序"), code="A01"),
        ItemFactory(category=CategoryFactory(code="B", name="环境卫生"), code="B01"),
    ]
    by = UserFactory()
    for number in range(24):
        found = moment(2025 + number % 2, 1 + number % 7, 1 + number)
        finding = make_finding(
            unit=streets[number % 3 % 2],
            item=items[number % 5 % 2],
            area=(AreaType.MAIN_ROAD, AreaType.COMMUNITY)[number % 2],
            place=f"样例路{number % 4}号",
            description=f"第{number}条",
            found_at=found,
            count=number % 3 + 1,
            severe=number % 5 == 0,
            closed_at=found + timedelta(hours=(20, 30, 0)[number % 3]) if number % 3 != 2 else None,
        )
        if number % 8 == 7:
            workflow.void_finding(finding, by=by, reason="登记有误")
    for year in (2025, 2026):
        first = {"unit": streets[0], "item": items[0], "place": "反复处"}
        make_finding(**first, found_at=moment(year, 2, 1), closed_at=moment(year, 2, 2))
        make_finding(**first, found_at=moment(year, 2, 10), closed_at=moment(year, 2, 20))
    return streets


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    return client


def listed(reader, address):
    """The total that the list at a figure's address shows."""
    response = reader.get(address)
    assert response.status_code == 200, address
    assert urlsplit(address).netloc == ""
    return response.context["table"].count


@pytest.mark.parametrize("period", PERIODS)
def test_the_list_behind_every_figure_adds_up_to_it(bureau, reader, period):
    for figure in registry().figures.values():
        walk(figure, Period.parse(period), reader)


def walk(figure, period, reader):
    for choice, _ in figure.choices() if figure.choices else [(None, "")]:
        value = figure.value(period, choice)
        address = figure.url(period, choice)
        if figure.kind is Kind.COUNT:
            assert value.number == figure.rows(period, choice).count() == listed(reader, address), (figure.key, choice)
        elif figure.kind is Kind.SUM and choice is not None:
            assert value.number == (figure.rows(period, choice).aggregate(n=Sum("count"))["n"] or 0)
            assert figure.rows(period, choice).count() == listed(reader, address)
        elif figure.kind is Kind.RATE:
            parts = [registry().figures[name] for name in (figure.numerator, figure.denominator)]
            numbers = [Decimal(listed(reader, part.url(period, None))) for part in parts]
            assert [value.numerator or 0, value.denominator or 0] == numbers
            assert value.number == (numbers[0] / numbers[1] * 100 if numbers[1] else None)
        else:
            assert reader.get(address).status_code == 200


@pytest.mark.parametrize("period", PERIODS)
def test_the_parts_of_every_breakdown_add_up_to_their_whole(bureau, period):
    period = Period.parse(period)
    for figure in registry().figures.values():
        if figure.part_of:
            whole = registry().figures[figure.part_of].value(period, None).number
            assert sum(figure.value(period, choice).number for choice, _ in figure.choices()) == whole, figure.key


@pytest.mark.parametrize("key", ["inspections.by_category", "inspections.by_unit"])
def test_every_cell_of_a_table_opens_rows_that_add_up_to_it(bureau, reader, key):
    for row in registry().tables[key].rows(Period.parse("2026H1")):
        for text, address in row[1:]:
            assert int(text) == listed(reader, address)


def test_the_walk_would_notice(bureau, reader):
    """The data is such that a wrong condition shows: no measure is 0, none equals another's whole."""
    period = Period.parse("2026H1")
    values = {key: registry().figures[f"inspections.{key}"].value(period, None).number for key in
              ("findings", "closed", "open", "due", "on_time", "overdue", "recurrences", "severe")}  # fmt: skip
    assert all(values.values()), values
    assert values["findings"] == values["closed"] + values["open"]
    assert values["due"] == values["on_time"] + values["overdue"]


def test_no_data_is_not_zero_for_a_rate_and_zero_for_a_count(bureau):
    period = Period.parse("2031H1")
    assert registry().figures["inspections.findings"].value(period, None).number == 0
    assert registry().figures["inspections.rectification_rate"].value(period, None).is_missing
