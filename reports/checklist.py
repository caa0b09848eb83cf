"""The checklist before issue (核对清单): everything that somebody must have looked at before a summary is signed.

Most lines come from the compilation itself (reports/compilation.py); here stand those that compare the text with what was
before: words that have aged, empty sections, figures that differ from another paper of the same period.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from reports.enums import CheckKind, ReportState
from reports.models import CheckMark, FrozenFigure, Material, Report, Section, SentFigure
from reports.outlines import offered_outlines
from reports.tokens import Text, parse

YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年")
LONGER = 110  # per cent of the length asked for, before the checklist says so


@dataclass(frozen=True)
class CheckItem:
    """One line. `must`: it has to go before the summary is issued; any other needs a remark. `url`: where it stands;
    `edit_url`: where those who write the summary mend it."""

    kind: CheckKind
    section: str
    text: str
    name: str = ""
    url: str = ""
    edit_url: str = ""
    mark: CheckMark | None = None

    @property
    def must(self) -> bool:
        return self.kind in CheckKind.MUST

    @property
    def is_open(self) -> bool:
        return self.must or self.mark is None

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.kind}|{self.section}|{self.text}".encode()).hexdigest()


@dataclass
class Checklist:
    items: list[CheckItem] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[CheckKind, list[CheckItem]]]:
        """By kind, in the order of the enum; empty kinds are left out."""
        found = [(kind, [item for item in self.items if item.kind == kind]) for kind in CheckKind]
        return [(kind, items) for kind, items in found if items]

    @property
    def blocking(self) -> list[CheckItem]:
        return [item for item in self.items if item.must]

    @property
    def open(self) -> list[CheckItem]:
        """Without remark; what must go is not among them."""
        return [item for item in self.items if item.is_open and not item.must]

    @property
    def is_clear(self) -> bool:
        return not self.blocking and not self.open


def checklist(report: Report, content: dict[str, Any]) -> Checklist:
    """Every line with its remark, if somebody has made one."""
    sections = list(report.present_sections)
    marks = {mark.digest: mark for mark in report.marks.select_related("marked_by")}
    headed = {section.heading: section for section in sections}
    found = [
        *said_by_compilation(content),
        *amber(content),
        *(item for section in sections for item in aged(section, content, report)),
        *empty(report, sections),
        *undelivered(report),
        *sent_otherwise(report, content),
        *differing(report, content),
        *too_long(report, content),
    ]
    items = []
    for item in dict.fromkeys(found):
        marked = replace(item, mark=marks.get(item.digest))
        section = headed.get(item.section)
        if section is not None and not item.url:
            marked = replace(marked, url=section.reading_url, edit_url=section.get_absolute_url())
        items.append(marked)
    return Checklist(items)


def said_by_compilation(content: dict[str, Any]) -> Iterator[CheckItem]:
    for check in content["checks"]:
        yield CheckItem(CheckKind(check["kind"]), check["section"], check["text"], check["name"])


def amber(content: dict[str, Any]) -> Iterator[CheckItem]:
    """Numbers typed by hand without a source, each with the words around it."""
    for section in content["sections"]:
        for block in section["blocks"]:
            spans = block["spans"] if block["kind"] == "text" else []
            for place, span in enumerate(spans):
                if span.get("amber"):
                    before = "".join(each["text"] for each in spans[:place])[-10:]
                    after = "".join(each["text"] for each in spans[place + 1 :])[:10]
                    words = f"“…{before}【{span['text']}】{after}…”"
                    yield CheckItem(CheckKind.AMBER, section["heading"], f"{words}里的数字没有出处", span["text"])


def aged(section: Section, content: dict[str, Any], report: Report) -> Iterator[CheckItem]:
    """Text whose figures have moved since it was written, and years that are not of this period."""
    labels = {figure["key"]: figure["label"] for figure in content["figures"]}
    for name, then in section.printed.items():
        now = content["printed"].get(name)
        if now is not None and now != then:
            key = name.partition("|")[0]
            said = f"写这一节时“{labels.get(key, key)}”是{then}，现在是{now}，请核对前后文字"
            yield CheckItem(CheckKind.STALE, section.heading, said, key)
    words = "".join(node.text for node in parse(section.text).nodes if isinstance(node, Text))
    fitting = range(report.period.start.year - 1, report.period.end.year + 2)
    for year in dict.fromkeys(YEAR.findall(words)):
        if int(year) not in fitting:
            yield CheckItem(
                CheckKind.STALE, section.heading, f"文中写着{year}年，不在本期前后，请核对是不是上次的文字", year
            )


def empty(report: Report, sections: list[Section]) -> Iterator[CheckItem]:
    """Headings with nothing under them, and sections that were taken out."""
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        has_parts = following is not None and following.level > section.level
        if not section.text.strip() and not has_parts:
            yield CheckItem(CheckKind.EMPTY, section.heading, f"“{section}”还没有正文", str(section.pk))
    for section in report.sections.filter(removed_at__isnull=False):
        yield CheckItem(CheckKind.EMPTY, section.heading, f"“{section.heading}”已从文稿中删去", str(section.pk))


def undelivered(report: Report) -> Iterator[CheckItem]:
    """Sections asked of a unit that has not sent or not confirmed them."""
    for material in Material.objects.undelivered().filter(section__report=report).select_related("section", "unit"):
        text = f"“{material.section}”向{material.unit}征集的材料{material.get_state_display()}，{material.due_on}截止"
        yield CheckItem(
            CheckKind.UNDELIVERED, material.section.heading, text, str(material.pk), material.get_absolute_url()
        )


def sent_otherwise(report: Report, content: dict[str, Any]) -> Iterator[CheckItem]:
    """数出一门: a figure that was reported upwards with another value."""
    values = {figure["key"]: figure for figure in content["figures"]}
    for name, sent in SentFigure.objects.latest(report.period).items():
        if name in values and reads_otherwise(values[name]["value"], sent):
            now = f"{said(values[name]['value'])}{sent.unit}"
            where = f"{sent.submission.sent_on}报{sent.submission.recipient}的《{sent.submission.title}》"
            text = f"“{sent.label}”本稿为{now}，{where}为{sent.value}{sent.unit}"
            yield CheckItem(CheckKind.SENT, "", text, name, sent.submission.get_absolute_url())


def differing(report: Report, content: dict[str, Any]) -> Iterator[CheckItem]:
    """Figures that another signed paper of the same period printed otherwise. What this one corrects is no other paper."""
    values = {figure["key"]: figure for figure in content["figures"]}
    others = FrozenFigure.objects.filter(
        compilation__report__period_key=report.period_key,
        compilation__report__state=ReportState.ISSUED,
        name__in=list(values),
    ).exclude(compilation__report__in=[report.pk, report.corrects_id or 0])
    for frozen in others.select_related("compilation__report"):
        now = values[frozen.name]
        if reads_otherwise(now["value"], frozen):
            other = frozen.compilation.report
            text = f"“{frozen.label}”本稿为{said(now['value'])}{frozen.unit}，《{other}》为{frozen.value}{frozen.unit}"
            yield CheckItem(CheckKind.OTHER, "", text, frozen.name, other.get_absolute_url())


def said(value: Any) -> str:
    """A figure's value as text; "" for no data."""
    return "" if value is None else str(value)


def as_kept(value: Any, table: type[FrozenFigure | SentFigure]) -> str:
    """The value as a table keeps it: a long text (下步计划) is cut to what its column holds."""
    return said(value)[: table._meta.get_field("value").max_length]


def reads_otherwise(value: Any, kept: FrozenFigure | SentFigure) -> bool:
    """Whether a value is another than the kept one, each cut alike."""
    return as_kept(value, type(kept)) != kept.value


def too_long(report: Report, content: dict[str, Any]) -> Iterator[CheckItem]:
    outline = offered_outlines().get(report.outline)
    count = length_of(content)
    if outline is not None and outline.length and count * 100 > outline.length * LONGER:
        yield CheckItem(CheckKind.LENGTH, "", f"正文{count}字，要求{outline.length}字左右", "length")


def length_of(content: dict[str, Any]) -> int:
    """Characters of headings and text, without spaces; tables and charts are not counted."""
    texts = (f"{section['number']}{section['heading']}{section['text']}" for section in content["sections"])
    return sum(len("".join(text.split())) for text in texts)
