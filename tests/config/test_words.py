"""One voice: the same thing is called the same in the filters, forms and lists of every room."""

import re
from itertools import pairwise

import django_filters
import pytest
from django import forms
from django.urls import get_resolver

from config.navigation import NAV, QUICK
from config.templatetags.bureau import filter_bar
from staff.models import User

assert get_resolver().url_patterns  # all views, and with them all forms and filters, are loaded
FOREIGN = re.compile(r"[a-z]+\.[a-z_]+|[A-Z]{2,}[a-z]*_|\d{4}[HQ]\d")  # names of figures, settings, keys of periods


def below(base):
    """Every class of ours below `base`, once."""
    for each in base.__subclasses__():
        if each.__module__.split(".")[0] not in ("tests", "django_filters", "django"):
            yield each
        yield from below(each)


def every(base):
    return sorted(set(below(base)), key=lambda each: f"{each.__module__}.{each.__name__}")


@pytest.mark.parametrize("filters", every(django_filters.FilterSet), ids=lambda each: each.__name__)
def test_filters_speak_alike(filters):
    labels = {name: str(each.label) for name, each in filters.base_filters.items()}
    if "q" in labels:
        assert re.fullmatch("搜索.+", labels["q"])
    seen = [label for name, label in labels.items() if name != "q" and not label.startswith("搜索")]
    assert not [label for label in seen if label.endswith(("自", "至")) or label == "从"]
    assert all(after == "到" for label, after in pairwise(seen) if label.endswith("从"))


@pytest.mark.parametrize("form", every(forms.Form) + every(forms.ModelForm), ids=lambda each: each.__name__)
def test_forms_ask_in_chinese(form):
    for name, field in form.base_fields.items():
        assert not FOREIGN.search(f"{field.label or ''} {field.help_text or ''}"), name


def test_one_address_has_one_name():
    named = {}
    for entry in (*NAV, *QUICK):
        named.setdefault((entry.url_name, entry.args), set()).add(entry.label)
    assert {key: names for key, names in named.items() if len(names) > 1} == {
        ("permits:assessment-list", ()): {"费用核定", "登记缴费"}  # the payment is entered from the list of what is due
    }


class Lines(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(label="类别", choices=[("a", "甲"), ("b", "乙")])
    voided = django_filters.ChoiceFilter(label="作废", choices=[("voided", "已作废")], empty_label="未作废")
    q = django_filters.CharFilter(label="搜索姓名")

    class Meta:
        model = User
        fields = ["kind"]


def test_the_search_comes_first_and_several_choices_fold():
    search, kind, voided = filter_bar(Lines({"kind": ["b"]}, queryset=User.objects.none()))["parts"]
    assert search.bound.name == "q"
    assert (kind.kind, kind.chosen) == ("checks", "乙")
    assert 'type="checkbox"' in kind.widget
    assert "未作废" in voided.widget
    assert "不限" not in voided.widget
