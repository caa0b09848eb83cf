"""Forms of the outlines; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms

from reports.enums import When
from reports.models import Outline
from reports.outlines import Offered
from reports.workflow import outlines
from reports.workflow.outlines import PartText, part_errors
from staff.models import User
from staff.refusals import Refused, show_refusal

LEVELS = [(1, "一、"), (2, "（一）"), (3, "1.")]


class OutlineForm(forms.Form):
    name = forms.CharField(label="名称", max_length=40)
    title = forms.CharField(label="标题", max_length=80, help_text="【期间】印成“2026年上半年”。")
    length = forms.IntegerField(label="字数", min_value=0, max_value=100_000, help_text="0 为不限。")
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False, initial=0)

    def __init__(self, *args: Any, offered: Offered | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offered is not None:
            facts = {"name": offered.name, "title": offered.title, "length": offered.length}
            self.initial = facts | {"seen": offered.own.version if offered.own else 0} | self.initial

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0


class PartForm(forms.Form):
    level = forms.TypedChoiceField(label="层级", choices=LEVELS, coerce=int, initial=2)
    heading = forms.CharField(label="标题", max_length=80, required=False, help_text="空着表示接在上一节后面。")
    text = forms.CharField(
        label="正文", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4, "data-chips": ""})
    )
    when = forms.ChoiceField(label="何时采用", choices=When.choices, initial=When.ALWAYS)

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if errors := part_errors(text):
            raise forms.ValidationError(errors)
        return text


PartFormSet = forms.formset_factory(PartForm, extra=1, can_order=True, can_delete=True, max_num=60)


def part_forms(data: Any, offered: Offered | None) -> Any:
    parts = offered.parts if offered is not None else ()
    initial = [{"level": part.level, "heading": part.heading, "text": part.text, "when": part.when} for part in parts]
    return PartFormSet(data, prefix="parts", initial=initial)


def save_outline(code: str, form: OutlineForm, parts: Any, *, by: User) -> Outline | None:
    """`code`: "" for a new one. None, with the reason on the form, if it is refused."""
    texts = [
        PartText(data["level"], data["heading"], data["text"], data["when"])
        for data in (each.cleaned_data for each in parts.ordered_forms)
        if data and (data["heading"] or data["text"])
    ]
    try:
        return outlines.save_outline(code or outlines.free_code(), **form.cleaned_data, parts=texts, by=by)
    except Refused as refusal:
        show_refusal(form, refusal)
        return None


class SectionAddForm(forms.Form):
    heading = forms.CharField(label="标题", max_length=80)
    level = forms.TypedChoiceField(label="层级", choices=LEVELS, coerce=int, initial=2)
    after = forms.IntegerField(label="放在哪一节后面", required=False, widget=forms.Select)

    def __init__(self, *args: Any, sections: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = {section.pk: section for section in sections}
        choices = [("", "最前面"), *((section.pk, str(section)) for section in sections)]
        self.fields["after"].widget.choices = choices  # type: ignore[attr-defined]
        if sections:
            self.initial.setdefault("after", sections[-1].pk)

    def clean_after(self) -> Any:
        return self.sections.get(self.cleaned_data["after"])


class SectionStepForm(forms.Form):
    """One step with a section on the page of chapters."""

    STEPS = (("up", "上移"), ("down", "下移"), ("level", "层级"))
    step = forms.ChoiceField(choices=STEPS)
    level = forms.TypedChoiceField(choices=LEVELS, coerce=int, required=False, empty_value=2)
