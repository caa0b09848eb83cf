"""Numbers as officials word them: 余, 多, 近, 约, 万, 百分点, 同比. Pure functions; property-tested.

Rules (report definition of the house; GB/T 15835-2011 for digits):
余 and 多 follow a figure rounded *down* that is strictly smaller than the truth; 近 precedes one rounded *up*; 约 is for
estimates. Never with an exact figure, never two markers. A change of a rate is in 百分点; a fall never exceeds 100 %;
a base of 0 or none, and a negative number (缺编 of a unit over its quota), give "—" with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

TEN_THOUSAND = Decimal(10_000)
HUNDRED_MILLION = Decimal(100_000_000)
MOST_PLACES = 4  # of an exact figure; averages have more digits than anyone wants to read
NEAR = Decimal("0.9")  # 近 for less than this share of the rounded figure would mislead
NO_DATA = "—"


@dataclass(frozen=True)
class Wording:
    """A number put into words. `reason` says why it is "—"; `approximate` that a marker stands with it."""

    text: str
    reason: str = ""
    approximate: bool = False


def digits(value: Decimal, places: int = 0) -> str:
    """Arabic digits without grouping, as official papers write them; half up to `places`, no trailing zeros."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = format(rounded, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def coarse_step(value: Decimal) -> Decimal:
    """How coarsely a count is rounded: ones below 20, tens from 20, hundreds from 1,000, thousands from 100,000."""
    for limit, step in ((100_000, 1_000), (1_000, 100), (20, 10)):
        if value >= limit:
            return Decimal(step)
    return Decimal(1)


def exact(value: Decimal, unit: str = "", places: int = MOST_PLACES) -> Wording:
    """As it is: 412.5㎡ stays 412.5㎡."""
    return Wording(f"{digits(value, places)}{unit}")


def _floored(value: Decimal, unit: str, marker: str) -> Wording:
    step = coarse_step(value)
    down = (value / step).to_integral_value(ROUND_FLOOR) * step
    if down == value or down <= 0:
        return exact(value, unit)
    return Wording(f"{digits(down)}{marker}{unit}", approximate=True)


def more_than(value: Decimal, unit: str = "") -> Wording:
    """1236 → 1200余件; an exact 1200 → 1200件."""
    return _floored(value, unit, "余")


def over(value: Decimal, unit: str = "") -> Wording:
    return _floored(value, unit, "多")


def nearly(value: Decimal, unit: str = "") -> Wording:
    """1980 → 近2000件; an exact 2000 → 2000件; 21 is not 近30 and stays 21件."""
    step = coarse_step(value)
    up = (value / step).to_integral_value(ROUND_CEILING) * step
    if up == value or value < up * NEAR:
        return exact(value, unit)
    return Wording(f"近{digits(up)}{unit}", approximate=True)


def about(value: Decimal, unit: str = "") -> Wording:
    """Estimates: two leading digits. A value that has no more than that is still an estimate."""
    if value == 0:
        return exact(value, unit)
    step = Decimal(10) ** (value.adjusted() - 1)
    return Wording(
        f"约{digits((value / step).to_integral_value(ROUND_HALF_UP) * step, max(0, 1 - value.adjusted()))}{unit}",
        approximate=True,
    )


def in_ten_thousands(value: Decimal, unit: str = "") -> Wording:
    """From 10,000 on in 万, from 100,000,000 on in 亿, with at most two decimals (38.7万吨); smaller numbers stay.

    GB/T 15835-2011: one such word after the digits, never 3亿4500万.
    """
    for name, size in (("亿", HUNDRED_MILLION), ("万", TEN_THOUSAND)):
        if abs(value) >= size:
            return Wording(f"{digits(value / size, 2)}{name}{unit}")
    return exact(value, unit, 2)


