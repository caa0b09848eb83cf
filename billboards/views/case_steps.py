"""Taking a step of a case, and entering what is no step: one form page each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from billboards.dossier import Dossier
from billboards.duties import duties
from billboards.enums.case_edges import CASE_TRANSITIONS
from billboards.enums.cases import CaseState
from billboards.forms.cases import (
    ApprovalForm,
    ClockDoneForm,
    GovernmentForm,
    OfficerForm,
    ReceiptForm,
    RecusalForm,
    RemedyEndForm,
    RemedyForm,
    ReplyForm,
    StatementForm,
)
from billboards.forms.evidence import EvidenceForm, InterviewForm, SiteForm
from billboards.forms.steps import step_form
from billboards.forms.steps.specs import SPECS
from billboards.models import Case, CaseClock, CaseOfficer, RemedyAction
from billboards.permissions import (
    can_extend,
    can_finish_clock,
    can_name_officers,
    can_work_on_case,
    holds_right,
    may_sign_offline,
)
from billboards.views.cases import form_answer, visible_case
from billboards.workflow import cases
from billboards.workflow.steps import taken_afterwards
from staff.forms.records import ReasonForm
from staff.models import User
from staff.pages import require
from staff.permissions import Perms
from staff.refusals import NotYours, Refused, show_refusal

VIEW = permission_required(Perms.VIEW_CASES, raise_exception=True)


@require_http_methods(["GET", "POST"])
@VIEW
def case_step(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    """The form of one step. From another state it may only be entered afterwards (补录), or not at all."""
    case = visible_case(request, pk)
    if edge not in CASE_TRANSITIONS:
        raise Http404
    step, spec = CASE_TRANSITIONS[edge], SPECS[edge]
    require_right(request, case, edge)
    if case.state not in step.sources and (case.state in CaseState.DONE or not taken_afterwards(case, edge)):
        messages.error(request, f"{case.number}目前是“{case.get_state_display()}”，不能{step.label}（{step.basis}）。")
        return redirect(case)
    form = step_form(case, edge, request.POST or None, late="late" in request.GET)
    if request.method == "POST" and form.is_valid() and (moved := form.take(by=request.user)):
        messages.success(request, f"已{step.label}。案件现在是“{moved.get_state_display()}”。")
        return redirect(moved)
    lead = f"{spec.consequence}（{step.basis}）"
    before = duties(Dossier(case)) if edge == "decide" else ()
    return form_answer(
        request, form, title=step.label, submit=step.label, lead=lead, case=case, danger=spec.danger, duties=before
    )


def require_right(request: HttpRequest, case: Case, edge: str) -> None:
    """403 for a step that is not this user's; who handles the case hears of 线下签批 where a leader signs on paper."""
    if holds_right(request.user, case, edge):
        return
    if not may_sign_offline(request.user, case, edge):
        raise PermissionDenied
    step = CASE_TRANSITIONS[edge]
    words = f"“{step.label}”由{step.right.label}办理。领导已在纸上签批的，先登记线下签批并选定这一步，就由您办理。"
    address = reverse("billboards:case-action", args=[case.pk, "approval"])
    raise NotYours(words, ("登记线下签批", f"{address}?edge={edge}"))


# --- Beside the steps -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """One thing to enter: its title, its form, what it does with it, who may."""

    title: str
    form: Callable[[Case, Any, Any], Any]
    store: Callable[[Case, Any, User], Any]
    may: Callable[[User, Case], bool] = can_work_on_case
    lead: str = ""


def of_form(case: Case, form: Any, by: User) -> Any:
    return form.store(by=by)


ACTIONS: Final[Mapping[str, Action]] = {
    "officer": Action(
        "指定办案人员",
        lambda case, data, files: OfficerForm(data, case=case),
        lambda case, form, by: cases.add_officer(
            case, form.cleaned_data["person"], by=by, role=form.cleaned_data["role"]
        ),
        can_name_officers,
        "不少于两人，持有效执法证；执法证号按当天的记（《行政处罚法》第四十二条）。",
    ),
    "site": Action(
        "现场检查（勘验）笔录",
        lambda case, data, files: SiteForm(data, case=case),
        of_form,
        lead="出示执法证件，告知申请回避的权利，当事人签字或注明拒签（《行政处罚法》第五十五条）。",
    ),
    "interview": Action(
        "询问笔录",
        lambda case, data, files: InterviewForm(data, case=case),
        of_form,
        lead="分别询问，逐页签字，末尾写“以上笔录已看过，属实”（《行政处罚法》第五十五条）。",
    ),
    "evidence": Action(
        "登记证据",
        lambda case, data, files: EvidenceForm(data, files, case=case),
        of_form,
        lead="原件连同校验值一并保存；证据不能删除，不用的注明理由（《行政处罚法》第四十六条）。",
    ),
    "statement": Action(
        "登记陈述申辩",
        lambda case, data, files: StatementForm(data),
        lambda case, form, by: form.store(case, by=by),
        lead="口头的先作笔录。不得因陈述申辩加重处罚（《行政处罚法》第四十五条）。",
    ),
    "reply": Action(
        "陈述申辩复核意见",
        lambda case, data, files: ReplyForm(data),
        lambda case, form, by: form.store(case, by=by),
        lead="成立的应当采纳（《行政处罚法》第四十五条；《行政强制法》第三十六条）。",
    ),
    "approval": Action(
        "线下签批登记",
        lambda case, data, files: ApprovalForm(data, files),
        lambda case, form, by: cases.register_approval(case, form.instance, by=by),
        lead="领导在纸上签批的，照原文登记；代签的写明代谁。签批原件扫描或者拍照上传。",
    ),
    "government": Action(
        "政府责成（批准）",
        lambda case, data, files: GovernmentForm(data),
        lambda case, form, by: cases.record_government_order(case, form.instance, by=by),
        lead="《城乡规划法》第六十八条的责成、《城市市容和环境卫生管理条例》第三十七条的批准，没有它不能自行强制拆除。",
    ),
    "remedy": Action(
        "登记复议（诉讼）",
        lambda case, data, files: RemedyForm(data),
        lambda case, form, by: cases.file_remedy(case, form.instance, by=by),
        lead="复议、诉讼期间不强制拆除（《行政强制法》第四十四条）、不计算加处罚款（《行政处罚法》第七十三条第三款）；最早可强制日期随之重算。",
    ),
}


