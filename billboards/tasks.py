"""Celery shells of the room: timed tasks, long jobs, what can be imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.utils import timezone

from billboards.casefile import make_file
from billboards.models import IMPORTED, Case
from billboards.resources.boards import BoardResource
from billboards.resources.campaigns import CampaignItemResource
from billboards.resources.cases import CaseResultResource
from billboards.resources.removals import RemovalResource
from billboards.workflow import boards, cases, items, removals, watch
from billboards.workflow.papers import receipt_of
from staff.imports.kinds import CheckedRow, ImportKind, one_by_one, register_import
from staff.jobs import JobFailed, Progress, long_job
from staff.models import ImportBatch, Job, User
from staff.permissions import Perms


@shared_task(name="billboards.refresh_statuses")
def refresh_statuses() -> int:
    """What expired over night says so in the ledger; a size rule that came into force judges it."""
    return boards.refresh_statuses()


@shared_task(name="billboards.watch_cases")
def watch_cases() -> int:
    """Periods of cases: counted anew, and a word before they end."""
    return watch.watch(timezone.localdate())


@long_job("billboards.case_file", label="制作卷宗")
def print_case_file(job: Job, progress: Progress) -> None:
    """The whole file as one PDF; run again it makes another copy, which does no harm."""
    case = Case.objects.filter(pk=job.payload["case"]).first()
    if case is None:
        raise JobFailed("案件已不在，没有制作卷宗。")
    progress.step(0, 2, "正在收集文书和证据")
    progress.step(1, 2, "正在排版")
    made = make_file(case, by=job.owner, receipt=receipt_of)
    progress.step(2, 2, "正在保存")
    job.result_url = made.get_absolute_url()
    job.message = f"{made.papers} 份文书，共 {made.pages} 页。"


def store_board(facts: Any, by: User | None, batch: ImportBatch) -> None:
    board, faces = facts
    boards.register_board(board, faces, by=by, batch=batch)


def store_item(facts: Any, by: User | None, batch: ImportBatch) -> None:
    items.record_item(facts, by=by, batch=batch)


def store_removal(facts: Any, by: User | None, batch: ImportBatch) -> None:
    """As they happened: what the ledger shows of a broken rule is flagged, not refused."""
    removals.record_removal(facts, by=by, as_it_happened=True, batch=batch)


def publish_cases(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    """Each with a key of batch and row, so that a job that runs twice stores once."""
    for done, row in enumerate(sorted(rows, key=lambda each: each.facts.case.received_on), 1):
        old = row.facts
        cases.register_result(old.case, old.decision, by=by, key=f"{IMPORTED}{batch.pk}-{row.number}")
        progress.step(done, len(rows))
    return len(rows)


register_import(
    ImportKind(
        key="billboards.cases",
        label="旧案件（只登记结果）",
        permission=Perms.HANDLE_CASE,
        resource=CaseResultResource,
        publish=publish_cases,
        route="billboards:case-list",
        personal=True,
    )
)
register_import(
    ImportKind(
        key="billboards.boards",
        label="户外广告台账",
        permission=Perms.KEEP_BOARDS,
        resource=BoardResource,
        publish=one_by_one(store_board),
        route="billboards:board-list",
    )
)
register_import(
    ImportKind(
        key="billboards.removals",
        label="旧拆除记录",
        permission=Perms.KEEP_BOARDS,
        resource=RemovalResource,
        publish=one_by_one(store_removal, order=lambda facts: facts.removed_on),
        route="billboards:removal-list",
    )
)
register_import(
    ImportKind(
        key="billboards.items",
        label="专项问题",
        permission=Perms.MANAGE_CAMPAIGNS,
        resource=CampaignItemResource,
        publish=one_by_one(store_item, order=lambda facts: facts.found_on),
        route="billboards:item-list",
    )
)
