"""The door for sections of a draft: reworded, added, moved, removed, brought back; what was before goes to the history."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from config.figures import one_reading
from config.periods import Period
from reports.compilation import Draft, compile_section
from reports.enums import Change
from reports.models import Override, Report, Section, SectionRevision
from reports.outline import numbers
from reports.registry import known_keys
from reports.tokens import parse
from reports.workflow.locks import SectionChanged, locked_draft
from staff.models import Activity, User, Verb
from staff.refusals import Refused

ASIDE = 10_000  # where places go while they are dealt out anew


def printed_by(text: str, period: Period) -> dict[str, str]:
    """How each figure of a text is worded now; kept with the text, so that it can be told when the words have aged."""
    draft = Draft(period, overrides=Override.objects.standing(period))
    with one_reading():
        compile_section(text, draft)
    return draft.printed


@transaction.atomic
def save_section(section: Section, *, heading: str, text: str, seen: int, by: User) -> Section:
    """Store a section's text; the one before goes to its history. All or nothing: broken tokens are refused before."""
    locked_draft(section.report, doing="修改")
    current = Section.objects.select_for_update(of=("self",)).select_related("report").get(pk=section.pk)
    if current.removed_at is not None:
        raise Refused("这一节已被删除。要继续修改，请先恢复。")
    if current.version != seen:
        last = current.revisions.select_related("saved_by").first()
        raise SectionChanged(current, str(last.saved_by) if last and last.saved_by else "")
    errors = parse(text, known_keys()).errors
    if errors:
        raise Refused("；".join(str(error) for error in errors))
    before = {"标题": current.heading, "正文": current.text}
    changes = {
        name: [before[name], after] for name, after in (("标题", heading), ("正文", text)) if before[name] != after
    }
    printed = printed_by(text, current.report.period)
    if not changes:  # read again and found good: the words are as fresh as the figures
        if printed != current.printed:
            Section.objects.filter(pk=current.pk).update(printed=printed)
            Activity.record(Verb.UPDATE, current.report, by=by, title=f"复核{current.number}{heading}，文字未改")
        current.refresh_from_db()
        return current
    keep(current, Change.REWORDED, by=by)
    Section.objects.filter(pk=current.pk).update(heading=heading, text=text, printed=printed, version=F("version") + 1)
    current.refresh_from_db()
    Activity.record(Verb.UPDATE, current.report, by=by, title=f"修改{current.number}{heading}", changes=changes)
    return current


def keep(section: Section, change: Change, *, by: User) -> None:
    SectionRevision.objects.create(
        section=section,
        version=section.version,
        change=change,
        heading=section.heading,
        text=section.text,
        saved_by=by,
    )


@transaction.atomic
def add_section(report: Report, *, heading: str, level: int, after: Section | None, by: User) -> Section:
    """A new, empty section behind another one, or in front of all."""
    current = locked_draft(report, doing="加章节")
    order = list(current.present_sections)
    place = order.index(after) + 1 if after is not None and after in order else 0
    last = current.sections.aggregate(last=Max("order"))["last"] or 0
    section = Section.objects.create(report=current, order=last + 1, level=level, heading=heading)
    order.insert(place, section)
    arrange(order)
    Activity.record(Verb.CREATE, current, by=by, title=f"增加章节：{heading}")
    section.refresh_from_db()
    return section


@transaction.atomic
def move_section(section: Section, *, up: bool, by: User) -> None:
    """One place up or down; at the end of the way nothing happens."""
    current = locked_draft(section.report, doing="移动章节")
    order = list(current.present_sections)
    place = order.index(section)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    arrange(order)
    Activity.record(Verb.UPDATE, current, by=by, title=f"{'上移' if up else '下移'}章节：{section.heading}")


@transaction.atomic
def change_level(section: Section, *, level: int, by: User) -> None:
    current = locked_draft(section.report, doing="调整层级")
    Section.objects.filter(pk=section.pk).update(level=level)
    arrange(list(current.present_sections))
    Activity.record(Verb.UPDATE, current, by=by, title=f"调整层级：{section.heading}")


@transaction.atomic
def remove_section(section: Section, *, by: User) -> None:
    """Taken out of the text; it stays in the history and can be brought back."""
    current = locked_draft(section.report, doing="删除章节")
    present = current.present_sections.filter(pk=section.pk).first()
    if present is None:
        return
    keep(present, Change.REMOVED, by=by)
    Section.objects.filter(pk=present.pk).update(removed_at=timezone.now(), version=F("version") + 1)
    arrange(list(current.present_sections))
    Activity.record(Verb.DELETE, current, by=by, title=f"删除章节：{present.number}{present.heading}")


@transaction.atomic
def restore_section(section: Section, *, by: User) -> None:
    """Back at the end of the text, from where it can be moved."""
    current = locked_draft(section.report, doing="恢复章节")
    removed = current.sections.filter(pk=section.pk, removed_at__isnull=False).first()
    if removed is None:
        return
    keep(removed, Change.RESTORED, by=by)
    last = current.sections.aggregate(last=Max("order"))["last"] or 0
    Section.objects.filter(pk=removed.pk).update(removed_at=None, order=last + 1, version=F("version") + 1)
    arrange(list(current.present_sections))
    Activity.record(Verb.CREATE, current, by=by, title=f"恢复章节：{removed.heading}")


def arrange(order: Sequence[Section]) -> None:
    """Deal out places and numbers (一、（一）1.) anew. Via places far behind, for each place is unique at every moment."""
    for place, section in enumerate(order, 1):
        Section.objects.filter(pk=section.pk).update(order=ASIDE + place)
    levels = dict(Section.objects.filter(pk__in=[section.pk for section in order]).values_list("pk", "level"))
    marks = numbers(levels[section.pk] for section in order)
    for place, (section, mark) in enumerate(zip(order, marks, strict=True), 1):
        Section.objects.filter(pk=section.pk).update(order=place, number=mark if section.heading else "")
