"""Embedded, long work and timed tasks live in one process beside the web process: pages do not wait for its Python.

The web process starts it, hands it the numbers of jobs, a line each, and starts it again when it ends by itself. Its
input is also its life line: when the web process goes, however it goes, the input ends and so does the worker. What it
had in hand is queued again by `staff.reap_jobs`.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress

from django.conf import settings
from django.core.cache import caches

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0


class Background:
    """The worker as the web process sees it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()

    def start(self) -> None:
        caches["shared"].clear()  # what an earlier run left there about its jobs
        atexit.register(self._over.set)
        threading.Thread(target=self._keep_alive, name="background", daemon=True).start()

    def submit(self, job_id: int) -> None:
        """Hand over a job. Without a worker at this moment it waits in its row; the next worker looks there first."""
        with self._lock, suppress(OSError, ValueError):  # it died, its input is closed
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.write(b"%d\n" % job_id)

    def _keep_alive(self) -> None:
        """First the web process answers, then the worker starts; one that ends is started again after the same pause."""
        while not self._over.wait(PAUSE_SECONDS):
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]
            environment = {**os.environ, "JOB_RUNNER": "thread"}
            with subprocess.Popen(  # noqa: S603 -- our own manage.py
                command, stdin=subprocess.PIPE, bufsize=0, env=environment, cwd=settings.BASE_DIR
            ) as process:
                with self._lock:
                    self._process = process
                code = process.wait()
            logger.info("The background process ended with %s.", code)


background = Background()
