"""The drill: a backup taken while people write goes into an empty place whole; what is damaged is refused before."""

import json
import os
import subprocess
import sys
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config import backup
from config.env import BASE_DIR
from staff.models import Activity, Message, Verb, seal_activities
from staff.permissions import Roles
from staff.tasks import back_up
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau(settings, tmp_path):
    """Some rows, some log, some files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    user = UserFactory(role=Roles.ADMINISTRATOR)
    for number in range(5):
        Activity.record(Verb.CREATE, user, by=user, title=f"第{number}件")
        default_storage.save(f"photos/{number}.jpg", ContentFile(os.urandom(2_000)))
    seal_activities()
    return user


@pytest.fixture
def empty_place(tmp_path):
    """Where nothing is yet: the environment of a process whose database and folder are its own."""
    place = tmp_path / "new"
    place.mkdir()
    url = f"sqlite:///{place / 'db.sqlite3'}"
    if connection.vendor == "postgresql":
        facts = connection.settings_dict
        name = f"restored_{facts['NAME']}"  # each test process has its own
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        login = f"{facts['USER']}:{facts['PASSWORD']}" if facts["PASSWORD"] else facts["USER"]
        url = f"postgres://{login}@{facts['HOST']}:{facts['PORT']}/{name}"
    yield {**os.environ, "VAR_DIR": str(place), "DATABASE_URL": url, "BACKUP_KEY_FILE": "", "REDIS_URL": ""}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(place, *arguments):
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, env=place, cwd=BASE_DIR, capture_output=True, text=True, check=False)  # noqa: S603 -- our own arguments


def test_what_was_backed_up_while_others_wrote_comes_back_whole(bureau, empty_place, tmp_path):
    stop = threading.Event()

    def write():
        while not stop.wait(0.02):
            Message.objects.create(recipient=bureau, text="同时写入")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        archive = backup.take(tmp_path / "kept")
    finally:
        stop.set()
        writer.join()
    result = manage(empty_place, "restore", archive)
    assert result.returncode == 0, result.stderr
    assert "行数逐表相符" in result.stdout
    assert "日志链完整" in result.stdout
    restored = Path(empty_place["VAR_DIR"]) / "media"
    for path in Path(django_settings.MEDIA_ROOT).rglob("*.jpg"):
        assert (restored / path.relative_to(django_settings.MEDIA_ROOT)).read_bytes() == path.read_bytes()
    again = manage(empty_place, "restore", archive)
    assert again.returncode != 0
    assert "不是空的" in again.stderr


def test_an_encrypted_one_needs_its_key(bureau, empty_place, tmp_path):
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_text("一句很长的口令 1234567890")
    other.write_text("另一句口令")
    archive = backup.take(tmp_path / "kept", key_file=key)
    assert archive.name.endswith(".tar.gpg")
    assert b"manifest" not in archive.read_bytes()
    assert "加密" in manage(empty_place, "restore", archive).stderr
    assert "gpg 没有成功" in manage(empty_place, "restore", archive, "--key-file", other).stderr
    result = manage(empty_place, "restore", archive, "--key-file", key)
    assert result.returncode == 0, result.stderr


@pytest.fixture
def nothing_here(monkeypatch, settings, tmp_path):
    """Refusals come before anything is written, so that the place need only seem empty."""
    monkeypatch.setattr(backup, "refuse_a_place_in_use", lambda: None)
    monkeypatch.setattr(backup, "put_database", lambda source: pytest.fail("written before it was checked"))


@pytest.mark.parametrize("with_sum", [True, False])
def test_a_truncated_one_is_refused(bureau, nothing_here, tmp_path, with_sum):
    archive = backup.take(tmp_path / "kept")
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) // 2])
    if not with_sum:
        backup.sum_file(archive).unlink()
    with pytest.raises(CommandError, match="换一份备份"):
        call_command("restore", archive)


def test_one_whose_content_was_changed_is_refused_even_with_a_new_sum(bureau, nothing_here, tmp_path):
    archive = backup.take(tmp_path / "kept")
    content = bytearray(archive.read_bytes())
    with tarfile.open(archive) as tar:
        member = next(each for each in tar.getmembers() if each.name.startswith("media/"))
    content[member.offset_data] ^= 1
    archive.write_bytes(content)
    backup.sum_file(archive).unlink()
    with pytest.raises(CommandError, match="与清单不符"):
        call_command("restore", archive)


def test_one_with_a_file_besides_is_refused(bureau, nothing_here, tmp_path):
    archive = backup.take(tmp_path / "kept")
    extra = tmp_path / "extra"
    extra.write_text("x")
    with tarfile.open(archive, "a") as tar:
        tar.add(extra, "media/photos/extra.html")
    backup.sum_file(archive).unlink()
    with pytest.raises(CommandError, match="清单以外的文件：media/photos/extra"):
        call_command("restore", archive)


def test_one_of_another_database_or_format_is_refused(bureau, nothing_here, tmp_path, monkeypatch):
    archive = backup.take(tmp_path / "kept")
    monkeypatch.setattr(backup, "FORMAT", 2)
    with pytest.raises(CommandError, match="只认 2"):
        call_command("restore", archive)
    monkeypatch.undo()
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile(backup.MANIFEST))
    assert manifest["rows"]["staff_activity"] >= 5
    assert manifest["engine"] == connection.vendor


def test_a_place_in_use_is_not_touched(bureau, tmp_path):
    archive = backup.take(tmp_path / "kept")
    with pytest.raises(CommandError, match="不会被覆盖"):
        call_command("restore", archive)
    assert Activity.objects.count() >= 5


def test_the_newest_are_kept(bureau, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    start = timezone.localtime()
    for hours in range(4):
        monkeypatch.setattr(backup.timezone, "localtime", lambda hours=hours: start + timedelta(hours=hours))
        call_command("backup", to=folder, keep=2, verbosity=0)
    assert len(backup.archives(folder)) == 2
    assert len(list(folder.iterdir())) == 4  # each with its sum, and nothing half done


@pytest.mark.parametrize(("age", "asks"), [(49, False), (51, True)])
def test_an_hourly_one_is_taken_by_each_hourly_asking(settings, tmp_path, monkeypatch, age, asks):
    settings.BACKUP_DIR, settings.BACKUP_EVERY = tmp_path, timedelta(hours=1)
    monkeypatch.setattr(backup, "newest_age", lambda folder: timedelta(minutes=age))
    monkeypatch.setattr(backup, "take", lambda folder, key_file: folder / "chengguan-new.tar")
    assert bool(back_up()) is asks


def test_the_timed_one_waits_its_time_and_tells_when_it_fails(bureau, settings, tmp_path, monkeypatch):
    settings.BACKUP_DIR, settings.BACKUP_EVERY = tmp_path / "kept", timedelta(hours=24)
    assert back_up().startswith("chengguan-")
    assert back_up() == ""
    settings.BACKUP_DIR = tmp_path / "elsewhere"

    def full(*args, **kwargs):
        raise backup.BackupError("磁盘已满")

    monkeypatch.setattr(backup, "take", full)
    for _ in range(2):
        with pytest.raises(backup.BackupError):
            back_up()
    assert list(Message.objects.filter(recipient=bureau).values_list("text", flat=True)) == [
        "自动备份没有成功：磁盘已满"
    ]
