"""What scores put on the desk: a bulletin to draft or to sign, one's own sheet to confirm; and how the first rules are made."""

from datetime import date
from importlib import import_module

import pytest
import time_machine
from django.apps import apps

from inspections.checksheet import unit_sheet
from inspections.models import ScoringRuleSet
from inspections.score_desk import score_todos
from inspections.workflow import bulletins
from inspections.workflow.check_sheets import confirm_sheet
from staff.models import Setting
from staff.permissions import Roles
from tests.factories.inspections import make_finding, moment
from tests.factories.scores import published_bulletin
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def texts(user):
    return [todo.text for todo in score_todos(user)]


@time_machine.travel("2026-04-03 09:00:00+08:00", tick=False)
def test_the_month_goes_from_desk_to_desk(client):
    office, leader = UserFactory(role=Roles.ASSESSMENT_OFFICE), UserFactory(role=Roles.DEPUTY_DIRECTOR)
    street = UnitFactory(short_name="甲街道", squad=SquadFactory())
    contact, stranger = (UserFactory(role=Roles.STREET_CONTACT, unit=unit) for unit in (street, UnitFactory()))
    assert texts(office) == texts(leader) == texts(contact) == []
    make_finding(unit=street, found_at=moment(2026, 3, 5))
    assert texts(office) == ["2026年3月的考评通报还没有拟制"]
    assert texts(contact) == ["2026年3月扣分核对单待确认（甲街道）"]
    assert texts(stranger) == []
    sheet = unit_sheet(street, "2026-03")
    confirm_sheet(sheet, by=contact, seen=sheet.digest)
    assert texts(contact) == []
    draft = bulletins.draft_bulletin("2026-03", by=office)
    assert texts(office) == []
    assert texts(leader) == [f"待签发：{draft}"]
    for user, todos in ((office, score_todos(office)), (leader, score_todos(leader))):
        client.force_login(user)
        assert all(client.get(todo.url).status_code == 200 for todo in todos)
    bulletins.discard_bulletin(draft, by=office, seen=draft.version)
    published_bulletin("2026-03", office)
    assert texts(office) == texts(leader) == []


def test_the_days_once_set_by_the_bureau_go_into_the_first_version():
    ScoringRuleSet.objects.all().delete()
    for day, value in ((date(2025, 1, 1), "20"), (date(2026, 1, 1), "45")):
        Setting.objects.create(key="assessment.recurrence_days", value=value, source="办法", valid_from=day)
    import_module("inspections.migrations.0005_scores").first_rules(apps, None)
    first = ScoringRuleSet.objects.get()
    assert (first.recurrence_days, first.valid_from) == (45, date(2000, 1, 1))
    assert not Setting.objects.filter(key="assessment.recurrence_days").exists()
    import_module("inspections.migrations.0005_scores").first_rules(apps, None)
    assert ScoringRuleSet.objects.count() == 1
