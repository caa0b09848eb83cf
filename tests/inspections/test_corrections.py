"""Corrections: what a form does not show stays, what hangs on the corrected finding is scored anew, slips are refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inspections.forms.findings import FindingForm
from inspections.models import Finding, ScoringRuleSet
from inspections.registrar import Registrar, entry_of
from inspections.workflow import findings as workflow
from inspections.workflow import orders, rectification
from staff.models import Activity, UnitKind
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, entry, in_state, make_finding, moment
from tests.factories.rounds import make_place
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    """One street, one item, one place: what makes findings recurrences of each other."""
    return {"unit": UnitFactory(squad=SquadFactory()), "item": ItemFactory(), "place": "同一处"}


@pytest.fixture
def chain(place):
    """Found on three days, put right each time the same day: first, recurrence, second recurrence."""
    days = (moment(2026, 3, 1), moment(2026, 3, 11), moment(2026, 3, 21))
    return [make_finding(**place, found_at=day, closed_at=day + timedelta(hours=5)) for day in days]


def refreshed(findings):
    return list(Finding.objects.filter(pk__in=[finding.pk for finding in findings]).order_by("found_at"))


def test_the_chain_rises(chain):
    assert [(f.recurrence, f.multiplier) for f in chain] == [(0, 1), (1, 2), (2, 3)]


def test_voiding_the_first_scores_its_followers_anew_and_logs_each(chain):
    workflow.void_finding(chain[0], by=UserFactory(), reason="申诉成立，不属本辖区")
    _, second, third = refreshed(chain)
    assert [(f.recurrence, f.multiplier) for f in (second, third)] == [(0, 1), (1, 2)]
    assert second.points == chain[0].points
    for finding in (second, third):
        assert sum(finding.shares.values_list("points", flat=True)) == finding.points
        line = Activity.objects.about(finding).filter(title="重新计分").get()
        assert chain[0].number in line.note


def test_voiding_the_last_leaves_the_others_alone(chain):
    workflow.void_finding(chain[2], by=UserFactory(), reason="重复登记")
    assert [f.recurrence for f in refreshed(chain[:2])] == [0, 1]
    assert not Activity.objects.filter(title="重新计分").exists()


def test_moving_a_finding_away_scores_those_at_its_old_place_anew(place):
    """Edited while open; the follower came with a sheet, which records what happened."""
    first = make_finding(**place, found_at=moment(2026, 3, 1))
    Finding.objects.filter(pk=first.pk).update(closed_at=moment(2026, 3, 2), state="closed")
    second = make_finding(**place, found_at=moment(2026, 3, 5), closed_at=moment(2026, 3, 6))
    third = make_finding(**place, found_at=moment(2026, 3, 9))
    assert (second.recurrence, third.recurrence) == (1, 2)
    moved = entry(**place | {"place": "另一处"}, found_at=third.found_at)
    assert workflow.edit_finding(third, moved, by=UserFactory(), seen=1).recurrence == 0
    assert [f.recurrence for f in refreshed([first, second])] == [0, 1]


def test_an_entry_read_back_gives_the_same_shares():
    squads = SquadFactory.create_batch(2)
    streets = [UnitFactory(squad=squad) for squad in squads]
    found = workflow.register_finding(entry(units=tuple(street.pk for street in streets)), by=None)
    again = Registrar().responsibility(entry_of(found))
    assert again.lead == found.lead_unit_id == streets[0].pk
    assert dict(again.shares) == dict(found.shares.values_list("unit", "share"))


def typed(finding, **changes):
    """What the browser sends when the form of a finding is saved with these changes."""
    form = FindingForm(finding=finding)
    data = {name: form[name].value() for name in form.fields}
    data["found_at"] = timezone.localtime(finding.found_at).strftime("%Y-%m-%dT%H:%M")
    return {**{name: value for name, value in data.items() if value not in (None, False)}, **changes}


def test_what_the_form_does_not_show_survives_a_correction():
    streets = UnitFactory.create_batch(2, squad=SquadFactory())
    finding = workflow.register_finding(
        entry(
            units=tuple(street.pk for street in streets),
            found_at=moment(2026, 3, 5) + timedelta(seconds=42),
            due_at=moment(2026, 4, 1),
            latitude=Decimal("29.350000"),
            longitude=Decimal("113.100000"),
        ),
        by=None,
    )
    before = entry_of(finding)
    form = FindingForm(typed(finding, description="补充说明"), finding=finding)
    assert form.is_valid(), form.errors
    edited = form.save(by=UserFactory())
    after = entry_of(edited)
    assert after.description == "补充说明"
    for name in ("units", "found_at", "due_at", "latitude", "longitude"):
        assert getattr(after, name) == getattr(before, name), name
    assert set(Activity.objects.about(edited).first().changes) == {"存在问题"}


def test_a_new_item_drops_the_deadline_that_was_the_old_one_s(place):
    """The order will set the new item's own, from its delivery."""
    finding = make_finding(**place, found_at=moment(2026, 3, 5), due_at=moment(2026, 4, 1))
    slower = ItemFactory(rectify_hours=48)
    form = FindingForm(typed(finding, item=slower.pk), finding=finding)
    assert form.is_valid()
    assert form.save(by=UserFactory()).due_at is None


