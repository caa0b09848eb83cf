"""编制 and 配备标准: quotas, the standard with its documents, and whether the bureau has enough people."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.charts import line_chart
from config.figures import one_reading
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.figures.people import on_duty_chart
from staff.filters.people import QuotaFilter
from staff.forms.people import QuotaForm, StandardForm
from staff.headcount import count, duty_note, people_url, scopes
from staff.models import Quota, StaffingStandard
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_PEOPLE, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_PEOPLE, raise_exception=True)


@require_GET
@VIEW
def staffing(request: HttpRequest) -> HttpResponse:
    """Required, on duty, ratio and gap today; auxiliaries against established staff; the chart; the standards."""
    if not request.user.sees_all_units:
        raise PermissionDenied
    today = timezone.localdate()
    standard = StaffingStandard.objects.visible_to(request.user).in_force_on(today)
    with one_reading():
        known = scopes(today)
        numbers = {name: count(known[name], today) for name in ("duty", "established", "auxiliary")}
        data = on_duty_chart(today)
    context = {
        "today": today,
        "standard": standard,
        "numbers": numbers,
        "urls": {name: people_url(today, scope=name) for name in numbers},
        "ratio": ratio(numbers["duty"], standard),
        "gap": max(0, standard.required - numbers["duty"]) if standard else None,
        "auxiliaries_over": numbers["auxiliary"] > numbers["established"],
        "duty_note": duty_note(today),
        "data": data,
        "chart_svg": line_chart(data),
        "standards": StaffingStandard.objects.visible_to(request.user),
    }
    return render(request, "staff/staffing.html", context)


def ratio(on_duty: int, standard: StaffingStandard | None) -> Decimal | None:
    """On duty against required, in per cent with one place."""
    return (
        None
        if standard is None
        else (Decimal(on_duty) * 100 / standard.required).quantize(Decimal("0.1"), ROUND_HALF_UP)
    )


@require_http_methods(["GET", "POST"])
@MANAGE
def standard_create(request: HttpRequest) -> HttpResponse:
    form = StandardForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (stored := form.store(by=request.user)):
        is_new = stored is form.instance
        messages.success(request, "配备标准已登记。" if is_new else "同一天起用的配备标准已更正，改前改后都在日志里。")
        return redirect("staff:staffing")
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/standard_form.html", {"form": form}, status=status)


def quota_columns(day: date) -> list[Column]:
    return [
        Column("unit", "单位", value="unit.label", sort=("unit__order", "employment"), phone="primary"),
        Column("employment", "编制性质", value="get_employment_display", sort="employment", phone="secondary"),
        Column("count", "编制数", sort="count", unit="名", total=Sum("count"), phone="primary"),
        Column("valid_from", "生效日期", sort="valid_from", phone="secondary"),
        Column("valid_to", "失效日期", sort="valid_to", phone="hidden"),
        Column("document", "依据文件", phone="secondary"),
    ]


def quota_table(request: HttpRequest) -> Table:
    """Quotas in force on the day asked for (today if no filter is set)."""
    if not request.user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    asked = request.GET.copy()
    if not set(asked) & set(QuotaFilter.base_filters):
        asked["on"] = timezone.localdate().isoformat()
    filters = QuotaFilter(asked, queryset=Quota.objects.visible_to(request.user).select_related("unit"))
    return Table(
        columns=quota_columns(timezone.localdate()),
        rows=filters.qs,
        request=request,
        name="quotas",
        caption="编制数",
        default_sort="unit",
        filters=filters,
        export_url=reverse("staff:export", args=[QUOTA_EXPORT.key]),
        empty="还没有编制数。请登记编办核定的编制，或从表格导入。",
        empty_action=("登记编制数", reverse("staff:quota-create"))
        if request.user.has_perm(Perms.MANAGE_PEOPLE)
        else None,
    )


QUOTA_EXPORT = register_export(ListExport("staff.quotas", "编制数", quota_table))


@require_GET
@VIEW
def quota_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/quota_list.html", {"table": quota_table(request)})


@require_http_methods(["GET", "POST"])
@MANAGE
def quota_create(request: HttpRequest) -> HttpResponse:
    form = QuotaForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (stored := form.store(by=request.user)):
        is_new = stored is form.instance
        messages.success(
            request,
            "编制数已登记，原来的编制数到前一天为止。" if is_new else "同一天起的编制数已改正，改前改后都在日志里。",
        )
        return redirect("staff:quota-list")
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/quota_form.html", {"form": form}, status=status)
