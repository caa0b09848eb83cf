"""The Celery application. Without a broker the same tasks run in the process beside the web process (config/background.py)."""

import os

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("chengguan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def install_schedule(sender: Celery, **kwargs: object) -> None:
    from config.schedule import TIMED_TASKS

    for timed in TIMED_TASKS:
        sender.conf.beat_schedule[timed.task] = {"task": timed.task, "schedule": timed.every.total_seconds()}


@beat_init.connect
def run_all_once(**kwargs: object) -> None:
    """As the embedded process does when started: beat alone would let a daily task wait a day for its first run."""
    from config.schedule import TIMED_TASKS

    for timed in TIMED_TASKS:
        app.send_task(timed.task)
