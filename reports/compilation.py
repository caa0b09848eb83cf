"""Compiling: every token of every section evaluated once, worded, and kept with definition and address.

`content` of a compilation is what `compile_report --json` prints; pages and papers are drawn from the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from config.figures import Figure, Kind, TableFigure, Value, one_reading
from config.periods import Period
from reports.decided import MARK, Decided, as_decided, decided_for, number_in
from reports.enums import CheckKind
from reports.history import Base, base_of
from reports.models import Override, Section
from reports.registry import known_keys, registry
from reports.sentences import NO_DATA, STYLES, Wording, breakdown_problem, change
from reports.tokens import Role, Span, Token, TokenError, parse, render

OnStep = Callable[[int, int, str], None]


@dataclass
class Draft:
    """One reading of all figures of a period: what was printed, and what the checklist must say."""

    period: Period
    as_of: datetime = field(default_factory=timezone.now)
    overrides: Mapping[str, Override] = field(default_factory=dict)  # by the figure's name
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: list[dict[str, str]] = field(default_factory=list)  # what the checklist must say: kind, section, text, name
    printed: dict[str, str] = field(default_factory=dict)  # name|style → the words, for drift and 数字核校
    section: str = ""  # the heading being read

    def say(self, kind: CheckKind, text: str, name: str = "") -> None:
        entry = {"kind": kind.value, "section": self.section, "text": text, "name": name}
        if entry not in self.checks:
            self.checks.append(entry)

    @property
    def notes(self) -> list[str]:
        """The checks in words, for the preview and the command."""
        return list(dict.fromkeys(check["text"] for check in self.checks))

    def resolve(self, token: Token) -> Span:
        match token.role:
            case Role.CLAIM:
                return self._claim(token)
            case Role.TYPED:
                self.say(CheckKind.TYPED, f"手填数“{token.key}”，出处：{token.style}", token.key)
                return Span(token.key, role=token.role, note=f"手填数，出处：{token.style}")
            case Role.TABLE | Role.CHART:
                label = (registry().tables if token.role is Role.TABLE else registry().charts)[token.key].label
                return Span(label, name=token.key, role=token.role)
        return self._figure(token)

    def _figure(self, token: Token) -> Span:
        figure = registry().figures[token.key]
        found = figure.value(self.period, token.parameter)
        value = self._overridden(token.name, found)
        wording = self._word(figure, value, token)
        if wording.reason:
            self.say(CheckKind.NO_DATA, f"{figure.label}：{wording.reason}", token.name)
        url = figure.url(self.period, token.parameter)
        if token.name not in self.figures:
            self.figures[token.name] = self.entry(figure, token.parameter, value, found)
        self.printed[f"{token.name}|{token.style}"] = wording.text
        note = wording.reason or figure.defined(self.period)
        if token.name in self.overrides:
            note = f"人工核定：{self.overrides[token.name].reason}；{note}"
            return Span(
                wording.text, name=token.name, url=url, role="override", note=note, unit=unit_of(figure, token, wording)
            )
        return Span(
            wording.text, name=token.name, url=url, role="figure", note=note, unit=unit_of(figure, token, wording)
        )

    def _overridden(self, name: str, value: Value) -> Value:
        """人工核定: the value that somebody answers for, with a reason, in place of the counted one."""
        override = self.overrides.get(name)
        if override is None:
            return value
        number = override.number
        return replace(value, number=number, text="" if number is not None else override.value, reason="")

    def _word(self, figure: Figure, value: Value, token: Token) -> Wording:
        """The figure in the style asked for; a measure word belongs to its number."""
        if value.text:
            return Wording(value.text)
        style = STYLES[token.style or ("百分比" if figure.is_percentage else "准确")]
        if style.compare:
            base = self.base(figure, style.compare, token.parameter)
            if base.note:
                self.say(base.kind, f"{figure.label}：{base.note}。", token.name)
            return change(value.number, base.number, rate=figure.is_rate(token.parameter), word=style.name)
        if value.number is None or style.word is None:
            return Wording(NO_DATA, value.reason or "没有数据。")
        return style.word(value.number, figure.measured_in(token.parameter))

    def base(self, figure: Figure, with_: str, parameter: str | None) -> Base:
        """What a figure is held against. A window or a month behind its colon is that of the year before, and has no 环比."""
        then = figure.then(parameter)
        if then == "" or (with_ != "last_year" and then != parameter):
            return Base(None)
        word = "同期" if with_ == "last_year" else "上期"
        return base_of(figure, self.compared(with_), then, word=word)

    def compared(self, with_: str) -> Period:
        """What the period is held against. A period that still runs is compared up to the same day, not as a whole."""
        so_far = self.period.so_far(timezone.localdate(self.as_of))
        return so_far.same_period_last_year() if with_ == "last_year" else so_far.preceding()

    def entry(self, figure: Figure, parameter: str | None, value: Value, found: Value | None = None) -> dict[str, Any]:
        """A figure as data. `found`: what the records say, where `value` was decided by hand."""
        label = figure.label
        if parameter is not None and figure.choices is not None:
            label = f"{label}：{dict(figure.choices()).get(parameter, parameter)}"
        name = f"{figure.key}:{parameter}" if parameter is not None else figure.key
        override = self.overrides.get(name)
        decided = {"counted": found.text or plain_number(found.number)} if override and found else {}
        if override and found:
            decided |= {"override": override.reason, "decided_by": str(override.decided_by)}
            unit = figure.measured_in(parameter)
            said = f"“{label}”人工核定为{override.value}{unit}，台账为{decided['counted']}{unit}"
            self.say(CheckKind.OVERRIDE, f"{said}；理由：{override.reason}（{override.decided_by}）", name)
        return {
            **decided,
            "key": name,
            "label": label,
            "value": value.text or plain_number(value.number),
            "unit": figure.measured_in(parameter),
            "definition": figure.defined(self.period),
            "url": figure.url(self.period, parameter),
            **(
                {"numerator": plain_number(value.numerator), "denominator": plain_number(value.denominator)}
                if figure.kind is Kind.RATE
                else {}
            ),
        }

    def _claim(self, token: Token) -> Span:
        claim = registry().claims[token.key]
        holds, reason = claim.check(self.period)
        self.claims[token.key] = {"key": claim.key, "holds": holds, "text": claim.text, "reason": reason}
        if not holds:
            self.say(CheckKind.CLAIM, f"没有印出“{claim.label}”：{reason}", claim.key)
        return Span(claim.text if holds else "", name=claim.key, role="claim", note=reason)

    @cached_property
    def decided(self) -> list[Decided]:
        return decided_for(self.overrides, self.period)

    def say_counted(self, where: str, key: str, cells: Sequence[Any], *, used: Sequence[Decided] = ()) -> None:
        """A total or a chart has no address of its own: what equals the counted number may be that figure.

        Small numbers are equal by chance.
        """
        numbers = {number_in(str(cell)) for cell in cells}
        for each in self.decided:
            if each in used or abs(each.counted) < EQUAL_BY_CHANCE:
                continue
            if each.app == key.partition(".")[0] and each.counted in numbers:
                words = f"“{each.override.label}”人工核定为{each.override.value}{each.unit}，{where}仍按台账"
                self.say(CheckKind.OVERRIDE, f"{words}，请核对是不是同一个数", each.override.name)

    def check_parts(self) -> None:
        """其中-parts must add up to their whole: all of them exactly, some of them to no more."""
        self.section = ""
        for key, figure in registry().figures.items():
            if figure.part_of not in self.figures or figure.choices is None:
                continue
            wanted = [f"{key}:{choice}" for choice, _ in figure.choices()]
            parts = [self.figures[name]["value"] for name in wanted if name in self.figures]
            whole = self.figures[figure.part_of]["value"]
            if not parts or None in (whole, *parts):
                continue  # nothing to add, or said by the figure without data; it is no 0
            problem = parts_problem(whole, parts, figure.label, complete=len(parts) == len(wanted))
            if problem:
                self.say(CheckKind.SUM, problem, key)


def parts_problem(whole: Any, parts: Sequence[Any], label: str, *, complete: bool) -> str:
    """ "" or the sentence for the checklist; of incomplete parts only that they are more than the whole."""
    total, numbers = Decimal(str(whole)), [Decimal(str(part)) for part in parts]
    return breakdown_problem(total, numbers, label) if complete or sum(numbers) > total else ""


def unit_of(figure: Figure, token: Token, wording: Wording) -> str:
    unit = figure.measured_in(token.parameter)
    return unit if wording.text.endswith(unit) else ""


def plain_number(number: Decimal | None) -> int | str | None:
    """JSON's view of an exact number: an integer, or a decimal as text with at most four places."""
    if number is None:
        return None
    if number == number.to_integral_value():
        return int(number)
    return format(number.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize(), "f")


