"""The cases. `python -m bench.cases NAME` prints one JSON line a measurement: name, figures, what was said, ok.

Judged is a ratio to something plain that is measured in turn with ours, pair by pair, so that a slow moment of the
machine hits both; milliseconds are told (docs/adr/0011).
"""

from __future__ import annotations

import hashlib
import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import django

django.setup()

from django.conf import settings  # noqa: E402 -- Django must be set up before models are loaded
from django.contrib import admin  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models.base import ModelState  # noqa: E402
from django.http import HttpRequest, QueryDict  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from openpyxl import Workbook  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from config import memory  # noqa: E402
from config.figures import one_reading  # noqa: E402
from config.pdf import html_to_pdf  # noqa: E402
from config.periods import Period  # noqa: E402
from config.tables import export_rows  # noqa: E402
from inspections.models import Finding, FindingShare  # noqa: E402
from inspections.tasks import FINDING_IMPORT  # noqa: E402
from inspections.views.findings import FINDING_EXPORT, finding_table  # noqa: E402
from permits.models import Application  # noqa: E402
from reports.compilation import compile_content  # noqa: E402
from reports.layouts.paper import SummaryPaper, summary_pdf  # noqa: E402
from reports.models import Report, Section  # noqa: E402
from reports.outline import ASSESSMENT  # noqa: E402
from reports.registry import registry  # noqa: E402
from reports.workflow import summaries  # noqa: E402
from staff import exports  # noqa: E402
from staff.imports import pipeline  # noqa: E402
from staff.jobs import run_inline  # noqa: E402
from staff.models import Activity, ImportBatch, ImportState, User, Verb, seal_activities, verify_chain  # noqa: E402
from staff.workflow import imports as import_door  # noqa: E402

REPEATS = 15
WHOLE_SUMMARY = 15  # seconds, with all outputs, on two cores
FILLER = 520  # sentences that bring the demo's summary to twenty pages
DEMO_SIZE = 10_000  # findings; above, a bureau is not the demo
READ_ONCE = ("lead_unit", "item", "area", "month", "state", "count", "points", "due_at", "closed_at")
IMPORTED_ROWS = 50_000
CHAIN_ROWS = 100_000
CHAIN_SECONDS = 5  # for so many rows of the log
PERIOD = Period.parse("2026H1")
SCRATCH = Path(settings.VAR_DIR) / "bench"


def megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(name: str, said: str, *, ok: bool | None = None, **figures: float) -> None:
    print(json.dumps({"name": name, "said": said, "ok": ok, **figures}, ensure_ascii=False), flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


class Pair(NamedTuple):
    """Median milliseconds of ours and of what is plain, and the median of their ratios."""

    ms: float
    plain_ms: float
    ratio: float

    @property
    def said(self) -> str:
        return f"{self.ms:.0f} ms, plain {self.plain_ms:.0f} ms, ratio {self.ratio:.2f}"


def in_turn(ours: Callable[[], Any], plain: Callable[[], Any], repeats: int = REPEATS) -> Pair:
    """Both, one after the other; the first calls warm up and do not count."""
    ours(), plain()
    times = [(timed(ours)[0] * 1000, timed(plain)[0] * 1000) for _ in range(repeats)]
    medians = [statistics.median(side) for side in zip(*times, strict=True)]
    return Pair(*medians, statistics.median(mine / other for mine, other in times))


def lists() -> None:
    """Our list in four manners against a plain change list of Django admin on the same table."""
    reader, root = User.objects.get(username="1005"), _superuser()
    ours, plain = Client(), Client()
    ours.force_login(reader)
    plain.force_login(root)
    deep = max(1, Finding.objects.counted().count() // 50 - 1)
    whole = "found_from=2000-01-01"
    unit = Finding.objects.values_list("lead_unit", flat=True).first()
    manners = {
        "list unfiltered": (f"?{whole}", "", 1),
        "list filtered": (f"?{whole}&lead_unit={unit}&area=ZG", f"?lead_unit__id__exact={unit}&area__exact=ZG", 1),
        "list deep page": (f"?{whole}&page={deep}", f"?p={deep}", 1),
        "list by number": (f"?{whole}&q=考2026-00012", "?q=考2026-00012", 1),
        "list searched for words": (f"?{whole}&q=样例大道12", "?q=样例大道12", None),
    }
    change_list = _plain_admin()
    for name, (query, other, most) in manners.items():
        ask = partial(_answer, ours, f"/inspections/findings/{query}")
        _beside(name, ask, partial(_admin_page, change_list, root, other), most)


def _beside(name: str, ours: Callable[[], None], plain: Callable[[], None], most: float | None) -> None:
    """Our whole page, session and layout and filters, beside the bare change list of the same rows; at most `most` times
    as long (None: told, not judged).
    """
    pair = in_turn(ours, plain)
    limit = "" if most is None else f" (≤ {most})"
    say(name, pair.said + limit, ok=None if most is None else pair.ratio <= most, **pair._asdict())


def permits() -> None:
    """The list of applications, a tenth as long as that of the findings, each row with the light of its clock."""

    class Plain(admin.ModelAdmin):
        list_display = ("number", "applicant_name", "location", "state", "item", "received_on", "decide_due", "handler")
        list_filter = ("state", "item")
        search_fields = ("number", "applicant_name", "location")
        list_per_page = 50

    admin.site.register(Application, Plain)  # before the addresses are read: its crumbs lead to the app's own page
    change_list = Plain(Application, admin.site)
    _many_applications(Finding.objects.count() // 10)
    ours, root = Client(), _superuser()
    ours.force_login(User.objects.get(username="1010"))
    deep = max(1, Application.objects.count() // 50 - 1)
    manners = {
        "permits unfiltered": ("", ""),
        "permits filtered": ("?state=closed&received_from=2000-01-01", "?state__exact=closed"),
        "permits deep page": (f"?page={deep}", f"?p={deep}"),
        "permits by number": ("?q=测速许00012", "?q=测速许00012"),
    }
    for name, (query, other) in manners.items():
        ask = partial(_answer, ours, f"/permits/{query}")
        _beside(name, ask, partial(_admin_page, change_list, root, other), 1)


def _many_applications(count: int) -> None:
    """Copies of the demo's, made once and kept."""
    patterns = list(Application.objects.exclude(number__startswith="测速"))
    missing = range(Application.objects.count(), count)
    copies = []
    for number in missing:
        row = copy(patterns[number % len(patterns)])
        row.pk, row._state = None, ModelState()
        row.number, row.entry_key, row.external_number, row.licence_number = f"测速许{number:06d}", None, "", ""
        copies.append(row)
    Application.objects.bulk_create(copies, batch_size=1_000)


def _answer(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")


def _superuser() -> User:
    made, _ = User.objects.get_or_create(
        username="bench",
        defaults={"display_name": "测速", "is_superuser": True, "is_staff": True, "must_change_password": False},
    )
    return made


def _plain_admin() -> admin.ModelAdmin:
    """What one gets without thinking: the same columns, foreign keys and all, and the full count."""

    class Plain(admin.ModelAdmin):
        list_display = (
            "number",
            "found_at",
            "lead_unit",
            "area",
            "place",
            "item",
            "description",
            "count",
            "points",
            "state",
        )
        list_filter = ("lead_unit", "area", "state")
        search_fields = ("number", "place", "description")
        list_per_page = 50

    return Plain(Finding, admin.site)


def _admin_page(change_list: admin.ModelAdmin, user: User, query: str) -> None:
    request = RequestFactory().get(f"/admin/inspections/finding/{query}")
    request.user = user
    change_list.changelist_view(request).render()


def export() -> None:
    """100,000 rows (or all there are) through the list's own export against a bare write-only writer."""
    request = HttpRequest()
    request.method, request.user = "GET", User.objects.get(username="1005")
    request.GET = QueryDict("found_from=2000-01-01")
    table = finding_table(request)
    before = megabytes()
    ours, _ = timed(lambda: exports.write(io.BytesIO(), FINDING_EXPORT, table, by=request.user))
    peak = megabytes()
    table = finding_table(request)
    rows = list(export_rows(table))

    def bare() -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(io.BytesIO())

    reading, _ = timed(lambda: sum(1 for _ in export_rows(finding_table(request))))
    against, _ = timed(bare)
    ratio = ours / (against + reading)
    say(
        f"export {len(rows) - 1:,} rows",
        f"{ours:.1f} s, rows {reading:.1f} s + bare writer {against:.1f} s, ratio {ratio:.2f} (≤ 1.5), peak {peak} MB (+{peak - before})",
        ok=ratio <= 1.5,
        seconds=ours,
        bare=against,
        reading=reading,
        peak_mb=peak,
    )


def figures() -> None:
    """Every figure of a half-year with every choice, within one reading, against a script that only reads the findings."""

    def all_of_them() -> int:
        count = 0
        with one_reading():
            for figure in registry().figures.values():
                for choice, _ in figure.choices() if figure.choices else [(None, "")]:
                    figure.value(PERIOD, choice)
                    count += 1
        return count

    def read_once() -> int:
        rows = Finding.objects.found_between(PERIOD.start, PERIOD.end)
        return len(list(rows.values_list(*READ_ONCE)))

    pair = in_turn(all_of_them, read_once, repeats=5)
    said = f"{pair.said} (≤ 4); plain: the {read_once():,} findings of the half-year read once"
    say(f"all {all_of_them()} figures", said, ok=pair.ratio <= 4, **pair._asdict())


def paper() -> None:
    """Compiling and setting a summary of ten pages against a bare run of the same HTML."""
    from django.template.loader import render_to_string
    from weasyprint import CSS, HTML

    report = Report.objects.filter(period_key=PERIOD.key).first() or summaries.create_report(PERIOD, by=None)
    sections = [
        Section(
            report=report, level=2, number=f"（{n}）", heading="测速", text=ASSESSMENT + "\n整治行动有序推进。" * 60
        )
        for n in range(1, 5)
    ]
    content = compile_content(report.period, sections)
    pages = summary_pdf(report, content, profile="plain").pages
    shown = {"paper": SummaryPaper.of(report, profile="plain"), "content": content}
    html = render_to_string("reports/pdf/summary.html", shown)
    css = (Path(settings.BASE_DIR) / "static/css/gbt9704.css").read_text(encoding="utf-8")
    pair = in_turn(
        lambda: summary_pdf(report, compile_content(report.period, sections), profile="plain"),
        lambda: HTML(string=html).write_pdf(stylesheets=[CSS(string=css)]),
        repeats=5,
    )
    setting, _ = timed(lambda: html_to_pdf(html))
    say(
        f"compile and set {pages} pages",
        f"{pair.said} (≤ 1.5), plain: bare WeasyPrint; peak {megabytes()} MB",
        ok=pair.ratio <= 1.5,
        setting_ms=setting * 1000,
        **pair._asdict(),
    )


def summary() -> None:
    """The demo's whole half-year as the job does it, made as long as twenty pages: PDF, Word, annex, JSON, all kept."""
    report = Report.objects.filter(period_key=PERIOD.key, outline="long").first()
    if report is None or not report.is_open:
        report = summaries.create_report(PERIOD, by=None, outline="long")
    with transaction.atomic():
        filler = "整治行动有序推进。" * FILLER
        Section.objects.create(report=report, order=99, level=1, number="", heading="测速", text=filler)
        began = time.process_time()
        seconds, made = timed(lambda: summaries.compile_report(report, by=None))
        worked = time.process_time() - began
        again, made = timed(lambda: summaries.compile_report(report, by=None))
        sizes = ", ".join(f"{each.kind} {each.size // 1024} kB" for each in made.files.all())
        transaction.set_rollback(True)
    demo = Finding.objects.count() < DEMO_SIZE
    say(
        f"whole summary, {made.pages} pages",
        f"{seconds:.1f} s ({worked:.1f} s of work, ≤ {WHOLE_SUMMARY} for the demo), again {again:.1f} s; {sizes}, peak {megabytes()} MB",
        ok=max(seconds, again) <= WHOLE_SUMMARY if demo else None,
        seconds=seconds,
        cpu=worked,
        again=again,
        pages=made.pages,
        peak_mb=megabytes(),
    )


def imports() -> None:
    """50,000 rows through the whole pipeline, then once more, against the fastest reader and one bulk insert."""
    path = _sheet(SCRATCH / "import-50000.xlsx")
    _forget_imported()
    first, batch = timed(lambda: _through_the_pipeline(path))
    if batch.written != IMPORTED_ROWS:
        raise RuntimeError(f"{batch.written} rows were written.")
    peak = megabytes()
    again, _ = timed(lambda: _through_the_pipeline(path))
    against = _floor(path)
    _forget_imported()
    ratio = first / against
    say(
        "import 50,000 rows",
        f"{first:.1f} s, reader + bulk insert {against:.1f} s, ratio {ratio:.2f} (≤ 3), peak {peak} MB (< 400)",
        ok=ratio <= 3 and peak < 400,
        seconds=first,
        floor=against,
        peak_mb=peak,
    )
    say("the same sheet again", f"{again:.1f} s, first time {first:.1f} s", ok=again <= first, seconds=again)


def _forget_imported() -> None:
    """Without loading a row: the memory measured is the import's own."""
    FindingShare.objects.filter(finding__place__startswith="测速路")._raw_delete("default")
    Finding.objects.filter(place__startswith="测速路")._raw_delete("default")


def _sheet(path: Path) -> Path:
    if path.is_file():
        return path
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(
        [
            "检查日期",
            "责任单位",
            "区域类型",
            "具体地点",
            "小项",
            "存在问题",
            "数量",
            "是否严重",
            "问题来源",
            "整改时限",
            "整改完成时间",
            "检查人",
        ]
    )
    for n in range(IMPORTED_ROWS):
        day = f"2026-{n % 6 + 1:02d}-{n % 28 + 1:02d} 09:{n % 60:02d}"
        unit = ("湖滨街道", "求索街道", "月山")[n % 3]
        sheet.append(
            [
                day,
                unit,
                "主次干道",
                f"测速路{n}号",
                "店外经营",
                f"货物出店{n}",
                n % 3 + 1,
                "否",
                "日常巡查",
                None,
                None,
                "甲、乙",
            ]
        )
    book.save(path)
    return path


def _through_the_pipeline(path: Path) -> ImportBatch:
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    batch = pipeline.receive_file(upload, kind=FINDING_IMPORT, owner=None)
    for kind, wanted, next_state in (
        ("staff.check_import", ImportState.UPLOADED, ImportState.CHECKING),
        ("staff.publish_import", ImportState.CHECKED, ImportState.PUBLISHING),
    ):
        import_door.claim_import(batch, wanted=wanted, next_state=next_state)
        run_inline(kind, owner=None, payload={"batch": batch.pk})
        batch.refresh_from_db()
    return batch


def _floor(path: Path) -> float:
    """Seconds of the fastest reader plus one bulk insert of the same findings and shares."""
    reading, _ = timed(lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
    findings = list(Finding.objects.filter(place__startswith="测速路").order_by("pk"))
    shares = list(FindingShare.objects.filter(finding__place__startswith="测速路"))
    _forget_imported()

    def insert() -> None:
        with transaction.atomic():
            Finding.objects.bulk_create(findings, batch_size=2_000)
            FindingShare.objects.bulk_create(shares, batch_size=2_000)

    writing, _ = timed(insert)
    return reading + writing


def chain() -> None:
    """Verifying 100,000 rows of the log against a bare loop of the same hashes; all taken back."""
    with transaction.atomic():
        row = partial(Activity, verb=Verb.UPDATE, title="测速", changes={"电话": ["1", "2"]}, address="10.0.0.1")
        Activity.objects.bulk_create([row(note=f"第{n}行") for n in range(CHAIN_ROWS)], batch_size=2_000)
        sealing, _ = timed(seal_activities)
        began = time.process_time()
        ours, report = timed(verify_chain)
        worked = time.process_time() - began
        facts = [activity.canonical() for activity in Activity.objects.order_by("pk").iterator(chunk_size=5_000)]
        transaction.set_rollback(True)

    def bare() -> None:
        previous = ""
        for each in facts:
            previous = hashlib.sha256(previous.encode() + each).hexdigest()

    against, _ = timed(bare)
    per_100k = ours / report.sealed * CHAIN_ROWS
    say(
        f"chain of {report.sealed:,} rows",
        f"verified in {ours:.1f} s ({worked:.1f} s of work; {per_100k:.1f} s per 100,000, ≤ {CHAIN_SECONDS}), bare hashes {against:.2f} s,"
        f" ratio {ours / against:.0f}; sealed in {sealing:.1f} s",
        ok=per_100k <= CHAIN_SECONDS and not report.problems,
        seconds=ours,
        cpu=worked,
        bare=against,
        sealing=sealing,
    )


CASES = {
    "lists": lists,
    "permits": permits,
    "export": export,
    "figures": figures,
    "paper": paper,
    "summary": summary,
    "imports": imports,
    "chain": chain,
}

if __name__ == "__main__":
    if sys.argv[1] in ("lists", "permits"):
        memory.settle()  # as the process that serves does; long work runs in one that does not
    CASES[sys.argv[1]]()
