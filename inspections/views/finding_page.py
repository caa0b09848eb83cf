"""The page of one finding: what next, by whom, by when; only the steps that this person may take now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from config.display import month_day_minute
from config.navigation import page_of
from fireworks.enums import IncidentState
from fireworks.models import Incident
from inspections import permissions as may
from inspections.enums import TRANSITIONS, FindingState
from inspections.forms import steps as forms
from inspections.forms.findings import PhotoForm
from inspections.models import Extension, Finding, OrderLine, RectificationOrder, RectificationReport
from inspections.published import published_words
from inspections.scoring import PointsBreakdown
from inspections.workflow.steps import last_step
from staff.models import Activity, User


@dataclass(frozen=True)
class Step:
    """A button of the page and the dialog behind it. `key` is the dialog's id; `edge` of TRANSITIONS, if it takes one.

    `verb`: the word on the dialog's button, where the page's own would read oddly there. `proposed`: what comes next in
    the ordinary course, and therefore the primary button.
    """

    key: str
    label: str
    title: str
    consequence: str
    form: type[forms.StepForm]
    may: Callable[[User, Finding], bool]
    edge: str = ""
    verb: str = ""
    proposed: bool = False
    danger: bool = False

    @property
    def route(self) -> str:
        return f"inspections:finding-{self.key}"


def may_answer(user: User, finding: Finding) -> bool:
    return any(may.can_answer_extension(user, extension) for extension in finding.extensions.all())


STEPS: Mapping[str, Step] = {
    step.key: step
    for step in (
        Step("report", "已整改", "反馈整改", "反馈后由考评办复查；复查合格才销号，不合格退回。按期与否以复查合格的那次反馈时间为准。", forms.ReportForm, may.can_report_finding, "report", "提交反馈", proposed=True),
        Step("confirm", "确认", "确认这条问题？", "事实、小项、责任单位、扣分核对无误。确认后可以交办；处理方式为“只扣分”的，确认后即告知责任单位。", forms.ConfirmForm, may.can_confirm_finding, "confirm", proposed=True),
        Step("order", "交办", "下达交办单", "取号并推送给责任单位，整改期限自送达起算。一次交办多条，请在列表里勾选。", forms.OrderForm, may.can_order_finding, "order", proposed=True),
        Step("review", "复查", "登记复查结论", "合格即销号；不合格退回返工，每次另计扣分；虚假整改另行计扣。", forms.ReviewForm, may.can_review_finding, "pass", "登记结论", proposed=True),
        Step("answer", "答复延期", "答复延期申请", "同意后整改期限改为新的时间。", forms.AnswerForm, may_answer, verb="答复", proposed=True),
        Step("extend", "申请延期", "申请延期", "期满前申请、经同意才算延期；答复之前原期限照走。", forms.ExtensionForm, may.can_ask_extension, verb="提交申请"),
        Step("appeal", "申诉", "提出申诉", "申诉期间扣分待定，整改期限照走。裁定人与检查人、责任单位无关。", forms.AppealForm, may.can_appeal_finding, verb="提交申诉"),
        Step("paper-appeal", "补录申诉", "补录纸质申诉", "单位书面交来的申诉由考评办补录：扣分待定，逾期与否和答复期限按收到的时间算，整改期限照走。", forms.PaperAppealForm, may.can_record_appeal, verb="补录"),
        Step("close", "销号", "直接销号？", "表示已整改到位、复查合格，注明补录。销号后不能再修改；规定天数内同一地点再次发现按反复加倍扣分。", forms.CloseForm, may.can_close_finding, "close"),
        Step("deduct", "只扣分", "只扣分，不交办？", "不需要整改的（如资料检查）。告知责任单位，不计入应整改。", forms.DeductForm, may.can_deduct_finding, "deduct"),
        Step("resume", "恢复办理", "恢复办理？", "回到待交办，重新交办后期限重新起算。", forms.ResumeForm, may.can_resume_finding, "resume"),
        Step("shelve", "挂账", "挂账？", "一时无法整改的列入挂账，停算期限，不计入应整改；扣分照计。", forms.ShelveForm, may.can_shelve_finding, "shelve"),
        Step("reduce", "登记减免", "登记领导批示减免", "扣分改为减免后的分数，批示内容和登记人一并留存。", forms.ReduceForm, may.can_reduce_finding, verb="登记"),
        Step("void", "作废", "作废？", "不再计数、计分，编号不再使用；记录和日志保留。", forms.VoidForm, may.can_void_finding, "void", danger=True),
    )
}  # fmt: skip


CHANGES_POINTS = {"reduce", "void"}


@dataclass(frozen=True)
class OpenStep:
    """A step as it stands on the page: its words, its address, its form (bound after a refusal)."""

    key: str
    label: str
    title: str
    consequence: str
    button: str
    url: str
    form: forms.StepForm
    look: str
    tone: str


@dataclass(frozen=True)
class NextStep:
    what: str
    who: str
    due_at: datetime | None = None


def next_steps(finding: Finding) -> list[NextStep]:
    """What is to be done now, by whom, by when; an appeal or a request for more time stands beside it."""
    unit, due = finding.lead_unit.label, finding.due_at
    by_state = {
        FindingState.REGISTERED: NextStep("复核确认", "考评办"),
        FindingState.CONFIRMED: NextStep("下达交办单，期限自送达起算", "考评办"),
        FindingState.ORDERED: NextStep("整改并反馈", unit, due),
        FindingState.RETURNED: NextStep("返工后再次反馈", unit, due),
        FindingState.REPORTED: NextStep("复查", "考评员、考评办", due),
        FindingState.SHELVED: NextStep("具备条件后恢复办理", "考评办"),
    }
    found = [by_state[FindingState(finding.state)]] if finding.state in by_state else []
    found += [NextStep("答复延期申请", "考评办", due) for each in finding.extensions.all() if each.state == "pending"]
    return found


def visible_finding(request: HttpRequest, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).select_related(
        "item__category", "lead_unit", "registered_by", "batch", "round", "spot", "incident"
    )
    return get_object_or_404(rows, pk=pk)


def incidents_of(user: User, finding: Finding) -> list[dict[str, str]]:
    """The incident behind the finding and those that went into it while it was open; url "" where it may not be opened."""
    found = [] if finding.incident is None else [("所据炮情", finding.incident, incident_doubt(finding.incident))]
    merged = finding.sightings.exclude(incident=None).select_related("incident")
    found += [("并入的炮情", each.incident, incident_state(each.incident)) for each in merged if each.incident]
    return [
        {"label": label, "number": incident.number, "url": page_of(user, incident), "note": note}
        for label, incident, note in found
    ]


def incident_state(incident: Incident) -> str:
    return "" if incident.state in IncidentState.CONFIRMED else f"炮情现为“{incident.get_state_display()}”"


def incident_doubt(incident: Incident) -> str:
    """A word where the incident behind the finding no longer stands; voiding the finding is the assessment's decision."""
    state = incident_state(incident)
    return f"{state}，请核对这条问题是否作废。" if state else ""


