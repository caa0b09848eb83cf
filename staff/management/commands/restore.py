"""manage.py restore FILE: put a backup into an empty place, checked before and after (see config/backup.py)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import backup


class Command(BaseCommand):
    help = "把备份恢复到空的数据库和空的文件目录；先校验，后写入，再核对行数和日志链。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--key-file", type=Path, default=settings.BACKUP_KEY_FILE, help="加密备份的口令文件。")

    def handle(self, *args: Any, archive: Path, key_file: Path | None, **options: Any) -> None:
        try:
            manifest = backup.restore(archive, key_file=key_file)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已恢复 {manifest.made_at} 的备份：{len(manifest.files)} 个文件，行数逐表相符。")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("备份来自较早的版本：请接着运行 migrate，再运行 verify_log。")
            return
        call_command("verify_log", stdout=self.stdout)
