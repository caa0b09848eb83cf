"""What stands beside the web processes in production, as deploy/systemd starts it: Celery workers and the beat over one Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from drills.outcome import ROOT
from drills.site import Site

CELERY = [sys.executable, "-m", "celery", "-A", "config.celery"]


class Worker:
    """A Celery worker as deploy/systemd starts it, with a name and a log of its own."""

    def __init__(self, site: Site, name: str) -> None:
        self.log = site.folder / f"worker-{name}.log"
        options = ["--concurrency", "1", "--loglevel", "INFO", "--hostname", f"{name}@drill"]
        self.process = subprocess.Popen(
            [*CELERY, "worker", *options],
            cwd=ROOT,
            env=site.settings,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            process_group=0,
        )

    def took(self) -> int:
        """How many long jobs it was handed."""
        return self.log.read_text(encoding="utf-8").count("Task staff.run_job[")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def services(site: Site, *names: str) -> Iterator[list[Worker]]:
    """A worker of each name, and the beat."""
    workers = [Worker(site, name) for name in names]
    beat = subprocess.Popen(
        [*CELERY, "beat", "--schedule", str(site.folder / "beat")],
        cwd=ROOT,
        env=site.settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield workers
    finally:
        beat.kill()
        beat.wait()
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill()
