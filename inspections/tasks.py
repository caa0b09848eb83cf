"""What the assessment registers with the job runner and the import pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from inspections.input_sheet import InputResource
from inspections.models import Bulletin
from inspections.resources import FindingResource
from inspections.responsibility import ResponsibilityError
from inspections.sheet_rows import CheckSheetResource, grouped
from inspections.workflow import bulletins, inputs, sheets
from inspections.workflow import findings as workflow
from staff.imports.kinds import CheckedRow, ImportKind, register_import
from staff.jobs import JobFailed, Progress, long_job
from staff.models import ImportBatch, Job, User
from staff.permissions import Perms
from staff.refusals import Refused


@contextmanager
def refusals_told() -> Iterator[None]:
    """What changed between the check of a sheet and its writing, in words for who sent it; nothing is written then."""
    try:
        yield
    except (Refused, ResponsibilityError) as refusal:
        raise JobFailed(f"{refusal}没有写入任何数据，处理后请重新上传。") from refusal


def publish_findings(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    with refusals_told():
        return workflow.register_findings([row.facts for row in rows], by=by, batch=batch, progress=progress)


FINDING_IMPORT = register_import(
    ImportKind(
        key="inspections.findings",
        label="考评问题",
        permission=Perms.IMPORT_FINDINGS,
        resource=FindingResource,
        publish=publish_findings,
        route="inspections:finding-list",
    )
)


def publish_sheets(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    """Rows of one place and day become one sheet; answers how many rows, as the preview counted them."""
    with refusals_told():
        sheets.register_sheets(grouped([row.facts for row in rows]), by=by, progress=progress)
    return len(rows)


SHEET_IMPORT = register_import(
    ImportKind(
        key="inspections.sheets",
        label="现场检查评分表",
        permission=Perms.ENTER_SHEET,
        resource=CheckSheetResource,
        publish=publish_sheets,
        route="inspections:sheet-list",
        rows_remember=False,
    )
)


def publish_inputs(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    with refusals_told():
        count = inputs.save_inputs([row.facts for row in rows], by=by, batch=batch)
    progress.step(len(rows), len(rows))
    return count


INPUT_IMPORT = register_import(
    ImportKind(
        key="inspections.inputs",
        label="外来得分",
        permission=Perms.MANAGE_SCORES,
        resource=InputResource,
        publish=publish_inputs,
        route="inspections:input-list",
    )
)

PUBLISH = "inspections.publish_bulletin"


@long_job(PUBLISH, label="签发考评通报")
def publish_bulletin(job: Job, progress: Progress) -> None:
    """Number, PDF, workbook. Run a second time, it finds the bulletin signed and says so."""
    bulletin = Bulletin.objects.filter(pk=job.payload["bulletin"]).first()
    if bulletin is None or job.owner is None:
        raise JobFailed("这份通报已不存在。")
    job.result_url = bulletin.get_absolute_url()
    if bulletin.is_signed and bulletin.signed_by_id == job.owner_id:
        progress.step(1, 1, f"已签发，文号 {bulletin.number}。")
        return
    progress.step(0, 1, "正在核对数据、排版。")
    try:
        payload = job.payload
        signed = bulletins.publish_bulletin(
            bulletin, by=job.owner, seen=payload["seen"], reason=payload.get("reason", "")
        )
    except Refused as refusal:
        raise JobFailed(str(refusal)) from refusal
    progress.step(1, 1, f"已签发，文号 {signed.number}。")
