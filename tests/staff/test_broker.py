"""The same job through a real broker and a real worker, as in production."""

import logging
import time

import pytest
from django.conf import settings as project
from django.core.cache import caches

from config.celery import app
from staff import jobs
from staff.models import Job, JobState

pytestmark = [
    pytest.mark.broker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not project.REDIS_URL, reason="needs Redis: the second run of .ci/run has it"),
]


@pytest.fixture
def worker(settings):
    """A Celery worker in a thread of this process, taking messages from Redis."""
    from celery.contrib.testing.worker import start_worker

    settings.JOB_RUNNER = "celery"
    app.control.purge()
    level = logging.getLogger().level
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield
    logging.getLogger().setLevel(level)  # the worker raises it for the whole process


def wait_for(job, state, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if job.state == state:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is {job.state}, not {state}: {job.message}")


@pytest.fixture
def slow_kind():
    @jobs.long_job("tests.slow", label="慢任务")
    def slow(job, progress):
        for step in range(1, 6):
            progress.step(step, 5, f"第{step}步")
            time.sleep(0.15)

    yield "tests.slow"
    del jobs._handlers["tests.slow"]


def test_a_worker_takes_the_job_and_its_progress_is_seen_here(worker, slow_kind):
    job = jobs.enqueue(slow_kind, owner=None, payload={})
    seen = set()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not Job.objects.filter(pk=job.pk, state=JobState.DONE).exists():
        seen.add((caches["shared"].get(job.progress_key) or (0,))[0])
        time.sleep(0.05)
    wait_for(job, JobState.DONE)
    assert len(seen & {1, 2, 3, 4, 5}) >= 3


def test_a_job_is_cancelled_across_processes(worker, slow_kind):
    job = jobs.enqueue(slow_kind, owner=None, payload={})
    wait_for(job, JobState.RUNNING)
    caches["shared"].set(job.cancel_key, True, 60)
    wait_for(job, JobState.CANCELLED)


def test_a_message_delivered_twice_runs_once(worker, slow_kind):
    job = jobs.enqueue(slow_kind, owner=None, payload={})
    jobs.run_job.delay(job.pk)
    wait_for(job, JobState.DONE)
    time.sleep(0.3)
    job.refresh_from_db()
    assert job.attempts == 1
