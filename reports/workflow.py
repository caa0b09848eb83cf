"""The one door for summaries: making one, editing a section, keeping a compilation, issuing."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from config.pdf import Typeset
from config.periods import Period
from reports.compilation import compile_content
from reports.enums import TRANSITIONS, Profile, ReportState
from reports.layouts.paper import summary_pdf
from reports.models import Compilation, Report, Section, SectionRevision
from reports.outline import default_outline
from reports.registry import known_keys
from reports.tokens import parse
from staff.models import Activity, Job, User, Verb
from staff.papers import AlreadySigned, sign_paper

NUMBER_SERIES = "report"
NUMBER_DEFAULTS = {"name": "工作总结文号", "mark": "报"}


class Refused(Exception):
    """What was asked cannot be done; the message says why and what to do next."""


class ChangedMeanwhile(Refused):
    """Somebody else saved the section first; `current` is what it says now."""

    def __init__(self, current: Section, by: str) -> None:
        super().__init__(f"{by or '另一位同事'}刚保存过这一节。您写的内容还在下面，请对照后再保存。")
        self.current = current


@transaction.atomic
def create_report(period: Period, *, by: User | None) -> Report:
    """A draft with the default outline; Refused if the period has one already."""
    try:
        with transaction.atomic():
            report = Report.objects.create(period_key=period.key, title=f"{period.label}工作总结", created_by=by)
    except IntegrityError as error:
        raise Refused(f"{period.label}的工作总结已经建立，请直接打开编写。") from error
    Section.objects.bulk_create(
        Section(report=report, order=order, level=each.level, number=each.number, heading=each.heading, text=each.text)
        for order, each in enumerate(default_outline(period), 1)
    )
    Activity.record(Verb.CREATE, report, by=by, title="建立工作总结")
    return report


def locked_draft(report: Report, *, doing: str) -> Report:
    """The report's row, locked; Refused once it is signed. Whoever changes a draft takes this lock before anything
    else, so nothing can slip in behind a signature."""
    current = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if current.state != ReportState.DRAFT:
        raise Refused(f"工作总结已签发，不能再{doing}。")
    return current


@transaction.atomic
def change_settings(report: Report, *, title: str, cut_off: date | None, profile: str, by: User) -> Report:
    """Title, cut-off date and profile of a draft; nothing is written, and nothing logged, if all stay as they were."""
    current = locked_draft(report, doing="修改")
    before = {"标题": current.title, "数据截至": current.cut_off, "版式": Profile(current.profile).label}
    current.title, current.cut_off, current.profile = title, cut_off, profile
    after = {"标题": title, "数据截至": cut_off, "版式": Profile(profile).label}
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if changes:
        current.save(update_fields=["title", "cut_off", "profile"])
        Activity.record(Verb.UPDATE, current, by=by, title="设置标题、截至日期、版式", changes=changes)
    return current


@transaction.atomic
def save_section(section: Section, *, heading: str, text: str, seen: int, by: User) -> Section:
    """Store a section's text; the one before goes to its history. All or nothing: broken tokens are refused before."""
    locked_draft(section.report, doing="修改")
    current = Section.objects.select_for_update(of=("self",)).select_related("report").get(pk=section.pk)
    if current.version != seen:
        last = current.revisions.select_related("saved_by").first()
        raise ChangedMeanwhile(current, str(last.saved_by) if last and last.saved_by else "")
    errors = parse(text, known_keys()).errors
    if errors:
        raise Refused("；".join(str(error) for error in errors))
    SectionRevision.objects.create(
        section=current, version=current.version, heading=current.heading, text=current.text, saved_by=by
    )
    before = {"标题": current.heading, "正文": current.text}
    Section.objects.filter(pk=current.pk).update(heading=heading, text=text, version=F("version") + 1)
    current.refresh_from_db()
    changes = {
        name: [before[name], after] for name, after in (("标题", heading), ("正文", text)) if before[name] != after
    }
    Activity.record(Verb.UPDATE, current.report, by=by, title=f"修改{current.number}{heading}", changes=changes)
    return current


def compile_report(report: Report, *, by: User | None, job: Job | None = None, on_step: Any = None) -> Compilation:
    """Read every figure, set the PDF, keep both as one compilation. The same job twice gives the same one."""
    if job is not None and (done := Compilation.objects.filter(job=job).first()) is not None:
        return done
    if not report.is_draft:
        raise Refused("工作总结已签发，数据已锁定，不再汇编。")
    sections = list(report.sections.all())
    content = compile_content(report.period, sections, on_step=on_step)
    if on_step is not None:
        on_step(len(sections), len(sections) + 1, "正在排版")
    pdf = summary_pdf(report, content, profile=report.profile)
    with transaction.atomic():
        # Signed while this was being set: the frozen copy must stay the last one.
        locked_draft(report, doing="汇编")
        return keep_compilation(report, content, pdf, by=by, job=job)


@transaction.atomic
def keep_compilation(
    report: Report, content: dict[str, Any], pdf: Typeset, *, by: User | None, job: Job | None
) -> Compilation:
    compilation = Compilation(
        report=report,
        as_of=timezone.now(),
        profile=report.profile,
        content=content,
        sha256=hashlib.sha256(pdf.content).hexdigest(),
        pages=pdf.pages,
        job=job,
        created_by=by,
    )
    compilation.pdf.save("summary.pdf", ContentFile(pdf.content), save=False)
    compilation.save()
    Activity.record(
        Verb.PRINT, report, by=by, title="汇编", note=f"{compilation.pages} 页，sha256 {compilation.sha256}"
    )
    return compilation


def broken_tokens(sections: list[Section]) -> list[str]:
    """What is wrong with stored tokens: a figure that was sound when the text was saved may have gone since."""
    known = known_keys()
    return [f"{section}：{error}" for section in sections for error in parse(section.text, known).errors]


@transaction.atomic
def issue_report(report: Report, *, by: User) -> Report:
    """签发: figures are read a last time and frozen with the paper that carries the number. One of two signers wins."""
    current = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    edge = TRANSITIONS["issue"]
    if current.state not in edge.sources:
        raise Refused(f"“{current}”{current.get_state_display()}，不能再{edge.label}。")
    sections = list(current.sections.all())
    if broken := broken_tokens(sections):
        raise Refused(f"正文里有取不到的数据，改正后才能签发：{'；'.join(broken)}")
    content = compile_content(current.period, sections)
    profile = Profile.REDHEAD if current.profile == Profile.REDHEAD else Profile.PLAIN

    signed: list[Typeset] = []

    def render(number: str) -> bytes:
        signed.append(summary_pdf(current, content, profile=profile, number=number))
        return signed[0].content

    # The state goes with the signature: a check constraint ties them together.
    current.state = edge.target
    try:
        sign_paper(current, by=by, series=NUMBER_SERIES, defaults=NUMBER_DEFAULTS, render=render, also=["state"])
    except AlreadySigned as error:
        raise Refused(str(error)) from error
    keep_compilation(current, content, signed[0], by=by, job=None)
    return current
