"""The one door to incidents: recording, correcting, each step of the table, what the police told. Nothing else writes `state`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from config.display import month_day_minute
from fireworks.enums import INCIDENT_TRANSITIONS, IncidentState
from fireworks.models import Grid, Incident, PoliceResult, incident_fingerprint
from staff.models import Activity, ImportBatch, Unit, User, Verb, changed_fields, logged_values, notify, take_numbers
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day, check_moment

SERIES = "fireworks-incident"
SERIES_DEFAULTS = {"name": "炮情编号", "pattern": "炮{year}-{number:04d}"}


class AlreadyRecorded(Refused):
    """The same incident once more: the one that stands is shown, a photo can be added there."""

    def __init__(self, incident: Incident, words: str = "") -> None:
        told = f"同一时间、同一地点的炮情已登记（{incident.number}），不重复登记。可以到那一条补照片。"
        super().__init__(words or told, "place")
        self.incident = incident


def same_as(incident: Incident) -> Incident | None:
    """Another one that is the same."""
    return Incident.objects.recorded().filter(fingerprint=incident.fingerprint).exclude(pk=incident.pk).first()


def settle(incident: Incident) -> None:
    """Derive what is stored beside what was typed: day, unit, response, fingerprint, what must be looked at again."""
    incident.found_on = timezone.localtime(incident.found_at).date()
    if incident.unit_id is None and incident.grid is not None:
        incident.unit = unit_of(incident.grid)
    if incident.unit_id is None:
        raise Refused("请选择网格或属地单位。", "unit")
    incident.response_minutes = incident.minutes_to_site
    incident.fingerprint = incident_fingerprint(
        found_at=incident.found_at, unit_id=incident.unit_id, place=incident.place, kind=incident.kind
    )
    incident.flag = flag_of(incident)


def unit_of(grid: Grid) -> Unit:
    """Who answers for the ground: the street, or the community where it stands under none."""
    return grid.community.parent or grid.community


def follow_grid(incident: Incident, before: Incident) -> None:
    """A unit that was the old grid's is derived anew when the grid is corrected; one that was chosen otherwise stays."""
    if incident.grid is None or before.grid is None or incident.grid_id == before.grid_id:
        return
    if incident.unit_id == before.unit_id == unit_of(before.grid).pk:
        incident.unit = unit_of(incident.grid)


def flag_of(incident: Incident) -> str:
    """待核对: what happened otherwise is recorded, and said."""
    if incident.state in (IncidentState.HANDLED, IncidentState.CLOSED) and incident.on_site_at is None:
        return "已处置但没有到场时间，不计入响应时间。"
    if incident.on_site_at is not None and incident.response_minutes is None:
        return "到场时间与接报时间相差超过一天，不计入响应时间，请核对。"
    if incident.handled_at is not None and incident.handled_at < max(
        incident.found_at, incident.on_site_at or incident.found_at
    ):
        return "处置时间早于发现或到场时间，请核对。"
    return ""


def check_times(incident: Incident) -> None:
    """Nothing lies ahead of us, nobody is there before the call."""
    for name, label in (("found_at", "发现时间"), ("reported_at", "接报时间"), ("on_site_at", "到场时间")):
        check_moment(getattr(incident, name), name, label)
    if incident.on_site_at is not None and incident.on_site_at < incident.known_at:
        raise Refused("到场时间不得早于接报（发现）时间。请核对。", "on_site_at")


def check_handling_time(incident: Incident, before: Incident) -> None:
    """A corrected 处置时间 lies behind what came before it; one that stood otherwise and is left alone stays flagged."""
    moment = incident.handled_at
    if moment is None or moment == before.handled_at:
        return
    check_moment(moment, "handled_at", "处置时间")
    earliest, what = max(
        (each, words)
        for each, words in ((incident.found_at, "发现时间"), (incident.on_site_at, "到场时间"))
        if each is not None
    )
    if moment < earliest:
        raise Refused(f"处置时间不得早于{what}（{month_day_minute(earliest)}）。请核对。", "handled_at")


