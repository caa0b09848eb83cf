"""The disk fills up, and then fails: a clear answer, nothing broken, and work goes on by itself once there is room again.

A full disk is a small file system of its own (tmpfs; needs root). A failing one is libfiu's: writes end with EIO.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from PIL import Image

from drills.outcome import Outcome
from drills.site import FIRST, Person, Site
from drills.work import NEW_FINDING, Memory, half_done, lost, register_and_close

FAILING = ("fiu-run", "-x", "-c", "enable_random name=posix/io/rw/pwrite,probability=0.05,failinfo=5")


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


def photograph() -> bytes:
    """A picture of some two megabytes that compresses badly."""
    target = io.BytesIO()
    Image.frombytes("RGB", (1_000, 1_000), os.urandom(3_000_000)).save(target, "JPEG", quality=90)
    return target.getvalue()


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    acts = 5 if short else 30
    with (
        tempfile.TemporaryDirectory() as name,
        small_disk(Path(name) / "disk", "400m") as disk,
        Site(disk / "site", database=database).make() as site,
    ):
        yield from _full(site, disk, acts)
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as name, Site(Path(name) / "eio", database=database).make() as site:
            yield from _failing(site, acts)


def _full(site: Site, disk: Path, acts: int) -> Iterator[Outcome]:
    site.start()
    person, memory, photo = Person(site, "1005"), Memory(), photograph()
    register_and_close(person, memory)
    filler, refused = fill(disk), []
    for _ in range(acts):
        try:
            answer = person.post(
                NEW_FINDING, unit=FIRST, area="ZG", item=FIRST, place="满盘", files={"before": ("a.jpg", photo)}
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
    yield Outcome(
        "with room again work goes on by itself",
        f"{memory.acts - before} of {2 * acts} acts",
        memory.acts - before == 2 * acts,
    )
    yield from _whole(site, memory)


def _failing(site: Site, acts: int) -> Iterator[Outcome]:
    site.start(*FAILING)
    memory, person = Memory(), None
    for _ in range(10 * acts):
        try:
            person = person or Person(site, "1005")
            register_and_close(person, memory)
        except (RuntimeError, requests.HTTPError) as refused:
            memory.refused.append(str(refused))
    site.stop()
    unclear = [each for each in memory.refused if "507" not in each]
    said = (
        f"{memory.acts} acts done, {len(memory.refused)} refused, {len(unclear)} of them unclearly {unclear[:2] or ''}"
    )
    yield Outcome("writes that fail (EIO) are said so", said, bool(memory.refused) and not unclear)
    site.start()
    person, before = Person(site, "1005"), memory.acts
    register_and_close(person, memory)
    yield Outcome(
        "with a sound disk work goes on by itself", f"{memory.acts - before} of 2 acts", memory.acts - before == 2
    )
    yield from _whole(site, memory)


def _whole(site: Site, memory: Memory) -> Iterator[Outcome]:
    missing, halves = lost(site, memory), half_done(site)
    yield Outcome("acknowledged and lost, or half done", f"{len(missing)}, {len(halves)}", not (missing or halves))
    yield Outcome("the database finds itself", site.integrity(), site.integrity() == "ok")
