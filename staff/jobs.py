"""The one runner of long work: the same task with a broker (Celery worker) and without (a process beside the web process).

    @long_job("inspections.import_findings", label="导入考评问题")
    def import_findings(job: Job, progress: Progress) -> None: ...

    job = enqueue("inspections.import_findings", owner=request.user, payload={"batch": batch.pk})

A handler may run twice (a worker died): it must find out from the data what is already done. It raises `JobFailed`
with a message for the user when it cannot go on; any other exception is logged and shown as a fault with a number.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.cache import cache, caches
from django.db import OperationalError, close_old_connections, connection, transaction
from django.utils import timezone

from config.background import background
from staff.models import Job, JobState, User, notify
from staff.workflow import jobs as workflow

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.3  # how often the page's figures move
HEARTBEAT_SECONDS = 10.0
PROGRESS_LIFETIME = 3600
PATIENCE = timedelta(seconds=10)

Handler = Callable[[Job, "Progress"], None]


class JobFailed(Exception):
    """The work cannot be done; the message tells the user why and what to do next."""


class JobCancelled(Exception):
    """The owner cancelled; whatever was not committed is rolled back."""


class Progress:
    """What a handler reports to; the page reads it from the cache, for what stands in a transaction is invisible."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._shown = 0.0

    def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Report progress; raises JobCancelled when the owner has asked to stop. Cheap enough to call per row."""
        job, now = self.job, monotonic()
        job.done, job.total = done, job.total if total is None else total
        job.message = job.message if message is None else message
        if now - self._shown < PROGRESS_SECONDS and message is None:
            return
        self._shown = now
        caches["shared"].set(job.progress_key, (job.done, job.total, job.message), PROGRESS_LIFETIME)
        if caches["shared"].get(job.cancel_key):
            raise JobCancelled


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """The row's heartbeat goes on for as long as the block does, on a connection of its own: the job's may be inside a
    transaction, where nobody would see it, or reading a long list, where SQLite refuses to write after somebody else has.
    """
    over = Event()
    Thread(target=_beat, args=(job.pk, over), name=f"heartbeat-{job.pk}", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _beat(job_id: int, over: Event) -> None:
    try:
        while not over.wait(HEARTBEAT_SECONDS):
            try:
                Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(heartbeat=timezone.now())
            except OperationalError as busy:  # SQLite, and the job itself holds the lock: so it lives
                logger.info("No heartbeat of job %s: %s", job_id, busy)
    finally:
        connection.close()


_handlers: dict[str, tuple[str, Handler]] = {}
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")


def long_job(kind: str, *, label: str) -> Callable[[Handler], Handler]:
    """Register a handler. Lives in each app's tasks.py, which Celery and staff.apps load."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = (label, handler)
        return handler

    return register


def enqueue(kind: str, *, owner: User | None, payload: dict[str, Any], label: str = "") -> Job:
    """Queue work; it starts after the surrounding transaction has committed."""
    default_label, _ = _handlers[kind]
    job = Job.objects.create(
        kind=kind, label=label or default_label, owner=owner, payload=json.loads(json.dumps(payload))
    )
    transaction.on_commit(partial(submit, job.pk))
    return job


def submit(job_id: int) -> None:
    match settings.JOB_RUNNER:
        case "celery":
            run_job.delay(job_id)
        case "inline":
            run_job.apply(args=[job_id])
        case "process":
            background.submit(job_id)
        case _:
            _executor.submit(_run_in_thread, job_id)


def submit_waiting() -> None:
    """What was queued while no worker listened."""
    for job_id in Job.objects.filter(state=JobState.QUEUED).order_by("pk").values_list("pk", flat=True):
        submit(job_id)


def _run_in_thread(job_id: int) -> None:
    close_old_connections()
    cache.clear()  # settings and the calendar may have been changed by the web process since the last job
    try:
        run_job.apply(args=[job_id])
    finally:
        close_old_connections()


@shared_task(name="staff.run_job")
def run_job(job_id: int) -> None:
    """Run one job to its end. Taken by exactly one runner; a second delivery of the same message does nothing."""
    job = workflow.start_job(job_id)
    if job is None:
        logger.info("Job %s is not waiting any more.", job_id)
        return
    _, handler = _handlers[job.kind]
    try:
        with beating(job):
            handler(job, Progress(job))
    except JobCancelled:
        workflow.end_cancelled_job(job)
    except JobFailed as problem:
        workflow.fail_job(job, str(problem))
    except Exception:
        logger.exception("Job %s (%s) failed.", job.pk, job.kind)
        workflow.fail_job(job, f"系统出错，任务没有完成，数据没有改变。请把任务编号 {job.pk} 告诉系统管理员。")
    else:
        workflow.finish_job(job)
    finally:
        caches["shared"].delete_many([job.progress_key, job.cancel_key])
    tell_owner(job)


def tell_owner(job: Job) -> None:
    """A message in the bell for work that the owner will not have waited for, and for every failure."""
    if job.owner is None or job.started_at is None or job.finished_at is None:
        return
    if job.state == JobState.FAILED or job.finished_at - job.started_at > PATIENCE:
        notify([job.owner], f"{job.label}：{job.message or job.get_state_display()}", url=job.get_absolute_url())


@shared_task(name="staff.reap_jobs")
def reap_jobs() -> int:
    """Queue again what was running when its process died (no heartbeat for JOB_SILENCE). Returns how many."""
    silent = timezone.now() - settings.JOB_SILENCE
    dead = Job.objects.filter(state="running", heartbeat__lt=silent).values_list("pk", flat=True)
    # Embedded, nothing survives a restart: what was queued there is submitted again as well.
    lost = (
        Job.objects.filter(state="queued", created_at__lt=silent).values_list("pk", flat=True)
        if settings.JOB_RUNNER == "thread"
        else Job.objects.none().values_list("pk", flat=True)
    )
    count = 0
    for job_id in [*dead, *lost]:
        if workflow.requeue_job(job_id, silent_since=silent):
            submit(job_id)
            count += 1
    return count


def run_inline(kind: str, *, owner: User | None, payload: dict[str, Any]) -> Job:
    """Run a job here and now (management commands). Returns it finished; the caller looks at its state."""
    label, _ = _handlers[kind]
    job = Job.objects.create(kind=kind, label=label, owner=owner, payload=payload)
    run_job.apply(args=[job.pk])
    job.refresh_from_db()
    return job
