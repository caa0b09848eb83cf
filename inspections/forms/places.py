"""Forms of places: the place, and the table of units that answer for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE
from inspections.forms.findings import items_on
from inspections.models import Place
from inspections.workflow import places
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal

SHARE_ROWS = 4  # more units than these at one place have not been seen; a row more appears when all are filled


class PlaceForm(forms.ModelForm):
    since = forms.DateField(
        label="责任单位变更生效日期",
        required=False,
        widget=DATE,
        help_text="只在改动责任单位时填写，不填为今天；以前登记的问题不变。",
    )
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Place
        fields = ["name", "area", "latitude", "longitude", "note", "valid_from"]
        widgets = {"valid_from": DATE}
        help_texts = {
            "name": "写到门牌或路口，如“样例大道与示范街交叉口”。",
            "latitude": "如 29.320000；在现场录入时可由手机定位。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["since"], self.fields["seen"]
        else:
            self.fields["seen"].initial = places.digest_of(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "latitude" in data and "longitude" in data and (data["latitude"] is None) != (data["longitude"] is None):
            self.add_error("longitude", "经度和纬度应同时填写。")
        return data

    def store(self, table: ShareTable, *, by: User) -> Place | None:
        """The stored place, or None with the reason on the form."""
        try:
            data = self.cleaned_data
            return places.save_place(
                self.instance, table.lines(), by=by, since=data.get("since"), seen=data.get("seen")
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ShareForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", required=False)
    share = forms.DecimalField(
        label="比例", required=False, min_value=Decimal("0.000001"), max_value=1, max_digits=7, decimal_places=6
    )
    item_code = forms.ChoiceField(label="小项", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("share") is not None and data.get("unit") is None:
            self.add_error("unit", "请选择责任单位，或清空这一行。")
        if data.get("unit") is not None and "share" in data and data["share"] is None:
            self.add_error("share", "请填写比例；只有一个单位时填 1。")
        return data


class ShareTable:
    """The rows of units and shares under a place's form; empty rows say nothing."""

    def __init__(self, data: Any = None, *, place: Place | None = None) -> None:
        self.standing = list(place.shares.filter(valid_to=None)) if place and place.pk else []
        initial = [
            {"unit": row.unit_id, "share": row.share.normalize(), "item_code": row.item_code} for row in self.standing
        ]
        rows = max(SHARE_ROWS, len(initial) + 1)
        units = Unit.objects.assessed().active_on(timezone.localdate())
        items = [
            ("", "全部小项"),
            *((item.code, f"{item.code} {item.name}") for item in items_on(timezone.localdate())),
        ]
        self.forms = []
        for number in range(rows):
            form = ShareForm(data, prefix=f"share-{number}", initial=initial[number] if number < len(initial) else None)
            form.fields["unit"].queryset = units  # type: ignore[attr-defined]
            form.fields["item_code"].choices = items  # type: ignore[attr-defined]
            self.forms.append(form)

    def __iter__(self) -> Iterator[ShareForm]:
        return iter(self.forms)

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in self.forms]  # every row shows its own errors
        return all(answers)

    def lines(self) -> list[places.Share]:
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("unit")]
        return [places.Share(data["unit"].pk, data["share"], data["item_code"]) for data in filled]


class EndPlaceForm(forms.Form):
    valid_to = forms.DateField(label="停用日期", widget=DATE, help_text="到这一天为止。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"].initial = timezone.localdate

    def day(self) -> date:
        return self.cleaned_data["valid_to"]
