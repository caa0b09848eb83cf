"""Papers measured with a ruler: GB/T 9704-2012 in real PDFs. The clauses are those of the standard."""

import hashlib
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import engines

from config import pdf, typesetting
from config.charts import ChartData, Series, bar_chart
from config.pdf import ForeignAddress, break_titles, html_to_pdf, keep_numbers_whole, render_pdf
from tests import pdf_measure as measure
from tests.pdf_measure import MM

SENTENCE = "全区城管系统坚持问题导向，紧盯薄弱环节，持续开展市容环境综合整治，道路清扫保洁水平稳步提升。"
FIGURES = (
    "2026年上半年，全区共查找各类问题（以下简称“问题”）1523件，同比下降12.35%，其中严重问题38件，占2.50%；"
    "“门前三包”覆盖商户12345家，罚款151.28万元，面积100～150平方米，依据岳南城管〔2026〕12号文件。"
)
ISSUER = "岳南区城市管理局"
ROWS = range(1, 61)

PAPER = """{% extends "layout/print.html" %}{% block content %}
<h2>一、总体情况</h2><p>{{ figures }}</p>
<h3>（一）市容环境</h3><p>{{ sentence }}</p>
<h4>1.街道</h4><p>{{ sentence }}</p>
<table><caption>表1　各街道</caption><thead><tr><th>街道名称</th><th>件数</th></tr></thead><tbody>
{% for row in rows %}<tr><td>第{{ row }}街道</td><td>{{ row }}23</td></tr>{% endfor %}
<tr class="total"><td>合计</td><td>98765</td></tr></tbody></table>
<figure>{{ chart }}<figcaption>图1　分类件数</figcaption></figure>
<p>{{ sentence }}</p>{% endblock %}
{% block annex %}{% if paper.annexes %}<div class="annex"><p class="annex-label">附件1</p><h1>考评得分表</h1>
<p>{{ sentence }}</p></div>{% endif %}{% endblock %}"""


def paper_html(profile="plain", rows=ROWS, **changes):
    paper = {
        "title": "2026年上半年工作总结",
        "profile": profile,
        "mark": "岳南区城市管理局文件",
        "number": "岳南城管〔2026〕12号",
        "addressee": "各街道办事处" if profile == "redhead" else "",
        "issuer": ISSUER,
        "date": date(2026, 7, 5),
        "copies": "区委办公室，区政府办公室" if profile == "redhead" else "",
        "bold_second": False,
    }
    series = Series("2026年", (Decimal(12), Decimal(34)))
    chart = bar_chart(ChartData("分类件数", ("环卫", "市容"), (series,), "件"))
    context = {"paper": paper | changes, "figures": FIGURES, "sentence": SENTENCE * 3, "rows": rows, "chart": chart}
    return engines["django"].from_string(PAPER).render(context)


def page(body):
    return f'<!DOCTYPE html><html lang="zh-CN"><head><title>t</title></head><body>{body}</body></html>'


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    """Where measured files lie."""
    return tmp_path_factory.mktemp("pdf")


@pytest.fixture(scope="module")
def solid():
    """Han characters without any punctuation: every line and page is full."""
    return html_to_pdf(page(f"<p>{'城市管理综合执法' * 400}</p>")).content


@pytest.fixture(scope="module")
def plain():
    return html_to_pdf(paper_html()).content


@pytest.fixture(scope="module")
def redhead():
    return html_to_pdf(paper_html("redhead")).content


# --- The page: clause 5 ---------------------------------------------------------------------------------------------


def test_full_page_has_22_lines_of_28_characters_on_the_type_area(rule, solid):
    first, second, *_ = measure.pages(rule, solid)
    assert (round(first.width / MM), round(first.height / MM)) == (210, 297)
    body = second.lines[:-1]
    assert [len(line.text) for line in body] == [28] * 22
    assert {round(line.left / MM) for line in body} == {28}
    assert all(183 <= line.right / MM <= 185 for line in body)
    pitches = [lower.top - upper.top for upper, lower in pairwise(body)]
    assert all(abs(pitch - 28.99) < 0.1 for pitch in pitches), pitches


def test_type_area_starts_37_mm_and_ends_35_mm_from_the_edges(rule, solid):
    _, top, _, bottom = measure.ink(measure.picture(rule, solid, 2), measure.is_dark, bottom=263)
    assert 37 <= top <= 40.5  # a line of 10.2 mm holds glyphs of 5.6 mm in its middle
    assert 258 <= bottom <= 262


