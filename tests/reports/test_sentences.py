"""Numbers as officials word them: markers only where they are true, changes that can be compared."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.sentences import (
    NO_DATA,
    STYLES,
    about,
    breakdown_problem,
    change,
    digits,
    exact,
    in_ten_thousands,
    more_than,
    more_than_ten_thousands,
    nearly,
    over,
    percent,
    percent_two,
    percent_whole,
)

COUNTS = st.integers(0, 10**9).map(Decimal) | st.integers(0, 5000).map(Decimal)
AMOUNTS = st.decimals(0, 10**9, places=2)
QUANTITIES = COUNTS | AMOUNTS
HALVES = (Decimal(1) / 2).__mul__  # every second one is a half, of either sign
MARKERS = re.compile("[余多近约]")
SIZES = {"": 1, "万": 10_000, "亿": 100_000_000}


def read(text):
    """The number that a reader takes from the words."""
    match = re.fullmatch(r"[近约]?(\d+(?:\.\d+)?)([万亿]?)[余多]?(?:件|%)?", text)
    assert match, text
    return Decimal(match[1]) * SIZES[match[2]]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2856", "2800余件"),  # never 2856余件
        ("1236", "1200余件"),
        ("1200", "1200件"),
        ("820", "820件"),
        ("827", "820余件"),
        ("301", "300余件"),
        ("99", "90余件"),
        ("20", "20件"),
        ("12", "12件"),
        ("0", "0件"),
        ("0.5", "0.5件"),
        ("12.5", "12余件"),
        ("123456", "123000余件"),
        ("12345", "12300余件"),
    ],
)
def test_more_than_is_rounded_down(value, words):
    assert more_than(Decimal(value), "件").text == words
    assert over(Decimal(value), "件").text == words.replace("余", "多")


@pytest.mark.parametrize(
    ("value", "words"),
    [("1980", "近2000件"), ("2000", "2000件"), ("21", "21件"), ("98", "近100件"), ("795", "近800件"), ("0", "0件")],
)
def test_nearly_is_rounded_up_and_near(value, words):
    assert nearly(Decimal(value), "件").text == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9999", "9999份"),
        ("10000", "1万份"),
        ("12345", "1.23万份"),
        ("12350", "1.24万份"),
        ("387000", "38.7万份"),
        ("345000000", "3.45亿份"),
        ("812.5", "812.5份"),
    ],
)
def test_ten_thousands(value, words):
    assert in_ten_thousands(Decimal(value), "份").text == words


@pytest.mark.parametrize(
    ("value", "words"), [("59483", "5.9万余起"), ("60000", "6万起"), ("59000", "5.9万起"), ("1236", "1200余起")]
)
def test_ten_thousands_rounded_down(value, words):
    assert more_than_ten_thousands(Decimal(value), "起").text == words


@pytest.mark.parametrize(("value", "words"), [("3.24", "约3.2吨"), ("1236", "约1200吨"), ("5", "约5吨"), ("0", "0吨")])
def test_about_keeps_two_digits(value, words):
    assert about(Decimal(value), "吨").text == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("1236", "1236件"), ("412.5", "412.5件"), ("92.530", "92.53件"), ("1000000", "1000000件"), ("1E+3", "1000件")],
)
def test_exact_is_exact_and_ungrouped(value, words):
    assert exact(Decimal(value), "件").text == words


@pytest.mark.parametrize(
    ("value", "one", "two", "whole"),
    [
        ("94.125", "94.1%", "94.13%", "94%"),
        ("94.95", "95%", "94.95%", "95%"),
        ("0.5", "0.5%", "0.5%", "1%"),
        ("100", "100%", "100%", "100%"),
        ("0", "0%", "0%", "0%"),
    ],
)
def test_percentages_round_half_up(value, one, two, whole):
    rate = Decimal(value)
    assert (percent(rate).text, percent_two(rate).text, percent_whole(rate).text) == (one, two, whole)


@settings(max_examples=5 * settings().max_examples)
@given(st.decimals(-(10**12), 10**12, places=6) | st.integers(-(10**9), 10**9).map(HALVES), st.integers(0, 4))
def test_digits_round_as_the_school_does(value, places):
    """Half away from zero, against whole-number arithmetic."""
    shifted = abs(value) * 10**places
    whole = int(shifted) + (1 if shifted - int(shifted) >= Decimal("0.5") else 0)
    assert Decimal(digits(value, places)) == (whole if value >= 0 else -whole) / Decimal(10**places)
    assert Decimal(digits(value, places)) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", digits(value, places))
    assert digits(value, places) != "-0"


@given(QUANTITIES, st.sampled_from([more_than, over, more_than_ten_thousands]))
def test_a_floor_marker_means_strictly_more_and_not_much(value, style):
    words = style(value, "件")
    if words.approximate:
        assert read(words.text) < value <= read(words.text) * 2
        assert len(MARKERS.findall(words.text)) == 1
    elif value < 10_000:
        assert read(words.text) == value
    assert words.approximate == bool(MARKERS.search(words.text))


@given(QUANTITIES)
def test_nearly_means_strictly_less_and_near(value):
    words = nearly(value, "件")
    printed = read(words.text)
    if words.approximate:
        assert value < printed
        assert value >= printed * Decimal("0.9")
        assert MARKERS.findall(words.text) == ["近"]
    else:
        assert printed == value


@given(QUANTITIES)
def test_about_is_within_a_twentieth(value):
    words = about(value, "件")
    assert abs(read(words.text) - value) <= value / 20
    assert MARKERS.findall(words.text) == (["约"] if value else [])


@given(QUANTITIES)
def test_ten_thousands_keep_two_decimals_and_no_marker(value):
    words = in_ten_thousands(value, "件").text
    step = next(size for size in (10**8, 10**4, 1) if value >= size or size == 1)
    assert abs(read(words) - value) <= Decimal("0.005") * step
    assert not MARKERS.search(words)


@given(QUANTITIES, st.sampled_from([style for style in STYLES.values() if style.word]))
def test_no_style_puts_two_markers_or_groups_digits(value, style):
    text = style.word(value, "件").text
    assert len(MARKERS.findall(text)) <= 1
    assert "," not in text
    assert "E" not in text
    assert text.endswith("%" if style.of == "rate" else "件")


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("917", "1000", "同比下降8.3%"),
        ("1050", "1000", "同比增长5%"),
        ("1000", "1000", "同比持平"),
        ("100001", "100000", "同比基本持平"),
        ("0", "5", "同比下降100%"),
        ("117", "548", "同比下降78.6%"),  # once published as 降幅达400%
        ("117", "448", "同比下降73.9%"),
        ("0", "0", NO_DATA),
        ("5", "0", NO_DATA),
    ],
)
def test_change_of_a_count(now, before, words):
    assert change(Decimal(now), Decimal(before), rate=False, word="同比").text == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("94.5", "94", "环比上升0.5个百分点"),
        ("93.88", "94", "环比下降0.12个百分点"),
        ("94", "94", "环比持平"),
        ("94.001", "94", "环比基本持平"),
        ("14.03", "0", "环比上升14.03个百分点"),
    ],
)
def test_a_rate_changes_in_points(now, before, words):
    assert change(Decimal(now), Decimal(before), rate=True, word="环比").text == words


@pytest.mark.parametrize(("now", "before"), [(None, Decimal(1)), (Decimal(1), None), (None, None)])
@pytest.mark.parametrize("rate", [True, False])
def test_without_data_there_is_no_change_and_a_reason(now, before, rate):
    words = change(now, before, rate=rate, word="同比")
    assert words.text == NO_DATA
    assert "没有可比的数据" in words.reason


def test_a_base_of_zero_says_so():
    assert "对比期为 0" in change(Decimal(5), Decimal(0), rate=False, word="同比").reason


@given(COUNTS, COUNTS)
def test_a_fall_never_exceeds_all_and_the_direction_is_true(now, before):
    words = change(now, before, rate=False, word="同比")
    match = re.fullmatch(r"同比(增长|下降)(\d+(?:\.\d)?)%", words.text)
    if match is None:
        assert before == 0 or abs(now - before) * 2000 < before
        return
    assert (match[1] == "增长") == (now > before)
    size = Decimal(match[2])
    assert match[1] == "增长" or size <= 100
    assert abs(size - abs(now - before) / before * 100) <= Decimal("0.05000001")


@pytest.mark.parametrize(("now", "before"), [(-1, 5), (5, -1), (-3, -1), (-1, 0)])
def test_a_negative_number_has_no_percentage_and_says_so(now, before):
    words = change(Decimal(now), Decimal(before), rate=False, word="同比")
    assert (words.text, words.reason) == (NO_DATA, "本期或对比期为负数，不能计算增减幅度。")


def test_every_style_has_its_words_or_its_comparison():
    for name, style in STYLES.items():
        assert style.name == name
        assert style.description
        assert style.example
        assert (style.word is None) == (style.compare in ("last_year", "preceding"))


@pytest.mark.parametrize("name", [name for name, style in STYLES.items() if style.word])
def test_examples_are_what_the_style_writes(name):
    style = STYLES[name]
    value = Decimal("94.13") if style.of == "rate" else Decimal(1236)
    if "万" in name:
        value = Decimal(12360)
    if name == "近":
        value = Decimal(1296)
    assert style.word(value, "").text == style.example


def test_styles_suit_what_they_word():
    suits = {name: (style.suits(rate=True), style.suits(rate=False)) for name, style in STYLES.items()}
    assert suits["百分比"] == (True, False)
    assert suits["余"] == (False, True)
    assert suits["准确"] == suits["同比"] == (True, True)


@given(st.lists(AMOUNTS, max_size=8), AMOUNTS)
def test_parts_must_add_up_to_their_whole(parts, more):
    whole = sum(parts, Decimal(0))
    assert breakdown_problem(whole, parts, "查找案件") == ""
    problem = breakdown_problem(whole + more, parts, "查找案件")
    assert bool(problem) == (more != 0)


def test_a_wrong_sum_names_both_numbers():
    problem = breakdown_problem(Decimal(10), [Decimal(4), Decimal(5)], "查找案件")
    assert problem == "“查找案件”各部分之和为 9，与总数 10 不一致。"
