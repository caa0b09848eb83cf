"""python -m drills [NAME …] [--database sqlite|postgres|both] [--short]

Each drill serves a bureau of its own in a folder of its own, does it harm, and says what was left. Prints a table, writes
var/drills/<time>.json, and ends with 1 if anything was not as it should be. `--short` does each a little: for developers.

They go in two lanes side by side: those that judge seconds one after another, and beside them, at the lowest weight that
the system knows, those that judge only what is left. On two cores the whole takes some two hours, one lane four.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from drills.outcome import ROOT, Outcome

# name: the numbers of its checks in docs/trust.md, the databases it makes sense on
BOTH = ("sqlite", "postgres")
DRILLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "load": ("38, 39", BOTH),
    "slow": ("41", ("sqlite",)),
    "writers": ("34", ("sqlite",)),
    "restore": ("35", BOTH),
    "upgrade": ("36", BOTH),
    "spread": ("scale", ("postgres",)),
    "growth": ("scale", BOTH),
    "doors": ("8", ("sqlite",)),
    "kill": ("32", BOTH),
    "disk": ("33", BOTH),
    "offline": ("44", ("sqlite",)),
    "rules": ("45", ("sqlite",)),
    "scan": ("26", ("sqlite",)),
}
JUDGE_SECONDS = {"load", "slow", "writers", "restore", "upgrade", "spread", "growth"}
BY_NAME_ALONE = {"growth"}  # no check of the forty-six: what docs/scale.md tells of a hundred times the demo


def main() -> None:
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*DRILLS, []], metavar="NAME", help=", ".join(DRILLS))
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    wanted = BOTH if options.database == "both" else (options.database,)
    names = options.names or [name for name in DRILLS if name not in BY_NAME_ALONE]
    lanes = [name for name in names if name in JUDGE_SECONDS], [name for name in names if name not in JUDGE_SECONDS]
    with ProcessPoolExecutor(max_workers=len(lanes)) as pool:
        running = [
            pool.submit(run_lane, lane, wanted, short=options.short, aside=all(lanes) and lane is lanes[1])
            for lane in lanes
        ]
        found = [each for lane in running for each in lane.result()]
    target = ROOT / "var" / "drills" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    wrong = [each for each in found if not each["ok"]]
    for each in wrong:
        print(f"WRONG: {each['drill']} on {each['database']}: {each['what']}: {each['said']}")
    print(f"{len(found) - len(wrong)} of {len(found)} as they should be; written to {target.relative_to(ROOT)}")
    sys.exit(1 if wrong else 0)


def run_lane(names: list[str], databases: tuple[str, ...], *, short: bool, aside: bool) -> list[dict]:
    """What the drills found, one after another. `aside`: whoever else computes on this machine goes first."""
    if aside:
        step_aside()
    found: list[dict] = []
    for name in names:
        check, sensible = DRILLS[name]
        for database in [each for each in sensible if each in databases]:
            print(f"{datetime.now(UTC):%H:%M:%S} {name} on {database} …", flush=True)
            for outcome in outcomes(name, database, short=short):
                found.append({"check": check, "drill": name, "database": database, **asdict(outcome)})
                show(f"{name} on {database}", outcome)
    return found


def outcomes(name: str, database: str, *, short: bool) -> Iterator[Outcome]:
    """A drill that breaks off is one that went wrong; those after it are done all the same."""
    try:
        yield from import_module(f"drills.{name}").run(database, short=short)
    except Exception as error:  # noqa: BLE001 -- whatever broke it
        traceback.print_exc()
        yield Outcome("to its end", f"{type(error).__name__}: {error}"[:400], ok=False)


def step_aside() -> None:
    """This process and whom it starts: in a group of their own, which Linux weighs as one (autogroup), as light as can be."""
    os.setsid()
    os.nice(19)
    with suppress(FileNotFoundError):  # not every kernel has it
        Path("/proc/self/autogroup").write_text("19", encoding="ascii")


def show(drill: str, outcome: Outcome) -> None:
    print(f"  {'ok   ' if outcome.ok else 'WRONG'} {drill}: {outcome.what:<44} {outcome.said}", flush=True)


if __name__ == "__main__":
    main()
