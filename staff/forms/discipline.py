"""The form of a discipline record: kind, document number and day; a name only where the office has switched that on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from config.inputs import DATE
from staff.models import DisciplineRecord, User, setting
from staff.refusals import Refused, show_refusal
from staff.workflow import discipline


class DisciplineForm(forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = DisciplineRecord
        fields = ["kind", "document_number", "decided_on", "person"]
        widgets = {"decided_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        if not setting("discipline.with_names"):
            del self.fields["person"]

    def clean_decided_on(self) -> Any:
        day = self.cleaned_data["decided_on"]
        if day > timezone.localdate():
            raise ValidationError("决定日期晚于今天。请核对。")
        return day

    def store(self, *, by: User) -> DisciplineRecord | None:
        try:
            if self.instance.pk is None:
                return discipline.record_discipline(self.instance, by=by)
            return discipline.correct_discipline(self.instance, by=by, seen=self.cleaned_data["version"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error("document_number", "这个文号刚刚已被登记。")
        return None
