"""The server is killed at any moment, again and again, while people work and a summary is compiled."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from drills.outcome import Outcome
from drills.site import Person, Site
from drills.work import Crowd, Memory, compile_summary, half_done, lost, signed_in, wait_for_jobs


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    kills = 5 if short else 200
    moments, memory, starts, struck = random.Random(42), Memory(), [], 0
    with tempfile.TemporaryDirectory() as place, Site(Path(place) / "kill", database=database).make() as site:
        people: list[Person] = []
        for number in range(kills):
            began = datetime.now(UTC)
            starts.append(site.start())
            people = people or signed_in(site, 4)  # their sessions outlive the kills
            compiling = number % 10 == 0
            if compiling:
                compile_summary(site, Person(site, "1004"))
            enough, until = memory.acts + moments.randrange(8), time.monotonic() + 20
            with Crowd(people, memory):
                while (
                    memory.acts < enough or (compiling and not compiling_since(site, began))
                ) and time.monotonic() < until:
                    time.sleep(0.01)
                struck += compiling_since(site, began)
                time.sleep(moments.uniform(0, 0.3))
                site.kill()
        starts.append(site.start())
        missing, halves = lost(site, memory), half_done(site)
        yield Outcome(
            "acknowledged acts after the kills",
            f"{memory.acts:,} acts, {kills} kills, {struck} of them while a summary was compiled, {len(missing)} lost",
            memory.acts >= kills and struck > 0 and not missing,
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


def compiling_since(site: Site, began: datetime) -> bool:
    """Whether a job was taken up since then; what a killed server left stands as running for another minute."""
    times = [at for (at,) in site.ask("SELECT started_at FROM staff_job WHERE state = 'running'")]
    return any((datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at) > began for at in times)


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
