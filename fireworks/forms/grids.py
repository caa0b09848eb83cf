"""Forms of grids and posts; they own all reading of POST."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils import timezone

from config.inputs import DATE
from fireworks.ground import BadOutline, parse_outline
from fireworks.models import Grid, Post
from fireworks.workflow import grids
from staff.models import Unit, UnitKind, User
from staff.refusals import Refused, show_refusal

JUST_NOW = "刚刚已有人登记了同样的内容，请刷新后核对。"


class KeptForm(forms.ModelForm):
    """A row of reference data: new, or corrected from the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def store(self, *, by: User) -> Any:
        """The stored row; None, with the reason on the form, if it is refused."""
        seen = None if self.instance.pk is None else self.cleaned_data["version"] or 0
        try:
            return grids.store(self.instance, by=by, seen=seen)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class GridForm(KeptForm):
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

    def clean_valid_from(self) -> date:
        """The last day stands on no form: a grid that is out of use does not begin after it."""
        day, last = self.cleaned_data["valid_from"], self.instance.valid_to
        if last is not None and day > last:
            raise forms.ValidationError(f"这个网格{last}停用，启用日期不能在它之后。请核对年份。")
        return day

    def store(self, *, by: User) -> Grid | None:
        self.instance.outline = self.cleaned_data["outline_text"]
        return super().store(by=by)


class RetireForm(forms.Form):
    on = forms.DateField(label="最后一天", widget=DATE, initial=timezone.localdate)


class PostForm(KeptForm):
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
