"""python -m bench [--rows N] [--only CASE] [--database sqlite|postgres|both]

Each case runs in a process of its own (so its memory is its own) on a demo bureau of about N findings, which is made once
and kept. Prints a table and writes var/bench/<time>.json. `--rows 1000000` is the full run; the default is 100,000.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = ("lists", "permits", "export", "figures", "paper", "summary", "imports", "chain")
DEMO_FINDINGS = 4_320
ANALYZE = "import django; django.setup(); from django.db import connection; connection.cursor().execute('ANALYZE')"
POSTGRES = "postgres:///{name}"


def environment(database: str, rows: int, folder: Path) -> dict[str, str]:
    """Settings of a benchmark process: a database of its own, work done inline, the machine's fonts."""
    name = f"chengguan_bench_{rows}"
    url = f"sqlite:///{folder / f'{name}.sqlite3'}" if database == "sqlite" else POSTGRES.format(name=name)
    changed = {
        "SECRET_KEY": "only-for-bench",
        "DATABASE_URL": os.environ.get("BENCH_POSTGRES_URL", url) if database == "postgres" else url,
        "REDIS_URL": "",
        "JOB_RUNNER": "inline",
        "SECOND_FACTOR": "offered",  # the demo's accounts sign in by password alone
        "LOG_LEVEL": "ERROR",
        "DEBUG": "False",
        "HTTPS": "False",
        "ALLOWED_HOSTS": "testserver,127.0.0.1",
        "VAR_DIR": str(folder.parent),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return {**os.environ, **changed}


def run(arguments: list[str], settings: dict[str, str], *, quiet: bool = False) -> str:
    """Run Python with the settings; its output, or the end of this run with what it said."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    if done.returncode and not quiet:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def prepare(database: str, rows: int, settings: dict[str, str]) -> None:
    if database == "postgres" and "BENCH_POSTGRES_URL" not in os.environ:
        subprocess.run(["createdb", f"chengguan_bench_{rows}"], capture_output=True, check=False)
    run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], settings)
    run(["manage.py", "migrate", "--verbosity", "0"], settings)
    run(["manage.py", "seed_demo", "--if-empty", "--scale", str(max(1, round(rows / DEMO_FINDINGS)))], settings)
    if database == "postgres":  # what autovacuum does within a minute, unless the machine has none to spare
        run(["-c", ANALYZE], settings)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args()
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    databases = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    found = []
    for database in databases:
        settings = environment(database, options.rows, folder)
        print(f"{database}: a bureau of {options.rows:,} findings …", flush=True)
        prepare(database, options.rows, settings)
        for case in [options.only] if options.only else CASES:
            for line in run(["-m", "bench.cases", case], settings).splitlines():
                result = {"database": database, "rows": options.rows, **json.loads(line)}
                found.append(result)
                show(result)
    target = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"→ {target}")


def show(result: dict[str, object]) -> None:
    verdict = {True: "ok", False: "MISSED", None: ""}[result.get("ok")]  # type: ignore[index]
    print(f"  {result['name']:<34} {result['said']:<70} {verdict}", flush=True)


if __name__ == "__main__":
    main()
