"""Problems stay until they are solved; a plan becomes a key task and is printed with how it turned out; history is a base."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from config.figures import OverMonths
from config.periods import Period
from reports import desk
from reports.compilation import Draft, compile_section
from reports.history import ADDABLE, base_of
from reports.models import KeyTask
from reports.office_texts import BOOKS
from reports.outline import default_outline
from reports.registry import registry
from reports.views.tasks import measure_lines
from reports.workflow import checks, plans, summaries
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.reports import furnish_plans, make_history, make_measure, make_plan, make_problem, make_tally
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")


def number(key, period=H1, choice=None):
    return registry().figures[f"reports.{key}"].value(period, choice).number


@pytest.fixture
def office():
    return UserFactory(role=Roles.OFFICE, unit=SquadFactory())


def test_a_problem_is_carried_until_it_is_solved(office):
    problem = make_problem(by=office, period_key="2025H1")
    assert [number("problems_carried", Period.parse(key)) for key in ("2025H1", "2025H2", "2026H1")] == [0, 1, 1]
    plans.move_problem(problem, "solve", by=office, on=date(2026, 3, 1), words="增设疏导点")
    assert number("problems_solved") == 1
    assert [number("problems_left", Period.parse(key)) for key in ("2025H2", "2026H1")] == [1, 0]
    assert number("problems_carried", Period.parse("2026H2")) == 0
    with pytest.raises(Refused, match="不能再标为已解决"):
        plans.move_problem(problem, "solve", by=office, on=date(2026, 3, 1), words="再来")


def test_a_problem_shows_its_evidence_then_and_now(client, office):
    measure = make_measure(by=office)
    make_tally(30, by=office, measure=measure, happened_on=date(2025, 8, 1))
    problem = make_problem(by=office, period_key="2025H2", evidence=[measure.figure_name])
    client.force_login(office)
    (line,) = client.get(problem.get_absolute_url()).context["evidence"]
    assert line["then"] == "30处"
    assert measure.code in line["then_url"]
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    assert client.get(problem.get_absolute_url()).context["evidence"] == []


def test_evidence_must_be_a_figure(client, office):
    client.force_login(office)
    data = {
        "title": "问题",
        "period_key": "2026H1",
        "order": 1,
        "evidence": "inspections.fndings\n{{ inspections.findings }}",
    }
    page = client.post(reverse("reports:problem-create"), data)
    assert page.status_code == 422
    assert "inspections.findings" in page.content.decode()


def test_a_plan_becomes_a_key_task_by_one_click_once(client, office):
    item = make_plan(by=office, target=Decimal(500), target_name="拆除面积", target_unit="㎡")
    client.force_login(office)
    for _ in range(2):
        client.post(reverse("reports:plan-take-up", args=[item.pk]))
    task = KeyTask.objects.get()
    item.refresh_from_db()
    assert (task.title, task.due, item.task) == (item.title, date(2026, 6, 30), task)
    assert (item.measure.target, item.measure.unit_of_count) == (500, "㎡")
    make_tally(200, by=office, measure=item.measure, happened_on=date(2026, 4, 1))
    page = client.get(item.get_absolute_url()).content.decode()
    assert "200㎡" in page
    assert "目标的 40%" in page
    with pytest.raises(Refused, match="不能作废"):
        plans.void_plan(item, by=office, reason="不做了")


def test_how_a_plan_turned_out_is_printed(office):
    furnish_plans(office, [SquadFactory()])
    rows = registry().tables["reports.plan_outcomes"].rows(H1)
    assert [row[5][0] for row in rows] == ["已完成", "已完成", "部分完成", "未完成", "未登记"]
    with pytest.raises(Refused, match="写明原因"):
        plans.conclude(make_plan(by=office), by=office, seen=1, outcome="not_done", text="")
    (paragraph,), _ = compile_section("{{ reports.plan_text }}", Draft(H1))
    assert paragraph[0].text == "一是下步计划，拆除面积500㎡。"


@time_machine.travel("2026-08-01 09:00 +0800")
def test_the_desk_asks_how_last_half_years_plan_turned_out(client, office):
    make_plan(by=office, period_key="2026H1")
    make_plan(by=office, period_key="2026H2")
    (todo,) = desk.todo(office)
    client.force_login(office)
    assert client.get(todo.url).context["table"].count == todo.count == 1


def test_the_default_outline_holds_what_the_books_say(office):
    headings = [section.heading for section in default_outline(H1)]
    assert "重点工作协调推进" not in headings
    assert headings[-2:] == ["下半年工作打算", "重点任务安排"]
    measure = make_measure(by=office)
    make_tally(by=office, measure=measure)
    furnish_plans(office, [SquadFactory()])
    sections = {section.heading: section.text for section in default_outline(H1)}
    assert measure.figure_name in sections["重点工作协调推进"]
    assert {"部分遗留问题需持续推动", "本期计划完成情况"} <= sections.keys()
    assert not any(mark in text for mark in BOOKS for text in sections.values())
    for heading in ("重点工作协调推进", "部分遗留问题需持续推动", "本期计划完成情况", "重点任务安排"):
        assert compile_section(sections[heading], Draft(H1))[1] == [], heading


# --- History ----------------------------------------------------------------------------------------------------------


def compared(measure):
    draft = Draft(H1)
    (paragraph,), _ = compile_section(f"{{{{ {measure.figure_name} | 同比 }}}}", draft)
    return paragraph[0].text, draft.notes


def test_old_papers_serve_as_last_year_where_nothing_is_recorded(office):
    measure = make_measure(by=office)
    make_tally(60, by=office, measure=measure)
    for month in range(1, 6):
        make_history(10, by=office, figure=measure.figure_name, month=f"2025-0{month}")
    assert compared(measure)[0] == "—"  # June is missing
    make_history(10, by=office, figure=measure.figure_name, month="2025-06", source="旧总结")
    words, notes = compared(measure)
    assert words == "同比持平"
    assert any("历史数据" in note and "旧总结" in note for note in notes)
    make_tally(40, by=office, measure=measure, happened_on=date(2025, 2, 1))
    assert compared(measure) == ("同比增长50%", [])


def test_months_of_a_standing_number_are_not_added(office):
    unit = SquadFactory()
    measure = make_measure(by=office, totalling="latest")
    names = ("billboards.inventory", measure.figure_name, f"reports.tally_by_unit:{measure.code}@{unit.pk}")
    for name in names:
        for month in range(1, 7):
            make_history(10 + month, by=office, figure=name, month=f"2025-0{month}")
        key, _, parameter = name.partition(":")
        base = base_of(registry().figures[key], H1.same_period_last_year(), parameter or None)
        assert base.number == 16, name


def test_what_is_counted_on_the_last_day_is_added_over_no_months():
    added = [
        figure.key
        for figure in registry().figures.values()
        if figure.kind in ADDABLE and figure.over_months is OverMonths.ADDED
        if figure.definition.startswith("期末") and "落在期内" not in figure.definition
    ]
    assert added == []


def test_no_months_are_taken_of_what_is_counted_once_in_a_period(client, office):
    client.force_login(office)
    facts = {"month": "2024-03", "value": "97", "source": "旧总结", "checked_by": "甲"}
    page = client.post(reverse("reports:history-create"), {**facts, "figure": "fireworks.duty_people"})
    assert "跨月的只算一次" in page.content.decode()


def test_history_is_kept_for_counts_only_and_once_a_month(client, office):
    client.force_login(office)
    data = {
        "figure": "inspections.rectification_rate",
        "month": "2024-03",
        "value": "97",
        "source": "旧总结",
        "checked_by": "甲",
    }
    assert "不能按月相加" in client.post(reverse("reports:history-create"), data).content.decode()
    make_history(by=office, figure="inspections.findings", month="2024-03")
    page = client.post(reverse("reports:history-create"), {**data, "figure": "inspections.findings"})
    assert "已经登记过" in page.content.decode()


def test_a_month_ahead_or_of_long_ago_was_printed_nowhere(client, office):
    client.force_login(office)
    facts = {"figure": "inspections.findings", "value": "97", "source": "旧总结", "checked_by": "甲"}
    page = client.post(reverse("reports:history-create"), {**facts, "month": "2099-03"})
    assert "晚于本月" in page.content.decode()
    with pytest.raises(Refused, match="早于 2000 年"):
        make_history(month="1999-12")


def then_in_tables(measure):
    """上年同期 in the table of the summary and on the task's page."""
    (row,) = registry().tables["reports.tallies"].rows(H1)
    (line,) = measure_lines(measure.task)
    assert line["then"] == row[3][0]
    return row[3][0]


