"""重点工作: list, one task with its measures and progress, its steps."""

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
from config.signs import due
from config.tables import Column, Table, render_table
from reports import counting
from reports.enums import TASK_TRANSITIONS
from reports.figures.tallies import number_words, same_period_words, tally_url
from reports.filters import TaskFilter
from reports.forms.tasks import STEP_WORDS, MeasureForm, NoteForm, TaskForm, TaskStepForm
from reports.models import KeyTask, Measure
from reports.permissions import can_manage_task, can_note_task
from reports.views.office import MANAGE, VIEW
from reports.workflow import tasks
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.pages import (
    Fact,
    RecordPage,
    Step,
    correct_page,
    form_page,
    recorded_fact,
    require,
    take_form,
    void_step,
)
from staff.permissions import Perms

LIST = ("重点工作", "reports:task-list")


def due_sign(task: KeyTask) -> str:
    return due(task.due, (task.due_light, task.due_words) if task.due and task.is_open else None)


def task_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_TASKS):
        raise PermissionDenied
    rows = KeyTask.objects.visible_to(user).select_related("owner")
    filters = TaskFilter(request.GET, queryset=rows, request=request)
    manages = user.has_perm(Perms.MANAGE_TASKS)
    return Table(
        columns=[
            Column("title", "任务", sort="title", phone="primary"),
            Column("state", "状态", value="get_state_display", sort="state", phone="secondary"),
            Column("owner", "责任单位", value="owner.label", sort="owner__order", phone="secondary"),
            Column("responsible", "责任人", sort="responsible", phone="hidden"),
            Column("due", "办结期限", sort="due", sign=due_sign, phone="secondary"),
            Column("superior", "交办单位", sort="superior", phone="hidden"),
            Column("source", "来源文件", phone="hidden"),
            Column("period", "列入期间", value="period.label", sort="starts_on", phone="hidden"),
            Column("closed_on", "办结日期", sort="closed_on", phone="hidden", optional=True),
            Column("order", "排序", sort=("order", "pk"), phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="key-tasks",
        caption="重点工作",
        default_sort="order",
        row_url=KeyTask.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "danger" if row.due_light == "red" else "",
        filters=filters,
        export_url=reverse("staff:export", args=[TASK_EXPORT.key]),
        empty="还没有重点工作。由办公室立项，或从工作计划转来。",
        empty_action=("立项", reverse("reports:task-create")) if manages else None,
    )


TASK_EXPORT = register_export(ListExport("reports.tasks", "重点工作清单", task_table))


@require_GET
@VIEW
def task_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.RECORD_TALLY):
        links.append(("登记台账", reverse("reports:tally-create"), True))
    if request.user.has_perm(Perms.MANAGE_TASKS):
        links.append(("立项", reverse("reports:task-create"), not links))
    links.append(("工作量台账", reverse("reports:tally-list"), False))
    context = {"table": task_table(request), "title": "重点工作", "lead": "", "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def task_create(request: HttpRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (task := form.store()):
        messages.success(request, "已立项，并通知责任单位。请接着加指标，中队才能登记台账。")
        return redirect(task)
    return form_page(request, form, title="重点工作立项", back=LIST, submit="立项", draft="task-new")


def visible_task(request: HttpRequest, pk: int) -> KeyTask:
    rows = KeyTask.objects.visible_to(request.user).select_related("owner", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def measure_lines(task: KeyTask) -> list[dict[str, Any]]:
    """Each measure with what is counted in this half-year and in the same days of last year."""
    today = timezone.localdate()
    period = Period.half_year_of(today)
    before = period.so_far(today).same_period_last_year()
    return [
        {
            "measure": measure,
            "now": number_words(counting.total(measure, period)),
            "now_url": tally_url(period, measure.code),
            "then": same_period_words(measure, before),
            "then_url": tally_url(before, measure.code),
        }
        for measure in task.measures.all()
    ]


def task_steps(request: HttpRequest, task: KeyTask) -> list[Step]:
    steps = []
    if can_note_task(request.user, task):
        url = reverse("reports:task-note", args=[task.pk])
        steps.append(
            Step("note", "登记进展", url, "进展登记后不能修改；写错了再登记一条更正。", NoteForm(), first=True)
        )
    if not can_manage_task(request.user, task):
        return steps
    for edge, step in TASK_TRANSITIONS.items():
        if task.state in step.sources:
            url = reverse("reports:task-step", args=[task.pk, edge])
            tone = "danger" if edge == "drop" else "primary"
            steps.append(Step(edge, step.label, url, STEP_WORDS[edge], TaskStepForm(edge=edge), tone))
    return [*steps, void_step(reverse("reports:task-void", args=[task.pk]), VoidForm(door=tasks.void_task))]


def task_facts(task: KeyTask) -> list[Fact]:
    shared = "、".join(unit.label for unit in task.participants.all()) or "各单位"
    facts = [
        Fact("交办单位", task.superior),
        Fact("来源文件", task.source),
        Fact("列入期间", task.period.label),
        Fact("责任单位", task.owner.label, note=task.responsible),
        Fact("参与单位", shared),
        Fact("办结期限", task.due, note=task.due_words),
        Fact("任务要求", task.content),
    ]
    if task.closed_on:
        facts.append(Fact("办理结果", task.outcome, note=str(task.closed_on)))
    return [*facts, *recorded_fact(task)]


def task_page(request: HttpRequest, task: KeyTask) -> RecordPage:
    may = can_manage_task(request.user, task)
    with one_reading():
        lines = measure_lines(task)
    return RecordPage(
        record=task,
        title=task.title,
        crumbs=[LIST],
        facts=task_facts(task),
        badge=("已作废", "grey") if task.is_voided else (task.get_state_display(), task.state_tone),
        edit_url=reverse("reports:task-edit", args=[task.pk]) if may else "",
        steps=task_steps(request, task),
        parts=["reports/_task_parts.html"],
        more={
            "task": task,
            "lines": lines,
            "notes": task.notes.select_related("recorded_by"),
            "may_measure": may and task.is_open,
            "may_change": may,
            "may_count": task.is_open and request.user.has_perm(Perms.RECORD_TALLY),
        },
    )


@require_GET
@VIEW
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return task_page(request, visible_task(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@MANAGE
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    return correct_page(request, form, title="修改重点工作", back=LIST)


def step(request: HttpRequest, pk: int, form: Any, name: str, done: str) -> HttpResponse:
    """One dialog of a task: take it, or show the page again with the dialog open."""
    task = visible_task(request, pk)
    return take_form(
        request,
        task,
        form,
        page=task_page,
        step=name,
        done=done,
    )


@require_POST
@VIEW
def task_note(request: HttpRequest, pk: int) -> HttpResponse:
    require(can_note_task(request.user, visible_task(request, pk)))
    return step(request, pk, NoteForm(request.POST), "note", "进展已登记。")


@require_POST
@MANAGE
def task_step(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    if edge not in TASK_TRANSITIONS:
        raise Http404
    form = TaskStepForm(request.POST, edge=edge)
    return step(request, pk, form, edge, f"{TASK_TRANSITIONS[edge].label}，已登记。")


@require_POST
@MANAGE
def task_void(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, VoidForm(request.POST, door=tasks.void_task), "void", "已作废，不再计入数据。")


@require_http_methods(["GET", "POST"])
@MANAGE
def measure_create(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    form = MeasureForm(request.POST or None, instance=Measure(task=task), user=request.user)
    if request.method == "POST" and form.is_valid() and (measure := form.store()):
        messages.success(request, f"已加指标 {measure}，中队可以登记，总结里可以引用。")
        return redirect(task)
    return form_page(request, form, title=f"加指标：{task.title}", back=LIST, submit="加指标")


@require_http_methods(["GET", "POST"])
@MANAGE
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    measure = get_object_or_404(
        Measure.objects.filter(task__in=KeyTask.objects.visible_to(request.user)).select_related("task"), pk=pk
    )
    form = MeasureForm(request.POST or None, instance=measure, user=request.user)
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, "已修改指标。")
        return redirect(measure.task)
    return form_page(request, form, title=f"修改指标：{measure.name}", back=LIST)
