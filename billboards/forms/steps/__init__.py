"""One form per step, made from its spec; it reads the POST and hands an Entry to the door."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.forms import modelform_factory
from django.utils import timezone

from billboards.dossier import Dossier
from billboards.enums.cases import Verdict
from billboards.forms.steps.facts import FACTS
from billboards.forms.steps.initial import initial_of
from billboards.forms.steps.specs import SPECS, Spec
from billboards.models import Case, CaseOfficer, DiscretionStep, Hearing
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step, taken_afterwards
from config.form_fields import asked
from config.inputs import DATE, WORDS, RowsField
from staff.models import Person, User
from staff.refusals import Refused, show_refusal

MOMENT = {"type": "datetime-local"}
LATE_HELP = "如实登记，不合程序的按条文记为程序瑕疵并计数；案件不会因此退回以前的状态。"


def formfield(field: models.Field, **kwargs: Any) -> forms.Field | None:  # type: ignore[type-arg]
    """The form's field of a record's: dates and times with the browser's own controls, texts with few lines."""
    if isinstance(field, models.DateTimeField):
        kwargs["widget"] = forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M")
    elif isinstance(field, models.DateField):
        kwargs["widget"] = DATE
    elif isinstance(field, models.TimeField):
        kwargs["widget"] = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    elif isinstance(field, models.TextField):
        kwargs["widget"] = forms.Textarea(attrs={"rows_wanted": 3})
    return field.formfield(**kwargs)


class StepForm(forms.BaseForm):
    """What every step asks for beside its record."""

    edge: str
    spec: Spec

    def prepare(self, case: Case) -> None:
        self.case = case
        if not self.spec.day:
            day = forms.DateField(label="日期", widget=DATE, initial=timezone.localdate)
            self.fields = {"day": day, **self.fields}
        if self.spec.officers:
            acting = CaseOfficer.objects.filter(case=case, recused_on=None).select_related("person")
            officers = RowsField(
                acting,
                label="执法人员（二人以上）",
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=acting,
            )
            self.fields["officers"] = asked(officers)
        for name in self.spec.facts:
            self.fields[name] = FACTS[name]()
        if self.edge == "return_review":
            asked(self.fields["opinion"])
        if self.edge == "spot":
            self.fields["warning"].label = "警告"  # on the spot: a fine or a warning (行政处罚法 第五十一条)
        if self.spec.note:
            self.fields["note"] = forms.CharField(
                label=self.spec.note,
                required=self.spec.must and not self.data.get(self.add_prefix("late")),  # what did happen is recorded
                max_length=500,
                widget=WORDS,
                error_messages={"required": f"请写明{self.spec.note}。"},
            )
        if taken_afterwards(case, self.edge):
            self.fields["late"] = forms.BooleanField(
                label="补录：事情已经这样发生", required=False, help_text=LATE_HELP
            )
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, initial=case.version)
        self.narrow(case)

    def narrow(self, case: Case) -> None:
        """Choices that belong to the case."""
        if "discretion_step" in self.fields:
            steps = DiscretionStep.objects.filter(violation=case.violation_id)
            self.fields["discretion_step"].queryset = steps  # type: ignore[attr-defined]
            if not steps:
                del self.fields["discretion_step"]
        if self.spec.model is Hearing:
            officers = case.officers.values("person")
            self.fields["chair"].queryset = Person.objects.exclude(pk__in=officers).order_by("name")  # type: ignore[attr-defined]

    def entry(self) -> Entry:
        data = self.cleaned_data
        record = getattr(self, "instance", None)
        if record is not None:
            for name, value in self.spec.fixed.items():
                setattr(record, name, value)
        moment = data[self.spec.day or "day"]
        facts = {name: data.get(name) for name in self.spec.facts}
        if self.edge in ("pass_review", "return_review"):
            facts["verdict"] = Verdict.PASSED if self.edge == "pass_review" else Verdict.RETURNED
        return Entry(
            day=timezone.localdate(moment) if hasattr(moment, "hour") else moment,
            record=record,
            late=bool(data.get("late")),
            note=data.get("note") or "",
            officers=list(data.get("officers") or []),
            facts=facts,
        )

    def take(self, *, by: User) -> Case | None:
        """Take the step; None, with the reason at its field, if it is refused."""
        entry = self.entry()
        try:
            return take_step(self.case, self.edge, entry, by=by, seen=self.cleaned_data["seen"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class RecordStepForm(StepForm, forms.ModelForm):  # type: ignore[misc]
    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.spec.fixed.items():
            setattr(self.instance, name, value)
        self.prepare(case)


class PlainStepForm(StepForm, forms.Form):  # type: ignore[misc]
    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(case)


def form_class(edge: str) -> Any:
    spec = SPECS[edge]
    if spec.model is None:
        return type("PlainStep", (PlainStepForm,), {"edge": edge, "spec": spec})
    names = [spec.day, *(name for name in spec.fields if name != spec.day)]
    base = type("RecordStep", (RecordStepForm,), {"edge": edge, "spec": spec})
    return modelform_factory(spec.model, form=base, fields=names, formfield_callback=formfield)


def step_form(case: Case, edge: str, data: Any = None, *, late: bool = False) -> Any:
    """The form of a step, filled in with what is on record; `late`: asked for as an entry afterwards."""
    initial = initial_of(edge, Dossier(case)) if data is None else None
    form = form_class(edge)(data, case=case, initial=initial)
    if late and "late" in form.fields:
        form.fields["late"].initial = True
    return form
