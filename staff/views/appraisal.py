"""科室考核: rounds, the sheet of a unit, publishing, results as .xlsx and PDF."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.pdf import render_pdf
from config.tables import Column, Table, render_table
from staff.enums import AppraisalState
from staff.exports import ListExport, register_export
from staff.files import send_made
from staff.filters.appraisal import ResultFilter, RoundFilter
from staff.forms.appraisal import RewardForm, RoundForm, SheetScoresForm
from staff.imports.workbooks import SheetOf, write_book
from staff.models import (
    Activity,
    AppraisalEntry,
    AppraisalRound,
    AppraisalScheme,
    AppraisalScore,
    AppraisalSheet,
    User,
    Verb,
    setting,
)
from staff.permissions import Perms, can_group_score, can_self_score, may_judge
from staff.refusals import Refused
from staff.result_sheet import ResultLine, result_lines
from staff.workflow import appraisal

VIEW = permission_required(Perms.VIEW_APPRAISALS, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_APPRAISALS, raise_exception=True)
SCORE_HEAD = ("考核项目", "类别", "分值", "评分标准", "自评", "考核组评分", "扣分理由")
ENTRY_HEAD = ("单位", "日期", "事由", "人员", "单位加减分", "个人加减分", "计入单位", "决定依据")


def round_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_APPRAISALS):
        raise PermissionDenied
    manages = user.has_perm(Perms.MANAGE_APPRAISALS)
    filters = RoundFilter(request.GET, queryset=AppraisalRound.objects.visible_to(user).select_related("scheme"))
    return Table(
        columns=[
            Column("period", "期间", value="label", sort=("end", "start"), phone="primary"),
            Column("scheme", "考核办法", value="scheme.name", phone="secondary"),
            Column("state", "状态", value="get_state_display", sort="state", template="staff/_appraisal_state_cell.html", phone="primary"),
            Column("published_at", "公布时间", sort="published_at", phone="secondary"),
        ],
        rows=filters.qs,
        request=request,
        name="appraisals",
        caption="科室考核",
        default_sort="-period",
        row_url=AppraisalRound.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[ROUND_EXPORT.key]),
        empty="还没有科室考核。" if manages else "还没有科室考核，开始后会通知您。",
        empty_action=first_step() if manages else None,
    )  # fmt: skip


ROUND_EXPORT = register_export(ListExport("staff.appraisal_rounds", "科室考核", round_table))


@require_GET
@VIEW
def round_list(request: HttpRequest) -> HttpResponse:
    context = {"table": round_table(request), "manages": request.user.has_perm(Perms.MANAGE_APPRAISALS)}
    return render_table(request, "staff/appraisal_round_list.html", context)


def first_step() -> tuple[str, str]:
    """Before the first round a scheme is needed."""
    if AppraisalScheme.objects.exists():
        return "开始考核", reverse("staff:appraisal-round-create")
    return "先登记考核办法", reverse("staff:appraisal-scheme-create")


@require_http_methods(["GET", "POST"])
@MANAGE
def round_create(request: HttpRequest) -> HttpResponse:
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (opened := form.store(by=request.user)):
        messages.success(request, f"{opened}已开始，共 {opened.sheets.count()} 个单位。")
        return redirect(opened)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/appraisal_round_form.html", {"form": form}, status=status)


def visible_round(request: HttpRequest, pk: int) -> AppraisalRound:
    return get_object_or_404(AppraisalRound.objects.visible_to(request.user).select_related("scheme"), pk=pk)


def shown_lines(user: User, opened: AppraisalRound) -> list[ResultLine]:
    """Everybody sees the units that he may see; before publication ranks are for those who see all."""
    lines = result_lines(opened)
    return lines if user.sees_all_units else [line for line in lines if line.sheet.unit_id in user.unit_ids]


def round_columns(user: User, opened: AppraisalRound) -> list[Column]:
    published = opened.is_published
    columns = [
        Column("unit", "单位", sort="unit", phone="primary"),
        Column("rank", "名次", sort="rank", align="end", phone="primary" if published else "hidden"),
        Column("self_total", "自评", unit="分", phone="hidden"),
        Column("group_total", "考核组评分", sort="group_total", unit="分", phone="secondary"),
        Column("missing", "未评", unit="项", phone="hidden" if published else "secondary"),
        Column("entry_points", "加减分", sort="entry_points", unit="分", phone="secondary"),
        Column("total", "总得分" if published else "暂计总分", sort="total", unit="分", phone="primary"),
        Column("grade", "等次" if published else "暂定等次", value="grade_label", phone="secondary"),
        Column("reward", "奖励金额", value="sheet.reward", unit="元", phone="hidden"),
    ]
    hidden = {
        "rank": not (published or user.sees_all_units),
        "self_total": not (setting("appraisal.self_score") or published_self(opened)),
        "missing": published,
        "reward": not (published and setting("appraisal.reward")),
    }
    return [column for column in columns if not hidden.get(column.name)]


def published_self(opened: AppraisalRound) -> bool:
    """Whether the round began with self-scores, whatever the setting says today."""
    return AppraisalScore.objects.filter(sheet__round=opened).exclude(self_score=None).exists()


@require_GET
@VIEW
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    opened, user = visible_round(request, pk), request.user
    lines = shown_lines(user, opened)
    manages = user.has_perm(Perms.MANAGE_APPRAISALS)
    table = Table(
        columns=round_columns(user, opened),
        rows=lines,
        request=request,
        name="appraisal-results",
        caption=f"{opened}结果",
        size=100,
        row_url=lambda line: line.sheet.get_absolute_url(),
        empty="这次考核里没有您的单位。",
    )
    context = {
        "round": opened,
        "table": table,
        "can_close_self": manages and opened.state == AppraisalState.OPEN,
        "can_publish": manages and opened.state == AppraisalState.SCORING,
        "can_discard": manages and not opened.is_published and not touched(lines),
        "consequence": frozen_words(opened),
        "can_print": user.sees_all_units,
        "missing": [line.unit for line in lines if line.missing],
        "activities": Activity.objects.about(opened)[:30],
    }
    return render_table(request, "staff/appraisal_round.html", context)


def frozen_words(opened: AppraisalRound) -> str:
    """What publishing closes; before the period's end also what may still happen in it."""
    words = "得分、等次和名次从此定格，评分和加减分不能再改，并通知各单位。"
    return (
        words
        if opened.end < timezone.localdate()
        else f"期间到 {opened.end} 才结束，公布后不能再登记这以前的加减分。{words}"
    )


