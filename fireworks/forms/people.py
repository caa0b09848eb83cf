"""Forms of the people on the roster, their leave and wishes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils import timezone

from config.inputs import DATE
from fireworks.forms.grids import JUST_NOW, KeptForm
from fireworks.models import Absence, DutyPerson
from fireworks.workflow import grids
from staff.models import Movement, Person, User
from staff.refusals import Refused, show_refusal


class DutyPersonForm(KeptForm):
    """Somebody of the bureau (then name and unit may stay empty), or of a community or the police."""

    class Meta:
        model = DutyPerson
        fields = ["person", "name", "agency", "phone", "has_certificate", "is_auxiliary", "home_grid", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = DutyPerson.objects.exclude(pk=self.instance.pk).exclude(person=None).values("person")
        here = Movement.objects.standing_on(timezone.localdate()).on_duty(auxiliaries=True).values("person")
        known = Person.objects.filter(pk__in=here) | Person.objects.filter(pk=self.instance.person_id)
        self.fields["person"].queryset = known.exclude(pk__in=taken)  # type: ignore[attr-defined]
        self.fields["name"].required = self.fields["agency"].required = False
        self.fields["name"].help_text = "选了本局人员的可以不填。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = data.get("person")
        if person is not None:
            data["name"] = data.get("name") or person.name
            data["agency"] = data.get("agency") or unit_of(person)
        for name in ("name", "agency"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "外单位人员须填写姓名和单位。")
        self.instance.name, self.instance.agency = data.get("name") or "", data.get("agency") or ""
        return data


def unit_of(person: Person) -> str:
    stand = (
        Movement.objects.standing_on(timezone.localdate()).filter(person=person).select_related("unit_after").first()
    )
    return stand.unit_after.label if stand is not None and stand.unit_after is not None else "本局"


class AbsenceForm(forms.ModelForm):
    class Meta:
        model = Absence
        fields = ["start", "end", "is_wish", "reason"]
        widgets = {"start": DATE, "end": DATE}

    def __init__(self, *args: Any, person: DutyPerson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.person = person

    def store(self, *, by: User) -> Absence | None:
        try:
            return grids.store_absence(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None
