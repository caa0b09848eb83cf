"""Is everything running that should? For the monitor (503 when not) and for the administrator's page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from config import backup
from config.display import display
from config.schedule import TIMED_TASKS, last_done
from staff.models import Activity, ActivitySeal, Job, JobState

PROBE = "health-probe"  # a session that nobody can have: expired when it is written
LEAST_FREE = 1_000_000_000  # bytes
UNSEALED_FOR = timedelta(minutes=10)
QUEUED_FOR = timedelta(minutes=15)
SLACK = timedelta(minutes=5)  # after a restart, and for a task that takes its time


@dataclass(frozen=True)
class Check:
    key: str
    label: str
    ok: bool
    words: str


def checks() -> list[Check]:
    return [check() for check in (database, disk, backups, timed_tasks, jobs, log)]


def database() -> Check:
    """A real write, committed: a full or read-only disk shows here."""
    try:
        Session.objects.update_or_create(
            session_key=PROBE, defaults={"session_data": "", "expire_date": timezone.now()}
        )
    except DatabaseError as error:
        return Check("database", "数据库写入", ok=False, words=f"写入不成功：{type(error).__name__}")
    return Check("database", "数据库写入", ok=True, words="正常")


def disk() -> Check:
    usage = shutil.disk_usage(settings.VAR_DIR)
    words = f"剩余 {usage.free / 1e9:.1f} GB，共 {usage.total / 1e9:.1f} GB"
    return Check("disk", "磁盘空间", ok=usage.free >= LEAST_FREE, words=words)


def backups() -> Check:
    if not settings.BACKUP_EVERY:
        return Check("backup", "自动备份", ok=True, words="已关闭，由运维另行安排")
    age = backup.newest_age(settings.BACKUP_DIR)
    if age is None:
        return Check("backup", "自动备份", ok=False, words="还没有备份")
    return Check("backup", "自动备份", ok=age < 2 * settings.BACKUP_EVERY, words=f"最近一次在 {ago(age)}")


def timed_tasks() -> Check:
    """Each did its work within three of its intervals."""
    now, late = timezone.now(), []
    for timed in TIMED_TASKS:
        done = last_done(timed.task)
        if done is None or now - done > 3 * timed.every + SLACK:
            late.append(timed.why)
    words = f"没有按时运行：{'；'.join(late)}" if late else f"{len(TIMED_TASKS)} 项都按时运行"
    return Check("timed_tasks", "定时任务", ok=not late, words=words)


def jobs() -> Check:
    oldest = (
        Job.objects.filter(state=JobState.QUEUED).order_by("created_at").values_list("created_at", flat=True).first()
    )
    return Check("jobs", "后台任务", *in_time(oldest, QUEUED_FOR, "没有积压", "最早一项已排队"))


def log() -> Check:
    """The chain's head, so that a monitor that writes it down holds an anchor outside this machine."""
    waiting = Activity.objects.filter(seal=None).order_by("happened_at").values_list("happened_at", flat=True).first()
    ok, words = in_time(waiting, UNSEALED_FOR, "", "有日志未封存，已等待")
    head = ActivitySeal.objects.order_by("-position").values_list("position", "hash").first()
    at = f"链尾第 {head[0]} 条 {head[1][:16]}" if head else "还没有封存的日志"
    return Check("log", "操作日志封存", ok=ok, words="；".join(filter(None, (words, at))))


def in_time(since: datetime | None, within: timedelta, well: str, late: str) -> tuple[bool, str]:
    if since is None:
        return True, well
    waited = timezone.now() - since
    return waited < within, f"{late} {ago(waited).removesuffix('前')}" if waited >= within else well


def ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{display(minutes)} 分钟前"
    return f"{display(minutes // 60)} 小时前"
