"""The application as the window types it: who, what, where, when, and its segments as rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from config.form_fields import asked
from config.identity import check_credit_code, check_id_number
from config.inputs import DATE, WORDS
from permits.enums import ActKind, ApplicantKind
from permits.kinds import item_for
from permits.models import Application, ItemVersion, Road, Segment
from permits.workflow import window
from staff.models import User
from staff.refusals import Refused, show_refusal

APPLICANT = ["applicant_kind", "applicant_name", "applicant_code", "legal_representative", "address", "contact", "phone",
             "agent_name", "agent_id", "agent_phone"]  # fmt: skip
BUILDER = ["builder_name", "builder_qualification", "builder_head", "builder_phone", "supervising_firm"]
PLACE = ["item", "space_kind", "location", "purpose", "starts_on", "ends_on", "use_nature", "occupation_kind",
         "is_project"]  # fmt: skip
PLANS = ["working_hours", "traffic_plan", "restoration_plan", "safety_measures"]
MORE = ["external_number", "external_system", "note"]
CENT = Decimal("0.01")


def road_words(road: Road) -> str:
    """A road of the list with who manages it: that decides who may permit and whether a fee is due."""
    return f"{road}［{road.get_manager_display()}］"


class SegmentForm(forms.ModelForm):
    """One row. Area may stay empty: it is then length × width; typed, it must multiply."""

    area = forms.DecimalField(label="面积（㎡）", max_digits=10, decimal_places=2, required=False)

    class Meta:
        model = Segment
        fields = ["act", "road", "stretch", "part", "surface", "length", "width", "depth", "area", "kerb", "manholes",
                  "gullies", "crosses_main_road"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["road"].label_from_instance = road_words  # type: ignore[attr-defined]
        self.fields["road"].help_text = "路名后注明谁管：市管道路由市局审批，本局不能许可。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        length, width = cleaned.get("length"), cleaned.get("width")
        if length is None or width is None:
            return cleaned
        product = (length * width).quantize(CENT, ROUND_HALF_UP)
        typed = cleaned.get("area")
        if typed is not None and typed != product:
            self.add_error(
                "area", f"面积应等于长 × 宽：{length} × {width} = {product} ㎡。请更正，或者留空由系统计算。"
            )
        cleaned["area"] = self.instance.area = product
        return cleaned


SegmentRows = forms.formset_factory(SegmentForm, extra=1, min_num=1, max_num=30, validate_max=True)


@dataclass(frozen=True)
class RowErrors:
    """The rows as one form, for the summary of errors on top of the page."""

    rows: Any

    def non_field_errors(self) -> list[str]:
        return [*self.rows.non_form_errors(), *(error for row in self.rows for error in row.non_field_errors())]

    def __iter__(self) -> Iterator[Any]:
        return (bound for row in self.rows for bound in row.visible_fields())


class BaseApplicationForm(forms.ModelForm):
    """What every way of entering an application shares."""

    total_area = forms.DecimalField(
        label="总面积（㎡）",
        max_digits=10,
        decimal_places=2,
        required=False,
        help_text="留空按各路段相加；填了就必须相等。",
    )
    entry_key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=40)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Application
        fields = [*PLACE, *APPLICANT, *BUILDER, *PLANS, *MORE]
        widgets = {
            "starts_on": DATE, "ends_on": DATE, "purpose": WORDS, "traffic_plan": WORDS, "restoration_plan": WORDS,
            "safety_measures": WORDS,
        }  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        versions = ItemVersion.objects.own().valid_on(timezone.localdate()).filter(item__in_use=True)
        if self.instance.item_id:
            versions = versions | ItemVersion.objects.filter(pk=self.instance.item_id)
        self.fields["item"].queryset = versions.select_related("item")  # type: ignore[attr-defined]
        self.fields["entry_key"].initial = uuid.uuid4().hex
        self.fields["seen"].initial = self.instance.version
        asked(self.fields["applicant_code"])  # receiving asks for it
        self.fields["applicant_code"].widget.attrs |= {
            "hx-post": reverse("permits:applicant-lookup"),
            "hx-trigger": "change",
            "hx-target": "#applicant-known",
            "hx-include": ", ".join(f"#id_{name}" for name in APPLICANT[:7]),
        }
        for name in ("item", "is_project"):
            self.fields[name].widget.attrs |= {
                "hx-get": reverse("permits:materials-asked"),
                "hx-trigger": "change",
                "hx-target": "#materials-asked",
                "hx-include": "#id_item, #id_is_project",
            }
        bound = self.data or None
        self.rows = SegmentRows(bound, prefix="segments", initial=None if bound else self.known_rows())

    def known_rows(self) -> list[dict[str, Any]]:
        if self.instance.pk is None:
            return []
        names = SegmentForm.Meta.fields
        return [
            {name: getattr(row, name) for name in names} | {"road": row.road_id} for row in self.instance.segments.all()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_identity(cleaned)
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", f"截止日期早于起始日期（{start}）。请核对。")
        return cleaned

    def check_identity(self, cleaned: dict[str, Any]) -> None:
        code = (cleaned.get("applicant_code") or "").strip().upper()
        cleaned["applicant_code"] = code
        check = check_credit_code if cleaned.get("applicant_kind") == ApplicantKind.UNIT else check_id_number
        if code and (problem := check(code)):
            self.add_error("applicant_code", problem)
        agent = (cleaned.get("agent_id") or "").strip().upper()
        if agent and (problem := check_id_number(agent)):
            self.add_error("agent_id", problem)

    def segments(self) -> list[Segment]:
        """The rows that were filled in, in order."""
        return [row.instance for row in self.rows if row.has_changed() and row.cleaned_data.get("length")]

    def is_whole(self) -> bool:
        """Form, rows, and what they say together. Every error stands at its place; nothing typed is lost."""
        valid, rows_valid = self.is_valid(), self.rows.is_valid()
        if not (valid and rows_valid):
            return False
        rows = self.segments()
        if not rows:
            self.add_error(None, "请至少填一个路段：部位、长、宽。")
            return False
        return self.settle(rows)

    def settle(self, rows: list[Segment]) -> bool:
        total = sum((row.area for row in rows), Decimal(0))
        typed = self.cleaned_data.get("total_area")
        if typed is not None and typed != total:
            self.add_error("total_area", f"总面积 {typed} ㎡ 不等于各路段之和 {total} ㎡。请更正，或者留空由系统计算。")
        item = self.cleaned_data["item"].item
        digs = any(row.act == ActKind.DIG for row in rows)
        wanted = item_for(self.cleaned_data["space_kind"], digs=digs)
        if item.kind != wanted:
            self.add_error(
                "item", f"按空间类型和方式应为“{wanted.label}”，所选事项是“{item.get_kind_display()}”。请改选。"
            )
        self.instance.total_area = total
        self.instance.entry_key = self.instance.entry_key or self.cleaned_data.get("entry_key") or None
        return not self.errors

    @property
    def row_errors(self) -> RowErrors:
        return RowErrors(self.rows)

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields in the order of the paper form."""
        parts = (("事项和地点", PLACE), ("申请人", APPLICANT), ("施工单位", BUILDER), ("方案", PLANS), ("其他", MORE))
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]

    @property
    def more(self) -> list[Any]:
        """Fields of a subclass: shown in a section of their own."""
        known = {*PLACE, *APPLICANT, *BUILDER, *PLANS, *MORE, "entry_key", "seen", "total_area"}
        return [self[name] for name in self.fields if name not in known]


class ApplicationForm(BaseApplicationForm):
    """At the window: stored as a draft, or received at once (收件)."""

    received_on = forms.DateField(label="收件日期", widget=DATE, required=False, help_text="空着存为草稿，不起算期限。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["received_on"]
        else:
            self.fields["received_on"].initial = timezone.localdate

    def store(self) -> Application | None:
        rows = self.segments()
        try:
            if self.instance.pk is not None:
                seen = self.cleaned_data["seen"] or 0
                return window.correct_application(self.instance, rows, by=self.user, seen=seen)
            return window.open_file(self.instance, rows, self.cleaned_data["received_on"], by=self.user)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
