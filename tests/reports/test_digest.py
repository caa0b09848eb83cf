"""The daily digest: what it says, once a person and day, and that nobody's failure is everybody's."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox_of
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from billboards.enums.cases import CaseState
from billboards.models import Case, CaseClock
from config.desk import Todo
from config.periods import Period
from config.schedule import TIMED_TASKS
from permits.models import Survey
from reports import digest
from reports.tasks import daily_digest
from reports.workflow.materials import ask_material
from reports.workflow.summaries import create_report
from staff import workdays
from staff.enums import DigestWay
from staff.models import Digest, Message, Setting, notify
from staff.permissions import Roles
from tests.factories import permits
from tests.factories.cases import make_case
from tests.factories.people import CertificateFactory, make_person
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db

MORNING = datetime.fromisoformat("2026-06-18T08:10:00+08:00")
DAY = date(2026, 6, 18)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def todos(monkeypatch):
    """What the desk says to everybody."""
    found = [
        Todo("3 条考评问题已逾期", "/a/", due=MORNING - timedelta(days=1), light="red", count=3),
        Todo("1 条考评问题一天内到期", "/b/", due=MORNING + timedelta(hours=9), light="orange"),
        Todo("2 件申请待受理", "/c/", light="none"),
    ]
    monkeypatch.setattr("reports.digest.all_todos", lambda user: found)
    return found


@pytest.fixture
def mailed(settings, django_capture_on_commit_callbacks):
    """Run the task as the schedule does, commit, and give the letters."""
    settings.EMAIL_HOST = "127.0.0.1"

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            daily_digest()
        return outbox_of.outbox

    return run


def test_the_digest_says_what_is_overdue_due_today_and_unread(todos, mailed):
    user = UserFactory(email="zhang@chengguan.example", digest=DigestWay.MAIL)
    notify([user], "交办单已送达")
    (letter,) = mailed()
    assert letter.subject.endswith("今日提要：1 项已逾期，1 项今天到期，1 条未读消息。")
    overdue, today, unread = (
        letter.body.index("已逾期或须马上办"),
        letter.body.index("今天到期："),
        letter.body.index("未读消息 1 条"),
    )
    assert overdue < letter.body.index("3 条考评问题已逾期（最早 06-17 08:10）") < today
    assert today < letter.body.index("1 条考评问题一天内到期（最早 06-18 17:10）") < unread
    assert "· 交办单已送达" in letter.body
    assert "另有 1 项待办不急" in letter.body
    assert "2 件申请待受理" not in letter.body


def test_one_a_person_and_day_though_the_task_runs_again(todos, mailed):
    user = UserFactory(email="zhang@chengguan.example", digest=DigestWay.MAIL)
    mailed()
    mailed()
    assert len(outbox_of.outbox) == 1
    assert not digest.send_digest(user, DAY)  # two at the very same time: the database has the last word
    with pytest.raises(IntegrityError, match=r"digest_once_a_day|recipient"):
        Digest.objects.create(recipient=user, day=DAY, way=DigestWay.MAIL, lines=0)


def test_the_next_day_has_its_own(todos, mailed):
    UserFactory(email="zhang@chengguan.example", digest=DigestWay.MAIL)
    mailed()
    with time_machine.travel(MORNING + timedelta(days=1), tick=False):
        mailed()
    assert len(outbox_of.outbox) == 2


def test_only_those_who_asked_and_by_the_way_they_chose(todos, mailed):
    bell, silent = UserFactory(digest=DigestWay.BELL), UserFactory(email="x@chengguan.example")
    mailed()
    assert not outbox_of.outbox
    assert bell.inbox.get().text == "今日提要：1 项已逾期，1 项今天到期。"
    assert not silent.inbox.exists()


def test_a_day_without_anything_is_silent_and_stays_so(monkeypatch, mailed):
    user = UserFactory(email="zhang@chengguan.example", digest=DigestWay.MAIL)
    monkeypatch.setattr("reports.digest.all_todos", lambda user: [])
    assert mailed() == []
    notify([user], "上午来的消息")
    assert mailed() == []  # the digest is of the morning
    assert Digest.objects.get().lines == 0


def test_not_before_the_hour_of_the_setting(todos, mailed):
    Setting.objects.create(key="messages.digest_hour", value="9", source="x", valid_from=DAY)
    UserFactory(email="zhang@chengguan.example", digest=DigestWay.MAIL)
    assert mailed() == []
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
        assert len(mailed()) == 1


def test_one_persons_fault_leaves_the_others_theirs(todos, mailed, monkeypatch, caplog):
    broken = UserFactory(digest=DigestWay.BELL)
    fine = UserFactory(digest=DigestWay.BELL)

    def todo(user):
        if user == broken:
            raise ValueError("a broken room")
        return todos

    monkeypatch.setattr("reports.digest.all_todos", todo)
    mailed()
    assert Message.objects.get().recipient == fine
    assert "could not be made" in caplog.text
    assert not Digest.objects.filter(recipient=broken).exists()  # the next run tries again


def test_the_real_desk_goes_into_the_digest(mailed):
    user = UserFactory(digest=DigestWay.BELL)
    notify([user], "甲")
    found = digest.digest_of(user, timezone.localdate())
    assert (found.overdue, found.today, found.unread, found.messages) == ((), (), 1, ("甲",))


# --- Deadlines that are days ------------------------------------------------------------------------------------------


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)
    workdays.forget()
    yield
    workdays.forget()


def a_survey(squad, user):
    surveyor = make_person(unit=squad, since=date(2024, 1, 1), account=user)
    crew = [surveyor, make_person(unit=squad, since=date(2024, 1, 1))]
    for person in crew:
        CertificateFactory(person=person)
    permits.make_surveying(UserFactory(role=Roles.PERMIT_SECTION), crew, squad=squad)
    Survey.objects.update(due_on=DAY)
    return "现场查勘"


def a_case(squad, user):
    case = make_case(CaseState.FILED)
    case.officers.filter(pk=case.officers.first().pk).update(
        person=make_person(unit=squad, since=date(2024, 1, 1), account=user)
    )
    Case.objects.update(unit=squad)
    CaseClock.objects.create(case=case, rule="C_DECIDE", label="作出处罚决定", started_on=DAY - timedelta(days=90), due_on=DAY, ours=True)  # fmt: skip
    return "作出处罚决定将届满"


def a_material(squad, user):
    office = UserFactory(role=Roles.OFFICE)
    report = create_report(Period.parse("2026H1"), by=office)
    section = report.sections.order_by("order").first()
    ask_material(report, section=section, unit=squad, person=user, due_on=DAY, note="", by=office)
    return "总结材料待交"


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("given", [a_survey, a_case, a_material])
def test_what_is_due_on_a_day_is_due_until_the_day_ends_and_no_hour_is_made_up(client, given):
    squad = SquadFactory()
    user = UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)
    words = given(squad, user)
    with time_machine.travel(MORNING.replace(hour=19, minute=0), tick=False):
        found = digest.digest_of(user, DAY)
        assert [each.text for each in found.overdue] == []
        (todo,) = found.today
        assert words in todo.text
        assert digest.todo_line(todo).endswith("（最早 06-18）")
        client.force_login(user)
        page = client.get(reverse("reports:desk")).content.decode()
        assert re.search(r"(期限|最早到期) 2026-06-18</span>", page)
    with time_machine.travel(MORNING + timedelta(days=1), tick=False):
        assert [words[:4] in each.text for each in digest.digest_of(user, DAY + timedelta(days=1)).overdue] == [True]


def test_the_schedule_knows_the_task():
    assert "reports.daily_digest" in {timed.task for timed in TIMED_TASKS}
