"""Widgets drawn by hand are those that Django's templates draw."""

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from config.form_renderer import FormRenderer

CHOICES = [
    ("", "不限"),
    ("a", "甲 & 乙"),
    (1, "<b>"),
    (1234, 5678),
    ("组", [("x", "内"), ("y", mark_safe("<i>"))]),
    (None, "无"),
]


def both(widget, value, attrs=None):
    """Ours and Django's, white space between tags aside."""
    drawn = [widget.render("名\"&'", value, attrs, renderer=renderer()) for renderer in (FormRenderer, DjangoTemplates)]
    return [re.sub(r">\s+<", "><", markup) for markup in drawn]


@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(),
        forms.HiddenInput(),
        forms.NumberInput(attrs={"step": "any", "min": 0}),
        forms.DateInput(attrs={"type": "date"}),
        forms.DateTimeInput(),
        forms.TimeInput(),
        forms.PasswordInput(render_value=True),
        forms.EmailInput(),
        forms.URLInput(),
        forms.Select(choices=CHOICES),
        forms.SelectMultiple(choices=CHOICES),
        forms.NullBooleanSelect(),
    ],
    ids=lambda widget: type(widget).__name__,
)
@given(
    value=st.one_of(
        st.none(), st.text(max_size=8), st.sampled_from([0, 1, 1234, "a", "x", True, False, date(2026, 3, 5)])
    ),
    attrs=st.dictionaries(
        st.sampled_from(["id", "class", "required", "data-x", "disabled"]),
        st.one_of(st.booleans(), st.text(max_size=6), st.integers(0, 9999)),
    ),
)
def test_our_widgets_are_djangos(widget, value, attrs):
    if isinstance(widget, forms.SelectMultiple):
        value = None if value is None else [value]
    elif isinstance(widget, forms.DateTimeInput | forms.TimeInput) and not isinstance(value, str | None):
        value = None
    ours, djangos = both(widget, value, attrs)
    assert ours == djangos


def test_markup_in_a_value_is_escaped():
    assert both(forms.TextInput(), '"><script>')[0] == (
        '<input type="text" name="名&quot;&amp;&#x27;" value="&quot;&gt;&lt;script&gt;">'
    )
