"""The door to papers: draft, correct, sign, void, record what another platform issued. Serving is next door (service.py).

A paper of ours is refused while the case does not stand where it may go out (guards.why_not_paper), and while one of its
mandatory contents is missing. Two signing at once: one wins, the other is told who and when.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from permits.documents import CasePaperContent, content_of
from permits.documents.bases import is_blank
from permits.documents.building import build
from permits.documents.printing import extras, type_of
from permits.enums import PermitState
from permits.models import Application, PermitPaper
from permits.paper_kinds import ONCE, RULES, PaperKind
from permits.permissions import can_make_paper
from permits.workflow import decisions, guards
from permits.workflow.steps import Obstacle, Step, flag, locked
from staff.case_papers import sign_case_paper
from staff.models import Activity, User, Verb
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day

TAKES_OFFICE = (PermitState.GRANTED, PermitState.FEE_DUE)  # the licence, once signed, is issued


def why_not_draft(application: Application, kind: str) -> str:
    """Why a paper of this kind may not be drafted or signed now, with the article and what to do; "" if it may."""
    refusal = guards.why_not_paper(application, kind) or wanting_fact(application, kind)
    if refusal:
        return refusal
    if kind in ONCE:
        standing = application.papers.standing().filter(kind=kind).first()
        if standing is not None:
            return f"已有{standing}。要重新出文的，先作废原来的（{RULES[PaperKind(kind)].basis}）。"
    return ""


def wanting_fact(application: Application, kind: str) -> str:
    """What the papers that ask for something rest on."""
    basis = RULES[PaperKind(kind)].basis
    deciding = application.state in PermitState.DECIDING
    match kind:
        case PaperKind.TRANSFER if application.state != PermitState.TRANSFERRED:
            return f"没有转报市局。请先登记转报（{basis}）。"
        case PaperKind.SUPPLEMENT_RECEIPT if application.supplemented_on is None:
            return f"没有补正收件。请先登记补正材料（{basis}）。"
        case PaperKind.SURVEY_ORDER if not application.surveys.exists():
            return f"还没有派单。请先派单查勘（{basis}）。"
        case PaperKind.GOVERNMENT_REQUEST if not list(guards.protections(application)):
            return f"没有处于禁挖期的路段，不需要报政府批准（{basis}）。"
        case PaperKind.HEARING_RIGHT | PaperKind.HEARING_NOTICE if not deciding:
            return f"目前是“{application.get_state_display()}”，听证在受理以后、决定以前进行（{basis}）。"
        case PaperKind.EXTENSION if application.extended_on is None:
            return f"还没有批准延期。请先办理延期（{basis}）。"
        case PaperKind.SERVICE if not application.papers.issued().exists():
            return f"还没有出文，没有可送达的文书（{basis}）。"
    return ""


def locked_paper(paper: PermitPaper) -> PermitPaper:
    rows = PermitPaper.objects.select_for_update(of=("self",)).select_related("signed_by", "voided_by")
    return rows.get(pk=paper.pk)


def open_draft(paper: PermitPaper) -> PermitPaper:
    """The locked draft. Refused once it was signed, voided, or issued elsewhere, saying by whom."""
    current = locked_paper(paper)
    if current.voided_at is not None:
        raise Refused(f"{current.get_kind_display()}已由{current.voided_by}作废（{current.void_reason}）。请重新拟稿。")
    if current.signed_at is not None:
        when = timezone.localtime(current.signed_at)
        raise Refused(f"{current.signed_by}已于{when:%Y-%m-%d %H:%M}签发（{current.number}）。")
    if current.outside_number:
        raise Refused(f"这份文书已登记外部文号{current.outside_number}，不在本系统签发。")
    return current


@transaction.atomic
def draft(application: Application, kind: str, *, by: User, site: str = "") -> PermitPaper:
    """Take the content from the case. Refused, with the article, while the paper may not go out."""
    current = locked(application)
    if refusal := why_not_draft(current, kind):
        raise Refused(f"不能出{PaperKind(kind).label}：{refusal}")
    data = build(current, kind, site=site).as_data()
    paper = PermitPaper.objects.create(application=current, kind=kind, data=data, drafted_by=by)
    Activity.record(Verb.CREATE, paper, by=by, title=f"拟{paper.get_kind_display()}")
    return paper


@transaction.atomic
def correct(paper: PermitPaper, changes: dict[str, Any], *, by: User, seen: int) -> PermitPaper:
    """Put what was typed into the draft; facts of the case are corrected in the case. `seen`: the version on the page."""
    current = open_draft(paper)
    if current.version != seen:
        raise ChangedMeanwhile("这份草稿")
    content = replace(content_of(current.kind, current.data), **changes)
    current.data, current.version = content.as_data(), seen + 1
    current.save(update_fields=["data", "version"])
    Activity.record(Verb.UPDATE, current, by=by, title=f"修改{current.get_kind_display()}草稿")
    return current


@transaction.atomic
def refresh(paper: PermitPaper, typed: frozenset[str], *, by: User, site: str = "") -> PermitPaper:
    """Take the facts of the case anew; what was typed (`typed` names those fields) stays.

    It reads the locked draft, so it wipes nothing that somebody saved; whose page is older is told when saving.
    """
    current = open_draft(paper)
    old, new = content_of(current.kind, current.data), build(current.application, current.kind, site=site)
    kept = {name: getattr(old, name) for name in typed if not is_blank(getattr(old, name))}
    current.data, current.version = replace(new, **kept).as_data(), current.version + 1
    current.save(update_fields=["data", "version"])
    Activity.record(Verb.UPDATE, current, by=by, title=f"{current.get_kind_display()}重新取数")
    return current


def stale_facts(application: Application, content: CasePaperContent) -> list[str]:
    """Which facts of the case moved after the paper was drafted, by their names."""
    now = build(application, content.KIND).case
    return [field.name for field in fields(now) if getattr(now, field.name) != getattr(content.case, field.name)]


def licence_number_for(application: Application, paper: PermitPaper) -> str:
    """The number the case has already, unless a paper bears it: a voided licence's number is never used again."""
    number = application.licence_number
    borne = PermitPaper.objects.filter(number=number).exclude(pk=paper.pk).exists() if number else False
    return "" if borne or paper.kind != PaperKind.LICENCE else number


