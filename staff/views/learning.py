"""Training and study: what was held, who took part, and each person's hours of a year against what is required."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.learning import HoursFilter
from staff.filters.people import CourseFilter
from staff.forms.learning import CourseForm
from staff.models import Activity, Course, Movement, Person, setting
from staff.pages import SHOWN_ACTIVITIES
from staff.permissions import Perms
from staff.views.people import person_link
from staff.workflow import learning

VIEW = permission_required(Perms.VIEW_PEOPLE, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_LEARNING, raise_exception=True)
COURSE_COLUMNS = [
    Column("held_on", "日期", sort=("held_on", "pk"), phone="secondary"),
    Column("kind", "类别", value="get_kind_display", sort="kind", phone="secondary"),
    Column("title", "主题", sort="title", phone="primary"),
    Column("hours", "学时", sort="hours", unit="学时", total=Sum("hours"), phone="secondary"),
    Column("present", "到场", value="present_count", unit="人", phone="hidden"),
    Column("absent", "缺席", value="absent_count", unit="人", phone="hidden"),
    Column("lecturer", "主讲人", phone="hidden"),
    Column("place", "地点", phone="hidden", optional=True),
]


def course_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    rows = Course.objects.visible_to(user).annotate(
        present_count=Count("attendances", filter=Q(attendances__present=True)),
        absent_count=Count("attendances", filter=Q(attendances__present=False)),
    )
    filters = CourseFilter(request.GET, queryset=rows)
    return Table(
        columns=COURSE_COLUMNS,
        rows=filters.qs,
        request=request,
        name="courses",
        caption="培训学习",
        default_sort="-held_on",
        row_url=Course.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[COURSE_EXPORT.key]),
        empty="还没有登记培训学习。",
        empty_action=("登记一次", reverse("staff:course-create")) if user.has_perm(Perms.MANAGE_LEARNING) else None,
    )


COURSE_EXPORT = register_export(ListExport("staff.courses", "培训学习", course_table))


@require_GET
@VIEW
def course_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/course_list.html", {"table": course_table(request)})


def visible_course(request: HttpRequest, pk: int) -> Course:
    return get_object_or_404(Course.objects.visible_to(request.user), pk=pk)


@require_GET
@VIEW
def course_detail(request: HttpRequest, pk: int) -> HttpResponse:
    course = visible_course(request, pk)
    found = course.attendances.select_related("person")
    if not request.user.sees_all_units:  # why somebody was absent is no matter for other units
        found = found.filter(person__in=Person.objects.visible_to(request.user))
    rows = list(found)
    context = {
        "course": course,
        "present": [row for row in rows if row.present],
        "absent": [row for row in rows if not row.present],
        "can_manage": request.user.has_perm(Perms.MANAGE_LEARNING),
        "activities": Activity.objects.about(course)[:SHOWN_ACTIVITIES],
    }
    return render(request, "staff/course_detail.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def course_create(request: HttpRequest) -> HttpResponse:
    return course_form(request, CourseForm(request.POST or None))


@require_http_methods(["GET", "POST"])
@MANAGE
def course_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return course_form(request, CourseForm(request.POST or None, instance=visible_course(request, pk)))


def course_form(request: HttpRequest, form: CourseForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (course := form.store(by=request.user)):
        messages.success(request, "已保存。")
        return redirect(course)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/course_form.html", {"form": form, "course": form.instance}, status=status)


@require_POST
@MANAGE
def course_remove(request: HttpRequest, pk: int) -> HttpResponse:
    learning.remove_course(visible_course(request, pk), by=request.user)
    messages.success(request, "已删除，日志保留。")
    return redirect("staff:course-list")


def hours_columns(required: int) -> list[Column]:
    return [
        Column("name", "姓名", value="person.name", sort="person__name", phone="primary"),
        Column("unit", "单位", value="unit_after.label", sort=("unit_after__order", "person__name"), phone="secondary"),
        Column("sessions", "参加次数", sort="sessions", unit="次", phone="secondary"),
        Column(
            "hours", "已学", sort="hours", value=lambda row: row.hours or Decimal(0), unit="学时", phone="secondary"
        ),
        Column("required", "应学", value=lambda row: required, unit="学时", phone="hidden"),
        Column(
            "short",
            "还差",
            value=lambda row: max(Decimal(0), required - (row.hours or Decimal(0))),
            unit="学时",
            phone="primary",
        ),
    ]


def hours_table(request: HttpRequest) -> Table:
    """Everybody on duty at the end of the year asked for (today, if it runs), with the hours of that year."""
    user = request.user
    if not user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    rows: Any = Movement.objects.select_related("person", "unit_after")
    if not user.sees_all_units:  # who stands there, not who once left
        rows = rows.filter(unit_after__in=user.unit_ids)
    filters = HoursFilter(request.GET, queryset=rows)
    return Table(
        columns=hours_columns(int(setting("training.required_hours", on=filters.last_day))),
        rows=filters.qs,
        request=request,
        name="hours",
        caption=f"{filters.shown_year}年学时",
        default_sort="unit",
        row_url=person_link(user),
        filters=filters,
        export_url=reverse("staff:export", args=[HOURS_EXPORT.key]),
        empty="没有在岗人员。",
    )


HOURS_EXPORT = register_export(ListExport("staff.hours", "学时", hours_table))


@require_GET
@VIEW
def hours_list(request: HttpRequest) -> HttpResponse:
    table = hours_table(request)
    context = {"table": table, "year": table.filters.shown_year, "today": timezone.localdate()}
    return render_table(request, "staff/hours_list.html", context)
