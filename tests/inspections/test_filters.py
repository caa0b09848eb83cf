"""Each filter of the list alone, and what stays out of sight without one."""

from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from inspections.enums import Source
from inspections.filters.findings import FindingFilter
from inspections.models import Finding
from inspections.workflow import findings as workflow
from staff.permissions import Roles
from tests.factories.inspections import CategoryFactory, ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain():
    """Late, first, from the patrol, of category A on a main road, in March."""
    found_at, due_at = moment(2026, 3, 5), moment(2026, 3, 6)
    return make_finding(found_at=found_at, due_at=due_at, item=ItemFactory(code="A11"), place="示范街1号")


@pytest.fixture
def other():
    """Everything else: in time, severe, from a leader, of category B in a community, in April."""
    item = ItemFactory(code="B11", category=CategoryFactory(code="B", name="环境卫生"))
    return make_finding(
        found_at=moment(2026, 4, 5),
        closed_at=moment(2026, 4, 5, 12),
        item=item,
        area="SQ",
        severe=True,
        source=Source.LEADER,
        place="湖岸示例路2号",
        description="成堆垃圾",
    )


def found(**asked):
    query, request = {name: str(value) for name, value in asked.items()}, RequestFactory().get("/")
    request.user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    filters = FindingFilter(query, queryset=Finding.objects.all(), request=request)
    assert not filters.form.errors, filters.form.errors
    return list(filters.qs.order_by("found_at"))


@pytest.mark.parametrize(
    ("asked", "which"),
    [
        ({"q": "示范街"}, "plain"),
        ({"q": " 成堆 "}, "other"),
        ({"q": "考2026-00001"}, "plain"),
        ({"found_from": "2026-04-05"}, "other"),
        ({"found_to": "2026-03-05"}, "plain"),
        ({"month": "2026-04"}, "other"),
        ({"category": "A"}, "plain"),
        ({"item": "B11"}, "other"),
        ({"area": "ZG"}, "plain"),
        ({"state": "registered"}, "plain"),
        ({"state": "open"}, "plain"),
        ({"state": "closed"}, "other"),
        ({"source": "leader"}, "other"),
        ({"severe": "true"}, "other"),
        ({"severe": "false"}, "plain"),
        ({"overdue": "2026-06-30"}, "plain"),
        ({"on_time": "2026-06-30"}, "other"),
        ({"due": "2026-03-31"}, "plain"),
    ],
)
def test_each_filter(asked, which, plain, other):
    assert found(**asked) == [{"plain": plain, "other": other}[which]]


def test_a_place_that_begins_like_a_number_is_found(plain):
    street = make_finding(place="考棚街12号")
    assert found(q="考棚街") == [street]
    assert found(q="考2026") == sorted([plain, street], key=lambda each: each.found_at)


def test_by_unit(plain, other):
    assert found(lead_unit=other.lead_unit_id) == [other]


def test_by_recurrence(plain):
    workflow.close_finding(plain, by=UserFactory(), closed_at=moment(2026, 3, 6))
    again = make_finding(item=plain.item, unit=plain.lead_unit, place=plain.place, found_at=moment(2026, 3, 10))
    assert found(recurrence="true") == [again]
    assert found(recurrence="false") == [plain]


def test_voided_findings_show_only_when_asked_for(plain, other):
    workflow.void_finding(plain, by=UserFactory(), reason="登记有误")
    assert found() == [other]
    assert found(state="voided") == [plain]
    assert found(state="all") == [plain, other]


def test_a_deadline_that_lies_ahead_is_not_late_today():
    make_finding(found_at=timezone.now(), due_at=timezone.now() + timedelta(hours=1))
    assert found(overdue=date(2099, 1, 1)) == []


def test_the_list_opens_on_the_current_year_and_says_so(client):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    year = timezone.localdate().year
    unit, item = UnitFactory(), ItemFactory()
    make_finding(unit=unit, item=item, found_at=moment(year - 1, 12, 31))
    this_year = make_finding(unit=unit, item=item, found_at=timezone.now() - timedelta(minutes=1))
    page = client.get(reverse("inspections:finding-list"))
    assert [row.object for row in page.context["table"].rows] == [this_year]
    assert f"{year}-01-01" in page.content.decode()
    assert client.get(reverse("inspections:finding-list"), {"state": "all"}).context["table"].count == 2


def test_the_address_tells_an_assessed_unit_no_round_or_place_that_it_may_not_see(client):
    planned, theirs = make_round(name="十月夜间突查", opened=False), make_place(name="别家点位")
    asked = [{"round": planned.pk}, {"spot": theirs.pk}]
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    own = make_place(name="自家点位", unit=contact.unit)
    client.force_login(contact)
    for query in asked:
        page = client.get(reverse("inspections:finding-list"), query)
        assert page.status_code == 200
        assert "十月夜间突查" not in page.content.decode()
        assert "别家点位" not in page.content.decode()
    assert "自家点位" in client.get(reverse("inspections:finding-list"), {"spot": own.pk}).content.decode()
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    pages = "".join(client.get(reverse("inspections:finding-list"), query).content.decode() for query in asked)
    assert "十月夜间突查" in pages
    assert "别家点位" in pages


@pytest.mark.parametrize(
    ("name", "value"), [("found_from", "上周"), ("category", "Z"), ("lead_unit", "x"), ("area", "??")]
)
def test_a_filter_that_makes_no_sense_is_named_and_the_page_stands(client, plain, name, value):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    page = client.get(reverse("inspections:finding-list"), {name: value})
    assert page.status_code == 200
    assert name in page.context["table"].filters.form.errors


@pytest.mark.parametrize(
    "box", ["29,113,30,114,115", "x,1,2,3", "NaN,113,30,114", "29,113,Infinity,114", "29,113,1e30,114"]
)
def test_a_box_that_is_none_holds_nothing(plain, box):
    assert found(box=box) == []


@pytest.mark.parametrize("day", ["2026-02-30", "26-1-1", "x", ""])
def test_the_units_of_a_day_that_is_none_are_those_of_today(client, day):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    page = client.get(reverse("inspections:unit-list"), {"on": day})
    assert page.context["day"] == timezone.localdate()
