"""From a case to its papers, window to decision. Each function reads the case and fills what it knows; the rest is typed."""

from __future__ import annotations

from typing import Any

from config.clock import local_day
from permits import deadlines
from permits.authority import city_agency, city_road_names
from permits.documents import decision, intake, process, requests
from permits.documents.bases import day_words, plain
from permits.documents.building import sources
from permits.documents.parts import CasePaperContent
from permits.enums import OpinionBody
from permits.kinds import ItemKind
from permits.models import Application, ReviewOutcome, Survey, SurveyMeasurement, area_of
from permits.taping import area_gap
from permits.verification import verify_url
from staff import workdays
from staff.models import setting

ROADS, LAW = "《城市道路管理条例》", "《中华人民共和国行政许可法》"
BASIS = {
    ItemKind.DIG: f"{ROADS}第三十条、第三十三条第一款和{LAW}第三十八条第一款",
    ItemKind.OCCUPY: f"{ROADS}第三十条、第三十一条和{LAW}第三十八条第一款",
    ItemKind.PUBLIC_GROUND: f"《城市市容和环境卫生管理条例》第十四条和{LAW}第三十八条第一款",
}


def common(application: Application) -> dict[str, Any]:
    return {"issuer": sources.issuer(), "case": sources.case_facts(application)}


def material_lines(application: Application, *, after: Any = None) -> tuple[intake.MaterialLine, ...]:
    rows = application.materials.exclude(received_on=None)
    if after is not None:
        rows = rows.filter(received_on__gt=after)
    return tuple(intake.MaterialLine(row.name, "", str(row.copies), row.note) for row in rows)


def receipt(application: Application) -> CasePaperContent:
    return intake.Receipt(
        **common(application),
        materials=material_lines(application),
        received_by=str(application.handler or application.recorded_by or ""),
        answer_by=application.supplement_due,
    )


def supplement_receipt(application: Application) -> CasePaperContent:
    later = material_lines(application, after=application.supplement_told_on)
    return intake.SupplementReceipt(
        **common(application),
        materials=later or material_lines(application),
        received_by=str(application.handler or application.recorded_by or ""),
        supplemented_on=application.supplemented_on,
    )


def application_form(application: Application) -> CasePaperContent:
    return requests.ApplicationForm(**common(application), contact=application.contact)


def acceptance(application: Application) -> CasePaperContent:
    return intake.Acceptance(
        **common(application),
        accepted_on=application.accepted_on,
        legal_days=application.item.legal_days,
        legal_due=application.decide_due,
        promised_days=application.item.promised_days,
        promised_due=application.promised_due,
        deemed=application.deemed_accepted,
    )


def intake_refusal(application: Application) -> CasePaperContent:
    return intake.IntakeRefusal(
        **common(application),
        remedies=sources.remedies(),
        reasons=application.refusal_reason or application.end_reason,
        basis=f"{LAW}第三十二条第一款第二项",
        right_agency=city_agency() if city_road_names(application) else "",
    )


def supplement(application: Application) -> CasePaperContent:
    asked = []
    for line in sources.lines_of(application.supplement_items):
        name, _, what = line.partition("：")
        asked.append(intake.SupplementItem(name, what or "请补交"))
    return intake.Supplement(**common(application), items=tuple(asked))


def not_required(application: Application) -> CasePaperContent:
    return intake.NotRequired(**common(application), reasons=application.refusal_reason)


def withdrawal(application: Application) -> CasePaperContent:
    return intake.Withdrawal(**common(application), withdrawn_on=application.ended_on, reasons=application.end_reason)


def transfer(application: Application) -> CasePaperContent:
    reasons = application.refusal_reason or application.end_reason or "申请的道路为市管道路"
    return requests.Transfer(**common(application), to=str(setting("permits.city_agency")), reasons=reasons)


def special(application: Application) -> CasePaperContent:
    pause = application.pauses.order_by("-started_on", "-pk").first()
    if pause is None:
        return process.SpecialProcedure(**common(application))
    return process.SpecialProcedure(
        **common(application),
        procedure=pause.get_kind_display(),
        reasons=pause.reason,
        starts_on=pause.started_on,
        planned_days=pause.planned_days,
    )


def extension(application: Application) -> CasePaperContent:
    extended = application.extended_on is not None
    return process.Extension(
        **common(application),
        reasons=application.extension_reason,
        approved_by=approver(application),
        old_due=original_due(application),
        new_due=application.decide_due if extended else None,
    )


def approver(application: Application) -> str:
    """Who allowed the extension, as the record of a signature on paper says; otherwise it is typed."""
    row = application.offline_approvals.filter(subject__contains="延").order_by("-signed_on").first()
    return row.who if row else ""


def original_due(application: Application) -> Any:
    if application.accepted_on is None:
        return None
    pauses = [(row.started_on, row.ended_on) for row in application.pauses.exclude(ended_on=None)]
    days = application.item.legal_days
    try:
        return deadlines.DECIDE.due(application.accepted_on, workdays.load(), pauses=pauses, amount=days).day
    except workdays.CalendarYearMissing:
        return None


def last_survey(application: Application, *, done: bool) -> Survey | None:
    rows = application.surveys.select_related("first", "second").order_by("-round")
    found: Survey | None = (rows.exclude(surveyed_at=None) if done else rows).first()
    return found


