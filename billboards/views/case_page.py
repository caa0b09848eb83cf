"""One case, one screen: what next, by whom, by which day and why; parties, records, evidence, papers, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billboards.coercion import Outlook
from billboards.dossier import Dossier
from billboards.duties import duties
from billboards.enums.case_edges import CASE_TRANSITIONS
from billboards.enums.cases import CaseState
from billboards.forms.steps.specs import SPECS
from billboards.models import Case
from billboards.next_steps import NextStep, explained, next_step, owes_only_money
from billboards.permissions import (
    can_edit_case,
    can_extend,
    can_finish_clock,
    can_name_officers,
    can_record_payment,
    can_see_identity,
    can_step,
    can_work_on_case,
    may_sign_offline,
)
from billboards.views.cases import visible_case
from billboards.views.papers import options_of
from billboards.workflow.cases import DONE_OUTSIDE, EXTENSIONS
from config.navigation import address_of, page_of
from staff.group_messages import case_message
from staff.models import Activity, User
from staff.pages import Fact
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_CASES, raise_exception=True)
TABS = {
    "overview": "概览",
    "party": "当事人和办案人员",
    "records": "笔录和告知",
    "evidence": "证据",
    "remedies": "复议诉讼和签批",
    "history": "经过",
}
SHOWN_ACTIVITIES = 100


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    danger: bool = False


@require_GET
@VIEW
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    dossier = Dossier(case)
    step = next_step(dossier)
    context = {
        "case": case,
        "dossier": dossier,
        "step": step,
        "primary": primary_button(request, dossier, step),
        "buttons": buttons(request, case, step),
        "signed_outside": signed_outside(request, case, step),
        "actions": actions(request, dossier),
        "tabs": list(TABS.items()),
        "tab": tab,
        "part": f"billboards/case/_{tab}.html",
        "links": links(case),
        "message": message_of(request, case, step),
        "may_edit": can_edit_case(request.user, case),
        "may_work": can_work_on_case(request.user, case),
        "may_keep": request.user.has_perm(Perms.KEEP_BOARDS),
        **PARTS[tab](request, dossier),
    }
    return render(request, "billboards/case/case_detail.html", context)


def message_of(request: HttpRequest, case: Case, step: NextStep) -> str:
    """What is copied into the group; the party stays in the file."""
    link = request.build_absolute_uri(case.get_absolute_url())
    subject = case.violation.name if case.violation else ""
    return case_message((case.number, subject, case.place), case.get_state_display(), step, link)


def step_url(case: Case, edge: str) -> str:
    return reverse("billboards:case-step", args=[case.pk, edge])


def primary_button(request: HttpRequest, dossier: Dossier, step: NextStep) -> Button | None:
    """The step that the case waits for; who keeps the money enters the payment while the fine is what is missing."""
    case = dossier.case
    if owes_only_money(dossier) and can_record_payment(request.user):
        return Button("登记缴款", reverse("billboards:case-money", args=[case.pk]))
    if not step.edge or not can_step(request.user, case, step.edge):
        return None
    return Button(step.what, step_url(case, step.edge), SPECS[step.edge].danger)


def signed_outside(request: HttpRequest, case: Case, step: NextStep) -> str:
    """The way to 线下签批 for who handles the case while its next step is a leader's, who signs on paper; "" else."""
    if not step.edge or can_step(request.user, case, step.edge):
        return ""
    if not may_sign_offline(request.user, case, step.edge):
        return ""
    return f"{reverse('billboards:case-action', args=[case.pk, 'approval'])}?edge={step.edge}"


def buttons(request: HttpRequest, case: Case, step: NextStep) -> list[Button]:
    """The other steps that are open from here and this user's; unused branches stay out of sight."""
    return [
        Button(edge.label, step_url(case, name), SPECS[name].danger)
        for name, edge in CASE_TRANSITIONS.items()
        if name != step.edge and can_step(request.user, case, name)
    ]


def actions(request: HttpRequest, dossier: Dossier) -> list[Button]:
    """What is entered beside the steps."""
    case, found = dossier.case, []
    if can_work_on_case(request.user, case):
        wanted = [("site", "现场笔录"), ("interview", "询问笔录"), ("evidence", "证据")]
        if dossier.spoken_of is not None:
            wanted += [("statement", "陈述申辩"), ("reply", "复核意见")]
        wanted += [("approval", "线下签批"), ("government", "政府责成（批准）")]
        if dossier.decisions:
            wanted.append(("remedy", "复议（诉讼）"))
        if case.state not in CaseState.BEFORE_FILING:
            wanted.append(("late", "补录步骤"))
        found = [Button(label, reverse("billboards:case-action", args=[case.pk, name])) for name, label in wanted]
    return found


def links(case: Case) -> list[tuple[str, str]]:
    """The pages of papers and money, where they are."""
    named = (("文书", "billboards:case-papers"), ("罚没款", "billboards:case-money"))
    return [(label, url) for label, name in named if (url := address_of(name, (str(case.pk),)))]


# --- Parts ------------------------------------------------------------------------------------------------------------


def overview(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    case = dossier.case
    running = [each for each in dossier.clocks if each.finished_on is None]
    return {
        "outlook": coercion(dossier),
        "clocks": [(each, explained(dossier, each)) for each in running],
        "may_extend": can_extend(request.user, case),
        "extensible": EXTENSIONS,
        "done_outside": DONE_OUTSIDE if can_finish_clock(request.user) else {},
        "options": options_of(dossier, request.user),
        "facts": facts(dossier, request.user),
        "duties": duties(dossier) if case.filed_on and not case.results_only else [],
        "steps": list(reversed(dossier.steps)),
    }


def facts(dossier: Dossier, user: User) -> list[Fact]:
    """What is known; lines of branches that the case has not taken stay out."""
    case, decision = dossier.case, dossier.decision
    found = [Fact("线索来源", case.get_source_display(), note=str(case.received_on))]
    if case.violation is not None:
        found.append(Fact("违反", case.violation.provision))
        found.append(Fact("依据", case.violation.basis))
    if case.board is not None:
        found.append(Fact("涉案设施", case.board, url=page_of(user, case.board)))
    found += [Fact("发现日期", case.found_on), Fact("立案", case.filed_on, note=case.filing_number)]
    if decision is not None:
        found.append(Fact(decision.get_kind_display(), decision.issued_on, note=decision.number))
        if decision.amount:
            found.append(Fact("罚款", decision.amount, unit="元", note=decision.discretion_words))
        if decision.orders_removal:
            found.append(Fact("拆除期限", decision.remove_by))
        found.append(Fact("送达", decision.served_on, note=decision.get_service_method_display()))
    if case.route:
        found.append(Fact("执行途径", case.get_route_display()))
    if case.closed_on:
        found.append(Fact("结案", case.closed_on))
    return found


def coercion(dossier: Dossier) -> Outlook | None:
    """The earliest lawful day, or — before service — what it would be if the decision were served today."""
    case, decision = dossier.case, dossier.decision
    if case.is_done or (decision is not None and not decision.is_penalty):
        return None
    return dossier.outlook()


def party(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    return {
        "whole": can_see_identity(request.user, dossier.case),
        "may_name": can_name_officers(request.user, dossier.case),
    }


def history(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    return {"activities": Activity.objects.about(dossier.case)[:SHOWN_ACTIVITIES]}


def nothing_more(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    return {}


PARTS = {
    "overview": overview,
    "party": party,
    "records": nothing_more,
    "evidence": nothing_more,
    "remedies": nothing_more,
    "history": history,
}
