"""Old ledgers of cases: every row a result, what is wrong is said by field, what is odd is said and written all the same."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billboards.enums.cases import CaseState, PartyKind
from billboards.models import Case
from billboards.resources.cases import CaseResultResource
from billboards.tasks import publish_cases
from staff.imports.kinds import import_kind
from staff.permissions import Roles
from tests.billboards.test_case_pages import signed_in
from tests.factories.cases import know_the_calendar, make_violation
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db


class Quiet:
    def step(self, *args):
        """No one watches."""


class Batch:
    pk = 7


def checked(squad, **cells):
    made = CaseResultResource()
    made.prepare()
    facts = {
        "external_number": "罚〔2023〕12号", "violation": "擅自设置大型户外广告", "place": "南湖大道 12 号", "unit": squad.name,
        "party_name": "岳阳样例广告有限公司", "received_on": "2023-03-01", "filed_on": "2023.3.5", "kind": "行政处罚",
        "issued_on": "2023年4月10日", "amount": "5000元", "served_on": "2023-04-12", "service_method": "直接送达",
        "closed_on": "2023-05-20",
    }  # fmt: skip
    return made.check(2, {**facts, **cells}), made


@pytest.fixture
def squad():
    know_the_calendar()
    make_violation()
    return SquadFactory()


def test_an_old_case_is_entered_whole_and_once(squad):
    for _ in range(2):
        row, _ = checked(squad)
        assert row.problems == []
        publish_cases([row], UserFactory(), Batch(), Quiet())
    case = Case.objects.get()
    decision = case.decisions.get()
    assert (case.results_only, case.state, case.closed_on) == (True, CaseState.CLOSED, date(2023, 5, 20))
    assert (decision.amount, decision.served_on) == (Decimal(5000), date(2023, 4, 12))
    assert case.violation.code == "AD01"
    again, made = checked(squad)
    assert again.key in made.known_keys([again])


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"unit": "没有的中队"}, "unit"),
        ({"issued_on": "2023-03-01"}, "issued_on"),
        ({"issued_on": ""}, "issued_on"),
        ({"served_on": "2023-04-01"}, "served_on"),
        ({"closed_on": "2999-01-01"}, "closed_on"),
        ({"kind": "不予处罚"}, "amount"),
        ({"amount": "五千"}, "amount"),
        ({"place": ""}, "place"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(squad, cells, field):
    row, _ = checked(squad, **cells)
    assert field in [name for name, _ in row.problems]
    assert row.facts is None


def test_what_is_odd_is_said_and_written_all_the_same(squad):
    row, _ = checked(squad, violation="乱挂", received_on="", service_method="", party_credit_code="123")
    assert row.problems == []
    said = "".join(row.warnings)
    for words in ("没有“乱挂”", "没有收到线索的日期", "按直接送达登记", "校验不对"):
        assert words in said
    case = row.facts.case
    assert (case.violation, case.received_on, case.party_kind) == (None, date(2023, 3, 5), PartyKind.ORGANISATION)
    assert "原登记案由：乱挂" in case.facts


def test_the_list_leads_to_the_import_with_its_template(squad):
    client = signed_in(Roles.SQUAD_LEADER)
    url = reverse("staff:import-new", args=["billboards.cases"])
    assert url in client.get(reverse("billboards:case-list")).content.decode()
    page = client.get(url)
    assert page.status_code == 200
    assert page.context["nav_section"] == "户外广告"  # it stands where the list stands
    assert f'<a href="{reverse("billboards:case-list")}">执法案件</a></li>' in page.content.decode()
    assert signed_in(Roles.DIRECTOR).get(url).status_code == 403
    assert import_kind("billboards.cases").personal