def survey_order(application: Application) -> CasePaperContent:
    row = last_survey(application, done=False)
    if row is None:
        return requests.SurveyOrder(**common(application))
    return requests.SurveyOrder(
        **common(application),
        officers=sources.officers_of(row.officers, row.assigned_on),
        assigned_on=row.assigned_on,
        due_on=row.due_on,
    )


CHECKS = ("pipes", "greenery")


def survey(application: Application) -> CasePaperContent:
    row = last_survey(application, done=True)
    if row is None or row.surveyed_at is None:
        return process.SurveyRecord(**common(application))
    noted = [(sources.label_of(row, name), getattr(row, name) or "无") for name in CHECKS]
    noted.append(("需要避让的情形", "、".join(row.no_go_zones) or "无"))
    if row.sidewalk_left is not None:
        noted.append(("剩余通行宽度", f"{plain(row.sidewalk_left)}m"))
    measured = row.measurements.select_related("segment")
    return process.SurveyRecord(
        **common(application),
        surveyed_at=row.surveyed_at,
        place=application.location,
        position=f"{row.latitude}, {row.longitude}" if row.latitude is not None else "",
        officers=sources.officers_of(row.officers, local_day(row.surveyed_at)),
        measured=tuple(measured_of(each) for each in measured),
        checks=tuple(noted),
        protection=row.protection_note or sources.protection_words(application),
        photos=row.photos.count(),
        opinion="。".join(filter(None, (row.get_opinion_display(), row.opinion_note))),
    )


def measured_of(row: SurveyMeasurement) -> process.Measured:
    asked = row.segment
    return process.Measured(
        part=asked.get_part_display(),
        surface=row.get_surface_display(),
        applied=f"{plain(asked.length)} × {plain(asked.width)}",
        length=row.length,
        width=row.width,
        area=area_of(row.length, row.width),
    )


def police_request(application: Application) -> CasePaperContent:
    row = application.opinions.filter(body=OpinionBody.POLICE).order_by("-pk").first()
    return process.PoliceRequest(
        **common(application),
        police=str(setting("permits.police")) or (row.body_name if row else ""),
        answer_by=row.expected_on if row else None,
        contact=str(setting("permits.window")),
    )


def government_request(application: Application) -> CasePaperContent:
    return requests.GovernmentRequest(
        **common(application),
        protection=sources.protection_words(application),
        reasons=application.purpose,
    )


def hearing_right(application: Application) -> CasePaperContent:
    return requests.HearingRight(**common(application), contact=str(setting("permits.window")))


def hearing_notice(application: Application) -> CasePaperContent:
    return requests.HearingNotice(**common(application))


def review_sheet(application: Application) -> CasePaperContent:
    row = last_survey(application, done=True)
    gap = area_gap(row)
    parts = (row.get_opinion_display(), row.opinion_note.rstrip("。"), gap.words if gap else "") if row else ()
    words = "。".join(filter(None, parts))
    return process.ReviewSheet(
        **common(application),
        survey=words,
        protection=sources.protection_words(application),
        police=sources.police_words(application),
        government=sources.government_words(application),
        fee=sources.fee_words(application) or "不收费",
        proposal=row.get_opinion_display() if row else "",
        legal_due=application.decide_due,
        conclusion=conclusion_of(application),
    )


def conclusion_of(application: Application) -> str:
    """What the session said, with its minutes, and the decision; a decision taken past the session stands alone."""
    case = application.reviews.exclude(outcome=ReviewOutcome.PENDING).select_related("session").order_by("-pk").first()
    lines = []
    if case is not None:
        minutes = f"（纪要{case.session.number}）" if case.session.number else ""
        lines.append(f"{day_words(case.session.held_on)}集中会审{minutes}：{case.get_outcome_display()}。{case.words}")
    if application.decided_on is not None:
        verdict = "准予许可" if application.granted else "不予许可"
        by = f"，{application.decided_by}" if application.decided_by else ""
        lines.append(f"{day_words(application.decided_on)}决定{verdict}{by}。")
    return "\n".join(lines)


def grant(application: Application) -> CasePaperContent:
    return decision.Grant(
        **common(application),
        decided_on=application.decided_on,
        basis=BASIS[ItemKind(application.item.item.kind)],
        conditions=sources.lines_of(application.conditions),
        fee=sources.fee_words(application),
        police=sources.police_words(application),
        government=sources.government_words(application),
        supervision_phone=str(setting("permits.supervision_phone")),
    )


def refusal(application: Application) -> CasePaperContent:
    return decision.Refusal(
        **common(application),
        remedies=sources.remedies(),
        reasons=application.refusal_reason,
        basis=f"{LAW}第三十八条第二款",
    )


def licence(application: Application, *, site: str = "") -> CasePaperContent:
    decided = application.papers.issued().filter(kind="grant").order_by("-pk").first()
    return decision.Licence(
        **common(application),
        decision=decided.label_number if decided else "",
        conditions=sources.lines_of(application.conditions),
        verify_url=verify_url(application.pk, sources.site_address(site)),
        supervision_phone=str(setting("permits.supervision_phone")),
    )
