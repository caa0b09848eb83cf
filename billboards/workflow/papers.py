"""Papers of a case: draft, sign, void, register from elsewhere, serve. Each one door, locked and logged.

Our own papers are guarded: by what must stand in them (billboards/documents), by the case (workflow/guards.py) and by the
table of amounts. Service is a fact: it is recorded as it happened; what the law does not take for service starts no period
and stands as 程序瑕疵.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from billboards.discretion import decided_line, lines_for, why_not_amount
from billboards.documents import DOCUMENTS, Document
from billboards.documents.records import ServiceReceipt
from billboards.dossier import Dossier
from billboards.enums.cases import DecisionKind
from billboards.enums.papers import PaperKind
from billboards.leniency import is_first_offence
from billboards.models import Case, CaseFlaw, Decision, Paper, PaperService
from billboards.permissions import can_sign_paper
from billboards.service import Attempt, defect_of, effective_on
from billboards.workflow import delivery
from billboards.workflow.delivery import Delivery
from billboards.workflow.guards import why_not_paper
from staff import workdays
from staff.case_papers import paper_pdf, sign_case_paper
from staff.models import Activity, User, Verb, setting
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day, check_moment

DECIDED = (PaperKind.PENALTY, PaperKind.SPOT)
FINING = (PaperKind.NOTICE, PaperKind.HEARING_RIGHT, *DECIDED)


def content_of(paper: Paper) -> Document:
    return DOCUMENTS[paper.kind].from_data(paper.data)


def locked_paper(paper: Paper) -> Paper:
    rows = Paper.objects.select_for_update(of=("self",)).select_related("case__violation")
    found: Paper = rows.get(pk=paper.pk)
    return found


@transaction.atomic
def draft_paper(case: Case, kind: str, content: Document, *, by: User) -> Paper:
    """A draft binds nobody: it may be incomplete, and it may be written before its time."""
    paper = Paper.objects.create(case=case, kind=kind, data=content.as_data(), drafted_by=by)
    Activity.record(Verb.CREATE, paper, by=by, title=f"拟稿：{paper.get_kind_display()}")
    return paper


@transaction.atomic
def edit_draft(paper: Paper, content: Document, *, by: User, seen: int) -> Paper:
    current = locked_paper(paper)
    if not current.is_draft:
        raise Refused("这份文书已经签发或作废，不能再改；需要更正的，作废后重新拟稿。")
    if current.version != seen:
        raise ChangedMeanwhile("这份拟稿")
    current.data, current.version = content.as_data(), seen + 1
    current.save(update_fields=["data", "version"])
    Activity.record(Verb.UPDATE, current, by=by, title=f"改稿：{current.get_kind_display()}")
    return current


def why_not_fine(case: Case, kind: str, content: Any) -> str:
    """Why the amount in a paper does not stand against the table; a decision's is held to the line that it names."""
    fine: Decimal | None = getattr(content, "fine", None)
    if kind not in FINING or not fine:
        return ""
    if case.violation is None:
        return "案件还没有确定案由，不能决定罚款。请先在案件上选定案由。"
    dossier, table = Dossier(case), case.violation.table
    fitting = lines_for(table, fine, dossier.party)
    line = fitting[0] if fitting else None
    decision = dossier.decision if kind in DECIDED else None
    if decision is not None:
        line = decided_line(table, fine, dossier.party, decision.line)
    found = why_not_amount(table, fine, dossier.party, line)
    if found.startswith("请选择裁量阶次") and not fitting:
        return f"罚款 {fine:,.2f} 元不在“{table.violation}”的任何裁量阶次之内（《行政处罚法》第三十四条）。"
    if not found and decision is not None and fine != decision.amount:
        return (
            f"文书写的罚款 {fine:,.2f} 元，登记的决定是 {decision.amount:,.2f} 元，"
            "应当一致（《行政处罚法》第五十九条第一款第三项）。请改文书；决定登记错了的，重新登记决定。"
        )
    return found


def why_not_first(case: Case, kind: str, content: Any) -> str:
    """Why a decision may not rest on a first offence: the same party was penalised before (行政处罚法 Art. 33(1)).

    A penalty that was quashed is none.
    """
    if kind != PaperKind.NO_PENALTY or not content.ground.startswith("初次违法"):
        return ""
    known = {"case__party_id": case.party_id, "case__party_credit_code": case.party_credit_code}
    same = {path: number for path, number in known.items() if number}
    if not same:
        return ""
    rows = Decision.objects.standing().filter(kind__in=DecisionKind.PENALTIES, **same).exclude(case=case)
    months = int(setting("fines.first_offence_months")) or None
    day = case.decided_on or timezone.localdate()
    if is_first_offence(rows.values_list("issued_on", flat=True), day, within_months=months):
        return ""
    return (
        "当事人此前受过处罚，不是初次违法，不能以此不予处罚（《行政处罚法》第三十三条第一款）。请核对不予处罚的情形。"
    )


@transaction.atomic
def sign_paper(paper: Paper, *, by: User) -> Paper:
    """Number, frozen PDF and hash. Refused with the article for what is wanting, for the case, for the amount."""
    current = locked_paper(paper)
    if not can_sign_paper(by, current) and current.is_draft:
        raise Refused("这份文书由局领导签发；领导已在纸上签批的，请先在案件上登记线下签批。")
    content = content_of(current)
    try:
        reason = why_not_paper(current.case, current.kind)
    except workdays.CalendarYearMissing as error:
        raise Refused(str(error)) from error
    if reason:
        raise Refused(reason)
    if reason := why_not_fine(current.case, current.kind, content):
        raise Refused(reason, "fine")
    if reason := why_not_first(current.case, current.kind, content):
        raise Refused(reason, "ground")
    sign_case_paper(current, content.paper_type, content, by=by)
    delivery.signed(current.case, current.kind, current.number)
    return current


