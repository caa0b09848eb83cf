"""Training and study: what was held, and who was there."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from staff.enums import CourseKind
from staff.models.people import User
from staff.models.persons import Person
from staff.permissions import Perms


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User) -> CourseQuerySet:
        return self if user.has_perm(Perms.VIEW_PEOPLE) else self.none()

    def held_between(self, start: date, end: date) -> CourseQuerySet:
        return self.filter(held_on__gte=start, held_on__lte=end)


class Course(models.Model):
    kind = models.CharField("类别", max_length=10, choices=CourseKind.choices)
    title = models.CharField("主题", max_length=80)
    held_on = models.DateField("日期", default=timezone.localdate)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    place = models.CharField("地点", max_length=60, blank=True)
    lecturer = models.CharField("主讲人（主持人）", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训学习"
        ordering = ["-held_on", "-pk"]
        permissions = [("manage_learning", "登记培训学习")]
        constraints = [
            models.CheckConstraint(
                name="course_hours_in_a_month",
                condition=Q(hours__gt=0, hours__lte=300),
                violation_error_message="学时应大于 0，不超过 300。",
            ),
            models.UniqueConstraint(
                name="one_course_per_day_kind_and_title",
                fields=["held_on", "kind", "title"],
                violation_error_message="同一天的同一主题已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("staff:course-detail", args=[self.pk])


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def present(self) -> AttendanceQuerySet:
        return self.filter(present=True)


class Attendance(models.Model):
    course = models.ForeignKey(Course, verbose_name="培训学习", on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, verbose_name="人员", on_delete=models.PROTECT, related_name="attendances")
    present = models.BooleanField("到场", default=True)
    reason = models.CharField("缺席原因", max_length=60, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参加情况"
        ordering = ["course", "person__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_attendance_per_course_and_person",
                fields=["course", "person"],
                violation_error_message="同一人在同一次培训里只登记一次。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {'到场' if self.present else '缺席'}"
