"""The one door to training and study: a course with its attendance is stored whole."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from staff.models import Activity, Attendance, Course, Person, User, Verb
from staff.refusals import ChangedMeanwhile
from staff.workflow.records import check_day


@transaction.atomic
def record_course(course: Course, attendance: Mapping[int, str | None], *, by: User, seen: int | None = None) -> Course:
    """Store a new or corrected course (`seen`: its version as it was opened; the second editor is told).

    `attendance`: person → None (present) or why absent; replaces what was stored.
    """
    check_day(course.held_on, "held_on", "日期")
    created = course.pk is None
    if created:
        course.recorded_by = by
    else:
        current = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
        if current.version != seen:
            raise ChangedMeanwhile("这次培训学习")
        course.version = current.version + 1
    course.save()
    before = {row.person_id: row for row in course.attendances.select_for_update(of=("self",))}
    known = set(Person.objects.filter(pk__in=attendance).values_list("pk", flat=True))
    for pk in before.keys() - known:
        before[pk].delete()
    for pk in known:
        row = before.get(pk) or Attendance(course=course, person_id=pk)
        reason = attendance[pk]
        row.present, row.reason = reason is None, reason or ""
        row.save()
    present = sum(attendance[pk] is None for pk in known)
    Activity.record(
        Verb.CREATE if created else Verb.UPDATE,
        course,
        by=by,
        title="登记培训学习" if created else "修改培训学习",
        note=f"到场 {present} 人，缺席 {len(known) - present} 人",
    )
    return course


@transaction.atomic
def remove_course(course: Course, *, by: User) -> None:
    """A course that was not held: its row goes, the log keeps what it said."""
    Activity.record(Verb.DELETE, course, by=by, title="删除培训学习", note=f"{course}（{course.hours} 学时）")
    course.delete()
