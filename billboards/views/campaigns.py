"""专项整治: list, one campaign with its progress by street, planning, start, close, the closing report."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.board_permissions import (
    can_confirm_daily,
    can_edit_campaign,
    can_record_in,
    can_step_campaign,
    streets_read_by,
)
from billboards.enums.boards import Measure
from billboards.enums.campaigns import CAMPAIGN_TRANSITIONS, CampaignState, ItemState
from billboards.filters.campaigns import CampaignFilter
from billboards.forms.campaigns import AssignmentForm, CampaignForm, CloseForm
from billboards.models import Campaign, CampaignAssignment, CampaignTarget, DailyReport
from billboards.progress import Counters, by_street, counters, removals_of
from billboards.workflow import campaigns
from config.signs import state_badge
from config.tables import Column, Table, render_table
from staff.case_papers import paper_head
from staff.exports import ListExport, register_export
from staff.models import Activity
from staff.pages import correct_page, form_page, pdf_answer
from staff.permissions import Perms
from staff.refusals import Refused

VIEW = permission_required(Perms.VIEW_BILLBOARDS, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_CAMPAIGNS, raise_exception=True)
LIST = ("专项整治", "billboards:campaign-list")
SHOWN_ACTIVITIES = 30


def campaign_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    counted = Q(items__state__in=ItemState.COUNTED)
    rows = Campaign.objects.visible_to(user).select_related("lead").annotate(
        found=Count("items", filter=counted, distinct=True),
        settled=Count("items", filter=Q(items__state=ItemState.SETTLED), distinct=True),
    )  # fmt: skip
    filters = CampaignFilter(request.GET, queryset=rows, request=request)
    manages = user.has_perm(Perms.MANAGE_CAMPAIGNS)
    return Table(
        columns=[
            Column("name", "名称", sort="name", phone="primary"),
            Column("start", "开始", sort="start", phone="secondary"),
            Column("end", "结束", sort="end", phone="secondary"),
            Column("lead", "牵头单位", value="lead.label", phone="hidden"),
            Column("found", "摸底", unit="个", sort="found", phone="secondary"),
            Column("settled", "销号", unit="个", sort="settled", phone="hidden"),
            Column("basis", "依据", phone="hidden", optional=True),
            Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="campaigns",
        caption="专项整治",
        default_sort="-start",
        row_url=Campaign.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[CAMPAIGN_EXPORT.key]),
        empty="还没有专项整治。新建一个，再导入或登记摸底的问题。",
        empty_action=("新建专项整治", reverse("billboards:campaign-create")) if manages else None,
    )  # fmt: skip


CAMPAIGN_EXPORT = register_export(ListExport("billboards.campaigns", "专项整治", campaign_table))


@require_GET
@VIEW
def campaign_list(request: HttpRequest) -> HttpResponse:
    links = [
        ("专项台账", reverse("billboards:item-list"), False),
        ("拆除记录", reverse("billboards:removal-list"), False),
    ]
    if request.user.has_perm(Perms.MANAGE_CAMPAIGNS):
        links.insert(0, ("新建专项整治", reverse("billboards:campaign-create"), True))
    lead = "一个月内能依法做完的是摸底、告知、自行和协助拆除、维修、当场处罚；强制拆除等案件程序。"
    context = {"table": campaign_table(request), "title": "专项整治", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


def visible_campaign(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user).select_related("lead"), pk=pk)


@require_http_methods(["GET", "POST"])
@MANAGE
def campaign_create(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (campaign := form.store()):
        messages.success(request, "已新建。各阶段按 30 天的比例排好；核对目标和分工后点“开始”。")
        return redirect(campaign)
    return form_page(request, form, title="新建专项整治", back=LIST, draft="campaign-new")


@require_http_methods(["GET", "POST"])
@MANAGE
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    if not can_edit_campaign(request.user, campaign):
        messages.info(request, "专项已总结，不能修改。")
        return redirect(campaign)
    form = CampaignForm(request.POST or None, instance=campaign, user=request.user)
    return correct_page(request, form, title=f"修改{campaign.name}", back=LIST, done="已保存。")


def items_url(campaign: Campaign, **query: Any) -> str:
    return f"{reverse('billboards:item-list')}?{urlencode({'campaign': campaign.pk, **query})}"


def removals_url(campaign: Campaign, **query: Any) -> str:
    return f"{reverse('billboards:removal-list')}?{urlencode({'campaign': campaign.pk, **query})}"


def stats_of(campaign: Campaign, total: Counters) -> list[tuple[str, Any, str, str]]:
    """(label, value, unit, address); each measure by itself."""
    return [
        ("摸底", total.found, "个", items_url(campaign)),
        ("已告知", total.notified, "个", items_url(campaign, notified_from="2000-01-01")),
        ("已销号", total.settled, "个", items_url(campaign, state=ItemState.SETTLED)),
        ("拆除", total.pieces, "块", removals_url(campaign, measure=Measure.PIECE)),
        ("拆除面积", total.area, "㎡", removals_url(campaign, measured="true")),
        ("清理横幅", total.banners, "条", removals_url(campaign, measure=Measure.BANNER)),
        ("清理", total.sites, "处", removals_url(campaign, measure=Measure.SITE)),
        ("转立案", total.cases, "个", items_url(campaign, cased="true")),
        ("程序瑕疵", total.flawed, "个", removals_url(campaign, flawed="true")),
    ]


def target_lines(campaign: Campaign) -> list[dict[str, Any]]:
    """Each target with what came down of its kind and measure."""
    gone = removals_of(campaign).order_by()
    lines = []
    for target in campaign.targets.all():
        rows = gone.filter(item__kind=target.kind, measure=target.measure)
        lines.append(
            {"target": target, "done": sum(rows.values_list("quantity", flat=True)), "url": target_url(target)}
        )
    return lines


def target_url(target: CampaignTarget) -> str:
    return removals_url(target.campaign, kind=target.kind, measure=target.measure)


def progress_lines(request: HttpRequest, campaign: Campaign, read: set[int]) -> list[dict[str, Any]]:
    """The progress board; where a street's daily report of today stands."""
    today = timezone.localdate()
    told = set(DailyReport.objects.filter(campaign=campaign, day=today).values_list("street", flat=True))
    lines = []
    for line in by_street(campaign):
        daily = reverse("billboards:daily", args=[campaign.pk, line.street.pk, today.isoformat()])
        lines.append(
            {
                "line": line,
                "url": items_url(campaign, street=line.street.pk),
                "open_url": items_url(campaign, street=line.street.pk, state="open"),
                "daily_url": daily,
                "seen": line.street.pk in read,
                "told": line.street.pk in told,
                "mine": can_confirm_daily(request.user, line.street),
            }
        )
    return lines


