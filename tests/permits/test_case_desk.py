"""What the permits put on the desk of each role, find in the search, and do by themselves every day."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from permits import desk
from permits.clocks import light_for
from permits.enums import PermitState
from permits.filters.applications import past_promise
from permits.models import Application, Emergency
from permits.tally import cases_of
from permits.workflow import daily, emergencies, reminders, supervision, window
from permits.workflow.next_steps import next_step
from permits.workflow.steps import Step
from staff import workdays
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import permits as make
from tests.factories.staff import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def said(user):
    return " / ".join(each.text for each in desk.todo(user))


def test_each_role_is_told_what_waits_for_it(section, window_clerk, deputy, officers, squad):
    make.make_received(section)
    assert "1 件申请待受理" in said(window_clerk)
    assert said(deputy) == ""
    make.make_in_review(section, officers, contact="二")
    assert "1 件申请待会审决定" in said(deputy)
    assert "待会审" not in said(window_clerk)


def test_who_is_sent_finds_the_survey_on_the_desk(section, squad, officers):
    surveyor = UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)
    officers[0].account = surveyor
    officers[0].save()
    application = make.make_surveying(section, officers, squad=squad)
    assert f"现场查勘 {application.number}" in said(surveyor)


def test_an_emergency_shows_its_hours(section, window_clerk):
    application = make.put(make.make_received(section), PermitState.EMERGENCY)
    start = timezone.now() - timedelta(hours=2, minutes=30)
    Emergency.objects.create(
        application=application, started_at=start, reported_at=start, cause="x", due_at=start + timedelta(hours=24)
    )
    assert "还剩 21 小时补办" in said(window_clerk)


def test_nothing_is_said_to_who_may_not_see_permits():
    stranger = UserFactory(role=Roles.PERSONNEL)
    assert desk.todo(stranger) == []
    assert desk.search(stranger, "许") == []


def test_a_case_is_found_by_number_applicant_licence_and_code(section, officers):
    application = make.make_issued(section, officers)
    for query in (application.number, "样例管线", application.licence_number, make.CREDIT_CODE):
        assert any(application.number in hit.title for hit in desk.search(section, query)), query


def test_a_period_that_ends_without_completion_expires_by_itself_once(section, officers, squad):
    watcher = UserFactory(role=Roles.SQUAD_LEADER, unit=squad)
    application = make.make_active(section, officers, squad=squad)
    assert supervision.expire_all() == 0
    make.put(application, PermitState.ACTIVE, ends_on=timezone.localdate() - timedelta(days=1),
             starts_on=timezone.localdate() - timedelta(days=5))  # fmt: skip
    assert supervision.expire_all() == 1
    assert make.fresh(application).state == PermitState.EXPIRED
    assert supervision.expire_all() == 0
    assert Message.objects.filter(recipient=watcher, text__contains="到期未竣工").count() == 1


def test_the_daily_task_run_twice_tells_nobody_twice(section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.make_accepted(section)
    time_machine_day(date(2026, 3, 9))  # the promise of five working days ends today
    assert daily.run() > 0
    told = Message.objects.filter(text__contains=application.number).count()
    daily.run()
    assert Message.objects.filter(text__contains=application.number).count() == told


def test_each_light_goes_to_its_people_once_and_into_the_log(section, deputy, time_machine_day):
    """Five working days promised, twenty by law; accepted on 2 March 2026."""
    director = UserFactory(role=Roles.DIRECTOR)
    time_machine_day(date(2026, 3, 2))
    application = make.make_accepted(section)

    def told_on(day):
        Message.objects.all().delete()
        time_machine_day(day)
        daily.run()
        rows = Message.objects.filter(text__contains=f"期限，许可 {application.number}")
        return {(row.recipient_id, row.text[:6]) for row in rows}

    assert told_on(date(2026, 3, 3)) == set()
    assert told_on(date(2026, 3, 6)) == {(section.pk, "催办（黄灯）"), (deputy.pk, "催办（黄灯）")}
    assert told_on(date(2026, 3, 9)) == set()  # yellow still: told already
    assert told_on(date(2026, 3, 12)) == {(deputy.pk, "督办（橙灯）"), (section.pk, "督办（橙灯）")}
    assert told_on(date(2026, 3, 31)) == {(director.pk, "督办（红灯）"), (section.pk, "督办（红灯）")}
    assert told_on(date(2026, 4, 1)) == set()
    kept = Activity.objects.about(application).filter(title__contains="办理期限").values_list("title", flat=True)
    assert set(kept) == {"催办（黄灯）：办理期限", "督办（橙灯）：办理期限", "督办（红灯）：办理期限"}


def test_without_a_director_red_goes_to_whoever_may_decide(section, deputy, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    make.make_accepted(section)
    time_machine_day(date(2026, 3, 31))
    daily.run()
    assert Message.objects.filter(recipient=deputy, text__startswith="督办（红灯）").exists()


def test_a_supplement_that_does_not_come_is_a_call_for_the_window_and_nothing_more(
    section, window_clerk, time_machine_day
):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    window.ask_supplement(application, "x", Step(section))
    time_machine_day(date(2026, 3, 16))
    daily.run()
    assert Message.objects.filter(recipient=window_clerk, text__contains="已满10个工作日").count() == 1
    assert make.fresh(application).state == PermitState.SUPPLEMENT


def test_an_emergency_past_24_hours_becomes_a_lead(section):
    application = make.put(make.make_received(section), PermitState.EMERGENCY)
    start = timezone.now() - timedelta(hours=25)
    row = Emergency.objects.create(
        application=application, started_at=start, reported_at=start, cause="x", due_at=start + timedelta(hours=24)
    )
    daily.run()
    row.refresh_from_db()
    assert row.case_lead


def test_new_holidays_move_the_days_of_open_cases(section, time_machine_day):
    from staff import workdays
    from staff.models import CalendarDay, CalendarYear

    time_machine_day(date(2026, 3, 2))
    application = make.make_accepted(section)
    before = application.decide_due
    year = CalendarYear.objects.get(year=2026)
    CalendarDay.objects.create(date=date(2026, 3, 10), kind="holiday_rest", name="样例假", year=year)
    workdays.forget()
    assert window.recompute_due_dates() == 1
    assert make.fresh(application).decide_due > before


@pytest.mark.parametrize(
    ("state", "day"),
    [
        (PermitState.IN_REVIEW, date(2026, 3, 1)),
        (PermitState.GRANTED, date(2026, 3, 2)),
        (PermitState.FEE_DUE, date(2026, 3, 3)),
        (PermitState.EXPIRED, date(2026, 3, 4)),
        (PermitState.COMPLETION, None),
    ],
)
def test_the_desk_tells_the_day_of_the_next_step(state, day):
    case = Application(
        state=state,
        decide_due=date(2026, 3, 1),
        deliver_due=date(2026, 3, 2),
        pay_due=date(2026, 3, 3),
        ends_on=date(2026, 3, 4),
    )
    assert desk.due_of(case) == day


def test_a_file_whose_supplement_came_in_is_not_late_for_the_notice(section, window_clerk, time_machine_day):
    """The notice went out in time; what came weeks later is to be accepted, and no leader hears of a period that is over."""
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    window.ask_supplement(application, "断面图", Step(section))
    time_machine_day(date(2026, 3, 20))
    window.supplement(application, Step(section))
    application, today = make.fresh(application), timezone.localdate()
    assert light_for(application, today, workdays.load()).level == "green"
    assert reminders.remind(today) == 0
    assert next_step(application, today).due is None
    (waiting,) = [each for each in desk.todo(window_clerk) if "待受理" in each.text]
    assert (waiting.due, waiting.light) == (None, "green")


def test_an_old_permit_without_the_day_of_its_licence_reminds_nobody(section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.put(
        make.make_received(section), PermitState.GRANTED, results_only=True, deliver_due=date(2026, 3, 3)
    )
    today = date(2026, 6, 1)
    time_machine_day(today)
    assert light_for(application, today, workdays.load()) is None
    assert reminders.remind(today) == 0


@pytest.fixture
def burst(section):
    """A pipe that burst two hours ago."""
    made, segment = make.build_application(), make.build_segment()
    made.total_area = segment.area
    began = timezone.now() - timedelta(hours=2)
    told = Emergency(started_at=began, reported_at=began, cause="水管爆裂")
    return emergencies.report_emergency(made, told, by=section, segments=[segment])


def test_an_emergency_is_made_up_after_it_began_by_somebody_known(burst, section):
    with pytest.raises(Refused, match="早于抢修开始日期"):
        emergencies.make_up(burst, Step(section, timezone.localdate() - timedelta(days=3)))
    Application.objects.filter(pk=burst.pk).update(applicant_code="")
    with pytest.raises(Refused, match="没有填写申请人的统一社会信用代码"):
        emergencies.make_up(burst, Step(section))


def test_an_emergency_reported_by_mistake_ends_without_a_lead_and_is_counted_nowhere(burst, section):
    today = timezone.localdate()
    burst.emergency.case_lead = True
    burst.emergency.save()
    with pytest.raises(Refused, match="误报的经过"):
        emergencies.end_mistaken(burst, Step(section))
    emergencies.end_mistaken(burst, Step(section, note="巡查误认，没有开挖"))
    ended = make.fresh(burst)
    assert (ended.state, ended.end_reason) == (PermitState.WITHDRAWN, "误报：巡查误认，没有开挖")
    assert not Emergency.objects.get().case_lead
    assert not cases_of("closed", today, today).exists()


def test_the_filter_of_what_is_past_its_promise_counts_to_the_licence_as_the_figure_does(section):
    today, due = timezone.localdate(), timezone.localdate() - timedelta(days=1)
    rows = {
        "decided in time, licence late": ("issued", {"decided_on": due, "issued_on": today}),
        "decided in time, no licence yet": ("granted", {"decided_on": due}),
        "licence in time": ("active", {"decided_on": due, "issued_on": due}),
        "refused late": ("denied", {}),
    }
    found = {}
    for name, (state, days) in rows.items():
        found[name] = make.put(make.make_accepted(section), state, promised_due=due, **days).pk
    late = set(Application.objects.filter(past_promise()).values_list("pk", flat=True))
    assert {name for name, pk in found.items() if pk in late} == set(rows) - {"licence in time"}
