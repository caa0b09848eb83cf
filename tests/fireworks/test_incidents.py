"""炮情: each step from each state, the constraints, what is derived, what is refused and what is only flagged."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from fireworks.enums import INCIDENT_TRANSITIONS, Handling, IncidentState, PoliceOutcome
from fireworks.models import Incident, PoliceResult
from fireworks.workflow import incidents
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.fireworks import GridFactory, make_incident, unsaved_incident
from tests.factories.inspections import moment
from tests.factories.staff import UnitFactory, UserFactory
from tests.fireworks.racing import race
from tests.thorough import many

pytestmark = pytest.mark.django_db
STEPS = {
    "verify": lambda incident, by: incidents.verify_incident(incident, incidents.Finding(), by=by),
    "dismiss": lambda incident, by: incidents.dismiss_incident(incident, incidents.Finding("未发现"), by=by),
    "handle": lambda incident, by: incidents.handle_incident(
        incident, incidents.Treatment("dissuaded", "员示例"), by=by
    ),
    "close": lambda incident, by: incidents.close_incident(incident, by=by),
    "void": lambda incident, by: incidents.void_incident(incident, by=by, reason="登记有误"),
}


@pytest.mark.parametrize("state", IncidentState.values)
@pytest.mark.parametrize("edge", INCIDENT_TRANSITIONS)
def test_every_step_from_every_state(state, edge):
    incident, by = make_incident(to=state), UserFactory()
    before = Activity.objects.about(incident).count()
    step = INCIDENT_TRANSITIONS[edge]
    if state in step.sources:
        assert STEPS[edge](incident, by).state == step.target
        assert Activity.objects.about(incident).first().title == step.label
        with pytest.raises(Refused, match="目前是"):  # the page was open twice
            STEPS[edge](incident, by)
        assert Activity.objects.about(incident).count() == before + 1
    else:
        with pytest.raises(Refused, match="目前是"):
            STEPS[edge](incident, by)
        assert Activity.objects.about(incident).count() == before


def test_every_edge_names_its_basis():
    assert all(edge.basis and edge.label for edge in INCIDENT_TRANSITIONS.values())


@pytest.mark.parametrize(("change", "name"), [
    ({"state": "voided"}, "incident_void_whole"),
    ({"void_reason": "x"}, "incident_void_whole"),
    ({"state": "handled", "verified_at": timezone.now()}, "incident_handled_says_how"),
    ({"state": "verified"}, "incident_looked_into_says_when"),
    ({"state": "closed", "verified_at": timezone.now(), "handled_at": timezone.now(), "handling": "gone"}, "incident_closed_says_when"),
    ({"reported_at": moment(2026, 1, 2), "on_site_at": moment(2026, 1, 1)}, "incident_on_site_after_report"),
    ({"latitude": "29.3"}, "incident_position_whole"),
])  # fmt: skip
def test_the_database_holds_the_rules_too(change, name):
    incident = make_incident()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**change)


@pytest.mark.parametrize(("facts", "name"), [
    ({"outcome": "warning", "amount": 100}, "police_amount_only_of_fines"),
    ({"outcome": "fine", "days": 3}, "police_days_only_of_detention"),
    ({"outcome": "fine", "people": 0}, "police_result_of_somebody"),
])  # fmt: skip
def test_the_database_keeps_police_results_apart(facts, name):
    incident = make_incident(to="verified")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PoliceResult.objects.create(incident=incident, told_by="样例派出所", **facts)


def test_numbers_run_by_the_year_of_finding():
    numbers = [
        make_incident(found_at=moment(year, 2, 1, hour)).number for year, hour in ((2025, 9), (2026, 9), (2025, 10))
    ]
    assert numbers == ["炮2025-0001", "炮2026-0001", "炮2025-0002"]


def test_the_day_of_finding_is_the_local_one():
    assert make_incident(found_at=moment(2026, 2, 17, 0, 30)).found_on.isoformat() == "2026-02-17"


def test_the_unit_follows_from_the_grid():
    grid = GridFactory()
    assert make_incident(grid=grid).unit == grid.community.parent


def corrected(incident, **facts):
    """The unit after a correction."""
    typed = Incident.objects.get(pk=incident.pk)
    for name, value in facts.items():
        setattr(typed, name, value)
    incidents.edit_incident(typed, by=UserFactory(), seen=typed.version)
    return Incident.objects.get(pk=incident.pk).unit


def test_a_unit_that_the_grid_gave_follows_when_the_grid_is_corrected():
    old, new, chosen = GridFactory(), GridFactory(), UnitFactory()
    incident = make_incident(grid=old)
    assert corrected(incident, place="门牌写错") == old.community.parent
    assert corrected(incident, grid=new) == new.community.parent
    assert Activity.objects.about(incident).first().changes["属地单位"] == [
        str(old.community.parent), str(new.community.parent),
    ]  # fmt: skip
    assert corrected(incident, grid=old, unit=chosen) == chosen
    assert corrected(incident, grid=new) == chosen  # said by somebody, not derived
    assert corrected(make_incident(grid=old), grid=None) == old.community.parent


def test_without_grid_and_unit_it_is_refused():
    with pytest.raises(Refused, match="网格或属地单位"):
        incidents.record_incident(unsaved_incident(unit=None), by=None)


@given(st.integers(min_value=-200, max_value=5_000))
def test_response_is_report_to_site_in_whole_minutes(minutes):
    found = moment(2026, 2, 1)
    incident = Incident(found_at=found, reported_at=found, on_site_at=found + timedelta(minutes=minutes, seconds=30))
    expected = minutes if 0 <= minutes < 24 * 60 + 1 else None
    assert incident.minutes_to_site == expected


def test_the_clock_starts_when_the_watch_knew():
    found = moment(2026, 2, 1, 20)
    facts = {
        "found_at": found,
        "reported_at": found + timedelta(minutes=10),
        "on_site_at": found + timedelta(minutes=22),
    }
    assert make_incident(**facts).response_minutes == 12


@pytest.mark.parametrize(("facts", "field"), [
    ({"found_at": timezone.now() + timedelta(days=1)}, "found_at"),
    ({"on_site_at": timezone.now() + timedelta(hours=3)}, "on_site_at"),
    ({"found_at": moment(2026, 2, 1, 20), "on_site_at": moment(2026, 2, 1, 19)}, "on_site_at"),
])  # fmt: skip
def test_times_that_cannot_be_are_refused_beside_their_field(facts, field):
    with pytest.raises(Refused) as refusal:
        make_incident(**facts)
    assert refusal.value.field == field
    assert not Incident.objects.exists()


def test_what_happened_otherwise_is_recorded_and_flagged():
    assert "没有到场时间" in make_incident(to="handled").flag
    found = moment(2026, 2, 1, 20)
    late = make_incident(found_at=found, on_site_at=found + timedelta(days=3))
    assert late.response_minutes is None
    assert "超过一天" in late.flag


def test_the_same_incident_twice_is_told_where_it_stands():
    unit, found = UnitFactory(), moment(2026, 2, 1, 20)
    facts = {"unit": unit, "found_at": found, "place": "样例路1号"}
    first = make_incident(**facts)
    with pytest.raises(incidents.AlreadyRecorded) as refusal:
        make_incident(**facts)
    assert refusal.value.incident == first
    incidents.void_incident(first, by=UserFactory(), reason="登记有误")
    assert make_incident(**facts).number != first.number


def test_of_two_who_record_the_same_at_one_moment_the_second_sees_the_first(monkeypatch):
    """The second waits for his number until the first has committed: only then does he look whether it is there."""
    facts = {"unit": UnitFactory(), "found_at": moment(2026, 2, 1, 20), "place": "样例路1号"}
    take, first = incidents.take_numbers, []

    def wait(*args, **kwargs):
        monkeypatch.setattr(incidents, "take_numbers", take)
        first.append(make_incident(**facts))
        return take(*args, **kwargs)

    with transaction.atomic():
        monkeypatch.setattr(incidents, "take_numbers", wait)
        with pytest.raises(incidents.AlreadyRecorded) as refusal:
            make_incident(**facts)
        assert refusal.value.incident == first[0]


def test_a_refused_double_uses_up_no_number():
    facts = {"unit": UnitFactory(), "found_at": moment(2026, 2, 1, 20), "place": "样例路1号"}
    make_incident(**facts)
    with pytest.raises(incidents.AlreadyRecorded):
        make_incident(**facts)
    assert make_incident(found_at=moment(2026, 2, 2, 20)).number == "炮2026-0002"


@pytest.mark.trust
@pytest.mark.django_db(transaction=True)
def test_the_same_sent_twice_at_the_same_moment_stands_once():
    for hour in range(many(3, 20)):
        facts = {"unit": UnitFactory(), "found_at": moment(2026, 2, 1, hour), "place": "样例路1号"}
        record = partial(make_incident, **facts)
        assert sorted(race(record, record)) == ["ok", "refused"]
        assert Incident.objects.filter(unit=facts["unit"]).count() == 1


def test_the_office_is_told_of_a_new_one_and_the_recorder_of_each_step():
    office, recorder = UserFactory(role=Roles.FIREWORKS_OFFICE), UserFactory(role=Roles.STREET_CONTACT)
    incident = make_incident(by=recorder)
    assert incident.number in Message.objects.get(recipient=office).text
    incidents.verify_incident(incident, incidents.Finding(), by=office)
    assert "核实" in Message.objects.get(recipient=recorder).text


def test_the_second_of_two_editors_is_told():
    incident, by = make_incident(), UserFactory()
    incidents.edit_incident(Incident.objects.get(pk=incident.pk), by=by, seen=1)
    with pytest.raises(ChangedMeanwhile):
        incidents.edit_incident(Incident.objects.get(pk=incident.pk), by=by, seen=1)


@pytest.mark.parametrize("state", ["closed", "voided"])
def test_what_is_closed_or_voided_is_not_edited(state):
    incident = make_incident(to=state)
    with pytest.raises(Refused, match="不能再改"):
        incidents.edit_incident(incident, by=UserFactory(), seen=incident.version)


@pytest.mark.parametrize("state", ["reported", "unfounded", "voided"])
def test_police_results_only_of_what_was_true(state):
    result = PoliceResult(incident=make_incident(to=state), outcome=PoliceOutcome.FINE, told_by="样例派出所")
    with pytest.raises(Refused, match="核实过"):
        incidents.record_police_result(result, by=UserFactory())


def test_police_results_may_come_after_closing_and_are_logged():
    incident = make_incident(to="closed", police="fine")
    assert Activity.objects.about(incident).first().title == "登记公安机关处理结果"


def test_handling_knows_no_fines():
    """罚款、拘留 are the police's: what the watch itself can choose holds neither."""
    assert not {"罚款", "拘留"} & {str(label) for label in Handling.labels}


