"""Bring database and static files up to date in one process: what is done already costs next to nothing.

Called by run.sh after the environment is complete. The demo bureau is only ever loaded into an empty database.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]
DEMO_PERIOD = "2026H1"


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print one line with its seconds; what the commands inside print goes to var/log/prepare.log."""
    from django.conf import settings

    began = monotonic()
    print(f"  {what:<58}", end="", flush=True)
    with (settings.VAR_DIR / "log" / "prepare.log").open("a", encoding="utf-8") as log, redirect_stdout(log):
        try:
            yield
        except BaseException:
            print("failed", file=sys.__stdout__, flush=True)
            raise
    print(f"{monotonic() - began:5.1f} s", flush=True)


def migrate() -> bool:
    """Migrate if a migration is pending; True if there were no tables before."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        with step(f"Migrating the database ({len(pending)} steps)"):
            call_command("migrate", interactive=False)
    return bool(pending)


def load_demo() -> None:
    """Seed an empty database and compile the demo half-year; an interrupted compilation is made up for."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    uncompiled = settings.VAR_DIR / "demo-not-compiled"
    if not get_user_model().objects.exists():
        uncompiled.touch()
        with step("Loading the demo bureau"):
            call_command("seed_demo", if_empty=True)
    if uncompiled.exists():
        with step(f"Compiling the demo half-year {DEMO_PERIOD}"):
            call_command("compile_report", DEMO_PERIOD)
        uncompiled.unlink()


def collect_static() -> None:
    """Collect, hash and compress static files if any of them, or a package that brings some, has changed."""
    from django.conf import settings
    from django.core.management import call_command

    if settings.DEBUG:
        return
    listing = [ROOT / "requirements.txt", *sorted((ROOT / "static").rglob("*"))]
    facts = "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in listing if path.is_file())
    value, stamp = hashlib.sha256(facts.encode()).hexdigest(), settings.VAR_DIR / "static.stamp"
    if stamp.exists() and stamp.read_text() == value:
        return
    with step("Collecting static files"):
        call_command("collectstatic", interactive=False, clear=settings.STATIC_ROOT.exists(), verbosity=0)
    stamp.write_text(value)


def show_accounts() -> None:
    from django.core.management import call_command

    call_command("seed_demo", print_accounts=True)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings

    (settings.VAR_DIR / "log").mkdir(parents=True, exist_ok=True)
    from django.core.management import call_command

    if migrate():
        with step("Groups and working-day calendar"):
            call_command("create_groups")
            call_command("load_calendar")
    steps: tuple[Callable[[], None], ...] = (load_demo, collect_static, show_accounts)
    for run in steps:
        run()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
