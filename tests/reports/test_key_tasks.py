"""Key tasks, measures and the tally register: who enters what, each entry once, nothing changed silently, each a figure."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from config.periods import Period
from reports import desk
from reports.compilation import Draft, compile_section
from reports.enums import TASK_TRANSITIONS, TaskState
from reports.forms.tasks import half_years
from reports.glance import line_of, same_last_year
from reports.models import KeyTask, Measure, TallyEntry
from reports.registry import known_keys, registry
from reports.tokens import parse
from reports.workflow import tallies, tasks
from staff.models import Activity, Message, Unit
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import void_record
from tests.factories.reports import make_measure, make_tally, make_task
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


@pytest.fixture
def squad():
    return SquadFactory()


@pytest.fixture
def member(squad):
    return UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)


@pytest.fixture
def office():
    return UserFactory(role=Roles.OFFICE, unit=SquadFactory())


def value(measure, period=H1):
    key, _, code = measure.figure_name.partition(":")
    return registry().figures[key].value(period, code).number


# --- Tasks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edge", TASK_TRANSITIONS)
@pytest.mark.parametrize("state", TaskState.values)
def test_a_step_is_taken_from_its_own_states_only(edge, state, office):
    task = make_task(by=office)
    if state != TaskState.OPEN:
        tasks.move_task(
            task, {"done": "finish", "dropped": "drop"}[state], by=office, on=date(2026, 3, 1), words="已办"
        )
    if state in TASK_TRANSITIONS[edge].sources:
        moved = tasks.move_task(task, edge, by=office, on=date(2026, 3, 2), words="理由充分")
        assert moved.state == TASK_TRANSITIONS[edge].target
        assert Activity.objects.about(moved).first().title == TASK_TRANSITIONS[edge].label
        assert (moved.closed_on is None) == (moved.state == TaskState.OPEN)
    else:
        with pytest.raises(Refused, match="不能再"):
            tasks.move_task(task, edge, by=office, on=date(2026, 3, 2), words="理由充分")


def test_the_database_ties_the_day_to_the_state(office):
    task = make_task(by=office)
    with pytest.raises(IntegrityError):
        KeyTask.objects.filter(pk=task.pk).update(state="done")


def test_the_owner_is_told_of_a_new_task(member, office, squad):
    make_task(by=office, owner=squad, title="清理广场", due=date(2026, 6, 1))
    assert Message.objects.get(recipient=member).text == "重点工作：清理广场，2026-06-01前办结"
    assert not Message.objects.filter(recipient=office).exists()


def test_a_task_with_entries_is_dropped_not_voided(office):
    entry = make_tally(by=office)
    with pytest.raises(Refused, match="用“中止”"):
        tasks.void_task(entry.measure.task, by=office, reason="写错了")
    void_record(entry, by=office, reason="登记有误")
    assert tasks.void_task(entry.measure.task, by=office, reason="写错了").is_voided


def test_tasks_problems_and_plans_belong_to_half_years():
    assert {key[4:] for key, _ in half_years()} == {"H1", "H2"}


def test_a_unit_that_has_ended_stays_among_those_who_work_on_a_task(client, squad, office):
    task = make_task(by=office, owner=squad, participants=[ended := SquadFactory()])
    Unit.objects.filter(pk=ended.pk).update(valid_to=date(2026, 1, 1))
    client.force_login(office)
    page = client.get(url("task-edit", task.pk)).context["form"]
    data = {name: page[name].value() for name in page.fields if page[name].value() is not None}
    client.post(url("task-edit", task.pk), {**data, "participants": [ended.pk], "title": "改了名称"})
    task.refresh_from_db()
    assert (task.title, list(task.participants.all())) == ("改了名称", [ended])


def test_progress_is_told_by_the_owner_and_the_office_only(client, squad, member, office):
    task = make_task(by=office, owner=squad)
    data = {"noted_on": "2026-03-01", "text": "已完成路段摸排"}
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER, unit=SquadFactory()))
    assert client.post(url("task-note", task.pk), data).status_code == 403
    for user in (member, office):
        client.force_login(user)
        assert client.post(url("task-note", task.pk), data).status_code == 302
    assert task.notes.count() == 2


@time_machine.travel("2026-03-10 09:00 +0800")
def test_the_desk_shows_tasks_by_their_light(squad, member, office):
    for day, title in ((9, "逾期任务"), (14, "本周任务"), (28, "本月任务")):
        make_task(by=office, owner=squad, title=title, due=date(2026, 3, day))
    make_task(by=office, owner=squad, title="远期任务", due=date(2026, 9, 1))
    make_task(by=office, title="别人的任务", due=date(2026, 3, 12))
    assert [todo.light for todo in desk.todo(member)] == ["red", "orange", "yellow"]
    assert "逾期 1 天" in desk.todo(member)[0].text
    assert [todo.light for todo in desk.todo(office)] == ["red"]


# --- Measures ---------------------------------------------------------------------------------------------------------


def test_a_measure_is_a_figure_at_once(office):
    measure = make_measure(by=office, name="打捞蓝藻", unit_of_count="吨")
    make_tally("12.5", by=office, measure=measure)
    make_tally("3.25", by=office, measure=measure, happened_on=date(2026, 6, 30))
    make_tally(7, by=office, measure=measure, happened_on=date(2026, 7, 1))
    (paragraph,), errors = compile_section(f"打捞蓝藻{{{{ {measure.figure_name} }}}}吨。", Draft(H1))
    assert errors == []
    assert "".join(span.text for span in paragraph) == "打捞蓝藻15.75吨。"
    assert value(measure, H1.cut(date(2026, 6, 20))) == Decimal("12.5")


def test_a_fall_against_last_year_is_worded(office):
    measure = make_measure(by=office)
    make_tally(50, by=office, measure=measure, happened_on=date(2025, 3, 5))
    make_tally(40, by=office, measure=measure)
    (paragraph,), _ = compile_section(f"{{{{ {measure.figure_name} | 同比 }}}}", Draft(H1))
    assert paragraph[0].text == "同比下降20%"


def test_a_standing_number_is_the_newest_of_each_unit(office):
    measure, other = make_measure(by=office, totalling="latest"), SquadFactory()
    for day, quantity in ((1, 5), (9, 7)):
        make_tally(quantity, by=office, measure=measure, unit=other, happened_on=date(2026, 2, day))
    make_tally(4, by=office, measure=measure)
    assert value(measure) == 11
    void_record(measure.entries.get(quantity=7), by=office, reason="重复登记")
    assert value(measure) == 9


def test_nothing_entered_is_no_data_and_not_zero(office):
    measure = make_measure(by=office)
    assert value(measure) is None
    make_tally(0, by=office, measure=measure)
    assert value(measure) == 0


def test_unlike_measures_are_never_added():
    found = registry().figures["reports.tally"].value(H1, None)
    assert found.is_missing
    assert "不能相加" in found.reason


def test_what_the_numbers_mean_stays_once_something_is_counted(office):
    measure = make_tally(by=office).measure
    measure.unit_of_count = "家"
    with pytest.raises(Refused, match="另加一个"):
        tasks.correct_measure(measure, by=office, seen=1)
    fresh = Measure.objects.get(pk=measure.pk)
    fresh.name = "规范店外经营"
    code = fresh.code
    assert tasks.correct_measure(fresh, by=office, seen=1).code == code


def test_of_two_with_the_same_measure_open_the_second_is_told_and_keeps_what_he_typed(client, office):
    measure = make_measure(by=office)
    client.force_login(office)
    address = url("measure-edit", measure.pk)
    data = {"name": measure.name, "unit_of_count": "处", "totalling": "sum", "order": 100, "active": "on",
            "seen": client.get(address).context["form"]["seen"].value()}  # fmt: skip
    assert client.post(address, {**data, "definition": "只计当场整改的"}).status_code == 302
    client.force_login(UserFactory(role=Roles.OFFICE))
    answer = client.post(address, {**data, "target": "300"})  # whose page was opened before
    assert answer.status_code == 422
    assert "这个指标刚被别人修改过，这次没有保存" in answer.content.decode()
    assert answer.context["form"]["target"].value() == "300"
    stored = Measure.objects.get(pk=measure.pk)
    assert (stored.definition, stored.target, stored.version) == ("只计当场整改的", None, 2)


def test_two_measures_of_a_task_differ_in_name(office):
    measure = make_measure(by=office)
    with pytest.raises(Refused, match="同名指标"):
        make_measure(by=office, task=measure.task)


# --- Entries ----------------------------------------------------------------------------------------------------------


def entry_data(measure, squad, **facts):
    known = {
        "measure": measure.code,
        "quantity": "12",
        "happened_on": "2026-03-05",
        "unit": squad.pk,
        "place": "示例路",
    }
    return {**known, "client_id": str(uuid4()), **facts}


def test_save_and_next_keeps_what_the_next_entry_shares(client, squad, member, office):
    measure = make_measure(by=office)
    client.force_login(member)
    answer = client.post(url("tally-create"), entry_data(measure, squad, next="1"))
    assert answer.status_code == 302
    page = client.get(answer.url)
    form = page.context["form"]
    assert form["measure"].value() == measure.code
    assert form["place"].value() == "示例路"
    assert form["quantity"].value() is None
    assert measure.name in page.content.decode()
    assert [recent.pk for recent in page.context["recent"]] == [measure.pk]


def test_the_same_form_sent_twice_is_stored_once(client, squad, member, office):
    data = entry_data(make_measure(by=office), squad)
    client.force_login(member)
    first, second = (client.post(url("tally-create"), data) for _ in range(2))
    assert first.url == second.url
    assert TallyEntry.objects.count() == 1
    other = UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)
    client.force_login(other)
    assert "别的账号" in client.post(url("tally-create"), data).content.decode()


def test_a_squad_enters_for_itself_and_for_tasks_that_are_its_own(client, squad, member, office):
    mine, theirs = (
        make_measure(by=office),
        make_measure(by=office, task=make_task(by=office, participants=[SquadFactory()])),
    )
    client.force_login(member)
    assert client.post(url("tally-create"), entry_data(theirs, squad)).status_code == 422
    assert client.post(url("tally-create"), entry_data(mine, SquadFactory())).status_code == 422
    assert client.post(url("tally-create"), entry_data(mine, squad, quantity="-1")).status_code == 422
    assert client.post(url("tally-create"), entry_data(mine, squad, happened_on="2999-01-01")).status_code == 422
    assert TallyEntry.objects.count() == 0


def test_somebody_elses_entry_is_not_to_be_seen(client, member, office):
    entry = make_tally(by=office)
    client.force_login(member)
    assert client.get(entry.get_absolute_url()).status_code == 404
    assert client.get(url("tally-list")).context["table"].count == 0


def test_a_correction_carries_its_reason(client, squad, member, office):
    entry = make_tally(by=member, unit=squad)
    client.force_login(member)
    data = {**entry_data(entry.measure, squad, quantity="9"), "seen": 1}
    assert client.post(url("tally-edit", entry.pk), data).status_code == 422
    assert client.post(url("tally-edit", entry.pk), {**data, "reason": "多记了三处"}).status_code == 302
    log = Activity.objects.about(entry).first()
    assert (log.note, log.changes["数量"]) == ("多记了三处", ["12", "9"])
    with pytest.raises(ChangedMeanwhile):
        tallies.correct_tally(entry, by=member, seen=1, reason="再改")


def test_after_its_task_is_closed_nothing_new_is_counted(office):
    measure = make_measure(by=office)
    tasks.move_task(measure.task, "finish", by=office, on=date(2026, 3, 1), words="办结")
    measure.refresh_from_db()
    make_tally(by=office, measure=measure, happened_on=date(2026, 3, 1))
    with pytest.raises(Refused, match="之后的日期不再登记"):
        make_tally(by=office, measure=measure, happened_on=date(2026, 3, 2))


@time_machine.travel("2026-03-20 09:00 +0800")
def test_what_was_counted_before_its_task_was_closed_is_entered_late(client, squad, member, office):
    measure = make_measure(by=office)
    tasks.move_task(measure.task, "finish", by=office, on=date(2026, 3, 10), words="办结")
    client.force_login(member)
    late = client.post(url("tally-create"), entry_data(measure, squad, happened_on="2026-03-12"))
    assert "之后的日期不再登记" in late.content.decode()
    assert client.post(url("tally-create"), entry_data(measure, squad, happened_on="2026-03-09")).status_code == 302
    with time_machine.travel("2026-06-20 09:00 +0800"):
        client.force_login(member)
        assert client.post(url("tally-create"), entry_data(measure, squad)).status_code == 422


def test_a_total_is_shown_for_one_measure_only(client, office):
    one, other = make_measure(by=office), make_measure(by=office)
    for measure in (one, one, other):
        make_tally(5, by=office, measure=measure)
    client.force_login(office)
    assert shown_total(client.get(url("tally-list"))) == "—"
    assert shown_total(client.get(url("tally-list"), {"measure": one.code})) == "10"


def shown_total(page):
    (cell,) = (cell for cell in page.context["table"].totals if cell.column.name == "quantity")
    return cell.text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_rows(client, office, rows, django_assert_max_num_queries):
    measure = make_measure(by=office)
    for _ in range(rows):
        make_tally(by=office, measure=measure)
    client.force_login(office)
    client.get(url("tally-list"))
    with django_assert_max_num_queries(25):
        assert client.get(url("tally-list")).context["table"].count == rows


def test_search_finds_tasks_and_places(member, office, squad):
    make_tally(by=office, unit=squad, place="特别的广场")
    make_task(by=office, title="特别的任务")
    assert {hit.kind for hit in desk.search(member, "特别的")} == {"重点工作", "工作量台账"}
    assert desk.search(UserFactory(role=Roles.STREET_CONTACT), "特别的") == []


@pytest.mark.parametrize("sign", ["%", "％"])
def test_a_measure_in_percent_changes_in_percentage_points_and_is_no_quantity(office, sign):
    measure = make_measure(name="清运率", unit_of_count=sign, totalling="latest")
    make_tally(Decimal("90.5"), measure=measure, unit=office.unit, happened_on=date(2025, 6, 20))
    make_tally(94, measure=measure, unit=office.unit, happened_on=date(2026, 6, 20))
    key, _, code = measure.figure_name.partition(":")
    with time_machine.travel(datetime(2026, 7, 3, tzinfo=UTC)):
        paragraphs, errors = compile_section(f"清运率{{{{ {measure.figure_name} | 同比 }}}}。", Draft(H1))
        line = line_of(registry().figures[key], H1, same_last_year(H1), code)
    assert not errors
    assert "".join(span.text for span in paragraphs[0]) == "清运率同比上升3.5个百分点。"
    assert line.change == "上升3.5个百分点"
    refused = parse(f"{{{{ {measure.figure_name} | 余 }}}}", known_keys()).errors
    assert "是比率，不能写成“余”" in refused[0].message
    plain = make_measure(name="清运量", unit_of_count="吨", task=measure.task)
    assert not parse(f"{{{{ {plain.figure_name} | 余 }}}}", known_keys()).errors
