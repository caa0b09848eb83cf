"""The one door to long jobs: taken, finished, failed, cancelled, put back in the queue."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from staff.models import Activity, Job, JobState, User, Verb


def start_job(job_id: int) -> Job | None:
    """Take a waiting job; None if somebody else has it, or it is closed."""
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, started_at=now, heartbeat=now, message=""
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    job.attempts += 1
    job.save(update_fields=["attempts"])
    return job


def finish_job(job: Job) -> None:
    job.state, job.finished_at = JobState.DONE, timezone.now()
    job.total = job.done = max(job.total, job.done)
    job.save(
        update_fields=["state", "finished_at", "total", "done", "message", "result_url", "result_file", "error_file"]
    )


def fail_job(job: Job, message: str) -> None:
    job.state, job.finished_at, job.message = JobState.FAILED, timezone.now(), message[:300]
    job.save(update_fields=["state", "finished_at", "message", "error_file"])


def end_cancelled_job(job: Job) -> None:
    job.state, job.finished_at, job.message = JobState.CANCELLED, timezone.now(), "已取消，没有写入任何数据。"
    job.save(update_fields=["state", "finished_at", "message"])


def cancel_job(*, job: Job, by: User) -> Job:
    """A waiting job ends at once; a running one is asked to stop and does so at its next step."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            state=JobState.CANCELLED, finished_at=timezone.now(), message="已取消，没有开始执行。"
        )
        if not waiting:
            caches["shared"].set(job.cancel_key, True, 3600)
        Activity.record(Verb.TRANSITION, job, by=by, title="取消任务")
    job.refresh_from_db()
    return job


def requeue_job(job_id: int, *, silent_since: datetime) -> bool:
    """Put a dead job back in the queue; after JOB_MAX_ATTEMPTS it fails. True if it is waiting again."""
    now = timezone.now()
    dead = Job.objects.filter(pk=job_id).filter(
        Q(state=JobState.RUNNING, heartbeat__lt=silent_since) | Q(state=JobState.QUEUED, created_at__lt=silent_since)
    )
    exhausted = dead.filter(attempts__gte=settings.JOB_MAX_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=now, message="任务多次中断，已停止。请重新发起；再次失败请联系系统管理员。"
    )
    if exhausted:
        return False
    return bool(dead.update(state=JobState.QUEUED, heartbeat=now, created_at=now, message="中断后重新排队"))