def build_form(step: Step, finding: Finding, user: User, *data: Any) -> forms.StepForm:
    return step.form(*data, finding=finding, user=user, auto_id=f"{step.key}_%s")


def open_steps(user: User, finding: Finding, refused: dict[str, forms.StepForm]) -> list[OpenStep]:
    """The steps that this person may take; one of the ordinary course, if it is his or her turn, comes first."""
    found: list[OpenStep] = []
    for step in STEPS.values():
        if step.key not in refused and not step.may(user, finding):
            continue
        look = "outline-danger" if step.danger else "primary" if step.proposed and not found else "outline-primary"
        form = refused.get(step.key) or build_form(step, finding, user)
        tone = "danger" if step.danger else "primary"
        url = reverse(step.route, args=[finding.pk])
        button = step.verb or step.label
        found.append(OpenStep(step.key, step.label, step.title, step.consequence, button, url, form, look, tone))
    return found


def detail_context(request: HttpRequest, finding: Finding, **more: Any) -> dict[str, Any]:
    user = request.user
    worth = PointsBreakdown(finding.base, finding.coefficient, finding.multiplier, finding.worked_out)
    reports = RectificationReport.objects.filter(finding=finding).select_related("review__reviewed_by", "reported_by")
    lines = list(OrderLine.objects.filter(finding=finding).select_related("order__unit"))
    return {
        "finding": finding,
        "spot_url": page_of(user, finding.spot),
        "incidents": incidents_of(user, finding),
        "worth": worth,
        "demand": next((line.order.demand for line in lines if line.withdrawn_at is None), ""),
        "light": finding.light,
        "next_steps": next_steps(finding),
        "steps": open_steps(user, finding, more.pop("refused", {})),
        "shares": finding.shares.select_related("unit"),
        "photos": finding.photos.all(),
        "lines": lines,
        "orders_seen": set(
            RectificationOrder.objects.visible_to(user).filter(lines__finding=finding).values_list("pk", flat=True)
        ),
        "reports": reports.prefetch_related(Prefetch("photos")),
        "direct_reviews": finding.reviews.filter(report=None).select_related("reviewed_by"),
        "extensions": Extension.objects.filter(finding=finding).select_related("asked_by", "answered_by"),
        "appeals": finding.appeals.select_related("unit"),
        "reductions": finding.reductions.select_related("typed_by").prefetch_related("scans"),
        "activities": Activity.objects.about(finding)[:50],
        "can_edit": may.can_edit_finding(user, finding),
        "can_add_photo": may.can_add_photo(user, finding),
        "message": group_message(request, finding),
        "photo_form": PhotoForm(),
        **more,
    }


