"""Celery shells of the permits: the daily task, what can be imported."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from permits.resources.results import OldPermitResource
from permits.resources.roads import RoadResource
from permits.workflow import catalogue, daily, old_permits
from staff.imports.kinds import ImportKind, one_by_one, register_import
from staff.models import ImportBatch, User
from staff.permissions import Perms


@shared_task(name="permits.daily")
def run_daily() -> int:
    """Silence that accepts, periods that end, hours that run out, reminders. Run twice it does nothing more."""
    return daily.run()


# --- What can be imported ---------------------------------------------------------------------------------------------


def store_old_permit(facts: Any, by: User | None, batch: ImportBatch) -> None:
    old_permits.store_old(facts, by=by, batch=batch)


def store_road(facts: Any, by: User | None, batch: ImportBatch) -> None:
    catalogue.store(facts, by=by)


register_import(
    ImportKind(
        key="permits.results",
        label="旧许可（只登记结果）",
        permission=Perms.HANDLE_PERMIT,
        resource=OldPermitResource,
        publish=one_by_one(store_old_permit, order=lambda facts: facts.result.received_on),
        route="permits:application-list",
    )
)
register_import(
    ImportKind(
        key="permits.roads",
        label="道路",
        permission=Perms.MANAGE_PERMIT_ITEMS,
        resource=RoadResource,
        publish=one_by_one(store_road),
        route="permits:road-list",
        rows_remember=False,
    )
)
