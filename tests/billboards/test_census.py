"""The doors of the census' queue: what a phone sends twice is taken once, and only its owner is told so."""

import hashlib
import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billboards.models import CampaignItem, ItemPhoto
from billboards.workflow import campaigns
from staff.models import Activity
from staff.permissions import Roles
from tests.billboards.test_case_pages import signed_in
from tests.factories.boards import make_campaign, picture
from tests.factories.staff import UnitFactory

pytestmark = pytest.mark.django_db
SUBMIT, PHOTO = reverse("billboards:census-submit"), reverse("billboards:census-photo")


@pytest.fixture
def campaign():
    return make_campaign(UnitFactory(kind="street"))


@pytest.fixture
def squad(campaign):
    return signed_in(Roles.BILLBOARD_OFFICE)


def entry(running, **changed):
    facts = {
        "client_id": str(uuid.uuid4()), "campaign": running.pk, "place": "湖滨路 8 号", "street": running.streets.get().pk,
        "kind": "shop_sign", "problem": "damaged", "name": "样例餐馆", "quantity": "2", "measure": "piece", "area": "12.5",
        "found_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    return {**facts, **changed}


def test_an_entry_sent_twice_is_one_item_and_both_are_acknowledged(squad, campaign):
    sent = entry(campaign)
    answers = [squad.post(SUBMIT, sent).json() for _ in range(2)]
    item = CampaignItem.objects.get()
    assert [answer["client_id"] for answer in answers] == [sent["client_id"]] * 2
    assert answers[0]["number"] == answers[1]["number"] == item.number
    assert (item.quantity, item.place, item.recorded_by) == (2, "湖滨路 8 号", squad.user)


def test_a_correction_after_a_lost_answer_corrects_the_item(squad, campaign):
    sent = entry(campaign, area="", latitude="29.320000", longitude="113.120000")
    told = [squad.post(SUBMIT, {**sent, **more}).json()["told"] for more in ({}, {"latitude": "", "longitude": ""})]
    assert told[0] == told[1]  # the same again
    answer = squad.post(SUBMIT, {**sent, "quantity": "5", "place": "湖滨路 9 号"}).json()
    item = CampaignItem.objects.get()
    assert (item.quantity, item.place, str(item.latitude)) == (5, "湖滨路 9 号", "29.320000")
    assert "已按手机上的更正修改" in answer["told"]
    assert Activity.objects.about(item).get(title="修改专项问题").changes["数量"] == ["2", "5"]
    assert squad.post(SUBMIT, {**sent, "place": ""}).status_code == 200  # version two: said, not stored
    assert "没有采用" in squad.post(SUBMIT, sent).json()["told"]
    assert CampaignItem.objects.get().quantity == 5


def test_a_wrong_correction_stays_on_the_phone(squad, campaign):
    sent = entry(campaign)
    squad.post(SUBMIT, sent)
    answer = squad.post(SUBMIT, {**sent, "quantity": "0"})
    assert (answer.status_code, CampaignItem.objects.get().quantity) == (422, 2)
    assert "数量" in answer.json()["problems"][0]


def test_a_photo_is_acknowledged_by_its_hash_and_stored_once(squad, campaign):
    sent = entry(campaign)
    squad.post(SUBMIT, sent)
    content = picture().read()
    facts = {"client_id": sent["client_id"], "sha256": hashlib.sha256(content).hexdigest()}
    for _ in range(2):
        answer = squad.post(PHOTO, {**facts, "photo": SimpleUploadedFile("前.jpg", content)})
        assert answer.json()["sha256"] == facts["sha256"]
    assert ItemPhoto.objects.get().stage == "before"
    broken = squad.post(PHOTO, {**facts, "photo": picture("blue")})
    assert broken.status_code == 422
    assert "损坏" in broken.json()["problems"][0]


def test_a_photo_before_its_entry_waits(squad):
    answer = squad.post(PHOTO, {"client_id": str(uuid.uuid4()), "photo": picture()})
    assert answer.status_code == 422
    assert "先于记录" in answer.json()["problems"][0]


def test_somebody_elses_entry_is_not_acknowledged(squad, campaign):
    sent = entry(campaign)
    squad.post(SUBMIT, sent)
    other = signed_in(Roles.BILLBOARD_OFFICE)
    assert other.post(SUBMIT, sent).status_code == 422
    assert other.post(PHOTO, {"client_id": sent["client_id"], "photo": picture()}).status_code == 422
    assert not ItemPhoto.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"place": ""}, "地点"),
        ({"campaign": "x"}, "没有这个专项"),
        ({"client_id": "x"}, "手机端编号"),
        ({"quantity": "0"}, "数量"),
        ({"found_on": "2999-01-01"}, "晚于今天"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_and_nothing_is_stored(squad, campaign, changed, words):
    answer = squad.post(SUBMIT, entry(campaign, **changed))
    assert answer.status_code == 422
    assert words in "".join(answer.json()["problems"])
    assert not CampaignItem.objects.exists()


def test_after_the_campaign_nothing_more_is_entered_but_what_came_is_acknowledged(squad, campaign):
    sent = entry(campaign)
    squad.post(SUBMIT, sent)
    closing = {"conclusion": "整治结束，转入日常管理。", "accept_unreviewed": True}
    campaigns.close_campaign(campaign, by=squad.user, **closing)
    assert squad.post(SUBMIT, sent).status_code == 200
    late = squad.post(SUBMIT, entry(campaign, place="别处"))
    assert late.status_code == 422
    assert "还在手机里" in late.json()["problems"][0]


def test_the_page_and_its_worker_know_each_other(client, squad, campaign):
    home = reverse("billboards:census", args=[campaign.pk])
    page = squad.get(home).content.decode()
    worker = reverse("billboards:census-worker", args=[campaign.pk])
    assert f'data-worker="{worker}"' in page
    answer = client.get(worker)  # phones ask for it before the login
    assert answer["Service-Worker-Allowed"] == home
    facts = json.loads(re.search(r"self\.SHELL = (\{.*?\});", answer.content.decode()).group(1))
    assert (facts["name"], facts["home"]) == (f"census-{campaign.pk}", home)
    scripts = set(re.findall(r'<script defer src="([^"]+)"', page))
    assert scripts <= set(facts["files"])
    known = squad.get(facts["reference"]).json()
    assert known["user"] == squad.user.pk
    assert signed_in(Roles.FINANCE).get(facts["reference"]).status_code == 403