def test_a_unit_that_was_dissolved_since_can_still_be_kept(place):
    finding = make_finding(**place, found_at=moment(2026, 3, 5))
    place["unit"].valid_to = moment(2026, 6, 30).date()
    place["unit"].save()
    assert FindingForm(typed(finding), finding=finding).is_valid()


def test_correcting_a_finding_into_a_known_one_is_refused_on_the_form(place, client):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    first = make_finding(**place, found_at=moment(2026, 3, 5, 9))
    other = make_finding(**place | {"place": "别处"}, found_at=moment(2026, 3, 5, 8))
    page = client.post(reverse("inspections:finding-edit", args=[other.pk]), typed(other, place="同一处"))
    assert first.number in page.content.decode()
    assert "打开原问题" in page.content.decode()
    other.refresh_from_db()
    assert other.place == "别处"


def test_the_preview_of_a_correction_does_not_find_the_finding_itself(place, client):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    finding = make_finding(**place, found_at=moment(2026, 3, 5))
    page = client.post(reverse("inspections:finding-edit-preview", args=[finding.pk]), typed(finding, count=2))
    assert "预计扣分" in page.content.decode()
    assert "尚未销号" not in page.content.decode()


@pytest.mark.parametrize("field", ["found_at", "closed_at"])
def test_nothing_is_recorded_in_advance(field):
    times = {"found_at": timezone.now() - timedelta(days=1), field: timezone.now() + timedelta(days=1)}
    with pytest.raises(workflow.Refused, match="晚于现在") as refusal:
        make_finding(**times)
    assert refusal.value.field == field


def test_closing_in_advance_is_refused_and_past_closing_is_recorded():
    finding = make_finding(found_at=moment(2026, 3, 5))
    with pytest.raises(workflow.Refused, match="晚于现在"):
        workflow.close_finding(finding, by=UserFactory(), closed_at=timezone.now() + timedelta(days=1))
    assert workflow.close_finding(finding, by=UserFactory(), closed_at=moment(2026, 3, 6)).closed_at == moment(
        2026, 3, 6
    )


