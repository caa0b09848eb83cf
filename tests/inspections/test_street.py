"""What a phone sends: taken in once each, acknowledged by its own key and hash, refused with words that keep it there."""

import hashlib
import io
import json
import re
import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.models import Finding, FindingPhoto, Place, Sighting
from inspections.registrar import entry_of
from inspections.views.street import OWN
from inspections.workflow import findings, orders, rounds
from staff.models import Activity
from staff.offline import SHELL
from staff.permissions import Roles
from staff.uploads import MAX_IMAGE_BYTES
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round
from tests.factories.scores import published_bulletin
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessor(client):
    user = UserFactory(role=Roles.ASSESSOR)
    client.force_login(user)
    return user


def url(name):
    return reverse(f"inspections:street-{name}")


def data(**more):
    unit = more.pop("unit", None) or UnitFactory(squad=SquadFactory())
    item = more.pop("item", None) or ItemFactory()
    return {
        "client_id": str(uuid.uuid4()), "found_at": "2026-03-05T01:30:00.000Z", "item": item.pk, "unit": unit.pk,
        "area": "ZG", "place": "样例路1号", "known_place": "", "latitude": "29.320000", "longitude": "113.120000",
        "count": "2", "severe": "", "source": "own_patrol", "handling": "order", "description": "",
        "found_by": "查示例、考示例", "round": "", "keep_place": "", **more,
    }  # fmt: skip


def picture(colour="teal", form="JPEG"):
    target = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, form)
    return target.getvalue()


def upload(client, key, content, *, sha256=None, name="IMG.jpg"):
    file = io.BytesIO(content)
    file.name = name
    digest = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    return client.post(url("photo"), {"client_id": key, "sha256": digest, "photo": file})


def test_an_entry_is_registered_and_acknowledged_by_its_key(client, assessor):
    sent = data()
    answer = client.post(url("submit"), sent).json()
    finding = Finding.objects.get()
    assert (answer["client_id"], answer["number"], answer["merged"]) == (sent["client_id"], finding.number, False)
    assert answer["points"] == "0.48"
    assert finding.found_at == moment(2026, 3, 5, 9, 30)
    assert (finding.handling, finding.registered_by, finding.round.name) == ("order", assessor, "2026年3月日常")


def test_the_same_entry_twice_is_one_finding_and_the_same_answer(client, assessor):
    sent = data()
    first, second = (client.post(url("submit"), sent).json() for _ in range(2))
    assert first == second
    assert Finding.objects.count() == 1
    assert Activity.objects.about(Finding.objects.get()).count() == 1


def corrected(client, sent, **more):
    """What the phone sends when the first answer was lost and the entry corrected since."""
    client.post(url("submit"), sent)
    return client.post(url("submit"), {**sent, **more}).json()


def test_a_correction_after_a_lost_answer_corrects_the_finding(client, assessor):
    answer = corrected(client, data(), count="3", found_at="2026-03-05T08:00:00Z")
    finding = Finding.objects.get()
    assert (finding.count, finding.points) == (3, Decimal("0.72"))
    assert finding.found_at == moment(2026, 3, 5, 9, 30)  # it was found when it was found
    assert (answer["points"], answer["warnings"]) == ("0.72", [])
    assert "已按手机上的更正修改" in answer["told"]
    line = Activity.objects.about(finding).get(title="修改")
    assert (line.note, line.changes["数量"]) == ("手机上更正", ["2", "3"])


def test_each_correction_counts_and_the_last_again_changes_nothing(client, assessor):
    sent = data()
    corrected(client, sent, count="3")
    answers = [client.post(url("submit"), {**sent, "count": "4"}).json() for _ in range(2)]
    assert Finding.objects.get().count == 4
    assert ["更正" in answer["told"] for answer in answers] == [True, False]
    assert Activity.objects.filter(title="修改").count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("area", "SQ"), ("place", "样例路2号"), ("latitude", "29.330000"), ("severe", "on"), ("handling", "deduct"),
        ("description", "还有一处"), ("source", "leader"), ("found_by", "核示例"),
    ],
)  # fmt: skip
def test_whatever_was_corrected_is_taken(client, assessor, field, value):
    sent = data()
    answer = corrected(client, sent, **{field: value})
    stored = getattr(Finding.objects.get(), field)
    assert stored == {"severe": True, "latitude": Decimal("29.33")}.get(field, value)
    assert (answer["warnings"], Finding.objects.count()) == ([], 1)


