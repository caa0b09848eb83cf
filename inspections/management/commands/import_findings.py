"""manage.py import_findings FILE.xlsx [--dry-run] [--valid-rows-only]: the browser's pipeline from the command line."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inspections.tasks import FINDING_IMPORT
from staff.imports import pipeline
from staff.imports.reading import SheetError
from staff.jobs import run_inline
from staff.models import ImportBatch, ImportState, JobState, User
from staff.workflow import imports as workflow


class Command(BaseCommand):
    help = "导入考评问题（.xlsx 或 .xls）。先检查，再整表写入；有一行错就不写，除非加 --valid-rows-only。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="表格文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--valid-rows-only", action="store_true", help="跳过有误的行")
        parser.add_argument("--by", default="", help="以哪个工号的名义导入")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = self._owner(options["by"])
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        try:
            batch = pipeline.receive_path(path, name=path.name, kind=FINDING_IMPORT, owner=owner)
        except SheetError as problem:
            raise CommandError(problem.message) from problem
        missing = pipeline.missing_fields(batch)
        if missing:
            workflow.discard_import(batch)
            raise CommandError(f"表里没有找到这些列：{'、'.join(missing)}。")
        self._run(batch, "staff.check_import", ImportState.UPLOADED, ImportState.CHECKING)
        self.stdout.write(f"共 {batch.total} 行：新增 {batch.new}，重复 {batch.duplicate}，有误 {batch.wrong}。")
        for number, label, message in batch.problems:
            self.stdout.write(f"  第{number}行 {label}：{message}")
        if options["dry_run"] or not batch.new:
            workflow.discard_import(batch)
            self.stdout.write("没有写入任何数据。")
            return
        if batch.wrong and not options["valid_rows_only"]:
            workflow.discard_import(batch)
            raise CommandError(f"有 {batch.wrong} 行有误，没有写入任何数据。改正后重试，或加 --valid-rows-only。")
        ImportBatch.objects.filter(pk=batch.pk).update(valid_rows_only=options["valid_rows_only"])
        self._run(batch, "staff.publish_import", ImportState.CHECKED, ImportState.PUBLISHING)
        self.stdout.write(self.style.SUCCESS(f"已导入 {batch.written} 行。"))

    def _owner(self, username: str) -> User | None:
        if not username:
            return None
        owner = User.objects.filter(username=username, is_active=True).first()
        if owner is None:
            raise CommandError(f"没有工号为 {username} 的在用账号。")
        return owner

    def _run(self, batch: ImportBatch, kind: str, wanted: ImportState, next_state: ImportState) -> None:
        """Run one stage here; the batch is reloaded. CommandError with the job's own message if it fails."""
        workflow.claim_import(batch, wanted=wanted, next_state=next_state)
        job = run_inline(kind, owner=batch.owner, payload={"batch": batch.pk})
        batch.refresh_from_db()
        if job.state != JobState.DONE:
            workflow.discard_import(batch)
            raise CommandError(job.message)