@transaction.atomic
def sign(paper: PermitPaper, *, by: User, seen: int | None = None) -> PermitPaper:
    """Number, frozen PDF, hash; a licence is thereby issued. All or nothing.

    `seen`: the version on the page of who signs; None where it is drafted and signed in one go.
    """
    application = locked(paper.application)
    current = open_draft(paper)
    if seen is not None and current.version != seen:
        raise Refused("您打开以后这份草稿又改过，没有签发。请核对现在的内容，再签发。")
    if not can_make_paper(by, current.kind):
        raise Refused(f"您不能签发{current.get_kind_display()}。请转承办科室或者领导。")
    refusal = guards.why_not_paper(application, current.kind) or wanting_fact(application, current.kind)
    if refusal:
        raise Refused(f"不能签发{current.get_kind_display()}：{refusal}")
    content = content_of(current.kind, current.data)
    if stale_facts(application, content):
        raise Refused("拟稿以后申请内容有变动。请先“重新取数”，核对后再签发。")
    taken = licence_number_for(application, current)
    sign_case_paper(current, type_of(content), content, by=by, taken=taken, **extras(content))
    if current.kind == PaperKind.LICENCE:
        take_office(application, current.number, Step(by))
    Activity.record(Verb.SIGN, application, by=by, title=f"签发{current.get_kind_display()}", note=current.number)
    return current


def take_office(application: Application, number: str, step: Step) -> None:
    """The signed licence: the case is issued under its number, or bears the number of its new licence."""
    if application.state in TAKES_OFFICE:
        decisions.issue(application, step, licence_number=number)
    elif application.licence_number != number:
        application.licence_number = number
        application.version += 1
        application.save(update_fields=["licence_number", "version"])


@transaction.atomic
def void_paper(paper: PermitPaper, *, by: User, reason: str) -> PermitPaper:
    """The paper stays on the list with its number and its reason; nothing of it is used again."""
    current = locked_paper(paper)
    if current.voided_at is not None:
        raise Refused(f"{current.voided_by}已经作废了这份文书。")
    if not reason.strip():
        raise Refused("请写明作废理由。", "reason")
    current.voided_at, current.voided_by, current.void_reason = timezone.now(), by, reason[:200]
    current.save(update_fields=["voided_at", "voided_by", "void_reason"])
    title = f"作废{current.get_kind_display()}"
    Activity.record(
        Verb.UPDATE, current.application, by=by, title=title, note=f"{current.label_number} {reason}".strip()
    )
    return current


@transaction.atomic
def record_outside(application: Application, kind: str, *, number: str, on: date, by: User) -> PermitPaper:
    """A paper that another platform issued: a fact, taken in as it is; what the law wanted otherwise is flagged."""
    current = locked(application)
    check_day(on, "on", "出文日期")
    label, basis = PaperKind(kind).label, RULES[PaperKind(kind)].basis
    step = Step(by, on, afterwards=True)
    if refusal := guards.why_not_paper(current, kind):
        words = f"{label}在其他平台出文时：{refusal}"
        flag(current, [Obstacle(f"outside-{kind}"[:40], words, basis)], edge="paper", step=step)
    try:
        with transaction.atomic():
            paper = PermitPaper.objects.create(
                application=current, kind=kind, outside_number=number, outside_on=on, drafted_by=by
            )
    except IntegrityError as error:
        raise Refused(f"这件申请已经有{label}；要登记新的，先作废原来的。", "kind") from error
    if kind == PaperKind.LICENCE and current.state in TAKES_OFFICE:
        decisions.issue(current, step, licence_number=number)
    Activity.record(Verb.CREATE, current, by=by, title=f"登记外部出文：{label}", note=f"{number}，{on}")
    return paper
