"""Many items at once: each told by itself, what was not told is said; before and after side by side on paper."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billboards import desk
from billboards.enums.campaigns import ItemState, PhotoStage
from billboards.models import CampaignItem, ItemPhoto
from billboards.workflow import campaigns, items
from staff.permissions import Roles
from staff.uploads import save_image
from tests.factories.boards import handle, make_campaign, make_item, picture
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
NOTIFY, ANNEX = reverse("billboards:item-batch-notify"), reverse("billboards:item-annex")


def signed_in(role, unit=None):
    client = Client()
    client.user = UserFactory(role=role, unit=unit or UnitFactory())
    client.force_login(client.user)
    return client


def days():
    today = timezone.localdate()
    return {"notified_on": today.isoformat(), "due_on": (today + timedelta(days=7)).isoformat()}


def words_of(answer):
    return " ".join(str(each) for each in answer.context["messages"])


def test_the_ticked_rows_are_asked_about_first_and_nothing_happens_yet():
    item = make_item(make_campaign())
    answer = signed_in(Roles.BILLBOARD_OFFICE).post(NOTIFY, {"pk": [item.pk]})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert item.number in body
    assert f'name="pk" value="{item.pk}"' in body
    assert CampaignItem.objects.get().state == ItemState.FOUND


def test_each_is_told_by_itself_and_what_was_not_is_listed():
    campaign = make_campaign()
    one, two, done = (make_item(campaign) for _ in range(3))
    CampaignItem.objects.filter(pk=done.pk).update(state=ItemState.DEFERRED)
    client = signed_in(Roles.BILLBOARD_OFFICE)
    answer = client.post(NOTIFY, {"pk": [one.pk, two.pk, done.pk], **days()}, follow=True)
    assert f"已告知 2 条：{one.number}、{two.number}" in words_of(answer)
    assert done.number in words_of(answer)
    for item in (one, two):
        item.refresh_from_db()
        assert (item.state, item.due_on.isoformat()) == (ItemState.NOTIFIED, days()["due_on"])
    again = client.post(NOTIFY, {"pk": [one.pk], **days()}, follow=True)
    assert "没有告知的 1 条" in words_of(again)


def test_a_wrong_day_keeps_the_ticks():
    item = make_item(make_campaign())
    answer = signed_in(Roles.BILLBOARD_OFFICE).post(NOTIFY, {"pk": [item.pk], **days(), "due_on": "x"})
    assert answer.status_code == 422
    assert f'name="pk" value="{item.pk}"' in answer.content.decode()


def test_a_street_does_not_tell_for_another():
    item = make_item(make_campaign())
    answer = signed_in(Roles.STREET_CONTACT).post(NOTIFY, {"pk": [item.pk]}, follow=True)
    assert "没有选中" in words_of(answer)
    signed_in(Roles.STREET_CONTACT).post(NOTIFY, {"pk": [item.pk], **days()})
    assert CampaignItem.objects.get().state == ItemState.FOUND


def test_before_and_after_stand_side_by_side(monkeypatch):
    campaign, by = make_campaign(), UserFactory()
    item, other = make_item(campaign), make_item(campaign)
    for stage, colour in ((PhotoStage.AFTER, "green"), (PhotoStage.CONSENT, "white"), (PhotoStage.BEFORE, "red")):
        save_image(picture(colour), ItemPhoto, by=by, item=item, stage=stage)
    shown = []
    monkeypatch.setattr("staff.pages.render_pdf", lambda name, context: shown.extend(context["entries"]) or b"%PDF-")
    answer = signed_in(Roles.BILLBOARD_OFFICE).get(ANNEX, {"campaign": campaign.pk})
    assert answer["Content-Type"] == "application/pdf"
    ((entry),) = shown
    assert [each.label for each in entry.pictures] == ["整治前", "整治后"]
    assert (entry.record, entry.record == other) == (item, False)
    assert item.number in entry.words


def test_no_photos_and_too_many_are_said(monkeypatch):
    item, client = make_item(make_campaign()), signed_in(Roles.BILLBOARD_OFFICE)
    assert "都没有整治前后照片" in words_of(client.get(ANNEX, follow=True))
    save_image(picture(), ItemPhoto, by=UserFactory(), item=item, stage=PhotoStage.BEFORE)
    assert client.get(ANNEX).content.startswith(b"%PDF-")
    monkeypatch.setattr("billboards.views.item_lists.MOST_ENTRIES", 0)
    assert "缩小范围" in words_of(client.get(ANNEX, follow=True))


def test_a_removal_of_another_units_item_opens_by_itself():
    item = handle(make_item(make_campaign()))
    client = signed_in(Roles.PERMIT_SECTION)
    rows = client.get(reverse("billboards:removal-list")).context["table"].rows
    address = rows[0].url
    assert address != item.get_absolute_url()
    page = client.get(address)
    assert page.status_code == 200
    assert item.number in page.content.decode()
    assert signed_in(Roles.BILLBOARD_OFFICE).get(reverse("billboards:removal-list")).context["table"].rows[0].url == (
        item.get_absolute_url()
    )


def test_what_a_line_of_the_desk_counts_its_link_lists():
    squad = SquadFactory()
    client = signed_in(Roles.SQUAD_LEADER, squad)
    over, running = (make_campaign(UnitFactory(squad=squad)) for _ in range(2))
    for campaign in (over, running):
        late = make_item(campaign)
        items.notify_item(late, by=UserFactory(), notified_on=late.found_on, due_on=late.found_on)
        items.send_back_item(handle(make_item(campaign)), by=UserFactory(), reason="还在")
        make_item(campaign)
        handle(make_item(campaign)), handle(make_item(campaign), by=client.user)
    campaigns.close_campaign(over, by=UserFactory(), conclusion="整治结束", accept_unreviewed=True)
    lines = desk.items_todo(client.user)
    assert [each.count for each in lines] == [2, 2, 2, 2]  # what is left of a campaign that is over, too
    for each in lines:
        assert client.get(each.url).context["table"].count == each.count, each.text
