"""A migrated SQLite database, made once and copied for every later test run: migrating takes a minute, copying nothing.

It is kept under var/ by what the migrations say; a changed migration or another Django makes it anew.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.environment import REAL_VAR
from tests.fingerprint import fingerprint


def copy_of(source: Path, target: Path) -> None:
    """Through SQLite's own backup, so that what still stands in the write-ahead log comes along."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)


class Migrated:
    """The kept database of these migrations."""

    def __init__(self) -> None:
        self.folder = REAL_VAR / "tests"
        self.path = self.folder / f"migrated-{fingerprint()}.sqlite3"

    def lay(self, target: Path) -> bool:
        """Put a copy where the test database belongs; False if none is kept yet."""
        if not self.path.exists():
            return False
        copy_of(self.path, target)
        return True

    def keep(self, source: Path) -> None:
        """Keep a copy of what was just migrated; older ones go. Two workers at once: the last one stands, both are right."""
        self.folder.mkdir(parents=True, exist_ok=True)
        mine = self.path.with_suffix(f".{os.getpid()}")
        copy_of(source, mine)
        mine.replace(self.path)
        for old in self.folder.glob("migrated-*.sqlite3"):
            if old != self.path:
                old.unlink(missing_ok=True)
