"""Charts: the numbers given are the numbers drawn, in both places, and nothing the content policy forbids."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.charts import (
    HEIGHT,
    WIDTH,
    ChartData,
    Series,
    axis,
    bar_chart,
    heat_strip,
    line_chart,
    ring,
    shares,
    stacked,
)

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = [bar_chart, line_chart, stacked, ring, heat_strip]
ALLOWED = {"svg", "title", "desc", "rect", "line", "circle", "polygon", "path", "text"}
AMOUNTS = st.none() | st.integers(0, 100_000).map(Decimal) | st.decimals(0, 1000, places=2)
LABELS = st.text("市容环境卫生占道<&\"'1-", min_size=1, max_size=30)


@st.composite
def chart_data(draw):
    count, lines = draw(st.sampled_from([0, 1, 2, 6, 12, 41])), draw(st.integers(0, 6))
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=9))  # repeated over the cells
    cells = [[amounts[(line + index * 5) % len(amounts)] for index in range(count)] for line in range(lines)]
    names = draw(st.lists(LABELS, min_size=1, max_size=5))
    series = tuple(Series(names[line % len(names)], tuple(row)) for line, row in enumerate(cells))
    categories = tuple(names[-index % len(names)] for index in range(count))
    return ChartData(draw(LABELS), categories, series, draw(st.sampled_from(["", "件"])))


def data(*values, unit="件", before=None):
    series = [Series("2026年上半年", tuple(None if value is None else Decimal(value) for value in values))]
    if before:
        series.append(Series("2025年上半年", tuple(map(Decimal, before))))
    return ChartData("各大项", tuple(f"大项{n}" for n in range(len(values))), tuple(series), unit)


def drawn(svg):
    return ET.fromstring(svg)  # noqa: S314 -- our own drawing


def texts(svg):
    return [each.text for each in drawn(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("chart", CHARTS)
@given(data=chart_data())
def test_every_drawing_is_well_formed_plain_and_described(chart, data):
    root = drawn(chart(data))
    assert root.get("role") == "img"
    assert root.get("viewBox").startswith(f"0 0 {WIDTH} ")
    assert "CJK SC" in root.get("font-family")
    assert root.find(f"{SVG}title").text == data.title
    assert root.find(f"{SVG}desc").text == data.description()
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        assert not {"style", "id", "class", "onclick", "href"} & set(element.attrib)


@pytest.mark.parametrize("chart", [bar_chart, line_chart, stacked, heat_strip])
@given(data=chart_data())
def test_nothing_is_drawn_outside_of_the_picture(chart, data):
    root = drawn(chart(data))
    height = int(root.get("viewBox").split()[3])
    for box in root.iter(f"{SVG}rect"):
        left, top, wide, high = (Decimal(box.get(name)) for name in ("x", "y", "width", "height"))
        assert wide >= 0
        assert high >= 0
        assert left >= 0
        assert top >= 0
        assert left + wide <= WIDTH
        assert top + high <= height
    for words in root.iter(f"{SVG}text"):
        assert 0 <= Decimal(words.get("x")) <= WIDTH
        assert 0 < Decimal(words.get("y")) < height


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("empty", [ChartData("空", (), ()), data(None, None), ChartData("空", ("甲",), ())])
def test_without_data_the_picture_says_so(chart, empty):
    assert texts(chart(empty)) == ["暂无数据"]


@pytest.mark.parametrize("chart", [bar_chart, line_chart, stacked, heat_strip])
def test_zero_is_data(chart):
    assert "0" in texts(chart(data(0, 0)))
    assert "暂无数据" not in chart(data(0, 0))


def test_a_ring_of_zeros_says_so():
    assert texts(ring(data(0, 0))) == ["合计为0件"]


def test_bars_are_as_long_as_their_values():
    root = drawn(bar_chart(data(1000, 500, 250)))
    heights = [Decimal(box.get("height")) for box in root.iter(f"{SVG}rect") if box.get("fill") == "#1f5fa8"][1:]
    assert heights[0] / heights[1] == pytest.approx(Decimal(2), rel=Decimal("0.01"))
    assert heights[1] / heights[2] == pytest.approx(Decimal(2), rel=Decimal("0.01"))


def test_values_and_names_stand_in_the_picture():
    found = texts(bar_chart(data(1236, None, before=[1100, 3])))
    assert {"1236", "1100", "3", "—", "2026年上半年", "2025年上半年", "单位：件", "大项0", "大项1"} <= set(found)


def test_series_differ_without_colour():
    bars = bar_chart(data(5, before=[7]))
    assert bars.count("stroke-dasharray") == 2, "the second series has a dashed edge, in the legend too"
    series = tuple(Series(name, (Decimal(1), Decimal(2))) for name in "甲乙丙丁")
    lines = drawn(line_chart(ChartData("走势", ("1月", "2月"), series)))
    assert len({line.get("stroke-dasharray") for line in lines.iter(f"{SVG}line")}) == 4
    assert len({len(shape.get("points").split()) for shape in lines.iter(f"{SVG}polygon")}) == 2
    assert list(lines.iter(f"{SVG}circle"))


def test_a_line_has_a_gap_where_there_is_no_data():
    root = drawn(line_chart(data(5, 6, None, 7)))
    assert len(list(root.iter(f"{SVG}circle"))) == 4, "three values and the legend"
    assert len(list(root.iter(f"{SVG}line"))) == 2, "one segment and the legend"


def test_lines_close_together_are_spread_and_bars_start_at_zero():
    assert "0" not in texts(line_chart(data(90, 96)))
    assert "0" in texts(line_chart(data(10, 96)))
    assert "0" in texts(bar_chart(data(90, 96)))


def test_a_stack_shows_the_total():
    assert "12" in texts(stacked(data(5, before=[7])))


def test_a_ring_lists_every_part_and_puts_the_smallest_together():
    found = texts(ring(data(50, 30, 20, 0)))
    assert {"共100件", "大项0　50件　50.0%", "大项1　30件　30.0%", "大项2　20件　20.0%"} <= set(found)
    assert not any(text.startswith("大项3") for text in found)
    many = texts(ring(data(*range(1, 11))))
    assert "其他　15件　27.3%" in many


def test_a_heat_strip_is_darker_where_there_is_more():
    root = drawn(heat_strip(data(0, 5, 10, None)))
    fills = [box.get("fill") for box in root.iter(f"{SVG}rect")]
    lightness = [sum(int(fill[at : at + 2], 16) for at in (1, 3, 5)) for fill in fills]
    assert lightness[0] > lightness[1] > lightness[2]
    assert fills[3] == "#ffffff"
    assert "—" in texts(heat_strip(data(0, 5, 10, None)))


def test_many_categories_keep_their_labels_apart():
    found = [text for text in texts(bar_chart(data(*range(41)))) if text.startswith("大项")]
    assert 10 <= len(found) <= 20


@given(st.lists(st.integers(0, 10**9).map(Decimal) | st.decimals(0, 10**6, places=2), min_size=1))
def test_the_axis_is_round_and_covers_every_value(values):
    top, step = axis(values)
    assert top >= max(values)
    assert top - step < max(*values, 1)
    assert top % step == 0
    assert 1 <= top / step <= 6
    assert step.normalize().as_tuple().digits in ((1,), (2,), (5,))
    if all(value == int(value) for value in values):
        assert step >= 1


@given(st.lists(st.integers(0, 10**6).map(Decimal), max_size=12))
def test_shares_add_up_to_a_hundred(values):
    found = shares(values)
    assert sum(found) == (100 if any(values) else 0)
    for value, share in zip(values, found, strict=True):
        if any(values):
            assert abs(share - value * 100 / sum(values)) < Decimal("0.1")


@given(chart_data())
def test_the_stored_form_reads_back(data):
    assert ChartData.of(data.as_plain()) == data


def test_the_table_beside_is_the_same_numbers():
    chart = data(1236, None, before=[1100, "3.50"])
    assert chart.head() == ["", "2026年上半年（件）", "2025年上半年（件）"]
    assert chart.rows() == [["大项0", "1236", "1100"], ["大项1", "—", "3.5"]]
    assert chart.description() == "2026年上半年、2025年上半年。单位：件。大项0，1236，1100；大项1，—，3.5"


def test_words_are_escaped():
    hostile = ChartData("<script>", ("</text><script>",), (Series('"><script>', (Decimal(1),)),), "<b>")
    for chart in CHARTS:
        assert "<script" not in chart(hostile)
        assert "<b>" not in chart(hostile)


def test_what_cannot_be_drawn_truthfully_is_refused():
    with pytest.raises(ValueError, match="one value for each category"):
        ChartData("错", ("甲", "乙"), (Series("本期", (Decimal(1),)),))
    with pytest.raises(ValueError, match="negative"):
        data(-1)


def test_the_picture_has_the_height_it_says():
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in bar_chart(data(1))
