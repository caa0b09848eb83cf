"""Compiling: every token of every section evaluated once, worded, and kept with definition and address.

`content` of a compilation is what `compile_report --json` prints; pages and papers are drawn from the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from config.figures import Figure, Kind, Value, one_reading
from config.periods import Period
from reports.models import Section
from reports.registry import known_keys, registry
from reports.sentences import NO_DATA, STYLES, Wording, breakdown_problem, change
from reports.tokens import Role, Span, Token, TokenError, parse, render

OnStep = Callable[[int, int, str], None]


@dataclass
class Draft:
    """One reading of all figures of a period: what was printed, and what the checklist must say."""

    period: Period
    as_of: datetime = field(default_factory=timezone.now)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def resolve(self, token: Token) -> Span:
        match token.role:
            case Role.CLAIM:
                return self._claim(token)
            case Role.TABLE | Role.CHART:
                label = (registry().tables if token.role is Role.TABLE else registry().charts)[token.key].label
                return Span(label, name=token.key, role=token.role)
        return self._figure(token)

    def _figure(self, token: Token) -> Span:
        figure = registry().figures[token.key]
        value = figure.value(self.period, token.parameter)
        wording = self._word(figure, value, token)
        if wording.reason:
            self.notes.append(f"{figure.label}：{wording.reason}")
        url = figure.url(self.period, token.parameter)
        self.figures.setdefault(token.name, self.entry(figure, token.parameter, value))
        note = wording.reason or figure.definition
        unit = figure.unit if wording.text.endswith(figure.unit) else ""
        return Span(wording.text, name=token.name, url=url, role="figure", note=note, unit=unit)

    def _word(self, figure: Figure, value: Value, token: Token) -> Wording:
        """The figure in the style asked for; a measure word belongs to its number."""
        if value.text:
            return Wording(value.text)
        style = STYLES[token.style or ("百分比" if figure.kind is Kind.RATE else "准确")]
        if style.compare:
            before = self.compared(style.compare)
            then = figure.value(before, token.parameter).number
            return change(value.number, then, rate=figure.kind is Kind.RATE, word=style.name)
        if value.number is None or style.word is None:
            return Wording(NO_DATA, value.reason or "没有数据。")
        return style.word(value.number, "%" if figure.kind is Kind.RATE else figure.unit)

    def compared(self, with_: str) -> Period:
        """What the period is held against. A period that still runs is compared up to the same day, not as a whole."""
        so_far = self.period.so_far(timezone.localdate(self.as_of))
        return so_far.same_period_last_year() if with_ == "last_year" else so_far.preceding()

    def entry(self, figure: Figure, parameter: str | None, value: Value) -> dict[str, Any]:
        label = figure.label
        if parameter is not None and figure.choices is not None:
            label = f"{label}：{dict(figure.choices()).get(parameter, parameter)}"
        return {
            "key": f"{figure.key}:{parameter}" if parameter is not None else figure.key,
            "label": label,
            "value": value.text or plain_number(value.number),
            "unit": figure.unit,
            "definition": figure.definition,
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
            self.notes.append(f"没有印出“{claim.label}”：{reason}")
        return Span(claim.text if holds else "", name=claim.key, role="claim", note=reason)

    def check_parts(self) -> None:
        """其中-parts that stand in the text complete must add up to their whole."""
        for key, figure in registry().figures.items():
            if (
                not figure.part_of
                or figure.choices is None
                or not any(name.startswith(f"{key}:") for name in self.figures)
            ):
                continue
            wanted = [f"{key}:{choice}" for choice, _ in figure.choices()]
            if not all(name in self.figures for name in wanted) or figure.part_of not in self.figures:
                continue
            whole, *parts = [self.figures[name]["value"] for name in (figure.part_of, *wanted)]
            if None in (whole, *parts):
                continue  # said by the figure without data; it is no 0
            problem = breakdown_problem(Decimal(str(whole)), [Decimal(str(part)) for part in parts], figure.label)
            if problem:
                self.notes.append(problem)


def plain_number(number: Decimal | None) -> int | str | None:
    """JSON's view of an exact number: an integer, or a decimal as text with at most four places."""
    if number is None:
        return None
    if number == number.to_integral_value():
        return int(number)
    return format(number.quantize(Decimal("0.0001")).normalize(), "f")


def compile_section(text: str, draft: Draft) -> tuple[list[list[Span]], list[TokenError]]:
    """Paragraphs of one section's text, and what is wrong with its tokens."""
    parsed = parse(text, known_keys())
    return render(parsed.nodes, draft.resolve), parsed.errors


def compile_content(period: Period, sections: Sequence[Section], *, on_step: OnStep | None = None) -> dict[str, Any]:
    """The whole summary as data: period, as_of, figures, claims, sections; for pages and papers also blocks."""
    with one_reading():
        draft, compiled = Draft(period), []
        for done, section in enumerate(sections):
            if on_step is not None:
                on_step(done, len(sections), f"正在取数：{section.heading}")
            paragraphs, errors = compile_section(section.text, draft)
            draft.notes += [f"{section.heading}：{error}" for error in errors]
            compiled.append(_section_entry(section, paragraphs, period))
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
        "notes": list(dict.fromkeys(draft.notes)),
    }


def _section_entry(section: Section, paragraphs: list[list[Span]], period: Period) -> dict[str, Any]:
    words = ["".join(span.text for span in spans if span.role not in ("table", "chart")) for spans in paragraphs]
    return {
        "number": section.number,
        "heading": section.heading,
        "level": section.level,
        "text": "\n".join(text for text in words if text.strip()),
        "blocks": [_block(spans, period) for spans in paragraphs],
    }


def _block(spans: list[Span], period: Period) -> dict[str, Any]:
    """A paragraph, or the table or chart that stands alone on its line."""
    special = next((span for span in spans if span.role in ("table", "chart")), None)
    if special is None:
        return {"kind": "text", "spans": [_span(span) for span in spans]}
    if special.role == "table":
        table = registry().tables[special.name]
        rows = [[list(cell) for cell in row] for row in table.rows(period)]
        return {
            "kind": "table",
            "key": table.key,
            "caption": table.label,
            "head": list(table.head),
            "rows": rows,
            "total": totals(rows),
        }
    chart = registry().charts[special.name]
    data = chart.data(period)
    return {
        "kind": "chart",
        "key": chart.key,
        "caption": chart.label,
        "data": data.as_plain(),
        "head": data.head(),
        "rows": data.rows(),
    }


def totals(rows: list[list[list[str]]]) -> list[str]:
    """The last line of a table of counts: 合计 and the sum of each column."""
    if not rows:
        return []
    columns = range(1, len(rows[0]))
    return ["合计", *(str(sum(int(row[column][0]) for row in rows)) for column in columns)]


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
