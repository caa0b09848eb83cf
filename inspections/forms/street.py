"""The form behind the phone's entry: what the page sends, at once or hours later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from inspections.district import OUTSIDE, is_outside
from inspections.enums import AreaType, Handling, Source
from inspections.models import Finding, Item, Place, Round
from inspections.recurrence import same_place
from inspections.registrar import FindingEntry, Registrar, spot_of
from inspections.responsibility import ResponsibilityError
from inspections.workflow import findings as workflow
from inspections.workflow import street
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal

SHOWN_BEFORE = 5  # findings of the last weeks at the place, as the hint lists them


class StreetForm(forms.Form):
    """Fields as the page names them; every choice by id, so that a list that changed meanwhile is told, not guessed."""

    client_id = forms.UUIDField(label="手机端编号")
    found_at = forms.DateTimeField(label="发现时间")
    item = forms.ModelChoiceField(Item.objects.select_related("category"), label="小项")
    unit = forms.ModelChoiceField(Unit.objects.assessed(), label="责任单位")
    area = forms.ChoiceField(label="区域类型", choices=AreaType.choices)
    place = forms.CharField(label="具体地点", max_length=120)
    known_place = forms.ModelChoiceField(Place.objects.all(), label="点位", required=False)
    latitude = forms.DecimalField(
        label="纬度", required=False, min_value=-90, max_value=90, max_digits=9, decimal_places=6
    )
    longitude = forms.DecimalField(
        label="经度", required=False, min_value=-180, max_value=180, max_digits=9, decimal_places=6
    )
    count = forms.IntegerField(label="数量", min_value=1, max_value=9_999)
    severe = forms.BooleanField(label="严重情形", required=False)
    source = forms.ChoiceField(label="问题来源", choices=Source.choices)
    handling = forms.ChoiceField(label="处理方式", choices=Handling.choices)
    description = forms.CharField(label="存在问题", max_length=300, required=False)
    found_by = forms.CharField(label="检查人", max_length=60, required=False)
    round = forms.ModelChoiceField(Round.objects.all(), label="考评轮次", required=False)
    keep_place = forms.BooleanField(label="留作点位", required=False)
    separate = forms.BooleanField(label="另一处，单独登记", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            data["latitude"] = data["longitude"] = None  # half a position is none
        return data

    def entry(self) -> FindingEntry:
        data = self.cleaned_data
        return FindingEntry(
            item=data["item"],
            area=data["area"],
            units=(data["unit"].pk,),
            place=data["place"].strip(),
            found_at=data["found_at"],
            description=data["description"].strip(),
            severe=data["severe"],
            count=data["count"],
            source=data["source"],
            found_by=data["found_by"].strip(),
            latitude=data["latitude"],
            longitude=data["longitude"],
            known_place=data["known_place"].pk if data["known_place"] else None,
            round_id=data["round"].pk if data["round"] else None,
            handling=data["handling"],
            client_id=data["client_id"],
            separate=data["separate"],
        )

    def store(self, *, by: User) -> street.Answer | None:
        """What was made of the entry, or None with the reason on the form."""
        try:
            return street.take_entry(self.entry(), by=by, keep_place=self.cleaned_data["keep_place"])
        except Refused as refusal:
            show_refusal(self, refusal)
        except ResponsibilityError as refusal:
            self.add_error("unit", str(refusal))
        return None

    def warnings(self) -> list[str]:
        """What was recorded all the same, and should be looked at."""
        data = self.cleaned_data
        return [OUTSIDE] if is_outside(data["latitude"], data["longitude"]) else []

    def problems(self) -> list[str]:
        """The errors in words, each with its field."""
        found = []
        for name, errors in self.errors.items():
            label = "" if name == "__all__" else f"{self.fields[name].label}："
            found += [error if label[:-1] in error else f"{label}{error}" for error in map(str, errors)]
        return found

    def hint(self) -> dict[str, Any]:
        """What it would cost, whether it is a recurrence or still the same finding, and what was found here lately."""
        if not self.is_valid():
            return {"refusal": self.problems()[0]}
        entry, registrar = self.entry(), Registrar()
        try:
            workflow.check_entry(entry)
            answer = registrar.responsibility(entry)
            found = registrar.recurrence(entry)
        except (Refused, ResponsibilityError) as refusal:
            return {"refusal": str(refusal)}
        worth = registrar.points(entry, found.number)
        names = Unit.objects.in_bulk(answer.shares)
        parts = [f"{names[unit].label} {part.normalize():f}" for unit, part in answer.parts(worth.points).items()]
        same = Finding.objects.filter(pk=str(found.same_as)).first() if found.same_as else None
        return {
            "points": f"{worth.points.normalize():f}",
            "sum": worth.explain(),
            "parts": parts,
            "recurrence": found.number,
            "days": registrar.rules_at(entry.found_at).recurrence_days,
            "same": {"number": same.number, "url": same.get_absolute_url()} if same else None,
            "before": self._before(entry, registrar),
            "warnings": self.warnings(),
        }

    def _before(self, entry: FindingEntry, registrar: Registrar) -> list[str]:
        """Findings at this place within the days that make a recurrence, whatever the item."""
        since = entry.found_at - timedelta(days=registrar.rules_at(entry.found_at).recurrence_days)
        rows = Finding.objects.counted().filter(lead_unit__in=entry.units, found_at__range=(since, entry.found_at))
        here = [
            row
            for row in rows.select_related("item").order_by("-found_at")[:500]
            if same_place(entry.spot, spot_of(row.latitude, row.longitude, row.place, row.spot_id))
        ]
        return [
            f"{timezone.localtime(row.found_at):%m-%d} {row.item.name}（{row.get_state_display()}）"
            for row in here[:SHOWN_BEFORE]
        ]