def more_than_ten_thousands(value: Decimal, unit: str = "") -> Wording:
    """59483 → 5.9万余起: floored to a tenth of 万; below 10,000 as 余."""
    if value < TEN_THOUSAND:
        return more_than(value, unit)
    tenths = (value / 1_000).to_integral_value(ROUND_FLOOR)
    if tenths * 1_000 == value:
        return in_ten_thousands(value, unit)
    return Wording(f"{digits(tenths / 10, 1)}万余{unit}", approximate=True)


def percent(value: Decimal, unit: str = "", places: int = 1) -> Wording:
    return Wording(f"{digits(value, places)}%")


def percent_two(value: Decimal, unit: str = "") -> Wording:
    return percent(value, unit, 2)


def percent_whole(value: Decimal, unit: str = "") -> Wording:
    return percent(value, unit, 0)


def change(now: Decimal | None, before: Decimal | None, *, rate: bool, word: str) -> Wording:
    """同比下降8.3%; for rates 同比上升0.5个百分点; 持平; "—" with the reason where nothing can be compared.

    A number that is negative, or was, has no percentage: the fall could exceed 100 %.
    """
    if now is None or before is None:
        return Wording(NO_DATA, "没有可比的数据，不作比较。")
    if rate:
        points = now - before
        text = digits(abs(points), 2)
        if text == "0":
            return Wording(f"{word}{'基本' if points else ''}持平")
        return Wording(f"{word}{'上升' if points > 0 else '下降'}{text}个百分点")
    if now < 0 or before < 0:
        return Wording(NO_DATA, "本期或对比期为负数，不能计算增减幅度。")
    if before == 0:
        return Wording(NO_DATA, "对比期为 0，不能计算增减幅度。")
    ratio = (now - before) / before * 100
    text = digits(abs(ratio), 1)
    if now == before:
        return Wording(f"{word}持平")
    if text == "0":
        return Wording(f"{word}基本持平")
    return Wording(f"{word}{'增长' if ratio > 0 else '下降'}{text}%")


@dataclass(frozen=True)
class Style:
    """How a figure may be worded. `compare`: the period it is held against, if any (同比 / 环比).

    `of`: "rate" where only a rate can be worded so (1236% of what?), "quantity" where only a quantity can (90余 of what?).
    """

    name: str
    description: str
    example: str
    word: Callable[[Decimal, str], Wording] | None = None
    compare: str = ""
    of: str = ""

    def suits(self, *, rate: bool) -> bool:
        return self.of in ("", "rate" if rate else "quantity")


STYLES: Mapping[str, Style] = {
    style.name: style
    for style in (
        Style("准确", "照实写", "1236", exact),
        Style("余", "舍尾加“余”，正好是整数时照实写", "1200余", more_than, of="quantity"),
        Style("多", "舍尾加“多”，正好是整数时照实写", "1200多", over, of="quantity"),
        Style("近", "进位加“近”，差得多时照实写", "近1300", nearly, of="quantity"),
        Style("约", "估计数，取两位有效数字", "约1200", about, of="quantity"),
        Style("万", "一万以上以万计，一亿以上以亿计，至多两位小数", "1.24万", in_ten_thousands, of="quantity"),
        Style("万余", "舍到千位以万计，加“余”", "1.2万余", more_than_ten_thousands, of="quantity"),
        Style("百分比", "一位小数", "94.1%", percent, of="rate"),
        Style("百分比两位", "两位小数", "94.13%", percent_two, of="rate"),
        Style("百分比取整", "不留小数", "94%", percent_whole, of="rate"),
        Style("同比", "与去年同一期间相比", "同比下降8.3%", compare="last_year"),
        Style("环比", "与上一个等长期间相比", "环比增长5%", compare="preceding"),
    )
}


def breakdown_problem(whole: Decimal, parts: Sequence[Decimal], label: str) -> str:
    """其中-parts must add up to their whole; "" if they do, else the sentence for the checklist."""
    total = sum(parts, Decimal(0))
    if total == whole:
        return ""
    return f"“{label}”各部分之和为 {digits(total, 4)}，与总数 {digits(whole, 4)} 不一致。"
