"""Cells into values. Each converter takes what a sheet holds and gives a value, None for empty, or a ValueProblem.

Called a million times for a large sheet, so the clean case leaves each function first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
EXCEL_EPOCH = date(1899, 12, 30)
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*(?:分|:\d{1,2}(?:\.\d+)?)?")
WITHOUT_YEAR = re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?$")


class ValueProblem(ValueError):
    """What is wrong with a cell, in Chinese, for the clerk who mends it."""


class TwoMonths(ValueProblem):
    """2024.1 as a number: January as written, or October whose zero the spreadsheet dropped."""


def narrow(text: str) -> str:
    """Full-width digits, letters and spaces as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def to_text(raw: Any, *, max_length: int = 0) -> str:
    """Text without outer spaces, control characters and lone surrogates; Chinese punctuation stays."""
    if raw is None:
        return ""
    text = raw if type(raw) is str else shown(raw)
    if not text.isprintable():
        text = "".join(
            character if character.isprintable() else (" " if character in "\n\r\t\u3000\u00a0" else "")
            for character in text
        )
    text = text.strip()
    if max_length and len(text) > max_length:
        raise ValueProblem(f"有 {len(text)} 个字，最多 {max_length} 个。请精简。")
    return text


def to_full_number(raw: Any, *, max_length: int = 0) -> str:
    """A telephone or identifying number as text. ValueProblem for one with asterisks: lists and their exports mask them."""
    text = to_text(raw, max_length=max_length)
    if "*" in narrow(text):
        raise ValueProblem(f"“{text}”是遮盖过的号码。请填完整号码，或者留空。")
    return text


def shown(raw: Any) -> str:
    """A cell that is no text, as the user sees it."""
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d %H:%M")
    if isinstance(raw, float):
        return format(Decimal(str(raw)), "f")
    return str(raw)


def to_datetime(raw: Any, *, earliest: date = EARLIEST) -> datetime | None:
    """A date (start of the day) or date with time, naive local: dates, serials, 2026/3/5, 2026年3月5日 14:30, 20260305."""
    if raw is None or raw == "":
        return None
    moment = _moment(raw)
    if not earliest <= moment.date() <= LATEST:
        raise ValueProblem(f"日期 {moment.date()} 不在 {earliest.year} 至 {LATEST.year} 年之间。请核对年份。")
    return moment


def _moment(raw: Any) -> datetime:
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=None, microsecond=0)
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    if isinstance(raw, bool):
        raise ValueProblem(f"“{raw}”不是日期。请填成 2026-03-05 的样子。")
    if isinstance(raw, (int, float, Decimal)):
        return _from_number(raw)
    return _from_text(str(raw))


MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")


def to_date(raw: Any, *, earliest: date = EARLIEST, months: bool = False) -> date | None:
    """A day; with `months` also a year and month (1985.03, 1985年3月), which is its first day."""
    found = MONTH.fullmatch(narrow(shown(raw))) if months and isinstance(raw, (str, float)) else None
    if isinstance(raw, float) and found and found[2] == "1":
        raise TwoMonths(f"“{raw}”分不清是 1 月还是 10 月。请把这一格设为文本，填成 {found[1]}.01 或 {found[1]}.10。")
    if found and 1 <= int(found[2]) <= 12 and earliest.year <= int(found[1]) <= LATEST.year:
        return date(int(found[1]), int(found[2]), 1)
    moment = to_datetime(raw, earliest=earliest)
    return None if moment is None else moment.date()


COMPACT_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])")
SPAN = re.compile(r"\d{4}\s*[/.年]\s*\d{1,2}\s*-.*")


def to_month(raw: Any) -> str:
    """2024-03 from 2024-03, 2024.3, 2024年3月, 202403 or a day of the month; "" for empty. The whole cell is read:
    what names more than one month (2024.1-3, 2024年1至3月) or may (2024.1 as a number) is a ValueProblem.
    """
    text = "" if raw is None else narrow(shown(raw))
    if not text:
        return ""
    compact = COMPACT_MONTH.fullmatch(text)
    try:
        day = None if SPAN.fullmatch(text) else to_date(f"{compact[1]}-{compact[2]}" if compact else raw, months=True)
    except TwoMonths:
        raise
    except ValueProblem:
        day = None
    if day is None:
        raise ValueProblem(f"“{text}”不是月份，或者早于 {EARLIEST.year} 年。请写成 2024-03 或 2024年3月。")
    return f"{day:%Y-%m}"


