"""The health page: 503 names what does not run; strangers learn nothing."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from config.schedule import TIMED_TASKS, last_done, run_timed
from staff import health
from staff.models import Activity, Job, Verb, seal_activities
from staff.permissions import Roles
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
HEALTH = reverse("staff:health")


@pytest.fixture
def well(settings, tmp_path):
    """Everything has run just now."""
    settings.BACKUP_DIR = tmp_path
    (tmp_path / "chengguan-20260101-000000.tar").write_bytes(b"")
    for timed in TIMED_TASKS:
        caches["shared"].set(f"timed:{timed.task}", timezone.now(), None)


def wrong(client):
    response = client.get(HEALTH)
    found = {key for key, check in response.json()["checks"].items() if not check["ok"]}
    assert response.status_code == (503 if found else 200)
    return found


def test_all_is_well(client, well):
    assert wrong(client) == set()


def test_the_log_s_head_is_told(client, well):
    Activity.record(Verb.CREATE, UserFactory(), by=None, title="样例")
    seal_activities()
    assert "链尾第" in client.get(HEALTH).json()["checks"]["log"]["words"]


def test_each_thing_that_stands_still_is_named(client, well, settings, monkeypatch):
    old = timezone.now() - timedelta(hours=1)
    caches["shared"].set("timed:fireworks.watch_posts", old, None)
    assert wrong(client) == {"timed_tasks"}
    assert "空岗" in client.get(HEALTH).json()["checks"]["timed_tasks"]["words"]
    job = Job.objects.create(kind="x", label="样例", owner=UserFactory())
    Job.objects.filter(pk=job.pk).update(created_at=old)
    Activity.record(Verb.CREATE, job, by=None, title="样例")
    monkeypatch.setattr(health, "UNSEALED_FOR", timedelta(seconds=-1))
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    settings.BACKUP_EVERY = timedelta(seconds=-1)
    assert wrong(client) == {"timed_tasks", "jobs", "log", "disk", "backup"}


def test_a_database_that_takes_no_writes_is_told(client, well, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(Session.objects, "update_or_create", refuse)
    assert wrong(client) == {"database"}


def test_without_backups_of_our_own_none_is_missed(client, well, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "none"
    assert wrong(client) == {"backup"}
    settings.BACKUP_EVERY = timedelta(0)
    assert wrong(client) == set()


def test_only_the_monitor_may_ask(client, well, settings):
    assert client.get(HEALTH, REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.HEALTH_TOKEN = "a-long-word"
    assert client.get(HEALTH).status_code == 404
    assert client.get(HEALTH, headers={"Authorization": "Bearer a-long-word"}).status_code == 200
    assert client.post(HEALTH).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_timed_task_that_ran_is_known():
    seal = next(timed for timed in TIMED_TASKS if timed.task == "staff.seal_activities")
    caches["shared"].delete("timed:staff.seal_activities")
    run_timed(seal)
    assert timezone.now() - last_done(seal.task) < timedelta(minutes=1)


def test_the_administrator_s_page_says_it_in_words(client, well):
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR))
    page = client.get(reverse("staff:condition")).content.decode()
    assert "磁盘空间" in page
    assert "都按时运行" in page
