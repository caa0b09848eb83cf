"""Sizes and statuses: every threshold from both sides, every fact alone, and no small sign ever “unpermitted”."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billboards.enums.boards import BoardKind, BoardLife, BoardStatus, Condition
from billboards.sizing import BadFace, Face, Thresholds, area_of, read_faces
from billboards.standing import Facts, months_after, status_on

D = Decimal
FROM = Thresholds(side=D(4), side_inclusive=True, area=D(10), area_inclusive=True)
OVER = Thresholds(side=D(4), side_inclusive=False, area=D(10), area_inclusive=False)
BOTH = Thresholds(side=D(4), side_inclusive=True, area=D(10), area_inclusive=True, both=True)
metres = st.decimals(min_value="0.01", max_value="60", places=2)


@pytest.mark.parametrize(
    ("rule", "width", "height", "large"),
    [
        (FROM, "4", "1", True),
        (FROM, "3.99", "1", False),
        (FROM, "2.5", "4", True),
        (FROM, "3.2", "3.125", True),  # 10 ㎡ exactly
        (FROM, "3.2", "3.12", False),
        (OVER, "4", "1", False),
        (OVER, "4.01", "1", True),
        (OVER, "3.2", "3.125", False),
        (BOTH, "12", "0.5", False),
        (BOTH, "5", "2", True),
        (BOTH, "3.5", "3.5", False),
    ],
)
def test_thresholds_and_their_inclusiveness(rule, width, height, large):
    assert rule.is_large(BoardKind.WALL, [(D(width), D(height))]) is large


def test_one_large_face_is_enough_and_areas_of_faces_are_not_added():
    small = (D("3.9"), D(2))
    assert not FROM.is_large(BoardKind.WALL, [small] * 5)
    assert FROM.is_large(BoardKind.WALL, [small, (D(4), D(1))])


def test_an_excluded_kind_is_never_large():
    rule = Thresholds(side=D(4), side_inclusive=True, area=D(10), area_inclusive=True, excluded=("vehicle",))
    assert not rule.is_large("vehicle", [(D(20), D(4))])


@given(metres, metres)
def test_both_asks_for_more_than_either_and_over_for_more_than_from(width, height):
    face = (width, height)
    assert FROM.reaches(*face) >= BOTH.reaches(*face)
    assert FROM.reaches(*face) >= OVER.reaches(*face)
    assert FROM.reaches(width, height) == FROM.reaches(height, width)


@given(metres, metres)
def test_what_a_face_says_is_read_back(width, height):
    face = Face(width, height, "画面")
    assert read_faces(face.words) == [face]
    assert read_faces(f"{width}x{height}={area_of(width, height)}") == [Face(width, height)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("十二乘四", "看不懂"),
        ("12×4=50", "是 48 ㎡，不是 50 ㎡"),
        ("0×4", "大于 0"),
        ("600×4", "不超过"),
        ("1.234×4", "两位小数"),
    ],
)
def test_a_bad_face_says_what_to_correct(text, words):
    with pytest.raises(BadFace, match=words):
        read_faces(text)


def test_several_faces_with_their_contents():
    assert read_faces("12×4 甲\n6 * 3") == [Face(D(12), D(4), "甲"), Face(D(6), D(3))]


def facts(**changed):
    plain = {"life": BoardLife.STANDING, "kind": BoardKind.WALL, "is_large": True, "condition": Condition.SOUND,
             "is_ownerless": False, "is_oversized": False, "permit_number": "许1", "permit_to": date(2026, 6, 1)}  # fmt: skip
    return Facts(**{**plain, **changed})


TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "lawful"),
        ({"permit_number": "", "permit_to": None}, "unpermitted"),
        ({"permit_number": "", "permit_to": None, "is_large": False}, "lawful"),
        ({"permit_number": "", "permit_to": None, "kind": "shop_sign"}, "lawful"),
        ({"permit_to": date(2026, 2, 28)}, "expired"),
        ({"permit_to": TODAY}, "lawful"),
        ({"is_oversized": True}, "oversized"),
        ({"condition": "damaged"}, "damaged"),
        ({"condition": "hazard", "permit_number": ""}, "hazard"),
        ({"is_ownerless": True}, "ownerless"),
        ({"life": "to_remove", "condition": "hazard"}, "to_remove"),
        ({"life": "removed", "condition": "hazard"}, "removed"),
    ],
)
def test_the_gravest_fact_is_the_status(changed, status):
    assert status_on(facts(**changed), TODAY) == status


@given(
    st.sampled_from(BoardKind.values),
    st.booleans(),
    st.sampled_from(Condition.values),
    st.booleans(),
    st.sampled_from(["", "许1"]),
)
def test_no_sign_and_nothing_small_is_ever_unpermitted(kind, large, condition, ownerless, permit):
    found = status_on(
        facts(
            kind=kind, is_large=large, condition=condition, is_ownerless=ownerless, permit_number=permit, permit_to=None
        ),
        TODAY,
    )
    if found == BoardStatus.UNPERMITTED:
        assert large
        assert kind not in BoardKind.SIGNS


def test_months_after_keep_to_the_end_of_the_month():
    assert months_after(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert months_after(date(2025, 12, 15), 12) == date(2026, 12, 15)
