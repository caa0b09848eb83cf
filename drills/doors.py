"""Every role follows the links of its pages: none leads to a closed door, an empty place or a fault."""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

from lxml import html

from drills.outcome import Outcome
from drills.site import Person, Site

PEOPLE = tuple(str(number) for number in range(1001, 1019))
EACH_KIND = 3  # addresses that differ in numbers and filters alone
NOT_FOLLOWED = ("/static/", "/staff/logout/", "/admin/")
FINE = (200, 302)


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as name, Site(Path(name) / "doors", database=database).make() as site:
        site.start()
        for username in PEOPLE[:3] if short else PEOPLE:
            asked, closed = walk(Person(site, username))
            yield Outcome(f"links of {username}", f"{asked} pages, closed: {closed or 'none'}", not closed)
        yield Outcome(
            "faults in the server's log", f"{len(site.faults())} {site.faults()[:3] or ''}", not site.faults()
        )


def walk(person: Person) -> tuple[int, list[str]]:
    """How many addresses were asked for, and which were not answered, with the page that led there."""
    chance = random.Random(person.username)
    waiting, seen, kinds, closed = deque([("/", "")]), {"/"}, Counter[str](), []
    while waiting:
        path, origin = waiting.popleft()
        kind = re.sub(r"\d+", "#", path.partition("?")[0])
        if kinds[kind] >= EACH_KIND:
            continue
        kinds[kind] += 1
        answer = person.get(path)
        if answer.status_code not in FINE:
            closed.append(f"{answer.status_code} {path} from {origin}")
        if not answer.headers.get("Content-Type", "").startswith("text/html") or not answer.ok:
            continue
        found = links(answer.text, answer.url, person.site.address)
        chance.shuffle(found)  # each role takes other rows of the same lists
        for link in found:
            if link not in seen:
                seen.add(link)
                waiting.append((link, path))
    return kinds.total(), closed


def links(page: str, at: str, address: str) -> list[str]:
    """Addresses of this site that the page leads to."""
    tree = html.fromstring(page, base_url=at)
    tree.make_links_absolute()
    found = [
        each.partition("#")[0].removeprefix(address) for each in tree.xpath("//a/@href") if each.startswith(address)
    ]
    return [each for each in found if each and not each.startswith(NOT_FOLLOWED)]
