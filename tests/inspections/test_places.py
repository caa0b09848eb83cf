"""Places: who answers there since when, and that a moved boundary moves nothing that was found before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from inspections.enums import Role
from inspections.models import Place, PlaceShare
from inspections.views.places import standing_units
from inspections.workflow import places
from staff.models import Activity
from staff.refusals import Refused
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def shares_of(finding):
    return {share.unit_id: share.share for share in finding.shares.all()}


def test_shares_must_sum_to_one_for_each_item():
    one, other = UnitFactory(), UnitFactory()
    with pytest.raises(Refused, match=r"合计应为 1，现在是 0\.9"):
        make_place(shares=[(one, "0.5"), (other, "0.4")])
    with pytest.raises(Refused, match="小项 A01 的责任比例"):
        make_place(shares=[(one, 1), (other, "0.5", "A01")])
    with pytest.raises(Refused, match="写了两次"):
        make_place(shares=[(one, "0.5"), (one, "0.5")])
    with pytest.raises(Refused, match="大于 0"):
        make_place(shares=[(one, 1), (other, 0)])
    assert not Place.objects.exists()


def test_one_unit_names_the_unit_and_the_standard_shares_out():
    squad = SquadFactory()
    street = UnitFactory(squad=squad)
    finding = make_finding(unit=street, known_place=make_place(unit=street).pk)
    assert shares_of(finding) == {street.pk: Decimal("0.8"), squad.pk: Decimal("0.2")}


def test_several_units_share_as_the_place_says_unless_the_entry_names_another():
    one, other, third = UnitFactory(), UnitFactory(), UnitFactory()
    place = make_place(shares=[(one, "0.7"), (other, "0.3")])
    finding = make_finding(unit=other, known_place=place.pk)
    assert shares_of(finding) == {one.pk: Decimal("0.7"), other.pk: Decimal("0.3")}
    assert finding.lead_unit == one
    assert set(shares_of(make_finding(unit=third, known_place=place.pk))) == {third.pk}


def test_an_item_may_have_its_own_unit_at_a_place():
    street, centre = UnitFactory(), UnitFactory()
    place = make_place(shares=[(street, 1), (centre, 1, "A77")])
    own = make_finding(unit=centre, known_place=place.pk, item=ItemFactory(code="A77"))
    assert shares_of(own) == {centre.pk: Decimal(1)}


def test_a_boundary_that_moves_leaves_old_findings_alone():
    old, new = UnitFactory(), UnitFactory()
    place = make_place(shares=[(old, "0.6"), (new, "0.4")])
    before = make_finding(unit=old, known_place=place.pk, found_at=moment(2026, 3, 5))
    places.save_place(place, [places.Share(new.pk, Decimal("0.6")), places.Share(old.pk, Decimal("0.4"))],
                      by=None, since=date(2026, 4, 1))  # fmt: skip
    after = make_finding(unit=new, known_place=place.pk, found_at=moment(2026, 4, 2))
    late = make_finding(unit=old, known_place=place.pk, found_at=moment(2026, 3, 20), item=ItemFactory(code="A88"))
    assert (before.lead_unit, late.lead_unit, after.lead_unit) == (old, old, new)
    before.refresh_from_db()
    assert shares_of(before) == {old.pk: Decimal("0.6"), new.pk: Decimal("0.4")}


def test_a_correction_on_the_first_day_replaces_and_the_same_again_is_no_change():
    user, unit, other = UserFactory(), UnitFactory(), UnitFactory()
    place = make_place(unit=unit, valid_from=timezone.localdate())
    places.save_place(place, [places.Share(other.pk, Decimal(1))], by=user)
    places.save_place(place, [places.Share(other.pk, Decimal(1))], by=user)
    assert [row.unit for row in place.shares.all()] == [other]
    assert Activity.objects.about(place).filter(title="修改点位").count() == 1


def tables_by_day(place, *days):
    """On each day the labels of who answers, with the parts."""
    return [{row.unit: row.share for row in place.shares.all() if row.holds_on(day)} for day in days]


def handed_to(place, unit, since=None):
    return places.save_place(place, [places.Share(unit.pk, Decimal(1))], by=None, since=since)


def test_a_change_that_begins_before_the_last_one_leaves_one_table_a_day():
    first, second, third = UnitFactory(), UnitFactory(), UnitFactory()
    place = make_place(unit=first)
    handed_to(place, second, date(2026, 6, 1))
    handed_to(place, third, date(2026, 4, 1))
    assert tables_by_day(place, date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 1)) == [
        {first: Decimal(1)}, {third: Decimal(1)}, {third: Decimal(1)},
    ]  # fmt: skip
    finding = make_finding(unit=third, known_place=place.pk, found_at=moment(2026, 5, 5))
    assert finding.lead_unit == third


def test_a_change_in_advance_that_is_replaced_before_it_holds_leaves_no_second_table():
    first, second, third = UnitFactory(), UnitFactory(), UnitFactory()
    today, later = timezone.localdate(), timezone.localdate() + timedelta(days=30)
    place = make_place(unit=first)
    handed_to(place, second, later)
    assert standing_units(place) == first.label
    handed_to(place, third)
    assert tables_by_day(place, today, later) == [{third: Decimal(1)}, {third: Decimal(1)}]


def test_a_place_may_go_back_to_its_first_unit_from_the_first_day_on():
    first, second = UnitFactory(), UnitFactory()
    place = make_place(unit=first)
    handed_to(place, second, date(2026, 6, 1))
    handed_to(place, first, date(2026, 1, 1))
    assert [(row.unit, row.valid_from, row.valid_to) for row in place.shares.all()] == [(first, date(2026, 1, 1), None)]


def test_the_day_from_which_a_table_holds_can_be_set_back():
    first, second = UnitFactory(), UnitFactory()
    place = make_place(unit=first)
    handed_to(place, second, date(2026, 6, 1))
    handed_to(place, second, date(2026, 5, 1))
    assert tables_by_day(place, date(2026, 4, 30), date(2026, 5, 1)) == [{first: Decimal(1)}, {second: Decimal(1)}]
    handed_to(place, second, date(2026, 7, 1))  # it holds already
    assert place.shares.count() == 2


def test_a_beginning_after_the_end_says_so():
    place = make_place()
    places.end_place(place, on=date(2026, 6, 30), by=None)
    place.refresh_from_db()
    place.valid_from = date(2026, 7, 1)
    with pytest.raises(Refused, match="启用日期不得晚于停用日期（2026-06-30）"):
        places.save_place(place, [], by=None)


def test_a_unit_that_has_ended_is_not_drawn_and_lowers_nobody_s_number():
    units = [UnitFactory(), UnitFactory(valid_to=date(2026, 2, 1))]
    for unit, count in zip(units, (3, 1), strict=True):
        for _ in range(count):
            make_place(unit=unit)
    drawn = make_round(areas=["ZG"], per_area=2, opened=False).visits.values_list("unit", flat=True)
    assert list(drawn) == [units[0].pk] * 2


def test_the_same_name_twice_in_an_area_is_refused_until_the_first_is_out_of_use():
    place = make_place(name="样例广场")
    with pytest.raises(Refused, match="已经有了"):
        make_place(name="样例广场")
    places.end_place(place, on=date(2026, 6, 30), by=None)
    assert make_place(name="样例广场", valid_from=date(2026, 7, 1)).pk != place.pk


def test_out_of_use_once_and_not_before_it_began():
    place = make_place(valid_from=date(2026, 3, 1))
    with pytest.raises(Refused, match="不得早于启用日期"):
        places.end_place(place, on=date(2026, 2, 1), by=None)
    places.end_place(place, on=date(2026, 6, 30), by=None)
    with pytest.raises(Refused, match="已于2026-06-30停用"):
        places.end_place(place, on=date(2026, 7, 30), by=None)
    assert not place.shares.filter(valid_to=None).exists()


def test_a_place_is_kept_once_whatever_the_spaces():
    unit, user = UnitFactory(), UserFactory()
    first = places.keep_place("南湖 大道１号", "ZG", unit=unit.pk, by=user)
    again = places.keep_place("南湖大道1号", "ZG", unit=unit.pk, by=user)
    assert (first, first.learned, Place.objects.count()) == (again, True, 1)


@pytest.mark.parametrize(("latitude", "longitude", "outside"), [("29.32", "113.12", False), ("30.5", "114.3", True)])
def test_a_position_outside_the_district_is_marked_not_refused(latitude, longitude, outside):
    place = make_place(latitude=Decimal(latitude), longitude=Decimal(longitude))
    finding = make_finding(latitude=Decimal(latitude), longitude=Decimal(longitude))
    assert (place.outside, finding.outside) == (outside, outside)


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (Place, {"valid_to": date(2000, 1, 1)}, "place_valid_to_not_before_from"),
        (Place, {"latitude": Decimal(29)}, "place_position_whole"),
        (Place, {"latitude": Decimal(95), "longitude": Decimal(113)}, "place_position_on_earth"),
        (PlaceShare, {"share": 0}, "place_share_within_one"),
        (PlaceShare, {"share": Decimal("1.5")}, "place_share_within_one"),
        (PlaceShare, {"valid_to": date(2000, 1, 1)}, "place_share_valid_to_not_before_from"),
    ],
)
def test_the_database_refuses(model, change, constraint):
    make_place()
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.update(**change)


def test_the_database_keeps_names_and_shares_apart():
    one, other = make_place(name="甲"), make_place(name="乙")
    with pytest.raises(IntegrityError):
        Place.objects.filter(pk=other.pk).update(name=one.name)


def test_the_database_keeps_one_share_a_unit():
    share = make_place().shares.get()
    share.pk = None
    with pytest.raises(IntegrityError):
        share.save()


def test_a_squad_can_answer_for_a_place_too():
    squad = SquadFactory()
    item = ItemFactory(code="A66", shares={Role.SQUAD: "1"})
    finding = make_finding(unit=squad, known_place=make_place(unit=squad).pk, item=item)
    assert finding.lead_unit == squad
