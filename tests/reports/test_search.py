"""The one search field: every room answers by number, by name and by place, and only to who may see."""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from config.periods import Period
from reports.workflow import summaries
from staff import workdays
from staff.models import Course, Regulation
from staff.permissions import Roles
from staff.workflow import regulations
from tests.factories.boards import make_board, make_campaign, make_item
from tests.factories.cases import know_the_calendar, make_lead
from tests.factories.fireworks import make_action, make_destruction, make_incident, make_lot
from tests.factories.inspections import in_state, make_finding
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person, rule_version
from tests.factories.permits import make_received, make_road
from tests.factories.reports import make_plan, make_problem, make_tally, make_task
from tests.factories.rounds import make_place
from tests.factories.staff import UnitFactory, UserFactory

PERMIT = {"permit_number": "广许2026-7", "permit_from": date(2026, 1, 1), "permit_to": date(2027, 1, 1)}

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(client):
    """What the page lists for a query: {kind: addresses}. `as_` signs somebody in."""
    client.force_login(UserFactory(role=Roles.OFFICE, unit=UnitFactory()))

    def search(query, as_=None):
        if as_ is not None:
            client.force_login(as_)
        hits = client.get(reverse("reports:search"), {"q": query}).context["hits"]
        kinds = {}
        for hit in hits:
            kinds.setdefault(hit.kind, set()).add(hit.url)
        return kinds

    return search


def check(found, record, kind, *queries):
    for query in queries:
        assert record.get_absolute_url() in found(query).get(kind, set()), (kind, query)


def test_inspections(found):
    finding = make_finding(place="湖岸示例路1号", description="花坛积存垃圾")
    check(found, finding, "考评问题", finding.number, "湖岸示例路", "积存垃圾")
    order = in_state("ordered").order_lines.get().order
    check(found, order, "交办单", order.number)
    check(found, make_place(name="示例农贸市场"), "点位", "农贸市场")
    assert found(finding.number, as_=UserFactory(role=Roles.WINDOW, unit=UnitFactory())) == {}


def test_fireworks(found):
    incident, lot = make_incident(place="样例酒店门前"), make_lot(place="样例烟花店")
    action, burnt = make_action(UnitFactory(), name="元宵联合整治"), make_destruction({lot: 5}, place="样例采石场")
    check(found, incident, "炮情", incident.number, "样例酒店")
    check(found, lot, "收缴物品", lot.number, "烟花店")
    check(found, action, "联合行动", action.number, "元宵联合")
    check(found, burnt, "集中销毁", burnt.number, "采石场")
    stranger = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    assert found("样例酒店", as_=stranger) == found("样例烟花店") == found("采石场") == {}


def test_permits(found):
    call_command("load_calendar", verbosity=0)
    workdays.forget()
    case = make_received(UserFactory(role=Roles.PERMIT_SECTION), location="示例大道88号")
    check(found, case, "许可", case.number, case.applicant_name, "示例大道88号")
    check(found, make_road(name="样板东路"), "道路", "样板东路")
    assert found("示例大道88号", as_=UserFactory(role=Roles.PERSONNEL)) == {}


def test_billboards(found):
    board = make_board(name="样例大厦屋顶", address="会展路9号", setter="样例广告公司", **PERMIT)
    check(found, board, "户外广告", board.code, "大厦屋顶", "会展路9号", "样例广告公司", "广许2026-7")
    street = UnitFactory()
    campaign = make_campaign(street, name="屋顶广告专项")
    item = make_item(campaign, street=street, place="商业街12号")
    check(found, campaign, "专项整治", "屋顶广告专项")
    check(found, item, "专项问题", item.number, "商业街12号")
    know_the_calendar()
    case = make_lead(place="南湖大道5号")
    check(found, case, "执法案件", case.number, case.party_name, "南湖大道5号")
    assert found("南湖大道5号", as_=UserFactory(role=Roles.PERSONNEL)) == {}
    assert found("会展路9号", as_=UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())) == {}


def test_staff(found):
    person = make_person(name="寻示例", staff_number="7788")
    check(found, person, "人员", "寻示例", "7788")
    card = CertificateFactory(person=person)
    check(found, card, "执法证", card.number)
    rule = Regulation(code="制01", category="attendance", owner=DepartmentFactory())
    rule = regulations.record_rule(rule, rule_version(date(2026, 1, 5), text="x"), by=None)
    check(found, rule, "制度", "走查制度", rule.code)
    course = Course.objects.create(kind="training", title="执法程序培训", held_on=date(2026, 3, 1), hours=4)
    check(found, course, "培训学习", "执法程序")
    account = UserFactory(display_name="号示例", username="4455")
    administrator = UserFactory(role=Roles.ADMINISTRATOR)
    for query in ("号示例", "4455"):
        assert found(query, as_=administrator)["账号"] == {reverse("staff:user-detail", args=[account.pk])}
    assert "账号" not in found("号示例", as_=UserFactory(role=Roles.OFFICE))
    assert "人员" not in found("寻示例", as_=UserFactory(role=Roles.WINDOW))


def test_reports(found):
    report = summaries.create_report(Period.parse("2026H1"), by=None)
    check(found, report, "工作总结", report.title[:8])
    task = make_task(title="市容秩序百日行动", source="区发〔2026〕9号")
    check(found, task, "重点工作", "百日行动", "区发〔2026〕9号")
    entry = make_tally(place="步行街北口")
    check(found, entry, "工作量台账", "步行街北口")
    check(found, make_problem(title="夜市油烟反弹"), "存在的问题", "夜市油烟")
    check(found, make_plan(title="建成智慧平台"), "工作计划", "智慧平台")
    assert found("百日行动", as_=UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())) == {}


def test_nothing_is_asked_for_and_nothing_found(found):
    assert found("") == found("   ") == found("没有这样的东西") == found("\0") == {}