@time_machine.travel("2026-06-30 09:00 +0800")
def test_the_tables_of_tallies_have_the_base_that_a_text_has(office):
    measure = make_measure(by=office)
    make_tally(60, by=office, measure=measure)
    assert then_in_tables(measure) == "—"
    for month in range(1, 7):
        make_history(10, by=office, figure=measure.figure_name, month=f"2025-0{month}")
    assert then_in_tables(measure) == "60（历史数据）"
    make_tally(40, by=office, measure=measure, happened_on=date(2025, 2, 1))
    assert then_in_tables(measure) == "40"
    last = summaries.create_report(Period.parse("2025H1"), by=office)
    checks.override_figure(last, name=measure.figure_name, value="50", reason="漏登", by=office)
    assert then_in_tables(measure) == "50（核定）"


def test_an_outcome_is_not_written_over_unread(client, office):
    item = make_plan(by=office)
    plans.conclude(item, by=office, seen=1, outcome="done", text="全部完成")
    client.force_login(office)
    address = reverse("reports:plan-outcome", args=[item.pk])
    page = client.post(address, {"outcome": "not_done", "outcome_text": "没有开工", "seen": "1"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "完成情况现为“已完成”" in text
    assert "没有开工" in text
    item.refresh_from_db()
    assert (item.outcome, item.outcome_text) == ("done", "全部完成")
    form = next(step.form for step in page.context["page"].steps if step.id == "outcome")
    client.post(address, {"outcome": "not_done", "outcome_text": "没有开工", "seen": form["seen"].value()})
    item.refresh_from_db()
    assert (item.outcome, item.outcome_text) == ("not_done", "没有开工")


def test_items_of_one_half_year_stand_in_their_order_whichever_way_the_list_runs(client, office):
    for period in ("2025H2", "2026H1"):
        for order in (2, 1, 3):
            make_plan(by=office, period_key=period, order=order)
    client.force_login(office)

    def listed(sort=""):
        rows = client.get(reverse("reports:plan-list"), {"sort": sort} if sort else {}).context["table"].ordered
        return [(row.period_key, row.order) for row in rows]

    last, this = ([(period, order) for order in (1, 2, 3)] for period in ("2025H2", "2026H1"))
    assert listed() == [*this, *last]
    assert listed("period") == [*last, *this]
