"""Forms of grids and posts; they own all reading of POST."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django import forms
from django.db import IntegrityError, models
from django.utils import timezone

from config.inputs import DATE
from fireworks.ground import BadOutline, parse_outline
from fireworks.models import Grid, Post
from fireworks.workflow import grids
from staff.models import Unit, UnitKind, User
from staff.refusals import Refused, show_refusal

JUST_NOW = "刚刚已有人登记了同样的内容，请刷新后核对。"
Kept = TypeVar("Kept", bound=models.Model)


def keep(form: forms.ModelForm, *, by: User, seen: int | None = None) -> Any:
    """Store the form's row through the door; None, with the reason on the form, if it is refused."""
    try:
        return grids.store(form.instance, by=by, seen=seen)
    except Refused as refusal:
        show_refusal(form, refusal)
    except IntegrityError:
        form.add_error(None, JUST_NOW)
    return None


class GridForm(forms.ModelForm):
    outline_text = forms.CharField(
        label="范围（GeoJSON）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="从地图工具导出的多边形，首尾同一点；没有的留空。",
    )

    class Meta:
        model = Grid
        fields = ["code", "name", "community", "head", "head_phone", "valid_from"]
        widgets = {"valid_from": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = Unit.objects.filter(kind=UnitKind.COMMUNITY)  # type: ignore[attr-defined]
        if self.instance.outline:
            self.fields["outline_text"].initial = json.dumps(self.instance.outline)

    def clean_outline_text(self) -> Any:
        try:
            return parse_outline(self.cleaned_data["outline_text"])
        except BadOutline as problem:
            raise forms.ValidationError(str(problem)) from problem

    def store(self, *, by: User) -> Grid | None:
        self.instance.outline = self.cleaned_data["outline_text"]
        return keep(self, by=by)


class RetireForm(forms.Form):
    on = forms.DateField(label="最后一天", widget=DATE, initial=timezone.localdate)


class PostForm(forms.ModelForm):
    class Meta:
        model = Post
        fields = [
            "kind",
            "name",
            "minimum_staff",
            "needs_certificate",
            "duties",
            "latitude",
            "longitude",
            "valid_from",
            "valid_to",
        ]
        widgets = {"valid_from": DATE, "valid_to": DATE}

    def store(self, *, by: User) -> Post | None:
        return keep(self, by=by)
