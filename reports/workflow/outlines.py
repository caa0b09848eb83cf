"""The door for outlines: what the office makes of the house's, or adds; back to the house's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from django.db import IntegrityError, transaction

from config.periods import Period
from reports.enums import When
from reports.models import Outline, OutlinePart, Report
from reports.outline import filled
from reports.outlines import offered_outlines
from reports.registry import known_keys
from reports.shorter_outlines import HOUSE
from reports.tokens import parse
from staff.models import Activity, User, Verb
from staff.refusals import ChangedMeanwhile, Refused

THIS_OUTLINE = "这个提纲"


@dataclass(frozen=True)
class PartText:
    level: int
    heading: str
    text: str
    when: str = When.ALWAYS


def part_errors(text: str) -> list[str]:
    """What is wrong with the tokens of a part; its 【】 are read as those of this half-year."""
    return [str(error) for error in parse(filled(text, Period.half_year(2026, 1)), known_keys()).errors]


def free_code() -> str:
    """The next code for an outline of the office's own; it stands in addresses, nobody reads it."""
    taken = {*HOUSE, *Outline.objects.values_list("code", flat=True)}
    return next(code for number in count(1) if (code := f"own-{number}") not in taken)


@transaction.atomic
def save_outline(
    code: str, *, name: str, title: str, length: int, parts: Sequence[PartText], by: User, seen: int
) -> Outline:
    """The whole outline at once; a code of the house makes the office's version of it. Drafts already made stay as they are.

    `seen`: the version on the page, 0 where the office had none of its own.
    """
    wrong = [f"{part.heading or '（续）'}：{error}" for part in parts for error in part_errors(part.text)]
    if wrong:
        raise Refused("；".join(wrong))
    if not any(part.heading for part in parts):
        raise Refused("提纲至少要有一节。")
    current = Outline.objects.select_for_update(of=("self",)).filter(code=code).first()
    if (current.version if current else 0) != seen:
        raise ChangedMeanwhile(THIS_OUTLINE)
    taken = {offered.name for key, offered in offered_outlines().items() if key != code}
    if name in taken:
        raise Refused(f"已经有叫“{name}”的提纲，请换个名称。", "name")
    outline = current or Outline(code=code)
    outline.name, outline.title, outline.length, outline.changed_by = name, title, length, by
    outline.version = seen + 1
    try:
        with transaction.atomic():
            outline.save()
    except IntegrityError as error:  # two made the first version at the same moment
        raise ChangedMeanwhile(THIS_OUTLINE) from error
    outline.parts.all().delete()
    OutlinePart.objects.bulk_create(
        OutlinePart(
            outline=outline, order=order, level=part.level, heading=part.heading, text=part.text, when=part.when
        )
        for order, part in enumerate(parts, 1)
    )
    verb = Verb.UPDATE if current else Verb.CREATE
    Activity.record(verb, outline, by=by, title=f"保存提纲：{name}（{len(parts)} 节）")
    return outline


@transaction.atomic
def reset_outline(code: str, *, by: User) -> None:
    """The office's version goes: one of the house's code falls back to the house's text. Drafts stay as they are."""
    outline = Outline.objects.select_for_update(of=("self",)).filter(code=code).first()
    if outline is None:
        return
    if code not in HOUSE and Report.objects.filter(outline=code).exists():
        raise Refused(f"“{outline}”已有文稿在用，不能删除。")
    Activity.record(Verb.DELETE, outline, by=by, title=f"{'恢复默认' if code in HOUSE else '删除'}提纲：{outline}")
    outline.delete()


def outline_of_report(report: Report) -> list[PartText]:
    """A draft's sections as the parts of a new outline."""
    return [PartText(section.level, section.heading, section.text) for section in report.present_sections]
