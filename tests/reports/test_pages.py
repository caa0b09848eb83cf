"""The desk, the search and the summary's pages: who may, what each action answers."""

from datetime import date

import pytest
from django.urls import reverse

from config.periods import Period
from reports.compilation import compile_content
from reports.models import Compilation, Report
from reports.workflow import summaries
from staff.enums import Employment
from staff.models import Activity, Job, Quota
from staff.permissions import Roles
from tests.factories.inspections import in_state, make_finding, moment, whole_standard
from tests.factories.people import DepartmentFactory, make_person
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


@pytest.fixture
def report():
    make_finding(item=whole_standard(), found_at=moment(2026, 3, 5))
    return summaries.create_report(Period.parse("2026H1"), by=None)


def sign_in(client, role, **facts):
    user = UserFactory(role=role, **facts)
    client.force_login(user)
    return user


def test_the_report_shows_figures_that_open_their_rows(client, report):
    sign_in(client, Roles.OFFICE)
    page = client.get(report.get_absolute_url()).content.decode()
    assert 'href="/inspections/findings/?found_from=2026-01-01&amp;found_to=2026-06-30"' in page


@pytest.mark.parametrize("role", [Roles.STREET_CONTACT, Roles.SQUAD_LEADER, Roles.AUDITOR, Roles.WINDOW])
def test_others_do_not_see_reports(client, report, role):
    sign_in(client, role, unit=UnitFactory(squad=SquadFactory()))
    assert client.get(report.get_absolute_url()).status_code == 403
    assert client.get(url("report-pdf", report.pk)).status_code == 403


@pytest.mark.parametrize("action", ["report-compile", "report-issue"])
def test_an_action_refuses_get(client, report, action):
    sign_in(client, Roles.OFFICE)
    assert client.get(url(action, report.pk)).status_code == 405


def test_compiling_makes_a_job_and_a_pdf_to_download(client, report):
    user = sign_in(client, Roles.OFFICE)
    client.post(url("report-compile", report.pk))
    job = Job.objects.get(kind="reports.compile")
    assert (job.owner, job.state) == (user, "done")
    response = client.get(url("report-pdf", report.pk))
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert client.get(url("report-pdf", report.pk) + "?profile=redhead").content.startswith(b"%PDF-")
    assert client.get(url("report-json", report.pk)).json()["figures"]
    assert Activity.objects.filter(title="下载 PDF").count() == 2


def test_each_role_does_its_part_and_the_site_says_what_is_missing(client, report):
    sign_in(client, Roles.OFFICE)
    client.post(url("report-compile", report.pk))
    section = report.sections.get(order=2)
    for other in report.sections.exclude(pk=section.pk):
        client.post(url("section-remove", report.pk, other.pk))
    client.post(
        url("section-edit", report.pk, section.pk),
        {"heading": "考评", "text": "共{{ inspections.findings }}。", "version": 1},
    )
    client.post(url("report-submit", report.pk))
    page = client.get(url("report-checklist", report.pk)).content.decode()
    assert "您送核的文稿要由另一位核对" in page
    page = client.post(url("report-pass", report.pk), follow=True).content.decode()
    assert "要由另一位核对" in page
    sign_in(client, Roles.OFFICE)
    page = client.post(url("report-pass", report.pk), follow=True).content.decode()
    assert "还没有核对意见" in page
    items = client.get(url("report-checklist", report.pk)).context["found"].open
    client.post(url("report-mark", report.pk), {"digest": [item.digest for item in items], "remark": "已核实"})
    page = client.post(url("report-pass", report.pk), follow=True).content.decode()
    assert "核对通过，待签发" in page
    sign_in(client, Roles.DIRECTOR)
    response = client.get(url("report-pdf", report.pk))
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert client.post(url("section-edit", report.pk, section.pk)).status_code == 403
    page = client.post(url("report-issue", report.pk), follow=True).content.decode()
    assert "已签发，文号" in page
    page = client.post(url("report-issue", report.pk), follow=True).content.decode()
    assert "不能再签发" in page
    assert Compilation.objects.count() == 2


def test_what_is_not_sent_in_is_not_signed(client, report):
    sign_in(client, Roles.DIRECTOR)
    page = client.post(url("report-issue", report.pk), follow=True).content.decode()
    assert "还没有送核，不能签发" in page
    assert Report.objects.get().state == "draft"


def test_every_file_of_a_compilation_can_be_downloaded(client, report):
    sign_in(client, Roles.OFFICE)
    client.post(url("report-compile", report.pk))
    for kind, start in (("docx", b"PK"), ("review", b"PK"), ("xlsx", b"PK"), ("json", b"{")):
        response = client.get(url("report-file", report.pk, kind))
        assert b"".join(response.streaming_content).startswith(start)
    assert client.get(url("report-file", report.pk, "exe")).status_code == 404


