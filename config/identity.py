"""Numbers that identify: 公民身份号码 (GB 11643-1999), 统一社会信用代码 (GB 32100-2015), telephone; checked and masked.

Pure functions. A check returns a message for the clerk, "" if the number holds.
"""

from __future__ import annotations

import re
from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, index, 31) for index in range(17))
ID_FORM = re.compile(r"\d{17}[\dX]", re.ASCII)


def id_check_digit(first_17: str) -> str:
    """GB 11643-1999 (ISO 7064 MOD 11-2) over the first 17 digits."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, ID_WEIGHTS, strict=True)) % 11]


def check_id_number(text: str, *, birth: date | None = None, sex: str = "") -> str:
    """What is wrong with an 18-digit ID number; `birth` and `sex` (男, 女) are held against it where given."""
    if not ID_FORM.fullmatch(text):
        return "公民身份号码应为 18 位：前 17 位是数字，末位是数字或大写 X。"
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return "公民身份号码里的出生日期不存在，请核对第 7 至 14 位。"
    if text[17] != id_check_digit(text[:17]):
        return "公民身份号码校验位不对，请逐位核对。"
    if birth is not None and born != birth:
        return "公民身份号码里的出生日期与所填出生日期不一致，请核对。"
    if sex and sex != ("男" if int(text[16]) % 2 else "女"):
        return "公民身份号码与所填性别不一致，请核对。"
    return ""


def birth_date_of(id_number: str) -> date | None:
    """The date of birth in a valid number; None for any other text."""
    if check_id_number(id_number):
        return None
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def credit_check_character(first_17: str) -> str:
    """GB 32100-2015 (ISO 7064 MOD 31-3) over the first 17 characters."""
    total = sum(
        CREDIT_ALPHABET.index(character) * weight for character, weight in zip(first_17, CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def check_credit_code(text: str) -> str:
    """What is wrong with an 18-character unified social credit code."""
    if len(text) != 18 or any(character not in CREDIT_ALPHABET for character in text):
        return "统一社会信用代码应为 18 位数字和大写字母（不含 I、O、S、V、Z）。"
    if text[17] != credit_check_character(text[:17]):
        return "统一社会信用代码校验位不对，请逐位核对。"
    return ""


def mask_id_number(text: str) -> str:
    """430602199003071234 → 430602********1234; less than eleven characters are covered whole."""
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}" if len(text) > 10 else "*" * len(text)


def mask_phone(text: str) -> str:
    """13800001234 → 138****1234, 0730-8888888 → 073****8888; enough to recognise, not enough to call."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 8:
        return "*" * len(text)
    shown = digits[:3] if len(digits) >= 11 else ""
    return f"{shown}{'*' * (len(digits) - len(shown) - 4)}{digits[-4:]}"


PERSONAL = re.compile(r"(?<!\d)(?:(\d{17}[\dXx])(?![\dXx])|(1[3-9]\d{9})(?!\d))", re.ASCII)


def holds_id_number(text: str) -> bool:
    """Whether a valid ID number stands somewhere in a text."""
    return any(found[1] and not check_id_number(found[1].upper()) for found in PERSONAL.finditer(text))


def mask_personal(text: str) -> str:
    """A text with every valid ID number and mobile number in it masked: for logs, whoever wrote them there."""

    def masked(found: re.Match[str]) -> str:
        if found[2]:
            return mask_phone(found[2])
        return found[1] if check_id_number(found[1].upper()) else mask_id_number(found[1])

    return PERSONAL.sub(masked, text)
