"""People: the roster on a day, one person's file, taking in, correcting; movements recorded, corrected, voided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.navigation import page_of
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.people import MovementFilter, PersonFilter
from staff.forms.people import EntryForm, FindPersonForm, MovementForm, PersonForm, add_person
from staff.forms.records import ReasonForm
from staff.headcount import duty_note
from staff.models import Activity, Attendance, Movement, Person, PersonIdentity, ReportedTable, User
from staff.officers import why_not_officer
from staff.permissions import Perms, can_change_movement
from staff.refusals import Refused
from staff.workflow import people

VIEW = permission_required(Perms.VIEW_PEOPLE, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_PEOPLE, raise_exception=True)


def person_columns(day: date) -> list[Column]:
    return [
        Column("name", "姓名", value="person.name", sort="person__name", phone="primary"),
        Column("staff_number", "工号", value="person.staff_number", sort="person__staff_number", phone="hidden"),
        Column("unit", "单位", value=lambda row: row.unit_after and row.unit_after.label, sort=("unit_after__order", "person__name"), phone="secondary"),
        Column("post", "岗位", value="post_after", sort="post_after", phone="secondary"),
        Column("employment", "用工性质", value="get_employment_after_display", sort="employment_after", phone="secondary"),
        Column("sex", "性别", value="person.get_sex_display", phone="hidden"),
        Column("age", "年龄", value=lambda row: row.person.age_on(day), sort="-person__birth_date", unit="岁", phone="hidden"),
        Column("education", "学历", value="person.get_education_display", phone="hidden"),
        Column("party", "政治面貌", value="person.get_party_display", phone="hidden"),
        Column("rank", "执法类职级", value="person.enforcement_rank", phone="hidden", optional=True),
        Column("since", "起于", value="effective_on", sort="effective_on", phone="hidden", optional=True),
        Column("standing", "状态", value="get_standing_after_display", template="staff/_standing_cell.html", phone="primary"),
    ]  # fmt: skip


def person_link(user: User) -> Callable[[Movement], str]:
    """Where a row of the ledger leads: to the person's file, nowhere for who is in another unit now."""
    seen = None if user.sees_all_units else set(Person.objects.visible_to(user).values_list("pk", flat=True))
    return lambda row: row.person.get_absolute_url() if seen is None or row.person_id in seen else ""


def person_table(request: HttpRequest) -> Table:
    """Who is here on the day that the address asks for (today if none): one row of the ledger a person."""
    user = request.user
    if not user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    rows = Movement.objects.select_related("person", "unit_after")
    if not user.sees_all_units:
        rows = rows.filter(unit_after__in=user.unit_ids)
    filters = PersonFilter(request.GET, queryset=rows, request=request)
    found = filters.qs
    return Table(
        columns=person_columns(filters.day),
        rows=found,
        request=request,
        name="people",
        caption=f"人员名册（{filters.day}）",
        default_sort="unit",
        row_url=person_link(user),
        filters=filters,
        export_url=reverse("staff:export", args=[PERSON_EXPORT.key]),
        empty="还没有人员。可以登记，或从表格导入。",
        empty_action=("导入人员", reverse("staff:import-new", args=["staff.people"]))
        if user.has_perm(Perms.MANAGE_PEOPLE)
        else None,
    )


PERSON_EXPORT = register_export(ListExport("staff.people", "人员名册", person_table))


@require_GET
@VIEW
def person_list(request: HttpRequest) -> HttpResponse:
    table = person_table(request)
    day = table.filters.day
    find = FindPersonForm() if request.user.has_perm(Perms.VIEW_IDENTITY) else None
    context = {"table": table, "day": day, "duty_note": duty_note(day), "find_form": find}
    return render_table(request, "staff/person_list.html", context)


