"""The desk's grid: rows mean what they mean on a sheet, all or the right ones are saved, twice is once."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AreaType
from inspections.forms.grid import COLUMNS, MOST_ROWS
from inspections.models import Finding
from inspections.resources import FindingResource
from inspections.workflow import rounds
from staff.models import Activity, UnitKind
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round
from tests.factories.scores import published_bulletin
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory(), name="湖滨街道办事处", short_name="湖滨街道")


@pytest.fixture
def item():
    return ItemFactory(code="A01", name="店外经营")


def row(number=1, **more):
    return {
        "found_at": "2026-03-05 09:30", "unit": "湖滨街道", "area": "主次干道", "item": "A01",
        "place": f"样例路{number}号", "count": "2", "description": "", "severe": "", "source": "", "found_by": "查示例",
        **more,
    }  # fmt: skip


def post(client, name, rows, **more):
    return client.post(reverse(f"inspections:grid-{name}"), {"rows": json.dumps(rows), **more})


def test_the_check_prices_each_row_and_adds_up_by_unit(client, office, street, item):
    answer = post(client, "check", [row(1), row(2, item="店外经营", count="")]).json()
    assert [each["points"] for each in answer["rows"]] == ["0.48", "0.24"]
    assert answer["totals"] == [
        {"unit": "湖滨街道", "points": "0.576"},
        {"unit": street.squad.label, "points": "0.144"},
    ]
    assert not Finding.objects.exists()


def test_the_price_is_what_is_stored(client, office, street, item):
    make_finding(unit=street, item=item, place="样例路1号", found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
    shown = post(client, "check", [row(1), row(2)]).json()["rows"]
    assert [each["recurrence"] for each in shown] == [1, 0]
    post(client, "save", [row(1), row(2)], mode="all")
    stored = Finding.objects.filter(registered_by=office).order_by("pk").values_list("points", flat=True)
    assert [f"{points.normalize():f}" for points in stored] == [each["points"] for each in shown]


def test_a_problem_that_is_still_open_is_pointed_out(client, office, street, item):
    make_finding(unit=street, item=item, place="样例路1号", found_at=moment(2026, 3, 1))
    rows = post(client, "check", [row(1), row(2)]).json()["rows"]
    assert [each["still_open"] for each in rows] == [True, False]


def test_a_row_is_read_as_the_sheets_resource_reads_it(street, item):
    resource = FindingResource()
    resource.prepare()
    checked = resource.check(1, row())
    assert checked.facts.item == item
    assert set(COLUMNS) <= set(FindingResource.fields)


def test_all_or_none_unless_the_right_rows_are_asked_for(client, office, street, item):
    rows = [row(1), row(2, unit="没有的街道"), row(3, area="铁道边")]
    refused = post(client, "save", rows, mode="all")
    assert refused.status_code == 422
    assert "一行也没有保存" in refused.json()["message"]
    assert [bool(each["problems"]) for each in refused.json()["rows"]] == [False, True, True]
    assert not Finding.objects.exists()
    assert post(client, "save", rows, mode="valid").json()["saved"] == 1
    assert Finding.objects.get().place == "样例路1号"


def test_saving_twice_registers_once_and_says_so(client, office, street, item):
    assert post(client, "save", [row(1), row(2)], mode="all").json()["saved"] == 2
    again = post(client, "save", [row(1), row(2)], mode="all").json()
    assert (again["saved"], again["known"]) == (0, 2)
    assert Finding.objects.count() == 2
    assert Activity.objects.filter(title="整表录入考评问题").count() == 1


def test_the_same_row_twice_in_one_grid_is_one_finding(client, office, street, item):
    assert post(client, "save", [row(1), row(1)], mode="all").json()["saved"] == 1


def test_two_at_once_one_is_told(client, office, street, item, monkeypatch):
    def somebody_was_faster(self, rows):
        return set()

    post(client, "save", [row(1)], mode="all")
    monkeypatch.setattr(FindingResource, "known_keys", somebody_was_faster)
    refused = post(client, "save", [row(1), row(2)], mode="all")
    assert refused.status_code == 422
    assert "刚被登记过" in refused.json()["message"]
    assert Finding.objects.count() == 1


@pytest.mark.usefixtures("office", "street", "item")
def test_what_lies_ahead_of_us_is_refused_in_the_row(client):
    now = timezone.localtime()
    tomorrow, soon = now + timedelta(days=1), now + timedelta(minutes=30)
    typed = [f"{tomorrow:%Y-%m-%d}", f"{tomorrow:%Y-%m-%d %H:%M}", f"{soon:%Y-%m-%d %H:%M}", f"{now:%Y-%m-%d}"]
    rows = [row(number, found_at=text) for number, text in enumerate(typed)]
    day, hour, later, today = (each["problems"] for each in post(client, "check", rows).json()["rows"])
    assert day[0] == hour[0] == ["found_at", "检查日期晚于今天。请核对年份、日期和时间。"]
    assert later[0][1].startswith("检查日期晚于")
    assert today == []


def test_a_unit_that_had_ended_is_refused_in_the_row(client, office, item):
    UnitFactory(name="老街道办事处", short_name="老街道", valid_to=date(2026, 2, 28))
    rows = [row(1, unit="老街道"), row(2, unit="老街道", found_at="2026-02-28 09:00")]
    ended, good = post(client, "check", rows).json()["rows"]
    assert ended["problems"] == [["unit", "“老街道办事处”已于 2026-02-28 停用，2026-03-05的问题请填当时负责的单位。"]]
    assert good["problems"] == []


def test_the_round_chosen_is_the_rows_round(client, office, street, item):
    special = make_round(name="三月专项")
    post(client, "save", [row(1)], mode="all", round=special.pk)
    assert Finding.objects.get().round == special


def test_rows_at_drawn_places_are_visits_as_one_by_one(client, office, street, item):
    for number in (1, 2):
        make_place(unit=street, name=f"样例路{number}号")
    drawn = make_round(areas=["ZG"], per_area=2)
    rows = [row(1, found_at="2026-03-06 10:00", description="再查"), row(1), row(3)]
    post(client, "save", rows, mode="all", round=drawn.pk)
    made = drawn.visits.exclude(visited_at=None).values_list("place__name", "visited_at", "visited_by")
    assert list(made) == [("样例路1号", moment(2026, 3, 5, 9, 30), "查示例")]


def test_a_month_whose_round_is_closed_is_said_in_the_row(client, office, street, item):
    rounds.close_round(make_finding(found_at=moment(2026, 3, 1)).round, by=office)
    (answer,) = post(client, "check", [row(1)]).json()["rows"]
    assert answer["problems"][0][0] == "found_at"
    assert "已经结束" in answer["problems"][0][1]


def test_the_handling_is_as_typed_and_to_be_ordered_if_nothing_is(client, office, street, item):
    assert post(client, "save", [row(1), row(2, handling="只扣分")], mode="all").json()["saved"] == 2
    assert list(Finding.objects.order_by("place").values_list("handling", flat=True)) == ["order", "deduct"]


def test_spot_cases_need_photos_and_are_refused_in_the_row(client, office, street, item):
    (answer,) = post(client, "check", [row(1, handling="即查即改")]).json()["rows"]
    assert answer["problems"][0][0] == "handling"
    assert "照片" in answer["problems"][0][1]


def test_a_row_that_goes_to_another_unit_says_so_before_it_is_saved(client, office, street):
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, short_name="景区中心")
    ItemFactory(code="A01", areas=[AreaType.SCENIC_AREA, AreaType.MAIN_ROAD])
    shown = post(client, "check", [row(1, area=AreaType.SCENIC_AREA.label), row(2)]).json()["rows"]
    assert shown[0]["note"] == f"湖滨街道不承担这一处，按责任划分记 {centre.label}。"
    assert shown[1]["note"] == ""


def test_a_month_that_is_published_is_said_after_saving(client, office, street, item):
    assert "通报已签发" not in post(client, "save", [row(1)], mode="all").json()["message"]
    published_bulletin("2026-03", office)
    assert "2026年3月通报已签发" in post(client, "save", [row(2)], mode="all").json()["message"]


def test_a_known_place_is_recognised_by_its_name(client, office, street, item):
    place = make_place(unit=street, name="样例路 1 号")
    post(client, "save", [row(1)], mode="all")
    assert Finding.objects.get().spot == place


@pytest.mark.parametrize(
    ("rows", "words"),
    [("{", "JSON"), ('{"a": 1}', "没有读懂"), ("[1]", "没有读懂"), ("[" + "{}," * MOST_ROWS + "{}]", "一次最多")],
)
@pytest.mark.parametrize("name", ["check", "save"])
def test_what_is_no_grid_is_refused(client, office, name, rows, words):
    answer = client.post(reverse(f"inspections:grid-{name}"), {"rows": rows})
    assert answer.status_code == 422
    assert words in answer.json()["message"]


@pytest.mark.usefixtures("office", "street", "item")
def test_the_check_asks_the_same_questions_for_any_number_of_rows(client):
    def questions(count):
        with CaptureQueriesContext(connection) as asked:
            post(client, "check", [row(number) for number in range(count)])
        return len(asked)

    post(client, "check", [row(1)])  # fills what is kept between requests
    assert questions(30) == questions(1)


def test_the_page_offers_what_can_be_typed(client, office, street, item):
    page = client.get(reverse("inspections:grid-entry")).content.decode()
    assert '<option value="湖滨街道"></option>' in page
    assert "A01 店外经营" in page


@pytest.mark.parametrize("name", ["check", "save"])
def test_the_doors_refuse_get(client, office, name):
    assert client.get(reverse(f"inspections:grid-{name}")).status_code == 405
