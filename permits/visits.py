"""The planned visits of permits as they stand: rhythm from the settings, looks from the inspections and acceptances."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from permits import cadence
from permits.enums import PermitState
from permits.models import Application
from staff.models import Setting, User, setting

WATCHED = (
    PermitState.ACTIVE, PermitState.CHANGING, PermitState.RECTIFYING, PermitState.EXPIRED, PermitState.STOPPED,
    PermitState.COMPLETION, PermitState.REWORK, PermitState.RESTORED, PermitState.WARRANTY,
)  # fmt: skip
KEYS = {
    "every": "permits.inspect_every",
    "before_end": "permits.inspect_before_end",
    "after_end": "permits.inspect_after_end",
    "restored_days": "permits.inspect_restored_days",
    "restored_months": "permits.inspect_restored_months",
}


def rhythm() -> cadence.Rhythm:
    return cadence.Rhythm(**{name: int(setting(key)) for name, key in KEYS.items()})


def rhythm_source() -> str:
    """Where the numbers come from: the documents of the settings in force; "" while none is entered."""
    today = timezone.localdate()
    rows = Setting.objects.filter(key__in=KEYS.values(), valid_from__lte=today)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    return "；".join(sorted(set(rows.values_list("source", flat=True))))


def visits_of(application: Application, beat: cadence.Rhythm | None = None) -> list[cadence.Visit]:
    """Planned and held against what was recorded; none for a case of which only the result is known."""
    if application.results_only or application.state not in (*WATCHED, PermitState.CLOSED):
        return []
    course = cadence.Course(
        application.started_on, application.ends_on, application.completed_on, application.restored_on,
        application.warranty_until is not None,
    )  # fmt: skip
    moments = [each.happened_at for each in application.inspections.all()]
    moments += [each.happened_at for each in application.restoration_checks.all()]
    looks = [timezone.localdate(each) for each in moments]
    return cadence.held_against(cadence.planned(course, beat or rhythm()), looks)


def waiting_visits(user: User | None, today: date) -> list[tuple[Application, cadence.Visit]]:
    """One visit a case whose day is here, tomorrow or past, the latest first served; of the user's own sites, or of all."""
    rows = Application.objects.filter(state__in=WATCHED, results_only=False)
    if user is not None:
        rows = rows.visible_to(user).filter(Q(squad__in=user.unit_ids) | Q(squad=None, unit__in=user.unit_ids))
    beat, found = rhythm(), []
    for application in rows.prefetch_related("inspections", "restoration_checks").select_related("squad"):
        visit = cadence.next_of(visits_of(application, beat), today)
        if visit is not None and visit.light(today) is not None:
            found.append((application, visit))
    return sorted(found, key=lambda pair: pair[1].due)
