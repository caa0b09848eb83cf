"""专项日报: what a street's day came to, confirming it, what was sent, the list of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from billboards.board_permissions import can_confirm_daily, streets_read_by
from billboards.enums.campaigns import CampaignState
from billboards.filters.campaigns import DailyFilter
from billboards.forms.campaigns import DailyForm
from billboards.models import Campaign, DailyReport
from billboards.progress import COUNTER_LABELS, Counters, counters
from billboards.views.campaigns import VIEW, visible_campaign
from billboards.workflow.dailies import latest, text_of
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.models import Unit
from staff.permissions import Perms

CONFIRM = permission_required(Perms.CONFIRM_DAILY, raise_exception=True)


def counted(name: str, label: str, unit: str) -> Column:
    return Column(name, label, unit=unit, value=lambda row: Counters.of_data(row.counters).__getattribute__(name))


def turned_out(name: str) -> Callable[[Any], Any]:
    """The sum over the editions that stand: a day that was corrected is not counted twice."""
    return lambda rows: rows.order_by().standing().aggregate(total=Sum(name))["total"]


def daily_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    rows = DailyReport.objects.visible_to(user).select_related("campaign", "street", "confirmed_by")
    filters = DailyFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("day", "日期", sort="day", phone="primary"),
            Column("street", "街道", value="street.label", sort="street__order", phone="primary"),
            Column("campaign", "专项", value="campaign.name", phone="hidden"),
            Column("edition", "版次", sort="edition", align="end", phone="hidden"),
            Column("people", "出动", unit="人次", sort="people", total=turned_out("people"), phone="hidden"),
            Column("vehicles", "车辆", unit="台次", sort="vehicles", total=turned_out("vehicles"), phone="hidden"),
            counted("found", "摸底", "个"),
            counted("notified", "告知", "份"),
            counted("pieces", "拆除", "块"),
            counted("area", "面积", "㎡"),
            counted("banners", "横幅", "条"),
            counted("sites", "清理", "处"),
            counted("settled", "销号", "个"),
            Column("is_zero", "报告", value=lambda row: "零报告" if row.is_zero else "有情况", phone="secondary"),
            Column("confirmed_by", "确认人", phone="hidden"),
            Column("confirmed_at", "确认时间", sort="confirmed_at", phone="secondary"),
        ],
        rows=filters.qs,
        request=request,
        name="dailies",
        caption="专项日报",
        default_sort="-day",
        row_url=DailyReport.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[DAILY_EXPORT.key]),
        empty="还没有确认的日报。没有日报不等于没有工作，请到专项页面确认。",
    )


DAILY_EXPORT = register_export(ListExport("billboards.dailies", "专项日报", daily_table))


@require_GET
@VIEW
def daily_list(request: HttpRequest) -> HttpResponse:
    lead = "日报按台账数据生成，各街道确认后报送；报出去的每一版都留底，更正另出一版，合计只计最后一版。"
    context = {"table": daily_table(request), "title": "专项日报", "lead": lead, "links": []}
    return render_table(request, "layout/record_list.html", context)


def differences(sent: DailyReport | None, now: Counters) -> list[str]:
    """What the items say now other than what was sent."""
    if sent is None:
        return []
    was = Counters.of_data(sent.counters)
    return [
        f"{label}：已报 {getattr(was, key)}{unit}，现在 {getattr(now, key)}{unit}"
        for key, (label, unit) in COUNTER_LABELS.items()
        if getattr(was, key) != getattr(now, key)
    ]


def asked_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


def day_links(campaign: Campaign, street: Unit, day: date) -> list[tuple[str, str]]:
    found = []
    for label, step in (("前一天", -1), ("后一天", 1)):
        number = day.toordinal() + step  # the address may name the last day that a date can be
        if campaign.start.toordinal() <= number <= campaign.end.toordinal():
            other = date.fromordinal(number).isoformat()
            found.append((label, reverse("billboards:daily", args=[campaign.pk, street.pk, other])))
    return found


def daily_context(
    request: HttpRequest, campaign: Campaign, street: Unit, day: date, form: Any = None
) -> dict[str, Any]:
    found, sent = counters(campaign, street=street, start=day, end=day), latest(campaign, street, day)
    may = can_confirm_daily(request.user, street) and campaign.state != CampaignState.DRAFT
    if form is None and may:
        kept = {"people": sent.people, "vehicles": sent.vehicles, "note": sent.note} if sent else {}
        form = DailyForm(initial={**kept, "seen": sent.edition if sent else 0})
    said = (
        {"people": sent.people, "vehicles": sent.vehicles, "note": sent.note}
        if sent
        else {"people": 0, "vehicles": 0, "note": ""}
    )
    return {
        "campaign": campaign,
        "street": street,
        "day": day,
        "stats": [(label, getattr(found, key), unit) for key, (label, unit) in COUNTER_LABELS.items()],
        "preview": text_of(campaign, street, day, found, **said),
        "sent": sent,
        "editions": DailyReport.objects.filter(campaign=campaign, street=street, day=day).select_related(
            "confirmed_by"
        ),
        "differences": differences(sent, found),
        "form": form if may else None,
        "message": f"{sent.text}{request.build_absolute_uri(sent.get_absolute_url())}" if sent else "",
        "links": day_links(campaign, street, day),
    }


@require_http_methods(["GET", "POST"])
@VIEW
def daily(request: HttpRequest, pk: int, street_pk: int, day: str) -> HttpResponse:
    campaign, on = visible_campaign(request, pk), asked_day(day)
    street = get_object_or_404(streets_read_by(request.user, campaign.streets.all()), pk=street_pk)
    if request.method == "POST":
        if not can_confirm_daily(request.user, street):
            raise PermissionDenied
        form = DailyForm(request.POST)
        if form.is_valid() and (report := form.store(campaign, street, on, by=request.user)):
            messages.success(request, f"{street.label}{on}日报已确认（第{report.edition}版），可以复制到群里。")
            return redirect(report)
        return render(request, "billboards/daily.html", daily_context(request, campaign, street, on, form), status=422)
    return render(request, "billboards/daily.html", daily_context(request, campaign, street, on))
