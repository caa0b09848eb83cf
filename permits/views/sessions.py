"""集中会审: the sessions, one session with its agenda, one case on one screen, the minutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from permits.conditions import proposed_conditions
from permits.documents.building import sources
from permits.documents.building.case import last_survey
from permits.documents.minutes import minutes_of, minutes_pdf
from permits.forms.sessions import DecideForm, DecideTogetherForm, SessionForm
from permits.models import ReviewedCase, ReviewOutcome, ReviewSession
from permits.paper_kinds import PaperKind
from permits.permissions import can_decide_in, can_run_session
from permits.taping import area_gap
from permits.views.access import VIEW
from permits.views.papers import paper_link
from permits.workflow import guards, sessions
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.models import Activity, Verb
from staff.pages import form_page, require
from staff.refusals import Refused

SHOWN = 50


def session_table(request: HttpRequest) -> Table:
    require(can_see(request))
    rows = ReviewSession.objects.visible_to(request.user).prefetch_related("cases")
    return Table(
        columns=[
            Column("held_on", "会审日期", sort="held_on", phone="primary"),
            Column("place", "地点", phone="secondary"),
            Column("chair", "主持人", sort="chair", phone="secondary"),
            Column("cases", "申请", value=lambda row: len(row.cases.all()), unit="件", phone="secondary"),
            Column("number", "纪要文号", sort="number", phone="hidden"),
            Column("state", "状态", value=lambda row: row.state_label[0], phone="primary"),
        ],
        rows=rows,
        request=request,
        name="review-sessions",
        caption="集中会审",
        default_sort="-held_on",
        row_url=ReviewSession.get_absolute_url,
        export_url=reverse("staff:export", args=[SESSION_EXPORT.key]),
        empty="还没有会审。开一次会审，待会审的申请自动列入议程。",
        empty_action=("召开会审", reverse("permits:session-create")) if can_run_session(request.user) else None,
    )


SESSION_EXPORT = register_export(ListExport("permits.sessions", "集中会审", session_table))


def can_see(request: HttpRequest) -> bool:
    """Squads see their cases, not the meeting."""
    return request.user.sees_all_units or can_run_session(request.user)


@require_GET
@VIEW
def session_list(request: HttpRequest) -> HttpResponse:
    links = [("召开会审", reverse("permits:session-create"), True)] if can_run_session(request.user) else []
    lead = "本局内部集中会审，不适用多部门集中办理的四十五日；办理期限仍为二十个工作日。"
    context = {"table": session_table(request), "title": "集中会审", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@VIEW
def session_create(request: HttpRequest) -> HttpResponse:
    require(can_run_session(request.user))
    form = SessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (session := form.store(by=request.user)):
        messages.success(request, f"已列入{session.cases.count()}件待会审申请。")
        return redirect(session)
    return form_page(request, form, title="召开集中会审", back=("集中会审", reverse("permits:session-list")), submit="召开并列入待审申请")  # fmt: skip


def visible_session(request: HttpRequest, pk: int) -> ReviewSession:
    require(can_see(request))
    return get_object_or_404(ReviewSession.objects.visible_to(request.user).select_related("signed_by"), pk=pk)


@require_http_methods(["GET", "POST"])
@VIEW
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    session = visible_session(request, pk)
    require(can_run_session(request.user))
    form = SessionForm(request.POST or None, instance=session)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已保存。")
        return redirect(session)
    return form_page(request, form, title="修改会审信息", back=(str(session), session.get_absolute_url()))


def session_context(request: HttpRequest, session: ReviewSession, **more: Any) -> dict[str, Any]:
    rows = list(session.cases.select_related("application__item__item", "decided_by"))
    decides = can_decide_in(request.user, session)
    pending = [row for row in rows if row.is_pending]
    return {
        "session": session,
        "cases": rows,
        "pending": pending,
        "decides": decides,
        "together_form": DecideTogetherForm(session=session) if decides and len(pending) > 1 else None,
        "results": [],
        "activities": Activity.objects.about(session)[:SHOWN],
        **more,
    }


@require_GET
@VIEW
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "permits/session_detail.html", session_context(request, visible_session(request, pk)))


@require_POST
@VIEW
def session_fill(request: HttpRequest, pk: int) -> HttpResponse:
    session = visible_session(request, pk)
    require(can_decide_in(request.user, session))
    try:
        count = sessions.fill_agenda(session, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"新列入{count}件。" if count else "没有新的待会审申请。")
    return redirect(session)


@require_POST
@VIEW
def session_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Several together; what became of each is listed."""
    session = visible_session(request, pk)
    require(can_decide_in(request.user, session))
    form = DecideTogetherForm(request.POST, session=session)
    if not form.is_valid():
        context = session_context(request, session, together_form=form)
        return render(request, "permits/session_detail.html", context, status=422)
    results = form.take(by=request.user)
    done = sum(not each.refusal for each in results)
    messages.success(request, f"已登记{done}件，{len(results) - done}件未通过。")
    return render(request, "permits/session_detail.html", session_context(request, session, results=results))