@require_POST
@permission_required(Perms.VIEW_IDENTITY, raise_exception=True)
def person_find(request: HttpRequest) -> HttpResponse:
    """To the file that bears an ID number. Asked by POST: the number stands in no address and no log."""
    form = FindPersonForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("id_number", [])))
        return redirect("staff:person-list")
    number = form.cleaned_data["id_number"]
    person = Person.objects.visible_to(request.user).filter(identity__id_number=number).first()
    if person is None:
        messages.info(request, "名册里没有这个公民身份号码。")
        return redirect("staff:person-list")
    return redirect(person)


@require_POST
@MANAGE
def person_remove(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    try:
        people.remove_person(person, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(person)
    messages.success(request, f"{person.name}的误建档案已删除，日志保留。")
    return redirect("staff:person-list")


def visible_person(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user).select_related("account"), pk=pk)


@require_GET
@VIEW
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    user, today = request.user, timezone.localdate()
    locked = ReportedTable.objects.locked_until()
    history = list(
        person.movements.select_related("unit_before", "unit_after", "recorded_by").order_by("-effective_on", "-pk")
    )
    hours = Attendance.objects.present().filter(person=person, course__held_on__year=today.year)
    context = {
        "person": person,
        "age": person.age_on(today),
        "stand": next((row for row in history if row.effective_on <= today and holds(row, today)), None),
        "identity": PersonIdentity.objects.filter(person=person).first(),
        "may_see_identity": user.has_perm(Perms.VIEW_IDENTITY),
        "can_manage": user.has_perm(Perms.MANAGE_PEOPLE),
        "can_remove": user.has_perm(Perms.MANAGE_PEOPLE) and all(row.voided_at for row in history),
        "history": history,
        "opened": set(person.movements.visible_to(user).values_list("pk", flat=True)),
        "locked": locked,
        "certificates": person.certificates.order_by("-issued_on"),
        "why_not": why_not_officer(person, today),
        "courses": hours.select_related("course").order_by("-course__held_on"),
        "activities": Activity.objects.about(person)[:50],
    }
    return render(request, "staff/person_detail.html", context)


def holds(row: Movement, day: date) -> bool:
    return row.ends_on is None or row.ends_on > day


@require_http_methods(["GET", "POST"])
@MANAGE
def person_create(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, prefix="person")
    entry = EntryForm(request.POST or None, prefix="entry")
    if request.method == "POST" and all([form.is_valid(), entry.is_valid()]):
        person = add_person(form, entry, by=request.user)
        if person is not None:
            messages.success(request, f"{person.name}已建档。")
            return redirect(person)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/person_form.html", {"form": form, "entry": entry, "person": None}, status=status)


@require_http_methods(["GET", "POST"])
@MANAGE
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已保存。")
        return redirect(person)
    status = 422 if request.method == "POST" else 200
    name = Person.objects.values_list("name", flat=True).get(pk=pk)
    return render(request, "staff/person_form.html", {"form": form, "entry": None, "person": person, "name": name}, status=status)  # fmt: skip


# --- Movements --------------------------------------------------------------------------------------------------------


def movement_columns() -> list[Column]:
    return [
        Column("person", "姓名", value="person.name", sort="person__name", phone="primary"),
        Column("effective_on", "入账日期", sort="effective_on", phone="secondary"),
        Column("happened_on", "变动日期", sort="happened_on", phone="hidden", optional=True),
        Column("kind", "变动类型", value="get_kind_display", sort="kind", phone="primary"),
        Column("before", "原单位", value=lambda row: row.unit_before and row.unit_before.label, phone="secondary"),
        Column("after", "现单位", value=lambda row: row.unit_after and row.unit_after.label, phone="secondary"),
        Column("employment", "用工性质", value=lambda row: row.get_employment_after_display() or row.get_employment_before_display(), phone="hidden"),
        Column("roll", "实有", value=lambda row: signed(row, row.roll_effect), align="end", phone="hidden"),
        Column("duty", "在岗", value=lambda row: signed(row, row.duty_effect), align="end", phone="hidden"),
        Column("reason", "原因", phone="hidden"),
        Column("destination", "去向（来源）", phone="hidden"),
        Column("document", "文件号", phone="hidden"),
        Column("note", "备注", phone="hidden", optional=True),
        Column("check", "核对", value=check_of, template="staff/_movement_check_cell.html", phone="hidden"),
    ]  # fmt: skip


def signed(row: Movement, effect: int) -> str:
    """+1, −1 or nothing, as far as the row counts."""
    return "" if row.flag or row.voided_at or not effect else f"{effect:+d}".replace("-", "−")


def check_of(row: Movement) -> str:
    if row.voided_at:
        return "已作废"
    if row.flag:
        return "待核对"
    return "补登" if row.is_late else ""


def movement_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    rows = Movement.objects.visible_to(user).select_related("person", "unit_before", "unit_after")
    filters = MovementFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=movement_columns(),
        rows=filters.qs,
        request=request,
        name="movements",
        caption="人员变动",
        default_sort="-effective_on",
        row_url=lambda row: row.get_absolute_url(),
        row_tone=lambda row: "muted" if row.voided_at else "danger" if row.flag else "",
        filters=filters,
        export_url=reverse("staff:export", args=[MOVEMENT_EXPORT.key]),
        empty="还没有人员变动。在人员页面登记变动，或从表格导入。",
        empty_action=("导入变动", reverse("staff:import-new", args=["staff.movements"]))
        if user.has_perm(Perms.MANAGE_PEOPLE)
        else None,
    )


