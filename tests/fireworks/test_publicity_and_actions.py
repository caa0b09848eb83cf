"""宣传, 媒体报道 and 联合行动: measures apart, agencies by what they were once called, corrections and taking back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from fireworks.enums import PUBLICITY_MEASURES, PublicityKind
from fireworks.models import JointAction, MediaItem, PublicityEntry
from fireworks.workflow import actions, publicity
from staff.models import Activity, UnitAlias
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow import records
from tests.factories.fireworks import AgencyFactory, make_action, make_media, make_publicity
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + timedelta(days=1)


def test_every_kind_has_its_measure():
    assert set(PUBLICITY_MEASURES) == set(PublicityKind.values)


def test_nothing_is_recorded_ahead():
    for make, field in ((make_publicity, "held_on"), (make_media, "published_on"), (make_action, "held_on")):
        with pytest.raises(Refused) as refusal:
            make(**{field: TOMORROW})
        assert refusal.value.field == field


def test_the_same_media_item_counts_once():
    first = make_media(title="一篇")
    with pytest.raises(Refused, match="已经登记过") as refusal:
        make_media(title="一篇")
    assert refusal.value.field == "title"
    records.void_record(first, by=UserFactory(), reason="登记有误")
    make_media(title="一篇")


@pytest.mark.parametrize(("make", "model", "change", "name"), [
    (make_publicity, PublicityEntry, {"quantity": 0}, "publicity_quantity_positive"),
    (make_publicity, PublicityEntry, {"voided_at": timezone.now()}, "publicityentry_void_whole"),
    (make_media, MediaItem, {"void_reason": "x"}, "mediaitem_void_whole"),
    (make_action, JointAction, {"agency_count": 0}, "action_has_an_agency"),
    (make_action, JointAction, {"places_found": 31}, "action_found_within_checked"),
    (make_action, JointAction, {"voided_at": timezone.now()}, "jointaction_void_whole"),
])  # fmt: skip
def test_the_database_holds_the_rules(make, model, change, name):
    record = make()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.filter(pk=record.pk).update(**change)


def test_joint_means_two_agencies_the_leading_one_included_each_once():
    lead, other = UnitFactory(), AgencyFactory()
    assert not make_action(lead_unit=lead).is_joint
    assert not make_action(lead, lead_unit=lead).is_joint
    joint = make_action(lead, other, lead_unit=lead)
    assert (joint.agency_count, joint.is_joint) == (2, True)
    assert list(JointAction.objects.joint()) == [joint]
    actions.correct_action(joint, [], by=UserFactory(), seen=1)
    assert not JointAction.objects.joint().exists()


@pytest.mark.parametrize("make", [make_publicity, make_media, make_action])
def test_taken_back_once(make):
    record, by = make(), UserFactory()
    records.void_record(record, by=by, reason="重复登记")
    assert Activity.objects.about(record).first().note == "重复登记"
    count = Activity.objects.about(record).count()
    with pytest.raises(Refused, match="已经作废"):
        records.void_record(record, by=by, reason="再来")
    assert Activity.objects.about(record).count() == count


def test_the_second_of_two_editors_is_told_and_a_voided_entry_is_not_edited():
    entry, by = make_publicity(), UserFactory()
    first, second = (PublicityEntry.objects.get(pk=entry.pk) for _ in range(2))
    first.quantity = 9
    publicity.correct_publicity(first, by=by, seen=1)
    assert Activity.objects.about(entry).first().changes == {"数量": ["5", "9"]}
    with pytest.raises(ChangedMeanwhile):
        publicity.correct_publicity(second, by=by, seen=1)
    records.void_record(first, by=by, reason="登记有误")
    with pytest.raises(Refused, match="已作废"):
        publicity.correct_publicity(PublicityEntry.objects.get(pk=entry.pk), by=by, seen=3)


def test_a_street_records_its_own_on_the_phone(street, stranger, office):
    url = reverse("fireworks:publicity-create")
    data = {
        "kind": "banner",
        "quantity": "30",
        "held_on": "2026-02-01",
        "place": "样例广场",
        "unit": street.user.unit_id,
    }
    assert street.post(url, {**data, "quantity": "0"}).status_code == 422
    assert street.post(url, {**data, "unit": stranger.user.unit_id}).status_code == 422  # not his to speak for
    answer = street.post(url, data)
    entry = PublicityEntry.objects.get()
    assert answer.url == entry.get_absolute_url()
    assert stranger.get(answer.url).status_code == 404
    edit, void = (reverse(f"fireworks:publicity-{page}", args=[entry.pk]) for page in ("edit", "void"))
    assert street.post(edit, {**data, "quantity": "31", "seen": "1"}).status_code == 302
    assert stranger.post(void, {"reason": "x"}).status_code == 404
    assert street.get(void).status_code == 405
    assert street.post(void, {"reason": ""}).status_code == 422
    assert street.post(void, {"reason": "重复登记"}).status_code == 302
    assert "已经作废" in office.post(void, {"reason": "再来一次"}, follow=True).content.decode()
    assert office.get(reverse("fireworks:publicity-list")).context["table"].count == 0


def test_a_colleague_may_not_change_what_another_recorded(street, leader):
    entry = make_publicity(unit=street.user.unit, by=UserFactory())
    assert street.get(entry.get_absolute_url()).status_code == 200
    assert street.post(reverse("fireworks:publicity-void", args=[entry.pk]), {"reason": "误"}).status_code == 403
    assert street.get(reverse("fireworks:publicity-edit", args=[entry.pk])).status_code == 403


def test_the_list_adds_up_only_one_kind(office):
    make_publicity(kind="banner", quantity=5)
    make_publicity(kind="banner", quantity=6)
    make_publicity(kind="board", quantity=7)
    url = reverse("fireworks:publicity-list")

    def total(**query):
        cells = office.get(url, query).context["table"].totals
        return next(cell.value for cell in cells if cell.column.name == "quantity")

    assert total() is None
    assert total(kind="banner") == 11


def ended(days_ago, **facts):
    return UnitFactory(valid_to=timezone.localdate() - timedelta(days=days_ago), **facts)


def test_what_a_unit_did_before_it_ended_is_entered_late_and_corrected_ever_after(office):
    lately, long_ago = ended(200), ended(700)
    url = reverse("fireworks:publicity-create")
    data = {"kind": "banner", "quantity": "30", "held_on": "2026-02-01", "place": "样例广场"}
    assert office.post(url, {**data, "unit": long_ago.pk}).status_code == 422
    assert office.post(url, {**data, "unit": lately.pk}).status_code == 302
    old = make_publicity(unit=long_ago, held_on=date(2024, 2, 1))
    edit = reverse("fireworks:publicity-edit", args=[old.pk])
    page = office.get(edit).content.decode()
    assert f'<option value="{long_ago.pk}" selected>{long_ago}</option>' in page
    facts = {**data, "held_on": "2024-02-01", "unit": long_ago.pk, "quantity": "31", "seen": old.version}
    assert office.post(edit, facts).status_code == 302
    old.refresh_from_db()
    assert (old.unit, old.quantity) == (long_ago, 31)


def test_a_street_is_offered_its_own_that_ended_lately_and_nobody_elses(street, stranger):
    own, theirs = (ended(30, kind="community", parent=each.user.unit) for each in (street, stranger))
    offered = street.get(reverse("fireworks:publicity-create")).context["form"].fields["unit"].queryset
    assert own in offered
    assert theirs not in offered


def test_an_action_keeps_the_agency_that_has_ended_since(office):
    agency = AgencyFactory()
    action = make_action(agency)
    agency.valid_to = timezone.localdate() - timedelta(days=1)
    agency.save()
    assert (
        agency
        in office.get(reverse("fireworks:action-edit", args=[action.pk])).context["form"].fields["agencies"].queryset
    )
    assert agency not in office.get(reverse("fireworks:action-create")).context["form"].fields["agencies"].queryset


def test_an_agency_is_found_by_what_it_was_once_called(office):
    agency = AgencyFactory(name="区应急管理局")
    UnitAlias.objects.create(unit=agency, name="区安监局")
    page = office.get(reverse("fireworks:action-create")).content.decode()
    assert "区应急管理局（区安监局）" in page
    data = {"name": "样例行动", "held_on": "2026-02-12", "area": "样例街", "lead_unit": office.user.unit_id, "agencies": [agency.pk],
            "people": "20", "vehicles": "3", "places_checked": "3", "places_found": "4"}  # fmt: skip
    refused = office.post(reverse("fireworks:action-create"), data)
    assert refused.status_code == 422
    assert "不能多于" in refused.content.decode()
    done = office.post(reverse("fireworks:action-create"), {**data, "places_found": "1"}, follow=True)
    assert "联合行动" in done.content.decode()
    assert JointAction.objects.get().is_joint


def test_media_from_the_page(office):
    url = reverse("fireworks:media-create")
    data = {
        "level": "city",
        "outlet": "样例日报",
        "title": "一篇",
        "published_on": "2026-02-01",
        "unit": office.user.unit_id,
    }
    assert office.post(url, data).status_code == 302
    again = office.post(url, data)
    assert again.status_code == 422
    assert "已经登记过" in again.content.decode()
    item = MediaItem.objects.get()
    edit = reverse("fireworks:media-edit", args=[item.pk])
    assert office.post(edit, {**data, "title": "改了", "seen": "1"}).status_code == 302
    assert office.post(edit, {**data, "title": "又改", "seen": "1"}).status_code == 422
    assert date(2026, 2, 1) == item.published_on