def test_a_corrected_unit_and_item_are_taken(client, assessor):
    unit, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    corrected(client, data(), unit=unit.pk, item=item.pk)
    finding = Finding.objects.get()
    assert (finding.item, finding.lead_unit) == (item, unit)


def test_a_place_that_was_kept_is_no_correction_and_a_corrected_one_is_kept(client, assessor):
    sent = data(keep_place="on")
    assert "更正" not in corrected(client, sent)["told"]
    client.post(url("submit"), {**sent, "place": "样例路9号"})
    assert Finding.objects.get().spot == Place.objects.get(name="样例路9号")
    assert Place.objects.count() == 2


def test_what_the_office_went_on_with_is_not_corrected_from_the_phone_and_that_is_said(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    orders.confirm_finding(Finding.objects.get(), by=assessor)
    assert client.post(url("submit"), sent).json()["warnings"] == []
    (words,) = client.post(url("submit"), {**sent, "count": "3"}).json()["warnings"]
    assert "不同（数量），没有采用" in words
    assert "请联系考评办" in words
    assert Finding.objects.get().count == 2


def test_a_correction_at_the_desk_is_not_undone_by_the_phone(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    finding = Finding.objects.get()
    findings.edit_finding(finding, replace(entry_of(finding), count=5), by=assessor, seen=1)
    (words,) = client.post(url("submit"), sent).json()["warnings"]
    assert "登记后已经修改过" in words
    assert Finding.objects.get().count == 5


def test_what_no_correction_may_change_is_said_and_the_rest_is_taken(client, assessor):
    other = make_round()
    answer = corrected(client, data(), count="3", handling="spot", round=other.pk)
    finding = Finding.objects.get()
    assert (finding.count, finding.handling, finding.round.is_default) == (3, "order", True)
    assert "不能改为即查即改" in answer["warnings"][0]
    assert "考评轮次登记后不能改" in answer["warnings"][0]


def test_a_correction_that_is_wrong_stays_on_the_phone(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    refused = client.post(url("submit"), {**sent, "area": "TD"})
    assert (refused.status_code, refused.json()["wrong"]) == (422, ["area"])
    assert Finding.objects.get().area == "ZG"


def test_a_correction_of_what_was_merged_is_kept_with_the_finding(client, assessor):
    first = data()
    client.post(url("submit"), first)
    again = {**first, "client_id": str(uuid.uuid4()), "found_at": "2026-03-07T01:30:00Z", "description": "还在"}
    answer = corrected(client, again, count="5", description="还在，更多了")
    assert "数量 5（原登记 2）" in answer["told"]
    assert Sighting.objects.get().description == "还在；还在，更多了；数量 5（原登记 2）"
    assert Activity.objects.filter(title="再次发现").count() == 2
    elsewhere = client.post(url("submit"), {**again, "place": "样例路8号"}).json()
    assert "没有另行登记" in elsewhere["warnings"][0]
    assert Finding.objects.count() == 1


def test_the_same_key_from_another_account_is_not_answered(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    client.force_login(UserFactory(role=Roles.ASSESSOR))
    refused = client.post(url("submit"), sent)
    assert refused.status_code == 422
    assert "别的账号" in refused.json()["problems"][0]


def test_found_again_before_closing_is_the_same_finding_and_kept_as_a_fact(client, assessor):
    first = data()
    client.post(url("submit"), first)
    again = {**first, "client_id": str(uuid.uuid4()), "found_at": "2026-03-07T01:30:00Z", "description": "还在"}
    answers = [client.post(url("submit"), again).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["merged"] is True
    assert Finding.objects.count() == 1
    assert Sighting.objects.get().seen_at == moment(2026, 3, 7, 9, 30)
    assert Activity.objects.about(Finding.objects.get()).filter(title="再次发现").count() == 1


def test_another_shop_within_thirty_metres_is_another_finding(client, assessor):
    first = data()
    client.post(url("submit"), first)
    second = {**first, "client_id": str(uuid.uuid4()), "place": "样例路3号", "latitude": "29.320100"}
    assert client.post(url("hint"), second).json()["same"] is None
    assert client.post(url("submit"), second).json()["merged"] is False
    drifted = {**first, "client_id": str(uuid.uuid4()), "place": "样例路 1 号", "latitude": "29.320100"}
    assert client.post(url("submit"), drifted).json()["number"] == Finding.objects.get(place="样例路1号").number
    assert Finding.objects.count() == 2


def test_another_unit_is_never_merged_though_one_squad_leads_both(client, assessor):
    squad = SquadFactory()
    units = [UnitFactory(squad=squad) for _ in range(2)]
    first = data(unit=units[0], item=ItemFactory(shares={"TERR": "0.3", "SQUAD": "0.7"}))
    again = {**first, "client_id": str(uuid.uuid4()), "unit": units[1].pk}
    client.post(url("submit"), first)
    refused = client.post(url("submit"), again)  # the register holds these very words for that day
    assert "请把具体地点写得不同" in refused.json()["problems"][0]
    answer = client.post(url("submit"), {**again, "description": "另一家"}).json()
    assert answer["merged"] is False
    assert Finding.objects.filter(lead_unit=squad).count() == 2


def test_who_says_it_is_another_place_is_believed(client, assessor):
    first = data()
    client.post(url("submit"), first)
    again = {**first, "client_id": str(uuid.uuid4()), "found_at": "2026-03-07T01:30:00Z", "separate": "on"}
    assert client.post(url("submit"), again).json()["merged"] is False
    assert Finding.objects.count() == 2
    assert not Sighting.objects.exists()


def test_what_a_merged_entry_said_more_is_kept_and_told(client, assessor):
    first = data()
    client.post(url("submit"), first)
    more = {"count": "5", "severe": "on", "handling": "spot", "found_at": "2026-03-07T01:30:00Z"}
    answer = client.post(url("submit"), {**first, **more, "client_id": str(uuid.uuid4())}).json()
    finding = Finding.objects.get()
    assert answer["told"].startswith(f"已并入 {finding.number}，不重复扣分")
    for words in ("数量 5（原登记 2）", "严重情形", "处理方式即查即改（原登记为交办整改）"):
        assert words in answer["told"]
        assert words in Sighting.objects.get().description
        assert words in Activity.objects.about(finding).get(title="再次发现").note
    assert (finding.count, finding.severe, finding.points) == (2, False, Decimal("0.48"))


def test_registering_into_a_published_month_is_said(client, assessor):
    published_bulletin("2026-03", assessor)
    assert "2026年3月通报已签发" in client.post(url("submit"), data()).json()["told"]


def test_a_photo_of_what_was_found_again_goes_to_the_same_finding(client, assessor):
    first = data()
    client.post(url("submit"), first)
    again = {**first, "client_id": str(uuid.uuid4()), "found_at": "2026-03-07T01:30:00Z"}
    client.post(url("submit"), again)
    upload(client, again["client_id"], picture())
    assert FindingPhoto.objects.get().finding == Finding.objects.get()


def test_a_photo_is_acknowledged_by_its_hash_and_stored_once(client, assessor):
    sent, content = data(), picture()
    client.post(url("submit"), sent)
    answers = [upload(client, sent["client_id"], content).json() for _ in range(2)]
    assert answers[0]["sha256"] == answers[1]["sha256"] == hashlib.sha256(content).hexdigest()
    assert FindingPhoto.objects.count() == 1


def test_a_photo_that_comes_after_the_closing_still_belongs_to_its_finding(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    findings.close_finding(Finding.objects.get(), by=assessor, closed_at=moment(2026, 3, 6))
    assert upload(client, sent["client_id"], picture()).status_code == 200


def test_heic_is_taken(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    assert upload(client, sent["client_id"], picture(form="HEIF"), name="IMG.HEIC").status_code == 200


@pytest.mark.parametrize(
    ("content", "sha256", "words"),
    [
        (b"%PDF-1.4 no picture", None, "不是能识别的照片"),
        (picture("red"), "0" * 64, "传送中有损坏"),
        (b"\xff\xd8" + b"0" * MAX_IMAGE_BYTES, None, "超过 10 MB"),
        (b"", None, "空"),
    ],
)
def test_a_bad_photo_is_refused_in_words_and_the_entry_stands(client, assessor, content, sha256, words):
    sent = data()
    client.post(url("submit"), sent)
    refused = upload(client, sent["client_id"], content, sha256=sha256)
    assert refused.status_code == 422
    assert words in refused.json()["problems"][0]
    assert Finding.objects.count() == 1
    assert not FindingPhoto.objects.exists()


def test_an_after_photo_used_for_another_finding_is_refused_in_words(client, assessor):
    unit, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    first, second = (data(handling="spot", unit=unit, item=item, place=f"样例路{n}号", latitude="") for n in (1, 2))
    for sent, before in ((first, "red"), (second, "blue")):
        client.post(url("submit"), sent)
        upload(client, sent["client_id"], picture(before))
    assert upload(client, first["client_id"], picture("green")).status_code == 200
    refused = upload(client, second["client_id"], picture("green"))
    assert refused.status_code == 422
    assert f"已在 {Finding.objects.get(client_id=first['client_id']).number} 用过" in refused.json()["problems"][0]
    assert FindingPhoto.objects.count() == 3


def test_a_photo_before_its_entry_waits(client, assessor):
    refused = upload(client, str(uuid.uuid4()), picture())
    assert "照片先于记录到达" in refused.json()["problems"][0]


def test_a_photo_of_somebody_elses_entry_is_refused(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    client.force_login(UserFactory(role=Roles.ASSESSOR))
    assert upload(client, sent["client_id"], picture()).status_code == 422


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"found_at": (timezone.now() + timedelta(days=1)).isoformat()}, "发现时间晚于现在"),
        ({"found_at": "gestern"}, "发现时间"),
        ({"area": "TD"}, "不适用于这个区域"),
        ({"unit": "999999"}, "责任单位"),
        ({"item": ""}, "小项"),
        ({"count": "0"}, "数量"),
        ({"place": " "}, "具体地点"),
        ({"found_at": "2019-01-01T00:00:00Z"}, "没有施行中的考评标准"),
        ({"client_id": "x"}, "手机端编号"),
        ({"latitude": "291.5"}, "纬度"),
    ],
)
def test_a_refused_entry_says_why(client, assessor, more, words):
    refused = client.post(url("submit"), {**data(), **more})
    assert refused.status_code == 422
    assert words in " ".join(refused.json()["problems"])
    assert refused.json()["wrong"] == list(more)  # the phone asks by these names
    assert not Finding.objects.exists()


def test_a_closed_round_refuses_by_name(client, assessor):
    closed = make_finding(found_at=moment(2026, 3, 1)).round
    rounds.close_round(closed, by=assessor)
    refused = client.post(url("submit"), data())
    assert "“2026年3月日常”已经结束" in refused.json()["problems"][0]


def test_a_position_outside_is_recorded_and_pointed_out(client, assessor):
    answer = client.post(url("submit"), data(latitude="30.5")).json()
    assert "待核对" in answer["warnings"][0]
    assert Finding.objects.get().outside


def test_half_a_position_is_none(client, assessor):
    client.post(url("submit"), data(longitude=""))
    assert Finding.objects.get().latitude is None


def test_a_new_place_is_kept_when_asked(client, assessor):
    sent = data(keep_place="on")
    client.post(url("submit"), sent)
    place = Place.objects.get()
    assert (place.name, place.learned, place.shares.get().unit_id) == ("样例路1号", True, sent["unit"])
    assert Finding.objects.get().spot == place


def test_nothing_is_kept_of_a_refused_entry(client, assessor):
    client.post(url("submit"), data(keep_place="on", area="TD"))
    assert not Place.objects.exists()


def test_the_hint_says_what_it_costs_and_stores_nothing(client, assessor):
    hint = client.post(url("hint"), data()).json()
    assert (hint["points"], hint["recurrence"], hint["same"], hint["before"]) == ("0.48", 0, None, [])
    assert not Finding.objects.exists()
    assert not Activity.objects.filter(title="登记").exists()


def test_the_hint_names_the_open_finding_and_a_recurrence(client, assessor):
    sent = data()
    client.post(url("submit"), sent)
    finding = Finding.objects.get()
    later = {**sent, "client_id": str(uuid.uuid4()), "found_at": "2026-03-20T01:30:00Z"}
    assert client.post(url("hint"), later).json()["same"]["number"] == finding.number
    findings.close_finding(finding, by=assessor, closed_at=moment(2026, 3, 6))
    hint = client.post(url("hint"), later).json()
    assert (hint["recurrence"], hint["points"]) == (1, "0.96")
    assert hint["before"] == [f"03-05 {finding.item.name}（已整改（销号））"]


def test_the_hint_says_what_is_missing(client, assessor):
    assert "小项" in client.post(url("hint"), {**data(), "item": ""}).json()["refusal"]


def test_the_reference_is_all_that_the_page_needs(client, assessor):
    unit = UnitFactory(squad=SquadFactory())
    place, item = make_place(unit=unit), ItemFactory(code="A55")
    for number in range(2):
        make_finding(by=assessor, unit=unit, item=item, place=f"样例路{number}号")
    make_finding(unit=unit, item=ItemFactory(code="A56"))
    known = client.get(url("reference")).json()
    assert known["user"] == assessor.pk
    assert known["favourites"][0] == item.pk
    assert len(known["favourites"]) == 2
    assert known["recent"][0]["name"] == "样例路1号"
    assert known["places"] == [{"id": place.pk, "name": place.name, "area": "ZG", "at": None, "unit": unit.pk}]
    assert known["csrf"]
    assert known["outline"][0] == known["outline"][-1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_reference_asks_the_same_few_questions(client, assessor, count, django_assert_num_queries):
    for _ in range(count):
        make_place()
        make_finding(by=assessor)
    client.get(url("reference"))
    # Session, user, rights (2); standard, items; units; shares, places; favourites (own, all); recent; rounds; rules.
    with django_assert_num_queries(13):
        known = client.get(url("reference")).json()
    assert len(known["places"]) == count


def test_the_worker_is_served_to_everybody_without_data(client):
    answer = client.get(url("worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == url("entry")
    assert answer["Cache-Control"] == "no-cache"
    first, second = answer.content.decode().strip().splitlines()
    shell = json.loads(first.removeprefix("self.SHELL = ").removesuffix(";"))
    assert all(path.startswith("/static/") for path in shell["files"])
    assert shell["version"]
    assert second.startswith("importScripts(")


def test_everything_the_page_loads_is_kept_for_the_time_without_signal(client, assessor):
    page = client.get(url("entry")).content.decode()
    loaded = {path.split("#")[0] for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    assert loaded <= {static(name) for name in (*SHELL, *OWN)}


@pytest.mark.parametrize("name", ["hint", "submit", "photo"])
def test_the_doors_refuse_get(client, assessor, name):
    assert client.get(url(name)).status_code == 405


def test_the_page_opens(client, assessor):
    page = client.get(url("entry")).content.decode()
    assert 'capture="environment"' in page
    assert "保存并下一条" in page


@pytest.mark.django_db(transaction=True)
def test_the_same_entry_at_the_same_moment_is_one_finding(assessor):
    sent = data()
    answers = []

    def send():
        client = Client()
        client.force_login(assessor)
        answers.append(client.post(url("submit"), sent))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert not any(answer.json()["merged"] for answer in answers)
    assert Finding.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_assessors_at_the_same_moment_in_other_words_deduct_once():
    """Without the unit's row held both find nothing open: their words differ, so no unique key stops the second."""
    sent, answers = data(), []
    users = [UserFactory(role=Roles.ASSESSOR) for _ in range(3)]

    def send(number):
        client = Client()
        client.force_login(users[number])
        own = {**sent, "client_id": str(uuid.uuid4()), "description": f"第 {number} 种说法"}
        answers.append(client.post(url("submit"), own))
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 3
    assert sorted(answer.json()["merged"] for answer in answers) == [False, True, True]
    assert Finding.objects.count() == 1


def test_the_database_keeps_one_finding_a_key():
    key = uuid.uuid4()
    make_finding(client_id=key)
    other = make_finding()
    with pytest.raises(IntegrityError):
        Finding.objects.filter(pk=other.pk).update(client_id=key)