def campaign_page(
    request: HttpRequest, campaign: Campaign, *, close_form: Any = None, assign_form: Any = None, status: int = 200
) -> HttpResponse:
    user = request.user
    read = set(streets_read_by(user, campaign.streets.all()).values_list("pk", flat=True))
    lines = progress_lines(request, campaign, read)
    # The numbers are the whole campaign's: they open lists for those who read all of it.
    whole = len(read) == len(lines)
    can_close = can_step_campaign(user, campaign, "close")
    context = {
        "campaign": campaign,
        "stats": stats_of(campaign, counters(campaign)),
        "whole": whole,
        "lines": lines,
        "targets": target_lines(campaign),
        "phases": campaign.phases.all(),
        "assignments": campaign.assignments.select_related("street", "community", "officer"),
        "activities": Activity.objects.about(campaign)[:SHOWN_ACTIVITIES],
        "can_edit": can_edit_campaign(user, campaign),
        "can_start": can_step_campaign(user, campaign, "start"),
        "can_record": can_record_in(user, campaign),
        "close_form": close_form or (CloseForm() if can_close else None),
        "close_text": f"{CAMPAIGN_TRANSITIONS['close'].basis}。总结后数据留底，未销号的 {campaigns.unreviewed(campaign)} 个列在最前。",
        "assign_form": assign_form
        or (AssignmentForm(campaign=campaign) if can_edit_campaign(user, campaign) else None),
        "is_over": campaign.state == CampaignState.RUNNING and campaign.end < timezone.localdate(),
    }
    return render(request, "billboards/campaign_detail.html", context, status=status)


@require_GET
@VIEW
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return campaign_page(request, visible_campaign(request, pk))


