"""How values are written on screen and paper: dates, money, points, masked numbers. Pure functions, text out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from config.clock import local
from config.identity import mask_id_number, mask_phone

NOTHING = "—"
CENT = Decimal("0.01")
THOUSANDTH = Decimal("0.001")


def _as_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return local(value).date()
    return value if isinstance(value, date) else None


def _as_decimal(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def date_cn(value: Any) -> str:
    """2026年3月5日, as papers write it."""
    on = _as_day(value)
    return f"{on.year}年{on.month}月{on.day}日" if on else NOTHING


def month_day(value: Any) -> str:
    """12月1日, for words in which the year is plain."""
    on = _as_day(value)
    return f"{on.month}月{on.day}日" if on else NOTHING


def month_day_minute(value: datetime) -> str:
    """12月1日 08:10, local."""
    return f"{month_day(value)} {local(value):%H:%M}"


def day(value: Any) -> str:
    """2026-03-05, as tables write it."""
    on = _as_day(value)
    return on.isoformat() if on else NOTHING


def minute(value: Any) -> str:
    """2026-03-05 14:30 in local time; a plain date stays a date."""
    if not isinstance(value, datetime):
        return day(value)
    return f"{local(value):%Y-%m-%d %H:%M}"


def amount(value: Any) -> str:
    """1,234.50: money without its unit, for a column whose head says 元."""
    number = _as_decimal(value)
    return NOTHING if number is None else f"{number.quantize(CENT, ROUND_HALF_UP):,}"


def money(value: Any) -> str:
    """1,234.50 元."""
    text = amount(value)
    return text if text == NOTHING else f"{text} 元"


def plain_number(value: Any) -> str:
    """1,236 or 8.25: thousands separated, no trailing zeros."""
    number = _as_decimal(value)
    if number is None:
        return NOTHING
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bare_number(value: Any) -> str:
    """50000: not grouped, as statutes and official papers write it."""
    return plain_number(value).replace(",", "")


def points(value: Any) -> str:
    """0.24, 94.125: assessment points, at most three decimals, no trailing zeros."""
    number = _as_decimal(value)
    return NOTHING if number is None else plain_number(number.quantize(THOUSANDTH, ROUND_HALF_UP) + 0)


def number_with_unit(value: Any, unit: str) -> str:
    """1,236 件. No number stands without its unit; nothing stays a dash."""
    text = plain_number(value)
    return text if text == NOTHING else f"{text} {unit}"


def official_number(number: Any, year: int) -> str:
    """〔2026〕12号, the tail of a document number (党政机关公文格式 GB/T 9704: hexagonal brackets, no leading zeros)."""
    return f"〔{int(year)}〕{int(number)}号"


def masked_phone(value: Any) -> str:
    """138****5678; nothing is a dash."""
    return mask_phone(str(value or "").strip()) or NOTHING


def masked_id(value: Any) -> str:
    """430602********1234; nothing is a dash."""
    return mask_id_number(str(value or "").strip()) or NOTHING


def display(value: Any) -> str:
    """Any value as a table cell shows it; nothing is a dash."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "是" if value else "否"
        case datetime():
            return minute(value)
        case date():
            return day(value)
        case Decimal():
            return plain_number(value)
    return str(value)


def submit_words(title: str) -> str:
    """What the button of a form says, after the form's title: 登记 where something is entered, else 保存."""
    return "登记" if title.startswith("登记") else "保存"
