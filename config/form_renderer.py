"""How widgets become markup: Django's, with the two that every list holds by the score drawn without a template."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.safestring import SafeString


def attributes(attrs: dict[str, Any]) -> str:
    """` name="value"` each; True stands for the bare name, False for nothing."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{words(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def words(value: Any) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


def draw_input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{words(widget["value"])}"'
    return SafeString(
        f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"{value}{attributes(widget["attrs"])}>'
    )


def draw_select(widget: dict[str, Any]) -> SafeString:
    return SafeString(
        f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>'
        f"{''.join(_group(name, options) for name, options, _ in widget['optgroups'])}\n</select>"
    )


def _group(name: str | None, options: list[dict[str, Any]]) -> str:
    drawn = "".join(
        f'\n  <option value="{words(option["value"])}"{attributes(option["attrs"])}>{words(localize(option["label"]))}</option>'
        for option in options
    )
    return drawn if not name else f'\n  <optgroup label="{words(name)}">{drawn}\n  </optgroup>'


INPUTS = ("input", "text", "hidden", "number", "email", "tel", "search", "url", "password", "date", "datetime", "time")
DRAWN: dict[str, Callable[[dict[str, Any]], SafeString]] = {
    "django/forms/widgets/select.html": draw_select,
    **{f"django/forms/widgets/{name}.html": draw_input for name in INPUTS},
}


class FormRenderer(DjangoTemplates):
    """Django fetches two templates an option and two an input; the filters of a list were a third of the page's time.
    What is drawn is the same (a test compares them).
    """

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)
