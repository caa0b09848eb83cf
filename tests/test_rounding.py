"""四舍五入: each function that rounds a printed number, against integers alone.

The oracle knows no Decimal: a number is numerator over denominator, half goes away from zero, for both signs.
"""

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import billboards.sizing
import permits.fees
import permits.models
from billboards.surcharge import Due, Plan, surcharge
from config import display
from config.env import BASE_DIR
from config.ranking import rank
from fireworks.figures import duty, records
from inspections import scoring
from inspections.models import Finding
from inspections.workflow import bulletins
from permits.taping import AreaGap
from reports import compilation, glance, sentences
from reports.views import desk
from staff.models import StaffingStandard
from staff.views.establishment import ratio
from tests.thorough import many

APPS = ("config", "staff", "permits", "fireworks", "billboards", "inspections", "reports")
WHOLE_NUMBERS = {  # metres, minutes, days, seconds
    "fireworks/workflow/watch.py",
    "staff/imports/values.py",
    "billboards/workflow/campaigns.py",
    "staff/workflow/second_factor.py",
}


def half_up(value: Fraction, places: int) -> int:
    """The value in units of the last place, half away from zero."""
    scaled = abs(value.numerator) * 10**places
    rounded = (2 * scaled + value.denominator) // (2 * value.denominator)
    return -rounded if value < 0 else rounded


def read(text) -> Fraction:
    """The number in what was printed: 1,234.50 元, 5.9万余起, 约12%."""
    digits = "".join(character for character in str(text) if character in "0123456789.-")
    return Fraction(digits)


@dataclass(frozen=True)
class Rounding:
    name: str
    places: int
    of: Callable[[Decimal], object]
    factor: int = 1
    signed: bool = True


def ranked(value):
    return rank([("甲", value)])[0].score


def of_day(value):
    """One day of 加处罚款 on an overdue fine: 3 % of it."""
    return surcharge(
        value * 100, [Plan(date(2026, 1, 1), (Due(date(2026, 1, 1), value * 100),))], date(2026, 1, 2)
    ).uncapped


ROUNDINGS = [
    Rounding("money on screen", 2, display.amount),
    Rounding("money in words", 2, display.money),
    Rounding("points on screen", 3, display.points),
    Rounding("score of a ranking", 2, ranked),
    Rounding("score of a month", 2, scoring.shown),
    Rounding("score kept in a bulletin", 10, bulletins.exact),
    Rounding("fee", 2, permits.fees.half_up),
    Rounding("area of a segment", 2, lambda value: permits.models.area_of(value, Decimal(1))),
    Rounding("area of a face", 2, lambda value: billboards.sizing.area_of(value, Decimal(1))),
    Rounding("surcharge of a day", 2, of_day, factor=3, signed=False),
    Rounding("digits of a sentence", 0, sentences.digits),
    *(Rounding(f"digits with {n}", n, lambda value, n=n: sentences.digits(value, n)) for n in range(1, 5)),
    Rounding("as it is", 4, lambda value: sentences.exact(value, "件").text),
    Rounding("per cent", 1, lambda value: sentences.percent(value).text),
    Rounding("per cent, two", 2, lambda value: sentences.percent_two(value).text),
    Rounding("per cent, whole", 0, lambda value: sentences.percent_whole(value).text),
    Rounding("figure of the compilation", 4, compilation.plain_number),
    Rounding("figure of the desk", 2, desk.shown),
    Rounding("figure at a glance", 1, lambda value: glance.worded(value, 1)),
    Rounding("hours of cover", 1, duty.hours),
]


def cases(count):
    """Exact halves of the last place of both signs, their neighbours, and whatever comes."""
    chance = random.Random(20)
    for number in range(count):
        places = chance.randrange(6)
        whole = chance.choice([0, chance.randrange(10), chance.randrange(10_000_000)]) * 10**places
        kind = number % 4
        if kind < 2:  # …x.5 at some place
            scaled = (whole + chance.randrange(10**places)) * 10 + 5
        elif kind == 2:  # a hair above or below it
            scaled = ((whole + chance.randrange(10**places)) * 10 + 5) * 1000 + chance.choice([-1, 1])
        else:
            scaled = chance.randrange(10**12)
        exponent = places + 1 if kind < 2 else places + 4 if kind == 2 else chance.randrange(9)
        sign = chance.choice([-1, 1])
        yield Decimal(sign * scaled).scaleb(-exponent), Fraction(sign * scaled, 10**exponent)


