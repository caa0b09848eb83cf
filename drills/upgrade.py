"""The release before, filled with 100,000 findings, is brought to this one, and its pages open."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from drills.outcome import ROOT, Outcome
from drills.site import Person, Site

RELEASE, COMMIT = "v0.7", "a216cab"  # the release before; its commit, where the tag is not at hand
PAGES = {
    "1001": ("/", "/staff/users/", "/admin/"),
    "1004": ("/", "/reports/", "/reports/1/", "/staff/people/", "/fireworks/grids/"),
    "1005": ("/", "/inspections/findings/", "/inspections/scores/", "/inspections/bulletins/"),
    "1010": ("/", "/permits/", "/permits/fees/", "/permits/statistics/"),
    "1017": ("/", "/staff/log/"),
    "1018": ("/", "/billboards/boards/", "/billboards/cases/", "/billboards/papers/"),
}


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    scale = 1 if short else 24
    with tempfile.TemporaryDirectory() as name, Site(Path(name) / "site", database=database) as site:
        before = Path(name) / "before"
        subprocess.run(
            ["git", "worktree", "add", "--detach", str(before), COMMIT], cwd=ROOT, check=True, capture_output=True
        )
        try:
            site.make(scale=scale, code=before)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(before)], cwd=ROOT, check=True)
        rows = site.ask("SELECT count(*) FROM inspections_finding")[0][0]
        began = time.monotonic()
        said = site.manage("migrate")
        took = time.monotonic() - began
        steps = said.count("... OK")
        yield Outcome(
            f"migrating {RELEASE} with {rows:,} findings", f"{steps} migrations in {took:.1f} s (≤ 60)", took <= 60
        )
        site.manage("create_groups")
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        same = site.ask("SELECT count(*) FROM inspections_finding")[0][0] == rows
        yield Outcome("no row is lost", f"{rows:,} findings", same)
        site.start()
        wrong = []
        for username, paths in PAGES.items():
            person = Person(site, username)
            wrong += [f"{answer} {path}" for path in paths if (answer := person.get(path).status_code) != 200]
        yield Outcome("its pages open", f"{sum(map(len, PAGES.values()))} pages, wrong: {wrong or 'none'}", not wrong)
        yield Outcome("the log's chain", site.manage("verify_log").strip().splitlines()[-1], ok=True)
