"""A scanner let loose on the site as three signed-in people: nothing of medium weight or worse (check 26).

wapiti runs in an environment of its own (uv keeps it), because it wants other versions of what we use.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from drills.outcome import ROOT, Outcome
from drills.site import Person, Site

WAPITI = "wapiti3==3.2.3"
MODULES = "sql,xss,csrf,crlf,exec,file,redirect"
PEOPLE = ("1001", "1005", "1010")
MEDIUM = 2  # wapiti's levels: 1 low, 2 medium, 3 high, 4 critical


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    seconds = 60 if short else 600
    with tempfile.TemporaryDirectory() as name, Site(Path(name) / "site", database=database) as site:
        site.make().start()
        for username in PEOPLE[:1] if short else PEOPLE:
            yield _scanned(site, username, Path(name) / f"{username}.json", seconds)
        yield Outcome(
            "faults in the server's log", f"{len(site.faults())} {site.faults()[:3] or ''}", not site.faults()
        )


def _scanned(site: Site, username: str, report: Path, seconds: int) -> Outcome:
    cookies = Person(site, username).session.cookies
    half = seconds // 2
    command = [
        *(str(ROOT / ".venv" / "bin" / "uv"), "tool", "run", "--from", WAPITI, "wapiti"),
        *("--url", f"{site.address}/", "--module", MODULES, "--scope", "folder", "--flush-session"),
        *("--cookie-value", "; ".join(f"{each.name}={each.value}" for each in cookies)),
        *("--exclude", f"{site.address}/staff/logout/", "--exclude", f"{site.address}/staff/password/"),
        *("--max-scan-time", str(half), "--max-attack-time", str(half // len(MODULES.split(",")))),
        *(
            "--no-bugreport",
            "--format",
            "json",
            "--output",
            str(report),
            "--store-session",
            str(report.with_suffix(".d")),
        ),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=3 * seconds + 300)
    said = json.loads(report.read_text(encoding="utf-8"))
    weighty = [
        f"{kind}: {each['method']} {each['path']} {each.get('parameter') or ''}"
        for kind, found in said["vulnerabilities"].items()
        for each in found
        if each["level"] >= MEDIUM
    ]
    pages = said["infos"].get("crawled_pages_nbr", 0)
    still = Person(site, username).get("/").status_code == 200
    return Outcome(
        f"scanned as {username}",
        f"{pages} pages, {len(weighty)} findings {weighty[:3] or ''}",
        not weighty and pages > 10 and still,
    )
