"""manage.py backup: one archive of database and files, taken while people work (see config/backup.py)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backup


class Command(BaseCommand):
    help = "在线备份数据库和文件，带校验和；配置了口令文件时加密。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help="存放目录（默认 BACKUP_DIR）。")
        parser.add_argument("--keep", type=int, default=settings.BACKUP_KEEP, help="保留最近几份（默认 BACKUP_KEEP）。")
        parser.add_argument("--key-file", type=Path, default=settings.BACKUP_KEY_FILE, help="口令文件；有则加密。")

    def handle(self, *args: Any, to: Path, keep: int, key_file: Path | None, **options: Any) -> None:
        if keep < 1:
            raise CommandError("至少保留一份。")
        try:
            archive = backup.take(to, key_file=key_file)
        except (backup.BackupError, OSError) as error:
            raise CommandError(f"备份没有成功：{error}") from error
        gone = backup.prune(to, keep)
        size = archive.stat().st_size / 1_000_000
        self.stdout.write(self.style.SUCCESS(f"已备份到 {archive}（{size:.1f} MB），清理旧备份 {len(gone)} 份。"))
