"""Forms of records (`staff.models.Record`) that every app shares: enter or correct, take back, add a photo, say why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.inputs import CAMERA, WORDS, RowsField
from staff.models import GROUND_KINDS, Attachment, Unit, User, of_own_units
from staff.models.units import UnitQuerySet
from staff.refusals import Refused, show_refusal
from staff.uploads import save_image
from staff.workflow.records import void_record

LONGEST_KEY = 18  # digits of the largest key
LATELY = timedelta(days=396)  # thirteen months: what is entered late may be of last year's unit


def units_of_late() -> UnitQuerySet:
    """The units of today, and those that ended lately: they worked then."""
    today = timezone.localdate()
    return Unit.objects.active_between(today - LATELY, today)


def ground_of(user: User, among: UnitQuerySet | None = None) -> QuerySet[Unit]:
    """The units that answer for ground, as far as they are this user's; those of today unless others are given."""
    among = Unit.objects.active_on(timezone.localdate()) if among is None else among
    units = among.filter(kind__in=GROUND_KINDS)
    if user.sees_all_units:
        return units
    return units.filter(Q(pk__in=user.unit_ids) | of_own_units(user, "parent") | Q(squad__in=user.unit_ids))


class RecordForm(forms.ModelForm):
    """A record that is stored or corrected through its door; subclasses say which."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["seen"].initial = self.instance.version

    def write(self, seen: int | None) -> Any:
        """Record (`seen` is None) or correct."""
        raise NotImplementedError

    def store(self) -> Any:
        """The stored record; None, with the reason on the form, if it is refused."""
        try:
            return self.write(None if self.instance.pk is None else self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None

    def offer_units(self, name: str = "unit") -> None:
        """Those who see all units choose any; others their own, which is filled in. A stored record keeps its own."""
        units = units_of_late()
        offered = Q(pk__in=units.values("pk"))
        if not self.user.sees_all_units:
            offered &= Q(pk__in=self.user.unit_ids) | Q(pk__in=ground_of(self.user, units).values("pk"))
        kept = Q(pk=getattr(self.instance, f"{name}_id"))
        self.fields[name].queryset = Unit.objects.filter(offered | kept)  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.fields[name].initial = self.user.unit_id


class AgenciesField(RowsField):
    """Keys that no row can have are refused here: the database would fail on them."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(self.error_messages["invalid_choice"], params={"value": str(key)[:LONGEST_KEY]})
        return super().clean(value)


class ReasonForm(forms.Form):
    """Why: one sentence."""

    reason = forms.CharField(label="理由", min_length=2, max_length=200, widget=WORDS)


class VoidForm(ReasonForm):
    """作废 through the door of the record: `void_record` where it has none of its own."""

    def __init__(self, *args: Any, door: Callable[..., Any] = void_record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.door = door
        self.fields["reason"].label = "作废理由"

    def take(self, record: Any, *, by: User) -> Any:
        return self.door(record, by=by, reason=self.cleaned_data["reason"])


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="添加照片",
        widget=forms.ClearableFileInput(attrs=CAMERA),
        help_text="JPG、PNG、WebP 或 HEIC，不超过 10 MB；没有拍摄时间也可以。",
    )

    def store(self, model: type[Attachment], *, by: User, **fields: Any) -> Attachment | None:
        """The stored picture; None, with the reason on the form, if it is none."""
        try:
            return save_image(self.cleaned_data["photo"], model, by=by, **fields)
        except ValidationError as problem:
            self.add_error("photo", problem)
            return None
