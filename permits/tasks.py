"""Celery shells of the permits: the daily task, what can be imported."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task
from django.urls import reverse

from permits.resources.results import OldPermitResource
from permits.resources.roads import RoadResource
from permits.workflow import catalogue, daily, old_permits
from staff.imports.kinds import CheckedRow, ImportKind, register_import
from staff.jobs import Progress
from staff.models import ImportBatch, User
from staff.permissions import Perms


@shared_task(name="permits.daily")
def run_daily() -> int:
    """Silence that accepts, periods that end, hours that run out, reminders. Run twice it does nothing more."""
    return daily.run()


# --- What can be imported ---------------------------------------------------------------------------------------------


def publish_old_permits(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    for done, row in enumerate(sorted(rows, key=lambda each: each.facts.result.received_on), 1):
        old_permits.store_old(row.facts, by=by, batch=batch)
        progress.step(done, len(rows))
    return len(rows)


def publish_roads(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    for done, row in enumerate(rows, 1):
        catalogue.store(row.facts, by=by)
        progress.step(done, len(rows))
    return len(rows)


register_import(
    ImportKind(
        key="permits.results",
        label="旧许可（只登记结果）",
        permission=Perms.HANDLE_PERMIT,
        resource=OldPermitResource,
        publish=publish_old_permits,
        list_url=lambda batch: f"{reverse('permits:application-list')}?batch={batch.pk}",
    )
)
register_import(
    ImportKind(
        key="permits.roads",
        label="道路",
        permission=Perms.MANAGE_PERMIT_ITEMS,
        resource=RoadResource,
        publish=publish_roads,
        list_url=lambda batch: reverse("permits:road-list"),
    )
)
