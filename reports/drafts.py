"""Drafts as running text, to be laid side by side: compiled copies (送审稿), other outlines, the text as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from reports.compilation import compile_content
from reports.enums import ReportState
from reports.models import Compilation, Report, Section
from reports.outlines import outline_names
from reports.registry import registry
from reports.tokens import Role, Text, Token, parse

LIVE = "live"


@dataclass(frozen=True)
class Draft:
    """Something that can be compared: `key` stands in the address."""

    key: str
    label: str


def drafts_of(report: Report) -> list[Draft]:
    """The text as it is now, every compiled copy of this paper, the newest of the period's other papers."""
    found = [Draft(LIVE, "现在的文字")] if report.is_open else []
    mine = list(report.compilations.order_by("as_of").values_list("pk", "as_of"))
    found += [Draft(str(pk), copy_label(number, as_of)) for number, (pk, as_of) in enumerate(mine, 1)][::-1]
    names = outline_names()
    others = Compilation.objects.filter(report__period_key=report.period_key).exclude(report=report)
    newest: dict[int, Compilation] = {}
    for compilation in others.select_related("report").order_by("as_of").defer("content"):
        newest[compilation.report_id] = compilation
    for compilation in newest.values():
        other = compilation.report
        found.append(Draft(str(compilation.pk), f"{other}·{names.get(other.outline, '')}·第{other.edition}版"))
    return found


def copy_label(number: int, as_of: Any) -> str:
    return f"送审稿{number}（{timezone.localtime(as_of):%m-%d %H:%M}）"


def text_of(report: Report, key: str) -> str:
    """The words of a draft that `drafts_of` offers; figures as they were printed, tables row by row."""
    if key == LIVE:
        return running_text(compile_content(report.period, list(report.present_sections)))
    return running_text(Compilation.objects.get(pk=int(key)).content)


def running_text(content: dict[str, Any]) -> str:
    lines: list[str] = []
    for section in content["sections"]:
        lines.append(f"{section['number']}{section['heading']}")
        for block in section["blocks"]:
            if block["kind"] == "text":
                lines.append("".join(span["text"] for span in block["spans"]))
            else:
                lines += table_lines(block)
    return "\n".join(line for line in lines if line.strip())


def table_lines(block: dict[str, Any]) -> list[str]:
    rows: Sequence[Sequence[Any]] = block["rows"]
    cells = [[cell[0] if isinstance(cell, list) else cell for cell in row] for row in rows]
    return [f"〔{block['caption']}〕", *("　".join(map(str, row)) for row in cells)]


def readable(text: str) -> str:
    """A section's source without braces: 〔查找案件·余〕 for a figure, so that versions can be compared by people."""
    return "".join(node.text if isinstance(node, Text) else named(node) for node in parse(text).nodes)


def named(token: Token) -> str:
    shelves = registry()
    if token.role is Role.TYPED:
        return f"〔{token.key}，手填：{token.style}〕"
    by_role: dict[Role, Mapping[str, Any]] = {
        Role.FIGURE: shelves.figures,
        Role.CLAIM: shelves.claims,
        Role.TABLE: shelves.tables,
        Role.CHART: shelves.charts,
    }
    shelf = by_role[token.role]
    label = shelf[token.key].label if token.key in shelf else token.key
    return f"〔{'·'.join(filter(None, (label, token.parameter, token.style)))}〕"


@dataclass(frozen=True)
class Before:
    """What a section said last time."""

    title: str
    text: str


def last_time(section: Section) -> Before | None:
    """The section of the same heading in the newest signed paper of an earlier period, as it was printed."""
    report = section.report
    same = Section.objects.filter(heading=section.heading, removed_at=None).values("report")
    signed = Report.objects.filter(state__in=ReportState.SIGNED, pk__in=same)
    earlier = [each for each in signed if each.period.end < report.period.start]
    for before in sorted(earlier, key=lambda each: (each.period.end, each.signed_at), reverse=True):
        copy = before.compilations.first()  # a copy holds a whole paper: one is read, not those of all years
        for entry in copy.content["sections"] if copy is not None else ():
            if entry["heading"] == section.heading:
                return Before(before.title, entry["text"])
    return None
