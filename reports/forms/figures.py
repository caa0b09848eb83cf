"""The field in which a figure of the summary is chosen: people read and choose its label, the form stores its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.names import label_for, name_in, offered_figures
from reports.registry import known_keys
from reports.tokens import parse


class Suggested(forms.TextInput):
    """A line of text with suggestions; several of one kind on a page share the list of the first."""

    def __init__(self, suggest: Callable[[], Mapping[str, str]]) -> None:
        super().__init__({"autocomplete": "off"})
        self.suggest = suggest

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        known = f"{(attrs or {}).get('id', name)}_known"
        options = format_html_join("", '<option value="{}"></option>', ((label,) for label in self.suggest()))
        line = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', line, known, options)


class FigureField(forms.CharField):
    """One figure, cleaned to its name; "" if it may stay empty."""

    def __init__(self, **kwargs: Any) -> None:
        facts = {"max_length": 160, "widget": Suggested(offered_figures), "help_text": "输入几个字，从列表选。"}
        super().__init__(**{**facts, **kwargs})

    def clean(self, value: Any) -> str:
        name = name_in(super().clean(value), offered_figures())
        if name and parse(f"{{{{ {name} }}}}", known_keys()).errors:
            raise forms.ValidationError("没有这个数据，请从列表选。")
        return name

    def prepare_value(self, value: Any) -> Any:
        return label_for(name_in(value, offered_figures()), offered_figures()) if value else value
