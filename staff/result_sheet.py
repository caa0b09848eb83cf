"""科室考核结果: every unit of a round with its scores, 加减分, total, grade and rank — as it stands now, or as published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.ranking import Ranked, rank
from staff import appraisal
from staff.enums import Grade
from staff.models import AppraisalRound, AppraisalSheet

NONE = Decimal(0)


@dataclass(frozen=True)
class ResultLine:
    """One unit. `self_total` and `group_total` are None while no score is in; `missing` counts unscored items.

    Without all scores there is no total, no grade and no rank: unscored is not 0.
    """

    sheet: AppraisalSheet
    self_total: Decimal | None
    group_total: Decimal | None
    missing: int
    entry_points: Decimal
    total: Decimal | None
    grade: str
    rank: int | None

    @property
    def unit(self) -> str:
        return self.sheet.unit.label

    @property
    def grade_label(self) -> str:
        return str(Grade(self.grade).label) if self.grade else ""


def summed(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, NONE) if known else None


def sheet_total(sheet: AppraisalSheet) -> Decimal:
    """What a sheet comes to now: group scores and entries that count; points, never below 0."""
    scores = [score.group_score or NONE for score in sheet.scores.all()]
    return appraisal.total(scores, [entry.worth for entry in sheet.entries.all() if entry.voided_at is None])


def result_lines(opened: AppraisalRound) -> list[ResultLine]:
    """All units of a round, best first, then those that are not scored yet.

    Of a published round total, grade and rank are those that were published.
    """
    sheets = list(opened.sheets.select_related("unit", "round__scheme").prefetch_related("scores", "entries"))
    scored = [sheet for sheet in sheets if not unscored(sheet)]
    standing = {ranked.entrant.pk: ranked for ranked in rank((sheet, sheet_total(sheet)) for sheet in scored)}
    lines = [line_of(sheet, standing.get(sheet.pk)) for sheet in sheets]
    return sorted(lines, key=lambda line: (line.rank or len(lines) + 1, line.sheet.unit.order, line.sheet.pk))


def unscored(sheet: AppraisalSheet) -> int:
    return sum(score.group_score is None for score in sheet.scores.all())


def line_of(sheet: AppraisalSheet, ranked: Ranked[AppraisalSheet] | None) -> ResultLine:
    scores = list(sheet.scores.all())
    total = sheet.total if sheet.total is not None else ranked.score if ranked else None
    grade = "" if total is None else str(sheet.round.scheme.thresholds.grade(total))
    return ResultLine(
        sheet=sheet,
        self_total=summed([score.self_score for score in scores]),
        group_total=summed([score.group_score for score in scores]),
        missing=unscored(sheet),
        entry_points=sum((entry.counted_points for entry in sheet.entries.all()), NONE),
        total=total,
        grade=sheet.grade or grade,
        rank=sheet.rank if sheet.rank is not None else ranked.rank if ranked else None,
    )
