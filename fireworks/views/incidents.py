"""炮情: list, one incident, recording on the phone, correcting, each step, photos, what the police told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import display, submit_words
from config.signs import state_badge
from config.tables import Column, Table, render_table
from fireworks.enums import INCIDENT_TRANSITIONS, IncidentState
from fireworks.filters.incidents import IncidentFilter
from fireworks.forms.incidents import STEP_FORMS, IncidentForm, PoliceForm
from fireworks.models import Incident, IncidentPhoto, PoliceResult
from fireworks.permissions import (
    can_add_incident_photo,
    can_add_police_result,
    can_edit_incident,
    can_step,
)
from fireworks.views.access import VIEW
from fireworks.workflow import incidents
from staff.exports import ListExport, register_export
from staff.forms.records import PhotoForm, VoidForm
from staff.pages import Fact, RecordPage, Step, add_photo, require, send_photo, take_step
from staff.permissions import Perms

RECORD = permission_required(Perms.RECORD_INCIDENT, raise_exception=True)
VERIFY = permission_required(Perms.VERIFY_INCIDENT, raise_exception=True)
KEEP = permission_required(Perms.MANAGE_BAN_RECORDS, raise_exception=True)
LIST = ("炮情", "fireworks:incident-list")
CONSEQUENCES = {
    "verify": "表示到场核查属实，计入炮情数。",
    "dismiss": "表示到场未发现燃放，不计入炮情数。",
    "handle": "登记劝阻、教育或移交公安机关。罚款、拘留由公安机关决定，另行登记告知结果。",
    "close": "办结后不能再修改；公安机关的处理结果仍可以补登。",
    "void": "不再计数，编号不再使用；记录和日志保留。",
}


def incident_columns() -> list[Column]:
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("found_at", "发现时间", sort="found_at", phone="secondary"),
        Column("unit", "属地单位", value="unit.label", sort="unit__order", phone="secondary"),
        Column("grid", "网格", value="grid.name", sort="grid__code", phone="hidden"),
        Column("place", "地点", phone="secondary"),
        Column("place_kind", "场所", value="get_place_kind_display", sort="place_kind", phone="hidden"),
        Column("trigger", "起因", value="get_trigger_display", sort="trigger", phone="hidden"),
        Column("kind", "种类", value="get_kind_display", sort="kind", phone="hidden"),
        Column("source", "来源", value="get_source_display", sort="source", phone="hidden", optional=True),
        Column("party", "当事人（单位）", phone="hidden", optional=True),
        Column("description", "情况", phone="hidden", optional=True),
        Column("response_minutes", "响应", unit="分钟", sort="response_minutes", phone="hidden"),
        Column("handling", "处置", value="get_handling_display", sort="handling", phone="hidden"),
        Column("handled_by", "处置人", phone="hidden", optional=True),
        Column("flag", "待核对", phone="hidden", optional=True),
        Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
    ]  # fmt: skip


def incident_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = Incident.objects.visible_to(user).select_related("unit", "grid")
    filters = IncidentFilter(request.GET, queryset=rows, request=request)
    records = user.has_perm(Perms.RECORD_INCIDENT)
    return Table(
        columns=incident_columns(),
        rows=filters.qs,
        request=request,
        name="incidents",
        caption="炮情",
        default_sort="-found_at",
        row_url=Incident.get_absolute_url,
        row_tone=lambda row: "muted" if row.state in ("voided", "unfounded") else "danger" if row.flag else "",
        filters=filters,
        export_url=reverse("staff:export", args=[INCIDENT_EXPORT.key]),
        empty="还没有炮情。没有登记不等于没有发生，以值守报告为准。",
        empty_action=("登记炮情", reverse("fireworks:incident-create")) if records else None,
    )


INCIDENT_EXPORT = register_export(ListExport("fireworks.incidents", "炮情台账", incident_table))


@require_GET
@VIEW
def incident_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/incident_list.html", {"table": incident_table(request)})


@require_http_methods(["GET", "POST"])
@RECORD
def incident_create(request: HttpRequest) -> HttpResponse:
    form = IncidentForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (incident := form.store()):
        if problem := form.store_photo(incident):
            messages.warning(request, f"{incident.number} 已登记，但照片没有存下：{problem}")
        else:
            messages.success(request, f"已登记 {incident.number}，已通知禁炮办核实。")
        return redirect(incident)
    return incident_form(request, form, "登记炮情", draft="incident-new")


@require_http_methods(["GET", "POST"])
@VIEW
def incident_edit(request: HttpRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request, pk)
    require(request.user.has_perm(Perms.RECORD_INCIDENT) or request.user.has_perm(Perms.VERIFY_INCIDENT))
    if not can_edit_incident(request.user, incident):
        messages.info(request, f"{incident.number}{incident.get_state_display()}，不能由您修改。")
        return redirect(incident)
    form = IncidentForm(request.POST or None, instance=incident, user=request.user)
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, "已保存。")
        return redirect(incident)
    return incident_form(request, form, f"修改 {incident.number}")


def incident_form(request: HttpRequest, form: IncidentForm, title: str, draft: str = "") -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": LIST,
        "submit": submit_words(title),
        "draft": draft,
        "same": form.same,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fireworks/incident_form.html", context, status=status)


def visible_incident(request: HttpRequest, pk: int) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related("unit", "grid", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def position_of(incident: Incident) -> str:
    return "" if incident.latitude is None else f"北纬 {incident.latitude}，东经 {incident.longitude}"


def incident_facts(incident: Incident) -> list[Fact]:
    local = timezone.localtime
    facts = [
        Fact("发现时间", incident.found_at),
        Fact("来源", incident.get_source_display()),
        Fact("属地单位", incident.unit.label, note=incident.grid.name if incident.grid else ""),
        Fact("地点", incident.place, note=position_of(incident)),
        Fact("场所", incident.get_place_kind_display()),
        Fact("起因", incident.get_trigger_display()),
        Fact("燃放种类", incident.get_kind_display()),
        Fact("当事人（单位）", incident.party),
        Fact("情况", incident.description),
        Fact("接报时间", incident.reported_at),
        Fact("到场时间", incident.on_site_at),
        Fact("响应时间", incident.response_minutes, unit="分钟"),
    ]
    if incident.verified_at:
        facts.append(Fact("核实情况", incident.verified_note or "已核查", note=display(incident.verified_at)))
    if incident.handled_at:
        handled = f"{incident.get_handling_display()}（{incident.handled_by}）"
        facts += [
            Fact("处置", handled, note=display(incident.handled_at)),
            Fact("处置情况", incident.handled_note),
        ]
    if incident.voided_at:
        facts.append(Fact("作废理由", incident.void_reason))
    return [*facts, Fact("登记", incident.recorded_by, note=f"{local(incident.recorded_at):%Y-%m-%d %H:%M}")]


def incident_steps(request: HttpRequest, incident: Incident) -> list[Step]:
    """The steps of the table from here, the next one first, and what the police may tell."""
    user, found = request.user, []
    for edge in INCIDENT_TRANSITIONS:
        if can_step(user, incident, edge):
            step = INCIDENT_TRANSITIONS[edge]
            url = reverse(f"fireworks:incident-{edge}", args=[incident.pk])
            tone = "danger" if edge == "void" else "primary"
            form = STEP_FORMS[edge](initial={"on_site_at": None})
            found.append(
                Step(edge, step.label, url, CONSEQUENCES[edge], form, tone, first=not found and tone == "primary")
            )
    if can_add_police_result(user, incident):
        url = reverse("fireworks:incident-police", args=[incident.pk])
        words = "记录公安机关告知我们的结果，不是本局的处罚。登记后不能修改，登错了可以作废后重新登记。"
        ends = sum(step.tone == "danger" for step in found)
        found.insert(len(found) - ends, Step("police", "登记公安处理结果", url, words, PoliceForm()))
        found += [void_police_step(incident, result) for result in incident.police_results.standing()]
    return found


def void_police_step(incident: Incident, result: PoliceResult) -> Step:
    url = reverse("fireworks:incident-police-void", args=[incident.pk, result.pk])
    words = "这条结果不再计入数据；记录和日志保留。登错的作废后重新登记。"
    return Step(f"police-void-{result.pk}", f"作废公安结果：{result}", url, words, VoidForm(), "danger")


def incident_page(request: HttpRequest, incident: Incident) -> RecordPage:
    user = request.user
    may_photo = can_add_incident_photo(user, incident)
    reports = incident.public_reports.all() if user.has_perm(Perms.VIEW_REPORTER) else []
    return RecordPage(
        record=incident,
        title=incident.number,
        crumbs=[LIST],
        facts=incident_facts(incident),
        lead=f"{incident.get_kind_display()} · {incident.place}",
        badge=(incident.get_state_display(), incident.state_tone),
        edit_url=reverse("fireworks:incident-edit", args=[incident.pk]) if can_edit_incident(user, incident) else "",
        steps=incident_steps(request, incident),
        warning=incident.flag if incident.state != IncidentState.VOIDED else "",
        photos=incident.photos.all(),
        photo_url=reverse("fireworks:incident-photo-add", args=[incident.pk]) if may_photo else "",
        photo_form=PhotoForm() if may_photo else None,
        parts=["fireworks/_incident_parts.html"],
        more={"incident": incident, "police": incident.police_results.all(), "public_reports": reports},
    )


@require_GET
@VIEW
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return incident_page(request, visible_incident(request, pk)).show(request)


def step_view(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    """One step of the table, from its dialog. A step that is gone meanwhile is told by the workflow."""
    incident = visible_incident(request, pk)
    form = STEP_FORMS[edge](request.POST)
    return take_step(
        request,
        incident,
        form,
        lambda: form.take(incident, edge, by=request.user),
        page=incident_page,
        step=edge,
        done=f"{incident.number}：{INCIDENT_TRANSITIONS[edge].label}，已登记。",
    )


@require_POST
@VERIFY
def incident_verify(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "verify")


@require_POST
@VERIFY
def incident_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "dismiss")


@require_POST
@VERIFY
def incident_handle(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "handle")


@require_POST
@VERIFY
def incident_close(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "close")


@require_POST
@KEEP
def incident_void(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "void")


@require_POST
@VERIFY
def incident_police(request: HttpRequest, pk: int) -> HttpResponse:
    incident, form = visible_incident(request, pk), PoliceForm(request.POST)
    if form.is_valid() and form.store(incident, by=request.user):
        messages.success(request, "已登记公安机关告知的结果。")
        return redirect(incident)
    return incident_page(request, incident).with_form("police", form).show(request, status=422)


@require_POST
@VERIFY
def incident_police_void(request: HttpRequest, pk: int, result_pk: int) -> HttpResponse:
    incident = visible_incident(request, pk)
    result, form = get_object_or_404(incident.police_results, pk=result_pk), VoidForm(request.POST)
    return take_step(
        request,
        incident,
        form,
        lambda: incidents.void_police_result(result, by=request.user, reason=form.cleaned_data["reason"]),
        page=incident_page,
        step=f"police-void-{result_pk}",
        done="已作废这条公安机关处理结果。",
    )


@require_POST
@RECORD
def incident_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    incident, form = visible_incident(request, pk), PhotoForm(request.POST, request.FILES)
    if not can_add_incident_photo(request.user, incident):
        messages.info(request, "已作废的炮情不能再加照片。")
        return redirect(incident)
    return add_photo(
        request,
        incident,
        form,
        lambda: form.store(IncidentPhoto, by=request.user, incident=incident),
        page=incident_page,
    )


@require_GET
@VIEW
def incident_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    incident = visible_incident(request, pk)
    return send_photo(get_object_or_404(incident.photos, pk=photo_pk), incident.number)
