"""From draft to paper: the checklist, three people, frozen figures with their rows, drift, the second version."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from config.periods import Period
from inspections.models import Item
from inspections.workflow import findings
from reports import compilation
from reports.checklist import checklist, length_of
from reports.compilation import compile_content, parts_problem
from reports.decided import Decided
from reports.enums import CheckKind
from reports.freezing import drift
from reports.models import FrozenFigure, Override, PlanItem, Report
from reports.reconciliation import lines_of
from reports.views.desk import glances
from reports.workflow import checks, issuing, sections, sent, summaries
from staff.models import Activity, Message, NumberCounter, Setting
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_checked, make_issued, make_measure, make_plan, make_tally
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

H1 = Period.parse("2026H1")


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def report(by):
    """One section that prints two figures; three findings, two of them closed."""
    item = whole_standard()
    for day in (1, 2, 3):
        closed = moment(2026, 2, day, 20) if day < 3 else None
        make_finding(item=item, found_at=moment(2026, 2, day), closed_at=closed)
    report = summaries.create_report(H1, by=by)
    first = report.sections.get(order=1)
    report.sections.exclude(pk=first.pk).delete()
    return write(report, "共{{ inspections.findings }}，已整改{{ inspections.closed }}。", by)


def write(report, text, by):
    section = report.sections.get()
    sections.save_section(section, heading="考评", text=text, seen=section.version, by=by)
    return report


def content_of(report):
    return compile_content(report.period, list(report.present_sections))


def lines(report, kind=None):
    return [item for item in checklist(report, content_of(report)).items if kind is None or item.kind == kind]


class TestChecklist:
    def test_a_clean_text_has_nothing_to_say(self, report):
        assert lines(report) == []

    def test_a_claim_without_evidence_says_why(self, report, by):
        write(report, "甲。{{ ? inspections.every_month }}", by)
        (item,) = lines(report, CheckKind.CLAIM)
        assert "没有印出" in item.text
        assert "月" in item.text
        assert not item.must

    def test_a_typed_number_is_amber_until_it_has_a_source(self, report, by):
        write(report, "清理320处。", by)
        (item,) = lines(report, CheckKind.AMBER)
        assert "【320】" in item.text
        write(report, "清理{{ = 320处 | 街道报表 }}。", by)
        assert lines(report, CheckKind.AMBER) == []
        (item,) = lines(report, CheckKind.TYPED)
        assert "街道报表" in item.text

    def test_parts_that_do_not_add_up_must_be_mended(self, report, by):
        parts = "，".join(f"{{{{ inspections.findings_by_category:{code} }}}}" for code in "ABCDEF")
        write(report, f"共{{{{ inspections.findings }}}}，其中{parts}。", by)
        assert lines(report, CheckKind.SUM) == []
        checks.override_figure(report, name="inspections.findings", value="5", reason="漏登两件", by=by)
        (item,) = lines(report, CheckKind.SUM)
        assert item.must
        assert "3，与总数 5 不一致" in item.text

    def test_an_override_is_marked_in_draft_checklist_and_log(self, report, by):
        checks.override_figure(report, name="inspections.findings", value="5", reason="漏登两件", by=by)
        content = content_of(report)
        spans = content["sections"][0]["blocks"][0]["spans"]
        (marked,) = [span for span in spans if span.get("role") == "override"]
        assert (marked["text"], "漏登两件" in marked["note"]) == ("5件", True)
        (item,) = lines(report, CheckKind.OVERRIDE)
        assert "核定为5件，台账为3件" in item.text
        assert Activity.objects.get(title="人工核定：查找案件").note == "漏登两件"
        checks.withdraw_override(report, Override.objects.get(), by=by)
        checks.withdraw_override(report, Override.objects.get(), by=by)
        assert lines(report) == []
        assert Activity.objects.filter(title__startswith="撤销人工核定").count() == 1

    def test_text_ages_when_its_figures_move_and_is_fresh_again_when_read_again(self, report, by):
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2026, 2, 9))
        (item,) = lines(report, CheckKind.STALE)
        assert "3件，现在是4件" in item.text
        section = report.sections.get()
        write(report, section.text, by)
        assert lines(report) == []
        assert report.sections.get().version == section.version

    def test_a_year_of_long_ago_looks_like_last_time_s_text(self, report, by):
        write(report, "2023年以来，2025年同期相比。", by)
        assert [item.name for item in lines(report, CheckKind.STALE)] == ["2023"]

    def test_empty_and_removed_sections_are_told(self, report, by):
        added = sections.add_section(report, heading="空的一节", level=2, after=report.sections.get(), by=by)
        assert [item.text for item in lines(report, CheckKind.EMPTY)] == ["“（一）空的一节”还没有正文"]
        sections.remove_section(added, by=by)
        assert ["已从文稿中删去" in item.text for item in lines(report, CheckKind.EMPTY)] == [True]

    def test_a_figure_that_another_signed_paper_printed_otherwise_is_told(self, report, by):
        make_issued(report)
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2026, 2, 9))
        other = summaries.create_report(H1, by=by, outline="page")
        assert any("本稿为4件，《2026年上半年工作总结》为3件" in item.text for item in lines(other, CheckKind.OTHER))

    def test_a_text_longer_than_its_outline_asks_for_is_told(self, report, by):
        page = summaries.create_report(H1, by=by, outline="page")
        section = page.sections.get(order=1)
        sections.save_section(section, heading="长", text="字" * 900, seen=1, by=by)
        (item,) = lines(page, CheckKind.LENGTH)
        assert f"正文{length_of(content_of(page))}字，要求600字左右" in item.text


@pytest.mark.parametrize(
    ("whole", "parts", "complete", "fits"),
    [(5, [2, 3], True, True), (5, [2, 2], True, False), (5, [2, 2], False, True), (5, [3, 3], False, False), ("2.5", ["1.5", 1], True, True)],
)  # fmt: skip
def test_parts_add_up_to_their_whole(whole, parts, complete, fits):
    assert (parts_problem(whole, parts, "x", complete=complete) == "") is fits


class TestThreePeople:
    def test_sent_in_the_text_is_closed(self, report, by):
        issuing.submit_report(report, by=by)
        with pytest.raises(Refused, match="正在核对"):
            write(report, "x", by)
        with pytest.raises(Refused, match="正在核对"):
            sections.remove_section(report.sections.get(), by=by)

    def test_the_checker_is_told_and_is_another(self, report, by):
        checker = UserFactory(role=Roles.OFFICE)
        issuing.submit_report(report, by=by)
        assert "送来核对" in Message.objects.get(recipient=checker).text
        with pytest.raises(Refused, match="要由另一位核对"):
            issuing.pass_check(report, by=by)
        issuing.pass_check(report, by=checker)
        with pytest.raises(Refused, match="核对通过的文稿要由另一位签发"):
            issuing.issue_report(report, by=checker)

    def test_an_office_of_one_may_switch_the_separation_off(self, report, by):
        Setting.objects.create(key="report.separate_people", value="否", source="办公室", valid_from="2026-01-01")
        issuing.submit_report(report, by=by)
        issuing.pass_check(report, by=by)
        assert issuing.issue_report(report, by=by).state == "issued"

    def test_nothing_is_signed_that_was_not_passed(self, report, by):
        with pytest.raises(Refused, match="起草，不能再签发"):
            issuing.issue_report(report, by=by)
        issuing.submit_report(report, by=by)
        with pytest.raises(Refused, match="还没有核对通过"):
            issuing.issue_report(report, by=UserFactory())

    def test_what_must_go_stops_the_check_and_takes_no_remark(self, report, by):
        report.sections.update(text="{{ inspections.gone }}")
        issuing.submit_report(report, by=by)
        (item,) = lines(report)
        assert checks.mark_checks(report, [item.digest], remark="无妨", by=by) == 0
        with pytest.raises(Refused, match="必须改正"):
            issuing.pass_check(report, by=UserFactory())

    def test_sent_back_it_must_be_checked_again(self, report, by):
        make_checked(report)
        issuing.send_back_report(report, reason="补一句", by=UserFactory())
        current = Report.objects.get()
        assert (current.state, current.checked_at, current.checked_by) == ("draft", None, None)

    def test_what_changes_between_check_and_signature_is_told(self, report):
        make_checked(report)
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2026, 2, 9))
        with pytest.raises(Refused, match="3件，现在是4件"):
            issuing.issue_report(report, by=UserFactory())

    def test_the_database_refuses_a_check_without_checker(self, report):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.update(checked_at=moment(2026, 7, 1))


class TestIssued:
    def test_the_number_is_optional(self, report, by):
        facts = {"cut_off": None, "profile": "plain", "with_number": False, "recipients": "区管委会"}
        summaries.change_settings(report, title=report.title, **facts, by=by, seen=report.version)
        issued = make_issued(report)
        assert (issued.state, issued.number, bool(issued.paper)) == ("issued", "", True)
        assert not NumberCounter.objects.filter(series__code="report").exists()

    def test_figures_are_frozen_with_the_rows_behind_them(self, report):
        make_issued(report)
        frozen = FrozenFigure.objects.get(name="inspections.findings")
        assert (frozen.value, frozen.unit, frozen.model, len(frozen.row_ids)) == ("3", "件", "inspections.finding", 3)

    def test_a_rate_is_frozen_with_both_lists_and_drift_counts_both(self, report, by):
        write(report, "整改率{{ inspections.rectification_rate }}。", by)
        issued = make_issued(report)
        signed = issued.compilations.get()
        frozen = signed.frozen_figures.get()
        assert (len(frozen.row_ids), frozen.denominator_model, len(frozen.denominator_ids)) == (
            2,
            "inspections.finding",
            3,
        )
        assert drift(issued, signed) == []
        item = Item.objects.get(code="A01")
        make_finding(item=item, found_at=moment(2026, 2, 8), closed_at=moment(2026, 2, 8, 20))  # in both: one row
        make_finding(item=item, found_at=moment(2026, 2, 9))  # in the denominator alone
        (moved,) = drift(issued, signed)
        assert (moved.came, moved.went) == (2, 0)
        frozen.denominator_model, frozen.denominator_ids = "", []  # as an earlier release froze it
        frozen.save()
        (moved,) = drift(issued, signed)
        assert (moved.came, moved.went) == (1, 0)

    def test_drift_tells_then_and_now_and_the_copy_stays(self, client, report):
        issued = make_issued(report)
        signed = issued.compilations.get()
        assert drift(issued, signed) == []
        item = Item.objects.get(code="A01")
        new = make_finding(item=item, found_at=moment(2026, 2, 9))
        gone = FrozenFigure.objects.get(name="inspections.findings").row_ids[0]
        findings.void_finding(type(new).objects.get(pk=gone), by=UserFactory(), reason="登记有误")
        moved = {each.label: each for each in drift(issued, signed)}
        assert (moved["查找案件"].then, moved["查找案件"].now) == ("3件", "3件")  # one came, one went
        assert (moved["查找案件"].came, moved["查找案件"].went) == (1, 1)
        assert (moved["已整改案件"].then, moved["已整改案件"].now) == ("2件", "1件")
        client.force_login(UserFactory(role=Roles.DIRECTOR))
        asked_once_it_stands = url("report-drift", issued.pk)
        page = client.get(issued.get_absolute_url()).content.decode()
        assert asked_once_it_stands in page
        assert ">2件</a>" in page
        moved_page = client.get(asked_once_it_stands).content.decode()
        assert "定稿后数据变动（2）" in moved_page
        assert ">1件</a>" in moved_page

    def test_a_long_text_has_not_moved_until_it_does(self, client, report, by):
        for order in range(1, 11):
            make_plan(
                period_key="2026H2", order=order, title=f"整治样例路第{order}段", text="沿街商户门前三包全覆盖" * 4
            )
        issued = make_issued(write(report, "{{ reports.plan_text }}", by))
        signed = issued.compilations.get()
        assert len(signed.content["figures"][0]["value"]) > 400
        assert drift(issued, signed) == []
        told = sent.record_report_sent(issued, recipient="区管委会", sent_on=date(2026, 7, 1), by=by)
        other = summaries.create_report(H1, by=by, outline="page")
        assert not [item for item in lines(other) if item.kind in (CheckKind.OTHER, CheckKind.SENT)]
        assert not [line for line in lines_of(issued) if line.differs]
        client.force_login(UserFactory(role=Roles.DIRECTOR))
        assert not any(differs for *_, differs in client.get(told.get_absolute_url()).context["rows"])
        PlanItem.objects.filter(order=10).update(text="另行安排")  # far behind what is kept of the text
        (moved,) = drift(issued, signed)
        assert moved.label == "下步计划（行文）"
        assert (moved.then[-5:], moved.now[-5:]) == ("包全覆盖。", "另行安排。")
        PlanItem.objects.filter(order=1).update(text="另行安排")
        kinds = {item.kind for item in lines(other)}
        assert {CheckKind.OTHER, CheckKind.SENT} <= kinds

    def test_a_correction_is_a_second_version_and_the_first_stays(self, report, by):
        issued = make_issued(report)
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2026, 2, 9))
        second = issuing.start_correction(issued, reason="补录一件", by=by)
        assert (second.edition, second.state, second.corrects) == (2, "draft", issued)
        assert any("3件，现在是4件" in item.text for item in lines(second, CheckKind.STALE))
        with pytest.raises(Refused, match="更正稿已经建立"):
            issuing.start_correction(issued, reason="再来", by=by)
        make_issued(second)
        first = Report.objects.get(pk=issued.pk)
        assert (first.state, first.number, first.sha256) == ("corrected", issued.number, issued.sha256)
        assert first.compilations.get().content["figures"][0]["value"] == 3
        assert second.compilations.get().content["figures"][0]["value"] == 4
        with pytest.raises(Refused, match="已更正，不能再更正"):
            issuing.start_correction(first, reason="x", by=by)

    def test_the_longest_title_has_room_for_the_mark_of_a_correction(self, report, by):
        Report.objects.update(title="总" * 120)
        second = issuing.start_correction(make_issued(Report.objects.get()), reason="补录一件", by=by)
        assert (len(second.title), second.title[-5:]) == (120, "总（更正）")


class TestPages:
    def test_overrides_are_made_and_withdrawn_in_the_browser(self, client, report):
        client.force_login(UserFactory(role=Roles.OFFICE))
        address = url("report-overrides", report.pk)
        page = client.post(
            address, {"name": "inspections.findings", "value": "五件", "reason": "漏登"}
        ).content.decode()
        assert "只填数字" in page
        for huge in ("1e99999", "9" * 40 + ".5"):
            page = client.post(address, {"name": "inspections.findings", "value": huge, "reason": "漏登"})
            assert "请核对位数" in page.content.decode()
        client.post(address, {"name": "inspections.findings", "value": "5", "reason": "漏登"})
        page = client.post(address, {"name": "inspections.findings", "value": "6", "reason": "漏登"}).content.decode()
        assert "已经核定过" in page
        client.post(url("override-withdraw", report.pk, Override.objects.get().pk))
        assert Override.objects.get().withdrawn_at is not None

    def test_a_manager_who_does_not_write_makes_no_override(self, client, report):
        client.force_login(UserFactory(role=Roles.DIRECTOR))
        data = {"name": "inspections.findings", "value": "5", "reason": "x"}
        assert client.post(url("report-overrides", report.pk), data).status_code == 403

    def test_a_correction_starts_from_the_page_of_the_first(self, client, report):
        issued = make_issued(report)
        client.force_login(UserFactory(role=Roles.OFFICE))
        page = client.post(url("report-correct", issued.pk), {"reason": ""}, follow=True).content.decode()
        assert "请写明理由" in page
        page = client.post(url("report-correct", issued.pk), {"reason": "补录"}, follow=True).content.decode()
        assert "这是更正稿（第 2 版）" in page
        assert "更正稿正在起草" in client.get(issued.get_absolute_url()).content.decode()

    def test_the_remarks_of_a_signed_summary_can_be_read(self, client, report, by):
        write(report, "清理320处。", by)
        issued = make_issued(report)
        client.force_login(UserFactory(role=Roles.DIRECTOR))
        assert "已核实" in client.get(url("report-checklist", issued.pk)).content.decode()


class TestDecidedByHand:
    def test_the_table_of_tallies_prints_the_decided_number_and_says_so(self, report, by):
        measure = make_measure(by=by)
        make_tally(40, by=by, measure=measure)
        write(report, f"{{{{ {measure.figure_name} }}}}\n{{{{ table reports.tallies }}}}", by)
        checks.override_figure(report, name=measure.figure_name, value="50", reason="漏登", by=by)
        content = content_of(report)
        (block,) = [each for each in content["sections"][0]["blocks"] if each["kind"] == "table"]
        assert (content["figures"][0]["value"], block["rows"][0][2][0]) == (50, "50（核定）")
        assert len(lines(report, CheckKind.OVERRIDE)) == 1
        write(report, "{{ table reports.tallies }}", by)
        (item,) = lines(report, CheckKind.OVERRIDE)  # printed by the table alone
        assert "人工核定为50处，台账为40处；理由：漏登" in item.text
        checks.withdraw_override(report, Override.objects.get(), by=by)
        (block,) = content_of(report)["sections"][0]["blocks"]
        assert block["rows"][0][2][0] == "40"

    def test_a_table_adds_up_what_it_prints_and_the_checklist_names_its_total(self, report, by):
        write(report, "{{ table inspections.by_category }}", by)
        checks.override_figure(report, name="inspections.findings_by_category:A", value="5", reason="漏登", by=by)
        (block,) = content_of(report)["sections"][0]["blocks"]
        assert next(row[1][0] for row in block["rows"]) == "5（核定）"
        assert (block["total"][1], block["total"][2]) == ("5", "2")
        decided, total = lines(report, CheckKind.OVERRIDE)
        assert "人工核定为5件，台账为3件" in decided.text
        assert "合计是各行相加" in total.text

    def test_a_decided_number_keeps_the_places_and_thousands_of_its_cell(self):
        each = Decided(Override(value="50000"), "x", "元", "", Decimal("30000.00"))
        assert (each.printed("30,000.00"), each.printed("30000")) == ("50,000.00（核定）", "50000（核定）")

    def test_a_total_that_stays_counted_is_told(self, report, by, monkeypatch):
        write(report, "{{ table inspections.by_category }}\n{{ chart inspections.by_category }}", by)
        checks.override_figure(report, name="inspections.findings", value="7", reason="漏登", by=by)
        assert not lines(report, CheckKind.OVERRIDE)  # three of anything are three by chance
        monkeypatch.setattr(compilation, "EQUAL_BY_CHANCE", 3)
        block, _ = content_of(report)["sections"][0]["blocks"]
        assert block["total"][1] == "3"
        table, chart = (item.text for item in lines(report, CheckKind.OVERRIDE))
        assert table == "“查找案件”人工核定为7件，表“各大项查找案件及整改情况”的合计仍按台账，请核对是不是同一个数"
        assert "图“" in chart

    def test_last_year_is_compared_as_it_was_printed(self, report, by):
        """Last year's papers printed the decided number, so this year's 同比 takes it, and says so."""
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2025, 2, 1))
        last = summaries.create_report(Period.parse("2025H1"), by=by)
        checks.override_figure(last, name="inspections.findings", value="2", reason="漏登一件", by=by)
        write(report, "{{ inspections.findings | 同比 }}", by)
        assert content_of(report)["sections"][0]["text"] == "同比增长50%"
        (item,) = lines(report, CheckKind.OVERRIDE)
        assert item.text == "查找案件：2025年上半年为人工核定的2，台账为1。"
        (line,) = lines_of(report)
        assert line.then == "2（核定）"
        assert glances(H1)[0].note == "去年同期 2件（核定）"
        checks.withdraw_override(last, Override.objects.get(), by=by)
        assert content_of(report)["sections"][0]["text"] == "同比增长200%"

    @pytest.mark.parametrize(("name", "taken"), [("staff.vacancies", True), ("inspections.findings", False)])
    def test_only_what_is_reckoned_may_fall_below_nothing(self, report, by, name, taken):
        """缺编数 of a unit over its quota (超编) is negative."""
        if taken:
            assert checks.override_figure(report, name=name, value="-3", reason="超编三名", by=by).number == -3
        else:
            with pytest.raises(Refused, match="不小于 0"):
                checks.override_figure(report, name=name, value="-3", reason="超编三名", by=by)

    def test_another_cut_off_date_drops_them_with_open_eyes(self, client, report):
        office = UserFactory(role=Roles.OFFICE)
        client.force_login(office)
        address = url("report-settings", report.pk)
        assert "drop_overrides" not in client.get(address).context["form"].fields
        checks.override_figure(report, name="inspections.findings", value="5", reason="漏登两件", by=office)
        assert "核定了 1 项数据" in client.get(address).content.decode()
        data = {"title": report.title, "profile": "plain", "with_number": "on", "seen": "1"}
        client.post(address, {**data, "title": "新标题"})
        report.refresh_from_db()
        assert report.title == "新标题"
        page = client.post(address, {**data, "seen": "2", "cut_off": "2026-06-20"}).content.decode()
        assert "1 项（查找案件）在本稿里不再采用" in page
        report.refresh_from_db()
        assert report.cut_off is None
        client.post(address, {**data, "seen": "2", "cut_off": "2026-06-20", "drop_overrides": "on"})
        report.refresh_from_db()
        assert report.cut_off == date(2026, 6, 20)
        told = Activity.objects.get(changes__has_key="人工核定")
        assert told.changes["人工核定"] == ["1 项（查找案件）", "不再采用"]