def group_message(request: HttpRequest, finding: Finding) -> str:
    """What is pasted into the WeChat group: the case in words, and a link that opens it after login."""
    due = f"，{month_day_minute(finding.due_at)} 前整改" if finding.due_at and finding.is_open else ""
    link = request.build_absolute_uri(finding.get_absolute_url())
    what = f"{finding.item.name}：{finding.description}" if finding.description else finding.item.name
    return f"【考评问题】{finding.number} {finding.lead_unit.label}：{finding.place}，{what}{due}。\n{link}"


def say_published(request: HttpRequest, *months: str) -> None:
    """What was changed in a month whose bulletin is out changes no printed score, and is said."""
    for words in published_words(months):
        messages.warning(request, words)


def step_finding(request: HttpRequest, pk: int, key: str, told: str) -> HttpResponse:
    """One step of one finding: taken, or refused beside its field with what was typed, or told who was quicker."""
    finding, step = visible_finding(request, pk), STEPS[key]
    if not step.may(request.user, finding):
        messages.info(request, why_not(step, finding))
        return redirect(finding)
    form = build_form(step, finding, request.user, request.POST, request.FILES)
    if form.is_valid() and form.store():
        messages.success(request, told.format(number=finding.number))
        if key in CHANGES_POINTS:
            say_published(request, finding.month)
        return redirect(finding)
    if form.gone:
        messages.info(request, form.gone)
        return redirect(finding)
    context = detail_context(request, finding, refused={key: form})
    return render(request, "inspections/finding_detail.html", context, status=422)


def why_not(step: Step, finding: Finding) -> str:
    edge = TRANSITIONS.get(step.edge)
    state = finding.get_state_display()
    if edge is not None and finding.state not in edge.sources:
        return f"{finding.number}目前是“{state}”，不能{edge.label}。{last_step(finding)}"
    if finding.held:
        return f"{finding.number}有申诉待裁定，现在不能{step.label}。"
    return f"{finding.number}目前是“{state}”，这一步现在不由您办理。{last_step(finding)}"