MOVEMENT_EXPORT = register_export(ListExport("staff.movements", "人员变动明细", movement_table))


@require_GET
@VIEW
def movement_list(request: HttpRequest) -> HttpResponse:
    context = {"table": movement_table(request), "locked": ReportedTable.objects.locked_until()}
    return render_table(request, "staff/movement_list.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def movement_create(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    form = MovementForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        movement = form.store(by=request.user)
        if movement is not None:
            tell(request, movement, "已登记")
            return redirect(person)
    return movement_page(request, form, person)


@require_http_methods(["GET", "POST"])
@MANAGE
def movement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    movement = visible_movement(request, pk)
    form = MovementForm(request.POST or None, instance=movement)
    if request.method == "POST" and form.is_valid():
        stored = form.store(by=request.user)
        if stored is not None:
            tell(request, stored, "已修改")
            return redirect(stored.person)
    return movement_page(request, form, movement.person)


def movement_page(request: HttpRequest, form: MovementForm, person: Person) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "person": person, "locked": ReportedTable.objects.locked_until()}
    return render(request, "staff/movement_form.html", context, status=422 if request.method == "POST" else 200)


def tell(request: HttpRequest, movement: Movement, what: str) -> None:
    """Say what came of it: counted, booked late, or flagged."""
    kind = movement.get_kind_display()
    if movement.flag:
        messages.warning(request, f"{what}“{kind}”，但{movement.flag}")
    elif movement.is_late:
        messages.success(request, f"{what}“{kind}”。所属期间已报送锁定，记入{movement.effective_on}。")
    else:
        messages.success(request, f"{what}“{kind}”。")


def visible_movement(request: HttpRequest, pk: int) -> Movement:
    rows = Movement.objects.visible_to(request.user).select_related(
        "person", "unit_before", "unit_after", "recorded_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@VIEW
def movement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    movement = visible_movement(request, pk)
    context = {
        "movement": movement,
        "person": movement.person,
        "person_url": page_of(request.user, movement.person),
        "can_change": can_change_movement(request.user, movement, ReportedTable.objects.locked_until()),
        "void_form": ReasonForm(),
    }
    return render(request, "staff/movement_detail.html", context)


@require_POST
@MANAGE
def movement_void(request: HttpRequest, pk: int) -> HttpResponse:
    movement = visible_movement(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        person = movement.person
        context = {"movement": movement, "person": person, "person_url": page_of(request.user, person)}
        context |= {"can_change": True, "void_form": form}
        return render(request, "staff/movement_detail.html", context, status=422)
    try:
        people.void_movement(movement, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已作废，人数已重新计算。")
    return redirect(movement)
