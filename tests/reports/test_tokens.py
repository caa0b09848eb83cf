"""The text of a section: tokens, errors with their place, numbers without a source, spans."""

from itertools import pairwise
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.sentences import STYLES
from reports.tokens import Known, Role, Span, Text, Token, numbers_without_source, parse, render, source

KNOWN = Known(
    figures={"inspections.findings", "inspections.rate", "inspections.by_category"},
    claims={"fireworks.none_found"},
    tables={"inspections.by_unit"},
    charts={"inspections.by_item"},
    rates={"inspections.rate"},
    choices=lambda key: ["A", "B"] if key == "inspections.by_category" else None,
)
WORDS = st.text("共查找案件，其中。\n1234567890%{}|:? a", max_size=40)
PLAIN = WORDS.map(lambda words: words.replace("{", "").replace("}", ""))
NAMES = st.text(ascii_lowercase + "_", min_size=1, max_size=8)
KEYS = st.builds("{}.{}".format, NAMES, NAMES)
PARAMETERS = st.none() | st.text("洛王街道A1-", min_size=1, max_size=6)
FIGURES = st.builds(Token, st.just(Role.FIGURE), KEYS, PARAMETERS, st.sampled_from(["", *STYLES]))
CLAIMS = st.builds(Token, st.just(Role.CLAIM), KEYS)


def one(text, known=None):
    """The only token of a text without errors."""
    parsed = parse(text, known)
    assert not parsed.errors
    (token,) = parsed.tokens
    return token


@pytest.mark.parametrize(
    ("text", "role", "key", "parameter", "style"),
    [
        ("{{ inspections.findings }}", Role.FIGURE, "inspections.findings", None, ""),
        ("{{inspections.findings|余}}", Role.FIGURE, "inspections.findings", None, "余"),
        ("{{ inspections.by_category:A | 准确 }}", Role.FIGURE, "inspections.by_category", "A", "准确"),
        ("{{ ? fireworks.none_found }}", Role.CLAIM, "fireworks.none_found", None, ""),
        ("{{ ？fireworks.none_found }}", Role.CLAIM, "fireworks.none_found", None, ""),
        ("{{ table inspections.by_unit }}", Role.TABLE, "inspections.by_unit", None, ""),
        ("{{ chart inspections.by_item }}", Role.CHART, "inspections.by_item", None, ""),
    ],
)
def test_forms_of_tokens(text, role, key, parameter, style):
    token = one(text, KNOWN)
    assert (token.role, token.key, token.parameter, token.style) == (role, key, parameter, style)


def test_tokens_know_their_line_and_column():
    parsed = parse("第一行\n共{{ inspections.findings }}，同比{{ inspections.findings | 同比 }}", KNOWN)
    assert [(token.line, token.column) for token in parsed.tokens] == [(2, 2), (2, 31)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("共{{ inspections.findings 件", (1, 2), "没有对应的"),
        ("共 inspections.findings }}件", (1, 24), "多了一个"),
        ("甲\n{{ inspections.findngs }}", (2, 1), "是不是“inspections.findings”"),
        ("{{ zzz.qqq }}", (1, 1), "没有“zzz.qqq”这个数据。请从数据列表里点选插入"),
        ("{{ inspections.findings | 左右 }}", (1, 1), "没有“左右”这种写法。可用：准确、余"),
        ("{{ inspections.findings | }}", (1, 1), "没有“”这种写法"),
        ("{{ }}", (1, 1), "“空”不是有效的数据名称"),
        ("{{ 案件数 }}", (1, 1), "不是有效的数据名称"),
        ("{{ inspections.by_category: }}", (1, 1), "不是有效的数据名称"),
        ("{{ inspections.by_category:Z }}", (1, 1), "没有“Z”这一项"),
        ("{{ inspections.findings:A }}", (1, 1), "不带参数"),
        ("{{ inspections.findings | 百分比 }}", (1, 1), "是数量，不能写成“百分比”。可用：准确、余"),
        ("{{ inspections.rate | 余 }}", (1, 1), "是比率，不能写成“余”。可用：准确、百分比"),
        ("{{ ? fireworks.none_found | 余 }}", (1, 1), "不带写法和参数"),
        ("{{ table inspections.by_unit:3 }}", (1, 1), "不带写法和参数"),
        ("见下表{{ table inspections.by_unit }}", (1, 4), "单独占一行"),
        ("{{ chart inspections.by_item }}如图", (1, 1), "单独占一行"),
        ("{{ inspections.by_unit }}", (1, 1), "没有“inspections.by_unit”这个数据"),
        ("{{ table inspections.findings }}", (1, 1), "没有“inspections.findings”这个数据"),
        ("{{ ? inspections.findings }}", (1, 1), "没有“inspections.findings”这个数据"),
    ],
)
def test_errors_say_where_and_what(text, place, message):
    (error,) = parse(text, KNOWN).errors
    assert (error.line, error.column) == place
    assert message in error.message
    assert str(error).startswith(f"第{place[0]}行第{place[1]}字：")


