"""From a case to its papers after the decision: fee, board, changes, endings, inspections, acceptance, emergency, service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from config.clock import local_day
from permits.documents import decision, supervision
from permits.documents.bases import day_words, plain
from permits.documents.building import sources
from permits.documents.building.case import LAW, ROADS, common
from permits.documents.parts import CaseFacts, CasePaperContent, Officer
from permits.enums import ChangeOutcome, EndingKind, PermitState
from permits.kinds import ChargeCause
from permits.models import Application, PaperService, PermitChange, PermitPaper
from permits.models.supervision import OfficerVisit
from permits.paper_kinds import PaperKind
from permits.verification import verify_url
from staff.models import setting

ENDINGS: dict[str, type[decision.Ending]] = {
    EndingKind.REVOKE: decision.Revocation,
    EndingKind.RECALL: decision.AgencyWithdrawal,
    EndingKind.CANCEL: decision.Cancellation,
}
OLD = "原许可内容"
ENDING_ARTICLES = {EndingKind.REVOKE: "第六十九条", EndingKind.RECALL: "第八条第二款", EndingKind.CANCEL: "第七十条"}


def payment(application: Application) -> CasePaperContent:
    """The fees of the permit; once the licence is given, what a change costs more and is still open."""
    supplement = application.state in (*PermitState.ON_SITE, *PermitState.RESTORING)
    rows = sources.assessments_of(application)
    if supplement:
        rows = [row for row in rows if row.cause == ChargeCause.CHANGE and row.paid < row.due]
    lines = [
        supervision.FeeLine(line["label"], line["formula"], Decimal(line["amount"]))
        for row in rows
        for line in row.lines
    ]
    lines += [supervision.FeeLine("减免", row.exempt_reason, -row.exempted) for row in rows if row.exempted]
    lines += [supervision.FeeLine("已缴", "已登记缴费", -row.paid) for row in rows if supplement and row.paid]
    tariffs = dict.fromkeys(str(row.tariff or row.basis) for row in rows)
    kind = PaperKind.CHANGE_GRANT if supplement else PaperKind.GRANT
    decided = application.papers.issued().filter(kind=kind).order_by("-pk").first()
    return supervision.Payment(
        **common(application),
        lines=tuple(lines),
        tariff="、".join(tariffs),
        pay_at=str(setting("permits.pay_at")),
        decision=decided.label_number if decided else "",
        pay_by=sources.pay_day(timezone.localdate()) if supplement else application.pay_due,
        supplement=supplement,
    )


def site_board(application: Application, *, site: str = "") -> CasePaperContent:
    return supervision.SiteBoard(
        **common(application),
        licence=application.licence_number,
        requirements=sources.lines_of(application.conditions),
        complaint_phone=str(setting("permits.supervision_phone")),
        verify_url=verify_url(application.pk, sources.site_address(site)),
    )


def changes_of(row: PermitChange) -> tuple[decision.Change, ...]:
    """What the change moves from and to. Once granted, the application holds the new values, the change those before.

    Changes that were granted before they kept them: the licence says the old.
    """
    before = licensed(row.application) if row.outcome == ChangeOutcome.GRANTED else sources.case_facts(row.application)
    found = []
    if row.new_ends_on:
        ends_on = row.ends_on_before or (before.ends_on if before else None)
        old = f"至{day_words(ends_on)}" if ends_on else OLD
        found.append(decision.Change("期限", old, f"至{day_words(row.new_ends_on)}"))
    if row.new_area is not None:
        kept = sum((Decimal(each["area"]) for each in row.segments_before), Decimal(0))
        old = f"{plain(kept)}㎡" if kept else f"{plain(before.area)}㎡" if before else OLD
        found.append(decision.Change("面积", old, f"{plain(row.new_area)}㎡"))
    if row.new_location:
        place = row.location_before or (before.place if before else OLD)
        found.append(decision.Change("位置", place, row.new_location))
    return tuple(found) or (decision.Change(row.get_kind_display(), OLD, row.reason),)


def licensed(application: Application) -> CaseFacts | None:
    """The case as the signed licence, or else the decision, tells it."""
    papers = application.papers.exclude(signed_at=None).filter(kind__in=(PaperKind.LICENCE, PaperKind.GRANT))
    paper = papers.order_by("-kind", "-pk").first()
    return CaseFacts.from_stored(paper.data["case"]) if paper is not None else None


def last_change(application: Application, outcome: str) -> PermitChange | None:
    rows = application.changes.select_related("application").filter(outcome=outcome)
    found: PermitChange | None = rows.order_by("-decided_on", "-pk").first()
    return found


def change_grant(application: Application) -> CasePaperContent:
    row = last_change(application, ChangeOutcome.GRANTED)
    if row is None:
        return decision.ChangeGrant(**common(application), licence=application.licence_number)
    return decision.ChangeGrant(
        **common(application),
        licence=application.licence_number,
        applied_on=row.filed_on,
        decided_on=row.decided_on,
        changes=changes_of(row),
        fee=f"差额{row.fee_difference:,.2f}元" if row.fee_difference else "",
    )


def change_refusal(application: Application) -> CasePaperContent:
    row = last_change(application, ChangeOutcome.DENIED)
    given: dict[str, Any] = {"licence": application.licence_number, "remedies": sources.remedies()}
    if row is None:
        return decision.ChangeRefusal(**common(application), **given)
    return decision.ChangeRefusal(
        **common(application),
        **given,
        applied_on=row.filed_on,
        changes=changes_of(row),
        reasons=row.decision_note,
        basis=f"{ROADS}第三十六条、{LAW}第三十八条第二款",
    )


def adjustment(application: Application) -> CasePaperContent:
    row = application.adjustments.order_by("-decided_on", "-pk").first()
    given: dict[str, Any] = {"licence": application.licence_number, "remedies": sources.remedies()}
    if row is None:
        return decision.Adjustment(**common(application), **given)
    after = (
        day_words(row.new_ends_on) if row.new_ends_on else f"{plain(row.new_area)}㎡" if row.new_area else "停止占用"
    )
    return decision.Adjustment(
        **common(application),
        **given,
        reasons=row.reason,
        changes=(decision.Change(row.get_kind_display(), OLD, after),),
        refund=f"退还占用费{row.refund:,.2f}元" if row.refund else "",
    )


def ending(application: Application, kind: str) -> CasePaperContent:
    """撤销、撤回、注销."""
    content, row = ENDINGS[kind], getattr(application, "ending", None)
    given: dict[str, Any] = {"licence": application.licence_number, "remedies": sources.remedies()}
    if row is None or row.kind != kind:
        return content(**common(application), **given)
    words = row.get_ground_display().partition("（")
    return content(
        **common(application),
        **given,
        facts=row.facts,
        ground=f"{LAW}{words[2].rstrip('）') or ENDING_ARTICLES[EndingKind(kind)]}",
        heard=f"已于{day_words(row.heard_on)}听取当事人的陈述、申辩" if row.heard_on else "",
    )


def revocation(application: Application) -> CasePaperContent:
    return ending(application, EndingKind.REVOKE)


def agency_withdrawal(application: Application) -> CasePaperContent:
    return ending(application, EndingKind.RECALL)


def cancellation(application: Application) -> CasePaperContent:
    return ending(application, EndingKind.CANCEL)


def visitors(row: OfficerVisit) -> tuple[Officer, ...]:
    return sources.officers_of(row.officers, local_day(row.happened_at))


def inspection(application: Application) -> CasePaperContent:
    row = application.inspections.select_related("first", "second").order_by("-happened_at").first()
    if row is None:
        return supervision.Inspection(**common(application), licence=application.licence_number)
    checks = [
        (sources.label_of(row, name), "是" if getattr(row, name) else "否")
        for name in ("in_place", "in_time", "signs", "board")
    ]
    if row.found_area is not None:
        checks.append(("实际面积", f"{plain(row.found_area)}㎡"))
    return supervision.Inspection(
        **common(application),
        inspected_at=row.happened_at,
        licence=application.licence_number,
        officers=visitors(row),
        findings=tuple(checks),
        result="，".join(filter(None, ("合格" if row.passed else "不合格", row.note))),
    )


def rectify(application: Application) -> CasePaperContent:
    row = application.rectifications.select_related("inspection").order_by("-ordered_on", "-pk").first()
    given: dict[str, Any] = {
        "licence": application.licence_number,
        "remedies": sources.remedies(),
        "broken": f"{ROADS}第三十五条、第三十六条",
    }
    if row is None:
        return supervision.Rectify(**common(application), **given)
    return supervision.Rectify(
        **common(application),
        **given,
        facts=row.inspection.note if row.inspection else "",
        demands=sources.lines_of(row.demand),
        due_on=row.due_on,
    )


def completion(application: Application) -> CasePaperContent:
    row = application.restoration_checks.select_related("first", "second").order_by("-happened_at").first()
    if row is None:
        return supervision.Completion(**common(application), licence=application.licence_number)
    found = [
        ("修复面积", f"{plain(row.restored_area)}㎡" if row.restored_area else ""),
        ("结构层厚度、压实度", row.thickness),
    ]
    police = "、".join(filter(None, ("参加验收", row.police_officer))) if row.police_present else ""
    return supervision.Completion(
        **common(application),
        licence=application.licence_number,
        checked_on=local_day(row.happened_at),
        officers=visitors(row),
        findings=tuple(pair for pair in found if pair[1]),
        police=police,
        conclusion="，".join(filter(None, ("合格" if row.passed else "不合格", row.note))),
        warranty_until=application.warranty_until,
    )


def emergency(application: Application) -> CasePaperContent:
    row = getattr(application, "emergency", None)
    if row is None:
        return supervision.Emergency(**common(application))
    return supervision.Emergency(
        **common(application),
        started_at=row.started_at,
        cause=row.cause,
        told_roads_at=row.bureau_told_at,
        told_police_at=row.police_told_at,
        due_at=row.due_at,
        made_up_at=row.made_up_at,
    )


def service_receipt(application: Application) -> CasePaperContent:
    """An empty form for the papers that still have to be served."""
    waiting = [row for row in application.papers.issued().prefetch_related("services") if row.waits_for_service]
    return supervision.ServiceReceipt(
        **common(application),
        papers=tuple(supervision.ServedPaper(row.get_kind_display(), row.label_number) for row in waiting),
        recipient=application.applicant_name,
        place=application.address,
        method="直接送达",
    )


def receipt_of_service(paper: PermitPaper, service: PaperService | None = None) -> supervision.ServiceReceipt:
    """送达回证 of one paper: as it was served, or empty to be filled in by hand."""
    served = (supervision.ServedPaper(paper.get_kind_display(), paper.label_number),)
    given: dict[str, Any] = {
        **common(paper.application),
        "papers": served,
        "recipient": paper.application.applicant_name,
    }
    if service is None:
        return supervision.ServiceReceipt(**given, place=paper.application.address, method="　")
    return supervision.ServiceReceipt(
        **given,
        place=service.place or "　",
        method=service.get_method_display(),
        servers=tuple(filter(None, service.servers.replace("，", "、").split("、"))),
        served_at=service.served_at,
        receiver=service.recipient,
        relation=service.relation,
        witness=service.witness,
        note=service.note,
    )
