"""A block of rows typed or pasted at the desk: registered together, one line in the log."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from inspections.models import Finding
from inspections.registrar import FindingEntry
from inspections.workflow.findings import register_findings
from staff.models import Activity, User, Verb
from staff.refusals import Refused


def register_grid(entries: Sequence[FindingEntry], *, by: User) -> list[Finding]:
    """Register checked rows as an imported sheet would be; all or none. Refused if somebody registered one meanwhile."""
    try:
        with transaction.atomic():
            count = register_findings(entries, by=by)
            made = list(Finding.objects.filter(registered_by=by).order_by("-pk")[:count])[::-1]
            note = f"{count} 条，{made[0].number} 至 {made[-1].number}" if made else "0 条"
            Activity.record(Verb.CREATE, by=by, title="整表录入考评问题", note=note)
            return made
    except IntegrityError as error:
        raise Refused("有几行刚被登记过（可能点了两次，或别人同时录入）。请再核对一次，已登记的行会标出来。") from error
