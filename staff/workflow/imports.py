"""The one door to imports: claimed by a step, ended, discarded."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from staff.models import OPEN_JOB_STATES, ImportBatch, ImportState


def claim_import(batch: ImportBatch, *, wanted: ImportState, next_state: ImportState) -> bool:
    """Move an import on, if it is still where the caller saw it; False if somebody (or a second click) was faster."""
    moved = ImportBatch.objects.filter(pk=batch.pk, state=wanted).update(state=next_state)
    if moved:
        batch.state = next_state
    return bool(moved)


def end_import(batch: ImportBatch, *, written: int) -> None:
    batch.state, batch.published_at, batch.written = ImportState.PUBLISHED, timezone.now(), written
    batch.save(update_fields=["state", "published_at", "written"])


def discard_import(batch: ImportBatch) -> bool:
    """Give up an import that has not been written. The sheet's file goes, the row stays as a trace.

    False if it was written, or moved on, while somebody looked at it.
    """
    waiting = Q(state__in=[ImportState.UPLOADED, ImportState.CHECKED])
    abandoned = Q(state__in=[ImportState.CHECKING, ImportState.PUBLISHING]) & ~Q(job__state__in=OPEN_JOB_STATES)
    found = ImportBatch.objects.filter(waiting | abandoned, pk=batch.pk).values_list("state", flat=True).first()
    discarded = ImportBatch.objects.filter(pk=batch.pk, state=found).update(state=ImportState.DISCARDED)
    if discarded:
        batch.file.delete(save=False)
        ImportBatch.objects.filter(pk=batch.pk).update(file="")
    return bool(discarded)


def forget_sheet(batch: ImportBatch) -> None:
    """Delete the stored sheet and what the preview repeats of it."""
    batch.preview = {}
    batch.file.delete(save=False)
    batch.save(update_fields=["preview", "file"])
