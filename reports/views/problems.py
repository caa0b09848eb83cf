"""存在的问题: the list, one problem with its evidence then and now, its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.figures import one_reading
from config.periods import Period
from config.tables import Column, Table
from reports.compilation import Draft
from reports.enums import PROBLEM_TRANSITIONS
from reports.filters import ProblemFilter
from reports.forms.plans import ProblemForm, ProblemStepForm
from reports.models import Problem
from reports.permissions import can_manage_plan, can_read_reports
from reports.registry import known_keys
from reports.tokens import Token, parse
from reports.views.office import MANAGE, VIEW, record_list
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.models import User
from staff.pages import (
    Fact,
    RecordPage,
    Step,
    correct_page,
    form_page,
    recorded_fact,
    take_form,
    void_step,
)
from staff.permissions import Perms

PROBLEMS = ("存在的问题", "reports:problem-list")
PROBLEM_WORDS = {
    "solve": "从下一期起不再作为遗留问题列出；解决办法写进总结时可以引用。",
    "reopen": "重新作为未解决的问题列出；原解决办法从页面去掉，经过里保留。",
}


def problem_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_TASKS):
        raise PermissionDenied
    rows = Problem.objects.visible_to(user).select_related("owner")
    filters = ProblemFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("title", "问题", sort="title", phone="primary"),
            Column("state", "状态", value="get_state_display", sort="state", phone="secondary"),
            Column("since", "列入期间", value="period.label", sort="starts_on", phone="secondary"),
            Column("owner", "牵头单位", value=lambda row: row.owner.label if row.owner else "", sort="owner__order",
                   phone="secondary"),
            Column("text", "具体表现", phone="hidden"),
            Column("solved_on", "解决日期", sort="solved_on", phone="hidden"),
            Column("solution", "怎样解决", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="problems",
        caption="存在的问题",
        default_sort="since",
        row_url=Problem.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[PROBLEM_EXPORT.key]),
        empty="还没有登记存在的问题。由办公室登记，解决前每期都会列出。",
        empty_action=("登记问题", reverse("reports:problem-create")) if user.has_perm(Perms.MANAGE_TASKS) else None,
    )  # fmt: skip


PROBLEM_EXPORT = register_export(ListExport("reports.problems", "存在的问题", problem_table))


@require_GET
@VIEW
def problem_list(request: HttpRequest) -> HttpResponse:
    lead = "没有解决的问题自动转入下一期，直到登记怎样解决。"
    create = ("登记问题", "reports:problem-create")
    return record_list(request, problem_table(request), "存在的问题", lead, create)


@require_http_methods(["GET", "POST"])
@MANAGE
def problem_create(request: HttpRequest) -> HttpResponse:
    form = ProblemForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (problem := form.store()):
        messages.success(request, "问题已登记，解决前每期都会列出。")
        return redirect(problem)
    return form_page(request, form, title="登记问题", back=PROBLEMS, submit="登记", draft="problem-new")


def visible_problem(request: HttpRequest, pk: int) -> Problem:
    rows = Problem.objects.visible_to(request.user).select_related("owner", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def evidence_lines(problem: Problem, user: User) -> list[dict[str, str]]:
    """Each figure then (when the problem was listed) and now, with the addresses of the rows; for who sees all units."""
    if not problem.evidence or not can_read_reports(user):
        return []
    today, known = timezone.localdate(), known_keys()
    now = Period.half_year_of(today)
    drafts = {"then": Draft(problem.period), "now": Draft(now)}
    lines = []
    for name in problem.evidence:
        token = next(iter(parse(f"{{{{ {name} }}}}", known).tokens), None)
        if token is not None:
            lines.append(evidence_line(drafts, token))
    return lines


def evidence_line(drafts: dict[str, Draft], token: Token) -> dict[str, str]:
    spans = {when: draft.resolve(token) for when, draft in drafts.items()}
    line = {"label": drafts["now"].figures[token.name]["label"]}
    for when, span in spans.items():
        line |= {when: span.text, f"{when}_url": span.url, f"{when}_period": drafts[when].period.label}
    return line


def problem_page(request: HttpRequest, problem: Problem) -> RecordPage:
    may = can_manage_plan(request.user, problem)
    steps = []
    for edge, step in PROBLEM_TRANSITIONS.items():
        if may and problem.state == step.source:
            url = reverse("reports:problem-step", args=[problem.pk, edge])
            steps.append(Step(edge, step.label, url, PROBLEM_WORDS[edge], ProblemStepForm(edge=edge), first=True))
    if may:
        steps.append(void_step(reverse("reports:problem-void", args=[problem.pk]), VoidForm()))
    facts = [
        Fact("列入期间", problem.period.label),
        Fact("牵头单位", problem.owner.label if problem.owner else ""),
        Fact("具体表现", problem.text),
    ]
    if problem.solved_on:
        facts.append(Fact("怎样解决", problem.solution, note=str(problem.solved_on)))
    with one_reading():
        evidence = evidence_lines(problem, request.user)
    return RecordPage(
        record=problem,
        title=problem.title,
        crumbs=[PROBLEMS],
        facts=[*facts, *recorded_fact(problem)],
        badge=("已作废", "grey")
        if problem.is_voided
        else (problem.get_state_display(), "amber" if problem.is_open else "green"),
        edit_url=reverse("reports:problem-edit", args=[problem.pk]) if may else "",
        steps=steps,
        parts=["reports/_problem_parts.html"],
        more={"problem": problem, "evidence": evidence},
    )


@require_GET
@VIEW
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return problem_page(request, visible_problem(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@MANAGE
def problem_edit(request: HttpRequest, pk: int) -> HttpResponse:
    problem = visible_problem(request, pk)
    form = ProblemForm(request.POST or None, instance=problem, user=request.user)
    return correct_page(request, form, title="修改问题", back=PROBLEMS)


def problem_dialog(request: HttpRequest, pk: int, form: Any, name: str, done: str) -> HttpResponse:
    problem = visible_problem(request, pk)
    return take_form(
        request,
        problem,
        form,
        page=problem_page,
        step=name,
        done=done,
    )


@require_POST
@MANAGE
def problem_step(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    if edge not in PROBLEM_TRANSITIONS:
        raise Http404
    form = ProblemStepForm(request.POST, edge=edge)
    return problem_dialog(request, pk, form, edge, f"{PROBLEM_TRANSITIONS[edge].label}，已登记。")


@require_POST
@MANAGE
def problem_void(request: HttpRequest, pk: int) -> HttpResponse:
    return problem_dialog(request, pk, VoidForm(request.POST), "void", "已作废，不再计入数据。")
