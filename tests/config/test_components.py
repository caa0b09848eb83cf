"""The components: labelled, described, linked, escaped; and the error pages without any context."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from config.env import BASE_DIR

COMPONENTS = sorted((BASE_DIR / "templates" / "components").glob("*.html"))
PAGES = sorted((BASE_DIR / "templates").glob("*.html"))


class PlaceForm(forms.Form):
    place = forms.CharField(label="地点", help_text="写到门牌或路口。")
    kind = forms.ChoiceField(label="办理方式", choices=[("a", "即查即改"), ("b", "交办")], widget=forms.RadioSelect)
    count = forms.IntegerField(label="数量", max_value=9, required=False)
    severe = forms.BooleanField(label="情节严重", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        raise forms.ValidationError("这个地点 30 天内已登记过。")


def draw(text, **values):
    request = RequestFactory().get("/here/")
    return Template(text).render(Context({"request": request, "csrf_token": "token", **values}))


def refused(**data):
    form = PlaceForm(data)
    form.is_valid()
    return form


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_component_opens_with_its_parameters_and_is_short(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("{% comment %}")
    assert text.count("\n") <= 80
    assert not re.search(r"\sstyle=|\son[a-z]+=|\|safe|<script", text)


def test_a_field_is_labelled_and_described_by_help_and_error():
    html = draw("{% field form.place %}", form=refused(kind="a"))
    assert '<label class="form-label" for="id_place">地点' in html
    assert 'aria-describedby="id_place_helptext id_place_error"' in html
    assert 'id="id_place_helptext"' in html
    assert 'id="id_place_error"' in html
    assert 'aria-invalid="true"' in html
    assert "请填写地点。" in html


def test_only_optional_fields_are_marked():
    html = draw("{% fields form %}", form=PlaceForm())
    assert html.count("选填") == 1
    assert '<input type="hidden" name="token"' in html


def test_radio_buttons_stand_in_a_fieldset():
    html = draw("{% field form.kind %}", form=refused(place="x"))
    assert "<legend" in html
    assert 'aria-describedby="id_kind_error"' in html
    assert "请选择办理方式。" in html


def test_the_summary_links_each_error_to_a_control_that_exists():
    html = draw("{% render_form form %}", form=refused(count="12"))
    links = re.findall(r'<a href="#([^"]+)">', html)
    assert links == ["id_place", "id_kind_0", "id_count"]
    for target in links:
        assert f'id="{target}"' in html
    assert "请改正 4 处" in html
    assert "这个地点 30 天内已登记过。" in html
    assert "数量：" in html


def test_a_refused_form_keeps_what_was_typed():
    assert 'value="南湖大道"' in draw("{% render_form form %}", form=refused(place="南湖大道"))


def test_a_form_with_files_is_multipart():
    class FileForm(forms.Form):
        sheet = forms.FileField(label="表格")

    assert 'enctype="multipart/form-data"' in draw("{% render_form form %}", form=FileForm())
    assert 'data-max-mb="5"' in draw("{% file_drop form.sheet max_mb=5 %}", form=FileForm())


def test_a_dialog_states_its_consequence_and_asks_for_the_reason():
    html = draw(
        '{% confirm_dialog id="void" title="作废？" consequence="不再计分。" action="/void/" button="作废" tone="danger" reason="理由" %}'
    )
    assert "不再计分。" in html
    assert 'action="/void/"' in html
    assert "csrfmiddlewaretoken" in html
    assert re.search(r'<textarea[^>]*name="reason"[^>]*required', html)
    assert "data-open" not in html


def test_a_dialog_with_a_refused_form_stands_open():
    html = draw('{% confirm_dialog id="v" title="?" consequence="!" action="/v/" form=form %}', form=refused())
    assert "data-open" in html


def test_a_chart_brings_its_numbers():
    html = draw(
        '{% chart svg "案件" head rows %}', svg="<svg>", head=["大项", "本期"], rows=[["秩序", 3], ["环卫", None]]
    )
    assert "&lt;svg&gt;" in html, "only what config.charts marked as safe is drawn"
    assert re.search(r'<th scope="row">秩序</th>\s*<td class="text-end">3</td>', html)
    assert "—" in html


def test_a_page_names_itself_once():
    html = draw(
        '{% extends "layout/error.html" %}{% block title %}{{ name }}{% endblock %}{% block code %}1{% endblock %}',
        name="<甲>",
    )
    assert html.count("&lt;甲&gt;") == 2


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_an_error_page_stands_alone_in_chinese_with_the_way_back(path: Path):
    html = get_template(path.name).render()
    assert '<html lang="zh-CN">' in html
    assert 'href="/"' in html
    assert "回到工作台" in html
    assert re.search(r"<h1>[一-鿿，]+</h1>", html)


def test_the_error_number_is_shown_if_there_is_one():
    assert "编号 A7" in render_to_string("500.html", {"error_number": "A7"})
    assert "编号" not in render_to_string("500.html")


class ManyFilters:
    """As django-filter offers it: the component asks for its form only."""

    def __init__(self, number, data):
        fields = {f"f{index}": forms.CharField(label=f"条件{index}", required=False) for index in range(number)}
        if number > 7:
            fields["f5"].label, fields["f6"].label = "收件日期从", "到"
        self.form = type("Filters", (forms.Form,), fields)(data)


def test_a_long_filter_bar_folds_what_is_rarely_asked_and_tears_no_span_apart():
    page = draw("{% filter_bar filters %}", filters=ManyFilters(12, {}))
    assert "更多条件（5）" in page
    assert page.index('name="f6"') < page.index("更多条件") < page.index('name="f7"')
    assert '<details class="filter-more">' in page


def test_what_is_folded_stands_open_once_it_is_set():
    page = draw("{% filter_bar filters %}", filters=ManyFilters(12, {"f11": "样例"}))
    assert '<details class="filter-more" open>' in page


def test_a_short_filter_bar_is_not_folded():
    assert "更多条件" not in draw("{% filter_bar filters %}", filters=ManyFilters(9, {}))


def test_a_tab_that_shows_a_file_finds_the_mark(client):
    assert client.get("/favicon.ico").url == "/static/img/favicon.svg"
