"""The house on several machines, tried on one: two web processes and two Celery workers over one broker share the work and
outlive each other; a standby of PostgreSQL follows, and the backup is taken there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.load import EXPORT
from drills.outcome import Outcome
from drills.services import Worker, services
from drills.site import Person, Site, free_port
from drills.work import Memory, compile_summary, lost, register_and_close, wait_for_jobs


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    jobs = 4 if short else 20
    redis = os.environ["REDIS_URL"]
    with (
        tempfile.TemporaryDirectory() as name,
        Site(Path(name) / "spread", database=database, workers=2, redis=redis, LOG_LEVEL="INFO") as site,
    ):
        site.make(scale=2).start()
        with services(site, "one", "two") as workers:
            yield from _shared(site, workers, jobs)
            yield from _outlived(site, workers)
            yield from _followed(site, Path(name))


def _shared(site: Site, workers: list[Worker], jobs: int) -> Iterator[Outcome]:
    office, began = Person(site, "1004"), time.monotonic()
    for _ in range(jobs):
        office.get(EXPORT)  # more rows than are exported at once
    open_jobs = wait_for_jobs(site, 900)
    made = Counter(state for (state,) in site.ask("SELECT state FROM staff_job"))
    shares = [worker.took() for worker in workers]
    said = f"{sum(shares)} jobs, {shares[0]} + {shares[1]}, in {time.monotonic() - began:.0f} s: {dict(made)}"
    yield Outcome("two workers share the work", said, not open_jobs and min(shares) > 0 and not made["failed"])


def _outlived(site: Site, workers: list[Worker]) -> Iterator[Outcome]:
    """One worker is killed with a job in its hands; the other ends it."""
    office = Person(site, "1004")
    compile_summary(site, office)
    until = time.monotonic() + 60
    while not (running := site.ask("SELECT id FROM staff_job WHERE state = 'running'")) and time.monotonic() < until:
        time.sleep(0.02)
    before = [worker.took() for worker in workers]
    workers[0].kill()
    began = time.monotonic()
    open_jobs = wait_for_jobs(site, 400)
    state = site.ask("SELECT state, attempts FROM staff_job ORDER BY id DESC LIMIT 1")[0]
    said = f"{len(running)} running, {state[0]} at attempt {state[1]} after {time.monotonic() - began:.0f} s, {before}"
    yield Outcome("a worker dies, its work is ended by the other", said, not open_jobs and state[0] == "done")


@contextmanager
def standby(site: Site, place: Path) -> Iterator[str]:
    """The address of a hot standby of the server that the site's database is on."""
    place.mkdir()
    shutil.chown(place, "postgres")
    place.parent.chmod(0o755)
    tools = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    as_postgres = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    port = free_port()
    copy = [
        str(tools / "pg_basebackup"),
        "-d",
        site.server,
        "-D",
        str(place / "pg"),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    control = [*as_postgres, str(tools / "pg_ctl"), "-D", str(place / "pg"), "-w"]
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1"
    subprocess.run([*as_postgres, *copy], cwd="/", check=True, capture_output=True)
    subprocess.run(
        [*control, "-l", str(place / "log"), "-o", options, "start"], cwd="/", check=True, stdout=subprocess.DEVNULL
    )
    try:
        yield f"{site.server.rpartition('@')[0]}@127.0.0.1:{port}/{site.name}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=True, capture_output=True)


def _followed(site: Site, place: Path) -> Iterator[Outcome]:
    """What is registered here is soon there; a backup of the standby holds what the first one holds."""
    with standby(site, place / "standby") as address:
        there = Site(place / "there", database="postgres", DATABASE_URL=address)
        there.url = address
        memory, seconds = Memory(), []
        person = Person(site, "1005")
        for _ in range(10):
            register_and_close(person, memory)
            began = time.monotonic()
            while lost(there, memory) and time.monotonic() - began < 30:
                time.sleep(0.005)
            seconds.append(time.monotonic() - began)
        said = f"{memory.acts} acts, the slowest there after {max(seconds) * 1_000:.0f} ms"
        yield Outcome("a standby follows", said, not lost(there, memory))
        (place / "there").mkdir()
        began = time.monotonic()
        there.manage("backup", "--to", str(place / "backups"))
        archive = next((place / "backups").glob("*.tar"))
        said = f"{archive.stat().st_size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s"
        yield Outcome("the backup is taken at the standby", said, ok=True)
