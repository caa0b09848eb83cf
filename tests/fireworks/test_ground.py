"""Outlines are plain polygons."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireworks.ground import BadOutline, parse_outline

SQUARE = [[113.1, 29.3], [113.2, 29.3], [113.2, 29.4], [113.1, 29.3]]


def polygon(ring):
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def test_a_polygon_and_a_feature_are_the_same_plain_data():
    plain = {"type": "Polygon", "coordinates": [SQUARE]}
    assert parse_outline(polygon(SQUARE)) == plain
    feature = {"type": "Feature", "properties": {"x": "<script>"}, "geometry": plain}
    assert parse_outline(json.dumps(feature)) == plain
    assert parse_outline("  ") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "GeoJSON"),
        ("[" * 100_000, "GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "多边形"),
        ("[1, 2]", "多边形"),
        (polygon(SQUARE[:3]), "三个角"),
        (polygon([*SQUARE[:3], [113.1, 29.31]]), "没有闭合"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]), "三个不同"),
        (polygon([[213.1, 29.3], *SQUARE[1:]]), "经度"),
        (polygon([["113", 29.3], *SQUARE[1:]]), "经度, 纬度"),
        (polygon([[True, 29.3], *SQUARE[1:]]), "经度, 纬度"),
        (polygon([None, *SQUARE[1:]]), "经度, 纬度"),
        ('{"type": "Polygon", "coordinates": []}', "没有点"),
        (polygon([SQUARE[0], *([SQUARE[1], SQUARE[2]] * 1_001), SQUARE[0]]), "2000"),
        ("x" * 200_001, "太大"),
    ],
)
def test_everything_else_is_refused_with_what_to_correct(text, words):
    with pytest.raises(BadOutline, match=words):
        parse_outline(text)


@given(st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_text_whatever_breaks_it(text):
    with suppress(BadOutline):
        assert parse_outline(text) is None