def test_the_office_may_not_sign(client, report):
    sign_in(client, Roles.OFFICE)
    assert client.post(url("report-issue", report.pk)).status_code == 403


def test_a_period_has_one_report(client, report):
    sign_in(client, Roles.OFFICE)
    page = client.post(url("report-list"), {"period": "2026H1"}).content.decode()
    assert "已经建立" in page
    client.post(url("report-list"), {"period": "2025H2"})
    assert Report.objects.count() == 2


def test_the_editor_previews_without_storing(client, report):
    sign_in(client, Roles.OFFICE)
    section = report.sections.get(order=2)
    page = client.post(
        url("section-preview", report.pk, section.pk), {"text": "共{{ inspections.findings }}，320处 {{ x"}
    )
    assert "1件" in page.content.decode()
    assert "没有对应的“}}”" in page.content.decode()
    section.refresh_from_db()
    assert section.version == 1


def test_the_second_editor_sees_both_texts(client, report):
    sign_in(client, Roles.OFFICE)
    section = report.sections.get(order=2)
    address = url("section-edit", report.pk, section.pk)
    client.post(address, {"heading": "标题", "text": "先保存的文字", "version": 1})
    page = client.post(address, {"heading": "标题", "text": "后保存的文字", "version": 1}).content.decode()
    assert "先保存的文字" in page
    assert "后保存的文字" in page
    section.refresh_from_db()
    assert section.text == "先保存的文字"
    client.post(address, {"heading": "标题", "text": "对照后的文字", "version": 2})
    section.refresh_from_db()
    assert section.text == "对照后的文字"
    history = client.get(url("section-history", report.pk, section.pk, 2))
    assert "先保存的文字" in history.content.decode()


def test_a_broken_token_keeps_the_text_and_names_line_and_reason(client, report):
    sign_in(client, Roles.OFFICE)
    section = report.sections.get(order=2)
    page = client.post(
        url("section-edit", report.pk, section.pk),
        {"heading": "标题", "text": "甲\n{{ inspections.fndings }}", "version": 1},
    ).content.decode()
    assert "第2行第1字" in page
    assert "inspections.findings" in page
    assert "{{ inspections.fndings }}" in page


def test_a_unit_over_its_quota_is_compared_with_a_dash_and_its_reason(client, report):
    unit = DepartmentFactory()
    Quota.objects.create(
        unit=unit, employment=Employment.ADMINISTRATIVE, count=1, document="x", valid_from=date(2024, 1, 1)
    )
    for _ in range(2):
        make_person(unit=unit)
    sign_in(client, Roles.OFFICE)
    section, text = report.sections.get(order=2), "缺编{{ staff.vacancies }}，{{ staff.vacancies | 同比 }}。"
    preview = client.post(url("section-preview", report.pk, section.pk), {"text": text}).content.decode()
    assert "本期或对比期为负数，不能计算增减幅度。" in preview
    saved = client.post(section.get_absolute_url(), {"heading": "编制", "text": text, "version": section.version})
    assert saved.status_code == 302
    content = compile_content(report.period, list(report.present_sections))
    assert "缺编-1名，—。" in [each["text"] for each in content["sections"]]


def test_a_cut_off_outside_the_period_is_refused(client, report):
    sign_in(client, Roles.OFFICE)
    data = {"title": "总结", "profile": "plain", "seen": report.version}
    page = client.post(url("report-settings", report.pk), {**data, "cut_off": "2026-07-01"}).content.decode()
    assert "应在期间之内" in page
    client.post(url("report-settings", report.pk), {**data, "cut_off": "2026-06-20"})
    report.refresh_from_db()
    assert report.period.key == "2026-01-01~2026-06-20"


def test_the_desk_shows_each_their_own(client, report):
    contact = sign_in(client, Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    own = in_state("ordered", unit=contact.unit)
    page = client.get(url("desk"))
    assert [todo.count for todo in page.context["todos"]] == [1]
    assert url("desk-numbers") not in page.content.decode()
    assert client.get(url("desk-numbers")).status_code == 403
    rows = client.get(page.context["todos"][0].url).context["table"].rows
    assert [row.object for row in rows] == [own]


def test_search_finds_what_the_user_may_see(client, report):
    finding = make_finding(place="特别的地方")
    sign_in(client, Roles.ASSESSMENT_OFFICE)
    assert finding.number in client.get(url("search"), {"q": "特别的"}).content.decode()
    sign_in(client, Roles.STREET_CONTACT, unit=UnitFactory())
    assert finding.number not in client.get(url("search"), {"q": "特别的"}).content.decode()
