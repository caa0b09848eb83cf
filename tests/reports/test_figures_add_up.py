"""Every figure opens the rows behind it, and adds up to them: walked for every figure, every choice, three periods."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, Sum

from billboards.figures import boards, campaigns
from config.display import plain_number
from config.figures import Kind, one_reading
from config.periods import Period
from fireworks.figures import duty, quantities
from inspections.caseload import ACCOUNTS
from inspections.enums import AreaType
from inspections.models import Appeal
from inspections.workflow import appeals, orders, rectification
from inspections.workflow import findings as workflow
from reports.compilation import compile_content
from reports.models import Section
from reports.registry import registry
from staff.models import UnitKind
from staff.permissions import GROUPS, Perms, Roles
from tests.factories.appraisal import furnish_appraisals
from tests.factories.boards import furnish_boards
from tests.factories.cases import furnish_cases
from tests.factories.fireworks import furnish_duty, furnish_fireworks
from tests.factories.inspections import CategoryFactory, ItemFactory, make_finding, moment
from tests.factories.people import furnish_office
from tests.factories.permit_books import furnish_permits
from tests.factories.reports import furnish_tasks
from tests.factories.scores import published_bulletin, reward_rules
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

# What a sum adds, where it is not the count.
SUMMED = {
    **{f"fireworks.{key}": "quantity" for key in (*quantities.PUBLICITY_KEYS.values(), "seized")},
    **{f"billboards.{key}": "quantity" for key in ("removed", "removed_by_mode", "banners", "sites")},
    **{
        f"billboards.{key}": "amount"
        for key in (
            "fines_imposed",
            "fines_imposed_by_violation",
            "fines_collected",
            "fines_refunded",
            "surcharge_collected",
            "surcharge_reckoned",
        )
    },
    **{f"billboards.{key}": "area" for key in ("inventory_area", "removed_area", "removed_area_by_mode")},
    "fireworks.destruction_vehicles": "vehicles",
    "fireworks.destroyed_kg": "weight_kg",
    "staff.training_hours": "hours",
    "staff.appraisal_rewards": "reward",
    "permits.fees_due": F("total") - F("exempted"),
    "permits.fees_received": "amount",
    "permits.fees_outstanding": "open_sum",
    "inspections.money_rewarded": "amount",
    "inspections.money_deducted": "amount",
    "reports.tally": "quantity",
    "reports.tally_by_unit": "quantity",
}
LISTED = {"fireworks.report_gaps", "fireworks.report_gaps_in_window"}  # no counted rows, yet a list of just so many
PERIODS = ("2026H1", "2025H1", "2026-01-01~2026-03-10")


@pytest.fixture(scope="module")
def bureau(django_db_setup, django_db_blocker):
    """Furnished once: each test works on it inside a transaction of its own and takes its changes back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield furnish_bureau()
        transaction.set_rollback(True)


def furnish_bureau():
    """Two years, two units, two categories; closed in time, late, open, recurring, severe, voided ones."""
    squad = SquadFactory()
    streets = [UnitFactory(squad=squad), UnitFactory(squad=squad, kind=UnitKind.MANAGEMENT_OFFICE)]
    items = [
        ItemFactory(category=CategoryFactory(code="A", name="市容秩序"), code="A01"),
        ItemFactory(category=CategoryFactory(code="B", name="环境卫生"), code="B01"),
    ]
    by = UserFactory()
    furnish_office(by)
    furnish_appraisals(by)
    furnish_duty(by)
    furnish_fireworks(by)
    furnish_tasks(by)
    furnish_boards(by)
    furnish_permits(by)
    furnish_cases()
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
    furnish_orders(streets, items)
    for year in (2025, 2026):
        first = {"unit": streets[0], "item": items[0], "place": "反复处"}
        make_finding(**first, found_at=moment(year, 2, 1), closed_at=moment(year, 2, 2))
        make_finding(**first, found_at=moment(year, 2, 10), closed_at=moment(year, 2, 20))
    reward_rules()
    for month in ("2025-02", "2026-01", "2026-02", "2026-03"):
        published_bulletin(month, by)
    return streets


