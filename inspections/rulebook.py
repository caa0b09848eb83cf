"""All versions of the scoring rules, read once: which of them holds on a day."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from config.periods import Period
from inspections.composite import AssessmentRules
from inspections.models import ScoringRuleSet


class RuleBook:
    """The rules by day. Before the first version, and in a database without any, those that the code proposes."""

    @cached_property
    def versions(self) -> list[tuple[ScoringRuleSet, AssessmentRules]]:
        """The newest first."""
        return [(version, version.as_rules()) for version in ScoringRuleSet.objects.order_by("-valid_from")]

    def version_on(self, day: date) -> ScoringRuleSet | None:
        return next((version for version, _ in self.versions if version.valid_from <= day), None)

    def on(self, day: date) -> AssessmentRules:
        return next((rules for version, rules in self.versions if version.valid_from <= day), AssessmentRules())

    def of_month(self, month: str) -> AssessmentRules:
        return self.on(Period.parse(month).start)

    @property
    def longest_recurrence(self) -> int:
        """Days after closing within which some version still sees a recurrence."""
        known = [rules.scoring.recurrence_days for _, rules in self.versions]
        return max(known, default=AssessmentRules().scoring.recurrence_days)
