"""The Markdown of our own pages: what it knows comes out as HTML, everything else escaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.markdown import Renderer


def refuse(target):
    raise ValueError(target)


RENDERER = Renderer(link=lambda target: f"/to/{target}", picture=lambda target: f"/pic/{target}")


def html(text):
    return "".join(section.html for section in RENDERER.document(text).sections)


def test_the_first_heading_is_the_title_and_the_others_open_sections():
    page = RENDERER.document("# 值班\n\n先看这里。\n\n## 换班\n换班要批准。\n### 夜班\n也一样。\n")
    assert page.title == "值班"
    assert [(each.anchor, each.heading, each.level) for each in page.sections] == [
        ("s1", "", 2),
        ("s2", "换班", 2),
        ("s3", "夜班", 3),
    ]
    assert page.sections[1].words == "换班要批准。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲\n乙", "<p>甲乙</p>"),
        ("one\ntwo", "<p>one two</p>"),
        ("点“**保存**”。", "<p>点“<strong>保存</strong>”。</p>"),
        ("**看[这里](a.md)**", '<p><strong>看<a href="/to/a.md">这里</a></strong></p>'),
        ("写 `2026H1 <b>`", "<p>写 <code>2026H1 &lt;b&gt;</code></p>"),
        ("`**不粗**`", "<p><code>**不粗**</code></p>"),
        ("- 甲\n- 乙", "<ul><li>甲</li><li>乙</li></ul>"),
        ("规则：\n- 甲\n尾声", "<p>规则：</p><ul><li>甲</li></ul><p>尾声</p>"),
        ("1. 甲\n   再写\n2. 乙", "<ol><li>甲再写</li><li>乙</li></ol>"),
        ("1. 甲\n   - 子一\n   - 子二\n2. 乙", "<ol><li>甲<ul><li>子一</li><li>子二</li></ul></li><li>乙</li></ol>"),
        ("- 甲\n  1. 子", "<ul><li>甲<ol><li>子</li></ol></li></ul>"),
        ("第 3. 条", "<p>第 3. 条</p>"),
        ("1.5 米", "<p>1.5 米</p>"),
        ("**没有完", "<p>**没有完</p>"),
    ],
)
def test_each_form_gives_its_html(text, expected):
    assert html(text) == expected


def test_a_table_has_heads_and_cells_and_can_be_reached_by_keyboard():
    made = html("| 键 | 作用 |\n|---|---|\n| Tab | **下一格** |")
    assert '<th scope="col">键</th><th scope="col">作用</th>' in made
    assert "<td>Tab</td><td><strong>下一格</strong></td>" in made
    assert 'tabindex="0"' in made
    assert "---" not in made


def test_a_picture_carries_its_words():
    assert '<img class="handbook-picture" src="/pic/images/desk.png" alt="工作台"' in html("![工作台](images/desk.png)")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "- <img src=x onerror=alert(1)>",
        "| <b> |\n|---|\n| <i onclick=x> |",
        '![" onerror="x](images/a.png)',
        '[a](x"onclick="y)',
        "## <svg onload=x>\n<style>",
    ],
)
def test_html_is_text(text):
    made = html(text)
    for word in ("<script", "<img src", "<i ", "<b>", "<svg", "<style", '" onerror', '"onclick'):
        assert word not in made


@given(st.text(alphabet="ab<>&\"'`*_[]()!|#-1. \n\t图", max_size=80))
def test_nothing_typed_ever_becomes_a_tag_of_its_own(text):
    known = "p|ul|ol|li|strong|code|a|img|div|table|thead|tbody|tr|th|td"
    made = html(text)
    assert all(re.fullmatch(rf"</?({known})( [^<>]*)?>", tag) for tag in re.findall(r"<[^>]*>", made))


def test_an_address_that_leads_nowhere_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        Renderer(link=refuse, picture=refuse).document("[a](nowhere)")
    with pytest.raises(ValueError, match="images/none"):
        Renderer(link=refuse, picture=refuse).document("![a](images/none.png)")
