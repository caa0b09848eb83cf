"""The disk fills up, and then fails: a clear answer, nothing broken, and work goes on by itself once there is room again.

A full disk is a small file system of its own (tmpfs; needs root). A failing one is libfiu's: writes end with EIO.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.outcome import Outcome
from drills.site import FIRST, Person, Site
from drills.work import NEW_FINDING, Memory, half_done, lost, register_and_close

FAILS = "fiu-run -x -c 'enable_random name=posix/io/rw/p?write,probability=0.3,failinfo=5'"


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> Path:
    """Leave no byte; the file that took the room."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as target:
        try:
            while True:
                target.write(b"\0" * 65_536)
        except OSError:
            pass
    return filler


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    acts = 5 if short else 30
    with tempfile.TemporaryDirectory() as name, small_disk(Path(name) / "disk", "400m") as disk:
        with Site(disk / "site", database=database).make() as site:
            yield from _full(site, disk, acts)
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as name, Site(Path(name) / "eio", database=database).make() as site:
            yield from _failing(site, acts)


def _full(site: Site, disk: Path, acts: int) -> Iterator[Outcome]:
    site.start()
    person, memory, photo = Person(site, "1005"), Memory(), os.urandom(3_000_000)
    register_and_close(person, memory)
    filler, refused = fill(disk), []
    for _ in range(acts):
        try:
            answer = person.post(
                NEW_FINDING, unit=FIRST, area="ZG", item=FIRST, place="满盘", files={"before": ("a.jpg", jpeg(photo))}
            )
            refused.append((answer.status_code, "空间" in answer.text or "磁盘" in answer.text))
        except RuntimeError as unreadable:
            refused.append((0, str(unreadable)))
    clear = all(code == 507 and words for code, words in refused)
    yield Outcome("a full disk is said, with what to do", f"{len(refused)} acts: {sorted(set(refused))}", clear)
    filler.unlink()
    before = memory.acts
    for _ in range(acts):
        register_and_close(person, memory)
    yield Outcome("with room again work goes on by itself", f"{memory.acts - before} of {2 * acts} acts", memory.acts - before == 2 * acts)
    yield from _whole(site, memory)


def _failing(site: Site, acts: int) -> Iterator[Outcome]:
    site.start("fiu-run", "-x", "-c", "enable_random name=posix/io/rw/pwrite,probability=0.05,failinfo=5")
    memory = Memory()
    try:
        person = Person(site, "1005")
        for _ in range(acts):
            register_and_close(person, memory)
    except RuntimeError as unreadable:
        memory.refused.append(str(unreadable))
    site.stop()
    yield Outcome("writes that fail (EIO)", f"{memory.acts} acts done, {len(memory.refused)} refused", bool(memory.refused))
    site.start()
    person, before = Person(site, "1005"), memory.acts
    register_and_close(person, memory)
    yield Outcome("with a sound disk work goes on by itself", f"{memory.acts - before} of 2 acts", memory.acts - before == 2)
    yield from _whole(site, memory)


def _whole(site: Site, memory: Memory) -> Iterator[Outcome]:
    missing, halves = lost(site, memory), half_done(site)
    yield Outcome("acknowledged and lost, or half done", f"{len(missing)}, {len(halves)}", not (missing or halves))
    yield Outcome("the database finds itself", site.integrity(), site.integrity() == "ok")
