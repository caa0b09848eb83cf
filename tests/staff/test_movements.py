"""The door to people and movements: what is booked, flagged, refused, locked; and the database going round the code."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from config.periods import Period
from staff.enums import Employment, MovementKind, Standing
from staff.headcount import HEAD, balance_of, certified_on, count, leavers, personnel_table, scopes
from staff.models import Activity, Movement, Person, PersonIdentity, ReportedTable, Setting
from staff.officers import why_not_officer
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow import establishment, people
from tests.factories.people import CertificateFactory, DepartmentFactory, PersonFactory, make_person, move
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 6)


def standing(person, day):
    return Movement.objects.standing_on(day).get(person=person)


def test_a_person_stands_where_the_last_movement_led():
    one, two = DepartmentFactory(), DepartmentFactory()
    person = make_person(unit=one, since=date(2024, 1, 1), post="科员")
    move(person, MovementKind.ROTATED, MAY, unit=two)
    before, after = standing(person, date(2026, 5, 5)), standing(person, MAY)
    assert (before.unit_after, after.unit_after, after.post_after) == (one, two, "科员")
    assert (after.standing_before, after.standing_after) == ("in_post", "in_post")


def test_an_earlier_movement_entered_later_is_walked_into_its_place():
    person = make_person(since=date(2024, 1, 1))
    resigned = move(person, MovementKind.RESIGNED, MAY)
    move(person, MovementKind.LENT_OUT, date(2026, 3, 1))
    resigned.refresh_from_db()
    assert (resigned.standing_before, resigned.standing_after) == ("lent_out", "outside")
    assert standing(person, date(2026, 4, 1)).standing_after == "lent_out"


def test_what_does_not_fit_is_recorded_and_flagged_and_changes_no_count():
    person = make_person()
    move(person, MovementKind.RESIGNED, MAY)
    twice = move(person, MovementKind.TRANSFERRED_OUT, MAY + timedelta(days=9))
    assert "不在册" in twice.flag
    assert len(leavers(date(2024, 1, 1), date(2026, 6, 30))) == 1
    assert count(scopes(MAY)["roll"], date(2026, 6, 30)) == 0


def test_a_flag_goes_when_the_missing_movement_is_entered():
    person = make_person()
    back = move(person, MovementKind.RETURNED, MAY)
    assert back.flag
    move(person, MovementKind.LENT_OUT, date(2026, 2, 1))
    back.refresh_from_db()
    assert (back.flag, back.standing_before, back.standing_after) == ("", "lent_out", "in_post")


def test_a_loan_changes_who_is_on_duty_and_not_who_is_on_the_roll():
    person = make_person()
    move(person, MovementKind.LENT_OUT, MAY)
    make_person(kind=MovementKind.BORROWED, since=MAY)
    known = scopes(MAY)
    assert (count(known["roll"], MAY), count(known["duty"], MAY)) == (1, 1)
    assert (count(known["roll"], MAY - timedelta(days=1)), count(known["duty"], MAY - timedelta(days=1))) == (1, 1)
    period = Period.parse("2026-05")
    assert balance_of(known["duty"], period).ins == {"borrowed": 1}
    assert balance_of(known["duty"], period).outs == {"lent_out": 1}
    assert not balance_of(known["roll"], period).ins.total()


def test_whether_auxiliaries_are_on_duty_is_a_setting_from_its_day_on():
    make_person(employment=Employment.AUXILIARY)
    make_person(employment=Employment.INSTITUTION)
    Setting.objects.create(key="staffing.auxiliaries_on_duty", value="否", source="局务会", valid_from=MAY)
    assert count(scopes(MAY - timedelta(days=1))["duty"], MAY - timedelta(days=1)) == 2
    assert count(scopes(MAY)["duty"], MAY) == 1
    assert "不含协管" in personnel_table(Period.parse("2026-05")).duty_note


def test_the_same_movement_twice_is_told():
    person = make_person()
    move(person, MovementKind.PROMOTED, MAY)
    with pytest.raises(Refused, match="已经登记过"):
        move(person, MovementKind.PROMOTED, MAY)
    assert person.movements.count() == 2


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (MovementKind.ROTATED, {}, "unit"),
        (MovementKind.CONVERTED, {}, "employment"),
        (MovementKind.CORRECTED, {"note": "核对后更正"}, "standing"),
        (MovementKind.CORRECTED, {"standing": "in_post"}, "note"),
        (MovementKind.RECRUITED, {}, "unit"),
    ],
)
def test_a_movement_says_what_it_must(kind, fields, field):
    person = make_person()
    with pytest.raises(Refused) as refusal:
        move(person, kind, MAY, **fields)
    assert refusal.value.field == field


def test_a_year_too_far_is_a_slip():
    with pytest.raises(Refused, match="一年以后"):
        move(make_person(), MovementKind.RETIRED, date(2036, 5, 6))


def test_nobody_is_taken_in_twice():
    make_person(name="重示例", birth_date=date(1990, 2, 3))
    with pytest.raises(Refused, match="已在名册中"):
        make_person(name="重示例", birth_date=date(1990, 2, 3))
    assert Person.objects.count() == 1


def test_a_file_begins_with_coming_in():
    person, unit = PersonFactory.build(), DepartmentFactory()
    entry = Movement(kind=MovementKind.RETIRED, happened_on=MAY, unit=unit, employment=Employment.CONTRACT)
    with pytest.raises(Refused, match="进入"):
        people.add_person(people.NewPerson(person, PersonIdentity(), entry), by=None)
    assert not Person.objects.exists()


# --- A reported period is locked --------------------------------------------------------------------------------------


@pytest.fixture
def reported():
    """April 2026 went up, with two people on the roll."""
    people_here = [make_person(), make_person()]
    table = establishment.report_table(Period.parse("2026-04"), by=UserFactory(), note="报编办")
    return people_here, table


def test_what_happened_in_a_reported_period_counts_in_the_next_with_a_note(reported):
    (person, _), table = reported
    with pytest.raises(Refused, match="备注") as refusal:
        move(person, MovementKind.RESIGNED, date(2026, 4, 20))
    assert refusal.value.field == "note"
    late = move(person, MovementKind.RESIGNED, date(2026, 4, 20), note="5月才收到辞职报告")
    assert (late.happened_on, late.effective_on, late.is_late) == (date(2026, 4, 20), date(2026, 5, 1), True)
    assert count(scopes(MAY)["roll"], date(2026, 4, 30)) == table.content["roll"][3] == 2
    assert count(scopes(MAY)["roll"], date(2026, 5, 1)) == 1


def test_a_reported_movement_is_neither_corrected_nor_voided(reported):
    (person, _), _ = reported
    row = person.movements.get()
    with pytest.raises(Refused, match="锁定"):
        people.void_movement(row, by=UserFactory(), reason="登记错了")
    row.post = "队长"
    with pytest.raises(Refused, match="锁定"):
        people.correct_movement(row, by=UserFactory(), seen=1)
    assert person.movements.get().post == ""


def test_a_wrong_entry_in_a_reported_period_is_put_right_by_a_correction(reported):
    (person, _), _ = reported
    gone = move(person, MovementKind.CORRECTED, date(2026, 4, 1), standing="outside", note="3月已调出，漏登")
    assert (gone.effective_on, gone.standing_after, gone.flag) == (date(2026, 5, 1), "outside", "")
    period = Period.parse("2026-05")
    assert balance_of(scopes(MAY)["roll"], period).outs == {"corrected": 1}


def test_reporting_twice_tells_who_was_first(reported):
    with pytest.raises(Refused, match="报送锁定"):
        establishment.report_table(Period.parse("2026-04"), by=UserFactory())
    assert ReportedTable.objects.count() == 1


def test_a_period_that_still_runs_is_not_reported():
    with pytest.raises(Refused, match="还没有结束"):
        establishment.report_table(Period.year(timezone.localdate().year), by=UserFactory())


# --- Correcting and voiding -------------------------------------------------------------------------------------------


def test_a_correction_is_walked_and_logged_and_the_second_editor_is_told():
    person, by = make_person(), UserFactory()
    row = move(person, MovementKind.RESIGNED, MAY)
    row.kind, row.happened_on = MovementKind.LENT_OUT, date(2026, 5, 9)
    stored = people.correct_movement(row, by=by, seen=1)
    assert (stored.standing_after, stored.effective_on, stored.version) == ("lent_out", date(2026, 5, 9), 2)
    assert Activity.objects.about(person).filter(actor=by, title="修改变动").count() == 1
    with pytest.raises(ChangedMeanwhile):
        people.correct_movement(row, by=by, seen=1)


def test_voiding_takes_it_out_of_the_count_once():
    person, by = make_person(), UserFactory()
    row = move(person, MovementKind.RESIGNED, MAY)
    people.void_movement(row, by=by, reason="本人撤回")
    assert standing(person, MAY).standing_after == "in_post"
    with pytest.raises(Refused, match="已经作废"):
        people.void_movement(row, by=by, reason="再次")
    assert Activity.objects.about(person).filter(title="作废变动").count() == 1


def test_the_log_shows_numbers_only_masked():
    person = make_person(id_number="430602198503070011", phone="13800001234")
    identity = PersonIdentity(id_number="43060219850307003X", phone="13900005678")
    people.edit_person(person, identity, by=UserFactory(), seen=1)
    text = "".join(str(row.changes) + row.note + row.object_label for row in Activity.objects.all())
    assert "430602********0011" in text
    assert "430602********003X" in text
    assert all(
        number not in text for number in ("430602198503070011", "43060219850307003X", "13800001234", "13900005678")
    )


def test_a_stale_file_is_not_saved_over_a_fresh_one():
    person = make_person()
    people.edit_person(person, PersonIdentity(phone="1"), by=UserFactory(), seen=1)
    with pytest.raises(ChangedMeanwhile):
        people.edit_person(person, PersonIdentity(phone="2"), by=UserFactory(), seen=1)
    assert PersonIdentity.objects.get(person=person).phone == "1"


# --- The database repeats the rules -----------------------------------------------------------------------------------

BROKEN = [
    ("movement_interval_forwards", {"ends_on": date(2020, 1, 1)}),
    ("movement_booked_late_with_note", {"effective_on": date(2026, 6, 1)}),
    ("movement_void_has_reason", {"void_reason": "无时间"}),
    ("movement_uncounted_holds_no_day", {"flag": "不符"}),
    ("movement_leaver_is_outside", {"kind": MovementKind.RESIGNED}),
    ("movement_here_has_unit", {"unit_after": None}),
    ("movement_correction_has_note", {"kind": MovementKind.CORRECTED}),
]


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_the_database_refuses_what_the_ledger_would_never_write(name, change):
    person = make_person()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Movement.objects.filter(person=person).update(**change)


def test_the_database_refuses_the_same_movement_and_the_same_id_number_twice():
    person = make_person(id_number="430602198503070011")
    row = person.movements.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonIdentity.objects.create(person=PersonFactory(), id_number="430602198503070011")


# --- Random histories against the database ----------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.integers(0, 3),  # whose
        st.sampled_from([kind for kind in MovementKind if kind != MovementKind.CORRECTED]),
        st.integers(1, 700),  # days after the start
        st.integers(0, 1),  # unit
        st.sampled_from(Employment.values),
        st.booleans(),  # voided afterwards
    ),
    max_size=14,
)


class RandomHistories(TestCase):
    """Whatever is recorded and voided in whatever order: every table adds up, for every unit and for both counts."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps, st.integers(1, 23))
    def test_the_table_adds_up(self, history, months):
        units = [DepartmentFactory(), DepartmentFactory()]
        bureau = [make_person(unit=units[number % 2], birth_date=date(1980, 1, number + 1)) for number in range(4)]
        for who, kind, days, unit, employment, voided in history:
            fields = {"unit": units[unit], "employment": employment}
            try:
                row = move(bureau[who], kind, date(2024, 1, 1) + timedelta(days=days), **fields)
            except Refused:
                continue
            if voided:
                people.void_movement(row, by=None, reason="随机作废")
        period = Period.month(2024 + months // 12, months % 12 + 1)
        table = personnel_table(period)
        for scope in scopes(period.end).values():
            for unit in (None, *units):
                narrow = scope.of_unit(unit.pk if unit else None)
                assert balance_of(narrow, period).closing == count(narrow, period.end)
        columns = list(zip(*(row.as_numbers() for row in table.rows), strict=True))
        if columns:  # units add up to the total, column by column
            assert [sum(column) for column in columns] == table.total.as_numbers()
            assert table.total.as_numbers()[HEAD.index("期末实有") - 1] == table.roll.closing
        here = Movement.objects.standing_on(period.end)
        assert here.values("person").distinct().count() == here.count() == 4
        assert here.filter(standing_after__in=Standing.ON_ROLL).count() == table.roll.closing


# --- Leavers, opening, inside moves -----------------------------------------------------------------------------------

APRIL, JUNE = date(2026, 4, 1), date(2026, 6, 30)


def test_a_person_who_leaves_twice_is_one_leaver_with_the_last_leaving():
    person = make_person()
    move(person, MovementKind.RESIGNED, date(2026, 1, 9))
    move(person, MovementKind.RECRUITED, date(2026, 2, 9), unit=DepartmentFactory(), employment=Employment.CONTRACT)
    last = move(person, MovementKind.TRANSFERRED_OUT, date(2026, 3, 9))
    assert leavers(date(2026, 1, 1), JUNE) == [last.pk]
    assert len(leavers(date(2026, 1, 1), date(2026, 2, 28))) == 1


def test_a_leaving_that_a_correction_took_back_does_not_count():
    unit, person = DepartmentFactory(), make_person()
    left = move(person, MovementKind.RESIGNED, date(2026, 1, 9))
    back = {"unit": unit, "employment": Employment.ADMINISTRATIVE, "standing": Standing.IN_POST, "note": "登记有误"}
    move(person, MovementKind.CORRECTED, APRIL, **back)
    assert leavers(date(2026, 1, 1), JUNE) == []
    assert leavers(date(2026, 1, 1), date(2026, 3, 31)) == [left.pk]  # as it stood then


def test_of_one_booking_day_what_happened_first_comes_first(reported):
    (person, _), _ = reported
    move(person, MovementKind.RETURNED, date(2026, 4, 25), note="补登")
    move(person, MovementKind.LONG_LEAVE, date(2026, 4, 20), note="补登")
    assert standing(person, JUNE).standing_after == Standing.IN_POST
    assert not Movement.objects.filter(person=person).exclude(flag="").exists()


def test_those_with_whom_the_ledger_was_begun_are_no_increase():
    unit = DepartmentFactory()
    for number in range(3):
        make_person(unit=unit, since=date(2026, 1, 1), birth_date=date(1990, 1, number + 1))
    make_person(unit=unit, since=date(2026, 1, 9), kind=MovementKind.RECRUITED, birth_date=date(1991, 1, 1))
    table = personnel_table(Period.parse("2026-01"))
    assert (table.roll.opening, table.roll.ins.total(), table.roll.closing) == (3, 1, 4)
    opening = table.total.cells[HEAD.index("期初实有") - 1]
    assert opening.number == 3
    assert "booked_until=2026-01-31" in opening.url
    assert [row.label for row in table.changes] == ["招录"]


def test_moves_inside_the_bureau_stand_in_columns_of_their_own_so_that_the_units_add_up():
    one, two = DepartmentFactory(order=1), DepartmentFactory(order=2)
    person = make_person(unit=one)
    move(person, MovementKind.ROTATED, APRIL, unit=two)
    table = personnel_table(Period.parse("2026-04"))
    names = ["增", "内部调入", "减", "内部调出"]
    cells = [[row.as_numbers()[HEAD.index(name) - 1] for name in names] for row in (*table.rows, table.total)]
    assert cells == [[0, 0, 0, 1], [0, 1, 0, 0], [0, 1, 0, 1]]


def test_an_auxiliary_with_a_card_is_no_holder():
    person = make_person(employment=Employment.AUXILIARY)
    CertificateFactory(person=person)
    assert not certified_on(JUNE).exists()
    assert why_not_officer(person, JUNE)
