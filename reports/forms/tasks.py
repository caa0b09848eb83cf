"""Forms of key tasks, their notes and measures; they own all reading of POST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from config.inputs import DATE
from config.periods import Period
from reports.forms.summaries import period_choices
from reports.models import KeyTask, Measure, TaskNote
from reports.workflow import tasks
from staff.forms.records import AgenciesField, RecordForm
from staff.models import Unit, UnitKind, User
from staff.refusals import Refused, show_refusal

OUR_KINDS = (UnitKind.BUREAU, UnitKind.DEPARTMENT, UnitKind.SQUAD)
SHORT = {"rows_wanted": 2}


def half_years(kept: str = "") -> list[tuple[str, str]]:
    """The coming half-year, then back; the one that a record has already is always among them."""
    today = timezone.localdate()
    now = Period.half_year_of(today)
    coming = Period.half_year_of(now.end + timedelta(days=1))
    halves = [each for each in period_choices() if "H" in each[0] and each[0] != coming.key]
    choices = [(coming.key, coming.label), *halves]
    if kept and kept not in dict(choices):
        choices.append((kept, Period.parse(kept).label))
    return choices


def present_half_year() -> str:
    today = timezone.localdate()
    return Period.half_year_of(today).key


class HalfYearForm(RecordForm):
    """A record of a half-year that one of our own units answers for."""

    period_key = forms.ChoiceField(label="期间", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period_key"].choices = half_years(self.instance.period_key)  # type: ignore[attr-defined]
        if self.instance.pk is None and "period_key" not in self.initial:
            self.fields["period_key"].initial = present_half_year()
        owners = Unit.objects.active_on(timezone.localdate()).filter(kind__in=OUR_KINDS)
        if self.instance.owner_id:
            owners = owners | Unit.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class TaskForm(HalfYearForm):
    class Meta:
        model = KeyTask
        fields = ["title", "period_key", "superior", "source", "owner", "participants", "responsible", "due", "content",
                  "order"]  # fmt: skip
        field_classes = {"participants": AgenciesField}
        widgets = {"due": DATE, "participants": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Unit.objects.active_on(timezone.localdate()).filter(kind__in=OUR_KINDS)
        kept = self.instance.participants.values("pk") if self.instance.pk else Unit.objects.none()
        units = Unit.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk__in=kept))
        self.fields["participants"].queryset = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        due, key = data.get("due"), data.get("period_key")
        if due and key and due < Period.parse(key).start:
            self.add_error("due", "办结期限早于列入的期间。请核对年份。")
        return data

    def write(self, seen: int | None) -> KeyTask:
        participants = list(self.cleaned_data["participants"])
        if seen is None:
            return tasks.create_task(self.instance, participants, by=self.user)
        return tasks.correct_task(self.instance, participants, by=self.user, seen=seen)


class TaskStepForm(forms.Form):
    on = forms.DateField(label="日期", widget=DATE)
    words = forms.CharField(label="说明", min_length=2, max_length=300, widget=forms.Textarea(attrs=SHORT))

    def __init__(self, *args: Any, edge: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edge = edge
        self.fields["on"].initial = timezone.localdate
        self.fields["words"].label = {"finish": "办理结果", "drop": "中止理由"}.get(edge, "理由")

    def take(self, task: KeyTask, *, by: User) -> KeyTask:
        return tasks.move_task(task, self.edge, by=by, **self.cleaned_data)


STEP_WORDS = {
    "finish": "任务转为已完成，从待办里去掉；台账登记保留，办结日之后的日期不再登记。",
    "drop": "任务转为已中止，不再催办；台账登记保留，仍计入数据。",
    "reopen": "任务回到进行中，可以继续登记；原办理结果从页面去掉，经过里保留。",
}


class NoteForm(forms.ModelForm):
    class Meta:
        model = TaskNote
        fields = ["noted_on", "text"]
        widgets = {"noted_on": DATE, "text": forms.Textarea(attrs=SHORT)}

    def take(self, task: KeyTask, *, by: User) -> TaskNote:
        return tasks.add_note(task, by=by, **self.cleaned_data)


class MeasureForm(forms.ModelForm):
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Measure
        fields = ["name", "unit_of_count", "totalling", "definition", "target", "order", "active"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["seen"].initial = self.instance.version
        if self.instance.pk is None:
            del self.fields["active"]

    def store(self) -> Measure | None:
        try:
            if self.instance.pk is None:
                return tasks.add_measure(self.instance, by=self.user)
            return tasks.correct_measure(self.instance, by=self.user, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
