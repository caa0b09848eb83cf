"""The same pages, papers and backups with 1, 10 and 100 times the demo: what grows, and how (docs/scale.md)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from drills.outcome import Outcome
from drills.site import Person, Site
from drills.work import compile_summary, wait_for_jobs

PAGES = {
    "desk": "/",
    "list": "/inspections/findings/",
    "deep page": "/inspections/findings/?page=80",
    "filtered": "/inspections/findings/?found_from=2026-01-01&found_to=2026-03-31",
    "search": "/search/?q=店外经营",
    "glance": "/glance/",
}
COUNTING = {"desk", "glance"}  # they count whole periods; the others show a page of rows
WORST = 3.0  # a page of rows may take so many times longer, however many there are
SLOWER = 4  # what counts them grows so many times slower than they do


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    first: dict[str, float] = {}
    fewest = 0
    for scale in (1, 2) if short else (1, 10, 100):
        with tempfile.TemporaryDirectory() as name, Site(Path(name) / "growth", database=database) as site:
            site.make(scale=scale).start()
            rows = site.ask("SELECT count(*) FROM inspections_finding")[0][0]
            fewest = fewest or rows
            person = Person(site, "1004")
            for page, path in PAGES.items():
                seconds = _quickest(partial(_open, person, path))
                first.setdefault(page, seconds)
                ratio = seconds / first[page]
                most = max(WORST, rows / fewest / SLOWER if page in COUNTING else 0)
                said = f"{seconds * 1_000:.0f} ms, {ratio:.1f} × (≤ {most:.0f})"
                yield Outcome(f"{rows:,} findings: {page}", said, ratio <= most)
            began = time.monotonic()
            compile_summary(site, person)
            wait_for_jobs(site, 600)
            yield Outcome(f"{rows:,} findings: the whole summary", f"{time.monotonic() - began:.0f} s", ok=True)
            began = time.monotonic()
            site.manage("backup", "--to", str(Path(name) / "backups"))
            weight = next((Path(name) / "backups").glob("*.tar")).stat().st_size / 1e6
            yield Outcome(
                f"{rows:,} findings: a backup", f"{weight:,.0f} MB in {time.monotonic() - began:.0f} s", ok=True
            )
            yield Outcome(f"{rows:,} findings: memory of the site", f"{site.megabytes():.0f} MB", ok=True)


def _open(person: Person, path: str) -> None:
    person.get(path).raise_for_status()


def _quickest(act: Callable[[], object], times: int = 9) -> float:
    """Of seven, after two that warm up: what else goes on at the machine only adds."""
    taken = []
    for _ in range(times):
        began = time.monotonic()
        act()
        taken.append(time.monotonic() - began)
    return min(taken[2:])
