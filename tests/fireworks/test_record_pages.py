"""The pages of the records: every step from its button, who sees what, lists under a fixed number of queries, photos."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from config.periods import Period
from fireworks.models import Incident, IncidentPhoto
from fireworks.tally import police_counts
from staff.models import Activity
from staff.permissions import Roles
from tests.factories.fireworks import (
    PDF,
    CommunityFactory,
    GridFactory,
    make_action,
    make_ban_entry,
    make_bulletin,
    make_destruction,
    make_incident,
    make_lot,
    make_media,
    make_publicity,
    make_report,
    make_statement,
)
from tests.factories.staff import SquadFactory, UnitFactory
from tests.fireworks.conftest import signed_in

pytestmark = pytest.mark.django_db
FACTS = {"place": "样例酒店门前", "place_kind": "hotel", "trigger": "wedding", "kind": "electronic",
         "found_at": "2026-02-16T20:30", "source": "patrol"}  # fmt: skip
STEPS = {
    "verify": {},
    "dismiss": {"note": "到场未发现"},
    "handle": {"handling": "dissuaded", "handled_by": "员示例"},
    "close": {},
    "void": {"reason": "登记有误"},
}
BEFORE = {"verify": "reported", "dismiss": "reported", "handle": "verified", "close": "handled", "void": "closed"}


def picture(name="现场.jpg", *, placed=False):
    target, exif = io.BytesIO(), Image.Exif()
    if placed:
        exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 21.0, 0.0), 3: "E", 4: (113.0, 6.0, 0.0)})
    Image.new("RGB", (40, 30), "red").save(target, "JPEG", exif=exif)
    return SimpleUploadedFile(name, target.getvalue())


def test_recorded_on_the_phone_with_its_picture(street):
    grid = GridFactory(community=CommunityFactory(parent=street.user.unit))
    answer = street.post(reverse("fireworks:incident-create"), {**FACTS, "grid": grid.pk, "photo": picture()})
    incident = Incident.objects.get()
    assert answer.url == incident.get_absolute_url()
    assert (incident.unit, incident.kind, incident.recorded_by) == (street.user.unit, "electronic", street.user)
    photo = IncidentPhoto.objects.get()
    shown = street.get(photo.get_absolute_url())
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # a JPEG of our own making


def test_where_it_was_comes_from_the_picture(street):
    data = {**FACTS, "unit": street.user.unit_id, "photo": picture(placed=True)}
    page = street.post(reverse("fireworks:incident-create"), data, follow=True)
    incident = Incident.objects.get()
    assert (str(incident.latitude), str(incident.longitude)) == ("29.350000", "113.100000")
    assert "北纬 29.350000" in page.content.decode()


def test_a_bad_picture_does_not_cost_the_record(street):
    data = {**FACTS, "unit": street.user.unit_id, "photo": SimpleUploadedFile("x.jpg", b"no picture")}
    page = street.post(reverse("fireworks:incident-create"), data, follow=True)
    assert Incident.objects.count() == 1
    assert "照片没有存下" in page.content.decode()


def test_refused_with_what_was_typed(street):
    url = reverse("fireworks:incident-create")
    nowhere = street.post(url, FACTS)
    assert nowhere.status_code == 422
    assert "网格或属地单位" in nowhere.content.decode()
    assert "样例酒店门前" in nowhere.content.decode()
    ahead = street.post(url, {**FACTS, "unit": street.user.unit_id, "found_at": "2126-02-16T20:30"})
    assert "晚于现在" in ahead.content.decode()
    street.post(url, {**FACTS, "unit": street.user.unit_id})
    twice = street.post(url, {**FACTS, "unit": street.user.unit_id})
    assert twice.status_code == 422
    assert Incident.objects.get().get_absolute_url() in twice.content.decode()


def test_a_street_chooses_only_its_own_ground(street, stranger):
    theirs = GridFactory(community=CommunityFactory(parent=stranger.user.unit))
    for more in ({"unit": stranger.user.unit_id}, {"grid": theirs.pk}):
        assert street.post(reverse("fireworks:incident-create"), {**FACTS, **more}).status_code == 422


def test_the_list_offers_a_street_the_grids_of_its_own_ground_and_the_office_all(street, stranger, office):
    own = GridFactory(name="自家网格", community=CommunityFactory(parent=street.user.unit))
    theirs = GridFactory(name="别家网格", community=CommunityFactory(parent=stranger.user.unit))
    url = reverse("fireworks:incident-list")
    assert set(street.get(url).context["table"].filters.form.fields["grid"].queryset) == {own}
    assert "别家网格" not in street.get(url, {"grid": theirs.pk}).content.decode()
    assert set(office.get(url).context["table"].filters.form.fields["grid"].queryset) == {own, theirs}


@pytest.mark.parametrize("edge", STEPS)
def test_each_step_from_its_button(edge, office, leader, stranger, street):
    incident = make_incident(to=BEFORE[edge], unit=street.user.unit)
    url = reverse(f"fireworks:incident-{edge}", args=[incident.pk])
    assert office.get(url).status_code == 405
    assert stranger.post(url, STEPS[edge]).status_code == 403
    assert leader.post(url, STEPS[edge]).status_code == (403 if edge == "void" else 404)  # another squad's ground
    done = office.post(url, STEPS[edge], follow=True)
    assert "已登记" in done.content.decode()
    count = Activity.objects.about(incident).count()
    assert "目前是" in office.post(url, STEPS[edge], follow=True).content.decode()
    assert Activity.objects.about(incident).count() == count


@pytest.mark.parametrize(("edge", "data", "words"), [
    ("dismiss", {}, "这个字段是必填项"),
    ("handle", {"handling": "dissuaded"}, "这个字段是必填项"),
    ("handle", {"handling": "fine", "handled_by": "员示例"}, "fine"),
    ("handle", {"handling": "gone", "handled_by": "员示例", "handled_at": "2020-01-01T09:00"}, "不得早于发现时间"),
    ("void", {"reason": "x"}, "至少"),
])  # fmt: skip
def test_a_refused_step_stands_open_with_its_reason(edge, data, words, office):
    incident = make_incident(to=BEFORE[edge])
    page = office.post(reverse(f"fireworks:incident-{edge}", args=[incident.pk]), data)
    assert page.status_code == 422
    assert words in page.content.decode() or "error" in page.content.decode()
    assert "data-open" in page.content.decode()
    assert Incident.objects.get().state == BEFORE[edge]


def test_the_squad_of_the_street_sees_and_takes_its_steps():
    squad = SquadFactory()
    chief = signed_in(Roles.SQUAD_LEADER, squad)
    incident = make_incident(unit=UnitFactory(squad=squad))
    assert chief.post(reverse("fireworks:incident-verify", args=[incident.pk]), {}).status_code == 302


def test_who_recorded_it_edits_until_it_is_looked_into(street, office):
    incident = make_incident(unit=street.user.unit, by=street.user, place="样例路1号")
    url = reverse("fireworks:incident-edit", args=[incident.pk])
    data = {**FACTS, "unit": street.user.unit_id, "place": "样例路2号", "seen": incident.version}
    assert street.post(url, data).status_code == 302
    assert Activity.objects.about(incident).first().changes["地点"] == ["样例路1号", "样例路2号"]
    assert office.post(url, data).status_code == 422  # saved meanwhile
    office.post(reverse("fireworks:incident-verify", args=[incident.pk]), {})
    assert "不能由您修改" in street.get(url, follow=True).content.decode()
    assert office.get(url).status_code == 200


def test_a_correction_keeps_a_grid_and_a_unit_that_are_no_longer_in_use(street):
    grid = GridFactory(community=CommunityFactory(parent=street.user.unit))
    old = CommunityFactory(parent=street.user.unit)
    incident = make_incident(grid=grid, unit=old, by=street.user)
    for row in (grid, old):
        row.valid_to = date(2025, 6, 30)
        row.save()
    url = reverse("fireworks:incident-edit", args=[incident.pk])
    fields = street.get(url).context["form"].fields
    assert grid in fields["grid"].queryset
    assert old in fields["unit"].queryset
    data = {**FACTS, "grid": grid.pk, "unit": old.pk, "place": "样例路2号", "seen": incident.version}
    assert street.post(url, data).status_code == 302
    incident.refresh_from_db()
    assert (incident.grid, incident.unit, incident.place) == (grid, old, "样例路2号")
    fresh = street.get(reverse("fireworks:incident-create")).context["form"].fields
    assert grid not in fresh["grid"].queryset
    assert old not in fresh["unit"].queryset


def test_police_results_from_the_page(office):
    incident = make_incident(to="closed")
    url = reverse("fireworks:incident-police", args=[incident.pk])
    data = {"outcome": "fine", "people": "1", "amount": "300", "told_on": "2026-03-01", "told_by": "样例派出所"}
    assert office.get(url).status_code == 405
    assert office.post(url, {**data, "outcome": "warning"}).status_code == 422  # an amount without a fine
    page = office.post(url, data, follow=True).content.decode()
    assert "不是本局的处罚" in page
    assert "300" in page


def test_a_police_result_entered_wrongly_is_voided_and_counts_no_more(office):
    incident = make_incident(to="closed", police="fine")
    result = incident.police_results.get()
    url = reverse("fireworks:incident-police-void", args=[incident.pk, result.pk])
    fined = f"{reverse('fireworks:incident-list')}?police=fine"
    assert incident.number in office.get(fined).content.decode()
    assert office.post(url, {"reason": ""}).status_code == 422
    page = office.post(url, {"reason": "登到别的炮情"}, follow=True).content.decode()
    assert "登到别的炮情" in page
    assert incident.number not in office.get(fined).content.decode()
    assert police_counts(Period.month(incident.found_on.year, incident.found_on.month))["fine"] == 0
    assert "已经作废" in office.post(url, {"reason": "再作废"}, follow=True).content.decode()
    assert Activity.objects.filter(title="作废公安机关处理结果").count() == 1


def test_a_destruction_weighed_otherwise_than_its_kilograms_says_so(office):
    lot = make_lot(quantity=Decimal(100), measure="kg")
    made = make_destruction(amounts={lot: 80}, weight_kg=Decimal(120), weight_basis="weighed")
    assert "120 千克与所列物品合计 80 千克不一致" in office.get(made.get_absolute_url()).content.decode()
    boxes = make_lot(quantity=Decimal(5), measure="box")
    mixed = make_destruction(amounts={boxes: 5}, weight_kg=Decimal(120), weight_basis="weighed")
    assert "不一致" not in office.get(mixed.get_absolute_url()).content.decode()


def test_photos_are_for_who_sees_the_record(street, stranger):
    incident = make_incident(unit=street.user.unit)
    url = reverse("fireworks:incident-photo-add", args=[incident.pk])
    assert street.post(url, {"photo": SimpleUploadedFile("x.jpg", b"no")}).status_code == 422
    assert street.post(url, {"photo": picture()}).status_code == 302
    assert stranger.post(url, {"photo": picture()}).status_code == 404
    photo = IncidentPhoto.objects.get()
    assert stranger.get(photo.get_absolute_url()).status_code == 404
    assert street.get(url).status_code == 405
    voided = make_incident(unit=street.user.unit, to="voided")
    street.post(reverse("fireworks:incident-photo-add", args=[voided.pk]), {"photo": picture()})
    assert IncidentPhoto.objects.count() == 1


LISTS = {
    "incident-list": make_incident,
    "public-report-list": make_report,
    "publicity-list": make_publicity,
    "media-list": make_media,
    "action-list": make_action,
    "lot-list": make_lot,
    "destruction-list": lambda: make_destruction({make_lot(): 1}),
    "entry-list": make_ban_entry,
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_need_as_many_queries_for_three_rows_as_for_one(name, office, django_assert_max_num_queries):
    url = reverse(f"fireworks:{name}")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            LISTS[name]()
        office.get(url)
        with django_assert_max_num_queries(14) as captured:  # with session, user, rights and the filters' choices
            response = office.get(url)
        counts.append(len(captured))
        assert response.context["table"].count == len(counts) * 2 - 1
    assert counts[0] == counts[1]


DETAILS = {
    "incident": lambda: make_incident(to="closed", police="fine"),
    "publicity": make_publicity,
    "media": make_media,
    "action": make_action,
    "lot": make_lot,
    "destruction": lambda: make_destruction({make_lot(): 1}),
    "entry": make_ban_entry,
    "bulletin": make_bulletin,
}


@pytest.mark.parametrize("name", DETAILS)
def test_details_stay_under_twenty_queries(name, office, django_assert_max_num_queries):
    record = DETAILS[name]()
    office.get(record.get_absolute_url())
    with django_assert_max_num_queries(20):
        assert office.get(record.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", DETAILS)
def test_another_units_record_is_not_there(name, stranger):
    assert stranger.get(DETAILS[name]().get_absolute_url()).status_code == 404


EDITS = {
    "media": (make_media, {"level": "city", "outlet": "样例报", "title": "甲", "published_on": "2026-02-01"}, {"unit": 0}),
    "action": (make_action, {"name": "甲", "held_on": "2026-02-01", "area": "乙", "people": 1, "vehicles": 1,
                             "places_checked": 1, "places_found": 1}, {"lead_unit": 0}),
    "lot": (make_lot, {"seized_on": "2026-02-01", "place": "甲", "kind": "crackers", "quantity": "9", "measure": "box"}, {"unit": 0}),
    "entry": (make_ban_entry, {"month": "2026-03", "fact": "甲", "points": "1.5"}, {"unit": 0, "item": 0}),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_corrected_and_taken_back_from_the_page(name, office, stranger):
    make, data, own = EDITS[name]
    record = make()
    edit, void = (reverse(f"fireworks:{name}-{page}", args=[record.pk]) for page in ("edit", "void"))
    data = {**data, **{field: getattr(record, f"{field}_id") for field in own}, "seen": record.version}
    assert office.get(edit).status_code == 200
    assert office.post(edit, data).status_code == 302, office.post(edit, data).context["form"].errors
    assert Activity.objects.about(record).first().title == "修改"
    assert "刚被别人修改过" in office.post(edit, data).content.decode()
    assert stranger.post(void, {"reason": "误"}).status_code in (403, 404)
    assert office.get(void).status_code == 405
    assert office.post(void, {"reason": ""}).status_code == 422
    assert office.post(void, {"reason": "登记有误"}).status_code == 302
    assert office.get(record.get_absolute_url()).status_code == 200
    assert office.post(edit, {**data, "seen": record.version + 2}).status_code == 422
    assert office.get(reverse(f"fireworks:{name}-list")).context["table"].count == 0
    assert office.get(reverse(f"fireworks:{name}-list"), {"voided": "voided"}).context["table"].count == 1


def test_a_destruction_taken_back_from_the_page(office):
    destruction = make_destruction({make_lot(): 1})
    url = reverse("fireworks:destruction-void", args=[destruction.pk])
    assert office.get(url).status_code == 405
    assert "退回在库" in office.post(url, {"reason": "登记有误"}, follow=True).content.decode()
    photos = reverse("fireworks:destruction-photo-add", args=[destruction.pk])
    assert office.post(photos, {"photo": SimpleUploadedFile("x.jpg", b"no")}).status_code == 422


def test_statements_are_kept_with_their_file(office, street):
    url = reverse("fireworks:statement-create")
    data = {
        "festival": "lantern",
        "start": "2026-03-02",
        "end": "2026-03-04",
        "issuer": "样例公安分局",
        "words": "未接报",
    }
    early = office.post(url, {**data, "issued_on": "2026-03-03", "upload": SimpleUploadedFile("x.pdf", PDF)})
    assert early.status_code == 422
    assert "早于证明的截止日期" in early.content.decode()
    fake = office.post(url, {**data, "issued_on": "2026-03-05", "upload": SimpleUploadedFile("x.pdf", b"no")})
    assert fake.status_code == 422
    assert (
        office.post(url, {**data, "issued_on": "2026-03-05", "upload": SimpleUploadedFile("x.pdf", PDF)}).status_code
        == 302
    )
    page = street.get(reverse("fireworks:statement-list")).content.decode()
    assert "样例公安分局" in page
    statement = make_statement()
    file = street.get(reverse("fireworks:statement-file", args=[statement.pk]))
    assert b"".join(file.streaming_content) == PDF
    void = reverse("fireworks:statement-void", args=[statement.pk])
    assert office.get(void).status_code == 405
    assert office.post(void, {}).status_code == 422
    assert "不再作为证明" in office.post(void, {"reason": "撤回"}, follow=True).content.decode()
    assert "已经作废" in office.post(void, {"reason": "撤回"}, follow=True).content.decode()


@pytest.mark.parametrize("field", ["found_at", "reported_at", "on_site_at"])
def test_a_slip_in_the_year_is_told_at_its_field(street, field):
    page = street.post(reverse("fireworks:incident-create"), {**FACTS, field: "0001-01-01T00:00"})
    assert page.status_code == 422
    assert "年份早于 2000 年" in str(page.context["form"].errors[field])
