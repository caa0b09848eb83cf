"""Backups: database and files together, taken while people work, checked by sums, encrypted if a key is given.

One archive holds `database` (SQLite's own copy, or pg_dump in custom format), the files under `media/`, and
`manifest.json` with the sum of each, the rows of each table at that moment and the migrations that were applied. Beside
it lies the archive's own sum. A restore checks everything before it puts anything in place, and wants an empty place.

Encryption is GnuPG's, with a passphrase from a file: an archive can be opened without this program.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

FORMAT = 1
NAME = "chengguan-{:%Y%m%d-%H%M%S}.tar"
MANIFEST, DATABASE, MEDIA = "manifest.json", "database", "media"
ENCRYPTED = ".gpg"
PIECE = 1024 * 1024


class BackupError(Exception):
    """What is wrong with a backup or the place it goes to, in Chinese."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `files`: name → [size in bytes, SHA-256]; `rows`: table → count."""

    format: int
    made_at: str
    engine: str
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, list[Any]]


def digest_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


# --- Taking one -------------------------------------------------------------------------------------------------------


def take(folder: Path, *, key_file: Path | None = None) -> Path:
    """Write an archive into the folder and return its path. Nothing is left there if it fails."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made_at = timezone.localtime()
    target = folder / NAME.format(made_at)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".taking-") as name:
        work = Path(name)
        rows = copy_database(work / DATABASE)
        archive = pack(work, made_at, rows)
        if key_file is not None:
            archive, target = encrypted(archive, key_file), target.with_name(target.name + ENCRYPTED)
        with archive.open("rb") as written:
            os.fsync(written.fileno())
        archive.chmod(0o600)
        archive.replace(target)
    sum_file(target).write_text(f"{digest_of(target)}  {target.name}\n", encoding="ascii")
    return target


def sum_file(archive: Path) -> Path:
    return archive.with_name(archive.name + ".sha256")


def pack(work: Path, made_at: datetime, rows: dict[str, int]) -> Path:
    """The database copy and the files as they are, then what they should be."""
    files = {}
    archive = work / "archive.tar"
    with tarfile.open(archive, "w") as tar:
        for name, source in [(DATABASE, work / DATABASE), *media_files()]:
            try:
                files[name] = add_file(tar, name, source)
            except (
                FileNotFoundError
            ):  # deleted since the folder was listed; the database no longer names it, or will not
                continue
        applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        manifest = Manifest(FORMAT, made_at.isoformat(), connection.vendor, applied, rows, files)
        written = work / MANIFEST
        written.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
        tar.add(written, MANIFEST)
    return archive


def add_file(tar: tarfile.TarFile, name: str, source: Path) -> list[Any]:
    """Add a file as it is at this moment: read once, so that sum and content are of the same bytes."""
    with source.open("rb") as opened, tempfile.TemporaryFile() as frozen:
        shutil.copyfileobj(opened, frozen, PIECE)
        size = frozen.tell()
        frozen.seek(0)
        total = hashlib.file_digest(frozen, "sha256").hexdigest()
        frozen.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, source.stat().st_mtime, 0o640
        tar.addfile(entry, frozen)
    return [size, total]


def media_files() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file():
            yield f"{MEDIA}/{path.relative_to(root).as_posix()}", path


def copy_database(target: Path) -> dict[str, int]:
    """A consistent copy while others write, and the rows of each table at just that moment."""
    if connection.vendor == "sqlite":
        return copy_sqlite(target)
    return dump_postgres(target)


def copy_sqlite(target: Path) -> dict[str, int]:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return {table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in our_tables()}  # noqa: S608 -- names of our models' tables


def dump_postgres(target: Path) -> dict[str, int]:
    """pg_dump in the snapshot of a transaction in which the rows are counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        run_postgres("pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", f"--file={target}")
        rows = {}
        for table in our_tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 -- names of our models' tables
            (rows[table],) = cursor.fetchone()
    return rows


def our_tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed)


def run_postgres(program: str, *arguments: str) -> None:
    """A client program of PostgreSQL on our database; the password travels in the environment, not in the list of processes."""
    facts = connection.settings_dict
    places = {
        "PGHOST": facts["HOST"],
        "PGPORT": facts["PORT"],
        "PGUSER": facts["USER"],
        "PGPASSWORD": facts["PASSWORD"],
    }
    given = {name: str(value) for name, value in places.items() if value}
    run([program, f"--dbname={facts['NAME']}", *arguments], env=os.environ | given)


def run(command: list[str], *, env: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, env=env, text=True)  # noqa: S603 -- our own arguments
    except FileNotFoundError as error:
        raise BackupError(f"这台机器没有 {command[0]}，请先安装（见 docs/deploy.md）。") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]} 没有成功：{error.stderr.strip()[-500:]}") from error


GPG = ["gpg", "--batch", "--yes", "--quiet", "--no-symkey-cache", "--pinentry-mode", "loopback"]


