"""Forms of problems, plans and historical figures; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, MONTH
from reports.enums import PlanOutcome
from reports.forms.figures import FigureField
from reports.forms.tasks import SHORT, HalfYearForm
from reports.models import HistoricalFigure, PlanItem, Problem
from reports.names import check_name, label_for, name_in, offered_figures
from reports.registry import known_keys
from reports.tokens import parse
from reports.workflow import plans
from staff.forms.records import RecordForm
from staff.models import User
from staff.refusals import Refused
from staff.workflow.records import correct_record, store_record

MOST_EVIDENCE = 12


class ProblemForm(HalfYearForm):
    evidence = forms.CharField(
        label="佐证数据",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs=SHORT),
        help_text="一行一个，写总结数据列表里的名称，如 查找案件。",
    )

    class Meta:
        model = Problem
        fields = ["title", "period_key", "text", "owner", "evidence", "order"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = offered_figures()
        self.initial["evidence"] = "\n".join(label_for(name, offered) for name in self.instance.evidence)

    def clean_evidence(self) -> list[str]:
        """Names of figures that exist, each once; typed as labels, or as they stand in a text."""
        offered = offered_figures()
        lines = (name_in(line, offered) for line in self.cleaned_data["evidence"].splitlines())
        names = list(dict.fromkeys(line for line in lines if line))
        if len(names) > MOST_EVIDENCE:
            raise forms.ValidationError(f"最多 {MOST_EVIDENCE} 个数据，请只留最能说明问题的。")
        known = known_keys()
        errors = [str(error) for name in names for error in parse(f"{{{{ {name} }}}}", known).errors]
        if errors:
            raise forms.ValidationError([error.partition("：")[2] or error for error in errors])
        return names

    def write(self, seen: int | None) -> Problem:
        if seen is None:
            return store_record(self.instance, by=self.user, title="登记问题")
        return correct_record(self.instance, by=self.user, seen=seen)


class ProblemStepForm(forms.Form):
    on = forms.DateField(label="日期", widget=DATE)
    words = forms.CharField(label="怎样解决", min_length=2, max_length=300, widget=forms.Textarea(attrs=SHORT))

    def __init__(self, *args: Any, edge: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edge = edge
        self.fields["on"].initial = timezone.localdate
        if edge == "reopen":
            self.fields["words"].label = "理由"

    def take(self, problem: Problem, *, by: User) -> Problem:
        return plans.move_problem(problem, self.edge, by=by, **self.cleaned_data)


class PlanForm(HalfYearForm):
    class Meta:
        model = PlanItem
        fields = ["order", "title", "period_key", "text", "owner", "target_name", "target", "target_unit"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [data.get("target") is not None, bool(data.get("target_name")), bool(data.get("target_unit"))]
        if any(given) and not all(given):
            self.add_error("target", "目标的指标、目标数和计量单位要么都填，要么都不填。")
        return data

    def write(self, seen: int | None) -> PlanItem:
        if seen is None:
            return store_record(self.instance, by=self.user, title="登记计划")
        return correct_record(self.instance, by=self.user, seen=seen)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label="完成情况", choices=PlanOutcome.choices)
    outcome_text = forms.CharField(
        label="说明", required=False, max_length=300, widget=forms.Textarea(attrs=SHORT), help_text="没有全部完成的，写原因和下步打算。"
    )  # fmt: skip

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def take(self, item: PlanItem, *, by: User) -> PlanItem:
        data = self.cleaned_data
        try:
            return plans.conclude(
                item, by=by, seen=data["seen"] or 0, outcome=data["outcome"], text=data["outcome_text"]
            )
        except Refused:  # the page comes back with the plan as it is now, and with what was typed
            item.refresh_from_db()
            self.data = {**self.data.dict(), "seen": str(item.version)}
            raise


class HistoryForm(RecordForm):
    figure = FigureField(label="数据")

    class Meta:
        model = HistoricalFigure
        fields = ["figure", "month", "value", "source", "checked_by"]
        widgets = {"month": MONTH}

    def clean_figure(self) -> str:
        name: str = self.cleaned_data["figure"]
        if problem := check_name(name):
            raise forms.ValidationError(problem)
        return name

    def write(self, seen: int | None) -> HistoricalFigure:
        if seen is None:
            return plans.record_history(self.instance, by=self.user)
        return plans.correct_history(self.instance, by=self.user, seen=seen)
