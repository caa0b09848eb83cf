"""Long work of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from celery import shared_task
from django.utils import timezone

from reports import digest
from reports.models import Report
from reports.permissions import can_record_for
from reports.resources import HistoryResource, TallyResource
from reports.workflow import materials, plans, summaries, tallies
from staff.imports.kinds import CheckedRow, ImportKind, one_by_one, register_import
from staff.jobs import JobFailed, Progress, long_job
from staff.models import ImportBatch, Job, User
from staff.permissions import Perms
from staff.refusals import Refused


@long_job("reports.compile", label="汇编工作总结")
def compile_report(job: Job, progress: Progress) -> None:
    report = Report.objects.filter(pk=job.payload["report"]).first()
    if report is None:
        raise JobFailed("这份工作总结已不存在。")
    try:
        compilation = summaries.compile_report(report, by=job.owner, job=job, on_step=progress.step)
    except Refused as refusal:
        raise JobFailed(str(refusal)) from refusal
    job.result_url = report.get_absolute_url()
    progress.step(1, 1, f"已汇编，共 {compilation.pages} 页。")


def publish_tallies(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    """A squad imports its own sheet; the office everybody's."""
    foreign = {row.facts.unit for row in rows if by is not None and not can_record_for(by, row.facts.unit)}
    if foreign:
        names = "、".join(sorted(unit.label for unit in foreign))
        raise JobFailed(f"表里有别的单位的登记（{names}），没有写入。请只留本单位的行，或交办公室导入。")
    return store_tallies(rows, by, batch, progress)


def store_tally(facts: Any, by: User | None, batch: ImportBatch) -> None:
    tallies.record_tally(facts, by=by, batch=batch)


store_tallies = one_by_one(store_tally, order=attrgetter("happened_on"))


def store_history(facts: Any, by: User | None, batch: ImportBatch) -> None:
    plans.record_history(facts, by=by, batch=batch)


register_import(
    ImportKind(
        key="reports.tallies",
        label="工作量台账",
        permission=Perms.RECORD_TALLY,
        resource=TallyResource,
        publish=publish_tallies,
        route="reports:tally-list",
    )
)
register_import(
    ImportKind(
        key="reports.history",
        label="历史数据",
        permission=Perms.MANAGE_TASKS,
        resource=HistoryResource,
        publish=one_by_one(store_history),
        route="reports:history-list",
    )
)


@shared_task(name="reports.daily_digest")
def daily_digest() -> int:
    return digest.send_digests()


@shared_task(name="reports.remind_materials")
def remind_materials() -> int:
    """Tell units what they still owe the summary; at most once a day each."""
    return materials.remind_due(timezone.localdate())
