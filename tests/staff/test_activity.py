"""The log: one row per act, append-only in the database, every change to a sealed row found."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from staff import append_only
from staff.enums import DigestWay
from staff.models import (
    Activity,
    ActivitySeal,
    AppraisalScheme,
    Verb,
    changed_fields,
    logged_values,
    seal_activities,
    verify_chain,
)
from tests.factories.staff import UnitFactory, UserFactory
from tests.thorough import many

pytestmark = pytest.mark.django_db


def record(count=1):
    return [Activity.record(Verb.CREATE, None, by=None, title=f"第{index}条") for index in range(count)]


def test_recording_keeps_who_what_and_before_and_after():
    user = UserFactory()
    activity = Activity.record(
        Verb.UPDATE,
        user,
        by=user,
        title="改电话",
        changes=changed_fields({"电话": "1", "姓名": "甲"}, {"电话": "2", "姓名": "甲"}),
    )
    activity.refresh_from_db()
    assert activity.changes == {"电话": ["1", "2"]}
    assert (activity.object_type, activity.object_id, activity.actor) == ("staff.user", str(user.pk), user)
    assert list(Activity.objects.about(user)) == [activity]


def test_logged_values_are_words():
    """Labels for codes, 是 for True, the local minute, a plain number, a row of another table by its name."""
    unit, user = UnitFactory(name="样例中队"), UserFactory()
    user.unit, user.digest, user.mail_messages = unit, DigestWay.BELL, True
    user.date_joined = datetime(2026, 3, 5, 16, 30, 59, tzinfo=UTC)
    names = ["unit", "digest", "mail_messages", "date_joined", "phone"]
    user.phone = ""
    assert logged_values(user, names) == {
        "所属单位": str(unit),
        "每日提要": DigestWay.BELL.label,
        "消息同时发到邮箱": "是",
        "加入日期": "2026-03-06 00:30",
        "手机号": "—",
    }
    scheme = AppraisalScheme(total=Decimal("1234.50"))
    assert logged_values(scheme, ["total"]) == {"总分": "1234.5"}


def test_logged_values_are_those_that_can_be_edited():
    values = logged_values(UserFactory())
    assert {"姓名", "手机号"} <= set(values)
    assert not {"ID", "密码修改时间"} & set(values)


@pytest.mark.parametrize("change", ["UPDATE staff_activity SET title='改'", "DELETE FROM staff_activity"])
def test_database_refuses_to_change_or_delete_a_row(change):
    record()
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Activity.objects.count() == 1


def test_sealing_links_every_row_once():
    record(5)
    assert seal_activities() == 5
    assert seal_activities() == 0
    report = verify_chain()
    assert (report.sealed, report.unsealed, report.problems) == (5, 0, ())
    assert report.head == ActivitySeal.objects.order_by("-position").first().hash


@pytest.fixture
def unprotected():
    """What somebody with the database file in hand could do."""
    append_only.lift(connection)
    yield
    append_only.install(connection)


@pytest.mark.parametrize("seed", range(20))
def test_flipping_any_sealed_row_is_found(unprotected, seed):
    rows = record(30)
    seal_activities()
    victim = random.Random(seed).choice(rows)
    Activity.objects.filter(pk=victim.pk).update(note="后来改的")
    assert any(f"日志编号 {victim.pk}" in problem for problem in verify_chain().problems)


def test_deleting_a_sealed_row_is_found(unprotected):
    rows = record(9)
    seal_activities()
    ActivitySeal.objects.filter(activity=rows[4]).delete()
    rows[4].delete()
    assert "第5条缺失" in verify_chain().problems[0]


def test_swapping_two_rows_is_found(unprotected):
    first, second = record(2)
    seal_activities()
    Activity.objects.filter(pk=first.pk).update(title=second.title, happened_at=second.happened_at)
    assert verify_chain().problems


def test_failed_login_and_login_are_each_logged_once(client):
    user = UserFactory(username="2001")
    user.set_password("shifan-2026")
    user.save()
    client.post(reverse("staff:login"), {"username": "2001", "password": "wrong"})
    client.post(reverse("staff:login"), {"username": "2001", "password": "shifan-2026"})
    verbs = list(Activity.objects.order_by("pk").values_list("verb", "succeeded", "address"))
    assert verbs == [("login_failed", False, "127.0.0.1"), ("login", True, "127.0.0.1")]


def test_a_refusal_is_logged(client):
    user = UserFactory()
    client.force_login(user)
    assert client.get(reverse("staff:activity-list")).status_code == 403
    refused = Activity.objects.get(verb=Verb.REFUSED)
    assert (refused.actor, refused.title) == (user, reverse("staff:activity-list"))


def test_anonymous_visitors_leave_no_refusal(client):
    assert AnonymousUser().is_authenticated is False
    client.get(reverse("staff:activity-list"))
    assert not Activity.objects.filter(verb=Verb.REFUSED).exists()


def flip(rows, chance):
    """One field of one row, as little as may be."""
    victim = chance.choice(rows)
    change = chance.choice([
        {"note": victim.note + " "},
        {"title": f"{victim.title}。"},
        {"verb": Verb.DELETE},
        {"succeeded": False},
        {"object_id": "7"},
        {"address": "10.0.0.1"},
        {"happened_at": victim.happened_at + timedelta(microseconds=1)},
        {"changes": {"电话": ["1", "2"]}},
    ])  # fmt: skip
    Activity.objects.filter(pk=victim.pk).update(**change)


def delete(rows, chance):
    """One row with its seal; not the last, behind which nothing was sealed (the head that was noted tells)."""
    victim = chance.choice(rows[:-1])
    ActivitySeal.objects.filter(activity=victim).delete()
    Activity.objects.filter(pk=victim.pk).delete()


def reorder(rows, chance):
    """Two rows change places in the chain."""
    first, second = ActivitySeal.objects.filter(activity__in=chance.sample(rows, 2))
    ActivitySeal.objects.filter(pk=first.pk).update(position=0)
    places = (second.position, first.position)
    ActivitySeal.objects.filter(pk=second.pk).update(position=places[1])
    ActivitySeal.objects.filter(pk=first.pk).update(position=places[0])


@pytest.mark.trust
def test_whatever_is_done_to_sealed_rows_is_found(unprotected):
    """A thousand times with the profile trust: each a change to one of forty rows, taken back afterwards."""
    rows = record(40)
    seal_activities()
    head, chance, unnoticed = verify_chain().head, random.Random(29), []
    for number in range(many(15, 1_000)):
        harm = (flip, delete, reorder)[number % 3]
        with transaction.atomic():
            harm(rows, chance)
            report = verify_chain()
            if not report.problems:
                unnoticed.append((number, harm.__name__))
            transaction.set_rollback(True)
    assert unnoticed == []
    assert (verify_chain().head, verify_chain().problems) == (head, ())


def test_a_removed_end_of_the_chain_shows_in_its_head(unprotected):
    """Nothing follows the last link that could contradict: whoever noted head and number finds both changed."""
    rows = record(5)
    seal_activities()
    before = verify_chain()
    ActivitySeal.objects.filter(activity=rows[-1]).delete()
    rows[-1].delete()
    after = verify_chain()
    assert after.problems == ()
    assert (after.head, after.sealed) != (before.head, before.sealed)
