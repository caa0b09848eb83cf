"""Forms of items, their editions, roads and tariffs; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models

from config.inputs import DATE
from permits.forms import lines
from permits.kinds import SpaceKind, Whose
from permits.models import SPLIT, ItemVersion, Material, MeetingFile, PermitItem, Road, Tariff
from permits.workflow import catalogue
from staff.models import STREET_KINDS, Unit, User
from staff.refusals import Refused, show_refusal
from staff.uploads import clean_image, document_type, save_document, save_image

JUST_NOW = "刚刚已有人登记了同样的内容，请刷新后核对。"


class KeptForm(forms.ModelForm):
    """A form whose row goes through a door; a refusal or a clash is shown on the form."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.saved

    def write(self, by: User) -> models.Model:
        return catalogue.store(
            self.instance, by=by, seen=(self.cleaned_data["seen"] or 0) if self.instance.pk else None
        )

    def store(self, *, by: User) -> Any:
        try:
            return self.write(by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class ItemForm(KeptForm):
    class Meta:
        model = PermitItem
        fields = ["code", "name", "kind", "national_code", "level", "in_use"]

    def clean_national_code(self) -> str:
        code: str = self.cleaned_data["national_code"].strip()
        if code and not (code.isascii() and code.isdigit() and len(code) == 12):
            raise forms.ValidationError("国家基本编码是 12 位数字；没有的留空。")
        return code


class VersionForm(KeptForm):
    """One edition with its checklist as lines. New ones are copied from the last."""

    kinds = forms.MultipleChoiceField(
        label="适用部位", choices=SpaceKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    materials_text = forms.CharField(
        label="申请材料",
        widget=forms.Textarea(attrs={"rows_wanted": 10}),
        help_text="一行一份，可从表格粘贴：名称｜必须（或在什么情况下提交）｜份数｜来源｜依据｜可自行查取填“是”。",
    )

    class Meta:
        model = ItemVersion
        fields = ["whose", "valid_from", "basis", "legal_days", *SPLIT, "conditions", "fee_note", "source", "change_note"]  # fmt: skip
        widgets = {
            "valid_from": DATE,
            "basis": forms.Textarea(attrs={"rows_wanted": 3}),
            "conditions": forms.Textarea(attrs={"rows_wanted": 4}),
        }

    def __init__(self, *args: Any, materials: list[Material], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].initial = self.instance.space_kinds
        self.fields["materials_text"].initial = lines.write_materials(materials)
        if self.instance.pk:
            self.fields["whose"].disabled = True

    def clean_materials_text(self) -> list[Material]:
        return lines.read_materials(self.cleaned_data["materials_text"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if all(data.get(name) is not None for name in SPLIT):
            promised = sum(data[name] for name in SPLIT)
            self.instance.promised_days = promised
            legal = data.get("legal_days")
            if legal is not None and promised > legal:
                self.add_error(
                    "legal_days",
                    f"各段相加是 {promised} 个工作日，长于法定时限 {legal} 个工作日（《行政许可法》第四十二条）。请缩短其中一段。",
                )
        return data

    def write(self, by: User) -> models.Model:
        self.instance.space_kinds = self.cleaned_data["kinds"]
        materials = self.cleaned_data["materials_text"]
        if self.instance.pk is None:
            return catalogue.add_version(self.instance, materials, by=by)
        return catalogue.correct_version(self.instance, materials, by=by, seen=self.cleaned_data["seen"] or 0)


class CompareForm(forms.Form):
    """Which edition to hold beside this one."""

    other = forms.ModelChoiceField(label="对照版本", queryset=ItemVersion.objects.none())

    def __init__(self, *args: Any, version: ItemVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = ItemVersion.objects.filter(item=version.item_id).exclude(pk=version.pk)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]

    @classmethod
    def default_for(cls, version: ItemVersion) -> ItemVersion | None:
        """The edition before this one; for the first, the city bureau's."""
        same = ItemVersion.objects.filter(item=version.item_id, whose=version.whose, number__lt=version.number)
        city = ItemVersion.objects.filter(item=version.item_id).exclude(whose=version.whose)
        return same.order_by("-number").first() or city.order_by("-number").first()


class MeetingForm(KeptForm):
    upload = forms.FileField(label="签字的论证意见或签到表", required=False, help_text="PDF、Word 或照片。")

    class Meta:
        model = ItemVersion
        fields = ["meeting_on", "meeting_place", "meeting_attendees", "meeting_opinion"]
        widgets = {
            "meeting_on": DATE,
            "meeting_attendees": forms.Textarea(attrs={"rows_wanted": 5}),
            "meeting_opinion": forms.Textarea(attrs={"rows_wanted": 6}),
        }

    def clean_upload(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is None:
            return None
        content = upload.read()
        upload.seek(0)
        if is_picture(upload):
            clean_image(content)
        else:
            document_type(content)
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("meeting_on") is None:
            self.add_error("meeting_on", "请填论证会日期。")
        return data

    def write(self, by: User) -> models.Model:
        version = catalogue.record_meeting(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        upload = self.cleaned_data["upload"]
        if upload is not None:
            save = save_image if is_picture(upload) else save_document
            catalogue.meeting_file_kept(save(upload, MeetingFile, by=by, version=version), by=by)
        return version


def is_picture(upload: UploadedFile) -> bool:
    return not (upload.name or "").lower().endswith((".pdf", ".docx"))


class RoadForm(KeptForm):
    class Meta:
        model = Road
        fields = [
            "name",
            "stretch",
            "grade",
            "manager",
            "opened_on",
            "overhauled_on",
            "street",
            "source",
            "note",
            "in_use",
        ]
        widgets = {"opened_on": DATE, "overhauled_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = Unit.objects.filter(kind__in=STREET_KINDS)
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]


class TariffForm(KeptForm):
    """A tariff with its rates, multipliers and exemptions as lines, so that they can be pasted from the document."""

    rates_text = forms.CharField(
        label="单价",
        widget=forms.Textarea(attrs={"rows_wanted": 8}),
        help_text="修复费一行一项：“沥青路面 1177.38”。占用费：单价写在最前面，后面写适用的地段、使用性质、占用类别和分段，"
        "如“1.5 一类 经营性 第91天起”；不分的不写。",
    )
    multipliers_text = forms.CharField(
        label="倍数",
        required=False,
        widget=forms.Textarea(attrs={"rows_wanted": 3}),
        help_text="一行一条：“新建、扩建、改建道路禁挖期内 6倍 满0年 不满3年”“横穿主干路 1.5倍”。文件没有规定的不填。",
    )
    exemptions_text = forms.CharField(
        label="免收情形",
        required=False,
        widget=forms.Textarea(attrs={"rows_wanted": 3}),
        help_text="一行一条：免收情形｜依据｜限额（10天 50㎡ 200m长 1m宽）｜另须核实的条件。",
    )

    class Meta:
        model = Tariff
        fields = [
            "kind",
            "name",
            "document_number",
            "issuer",
            "source",
            "valid_from",
            "valid_to",
            "is_demo",
            "progression",
            "smallest_area",
            "whole_slabs",
            "note",
        ]
        widgets = {"valid_from": DATE, "valid_to": DATE}

    def __init__(self, *args: Any, copied: Tariff | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.instance if self.instance.pk else copied
        if source is not None:
            self.fields["rates_text"].initial = lines.write_rates(list(source.rates.order_by("pk")))
            self.fields["multipliers_text"].initial = lines.write_multipliers(list(source.multipliers.all()))
            self.fields["exemptions_text"].initial = lines.write_exemptions(list(source.exemptions.all()))

    def clean_multipliers_text(self) -> list[Any]:
        return lines.read_multipliers(self.cleaned_data["multipliers_text"])

    def clean_exemptions_text(self) -> list[Any]:
        return lines.read_exemptions(self.cleaned_data["exemptions_text"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") and isinstance(data.get("rates_text"), str):
            try:
                data["rates_text"] = lines.read_rates(data["rates_text"], data["kind"])
            except forms.ValidationError as problem:
                self.add_error("rates_text", problem)
        return data

    def write(self, by: User) -> models.Model:
        data = self.cleaned_data
        parts = [*data["rates_text"], *data["multipliers_text"], *data["exemptions_text"]]
        if self.instance.pk is None:
            return catalogue.add_tariff(self.instance, parts, by=by)
        return catalogue.correct_tariff(self.instance, parts, by=by, seen=data["seen"] or 0)


def copied_version(last: ItemVersion | None, item: PermitItem, whose: str = Whose.OWN) -> ItemVersion:
    """An unsaved edition with what the last one says, without its meeting and days."""
    fresh = ItemVersion(item=item, whose=whose)
    if last is not None:
        names = ["basis", "legal_days", *SPLIT, "promised_days", "conditions", "fee_note", "space_kinds", "source"]
        for name in names:
            setattr(fresh, name, getattr(last, name))
    return fresh
