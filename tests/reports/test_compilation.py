"""Compiling: what is printed, what is left out and why, frozen copies, the command, the paper's bytes."""

import json
import threading
from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from config.periods import Period
from fireworks.models import Assignment, Window
from inspections.models import Finding, Item
from inspections.workflow import findings
from reports.compilation import compile_content, totals
from reports.freezing import cells_moved
from reports.layouts.paper import SummaryPaper, summary_pdf
from reports.models import Compilation, Report, Section
from reports.reconciliation import lines_for
from reports.workflow import issuing, sections, summaries
from reports.workflow.locks import SectionChanged
from staff.jobs import run_inline
from staff.models import Activity, JobState, NumberCounter
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.fireworks import furnish_duty
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.reports import make_checked, make_issued, make_measure, make_tally, make_task
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

H1 = Period.parse("2026H1")


@pytest.fixture
def report():
    item = whole_standard()
    for day in range(1, 13):
        make_finding(item=item, found_at=moment(2026, 1, day), closed_at=moment(2026, 1, day, 20) if day % 2 else None)
    make_finding(item=item, found_at=moment(2025, 1, 5))
    return summaries.create_report(H1, by=None)


def compiled(text, report):
    content = compile_content(report.period, [Section(report=report, level=2, number="（一）", heading="x", text=text)])
    return content, content["sections"][0]["text"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("共{{ inspections.findings }}。", "共12件。"),
        ("共{{ inspections.findings | 余 }}。", "共12件。"),
        ("{{ inspections.findings | 同比 }}", "同比增长1100%"),
        ("整改率{{ inspections.rectification_rate | 百分比 }}", "整改率50%"),
        ("{{ inspections.months }}", "1月"),
        ("{{ inspections.findings | 环比 }}", "—"),
    ],
)
def test_a_token_becomes_its_figure_in_words(report, text, printed):
    assert compiled(text, report)[1] == printed


def test_what_has_no_base_is_a_dash_with_its_reason(report):
    content, _ = compiled("{{ inspections.findings | 环比 }}", report)
    assert any("对比期为 0" in note for note in content["notes"])


def test_a_window_or_a_month_is_held_against_that_of_the_year_before(report):
    furnish_duty(UserFactory())
    then, now = Window.objects.order_by("year")
    Assignment.objects.filter(pk=Assignment.objects.filter(slot__roster__window=then).first().pk).delete()

    def words(name, style="同比"):
        return compiled(f"{{{{ {name} | {style} }}}}", report)[1]

    turns = "fireworks.duty_turns_in_window"
    assert words(f"{turns}:{now.pk}").startswith("同比增长")
    assert (words(f"{turns}:{now.pk}", "环比"), words(f"{turns}:{then.pk}")) == ("—", "—")
    assert words("inspections.findings_by_month:2026-01") == "同比增长1100%"
    lines = {line.name: line for line in lines_for([f"{turns}:{now.pk}", f"{turns}:{then.pk}"], H1)}
    assert int(lines[f"{turns}:{now.pk}"].then) == int(lines[f"{turns}:{then.pk}"].now)
    assert lines[f"{turns}:{then.pk}"].then == "—"


def test_a_running_half_year_is_compared_up_to_the_same_day(report):
    make_finding(item=Item.objects.get(code="A01"), found_at=moment(2025, 6, 1))
    with time_machine.travel(moment(2026, 3, 31)):
        assert compiled("{{ inspections.findings | 同比 }}", report)[1] == "同比增长1100%"
    assert compiled("{{ inspections.findings | 同比 }}", report)[1] == "同比增长500%"


def test_a_claim_that_does_not_hold_is_left_out_and_the_checklist_says_why(report):
    content, text = compiled("甲。{{ ? inspections.every_month }}乙。", report)
    assert text == "甲。乙。"
    assert content["claims"][0]["holds"] is False
    assert "2月" in content["claims"][0]["reason"]


def test_a_typed_number_is_marked_as_without_source(report):
    content, _ = compiled("共清理320处，2026年3月完成。", report)
    spans = content["sections"][0]["blocks"][0]["spans"]
    assert [span["text"] for span in spans if span.get("amber")] == ["320"]


def test_every_figure_carries_label_definition_and_address(report):
    content, _ = compiled("{{ inspections.overdue }}{{ inspections.findings_by_category:A }}", report)
    for figure in content["figures"]:
        assert set(figure) >= {"key", "label", "value", "unit", "definition", "url"}
        assert figure["definition"]
        assert figure["url"].startswith("/")


def test_the_default_outline_compiles_without_errors(report):
    content = compile_content(H1, list(report.sections.all()))
    assert not [note for note in content["notes"] if "占位符" in note or "没有“" in note]
    assert {block["kind"] for section in content["sections"] for block in section["blocks"]} == {
        "text",
        "table",
        "chart",
    }


def test_the_same_content_gives_the_same_bytes(report):
    content = compile_content(H1, list(report.sections.all()))
    first = summary_pdf(report, content, profile="plain")
    assert first == summary_pdf(report, content, profile="plain")
    assert first.pages >= 1


@pytest.mark.django_db(transaction=True)
def test_a_compilation_is_kept_once_per_job_with_its_hash(report):
    job = run_inline("reports.compile", owner=None, payload={"report": report.pk})
    assert job.state == JobState.DONE
    summaries.compile_report(report, by=None, job=job)
    compilation = Compilation.objects.get()
    assert compilation.pages >= 1
    with compilation.pdf.open("rb") as stored:
        assert stored.read(5) == b"%PDF-"


