"""The whole course of a permit through its doors, and what each door refuses on the way."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from permits.enums import PermitState
from permits.models import RestorationCheck
from permits.workflow import decisions, opinions, silence, supervision, surveys, window
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step
from staff import workdays
from staff.models import Activity, CalendarYear
from staff.refusals import Refused
from tests.factories import permits as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def test_from_the_window_to_the_archive(section, officers):
    application = make.make_active(section, officers)
    supervision.complete(application, Step(section))
    check = RestorationCheck(
        first=officers[0], second=officers[1], happened_at=timezone.now(), passed=True, police_present=True
    )
    supervision.check_restoration(application, check, Step(section))
    application = make.fresh(application)
    assert application.state == PermitState.WARRANTY
    today = timezone.localdate()
    assert application.restored_on == today
    assert application.warranty_until >= today.replace(year=today.year + 1)
    with pytest.raises(Refused, match=r"质保期至.*第十八条"):
        supervision.close(application, Step(section))
    make.put(application, PermitState.WARRANTY, warranty_until=today - timedelta(days=1))
    supervision.close(application, Step(section))
    assert make.fresh(application).state == PermitState.CLOSED
    assert application.flaws.count() == 0
    titles = list(Activity.objects.about(application).values_list("title", flat=True))
    assert {"收件", "受理", "派单查勘", "登记查勘结果", "提交集中会审", "准予许可", "发证", "登记开工"} <= set(titles)


def test_only_one_notice_of_what_is_missing(section):
    application = make.make_received(section)
    window.ask_supplement(application, "规划批准文件", Step(section))
    window.supplement(application, Step(section))
    with pytest.raises(Refused, match=r"只能一次告知.*第三十二条第一款第四项"):
        window.ask_supplement(application, "再来一份", Step(section))
    assert make.fresh(application).state == PermitState.RECEIVED


def test_acceptance_asks_for_every_mandatory_material(section):
    application = make.make_received(section)
    application.materials.update(received_on=None)
    with pytest.raises(Refused, match=r"缺材料：申请表.*一次性告知"):
        window.accept(application, Step(section))


def test_silence_of_five_working_days_accepts_as_of_receipt(section, time_machine_day):
    time_machine_day(date(2026, 9, 25))
    application = make.make_received(section)
    assert application.supplement_due == date(2026, 10, 9)  # 国庆 lies between
    time_machine_day(date(2026, 10, 9))
    assert silence.deem_all() == 0
    time_machine_day(date(2026, 10, 10))
    assert silence.deem_all() == 1
    application = make.fresh(application)
    assert (application.state, application.accepted_on, application.deemed_accepted) == (
        PermitState.ACCEPTED, date(2026, 9, 25), True,
    )  # fmt: skip
    assert application.flaws.get().code == "deemed-accepted"
    assert silence.deem_all() == 0


def test_reading_a_case_shows_what_silence_decided_and_writes_nothing(section, client, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    time_machine_day(date(2026, 3, 20))
    client.force_login(section)
    page = client.get(application.get_absolute_url()).content.decode()
    assert "登记受理（逾期未告知，即为受理）" in page
    assert "自收件之日（2026-03-02）起即为受理" in page
    assert make.fresh(application).state == PermitState.RECEIVED


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (lambda application, step: window.ask_supplement(application, "x", step), "一次性告知补正"),
        (window.refuse_intake, "不予受理"),
        (window.declare_not_required, "不需要许可|无需许可"),
    ],
)
def test_after_silence_the_window_cannot_turn_a_file_away(section, time_machine_day, late, words):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    time_machine_day(date(2026, 3, 20))
    with pytest.raises(Refused, match=words):
        late(application, Step(section, note="x"))
    assert window.accept(application, Step(section)).deemed_accepted


def test_after_silence_the_content_stands(section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    time_machine_day(date(2026, 3, 20))
    with pytest.raises(Refused, match="不能再改"):
        window.correct_application(make.fresh(application), None, by=section, seen=application.version)


def test_a_notice_that_went_out_in_time_goes_before_silence(section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    time_machine_day(date(2026, 3, 20))
    silence.deem_all()
    window.accept(application, Step(section, date(2026, 3, 4), afterwards=True))
    application = make.fresh(application)
    assert (application.accepted_on, application.deemed_accepted) == (date(2026, 3, 4), False)


def test_a_second_acceptance_is_refused_with_who_and_when(section):
    application = make.make_accepted(section)
    with pytest.raises(Refused, match=r"审批科员已于.*办理“受理”"):
        window.accept(application, Step(section))


def test_a_city_road_goes_to_the_city_bureau(section):
    application = make.make_received(section, segments=[make.build_segment(road=make.make_road(manager="city"))])
    with pytest.raises(Refused, match=r"是市管道路.*请“转报市局”，或者“不予受理”"):
        window.accept(application, Step(section))
    window.transfer(application, Step(section))
    assert make.fresh(application).state == PermitState.TRANSFERRED


def test_a_district_road_is_not_transferred(section):
    with pytest.raises(Refused, match="没有市管路段"):
        window.transfer(make.make_received(section), Step(section))


def test_areas_that_do_not_add_up_are_refused(section):
    application = make.build_application(total_area=Decimal("17.32"))
    with pytest.raises(Refused, match=r"总面积 17.32 ㎡ 不等于各路段之和 10.32 ㎡"):
        window.create_draft(application, [make.build_segment()], by=section)


def test_two_different_people_survey(section, officers):
    application = make.make_accepted(section)
    with pytest.raises(Refused, match="两名以上工作人员"):
        surveys.assign(application, surveys.Crew(officers[0], officers[0]), Step(section))


def test_an_officer_who_is_the_applicant_steps_back(section, officers):
    application = make.make_accepted(section, contact="查勘甲")
    with pytest.raises(Refused, match=r"查勘甲与申请人.*《公务员法》第七十六条"):
        surveys.assign(application, surveys.Crew(*officers), Step(section))


def test_a_missing_certificate_is_told_and_stops_nothing(section, officers):
    officers[1].certificates.all().delete()
    application = make.make_surveying(section, officers)
    assert "查勘乙" in application.surveys.get().warnings
    assert application.state == PermitState.SURVEYING


def test_a_survey_without_photos_position_measures_is_refused_with_all_of_them(section, officers):
    application = make.make_surveying(section, officers)
    with pytest.raises(Refused) as refused:
        surveys.complete_survey(application, surveys.SurveyFacts("agree", second_signed=False), Step(section))
    for words in ("至少 3 张", "没有定位", "没有实测长宽", "都签名"):
        assert words in str(refused.value)


def test_no_grant_without_the_police(section, officers):
    application = make.make_surveyed(section, officers)
    with pytest.raises(Refused, match=r"缺公安交管部门意见.*第三十条"):
        opinions.to_review(application, Step(section))


def test_no_grant_against_the_police(section, officers):
    application = make.make_in_review(section, officers)
    opinions.record_opinion(application, opinions.Answer("police", "disagree", note="高峰不宜"), Step(section))
    with pytest.raises(Refused, match="公安交管部门不同意"):
        decisions.grant(application, Verdict("x", "局长"), Step(section))


def test_a_protected_road_needs_the_city_government(section, officers):
    start = timezone.localdate() + timedelta(days=10)
    road = make.make_road(manager="owner", opened_on=start - timedelta(days=365))
    application = make.make_surveyed(section, officers, segments=[make.build_segment(road=road)], starts_on=start)
    make.agree(application, section)
    with pytest.raises(Refused, match=r"禁挖期未满.*第三十三条第二款"):
        opinions.to_review(application, Step(section))
    opinions.ask_government(application, Step(section))
    answer = opinions.Answer("government", "agree", document="岳政函〔2026〕1号")
    opinions.government_answer(application, answer, Step(section))
    opinions.to_review(application, Step(section))
    assert make.fresh(application).state == PermitState.IN_REVIEW


def test_a_road_out_of_protection_asks_no_government(section, officers):
    application = make.make_surveyed(section, officers)
    with pytest.raises(Refused, match="不需要报政府批准"):
        opinions.ask_government(application, Step(section))


@pytest.mark.parametrize("kind", ["survey", "police", "payment", ""])
def test_the_clock_stops_for_nothing_but_the_three_causes(section, officers, kind):
    application = make.make_surveyed(section, officers)
    pause = decisions.Pause(kind, "现场查勘", 5, timezone.localdate())
    with pytest.raises(Refused, match=r"现场查勘、征求意见、缴费都不中止.*第四十五条"):
        decisions.start_special(application, pause, Step(section))


@pytest.mark.parametrize("kind", ["hearing", "appraisal", "expert"])
def test_a_special_procedure_moves_the_last_day_by_as_many_working_days(section, officers, time_machine_day, kind):
    time_machine_day(date(2026, 3, 2))
    application = make.make_surveyed(section, officers)
    assert application.decide_due == date(2026, 3, 30)
    time_machine_day(date(2026, 3, 3))
    decisions.start_special(application, decisions.Pause(kind, "事由", 5, date(2026, 3, 3)), Step(section))
    time_machine_day(date(2026, 3, 9))
    decisions.end_special(application, Step(section))
    assert make.fresh(application).decide_due == date(2026, 4, 7)  # five paused days; 清明 lies between


def test_a_special_procedure_tells_the_applicant_how_long(section, officers):
    application = make.make_surveyed(section, officers)
    with pytest.raises(Refused, match="所需时间书面告知"):
        decisions.start_special(application, decisions.Pause("hearing", "事由", 5, None), Step(section))


def test_one_extension_before_the_last_day(section, officers, time_machine_day):
    time_machine_day(date(2026, 1, 30))
    application = make.make_in_review(section, officers, starts_on=date(2026, 5, 1))
    assert application.decide_due == date(2026, 3, 5)
    decisions.extend(application, "需要进一步论证", Step(section))
    assert make.fresh(application).decide_due == date(2026, 3, 19)
    with pytest.raises(Refused, match="已延长过一次"):
        decisions.extend(application, "再延", Step(section))


def test_no_extension_after_the_last_day(section, officers, time_machine_day):
    time_machine_day(date(2026, 1, 30))
    application = make.make_in_review(section, officers, starts_on=date(2026, 5, 1))
    time_machine_day(date(2026, 3, 6))
    with pytest.raises(Refused, match="法定期限2026-03-05已过"):
        decisions.extend(application, "x", Step(section))


def test_a_late_decision_is_made_and_flagged(section, officers, time_machine_day):
    time_machine_day(date(2026, 1, 30))
    application = make.make_in_review(section, officers, starts_on=date(2026, 5, 1))
    time_machine_day(date(2026, 3, 6))
    decisions.grant(application, Verdict("条件", "局长"), Step(section))
    assert application.flaws.get().code == "decided-late"


def test_a_refusal_says_why_and_how_to_contest_it(section, officers):
    application = make.make_in_review(section, officers)
    with pytest.raises(Refused, match=r"必须说明理由.*第三十八条第二款"):
        decisions.deny(application, Verdict(" ", "局长"), Step(section))
    decisions.deny(application, Verdict("影响消防通道", "局长"), Step(section))
    application = make.fresh(application)
    assert "60日" in application.remedies
    assert "6个月" in application.remedies


def test_of_two_who_decide_one_wins_and_the_other_is_told(section, officers, deputy):
    application = make.make_in_review(section, officers)
    twin = make.fresh(application)
    decisions.grant(application, Verdict("条件", "副局长"), Step(deputy))
    with pytest.raises(Refused, match=r"分管副局长已于.*办理“准予许可”"):
        decisions.deny(twin, Verdict("理由", "局长"), Step(section))
    assert make.fresh(application).granted is True


def test_no_licence_while_the_fee_is_open(section, officers):
    application = make.make_granted(section, officers)
    segment = application.segments.get()
    segment.road = make.make_road(manager="district")
    segment.save()
    with pytest.raises(Refused, match=r"费用还没有核算.*第三十七条"):
        decisions.issue(application, Step(section))


def test_a_licence_number_is_taken_once(section, officers):
    first = make.make_issued(section, officers)
    second = make.make_granted(section, officers)
    assert first.licence_number
    with pytest.raises(Refused, match="已被使用"):
        decisions.issue(second, Step(section), licence_number=first.licence_number)


def test_a_day_ahead_of_us_is_refused(section):
    application = make.make_received(section)
    with pytest.raises(Refused, match="晚于今天"):
        window.accept(application, Step(section, timezone.localdate() + timedelta(days=1)))


def test_what_happened_otherwise_is_recorded_and_flagged(section, officers):
    application = make.make_accepted(section)
    decisions.grant(application, Verdict("", "局长"), Step(section, afterwards=True))
    application = make.fresh(application)
    assert application.state == PermitState.GRANTED
    codes = set(application.flaws.values_list("code", flat=True))
    assert codes == {"step-skipped", "no-survey", "no-police"}
    assert all(application.flaws.values_list("article", flat=True))


def test_a_year_without_calendar_is_named(section):
    CalendarYear.objects.all().delete()
    workdays.forget()
    application = make.build_application(total_area=Decimal("10.32"))
    window.create_draft(application, [make.build_segment()], by=section)
    with pytest.raises(Refused, match="工作日历还没有录入"):
        window.receive(application, Step(section))


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_the_same_moment_do_not_both_win(section, officers):
    application = make.make_in_review(section, officers)
    results = []

    def attempt(door):
        try:
            door(application, Verdict("按方案施工", "局长"), Step(section))
            results.append("done")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[door]) for door in (decisions.grant, decisions.deny)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    decided = Activity.objects.about(application).filter(title__in=("准予许可", "不予许可"))
    assert decided.count() == 1


@pytest.mark.parametrize("end", ["grant", "deny", "withdraw"])
def test_what_ends_a_case_in_a_special_procedure_ends_its_pause(section, officers, time_machine_day, end):
    """The last day does not go on moving, so that a late decision would count as one in time."""
    time_machine_day(date(2026, 3, 2))
    application = make.make_surveyed(section, officers)
    decisions.start_special(application, decisions.Pause("expert", "事由", 5, date(2026, 3, 2)), Step(section))
    time_machine_day(date(2026, 4, 10))
    window.recompute_due_dates()
    late = Step(section, date(2026, 3, 3), afterwards=True, note="x")
    if end == "withdraw":
        window.withdraw(application, late)
    else:
        getattr(decisions, end)(application, decisions.Verdict("x", "局长"), late)
    pause = application.pauses.get()
    assert pause.ended_on == date(2026, 3, 3)
    due = make.fresh(application).decide_due
    time_machine_day(date(2026, 4, 20))
    window.recompute_due_dates()
    assert make.fresh(application).decide_due == due < date(2026, 4, 3)


def test_a_pause_that_an_earlier_release_left_open_ends_with_the_decision(section, officers):
    left, running = make.make_accepted(section), make.make_accepted(section)
    day = timezone.localdate()
    for each in (left, running):
        each.pauses.create(kind="expert", reason="x", basis="x", started_on=day, recorded_by=section)
    make.put(left, PermitState.DENIED)
    make.put(running, PermitState.SPECIAL)
    migration = import_module("permits.migrations.0013_two_at_once_and_the_clock_of_a_change")
    migration.end_pauses_left_open(apps, None)
    assert (left.pauses.get().ended_on, running.pauses.get().ended_on) == (day, None)
