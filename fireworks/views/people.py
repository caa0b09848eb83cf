"""值守人员: the list, keeping it, leave and wishes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from fireworks.filters.duty import DutyPersonFilter
from fireworks.forms.people import AbsenceForm, DutyPersonForm
from fireworks.models import Absence, DutyPerson
from fireworks.views.access import PLAN, VIEW
from fireworks.workflow import grids
from staff.exports import ListExport, register_export
from staff.pages import store_or_show
from staff.permissions import Perms

PERSON_COLUMNS = [
    Column("name", "姓名", sort="name", phone="primary"),
    Column("agency", "单位", sort=("agency", "name"), phone="secondary"),
    Column("masked_phone", "电话", phone="secondary"),
    Column("home_grid", "常驻网格", value=lambda row: row.home_grid and row.home_grid.name, sort="home_grid__code", phone="secondary"),
    Column("ours", "本局人员", value=lambda row: row.person_id is not None, phone="hidden"),
    Column("has_certificate", "外单位持证", phone="hidden"),
    Column("is_auxiliary", "协管", phone="hidden"),
    Column("is_active", "可以排班", sort="is_active", phone="hidden"),
]  # fmt: skip


def person_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = DutyPerson.objects.visible_to(user).select_related("home_grid")
    filters = DutyPersonFilter(request.GET, queryset=rows, request=request)
    plans = user.has_perm(Perms.PLAN_DUTY)
    return Table(
        columns=PERSON_COLUMNS,
        rows=filters.qs,
        request=request,
        name="duty-people",
        caption="值守人员",
        default_sort="agency",
        row_url=(lambda row: row.get_absolute_url()) if plans else None,
        row_tone=lambda row: "" if row.is_active else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[PERSON_EXPORT.key]),
        empty="还没有值守人员。社区、公安的人员没有账号也可以登记。",
        empty_action=("登记值守人员", reverse("fireworks:duty-person-create")) if plans else None,
    )


PERSON_EXPORT = register_export(ListExport("fireworks.people", "值守人员", person_table))


@require_GET
@VIEW
def person_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/duty_person_list.html", {"table": person_table(request)})


@require_http_methods(["GET", "POST"])
@PLAN
def person_create(request: HttpRequest) -> HttpResponse:
    back = ("值守人员", reverse("fireworks:duty-person-list"))
    form = DutyPersonForm(request.POST or None)
    return store_or_show(request, form, title="登记值守人员", back=back, to=back[1])


def visible_person(request: HttpRequest, pk: int) -> DutyPerson:
    return get_object_or_404(DutyPerson.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
@PLAN
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    form = DutyPersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已保存。")
        return redirect("fireworks:duty-person-list")
    return person_page(request, person, form, AbsenceForm(person=person))


def person_page(request: HttpRequest, person: DutyPerson, form: DutyPersonForm, absence: AbsenceForm) -> HttpResponse:
    context = {
        "person": person,
        "name": DutyPerson.objects.values_list("name", flat=True).get(pk=person.pk),
        "form": form,
        "absence_form": absence,
        "absences": person.absences.all(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fireworks/duty_person_edit.html", context, status=status)


@require_POST
@PLAN
def absence_create(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    form = AbsenceForm(request.POST, person=person)
    if form.is_valid() and form.store(by=request.user):
        messages.success(request, "已登记。")
        return redirect(person)
    return person_page(request, person, DutyPersonForm(instance=person), form)


@require_POST
@PLAN
def absence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    seen = DutyPerson.objects.visible_to(request.user)
    absence = get_object_or_404(Absence.objects.filter(person__in=seen).select_related("person"), pk=pk)
    grids.remove_absence(absence, by=request.user)
    messages.success(request, "已取消。")
    return redirect(absence.person)