def test_handling_before_finding_is_refused():
    incident = make_incident(to="verified")
    early = incidents.Treatment("gone", "员示例", handled_at=incident.found_at - timedelta(minutes=1))
    with pytest.raises(Refused, match="不得早于"):
        incidents.handle_incident(incident, early, by=UserFactory())


def test_a_wrong_time_of_handling_is_put_right_with_the_old_one_in_the_log():
    incident = incidents.verify_incident(make_incident(), incidents.Finding(), by=UserFactory())
    incidents.handle_incident(incident, incidents.Treatment("gone", "员示例"), by=UserFactory())
    right = incident.found_at + timedelta(minutes=20)
    Incident.objects.update(handled_at=incident.found_at - timedelta(days=1), on_site_at=incident.found_at)
    too_early, ahead = incident.found_at - timedelta(hours=2), timezone.now() + timedelta(days=2)
    for typed, words in ((too_early, "不得早于"), (ahead, "晚于现在")):
        with pytest.raises(Refused, match=words) as refusal:
            corrected(incident, handled_at=typed)
        assert refusal.value.field == "handled_at"
    corrected(incident, place="别处")
    assert "处置时间早于" in Incident.objects.get().flag  # what is left alone is no refusal
    corrected(incident, handled_at=right)
    assert (Incident.objects.get().flag, Incident.objects.get().handled_at) == ("", right)
    assert "处置时间" in Activity.objects.about(incident).filter(title="修改炮情").first().changes


