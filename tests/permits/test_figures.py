"""Figures of permits in the small: conditions at their edges, working days net of pauses, the statistics sheet."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from config.periods import Period
from permits.enums import PermitState
from permits.figures import cases, money
from permits.kinds import ItemKind
from permits.models import Application, ClockPause
from permits.statistics import SUMMARY, sheet_for
from permits.tally import EVENTS, cases_of, numbers_of, spent_on
from staff import workdays
from staff.permissions import Roles
from tests.factories.permit_books import decided, furnish_permits, put_case
from tests.factories.staff import UserFactory
from tests.pdf_measure import pages, run
from tests.reports.test_figures_add_up import walk

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2026")
FIGURES = {figure.key.partition(".")[2]: figure for figure in cases.FIGURES}


def number(key, period=YEAR):
    return FIGURES[key].value(period, None).number


@pytest.fixture
def books(calendar, section):
    furnish_permits(section)


def test_working_days_leave_out_pauses(calendar, section):
    case = put_case("甲", date(2026, 3, 2), section, **decided(date(2026, 3, 2)))
    rows = Application.objects.filter(pk=case.pk)
    [plain] = spent_on(rows, workdays.load())
    assert plain.to_decision == 15  # 3月3日受理，3月24日决定
    assert plain.whole == 17
    assert (plain.legal, plain.promised) == (20, 5)
    ClockPause.objects.create(application=case, kind="expert", reason="x", basis="x", recorded_by=section,
                              started_on=date(2026, 3, 9), ended_on=date(2026, 3, 13))  # fmt: skip
    assert [each.to_decision for each in spent_on(rows, workdays.load())] == [10]


def test_all_numbers_in_one_query_are_those_of_each_event_and_kind(books, django_assert_num_queries):
    """The one query against a count of each list."""
    since, until = date(2026, 1, 1), date(2026, 6, 30)
    with django_assert_num_queries(1):
        numbers = numbers_of(since, until)
    counted = {
        (event, kind): cases_of(event, since, until, kind).count() for event in EVENTS for kind in ItemKind.values
    }
    assert {(event, kind): numbers[event][kind] for event, kind in counted} == counted
    assert {event: numbers[event].total() for event in EVENTS} == {
        event: cases_of(event, since, until).count() for event in EVENTS
    }
    assert sum(counted.values()) > 20


def test_averages_and_compression_against_law_and_promise(calendar, section):
    put_case("甲", date(2026, 3, 2), section, **decided(date(2026, 3, 2)))
    assert number("average_days") == Decimal("15.0")
    assert number("average_whole") == Decimal("17.0")
    assert number("average_legal") == 20
    assert number("average_promised") == 5
    assert number("compression_promised") == 75
    assert number("compression_real") == 15


def test_without_decisions_there_is_no_average(calendar):
    for key in ("average_days", "compression_real", "legal_rate"):
        value = FIGURES[key].value(YEAR, None)
        assert value.is_missing
        assert value.reason


def test_a_year_without_calendar_is_named_not_guessed(calendar, section):
    put_case("甲", date(2031, 3, 3), section, **decided(date(2031, 3, 3)))
    value = FIGURES["average_days"].value(Period.parse("2031"), None)
    assert value.is_missing
    assert "2031" in value.reason


@pytest.mark.parametrize(
    ("fields", "closed_on"),
    [
        ({"state": "accepted", "accepted_on": date(2026, 3, 3)}, None),
        ({"state": "withdrawn", "ended_on": date(2026, 3, 4)}, date(2026, 3, 4)),
        ({"state": "refused_intake", "ended_on": date(2026, 3, 4)}, date(2026, 3, 4)),
        (decided(date(2026, 3, 2), granted=False), date(2026, 3, 24)),
        (decided(date(2026, 3, 2)), date(2026, 3, 26)),
        ({**decided(date(2026, 3, 2)), "issued_on": None, "state": "granted"}, None),
    ],
)
def test_when_a_case_is_over_with(calendar, section, fields, closed_on):
    put_case("甲", date(2026, 3, 2), section, **fields)
    rows = cases_of("closed", date(2026, 1, 1), date(2026, 12, 31))
    assert [row.closed_on for row in rows] == ([closed_on] if closed_on else [])


@pytest.mark.parametrize(
    ("fields", "overdue"),
    [
        ({}, True),
        ({"restored_on": date(2026, 4, 1)}, True),  # restored, but after the period's last day
        ({"restored_on": date(2026, 3, 31)}, False),
        ({"state": PermitState.REVOKED, "ended_on": date(2026, 3, 30)}, False),
        ({"issued_on": date(2026, 4, 2)}, False),
        ({"kind": "occupy", "act": "occupy"}, False),
    ],
)
def test_overdue_restoration_at_the_last_day(calendar, section, fields, overdue):
    put_case("甲", date(2026, 3, 2), section, **{**decided(date(2026, 3, 2)), "ends_on": date(2026, 3, 30), **fields})
    assert cases_of("overdue_restoration", date(2026, 3, 1), date(2026, 3, 31)).exists() is overdue


def test_the_period_ending_today_is_not_over(calendar, section):
    put_case("甲", date(2026, 3, 2), section, **{**decided(date(2026, 3, 2)), "ends_on": date(2026, 3, 31)})
    assert not cases_of("overdue_restoration", date(2026, 3, 1), date(2026, 3, 31)).exists()


def test_drafts_and_bare_emergencies_are_no_applications(calendar, section):
    put_case("甲", date(2026, 3, 2), section, state="draft")
    put_case("乙", date(2026, 3, 2), section, state="emergency")
    assert number("received") == 0


def test_claims_hold_only_with_their_evidence(books):
    claims = {claim.key: claim.check for claim in cases.CLAIMS}
    holds, why = claims["permits.all_in_time"](YEAR)
    assert not holds
    assert "1件" in why
    Application.objects.filter(number__startswith="迟").update(decide_due=date(2027, 1, 1))
    assert claims["permits.all_in_time"](YEAR) == (True, "0件超过法定期限或者没有算出期限。")
    assert not claims["permits.all_in_time"](Period.parse("2031"))[0]
    assert not claims["permits.none_overdue"](YEAR)[0]


def test_months_add_up_to_the_year(books):
    for event in EVENTS:
        if event != "overdue_restoration":
            months = [cases_of(event, p.start, p.end).count() for p in (Period.month(2026, m) for m in range(1, 13))]
            assert sum(months) == cases_of(event, YEAR.start, YEAR.end).count(), event


@pytest.mark.parametrize("period", ["2026H1", "2025H1", "2026-01-01~2026-03-10"])
def test_every_figure_of_ours_opens_the_rows_that_add_up_to_it(client, books, period):
    client.force_login(UserFactory(role=Roles.OFFICE))
    for figure in (*cases.FIGURES, *money.FIGURES):
        walk(figure, Period.parse(period), client)


def test_the_data_is_such_that_a_wrong_condition_shows(books):
    period = Period.parse("2026H1")
    figures = {figure.key: figure for figure in (*cases.FIGURES, *money.FIGURES)}
    value = {key: figure.value(period, None).number for key, figure in figures.items() if not figure.choices}
    assert all(value.values()), value
    assert value["permits.decided"] == value["permits.granted"] + value["permits.refused"]
    assert value["permits.received"] > value["permits.accepted"] > value["permits.decided"]
    assert value["permits.in_legal_time"] < value["permits.with_legal_due"]
    assert value["permits.in_promised_time"] < value["permits.with_promised_due"]
    money_of = [value[f"permits.fees_{key}"].quantize(Decimal("0.01")) for key in ("due", "received", "outstanding")]
    assert money_of == [Decimal("6476.57"), Decimal("6530.00"), Decimal("26.57")]


def test_the_sheet_adds_up_and_opens_its_rows(client, books, section):
    sheet = sheet_for(YEAR)
    for column in range(len(sheet.total)):
        assert sum(int(cells[column].text) for _, cells in sheet.rows) == int(sheet.total[column].text)
    client.force_login(section)
    for _, cells in (*sheet.rows, ("合计", sheet.total)):
        for cell in cells:
            assert client.get(cell.url).context["table"].count == int(cell.text), cell.url
    assert len(sheet.summary) == len(SUMMARY)


def test_screen_workbook_and_paper_show_the_same(client, books, section, tmp_path):
    client.force_login(section)
    address = {"period": "2026"}
    page = client.get(reverse("permits:statistics"), address).content.decode()
    assert "2026年道路挖掘与占用许可办理情况统计表" in page
    book = load_workbook(BytesIO(client.get(reverse("permits:statistics-xlsx"), address).content))
    first = next(row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == "合计")
    total = sheet_for(YEAR).total
    assert list(first[1:]) == [int(cell.text) for cell in total]
    measures = {row[0]: row[1] for row in book.worksheets[1].iter_rows(min_row=4, values_only=True) if row[2]}
    assert measures["应缴费用"] == 6476.57  # a number to reckon on, not words
    assert any(str(row[0]).startswith("填表人：审批科员") for row in book.worksheets[0].iter_rows(values_only=True))
    content = client.get(reverse("permits:statistics-pdf"), address).content
    text = run(tmp_path, content, "pdftotext", "-layout", "FILE", "-").decode()
    for word in ("填报单位", "填表人：审批科员", "审核人", "平均决定用时", "6,476.57"):
        assert word in text, word
    assert all(sheet.width > sheet.height for sheet in pages(tmp_path, content))


def test_a_period_that_cannot_be_read_is_told(client, books, section):
    client.force_login(section)
    response = client.get(reverse("permits:statistics"), {"period": "三月"})
    assert response.status_code == 200
    assert "不是有效的期间" in response.content.decode()


def test_squads_have_no_sheet_but_their_own_rows(client, books):
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER))
    assert client.get(reverse("permits:statistics")).status_code == 403
    assert client.get(reverse("permits:case-book")).context["table"].count == 0


def test_without_an_event_the_days_are_those_of_receipt(client, books, section):
    client.force_login(section)
    asked = {"since": "2026-01-01", "until": "2026-12-31"}
    plain = client.get(reverse("permits:case-book"), asked).context["table"].count
    assert plain == client.get(reverse("permits:case-book"), {**asked, "event": "received"}).context["table"].count
    everything = client.get(reverse("permits:case-book")).context["table"].count
    assert everything > plain


def test_restoring_late_shows_in_the_next_month(calendar, section):
    """A case that is restored leaves the overdue count of the months after, not of those before."""
    put_case("甲", date(2026, 1, 5), section, **{**decided(date(2026, 1, 5)), "ends_on": date(2026, 2, 10), "restored_on": date(2026, 3, 5)})  # fmt: skip
    counts = [
        cases_of("overdue_restoration", p.start, p.end).count() for p in (Period.month(2026, m) for m in (1, 2, 3))
    ]
    assert counts == [0, 1, 0]