def furnish_orders(streets, items):
    """Orders of February and May: closed in time, early in another period, late, sent back, shelved, only deducted; appeals."""
    by, when = UserFactory(), moment(2026, 2, 20)

    def ordered(number, *, due_at=None, unit=streets[0], **facts):
        finding = make_finding(unit=unit, item=items[0], place=f"交办{number}处", found_at=when, due_at=due_at, **facts)
        orders.order_findings([finding], by=by, delivered_at=when + timedelta(hours=1))
        return finding

    def reviewed(finding, outcome, day):
        rectification.report_rectified(finding, by=by, done="已整改到位")
        rectification.review_finding(finding, outcome=outcome, by=by, reason="复查情况", reviewed_at=day)

    reviewed(ordered(1), "passed", moment(2026, 2, 21, 8))
    reviewed(ordered(2, unit=streets[1]), "passed", moment(2026, 3, 20))
    back = ordered(3)
    reviewed(back, "returned", moment(2026, 2, 21, 8))
    reviewed(back, "passed", moment(2026, 2, 21, 9))
    reviewed(ordered(4), "false", moment(2026, 2, 21))
    reviewed(ordered(5, due_at=moment(2026, 5, 20)), "passed", moment(2026, 3, 1))  # closed a quarter early
    orders.shelve_finding(ordered(6), by=by, reason="管线迁改后整改")
    deducted = make_finding(unit=streets[0], item=items[0], place="资料检查", found_at=when, handling="deduct")
    orders.confirm_finding(deducted, by=by)
    for number, outcome in enumerate(("partly", "rejected")):
        finding = ordered(7 + number, unit=streets[1])
        appeal = appeals.lodge_appeal(finding, unit=streets[1], by=by, ground="points", reason="当时正在清运")
        decision = appeals.Decision(outcome, "情况部分属实", new_points=Decimal("0.01"))
        appeals.decide_appeal(appeal, decision, by=UserFactory(role=Roles.DIRECTOR))
    lodged = moment(2026, 2, 23)
    Appeal.objects.update(lodged_at=lodged, decided_at=lodged + timedelta(days=1))


@pytest.fixture
def reader(client):
    user = UserFactory(role=Roles.OFFICE)
    user.groups.add(Group.objects.get(name=Roles.PERSONNEL.value))  # discipline records are seen by few
    client.force_login(user)
    return client


def listed(reader, address):
    """The total that the list at a figure's address shows."""
    response = reader.get(address)
    assert response.status_code == 200, address
    assert urlsplit(address).netloc == ""
    return response.context["table"].count


@pytest.mark.parametrize("period", PERIODS)
def test_the_list_behind_every_figure_adds_up_to_it(bureau, reader, period):
    with one_reading():  # as a compilation reads them
        for figure in registry().figures.values():
            walk(figure, Period.parse(period), reader)


NAMES_FOR_FEW = {"staff.discipline", "staff.discipline_by_kind"}  # as their definition says
READERS = sorted(role for role, rights in GROUPS.items() if Perms.VIEW_REPORT in rights)


@pytest.mark.parametrize("role", READERS)
def test_who_reads_the_summary_opens_the_rows_of_every_figure(bureau, client, role):
    client.force_login(UserFactory(role=role))
    figures = registry().figures.values()
    shut = {each.key for each in figures if client.get(each.url(Period.parse("2026H1"), None)).status_code != 200}
    assert shut == (set() if Perms.VIEW_DISCIPLINE in GROUPS[role] else NAMES_FOR_FEW)


