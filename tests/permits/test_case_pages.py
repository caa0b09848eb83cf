"""The pages of a case: what each role sees and can do, what comes back when something is wrong."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from permits.enums import PermitState
from permits.models import Application, Survey
from permits.workflow import surveys, window
from permits.workflow.steps import Step
from staff.permissions import Roles
from tests.factories import permits as make
from tests.factories.staff import UserFactory
from tests.permits.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
TABS = ("application", "materials", "survey", "review", "fees", "papers", "service", "site")


def typed(item, **fields):
    """What the window types for one dug segment."""
    day = timezone.localdate() + timedelta(days=20)
    data = {
        "item": item.pk, "space_kind": "carriageway", "location": "样例路口", "purpose": "敷设管线",
        "starts_on": day, "ends_on": day + timedelta(days=4), "applicant_kind": "unit", "applicant_name": "样例公司",
        "applicant_code": make.CREDIT_CODE, "contact": "样例人", "phone": "13800001234", "received_on": timezone.localdate(),
        "total_area": "", "entry_key": "k1", "segments-TOTAL_FORMS": "2", "segments-INITIAL_FORMS": "0",
        "segments-MIN_NUM_FORMS": "1", "segments-MAX_NUM_FORMS": "30", "segments-0-act": "dig",
        "segments-0-part": "carriageway", "segments-0-surface": "asphalt", "segments-0-length": "17.2",
        "segments-0-width": "0.6", "segments-0-kerb": "0", "segments-0-manholes": "0", "segments-0-gullies": "0",
        "segments-1-kerb": "0", "segments-1-manholes": "0", "segments-1-gullies": "0", "segments-1-surface": "other",
    }  # fmt: skip
    return data | fields


def post_new(client, **fields):
    item = fields.pop("item", None) or make.make_item()
    return client.post(reverse("permits:application-create"), typed(item, **fields))


def test_the_window_receives_an_application_with_its_segments(at_window):
    answer = post_new(at_window)
    application = Application.objects.get()
    assert answer.url == application.get_absolute_url()
    assert application.state == PermitState.RECEIVED
    assert application.total_area == Decimal("10.32")
    assert (application.days, application.segments.count(), application.materials.count()) == (5, 1, 1)


def test_the_same_form_twice_makes_one_application(at_window):
    item = make.make_item()
    post_new(at_window, item=item)
    post_new(at_window, item=item)
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"segments-0-area": "17.32"}, "17.2 × 0.6 = 10.32 ㎡"),
        ({"total_area": "17.32"}, "总面积 17.32 ㎡ 不等于各路段之和 10.32 ㎡"),
        ({"ends_on": "2020-01-01"}, "截止日期早于起始日期"),
        ({"applicant_code": "91430600MA4L0PN30X"}, "校验位不对"),
        ({"segments-0-length": "", "segments-0-width": ""}, "请填写长（米）"),
        ({"applicant_code": ""}, "没有填写申请人的统一社会信用代码"),
        ({"segments-0-act": "occupy"}, "应为“占用城市道路”"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(at_window, wrong, words):
    answer = post_new(at_window, **wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "敷设管线" in page
    assert not Application.objects.exists()


def test_a_refused_receipt_leaves_no_draft_behind(at_window):
    item = make.make_item()
    post_new(at_window, item=item, applicant_code="")
    post_new(at_window, item=item)
    assert Application.objects.get().applicant_code == make.CREDIT_CODE


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_at_every_stage(at_section, section, officers, tab):
    for build in (make.make_received, make.make_accepted):
        application = build(section)
        assert at_section.get(f"{application.get_absolute_url()}?tab={tab}").status_code == 200
    for build in (make.make_surveyed, make.make_in_review, make.make_active):
        application = build(section, officers)
        assert at_section.get(f"{application.get_absolute_url()}?tab={tab}").status_code == 200


def test_the_page_says_what_comes_next_by_whom_until_when_and_why(at_section, section, time_machine_day):
    time_machine_day(date(2026, 9, 25))
    application = make.make_received(section)
    page = at_section.get(application.get_absolute_url()).content.decode()
    for words in ("受理或者一次性告知补正", "窗口", "2026-10-09", "第三十二条", "国庆"):
        assert words in page


def test_a_paper_that_may_not_go_out_says_why_with_the_article(at_section, section):
    application = make.make_accepted(section)
    page = at_section.get(application.get_absolute_url() + "?tab=papers").content.decode()
    assert "不可出文" in page
    assert "《行政许可法》第三十八条第一款" in page


def test_opening_a_case_shows_what_silence_decided(at_section, section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    application = make.make_received(section)
    time_machine_day(date(2026, 3, 20))
    page = at_section.get(application.get_absolute_url()).content.decode()
    assert "登记受理（逾期未告知，即为受理）" in page
    assert "自收件之日（2026-03-02）起即为受理" in page


def step_url(application, edge):
    return reverse("permits:step", args=[application.pk, edge])


def test_a_step_is_taken_from_its_dialog(at_section, section):
    application = make.make_received(section)
    answer = at_section.post(step_url(application, "accept"), {"on": timezone.localdate()})
    assert answer.url == application.get_absolute_url()
    assert make.fresh(application).state == PermitState.ACCEPTED


def test_a_refused_step_comes_back_with_what_was_typed(at_section, section, officers):
    application = make.make_accepted(section)
    data = {"on": timezone.localdate(), "first": officers[0].pk, "second": officers[0].pk, "no_conflict": "on",
            "companions": "养护处同去"}  # fmt: skip
    answer = at_section.post(step_url(application, "assign"), data)
    assert answer.status_code == 422
    assert "两名以上工作人员" in answer.content.decode()
    assert "养护处同去" in answer.content.decode()


def test_the_same_step_posted_twice_does_no_harm(at_section, section):
    application = make.make_received(section)
    for _ in range(2):
        answer = at_section.post(step_url(application, "accept"), {"on": timezone.localdate()}, follow=True)
    assert "办理“受理”" in answer.content.decode()
    assert application.flaws.count() == 0


def test_the_section_registers_what_a_leader_signed_on_paper(at_section, section, officers):
    application = make.make_in_review(section, officers)
    url = step_url(application, "grant")
    refused = at_section.post(url, {"on": timezone.localdate(), "text": "按方案施工"})
    assert refused.status_code == 422  # who signed must be said
    at_section.post(url, {"on": timezone.localdate(), "text": "按方案施工", "signed_by": "张副局长"})
    application = make.fresh(application)
    assert application.decided_by == "张副局长"
    assert application.offline_approvals.get().signer == "张副局长"


def test_a_leader_decides_in_his_own_name(section, officers, deputy):
    application = make.make_in_review(section, officers)
    answer = signed_in(deputy).post(step_url(application, "grant"), {"on": timezone.localdate(), "text": "按方案施工"})
    assert answer.status_code == 302
    assert make.fresh(application).decided_by == "分管副局长"
    assert not application.offline_approvals.exists()


@pytest.mark.parametrize(
    ("role", "edge"),
    [(Roles.WINDOW, "grant"), (Roles.FINANCE, "accept"), (Roles.SQUAD_LEADER, "grant"), (Roles.OFFICE, "receive")],
)
def test_a_step_that_is_not_yours_is_forbidden(section, squad, role, edge):
    application = make.make_received(section, squad=squad)
    client = signed_in(UserFactory(role=role, unit=squad))
    assert client.post(step_url(application, edge), {"on": timezone.localdate()}).status_code == 403


def test_a_squad_sees_only_its_own_cases(section, squad, officers):
    mine = make.make_surveying(section, officers, squad=squad)
    other = make.make_received(section, contact="别处")
    client = signed_in(UserFactory(role=Roles.SQUAD_MEMBER, unit=squad))
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


def test_the_survey_is_kept_and_then_done_by_phone(section, squad, officers):
    application = make.make_surveying(section, officers, squad=squad)
    survey = Survey.objects.get()
    client = signed_in(UserFactory(role=Roles.SQUAD_MEMBER, unit=squad))
    url = reverse("permits:survey-fill", args=[application.pk])
    assert client.get(url).status_code == 200
    segment = application.segments.get()
    now = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
    data = {
        "surveyed_at": now.isoformat(), "latitude": "29.35", "longitude": "113.1", f"length_{segment.pk}": "17.2",
        f"width_{segment.pk}": "0.6", f"surface_{segment.pk}": "asphalt", "opinion": "agree", "first_signed": "on",
        "second_signed": "on", "pipes": "有燃气管",
    }  # fmt: skip
    assert client.post(url, data | {"keep": "1", "seen": "1"}).status_code == 302
    data["seen"] = "2"
    assert Survey.objects.get().pipes == "有燃气管"
    refused = client.post(url, data | {"done": "1"})
    assert "照片只有 0 张" in refused.content.decode()
    make.photos_of(survey, section)
    surveys.Survey.objects.filter(pk=survey.pk).update(assigned_on=timezone.localdate() - timedelta(days=1))
    assert client.post(url, data | {"done": "1"}).status_code == 302
    assert make.fresh(application).state == PermitState.SURVEYED


def quick(item, officers, **fields):
    today = timezone.localdate()
    days = dict.fromkeys(("received_on", "accepted_on", "surveyed_on", "police_on", "decided_on", "issued_on", "delivered_on"), today)  # fmt: skip
    people = {"first": officers[0].pk, "second": officers[1].pk}
    more = {"granted": "yes", "text": "按方案施工", "decided_by": "张副局长", "licence_number": "占掘证1"}
    road = make.make_road(manager="owner")
    return typed(item, **(days | people | more | {"segments-0-road": road.pk} | fields))


def test_a_common_permit_is_registered_on_one_page(at_window, officers):
    answer = at_window.post(reverse("permits:quick-create"), quick(make.make_item(), officers))
    assert answer.status_code == 302
    application = Application.objects.get()
    assert application.state == PermitState.ISSUED
    assert application.flaws.count() == 0
    assert application.delivered_on == timezone.localdate()


def test_a_fee_that_was_settled_on_paper_comes_with_the_course(at_window, officers):
    road = make.make_road(manager="district")
    data = {
        "segments-0-road": road.pk,
        "fee_amount": "1548.00",
        "fee_basis": "湘价费〔2001〕261号",
        "fee_receipt": "票1",
    }
    at_window.post(reverse("permits:quick-create"), quick(make.make_item(), officers, **data))
    application = Application.objects.get()
    assert application.flaws.count() == 0
    assert application.assessments.get().paid == Decimal("1548.00")


def test_a_course_that_went_otherwise_is_kept_with_its_flaws(at_window, officers):
    at_window.post(reverse("permits:quick-create"), quick(make.make_item(), officers, police_on="", surveyed_on=""))
    codes = set(Application.objects.get().flaws.values_list("code", flat=True))
    assert {"no-survey", "no-police"} <= codes


def test_days_of_a_course_come_in_order(at_window, officers):
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = at_window.post(reverse("permits:quick-create"), quick(make.make_item(), officers, decided_on=yesterday))
    assert answer.status_code == 422
    assert "早于前一个环节" in answer.content.decode()
    assert not Application.objects.exists()


def test_only_a_result_is_registered_without_judging_its_course(at_window):
    today = timezone.localdate()
    data = typed(make.make_item(), received_on=today, decided_on=today, granted="yes", issued_on=today, licence_number="外1",
                 external_number="HN-1", external_system="政务网")  # fmt: skip
    assert at_window.post(reverse("permits:result-create"), data).status_code == 302
    application = Application.objects.get()
    assert (application.state, application.results_only) == (PermitState.ACTIVE, True)
    assert not application.flaws.exists()


def test_an_emergency_is_reported_and_made_up_too_late(at_window, section, time_machine_day):
    time_machine_day(date(2026, 10, 3))
    data = typed(make.make_item(), started_at="2026-10-03T09:00", reported_at="2026-10-03T09:30", cause="水管爆裂")
    assert at_window.post(reverse("permits:emergency-create"), data).status_code == 302
    application = Application.objects.get()
    assert application.state == PermitState.EMERGENCY
    due = timezone.localtime(application.emergency.due_at)
    assert (due.day, due.hour) == (4, 9)  # holidays do not stop the hours
    time_machine_day(date(2026, 10, 5))
    at_window.force_login(at_window.user)
    at_window.post(step_url(application, "make_up"), {"on": date(2026, 10, 5)})
    application = make.fresh(application)
    assert application.state == PermitState.RECEIVED
    assert application.emergency.case_lead
    assert set(application.flaws.values_list("code", flat=True)) == {"emergency-not-told", "made-up-late"}


def test_the_calendar_of_a_phone_gets_what_is_due(at_section, section):
    application = make.make_accepted(section)
    answer = at_section.get(reverse("permits:due-ics"))
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"DTSTART;VALUE=DATE:{application.decide_due:%Y%m%d}" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_board_puts_the_worst_first(at_section, section, time_machine_day):
    time_machine_day(date(2026, 3, 2))
    late = make.make_accepted(section)
    time_machine_day(date(2026, 4, 10))
    make.make_accepted(section, contact="新")
    page = at_section.get(reverse("permits:light-board")).content.decode()
    assert "已超法定期限" in page
    assert page.index(late.number) < page.index("正常")


@pytest.mark.parametrize("name", ["application-list", "light-board", "due-calendar"])
def test_a_page_asks_as_much_for_many_cases_as_for_one(at_section, section, django_assert_max_num_queries, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"permits:{name}")
    make.make_accepted(section)
    at_section.get(url)
    with CaptureQueriesContext(connection) as few:
        at_section.get(url)
    for number in range(5):
        make.make_accepted(section, contact=f"人{number}")
    with CaptureQueriesContext(connection) as many:
        at_section.get(url)
    assert len(many) <= len(few) + 1


def test_offline_signatures_and_external_numbers_are_noted(at_section, section):
    application = make.make_accepted(section)
    note = lambda name: reverse("permits:note", args=[application.pk, name])  # noqa: E731
    today = timezone.localdate()
    at_section.post(
        note("approval"), {"subject": "会审", "words": "同意", "signer": "李四", "on_behalf_of": "王五", "on": today}
    )
    at_section.post(note("external"), {"external_number": "HN-2026-1", "external_system": "政务网"})
    page = at_section.get(application.get_absolute_url()).content.decode()
    assert "李四代王五" in page
    listed = at_section.get(reverse("permits:application-list"), {"q": "hn-2026"}).content.decode()
    assert application.number in listed


def test_the_list_is_exported_as_it_is_shown(at_section, section):
    make.make_accepted(section)
    answer = at_section.get(reverse("staff:export", args=["permits.applications"]))
    assert answer.status_code == 200


def test_dates_of_a_step_ahead_of_us_are_refused(at_section, section):
    application = make.make_received(section)
    answer = at_section.post(step_url(application, "accept"), {"on": timezone.localdate() + timedelta(days=3)})
    assert answer.status_code == 422
    assert "晚于今天" in answer.content.decode()


def test_a_correction_does_not_overwrite_what_somebody_else_saved(at_window, section):
    application = make.make_received(section)
    url = reverse("permits:application-edit", args=[application.pk])
    data = typed(application.item, seen=application.version - 1)
    answer = at_window.post(url, data)
    assert answer.status_code == 422
    assert "刚被别人修改过" in answer.content.decode()
    data["seen"] = application.version
    assert at_window.post(url, data).status_code == 302
    assert make.fresh(application).purpose == "敷设管线"


def test_the_window_withdraws_only_with_a_reason(at_window, section):
    application = make.make_received(section)
    assert (
        at_window.post(step_url(application, "withdraw"), {"on": timezone.localdate(), "note": ""}).status_code == 422
    )
    at_window.post(step_url(application, "withdraw"), {"on": timezone.localdate(), "note": "3月1日书面撤回"})
    assert make.fresh(application).state == PermitState.WITHDRAWN


def test_steps_recorded_afterwards_stand_apart_and_are_flagged(at_section, section, officers):
    application = make.make_accepted(section)
    page = at_section.get(application.get_absolute_url()).content.decode()
    assert "补录：准予许可" in page
    data = {"on": timezone.localdate(), "afterwards": "on", "text": "按方案施工", "signed_by": "张副局长"}
    refused = at_section.post(step_url(application, "grant"), data)
    assert "请写明补录原因" in refused.content.decode()
    at_section.post(step_url(application, "grant"), data | {"late_reason": "系统停机，先按纸质办理"})
    assert make.fresh(application).state == PermitState.GRANTED
    assert "补录原因：系统停机，先按纸质办理" in at_section.get(application.get_absolute_url()).content.decode()
    assert "step-skipped" in set(application.flaws.values_list("code", flat=True))


def test_step_default_is_today():
    assert Step(None).day == timezone.localdate()


def test_no_button_of_a_dialog_reads_as_the_opposite_of_its_step(at_section, section, officers):
    page = at_section.get(make.make_in_review(section, officers).get_absolute_url()).content.decode()
    assert "不准予许可" not in page
    assert "不不予许可" not in page


def test_digging_for_a_project_asks_for_the_planning_documents(at_window):
    item = make.make_item(materials=("申请表",))
    asked = at_window.get(reverse("permits:materials-asked"), {"item": item.pk}).content.decode()
    assert "申请表" in asked
    assert "规划批准文件" not in asked
    asked = at_window.get(reverse("permits:materials-asked"), {"item": item.pk, "is_project": "on"}).content.decode()
    assert "规划批准文件（因工程建设挖掘的（《城市道路管理条例》第三十三条第一款））" in asked
    post_new(at_window, item=item, is_project="on", **{"segments-1-part": "", "segments-1-act": ""})
    made = Application.objects.get()
    owed = set(made.materials.filter(mandatory=True).values_list("name", flat=True))
    assert owed == {"申请表", "规划批准文件", "设计文件"}


def test_a_conditional_line_for_projects_becomes_mandatory_and_again_not(section):
    item = make.make_item(materials=("设计文件、断面图",))
    item.materials.create(name="规划批准文件", position=9, necessity="conditional", condition="因工程建设挖掘的")
    made = make.make_received(section, item=item, is_project=True)
    line = made.materials.get(name="规划批准文件")
    assert line.mandatory
    assert made.materials.count() == 2  # the checklist has both: nothing is asked twice
    made.is_project = False
    window.correct_application(made, None, by=section, seen=made.version)
    line.refresh_from_db()
    assert not line.mandatory


def test_what_the_law_added_goes_when_it_is_no_project(section):
    made = make.make_received(section, item=make.make_item(), is_project=True)
    made.materials.filter(name="设计文件").update(received_on=None)
    made.is_project = False
    window.correct_application(made, None, by=section, seen=made.version)
    names = set(made.materials.values_list("name", flat=True))
    assert names == {"申请表", "规划批准文件"}  # handed in, so it stays in the file


def test_the_form_offers_a_blank_row_to_copy_and_takes_rows_that_were_added(at_window):
    page = at_window.get(reverse("permits:application-create")).content.decode()
    assert "segments-__prefix__-length" in page
    assert 'src="/static/js/segments.js' in page
    row = {"act": "dig", "part": "carriageway", "surface": "asphalt", "length": "2", "width": "1", "kerb": "0",
           "manholes": "0", "gullies": "0"}  # fmt: skip
    added = {f"segments-5-{name}": value for name, value in row.items()}
    blank = {f"segments-{n}-{name}": "0" for n in (2, 3, 4) for name in ("kerb", "manholes", "gullies")}
    surfaces = {f"segments-{n}-surface": "other" for n in (2, 3, 4)}
    post_new(at_window, **{"segments-TOTAL_FORMS": "6"}, **added, **blank, **surfaces)
    assert Application.objects.get().total_area == Decimal("12.32")


def test_the_receipt_is_one_click_from_the_case(at_window, section):
    application = make.make_received(section)
    page = at_window.get(application.get_absolute_url()).content.decode()
    address = reverse("permits:paper-new", args=[application.pk, "receipt"])
    assert f'href="{address}">出收件凭证' in page
    answer = at_window.post(address)
    paper = application.papers.get()
    assert answer.status_code in (200, 302)
    page = at_window.get(application.get_absolute_url()).content.decode()
    assert f'href="{paper.get_absolute_url()}">收件凭证' in page
