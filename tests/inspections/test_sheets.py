"""Score sheets: what they take, each step from each state, and the points that the monthly score gets."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from inspections.composite import SampledPoint
from inspections.enums import SHEET_STEPS, SheetState
from inspections.models import CheckLine, CheckSheet
from inspections.sheets import sampled_points
from inspections.workflow import rounds, sheets
from staff.models import Activity
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.inspections import ItemFactory
from tests.factories.rounds import make_round, make_sheet
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_confirmed_sheets_are_the_points_of_the_month():
    unit, item, other = UnitFactory(), ItemFactory(code="A11"), ItemFactory(code="A12")
    make_sheet(unit=unit, lines=[(item, "1.5"), (other, "0.3")], confirmed=True)
    make_sheet(unit=unit, area="SQ", confirmed=True)
    make_sheet(unit=unit, lines=[(item, "2")])
    make_sheet(unit=unit, lines=[(item, "2")], checked_on=date(2026, 4, 1), confirmed=True)
    assert sampled_points(["2026-03"])["2026-03"] == {
        unit.pk: [SampledPoint("ZG", Decimal("1.80")), SampledPoint("SQ", Decimal(0))]
    }


@pytest.mark.parametrize(
    ("facts", "deduction", "words"),
    [
        ({}, "9", "扣完为止"),
        ({"area": "TD"}, "1", "不适用于这个区域"),
        ({"checked_on": date(2019, 1, 1)}, "1", "没有施行中的考评标准"),
        ({"checked_on": timezone.localdate() + timedelta(days=1)}, "1", "晚于今天"),
    ],
)
def test_what_a_sheet_does_not_take(facts, deduction, words):
    with pytest.raises(Refused, match=words):
        make_sheet(lines=[(ItemFactory(code="A11"), deduction)], **facts)
    assert not CheckSheet.objects.exists()


def test_a_closed_round_takes_no_sheet():
    closed = rounds.close_round(make_round(), by=UserFactory())
    with pytest.raises(Refused, match="已经结束"):
        make_sheet(round=closed)


def test_the_same_place_and_day_twice_is_refused_until_the_first_is_void():
    unit, user = UnitFactory(), UserFactory()
    first = make_sheet(unit=unit, place_name="样例点")
    with pytest.raises(Refused, match="已经有了"):
        make_sheet(unit=unit, place_name="样例点")
    sheets.move_sheet(first, "void", by=user, reason="填重了")
    assert make_sheet(unit=unit, place_name="样例点").pk != first.pk


def test_a_draft_is_corrected_and_the_second_editor_is_told():
    sheet, item = make_sheet(), ItemFactory(code="A11")
    fresh = CheckSheet.objects.get(pk=sheet.pk)
    sheets.save_sheet(fresh, [sheets.Line(item, Decimal(1))], by=UserFactory(), seen=1)
    with pytest.raises(ChangedMeanwhile):
        sheets.save_sheet(CheckSheet.objects.get(pk=sheet.pk), [], by=UserFactory(), seen=1)
    assert CheckLine.objects.get().deduction == 1


def test_a_confirmed_sheet_is_not_corrected():
    sheet = make_sheet(confirmed=True)
    with pytest.raises(Refused, match="不能再修改"):
        sheets.save_sheet(sheet, [], by=UserFactory(), seen=sheet.version)


def in_state(state):
    sheet, user = make_sheet(), UserFactory()
    if state == SheetState.DRAFT:
        return sheet, user
    name = "confirm" if state == SheetState.CONFIRMED else "void"
    return sheets.move_sheet(sheet, name, by=user, reason="样例理由"), user


@pytest.mark.parametrize("state", SheetState.values)
@pytest.mark.parametrize("name", SHEET_STEPS)
def test_every_step_from_every_state(name, state):
    sheet, user = in_state(state)
    step = SHEET_STEPS[name]
    if state in step.sources:
        moved = sheets.move_sheet(sheet, name, by=user, reason="样例理由")
        assert moved.state == step.target
        assert Activity.objects.about(sheet).filter(title=step.label).exists()
    else:
        with pytest.raises(Refused, match=f"不能{step.label}"):
            sheets.move_sheet(sheet, name, by=user, reason="样例理由")


@pytest.mark.parametrize("name", ["reopen", "void"])
def test_going_back_needs_a_reason(name):
    sheet = make_sheet(confirmed=True)
    with pytest.raises(Refused, match="理由"):
        sheets.move_sheet(sheet, name, by=UserFactory(), reason=" ")


@pytest.mark.parametrize("wrong", [Decimal(0), Decimal(9)])
def test_the_database_refuses_nothing_and_more_than_the_cap(wrong):
    make_sheet(lines=[(ItemFactory(code="A11"), 1)])
    with pytest.raises(IntegrityError, match="line_deduction_within_cap"):
        CheckLine.objects.update(deduction=wrong)


def test_the_database_refuses_a_void_sheet_without_reason():
    make_sheet()
    with pytest.raises(IntegrityError, match="sheet_void_has_reason"):
        CheckSheet.objects.update(state=SheetState.VOIDED)


def test_the_database_keeps_one_sheet_a_place_and_day():
    unit = UnitFactory()
    make_sheet(unit=unit, place_name="甲")
    other = make_sheet(unit=unit, place_name="乙")
    with pytest.raises(IntegrityError):
        CheckSheet.objects.filter(pk=other.pk).update(place_name="甲")


def test_the_database_keeps_one_line_an_item():
    make_sheet(lines=[(ItemFactory(code="A11"), 1)])
    line = CheckLine.objects.get()
    line.pk = None
    with pytest.raises(IntegrityError):
        line.save()