def test_a_correction_does_not_make_two_of_one():
    facts = {"unit": UnitFactory(), "found_at": moment(2026, 2, 1, 20)}
    first, second = make_incident(place="样例路1号", **facts), make_incident(place="样例路2号", **facts)
    second.place = "样例路1号"
    with pytest.raises(incidents.AlreadyRecorded, match=f"{first.number}.*作废其中一条") as refusal:
        incidents.edit_incident(second, by=UserFactory(), seen=1)
    assert (refusal.value.incident, refusal.value.field) == (first, "place")
    incidents.void_incident(first, by=UserFactory(), reason="重复登记")
    assert incidents.edit_incident(second, by=UserFactory(), seen=1).place == "样例路1号"


def test_nobody_deals_with_it_before_anybody_is_there():
    incident = make_incident(to="verified")
    found = incident.found_at
    there, done = found + timedelta(minutes=20), found + timedelta(minutes=10)
    treatment = incidents.Treatment("gone", "员示例", handled_at=done, on_site_at=there)
    with pytest.raises(Refused, match="不得早于到场时间") as refusal:
        incidents.handle_incident(incident, treatment, by=UserFactory())
    assert refusal.value.field == "handled_at"
    assert Incident.objects.get().on_site_at is None


@pytest.mark.parametrize("name", ["found_at", "on_site_at"])
def test_a_correction_past_the_handling_is_taken_and_flagged(name):
    incident = make_incident(to="handled")
    Incident.objects.update(handled_at=incident.found_at + timedelta(minutes=10))
    incident = Incident.objects.get()
    incident.on_site_at = incident.found_at + timedelta(minutes=5)
    setattr(incident, name, incident.found_at + timedelta(minutes=15))
    incident.on_site_at = max(incident.on_site_at, incident.found_at)
    assert "处置时间早于" in incidents.edit_incident(incident, by=UserFactory(), seen=incident.version).flag