def compile_section(text: str, draft: Draft) -> tuple[list[list[Span]], list[TokenError]]:
    """Paragraphs of one section's text, and what is wrong with its tokens."""
    parsed = parse(text, known_keys())
    return render(parsed.nodes, draft.resolve), parsed.errors


def compile_content(period: Period, sections: Sequence[Section], *, on_step: OnStep | None = None) -> dict[str, Any]:
    """The whole summary as data: period, as_of, figures, claims, sections; for pages and papers also blocks."""
    with one_reading():
        draft, compiled = Draft(period, overrides=Override.objects.standing(period)), []
        for done, section in enumerate(sections):
            if on_step is not None:
                on_step(done, len(sections), f"正在取数：{section.heading}")
            draft.section = section.heading
            paragraphs, errors = compile_section(section.text, draft)
            for error in errors:
                draft.say(CheckKind.TOKEN, f"{section.heading}：{error}")
            compiled.append(_section_entry(section, paragraphs, draft))
        draft.check_parts()
    return {
        "period": {
            "key": period.key,
            "label": period.label,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        },
        "as_of": timezone.localtime(draft.as_of).isoformat(timespec="seconds"),
        "figures": list(draft.figures.values()),
        "claims": list(draft.claims.values()),
        "sections": compiled,
        "notes": draft.notes,
        "checks": draft.checks,
        "printed": draft.printed,
    }