def test_every_error_is_collected():
    text = "{{ a.b }}\n}} 甲 }}\n{{ inspections.findings | 大概 }}\n{{ inspections.rate\n{{ inspections.rate }}{{ 未完"
    assert [(error.line, error.column) for error in parse(text, KNOWN).errors] == [
        (1, 1),
        (2, 1),
        (2, 6),
        (3, 1),
        (4, 1),
        (5, 23),
    ]


def test_without_known_keys_only_the_form_is_read():
    assert not parse("{{ any.key:任意 | 余 }}{{ ? any.claim }}").errors
    assert parse("{{ any.key | 大概 }}").errors


@given(WORDS)
def test_no_text_breaks_the_parser_and_errors_point_into_it(text):
    parsed = parse(text, KNOWN)
    lines = text.split("\n")
    for error in parsed.errors:
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1])
    if not parsed.errors:
        assert source(parsed.nodes) == text


@given(st.lists(st.one_of(PLAIN.map(Text), FIGURES, CLAIMS)))
def test_what_a_program_writes_reads_back(nodes):
    text = source(nodes)
    parsed = parse(text)
    assert not parsed.errors
    assert parsed.tokens == [
        Token(node.role, node.key, node.parameter, node.style, read.line, read.column)
        for node, read in zip((node for node in nodes if isinstance(node, Token)), parsed.tokens, strict=True)
    ]
    assert source(parsed.nodes) == text


@given(KEYS, PARAMETERS, st.sampled_from(["", *STYLES]), st.sampled_from(["", " ", "  ", "\n"]))
def test_spacing_is_kept_and_means_nothing(key, parameter, style, space):
    name = f"{key}:{parameter}" if parameter else key
    text = f"共{{{{{space}{name}{space}{'|' + space + style if style else ''}{space}}}}}件"
    parsed = parse(text)
    assert not parsed.errors
    assert source(parsed.nodes) == text
    assert (parsed.tokens[0].name, parsed.tokens[0].style) == (name, style)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("共查处5123起，整改率94.1%", ["5123", "94.1%"]),
        ("约1,236件、38.7万吨", ["1,236", "38.7"]),
        ("整改率94％", ["94％"]),
        ("3个月内", ["3"]),
        ("1.5万份资料", ["1.5"]),
        ("12026年", ["12026"]),
        ("100月饼", ["100"]),
        ("０件", ["０"]),
        ("2026年上半年，3月5日至8日，1—6月，1至6月", []),
        ("2025-2026年度", []),
        ("城管〔2026〕12号文件", []),
        ("1. 强化考评\n2、狠抓落实", []),
        ("一、（二）三五天", []),
        ("第3次会议", []),
        ("12345政务热线和12319城管热线", []),
        ("按照GB/T 47678.5-2026", []),
    ],
)
def test_numbers_typed_by_hand(text, numbers):
    assert [text[start:end] for start, end in numbers_without_source(text)] == numbers


@given(PLAIN)
def test_number_spans_are_apart_and_in_order(text):
    spans = numbers_without_source(text)
    assert all(text[start].isdigit() and start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def resolve(token):
    return Span("1200余件", name=token.name, url="/findings/", role="figure", unit="件")


def test_figures_become_spans_with_their_address_and_typed_numbers_are_amber():
    (spans,) = render(parse("共{{ a.b | 余 }}，罚款300元").nodes, resolve)
    assert [(span.text, span.url, span.amber) for span in spans] == [
        ("共", "", False),
        ("1200余件", "/findings/", False),
        ("，罚款", "", False),
        ("300", "", True),
        ("元", "", False),
    ]


def test_a_measure_word_typed_behind_its_number_is_printed_once():
    paragraphs = render(parse("共{{ a.b | 余 }}件，件件有回音\n件数").nodes, resolve)
    assert ["".join(span.text for span in spans) for spans in paragraphs] == ["共1200余件，件件有回音", "件数"]


def test_empty_paragraphs_and_those_of_a_claim_that_fails_are_left_out():
    def nothing(token):
        return Span("", name=token.key, role="claim", note="没有值守记录")

    assert render(parse("甲\n\n  \n{{ ? a.b }}\n乙{{ ? a.b }}").nodes, nothing) == [
        [Span("甲")],
        [Span("乙"), Span("", name="a.b", role="claim", note="没有值守记录")],
    ]


@given(st.lists(PLAIN | st.just("{{ a.b }}")).map("".join))
def test_nothing_is_lost_or_invented_between_tokens(text):
    printed = ["".join(span.text for span in spans) for spans in render(parse(text).nodes, lambda token: Span("甲"))]
    assert printed == [line for line in text.replace("{{ a.b }}", "甲").split("\n") if line.strip()]
