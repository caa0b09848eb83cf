"""What the assessment registers with the job runner and the import pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from inspections import workflow
from inspections.resources import FindingResource
from staff.imports.kinds import CheckedRow, ImportKind, register_import
from staff.jobs import Progress
from staff.models import ImportBatch, User
from staff.permissions import Perms


def publish_findings(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
    return workflow.register_findings([row.facts for row in rows], by=by, batch=batch, progress=progress)


FINDING_IMPORT = register_import(
    ImportKind(
        key="inspections.findings",
        label="考评问题",
        permission=Perms.IMPORT_FINDINGS,
        resource=FindingResource,
        publish=publish_findings,
        list_url=lambda batch: f"{reverse('inspections:finding-list')}?batch={batch.pk}",
    )
)
