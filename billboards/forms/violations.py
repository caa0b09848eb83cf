"""A new version of an entry of the catalogue, with its table of amounts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from billboards.models import DiscretionStep, Violation
from billboards.workflow import violations
from config.inputs import DATE
from staff.models import User
from staff.refusals import Refused, show_refusal

PARTIES = {"": "", "公民": "citizen", "单位": "organisation"}
COLUMNS = 5


class StepsField(forms.CharField):
    """One line of the table a line: 阶次｜情形｜下限｜上限｜公民 or 单位 (empty: both)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=3000, **kwargs)

    def clean(self, value: Any) -> list[DiscretionStep]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        return [self.step_of(order, line) for order, line in enumerate(lines, start=1)]

    def step_of(self, order: int, line: str) -> DiscretionStep:
        cells = [cell.strip() for cell in line.replace("|", "｜").split("｜")]
        cells += [""] * (COLUMNS - len(cells))
        name, circumstances, low, high, party = cells[:COLUMNS]
        if not name or not circumstances or party not in PARTIES:
            raise forms.ValidationError(f"第 {order} 行应为“阶次｜情形｜下限｜上限｜公民或单位”，最后一格可以不填。")
        try:
            step = DiscretionStep(
                order=order, name=name, circumstances=circumstances, party=PARTIES[party], minimum=Decimal(low), maximum=Decimal(high)
            )  # fmt: skip
        except InvalidOperation as error:
            raise forms.ValidationError(f"第 {order} 行的下限、上限应为数字。") from error
        if not 0 <= step.minimum <= step.maximum:
            raise forms.ValidationError(f"第 {order} 行的上限不得小于下限。")
        return step


def written(steps: Any) -> str:
    words = {code: label for label, code in PARTIES.items()}
    return "\n".join(
        "｜".join([s.name, s.circumstances, str(s.minimum), str(s.maximum), words[s.party]]) for s in steps
    )


class ViolationForm(forms.ModelForm):
    steps = StepsField(label="裁量阶次", help_text="每行一个阶次：阶次｜情形｜下限｜上限｜公民或单位（不分的不填）。")

    class Meta:
        model = Violation
        fields = ["code", "name", "provision", "basis", "measure", "min_fine", "max_fine", "hearing", "transfer_to", "source", "valid_from"]  # fmt: skip
        widgets = {"valid_from": DATE}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        low, high = facts.get("min_fine"), facts.get("max_fine")
        for step in facts.get("steps") or ():
            if high is None or step.minimum < (low or 0) or step.maximum > high:
                self.add_error("steps", f"阶次“{step.name}”超出罚款幅度。")
        return facts

    def store(self, *, by: User) -> Violation | None:
        """None, with the reason on the form, if it is refused."""
        try:
            return violations.store_version(self.save(commit=False), self.cleaned_data["steps"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