def test_the_bureau_may_set_the_days_within_which_a_problem_recurs(place):
    ScoringRuleSet.objects.create(name="五天", source="考评办法", valid_from=date(2026, 1, 1), recurrence_days=5)
    make_finding(**place, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
    assert make_finding(**place, found_at=moment(2026, 3, 10), closed_at=moment(2026, 3, 11)).recurrence == 0
    assert make_finding(**place, found_at=moment(2026, 3, 15)).recurrence == 1


def spot(place, *day):
    return entry(**place, handling="spot", found_at=moment(2026, *day))


def in_bulk(first):
    workflow.register_findings([first], by=None)


def singly(first):
    workflow.register_finding(first, by=UserFactory())


@pytest.mark.parametrize("register", [singly, in_bulk])
def test_what_was_found_earlier_and_arrives_later_makes_a_recurrence_of_what_stood(place, register):
    """One phone uploads on the day, the other eleven days later."""
    middle, last = (make_finding(**place, handling="spot", found_at=moment(2026, 3, day)) for day in (10, 20))
    far = make_finding(**place, found_at=moment(2026, 5, 1))
    assert [f.recurrence for f in (middle, last, far)] == [0, 1, 0]
    register(spot(place, 3, 1))
    assert [(f.recurrence, f.multiplier) for f in refreshed([middle, last, far])] == [(1, 2), (2, 3), (0, 1)]
    middle.refresh_from_db()
    assert sum(middle.shares.values_list("points", flat=True)) == middle.points == Decimal("0.48")
    first = Finding.objects.get(found_at=moment(2026, 3, 1))
    assert first.number in Activity.objects.about(middle).get(title="重新计分").note
    assert not Activity.objects.about(far).filter(title="重新计分").exists()


@pytest.mark.parametrize("register", [singly, in_bulk])
def test_what_arrives_later_and_is_still_open_changes_nothing(place, register):
    stood = make_finding(**place, found_at=moment(2026, 3, 10))
    register(entry(**place, found_at=moment(2026, 3, 1)))
    assert refreshed([stood])[0].recurrence == 0


def test_a_sheet_of_other_places_scores_nothing_anew(place, django_assert_max_num_queries):
    for n in range(3):
        make_finding(**place | {"place": f"第{n}处"}, found_at=moment(2026, 3, 10))
    others = [spot(place | {"place": f"另{n}处"}, 3, 1) for n in range(3)]
    with django_assert_max_num_queries(30):
        workflow.register_findings(others, by=None)
    assert not Activity.objects.filter(title="重新计分").exists()


CLOSINGS = {
    "close": lambda finding: workflow.close_finding(finding, by=UserFactory(), closed_at=moment(2026, 3, 5)),
    "pass": lambda finding: rectification.review_finding(
        finding, outcome="passed", by=UserFactory(), reviewed_at=moment(2026, 3, 5)
    ),
    "deduct": lambda finding: orders.deduct_finding(finding, by=UserFactory()),
}


@pytest.mark.parametrize(("state", "step"), [("ordered", "close"), ("reported", "pass"), ("confirmed", "deduct")])
def test_an_end_that_is_entered_afterwards_makes_a_recurrence_of_what_was_found_since(place, state, step):
    first = in_state(state, **place, found_at=moment(2026, 3, 1))
    in_bulk(entry(**place, found_at=moment(2026, 3, 10)))  # a sheet records what happened, open or not
    assert [f.recurrence for f in Finding.objects.order_by("found_at")] == [0, 0]
    CLOSINGS[step](first)
    assert [(f.recurrence, f.multiplier) for f in Finding.objects.order_by("found_at")] == [(0, 1), (1, 2)]


def test_found_before_the_end_stays_what_it_was(place):
    before = make_finding(**place, found_at=moment(2026, 2, 20), closed_at=moment(2026, 2, 21))
    first = make_finding(**place, found_at=moment(2026, 3, 1))
    in_bulk(entry(**place, found_at=moment(2026, 3, 4)))
    in_bulk(entry(**place, found_at=moment(2026, 3, 10)))
    workflow.close_finding(first, by=UserFactory(), closed_at=moment(2026, 3, 5))
    assert (before.recurrence, first.recurrence) == (0, 1)
    assert Finding.objects.get(found_at=moment(2026, 3, 4)).recurrence == 0


def test_a_sheet_compares_places_as_the_form_does(place):
    """Spaces and full width are no other place, in bulk as singly."""
    days = (moment(2026, 3, 1), moment(2026, 3, 5))
    entries = [
        entry(**place | {"place": words}, found_at=day, closed_at=day + timedelta(hours=1))
        for words, day in zip(("样例路１号 东侧", "样例路1号东侧"), days, strict=True)
    ]
    workflow.register_findings(entries, by=None)
    assert list(Finding.objects.order_by("found_at").values_list("recurrence", flat=True)) == [0, 1]


def test_the_scenic_centre_keeps_its_finding_when_corrected():
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE)
    finding = make_finding(item=ItemFactory(areas=["JQ"]), area="JQ")
    form = FindingForm(typed(finding, count=2), finding=finding)
    assert form.is_valid(), form.errors
    assert form.save(by=UserFactory()).lead_unit == centre


def test_a_sheet_that_names_a_known_place_finds_what_was_found_there_under_other_words(place):
    known, other = (make_place(unit=place["unit"], name=name) for name in ("示例广场", "示例广场西口"))
    stood = {**place, "found_at": moment(2026, 3, 1), "closed_at": moment(2026, 3, 2)}
    make_finding(**stood | {"place": "广场东侧花坛", "known_place": known.pk})
    make_finding(**stood | {"place": "示例广场", "known_place": other.pk})
    in_bulk(entry(**place | {"place": "示例广场"}, known_place=known.pk, found_at=moment(2026, 3, 10)))
    assert Finding.objects.get(found_at=moment(2026, 3, 10)).recurrence == 1
    in_bulk(entry(**place | {"place": "广场东侧花坛"}, known_place=other.pk, found_at=moment(2026, 3, 11)))
    assert Finding.objects.get(found_at=moment(2026, 3, 11)).recurrence == 1  # of the one at its own point
    in_bulk(spot(place | {"place": "广场南侧", "known_place": known.pk}, 2, 20))
    assert Finding.objects.get(place="广场东侧花坛", found_on=date(2026, 3, 1)).recurrence == 1


def test_a_squad_that_has_ended_takes_no_part(place):
    squad, other = place["unit"].squad, UnitFactory()
    squad.valid_to = date(2026, 3, 9)
    squad.save()
    before, after = (make_finding(**place | {"place": f"{day}"}, found_at=moment(2026, 3, day)) for day in (9, 10))
    assert set(before.shares.values_list("unit", flat=True)) == {place["unit"].pk, squad.pk}
    assert (after.shares.get().unit, after.shares.get().share) == (place["unit"], 1)
    known = make_place(shares=[(other, "0.4"), (squad, "0.6")])
    kept = make_finding(item=place["item"], unit=other, known_place=known.pk, found_at=moment(2026, 3, 9))
    gone = make_finding(item=place["item"], unit=other, known_place=known.pk, found_at=moment(2026, 3, 10))
    assert (kept.lead_unit, gone.lead_unit, gone.shares.count()) == (squad, other, 1)
