"""The one door to joint actions. How many agencies took part is counted here, from whom was named."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from fireworks.models import JointAction
from staff.models import Unit, User, take_numbers
from staff.workflow.records import check_day, correct_record, store_record

SERIES = "fireworks-action"
SERIES_DEFAULTS = {"name": "联合行动编号", "pattern": "联{year}-{number:03d}"}


def count_agencies(action: JointAction, agencies: Sequence[Unit]) -> int:
    """Each once, the leading one included."""
    return len({action.lead_unit_id, *(unit.pk for unit in agencies)})


@transaction.atomic
def record_action(action: JointAction, agencies: Sequence[Unit], *, by: User | None) -> JointAction:
    check_day(action.held_on, "held_on", "日期")
    action.agency_count = count_agencies(action, agencies)
    (action.number,) = take_numbers(SERIES, year=action.held_on.year, defaults=SERIES_DEFAULTS)
    store_record(action, by=by, title="登记联合行动")
    action.agencies.set(agencies)
    return action


@transaction.atomic
def correct_action(action: JointAction, agencies: Sequence[Unit], *, by: User, seen: int) -> JointAction:
    check_day(action.held_on, "held_on", "日期")
    action.agency_count = count_agencies(action, agencies)
    correct_record(action, by=by, seen=seen)
    action.agencies.set(agencies)
    return action
