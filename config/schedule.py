"""The one table of timed tasks: Celery beat works it off in production, the background process when embedded."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from celery import Task, current_app
from celery.signals import task_success
from django.core.cache import cache, caches
from django.db import close_old_connections
from django.utils import timezone

logger = logging.getLogger(__name__)

TICK_SECONDS = 5


@dataclass(frozen=True)
class TimedTask:
    task: str
    every: timedelta
    why: str


TIMED_TASKS = (
    TimedTask("staff.seal_activities", timedelta(minutes=1), "操作日志封存"),
    TimedTask("staff.reap_jobs", timedelta(seconds=30), "中断的后台任务重新排队"),
    TimedTask("staff.back_up", timedelta(hours=1), "自动备份"),
    TimedTask("staff.send_waiting_mail", timedelta(minutes=5), "没有发出的邮件再发"),
    TimedTask("reports.daily_digest", timedelta(minutes=30), "每日提要：到期、逾期的事和未读消息"),
    TimedTask("staff.clear_stale_imports", timedelta(hours=6), "清理未确认的导入预览"),
    TimedTask("staff.warn_calendar", timedelta(hours=24), "提醒维护下一年工作日历"),
    TimedTask("fireworks.watch_posts", timedelta(minutes=1), "值守空岗提醒"),
    TimedTask("permits.daily", timedelta(hours=1), "许可：逾期即为受理、到期、抢修补办、催办督办"),
    TimedTask("billboards.watch_cases", timedelta(hours=12), "案件期限重算和提醒"),
    TimedTask("billboards.refresh_statuses", timedelta(hours=6), "户外广告到期状态更新"),
    TimedTask("reports.remind_materials", timedelta(hours=6), "催交工作总结材料"),
    TimedTask("staff.warn_certificates", timedelta(hours=12), "执法证到期提醒"),
)


NAMES = frozenset(timed.task for timed in TIMED_TASKS)


@task_success.connect
def note_done(sender: Task, **kwargs: object) -> None:
    """When each timed task last did its work, for the health page."""
    if sender.name in NAMES:
        caches["shared"].set(f"timed:{sender.name}", timezone.now(), None)


def last_done(task: str) -> datetime | None:
    """Since the program (embedded) or Redis was started."""
    return caches["shared"].get(f"timed:{task}")


class Ticker:
    """Runs every task of the table once when started, then each at its interval. One thread, one task at a time."""

    def __init__(self, tasks: tuple[TimedTask, ...] = TIMED_TASKS) -> None:
        self.tasks = tasks
        self.due = dict.fromkeys(tasks, 0.0)

    def tick(self, now: float) -> None:
        for timed in self.tasks:
            if self.due[timed] <= now:
                self.due[timed] = now + timed.every.total_seconds()
                run_timed(timed)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._loop, name="timed-tasks", daemon=True)
        thread.start()
        return thread

    def _loop(self) -> None:
        stop = threading.Event()
        while not stop.wait(TICK_SECONDS):
            self.tick(monotonic())


def run_timed(timed: TimedTask) -> None:
    """Run one timed task here; a failure is logged and the next tick goes on."""
    close_old_connections()
    cache.clear()  # settings and the calendar may have been changed by the web process since the last tick
    result = current_app.tasks[timed.task].apply()
    if result.failed():
        logger.error("Timed task %s failed: %s", timed.task, result.traceback)
    close_old_connections()