@contextmanager
def gpg_home() -> Iterator[list[str]]:
    """GnuPG with a home of its own, so that no keyring of this machine has a say."""
    with tempfile.TemporaryDirectory(prefix="chengguan-gpg-") as home:
        yield [*GPG, "--homedir", home]


def encrypted(archive: Path, key_file: Path) -> Path:
    target = archive.with_name(archive.name + ENCRYPTED)
    with gpg_home() as gpg:
        secret = ["--passphrase-file", str(key_file), "--cipher-algo", "AES256", "--compress-algo", "none"]
        run([*gpg, *secret, "--output", str(target), "--symmetric", str(archive)])
    archive.unlink()
    return target


def decrypted(archive: Path, key_file: Path, target: Path) -> Path:
    """GnuPG refuses an archive that was cut off or changed."""
    with gpg_home() as gpg:
        run([*gpg, "--passphrase-file", str(key_file), "--output", str(target), "--decrypt", str(archive)])
    return target


# --- Keeping some -----------------------------------------------------------------------------------------------------


def archives(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(path for path in folder.glob("chengguan-*.tar*") if not path.name.endswith(".sha256"))


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest. Returns what went."""
    old = archives(folder)[:-keep]
    for path in old:
        path.unlink()
        sum_file(path).unlink(missing_ok=True)
    return old


def newest_age(folder: Path) -> timedelta | None:
    """How long ago the newest archive was made; None if there is none."""
    found = archives(folder)
    if not found:
        return None
    made = datetime.fromtimestamp(found[-1].stat().st_mtime, tz=timezone.get_current_timezone())
    return timezone.now() - made


# --- Putting one back -------------------------------------------------------------------------------------------------


def restore(archive: Path, *, key_file: Path | None = None) -> Manifest:
    """Check the archive whole, then put database and files into an empty place. BackupError leaves the place empty."""
    check_sum(archive)
    refuse_a_place_in_use()
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restoring-") as name:
        work = Path(name)
        manifest = unpack(archive, work, key_file)
        put_database(work / DATABASE)
        check_rows(manifest)
        if (work / MEDIA).is_dir():
            if media.is_dir():
                media.rmdir()
            (work / MEDIA).replace(media)
    return manifest


def check_sum(archive: Path) -> None:
    if not archive.is_file():
        raise BackupError(f"没有这个备份文件：{archive}")
    beside = sum_file(archive)
    if beside.is_file() and beside.read_text(encoding="ascii").split()[0] != digest_of(archive):
        raise BackupError("备份文件与它的校验和不符：被截断或改动过。没有恢复任何数据，请换一份备份。")


def refuse_a_place_in_use() -> None:
    media = Path(settings.MEDIA_ROOT)
    if connection.introspection.table_names():
        raise BackupError("数据库不是空的。只能恢复到空的数据库，现有数据不会被覆盖。")
    if media.is_dir() and any(media.iterdir()):
        raise BackupError(f"文件目录 {media} 不是空的。只能恢复到空的目录。")


def unpack(archive: Path, work: Path, key_file: Path | None) -> Manifest:
    """Every file of the archive in `work`, each as the manifest says, none missing and none besides."""
    if archive.name.endswith(ENCRYPTED):
        if key_file is None:
            raise BackupError("这份备份是加密的，请用 --key-file 给出口令文件。")
        archive = decrypted(archive, key_file, work / "archive.tar")
    try:
        with tarfile.open(archive, "r:") as tar:
            tar.extractall(work, filter="data")
        if archive.parent == work:
            archive.unlink()
        manifest = Manifest(**json.loads((work / MANIFEST).read_text(encoding="utf-8")))
    except (tarfile.TarError, OSError, ValueError, TypeError) as error:
        raise BackupError("备份文件不完整，读不出来。没有恢复任何数据，请换一份备份。") from error
    if manifest.format != FORMAT:
        raise BackupError(f"备份的格式是 {manifest.format}，这个版本只认 {FORMAT}。")
    if manifest.engine != connection.vendor:
        raise BackupError(f"备份来自 {manifest.engine}，现在的数据库是 {connection.vendor}，不能互相恢复。")
    for name, (size, total) in manifest.files.items():
        path = work / name
        if not path.is_file() or path.stat().st_size != size or digest_of(path) != total:
            raise BackupError(f"备份里的 {name} 缺失或与清单不符。没有恢复任何数据，请换一份备份。")
    found = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_symlink() or not path.is_dir()}
    if besides := found - {*manifest.files, MANIFEST}:
        raise BackupError(f"备份里有清单以外的文件：{min(besides)}。没有恢复任何数据，请换一份备份。")
    return manifest


def put_database(source: Path) -> None:
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        connection.close()
        for path in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
            path.unlink(missing_ok=True)
        shutil.copyfile(source, target)
    else:
        run_postgres("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(source))


def check_rows(manifest: Manifest) -> None:
    """The tables hold what they held."""
    with connection.cursor() as cursor:
        for table, count in manifest.rows.items():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 -- names out of a checked manifest
            (found,) = cursor.fetchone()
            if found != count:
                raise BackupError(f"恢复后 {table} 有 {found} 行，备份时是 {count} 行。")
