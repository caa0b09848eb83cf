"""A backup taken while people write, with a gigabyte of files, restored into an empty place."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from drills.outcome import Outcome
from drills.site import Site
from drills.work import Crowd, Memory, half_done, signed_in

MEGABYTE = 1_000_000


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    size = 20 if short else 1_000  # MB of files
    with tempfile.TemporaryDirectory() as name, Site(Path(name) / "work", database=database).make() as site:
        place, memory = Path(name), Memory()
        photos = site.folder / "media" / "drill"
        photos.mkdir(parents=True)
        for number in range(size // 5):
            (photos / f"{number:04d}.jpg").write_bytes(os.urandom(5 * MEGABYTE))
        site.start()
        with Crowd(signed_in(site, 4), memory, pause=0.1):
            time.sleep(2)
            earlier, began = set(memory.registered), time.monotonic()
            site.manage("backup", "--to", str(place / "backups"))
            took = time.monotonic() - began
        site.stop()
        archive = next((place / "backups").glob("*.tar"))
        weight = archive.stat().st_size / MEGABYTE
        yield Outcome(
            "a backup while people write",
            f"{weight:,.0f} MB in {took:.0f} s, {len(memory.refused)} refused",
            not memory.refused,
        )
        with Site(place / "again", database=database) as again:
            again.folder.mkdir()
            (again.folder / "fonts").symlink_to((site.folder / "fonts").resolve())
            if database == "postgres":
                again.empty_database()
            began = time.monotonic()
            said = again.manage("restore", str(archive))
            again.manage("collectstatic", "--noinput", "--verbosity", "0")
            again.start()
            took = time.monotonic() - began
            yield Outcome("restored and serving (RTO ≤ 10 min)", f"{took:.0f} s", took <= 600)
            yield Outcome(
                "rows table by table, and the log's chain", said.splitlines()[0], "逐表相符" in said and "完整" in said
            )
            there = {f"/inspections/findings/{pk}/" for (pk,) in again.ask("SELECT id FROM inspections_finding")}
            missing, halves = earlier - there, half_done(again)
            yield Outcome(
                "acts before the backup that are missing",
                f"{len(missing)} of {len(earlier)}, {len(halves)} half",
                not (missing or halves),
            )
            yield Outcome("the database finds itself", again.integrity(), again.integrity() == "ok")
