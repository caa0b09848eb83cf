"""许可申请: the list, and one case on one screen with the steps that are open from here."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.signs import deadline_light, state_badge
from config.tables import Column, Table, render_table
from permits.clocks import light_for
from permits.enums import TRANSITIONS, PermitState
from permits.filters.applications import ApplicationFilter
from permits.forms.notes import NOTE_FORMS, notes_for
from permits.forms.steps import OWN_PAGE, STEP_FORMS
from permits.models import Application, ReviewOutcome, ReviewSession
from permits.permissions import (
    can_collect,
    can_edit_application,
    can_fill_survey,
    can_note,
    can_run_session,
    can_step,
    can_tick_materials,
    may_take,
)
from permits.taping import gap_of
from permits.views.access import VIEW
from permits.views.papers import receipt_link
from permits.views.tabs import TABS, tab_context
from permits.workflow.guards import has_no_use
from permits.workflow.next_steps import is_unchecked, next_edge, next_step
from permits.workflow.surveys import open_survey
from staff import workdays
from staff.deadlines import Light
from staff.exports import ListExport, register_export
from staff.files import send_scan
from staff.group_messages import case_message
from staff.models import Activity, User
from staff.pages import SHOWN_ACTIVITIES, RecordPage, Step, take_step
from staff.permissions import Perms

LIST = ("许可申请", "permits:application-list")
DANGEROUS = {
    "not_required", "refuse_intake", "transfer", "withdraw", "mistaken", "deny", "deny_change", "stop", "revoke", "recall", "cancel",
}  # fmt: skip
CONSEQUENCES = {
    "receive": "从收件次日起五个工作日内应当受理或者一次性告知补正；逾期不告知的，自收件之日起即为受理。",
    "accept": "从受理次日起计算法定期限；受理后申请内容不能再改。",
    "ask_supplement": "只能告知一次。告知后期限停在窗口，等申请人补正。",
    "ask_government": "禁挖期内的挖掘须经县级以上城市人民政府批准；办理期限不因此中止。",
    "start_special": "期限自当日起中止，到特别程序结束；须书面告知申请人所需时间。",
    "extend": "法定期限延长十个工作日，只能一次。",
    "grant": "写入决定日期；十个工作日内颁发、送达，七个工作日内公示。",
    "deny": "写入不予许可的理由和救济途径，申请办结。",
    "issue": "费用缴清或者免收后发证。",
    "withdraw": "申请办结，不再办理。",
    "mistaken": "报备终止，不再催补办，不作为线索。确已开挖的不能按误报终止。",
    "transfer": "申请转市局办理，本局办结。",
    "stop": "持证人停止占用、清场，退还部分占用费。",
    "revoke": "许可自始无效，二维码立即显示已撤销。",
    "recall": "许可不再有效；造成财产损失的依法补偿。",
    "cancel": "许可注销，二维码立即显示已注销。",
}

CONSEQUENCES_LATE = {"ask_change": "届满前已经申请的，填申请日期；届满以后申请的，记为程序瑕疵。"}


def lights() -> Callable[[Application], Light | None]:
    """The light of a row, worked out once: the row keeps it for its colour and its cell."""
    today, calendar = timezone.localdate(), workdays.load()

    def lit(row: Application) -> Light | None:
        if not hasattr(row, "shown_light"):
            row.shown_light = light_for(row, today, calendar)  # type: ignore[attr-defined]
        light: Light | None = row.shown_light
        return light

    return lit


def application_columns(lit: Callable[[Application], Light | None]) -> list[Column]:
    def words(row: Application) -> str:
        light = lit(row)
        return light.text if light is not None else ""

    def sign(row: Application) -> str:
        light = lit(row)
        return deadline_light(light.level, light.text) if light is not None else ""

    return [
        Column("number", "申请编号", sort="number", phone="primary"),
        Column("applicant_name", "申请人", sort="applicant_name", phone="secondary"),
        Column("location", "地点", phone="secondary"),
        Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
        Column("light", "时限", value=words, sign=sign, phone="secondary"),
        Column("item", "事项", value="item.item.name", sort="item__item__code"),
        Column("received_on", "收件", sort="received_on"),
        Column("decide_due", "法定期限", sort="decide_due"),
        Column("ends_on", "许可期限至", sort="ends_on"),
        Column("handler", "承办人", value="handler.display_name", sort="handler__display_name"),
        Column("starts_on", "许可期限自", sort="starts_on", optional=True),
        Column("total_area", "面积", unit="㎡", sort="total_area", optional=True),
        Column("accepted_on", "受理", sort="accepted_on", optional=True),
        Column("decided_on", "决定", sort="decided_on", optional=True),
        Column("promised_due", "承诺期限", sort="promised_due", optional=True),
        Column("licence_number", "许可证号", sort="licence_number", optional=True),
        Column("external_number", "外部编号", sort="external_number", optional=True),
    ]  # fmt: skip


def application_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = Application.objects.visible_to(user).select_related("item__item", "handler")
    filters = ApplicationFilter(request.GET, queryset=rows, request=request)
    lit = lights()

    def tone(row: Application) -> str:
        light = lit(row)
        if light is not None and light.level == "red":
            return "danger"
        return "muted" if row.state in PermitState.FINAL else ""

    receives = user.has_perm(Perms.RECEIVE_PERMIT)
    return Table(
        columns=application_columns(lit),
        rows=filters.qs,
        request=request,
        name="permits",
        caption="许可申请",
        default_sort="-received_on",
        row_url=Application.get_absolute_url,
        row_tone=tone,
        filters=filters,
        export_url=reverse("staff:export", args=[APPLICATION_EXPORT.key]),
        empty="还没有许可申请。窗口收件后列在这里。",
        empty_action=("登记申请", reverse("permits:application-create")) if receives else None,
    )


APPLICATION_EXPORT = register_export(ListExport("permits.applications", "许可申请台账", application_table))


@require_GET
@VIEW
def application_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.RECEIVE_PERMIT):
        links = [
            ("登记申请", reverse("permits:application-create"), True),
            ("快速登记", reverse("permits:quick-create"), False),
            ("只登记结果", reverse("permits:result-create"), False),
            ("抢修报备", reverse("permits:emergency-create"), False),
        ]
    if request.user.has_perm(Perms.HANDLE_PERMIT):
        links.append(("导入旧许可", reverse("staff:import-new", args=["permits.results"]), False))
    context = {"table": application_table(request), "title": "许可申请", "links": links, "lead": ""}
    return render_table(request, "layout/record_list.html", context)


# --- One case ---------------------------------------------------------------------------------------------------------


def visible_application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "item__item", "handler", "unit", "squad", "recorded_by"
    )
    return get_object_or_404(rows, pk=pk)


def step_of(request: HttpRequest, application: Application, edge: str, onward: str) -> Step:
    taken = TRANSITIONS[edge]
    consequence = CONSEQUENCES.get(edge, f"依据：{taken.basis}。")
    form = STEP_FORMS[edge](application=application, edge=edge, user=request.user)
    tone = "danger" if edge in DANGEROUS else "primary"
    url = reverse("permits:step", args=[application.pk, edge])
    return Step(edge, taken.label, url, consequence, form, tone, first=edge == onward)


def case_steps(request: HttpRequest, application: Application) -> list[Step]:
    """Every step of the table that is open from here to this user, the next one first; then what may be noted."""
    user, onward = request.user, next_edge(application)
    edges = [edge for edge in STEP_FORMS if can_step(user, application, edge) and not has_no_use(application, edge)]
    edges.sort(key=lambda edge: edge != onward)
    found = [step_of(request, application, edge, onward) for edge in edges]
    return found + late_steps(request, application) + note_steps(request, application)


def late_steps(request: HttpRequest, application: Application) -> list[Step]:
    """补录: what happened although the table does not lead there from here."""
    found = []
    for edge in STEP_FORMS:
        if application.state in TRANSITIONS[edge].late_sources and may_take(request.user, edge):
            step = step_of(request, application, edge, "")
            step.label, step.tone = f"补录：{step.label}", "late"
            step.consequence = CONSEQUENCES_LATE.get(edge, "如实登记已经发生的事；跳过的环节记为程序瑕疵。")
            step.form.fields["afterwards"].initial = True
            found.append(step)
    return found


def note_steps(request: HttpRequest, application: Application) -> list[Step]:
    if not can_note(request.user, application):
        return []
    return [
        Step(f"note-{name}", NOTE_FORMS[name].label, reverse("permits:note", args=[application.pk, name]),
             NOTE_FORMS[name].consequence, NOTE_FORMS[name](application=application, user=request.user), "late")
        for name in notes_for(application)
    ]  # fmt: skip


class CasePage(RecordPage):
    """One case, one screen: the same anatomy, with tabs and the next step instead of a list of facts."""

    def show(self, request: HttpRequest, *, status: int = 200) -> HttpResponse:
        for step in self.steps:
            step.form.auto_id = f"{step.id}_%s"
        context = {"page": self, "activities": Activity.objects.about(self.record)[:SHOWN_ACTIVITIES], **self.more}
        return render(request, "permits/application_detail.html", context, status=status)


def is_mine_to_survey(user: User, application: Application) -> bool:
    survey = open_survey(application)
    return survey is not None and can_fill_survey(user, survey)


def own_page_link(request: HttpRequest, application: Application) -> tuple[str, str, bool] | None:
    """The step that is filled in on a page of its own: (label, address, is the primary one)."""
    for edge in ("survey", "pass_restoration"):
        if can_step(request.user, application, edge) and (
            edge != "survey" or is_mine_to_survey(request.user, application)
        ):
            url = reverse(f"permits:{OWN_PAGE[edge]}", args=[application.pk])
            return ("登记验收" if edge == "pass_restoration" else TRANSITIONS[edge].label, url, True)
    if is_unchecked(application) and can_tick_materials(request.user, application):
        return ("核对材料", reverse("permits:materials", args=[application.pk]), True)
    return pay_link(request, application) or session_link(request, application)


def pay_link(request: HttpRequest, application: Application) -> tuple[str, str, bool] | None:
    """Who collects goes to the first fee that is open."""
    if application.state != PermitState.FEE_DUE:
        return None
    rows = application.assessments.current().with_sums().filter(open_sum__gt=0).order_by("pk")
    row = next((each for each in rows if can_collect(request.user, each)), None)
    return ("登记缴费", reverse("permits:fee-pay", args=[row.pk]), True) if row is not None else None


def session_link(request: HttpRequest, application: Application) -> tuple[str, str, bool] | None:
    """Who waits for the session goes to it: to this case on its agenda, to the session that is open, or to a new one."""
    if application.state != PermitState.IN_REVIEW or not can_run_session(request.user):
        return None
    listed = application.reviews.filter(outcome=ReviewOutcome.PENDING).first()
    if listed is not None:
        return ("进入会审", listed.get_absolute_url(), True)
    waiting = ReviewSession.objects.visible_to(request.user).open().filter(held_on__gte=application.review_on)
    running = waiting.order_by("-held_on", "-pk").first()
    if running is not None:
        return (f"列入{running}", running.get_absolute_url(), True)
    return ("召开会审", reverse("permits:session-create"), True)


def case_page(request: HttpRequest, application: Application) -> CasePage:
    today = timezone.localdate()
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "application"
    steps = case_steps(request, application)
    own = own_page_link(request, application)
    return CasePage(
        record=application,
        title=application.number,
        crumbs=[LIST],
        facts=[],
        lead=f"{application.applicant_name} · {application.item.item.name} · {application.location}",
        badge=(application.get_state_display(), application.state_tone),
        edit_url=reverse("permits:application-edit", args=[application.pk])
        if can_edit_application(request.user, application) else "",
        steps=steps,
        more={
            "application": application,
            "next": next_step(application, today),
            "own": own,
            "gap": gap_of(application) if application.state in PermitState.DECIDING and tab != "survey" else None,
            "receipt": receipt_link(request.user, application),
            "tabs": [(key, label) for key, (label, _, _) in TABS.items()],
            "tab": tab,
            "tab_template": TABS[tab][1],
            "flaws_found": application.flaws.select_related("recorded_by"),
            "message": message_of(request, application),
            "approvals": application.offline_approvals.select_related("recorded_by"),
            **tab_context(request, application, tab),
        },
    )  # fmt: skip


def message_of(request: HttpRequest, application: Application) -> str:
    """What is copied into the group: which case, where it stands, what is due; the link opens it after the login."""
    step = next_step(application, timezone.localdate())
    link = request.build_absolute_uri(application.get_absolute_url())
    state = application.get_state_display()
    return case_message((application.number, str(application.item), application.location), state, step, link)


@require_GET
@VIEW
def approval_scan(request: HttpRequest, pk: int, approval_pk: int) -> FileResponse:
    approval = get_object_or_404(visible_application(request, pk).offline_approvals, pk=approval_pk)
    return send_scan(approval.scan, f"签批 {approval.application.number}")


@require_GET
@VIEW
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return case_page(request, visible_application(request, pk)).show(request)


@require_POST
@VIEW
def step(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    """One step of the table, from its dialog. A step that is gone meanwhile is told by the workflow."""
    application = visible_application(request, pk)
    if edge not in STEP_FORMS:
        raise Http404
    if not may_take(request.user, edge):
        raise PermissionDenied
    form = STEP_FORMS[edge](request.POST, application=application, edge=edge, user=request.user)
    return take_step(
        request,
        application,
        form,
        form.take,
        page=case_page,
        step=edge,
        done=f"{application.number}：{TRANSITIONS[edge].label}，已登记。",
    )


@require_POST
@VIEW
def note(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    application = visible_application(request, pk)
    if name not in NOTE_FORMS:
        raise Http404
    if not can_note(request.user, application):
        raise PermissionDenied
    form = NOTE_FORMS[name](request.POST, request.FILES, application=application, user=request.user)
    return take_step(
        request,
        application,
        form,
        form.take,
        page=case_page,
        step=f"note-{name}",
        done=f"{NOTE_FORMS[name].label}，已登记。",
    )
