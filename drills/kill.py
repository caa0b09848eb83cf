"""The server is killed at any moment, again and again, while people work and a summary is compiled."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from drills.outcome import Outcome
from drills.site import Person, Site
from drills.work import Crowd, Memory, compile_summary, half_done, lost, signed_in, wait_for_jobs


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    kills = 5 if short else 200
    moments, memory, starts = random.Random(42), Memory(), []
    with tempfile.TemporaryDirectory() as place, Site(Path(place) / "kill", database=database).make() as site:
        people: list[Person] = []
        for number in range(kills):
            starts.append(site.start())
            people = people or signed_in(site, 4)  # their sessions outlive the kills
            if number % 10 == 0:
                office = Person(site, "1004")
                compile_summary(site, office)
            enough, until = memory.acts + moments.randrange(8), time.monotonic() + 20
            with Crowd(people, memory):
                while memory.acts < enough and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(moments.uniform(0, 0.3))
                site.kill()
        starts.append(site.start())
        missing, halves = lost(site, memory), half_done(site)
        yield Outcome(
            "acknowledged acts after the kills",
            f"{memory.acts:,} acts, {kills} kills, {len(missing)} lost",
            memory.acts >= kills and not missing,
        )
        yield Outcome("cases half done", f"{len(halves)} {halves[:2] or ''}", not halves)
        yield Outcome(
            "answers that were no acknowledgement",
            f"{len(memory.refused)} {memory.refused[:2] or ''}",
            not memory.refused,
        )
        yield Outcome("the database finds itself", site.integrity(), site.integrity() == "ok")
        yield Outcome(
            "starts", f"median {median(starts):.1f} s, longest {max(starts):.1f} s (≤ 5)", median(starts) <= 5
        )
        yield _jobs(site)
        yield _log(site)


def _jobs(site: Site) -> Outcome:
    """What was being compiled when the server died is taken up again by itself."""
    began = time.monotonic()
    waiting = wait_for_jobs(site, 300)
    return Outcome(
        "long jobs ended by themselves", f"{waiting} open after {time.monotonic() - began:.0f} s", not waiting
    )


def _log(site: Site) -> Outcome:
    said = site.manage("verify_log").strip().splitlines()[-1]
    return Outcome("the log's chain", said, ok=True)  # it would have ended with an error otherwise