def test_issuing_freezes_the_figures(report):
    director = UserFactory(role=Roles.DIRECTOR)
    issued = make_issued(report, by=director)
    assert issued.number == "岳南城管报字〔2026〕1号"
    before = issued.compilations.first().content["figures"]
    finding = make_finding(item=Item.objects.get(code="A01"), found_at=moment(2026, 3, 1))
    findings.void_finding(finding, by=director, reason="登记有误")
    issued.refresh_from_db()
    assert issued.compilations.first().content["figures"] == before
    with pytest.raises(Refused, match="已签发"):
        issuing.issue_report(issued, by=director)
    section = issued.sections.get(order=2)
    with pytest.raises(Refused, match="已签发"):
        sections.save_section(section, heading="x", text="y", seen=1, by=director)
    assert Activity.objects.filter(verb="sign").count() == 1


def test_a_paper_is_dated_by_its_signing(report):
    assert SummaryPaper.of(report, profile="plain").date == date(2026, 6, 30)
    with time_machine.travel(moment(2026, 7, 9)):
        make_issued(report)
    report.refresh_from_db()
    assert SummaryPaper.of(report, profile="redhead").date == date(2026, 7, 9)


@pytest.mark.django_db(transaction=True)
def test_of_three_signing_at_once_one_wins_and_no_number_is_lost(report):
    make_checked(report)
    directors, outcomes = UserFactory.create_batch(3), []

    def sign(user):
        try:
            issuing.issue_report(report, by=user)
            outcomes.append("won")
        except Refused:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=[user]) for user in directors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "told", "won"]
    assert NumberCounter.objects.get(series__code="report").last == 1


def test_broken_tokens_are_refused_with_line_and_reason(report):
    section = report.sections.get(order=2)
    with pytest.raises(Refused, match=r"第1行第3字：没有“inspections\.finding”"):
        sections.save_section(section, heading="x", text="共计{{ inspections.finding }}", seen=1, by=UserFactory())
    section.refresh_from_db()
    assert section.version == 1


def test_a_section_keeps_its_history(report):
    section, user = report.sections.get(order=2), UserFactory()
    old = section.text
    sections.save_section(section, heading="新标题", text="新文字", seen=1, by=user)
    assert section.revisions.get().text == old
    with pytest.raises(SectionChanged, match="刚保存过这一节") as refusal:
        sections.save_section(section, heading="x", text="y", seen=1, by=user)
    assert refusal.value.current.text == "新文字"


@pytest.mark.django_db(transaction=True)
def test_the_command_writes_pdf_and_json(tmp_path, report, capsys):
    pdf, data = tmp_path / "s.pdf", tmp_path / "s.json"
    call_command("compile_report", "2026H1", pdf=pdf, json=data, profile="redhead")
    content = json.loads(data.read_text())
    assert set(content) == {"period", "as_of", "figures", "claims", "sections"}
    assert {"number", "heading", "text"} <= set(content["sections"][0])
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert Report.objects.count() == 1


@pytest.mark.parametrize("period", ["2026H3", "去年", "2026-13", "2026-06-30~2026-01-01"])
def test_a_wrong_period_is_refused_in_words(period):
    with pytest.raises(CommandError, match="不是有效的期间"):
        call_command("compile_report", period)
    assert not Report.objects.exists()


def test_the_total_of_a_table_keeps_the_places_of_amounts():
    rows = [[["甲", ""], ["3", ""], ["1,200.50", ""]], [["乙", ""], ["4", ""], ["0.00", ""]]]
    assert totals(rows) == ["合计", "7", "1200.50"]
    assert totals([]) == []


def test_a_table_without_rows_says_so_and_opens_nothing(report):
    content, _ = compiled("{{ table staff.appraisal_results }}", report)
    (block,) = content["sections"][0]["blocks"]
    assert [cell[0] for cell in block["rows"][0]] == ["期内没有记录", "", "", "", ""]
    assert not any(cell[1] for cell in block["rows"][0])


def test_what_was_frozen_without_that_row_has_not_moved(report):
    content, _ = compiled("{{ table staff.appraisal_results }}", report)
    before = json.loads(json.dumps(content))
    before["sections"][0]["blocks"][0]["rows"] = []  # as a paper of an earlier release keeps it
    assert list(cells_moved(Compilation(content=before), content)) == []


def test_of_several_rows_of_one_name_each_is_told_when_it_moves(report):
    task = make_task(title="市容秩序整治")
    first, second, third = (make_measure(task=task, name=name, order=order) for order, name in enumerate("甲乙丙", 1))
    for measure in (first, second):
        make_tally(12, measure=measure)
    before = compiled("{{ table reports.tallies }}", report)[0]
    make_tally(5, measure=first)
    make_tally(8, measure=third)
    now = compiled("{{ table reports.tallies }}", report)[0]
    moved, more = cells_moved(Compilation(content=before), now)
    assert (moved.label, moved.then, moved.now) == ("重点工作数据·市容秩序整治·本期", "12", "17")
    assert (more.label, more.now) == ("重点工作数据", "3行：多了“市容秩序整治（第3行）”")
    assert [each.now for each in cells_moved(Compilation(content=now), before)][
        -1
    ] == "2行：少了“市容秩序整治（第3行）”"


def test_a_period_without_records_has_no_bars(report):
    content, _ = compiled("{{ chart inspections.by_category }}", report)
    now, then = content["sections"][0]["blocks"][0]["data"]["series"]
    assert "12" in now[1]
    assert "1" in then[1]
    Finding.objects.filter(found_on__year=2025).delete()
    content, _ = compiled("{{ chart inspections.by_category }}", report)
    assert set(content["sections"][0]["blocks"][0]["data"]["series"][1][1]) == {None}
