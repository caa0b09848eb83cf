"""manage.py compile_report 2026H1 [--pdf FILE] [--json FILE] [--profile plain|redhead]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.periods import Period
from reports.enums import Profile
from reports.layouts.files import figures_json
from reports.layouts.paper import summary_pdf
from reports.models import Report
from reports.workflow import summaries
from staff.jobs import run_inline
from staff.models import JobState


class Command(BaseCommand):
    help = "汇编一个期间的工作总结；还没有的先按默认提纲建立。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="如 2026H1、2026H2、2026Q1、2026-03、2026-01-01~2026-06-20")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="另存 PDF")
        parser.add_argument("--json", type=Path, metavar="FILE", help="另存数据")
        parser.add_argument("--outline", default="long", help="提纲代码，如 long、short、page、speech；默认全文")
        parser.add_argument("--profile", choices=Profile.values, help="版式，默认用总结自己的")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        for path in (options["pdf"], options["json"]):
            if path and not path.parent.is_dir():
                raise CommandError(f"目录 {path.parent} 不存在，请先建立。")
        try:
            self._compile(period, options)
        except OSError as error:
            raise CommandError(f"文件写不进去：{error}") from error

    def _compile(self, period: Period, options: dict[str, Any]) -> None:
        outline = options["outline"]
        existing = Report.objects.filter(period_key=period.key, outline=outline).order_by("-edition").first()
        report = existing or summaries.create_report(period, by=None, outline=outline)
        if report.is_open:
            job = run_inline("reports.compile", owner=None, payload={"report": report.pk})
            if job.state != JobState.DONE:
                raise CommandError(job.message)
        compilation = report.compilations.first()
        profile = options["profile"] or compilation.profile
        if options["pdf"]:
            with compilation.pdf.open("rb") as stored:
                kept = stored.read()
            fresh = profile != compilation.profile
            options["pdf"].write_bytes(
                summary_pdf(report, compilation.content, profile=profile).content if fresh else kept
            )
        if options["json"]:
            options["json"].write_bytes(figures_json(compilation.content))
        self.stdout.write(f"{report}：{compilation.pages} 页，{len(compilation.content['figures'])} 个数据。")
        for note in compilation.content["notes"]:
            self.stdout.write(f"  注意 {note}")
