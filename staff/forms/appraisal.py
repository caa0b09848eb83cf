"""Forms of the assessment; they own all reading of POST."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from config.display import plain_number
from config.inputs import DATE, PeriodField
from config.periods import Period
from staff.enums import AppealOutcome
from staff.models import (
    AppraisalAppeal,
    AppraisalEntry,
    AppraisalItem,
    AppraisalRound,
    AppraisalScheme,
    AppraisalScore,
    AppraisalSheet,
    EntryEvidence,
    Movement,
    Person,
    User,
)
from staff.refusals import Refused, show_refusal
from staff.uploads import clean_image, document_type, save_document, save_image
from staff.workflow import appraisal

PLACES = {"max_digits": 7, "decimal_places": 2}


class SchemeForm(forms.ModelForm):
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = AppraisalScheme
        fields = ["name", "document", "valid_from", "total", "excellent", "good", "qualified"]
        widgets = {"valid_from": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def store(self, items: forms.BaseInlineFormSet, *, by: User) -> AppraisalScheme | None:
        """Both are valid: store the scheme with the items that are kept; None, with the reason, if they do not add up."""
        gone = items.deleted_forms  # a row that is new is taken out like a stored one
        rows = [form for form in items.forms if form not in gone and (form.has_changed() or form.instance.pk)]
        kept = [row.instance for row in rows if row.instance.name]
        try:
            return appraisal.save_scheme(self.instance, kept, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


def cell_input(label: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control form-control-sm", "aria-label": label})


class ItemLines(forms.BaseInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["aria-label"] = "删除这一行"


ItemFormSet = forms.inlineformset_factory(
    AppraisalScheme,
    AppraisalItem,
    formset=ItemLines,
    fields=["group", "name", "points", "standard"],
    extra=8,
    can_delete=True,
    widgets={
        "group": cell_input("类别"),
        "name": cell_input("考核项目"),
        "points": forms.NumberInput(attrs={"class": "form-control form-control-sm cell-number", "aria-label": "分值"}),
        "standard": cell_input("评分标准"),
    },
)


class RoundForm(forms.Form):
    period = PeriodField(help_text="如 2026年下半年、2026年第一季度、2026年3月、2026年。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["period"].initial = Period.half_year_of(today).key

    def clean_period(self) -> Period:
        period: Period = self.cleaned_data["period"]
        if "~" in period.key:
            raise ValidationError("考核按年、半年、季度或者月进行，不按任意起止日期。")
        return period

    def store(self, *, by: User) -> AppraisalRound | None:
        try:
            return appraisal.open_round(self.cleaned_data["period"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class SheetScoresForm(forms.Form):
    """One line an item, typed straight down: self-score, group score, reason, each only for whom it is."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, sheet: AppraisalSheet, may_self: bool, may_group: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.scores = list(sheet.scores.select_related("item"))
        self.names = [
            *(["self_score"] if may_self else []),
            *(["group_score", "reason"] if may_group else []),
        ]
        self.fields["version"].initial = sheet.version
        if may_group:
            self.fields["fill"] = forms.BooleanField(label="没有填的项目按满分记", required=False)
        for score in self.scores:
            for name in self.names:
                self.fields[f"{name}-{score.pk}"] = self._field(score, name)

    def _field(self, score: AppraisalScore, name: str) -> forms.Field:
        label = f"{score.item.name} {appraisal.SCORED[name]}"
        initial = getattr(score, name)
        if name == "reason":
            widget = forms.TextInput(attrs={"class": "form-control form-control-sm", "aria-label": label})
            return forms.CharField(label=label, max_length=200, required=False, initial=initial, widget=widget)
        number = forms.NumberInput(attrs={"class": "form-control form-control-sm cell-number", "aria-label": label})
        return forms.DecimalField(
            label=label,
            min_value=Decimal(0),
            max_value=score.item.points,
            required=False,
            initial=None if initial is None else plain_number(initial),
            widget=number,
            **PLACES,
        )

    def lines(self) -> list[dict[str, Any]]:
        """For the page: each item's row with its bound fields, where there are any."""
        return [
            {
                "score": score,
                **{name: self[f"{name}-{score.pk}"] for name in self.names},
            }
            for score in self.scores
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for score in self.scores if data.get("fill") else ():
            if data.get(f"group_score-{score.pk}") is None and f"group_score-{score.pk}" not in self.errors:
                data[f"group_score-{score.pk}"] = score.item.points
        for score in self.scores:
            given = data.get(f"group_score-{score.pk}")
            reason = f"reason-{score.pk}"
            if given is not None and given < score.item.points and reason in self.fields and not data.get(reason):
                self.add_error(reason, f"“{score.item.name}”扣了分，请写明扣分理由。")
        return data

    def store(self, *, by: User) -> AppraisalSheet | None:
        lines = {
            score.pk: appraisal.Typed({name: self.cleaned_data[f"{name}-{score.pk}"] for name in self.names})
            for score in self.scores
        }
        try:
            return appraisal.save_scores(self.sheet, lines, by=by, seen=self.cleaned_data["version"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class EntryForm(forms.ModelForm):
    evidence = forms.FileField(label="证据", required=False, help_text="照片、PDF 或 Word，可以不传。")

    class Meta:
        model = AppraisalEntry
        fields = ["happened_on", "event", "unit_points", "person", "person_points", "found_by_unit", "decided_by"]
        widgets = {"happened_on": DATE}
        help_texts = {"unit_points": "减分写负数，如 -2。", "person_points": "减分写负数；没有的写 0。"}

    def __init__(self, *args: Any, sheet: AppraisalSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.sheet = sheet
        opened = sheet.round
        there = Movement.objects.filter(unit_after=sheet.unit_id, effective_on__lte=opened.end).filter(
            Q(ends_on=None) | Q(ends_on__gt=opened.start)
        )
        self.fields["person"].queryset = Person.objects.filter(pk__in=there.values("person"))  # type: ignore[attr-defined]
        self.fields["person"].help_text = f"{opened.label}内在{sheet.unit.label}的人员。"

    def store(self, *, by: User) -> AppraisalEntry | None:
        try:
            entry = appraisal.add_entry(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
        return entry

    def clean_evidence(self) -> Any:
        """Checked before anything is stored, so that a refused file leaves no entry behind."""
        upload = self.cleaned_data["evidence"]
        if upload:
            kind_of_evidence(upload)
        return upload


def kind_of_evidence(upload: Any) -> str:
    """image or document, by content; ValidationError for anything else."""
    content = upload.read()
    upload.seek(0)
    try:
        document_type(content)
    except ValidationError:
        clean_image(content)
        return "image"
    return "document"


def attach_evidence(entry: AppraisalEntry, upload: Any, *, by: User) -> None:
    store = save_image if kind_of_evidence(upload) == "image" else save_document
    store(upload, EntryEvidence, by=by, entry=entry)


class AppealForm(forms.Form):
    reason = forms.CharField(label="申诉理由", max_length=300, min_length=4, widget=forms.Textarea(attrs={"rows": 3}))

    def store(self, entry: AppraisalEntry, *, by: User) -> AppraisalAppeal | None:
        try:
            return appraisal.lodge_appeal(entry, by=by, reason=self.cleaned_data["reason"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class EvidenceForm(forms.Form):
    file = forms.FileField(label="证据", help_text="照片、PDF 或 Word（.docx）。")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        kind_of_evidence(upload)
        return upload


class RewardForm(forms.ModelForm):
    class Meta:
        model = AppraisalSheet
        fields = ["reward"]

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def store(self, *, by: User) -> AppraisalSheet | None:
        try:
            return appraisal.set_reward(
                self.instance, by=by, reward=self.cleaned_data["reward"], seen=self.cleaned_data["version"]
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label="裁定", choices=[choice for choice in AppealOutcome.choices if choice[0] != AppealOutcome.PENDING]
    )
    points = forms.DecimalField(label="裁定后单位加减分", required=False, help_text="只在部分成立时填写。", **PLACES)
    person_points = forms.DecimalField(
        label="裁定后个人加减分", required=False, help_text="只在部分成立、个人的分也改动时填写。", **PLACES
    )
    reply = forms.CharField(label="裁定意见", max_length=300, min_length=2, widget=forms.Textarea(attrs={"rows": 3}))

    def store(self, appeal: AppraisalAppeal, *, by: User) -> AppraisalAppeal | None:
        data = self.cleaned_data
        try:
            return appraisal.decide_appeal(
                appeal,
                by=by,
                outcome=data["outcome"],
                reply=data["reply"],
                points=data["points"],
                person_points=data["person_points"],
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