@require_POST
@MANAGE
def campaign_start(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    try:
        campaigns.start_campaign(campaign, by=request.user)
        messages.success(request, f"{campaign.name}已开始，已通知各街道。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(campaign)


@require_POST
@MANAGE
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, form = visible_campaign(request, pk), CloseForm(request.POST)
    if form.is_valid():
        try:
            form.take(campaign, by=request.user)
            messages.success(request, f"{campaign.name}已总结。未结案件转执法程序，继续依法办理。")
            return redirect("billboards:campaign-report", pk=campaign.pk)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return campaign_page(request, campaign, close_form=form, status=422)


@require_POST
@MANAGE
def assignment_create(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    form = AssignmentForm(request.POST, campaign=campaign)
    if not can_edit_campaign(request.user, campaign):
        messages.info(request, "专项已总结，不能再分工。")
        return redirect(campaign)
    if form.is_valid():
        try:
            form.take(by=request.user)
            messages.success(request, "已分工。")
            return redirect(campaign)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return campaign_page(request, campaign, assign_form=form, status=422)


@require_POST
@MANAGE
def assignment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CampaignAssignment.objects.filter(campaign__in=Campaign.objects.visible_to(request.user))
    assignment = get_object_or_404(rows.select_related("campaign"), pk=pk)
    campaign = assignment.campaign
    if can_edit_campaign(request.user, campaign):
        campaigns.unassign(assignment, by=request.user)
        messages.success(request, "已取消分工。")
    else:
        messages.info(request, "专项已总结，分工不再改动。")
    return redirect(campaign)


# --- Closing report -------------------------------------------------------------------------------------------------------


def sentence(campaign: Campaign, total: Counters) -> str:
    """The results in the words of such reports; each measure by itself."""
    dailies = latest_dailies(campaign)
    people, vehicles = sum(each.people for each in dailies), sum(each.vehicles for each in dailies)
    parts = [f"出动执法人员{people}人次、车辆{vehicles}台次"] if people or vehicles else []
    parts += [f"摸底问题{total.found}个", f"告知{total.notified}份"]
    modes = [
        f"{label}{value}块"
        for label, value in (
            ("自行拆除", total.voluntary), ("协助拆除", total.assisted), ("即时清理", total.cleared),
            ("依法强制拆除", total.coercive), ("无主处置", total.ownerless), ("应急排险", total.emergency),
        )
        if value
    ]  # fmt: skip
    parts.append(f"拆除{total.pieces}块" + (f"，其中{'、'.join(modes)}" if modes else ""))
    area = f"{total.area.normalize():f}" if total.area else ""  # of all that came down, the banners' too
    for value, words in ((total.banners, "清理横幅{}条"), (total.sites, "清理{}处"), (area, "拆除（清理）面积{}㎡"),
                         (total.repaired, "维修更换{}个"), (total.cases, "转立案{}个")):  # fmt: skip
        if value:
            parts.append(words.format(value))
    parts.append(f"销号{total.settled}个")
    return "，".join(parts) + "。"


def latest_dailies(campaign: Campaign) -> list[DailyReport]:
    """The edition that stands of each street and day."""
    return list(DailyReport.objects.filter(campaign=campaign).standing())


def report_context(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """The numbers are the whole campaign's; of what is left, each reads that of the own ground."""
    total, left = counters(campaign), campaigns.open_items(campaign)
    seen = set(campaign.items.visible_to(request.user).values_list("pk", flat=True))
    return {
        "campaign": campaign,
        "total": total,
        "sentence": sentence(campaign, total),
        "lines": by_street(campaign),
        "targets": target_lines(campaign),
        "open_items": [item for item in left if item.pk in seen],
        "not_listed": sum(item.pk not in seen for item in left),
        "frozen": Counters.of_data(campaign.result) if campaign.result else None,
        "dailies": len(latest_dailies(campaign)),
    }


@require_GET
@VIEW
def campaign_report(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    return render(request, "billboards/campaign_report.html", report_context(request, campaign))


@require_GET
@VIEW
def campaign_report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    title = f"{campaign.name}总结"
    day = timezone.localdate(campaign.closed_at) if campaign.closed_at else timezone.localdate()
    context = {**report_context(request, campaign), "paper": paper_head(title, number="", day=day)}
    return pdf_answer(request, "billboards/pdf/campaign_report.html", context, title)
