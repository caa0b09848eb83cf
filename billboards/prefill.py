"""What a new draft already knows: the case, its party, its officers, and the newest record of the step that it is about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from billboards.documents import DOCUMENTS, Document
from billboards.enums.cases import SiteRecordKind
from billboards.enums.papers import PaperKind
from billboards.models import Case, Decision, latest_issued
from billboards.permissions import LEADERS_PAPERS
from billboards.prefill_execution import from_closing, from_execution, from_removal
from billboards.prefill_meetings import from_discussion, from_hearing, from_review
from billboards.reckoning import money_of
from billboards.remedies import Bodies, Remedy, remedies_text
from config.display import date_cn
from staff.models import setting
from staff.refusals import Refused

REMEDY_OF = {
    PaperKind.SPOT: Remedy.SPOT,
    PaperKind.ENFORCEMENT: Remedy.ENFORCEMENT,
    PaperKind.SUBSTITUTE: Remedy.ENFORCEMENT,
    PaperKind.COSTS: Remedy.ENFORCEMENT,
}

REMOVAL = "自行拆除违法设置的广告设施"


def issuing_body() -> str:
    return str(setting("fines.issuer") or setting("bureau.name"))


def bodies() -> Bodies:
    return Bodies(str(setting("remedies.review_body")), str(setting("remedies.court")))


def remedies_for(kind: str) -> str:
    """The paragraph for a paper; "" while the settings do not name both bodies, so that the paper cannot be signed."""
    known = bodies()
    return "" if known.missing else remedies_text(REMEDY_OF.get(PaperKind(kind), Remedy.ORDINARY), known)


def party_facts(case: Case) -> dict[str, Any]:
    return {
        "party_name": case.party_name,
        "party_kind": case.party_kind,
        "party_sex": case.party_sex,
        "party_code": case.party_id or case.party_credit_code,
        "representative": case.party_head,
        "party_address": case.party_address,
        "party_phone": case.party_phone,
        "recipient": case.party_name,
    }


def law_facts(case: Case) -> dict[str, Any]:
    violation = case.violation
    if violation is None:
        return {"cause": ""}
    return {
        "cause": violation.name,
        "provision": violation.provision,
        "basis": violation.basis,
        "grounds": f"涉嫌违反{violation.provision}的规定，依据{violation.basis}，应当立案调查。",
        "act": case.facts,
        "to": violation.get_transfer_to_display() if violation.transfer_to else "",
    }


def officers_of(case: Case) -> tuple[str, ...]:
    acting = case.officers.filter(recused_on=None).select_related("person")
    return tuple(f"{each.person.name} {each.certificate}".strip() for each in acting)


def decision_facts(case: Case) -> dict[str, Any]:
    """The decision that later papers carry out."""
    decision = case.decisions.order_by("-pk").first()
    if decision is None:
        return {}
    return {
        "decision_title": "当场行政处罚决定书" if decision.kind == "spot" else "行政处罚决定书",
        "decision_number": decision.number,
        "decision_served_on": decision.served_on,
        "decided_on": decision.issued_on,
        "obligation": obligation_of(decision),
    }


def obligation_of(decision: Decision) -> str:
    duties = [f"缴纳罚款{decision.amount:,.2f}元" if decision.amount else ""]
    duties += ["拆除违法设置的广告设施" if decision.orders_removal else ""]
    return "；".join(each for each in duties if each)


def common_facts(case: Case, kind: str) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        **party_facts(case),
        **law_facts(case),
        **decision_facts(case),
        "facts": case.facts,
        "source": case.get_source_display(),
        "place": case.place,
        "officers": officers_of(case),
        "servers": officers_of(case),
        "investigators": officers_of(case),
        "contact": str(setting("fines.contact")),
        "bank": str(setting("fines.pay_at")),
        "remedies": remedies_for(kind),
        "court": str(setting("remedies.court")),
        "archived_on": today,
        "concluded_on": today,
        "computed_to": today,
    }


# --- By kind: the newest record of the step ---------------------------------------------------------------------------


def from_inspection(case: Case) -> dict[str, Any]:
    return from_sheet(case, SiteRecordKind.INSPECTION)


def from_recheck(case: Case) -> dict[str, Any]:
    """The recheck, and the order that it looks after."""
    found = from_sheet(case, SiteRecordKind.RECHECK)
    ordered = latest_issued(case, PaperKind.CORRECTION)
    row = case.correctionorders.order_by("-pk").first()
    number = ordered.label_number if ordered else row.number if row else ""
    return {**found, "order_number": number}


def from_sheet(case: Case, kind: SiteRecordKind) -> dict[str, Any]:
    """The newest record of the site of one kind; a recheck never fills in the first look."""
    row = case.siterecords.filter(kind=kind).order_by("-pk").first()
    if row is None:
        return {"party_name": case.party_name}
    size = f"{row.width_m}米×{row.height_m}米，{row.faces or 1}面" if row.width_m and row.height_m else ""
    return {
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "place": row.place,
        "party_name": row.inspected or case.party_name,
        "card_shown": row.certificate_shown,
        "recusal_told": row.recusal_told,
        "measures": size,
        "condition": row.facts,
        "findings": row.facts,
        "result": row.get_correction_display(),
        "recorder": row.recorder,
        "witness": row.witness,
        "signature": row.inspected if row.signature == "signed" else "",
        "refusal": "" if row.signature == "signed" else row.get_signature_display(),
        "officers": tuple(
            f"{each.person.name} {each.certificate}".strip() for each in row.officers.select_related("person")
        ),
    }


def from_interview(case: Case) -> dict[str, Any]:
    row = case.interviews.order_by("-pk").first()
    if row is None:
        return {}
    return {
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "place": row.place,
        "person_name": row.person,
        "person_code": row.identity,
        "relation": row.relation,
        "card_shown": row.certificate_shown,
        "recusal_told": row.rights_told,
        "rights_told": row.rights_told,
        "questions": row.questions,
        "recorder": row.recorder,
        "signature": row.person if row.signature == "signed" else "",
        "refusal": "" if row.signature == "signed" else row.get_signature_display(),
    }


def from_order(case: Case) -> dict[str, Any]:
    row = case.correctionorders.order_by("-pk").first()
    words = "逾期不改正的，本机关将依法处理。"
    if row is None:
        return {"consequence": words}
    return {"demand": row.demand, "due_on": row.due_on, "basis": row.basis, "consequence": words}


def from_notice(case: Case) -> dict[str, Any]:
    row = case.notices.order_by("-pk").first()
    proofs = case.evidence.filter(set_aside_at=None)
    found: dict[str, Any] = {"evidence": "；".join(str(each) for each in proofs)}
    if row is None:
        return found
    found |= {"facts": row.facts, "basis": row.basis, "fine": row.amount or None}
    return {**found, "order": f"责令限期{REMOVAL}。" if row.orders_removal else ""}


def from_decision(case: Case) -> dict[str, Any]:
    found = from_notice(case)
    notice = case.notices.order_by("-pk").first()
    if notice is not None and notice.served_on:
        name = PaperKind.HEARING_RIGHT.label if notice.with_hearing else PaperKind.NOTICE.label
        number = f"（{notice.number}）" if notice.number else ""
        found["notice"] = f"本机关于{date_cn(notice.served_on)}送达《{name}》{number}。"
        found["defence"] = (
            f"当事人提出：{notice.statement}。{notice.reply}" if notice.statement else "当事人未提出陈述申辩。"
        )
    row = case.decisions.order_by("-pk").first()
    if row is not None:
        found |= {"facts": row.facts, "basis": row.basis, "fine": row.amount or None, "warning": row.warning}
        found["discretion"] = "。".join(filter(None, (row.discretion_words, row.reasons)))
        within = f"于{date_cn(row.remove_by)}前" if row.remove_by else "限期"
        found["order"] = f"责令{within}{REMOVAL}。" if row.orders_removal else ""
    found["performance"] = "罚款自收到本决定书之日起十五日内缴纳。" if found.get("fine") else ""
    return found


def from_report(case: Case) -> dict[str, Any]:
    proofs = tuple(str(each) for each in case.evidence.filter(set_aside_at=None))
    step = case.steps.filter(edge="conclude").order_by("-pk").first()
    return {"evidence": proofs, **({"concluded_on": step.happened_on} if step else {})}


def from_statement(case: Case) -> dict[str, Any]:
    row = case.notices.order_by("-pk").first()
    if row is None:
        return {}
    found = {"stated_on": row.statement_on, "statement": row.statement, "findings": row.reply}
    found |= {"reviewed_on": row.replied_on, "reason": row.reply}
    words = {"adopted": "采纳", "partly": "部分采纳", "rejected": "不予采纳"}
    return {**found, "adopted": words.get(row.outcome, "")}


def from_dunning(case: Case) -> dict[str, Any]:
    money = money_of(case, timezone.localdate())
    unpaid = money.unpaid + money.surcharge_unpaid
    row = case.dunnings.order_by("-pk").first()
    found: dict[str, Any] = {"amount": unpaid or None, "pay_way": str(setting("fines.pay_at")) if unpaid else ""}
    found["consequence"] = "逾期不履行的，本机关将依法强制执行或者申请人民法院强制执行。"
    return found if row is None else {**found, "manner": row.manner, "period": f"于{date_cn(row.perform_by)}前"}


def from_enforcement(case: Case) -> dict[str, Any]:
    dunning = latest_issued(case, PaperKind.DUNNING)
    announced = latest_issued(case, PaperKind.ANNOUNCEMENT)
    order = case.governmentorders.order_by("-pk").first()
    row = case.enforcementdecisions.order_by("-pk").first()
    found: dict[str, Any] = {
        "dunning_number": dunning.label_number if dunning else "",
        "dunning_served_on": dunning.served_on if dunning else None,
        "announcement_number": announced.label_number if announced else "",
        "authority": f"{order.issuer}{order.number}" if order else "",
    }
    if row is not None:
        found |= {"reason": row.reasons, "manner": row.manner, "performer": row.performer, "budget": row.budget}
        found["execute_at"] = timezone.make_aware(datetime.combine(row.planned_on, time(9)))
    return found


def from_announcement(case: Case) -> dict[str, Any]:
    row = case.announcements.order_by("-pk").first()
    words = {
        "consequence": "逾期不拆除的，本机关将依法强制拆除，费用由当事人承担。",
        "object": f"{case.place}的广告设施。",
    }
    return words if row is None else {**words, "due_on": row.remove_by, "posted_at": row.places}


def from_court(case: Case) -> dict[str, Any]:
    money = money_of(case, timezone.localdate())
    dunning = latest_issued(case, PaperKind.DUNNING)
    told = f"《催告书》（{dunning.label_number}）已于{dunning.served_on}送达。" if dunning and dunning.served_on else ""
    return {
        "dunning": told,
        "principal": money.unpaid or None,
        "surcharge": money.surcharge_unpaid or None,
        "materials": ("行政处罚决定书及送达回证", "催告书及送达回证", "案件材料"),
        "object": money.words,
    }


def from_surcharge(case: Case) -> dict[str, Any]:
    money = money_of(case, timezone.localdate())
    return {
        "fine": money.imposed,
        "unpaid": money.unpaid,
        "due_on": money.due_on,
        "amount": money.reckoned.amount,
        "lines": tuple(money.line_words),
    }


def from_deferral(case: Case) -> dict[str, Any]:
    row = case.deferrals.filter(voided_at=None).order_by("-pk").first()
    if row is None:
        return {}
    parts = list(row.instalments.all())
    words = "准予分期" if len(parts) > 1 else "准予延期"
    return {
        "applied_on": row.applied_on,
        "hardship": row.hardship,
        "granted": "" if row.granted is None else words if row.granted else "不予准许",
        "plan": tuple(f"{each.due_on} {each.amount:,.2f}元" for each in parts),
    }


BY_KIND: dict[str, Callable[[Case], dict[str, Any]]] = {
    PaperKind.SITE_RECORD: from_inspection,
    PaperKind.RECHECK: from_recheck,
    PaperKind.REPORT: from_report,
    PaperKind.LEGAL_REVIEW: from_review,
    PaperKind.INTERVIEW: from_interview,
    PaperKind.CORRECTION: from_order,
    PaperKind.NOTICE: from_notice,
    PaperKind.HEARING_RIGHT: from_notice,
    PaperKind.PENALTY: from_decision,
    PaperKind.STATEMENT: from_statement,
    PaperKind.REPLY: from_statement,
    PaperKind.HEARING_NOTICE: from_hearing,
    PaperKind.HEARING_RECORD: from_hearing,
    PaperKind.HEARING_REPORT: from_hearing,
    PaperKind.DISCUSSION: from_discussion,
    PaperKind.DUNNING: from_dunning,
    PaperKind.ENFORCEMENT: from_enforcement,
    PaperKind.SUBSTITUTE: from_enforcement,
    PaperKind.ANNOUNCEMENT: from_announcement,
    PaperKind.COURT: from_court,
    PaperKind.SURCHARGE: from_surcharge,
    PaperKind.DEFERRAL: from_deferral,
    PaperKind.EXECUTION_RECORD: from_execution,
    PaperKind.REMOVAL: from_removal,
    PaperKind.CLOSING: from_closing,
}


def signed_offline(case: Case, kind: str) -> dict[str, Any]:
    """What a leader wrote on paper for the step of this paper (线下签批): nobody types it twice."""
    edge = LEADERS_PAPERS.get(kind, "")
    row = case.approvals.filter(edge=edge).order_by("-pk").first() if edge else None
    return {} if row is None else {"approval": row.words, "approver": row.who, "approved_on": row.signed_on}


def prefilled(case: Case, kind: str) -> Document:
    """A draft with everything that is on record; what is not stays empty and is told by `missing`."""
    cls = DOCUMENTS[kind]
    known = common_facts(case, kind)
    own = BY_KIND.get(kind)
    if own is not None:
        with suppress(Refused):  # no calendar for a year: the amounts stay open, the signature will say why
            known |= own(case)
    known |= signed_offline(case, kind)
    names = {each.name for each in cls.parts()}
    return cls(**{name: value for name, value in known.items() if name in names and value not in (None, "", ())})