def walk(figure, period, reader):
    for choice, _ in figure.choices() if figure.choices else [(None, "")]:
        value = figure.value(period, choice)
        address = figure.url(period, choice)
        if figure.kind is Kind.COUNT:
            number = 0 if value.is_missing and value.reason else value.number
            assert number == figure.rows(period, choice).count() == listed(reader, address), (figure.key, choice)
        elif figure.kind is Kind.SUM and (choice is not None or not figure.choices):
            field = SUMMED.get(figure.key, "count")
            assert (value.number or 0) == (figure.rows(period, choice).aggregate(n=Sum(field))["n"] or 0)
            assert figure.rows(period, choice).count() == listed(reader, address)
        elif figure.kind is Kind.RATE:
            parts = [registry().figures[name] for name in (figure.numerator, figure.denominator)]
            numbers = [Decimal(listed(reader, part.url(period, None))) for part in parts]
            assert [value.numerator or 0, value.denominator or 0] == numbers
            assert value.number == (numbers[0] / numbers[1] * 100 if numbers[1] else None)
        elif figure.key in LISTED:
            steps = figure.derive(period, choice).inputs
            assert value.number == listed(reader, address) == sum(int(number) for _, number, _ in steps)
            assert all(int(number) == listed(reader, opened) for _, number, opened in steps)
        else:
            assert reader.get(address).status_code == 200


@pytest.mark.parametrize("period", PERIODS)
def test_the_parts_of_every_breakdown_add_up_to_their_whole(bureau, period):
    period = Period.parse(period)
    for figure in registry().figures.values():
        if figure.part_of:
            whole = registry().figures[figure.part_of].value(period, None).number
            parts = [figure.value(period, choice).number for choice, _ in figure.choices()]
            assert sum(parts) == whole, figure.key


@pytest.mark.parametrize(
    "key",
    [
        "inspections.by_category",
        "inspections.by_unit",
        "inspections.rectification_by_unit",
        "staff.by_unit",
        "staff.changes",
        "billboards.inventory",
        "billboards.campaign_by_street",
        "billboards.cases_by_violation",
    ],
)
def test_every_cell_of_a_table_opens_rows_that_add_up_to_it(bureau, reader, key):
    for row in registry().tables[key].rows(Period.parse("2026H1")):
        for text, address in row[1:]:
            if "quotas" not in address:  # 缺编 is a difference; its address shows the quotas
                if "." in text:  # money: the total under the list's own column
                    total = plain_number(Decimal(text.replace(",", "")))
                    assert total in reader.get(address).content.decode(), address
                else:
                    assert int(text) == listed(reader, address)


def test_every_table_and_chart_stands_in_a_text_with_its_rows(bureau):
    period = Period.parse("2026H1")
    shelves = [("table", registry().tables), ("chart", registry().charts)]
    text = "\n".join(f"{{{{ {kind} {key} }}}}" for kind, shelf in shelves for key in shelf)
    section = Section(level=2, number="（一）", heading="走查", text=text)
    (compiled,) = compile_content(period, [section])["sections"]
    assert [block["key"] for block in compiled["blocks"]] == [key for _, shelf in shelves for key in shelf]
    for block in compiled["blocks"]:
        assert block["rows"], block["key"]
        if block["kind"] == "table":
            assert bool(block["total"]) == registry().tables[block["key"]].total


def test_the_walk_would_notice(bureau, reader):
    """The data is such that a wrong condition shows: no measure is 0, none equals another's whole."""
    period = Period.parse("2026H1")
    values = {key: registry().figures[f"inspections.{key}"].value(period, None).number for key in
              ("findings", "closed", "open", "shelved", "deducted", "due", "on_time", "overdue", "recurrences", "severe",
               *ACCOUNTS, "appeals_lodged", "appeals_upheld", "closing_rate", "punctual_rate", "rework_rate")}  # fmt: skip
    assert all(values.values()), values
    assert values["findings"] == values["closed"] + values["open"] + values["shelved"] + values["deducted"]
    assert values["due"] == values["on_time"] + values["overdue"]
    assert values["case_due"] == values["case_on_time"] + values["case_overdue"]
    assert (values["case_sent_back"], values["appeals_lodged"], values["appeals_upheld"]) == (2, 2, 1)