def test_lines_shortened_by_punctuation_are_flush_right(rule):
    content = html_to_pdf(page(f"<p>{SENTENCE * 40}</p>")).content
    body = [line for sheet in measure.pages(rule, content)[:2] for line in sheet.lines[:-1]]
    short = [line for line in body if len(line.text) < 28]
    assert len(short) > 3, "no line was shortened: the test shows nothing"
    closing = "，。；、）”》"
    edges = {line.text[-1] in closing: [] for line in body}
    for line in body:
        edges[line.text[-1] in closing].append(line.right / MM)
        assert line.text[0] not in closing
    assert all(abs(edge - 184) < 1 for edge in edges[False]), edges[False]


def test_unknown_weasyprint_leaves_edges_ragged_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr("weasyprint.__version__", "71.0")
    assert typesetting.stretch_between_han.__wrapped__() is False
    assert "71.0" in caplog.text


# --- Page numbers: clause 7.5 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "outer"), [(1, "right"), (2, "left"), (3, "right")])
def test_page_number_stands_outside_7_mm_below_the_type_area(rule, solid, number, outer):
    line = measure.pages(rule, solid)[number - 1].lines[-1]
    assert line.text == f"—{number}—"
    picture = measure.picture(rule, solid, number)
    left, _, right, _ = measure.ink(picture, measure.is_dark, top=263)
    edge = 184 - right if outer == "right" else left - 28
    assert edge == pytest.approx(14 / MM, abs=0.6)  # one character of 4号 in
    _, dash, _, _ = measure.ink(picture, measure.is_dark, top=263, left=left - 1, right=left + 3)
    assert dash - 262 == pytest.approx(7, abs=0.3)
    (piece,) = [each for each in measure.pieces(rule, solid) if each.page == number and "—" in each.text]
    assert (piece.text.strip(), piece.size) == (f"— {number} —", 14)


# --- Faces and sizes: clauses 5.2.2 and 7.3 -------------------------------------------------------------------------

ROLES = {
    "2026年上半年工作总结": (22, "Noto-Serif-CJK-SC-Bold"),
    "一、总体情况": (16, "Noto-Sans-CJK-SC"),
    "（一）市容环境": (16, "FandolKai"),
    "1.街道": (16, "FandolFang"),
    SENTENCE[:10]: (16, "FandolFang"),
    "图1　分类件数": (14, "FandolKai"),
}


def test_faces_by_role_all_embedded(rule, plain):
    faces = measure.fonts(rule, plain)
    assert all(faces.values()), faces
    assert {"FandolFang", "FandolKai"} <= set(faces), f"{faces}: run deploy/bootstrap/fonts.sh"
    found = measure.pieces(rule, plain)
    for words, role in ROLES.items():
        piece = next(each for each in found if each.text.startswith(words))
        assert (piece.size, piece.family) == role, words


def test_second_level_is_bold_only_when_asked(rule):
    html = page("<h3>（一）市容环境</h3>")
    thin = html_to_pdf(html).content
    bold = html_to_pdf(html.replace("<body", '<body class="bold-second"')).content
    amounts = [
        measure.is_dark(measure.picture(rule, each, 1).crop((0, 0, 1191, 1400))).histogram()[255]
        for each in (thin, bold)
    ]
    assert amounts[1] > amounts[0] * 1.1


def test_rare_characters_and_signs_are_printed_not_boxed(rule):
    rare = "堃喆瑢樭㎡①〔〕—…“”《》％％㐀"
    content = html_to_pdf(page(f"<p>{rare}</p>")).content
    assert rare in measure.text(rule, content)
    assert not {face for face in measure.fonts(rule, content) if "DejaVu" in face or "LastResort" in face}


def test_text_of_the_paper_comes_out_as_it_went_in(rule, plain):
    found = re.sub(r"\s|—\s*\d+\s*—", "", measure.text(rule, plain))
    for words in (FIGURES, SENTENCE * 2, ISSUER, "2026年7月5日", "合计98765"):
        assert words in found
    assert "\ufffd" not in found


