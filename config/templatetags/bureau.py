"""Filters and component tags, known to every template without {% load %}.

A component is a tag here and a template in templates/components/: the tag checks the options (a wrong one raises, so a
test sees it) and gives every parameter a value; the template draws. What each one takes stands in its first comment. The
smallest, badges and lights, are functions (config/signs.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config import display, form_fields
from config.charts import ChartData, bar_chart
from config.chips import link_to
from config.signs import badge, deadline_light, one_of, state_badge

register = template.Library()
SUM = re.compile(r"\b[0-9a-f]{64}\b")

for pure in (
    display.date_cn,
    display.submit_words,
    display.day,
    display.minute,
    display.amount,
    display.money,
    display.plain_number,
    display.points,
    display.number_with_unit,
    display.official_number,
    display.masked_phone,
    display.masked_id,
    display.display,
):
    register.filter(pure.__name__, pure)

ALERT_TONES = ("info", "success", "warning", "danger")


def carried(context: Context, **values: Any) -> dict[str, Any]:
    """What a component that holds a form, or other templates, needs of the page."""
    page = {key: context[key] for key in ("request", "user", "perms") if key in context}
    return {**page, **values}


# --- Small words and signs ----------------------------------------------------------------------------------------------


for sign in (badge, state_badge, deadline_light):
    register.simple_tag(sign)


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: Any, unit: str = "", url: str = "", note: str = "") -> dict[str, Any]:
    text = value if isinstance(value, str) else display.plain_number(value)
    return {"label": label, "text": text, "unit": unit, "url": url, "note": note}


@register.inclusion_tag("components/fact.html")
def fact(label: str, value: Any, unit: str = "", url: str = "", note: str = "") -> dict[str, Any]:
    return {"label": label, "text": display.display(value), "unit": unit, "url": url, "note": note}


# --- The page ---------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def again(context: Context, name: str) -> SafeString:
    """The text of a block once more: a page names itself once, in `title`, for the tab, the heading and the crumb."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return block.nodelist.render(context) if block else SafeString()


@register.simple_tag
def crumb(label: str, address: str = "", *args: Any) -> SafeString:
    """One step of the breadcrumb: a label with a path or an address name ("inspections:finding-list")."""
    if not address:
        return format_html('<li class="breadcrumb-item">{}</li>', label)
    url = address if address.startswith("/") else reverse(address, args=args)
    return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, label)


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: Any) -> str:
    """The present address with some parameters changed (None takes one away); the page number starts anew."""
    request = context["request"]
    query = request.GET.copy()
    for key, value in {"page": None, "part": None, **changes}.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return link_to(request.path, query)


@register.inclusion_tag("components/bell.html")
def bell(unread: int | None = None) -> dict[str, Any]:
    return {"unread": unread}


