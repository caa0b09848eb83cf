"""The monthly 扣分核对单 of a unit: its findings of the month with its part of the points, as the unit confirms them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.db.models import Exists, OuterRef

from config.periods import Period
from inspections.models import Finding, FindingShare, SheetConfirmation
from inspections.models.findings import POINT_PLACES
from inspections.month import MonthReader, PartLine, UnitMonth
from inspections.scoring import ZERO, plain
from staff.models import Unit


def equation(factors: Sequence[Decimal], result: Decimal) -> str:
    """A stored part is cut to four decimals: what is not exactly the product is printed as near it."""
    sign = "=" if math.prod(factors) == result else "≈"
    return f"{' × '.join(map(plain, factors))} {sign} {plain(result)}"


def decided_by(finding: Finding) -> str:
    """Who set points that are not worked out: the last decision that says so many."""
    rulings = [(each.decided_at, "申诉裁定") for each in finding.appeals.all() if each.new_points == finding.points]
    cuts = [(each.typed_at, "领导减免") for each in finding.reductions.all() if each.new_points == finding.points]
    return max([*rulings, *cuts], default=(None, "另行核定"))[1]


@dataclass(frozen=True, slots=True)
class SheetLine:
    finding: Finding
    part: PartLine

    @property
    def formula(self) -> str:
        """base × coefficient × multiplier × share, as the officer reads it; then what was decided instead, and by whom."""
        finding = self.finding
        factors = (finding.base, finding.coefficient, finding.multiplier, self.part.share)
        if not finding.is_decided_otherwise:
            return equation(factors, self.part.points)
        worked_out = equation(factors, (finding.worked_out * self.part.share).quantize(POINT_PLACES, ROUND_DOWN))
        return f"{worked_out}，{decided_by(finding)}为 {self.decided}"

    @property
    def decided(self) -> str:
        """The decided points; where the unit has a share of them, with what that makes."""
        if self.part.share == 1:
            return plain(self.part.points)
        return equation((self.finding.points, self.part.share), self.part.points)

    @property
    def account(self) -> str:
        """What the rectification account says: days late, sent back, false."""
        facts = self.part.account
        words = (
            (facts.days_late, f"逾期{facts.days_late}天"),
            (facts.send_backs, f"退回{facts.send_backs}次"),
            (facts.false_reports, f"虚假整改{facts.false_reports}次"),
        )
        return "，".join(text for number, text in words if number)


@dataclass(frozen=True)
class CheckSheet:
    month: str
    unit: Unit
    score: UnitMonth
    lines: tuple[SheetLine, ...]

    @property
    def title(self) -> str:
        return f"{self.unit.label}{Period.parse(self.month).label}扣分核对单"

    @property
    def points(self) -> Decimal:
        """What was found and how it was put right, before caps."""
        return sum((line.part.points + line.part.rectification for line in self.lines), ZERO)

    @property
    def found_points(self) -> Decimal:
        return sum((line.part.points for line in self.lines), ZERO)

    @property
    def account_points(self) -> Decimal:
        return sum((line.part.rectification for line in self.lines), ZERO)

    @property
    def digest(self) -> str:
        """Changes when a finding comes, goes or costs something else; lateness that grows by the day does not count."""
        facts = (
            f"{line.finding.number}:{plain(line.part.points)}:{line.part.account.send_backs}:{line.part.account.false_reports}"
            for line in self.lines
        )
        return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()


def findings_of(rows: Sequence[UnitMonth]) -> dict[int, Finding]:
    """The findings behind some units' scores, with what a line prints of them."""
    shares = FindingShare.objects.filter(finding=OuterRef("pk"), unit__in={row.unit.pk for row in rows})
    found = Finding.objects.filter(Exists(shares), month__in={row.month for row in rows})
    return {
        finding.pk: finding
        for finding in found.select_related("item__category").prefetch_related("appeals", "reductions")
    }


def sheet_of(row: UnitMonth, findings: dict[int, Finding] | None = None) -> CheckSheet:
    known = findings if findings is not None else findings_of([row])
    lines = tuple(SheetLine(known[line.finding], line) for line in row.lines)
    return CheckSheet(row.month, row.unit, row, lines)


def unit_sheet(unit: Unit, month: str) -> CheckSheet | None:
    """None for a unit that is not assessed in the month."""
    rows = MonthReader([month], units=[unit.pk]).of(month)
    return sheet_of(rows[0]) if rows else None


def all_sheets(month: str) -> list[CheckSheet]:
    rows = MonthReader([month]).of(month)
    findings = findings_of(rows)
    return [sheet_of(row, findings) for row in rows]


@dataclass(frozen=True, slots=True)
class SheetStanding:
    """Where the confirmation of one unit stands."""

    sheet: CheckSheet
    confirmation: SheetConfirmation | None

    @property
    def is_current(self) -> bool:
        return self.confirmation is not None and self.confirmation.digest == self.sheet.digest

    @property
    def words(self) -> str:
        if self.confirmation is None:
            return "未确认"
        return "已确认" if self.is_current else "确认后有变动"


def sheet_standings(month: str) -> list[SheetStanding]:
    confirmed = {each.unit_id: each for each in SheetConfirmation.objects.filter(month=month)}
    return [SheetStanding(sheet, confirmed.get(sheet.unit.pk)) for sheet in all_sheets(month)]


def waiting(month: str) -> list[SheetStanding]:
    """Units with findings that have not confirmed them as they are now."""
    return [each for each in sheet_standings(month) if each.sheet.lines and not each.is_current]
