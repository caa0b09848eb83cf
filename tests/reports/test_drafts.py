"""A draft changes through its workflow only, and nothing slips in behind a signature."""

from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.periods import Period
from reports.drafts import last_time
from reports.models import Compilation, Report, Section
from reports.registry import registry
from reports.workflow import issuing, sections, summaries
from staff.jobs import run_inline
from staff.models import Activity, Job, JobState
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_checked, make_issued
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

H1 = Period.parse("2026H1")
SETTINGS = {"title": "新标题", "cut_off": date(2026, 6, 20), "profile": "redhead"}


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


@pytest.fixture
def report():
    make_finding(item=whole_standard(), found_at=moment(2026, 3, 5))
    return summaries.create_report(H1, by=None)


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.OFFICE)
    client.force_login(user)
    return user


class TestBehindASignature:
    """Each of these begins with the draft as it was read before somebody else signed it."""

    @pytest.fixture
    def stale(self, report):
        stale = Report.objects.get(pk=report.pk)
        make_issued(report)
        assert stale.is_draft
        return stale

    def test_settings_do_not_undo_it(self, stale):
        with pytest.raises(Refused, match="已签发，不能再修改"):
            summaries.change_settings(stale, **SETTINGS, by=UserFactory(), seen=1)
        kept = Report.objects.get(pk=stale.pk)
        assert (kept.state, kept.title) == ("issued", "2026年上半年工作总结")
        assert kept.number

    def test_a_section_stays_as_signed(self, stale):
        section = Section.objects.get(report=stale, order=2)
        section.report = stale
        with pytest.raises(Refused, match="已签发，不能再修改"):
            sections.save_section(section, heading="x", text="y", seen=1, by=UserFactory())
        assert not section.revisions.exists()

    def test_a_compilation_that_was_under_way_is_not_kept(self, stale):
        frozen = Compilation.objects.get()
        with pytest.raises(Refused, match="不能再汇编"):
            summaries.compile_report(stale, by=None)
        assert list(Compilation.objects.all()) == [frozen]


@pytest.mark.django_db(transaction=True)
def test_compiling_an_issued_summary_fails_in_words(report):
    make_issued(report)
    job = run_inline("reports.compile", owner=None, payload={"report": report.pk})
    assert (job.state, job.message) == (JobState.FAILED, "工作总结已签发，数据已锁定，不再汇编。")
    assert Compilation.objects.count() == 1


def test_settings_are_logged_field_by_field_and_only_if_they_change(report):
    user = UserFactory()
    changed = summaries.change_settings(report, **SETTINGS, by=user, seen=1)
    assert summaries.change_settings(report, **SETTINGS, by=user, seen=changed.version).version == changed.version == 2
    activity = Activity.objects.get(title="设置标题、截至日期、版式")
    assert activity.changes == {
        "标题": ["2026年上半年工作总结", "新标题"],
        "数据截至": [None, "2026-06-20"],
        "版式": ["普通文稿", "套红"],
    }


def test_of_two_with_the_settings_open_the_second_is_told_and_keeps_what_he_typed(client, office, report):
    address = url("report-settings", report.pk)
    page = client.get(address).context["form"]
    data = {"title": report.title, "cut_off": "", "profile": "plain", "recipients": "", "seen": page["seen"].value()}
    assert client.post(address, {**data, "cut_off": "2026-06-20"}).status_code == 302
    client.force_login(UserFactory(role=Roles.OFFICE))
    answer = client.post(address, {**data, "title": "半年小结"})  # whose page was opened before
    assert "这份工作总结的设置刚被别人修改过，这次没有保存" in answer.content.decode()
    assert answer.context["form"]["title"].value() == "半年小结"
    assert answer.context["form"]["seen"].value() == "1"  # pressing again is refused again
    stored = Report.objects.get(pk=report.pk)
    assert (stored.title, stored.cut_off) == ("2026年上半年工作总结", date(2026, 6, 20))
    assert client.post(address, {**data, "title": "半年小结", "cut_off": "2026-06-20", "seen": 2}).status_code == 302
    assert Report.objects.get(pk=report.pk).title == "半年小结"


def test_a_text_whose_figure_has_gone_is_not_signed(report):
    make_checked(report)
    report.sections.filter(order=2).update(text="甲\n共{{ inspections.gone }}。")
    with pytest.raises(Refused, match=r"必须改正.*第2行第2字.*inspections\.gone"):
        issuing.issue_report(report, by=UserFactory())
    kept = Report.objects.get(pk=report.pk)
    assert (kept.state, kept.number, kept.compilations.count()) == ("checking", "", 0)