# --- Red head and imprint: clauses 7.2 and 7.4 ----------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["岳南区城管局", "岳南区城市管理局文件", "岳南区城市管理和综合执法局文件"])
def test_red_head_stands_where_the_standard_puts_it(rule, mark):
    content = html_to_pdf(paper_html("redhead", mark=mark, rows=[])).content
    picture = measure.picture(rule, content, 1)
    left, top, right, mark_bottom = measure.ink(picture, measure.is_red, bottom=95)
    assert top - 37 == pytest.approx(35, abs=1)
    assert (left + right) / 2 == pytest.approx(28 + 156 / 2, abs=1)
    assert left >= 28
    assert right <= 184
    rule_left, rule_top, rule_right, rule_bottom = measure.ink(picture, measure.is_red, top=95)
    assert (rule_left, rule_right) == (pytest.approx(28, abs=0.3), pytest.approx(184, abs=0.3))
    _, number_top, _, number_bottom = measure.ink(picture, measure.is_dark, top=mark_bottom, bottom=rule_top - 0.5)
    assert number_top - mark_bottom == pytest.approx(2 * 28.99 / MM, abs=1.5)
    assert rule_top - number_bottom == pytest.approx(4, abs=0.6)
    _, title_top, _, _ = measure.ink(picture, measure.is_dark, top=rule_bottom + 0.5)
    assert title_top - rule_bottom == pytest.approx(2 * 28.99 / MM, abs=1.5)
    assert "岳南城管〔2026〕12号" in measure.text(rule, content)


def test_first_page_of_a_redhead_paper_shows_body_text(rule, redhead):
    assert "全区共查找各类问题" in "".join(line.text for line in measure.pages(rule, redhead)[0].lines)


@pytest.mark.parametrize("copies", ["", "区委办公室", "区委办公室，区政府办公室，区纪委监委，" * 8 + "市城管局"])
@pytest.mark.parametrize("rows", [[], range(1, 15), range(1, 22), range(1, 27)])
def test_last_rule_lies_on_the_bottom_edge_and_nothing_under_the_imprint(rule, copies, rows):
    content = html_to_pdf(paper_html("redhead", copies=copies, rows=rows)).content
    sheets = measure.pages(rule, content)
    picture = measure.picture(rule, content, len(sheets))
    left, _, right, bottom = measure.ink(picture, measure.is_dark, top=255, bottom=264)
    assert (left, right) == (pytest.approx(28, abs=0.3), pytest.approx(184, abs=0.3))
    assert bottom == pytest.approx(262, abs=1)
    text = [line.text for line in sheets[-1].lines]
    assert "2026年7月5日印发" in "".join(text)
    signed = next(line for line in sheets[-1].lines if line.text == "2026年7月5日")
    first = next(
        line
        for line in sheets[-1].lines
        if line.text.startswith("抄送" if copies else ISSUER) and line.top > signed.top
    )
    assert first.top > signed.bottom


def test_imprint_keeps_its_room_however_full_the_last_page_is(rule):
    source = '{% extends "layout/print.html" %}{% block content %}<p>{{ text }}</p>{% endblock %}'
    template = engines["django"].from_string(source)
    paper = {"title": "通报", "profile": "redhead", "mark": "某局文件", "number": "某〔2026〕1号", "addressee": ""}
    paper |= {"issuer": ISSUER, "date": date(2026, 7, 5), "copies": "各有关单位，" * 12 + "市局", "bold_second": False}
    for filled in range(1, 16):
        content = html_to_pdf(template.render({"paper": paper, "text": "字" * (28 * filled - 2)})).content
        lines = measure.pages(rule, content)[-1].lines
        day = next(line for line in lines if line.text == "2026年7月5日")
        copies = next(line for line in lines if line.text.startswith("抄送"))
        assert copies.top > day.bottom, filled
        assert lines[0].text != ISSUER, filled


def test_paper_to_the_superior_body_names_who_signs_it(rule):
    content = html_to_pdf(paper_html("redhead", signer="张某某", rows=[])).content
    found = {piece.text.strip(): piece for piece in measure.pieces(rule, content)}
    assert found["张某某"].family == "FandolKai"
    number = next(line for line in measure.pages(rule, content)[0].lines if line.text.startswith("岳南城管〔"))
    assert number.left / MM == pytest.approx(28 + 156 / 28, abs=1)


# --- Signature and annexes: clauses 7.3.4 to 7.3.8 ------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [ISSUER, "岳阳市南湖新区城市管理局", "岳南区城市管理和综合执法局"])
def test_signature_of_a_plain_paper(rule, issuer):
    """Two characters in from the right; the date starts two characters right of the signature."""
    content = html_to_pdf(paper_html(rows=[], issuer=issuer)).content
    lines = measure.pages(rule, content)[-1].lines
    name = next(line for line in lines if line.text == issuer)
    day = next(line for line in lines if line.text == "2026年7月5日")
    assert 184 - max(name.right, day.right) / MM == pytest.approx(2 * 156 / 28, abs=1)
    assert (day.left - name.left) / MM == pytest.approx(2 * 156 / 28, abs=1)