@transaction.atomic
def record_incident(incident: Incident, *, by: User | None, batch: ImportBatch | None = None) -> Incident:
    """Store an unsaved incident with its number; tell the ban's office. Refused for one that is recorded already."""
    check_times(incident)
    settle(incident)
    # The number first: two who record the same at one moment queue for it, and the second then sees the first one's.
    (number,) = take_numbers(SERIES, year=incident.found_on.year, defaults=SERIES_DEFAULTS)
    if (same := same_as(incident)) is not None:
        raise AlreadyRecorded(same)
    incident.number = number
    incident.recorded_by, incident.batch = by, batch
    incident.save()
    if batch is None:
        Activity.record(Verb.CREATE, incident, by=by, title="登记炮情")
        office = keepers().exclude(pk=by.pk) if by else keepers()
        notify(office, f"新炮情 {incident.number}：{incident.place}，请核实。", url=incident.get_absolute_url())
    return incident


def keepers() -> QuerySet[User]:
    """Those who keep the ban's books (禁炮办)."""
    return User.objects.holding(Perms.MANAGE_BAN_RECORDS)


def locked(incident: Incident) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)


@transaction.atomic
def take_position(incident: Incident, latitude: Decimal, longitude: Decimal, *, by: User) -> Incident:
    """Where it was, from the first picture that says so; a position that stands is not moved."""
    current = locked(incident)
    if current.latitude is None:
        current.latitude, current.longitude = latitude, longitude
        current.version += 1
        current.save(update_fields=["latitude", "longitude", "version"])
        Activity.record(Verb.UPDATE, current, by=by, title="由照片取得位置")
    return current


def when(moment: datetime | None) -> str:
    """For the log."""
    return month_day_minute(moment) if moment is not None else ""


@transaction.atomic
def edit_incident(incident: Incident, *, by: User, seen: int) -> Incident:
    """Store a correction. What the steps wrote is not the editor's to change, but for a time that was typed wrong."""
    current = locked(incident)
    if current.version != seen:
        raise ChangedMeanwhile("这条炮情")
    if current.state in (IncidentState.CLOSED, IncidentState.VOIDED):
        raise Refused(f"{current.number}{current.get_state_display()}，不能再改。")
    check_times(incident)
    check_handling_time(incident, current)
    follow_grid(incident, current)
    settle(incident)
    if incident.fingerprint != current.fingerprint and (same := same_as(incident)) is not None:
        raise AlreadyRecorded(
            same, f"同一时间、同一地点的炮情已登记（{same.number}），这样改两条就重复了。确是同一起的，请作废其中一条。"
        )
    changes = changed_fields(logged_values(current), logged_values(incident))
    if incident.handled_at != current.handled_at:
        changes["处置时间"] = [when(current.handled_at), when(incident.handled_at)]
    incident.version = seen + 1
    incident.save()
    Activity.record(Verb.UPDATE, incident, by=by, title="修改炮情", changes=changes)
    return incident


def move(incident: Incident, edge: str) -> None:
    """Take one step of the table, or say why not."""
    step = INCIDENT_TRANSITIONS[edge]
    if incident.state not in step.sources:
        raise Refused(f"{incident.number}目前是“{incident.get_state_display()}”，不能{step.label}。请刷新页面核对。")
    incident.state = step.target
    incident.version += 1


def finish(incident: Incident, edge: str, *, by: User, note: str) -> Incident:
    """What every step ends with: derived fields, the row, the log, and a word to who recorded it."""
    settle(incident)
    incident.save()
    label = INCIDENT_TRANSITIONS[edge].label
    Activity.record(Verb.TRANSITION, incident, by=by, title=label, note=note)
    if incident.recorded_by is not None and incident.recorded_by_id != by.pk:
        notify([incident.recorded_by], f"您登记的炮情 {incident.number}：{label}。", url=incident.get_absolute_url())
    return incident


@dataclass(frozen=True)
class Finding:
    """What the look on the spot came to."""

    note: str = ""
    on_site_at: datetime | None = None


@transaction.atomic
def verify_incident(incident: Incident, finding: Finding, *, by: User) -> Incident:
    return look_into(incident, "verify", finding, by=by)


@transaction.atomic
def dismiss_incident(incident: Incident, finding: Finding, *, by: User) -> Incident:
    return look_into(incident, "dismiss", finding, by=by)