def _from_number(raw: float | Decimal) -> datetime:
    """20260305 as written, or an Excel serial (days since 1899-12-30)."""
    if COMPACT.fullmatch(str(raw)):
        return _from_text(str(raw))
    if 0 < raw < 80_000:
        days = int(raw)
        minutes = round((float(raw) - days) * 1440)
        return datetime.combine(EXCEL_EPOCH, time()) + timedelta(days=days, minutes=minutes)
    raise ValueProblem(f"“{raw}”不是日期。请填成 2026-03-05 的样子。")


@lru_cache(maxsize=20_000)
def _from_text(text: str) -> datetime:
    plain = narrow(text)
    found = DATE.match(plain) or COMPACT.match(plain)
    if found is None:
        if WITHOUT_YEAR.match(plain):
            raise ValueProblem(f"“{text}”缺少年份。请填成 2026-03-05 的样子。")
        if plain.isdigit() and len(plain) == 5:
            return _from_number(int(plain))
        raise ValueProblem(f"“{text}”不是日期。请填成 2026-03-05 或 2026年3月5日 的样子。")
    rest = plain[found.end() :].strip(" T，,")
    moment = CLOCK.fullmatch(rest) if rest else None
    if rest and moment is None:
        raise ValueProblem(f"“{text}”后面的时间看不懂。请填成 2026-03-05 14:30 的样子。")
    hour, minute = (int(moment[1]), int(moment[2] or 0)) if moment else (0, 0)
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), hour, minute)  # noqa: DTZ001 -- naive local, as on paper
    except ValueError as error:
        raise ValueProblem(f"“{text}”这一天或这一时刻不存在。请核对。") from error


def to_integer(
    raw: Any, *, minimum: int = 0, maximum: int = 2_000_000_000, default: int | None = None, units: Iterable[str] = ()
) -> int | None:
    if type(raw) is int:
        number = raw
    elif raw is None or raw == "":
        return default
    else:
        exact = _decimal(raw, units)
        if exact != exact.to_integral_value():
            raise ValueProblem(f"“{raw}”应为整数。")
        number = int(exact)
    if not minimum <= number <= maximum:
        raise ValueProblem(f"{number} 超出范围（{minimum} 至 {maximum}）。")
    return number


def to_decimal(
    raw: Any, *, places: int = 2, minimum: Any = None, maximum: Any = None, units: Iterable[str] = ()
) -> Decimal | None:
    """An exact number with at most `places` decimals; 1,234.5, ０．２ and 0.2分 are understood."""
    if raw is None or raw == "":
        return None
    number = _decimal(raw, units)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise ValueProblem(f"“{raw}”的小数超过 {places} 位。")
    if minimum is not None and number < minimum:
        raise ValueProblem(f"{number:f} 小于 {minimum}。")
    if maximum is not None and number > maximum:
        raise ValueProblem(f"{number:f} 大于 {maximum}，超出范围。")
    return number


def _decimal(raw: Any, units: Iterable[str]) -> Decimal:
    if isinstance(raw, (bool, date, datetime, time)):
        raise ValueProblem(f"“{raw}”不是数字。")
    text = narrow(shown(raw)).replace(",", "").replace(" ", "")
    for unit in sorted(units, key=len, reverse=True):
        if text.endswith(unit):
            text = text.removesuffix(unit)
            break
    if "_" in text:  # Python's own spelling, nobody's on paper
        raise ValueProblem(f"“{raw}”不是数字。")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueProblem(f"“{raw}”不是数字。") from error
    if not number.is_finite() or number.adjusted() >= 15:  # abs() would overflow at 1e9999999
        raise ValueProblem(f"“{raw}”不是可用的数字。")
    return number


@lru_cache(maxsize=64)
def _meanings(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {narrow(str(name)): code for code, label in choices for name in (label, code)}


def to_choice(
    raw: Any,
    *,
    choices: Sequence[tuple[str, str]],
    default: str | None = None,
    synonyms: Mapping[str, str] | None = None,
) -> str | None:
    """A code from its code, its label or a synonym of that; the allowed labels are named when it is none of them."""
    if raw is None or raw == "":
        return default
    known = tuple((str(code), str(label)) for code, label in choices) if type(choices) is not tuple else choices
    text = narrow(to_text(raw))
    meanings = _meanings(known)
    code = meanings.get(text)
    if code is None and synonyms and text in synonyms:
        code = meanings.get(narrow(synonyms[text]))
    if code is None:
        raise ValueProblem(f"“{raw}”不在可选范围：{'、'.join(str(label) for _, label in choices)}。")
    return code
