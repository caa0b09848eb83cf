"""The auditor's pages: filters, one row, verification as a job, and no way to change anything."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from staff import append_only
from staff.models import Activity, ActivitySeal, Job, JobState, Verb, seal_activities
from staff.permissions import Roles
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "staff:activity-list"


@pytest.fixture
def auditor(client):
    user = UserFactory(role=Roles.AUDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def unprotected():
    append_only.lift(connection)
    yield
    append_only.install(connection)


def detail(activity):
    return reverse("staff:activity-detail", args=[activity.pk])


def test_filters_by_actor_unit_type_and_address(client, auditor):
    actor = UserFactory(unit=UnitFactory())
    other = UserFactory(unit=UnitFactory())
    wanted = Activity.objects.create(
        verb=Verb.UPDATE, actor=actor, object_type="staff.unit", address="10.0.0.7", title="这一条"
    )
    Activity.objects.create(verb=Verb.UPDATE, actor=other, object_type="staff.user", address="10.0.0.8", title="另一条")
    for query in (f"actor={actor.pk}", f"unit={actor.unit_id}", "object_type=staff.unit", "address=10.0.0.7"):
        page = client.get(f"{reverse(LIST)}?{query}").content.decode()
        assert detail(wanted) in page, query
        assert "另一条" not in page, query
    assert client.get(f"{reverse(LIST)}?address=nonsense").status_code == 200


def test_one_row_shows_before_and_after_and_its_seal(client, auditor):
    activity = Activity.record(Verb.UPDATE, auditor, by=auditor, changes={"姓名": ["甲某", "乙某"]})
    page = client.get(detail(activity)).content.decode()
    assert "甲某" in page
    assert "乙某" in page
    assert "尚未封存" in page
    seal_activities()
    page = client.get(detail(activity)).content.decode()
    assert ActivitySeal.objects.get(activity=activity).hash in page
    assert "尚未封存" not in page


def verify(client):
    return client.post(reverse("staff:activity-verify"))


@pytest.mark.django_db(transaction=True)
def test_verification_reports_a_whole_chain(client, auditor):
    Activity.record(Verb.CREATE, None, by=None)
    assert verify(client).status_code == 302
    job = Job.objects.get()
    assert (job.state, job.owner) == (JobState.DONE, auditor)
    assert "日志链完整" in job.message
    assert job.done == job.total > 0
    assert Activity.objects.get(title="校验操作日志").succeeded


@pytest.mark.django_db(transaction=True)
def test_verification_finds_a_row_that_was_tampered_with(client, auditor, unprotected):
    victim = Activity.record(Verb.CREATE, None, by=None)
    seal_activities()
    Activity.objects.filter(pk=victim.pk).update(note="后来改的")
    verify(client)
    job = Job.objects.get()
    assert job.state == JobState.FAILED
    assert f"日志编号 {victim.pk}" in job.message
    assert not Activity.objects.get(title="校验操作日志").succeeded
    assert auditor.inbox.count() == 1
    assert "不通过" in client.get(job.get_absolute_url()).content.decode()


def test_a_second_click_while_it_runs_starts_nothing(client, auditor):
    verify(client)
    assert verify(client).status_code == 302
    assert Job.objects.count() == 1


def test_verification_is_a_post_of_the_auditor(client, auditor):
    assert client.get(reverse("staff:activity-verify")).status_code == 405
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR))
    assert verify(client).status_code == 403
    assert not Job.objects.exists()


def test_no_page_changes_or_deletes_a_row(client, auditor):
    activity = Activity.record(Verb.CREATE, None, by=None, title="原样")
    for address in (reverse(LIST), detail(activity)):
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(address).status_code == 405, address
    assert Activity.objects.get(pk=activity.pk).title == "原样"


def test_no_admin_page_shows_the_log():
    assert not {Activity, ActivitySeal} & set(admin.site._registry)
    inlines = {inline.model for each in admin.site._registry.values() for inline in each.inlines}
    assert not {Activity, ActivitySeal} & inlines
    assert all(not apps.get_model("staff", name)._meta.default_permissions for name in ("activity", "activityseal"))


CHANGES = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: type(row).objects.filter(pk=row.pk).update(id=row.pk),
    "delete many": lambda row: type(row).objects.filter(pk=row.pk)._raw_delete("default"),
}


@pytest.mark.parametrize("model", [Activity, ActivitySeal])
@pytest.mark.parametrize("change", CHANGES)
def test_no_method_of_the_model_changes_or_deletes_a_row(model, change):
    Activity.record(Verb.CREATE, None, by=None)
    seal_activities()
    row = model.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change](row)
    assert model.objects.filter(pk=row.pk).exists()
