"""Lists typed or pasted as lines: materials of an edition, rates of a tariff. Read here, written back as they were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from permits.fees import plain, rate_words
from permits.kinds import FeeKind, Measure, Multiplier, Necessity, RateNature, RateSubject, RateUse, measure_of
from permits.models import Material, TariffExemption, TariffMultiplier, TariffRate

CELLS = re.compile(r"\s*[\t|｜]\s*")
YES = ("是", "可", "可自行查取")


def lines_of(text: str) -> list[tuple[int, str]]:
    """Lines that hold something, with the numbers the clerk counts by."""
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def decimal_of(text: str, number: int, what: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise ValidationError(f"第 {number} 行的{what}应是数字：“{text}”。") from error
    if not value.is_finite() or value < 0 or value >= 10**6:
        raise ValidationError(f"第 {number} 行的{what}不在合理范围内：“{text}”。")
    return value


# --- Materials --------------------------------------------------------------------------------------------------------


def read_materials(text: str) -> list[Material]:
    """名称｜必须 or the condition｜份数｜来源｜依据｜是 (the agency fetches it itself); only the name is needed."""
    found: list[Material] = []
    names: set[str] = set()
    for number, line in lines_of(text):
        cells = [*CELLS.split(line), "", "", "", "", ""][:6]
        name, when, copies, source, basis, fetched = cells
        if name in names:
            raise ValidationError(f"第 {number} 行：“{name}”前面已经列过。")
        names.add(name)
        if copies and not copies.removesuffix("份").isascii():
            raise ValidationError(f"第 {number} 行的份数应是数字：“{copies}”。")
        conditional = when not in ("", "必须", "必须提交")
        found.append(
            Material(
                name=name[:100],
                necessity=Necessity.CONDITIONAL if conditional else Necessity.MANDATORY,
                condition=when[:120] if conditional else "",
                copies=copies_of(copies, number),
                source=source[:60],
                basis=basis[:120],
                fetched_by_agency=fetched in YES,
            )
        )
    if not found:
        raise ValidationError("至少要有一份材料。")
    return found


def copies_of(text: str, number: int) -> int:
    word = text.removesuffix("份") or "1"
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 20):
        raise ValidationError(f"第 {number} 行的份数应是 1 到 20 的数字：“{text}”。")
    return int(word)


def write_materials(materials: Sequence[Material]) -> str:
    return "\n".join(
        "｜".join(
            (
                each.name,
                each.condition or "必须",
                f"{each.copies}份",
                each.source,
                each.basis,
                "是" if each.fetched_by_agency else "",
            )
        ).rstrip("｜")
        for each in materials
    )


# --- Rates ------------------------------------------------------------------------------------------------------------

SUBJECTS = {str(label): value for value, label in RateSubject.choices}
NATURES = {str(label): value for value, label in RateNature.choices if value}
USES = {str(label): value for value, label in RateUse.choices if value}
CASES = {str(label): value for value, label in Multiplier.choices}
FROM_DAY = re.compile(r"自?第?(\d{1,4})天起")


def read_rates(text: str, kind: str) -> list[TariffRate]:
    """Restoration: 面层｜单价. Occupation: 单价, then what narrows it: 地段, 经营性, 施工围挡, 第91天起, in any order."""
    read = _restoration_rate if kind == FeeKind.RESTORATION else _occupation_rate
    found: list[TariffRate] = []
    seen: set[tuple[object, ...]] = set()
    for number, line in lines_of(text):
        rate = read(number, [cell for cell in re.split(r"[\t|｜\s]+", line) if cell])
        key = (rate.subject, rate.zone, rate.nature, rate.use, rate.from_day)
        if key in seen:
            raise ValidationError(f"第 {number} 行的情形前面已有单价：“{line}”。")
        seen.add(key)
        found.append(rate)
    if not found:
        raise ValidationError("至少要有一条单价。")
    return found


def _restoration_rate(number: int, cells: list[str]) -> TariffRate:
    if len(cells) < 2 or cells[0] not in SUBJECTS:
        known = "、".join(SUBJECTS)
        raise ValidationError(f"第 {number} 行看不懂：“{' '.join(cells)}”。写“面层 单价”，面层用：{known}。")
    subject = SUBJECTS[cells[0]]
    return TariffRate(subject=subject, measure=measure_of(subject), rate=decimal_of(cells[1], number, "单价"))


def _occupation_rate(number: int, cells: list[str]) -> TariffRate:
    rate = TariffRate(measure=Measure.AREA_DAYS, rate=decimal_of(cells[0], number, "单价（写在最前面）"))
    for cell in cells[1:]:
        if cell in NATURES:
            rate.nature = NATURES[cell]
        elif cell in USES:
            rate.use = USES[cell]
        elif day := FROM_DAY.fullmatch(cell):
            rate.from_day = int(day[1])
        elif not rate.zone:
            rate.zone = cell[:20]
        else:
            raise ValidationError(f"第 {number} 行的“{cell}”看不懂。地段只写一个；使用性质、占用类别照选项写。")
    return rate


def write_rates(rates: Sequence[TariffRate]) -> str:
    return "\n".join(
        f"{each.get_subject_display()} {rate_words(each.rate)}" if each.subject else _occupation_line(each)
        for each in rates
    )


def _occupation_line(rate: TariffRate) -> str:
    nature = rate.get_nature_display() if rate.nature else ""
    use = rate.get_use_display() if rate.use else ""
    day = f"第{rate.from_day}天起" if rate.from_day > 1 else ""
    return " ".join(part for part in (rate_words(rate.rate), rate.zone, nature, use, day) if part)


MOST_TIMES = Decimal("99.99")
YEARS = re.compile(r"(不满|满)?(\d{1,3})年?")


def read_multipliers(text: str) -> list[TariffMultiplier]:
    """情形｜倍数, for roads by age also ｜满几年｜不满几年."""
    found = []
    for number, line in lines_of(text):
        cells = [cell for cell in re.split(r"[\t|｜]+|\s+", line) if cell]
        if len(cells) < 2 or cells[0] not in CASES:
            raise ValidationError(f"第 {number} 行看不懂：“{line}”。写“情形 倍数”，情形用：{'、'.join(CASES)}。")
        factor = decimal_of(cells[1].removesuffix("倍"), number, "倍数")
        if factor < 1:
            raise ValidationError(f"第 {number} 行的倍数小于 1。")
        if factor > MOST_TIMES:
            raise ValidationError(f"第 {number} 行的倍数大于 {MOST_TIMES}：“{cells[1]}”。请核对。")
        over, to = years_of(cells[2:], number)
        found.append(TariffMultiplier(case=CASES[cells[0]], factor=factor, years_over=over, years_to=to))
    return found


def years_of(cells: Sequence[str], number: int) -> tuple[int, int | None]:
    """满3年 is the first, 不满5年 the second, each also alone; bare numbers come in this order."""
    over, to = 0, None
    for place, cell in enumerate(cells):
        year = YEARS.fullmatch(cell)
        if year is None or place > 1:
            raise ValidationError(f"第 {number} 行的“{cell}”看不懂。年数写成“满3年 不满5年”，没有的不写。")
        if year[1] == "不满" or (not year[1] and place == 1):
            to = int(year[2])
        else:
            over = int(year[2])
    if to is not None and to <= over:
        raise ValidationError(f"第 {number} 行：不满的年数（{to}）应大于满的年数（{over}）。")
    return over, to


def write_multipliers(multipliers: Sequence[TariffMultiplier]) -> str:
    return "\n".join(
        f"{each.get_case_display()} {plain(each.factor)}倍"
        + (f" 满{each.years_over}年" if each.years_over or each.years_to else "")
        + (f" 不满{each.years_to}年" if each.years_to else "")
        for each in multipliers
    )


EXEMPTION_LIMITS = (("max_days", "天"), ("max_area", "㎡"), ("max_length", "m长"), ("max_width", "m宽"))
BETWEEN = re.compile(r"[\s，,、；;]+")
LIMIT = re.compile(r"([\d.]+)(天|㎡|m长|m宽)")


def read_exemptions(text: str) -> list[TariffExemption]:
    """免收情形｜依据｜limits (10天 50㎡ 200m长 1m宽)｜另须核实."""
    found = []
    for number, line in lines_of(text):
        cells = CELLS.split(line)
        if len(cells) < 2 or not cells[1]:
            raise ValidationError(f"第 {number} 行缺依据：“{line}”。写“免收情形｜依据｜限额｜另须核实”。")
        limits = cells[2] if len(cells) > 2 else ""
        row = TariffExemption(
            name=cells[0][:120], basis=cells[1][:120], needs_check=(cells[3] if len(cells) > 3 else "")[:120]
        )
        names = {unit: name for name, unit in EXEMPTION_LIMITS}
        for value, unit in LIMIT.findall(limits):
            amount = decimal_of(value, number, "限额")
            setattr(row, names[unit], int(amount) if unit == "天" else amount)
        if BETWEEN.sub("", LIMIT.sub("", limits)):  # a limit that is not read would let off more than the document does
            raise ValidationError(f"第 {number} 行的限额看不懂：“{limits}”。写成“10天 50㎡ 200m长 1m宽”，没有的不写。")
        found.append(row)
    return found


def write_exemptions(exemptions: Sequence[TariffExemption]) -> str:
    lines = []
    for each in exemptions:
        limits = " ".join(
            f"{plain(Decimal(getattr(each, name)))}{unit}" for name, unit in EXEMPTION_LIMITS if getattr(each, name) is not None
        )  # fmt: skip
        lines.append(f"{each.name}｜{each.basis}｜{limits}｜{each.needs_check}".rstrip("｜"))
    return "\n".join(lines)