@require_http_methods(["GET", "POST"])
@VIEW
def case_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    case = visible_case(request, pk)
    if action == "late":
        return late_steps(request, case)
    if action not in ACTIONS:
        raise Http404
    what = ACTIONS[action]
    require(what.may(request.user, case))
    form = what.form(case, request.POST or None, request.FILES or None)
    if action == "approval" and (step := CASE_TRANSITIONS.get(request.GET.get("edge", ""))):
        form.initial = {**form.initial, "edge": request.GET["edge"], "subject": step.label}
    return act(request, case, form, what.title, lambda: what.store(case, form, request.user), lead=what.lead)


def act(
    request: HttpRequest, case: Case, form: Any, title: str, store: Callable[[], Any], *, lead: str = ""
) -> HttpResponse:
    """Store what a form says; a refusal stands beside its field, what was typed stays."""
    if request.method == "POST" and form.is_valid():
        try:
            store()
        except Refused as refusal:
            show_refusal(form, refusal)
        if not form.errors:
            messages.success(request, f"已登记：{title}。")
            return redirect(case)
    return form_answer(request, form, title=title, lead=lead, case=case)


def late_steps(request: HttpRequest, case: Case) -> HttpResponse:
    """补录: which steps can be entered afterwards from here."""
    require(can_work_on_case(request.user, case) and case.state not in CaseState.DONE)
    choices = [
        (edge.label, f"{reverse('billboards:case-step', args=[case.pk, name])}?late=1", edge.basis)
        for name, edge in CASE_TRANSITIONS.items()
        if case.state not in edge.sources and taken_afterwards(case, name) and holds_right(request.user, case, name)
    ]
    return render(request, "billboards/case/late_steps.html", {"case": case, "choices": choices})


@require_http_methods(["GET", "POST"])
@VIEW
def officer_recuse(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CaseOfficer.objects.visible_to(request.user).select_related("case", "person")
    officer = get_object_or_404(rows, pk=pk)
    require(can_name_officers(request.user, officer.case))
    form = RecusalForm(request.POST or None)

    def store() -> None:
        data = form.cleaned_data
        cases.recuse_officer(officer, by=request.user, on=data["recused_on"], reason=data["reason"])

    lead = "有直接利害关系或者其他关系可能影响公正执法的，应当回避（《行政处罚法》第四十三条）。"
    return act(request, officer.case, form, f"{officer.person.name}回避", store, lead=lead)


@require_http_methods(["GET", "POST"])
@VIEW
def remedy_end(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(RemedyAction.objects.visible_to(request.user).select_related("case"), pk=pk)
    require(can_work_on_case(request.user, action.case))
    form = RemedyEndForm(request.POST or None, instance=action)

    def store() -> None:
        cases.end_remedy(RemedyAction(pk=action.pk, case=action.case), by=request.user, facts=form.facts())

    lead = "当事人收到复议决定之日起十五日内可以起诉（《行政诉讼法》第四十五条），收到日期必须登记。"
    return act(request, action.case, form, f"{action.get_kind_display()}结果", store, lead=lead)


@require_http_methods(["GET", "POST"])
@VIEW
def remedy_received(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(RemedyAction.objects.visible_to(request.user).select_related("case"), pk=pk)
    require(can_work_on_case(request.user, action.case))
    form = ReceiptForm(request.POST or None)

    def store() -> None:
        data = form.cleaned_data
        cases.record_receipt(action, by=request.user, on=data["party_received_on"], told=data["told"])

    lead = "当事人收到复议决定之日起十五日内可以起诉（《行政诉讼法》第四十五条）；最早可强制日期随之重算。"
    return act(request, action.case, form, "当事人收到复议决定", store, lead=lead)


@require_http_methods(["GET", "POST"])
@VIEW
def clock_extend(request: HttpRequest, pk: int) -> HttpResponse:
    clock = get_object_or_404(CaseClock.objects.visible_to(request.user).select_related("case"), pk=pk)
    require(can_extend(request.user, clock.case))
    form = ReasonForm(request.POST or None)

    def store() -> None:
        cases.extend_clock(clock, by=request.user, reason=form.cleaned_data["reason"])

    lead = "经局负责人批准延长；日数按业务设置（住房城乡建设部令第55号）。"
    return act(request, clock.case, form, f"延长{clock.label}", store, lead=lead)


@require_http_methods(["GET", "POST"])
@VIEW
def clock_done(request: HttpRequest, pk: int) -> HttpResponse:
    clock = get_object_or_404(CaseClock.objects.visible_to(request.user).select_related("case"), pk=pk)
    require(can_finish_clock(request.user))
    form = ClockDoneForm(request.POST or None)

    def store() -> None:
        cases.finish_clock(clock, by=request.user, **form.cleaned_data)

    lead = f"{cases.DONE_OUTSIDE.get(clock.rule, '')}的日期；期限至 {clock.due_on}，逾期的记入程序瑕疵。"
    return act(request, clock.case, form, f"{clock.label}完成", store, lead=lead)
