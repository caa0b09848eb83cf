"""The door from draft to paper: sent in, checked, issued with its figures frozen, corrected by a second version."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from config.pdf import Typeset
from reports.checklist import checklist
from reports.compilation import compile_content
from reports.enums import TRANSITIONS, Profile, ReportState
from reports.freezing import freeze
from reports.layouts.files import other_files
from reports.layouts.paper import summary_pdf
from reports.models import Report, Section
from reports.permissions import why_not_check, why_not_issue
from reports.workflow.locks import locked_for
from reports.workflow.sections import printed_by
from reports.workflow.summaries import keep_compilation
from staff.models import Activity, User, Verb, notify
from staff.papers import AlreadySigned, sign_paper
from staff.permissions import Perms
from staff.refusals import Refused

NUMBER_SERIES = "report"
NUMBER_DEFAULTS = {"name": "工作总结文号", "mark": "报"}
SHOWN = 3  # lines of the checklist in a refusal


@transaction.atomic
def submit_report(report: Report, *, by: User) -> Report:
    """送核: the text is closed until it is sent back."""
    current = locked_for(report, "submit")
    current.state, current.submitted_at, current.submitted_by = ReportState.CHECKING, timezone.now(), by
    current.save(update_fields=["state", "submitted_at", "submitted_by"])
    Activity.record(Verb.TRANSITION, current, by=by, title="送核", note=TRANSITIONS["submit"].basis)
    checkers = User.objects.holding(Perms.CHECK_REPORT).exclude(pk=by.pk)
    notify(checkers, f"《{current}》送来核对。", url=current.get_absolute_url())
    return current


@transaction.atomic
def send_back_report(report: Report, *, reason: str, by: User) -> Report:
    """退回修改, or taken back by who sent it in. A check that was passed does not hold for another text."""
    current = locked_for(report, "send_back")
    current.state = ReportState.DRAFT
    current.checked_at = current.checked_by = None
    current.save(update_fields=["state", "checked_at", "checked_by"])
    Activity.record(Verb.TRANSITION, current, by=by, title="退回修改", note=reason)
    if current.submitted_by is not None and current.submitted_by_id != by.pk:
        notify([current.submitted_by], f"《{current}》退回修改：{reason}", url=current.get_absolute_url())
    return current


@transaction.atomic
def pass_check(report: Report, *, by: User) -> Report:
    """核对通过: nothing on the checklist that must go, everything else with a remark."""
    current = locked_for(report, "issue")
    if current.checked_at is not None:
        raise Refused(f"{current.checked_by}已于{timezone.localtime(current.checked_at):%Y-%m-%d %H:%M}核对通过。")
    if reason := why_not_check(by, current):
        raise Refused(reason)
    refuse_open_checks(current, compile_content(current.period, list(current.present_sections)))
    current.checked_at, current.checked_by = timezone.now(), by
    current.save(update_fields=["checked_at", "checked_by"])
    Activity.record(Verb.TRANSITION, current, by=by, title="核对通过", note=TRANSITIONS["submit"].basis)
    signers = User.objects.holding(Perms.ISSUE_REPORT).exclude(pk=by.pk)
    notify(signers, f"《{current}》核对通过，待签发。", url=current.get_absolute_url())
    return current


def refuse_open_checks(report: Report, content: dict[str, Any]) -> None:
    """Refused with the first lines that are still open."""
    found = checklist(report, content)
    for items, words in ((found.blocking, "必须改正"), (found.open, "还没有核对意见")):
        if items:
            lines = "；".join(item.text for item in items[:SHOWN])
            more = f"等{len(items)}项" if len(items) > SHOWN else ""
            raise Refused(f"核对清单上{words}：{lines}{more}。请打开核对清单处理。")


@transaction.atomic
def issue_report(report: Report, *, by: User) -> Report:
    """签发: figures are read a last time and frozen with the paper and their rows. One of two signers wins."""
    current = locked_for(report, "issue")
    if reason := why_not_issue(by, current):
        raise Refused(reason)
    sections = list(current.present_sections)
    content = compile_content(current.period, sections)
    refuse_open_checks(current, content)
    profile = Profile.REDHEAD if current.profile == Profile.REDHEAD else Profile.PLAIN
    signed: list[Typeset] = []

    def render(number: str) -> bytes:
        signed.append(summary_pdf(current, content, profile=profile, number=number, signing=True))
        return signed[0].content

    # The state goes with the signature: a check constraint ties them together.
    current.state = TRANSITIONS["issue"].target
    series = NUMBER_SERIES if current.with_number else ""
    try:
        sign_paper(current, by=by, series=series, defaults=NUMBER_DEFAULTS, render=render, also=["state"])
    except AlreadySigned as error:
        raise Refused(str(error)) from error
    compilation = keep_compilation(current, content, signed[0], other_files(current, content), by=by, job=None)
    freeze(compilation, current.period)
    if current.corrects is not None:
        mark_corrected(current.corrects, current, by=by)
    return current


def mark_corrected(first: Report, second: Report, *, by: User) -> None:
    """The first version stays as it was signed, and says that there is a second."""
    corrected = locked_for(first, "correct")
    corrected.state = TRANSITIONS["correct"].target
    corrected.save(update_fields=["state"])
    note = f"{second.number or second.title}：{second.correction_reason}"
    Activity.record(Verb.TRANSITION, corrected, by=by, title="由更正稿更正", note=note)


@transaction.atomic
def start_correction(report: Report, *, reason: str, by: User) -> Report:
    """A second version as a draft, with the text as it was signed; figures are live again. One at a time."""
    current = locked_for(report, "correct")
    if (existing := Report.objects.filter(corrects=current).first()) is not None:
        raise Refused(f"更正稿已经建立：{existing}（{existing.get_state_display()}），请直接打开。")
    second = second_version(current, reason=reason, by=by)
    copy_sections(current, second)
    Activity.record(Verb.CREATE, second, by=by, title="建立更正稿", note=reason)
    Activity.record(Verb.UPDATE, current, by=by, title="开始更正", note=reason)
    return second


def second_version(current: Report, *, reason: str, by: User) -> Report:
    """The draft itself, with the settings of what it corrects."""
    return Report.objects.create(
        period_key=current.period_key,
        title=current.title if current.edition > 1 else corrected_title(current.title),
        cut_off=current.cut_off,
        profile=current.profile,
        outline=current.outline,
        with_number=current.with_number,
        recipients=current.recipients,
        edition=current.edition + 1,
        corrects=current,
        correction_reason=reason,
        created_by=by,
    )


def corrected_title(title: str) -> str:
    """With （更正） behind it, as long as the column holds."""
    mark, room = "（更正）", Report._meta.get_field("title").max_length or 0
    return f"{title[: room - len(mark)]}{mark}"


def copy_sections(current: Report, second: Report) -> None:
    """The text as it was signed; each figure remembers how it was printed then."""
    signed = current.compilations.first()
    printed = signed.content.get("printed", {}) if signed is not None else {}
    for section in current.present_sections:
        kept = {name: printed.get(name, words) for name, words in printed_by(section.text, current.period).items()}
        Section.objects.create(
            report=second,
            order=section.order,
            level=section.level,
            number=section.number,
            heading=section.heading,
            text=section.text,
            printed=kept,
        )
