"""Forms of the assessment; they own all reading of POST."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from config.inputs import CAMERA, DATE, MOMENT, WORDS
from fireworks.enums import IncidentSource
from fireworks.models import Incident
from inspections.enums import AreaType, Handling, PhotoKind, RoundState, Source
from inspections.models import Finding, FindingPhoto, Item, Round, StandardVersion
from inspections.registrar import FindingEntry, Registrar, entry_of
from inspections.responsibility import ResponsibilityError
from inspections.standard_csv import InvalidStandard, StandardSheet, parse, parse_sheet
from inspections.workflow import findings as workflow
from inspections.workflow.handover import register_incident
from inspections.workflow.places import find_place, register_and_keep
from inspections.workflow.rectification import add_photo
from inspections.workflow.standards import store_standard
from staff.imports.reading import SheetError, open_sheet
from staff.models import Unit, UnitKind, User
from staff.refusals import Refused, show_refusal

BAN_CATEGORY = "D"  # 禁炮工作 in the standard


def photo_input() -> forms.ClearableFileInput:
    """One picture, straight from the camera on a phone."""
    return forms.ClearableFileInput(attrs=CAMERA)


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
    found_at = forms.DateTimeField(label="发现时间", widget=MOMENT)
    unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", empty_label="请选择")
    area = forms.ChoiceField(label="区域类型", choices=[("", "请选择"), *AreaType.choices])
    item = GroupedItemField(Item.objects.none(), label="小项", empty_label="请选择")
    place = forms.CharField(label="具体地点", max_length=120, help_text="写到门牌或路口，便于核对是否反复。")
    description = forms.CharField(label="存在问题", max_length=300, required=False, widget=WORDS)
    count = forms.IntegerField(label="数量", min_value=1, max_value=9_999, initial=1)
    severe = forms.BooleanField(label="属于严重情形", required=False)
    source = forms.ChoiceField(label="问题来源", choices=Source.choices, initial=Source.OWN_PATROL)
    found_by = forms.CharField(label="检查人", max_length=60, required=False, help_text="两人以上用顿号分开。")
    handling = forms.ChoiceField(
        label="处理方式",
        choices=Handling.choices,
        initial=Handling.ORDER,
        required=False,
        help_text="即查即改：当场整改，登记后直接销号；只扣分：不需要整改，确认后告知扣分。",
    )
    round = forms.ModelChoiceField(
        Round.objects.filter(state=RoundState.OPEN, default_month=None),
        label="考评轮次",
        required=False,
        empty_label="本月日常",
    )
    keep_place = forms.BooleanField(label="新地点，留作点位", required=False)
    before = forms.FileField(label="问题（整改前）照片", required=False, widget=photo_input())
    after = forms.FileField(label="整改后照片（即查即改）", required=False, widget=photo_input())
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    same_finding: Finding | None = None  # the one that a refused entry repeats
    merged = False  # the incident went into a finding that was open already

    def __init__(
        self, *args: Any, finding: Finding | None = None, incident: Incident | None = None, **kwargs: Any
    ) -> None:
        """`finding`: the one that is corrected. `incident`: of the fireworks ban, confirmed, that becomes a finding."""
        if finding is not None:
            kwargs["initial"] = {**initial_of(finding), **kwargs.get("initial", {})}
        if incident is not None:
            kwargs["initial"] = {**initial_of_incident(incident), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.finding, self.incident = finding, incident
        day = self._day()
        self.fields["unit"].queryset = Unit.objects.assessed().active_on(day)  # type: ignore[attr-defined]
        self.fields["item"].queryset = items_on(day)  # type: ignore[attr-defined]
        if incident is not None:
            self.fields["item"].queryset = items_on(day).filter(category__code=BAN_CATEGORY)  # type: ignore[attr-defined]
            del self.fields["keep_place"]
        if finding is None:
            self.fields["found_at"].initial = timezone.localtime
        else:  # what is being corrected has its photos on its page, and was not put right on the spot
            for name in ("before", "after", "round", "keep_place"):
                del self.fields[name]
            choices = [choice for choice in Handling.choices if choice[0] != Handling.SPOT]
            self.fields["handling"].choices = choices  # type: ignore[attr-defined]

    def _day(self) -> date:
        """The day that the form speaks of: its units and its standard are offered."""
        try:
            return datetime.fromisoformat(self.data["found_at"]).date()
        except (KeyError, ValueError):
            known = self.finding or self.incident
            return known.found_on if known is not None else timezone.localdate()

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
            handling=data["handling"] or (self.finding.handling if self.finding else Handling.ORDER),
            found_by=data["found_by"].strip(),
            known_place=kept.pop("known_place", None) or self._known_place(),
            round_id=data["round"].pk if data.get("round") else None,
            **kept,
        )

    def _known_place(self) -> int | None:
        """The place of that name and area, if it is kept; so recurrences are found by place and not by words."""
        data = self.cleaned_data
        place = find_place(data["place"], data["area"], timezone.localdate(data["found_at"]))
        return place.pk if place else None

    def _kept(self) -> dict[str, Any]:
        """Position, seconds of the time, units beside the lead one, and a deadline that was set by hand or sheet."""
        if self.incident is not None and self.incident.place == self.cleaned_data["place"].strip():
            return {"latitude": self.incident.latitude, "longitude": self.incident.longitude}
        if self.finding is None:
            return {}
        stored, changed = entry_of(self.finding), set(self.changed_data)
        kept: dict[str, Any] = {}
        if "place" not in changed:
            kept |= {"latitude": stored.latitude, "longitude": stored.longitude, "known_place": stored.known_place}
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
                return self._register(by)
            return workflow.edit_finding(self.finding, self.entry(), by=by, seen=self.cleaned_data["version"] or 0)
        except workflow.AlreadyOpen as refusal:
            self.same_finding = refusal.finding
            self.add_error(None, str(refusal))
        except Refused as refusal:
            show_refusal(self, refusal)
        except ResponsibilityError as refusal:
            self.add_error("unit", str(refusal))
        return None

    @transaction.atomic
    def _register(self, by: User) -> Finding:
        """The finding and its photos, all or nothing: a photo that is none is corrected before anything is stored."""
        register: Callable[..., Finding] = workflow.register_finding
        if self.incident is not None:
            register = partial(register_incident, incident=self.incident)
        elif self.cleaned_data["keep_place"]:
            register = register_and_keep
        finding = register(self.entry(), by=by)
        self.merged = self.incident is not None and finding.incident_id != self.incident.pk
        spot = finding.handling == Handling.SPOT and not self.merged
        kinds = (PhotoKind.BEFORE, PhotoKind.AFTER) if spot else (PhotoKind.NEAR, PhotoKind.NEAR)
        for name, kind in zip(("before", "after"), kinds, strict=True):
            upload = self.cleaned_data.get(name)
            if upload is not None and (spot or self.merged or name == "before"):
                add_photo(finding, upload, kind, by=by, field=name)
        return finding

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
    fields = ("area", "place", "description", "count", "severe", "source", "handling", "found_by", "version")
    return {
        **{name: getattr(finding, name) for name in fields},
        "found_at": timezone.localtime(finding.found_at).replace(second=0, microsecond=0),
        "unit": finding.lead_unit_id,
        "item": finding.item_id,
    }


INCIDENT_SOURCES = {
    IncidentSource.SUPERIOR: Source.LEADER,
    IncidentSource.MEDIA: Source.CITY_MEDIA,
    IncidentSource.PUBLIC: Source.COMPLAINT,
}


def initial_of_incident(incident: Incident) -> dict[str, Any]:
    """What the incident knows. A community does not answer in the assessment: its street does. Never the party's name."""
    unit = incident.unit
    answers = unit.parent_id if unit.kind == UnitKind.COMMUNITY else unit.pk
    return {
        "found_at": timezone.localtime(incident.found_at).replace(second=0, microsecond=0),
        "unit": answers,
        "place": incident.place,
        "description": incident.description,
        "source": INCIDENT_SOURCES.get(IncidentSource(incident.source), Source.OWN_PATROL),
    }


