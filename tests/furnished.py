"""A furnished database: made once a process, then laid in place for every test that asks for it. Making the demo's bureau
takes half a minute, laying it a moment.
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction

from tests.environment import HERE
from tests.kept_tables import KEPT_TABLES

Lay = Callable[[], None]
_kept: dict[str, Lay] = {}


def furnished(name: str, make: Callable[[], object]) -> None:
    """Into an empty database (a transactional test's): what `make` writes, rows and files. `name` stands for `make`."""
    if lay := _kept.get(name):
        lay()
        return
    make()
    rows = {"sqlite": sqlite_rows, "postgresql": postgres_rows}[connection.vendor]()
    if rows is None:
        return
    files = HERE / "furnished" / name
    _copy(Path(settings.MEDIA_ROOT), files)

    def lay_both() -> None:
        rows()
        _copy(files, Path(settings.MEDIA_ROOT))
        for each in caches.all(initialized_only=True):  # what was asked of the empty tables
            each.clear()

    _kept[name] = lay_both


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def sqlite_rows() -> Lay:
    """The whole file, through SQLite's own backup."""
    copy = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(copy)

    def lay() -> None:
        connection.ensure_connection()
        copy.backup(connection.connection)

    return lay


def postgres_rows() -> Lay | None:
    """Each table as COPY writes it, and where its numbers have come to; None for an account that may not lift foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return None
        tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT_TABLES)
        rows = {}
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT') as out:
                rows[table] = b"".join(bytes(part) for part in out)
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        kept = tuple(f"{table}_" for table in KEPT_TABLES)
        numbers = [(sequence, last) for sequence, last in cursor.fetchall() if not sequence.startswith(kept)]

    def lay() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, data in rows.items():
                if data:
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                        into.write(data)
            for sequence, number in numbers:
                cursor.execute("SELECT setval(%s::regclass, %s)", [f'"{sequence}"', number])

    return lay
