"""What is filled in on the spot, by phone: the survey, inspections, the acceptance of the restored road."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from config.form_fields import asked
from config.inputs import DATE, MOMENT, PICTURES, WORDS
from permits.enums import Surface, SurveyOpinion
from permits.forms.late import LateForm
from permits.forms.steps import in_post
from permits.models import Application, Inspection, RestorationCheck, Survey
from permits.models.applications import LONGEST, WIDEST
from permits.workflow import supervision, surveys
from permits.workflow.steps import Step
from staff.forms.files import SeveralFiles, SeveralFilesField
from staff.models import User
from staff.refusals import Refused, show_refusal
from staff.uploads import save_image

MOST_PHOTOS = 9
FOUND = ["pipes", "greenery", "tactile_paving", "near_stop", "near_gate", "near_junction", "near_hydrant",
         "sidewalk_left", "in_protection", "applicant_present", "companions"]  # fmt: skip


class SurveyForm(LateForm, forms.ModelForm):
    """The survey record. 保存 keeps what is there; 完成 asks for all of it."""

    surveyed_at = forms.DateTimeField(label="查勘时间", widget=MOMENT)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    on_paper = forms.BooleanField(
        label="按纸质查勘记录补录",
        required=False,
        help_text="纸质记录在卷的勾选，不再要求照片、定位和实测；须同时勾选补录。",
    )

    class Meta:
        model = Survey
        fields = ["surveyed_at", "latitude", "longitude", *FOUND, "opinion", "opinion_note", "first_signed",
                  "second_signed"]  # fmt: skip
        widgets = {"opinion_note": WORDS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        if self.instance.surveyed_at is None:
            self.initial["surveyed_at"] = timezone.localtime()
        self.fields["opinion"].choices = [("", "请选择"), *SurveyOpinion.choices]  # type: ignore[attr-defined]
        self.segments = list(self.instance.application.segments.select_related("road"))
        known = {row.segment_id: row for row in self.instance.measurements.all()}
        for segment in self.segments:
            row, words = known.get(segment.pk), f"{segment.get_part_display()}{segment.stretch}"
            self.fields[f"length_{segment.pk}"] = measure(
                f"{words}：实测长（米）", row and row.length, segment.length, LONGEST
            )
            self.fields[f"width_{segment.pk}"] = measure(
                f"{words}：实测宽（米）", row and row.width, segment.width, WIDEST
            )
            self.fields[f"surface_{segment.pk}"] = forms.ChoiceField(
                label=f"{words}：路面", choices=Surface.choices, initial=row.surface if row else segment.surface
            )
        for name, each in self.fields.items():  # 完成 asks for them, 先保存 does not
            asked(each, wanted=name.startswith(("length_", "width_")) or name in WANTED)
        self.order_fields([*[name for name in self.fields if name not in LAST], *LAST])

    def _get_validation_exclusions(self) -> set[str]:
        """The door asks for the opinion once the survey is done; 先保存 keeps what is there."""
        return super()._get_validation_exclusions() | {"opinion"}  # type: ignore[misc]

    def facts(self) -> surveys.SurveyFacts:
        data = self.cleaned_data
        measures = {
            each.pk: (data[f"length_{each.pk}"], data[f"width_{each.pk}"], data[f"surface_{each.pk}"])
            for each in self.segments if data.get(f"length_{each.pk}") and data.get(f"width_{each.pk}")
        }  # fmt: skip
        position = (data["latitude"], data["longitude"]) if data.get("latitude") is not None else None
        return surveys.SurveyFacts(
            data["opinion"], data["opinion_note"], data["surveyed_at"], position, measures,
            {name: data[name] for name in FOUND}, data["first_signed"], data["second_signed"], data["on_paper"],
        )  # fmt: skip

    def store(self, *, by: User, done: bool) -> Survey | None:
        seen = self.cleaned_data["seen"] or 0
        try:
            if not done:
                return surveys.save_survey(self.instance, self.facts(), by=by, seen=seen)
            step = Step(by, **self.late)
            return surveys.complete_survey(self.instance.application, self.facts(), step, seen=seen)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


WANTED = ("latitude", "longitude", "opinion", "late_reason")
LAST = ("opinion", "opinion_note", "first_signed", "second_signed", "afterwards", "late_reason",
        "on_paper")  # fmt: skip


def measure(label: str, known: Decimal | None, asked: Decimal, most: Decimal) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=8, decimal_places=2, min_value=Decimal("0.01"), max_value=most, required=False,
        initial=known,
        help_text=f"申报 {asked}",
    )  # fmt: skip


class OnSiteForm(LateForm, forms.ModelForm):
    """Abstract: who was there, when, with pictures."""

    happened_at = forms.DateTimeField(label="时间", widget=MOMENT)
    photos = SeveralFilesField(label="照片", required=False, most=MOST_PHOTOS, widget=SeveralFiles(PICTURES))

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.initial["happened_at"] = timezone.localtime()
        for name in ("first", "second"):
            self.fields[name].queryset = in_post()  # type: ignore[attr-defined]
            self.fields[name].required = name == "first"

    def step(self, by: User) -> Step:
        return Step(by, **self.late)

    def keep_photos(self, model: Any, *, by: User, **owner: Any) -> list[str]:
        """The pictures beside a stored record; in words which of them were not taken."""
        return keep_photos(self.cleaned_data["photos"], model, by=by, **owner)[1]


class InspectionForm(OnSiteForm):
    LOOKED_AT = ("in_place", "in_time", "signs", "board")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= dict.fromkeys(self.LOOKED_AT, False)  # nothing conforms before somebody looked

    class Meta:
        model = Inspection
        fields = ["kind", "happened_at", "first", "second", "in_place", "in_time", "signs", "board", "found_area",
                  "passed", "note"]  # fmt: skip
        widgets = {"note": WORDS}

    def store(self, *, by: User) -> Inspection | None:
        try:
            return supervision.record_inspection(self.application, self.instance, self.step(by))
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class RestorationForm(OnSiteForm):
    class Meta:
        model = RestorationCheck
        fields = ["happened_at", "first", "second", "police_present", "police_officer", "restored_area", "thickness",
                  "passed", "note", "redo_by"]  # fmt: skip
        widgets = {"note": WORDS, "redo_by": DATE}

    def store(self, *, by: User) -> RestorationCheck | None:
        try:
            return supervision.check_restoration(self.application, self.instance, self.step(by))
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class PhotosForm(forms.Form):
    photos = SeveralFilesField(
        label="添加照片", most=MOST_PHOTOS, widget=SeveralFiles(PICTURES),
        help_text=f"可以一次选多张，最多 {MOST_PHOTOS} 张；JPG、PNG、WebP 或 HEIC，没有拍摄时间也可以。",
    )  # fmt: skip


def keep_photos(uploads: list[UploadedFile], model: Any, *, by: User, **owner: Any) -> tuple[int, list[str]]:
    """Each by itself: how many were stored, and of the others the name and why not."""
    stored, problems = 0, []
    for upload in uploads:
        try:
            save_image(upload, model, by=by, **owner)
            stored += 1
        except ValidationError as problem:
            problems.append(f"{upload.name}：{' '.join(problem.messages)}")
    return stored, problems
