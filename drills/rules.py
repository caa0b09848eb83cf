"""The rules themselves (deadlines, scores, rounding): how much of them the tests walk, and how many planted faults they find."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator

from drills.outcome import ROOT, Outcome

LEAST_COVERED, LEAST_FOUND = 90, 80  # per cent
FOLDER = ROOT / "var" / "drills"


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    modules, tests = chosen["only_mutate"], chosen["pytest_add_cli_args_test_selection"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    yield from _covered(modules, tests)
    yield _found(modules[:1] if short else [])


def _covered(modules: list[str], tests: list[str]) -> Iterator[Outcome]:
    report = FOLDER / "coverage.json"
    _python("-m", "pytest", "-q", "--cov", "--cov-branch", f"--cov-report=json:{report}", *tests)
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    for module in modules:
        summary = files[module]["summary"]
        branches = f"{summary['covered_branches']} of {summary['num_branches']} branches"
        part = summary["percent_covered"]
        yield Outcome(f"covered: {module}", f"{part:.1f} %, {branches} (≥ {LEAST_COVERED} %)", part >= LEAST_COVERED)


def _found(only: list[str]) -> Outcome:
    """mutmut plants one fault at a time and runs the tests that walk it."""
    names = [f"{module.removesuffix('.py').replace('/', '.')}.*" for module in only]
    _python("-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1), *names)
    _python("-m", "mutmut", "export-cicd-stats")
    stats = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    killed = stats["killed"] + stats["timeout"]
    tried = killed + stats["survived"] + stats["no_tests"] + stats["suspicious"]
    part = 100 * killed / tried if tried else 0.0
    return Outcome(
        "planted faults found", f"{killed} of {tried}, {part:.0f} % (≥ {LEAST_FOUND} %)", part >= LEAST_FOUND
    )


def _python(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:3])}: {done.stdout[-3_000:]}\n{done.stderr[-3_000:]}")


def _environment() -> dict[str, str]:
    """The tests' own: SQLite, derandomized."""
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")} | {
        "CI": "true"
    }
