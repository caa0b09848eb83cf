"""The ban's figures beside the list test: windows lunar to lunar, tonnes from weights only, claims that need their proof."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config.periods import Period
from fireworks import peaks, watch
from fireworks.crews import Member
from fireworks.enums import DutyRole, Festival, Handling
from fireworks.festivals import window_of, windows_in
from fireworks.figures.records import CLAIMS, FIGURES, TABLES
from fireworks.models import ShiftReport, Slot
from fireworks.workflow import rosters, statements
from fireworks.workflow import watch as duty
from reports.compilation import compile_content
from reports.models import Section
from tests.factories.fireworks import (
    AgencyFactory,
    DutyPersonFactory,
    GridFactory,
    ShiftFactory,
    WindowFactory,
    make_action,
    make_destruction,
    make_incident,
    make_lot,
    make_publicity,
    make_roster,
    make_statement,
)
from tests.factories.inspections import moment
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")
FIGURE = {figure.key.partition(".")[2]: figure for figure in FIGURES}
CLAIM = {claim.key.partition(".")[2]: claim for claim in CLAIMS}
LANTERN, QINGMING = CLAIM["none_at_lantern_festival"], CLAIM["none_at_qingming"]


@pytest.fixture
def watched(monkeypatch):
    """A watch without gaps."""
    monkeypatch.setattr(watch, "unwatched", lambda start, end: [])


@pytest.mark.parametrize(("year", "spring", "lantern", "qingming"), [
    (2025, ("2025-01-23", "2025-02-12"), ("2025-02-11", "2025-02-13"), ("2025-04-02", "2025-04-05")),
    (2026, ("2026-02-11", "2026-03-03"), ("2026-03-02", "2026-03-04"), ("2026-04-03", "2026-04-06")),
    (2028, ("2028-01-20", "2028-02-09"), ("2028-02-08", "2028-02-10"), ("2028-04-02", "2028-04-05")),
])  # fmt: skip
def test_windows_follow_the_moon(year, spring, lantern, qingming):
    for festival, span in (("spring", spring), ("lantern", lantern), ("qingming", qingming)):
        window = window_of(festival, year)
        assert (window.start.isoformat(), window.end.isoformat()) == span


@given(st.integers(min_value=1950, max_value=2090))
def test_the_eve_is_never_asked_for_by_its_number(year):
    """The twelfth month has 29 days or 30; 腊月廿四 lies six or seven days before the first day of the year."""
    before = peaks.spring_festival(year) - peaks.little_year(year)
    assert before in (timedelta(days=6), timedelta(days=7))
    assert peaks.lantern(year) - peaks.spring_festival(year) == timedelta(days=14)
    assert peaks.qingming(year) in {date(year, 4, day) for day in (4, 5, 6)}


def test_a_window_belongs_to_the_period_that_holds_its_day():
    assert [window.year for window in windows_in(Period.parse("2025H2"), "spring")] == []
    assert [window.year for window in windows_in(Period.between(date(2025, 1, 1), date(2026, 12, 31)), "spring")] == [
        2025,
        2026,
    ]
    (cut,) = windows_in(Period.parse("2026-02"), "spring")
    assert cut.end == date(2026, 3, 3)  # whole, though the month ends before


def test_a_window_is_compared_with_the_same_lunar_window():
    make_incident(to="verified", found_at=moment(2026, 2, 12))  # 腊月廿五
    make_incident(to="verified", found_at=moment(2025, 1, 24))  # 腊月廿五 of the year before
    make_incident(to="verified", found_at=moment(2025, 2, 20))  # the same solar weeks, but after the lantern festival
    figure = FIGURE["incidents_in_window"]
    assert figure.value(H1, "spring").number == 1
    assert figure.value(H1.same_period_last_year(), "spring").number == 1
    assert figure.value(Period.parse("2025H2"), "spring").is_missing
    table = next(table for table in TABLES if table.key == "fireworks.windows").rows(H1)
    assert [cell[0] for cell in table[0]] == ["2026年春节期间", "02-11至03-03", "1", "01-23至02-12", "1"]


def test_only_what_turned_out_true_counts():
    for state in ("reported", "unfounded", "voided", "verified", "handled", "closed"):
        make_incident(to=state, found_at=moment(2026, 5, 1))
    assert FIGURE["incidents"].value(H1, None).number == 3
    assert FIGURE["incidents_recorded"].value(H1, None).number == 5
    assert FIGURE["incidents_by_handling"].value(H1, "none").number == 1
    assert FIGURE["incidents_by_handling"].value(H1, Handling.DISSUADED).number == 2


def test_response_is_the_mean_of_those_with_a_time():
    found = moment(2026, 5, 1, 20)
    for minutes in (5, 10, None):
        there = found + timedelta(minutes=minutes) if minutes else None
        make_incident(to="verified", found_at=found, on_site_at=there)
    figure = FIGURE["response_minutes"]
    assert figure.value(H1, None).number == Decimal("7.5")
    assert [value for _, value, _ in figure.derive(H1, None).inputs] == ["15 分钟", "2 起"]
    assert figure.value(Period.parse("2025H1"), None).is_missing


def test_tonnes_come_from_weights_only_and_say_when_estimated():
    lots = [make_lot() for _ in range(3)]
    figure = FIGURE["destroyed_tonnes"]
    make_destruction({lots[0]: 10}, weight_kg=None, weight_basis="")
    assert figure.value(H1, None).is_missing
    make_destruction({lots[1]: 10}, weight_kg=Decimal(1250), weight_basis="weighed")
    assert (figure.value(H1, None).number, figure.defined(H1)[-6:]) == (Decimal("1.25"), "全部为过磅。")
    make_destruction({lots[2]: 10}, weight_kg=Decimal(430), weight_basis="estimated")
    assert figure.value(H1, None).number == Decimal("1.68")
    assert "须写“约”" in figure.defined(H1)
    assert [value for _, value, _ in figure.derive(H1, None).inputs] == ["1250 千克", "430 千克"]


def test_actions_count_with_two_agencies_and_by_window():
    agency = AgencyFactory()
    make_action(agency, held_on=date(2026, 2, 12))
    make_action(held_on=date(2026, 2, 12))  # alone
    make_action(agency, held_on=date(2026, 5, 12))
    assert FIGURE["joint_actions"].value(H1, None).number == 2
    assert FIGURE["joint_actions_in_window"].value(H1, "spring").number == 1
    assert FIGURE["joint_actions_in_window"].value(H1, None).is_missing


def test_leaflets_are_printed_in_ten_thousands():
    make_publicity(kind="leaflet", quantity=12_600)
    text = "发放{{ fireworks.leaflets | 万 }}，横幅{{ fireworks.banners }}。"
    (compiled,) = compile_content(H1, [Section(level=2, number="（三）", heading="禁炮", text=text)])["sections"]
    printed = "".join(span["text"] for block in compiled["blocks"] for span in block["spans"])
    assert printed == "发放1.26万份，横幅0条。"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.key)
def test_every_cell_of_a_table_opens_what_it_counts(table, office):
    for found in (moment(2026, 2, 12), moment(2026, 3, 3), moment(2025, 1, 24)):
        make_incident(to="verified", found_at=found)
    make_publicity(kind="board", quantity=1)
    make_publicity(kind="banner", quantity=1)
    cells = [cell for row in table.rows(H1) for cell in row if cell[1]]
    assert any(text != "0" for text, _ in cells)
    for text, address in cells:
        assert office.get(address).context["table"].count == int(text), address


# --- Claims -----------------------------------------------------------------------------------------------------------


def test_without_a_watch_nothing_is_claimed_and_the_weaker_words_are_offered():
    for claim in (LANTERN, QINGMING):
        holds, reason = claim.check(H1)
        assert not holds
        assert "没有已发布的值班表" in reason
        assert "值守期间未接报" in reason


def test_a_whole_watch_and_no_incident_prove_it(watched):
    assert LANTERN.check(H1) == (True, "")
    make_incident(to="verified", found_at=moment(2026, 3, 3, 20))
    holds, reason = LANTERN.check(H1)
    assert not holds
    assert "核实炮情 1 起" in reason
    assert QINGMING.check(H1)[0]


def test_what_is_not_looked_into_is_not_nothing(watched):
    incident = make_incident(found_at=moment(2026, 3, 3, 20))
    assert "待核实" in LANTERN.check(H1)[1]
    make_incident(to="unfounded", found_at=moment(2026, 4, 5, 9))
    assert QINGMING.check(H1)[0]
    assert incident.state == "reported"


def test_a_statement_proves_the_whole_window_or_nothing():
    make_statement(start=date(2026, 3, 3), end=date(2026, 3, 4))  # a day short
    assert not LANTERN.check(H1)[0]
    whole = make_statement(start=date(2026, 3, 2), end=date(2026, 3, 4), issuer="市禁炮办")
    assert LANTERN.check(H1) == (True, "")
    assert not QINGMING.check(H1)[0]
    statements.void_statement(whole, by=UserFactory(), reason="撤回")
    assert not LANTERN.check(H1)[0]


def test_a_statement_does_not_outweigh_an_incident():
    make_statement(start=date(2026, 3, 2), end=date(2026, 3, 4))
    make_incident(to="closed", found_at=moment(2026, 3, 2, 20))
    assert "核实炮情 1 起" in LANTERN.check(H1)[1]


def test_gaps_are_listed_not_all_of_them(monkeypatch):
    gaps = [watch.Gap(f"样例网格{number}", "夜班", date(2026, 3, 3), "") for number in range(12)]
    monkeypatch.setattr(watch, "unwatched", lambda start, end: gaps)
    reason = LANTERN.check(H1)[1]
    assert "3月3日 样例网格0 夜班" in reason
    assert "等 12 处" in reason
    assert "样例网格11 夜班" not in reason


def test_there_is_no_claim_for_a_festival_outside_the_period(watched):
    assert LANTERN.check(Period.parse("2025H2")) == (False, "元宵节期间不在本期内。")


def test_the_list_behind_a_window_shows_just_it(office):
    make_incident(to="verified", found_at=moment(2026, 3, 3))
    make_incident(to="verified", found_at=moment(2026, 3, 5))
    url = FIGURE["incidents_in_window"].url(H1, Festival.LANTERN.value)
    assert office.get(url).context["table"].count == 1
    assert office.get(reverse("fireworks:incident-list"), {"festival": "lantern"}).context["table"].count == 0


# --- What a whole watch is --------------------------------------------------------------------------------------------


@pytest.fixture
def lantern_watch():
    """The lantern window of 2026, one grid, one post, every shift reported; the last shift ends after midnight."""
    window = WindowFactory(start=date(2026, 3, 2), end=date(2026, 3, 4))
    roster = make_roster(window, shifts=[ShiftFactory(starts=time(18), minutes=480)])
    for slot in roster.slots.all():
        rosters.set_crew(slot, [Member(DutyPersonFactory(), DutyRole.LEAD)], by=UserFactory())
    rosters.publish(roster, by=None, accept_breaches=True)
    slots = list(Slot.objects.filter(roster=roster).order_by("day"))
    for slot in slots:
        duty.report_shift(slot, by=UserFactory(), present=1, at=slot.ends_at)
    return slots[0]


def test_every_shift_reported_proves_it(lantern_watch):
    assert LANTERN.check(H1) == (True, "")


@pytest.mark.parametrize(("hour", "minute", "holds"), [(0, 59, False), (1, 59, False), (2, 0, True)])
def test_nothing_is_claimed_before_the_last_night_is_over(lantern_watch, hour, minute, holds):
    """Every shift, the last too, was reported; that one lasts until two in the morning."""
    with time_machine.travel(moment(2026, 3, 5, hour, minute), tick=False):
        assert LANTERN.check(H1)[0] is holds
        assert holds or "还没有过完，值守到3月5日 02:00" in LANTERN.check(H1)[1]


def test_a_statement_written_on_the_last_day_proves_nothing_before_the_day_is_over():
    with time_machine.travel(moment(2026, 3, 4, 20), tick=False):
        make_statement(start=date(2026, 3, 2), end=date(2026, 3, 4))
        assert "还没有过完" in LANTERN.check(H1)[1]
    with time_machine.travel(moment(2026, 3, 5, 0), tick=False):
        assert LANTERN.check(H1) == (True, "")


def test_a_report_that_found_something_stands_in_the_way_even_of_a_statement(lantern_watch):
    make_statement(start=date(2026, 3, 2), end=date(2026, 3, 4))
    ShiftReport.objects.filter(slot=lantern_watch).update(nothing_found=False, note="有响声")
    assert "1 份值守报告有发现" in LANTERN.check(H1)[1]


def test_a_shift_in_which_nobody_was_there_proves_nothing(lantern_watch):
    ShiftReport.objects.filter(slot=lantern_watch).update(present=0)
    assert "无人到岗" in LANTERN.check(H1)[1]


def test_a_grid_that_the_roster_left_out_is_a_gap(lantern_watch):
    GridFactory(name="漏排网格")
    assert "漏排网格 没有排班" in LANTERN.check(H1)[1]


def test_the_last_night_reaches_past_midnight(lantern_watch):
    make_incident(to="verified", found_at=moment(2026, 3, 5, 0))
    assert "核实炮情 1 起" in LANTERN.check(H1)[1]


def test_a_statement_of_another_festival_proves_nothing():
    make_statement(start=date(2026, 3, 2), end=date(2026, 3, 4), festival="qingming")
    assert not LANTERN.check(H1)[0]