def items_on(day: date) -> QuerySet[Item]:
    version = StandardVersion.objects.in_force_on(day)
    return Item.objects.filter(category__version=version).select_related("category").order_by("code")


class PhotoForm(forms.Form):
    kind = forms.ChoiceField(
        label="照片类别",
        choices=[choice for choice in PhotoKind.choices if choice[0] != PhotoKind.AFTER],
        required=False,
        help_text="近景拍清问题，全景带上参照物；整改后的照片由责任单位反馈时上传。",
    )
    photo = forms.FileField(
        label="照片文件",
        widget=photo_input(),
        help_text="JPG、PNG、WebP 或 HEIC，不超过 10 MB；没有拍摄时间也可以。",
    )

    def store(self, finding: Finding, *, by: User) -> FindingPhoto | None:
        kind = self.cleaned_data["kind"] or PhotoKind.NEAR
        try:
            return add_photo(finding, self.cleaned_data["photo"], kind, by=by, field="photo")
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_standard(upload: UploadedFile) -> StandardSheet:
    """By what the file is, not by its name. Raises InvalidStandard, SheetError."""
    data = upload.read()
    if not data.startswith(WORKBOOKS):
        return parse(data)
    with NamedTemporaryFile() as stored:
        stored.write(data)
        stored.flush()
        return parse_sheet(open_sheet(Path(stored.name)).rows)


class StandardForm(forms.Form):
    """A new version of the standard, from the office's sheet."""

    name = forms.CharField(label="名称", max_length=80)
    source = forms.CharField(label="依据文件", max_length=200, help_text="文件名称、文号、年度。")
    valid_from = forms.DateField(label="施行日期", widget=DATE)
    file = forms.FileField(label="标准（.xlsx、.xls 或 CSV）", help_text="先下载现行标准，在上面改；表头保留。")
    sheet: StandardSheet

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if StandardVersion.objects.filter(valid_from=day).exists():
            raise forms.ValidationError("这一天已经有一版标准开始施行。")
        return day

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            self.sheet = read_standard(upload)
        except SheetError as error:
            raise forms.ValidationError(str(error)) from error
        except InvalidStandard as invalid:
            raise forms.ValidationError([str(error) for error in invalid.errors[:20]]) from invalid
        return upload

    def store(self, *, by: User) -> StandardVersion | None:
        """The stored version, or None with the reason on the form."""
        data = self.cleaned_data
        try:
            return store_standard(
                self.sheet, name=data["name"], source=data["source"], valid_from=data["valid_from"], by=by
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