def test_the_walk_through_the_office_would_notice_too(bureau, reader):
    period = Period.parse("2026H1")
    values = {
        key: figure.value(period, None).number
        for key, figure in registry().figures.items()
        if key.startswith("staff.") and not figure.choices and figure.kind is not Kind.TEXT
    }
    assert all(values.values()), values
    assert values["staff.on_roll"] != values["staff.on_duty"] != values["staff.established"]
    assert values["staff.rules"] == values["staff.rules_new"] + values["staff.rules_revised"]
    leavers = registry().figures["staff.leavers_since"]
    assert [leavers.value(period, month).number for month in ("2026-01", "2025-02", "2025-01")] == [2, 3, 4]


def test_the_walk_through_the_scores_would_notice_too(bureau, reader):
    """Two streets that differ, money both ways, a month of last year beside three of this one."""
    period, figures = Period.parse("2026H1"), registry().figures
    for key in ("bulletins", "money_rewarded", "money_deducted"):
        assert figures[f"inspections.{key}"].value(period, None).number, key
    assert figures["inspections.bulletins"].value(Period.parse("2025H1"), None).number == 1
    assert figures["inspections.bulletin_months"].value(period, None).text == "1—3月"
    ranks = [figures["inspections.rank"].value(period, str(street.pk)).number for street in bureau]
    assert sorted(ranks) == [1, 2]
    best, worst = (figures[f"inspections.{key}"].value(period, "street") for key in ("first_score", "last_score"))
    assert best.number > worst.number > 0
    names = [figures[f"inspections.{key}"].value(period, "street").text for key in ("first", "last")]
    assert sorted(names) == sorted(street.label for street in bureau)


def test_every_score_is_derived_from_its_months(bureau, reader):
    period, figure = Period.parse("2026H1"), registry().figures["inspections.score"]
    for street in bureau:
        steps = figure.derive(period, str(street.pk)).inputs
        assert [label for label, _, _ in steps] == [f"2026年{month}月" for month in range(1, 7)]
        for _, _, address in steps:
            assert reader.get(address).status_code == 200
        known = [Decimal(text) for _, text, _ in steps if text != "无数据"]
        assert abs(sum(known) / len(known) - figure.value(period, str(street.pk)).number) <= Decimal("0.01")


def test_the_walk_through_the_ledger_would_notice_too(bureau):
    """No figure is 0, none equals another's whole, and what came down by force is kept apart."""
    period = Period.parse("2026H1")
    ours = [*boards.FIGURES, *campaigns.FIGURES]
    whole = {figure.key: figure.value(period, None).number for figure in ours if not figure.choices}
    whole.pop("billboards.campaign_name")
    assert all(whole.values()), whole
    assert whole["billboards.inventory"] > whole["billboards.large"] > whole["billboards.large_inspected"]
    assert whole["billboards.campaign_found"] > whole["billboards.campaign_found_settled"]
    modes = registry().figures["billboards.removed_by_mode"]
    by_mode = {mode: modes.value(period, mode).number for mode, _ in modes.choices()}
    assert by_mode["coercive"] == 1
    assert by_mode["voluntary"] != by_mode["assisted"]


def test_the_walk_through_duty_would_notice_too(bureau):
    period = Period.parse("2026H1")
    figures = {figure.key: figure for figure in duty.FIGURES}
    whole = {key: figure.value(period, None).number for key, figure in figures.items() if not figure.choices}
    assert all(whole.values()), whole
    assert whole["fireworks.shifts"] > whole["fireworks.shift_reports"] > whole["fireworks.zero_reports"]
    assert whole["fireworks.duty_turns"] > whole["fireworks.duty_people"]
    assert 0 < whole["fireworks.coverage"] < 100
    for key, figure in figures.items():
        if figure.choices:
            inside = [figure.value(period, choice).number for choice, _ in figure.choices()]
            assert len(inside) == 2, key
            assert inside[0] == whole[key.removesuffix("_in_window")], key  # the window of 2026 lies in the period


