"""What the field components draw: a bound field with Bootstrap's classes, its help, errors and the id to link to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.utils.safestring import SafeString

from config.display import plain_number


@dataclass(frozen=True, slots=True)
class FieldPart:
    """kind: input, select, checkbox (one box, label beside it), checks (several), pair (several inputs), file."""

    bound: BoundField
    kind: str
    widget: SafeString
    errors: list[str]
    help_id: str
    error_id: str

    @property
    def anchor(self) -> str:
        return anchor_of(self.bound)

    @property
    def has_words(self) -> bool:
        return bool(self.errors or self.bound.help_text)

    @property
    def optional(self) -> bool:
        """Marked 选填; what is required, now or by a later step (`wanted_later`), needs no mark, nor does a box."""
        field = self.bound.field
        wanted = field.required or getattr(field, "wanted_later", False)
        return not wanted and self.kind != "checkbox" and not field.disabled

    @property
    def chosen(self) -> str:
        """Of several choices those ticked, in words; 不限 if there are none."""
        value = self.bound.value() or []
        ticked = {str(each) for each in (value if isinstance(value, list | tuple | set) else [value])}
        return "、".join(str(label) for key, label in self.bound.field.choices if str(key) in ticked) or "不限"  # type: ignore[attr-defined]

    @property
    def described_by(self) -> str:
        return self.bound.aria_describedby or ""


def asked(field: forms.Field, *, wanted: bool = True) -> forms.Field:
    """Not marked 选填 although it is not required: a later step asks for it, or one of several is enough."""
    field.wanted_later = wanted  # type: ignore[attr-defined]
    return field


@dataclass(frozen=True, slots=True)
class FormError:
    text: str
    anchor: str  # "" for an error of the whole form
    label: str

    @property
    def summary(self) -> str:
        """For the summary, away from the field: its label in front, unless the words name it already."""
        return self.text if not self.label or self.label in self.text else f"{self.label}：{self.text}"


def anchor_of(bound: BoundField) -> str:
    """The id an error links to: the first control where there are several."""
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.widget_type == "radioselect" else bound.auto_id)


def kind_of(bound: BoundField) -> str:
    widget = bound.field.widget
    match widget:
        case forms.CheckboxSelectMultiple() | forms.RadioSelect():
            return "checks"
        case forms.NullBooleanSelect() | forms.Select():
            return "select"
        case forms.CheckboxInput():
            return "checkbox"
        case forms.FileInput():
            return "file"
        case forms.MultiWidget():
            return "pair"
    return "input"


CLASSES = {
    "input": "form-control",
    "file": "form-control",
    "select": "form-select",
    "checkbox": "form-check-input",
    "checks": "",  # Django puts a group's class on its frame as well; the stylesheet draws these
    "pair": "form-control",
}


def words_of(bound: BoundField, error: ValidationError) -> str:
    """An error in words; Django's general "required" says instead what to fill in or choose."""
    if error.code == "required" and error.message == forms.Field.default_error_messages["required"]:
        verb = {"input": "填写", "pair": "填写", "file": "上传", "checkbox": "勾选"}.get(kind_of(bound), "选择")
        return f"请{verb}{bound.label}。"
    return " ".join(error.messages)


def describe(bound: BoundField, *, small: bool = False) -> FieldPart:
    kind = kind_of(bound)
    names = [bound.field.widget.attrs.get("class", ""), CLASSES[kind]]
    if bound.errors:
        names.append("is-invalid")
    if small and kind in ("input", "select", "pair"):
        names.append(f"{CLASSES[kind]}-sm")
    attrs: dict[str, Any] = {"class": " ".join(name for name in names if name)}
    if kind == "select":
        name_empty_choice(bound.field)
    if isinstance(bound.initial, Decimal):
        bound.initial = plain_number(bound.initial).replace(",", "")
    if isinstance(bound.field.widget, forms.Textarea):
        attrs["rows"] = bound.field.widget.attrs.get("rows_wanted", 4)
    return FieldPart(
        bound=bound,
        kind=kind,
        widget=bound.as_widget(attrs=attrs),
        errors=[words_of(bound, error) for error in bound.errors.as_data()],
        help_id=f"{bound.auto_id}_helptext",
        error_id=f"{bound.auto_id}_error",
    )


def name_empty_choice(field: forms.Field) -> None:
    """Django's row of dashes says nothing: 请选择, or 不填 where it may stay empty."""
    choices = list(getattr(field.widget, "choices", ()))
    if choices and str(choices[0][1]) == BLANK_CHOICE_DASH[0][1]:
        field.widget.choices = [("", "请选择" if field.required else "不填"), *choices[1:]]


def describe_filter(bound: BoundField) -> FieldPart:
    """A filter's field: small; several choices are boxes to tick, folded under what is chosen; an empty choice reads 不限, unless the filter says what is meant by it (未作废)."""
    widget = bound.field.widget
    if isinstance(widget, forms.Select) and not getattr(widget, "allow_multiple_selected", False):
        choices = list(widget.choices)
        unnamed = choices and (choices[0][0] == "unknown" or str(choices[0][1]) == BLANK_CHOICE_DASH[0][1])
        if unnamed:
            widget.choices = [("", "不限"), *choices[1:]]
    if isinstance(widget, forms.SelectMultiple) and not isinstance(widget, forms.CheckboxSelectMultiple):
        bound.field.widget = forms.CheckboxSelectMultiple(choices=widget.choices)
    return describe(bound, small=True)


def errors_of(form: Any) -> list[FormError]:
    """All errors of a form, the whole form's first, each with the place it links to."""
    found = [FormError(str(error), "", "") for error in form.non_field_errors()]
    for bound in form:
        label = "" if bound.is_hidden else str(bound.label)
        place = "" if bound.is_hidden else anchor_of(bound)
        found += [FormError(words_of(bound, error), place, label) for error in bound.errors.as_data()]
    return found