@pytest.mark.parametrize("issuer", [ISSUER, "岳阳市南湖新区城市管理局", "岳南区城市管理和综合执法局"])
def test_signature_under_a_seal(rule, issuer):
    """The date four characters in from the right, the signature centred above it."""
    content = html_to_pdf(paper_html("redhead", rows=[], issuer=issuer)).content
    lines = measure.pages(rule, content)[-1].lines
    name = next(line for line in lines if line.text == issuer)
    day = next(line for line in lines if line.text == "2026年7月5日")
    assert 184 - day.right / MM == pytest.approx(4 * 156 / 28, abs=1)
    assert (name.left + name.right) / 2 == pytest.approx((day.left + day.right) / 2, abs=6)
    assert name.right / MM < 184


def test_signature_never_stands_alone_on_a_page(rule):
    for count in range(1, 30):
        html = page(
            f"<p>{'字' * 28 * count}</p><div class='signature'><div class='signature-block'><p>某局</p></div></div>"
        )
        for sheet in measure.pages(rule, html_to_pdf(html).content):
            assert sheet.lines[0].text != "某局"


def test_annexes_are_named_after_the_body_and_start_a_page(rule):
    content = html_to_pdf(paper_html("redhead", rows=[], annexes=["考评得分表", "整改" + "清单" * 18])).content
    sheets = measure.pages(rule, content)
    lines = [line for sheet in sheets for line in sheet.lines]
    first = next(line for line in lines if line.text == "附件：1.考评得分表")
    second = next(line for line in lines if line.text.startswith("2.整改"))
    turned = next(line for line in lines if line.top > second.top and set(line.text) == {"清", "单"})
    assert first.left / MM == pytest.approx(28 + 2 * 156 / 28, abs=1)
    assert (turned.left - second.left) / MM == pytest.approx(156 / 28, abs=1)
    assert sheets[-1].lines[0].text == "附件1"
    label = next(piece for piece in measure.pieces(rule, content) if piece.text.strip() == "附件1")
    assert label.family == "Noto-Sans-CJK-SC"


# --- Tables ----------------------------------------------------------------------------------------------------------


def test_long_table_repeats_its_head_and_keeps_rows_and_total_whole(rule, plain):
    sheets = [[line.text for line in sheet.lines] for sheet in measure.pages(rule, plain)]
    with_rows = [lines for lines in sheets if any("街道" in text and text[0] == "第" for text in lines)]
    assert len(with_rows) >= 2
    assert all(any("街道名称" in text for text in lines) for lines in with_rows)
    last = next(lines for lines in sheets if any(text.startswith("合计") for text in lines))
    assert any("第60街道" in text for text in last)


def test_total_never_stands_alone_on_a_page(rule):
    cut = 0
    for count in range(22, 32):
        rows = "".join(f"<tr><td>第{row}街道</td></tr>" for row in range(1, count + 1))
        table = f'<table><tbody>{rows}<tr class="total"><td>合计</td></tr></tbody></table>'
        sheets = measure.pages(rule, html_to_pdf(page(table)).content)
        cut += len(sheets) > 1
        texts = [line.text for line in sheets[-1].lines]
        assert texts[texts.index("合计") - 1] == f"第{count}街道"
    assert cut, "no table was cut: the test shows nothing"


