"""数据核对表: every figure of a paper with its definition, this period, the same period, what was already reported, who answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from config.figures import Figure, one_reading
from config.periods import Period
from reports.checklist import reads_otherwise, said
from reports.compilation import plain_number
from reports.history import base_of
from reports.models import Override, Report, SentFigure
from reports.registry import registry
from reports.sentences import NO_DATA
from reports.tokens import Role, parse


@dataclass(frozen=True)
class Line:
    """One figure. `sent`: the last value reported, with to whom and when; `differs`: this period's value is another."""

    name: str
    label: str
    unit: str
    definition: str
    now: str
    then: str
    url: str
    sent: str = ""
    sent_to: str = ""
    differs: bool = False
    unit_asked: str = ""
    decided: str = ""


@dataclass(frozen=True)
class Reading:
    """What the lines of one period are read from."""

    period: Period
    before: Period
    sent: dict[str, SentFigure]
    overrides: dict[str, Override]
    answered_by: dict[str, str]

    @classmethod
    def of(cls, period: Period, answered_by: dict[str, str]) -> Reading:
        before = period.so_far(timezone.localdate()).same_period_last_year()
        sent, overrides = SentFigure.objects.latest(period), Override.objects.standing(period)
        return cls(period, before, sent, overrides, answered_by)

    def line(self, name: str) -> Line:
        key, _, parameter = name.partition(":")
        figure, choice = registry().figures[key], parameter or None
        now = figure.value(self.period, choice)
        label = figure.label
        if choice and figure.choices is not None:
            label = f"{label.partition('（')[0]}·{dict(figure.choices()).get(choice, choice)}"
        decided, last = self.overrides.get(name), self.sent.get(name)
        value = decided.value if decided else said(now.text or plain_number(now.number))
        return Line(
            name=name,
            label=label,
            unit=figure.measured_in(choice),
            definition=figure.defined(self.period),
            now=value or NO_DATA,
            then=self.then(figure, choice),
            url=figure.url(self.period, choice),
            sent=last.value if last else "",
            sent_to=f"{last.submission.recipient} {last.submission.sent_on}" if last else "",
            differs=last is not None and reads_otherwise(value, last),
            unit_asked=self.answered_by.get(name, ""),
            decided=decided.reason if decided else "",
        )

    def then(self, figure: Figure, choice: str | None) -> str:
        """The same period in words; what was decided by hand or is from an old paper so called, as 同比 takes it."""
        if (choice := figure.then(choice)) == "":
            return NO_DATA
        value = figure.value(self.before, choice)
        if value.text:
            return value.text
        base = base_of(figure, self.before, choice)
        return f"{said(plain_number(base.number))}{base.mark}" or NO_DATA


def lines_for(names: Iterable[str], period: Period, *, answered_by: dict[str, str] | None = None) -> list[Line]:
    """A line for each figure, in the order given; names that are no figures (any more) are left out."""
    known = [name for name in dict.fromkeys(names) if name.partition(":")[0] in registry().figures]
    with one_reading():
        reading = Reading.of(period, answered_by or {})
        return [reading.line(name) for name in known]


def names_in(text: str) -> list[str]:
    """The figures that a section prints."""
    return [token.name for token in parse(text).tokens if token.role is Role.FIGURE]


def lines_of(report: Report) -> list[Line]:
    """The whole paper; who answers for a figure is the unit that was asked for its section."""
    answered_by: dict[str, str] = {}
    names: list[str] = []
    for section in report.present_sections.select_related("material__unit"):
        mine = names_in(section.text)
        names += mine
        material: Any = getattr(section, "material", None)
        if material is not None:
            answered_by |= {name: str(material.unit) for name in mine if name not in answered_by}
    return lines_for(names, report.period, answered_by=answered_by)
