"""Long jobs: one runner, progress that can be seen, cancelling, dying and running again."""

from contextlib import nullcontext
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from staff import jobs
from staff.models import Job, JobState, User, notify
from staff.workflow.jobs import cancel_job
from tests.factories.staff import UserFactory


@pytest.fixture
def kind():
    """A registered kind whose handler can be set by the test."""
    calls = []

    @jobs.long_job("tests.work", label="测试任务")
    def handler(job, progress):
        calls.append(job.pk)
        handler.work(job, progress)

    handler.work = lambda job, progress: progress.step(3, 3, "完成")
    handler.calls = calls
    yield handler
    del jobs._handlers["tests.work"]


def enqueue(owner=None, **payload):
    return jobs.enqueue("tests.work", owner=owner, payload=payload)


@pytest.mark.django_db(transaction=True)
def test_a_job_starts_after_commit_and_ends_done(kind):
    with transaction.atomic():
        job = enqueue()
        assert kind.calls == []
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts, job.percent) == (JobState.DONE, 3, 3, 1, 100)


@pytest.mark.django_db(transaction=True)
def test_a_second_delivery_of_the_same_message_does_nothing(kind):
    job = enqueue()
    jobs.run_job.apply(args=[job.pk])
    assert kind.calls == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_cannot_go_on_tells_the_user_why(kind):
    def work(job, progress):
        raise jobs.JobFailed("表里没有数据，请检查后重新上传。")

    kind.work = work
    job = enqueue()
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "表里没有数据，请检查后重新上传。")


@pytest.mark.django_db(transaction=True)
def test_a_fault_shows_a_number_and_no_traceback(kind, caplog):
    def work(job, progress):
        raise ZeroDivisionError

    kind.work = work
    job = enqueue()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert str(job.pk) in job.message
    assert "ZeroDivisionError" not in job.message
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_running_job_stops_at_its_next_step_when_cancelled(kind):
    owner = UserFactory()

    def work(job, progress):
        cancel_job(job=job, by=owner)
        progress.step(1, 10, "第一步")
        raise AssertionError("went on after cancelling")

    kind.work = work
    job = enqueue(owner)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_progress_inside_a_transaction_is_seen_from_outside(kind):
    seen = []

    def work(job, progress):
        with transaction.atomic():
            progress.step(7, 10, "写入")
            seen.append(caches["shared"].get(job.progress_key))

    kind.work = work
    enqueue()
    assert seen == [(7, 10, "写入")]


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_of_a_long_transaction_is_seen_from_outside(kind, monkeypatch, on_sqlite):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    beats = set()

    def work(job, progress):
        with nullcontext() if on_sqlite else transaction.atomic():  # on SQLite a transaction is the only writer
            deadline = monotonic() + 20
            while len(beats) < 3 and monotonic() < deadline:
                beats.update(in_another_thread(lambda: Job.objects.values_list("heartbeat", flat=True).get(pk=job.pk)))

    kind.work = work
    job = enqueue()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert len(beats) >= 3


@pytest.mark.django_db(transaction=True)
def test_others_may_write_while_a_job_reads_a_long_list(kind, monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    UserFactory.create_batch(20)

    def work(job, progress):
        for done, _ in enumerate(User.objects.iterator(chunk_size=2)):
            in_another_thread(lambda: notify([User.objects.first()], "别人在写"))
            sleep(0.02)
            progress.step(done)

    kind.work = work
    job = enqueue()
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "")


def in_another_thread(act):
    """On a connection of its own; what it returned, in a list."""
    found = []

    def run():
        try:
            found.append(act())
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(20)
    return found


def dead_job(attempts=1):
    long_ago = timezone.now() - timedelta(minutes=10)
    return Job.objects.create(
        kind="tests.work", label="x", state=JobState.RUNNING, heartbeat=long_ago, started_at=long_ago, attempts=attempts
    )


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_process_died_runs_again(kind):
    job = dead_job()
    assert jobs.reap_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


@pytest.mark.django_db
def test_a_job_that_keeps_dying_is_given_up(kind, settings):
    job = dead_job(attempts=settings.JOB_MAX_ATTEMPTS)
    assert jobs.reap_jobs() == 0
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "重新发起" in job.message


@pytest.mark.django_db
def test_a_living_job_is_left_alone(kind):
    Job.objects.create(kind="tests.work", label="x", state=JobState.RUNNING, heartbeat=timezone.now())
    assert jobs.reap_jobs() == 0


@pytest.mark.django_db
def test_nobody_sees_another_ones_job(client):
    job = Job.objects.create(kind="tests.work", label="x", owner=UserFactory())
    client.force_login(UserFactory())
    for name in ("job-detail", "job-progress"):
        assert client.get(reverse(f"staff:{name}", args=[job.pk])).status_code == 404
    assert client.post(reverse("staff:job-cancel", args=[job.pk])).status_code == 404


@pytest.mark.django_db
def test_cancelling_twice_is_told_and_logged_once(client):
    owner = UserFactory()
    job = Job.objects.create(kind="tests.work", label="x", owner=owner)
    client.force_login(owner)
    url = reverse("staff:job-cancel", args=[job.pk])
    assert client.get(url).status_code == 405
    client.post(url)
    client.post(url)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert job.message == "已取消，没有开始执行。"