@require_POST
@VIEW
def session_sign(request: HttpRequest, pk: int) -> HttpResponse:
    session = visible_session(request, pk)
    require(can_decide_in(request.user, session))
    try:
        signed = sessions.sign_minutes(session, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"会审纪要已签发，文号{signed.number}。")
    return redirect(session)


@require_GET
@VIEW
def session_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    session = visible_session(request, pk)
    Activity.record(Verb.PRINT, session, by=request.user, title="打印会审纪要")
    if session.is_signed:
        return send_file(session.paper, f"{session}纪要", inline=True)
    content = minutes_pdf(minutes_of(session), number="", day=timezone.localdate())
    return send_made(content, f"{session}纪要.pdf", inline=True)


def visible_case(request: HttpRequest, pk: int, case_pk: int) -> ReviewedCase:
    visible_session(request, pk)
    rows = ReviewedCase.objects.filter(session=pk).select_related("session", "decided_by", "application__item__item")
    return get_object_or_404(rows, pk=case_pk)


def case_context(request: HttpRequest, case: ReviewedCase, **more: Any) -> dict[str, Any]:
    """One case on one screen: application, survey with photos, opinions, fee, protection, and what stands in the way."""
    application, session = case.application, case.session
    order = list(session.cases.values_list("pk", flat=True))
    place = order.index(case.pk)
    survey = last_survey(application, done=True)
    return {
        "case": case,
        "session": session,
        "application": application,
        "segments": application.segments.select_related("road", "application"),
        "survey": survey,
        "period": f"{application.starts_on} 至 {application.ends_on}",
        "days_words": f"含首尾共 {application.days} 天",
        "gap": area_gap(survey),
        "measurements": survey.measurements.select_related("segment") if survey else [],
        "photos": survey.photos.select_related("survey") if survey else [],
        "opinions": application.opinions.all(),
        "fees": sources.assessments_of(application),
        "protection": sources.protection_words(application),
        "obstacles": [str(each) for each in guards.before_grant(application)] if case.is_pending else [],
        "sheet": paper_link(request.user, application, PaperKind.REVIEW_SHEET),
        "place": place + 1,
        "total": len(order),
        "previous": order[place - 1] if place else None,
        "following": order[place + 1] if place + 1 < len(order) else None,
        "form": DecideForm(initial={"words": proposed_conditions(application)}) if case.is_pending and can_decide_in(request.user, session) else None,
        **more,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@VIEW
def session_case(request: HttpRequest, pk: int, case_pk: int) -> HttpResponse:
    """Decide, and on to the next that is open."""
    case = visible_case(request, pk, case_pk)
    if request.method == "GET":
        return render(request, "permits/session_case.html", case_context(request, case))
    if not can_decide_in(request.user, case.session):
        raise PermissionDenied
    form = DecideForm(request.POST)
    if form.is_valid() and (decided := form.store(case, by=request.user)):
        messages.success(request, f"{decided.application.number}：{decided.get_outcome_display()}。")
        following = case.session.cases.filter(outcome=ReviewOutcome.PENDING).first()
        return redirect(following or case.session)
    return render(request, "permits/session_case.html", case_context(request, case, form=form), status=422)


@require_POST
@VIEW
def session_drop(request: HttpRequest, pk: int, case_pk: int) -> HttpResponse:
    case = visible_case(request, pk, case_pk)
    require(can_decide_in(request.user, case.session))
    try:
        sessions.take_off(case, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已从议程撤下，仍为待会审。")
    return redirect(case.session)
