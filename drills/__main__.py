"""python -m drills [NAME …] [--database sqlite|postgres|both] [--short]

Each drill serves a bureau of its own in a folder of its own, does it harm, and says what was left. Prints a table, writes
var/drills/<time>.json, and ends with 1 if anything was not as it should be. `--short` does each a little: for developers.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module

from drills.outcome import ROOT, Outcome

# name: the numbers of its checks in docs/trust.md, the databases it makes sense on
BOTH = ("sqlite", "postgres")
DRILLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "doors": ("8", ("sqlite",)),
    "scan": ("26", ("sqlite",)),
    "kill": ("32", BOTH),
    "disk": ("33", BOTH),
    "writers": ("34", ("sqlite",)),
    "restore": ("35", BOTH),
    "upgrade": ("36", BOTH),
    "load": ("38, 39", BOTH),
    "slow": ("41", ("sqlite",)),
    "offline": ("44", ("sqlite",)),
    "rules": ("45", ("sqlite",)),
    "growth": ("scale", BOTH),
    "spread": ("scale", ("postgres",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*DRILLS, []], metavar="NAME", help=", ".join(DRILLS))
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    wanted = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    found: list[dict] = []
    for name in options.names or DRILLS:
        check, databases = DRILLS[name]
        for database in [each for each in databases if each in wanted]:
            print(f"{name} on {database} …", flush=True)
            for outcome in import_module(f"drills.{name}").run(database, short=options.short):
                found.append({"check": check, "drill": name, "database": database, **asdict(outcome)})
                show(outcome)
    target = ROOT / "var" / "drills" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    wrong = [each for each in found if not each["ok"]]
    print(f"{len(found) - len(wrong)} of {len(found)} as they should be; written to {target.relative_to(ROOT)}")
    sys.exit(1 if wrong else 0)


def show(outcome: Outcome) -> None:
    print(f"  {'ok   ' if outcome.ok else 'WRONG'} {outcome.what:<44} {outcome.said}", flush=True)


if __name__ == "__main__":
    main()
