"""Forms of the assessment; they own all reading of POST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from inspections import workflow
from inspections.enums import AreaType, Source
from inspections.models import Finding, Item, StandardVersion
from inspections.registrar import FindingEntry, Registrar, entry_of
from inspections.responsibility import ResponsibilityError
from inspections.standard_csv import InvalidStandard, StandardSheet, parse
from inspections.workflow import Refused
from staff.models import Unit, User

MOMENT_INPUT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ItemsByCategory(ModelChoiceIterator):
    """Choices under the headings of their categories."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for category, items in groupby(self.queryset, key=lambda item: item.category.name):
            yield category, [self.choice(item) for item in items]


class GroupedItemField(forms.ModelChoiceField):
    iterator = ItemsByCategory

    def label_from_instance(self, obj: Item) -> str:
        return f"{obj.code} {obj.name}（每{obj.unit_of_count} {obj.deduct.normalize():f} 分）"


class FindingForm(forms.Form):
    found_at = forms.DateTimeField(label="发现时间", widget=MOMENT_INPUT)
    unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", empty_label="请选择")
    area = forms.ChoiceField(label="区域类型", choices=[("", "请选择"), *AreaType.choices])
    item = GroupedItemField(Item.objects.none(), label="小项", empty_label="请选择")
    place = forms.CharField(label="具体地点", max_length=120, help_text="写到门牌或路口，便于核对是否反复。")
    description = forms.CharField(
        label="存在问题", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    count = forms.IntegerField(label="数量", min_value=1, max_value=9_999, initial=1)
    severe = forms.BooleanField(label="属于严重情形", required=False)
    source = forms.ChoiceField(label="问题来源", choices=Source.choices, initial=Source.OWN_PATROL)
    found_by = forms.CharField(label="检查人", max_length=60, required=False, help_text="两人以上用顿号分开。")
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    same_finding: Finding | None = None  # the open one that a refused entry repeats

    def __init__(self, *args: Any, finding: Finding | None = None, **kwargs: Any) -> None:
        if finding is not None:
            kwargs["initial"] = {**initial_of(finding), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.finding = finding
        day = self._day()
        self.fields["unit"].queryset = Unit.objects.assessed().active_on(day)  # type: ignore[attr-defined]
        self.fields["item"].queryset = items_on(day)  # type: ignore[attr-defined]
        if finding is None:
            self.fields["found_at"].initial = timezone.localtime

    def _day(self) -> date:
        """The day that the form speaks of: its units and its standard are offered."""
        try:
            return datetime.fromisoformat(self.data["found_at"]).date()
        except (KeyError, ValueError):
            return self.finding.found_on if self.finding is not None else timezone.localdate()

    def entry(self) -> FindingEntry:
        """What was typed; of a finding that is corrected, what this form does not show stays as it was."""
        data, kept = self.cleaned_data, self._kept()
        return FindingEntry(
            item=data["item"],
            area=data["area"],
            units=kept.pop("units", (data["unit"].pk,)),
            place=data["place"].strip(),
            found_at=kept.pop("found_at", data["found_at"]),
            description=data["description"].strip(),
            severe=data["severe"],
            count=data["count"],
            source=data["source"],
            found_by=data["found_by"].strip(),
            **kept,
        )

    def _kept(self) -> dict[str, Any]:
        """Position, seconds of the time, units beside the lead one, and a deadline that was set by hand or sheet."""
        if self.finding is None:
            return {}
        stored, changed = entry_of(self.finding), set(self.changed_data)
        kept: dict[str, Any] = {}
        if "place" not in changed:
            kept |= {"latitude": stored.latitude, "longitude": stored.longitude}
        if "found_at" not in changed:
            kept["found_at"] = stored.found_at
        if not changed & {"found_at", "item"}:
            kept["due_at"] = stored.due_at
        if not changed & {"unit", "item", "area"}:
            kept["units"] = stored.units
        return kept

    def save(self, *, by: User) -> Finding | None:
        """Register or correct; None, with the reason on the form, if the entry is refused."""
        try:
            if self.finding is None:
                return workflow.register_finding(self.entry(), by=by)
            return workflow.edit_finding(self.finding, self.entry(), by=by, seen=self.cleaned_data["version"] or 0)
        except workflow.AlreadyOpen as refusal:
            self.same_finding = refusal.finding
            self.add_error(None, str(refusal))
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        except ResponsibilityError as refusal:
            self.add_error("unit", str(refusal))
        except (workflow.ChangedMeanwhile, workflow.TransitionNotAllowed) as refusal:
            self.add_error(None, str(refusal))
        return None

    def preview(self) -> dict[str, Any]:
        """What it would cost and who would answer, as far as the form is filled in."""
        if not self.is_valid():
            return {}
        entry, registrar = self.entry(), Registrar()
        try:
            workflow.check_entry(entry)
            answer = registrar.responsibility(entry)
            found = registrar.recurrence(entry, without=self.finding.pk if self.finding else 0)
        except (Refused, ResponsibilityError) as refusal:
            return {"refusal": str(refusal)}
        worth = registrar.points(entry, found.number)
        names = Unit.objects.in_bulk(answer.shares)
        parts = [(names[unit].label, share, answer.parts(worth.points)[unit]) for unit, share in answer.shares.items()]
        same = Finding.objects.filter(pk=str(found.same_as)).first() if found.same_as else None
        return {"worth": worth, "parts": parts, "recurrence": found.number, "same": same}


def initial_of(finding: Finding) -> dict[str, Any]:
    fields = ("area", "place", "description", "count", "severe", "source", "found_by", "version")
    return {
        **{name: getattr(finding, name) for name in fields},
        "found_at": timezone.localtime(finding.found_at).replace(second=0, microsecond=0),
        "unit": finding.lead_unit_id,
        "item": finding.item_id,
    }


def items_on(day: date) -> QuerySet[Item]:
    version = StandardVersion.objects.in_force_on(day)
    return Item.objects.filter(category__version=version).select_related("category").order_by("code")


class CloseForm(forms.Form):
    closed_at = forms.DateTimeField(label="销号时间", widget=MOMENT_INPUT, help_text="复查合格的时间，可以补记。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_at"].initial = timezone.localtime


class VoidForm(forms.Form):
    reason = forms.CharField(
        label="作废理由",
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如：申诉成立，不属本辖区。",
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="添加照片",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text="JPG、PNG、WebP 或 HEIC，不超过 10 MB；没有拍摄时间也可以。",
    )


class StandardForm(forms.Form):
    """A new version of the standard, from the office's CSV."""

    name = forms.CharField(label="名称", max_length=80)
    source = forms.CharField(label="依据文件", max_length=200, help_text="文件名称、文号、年度。")
    valid_from = forms.DateField(label="施行日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    file = forms.FileField(
        label="标准（CSV）", help_text="列与现行标准导出的相同；大项合计 100 分，小项上限之和等于大项分值。"
    )
    sheet: StandardSheet

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if StandardVersion.objects.filter(valid_from=day).exists():
            raise forms.ValidationError("这一天已经有一版标准开始施行。")
        return day

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            self.sheet = parse(upload.read())
        except InvalidStandard as invalid:
            raise forms.ValidationError([str(error) for error in invalid.errors[:20]]) from invalid
        return upload
