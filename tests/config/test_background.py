"""Embedded, long work has a process of its own: it takes what waits and what is handed over, and ends with its input."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection

from config import background as module
from config.background import Background
from staff.models import Job, JobState

# What the worker looks like from outside: it notes its number and every line that it is handed.
STAND_IN = """
import os, sys
with open("seen", "a", buffering=1) as seen:
    print("started", os.getpid(), file=seen)
    for line in sys.stdin:
        print("job", line.strip(), file=seen)
    print("over", file=seen)
"""


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture
def kept_alive(settings, tmp_path, monkeypatch):
    (tmp_path / "manage.py").write_text(STAND_IN)
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.05)
    background = Background()
    background.start()
    yield background
    background._over.set()
    background._process.stdin.close()
    until(lambda: background._process.poll() is not None)


def lines(settings: object) -> list[str]:
    seen = Path(settings.BASE_DIR / "seen")
    return seen.read_text().splitlines() if seen.exists() else []


def test_the_process_is_handed_jobs_and_started_again_when_it_dies(kept_alive, settings):
    first = until(lambda: lines(settings))[0]
    until(lambda: kept_alive._process is not None)
    kept_alive.submit(7)
    until(lambda: "job 7" in lines(settings))
    os.kill(int(first.split()[1]), signal.SIGKILL)
    second = until(lambda: [line for line in lines(settings) if line.startswith("started") and line != first])[0]
    until(lambda: str(kept_alive._process.pid) == second.split()[1])
    kept_alive.submit(8)
    until(lambda: "job 8" in lines(settings))


def test_a_job_without_a_process_waits_in_its_row():
    Background().submit(7)


def database_url() -> str:
    """Of the test database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_what_waits_and_what_comes_and_ends_with_its_input():
    def job():
        return Job.objects.create(kind="reports.compile", label="汇编", payload={"report": 0})

    def ended(pk):
        return Job.objects.filter(pk=pk, state=JobState.FAILED, message__contains="已不存在").exists()

    waiting = job()
    environment = {**os.environ, "DATABASE_URL": database_url(), "JOB_RUNNER": "thread", "BACKUP_EVERY_HOURS": "0"}
    command = [sys.executable, str(project.BASE_DIR / "manage.py"), "work"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, env=environment) as worker:  # noqa: S603 -- ours
        until(lambda: ended(waiting.pk), 60)
        handed = job()
        worker.stdin.write(b"%d\n" % handed.pk)
        until(lambda: ended(handed.pk))
        worker.stdin.close()
        assert worker.wait(20) == 0
