"""Check 44, the program with its network denied: served where nothing but lo exists, walked through by several people.

Two watchers: the network namespace has no way out, so whatever tried would fail before everybody's eyes; and strace notes every
address that any of the server's processes tries to reach, the failed tries included.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from drills.outcome import Outcome
from drills.site import Person, Site

PEOPLE = ("1001", "1002", "1004", "1005", "1009", "1013")
CLONE_NEWNET = 0x40000000
STRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o")
TRIED = re.compile(r'sin6?_addr=inet_(?:addr|pton)\((?:AF_INET6?, )?"([^"]+)"')
REFERS = ("src", "href", "action", "formaction", "poster", "data", "hx-get", "hx-post", "srcset")
STYLE_REFERS = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')]+)""")
EXPORT, PAPER = "/staff/exports/staff.people/", "/staff/personnel/2026H1/pdf/"


@contextmanager
def no_network() -> Iterator[None]:
    """This process, and whoever it starts, in a network of its own that has only lo. Needs root."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "no network namespace of its own")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield
    finally:
        if libc.setns(before, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "the network did not come back")
        os.close(before)


class References(HTMLParser):
    """What a page loads or leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value.strip() for name, value in attrs if name in REFERS and value}


def interfaces() -> list[str]:
    return [line.split(":")[0].strip() for line in Path("/proc/self/net/dev").read_text().splitlines()[2:]]


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as place, no_network(), Site(Path(place) / "offline", database=database) as site:
        yield Outcome("interfaces of the network", ", ".join(interfaces()), interfaces() == ["lo"])
        site.make()
        watch = Path(place) / "tried.log"
        site.start(*STRACE, str(watch))
        yield control(site, Path(place) / "control.log")
        people = [Person(site, number) for number in PEOPLE[: 2 if short else None]]
        yield Outcome("people signed in", str(len(people)), True)
        yield from walk(site, people, limit=12 if short else 200)
        yield from take_away(people)
        site.stop()
        seen = watch.read_text(encoding="utf-8", errors="replace")
        outside = sorted({each for each in TRIED.findall(seen) if not (each.startswith("127.") or each == "::1")})
        calls = len(seen.splitlines())
        yield Outcome(
            "addresses tried outside",
            f"{len(outside)} in {calls} calls {' '.join(outside[:5])}",
            not outside and calls > 0,
        )


def control(site: Site, watch: Path) -> Outcome:
    """That the watcher would see a try: one to the site itself."""
    code = f"import socket; socket.create_connection(('127.0.0.1', {site.port}))"
    subprocess.run([*STRACE, str(watch), sys.executable, "-c", code], check=True)
    seen = TRIED.findall(watch.read_text(encoding="utf-8", errors="replace"))
    return Outcome("a try of our own, as the watcher tells it", " ".join(seen), seen == ["127.0.0.1"])


def walk(site: Site, people: list[Person], *, limit: int) -> Iterator[Outcome]:
    """Each person's first page and everything that it leads to, with styles and scripts."""
    asked, wrong, foreign, files = 0, [], set(), set()
    for person in people:
        first = person.get("/").text
        paths = sorted(each for each in References(first).found if each.startswith("/") and "logout" not in each)
        for path in ["/", *[each for each in paths if not each.startswith("/static/")][:limit]]:
            answer = person.get(path)
            asked += 1
            if answer.status_code != 200:
                wrong.append(f"{answer.status_code} {path}")
            if "text/html" in answer.headers.get("Content-Type", ""):
                names = References(answer.text).found
                foreign |= {f"{name} on {path}" for name in names if leads_away(site, path, name)}
                files |= {name.partition("#")[0] for name in names if name.startswith("/static/")}
    yield Outcome(
        "pages of the navigation that did not answer", f"{len(wrong)} of {asked} {' '.join(wrong[:5])}", not wrong
    )
    for name in sorted(files):
        answer = people[0].get(name)
        if answer.status_code != 200:
            wrong.append(name)
        if name.endswith(".css"):
            foreign |= {f"{each} in {name}" for each in STYLE_REFERS.findall(answer.text)}
    yield Outcome("styles, scripts, pictures that did not come", f"{len(wrong)} of {len(files)}", not wrong)
    yield Outcome("references to another host", f"{len(foreign)} {' '.join(sorted(foreign)[:5])}", not foreign)


def leads_away(site: Site, path: str, name: str) -> bool:
    parts = urlsplit(urljoin(site.address + path, name))
    return parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(site.address).netloc


def take_away(people: list[Person]) -> Iterator[Outcome]:
    office = next(person for person, number in zip(people, PEOPLE, strict=False) if number == "1002")
    sheet = office.get(EXPORT)
    yield Outcome("an export", f"{len(sheet.content)} bytes", sheet.content.startswith(b"PK"))
    paper = office.get(PAPER)
    yield Outcome("a paper", f"{len(paper.content)} bytes", paper.content.startswith(b"%PDF"))