@register.inclusion_tag("components/alert.html")
def alert(text: str, tone: str = "info", title: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    return {"text": text, "tone": one_of("tone", tone, ALERT_TONES), "title": title, "url": url, "action": action}


@register.inclusion_tag("components/empty_state.html")
def empty_state(text: str, action: str = "", url: str = "") -> dict[str, Any]:
    return {"text": text, "action": action, "url": url}


@register.filter
def short_sums(text: str) -> str:
    """The sums of files by their beginning: whole they stand in the log."""
    return SUM.sub(lambda found: f"{found[0][:12]}…", text)


@register.inclusion_tag("components/timeline.html")
def timeline(activities: Iterable[Any], empty: str = "还没有记录。", *, of_many: bool = False) -> dict[str, Any]:
    """`of_many`: acts on several records, each named."""
    return {"activities": activities, "empty": empty, "of_many": of_many}


@register.inclusion_tag("components/progress.html")
def progress(job: Any) -> dict[str, Any]:
    return {"job": job}


@register.inclusion_tag("components/chart.html")
def chart(
    svg: SafeString, title: str, head: Sequence[str] = (), rows: Iterable[Sequence[Any]] = (), note: str = ""
) -> dict[str, Any]:
    return {"svg": svg, "title": title, "head": head, "rows": list(rows), "note": note}


# --- Cases ------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/clock.html")
def clock(clock: Any, *, open: bool = False) -> dict[str, Any]:  # noqa: A002 (the attribute's own name)
    return {"clock": clock, "open": open}


@register.inclusion_tag("components/next_step.html")
def next_step(step: Any) -> dict[str, Any]:
    return {"step": step}


@register.inclusion_tag("components/paper_options.html")
def paper_options(options: Iterable[Any]) -> dict[str, Any]:
    listed = list(options)
    elsewhere = [option for option in listed if getattr(option, "outside", "")]
    shut = [option for option in listed if option.why_not and option not in elsewhere]
    free = [option for option in listed if not option.why_not]
    again = [option for option in free if getattr(option, "out", False)]
    opened = [option for option in free if option not in again]
    return {"options": listed, "opened": opened, "again": again, "elsewhere": elsewhere, "shut": shut}


@register.inclusion_tag("components/flaws.html")
def flaws(records: Iterable[Any]) -> dict[str, Any]:
    return {"records": list(records)}


# --- Tables and forms -----------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/table.html", takes_context=True)
def data_table(context: Context, table: Any) -> dict[str, Any]:
    return carried(context, table=table)


@register.inclusion_tag("components/field.html")
def field(bound: Any) -> dict[str, Any]:
    return {"part": form_fields.describe(bound)}


@register.inclusion_tag("components/fields.html")
def fields(form: Any) -> dict[str, Any]:
    return {"parts": [form_fields.describe(bound) for bound in form.visible_fields()], "hidden": form.hidden_fields()}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any, *more: Any) -> dict[str, Any]:
    return {"errors": [error for each in (form, *more) for error in form_fields.errors_of(each)]}


@register.inclusion_tag("components/form.html")
def render_form(
    form: Any, *, submit: str = "保存", action: str = "", cancel: str = "", draft: str = "", note: str = ""
) -> dict[str, Any]:
    return {
        "form": form,
        "submit": submit,
        "action": action,
        "cancel": cancel,
        "draft": draft,
        "note": note,
        "multipart": form.is_multipart(),
    }


@register.inclusion_tag("components/file_drop.html")
def file_drop(bound: Any, max_mb: int = 20, max_files: int = 20) -> dict[str, Any]:
    return {"part": form_fields.describe(bound), "max_mb": max_mb, "max_files": max_files}


FILTERS_SHOWN, FILTERS_MOST = 6, 9  # so many stand open; a bar with few more than that is not folded at all


def filters_shown(labels: Sequence[str]) -> int:
    """How many fields of a filter bar stand open; 从 and 到 of one span are not torn apart."""
    if len(labels) <= FILTERS_MOST:
        return len(labels)
    return FILTERS_SHOWN + (labels[FILTERS_SHOWN] == "到")


@register.inclusion_tag("components/filter_bar.html")
def filter_bar(filters: Any, table: Any = None) -> dict[str, Any]:
    form = filters.form
    bounds = sorted(form.visible_fields(), key=lambda bound: bound.name != "q")  # the search always comes first
    cut = filters_shown([str(bound.label) for bound in bounds])
    parts = [form_fields.describe_filter(bound) for bound in bounds]
    return {
        "parts": parts[:cut],
        "more": parts[cut:],
        "more_open": any(bound.value() not in (None, "", [], False) for bound in bounds[cut:]),
        "hidden": form.hidden_fields(),
        "table": table,
    }


@register.inclusion_tag("components/confirm_dialog.html")
def confirm_dialog(
    *,
    id: str,  # noqa: A002 (the attribute's own name in the template)
    title: str,
    consequence: str,
    action: str,
    button: str = "确定",
    tone: str = "primary",
    form: Any = None,
    reason: str = "",
) -> dict[str, Any]:
    return {
        "id": id,
        "title": title,
        "consequence": consequence,
        "action": action,
        "button": button,
        "tone": one_of("tone", tone, ("primary", "danger")),
        "form": form,
        "reason": reason,
        "multipart": form is not None and form.is_multipart(),
        "open": form is not None and bool(form.errors),
    }


@register.filter
def drawing(plain: dict[str, Any]) -> SafeString:
    """The bar chart of a compiled text's data (config.charts.ChartData.as_plain)."""
    return bar_chart(ChartData.of(plain))
