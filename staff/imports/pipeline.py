"""The one import pipeline: receive a sheet → propose columns → check (a job) → confirm → publish (a job) → result.

Nothing is written to a register before somebody confirms. Publishing reads and checks the stored sheet again, because
the register may have changed since the preview, and writes all rows in one transaction: all or none.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from config.display import display
from staff.imports import headers, reading
from staff.imports.kinds import CheckedRow, ImportKind, SheetResource, import_kind, import_kinds
from staff.imports.reading import SheetError
from staff.imports.workbooks import write_errors
from staff.jobs import JobFailed, Progress, enqueue
from staff.models import OPEN_JOB_STATES, Activity, ImportBatch, ImportState, Job, RememberedColumn, User, Verb
from staff.workflow import imports as workflow

SHOWN_PROBLEMS = 200
SHOWN_ROWS = 20
SHOWN_WARNINGS = 20
KEPT_CELLS = 200  # the first new rows are among these, unless a sheet begins with so many known ones
STALE_AFTER = timedelta(days=7)
KEPT_PERSONAL = timedelta(days=7)
REPORT_EVERY = 500
GIVEN_UP = "这次导入已放弃，或者原表已不在，没有写入任何数据。需要时请重新上传。"


@dataclass
class CheckResult:
    """What a whole sheet came to."""

    rows: list[CheckedRow]
    known: set[str]
    repeated: dict[int, int]  # row number → the earlier row that says the same
    cells: dict[int, dict[str, Any]]  # row number → what stands in it, of the first rows that are right

    @property
    def wrong(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.problems]

    def is_duplicate(self, row: CheckedRow) -> bool:
        return row.key in self.known or row.number in self.repeated

    @property
    def new(self) -> list[CheckedRow]:
        return [row for row in self.rows if not row.problems and not self.is_duplicate(row)]

    @property
    def duplicates(self) -> list[CheckedRow]:
        return [row for row in self.rows if not row.problems and self.is_duplicate(row)]


def receive_file(upload: UploadedFile, *, kind: ImportKind, owner: User | None) -> ImportBatch:
    """Store an uploaded sheet and propose its columns. SheetError (nothing stored) if it cannot be read."""
    with tempfile.NamedTemporaryFile(suffix=".sheet") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        return receive_path(Path(copy.name), name=upload.name or "未命名", kind=kind, owner=owner)


def receive_path(path: Path, *, name: str, kind: ImportKind, owner: User | None) -> ImportBatch:
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    sheet = reading.open_sheet(path)
    with path.open("rb") as source:
        return _store(sheet, File(source, name), digest=digest, name=name, kind=kind, owner=owner)


def receive_text(text: str, *, kind: ImportKind, owner: User | None) -> ImportBatch:
    """Store a block pasted from WPS."""
    content = text.encode()
    sheet = reading.from_pasted(text)
    digest = hashlib.sha256(content).hexdigest()
    return _store(
        sheet, ContentFile(content, "粘贴.txt"), digest=digest, name="粘贴的表格", kind=kind, owner=owner, pasted=True
    )


def _store(
    sheet: reading.Sheet,
    content: File[Any],
    *,
    digest: str,
    name: str,
    kind: ImportKind,
    owner: User | None,
    pasted: bool = False,
) -> ImportBatch:
    match = propose(sheet, kind)
    batch = ImportBatch(
        kind=kind.key,
        owner=owner,
        original_name=name[:120],
        size=content.size or 0,
        sha256=digest,
        pasted=pasted,
        sheet=sheet.name[:60],
        header_row=match.header_row,
        columns={column.field: column.index for column in match.columns if column.field},
    )
    batch.file.save("sheet", content, save=False)
    batch.save()
    return batch


def propose(sheet: reading.Sheet, kind: ImportKind) -> headers.HeaderMatch:
    remembered = dict(RememberedColumn.objects.filter(kind=kind.key).values_list("header", "field"))
    return headers.match_headers(sheet, kind.resource.specs(), remembered)


@contextmanager
def released_on_failure(batch: ImportBatch, back_to: ImportState) -> Iterator[None]:
    """A failed or cancelled job leaves the import where the user can start it again."""
    try:
        yield
    except SheetError as problem:
        workflow.claim_import(batch, wanted=ImportState(batch.state), next_state=back_to)
        raise JobFailed(problem.message) from problem
    except Exception:
        workflow.claim_import(batch, wanted=ImportState(batch.state), next_state=back_to)
        raise


@contextmanager
def opened(batch: ImportBatch) -> Iterator[reading.Sheet]:
    """The stored sheet; refuses if the file is not the one that was uploaded."""
    if not batch.file or not (path := Path(batch.file.path)).is_file():
        raise JobFailed(GIVEN_UP)
    with path.open("rb") as source:
        if hashlib.file_digest(source, "sha256").hexdigest() != batch.sha256:
            raise JobFailed("存放的原表已被改动，不能继续。请重新上传。")
    if batch.pasted:
        yield reading.from_pasted(path.read_text(encoding="utf-8"))
    else:
        yield reading.open_sheet(path, sheet=batch.sheet or None)


def choose_columns(batch: ImportBatch, *, columns: dict[str, int], remember: dict[str, str]) -> bool:
    """Take over the columns that the user chose, and remember the headers for the next sheet.

    False, and nothing changed, once the sheet is checked: what is written is what the preview showed.
    """
    if not ImportBatch.objects.filter(pk=batch.pk, state=ImportState.UPLOADED).update(columns=columns):
        return False
    batch.columns = columns
    for header, field in remember.items():
        RememberedColumn.objects.update_or_create(kind=batch.kind, header=header[:120], defaults={"field": field})
    return True


def missing_fields(batch: ImportBatch) -> list[str]:
    """Labels of required fields that no column was found for."""
    specs = import_kind(batch.kind).resource.specs()
    return [spec.label for spec in specs if spec.required and spec.name not in batch.columns]


@transaction.atomic  # the job starts after the batch says which one it is
def start_check(batch: ImportBatch, *, by: User | None) -> Job | None:
    """Queue the check; None if it is already under way."""
    if not workflow.claim_import(batch, wanted=ImportState.UPLOADED, next_state=ImportState.CHECKING):
        return None
    batch.job = enqueue("staff.check_import", owner=by, payload={"batch": batch.pk}, label=f"检查：{batch}")
    batch.save(update_fields=["job"])
    return batch.job


@transaction.atomic
def start_publish(batch: ImportBatch, *, by: User | None, valid_rows_only: bool) -> Job | None:
    """Queue the writing; None if a second click or another window was faster."""
    if not workflow.claim_import(batch, wanted=ImportState.CHECKED, next_state=ImportState.PUBLISHING):
        return None
    batch.valid_rows_only = valid_rows_only
    batch.job = enqueue("staff.publish_import", owner=by, payload={"batch": batch.pk}, label=f"导入：{batch}")
    batch.save(update_fields=["job", "valid_rows_only"])
    return batch.job


def read_rows(batch: ImportBatch, progress: Progress) -> CheckResult:
    """Read and check every row of the stored sheet against the data as it is now."""
    resource: SheetResource = import_kind(batch.kind).resource()
    resource.prepare()
    result = CheckResult([], set(), {}, {})
    first_rows: dict[str, int] = {}
    columns = list(batch.columns.items())
    with opened(batch) as sheet:
        for number, cells in headers.body_rows(sheet, batch.header_row):
            width = len(cells)
            raw = {name: cells[index] if index < width else None for name, index in columns}
            row = resource.check(number, raw)
            result.rows.append(row)
            if not row.problems and len(result.cells) < KEPT_CELLS:
                result.cells[number] = raw
            if row.key and not row.problems and first_rows.setdefault(row.key, number) != number:
                result.repeated[number] = first_rows[row.key]
            if len(result.rows) % REPORT_EVERY == 0:
                progress.step(len(result.rows), max(sheet.row_count, len(result.rows)))
    result.known = resource.known_keys([row for row in result.rows if not row.problems])
    tell_contradictions(result, {spec.name: spec.label for spec in resource.specs()})
    return result


def tell_contradictions(result: CheckResult, labels: dict[str, str]) -> None:
    """Two rows of one sheet that are the same by their key and say different things: neither is right by itself.

    What is on record already is not written, and is told of elsewhere (`CheckedRow.differs`).
    """
    rows = {row.number: row for row in result.rows}
    for number, earlier in list(result.repeated.items()):
        row, first = rows[number], rows[earlier]
        names = [name for name, said in row.values.items() if (said or None) != (first.values[name] or None)]
        if not names or row.key in result.known:
            continue
        del result.repeated[number]
        what = "、".join(labels[name] for name in names)
        for one, other in ((row, earlier), (first, number)):
            one.problems.append((names[0], f"与第 {other} 行说的是同一条，{what}却不同。请核对，只留对的一行。"))


def check(job: Job, progress: Progress) -> None:
    """The job behind the preview: counts, the first problems, the first rows."""
    batch = ImportBatch.objects.get(pk=job.payload["batch"])
    with released_on_failure(batch, ImportState.UPLOADED):
        progress.step(0, batch.total, "正在读取和检查")
        result = read_rows(batch, progress)
        _keep_preview(job, batch, result)
        workflow.claim_import(batch, wanted=ImportState.CHECKING, next_state=ImportState.CHECKED)
    job.result_url = batch.get_absolute_url()
    progress.step(batch.total, batch.total, f"新增 {batch.new} 行，重复 {batch.duplicate} 行，有误 {batch.wrong} 行")


def _keep_preview(job: Job, batch: ImportBatch, result: CheckResult) -> None:
    specs = {spec.name: spec.label for spec in import_kind(batch.kind).resource.specs()}
    batch.total, batch.wrong = len(result.rows), len(result.wrong)
    batch.new, batch.duplicate = len(result.new), len(result.duplicates)
    batch.problems = [
        [row.number, specs.get(name, name), message] for row in result.wrong for name, message in row.problems
    ][:SHOWN_PROBLEMS]
    batch.sample = [[row.number, result.repeated.get(row.number, 0)] for row in result.duplicates[:SHOWN_ROWS]]
    batch.preview = preview_of(batch, result)
    batch.save(update_fields=["total", "wrong", "new", "duplicate", "problems", "sample", "preview"])
    if batch.wrong:
        attach_errors(job, batch, result.wrong)


def preview_of(batch: ImportBatch, result: CheckResult) -> dict[str, Any]:
    """The first new rows as they will be read, what the register makes of them, and what is said beforehand."""
    resource = import_kind(batch.kind).resource
    names = [spec.name for spec in resource.specs() if spec.name in batch.columns and spec.name not in resource.private]
    labels = {spec.name: spec.label for spec in resource.specs()}
    shown = [row for row in result.new if row.number in result.cells][:SHOWN_ROWS]
    with_meaning = any(row.meaning for row in shown)
    rows = [
        [
            row.number,
            *(display(result.cells[row.number][name]) for name in names),
            *([row.meaning] if with_meaning else []),
        ]
        for row in shown
    ]
    head = ["行号", *(labels[name] for name in names), *(["系统认作"] if with_meaning else [])]
    warned = [(row.number, words) for row in result.new for words in row.warnings]
    warned += [(row.number, row.differs) for row in result.rows if row.differs and not row.problems]
    return {"head": head, "rows": rows, "warnings": warned[:SHOWN_WARNINGS], "warned": len(warned)}


def publish(job: Job, progress: Progress) -> None:
    """The job behind the confirmation. Safe to run twice: the batch is locked, and a published one is left alone."""
    batch = ImportBatch.objects.get(pk=job.payload["batch"])
    if batch.state == ImportState.PUBLISHED:
        if import_kind(batch.kind).personal:
            workflow.forget_sheet(batch)
        return
    with released_on_failure(batch, ImportState.CHECKED):
        progress.step(0, batch.total, "正在读取和检查")
        result = read_rows(batch, progress)
        if result.wrong and not batch.valid_rows_only:
            raise JobFailed(
                f"有 {len(result.wrong)} 行有误，没有写入任何数据。请改正后重新上传，或选择“只导入正确的行”。"
            )
        written = _write(batch, result, progress)
    if result.wrong:
        attach_errors(job, batch, result.wrong)
    if import_kind(batch.kind).personal:
        workflow.forget_sheet(batch)
    job.result_url = batch.get_absolute_url()
    progress.step(written, max(written, job.total), f"已导入 {written} 行")


@transaction.atomic
def _write(batch: ImportBatch, result: CheckResult, progress: Progress) -> int:
    """All new rows, the batch's end and its one line in the log, or nothing."""
    kind, new = import_kind(batch.kind), result.new
    locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.state == ImportState.PUBLISHED:
        return locked.written
    if locked.state != ImportState.PUBLISHING:
        raise JobFailed(GIVEN_UP)
    progress.step(0, len(new), "正在写入")
    written = kind.publish(new, batch.owner, batch, progress)
    workflow.end_import(batch, written=written)
    span = f"第{new[0].number}行至第{new[-1].number}行" if new else "没有新行"
    skipped = f"重复 {len(result.duplicates)} 行，有误 {len(result.wrong)} 行"
    note = f"{written} 行（{span}），{skipped}，文件校验值 {batch.sha256}"
    Activity.record(Verb.IMPORT, batch, by=batch.owner, title=kind.label, note=note)
    return written