def _section_entry(section: Section, paragraphs: list[list[Span]], draft: Draft) -> dict[str, Any]:
    words = ["".join(span.text for span in spans if span.role not in ("table", "chart")) for spans in paragraphs]
    return {
        "number": section.number,
        "heading": section.heading,
        "level": section.level,
        "text": "\n".join(text for text in words if text.strip()),
        "blocks": [_block(spans, draft) for spans in paragraphs],
    }


EQUAL_BY_CHANCE = 10  # below it half the cells of a table are equal to something
NO_ROWS = "期内没有记录"  # a head alone looks as if something had been forgotten


def _block(spans: list[Span], draft: Draft) -> dict[str, Any]:
    """A paragraph, or the table or chart that stands alone on its line."""
    special = next((span for span in spans if span.role in ("table", "chart")), None)
    if special is None:
        return {"kind": "text", "spans": [_span(span) for span in spans]}
    if special.role == "table":
        return _table_block(registry().tables[special.name], draft)
    chart = registry().charts[special.name]
    data = chart.data(draft.period)
    draft.say_counted(f"图“{chart.label}”", chart.key, [cell for row in data.rows() for cell in row])
    return {
        "kind": "chart",
        "key": chart.key,
        "caption": chart.label,
        "data": data.as_plain(),
        "head": data.head(),
        "rows": data.rows(),
    }


def _table_block(table: TableFigure, draft: Draft) -> dict[str, Any]:
    counted = [[list(cell) for cell in row] for row in table.rows(draft.period)]
    rows, used = as_decided(counted, draft.decided)
    total = totals(rows) if table.total else []
    for each in used:
        draft.say(CheckKind.OVERRIDE, each.words, each.override.name)
    if table.total:
        draft.say_counted(f"表“{table.label}”的合计", table.key, totals(counted), used=used)
        if used:
            names = "、".join(dict.fromkeys(f"“{each.override.label}”" for each in used))
            draft.say(
                CheckKind.OVERRIDE,
                f"表“{table.label}”里{names}按核定值印，合计是各行相加，请与正文的总数核对",
                table.key,
            )
    return {
        "kind": "table",
        "key": table.key,
        "caption": table.label,
        "head": list(table.head),
        "rows": rows or [[[NO_ROWS, ""], *([["", ""]] * (len(table.head) - 1))]],
        "total": total,
    }


def totals(rows: list[list[list[str]]]) -> list[str]:
    """The last line of a table of counts and amounts: 合计 and the sum of each column, with the places of its cells."""
    if not rows:
        return []
    columns = range(1, len(rows[0]))
    return [
        "合计",
        *(
            f"{sum(Decimal(row[column][0].removesuffix(MARK).replace(',', '')) for row in rows):f}"
            for column in columns
        ),
    ]


def _span(span: Span) -> dict[str, Any]:
    kept = {
        "text": span.text,
        "name": span.name,
        "url": span.url,
        "role": span.role,
        "amber": span.amber,
        "note": span.note,
    }
    return {name: value for name, value in kept.items() if value or name == "text"}
