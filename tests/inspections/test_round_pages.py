"""The pages of places, rounds and score sheets: who may, what each action answers, lists with few questions."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inspections.models import CheckSheet, Place, Round, RoundVisit
from inspections.workflow import rounds, sheets
from staff.models import Activity
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round, make_sheet
from tests.factories.scores import enter_first_rules, published_bulletin
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = "2026-03-09T10:00"


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def contact(client):
    user = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"inspections:{name}", args=args)


# Session, user, rights; units of the filter bar; the rows; what each list fetches beside (shares and their units).
@pytest.mark.parametrize(
    "case",
    [("place-list", make_place, 7), ("round-list", make_round, 4), ("sheet-list", make_sheet, 5)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_same_few_questions(client, office, case, count, django_assert_num_queries):
    name, make, queries = case
    for number in range(count):
        make(**({"name": f"样例轮次{number}"} if make is make_round else {}))
    client.get(url(name))
    with django_assert_num_queries(queries):
        page = client.get(url(name))
    assert len(page.context["table"].rows) == count


# --- Places ---


def place_data(*shares, **more):
    data = {"name": "样例大道1号", "area": "ZG", "latitude": "29.32", "longitude": "113.12", "valid_from": "2026-01-01"}
    for number, (unit, share) in enumerate(shares):
        data |= {f"share-{number}-unit": unit.pk, f"share-{number}-share": share}
    return {**data, **more}


def test_a_place_is_entered_with_its_units(client, office):
    one, other = UnitFactory(), UnitFactory()
    page = client.post(url("place-create"), place_data((one, "0.7"), (other, "0.3")))
    place = Place.objects.get()
    assert page.url == place.get_absolute_url()
    assert {row.unit: row.share for row in place.shares.all()} == {one: Decimal("0.7"), other: Decimal("0.3")}
    detail = client.get(page.url).content.decode()
    assert one.label in detail
    assert "登记点位" in detail


@pytest.mark.parametrize(
    ("shares", "more", "words"),
    [
        (["0.5"], {}, "合计应为 1"),
        ([""], {}, "请填写比例"),
        (["1"], {"longitude": ""}, "经度和纬度应同时填写"),
        (["1"], {"latitude": "99"}, "纬度应在 -90 到 90 之间"),
        (["1"], {"name": ""}, "请填写点位名称"),
    ],
)
def test_a_refused_place_says_why_and_keeps_what_was_typed(client, office, shares, more, words):
    page = client.post(
        url("place-create"), place_data(*[(UnitFactory(), share) for share in shares], note="别丢了", **more)
    )
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "别丢了" in page.content.decode()
    assert not Place.objects.exists()


def test_a_position_outside_is_pointed_out(client, office):
    page = client.post(url("place-create"), place_data((UnitFactory(), 1), latitude="30.5"), follow=True)
    assert "已标为待核对" in page.content.decode()
    assert "辖区外，待核对" in page.content.decode()


def test_a_place_is_corrected(client, office):
    place, new = make_place(name="旧名"), UnitFactory()
    seen = client.get(url("place-edit", place.pk)).context["form"]["seen"].value()
    client.post(url("place-edit", place.pk), place_data((new, 1), name="新名", since="2026-05-01", seen=seen))
    place.refresh_from_db()
    assert place.name == "新名"
    assert place.shares.get(valid_to=None).valid_from == date(2026, 5, 1)


@pytest.mark.parametrize("change", ["name", "unit"])
def test_of_two_who_correct_a_place_the_second_is_told_and_keeps_what_was_typed(client, office, change):
    place, mine, theirs = make_place(name="旧名"), UnitFactory(), UnitFactory()
    seen = client.get(url("place-edit", place.pk)).context["form"]["seen"].value()
    changed = {"name": "别人改的名"} if change == "name" else {}
    unit = theirs if change == "unit" else place.shares.get().unit
    client.post(url("place-edit", place.pk), place_data((unit, 1), **{"name": "旧名", **changed, "seen": seen}))
    stood = {row.unit for row in place.shares.filter(valid_to=None)}
    page = client.post(url("place-edit", place.pk), place_data((mine, 1), name="我改的名", seen=seen))
    assert page.status_code == 422
    assert "这个点位刚被别人修改过" in page.content.decode()
    assert "我改的名" in page.content.decode()
    assert {row.unit for row in place.shares.filter(valid_to=None)} == stood


def test_a_place_is_taken_out_of_use_once(client, office):
    place = make_place()
    assert client.post(url("place-end", place.pk), {"valid_to": "2026-06-30"}).status_code == 302
    again = client.post(url("place-end", place.pk), {"valid_to": "2026-07-30"}, follow=True)
    assert "已于2026-06-30停用" in again.content.decode()
    assert Activity.objects.about(place).filter(title="停用点位").count() == 1


def test_a_street_sees_its_own_places_only(client, contact):
    own, other = make_place(unit=contact.unit), make_place()
    assert [row.object for row in client.get(url("place-list")).context["table"].rows] == [own]
    assert client.get(url("place-detail", own.pk)).status_code == 200
    assert client.get(url("place-detail", other.pk)).status_code == 404


def test_places_are_filtered(client, office):
    bare = make_place()
    outside = make_place(latitude=Decimal(30), longitude=Decimal(114))
    ended = make_place(valid_to=date(2026, 2, 1), latitude=Decimal("29.32"), longitude=Decimal("113.12"))
    for query, expected in [
        ("check=bare", [bare]), ("check=outside", [outside]), ("standing=no", [ended]), ("check=learned", []),
        (f"unit={bare.shares.get().unit_id}", [bare]), (f"q={outside.name}", [outside]),
    ]:  # fmt: skip
        rows = client.get(f"{url('place-list')}?{query}").context["table"].rows
        assert [row.object for row in rows] == expected, query


# --- Rounds ---


def round_data(**more):
    return {
        "name": "三月集中", "kind": "monthly", "start": "2026-03-01", "end": "2026-03-31",
        "assessors": "查示例，考示例", "areas": ["ZG"], "per_area": "2", "seed": "", **more,
    }  # fmt: skip


def test_a_plan_is_drawn_with_a_seed_of_its_own_and_says_what_fell_short(client, office):
    make_place()
    page = client.post(url("round-create"), round_data(), follow=True)
    made = Round.objects.get()
    assert made.assessors == "查示例、考示例"
    assert made.seed > 0
    assert "点位不够" in page.content.decode()
    assert RoundVisit.objects.count() == 1


@pytest.mark.parametrize("assessors", ["", "查示例", "查示例、查示例"])
def test_too_few_assessors_are_said_at_their_field(client, office, assessors):
    form = client.post(url("round-create"), round_data(assessors=assessors)).context["form"]
    assert list(form.errors) == ["assessors"]
    assert "不得少于两人" in form.errors["assessors"][0]
    assert client.post(url("round-create"), round_data(assessors="查示例", kind="daily")).status_code == 302


def test_the_plan_says_how_squads_are_checked(client, office):
    assert "中队随所属街道的点位一起检查" in client.get(url("round-create")).content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"assessors": "查示例"}, "不得少于两人"),
        ({"end": "2026-02-01"}, "结束日期不得早于开始日期"),
        ({"per_area": "0"}, "1 到 50"),
        ({"name": ""}, "请填写名称"),
    ],
)
def test_a_refused_plan_says_why(client, office, more, words):
    page = client.post(url("round-create"), round_data(**more))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Round.objects.exists()


# action → the state it starts from, what is posted
ACTIONS = {
    "round-open": ("planned", {}),
    "round-redraw": ("planned", {}),
    "round-close": ("open", {}),
    "round-reopen": ("closed", {"reason": "漏登一条"}),
}


def round_in(state):
    made = make_round(opened=state != "planned")
    return rounds.close_round(made, by=UserFactory()) if state == "closed" else made


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_of_a_round(client, office, name):
    state, data = ACTIONS[name]
    made = round_in(state)
    assert client.get(url(name, made.pk)).status_code == 405
    assert client.post(url(name, made.pk), data).status_code == 302
    before = Activity.objects.about(made).count()
    page = client.post(url(name, made.pk), data, follow=True)
    if name != "round-redraw":  # drawing again is allowed as long as nothing has begun
        assert "不能" in page.content.decode()
        assert Activity.objects.about(made).count() == before


def test_opening_again_needs_a_reason(client, office):
    page = client.post(url("round-reopen", round_in("closed").pk), {"reason": ""})
    assert page.status_code == 422
    assert "请填写理由" in page.content.decode()


def test_visits_are_entered_planned_or_not(client, office):
    place = make_place()
    made = make_round(areas=["ZG"])
    visit = made.visits.get()
    assert client.post(url("round-visit", made.pk, visit.pk), {"visited_at": NOW}).status_code == 302
    again = client.post(url("round-visit", made.pk, visit.pk), {"visited_at": NOW}, follow=True)
    assert "已登记到访" in again.content.decode()
    unit = place.shares.get().unit
    extra = {"extra-unit": unit.pk, "extra-area": "ZG", "extra-visited_at": NOW}
    assert client.post(url("round-visit-add", made.pk), extra).status_code == 302
    late = {**extra, "extra-visited_at": (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")}
    refused = client.post(url("round-visit-add", made.pk), late)
    assert (refused.status_code, "晚于现在" in refused.content.decode()) == (422, True)
    assert client.post(url("round-visit", made.pk, visit.pk), {"visited_at": ""}).status_code == 422
    assert client.get(url("round-detail", made.pk)).context["frequency"] == [(unit, 1, 2)]


def test_a_visit_without_a_plan_keeps_to_its_place_and_counts_once(client, office):
    place = make_place(name="样例广场", unit=UnitFactory(squad=SquadFactory()))
    made, unit = make_round(areas=["ZG"]), place.shares.get().unit
    extra = {"extra-unit": unit.pk, "extra-area": "ZG", "extra-place": place.pk, "extra-visited_at": NOW}
    for wrong, words in (({"extra-area": "TD"}, "区域类型是"), ({"extra-unit": UnitFactory().pk}, "负责。请改选单位")):
        page = client.post(url("round-visit-add", made.pk), {**extra, **wrong})
        assert (page.status_code, words in page.content.decode()) == (422, True)
    page = client.post(url("round-visit-add", made.pk), extra, follow=True).content.decode()
    assert "已登记为计划内的到访" in page
    page = client.post(url("round-visit-add", made.pk), extra)
    assert (page.status_code, "当天已登记到访" in page.content.decode()) == (422, True)
    assert client.get(url("round-detail", made.pk)).context["frequency"] == [(unit, 1, 1)]
    squad = {**extra, "extra-unit": unit.squad_id}  # comes along, and is counted for itself
    assert client.post(url("round-visit-add", made.pk), squad).status_code == 302
    earlier = (timezone.localtime() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(url("round-visit-add", made.pk), {**extra, "extra-visited_at": earlier})  # on another day it is another
    counts = client.get(url("round-detail", made.pk)).context["frequency"]
    assert sorted(numbers for _, *numbers in counts) == [[0, 1], [1, 2]]


def test_what_is_planned_at_a_place_is_made_whoever_answering_there_is_named(client, office):
    place = make_place(name="样例广场", unit=UnitFactory(squad=SquadFactory()))
    made, unit = make_round(areas=["ZG"]), place.shares.get().unit
    extra = {"extra-unit": unit.squad_id, "extra-area": "ZG", "extra-place": place.pk, "extra-visited_at": NOW}
    page = client.post(url("round-visit-add", made.pk), extra, follow=True).content.decode()
    assert "已登记为计划内的到访" in page
    assert [(each.unit, each.planned) for each in made.visits.all()] == [(unit, True)]


def test_a_visit_that_is_entered_late_is_at_a_place_of_its_day(client, office):
    today = timezone.localdate()
    made = make_round(areas=["ZG"], start=today - timedelta(days=10), end=today)
    place = make_place(name="撤掉的广场")
    ended = today - timedelta(days=3)
    Place.objects.filter(pk=place.pk).update(valid_to=ended)
    unit = place.shares.get().unit
    extra = {"extra-unit": unit.pk, "extra-area": "ZG", "extra-place": place.pk, "extra-visited_at": f"{today}T00:00"}
    page = client.post(url("round-visit-add", made.pk), extra)
    assert (page.status_code, "不在用" in page.content.decode()) == (422, True)
    assert (
        client.post(url("round-visit-add", made.pk), {**extra, "extra-visited_at": f"{ended}T09:00"}).status_code == 302
    )


def test_the_round_leads_to_its_findings(client, office):
    finding = make_finding(found_at=moment(2026, 3, 5))
    make_finding(found_at=moment(2026, 4, 5))
    page = client.get(finding.round.get_absolute_url())
    rows = client.get(page.context["findings_link"]).context["table"].rows
    assert [row.object for row in rows] == [finding]


def test_where_the_assessors_go_is_not_told_to_those_who_are_assessed(client):
    user = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    assert list(Round.objects.visible_to(user)) == []
    ended = round_in("closed")
    round_in("open")
    assert list(Round.objects.visible_to(user)) == [ended]


# --- Score sheets ---


def sheet_data(unit, *lines, **more):
    data = {
        "unit": unit.pk, "checked_on": "2026-03-10", "area": "ZG", "place_name": "样例检查点",
        "assessors": "查示例、考示例", "version": "1",
    }  # fmt: skip
    for item, points, reason in lines:
        data |= {f"points-{item.pk}": points, f"reason-{item.pk}": reason}
    return {**data, **more}


def test_a_sheet_is_typed_and_confirmed_as_on_paper(client, office):
    item, place = ItemFactory(code="A11"), make_place(name="样例检查点")
    page = client.post(url("sheet-create"), sheet_data(UnitFactory(), (item, "1.5", "三处")), follow=True)
    sheet = CheckSheet.objects.get()
    assert "得 98.5 分" in page.content.decode()
    assert (sheet.place, sheet.entered_by, sheet.month) == (place, office, "2026-03")
    client.post(url("sheet-edit", sheet.pk), sheet_data(sheet.unit, (item, "2", "四处")))
    client.post(url("sheet-confirm", sheet.pk), {"seen": 2})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.lines.get().deduction) == ("confirmed", 2)
    assert client.get(url("sheet-edit", sheet.pk)).status_code == 302


@pytest.mark.parametrize(
    ("line", "more", "words"),
    [
        (("9", ""), {}, "扣完为止"),
        (("abc", ""), {}, "输入一个数字"),
        (("", "只写了原因"), {}, "写了原因，请填扣分"),
        (("1", ""), {"area": "TD"}, "不适用于这个区域"),
        (("1", ""), {"unit": ""}, "请选择被检单位"),
    ],
)
def test_a_refused_sheet_says_why_and_keeps_what_was_typed(client, office, line, more, words):
    data = {**sheet_data(UnitFactory(), (ItemFactory(code="A11"), *line), note="别丢了"), **more}
    page = client.post(url("sheet-create"), data)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "别丢了" in page.content.decode()
    assert not CheckSheet.objects.exists()


def test_a_sheet_that_was_changed_meanwhile_is_not_confirmed_unseen(client, office):
    sheet = make_sheet()
    assert '<input type="hidden" name="seen" value="1">' in client.get(sheet.get_absolute_url()).content.decode()
    client.post(url("sheet-edit", sheet.pk), sheet_data(sheet.unit, place_name=sheet.place_name, note="一"))
    for sent, words in (({"seen": 1}, "在您打开以后改动过"), ({}, "看过最新内容再确认")):
        page = client.post(url("sheet-confirm", sheet.pk), sent, follow=True)
        assert words in page.content.decode()
        sheet.refresh_from_db()
        assert sheet.state == "draft"


def test_the_second_editor_of_a_sheet_is_told(client, office):
    sheet = make_sheet()
    client.post(url("sheet-edit", sheet.pk), sheet_data(sheet.unit, place_name=sheet.place_name, note="一"))
    page = client.post(url("sheet-edit", sheet.pk), sheet_data(sheet.unit, place_name=sheet.place_name, note="二"))
    assert "刚被别人修改过" in page.content.decode()
    sheet.refresh_from_db()
    assert sheet.note == "一"


@pytest.mark.parametrize("name", ["confirm", "reopen", "void"])
def test_each_action_of_a_sheet(client, office, name):
    sheet = make_sheet(confirmed=name == "reopen")
    assert client.get(url(f"sheet-{name}", sheet.pk)).status_code == 405
    client.post(url(f"sheet-{name}", sheet.pk), {"reason": "样例理由"})
    before = Activity.objects.about(sheet).count()
    page = client.post(url(f"sheet-{name}", sheet.pk), {"reason": "样例理由"}, follow=True)
    assert "不能" in page.content.decode()
    assert Activity.objects.about(sheet).count() == before


def test_a_sheet_of_a_month_whose_bulletin_is_out_says_so(client, office):
    draft, counted = make_sheet(), make_sheet(confirmed=True)
    enter_first_rules()
    published_bulletin("2026-03", office)
    told = "2026年3月通报已签发"
    assert told in client.post(url("sheet-confirm", draft.pk), {"seen": 1}, follow=True).content.decode()
    for name, says in (("reopen", True), ("void", False)):  # what is sent back counts no more
        page = client.post(url(f"sheet-{name}", counted.pk), {"reason": "样例理由"}, follow=True)
        assert (told in page.content.decode()) == says


@pytest.mark.parametrize("name", ["reopen", "void"])
def test_going_back_on_a_sheet_asks_for_the_reason(client, office, name):
    page = client.post(url(f"sheet-{name}", make_sheet(confirmed=True).pk), {"reason": ""})
    assert page.status_code == 422


def test_a_street_sees_its_own_confirmed_sheets_only(client, contact):
    own = make_sheet(unit=contact.unit, confirmed=True)
    draft, other = make_sheet(unit=contact.unit), make_sheet(confirmed=True)
    assert [row.object for row in client.get(url("sheet-list")).context["table"].rows] == [own]
    assert client.get(url("sheet-detail", own.pk)).status_code == 200
    assert client.get(url("sheet-detail", draft.pk)).status_code == 404
    assert client.get(url("sheet-detail", other.pk)).status_code == 404


def test_a_voided_sheet_shows_its_reason(client, office):
    sheet = sheets.move_sheet(make_sheet(), "void", by=office, reason="填重了")
    assert "填重了" in client.get(sheet.get_absolute_url()).content.decode()


@pytest.mark.parametrize("key", ["inspections.places", "inspections.rounds", "inspections.sheets"])
def test_what_is_shown_can_be_exported(client, office, key):
    make_place()
    make_round()
    make_sheet()
    assert client.get(reverse("staff:export", args=[key])).content[:2] == b"PK"
