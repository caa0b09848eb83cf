"""材料征集, matched numbers, 数据核对表, 报送留底: who owes what, what a number is, what was said upwards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.periods import Period
from inspections.models import Item
from reports import material_desk
from reports.checklist import checklist
from reports.compilation import compile_content
from reports.enums import CheckKind
from reports.matching import Candidate, Shelf, matches, replaced
from reports.models import Material, Section, SentFigure, Submission
from reports.reconciliation import lines_of
from reports.tasks import remind_materials
from reports.workflow import materials, sections, sent, summaries
from reports.workflow.sent import SentValue
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_history, make_issued
from tests.factories.staff import SquadFactory, UserFactory

H1, LAST = Period.parse("2026H1"), Period.parse("2025H1")
DUE = date(2026, 6, 15)


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


def report_of(period, text="共{{ inspections.findings }}。"):
    report = summaries.create_report(period, by=None)
    first = report.sections.get(order=1)
    report.sections.exclude(pk=first.pk).delete()
    sections.save_section(first, heading="市容考评", text=text, seen=1, by=UserFactory())
    return report


@pytest.fixture
def report(db):
    make_finding(item=whole_standard(), found_at=moment(2026, 2, 1))
    return report_of(H1)


@pytest.fixture
def squad(db):
    return SquadFactory()


@pytest.fixture
def leader(squad):
    return UserFactory(role=Roles.SQUAD_LEADER, unit=squad)


@pytest.fixture
def member(squad):
    return UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)


@pytest.fixture
def office(db):
    return UserFactory(role=Roles.OFFICE)


@pytest.fixture
def material(report, squad, leader, member, office):
    section = report.sections.get()
    return materials.ask_material(report, section=section, unit=squad, person=None, due_on=DUE, note="500字", by=office)


def lines(report, kind):
    content = compile_content(report.period, list(report.present_sections))
    return [item.text for item in checklist(report, content).items if item.kind == kind]


class TestMaterials:
    def test_the_unit_is_told_and_the_checklist_names_who_owes(self, report, material, leader, member):
        assert set(Message.objects.values_list("recipient", flat=True)) >= {leader.pk, member.pk}
        (text,) = lines(report, CheckKind.UNDELIVERED)
        assert "待交" in text
        assert str(material.unit) in text

    def test_delivered_confirmed_adopted(self, report, material, leader, member, office):
        materials.deliver_material(material, text="共查处1件。", seen=1, by=member)
        assert "已交待确认" in lines(report, CheckKind.UNDELIVERED)[0]
        with pytest.raises(Refused, match="不能采用"):
            materials.adopt_material(material, by=office)
        materials.confirm_material(material, seen=2, by=leader)
        assert lines(report, CheckKind.UNDELIVERED) == []
        with pytest.raises(Refused, match="不能交稿"):
            materials.deliver_material(material, text="再改", seen=2, by=member)
        assert materials.adopt_material(material, by=office).state == "adopted"
        assert materials.adopt_material(material, by=office).state == "adopted"

    def test_two_who_write_at_once_are_told(self, material, leader, member):
        materials.deliver_material(material, text="先交的", seen=1, by=member)
        with pytest.raises(Refused, match="刚被别人修改过"):
            materials.deliver_material(material, text="后交的", seen=1, by=leader)

    def test_nobody_confirms_a_text_that_he_has_not_read(self, client, material, leader, member):
        materials.deliver_material(material, text="共查处1件。", seen=1, by=member)
        materials.deliver_material(material, text="共查处9件。", seen=2, by=member)
        client.force_login(leader)
        page = client.post(url("material-confirm", material.pk), {"version": 2}, follow=True).content.decode()
        assert "请看过现在的文字再确认" in page
        assert Material.objects.get().state == "delivered"
        materials.confirm_material(material, seen=3, by=leader)
        assert Material.objects.get().state == "confirmed"

    def test_reminders_come_once_a_day_near_the_end(self, material, leader):
        before = Message.objects.filter(recipient=leader).count()
        with time_machine.travel(moment(2026, 6, 1)):
            assert remind_materials() == 0
        with time_machine.travel(moment(2026, 6, 14)):
            assert (remind_materials(), remind_materials()) == (1, 0)
        with time_machine.travel(moment(2026, 6, 17)):
            assert remind_materials() == 1
        told = Message.objects.filter(recipient=leader)
        assert told.count() == before + 2
        assert "已过截止日2天" in told.first().text

    def test_each_does_his_part_in_the_browser(self, client, report, leader, member, office):
        section, squad = report.sections.get(), leader.unit
        client.force_login(office)
        data = {"section": section.pk, "unit": squad.pk, "due_on": "2026-06-15"}
        client.post(url("report-materials", report.pk), data)
        material = Material.objects.get()
        with time_machine.travel(moment(2026, 6, 14)):
            client.force_login(member)
            assert any("总结材料" in todo.text for todo in client.get(url("desk")).context["todos"])
        client.force_login(member)
        page = client.get(material.get_absolute_url()).content.decode()
        assert "1件" in page
        assert "figure-link" not in page  # the list is not this person's to open
        client.post(material.get_absolute_url(), {"text": "共查处1件。", "version": 1})
        assert client.post(url("material-confirm", material.pk)).status_code == 403
        client.force_login(leader)
        assert 'name="version" value="2"' in client.get(material.get_absolute_url()).content.decode()
        client.post(url("material-confirm", material.pk), {"version": 2})
        client.force_login(office)
        page = client.post(url("material-adopt", material.pk), follow=True).content.decode()
        assert "匹配数字" in page
        assert Material.objects.get().state == "adopted"

    def test_another_unit_does_not_see_it(self, client, material):
        client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
        assert client.get(material.get_absolute_url()).status_code == 404
        assert client.post(url("material-confirm", material.pk)).status_code == 404

    def test_last_time_s_text_stands_beside(self, client, member, squad, office):
        item = whole_standard()
        make_finding(item=item, found_at=moment(2025, 2, 1))
        make_issued(report_of(LAST, "去年共{{ inspections.findings }}。"))
        report = report_of(H1)
        material = materials.ask_material(
            report, section=report.sections.get(), unit=squad, person=member, due_on=DUE, note="", by=office
        )
        client.force_login(member)
        assert "去年共1件。" in client.get(material.get_absolute_url()).content.decode()


class TestMatching:
    SHELF = Shelf(
        {
            "12": [
                Candidate("a.findings", "准确", "查找案件", "件"),
                Candidate("a.closed", "准确", "已整改案件", "件"),
            ],
            "94.1%": [Candidate("a.rate", "百分比", "整改率", "%")],
        }
    )

    def test_the_words_before_decide_between_equal_values(self):
        first, second, third = matches("共查找案件12件，已整改12件，整改率94.1%", self.SHELF)
        assert (first.sure, first.candidates[0].name) == (True, "a.findings")
        assert (second.sure, second.candidates[0].name) == (True, "a.closed")
        assert third.candidates[0].token == "{{ a.rate | 百分比 }}"

    def test_another_measure_word_is_another_thing(self):
        (match,) = matches("清理垃圾12吨", self.SHELF)
        assert match.candidates == ()

    def test_chips_and_dates_are_left_alone(self):
        assert matches("2026年3月，{{ inspections.findings }}", self.SHELF) == []

    @given(st.lists(st.integers(10, 999), min_size=1, max_size=6))
    def test_what_is_replaced_stands_where_the_number_stood(self, values):
        text = "，".join(f"甲{value}件" for value in values)
        chosen = {place: f"〔{place}〕" for place in range(len(values))}
        assert replaced(text, chosen) == "，".join(f"甲〔{place}〕件" for place in range(len(values)))

    def test_a_pasted_text_gets_its_chips_in_the_browser(self, client, report, office):
        client.force_login(office)
        section = report.sections.get()
        text = "查找案件1件，清理320处。"
        data = {"heading": "市容考评", "text": text, "version": section.version}
        page = client.post(url("section-match", report.pk, section.pk), data)
        first, second = page.context["matches"]
        assert "inspections.findings" in [candidate.name for candidate in first.candidates]
        assert second.candidates == ()
        chosen = {"choice-0": "{{ inspections.findings }}", "source-1": "街道报表", "apply": "1"}
        page = client.post(url("section-match", report.pk, section.pk), {**data, **chosen})
        placed = "查找案件{{ inspections.findings }}件，清理{{ = 320 | 街道报表 }}处。"
        assert page.context["form"]["text"].value() == placed
        assert f'action="{section.get_absolute_url()}"' in page.content.decode()
        assert Section.objects.get().text != placed  # read over first, then saved
        client.post(section.get_absolute_url(), {"heading": "市容考评", "text": placed, "version": section.version})
        content = compile_content(H1, list(report.present_sections))
        assert content["sections"][0]["text"] == "查找案件1件，清理320处。"

    def test_a_choice_that_was_not_offered_is_not_taken(self, client, report, office):
        client.force_login(office)
        section = report.sections.get()
        data = {
            "text": "清理320处",
            "version": section.version,
            "choice-0": "{{ x.y }}",
            "source-0": "a }} b | c",
            "apply": "1",
        }
        page = client.post(url("section-match", report.pk, section.pk), data)
        assert page.context["form"]["text"].value() == "清理{{ = 320 | a  b ／ c }}处"


class TestReconciliation:
    def test_now_then_sent_and_who_answers(self, client, report, material, office):
        make_finding(item=Item.objects.get(code="A01"), found_at=moment(2025, 2, 1))
        values = [SentValue("查找案件", "2", "件", "inspections.findings")]
        sent.record_submission(
            period=H1, title="6月月报", recipient="市城管委", sent_on=date(2026, 6, 25), values=values, by=office
        )
        (line,) = lines_of(report)
        assert (line.now, line.then, line.sent, line.differs) == ("1", "1", "2", True)
        assert line.unit_asked == str(material.unit)
        (text,) = lines(report, CheckKind.SENT)
        assert text == "“查找案件”本稿为1件，2026-06-25报市城管委的《6月月报》为2件"
        client.force_login(office)
        assert "市城管委" in client.get(url("report-reconciliation", report.pk)).content.decode()
        assert client.get(url("reconciliation-xlsx", report.pk)).content.startswith(b"PK")
        assert client.get(url("reconciliation-pdf", report.pk)).content.startswith(b"%PDF-")

    def test_the_last_value_sent_counts(self, report, office):
        for day, value in ((25, "2"), (28, "1")):
            values = [SentValue("查找案件", value, "件", "inspections.findings")]
            sent.record_submission(
                period=H1, title="x", recipient="市", sent_on=date(2026, 6, day), values=values, by=office
            )
        assert lines(report, CheckKind.SENT) == []


class TestSubmissions:
    def test_a_signed_summary_leaves_its_figures(self, client, report, office):
        client.force_login(office)
        assert "签发以后" in client.get(url("report-sent", report.pk), follow=True).content.decode()
        issued = make_issued(report)
        data = {"recipient": "区管委会", "sent_on": "2026-07-01"}
        client.post(url("report-sent", issued.pk), data)
        page = client.post(url("report-sent", issued.pk), data).content.decode()
        assert "已经登记过" in page
        assert [(each.name, Decimal(each.value)) for each in SentFigure.objects.all()] == [("inspections.findings", 1)]
        submission = Submission.objects.get()
        assert "区管委会" in client.get(submission.get_absolute_url()).content.decode()

    def test_a_monthly_sheet_is_recorded_by_hand(self, client, report, office):
        client.force_login(office)
        data = {
            "period": "2026-03",
            "title": "3月月报",
            "recipient": "市城管委",
            "sent_on": "2026-04-02",
            "values-TOTAL_FORMS": "2",
            "values-INITIAL_FORMS": "0",
            "values-0-name": "inspections.findings",
            "values-0-label": "查找案件",
            "values-0-value": "1,236",
            "values-0-unit": "件",
        }
        assert (
            "没有这个数据" in client.post(url("submission-create"), {**data, "values-0-name": "x.y"}).content.decode()
        )
        client.post(url("submission-create"), data)
        assert SentFigure.objects.get().value == "1236"

    def test_who_does_not_see_all_units_reads_what_was_sent_no_more_than_the_summary(self, client, report, office):
        values = [SentValue("查找案件", "1236", "件", "inspections.findings")]
        facts = {"period": H1, "title": "半年报", "recipient": "区管委会", "sent_on": DUE}
        told = sent.record_submission(**facts, values=values, by=office)
        reader = UserFactory()
        reader.user_permissions.set(Permission.objects.filter(codename__in=["view_reports", "edit_report"]))
        client.force_login(reader)
        assert client.get(report.get_absolute_url()).status_code == 404
        assert client.get(told.get_absolute_url()).status_code == 404
        page = client.get(url("submission-list")).content.decode()
        assert "区管委会" not in page
        assert url("submission-create") not in page
        assert client.get(url("submission-create")).status_code == 403
        assert material_desk.search(reader, "半年报") == []
        client.force_login(office)
        assert "区管委会" in client.get(url("submission-list")).content.decode()
        assert [hit.url for hit in material_desk.search(office, "半年报")] == [told.get_absolute_url()]

    def test_nothing_sent_is_refused(self, office):
        with pytest.raises(Refused, match="至少登记一个"):
            sent.record_submission(period=H1, title="x", recipient="x", sent_on=DUE, values=[], by=office)


def test_what_was_pasted_stays_in_the_editor_when_it_is_too_long(client, report, office):
    client.force_login(office)
    section = report.sections.get()
    long = {"heading": section.heading, "text": "长" * 20_001, "version": section.version}
    page = client.post(url("section-match", report.pk, section.pk), long)
    assert page.context["form"]["text"].value() == long["text"]


def test_nothing_was_sent_tomorrow(client, office, report):
    issued, tomorrow = make_issued(report), timezone.localdate() + timedelta(days=1)
    client.force_login(office)
    data = {"recipient": "区管委会", "sent_on": tomorrow.isoformat()}
    assert "晚于今天" in client.post(url("report-sent", issued.pk), data).content.decode()
    assert not Submission.objects.exists()


def test_last_year_is_read_from_old_papers_where_the_registers_hold_nothing(client, report):
    for month in range(1, 7):
        make_history(month, figure="inspections.findings", month=f"2025-0{month}")
    (line,) = lines_of(report)
    assert line.then == "21（历史数据）"
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    glances = client.get(url("desk-numbers"), {"period": "2026H1"}).context["glances"]
    assert glances[0].note == "去年同期 21件（历史数据）"
    make_finding(item=Item.objects.first(), found_at=moment(2025, 2, 1))
    (line,) = lines_of(report)
    assert line.then == "1"


@pytest.fixture
def monthly(report, office):
    values = [SentValue("查找案件", "2", "件", "inspections.findings")]
    return sent.record_submission(
        period=H1, title="半年报", recipient="区管委会", sent_on=DUE, values=values, by=office
    )


def correction(**facts):
    return {
        "period": "2026年上半年",
        "title": "半年报",
        "recipient": "区管委会",
        "sent_on": DUE.isoformat(),
        "seen": "1",
        "reason": "录错一位",
        "values-TOTAL_FORMS": "2",
        "values-INITIAL_FORMS": "1",
        "values-0-name": "查找案件",
        "values-0-label": "查找案件",
        "values-0-value": "1",
        "values-0-unit": "件",
        **facts,
    }


class TestSlipsInWhatWasSent:
    def test_it_is_corrected_and_the_checklist_falls_silent(self, client, report, office, monthly):
        assert len(lines(report, CheckKind.SENT)) == 1
        client.force_login(office)
        address = url("submission-edit", monthly.pk)
        assert 'value="查找案件"' in client.get(address).content.decode()
        client.post(address, correction(recipient="市城管委"))
        monthly.refresh_from_db()
        assert monthly.recipient == "市城管委"
        assert [(each.value, each.name) for each in monthly.figures.all()] == [("1", "inspections.findings")]
        assert lines(report, CheckKind.SENT) == []
        page = client.get(monthly.get_absolute_url()).content.decode()
        assert "录错一位" in page
        assert "刚被别人修改过" in client.post(address, correction()).content.decode()

    def test_a_figure_is_struck_out_and_the_log_says_so(self, client, office, monthly):
        client.force_login(office)
        both = {"values-1-label": "巡查", "values-1-value": "12", "values-0-DELETE": "on"}
        client.post(url("submission-edit", monthly.pk), correction(**both))
        assert [each.label for each in monthly.figures.all()] == ["巡查"]
        page = client.post(url("submission-edit", monthly.pk), correction(**{"seen": "2", "values-0-DELETE": "on"}))
        assert "至少登记一个" in page.content.decode()
        assert [each.label for each in monthly.figures.all()] == ["巡查"]

    def test_it_is_voided_with_a_reason_and_compared_no_more(self, client, report, office, monthly):
        client.force_login(office)
        client.post(url("submission-void", monthly.pk), {"reason": "没有报出"})
        assert lines(report, CheckKind.SENT) == []
        page = client.get(monthly.get_absolute_url()).content.decode()
        assert "没有报出" in page
        assert url("submission-edit", monthly.pk) not in page
        assert "已作废" in client.post(url("submission-edit", monthly.pk), correction(seen="2")).content.decode()

    def test_a_signed_summary_s_figures_stay_and_it_can_be_sent_anew(self, client, report, office):
        issued = make_issued(report)
        told = sent.record_report_sent(issued, recipient="区委会", sent_on=DUE, by=office)
        assert "（1 项数据）" in Activity.objects.about(told).get().title
        client.force_login(office)
        data = {"recipient": "区管委会", "sent_on": DUE.isoformat(), "seen": "1", "reason": "名称写错"}
        client.post(url("submission-edit", told.pk), data)
        told.refresh_from_db()
        assert (told.recipient, told.figures.count()) == ("区管委会", 1)
        client.post(url("submission-void", told.pk), {"reason": "没有报出"})
        client.post(url("report-sent", issued.pk), data)
        assert Submission.objects.recorded().get().recipient == "区管委会"

    def test_only_who_writes_the_summary_corrects(self, client, monthly):
        client.force_login(UserFactory(role=Roles.DIRECTOR))
        assert client.get(url("submission-edit", monthly.pk)).status_code == 403
        assert client.post(url("submission-void", monthly.pk), {"reason": "没有"}).status_code == 403


def test_a_material_that_is_sent_back_at_this_moment_is_not_adopted(client, report, office, monkeypatch):
    material = Material.objects.create(
        section=report.sections.get(), unit=SquadFactory(), due_on=DUE, asked_by=office, state="asked"
    )
    monkeypatch.setattr("reports.views.materials.can_adopt_material", lambda user, material: True)
    client.force_login(office)
    page = client.post(url("material-adopt", material.pk), follow=True)
    assert "不能采用" in page.content.decode()


@pytest.mark.parametrize(("name", "door"), [("report-list", None), ("submission-list", "sent_on")])
def test_lists_run_by_the_end_of_the_period_of_equal_ends_the_longer_first(client, office, name, door):
    newest_first = [
        "2026",
        "2026H2",
        "2026Q4",
        "2026-12",
        "2026H1",
        "2026-06",
        "2026-02-01~2026-06-20",
        "2026Q1",
        "2025H2",
    ]
    for key in sorted(newest_first):
        period = Period.parse(key)
        if door:
            values = [SentValue("查找案件", "2", "件")]
            sent.record_submission(
                period=period, title=key, recipient="区管委会", sent_on=DUE, values=values, by=office
            )
        else:
            summaries.create_report(period, by=office)
    client.force_login(office)

    def listed(sort):
        return [row.period_key for row in client.get(url(name), {"sort": sort}).context["table"].ordered]

    assert listed("-period") == newest_first
    assert listed("period") == newest_first[::-1]
    if not door:
        assert listed("") == newest_first


def test_the_preceding_period_from_old_papers_is_called_so(report, office):
    for month in range(7, 13):
        make_history(1, figure="inspections.findings", month=f"2025-{month:02d}")
    content = compile_content(H1, [Section(report=report, heading="x", text="{{ inspections.findings | 环比 }}")])
    (check,) = [each for each in content["checks"] if each["kind"] == CheckKind.HISTORY]
    assert "上期为历史数据" in check["text"]
    assert "同期" not in check["text"]
