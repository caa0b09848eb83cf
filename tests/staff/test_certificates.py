"""Certificates: who may enforce on a day, warnings once each, renewal, mass expiry; training hours and attendance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from staff import desk
from staff.enums import Employment, MovementKind
from staff.models import Activity, Attendance, Certificate, Course
from staff.models.certificates import warning_due
from staff.officers import officers_on, why_not_officer
from staff.permissions import Roles
from staff.refusals import Refused
from staff.workflow import certificates
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person, move
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
FIRST_BATCH = date(2027, 10, 31)
MAY = date(2026, 5, 6)


@pytest.fixture
def clerk(client):
    user = UserFactory(role=Roles.PERSONNEL)
    client.force_login(user)
    client.user = user
    return client


# --- Who may enforce --------------------------------------------------------------------------------------------------


def test_a_card_counts_on_its_days_only():
    person = make_person()
    CertificateFactory(person=person, issued_on=date(2024, 2, 1), expires_on=date(2026, 5, 6))
    days = [date(2024, 1, 31), date(2024, 2, 1), date(2026, 5, 6), date(2026, 5, 7)]
    assert [person in officers_on(day) for day in days] == [False, True, True, False]
    assert [why_not_officer(person, day) == "" for day in days] == [False, True, True, False]


@pytest.mark.parametrize("employment", Employment.AUXILIARIES)
def test_auxiliaries_never_enforce_even_with_a_card(employment):
    person = make_person(employment=employment)
    CertificateFactory(person=person)
    assert not officers_on(MAY).exists()
    assert "只能协助" in why_not_officer(person, MAY)


@pytest.mark.parametrize("kind", [MovementKind.LENT_OUT, MovementKind.LONG_LEAVE, MovementKind.SUSPENDED,
                                  MovementKind.OFF_POST, MovementKind.RESIGNED, MovementKind.RETIRED])  # fmt: skip
def test_who_is_away_or_gone_does_not_enforce(kind):
    person = make_person()
    CertificateFactory(person=person)
    move(person, kind, MAY)
    assert person in officers_on(MAY - timedelta(days=1))
    assert person not in officers_on(MAY)
    assert why_not_officer(person, MAY) != ""


def test_why_not_says_the_first_thing_that_is_in_the_way():
    person = make_person(name="问示例")
    assert why_not_officer(person, MAY) == "问示例2026-05-06没有有效的行政执法证，不能作为执法人员。"
    assert "不在册" in why_not_officer(person, date(2020, 1, 1))


def test_choosing_and_explaining_never_disagree():
    for number, employment in enumerate(Employment):
        person = make_person(employment=employment, birth_date=date(1980, 1, number + 1))
        if number % 2:
            CertificateFactory(person=person)
    chosen = set(officers_on(MAY))
    for person in {row.person for row in certificates.Certificate.objects.select_related("person")}:
        assert (person in chosen) == (why_not_officer(person, MAY) == "")


# --- The register -----------------------------------------------------------------------------------------------------


def test_a_new_card_ends_the_old_one_as_renewed():
    person = make_person()
    old = CertificateFactory(person=person)
    new = Certificate(person=person, number="湘N1", issued_on=MAY, expires_on=date(2031, 5, 6))
    certificates.register_certificate(new, by=UserFactory())
    old.refresh_from_db()
    assert (old.ended_on, old.end_reason) == (MAY, "renewed")
    assert Certificate.objects.valid_on(MAY).get() == new


def test_a_card_is_ended_once_and_not_in_advance(clerk):
    card = CertificateFactory(person=make_person())
    address = reverse("staff:certificate-end", args=[card.pk])
    tomorrow = (TODAY() + timedelta(days=1)).isoformat()
    assert clerk.get(address).status_code == 405
    assert clerk.post(address, {"ended_on": tomorrow, "reason": "withdrawn"}).status_code == 422
    assert clerk.post(address, {"ended_on": "2020-01-01", "reason": "withdrawn"}).status_code == 422
    assert clerk.post(address, {"ended_on": "2026-03-05", "reason": "withdrawn"}).status_code == 302
    with pytest.raises(Refused, match="2026-03-05收回"):
        certificates.end_certificate(card, by=clerk.user, ended_on=MAY, reason="cancelled")
    assert Activity.objects.about(card).filter(title="收回执法证").count() == 1


def test_a_helpers_card_is_recorded_and_said_to_be_odd(clerk):
    person = make_person(employment=Employment.AUXILIARY)
    data = {"person": person.pk, "number": "湘X1", "issued_on": "2026-01-05", "expires_on": "2031-01-04"}
    page = clerk.post(reverse("staff:certificate-create"), data, follow=True)
    assert "只能协助" in page.content.decode()
    assert Certificate.objects.get().person == person
    assert clerk.get(reverse("staff:certificate-list") + "?condition=withdraw").context["table"].count == 1


@pytest.mark.parametrize(("name", "change"), [
    ("certificate_expires_after_issue", {"expires_on": date(2020, 1, 1)}),
    ("certificate_ended_whole", {"ended_on": date(2026, 1, 1)}),
    ("certificate_ended_whole", {"end_reason": "cancelled"}),
])  # fmt: skip
def test_the_database_refuses_broken_cards(name, change):
    CertificateFactory(person=make_person())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Certificate.objects.update(**change)


def test_the_day_on_which_many_end_is_seen(clerk):
    for _ in range(3):
        CertificateFactory(person=make_person(birth_date=None), expires_on=FIRST_BATCH)
    CertificateFactory(person=make_person(birth_date=None), expires_on=date(2026, 12, 20))
    page = clerk.get(reverse("staff:certificate-expiry"))
    months = page.context["months"]
    assert [(month["label"], month["count"]) for month in months] == [("2026年12月", 1), ("2027年10月", 3)]
    for month in months:
        assert clerk.get(month["url"]).context["table"].count == month["count"]
    assert page.content.decode().count("集中到期") == 1


# --- Warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "warned", "due"), [
    (181, None, None), (180, None, 180), (179, 180, None), (91, 180, None), (90, 180, 90),
    (30, 90, 30), (5, 30, None), (5, None, 30), (0, 90, 30),
])  # fmt: skip
def test_when_a_warning_is_due(left, warned, due):
    assert warning_due(MAY + timedelta(days=left), MAY, warned) == due


def test_holder_and_personnel_are_told_once_at_each_step(clerk):
    holder = UserFactory()
    person = make_person(account=holder)
    card = CertificateFactory(person=person, expires_on=date(2026, 11, 1))
    for day in (date(2026, 5, 10), date(2026, 5, 11), date(2026, 8, 10), date(2026, 10, 5), date(2026, 10, 6)):
        certificates.warn_of_expiry(day)
    card.refresh_from_db()
    assert card.warned == 30
    assert holder.inbox.count() == clerk.user.inbox.count() == 3
    assert certificates.warn_of_expiry(date(2026, 12, 1)) == 0


def test_a_card_that_is_to_be_taken_back_is_not_said_to_be_renewed(clerk):
    gone, helper = UserFactory(), UserFactory()
    left = make_person(account=gone)
    CertificateFactory(person=left, expires_on=date(2026, 11, 1))
    move(left, MovementKind.RETIRED, MAY)
    auxiliary = make_person(account=helper, employment=Employment.AUXILIARIES[0])
    CertificateFactory(person=auxiliary, expires_on=date(2026, 11, 1))
    assert certificates.warn_of_expiry(date(2026, 5, 11)) == 2
    texts = [message.text for message in clerk.user.inbox.all()]
    assert len(texts) == 2
    assert all("请收回注销" in text and "换证考试" not in text for text in texts)
    assert gone.inbox.count() == helper.inbox.count() == 0
    assert certificates.warn_of_expiry(date(2026, 5, 12)) == 0


def test_the_desk_of_the_personnel_section_names_what_waits(clerk):
    gone = make_person(name="离示例")
    CertificateFactory(person=gone)
    move(gone, MovementKind.RESIGNED, MAY)
    move(gone, MovementKind.RESIGNED, MAY + timedelta(days=3))
    stays = make_person(birth_date=date(1980, 1, 1))
    CertificateFactory(person=stays, expires_on=TODAY() + timedelta(days=20))
    lines = {todo.text: todo for todo in desk.todo(clerk.user)}
    assert "1 条人员变动与台账不符，待核对" in lines
    assert "1 个执法证应收回（离岗或非执法人员）" in lines
    assert "1 个执法证半年内到期" in lines
    for todo in lines.values():
        page = clerk.get(todo.url)
        assert page.status_code == 200
        if "table" in page.context and "personnel" not in todo.url:
            assert page.context["table"].count == todo.count
    assert desk.todo(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory())) == []


def test_the_search_finds_people_and_cards_for_those_who_may_see_them(clerk):
    person = make_person(name="寻示例", unit=DepartmentFactory())
    CertificateFactory(person=person, number="湘Q77")
    assert [hit.title for hit in desk.search(clerk.user, "寻示例")] == ["寻示例"]
    assert [hit.detail for hit in desk.search(clerk.user, "q77")] == ["寻示例"]
    assert desk.search(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()), "寻示例") == []
    assert desk.search(UserFactory(role=Roles.WINDOW), "寻示例") == []


# --- Training ---------------------------------------------------------------------------------------------------------


def course(**more):
    return {"kind": "training", "title": "文书制作", "held_on": TODAY().isoformat(), "hours": "6.5", **more}


def test_a_course_is_recorded_with_who_was_absent(clerk):
    here = [make_person(name=f"学{n}示例", birth_date=date(1980, 1, n + 1)) for n in range(3)]
    page = clerk.get(reverse("staff:course-create"))
    assert set(page.context["form"]["people"].value()) == {str(person.pk) for person in here}
    data = course(people=[person.pk for person in here], absent="学1示例 病假")
    clerk.post(reverse("staff:course-create"), data)
    stored = Course.objects.get()
    assert {(row.person.name, row.present, row.reason) for row in stored.attendances.all()} == {
        ("学0示例", True, ""), ("学1示例", False, "病假"), ("学2示例", True, ""),
    }  # fmt: skip
    form = clerk.get(reverse("staff:course-edit", args=[stored.pk])).context["form"]
    assert form["absent"].value() == "学1示例 病假"
    clerk.post(reverse("staff:course-edit", args=[stored.pk]), course(people=[here[0].pk], absent="", seen=1))
    assert Attendance.objects.count() == 1
    page = clerk.post(reverse("staff:course-edit", args=[stored.pk]), course(people=[here[1].pk], absent="", seen=1))
    assert "刚被别人修改过" in page.content.decode()
    assert Attendance.objects.get().person == here[0]


def test_an_absent_name_that_nobody_bears_is_refused_and_kept(clerk):
    person = make_person(name="在示例")
    page = clerk.post(reverse("staff:course-create"), course(people=[person.pk], absent="谁示例 病假"))
    assert page.status_code == 422
    assert "没有勾选“谁示例”" in page.content.decode()
    assert "谁示例 病假" in page.content.decode()
    assert not Course.objects.exists()


def test_a_course_is_of_the_past_and_an_absent_name_may_be_set_off_as_one_writes_it(clerk):
    person = make_person(name="在示例")
    for day in ((TODAY() + timedelta(days=1)).isoformat(), "0026-05-06"):
        page = clerk.post(reverse("staff:course-create"), course(held_on=day))
        assert page.status_code == 422
        assert "请核对年份" in page.content.decode()
    for title, absent in (("一", "在示例　病假"), ("二", "在示例，病假")):
        clerk.post(reverse("staff:course-create"), course(title=title, people=[person.pk], absent=absent))
    assert list(Attendance.objects.values_list("present", "reason")) == [(False, "病假")] * 2


def test_hours_count_training_attended_and_no_study(clerk):
    person = make_person(name="时示例")
    clerk.post(reverse("staff:course-create"), course(people=[person.pk]))
    clerk.post(reverse("staff:course-create"), course(people=[person.pk], kind="party", title="学习"))
    clerk.post(reverse("staff:course-create"), course(people=[person.pk], title="缺的", absent="时示例 出差"))
    row = clerk.get(reverse("staff:hours-list")).context["table"].source.get()
    assert (row.hours, row.sessions) == (Decimal("6.5"), 1)
    assert "53.5" in clerk.get(reverse("staff:hours-list")).content.decode()
    assert clerk.get(reverse("staff:hours-list") + "?year=2019").status_code == 200


def test_a_leader_sees_the_hours_of_those_who_are_in_the_squad_now(client):
    squad, other = SquadFactory(), SquadFactory()
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=squad))
    make_person(unit=squad, name="在示例")
    gone = make_person(unit=squad, name="走示例", birth_date=date(1980, 1, 1))
    move(gone, MovementKind.ROTATED, MAY, unit=other)
    rows = client.get(reverse("staff:hours-list")).context["table"].source
    assert [row.person.name for row in rows] == ["在示例"]


def test_the_same_course_twice_is_told(clerk):
    clerk.post(reverse("staff:course-create"), course())
    assert clerk.post(reverse("staff:course-create"), course()).status_code == 422
    assert Course.objects.count() == 1


def test_removing_a_course_leaves_its_line_in_the_log(clerk):
    clerk.post(reverse("staff:course-create"), course())
    address = reverse("staff:course-remove", args=[Course.objects.get().pk])
    assert clerk.get(address).status_code == 405
    clerk.post(address)
    assert not Course.objects.exists()
    assert "6.5 学时" in Activity.objects.get(title="删除培训学习").note
    assert clerk.post(address).status_code == 404
