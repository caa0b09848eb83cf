"""The door for summaries: making one from an outline, its settings, keeping a compilation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.pdf import Typeset
from config.periods import Period
from reports.compilation import compile_content
from reports.enums import Output, Profile
from reports.layouts.files import other_files
from reports.layouts.paper import summary_pdf
from reports.models import Compilation, CompiledFile, Override, Report, Section
from reports.outlines import offered_outlines
from reports.workflow.locks import locked_draft, locked_open
from staff.models import Activity, Job, User, Verb
from staff.refusals import ChangedMeanwhile, Refused


@transaction.atomic
def create_report(period: Period, *, by: User | None, outline: str = "long") -> Report:
    """A draft after an outline; Refused if the period has one of that outline already."""
    offered = offered_outlines().get(outline)
    if offered is None:
        raise Refused("没有这个提纲，请从列表中选择。", "outline")
    try:
        with transaction.atomic():
            report = Report.objects.create(
                period_key=period.key, title=offered.title_of(period), outline=outline, created_by=by
            )
    except IntegrityError as error:
        raise Refused(f"{period.label}的“{offered.name}”已经建立，请直接打开编写。", "period") from error
    Section.objects.bulk_create(
        Section(report=report, order=order, level=each.level, number=each.number, heading=each.heading, text=each.text)
        for order, each in enumerate(offered.sections(period), 1)
    )
    Activity.record(Verb.CREATE, report, by=by, title=f"按“{offered.name}”建立")
    return report


@transaction.atomic
def change_settings(
    report: Report,
    *,
    title: str,
    cut_off: date | None,
    profile: str,
    by: User,
    seen: int,
    with_number: bool = True,
    recipients: str = "",
    drop_overrides: bool = False,
) -> Report:
    """Title, cut-off date, profile, number, recipients of a draft; nothing is written, nor logged, if all stay as they were.

    `seen`: the version on the page. It counts the settings only; sections have versions of their own. `drop_overrides`:
    figures decided by hand up to the old cut-off date fall away with another, and who changes it knows.
    """
    current = locked_draft(report, doing="修改")
    if current.version != seen:
        raise ChangedMeanwhile("这份工作总结的设置")
    before, decided = settings_of(current), Override.objects.standing(current.period)
    current.title, current.cut_off, current.profile = title, cut_off, profile
    current.with_number, current.recipients = with_number, recipients
    after = settings_of(current)
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    labels = [decided[name].label for name in decided.keys() - Override.objects.standing(current.period).keys()]
    if labels:
        words = f"{len(labels)} 项（{'、'.join(sorted(labels))}）"
        if not drop_overrides:
            raise Refused(
                f"改了数据截至日期，按原截至日期人工核定的 {words}在本稿里不再采用，要用的须重新核定。确定要改的，请勾选下面一项。",
                "drop_overrides",
            )
        changes["人工核定"] = [words, "不再采用"]
    if changes:
        current.version = seen + 1
        current.save(update_fields=["title", "cut_off", "profile", "with_number", "recipients", "version"])
        Activity.record(Verb.UPDATE, current, by=by, title="设置标题、截至日期、版式", changes=changes)
    return current


def settings_of(report: Report) -> dict[str, Any]:
    return {
        "标题": report.title,
        "数据截至": report.cut_off,
        "版式": Profile(report.profile).label,
        "取文号": "是" if report.with_number else "否",
        "报送、发送对象": report.recipients,
    }


def compile_report(report: Report, *, by: User | None, job: Job | None = None, on_step: Any = None) -> Compilation:
    """Read every figure, make every file, keep all as one compilation. The same job twice gives the same one."""
    if job is not None and (done := Compilation.objects.filter(job=job).first()) is not None:
        return done
    if not report.is_open:
        raise Refused("工作总结已签发，数据已锁定，不再汇编。")
    sections = list(report.present_sections)
    steps = len(sections) + 3

    def tell(done: int, _total: int, message: str) -> None:
        if on_step is not None:
            on_step(done, steps, message)

    content = compile_content(report.period, sections, on_step=tell)
    tell(len(sections), steps, "正在排版")
    pdf = summary_pdf(report, content, profile=report.profile)
    tell(len(sections) + 1, steps, "正在生成 Word、数据附表")
    files = other_files(report, content)
    with transaction.atomic():
        # Signed while this was being set: the frozen copy must stay the last one.
        locked_open(report, doing="汇编")
        return keep_compilation(report, content, pdf, files, by=by, job=job)


@transaction.atomic
def keep_compilation(
    report: Report,
    content: dict[str, Any],
    pdf: Typeset,
    files: Mapping[str, bytes],
    *,
    by: User | None,
    job: Job | None,
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
    keep_files(compilation, files)
    note = f"{compilation.pages} 页，文件校验值 {compilation.sha256}"
    Activity.record(Verb.PRINT, report, by=by, title="汇编", note=note)
    return compilation


def keep_files(compilation: Compilation, files: Mapping[str, bytes]) -> None:
    """Word, annex and figures beside the PDF, each with its hash."""
    for kind, data in files.items():
        digest = hashlib.sha256(data).hexdigest()
        stored = CompiledFile(compilation=compilation, kind=kind, sha256=digest, size=len(data))
        stored.file.save(f"summary.{Output(kind).extension}", ContentFile(data), save=False)
        stored.save()
