"""执法案件: list, new lead, correction, result entered whole, the days ahead and their calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from billboards.calendar_file import entries_of
from billboards.duties import Duty
from billboards.enums.cases import CaseState
from billboards.filters.cases import CaseFilter, ClockFilter
from billboards.forms.cases import CaseForm, LeadForm, ResultForm
from billboards.models import Case, CaseClock
from billboards.permissions import can_edit_case
from config.signs import state_badge
from config.tables import Column, Table, render_table
from staff.calendar_file import send_calendar
from staff.exports import ListExport, register_export
from staff.pages import require
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_CASES, raise_exception=True)
HANDLE = permission_required(Perms.HANDLE_CASE, raise_exception=True)
AHEAD = timedelta(days=400)


def case_columns() -> list[Column]:
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("party_name", "当事人", value=lambda row: row.party_name or "未查明", sort="party_name", phone="primary"),
        Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
        Column("violation", "案由", value="violation.name", sort="violation__code", phone="secondary"),
        Column("place", "地点", phone="secondary"),
        Column("unit", "承办单位", value="unit.label", sort="unit__order", phone="hidden"),
        Column("source", "来源", value="get_source_display", sort="source", phone="hidden", optional=True),
        Column("received_on", "收到线索", sort="received_on", phone="hidden", optional=True),
        Column("filed_on", "立案", sort="filed_on", phone="hidden"),
        Column("decided_on", "决定", sort="decided_on", phone="hidden"),
        Column("served_on", "送达", sort="served_on", phone="hidden", optional=True),
        Column("next_due", "最近期限", sort="next_due", phone="secondary"),
        Column("coercion_from", "最早可强制日期", sort="coercion_from", phone="secondary"),
        Column("closed_on", "结案", sort="closed_on", phone="hidden", optional=True),
        Column("external_number", "外部编号", phone="hidden", optional=True),
        Column("flaw_total", "程序瑕疵", sort="flaw_total", unit="项", phone="hidden"),
    ]  # fmt: skip


def case_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_CASES):
        raise PermissionDenied
    rows = Case.objects.visible_to(user).select_related("unit", "violation").with_next_due()
    rows = rows.annotate(flaw_total=Count("flaws", distinct=True))
    filters = CaseFilter(request.GET, queryset=rows, request=request)
    records = user.has_perm(Perms.HANDLE_CASE)
    return Table(
        columns=case_columns(),
        rows=filters.qs,
        request=request,
        name="cases",
        caption="执法案件",
        default_sort="-received_on",
        row_url=Case.get_absolute_url,
        row_tone=row_tone,
        filters=filters,
        export_url=reverse("staff:export", args=[CASE_EXPORT.key]),
        empty="还没有案件。登记线索后列在这里。",
        empty_action=("登记线索", reverse("billboards:case-create")) if records else None,
    )


def row_tone(row: Any) -> str:
    if row.state in (CaseState.VOIDED, CaseState.ARCHIVED, CaseState.NOT_FILED):
        return "muted"
    return "danger" if row.next_due and row.next_due < timezone.localdate() and not row.is_done else ""


CASE_EXPORT = register_export(ListExport("billboards.cases", "执法案件台账", case_table))


@require_GET
@VIEW
def case_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.HANDLE_CASE):
        links = [
            ("登记线索", reverse("billboards:case-create"), True),
            ("只登记结果", reverse("billboards:case-result"), False),
            ("导入旧案件", reverse("staff:import-new", args=["billboards.cases"]), False),
            ("导入的旧案件", f"{reverse('billboards:case-list')}?entry=imported", False),
        ]
    links.append(("期限日历", reverse("billboards:clock-list"), False))
    lead = "每个案件都标着最早可强制日期；在它之前只能劝导、协助拆除或者申请法院。"
    context = {"table": case_table(request), "title": "执法案件", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@HANDLE
def case_create(request: HttpRequest) -> HttpResponse:
    form = LeadForm(request.POST or None, request.FILES or None, user=request.user, initial=lead_initial(request))
    if request.method == "POST" and form.is_valid() and (case := form.store()):
        messages.success(request, f"已登记 {case.number}。核查期限自收到线索之日起算。")
        return redirect(case)
    note = "先写地点和情况，当事人查明后再补。当场处罚也从这里登记。"
    return form_answer(request, form, title="登记线索", submit="登记", draft="case-new", lead=note)


def lead_initial(request: HttpRequest) -> dict[str, Any]:
    """What a link from a board or a campaign item hands over."""
    return {name: request.GET[name] for name in ("board", "place", "facts", "source") if name in request.GET}


@require_http_methods(["GET", "POST"])
@HANDLE
def case_result(request: HttpRequest) -> HttpResponse:
    form = ResultForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (case := form.store()):
        messages.success(request, f"已登记 {case.number}（只登记结果）。")
        return redirect(case)
    note = "在纸上或者其他平台办理的案件，一页登记；不逐步补录，也不逐步评判。"
    return form_answer(request, form, title="只登记结果", submit="登记", draft="case-result", lead=note)


@require_http_methods(["GET", "POST"])
@VIEW
def case_edit(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    require(can_edit_case(request.user, case))
    form = CaseForm(request.POST or None, instance=case, user=request.user)
    if request.method == "POST" and form.is_valid() and (stored := form.store()):
        messages.success(request, "已保存。")
        return redirect(stored)
    return form_answer(request, form, title=f"修改 {case.number}", case=Case.objects.get(pk=pk))


def visible_case(request: HttpRequest, pk: int) -> Case:
    rows = Case.objects.visible_to(request.user).select_related("violation", "unit", "board", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def form_answer(
    request: HttpRequest,
    form: Any,
    *,
    title: str,
    submit: str = "保存",
    draft: str = "",
    lead: str = "",
    case: Case | None = None,
    danger: bool = False,
    duties: Sequence[Duty] = (),
) -> HttpResponse:
    """A form about a case, or one that makes a case. `duties`: what must have happened before what is decided here."""
    cancel = case.get_absolute_url() if case else reverse("billboards:case-list")
    context = {
        "form": form, "title": title, "submit": submit, "draft": draft, "lead": lead, "case": case, "cancel": cancel,
        "danger": danger, "duties": duties,
    }  # fmt: skip
    return render(request, "billboards/case_form.html", context, status=422 if request.method == "POST" else 200)


# --- Days -------------------------------------------------------------------------------------------------------------

CLOCK_COLUMNS = [
    Column("due_on", "届满日", sort="due_on", phone="primary"),
    Column("label", "期限", sort="label", phone="primary"),
    Column("case", "案件", value="case.number", sort="case__number", phone="secondary"),
    Column("party", "当事人", value="case.party_name", phone="secondary"),
    Column("unit", "承办单位", value="case.unit.label", sort="case__unit__order", phone="hidden"),
    Column("started_on", "起算日", sort="started_on", phone="hidden"),
    Column("side", "约束", value=lambda row: "本机关" if row.ours else "当事人", phone="hidden"),
    Column("provisional", "暂定", value=lambda row: "暂定" if row.provisional else "", phone="hidden"),
    Column("state", "案件状态", value="case.get_state_display", phone="secondary"),
]


def clock_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_CASES):
        raise PermissionDenied
    rows = running_clocks(request.user)
    filters = ClockFilter(request.GET, queryset=rows, request=request)
    today = timezone.localdate()
    return Table(
        columns=CLOCK_COLUMNS,
        rows=filters.qs,
        request=request,
        name="case-clocks",
        caption="案件期限",
        default_sort="due_on",
        row_url=lambda row: row.case.get_absolute_url(),
        row_tone=lambda row: "danger" if row.ours and row.due_on < today else "",
        filters=filters,
        export_url=reverse("staff:export", args=[CLOCK_EXPORT.key]),
        empty="没有正在计算的期限。",
    )


CLOCK_EXPORT = register_export(ListExport("billboards.clocks", "案件期限表", clock_table))


def running_clocks(user: Any) -> Any:
    rows = CaseClock.objects.visible_to(user).running()
    return rows.select_related("case__unit")


@require_GET
@VIEW
def clock_list(request: HttpRequest) -> HttpResponse:
    lead = "各法各算：《行政处罚法》的二、三、五、七日和《行政强制法》的十日以内是工作日，其余是日历日。"
    links = [("加到手机日历", reverse("billboards:case-calendar"), False)]
    context = {"table": clock_table(request), "title": "案件期限", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_GET
@VIEW
def case_calendar(request: HttpRequest) -> HttpResponse:
    """The days ahead as a calendar file: statutory days, and the earliest days of coercion."""
    today = timezone.localdate()
    clocks = list(
        running_clocks(request.user).filter(due_on__gte=today - timedelta(days=30), due_on__lte=today + AHEAD)
    )
    waiting = Q(coercion_from__gte=today, state__in=CaseState.TO_PERFORM)
    cases = list(Case.objects.visible_to(request.user).filter(waiting))
    return send_calendar(request, "执法案件期限", entries_of(clocks, cases), name="cases")
