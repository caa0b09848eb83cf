"""Forms of the approval session: who met where, and what was decided on a case or on several."""

from __future__ import annotations

from typing import Any

from django import forms

from config.inputs import DATE, RowsField
from permits.models import ReviewedCase, ReviewOutcome, ReviewSession
from permits.workflow import sessions
from staff.models import User
from staff.refusals import Refused, show_refusal

OUTCOMES = [(value, label) for value, label in ReviewOutcome.choices if value != ReviewOutcome.PENDING]
WORDS = "准予的写许可条件，每行一条；不予的写理由；缓议的写原因。"


class SessionForm(forms.ModelForm):
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = ReviewSession
        fields = ["held_on", "place", "chair", "recorder", "attendance", "absent"]
        widgets = {"held_on": DATE, "attendance": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def store(self, *, by: User) -> ReviewSession | None:
        try:
            if self.instance.pk is None:
                return sessions.convene(self.instance, by=by)
            return sessions.change_session(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(label="结论", choices=OUTCOMES, widget=forms.RadioSelect)
    words = forms.CharField(
        label="会审意见", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, help_text=WORDS
    )

    def store(self, case: ReviewedCase, *, by: User) -> ReviewedCase | None:
        try:
            return sessions.decide(case, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class DecideTogetherForm(DecideForm):
    """The same outcome and words for several cases of one agenda."""

    cases = RowsField(
        label="申请",
        queryset=ReviewedCase.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请先勾选申请。"},
    )

    def __init__(self, *args: Any, session: ReviewSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pending = session.cases.filter(outcome=ReviewOutcome.PENDING).select_related("application")
        field = self.fields["cases"]
        field.queryset = pending  # type: ignore[attr-defined]
        field.label_from_instance = lambda case: f"{case.application.number} {case.application.applicant_name}"  # type: ignore[attr-defined]
        self.order_fields(["cases", "outcome", "words"])

    def take(self, *, by: User) -> list[sessions.Result]:
        data = self.cleaned_data
        return sessions.decide_together(data["cases"], outcome=data["outcome"], words=data["words"], by=by)
