"""Outlines over the same figures, chapters added and moved, drafts laid side by side."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config.periods import Period
from reports.checklist import length_of
from reports.compilation import compile_content
from reports.drafts import readable, running_text
from reports.layouts.paper import summary_pdf
from reports.models import Outline, Report, Section
from reports.outline import in_han, numbers
from reports.outlines import offered_outlines
from reports.redline import redline
from reports.shorter_outlines import HOUSE
from reports.workflow import outlines, sections, summaries
from reports.workflow.outlines import PartText
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_measure, make_plan, make_problem, make_tally, make_task
from tests.factories.staff import UserFactory

H1 = Period.parse("2026H1")


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


class TestNumbers:
    def test_each_level_counts_anew_under_the_one_above(self):
        assert numbers([1, 2, 2, 3, 3, 1, 2]) == ["一、", "（一）", "（二）", "1.", "2.", "二、", "（一）"]

    @pytest.mark.parametrize(("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (23, "二十三")])
    def test_in_han(self, number, words):
        assert in_han(number) == words


class TestRedline:
    def test_a_number_is_one_change(self):
        (line,) = redline("共1236件，同比下降8.3%。", "共1240余件，同比下降8.3%。")
        assert [(piece.kind, piece.text) for piece in line] == [
            ("same", "共"),
            ("gone", "1236"),
            ("new", "1240余"),
            ("same", "件，同比下降8.3%。"),
        ]

    @given(st.text("甲乙12\n ，", max_size=40), st.text("甲乙12\n ，", max_size=40))
    def test_each_side_can_be_read_from_it(self, before, after):
        lines = redline(before, after)

        def side(other):
            return "".join(piece.text for line in lines for piece in line if piece.kind != other)

        assert side("new") == before.replace("\n", "")
        assert side("gone") == after.replace("\n", "")


@pytest.mark.django_db
class TestOutlines:
    @pytest.mark.parametrize("code", sorted(HOUSE))
    @pytest.mark.parametrize("period", ["2026H1", "2025H2", "2026Q2", "2026-01-01~2026-06-20"])
    def test_every_outline_of_the_house_compiles_for_every_period(self, code, period):
        whole_standard()
        report = summaries.create_report(Period.parse(period), by=None, outline=code)
        content = compile_content(report.period, list(report.present_sections))
        assert [check for check in content["checks"] if check["kind"] == "token"] == []
        assert "【" not in "".join(section["heading"] + section["text"] for section in content["sections"])

    @pytest.mark.parametrize("code", ["short", "page", "speech"])
    def test_a_shorter_outline_speaks_of_every_room_and_keeps_its_length(self, code):
        make_finding(item=whole_standard(), found_at=moment(2026, 3, 5))
        for number in range(10):
            task = make_task(title=f"样例重点工作第{number}项", period_key="2026H1")
            for name in ("清理占道经营", "规范店外经营", "出动执法人员"):
                make_tally(measure=make_measure(task=task, name=name))
        for title in ("流动摊贩早晚反复回潮", "存量违法建设拆除进度慢", "热线重复诉求偏多"):
            make_problem(title=title, text="早晚高峰回潮明显，白天管住、夜间反弹")
        make_plan(period_key="2026H2", text="主次干道商户全覆盖")
        report = summaries.create_report(H1, by=None, outline=code)
        content = compile_content(report.period, list(report.present_sections))
        rooms = {figure["key"].partition(".")[0] for figure in content["figures"]}
        assert rooms == {"inspections", "fireworks", "permits", "billboards", "staff", "reports"}
        assert {block["kind"] for section in content["sections"] for block in section["blocks"]} == {"text"}
        assert HOUSE[code].length * 3 // 10 < length_of(content) <= HOUSE[code].length
        words = running_text(content)
        if code == "page":
            assert summary_pdf(report, content, profile="plain").pages == 1
            assert "遗留问题3个" in words
        else:
            assert "流动摊贩早晚反复回潮" in words
            assert "样例重点工作第7项" in words
        assert "样例重点工作第8项" not in words  # eight tasks are said
        assert "出动执法人员" not in words  # and two measures of each

    def test_all_outlines_print_the_same_figures(self):
        make_finding(item=whole_standard(), found_at=moment(2026, 3, 5))
        values = {}
        for code in HOUSE:
            report = summaries.create_report(H1, by=None, outline=code)
            content = compile_content(report.period, list(report.present_sections))
            for figure in content["figures"]:
                values.setdefault(figure["key"], set()).add(str(figure["value"]))
        assert values["inspections.findings"] == {"1"}
        assert all(len(found) == 1 for found in values.values())

    def test_one_of_each_outline_and_period(self):
        summaries.create_report(H1, by=None, outline="page")
        with pytest.raises(Refused, match="“一页纸”已经建立"):
            summaries.create_report(H1, by=None, outline="page")
        with pytest.raises(Refused, match="没有这个提纲"):
            summaries.create_report(H1, by=None, outline="none")

    def test_what_the_office_makes_of_an_outline_stands_before_the_house_s(self):
        by = UserFactory()
        parts = [PartText(1, "【本期】小结", "共{{ inspections.findings }}。")]
        outlines.save_outline("page", name="一页", title="【期间】要情", length=500, parts=parts, by=by, seen=0)
        report = summaries.create_report(H1, by=by, outline="page")
        assert (report.title, [str(section) for section in report.present_sections]) == (
            "2026年上半年要情",
            ["一、上半年小结"],
        )
        outlines.reset_outline("page", by=by)
        assert offered_outlines()["page"].name == "一页纸"

    def test_broken_tokens_names_twice_and_outlines_in_use_are_refused(self):
        by = UserFactory()
        facts = {"title": "x", "length": 0, "by": by, "seen": 0}
        with pytest.raises(Refused, match="甲：第1行第1字"):
            outlines.save_outline("x", name="x", parts=[PartText(1, "甲", "{{ a.b }}")], **facts)
        parts = [PartText(1, "甲", "")]
        with pytest.raises(Refused, match="已经有叫“全文”的提纲"):
            outlines.save_outline("x", name="全文", parts=parts, **facts)
        outlines.save_outline("x", name="周报", parts=parts, **facts)
        summaries.create_report(H1, by=by, outline="x")
        with pytest.raises(Refused, match="已有文稿在用"):
            outlines.reset_outline("x", by=by)

    def test_an_outline_is_edited_in_the_browser(self, client):
        client.force_login(UserFactory(role=Roles.OFFICE))
        assert client.get(url("outline-detail", "long")).status_code == 200
        data = {
            "name": "一页纸",
            "title": "【期间】要情",
            "length": "600",
            "parts-TOTAL_FORMS": "2",
            "parts-INITIAL_FORMS": "0",
            "parts-0-level": "1",
            "parts-0-heading": "后",
            "parts-0-when": "always",
            "parts-0-ORDER": "2",
            "parts-1-level": "1",
            "parts-1-heading": "先",
            "parts-1-text": "{{ inspections.fndings }}",
            "parts-1-when": "always",
            "parts-1-ORDER": "1",
        }
        page = client.post(url("outline-detail", "page"), data).content.decode()
        assert "第1行第1字" in page
        client.post(url("outline-detail", "page"), {**data, "parts-1-text": "{{ inspections.findings }}"})
        assert [part.heading for part in Outline.objects.get(code="page").parts.all()] == ["先", "后"]
        assert client.get(url("outline-detail", "none")).status_code == 404

    def test_of_two_with_the_same_outline_open_the_second_is_told_and_keeps_what_he_typed(self, client):
        first, second = UserFactory(role=Roles.OFFICE), UserFactory(role=Roles.OFFICE)
        address = url("outline-detail", "page")

        def save(user, heading, seen):
            client.force_login(user)
            facts = {"name": "一页纸", "title": "【期间】要情", "length": "600", "seen": seen}
            formset = {"parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0"}
            part = {"level": "1", "heading": heading, "text": f"{heading}的话", "when": "always", "ORDER": "1"}
            return client.post(
                address, {**facts, **formset, **{f"parts-0-{name}": each for name, each in part.items()}}
            )

        for shown in (0, 1):  # the house's text, which nobody had changed; then the office's own
            client.force_login(second)
            assert client.get(address).context["form"]["seen"].value() == shown
            assert save(first, f"甲{shown}", shown).status_code == 302
            answer = save(second, "乙", shown)
            assert "这个提纲刚被别人修改过，这次没有保存" in answer.content.decode()
            (part,) = answer.context["parts"]
            assert (part["heading"].value(), part["text"].value()) == ("乙", "乙的话")
            assert [part.heading for part in Outline.objects.get(code="page").parts.all()] == [f"甲{shown}"]
        outlines.reset_outline("page", by=first)
        assert "刚被别人修改过" in save(second, "乙", 2).content.decode()  # what stood on the page has gone
        assert not Outline.objects.exists()


@pytest.mark.django_db
class TestChapters:
    @pytest.fixture
    def report(self):
        whole_standard()
        return summaries.create_report(H1, by=None, outline="short")

    def headings(self, report):
        return [str(section) for section in report.present_sections]

    def test_moving_deals_out_the_numbers_anew(self, report):
        by, before = UserFactory(), self.headings(report)
        second = report.sections.get(order=2)
        sections.move_section(second, up=False, by=by)
        after = self.headings(report)
        assert after[1].removeprefix("（一）") == before[2].removeprefix("（二）")
        assert [text[:3] for text in after] == [text[:3] for text in before] or after[1].startswith("（一）")
        sections.move_section(report.sections.get(order=1), up=True, by=by)  # the end of the way
        assert self.headings(report) == after

    def test_removed_sections_come_back_with_their_text_and_history(self, report):
        by = UserFactory()
        section = report.sections.get(order=2)
        sections.remove_section(section, by=by)
        assert section.heading not in " ".join(self.headings(report))
        sections.restore_section(section, by=by)
        restored = Section.objects.get(pk=section.pk)
        assert (restored.text, restored.removed_at) == (section.text, None)
        assert [str(each.get_change_display()) for each in restored.revisions.all()] == ["恢复", "删除"]
        assert self.headings(report)[-1].endswith(section.heading)

    def test_chapters_change_in_the_browser(self, client, report):
        client.force_login(UserFactory(role=Roles.OFFICE))
        first = report.sections.get(order=1)
        client.post(url("section-list", report.pk), {"heading": "新的一节", "level": "2", "after": first.pk})
        assert self.headings(report)[1] == "（一）新的一节"
        added = report.sections.get(heading="新的一节")
        client.post(url("section-step", report.pk, added.pk), {"step": "level", "level": "1"})
        assert self.headings(report)[1] == "二、新的一节"
        client.post(url("section-remove", report.pk, added.pk))
        assert "新的一节" in client.get(url("section-list", report.pk)).content.decode()
        client.post(url("section-restore", report.pk, added.pk))
        assert self.headings(report)[-1] == "四、新的一节"


@pytest.mark.django_db
class TestComparing:
    def test_versions_of_a_section_are_compared_without_braces(self, client):
        whole_standard()
        report = summaries.create_report(H1, by=None)
        by = UserFactory(role=Roles.OFFICE)
        section = report.sections.get(order=2)
        sections.save_section(section, heading="考评", text="共{{ inspections.findings | 余 }}。", seen=1, by=by)
        sections.save_section(section, heading="考评", text="共{{ inspections.findings }}。", seen=2, by=by)
        client.force_login(by)
        page = client.get(url("section-compare", report.pk, section.pk, 2)).content.decode()
        assert "〔查找案件" in page
        assert "{{" not in page

    def test_two_compiled_copies_show_what_changed(self, client):
        make_finding(item=whole_standard(), found_at=moment(2026, 3, 5))
        by = UserFactory(role=Roles.OFFICE)
        report = summaries.create_report(H1, by=by, outline="page")
        summaries.compile_report(report, by=by)
        make_finding(found_at=moment(2026, 3, 6))
        summaries.compile_report(Report.objects.get(), by=by)
        client.force_login(by)
        page = client.get(url("report-compare", report.pk))
        keys = [draft.key for draft in page.context["drafts"]]
        assert keys[0] == "live"
        page = client.get(url("report-compare", report.pk), {"old": keys[2], "new": keys[1]})
        pieces = [piece for line in page.context["lines"] for piece in line if piece.kind != "same"]
        assert ("gone", "1") in [(piece.kind, piece.text) for piece in pieces]
        assert ("new", "2") in [(piece.kind, piece.text) for piece in pieces]
        assert client.get(url("report-compare", report.pk), {"old": "9999", "new": "x"}).status_code == 200

    def test_a_typed_number_reads_with_its_source(self):
        assert readable("清理{{ = 320处 | 街道报表 }}") == "清理〔320处，手填：街道报表〕"
