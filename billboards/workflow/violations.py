"""The catalogue changes by new versions only: what cases were decided by stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from billboards.models import DiscretionStep, Violation
from staff.models import Activity, User, Verb
from staff.refusals import Refused


@transaction.atomic
def store_version(violation: Violation, steps: Sequence[DiscretionStep], *, by: User) -> Violation:
    """Store a new entry or the next version of one; the version before ends on the day before."""
    before = (
        Violation.objects.select_for_update(of=("self",)).filter(code=violation.code).order_by("-valid_from").first()
    )
    if before is not None and before.valid_from >= violation.valid_from:
        raise Refused(f"{before.valid_from}已有一个版本，新版本的生效日期应更晚。", "valid_from")
    if before is not None and (before.valid_to is None or before.valid_to >= violation.valid_from):
        before.valid_to = violation.valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to"])
    violation.save()
    for step in steps:
        step.violation = violation
        step.save()
    Activity.record(Verb.CREATE, violation, by=by, title="登记违法行为版本", note=violation.source)
    return violation