def preview(paper: Paper) -> bytes:
    """The draft as it would be printed, without a number."""
    content = content_of(paper)
    return paper_pdf(content.paper_type, content, number="", day=timezone.localdate(), draft=True)


@transaction.atomic
def void_paper(paper: Paper, *, by: User, reason: str) -> Paper:
    """The number stays listed and is never used again."""
    current = locked_paper(paper)
    if current.voided_at is not None:
        raise Refused("这份文书已经作废。")
    current.voided_at, current.voided_by, current.void_reason = timezone.now(), by, reason
    current.save(update_fields=["voided_at", "voided_by", "void_reason"])
    Activity.record(Verb.TRANSITION, current, by=by, title="作废文书", note=reason)
    return current


@transaction.atomic
def record_outside(case: Case, kind: str, *, by: User, number: str, on: date, scan: Any = None) -> Paper:
    """A paper that another platform, or the typewriter, issued: a fact, recorded with its number, day and scan.

    It stands for the step that it belongs to: its record gets the number, and the paper the service that is on record.
    """
    check_day(on, "on", "出文日期")
    if Paper.objects.filter(outside_number=number, kind=kind, case=case, voided_at=None).exists():
        raise Refused("这个文号在本案已经登记过。", "number")
    paper = Paper.objects.create(
        case=case,
        kind=kind,
        drafted_by=by,
        outside_number=number,
        outside_on=on,
        scan=scan or "",
        served_on=delivery.served_as_recorded(case, kind, on),
    )
    delivery.signed(case, kind, number)
    Activity.record(Verb.CREATE, paper, by=by, title=f"登记外部文书：{paper.get_kind_display()}", note=number)
    return paper


# --- Service ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def serve_paper(
    paper: Paper, *, by: User, served_at: datetime, method: str, servers: str, **facts: Any
) -> PaperService:
    """Record one attempt. What is no service in law is recorded, flagged, and starts nothing."""
    current = locked_paper(paper)
    if not current.is_issued:
        raise Refused("文书还没有签发，或者已经作废，不能登记送达。")
    on = timezone.localdate(served_at)
    if isinstance(current.issued_on, date) and on < current.issued_on:
        raise Refused("送达时间早于文书日期。请核对。", "served_at")
    check_moment(served_at, "served_at", "送达时间")
    attempt = attempt_of(current, on, method, servers, facts)
    defect = defect_of(attempt)
    effective = effective_on(attempt, workdays.load())
    service = PaperService.objects.create(
        paper=current,
        served_at=served_at,
        method=method,
        servers=servers,
        effective_on=effective,
        invalid_reason="" if defect is None else str(defect)[:200],
        recorded_by=by,
        **facts,
    )
    if defect is not None:
        flag(current, defect.text, defect.article, on, by)
    elif attempt.servers < 2:
        flag(current, f"《{current.get_kind_display()}》由一人送达", "《行政处罚法》第四十二条", on, by)
    if effective is not None:
        take_as_served(current, service, effective, by=by)
    Activity.record(
        Verb.UPDATE, current, by=by, title=f"登记送达：{service.get_method_display()}", note=facts.get("note", "")
    )
    return service


def attempt_of(paper: Paper, on: date, method: str, servers: str, facts: dict[str, Any]) -> Attempt:
    names = [each for each in servers.replace("；", "、").replace("，", "、").split("、") if each.strip()]
    known = {name: facts.get(name, "") for name in ("receiver", "refusal", "witness", "recording", "tracking")}
    return Attempt(method=method, on=on, servers=len(names), consent_on=paper.case.electronic_consent_on, **known)


def flag(paper: Paper, text: str, article: str, on: date, by: User) -> None:
    CaseFlaw.objects.create(
        case=paper.case,
        code="paper-service",
        article=article[:80],
        text=f"{paper}：{text}"[:200],
        happened_on=on,
        recorded_by=by,
    )


def take_as_served(paper: Paper, service: PaperService, effective: date, *, by: User) -> None:
    """The first valid service counts: the case is told, so that periods run from it."""
    if paper.served_on is not None and paper.served_on <= effective:
        return
    paper.served_on = effective
    paper.save(update_fields=["served_on"])
    proof = service.receiver or service.witness or service.recording or service.tracking or service.note
    day = timezone.localdate(service.served_at)
    delivery.served(paper.case, paper.kind, Delivery(day, service.method, proof, effective), by=by)


def receipt_of(service: PaperService) -> Document:
    """The return receipt (送达回证) of a service, ready to print or to draft."""
    paper = service.paper
    names = tuple(
        each.strip() for each in service.servers.replace("；", "、").replace("，", "、").split("、") if each.strip()
    )
    return ServiceReceipt(
        served_title=paper.get_kind_display(),
        served_number=paper.label_number,
        recipient=service.recipient,
        place=service.place,
        method=service.get_method_display(),
        servers=names,
        received_at=service.served_at,
        receiver=service.receiver,
        relation=service.relation,
        refusal=service.refusal,
        witness=service.witness or service.recording,
        note=service.note or service.invalid_reason,
    )