@pytest.mark.trust
@pytest.mark.parametrize("rounding", ROUNDINGS, ids=lambda each: each.name)
def test_half_goes_away_from_zero(rounding):
    wrong = []
    for value, exact in cases(many(300, 10_000)):
        if exact < 0 and not rounding.signed:
            continue
        printed = read(rounding.of(value))
        if printed * 10**rounding.places != half_up(exact * rounding.factor, rounding.places):
            wrong.append(f"{value} → {printed}")
    assert wrong == [], wrong[:5]


@pytest.mark.trust
def test_ten_thousands_are_rounded_once():
    """38.7万, 1.24亿: at most two decimals of the word that is printed."""
    wrong = []
    for value, exact in cases(many(300, 10_000)):
        text = sentences.in_ten_thousands(value).text
        size = 100_000_000 if text.endswith("亿") else 10_000 if text.endswith("万") else 1
        if read(text) * 100 != half_up(exact / size, 2):
            wrong.append(f"{value} → {text}")
    assert wrong == []


@pytest.mark.trust
def test_markers_stand_on_the_right_side():
    """余 and 多 stand after less than the truth, 近 before more; 约 is the nearest number of two digits."""
    for value, exact in cases(many(300, 10_000)):
        if exact <= 0:
            continue
        for words, sign in ((sentences.more_than, 1), (sentences.over, 1), (sentences.nearly, -1)):
            worded = words(value)
            if worded.approximate:
                assert (exact - read(worded.text)) * sign > 0, worded
            else:
                assert read(worded.text) * 10_000 == half_up(exact, 4), worded
        about = read(sentences.about(value).text)
        step = Fraction(10) ** (len(str(int(exact))) - 2) if exact >= 1 else None
        if step is not None:
            assert about == half_up(exact / step, 0) * step, value


@pytest.mark.trust
def test_a_change_is_worked_out_before_it_is_rounded():
    chance = random.Random(21)
    for _ in range(many(300, 10_000)):
        now, before = chance.randrange(2_000), chance.randrange(1, 2_000)
        text = sentences.change(Decimal(now), Decimal(before), rate=False, word="同比").text
        tenths = half_up(Fraction(abs(now - before) * 100, before), 1)
        if tenths:
            assert read(text) * 10 == tenths, (now, before)
            assert ("增长" in text) == (now > before)
        else:
            assert "持平" in text


@pytest.mark.trust
def test_shares_of_people_and_averages(monkeypatch):
    chance = random.Random(22)
    for _ in range(many(300, 10_000)):
        some, all_of_them = chance.randrange(3_000), chance.randrange(1, 3_000)
        monkeypatch.setattr(StaffingStandard, "required", all_of_them)
        assert read(ratio(some, StaffingStandard())) * 10 == half_up(Fraction(some * 100, all_of_them), 1)
        monkeypatch.setattr(records, "response_sums", lambda period, sums=(some, all_of_them): sums)
        assert read(records.response_value(None, None).number) * 10 == half_up(Fraction(some, all_of_them), 1)
        applied, measured = Decimal(all_of_them) / 100, Decimal(some) / 100
        share = half_up(Fraction(abs(some - all_of_them) * 100, all_of_them), 1)
        said = (
            AreaGap(applied, measured, Decimal(5))
            .words.partition("多" if measured > applied else "少")[2]
            .partition("%")[0]
        )
        assert read(said) * 10 == share
        people = StaffingStandard(population=some * 5, per_10k=Decimal(1), year=2026)
        assert f"{Decimal(half_up(Fraction(some * 5, 10_000), 2)).scaleb(-2)} 万人" in people.basis_text


def test_the_points_of_a_finding_are_rounded_half_up():
    finding = Finding(base=Decimal("0.00005"), coefficient=Decimal(1), multiplier=Decimal(1))
    assert finding.worked_out == Decimal(half_up(Fraction(5, 100_000), 4)).scaleb(-4)


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_no_rounding_leaves_open_where_a_half_goes():
    """Python's own habit is the even neighbour: every quantize names its way, and round() stays with metres and minutes."""
    silent = []
    for path in sorted(path for app in APPS for path in Path(BASE_DIR, app).rglob("*.py")):
        where, text = str(path.relative_to(BASE_DIR)), path.read_text(encoding="utf-8")
        if path.name.startswith("demo") or not ("quantize(" in text or "round(" in text):
            continue
        for call, name in calls(ast.parse(text)):
            says = len(call.args) > 1 or any(keyword.arg == "rounding" for keyword in call.keywords)
            bare_round = isinstance(call.func, ast.Name) and name == "round" and where not in WHOLE_NUMBERS
            if bare_round or (name == "quantize" and not says):
                silent.append(f"{where}:{call.lineno}")
    assert silent == []