def look_into(incident: Incident, edge: str, finding: Finding, *, by: User) -> Incident:
    current = locked(incident)
    move(current, edge)
    current.verified_at, current.verified_note = timezone.now(), finding.note
    current.on_site_at = finding.on_site_at or current.on_site_at
    check_times(current)
    return finish(current, edge, by=by, note=finding.note)


@dataclass(frozen=True)
class Treatment:
    """What the watch did. Fines and detention are no such thing: see record_police_result."""

    handling: str
    handled_by: str
    note: str = ""
    handled_at: datetime | None = None
    on_site_at: datetime | None = None


@transaction.atomic
def handle_incident(incident: Incident, treatment: Treatment, *, by: User) -> Incident:
    current = locked(incident)
    move(current, "handle")
    current.on_site_at = treatment.on_site_at or current.on_site_at
    check_times(current)
    now = timezone.now()
    moment = treatment.handled_at or max(now, current.on_site_at or now)  # a phone's clock may run ahead
    if moment < current.found_at:
        raise Refused("处置时间不得早于发现时间。", "handled_at")
    if current.on_site_at is not None and moment < current.on_site_at:
        there = month_day_minute(current.on_site_at)
        raise Refused(f"处置时间不得早于到场时间（{there}）。请核对；到场时间有误的，在这里重填。", "handled_at")
    check_moment(moment, "handled_at", "处置时间")
    current.handling, current.handled_by, current.handled_at = treatment.handling, treatment.handled_by, moment
    current.handled_note = treatment.note
    return finish(current, "handle", by=by, note=f"{current.get_handling_display()} {treatment.note}".strip())


@transaction.atomic
def close_incident(incident: Incident, *, by: User) -> Incident:
    current = locked(incident)
    move(current, "close")
    current.closed_at = timezone.now()
    return finish(current, "close", by=by, note="")


@transaction.atomic
def void_incident(incident: Incident, *, by: User, reason: str) -> Incident:
    """作废: no longer counted; the number is not used again. Refused while a reward was granted for it."""
    current = locked(incident)
    if current.public_reports.filter(granted_at__isnull=False).exists():
        raise Refused("这起炮情已核定举报奖励，不能作废。请先核对奖励。")
    move(current, "void")
    current.voided_at, current.void_reason = timezone.now(), reason
    return finish(current, "void", by=by, note=reason)


@transaction.atomic
def record_police_result(result: PoliceResult, *, by: User) -> PoliceResult:
    """Store what the police told. Only for what was found true; it may come after closing."""
    current = locked(result.incident)
    if current.state not in IncidentState.CONFIRMED:
        raise Refused("只有核实过的炮情才登记公安机关的处理结果。")
    check_day(result.told_on, "told_on", "告知日期")
    result.recorded_by = by
    result.save()
    Activity.record(Verb.UPDATE, current, by=by, title="登记公安机关处理结果", note=f"{result} {result.told_by}")
    return result


@transaction.atomic
def void_police_result(result: PoliceResult, *, by: User, reason: str) -> PoliceResult:
    """What was entered wrongly counts no more; the right one is entered anew."""
    incident = locked(result.incident)
    current = PoliceResult.objects.select_for_update(of=("self",)).get(pk=result.pk)
    if current.voided_at:
        raise Refused("这条处理结果已经作废。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.save(update_fields=["voided_at", "void_reason"])
    Activity.record(Verb.UPDATE, incident, by=by, title="作废公安机关处理结果", note=f"{current}：{reason}")
    return current


@transaction.atomic
def import_incident(
    incident: Incident, *, handling: str, handled_by: str, by: User | None, batch: ImportBatch | None
) -> Incident:
    """A row of a register on paper: recorded as it stands there, verified, and handled if it says how."""
    record_incident(incident, by=by, batch=batch)
    now = timezone.now()
    move(incident, "verify")
    incident.verified_at, incident.verified_note = now, "据纸质台账补录"
    if handling:
        move(incident, "handle")
        incident.handling, incident.handled_by = handling, handled_by
        incident.handled_at = incident.on_site_at or incident.found_at
    settle(incident)
    incident.save()
    return incident
