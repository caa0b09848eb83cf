"""The door to grids, posts, laws, shifts, and people on the roster: kept, retired, logged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from fireworks.models import Absence, DutyPerson, Grid, Post
from staff.models import Activity, User, Verb, changed_fields, logged_values
from staff.refusals import ChangedMeanwhile, Refused

Kept = TypeVar("Kept", bound=models.Model)


@transaction.atomic
def store(row: Kept, *, by: User | None, seen: int | None = None) -> Kept:
    """Store a new or corrected row of reference data and log what changed. `seen`: the version that was shown."""
    name = str(row._meta.verbose_name)
    if row.pk is None:
        row.save()
        Activity.record(Verb.CREATE, row, by=by, title=f"新建{name}")
        return row
    current = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if seen is not None and current.version != seen:  # type: ignore[attr-defined]
        raise ChangedMeanwhile(name)
    changes = changed_fields(logged_values(current), logged_values(row))
    if seen is not None:
        row.version = seen + 1  # type: ignore[attr-defined]
    row.save()
    if changes:
        Activity.record(Verb.UPDATE, row, by=by, title=f"修改{name}", changes=changes)
    return row


@transaction.atomic
def retire_grid(grid: Grid, *, by: User, on: date) -> None:
    """The last day of a grid and its posts. Refused while a later roster stands on it."""
    current = Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    if current.valid_to is not None and current.valid_to <= timezone.localdate():
        raise Refused("这个网格已经停用。停用错了的，请点“恢复使用”。")
    if on < current.valid_from:
        raise Refused(f"停用日期不得早于启用日期（{current.valid_from}）。", "on")
    last = current.slots.order_by("-day").values_list("day", flat=True).first()
    if last is not None and last > on:
        raise Refused(f"{last}还有这个网格的班次。请先在值班表里去掉，或把停用日期改到那天以后。", "on")
    with_the_grid = Q(valid_to=None) if current.valid_to is None else Q(valid_to=None) | Q(valid_to=current.valid_to)
    current.valid_to = on
    current.version += 1
    current.save(update_fields=["valid_to", "version"])
    # A last day ahead may be moved: the posts that were to end with the grid still do.
    posts = Post.objects.filter(with_the_grid, grid=current, valid_from__lte=on)
    posts.update(valid_to=on, version=F("version") + 1)
    Activity.record(Verb.TRANSITION, current, by=by, title="停用网格", note=f"最后一天 {on}")


@transaction.atomic
def restore_grid(grid: Grid, *, by: User) -> None:
    """恢复使用: a retirement by mistake is taken back, with the posts that ended with the grid."""
    current = Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    if current.valid_to is None:
        raise Refused("这个网格没有停用。")
    last = current.valid_to
    current.posts.filter(valid_to=last).update(valid_to=None, version=F("version") + 1)
    current.valid_to = None
    current.version += 1
    current.save(update_fields=["valid_to", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="恢复使用网格", note=f"原定最后一天 {last}")


@transaction.atomic
def store_absence(absence: Absence, *, by: User) -> Absence:
    DutyPerson.objects.select_for_update(of=("self",)).get(pk=absence.person_id)
    if absence.end - absence.start > timedelta(days=400):
        raise Refused("起止相差一年以上。请核对年份。", "end")
    absence.save()
    title = "登记排班意愿" if absence.is_wish else "登记请假"
    Activity.record(Verb.CREATE, absence.person, by=by, title=title, note=f"{absence.start}至{absence.end}")
    return absence


@transaction.atomic
def remove_absence(absence: Absence, *, by: User) -> None:
    Activity.record(
        Verb.DELETE, absence.person, by=by, title="取消请假（意愿）", note=f"{absence.start}至{absence.end}"
    )
    absence.delete()
