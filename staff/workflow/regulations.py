"""The one door to the regulations register: first versions, revisions, repeals, corrections, readings, editions."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from config.pdf import render_pdf
from staff.case_papers import paper_head
from staff.enums import RuleCategory, RuleChange, RuleNature
from staff.models import (
    Activity,
    ImportBatch,
    Regulation,
    RegulationEdition,
    RegulationReading,
    RegulationVersion,
    User,
    Verb,
    changed_fields,
    setting,
)
from staff.papers import AlreadySigned, sign_paper
from staff.refusals import ChangedMeanwhile, Refused

SERIES = "regulation-edition"
SERIES_DEFAULTS = {"name": "制度汇编", "mark": "制", "pattern": "岳南城管{mark}汇〔{year}〕{number}号"}
SHOWN = {
    "title": "名称",
    "document_number": "文号",
    "issued_on": "印发日期",
    "effective_on": "施行日期",
    "based_on": "制定依据",
    "change_note": "修订说明",
    "text": "正文",
}


@transaction.atomic
def record_rule(
    regulation: Regulation, first: RegulationVersion, *, by: User | None, batch: ImportBatch | None = None
) -> Regulation:
    """Store an unsaved document with its first version."""
    regulation.title = first.title
    regulation.save()
    first.regulation, first.version, first.change = regulation, 1, RuleChange.NEW
    first.recorded_by, first.batch = by, batch
    first.save()
    if batch is None:
        Activity.record(Verb.CREATE, regulation, by=by, title="登记制度", note=str(first))
    return regulation


@transaction.atomic
def change_rule(
    regulation: Regulation,
    new: RegulationVersion,
    *,
    change: str,
    by: User | None,
    batch: ImportBatch | None = None,
) -> RegulationVersion:
    """Store an unsaved version as 修订 or 废止. Refused for what is repealed, or before the version that it follows."""
    current = Regulation.objects.select_for_update(of=("self",)).get(pk=regulation.pk)
    last = current.versions.order_by("-version").first()
    if last is None:
        raise Refused("这份文件还没有第一版。")
    if last.change == RuleChange.REPEALED:
        raise Refused(f"《{last.title}》已自{last.effective_on}起废止，不能再修订或废止。需要时请登记新的制度。")
    if new.effective_on < last.effective_on:
        raise Refused(f"施行日期不得早于上一版的施行日期（{last.effective_on}）。", "effective_on")
    check_note(change, new)
    new.regulation, new.version, new.change = current, last.version + 1, change
    new.recorded_by, new.batch = by, batch
    new.save()
    RegulationVersion.objects.filter(pk=last.pk).update(superseded_on=new.effective_on)
    if change == RuleChange.REVISED and current.title != new.title:
        current.title = new.title
        current.save(update_fields=["title"])
    if batch is None:
        Activity.record(Verb.UPDATE, current, by=by, title=f"{new.get_change_display()}制度", note=new.change_note)
    return new


def check_note(change: str, version: RegulationVersion) -> None:
    if change != RuleChange.NEW and not version.change_note:
        raise Refused("请写明修订或废止的说明。", "change_note")


@transaction.atomic
def correct_version(version: RegulationVersion, *, by: User, seen: int) -> RegulationVersion:
    """Store a correction of the newest version. What stands in an issued edition is not touched: it is frozen there."""
    regulation = Regulation.objects.select_for_update(of=("self",)).get(pk=version.regulation_id)
    current = RegulationVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if current.saved != seen:
        raise ChangedMeanwhile("这一版")
    newest = regulation.versions.order_by("-version").values_list("version", flat=True).first()
    if current.version != newest:
        raise Refused("这一版已被新的版本替代，不能再改。")
    check_note(current.change, version)
    before = regulation.versions.filter(version=current.version - 1).first()
    if before is not None and version.effective_on < before.effective_on:
        raise Refused(f"施行日期不得早于上一版的施行日期（{before.effective_on}）。", "effective_on")
    changes = changed_fields(
        {label: short(getattr(current, name)) for name, label in SHOWN.items()},
        {label: short(getattr(version, name)) for name, label in SHOWN.items()},
    )
    version.saved = seen + 1
    version.save()
    if before is not None:
        RegulationVersion.objects.filter(pk=before.pk).update(superseded_on=version.effective_on)
    if current.change != RuleChange.REPEALED and regulation.title != version.title:
        regulation.title = version.title
        regulation.save(update_fields=["title"])
    Activity.record(Verb.UPDATE, regulation, by=by, title=f"更正第{version.version}版", changes=changes)
    return version


@transaction.atomic
def take_back(version: RegulationVersion, *, by: User, reason: str) -> Regulation:
    """撤销登记 of the newest version: a revision or a repeal that was entered by mistake. The one before stands again.

    What a version said stays in the log; an issued edition keeps what it froze. The second to do it is told.
    """
    regulation = Regulation.objects.select_for_update(of=("self",)).get(pk=version.regulation_id)
    newest = regulation.versions.order_by("-version").first()
    if newest is None or newest.pk != version.pk:
        raise Refused("这一版已不是最新的一版，不能撤销登记。请刷新后核对。")
    if newest.change == RuleChange.NEW:
        raise Refused("第一版不能撤销登记；登记有误的，请用“更正”。")
    before = regulation.versions.get(version=newest.version - 1)
    said = (
        f"{newest.get_change_display()}，{newest.effective_on}起，{newest.document_number} {newest.change_note}".strip()
    )
    newest.delete()
    RegulationVersion.objects.filter(pk=before.pk).update(superseded_on=None)
    if regulation.title != before.title:
        regulation.title = before.title
        regulation.save(update_fields=["title"])
    note = f"{reason}。原登记：{said}"
    Activity.record(Verb.DELETE, regulation, by=by, title=f"撤销第{version.version}版的登记", note=note)
    return regulation


def short(value: object) -> object:
    """A long text in the log: its beginning and its length."""
    return f"{value[:60]}…（{len(value)}字）" if isinstance(value, str) and len(value) > 60 else value


def confirm_reading(version: RegulationVersion, *, by: User) -> RegulationReading:
    """已读: once for each person and version."""
    reading, created = RegulationReading.objects.get_or_create(version=version, user=by)
    if created:
        Activity.record(Verb.TRANSITION, version.regulation, by=by, title=f"确认已读第{version.version}版")
    return reading


def frozen_contents(as_of: date) -> list[dict[str, str]]:
    """What an edition holds: the internal rules in force on a day, by category and code, with their texts."""
    rows = (
        RegulationVersion.objects.in_force_on(as_of)
        .filter(regulation__nature=RuleNature.RULE)
        .select_related("regulation__owner")
    )
    order = {value: index for index, value in enumerate(RuleCategory.values)}
    return [
        {
            "code": row.regulation.code,
            "title": row.title,
            "category": str(row.regulation.get_category_display()),
            "owner": row.regulation.owner.label,
            "version": str(row.version),
            "document_number": row.document_number,
            "effective_on": row.effective_on.isoformat(),
            "text": row.text,
        }
        for row in sorted(rows, key=lambda row: (order[row.regulation.category], row.regulation.code))
    ]


def make_edition(edition: RegulationEdition, *, by: User) -> RegulationEdition:
    """Store an unsaved edition with what is in force on its day. Refused if nothing is, or the ordinal is taken."""
    edition.contents, edition.made_by = frozen_contents(edition.as_of), by
    if not edition.contents:
        raise Refused(f"{edition.as_of}没有现行的制度，不能编成汇编。", "as_of")
    try:
        with transaction.atomic():
            edition.save()
            Activity.record(Verb.CREATE, edition, by=by, title="编制汇编", note=f"{len(edition.contents)} 项制度")
    except IntegrityError as error:
        raise Refused(f"第{edition.ordinal}版已经有了。", "ordinal") from error
    return edition


@transaction.atomic
def discard_edition(edition: RegulationEdition, *, by: User) -> None:
    """Give up a draft; its ordinal is free again. What is issued stays."""
    current = RegulationEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if current.is_signed:
        raise Refused(f"{current}已印发，不能放弃。")
    label = str(current)
    current.delete()
    Activity.record(Verb.DELETE, by=by, title="放弃汇编清样", note=label)


FILED = {"code": "编号", "category": "类别", "nature": "性质", "owner": "主办科室"}


@transaction.atomic
def refile(regulation: Regulation, *, by: User, seen: int) -> Regulation:
    """Put right where a document is filed: code, class, nature, owner; the second editor is told. Its versions stay."""
    current = Regulation.objects.select_for_update(of=("self",)).select_related("owner").get(pk=regulation.pk)
    if current.saved != seen:
        raise ChangedMeanwhile("这份文件的归类")
    changes = changed_fields(
        {label: str(getattr(current, name)) for name, label in FILED.items()},
        {label: str(getattr(regulation, name)) for name, label in FILED.items()},
    )
    regulation.title, regulation.saved = current.title, seen + 1
    regulation.save()
    if changes:
        Activity.record(Verb.UPDATE, regulation, by=by, title="修改归类", changes=changes)
    return regulation


def edition_pdf(edition: RegulationEdition, *, number: str = "") -> bytes:
    title = f"{setting('bureau.name')}内部管理制度汇编（第{edition.ordinal}版）"
    paper = paper_head(title, number=number or edition.number, day=edition.as_of)
    rules = [
        {**each, "paragraphs": [line.strip() for line in each["text"].splitlines() if line.strip()]}
        for each in edition.contents
    ]
    return render_pdf("staff/pdf/edition.html", {"paper": paper, "edition": edition, "rules": rules})


def issue_edition(edition: RegulationEdition, *, by: User) -> None:
    """Number, frozen PDF and hash. The second to issue is told who was first."""
    try:
        sign_paper(
            edition,
            by=by,
            series=SERIES,
            defaults=SERIES_DEFAULTS,
            render=lambda number: edition_pdf(edition, number=number),
        )
    except AlreadySigned as refusal:
        raise Refused(str(refusal)) from refusal