def attach_errors(job: Job, batch: ImportBatch, wrong: list[CheckedRow]) -> None:
    """Give the wrong rows back as an .xlsx: the original cells, and the reasons beside them."""
    labels = {spec.name: spec.label for spec in import_kind(batch.kind).resource.specs()}
    problems = {row.number: row.problems for row in wrong}
    with opened(batch) as sheet, tempfile.TemporaryFile() as target:
        header = headers.header_cells(sheet, batch.header_row)
        columns = batch.columns
        write_errors(
            target,
            header=header,
            wrong_rows=(
                (
                    number,
                    cells,
                    [(columns.get(name), f"{labels.get(name, name)}：{text}") for name, text in problems[number]],
                )
                for number, cells in headers.body_rows(sheet, batch.header_row)
                if number in problems
            ),
        )
        target.seek(0)
        job.error_file.save("有误的行.xlsx", File(target), save=False)


def clear_stale() -> int:
    """Discard what was uploaded and never confirmed. Returns how many."""
    old = ImportBatch.objects.filter(
        state__in=[ImportState.UPLOADED, ImportState.CHECKED], created_at__lt=timezone.now() - STALE_AFTER
    )
    return sum(workflow.discard_import(batch) for batch in old) + clear_personal()


def clear_personal() -> int:
    """Sheets with ID numbers: one that is written or given up and still there goes now, the wrong rows a week later.

    Returns how many files went.
    """
    kinds = [kind.key for kind in import_kinds() if kind.personal]
    over = ImportBatch.objects.filter(kind__in=kinds, state__in=[ImportState.PUBLISHED, ImportState.DISCARDED])
    left = list(over.exclude(file="").exclude(job__state__in=OPEN_JOB_STATES))
    for batch in left:
        workflow.forget_sheet(batch)
    old = ImportBatch.objects.filter(kind__in=kinds, created_at__lt=timezone.now() - KEPT_PERSONAL)
    jobs = Job.objects.filter(pk__in=old.values("job")).exclude(error_file="")
    for job in jobs:
        job.error_file.delete(save=True)
    return len(left) + len(jobs)
