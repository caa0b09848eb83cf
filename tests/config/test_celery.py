"""Celery beat, as far as it differs from the background process of an embedded installation."""

from celery.signals import beat_init

from config import celery
from config.schedule import TIMED_TASKS


def test_every_timed_task_runs_when_beat_starts(monkeypatch):
    """Otherwise a fresh installation has no backup for an hour, no warning of certificates for twelve, and says it is unwell."""
    sent = []
    monkeypatch.setattr(celery.app, "send_task", sent.append)
    beat_init.send(sender=None)
    assert sent == [timed.task for timed in TIMED_TASKS]
