"""What people do while a drill harms their site: they register findings, close them, and remember what was answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Self

import requests

from drills.site import FIRST, Person, Site

NEW_FINDING = "/inspections/findings/new/"
OPEN_JOBS = "SELECT count(*) FROM staff_job WHERE state IN ('queued', 'running')"
NUMBERS = count(1)
GONE = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@dataclass
class Memory:
    """What the site acknowledged (addresses of findings), what it answered wrongly, and how long each act took."""

    registered: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def acts(self) -> int:
        return len(self.registered) + len(self.closed)

    def slowest(self, part: float = 0.95) -> float:
        """The time within which this part of the acts was answered, in seconds; 0 without acts."""
        return sorted(self.seconds)[int(len(self.seconds) * part) - 1] if self.seconds else 0.0


def signed_in(site: Site, count: int) -> list[Person]:
    """So many people of the assessment office."""
    return [Person(site, "1005") for _ in range(count)]


def register_and_close(person: Person, memory: Memory) -> None:
    """Two acts; each is remembered only once the site has said that it is done."""
    place = f"演练{next(NUMBERS):06d}"
    address = _act(
        memory, lambda: person.post(NEW_FINDING, unit=FIRST, area="ZG", item=FIRST, place=place, description="演练")
    )
    if not address:
        return
    memory.registered.add(address)
    if _act(memory, lambda: person.post(f"{address}close/", on=address)):
        memory.closed.add(address)


def _act(memory: Memory, send: Callable[[], requests.Response]) -> str:
    """The address that the answer led to; "" if it was no acknowledgement."""
    began = time.monotonic()
    answer = send()
    if answer.status_code != 200 or not answer.history:
        memory.refused.append(f"{answer.status_code} {answer.url}")
        return ""
    memory.seconds.append(time.monotonic() - began)
    return "/" + answer.url.split("/", 3)[3]


class Busy:
    """With Busy(tasks): each task runs in a thread of its own, again and again, until it ends. A task is given the end."""

    def __init__(self, tasks: Iterable[Callable[[threading.Event], None]]) -> None:
        self.over = threading.Event()
        self.threads = [threading.Thread(target=task, args=(self.over,), daemon=True) for task in tasks]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)


class Crowd(Busy):
    """With Crowd(people, memory): they work until it ends or the site is gone, `pause` seconds between acts."""

    def __init__(self, people: list[Person], memory: Memory, *, pause: float = 0.0) -> None:
        self.memory, self.pause = memory, pause
        super().__init__(partial(self._work, person) for person in people)

    def _work(self, person: Person, over: threading.Event) -> None:
        try:
            while not over.wait(self.pause):
                register_and_close(person, self.memory)
        except GONE:
            return  # killed in the middle: what was not acknowledged is not remembered


def lost(site: Site, memory: Memory) -> list[str]:
    """Acknowledged acts that the database does not know."""
    states = {
        f"/inspections/findings/{pk}/": state for pk, state in site.ask("SELECT id, state FROM inspections_finding")
    }
    missing = [f"{address} is not there" for address in memory.registered if address not in states]
    return missing + [f"{address} is {states[address]}" for address in memory.closed if states.get(address) != "closed"]


def half_done(site: Site) -> list[str]:
    """Findings of the drill without exactly one row of the log for their registration, or closed without one for that."""
    rows = site.ask(
        "SELECT f.id, f.state, (SELECT count(*) FROM staff_activity a WHERE a.object_type = 'inspections.finding'"
        " AND a.object_id = CAST(f.id AS varchar(20))) FROM inspections_finding f WHERE f.description = %s",
        "演练",
    )
    return [
        f"{pk}: {state} with {logged} rows in the log"
        for pk, state, logged in rows
        if logged != 1 + (state == "closed")
    ]


def wait_for_jobs(site: Site, seconds: float) -> int:
    """Wait until no long job is open; how many still are when the time is over."""
    until = time.monotonic() + seconds
    while (waiting := site.ask(OPEN_JOBS)[0][0]) and time.monotonic() < until:
        time.sleep(0.5)
    return waiting


def compile_summary(site: Site, person: Person) -> None:
    """Start the compilation of the demo's open summary."""
    report = site.ask("SELECT min(id) FROM reports_report WHERE state = 'draft'")[0][0]
    person.post(f"/reports/{report}/compile/", on=f"/reports/{report}/")
