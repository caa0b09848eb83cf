"""Twenty people for half an hour on 100,000 findings; then the same people while an export and a summary are being made."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests

from drills.outcome import Outcome
from drills.services import services
from drills.site import Person, Site
from drills.work import Busy, Memory, compile_summary, register_and_close, wait_for_jobs

FINDINGS_OF_DEMO = 4_320
THINKS = (3.0, 11.0)  # seconds between two pages: people read; seven in the mean, as TPC-W has it
EXPORT = "/staff/exports/inspections.findings/?found_from=2000-01-01"
WRITES = 0.1  # the part of acts that register and close something
PAGES = {
    "1002": ("/", "/glance/", "/inspections/scores/", "/reports/", "/permits/", "/staff/people/"),
    "1004": ("/", "/reports/", "/search/?q=湖滨", "/staff/jobs/", "/inspections/findings/?found_from=2026-01-01"),
    "1005": (
        "/",
        "/inspections/findings/",
        "/inspections/findings/?page=40",
        "/inspections/grid/",
        "/inspections/orders/",
    ),
    "1010": ("/", "/permits/", "/permits/?q=2026", "/permits/roads/", "/staff/messages/"),
    "1018": ("/", "/billboards/boards/", "/billboards/cases/", "/search/?q=广告"),
}


@dataclass
class Taken:
    """Seconds of each answer, and the answers that nobody should get."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def p95(self) -> float:
        return sorted(self.seconds)[max(0, int(len(self.seconds) * 0.95) - 1)] if self.seconds else 0.0


class Readers(Busy):
    """With Readers(site, people): they read pages and now and then write, until it ends. `taken` may be exchanged."""

    def __init__(self, site: Site, people: int) -> None:
        self.site, self.taken, self.memory = site, Taken(), Memory()
        names = list(PAGES)
        super().__init__(partial(self._read, names[n % len(names)], random.Random(n)) for n in range(people))

    def during(self, act: Callable[[], object]) -> Taken:
        """What was taken while `act` went on."""
        self.taken = taken = Taken()
        act()
        return taken

    def _read(self, username: str, chance: random.Random, over: threading.Event) -> None:
        person = Person(self.site, username)
        while not over.wait(chance.uniform(*THINKS)):
            try:
                if username == "1005" and chance.random() < WRITES * len(PAGES):
                    register_and_close(person, self.memory)
                    continue
                for path, answer, seconds in person.open(chance.choice(PAGES[username])):
                    self.taken.seconds.append(seconds)
                    if answer.status_code != 200:
                        self.taken.faults.append(f"{answer.status_code} {path}")
            except requests.RequestException as error:
                self.taken.faults.append(type(error).__name__)


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    rows, seconds = (FINDINGS_OF_DEMO, 30) if short else (100_000, 1_800)
    scale = max(1, round(rows / FINDINGS_OF_DEMO))
    with (
        tempfile.TemporaryDirectory() as place,
        _served(Path(place) / "load", database, scale) as site,
        Readers(site, 20) as people,
    ):
        people.during(lambda: time.sleep(max(60, seconds / 10)))  # caches fill, threads start, every page is met once
        before = site.megabytes()
        taken = people.during(lambda: time.sleep(seconds))
        growth = site.megabytes() / before - 1
        acts = f"{len(taken.seconds):,} pages and {people.memory.acts} acts in {seconds} s"
        yield Outcome("twenty people: p95", f"{acts}: {taken.p95() * 1_000:.0f} ms (≤ 500)", taken.p95() <= 0.5)
        faults = taken.faults + people.memory.refused
        yield Outcome("twenty people: errors", f"{len(faults)} {faults[:2] or ''}", not faults)
        yield Outcome("twenty people: memory", f"{before:.0f} MB, grew {growth:.1%} (< 10 %)", growth < 0.1)
        yield _beside_long_work(site, people, quiet=taken.p95())


@contextmanager
def _served(folder: Path, database: str, scale: int) -> Iterator[Site]:
    """SQLite as `make run` serves it; PostgreSQL as in production: Redis, two web processes, a Celery worker, the beat."""
    if database == "sqlite":
        with Site(folder, database=database).make(scale=scale) as site:
            site.start()
            yield site
    else:
        with Site(folder, database=database, workers=2, redis=os.environ["REDIS_URL"]).make(scale=scale) as site:
            site.start()
            with services(site, "one"):
                yield site


def _beside_long_work(site: Site, people: Readers, *, quiet: float) -> Outcome:
    """An export of all findings and the whole summary, one after the other, while the others go on."""
    office = Person(site, "1004")

    def work() -> None:
        compile_summary(site, office)
        office.get(EXPORT)
        wait_for_jobs(site, 600)

    busy = people.during(work)
    said = f"{busy.p95() * 1_000:.0f} ms beside {quiet * 1_000:.0f} ms ({busy.p95() / quiet:.1f} ×, ≤ 2), {len(busy.faults)} errors"
    return Outcome("others while an export and a summary are made", said, busy.p95() <= 2 * quiet and not busy.faults)
