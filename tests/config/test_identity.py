"""ID numbers, credit codes and telephones: check digits, contradictions, masks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.identity import (
    CREDIT_ALPHABET,
    birth_date_of,
    check_credit_code,
    check_id_number,
    credit_check_character,
    id_check_digit,
    mask_id_number,
    mask_phone,
)

births = st.dates(date(1930, 1, 1), date(2025, 12, 31))


def id_number(birth, serial):
    first = f"430602{birth:%Y%m%d}{serial:03d}"
    return first + id_check_digit(first)


def test_the_printed_example_of_the_standard():
    assert id_check_digit("11010519491231002") == "X"  # GB 11643-1999, annex
    assert check_id_number("11010519491231002X", birth=date(1949, 12, 31), sex="女") == ""
    assert credit_check_character("91350100M000100Y4") == "3"
    assert check_credit_code("91350100M000100Y43") == ""


@given(births, st.integers(0, 999))
def test_a_number_holds_for_its_birth_and_sex_only(birth, serial):
    number = id_number(birth, serial)
    sex, other = ("男", "女") if serial % 2 else ("女", "男")
    assert check_id_number(number, birth=birth, sex=sex) == ""
    assert birth_date_of(number) == birth
    assert "性别" in check_id_number(number, birth=birth, sex=other)
    assert "出生日期" in check_id_number(number, birth=date(1901, 1, 1))


@given(births, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(birth, serial, place, shift):
    number = id_number(birth, serial)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert check_id_number(wrong) != ""


@pytest.mark.parametrize("text", ["", "43060219900307123", "43060219900307123x", "４３０６０２１９９００３０７１２３４", "4306021990133012345"])  # fmt: skip
def test_what_is_no_number_is_refused(text):
    assert "18 位" in check_id_number(text)
    assert birth_date_of(text) is None


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CREDIT_ALPHABET))
def test_a_credit_code_with_one_wrong_character_is_noticed(first, place, character):
    code = first + credit_check_character(first)
    assert check_credit_code(code) == ""
    wrong = code[:place] + character + code[place + 1 :]
    assert (check_credit_code(wrong) == "") == (wrong == code)


@given(births, st.integers(0, 999))
def test_a_mask_shows_neither_birth_nor_serial(birth, serial):
    number = id_number(birth, serial)
    masked = mask_id_number(number)
    assert len(masked) == 18
    assert masked == f"{number[:6]}********{number[-4:]}"
    assert f"{birth:%Y%m%d}" not in masked


def test_telephones_and_short_texts_are_masked():
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("8221234") == "*******"
    assert (mask_phone(""), mask_id_number(""), mask_id_number("12345678")) == ("", "", "*" * 8)
