"""The scoring rules in versions and the table of rewards: read by all who see scores, kept by the assessment office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from inspections.composite import Component
from inspections.enums import AreaType, Source
from inspections.forms.scores import RewardEndForm, RewardForm, RulesForm
from inspections.models import RewardRule, ScoringRuleSet
from inspections.workflow.rules import why_in_use
from staff.models import Activity
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_SCORES, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_SCORES, raise_exception=True)


@require_GET
@VIEW
def rules_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=[
            Column("name", "名称", phone="primary"),
            Column("source", "依据文件", phone="secondary"),
            Column("valid_from", "施行日期", sort="valid_from", phone="secondary"),
            Column("rounding", "取舍", value="get_rounding_display", phone="hidden"),
            Column("made_by", "登记人", phone="hidden"),
        ],
        rows=ScoringRuleSet.objects.select_related("made_by"),
        request=request,
        name="rules",
        default_sort="-valid_from",
        row_url=ScoringRuleSet.get_absolute_url,
        empty="还没有计分规则，暂按程序里的建议值计分。请新建一版并写明依据文件。",
    )
    context = {"table": table, "can_manage": request.user.has_perm(Perms.MANAGE_SCORES)}
    return render_table(request, "inspections/rules_list.html", context)


@require_GET
@VIEW
def rules_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rules = get_object_or_404(ScoringRuleSet.objects.select_related("made_by"), pk=pk)
    reason = why_in_use(rules)
    context = {
        "rules": rules,
        "reason": reason,
        "can_edit": request.user.has_perm(Perms.MANAGE_SCORES) and not reason,
        "can_manage": request.user.has_perm(Perms.MANAGE_SCORES),
        "weights": [(component.label, rules.weights[component]) for component in Component],
        "areas": [(area.label, rules.area_coefficients.get(area.value)) for area in AreaType],
        "sources": [(source.label, rules.source_multipliers.get(source.value)) for source in Source],
        "activities": Activity.objects.about(rules)[:30],
    }
    return render(request, "inspections/rules_detail.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def rules_create(request: HttpRequest) -> HttpResponse:
    """A new version begins with the numbers of the newest."""
    newest = ScoringRuleSet.objects.order_by("-valid_from").first() or ScoringRuleSet()
    newest.pk, newest.valid_from, newest.source, newest.saved = None, None, "", 1
    newest._state.adding = True
    form = RulesForm(request.POST or None, instance=newest)
    if request.method == "POST" and form.is_valid():
        rules = form.store(by=request.user)
        if rules is not None:
            messages.success(request, f"已新建{rules}。从施行之日起发现的问题按它计分，以前的不变。")
            return redirect(rules)
    context = {"form": form, "title": "新建计分规则", "back": reverse("inspections:rules-list")}
    return render(request, "inspections/rules_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def rules_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rules = get_object_or_404(ScoringRuleSet, pk=pk)
    if reason := why_in_use(rules):
        messages.info(request, reason)
        return redirect(rules)
    form = RulesForm(request.POST or None, instance=rules)
    if request.method == "POST" and form.is_valid():
        stored = form.store(by=request.user)
        if stored is not None:
            messages.success(request, "已保存。")
            return redirect(stored)
    context = {"form": form, "title": "修改计分规则", "back": rules.get_absolute_url()}
    return render(request, "inspections/rules_form.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@VIEW
def reward_list(request: HttpRequest) -> HttpResponse:
    today, manages = timezone.localdate(), request.user.has_perm(Perms.MANAGE_SCORES)
    table = Table(
        columns=[
            Column("group", "排名组", value="get_group_display", sort="group", phone="secondary"),
            Column("place", "名次", phone="primary"),
            Column("kind", "措施", value="get_kind_display", sort="kind", phone="primary"),
            Column("amount", "金额", unit="元", phone="secondary"),
            Column("source", "依据文件", phone="hidden"),
            Column("valid_from", "施行日期", sort="valid_from", phone="hidden"),
            Column("valid_to", "废止日期", phone="hidden"),
        ],
        rows=RewardRule.objects.all(),
        request=request,
        name="rewards",
        row_tone=lambda reward: "muted" if reward.valid_to and reward.valid_to < today else "",
        row_url=(lambda reward: reverse("inspections:reward-end", args=[reward.pk])) if manages else None,
        empty="还没有奖惩办法。登记后，通报按名次带出奖励、扣减考评资金、黄牌和约谈。",
        empty_action=("登记一条", reverse("inspections:reward-create")) if manages else None,
    )
    return render_table(request, "inspections/reward_list.html", {"table": table, "can_manage": manages})


@require_http_methods(["GET", "POST"])
@MANAGE
def reward_create(request: HttpRequest) -> HttpResponse:
    form = RewardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reward = form.store(by=request.user)
        if reward is not None:
            messages.success(request, f"已登记：{reward}。")
            return redirect("inspections:reward-list")
    context = {"form": form, "title": "登记奖惩办法", "back": reverse("inspections:reward-list"), "reward": None}
    return render(request, "inspections/reward_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def reward_end(request: HttpRequest, pk: int) -> HttpResponse:
    reward = get_object_or_404(RewardRule, pk=pk)
    form = RewardEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.store(reward, by=request.user):
        messages.success(request, f"已废止：{reward}。")
        return redirect("inspections:reward-list")
    context = {"form": form, "title": f"废止：{reward}", "back": reverse("inspections:reward-list"), "reward": reward}
    return render(request, "inspections/reward_form.html", context, status=422 if request.method == "POST" else 200)