class TestPages:
    def test_the_page_says_when_the_pdf_is_behind(self, client, office, report):
        summaries.compile_report(report, by=None)
        assert client.get(report.get_absolute_url()).context["stale"] is False
        make_finding(found_at=moment(2026, 3, 6))
        page = client.get(report.get_absolute_url())
        assert "请重新汇编" in page.content.decode()
        make_issued(report)
        make_finding(found_at=moment(2026, 3, 7))
        assert client.get(report.get_absolute_url()).context["stale"] is False

    def test_an_issued_summary_shows_what_was_signed(self, client, office, report):
        report.sections.filter(order=2).update(text="共{{ inspections.findings }}。")
        make_issued(report)
        make_finding(found_at=moment(2026, 3, 6))
        section = report.sections.get(order=2)
        page = client.get(report.get_absolute_url()).content.decode()
        assert ">1件</a>" in page
        assert url("section-edit", report.pk, section.pk) not in page
        assert client.post(url("section-edit", report.pk, section.pk), {"text": "x"}).status_code == 403
        assert client.post(url("section-preview", report.pk, section.pk), {"text": "x"}).status_code == 403
        assert client.post(url("report-settings", report.pk), SETTINGS).status_code == 403
        assert client.post(url("report-compile", report.pk), follow=True).status_code == 200
        assert not Job.objects.exists()

    def test_a_section_of_another_summary_is_not_found(self, client, office, report):
        other = summaries.create_report(Period.parse("2025H2"), by=None)
        section = report.sections.get(order=2)
        for name in ("section-edit", "section-preview"):
            assert client.post(url(name, other.pk, section.pk), {"text": "x"}).status_code == 404
        assert client.get(url("section-history", report.pk, section.pk, 7)).status_code == 404

    @pytest.mark.parametrize("name", ["report-pdf", "report-json"])
    def test_before_the_first_compilation_there_is_nothing_to_download(self, client, office, report, name):
        assert client.get(url(name, report.pk)).status_code == 404
        assert not Activity.objects.filter(verb__in=["print", "export"]).exists()

    def test_a_text_that_is_too_long_is_told_so_in_the_preview(self, client, office, report):
        section = report.sections.get(order=2)
        page = client.post(url("section-preview", report.pk, section.pk), {"text": "长" * 20_001}).content.decode()
        assert "20000" in page
        assert "还没有正文" not in page

    def test_a_parameter_is_offered_for_each_of_its_choices_and_can_be_inserted_as_it_is(self, client, office, report):
        section = report.sections.get(order=2)
        page = client.get(url("section-edit", report.pk, section.pk))
        tokens = [offered["token"] for offered in page.context["figures"]]
        assert len(tokens) == len(set(tokens))
        assert {f"{{{{ ? {key} }}}}" for key in registry().claims} <= set(tokens)
        for start in range(0, len(tokens), 100):
            text = "\n".join(tokens[start : start + 100])
            preview = client.post(url("section-preview", report.pk, section.pk), {"text": text})
            assert preview.context["preview"]["errors"] == []


@pytest.mark.parametrize("query", ["?period=2026H3", "?period=0001H1", "?period=%00", "?period=2999", "?period=2026Q2"])
def test_the_desk_stands_whatever_period_the_address_names(client, office, report, query):
    assert client.get(url("desk") + query).status_code == 200


def test_a_search_survives_what_no_database_stores(client, office, report):
    assert client.get(url("search"), {"q": "样例\x00路"}).status_code == 200


def test_the_desk_compares_a_running_half_year_up_to_the_same_day(client, office, report):
    make_finding(found_at=moment(2025, 3, 5))
    make_finding(found_at=moment(2025, 6, 5))
    for day, then in ((moment(2026, 3, 31), 1), (moment(2026, 7, 1), 2)):
        with time_machine.travel(day):
            client.force_login(office)
            page = client.get(url("desk-numbers"), {"period": "2026H1"})
            assert page.context["glances"][0].note == f"去年同期 {then}件"
            assert sum(page.context["data"].series[1].values) == then


@pytest.mark.parametrize("page", ["report", "editor", "desk", "numbers"])
def test_pages_ask_the_same_questions_for_any_number_of_findings(client, office, report, page):
    unit = UnitFactory(squad=SquadFactory())
    section = report.sections.get(order=2)
    address = {
        "report": report.get_absolute_url(),
        "editor": url("section-edit", report.pk, section.pk),
        "desk": url("desk"),
        "numbers": url("desk-numbers"),
    }[page]

    def questions() -> int:
        client.get(address)  # fills what is kept between requests
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    make_finding(unit=unit, found_at=moment(2026, 2, 1))
    few = questions()
    for day in range(2, 13):
        make_finding(unit=unit, found_at=moment(2026, 2, day))
    assert questions() == few


def test_the_command_names_a_folder_that_is_missing_before_it_begins(tmp_path):
    with pytest.raises(CommandError, match="不存在，请先建立"):
        call_command("compile_report", "2026H1", pdf=tmp_path / "none" / "s.pdf")
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_names_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(CommandError, match="文件写不进去"):
        call_command("compile_report", "2026H1", json=tmp_path)


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        (["2026Q1", "2025H2"], ["2026Q1", "2025H2"]),
        (["2026Q1", "2026H1", "2026Q2"], ["2026H1", "2026Q2", "2026Q1"]),
        (["2026H2", "2026Q3", "2026-03"], ["2026H2", "2026Q3", "2026-03"]),
        (["2026-01-01~2026-03-10", "2025", "2025H2"], ["2026-01-01~2026-03-10", "2025", "2025H2"]),
    ],
)
def test_the_desk_opens_the_period_that_ends_last_and_of_equal_ends_the_longer(client, office, keys, order):
    for key in keys:
        summaries.create_report(Period.parse(key), by=office)
    client.force_login(office)
    page = client.get(url("desk-numbers"))
    assert [period.key for period in page.context["periods"]] == order
    assert page.context["period"].key == order[0]


def test_last_time_reads_one_paper_however_many_there_are(office, django_assert_num_queries):
    make_finding(item=whole_standard(), found_at=moment(2026, 2, 1))
    for key in ("2024H1", "2024H2", "2025H1"):
        paper = summaries.create_report(Period.parse(key), by=office)
        first = paper.sections.get(order=1)
        paper.sections.exclude(pk=first.pk).delete()
        sections.save_section(first, heading="市容考评", text=f"{key}的文字。", seen=1, by=office)
        make_issued(paper)
    second = issuing.start_correction(paper, reason="漏了一句", by=office)
    sections.save_section(second.sections.get(), heading="市容考评", text="更正过的文字。", seen=1, by=office)
    make_issued(second)
    section = Section(report=Report(period_key="2026H1"), heading="市容考评")
    with django_assert_num_queries(2):
        assert last_time(section).text == "更正过的文字。"