def test_the_walk_through_the_ban_would_notice_as_well(bureau, reader):
    period = Period.parse("2026H1")
    values = {
        key: figure.value(period, None).number
        for key, figure in registry().figures.items()
        if key.startswith("fireworks.") and not figure.choices
    }
    assert all(values.values()), values
    assert values["fireworks.incidents"] < values["fireworks.incidents_recorded"]
    assert values["fireworks.destroyed_tonnes"] * 1000 == values["fireworks.destroyed_kg"]
    windows = registry().figures["fireworks.incidents_in_window"]
    assert windows.value(period, "spring").number > windows.value(period, "lantern").number


def test_the_walk_through_the_permits_would_notice_too(bureau, reader):
    """Each count differs from its whole, each rate lies between, each sum of money is its own."""
    period = Period.parse("2026H1")
    figures = {key: figure for key, figure in registry().figures.items() if key.startswith("permits.")}
    value = {key: figure.value(period, None).number for key, figure in figures.items() if not figure.choices}
    assert all(value.values()), value
    assert value["permits.decided"] == value["permits.granted"] + value["permits.refused"]
    assert value["permits.received"] > value["permits.accepted"] > value["permits.decided"]
    assert value["permits.in_legal_time"] < value["permits.with_legal_due"]
    assert value["permits.in_promised_time"] < value["permits.with_promised_due"]
    assert 0 < value["permits.legal_rate"] < 100
    money = [value[f"permits.fees_{key}"] for key in ("due", "received", "outstanding")]
    assert len(set(money)) == 3
    assert money[2] != money[0] - money[1]
    assert figures["permits.received"].value(Period.parse("2025H1"), None).number != value["permits.received"]
    for key, figure in figures.items():
        if figure.derive:
            assert all(reader.get(url).status_code == 200 for _, _, url in figure.derive(period, None).inputs), key


def test_no_data_is_not_zero_for_a_rate_and_zero_for_a_count(bureau):
    period = Period.parse("2031H1")
    assert registry().figures["inspections.findings"].value(period, None).number == 0
    assert registry().figures["inspections.rectification_rate"].value(period, None).is_missing


def test_each_case_is_due_in_exactly_one_month(bureau):
    """Months add up to their half-year: a case that was closed early counts where it was closed, and only there."""
    figure = registry().figures["inspections.case_due"]
    months = [figure.value(Period.month(2026, month), None).number for month in range(1, 7)]
    assert sum(months) == figure.value(Period.parse("2026H1"), None).number
    assert months[2] > 0  # the one closed in March, two months before its deadline


def test_the_walk_through_the_registers_would_notice_too(bureau):
    """Each way of totalling gives another number; voided entries and closed tasks are told apart."""
    period, figures = Period.parse("2026H1"), registry().figures
    by_label = {
        label: figures[key].value(period, choice).number
        for key in ("reports.tally", "reports.tally_count")
        for choice, label in figures[key].choices()
    }
    assert len(set(by_label.values())) == len(by_label) == 5, by_label
    for key in ("key_tasks", "key_tasks_done", "problems_carried", "problems_solved", "problems_left", "plan_items"):
        assert figures[f"reports.{key}"].value(period, None).number, key
    assert [figures["reports.plan_by_outcome"].value(period, choice).number
            for choice, _ in figures["reports.plan_by_outcome"].choices()] == [2, 1, 1, 1]  # fmt: skip


def test_the_units_of_a_measure_add_up_to_it(bureau):
    figures = registry().figures
    for period in map(Period.parse, PERIODS):
        for code, _ in figures["reports.tally"].choices():
            parts = [
                figures["reports.tally_by_unit"].value(period, choice).number or 0
                for choice, _ in figures["reports.tally_by_unit"].choices()
                if choice.startswith(f"{code}@")
            ]
            assert sum(parts) == (figures["reports.tally"].value(period, code).number or 0), (period.key, code)