@pytest.mark.parametrize("filled", range(12, 23))
def test_no_caption_head_or_heading_ends_a_page(rule, filled):
    """A table's caption stays with its head and first row, a heading with its text, a drawing with its caption."""
    rows = "".join("<tr><td>街道</td><td>12</td></tr>" for _ in range(3))
    table = (
        f"<table><caption>表题</caption><thead><tr><th>单位</th><th>件</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    drawing = '<figure><svg viewBox="0 0 9 2"><text>图</text></svg><figcaption>图题</figcaption></figure>'
    for block in (table, f"<h2>一、题</h2><h3>（一）题</h3><p>{SENTENCE}</p>", drawing):
        html = page(f"<p>{'字' * (28 * filled - 2)}</p>{block}<p>{SENTENCE}</p>")
        for sheet in measure.pages(rule, html_to_pdf(html).content):
            last, first = sheet.lines[-2].text, sheet.lines[0].text
            assert last not in ("表题", "单位件", "单位", "件", "一、题", "（一）题")
            assert first != "图题"


# --- Numbers: clause 7.3.3 ------------------------------------------------------------------------------------------


def test_no_number_is_broken_over_two_lines(rule):
    shifted = "".join(f"<p>{'字' * shift}{FIGURES}</p>" for shift in range(28))
    lines = [line.text for sheet in measure.pages(rule, html_to_pdf(page(shifted)).content) for line in sheet.lines]
    for number in ("1523", "12.35%", "2.50%", "12345", "151.28万", "100～150"):
        assert sum(number in text for text in lines) == 28, number
    assert not [text for text in lines if text[0] in "）”，。；%" or text[-1] in "（“〔"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("共1523件", '共<span class="n">1523</span>件'),
        ("占98.6%。", '占<span class="n">98.6%</span>。'),
        ("38.7万吨", '<span class="n">38.7万</span>吨'),
        ("共12,345件，", '共<span class="n">12,345</span>件，'),
        ("1523,", '<span class="n">1523</span>,'),
        ("它&#x27;s &#39;5&#39;", '它&#x27;s &#39;<span class="n">5</span>&#39;'),
        ('<a title="2026">x</a>', '<a title="2026">x</a>'),
        ("<table><tr><td>2026</td></tr></table>", "<table><tr><td>2026</td></tr></table>"),
        ("<svg><text>12</text></svg>", "<svg><text>12</text></svg>"),
    ],
)
def test_keep_numbers_whole(html, expected):
    assert keep_numbers_whole(f'<body class="p1">{html}</body>') == f'<body class="p1">{expected}</body>'


# --- Titles: clause 7.3.1 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["2026年上半年工作总结"],
        ["岳阳市南湖新区城市管理局", "2026年上半年工作总结"],
        ["关于2026年上半年", "市容环境卫生考评情况的通报"],
    ],
)
def test_title_breaks_at_word_sense(lines):
    assert typesetting.title_lines("".join(lines)) == lines


@pytest.mark.parametrize("length", [19, 20, 21, 40, 45, 60, 61, 90])
def test_title_lines_lose_nothing(length):
    title = ("关于进一步加强全区户外广告设施安全管理工作" * 5)[:length]
    lines = typesetting.title_lines(title)
    assert "".join(lines) == title
    assert length > 60 or max(map(len, lines)) <= 20


def test_title_stays_escaped():
    title = "岳阳市南湖新区城市管理局&lt;2026&gt;年上半年工作总结"
    assert break_titles(f"<h1>{title}</h1>").replace("<br>", "") == f"<h1>{title}</h1>"


# --- The file --------------------------------------------------------------------------------------------------------


def test_title_author_and_bookmarks(rule, plain):
    info = measure.run(rule, plain, "pdfinfo", "FILE").decode()
    assert re.search(r"Title:\s+2026年上半年工作总结\n", info)
    assert re.search(rf"Author:\s+{ISSUER}\n", info)
    assert "CreationDate" not in info
    assert measure.bookmarks(plain) == ["一、总体情况", "（一）市容环境", "1.街道"]


ONE_MORE_PROCESS = """
import sys, hashlib, django
django.setup()
from config.pdf import html_to_pdf
print(hashlib.sha256(html_to_pdf(sys.stdin.read()).content).hexdigest())
"""


def test_same_paper_same_bytes_in_another_process(redhead):
    again = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ONE_MORE_PROCESS],
        input=paper_html("redhead"),
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": "7", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout.strip() == hashlib.sha256(redhead).hexdigest()


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://198.51.100.1/x.png">',
        '<img src="//198.51.100.1/x.png">',
        '<img src="file:///etc/passwd">',
        '<img src="../config/settings.py">',
        '<p style="background:url(https://198.51.100.1/x)">x</p>',
        '<link rel="stylesheet" href="ftp://198.51.100.1/x.css">',
    ],
)
def test_nothing_is_fetched_from_elsewhere(body):
    with pytest.raises(ForeignAddress):
        html_to_pdf(page(body))


def test_drawing_with_a_foreign_picture_fetches_nothing(caplog):
    """WeasyPrint gives up such a drawing by itself; a connection would fail the test (see conftest)."""
    picture = '<svg width="9" height="9"><image href="http://198.51.100.1/x.png" width="9" height="9"/></svg>'
    html_to_pdf(page(picture))
    assert "Failed to render SVG image" in caplog.text


def test_own_pictures_may_be_shown():
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    assert html_to_pdf(page(f'<img src="img/mark.svg"><img src="{pixel}">')).pages == 1


def test_render_pdf_takes_a_template(monkeypatch):
    monkeypatch.setattr(pdf, "render_to_string", lambda template, context: page(f"<p>{template}{context['a']}</p>"))
    assert render_pdf("x.html", {"a": 1}).startswith(b"%PDF-")
