"""The door to items, their editions, roads and tariffs: kept, superseded, logged. What was used is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import models, transaction

from permits.models import (
    ItemVersion,
    Material,
    MeetingFile,
    PermitItem,
    Tariff,
    TariffExemption,
    TariffMultiplier,
    TariffRate,
)
from staff.models import Activity, User, Verb, changed_fields, logged_values
from staff.refusals import ChangedMeanwhile, Refused

Kept = TypeVar("Kept", bound=models.Model)
TariffPart = TariffRate | TariffMultiplier | TariffExemption


def current(row: Kept) -> Kept:
    rows: Any = type(row)._default_manager.select_for_update(of=("self",))
    found: Kept = rows.get(pk=row.pk)
    return found


@transaction.atomic
def store(row: Kept, *, by: User | None, seen: int | None = None) -> Kept:
    """Store a new or corrected row and log what changed. `seen`: how often it had been saved when it was shown."""
    name = str(row._meta.verbose_name)
    if row.pk is None:
        row.save()
        Activity.record(Verb.CREATE, row, by=by, title=f"登记{name}")
        return row
    stored = current(row)
    known: int = stored.saved  # type: ignore[attr-defined]
    if seen is not None and known != seen:
        raise ChangedMeanwhile(name)
    changes = changed_fields(logged_values(stored), logged_values(row))
    row.saved = known + 1  # type: ignore[attr-defined]
    row.save()
    if changes:
        Activity.record(Verb.UPDATE, row, by=by, title=f"修改{name}", changes=changes)
    return row


# --- Editions of an item ----------------------------------------------------------------------------------------------


def last_version(item: PermitItem, whose: str) -> ItemVersion | None:
    return item.versions.filter(whose=whose).order_by("-number").first()


def why_not_change_version(version: ItemVersion) -> str:
    """An edition that cases were received under stays as it is."""
    if version.applications.exists():
        return "已有申请按这一版办理，不能再改。请从这一版复制新建一版，写明施行日期。"
    return ""


@transaction.atomic
def add_version(version: ItemVersion, materials: Sequence[Material], *, by: User | None) -> ItemVersion:
    """A new edition; the one before ends the day before it begins."""
    item = PermitItem.objects.select_for_update(of=("self",)).get(pk=version.item_id)
    last = last_version(item, version.whose)
    version.number = last.number + 1 if last else 1
    if last is not None:
        _end_before(last, version.valid_from)
    version.save()
    _write_materials(version, materials)
    Activity.record(Verb.CREATE, version, by=by, title="新建事项版本", note=f"自{version.valid_from}施行")
    return version


def _end_before(last: ItemVersion | Tariff, start: date) -> None:
    if start <= last.valid_from:
        raise Refused(f"新的一版应晚于上一版的施行日期（{last.valid_from}）。", "valid_from")
    if last.valid_to is None or last.valid_to >= start:
        last.valid_to = start - timedelta(days=1)
        last.save(update_fields=["valid_to"])


def _write_materials(version: ItemVersion, materials: Sequence[Material]) -> None:
    for position, material in enumerate(materials, 1):
        material.version, material.position = version, position
        material.save()


@transaction.atomic
def correct_version(version: ItemVersion, materials: Sequence[Material], *, by: User, seen: int) -> ItemVersion:
    """Correct an edition that no case was received under yet."""
    stored = current(version)
    if problem := why_not_change_version(stored):
        raise Refused(problem)
    before = "；".join(stored.materials.values_list("name", flat=True))
    store(version, by=by, seen=seen)
    version.materials.all().delete()
    _write_materials(version, materials)
    after = "；".join(material.name for material in materials)
    if before != after:
        Activity.record(
            Verb.UPDATE, version, by=by, title="修改申请材料", changes=changed_fields({"材料": before}, {"材料": after})
        )
    return version


@transaction.atomic
def record_meeting(version: ItemVersion, *, by: User, seen: int) -> ItemVersion:
    """专家论证: written down whenever it is known, also for an edition in use; the limits are not touched."""
    stored = current(version)
    if stored.saved != seen:
        raise ChangedMeanwhile("事项版本")
    fields = ["meeting_on", "meeting_place", "meeting_attendees", "meeting_opinion"]
    changes = changed_fields(logged_values(stored), logged_values(version))
    version.saved = seen + 1
    version.save(update_fields=[*fields, "saved"])
    Activity.record(Verb.UPDATE, version, by=by, title="登记专家论证", changes=changes)
    return version


def meeting_file_kept(file: MeetingFile, *, by: User) -> None:
    Activity.record(Verb.UPDATE, file.version, by=by, title="上传论证附件", note=file.original_name)


# --- Tariffs ----------------------------------------------------------------------------------------------------------


def why_not_change_tariff(tariff: Tariff) -> str:
    """城市道路管理条例 37: what a fee was assessed by must stay readable as it was."""
    assessed = getattr(tariff, "assessments", None)
    if assessed is not None and assessed.exists():
        return "已按这个标准核定过费用，不能再改。标准调整的，请登记新的文件，写明施行日期。"
    return ""


@transaction.atomic
def add_tariff(tariff: Tariff, parts: Sequence[TariffPart], *, by: User | None) -> Tariff:
    """A new tariff; the last open one of its kind ends the day before."""
    same = Tariff.objects.select_for_update(of=("self",)).filter(kind=tariff.kind, is_demo=tariff.is_demo)
    for last in same.filter(valid_to=None):
        _end_before(last, tariff.valid_from)
    tariff.save()
    _write_parts(tariff, parts)
    Activity.record(Verb.CREATE, tariff, by=by, title="登记收费标准", note=tariff.document_number)
    return tariff


def _write_parts(tariff: Tariff, parts: Sequence[TariffPart]) -> None:
    for part in parts:
        part.tariff = tariff
        part.save()


@transaction.atomic
def correct_tariff(tariff: Tariff, parts: Sequence[TariffPart], *, by: User, seen: int) -> Tariff:
    stored = current(tariff)
    if problem := why_not_change_tariff(stored):
        raise Refused(problem)
    before = listed(stored)
    store(tariff, by=by, seen=seen)
    for rows in (tariff.rates, tariff.multipliers, tariff.exemptions):
        rows.all().delete()
    _write_parts(tariff, parts)
    after = listed(tariff)
    if before != after:
        Activity.record(
            Verb.UPDATE, tariff, by=by, title="修改单价", changes=changed_fields({"单价": before}, {"单价": after})
        )
    return tariff


def listed(tariff: Tariff) -> str:
    """All lines of a tariff in words, to be held against what they were."""
    rows = (*tariff.rates.all(), *tariff.multipliers.all(), *tariff.exemptions.all())
    return "；".join(str(row) for row in rows)
