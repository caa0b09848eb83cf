"""Sixteen people write at once on SQLite: they wait for each other, and nobody is told that the database is locked."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from drills.outcome import Outcome
from drills.site import Site
from drills.work import Crowd, Memory, half_done, lost, signed_in


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    seconds, memory = (8 if short else 60), Memory()
    with tempfile.TemporaryDirectory() as place, Site(Path(place) / "writers", database=database).make() as site:
        site.start()
        with Crowd(signed_in(site, 16), memory):
            time.sleep(seconds)
        missing, halves = lost(site, memory), half_done(site)
        log = (site.folder / "server.log").read_text(encoding="utf-8")
        said = f"{memory.acts:,} acts in {seconds} s, 95 % within {memory.slowest() * 1_000:.0f} ms"
        yield Outcome(
            "sixteen writers",
            f"{said}, {len(memory.refused)} refused {memory.refused[:1] or ''}",
            memory.acts > 0 and not memory.refused,
        )
        yield Outcome("“database is locked” in the server's log", str(log.count("locked")), "locked" not in log)
        yield Outcome("acknowledged and lost, or half done", f"{len(missing)}, {len(halves)}", not (missing or halves))
        yield Outcome("the database finds itself", site.integrity(), site.integrity() == "ok")
