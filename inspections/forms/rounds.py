"""Forms of rounds: the plan, a visit, a reason."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from config.inputs import DATE, MOMENT
from inspections.enums import AreaType, RoundKind
from inspections.models import Place, Round, RoundVisit
from inspections.sampling import Draw
from inspections.workflow import rounds
from staff.models import Unit, User

HIGHEST_SEED = 2**31 - 1
TWO_ASSESSORS = "集中、明查和专项检查的考评员不得少于两人，姓名用顿号分开。"


class RoundForm(forms.ModelForm):
    areas = forms.MultipleChoiceField(
        label="抽查区域",
        choices=AreaType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="按区域类型在各单位的点位里随机抽取；都不选就不抽点位。",
    )
    seed = forms.IntegerField(
        label="抽取种子",
        required=False,
        min_value=0,
        max_value=HIGHEST_SEED,
        help_text="不填由系统随机产生并保存，可以复核。",
    )

    class Meta:
        model = Round
        fields = ["name", "kind", "start", "end", "assessors", "areas", "per_area", "seed"]
        widgets = {"start": DATE, "end": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["per_area"].min_value = 1  # type: ignore[attr-defined]
        self.fields["per_area"].widget.attrs["min"] = 1

    def clean_per_area(self) -> int:
        number: int = self.cleaned_data["per_area"]
        if not 1 <= number <= 50:
            raise forms.ValidationError("每单位每类区域抽 1 到 50 个点位。")
        return number

    def clean_seed(self) -> int:
        seed = self.cleaned_data["seed"]
        return secrets.randbelow(HIGHEST_SEED) if seed is None else seed

    def clean_assessors(self) -> str:
        text: str = self.cleaned_data["assessors"]
        for mark in "，,；;/ ":
            text = text.replace(mark, "、")
        return "、".join(dict.fromkeys(name for name in text.split("、") if name))

    def clean(self) -> dict[str, Any]:
        """The constraint says the same of the whole form; here it stands at the field that is to be filled in."""
        data = super().clean() or {}
        alone = "assessors" in data and "、" not in data["assessors"]
        if alone and data.get("kind") and data["kind"] != RoundKind.DAILY:
            self.add_error("assessors", TWO_ASSESSORS)
        return data

    def store(self, *, by: User) -> tuple[Round, Draw]:
        return rounds.plan_round(self.instance, by=by)


class VisitForm(forms.Form):
    """When a planned place was visited."""

    visited_at = forms.DateTimeField(label="到访时间", widget=MOMENT, help_text="可以补记。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visited_at"].initial = timezone.localtime


class ExtraVisitForm(VisitForm):
    """A visit without a plan: whose, what area, which place. It may be back-dated: those of its day are meant."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="单位", empty_label="请选择")
    area = forms.ChoiceField(label="区域类型", choices=[("", "请选择"), *AreaType.choices])
    place = forms.ModelChoiceField(Place.objects.none(), label="点位", required=False, empty_label="不在点位上")
    field_order = ["unit", "area", "place", "visited_at"]

    def __init__(self, *args: Any, of: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        since = Q(valid_from__lte=timezone.localdate()) & (Q(valid_to=None) | Q(valid_to__gte=of.start))
        self.fields["unit"].queryset = Unit.objects.assessed().filter(since)  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.filter(since)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A place has its area, its units and their squads: what says otherwise would count for somebody else."""
        data = super().clean() or {}
        place, unit = data.get("place"), data.get("unit")
        day = timezone.localdate(data.get("visited_at"))
        for name, what in (("unit", unit), ("place", place)):
            if what is not None and (what.valid_from > day or (what.valid_to is not None and what.valid_to < day)):
                self.add_error(name, f"“{what}”在 {day} 不在用。请改选当天在用的，或核对到访时间。")
        if place is None:
            return data
        if data.get("area") and data["area"] != place.area:
            self.add_error("area", f"“{place}”的区域类型是{place.get_area_display()}。请改选区域类型，或核对点位。")
        answering = [share.unit for share in place.shares.select_related("unit__squad") if share.holds_on(day)]
        if unit is not None and answering and unit not in [*answering, *(each.squad for each in answering)]:
            names = "、".join(dict.fromkeys(each.label for each in answering))
            self.add_error("unit", f"“{place}”由{names}负责。请改选单位，或核对点位。")
        return data

    def visit(self, of: Round) -> RoundVisit:
        data = self.cleaned_data
        return RoundVisit(round=of, unit=data["unit"], area=data["area"], place=data["place"], planned=False)
