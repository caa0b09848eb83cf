"""Active filters as chips: what a list is narrowed by, in words, each with the address that takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import HttpRequest, QueryDict

from config.display import display

FILTER_SUFFIXES = ("", "_0", "_1", "_min", "_max", "_after", "_before", "_lookup")


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter and the address without it."""

    label: str
    text: str
    href: str


def link_to(path: str, query: QueryDict) -> str:
    """`path?query` without empty parameters; the bare path if nothing is left."""
    slim = QueryDict(mutable=True)
    for key, values in query.lists():
        filled = [value for value in values if value != ""]
        if filled:
            slim.setlist(key, filled)
    return f"{path}?{slim.urlencode()}" if slim else path


def active_filters(filters: Any, request: HttpRequest) -> list[Chip]:
    """What a FilterSet is narrowed by, in words, each with the address that takes it away."""
    chips: list[Chip] = []
    form, before = filters.form, ""
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    for name, value in data.items():
        label, before = span_label(str(form.fields[name].label or name), before)
        text = filter_text(form.fields[name], value)
        if not text:
            continue
        query = request.GET.copy()
        for key in (*(form.add_prefix(name) + suffix for suffix in FILTER_SUFFIXES), "page", "part"):
            query.pop(key, None)
        chips.append(Chip(label, text, link_to(request.path, query)))
    return chips


def span_label(label: str, before: str) -> tuple[str, str]:
    """A lone 到 says until which day it is, as 发现日期从 before it did; and what the next label stands after."""
    return (f"{before.removesuffix('从')}到" if label == "到" and before.endswith("从") else label), label


def filter_text(field: Any, value: Any) -> str:
    if value is None or value == "" or (value is False and isinstance(field.widget, CheckboxInput)):
        return ""  # a box that is not ticked narrows nothing
    if isinstance(value, slice):
        ends = [display(end) if end is not None else "" for end in (value.start, value.stop)]
        return " 至 ".join(ends) if any(ends) else ""
    if isinstance(value, list | tuple | set | QuerySet):
        return "、".join(text for text in (filter_text(field, item) for item in value) if text)
    choices = dict(field.choices) if hasattr(field, "choices") and not hasattr(field, "queryset") else {}
    return str(choices.get(value, choices.get(str(value), ""))) or display(value)
