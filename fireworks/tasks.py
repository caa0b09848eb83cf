"""Celery shells of the fireworks ban: timed tasks, long jobs, what can be imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from celery import shared_task
from django.utils import timezone

from fireworks.models import Roster
from fireworks.planning import plan_of
from fireworks.resources.duty import DutyPersonResource, GridResource, PostResource, RosterResource
from fireworks.resources.records import IncidentResource, PublicityResource
from fireworks.solver import solve
from fireworks.workflow import grids, incidents, publicity, rosters, watch
from staff.imports.kinds import (
    CheckedRow,
    ImportKind,
    SheetResource,
    one_by_one,
    register_import,
)
from staff.jobs import JobFailed, Progress, long_job
from staff.models import ImportBatch, Job, User
from staff.permissions import Perms
from staff.refusals import Refused

# --- Duty -------------------------------------------------------------------------------------------------------------

SHOWN_BREACHES = 3


@shared_task(name="fireworks.watch_posts")
def watch_posts() -> int:
    """空岗提醒, where it is switched on."""
    return watch.raise_empty_posts(timezone.now())


@long_job("fireworks.solve_roster", label="自动排班")
def solve_roster(job: Job, progress: Progress) -> None:
    """Make the roster of a draft; run again it finds the same people placed and goes on from there."""
    roster = Roster.objects.select_related("window").filter(pk=job.payload["roster"]).first()
    if roster is None or not roster.is_draft:
        raise JobFailed("值班表已发布或已不在，没有改动。")
    seen = rosters.versions_of(roster)
    plan, seconds = plan_of(roster), int(job.payload["seconds"])
    if not plan.duties or not plan.workers:
        raise JobFailed("没有岗班或没有可以排班的人员。请先生成岗班、登记值守人员。")
    if not job.payload["keep"]:
        plan = replace(plan, placed=frozenset())
    progress.step(0, seconds, "正在排班")

    def on_step(found: int, spent: float) -> bool:
        progress.step(min(int(spent), seconds - 1), seconds, f"已找到第 {found} 个方案")
        return True

    solution = solve(plan, seconds=seconds, on_step=on_step)
    progress.step(seconds, seconds, "正在保存")
    try:
        rosters.place_all(roster, solution.placed, by=job.owner, seen=seen)
    except Refused as refusal:
        raise JobFailed(str(refusal)) from refusal
    job.result_url = roster.get_absolute_url()
    job.message = outcome(len(solution.placed), [breach.text for breach in solution.breaches])


def outcome(placed: int, broken: Sequence[str]) -> str:
    """What came of it: in full, or which rule at which post fails."""
    if not broken:
        return f"已安排 {placed} 人次，规则全部满足。"
    more = f"等 {len(broken)} 处" if len(broken) > SHOWN_BREACHES else ""
    return f"已安排 {placed} 人次，人手不够：{''.join(broken[:SHOWN_BREACHES])}{more}"[:300]


def write_roster(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    return rosters.write_sheet(dict(row.facts for row in rows), by=by)


def importable(key: str, label: str, resource: type[SheetResource], url_name: str) -> None:
    register_import(
        ImportKind(
            key=key,
            label=label,
            permission=Perms.PLAN_DUTY,
            resource=resource,
            publish=write_roster
            if resource is RosterResource
            else one_by_one(lambda facts, by, batch: grids.store(facts, by=by)),
            route=url_name,
            rows_remember=False,
        )
    )


importable("fireworks.grids", "禁炮网格", GridResource, "fireworks:grid-list")
importable("fireworks.posts", "禁炮岗位", PostResource, "fireworks:post-list")
importable("fireworks.people", "值守人员", DutyPersonResource, "fireworks:duty-person-list")
importable("fireworks.roster", "值班表", RosterResource, "fireworks:slot-list")


# --- Records ----------------------------------------------------------------------------------------------------------


def store_incident(facts: Any, by: User | None, batch: ImportBatch) -> None:
    """A register kept on paper holds what was verified; rows with a treatment come in as handled."""
    incident, handling, handled_by = facts
    incidents.import_incident(incident, handling=handling, handled_by=handled_by, by=by, batch=batch)


def store_publicity(facts: Any, by: User | None, batch: ImportBatch) -> None:
    publicity.record_publicity(facts, by=by, batch=batch)


register_import(
    ImportKind(
        key="fireworks.incidents",
        label="炮情",
        permission=Perms.MANAGE_BAN_RECORDS,
        resource=IncidentResource,
        publish=one_by_one(store_incident, order=lambda facts: facts[0].found_at),
        route="fireworks:incident-list",
    )
)
register_import(
    ImportKind(
        key="fireworks.publicity",
        label="禁炮宣传",
        permission=Perms.MANAGE_BAN_RECORDS,
        resource=PublicityResource,
        publish=one_by_one(store_publicity, order=lambda facts: facts.held_on),
        route="fireworks:publicity-list",
    )
)