def touched(lines: list[ResultLine]) -> bool:
    """Whether anything was scored or entered."""
    return any(
        line.self_total is not None or line.group_total is not None or line.sheet.entries.all() for line in lines
    )


@require_POST
@MANAGE
def round_score(request: HttpRequest, pk: int) -> HttpResponse:
    """End the self-scores; from now on the assessment group scores."""
    opened = visible_round(request, pk)
    return step(
        request, opened, lambda: appraisal.close_self_scores(opened, by=request.user), "自评已结束，考核组可以评分。"
    )


@require_POST
@MANAGE
def round_discard(request: HttpRequest, pk: int) -> HttpResponse:
    opened = visible_round(request, pk)
    try:
        appraisal.discard_round(opened, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(opened)
    messages.success(request, f"{opened}已取消。")
    return redirect("staff:appraisal-round-list")


@require_POST
@MANAGE
def round_publish(request: HttpRequest, pk: int) -> HttpResponse:
    opened = visible_round(request, pk)
    return step(
        request, opened, lambda: appraisal.publish(opened, by=request.user), "结果已公布，得分、等次和名次不再改动。"
    )


def step(request: HttpRequest, opened: AppraisalRound, take: Any, done: str) -> HttpResponse:
    try:
        take()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(opened)


# --- One unit's sheet -------------------------------------------------------------------------------------------------


def visible_sheet(request: HttpRequest, pk: int) -> AppraisalSheet:
    rows = AppraisalSheet.objects.visible_to(request.user).select_related("round__scheme", "unit")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@VIEW
def sheet_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The score form (考核项目 | 分值 | 评分标准 | 自评 | 考核组评分 | 扣分理由), typed straight down, and the 加减分."""
    sheet, user = visible_sheet(request, pk), request.user
    may_self, may_group = can_self_score(user, sheet), can_group_score(user, sheet)
    if request.method == "POST" and not (may_self or may_group):
        messages.error(request, f"{sheet.round}现在是“{sheet.round.get_state_display()}”，您不能填写这张表。")
        return redirect(sheet)
    form = SheetScoresForm(request.POST or None, sheet=sheet, may_self=may_self, may_group=may_group)
    if request.method == "POST" and form.is_valid() and form.store(by=user):
        messages.success(request, f"{sheet.unit.label}的评分已保存。")
        return redirect(sheet)
    return sheet_page(request, sheet, form, status=422 if request.method == "POST" else 200)


def sheet_page(
    request: HttpRequest, sheet: AppraisalSheet, form: SheetScoresForm, *, reward: RewardForm | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    user, opened = request.user, sheet.round
    line = next(line for line in result_lines(opened) if line.sheet.pk == sheet.pk)
    rewards = opened.is_published and bool(setting("appraisal.reward"))
    context = {
        "sheet": sheet,
        "round": opened,
        "line": line,
        "form": form,
        "can_score": bool(form.names),
        "with_self": opened.state == AppraisalState.OPEN or line.self_total is not None,
        "entries": sheet.entries.select_related("person").order_by("-happened_on", "-pk"),
        "can_add": may_judge(user, sheet) and not opened.is_published,
        "show_rank": opened.is_published or user.sees_all_units,
        "show_reward": rewards,
        "reward_form": reward or RewardForm(instance=sheet) if rewards and user.has_perm(Perms.MANAGE_APPRAISALS) else None,
        "activities": Activity.objects.about(sheet)[:30],
    }  # fmt: skip
    return render(request, "staff/appraisal_sheet.html", context, status=status)


@require_POST
@MANAGE
def sheet_reward(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = visible_sheet(request, pk)
    if not setting("appraisal.reward"):
        raise Http404
    form = RewardForm(request.POST, instance=visible_sheet(request, pk))
    if form.is_valid() and form.store(by=request.user):
        messages.success(request, "奖励金额已登记。")
        return redirect(sheet)
    scores = SheetScoresForm(None, sheet=sheet, may_self=False, may_group=False)
    return sheet_page(request, sheet, scores, reward=form, status=422)


# --- Results ----------------------------------------------------------------------------------------------------------


def result_table(request: HttpRequest) -> Table:
    """Published results of all rounds: what the figures of the summary open."""
    user = request.user
    if not user.has_perm(Perms.VIEW_APPRAISALS):
        raise PermissionDenied
    rows = AppraisalSheet.objects.visible_to(user).exclude(total=None).select_related("round", "unit")
    filters = ResultFilter(request.GET, queryset=rows, request=request)
    columns = [
        Column("unit", "单位", value="unit.label", sort="unit__order", phone="primary"),
        Column("round", "考核", value="round.label", sort=("round__end", "-rank"), phone="secondary"),
        Column("total", "总得分", sort="total", unit="分", phone="primary"),
        Column("grade", "等次", value="get_grade_display", sort="-total", phone="secondary"),
        Column("rank", "名次", sort="rank", align="end", phone="secondary"),
    ]
    if setting("appraisal.reward"):
        columns.append(Column("reward", "奖励金额", unit="元", total=total_of_rewards, phone="hidden"))
    return Table(
        columns=columns,
        rows=filters.qs,
        request=request,
        name="appraisal-published",
        caption="考核结果",
        default_sort="-round",
        row_url=AppraisalSheet.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[RESULT_EXPORT.key]),
        empty="还没有公布的考核结果。",
    )


def total_of_rewards(rows: QuerySet[AppraisalSheet]) -> Any:
    return sum(row.reward or 0 for row in rows.order_by())


RESULT_EXPORT = register_export(ListExport("staff.appraisal_results", "考核结果", result_table))


@require_GET
@VIEW
def result_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/appraisal_result_list.html", {"table": result_table(request)})


def paper_of(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What the printed result holds: for those who see all units."""
    if not request.user.sees_all_units:
        raise PermissionDenied
    opened = visible_round(request, pk)
    scores = AppraisalScore.objects.filter(sheet__round=opened).select_related("sheet__unit", "item")
    entries = AppraisalEntry.objects.counted().filter(sheet__round=opened).select_related("sheet__unit", "person")
    with_self = any(score.self_score is not None for score in scores)
    return {
        "round": opened,
        "lines": result_lines(opened),
        "scores": sorted(scores, key=lambda score: (score.sheet.unit.order, score.sheet.pk, score.item.order)),
        "entries": entries.order_by("sheet__unit__order", "happened_on", "pk"),
        "with_self": with_self,
        "with_reward": opened.is_published and bool(setting("appraisal.reward")),
        "note": "" if opened.is_published else "暂计，未公布",
    }


@require_GET
@VIEW
def round_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    paper = paper_of(request, pk)
    title = f"{paper['round']}结果"
    note = f"填报单位：{setting('bureau.name')}　依据：{paper['round'].scheme.name}　{paper['note']}"
    reward = ("奖励金额（元）",) if paper["with_reward"] else ()
    book = [
        SheetOf(
            "考核结果",
            ("名次", "单位", "考核组评分", "加减分", "总得分", "等次", *reward),
            [
                [line.rank, line.unit, line.group_total, line.entry_points, line.total, line.grade_label, *([line.sheet.reward] if reward else [])]
                for line in paper["lines"]
            ],
            note,
        ),
        SheetOf(
            "项目得分",
            ("单位", *SCORE_HEAD),
            [
                [s.sheet.unit.label, s.item.name, s.item.group, s.item.points, s.item.standard, s.self_score, s.group_score, s.reason]
                for s in paper["scores"]
            ],
            note,
        ),
        SheetOf("加减分", ENTRY_HEAD, [entry_row(entry) for entry in paper["entries"]], note),
    ]  # fmt: skip
    target = io.BytesIO()
    count = write_book(target, book, prepared_by=str(request.user))
    Activity.record(Verb.EXPORT, paper["round"], by=request.user, title=f"导出{title}", note=f"{count} 行")
    return send_made(target.getvalue(), f"{title}.xlsx")


def entry_row(entry: AppraisalEntry) -> list[Any]:
    return [
        entry.sheet.unit.label,
        entry.happened_on,
        entry.event,
        entry.person.name if entry.person else "",
        entry.unit_points,
        entry.counted_person_points,
        entry.counted_points,
        entry.decided_by,
    ]


@require_GET
@VIEW
def round_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    paper = paper_of(request, pk)
    title = f"{paper['round']}结果"
    note = f"依据：{paper['round'].scheme.name}　{paper['note']}"
    paper["sheet"] = {"title": title, "unit": setting("bureau.name"), "note": note, "prepared_by": str(request.user)}
    content = render_pdf("staff/pdf/appraisal_result.html", paper)
    Activity.record(Verb.PRINT, paper["round"], by=request.user, title=f"打印{title}")
    return send_made(content, f"{title}.pdf", inline=True)
