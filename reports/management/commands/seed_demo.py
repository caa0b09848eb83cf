"""manage.py seed_demo [--scale N] [--if-empty] [--print-accounts]: the demo bureau, into an empty database only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

import billboards.demo
import fireworks.demo
import inspections.demo
import permits.demo
import reports.demo
import reports.demo_engine
import staff.demo
from staff.models import Activity, User, Verb


class Command(BaseCommand):
    help = "建立演示单位（只在空库里）：单位、账号、考评标准、三个半年的考评问题、工作总结。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, metavar="N", help="考评问题的数量倍数")
        parser.add_argument("--if-empty", action="store_true", help="库里已有账号时什么也不做")
        parser.add_argument("--print-accounts", action="store_true", help="只列出演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_accounts"]:
            self._print_accounts()
            return
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "库里已有账号，演示数据只能装入空库。请换一个空库，如 DATABASE_URL=sqlite:///var/demo.sqlite3。"
            )
        if options["scale"] < 1:
            raise CommandError("--scale 应不小于 1。")
        with transaction.atomic():
            staff.demo.seed()
            count = inspections.demo.seed(scale=options["scale"], on_step=self._show)
            fireworks.demo.seed(scale=min(options["scale"], 5))
            billboards.demo.seed(scale=min(options["scale"], 5))
            permits.demo.seed()
            reports.demo.seed()
            reports.demo_engine.seed()
            Activity.record(Verb.IMPORT, by=None, title="装入演示数据", note=f"{count} 条考评问题")
        self.stdout.write(
            self.style.SUCCESS(f"演示单位已建立：{count} 条考评问题，{len(staff.demo.ACCOUNTS)} 个账号。")
        )

    def _show(self, done: int, total: int) -> None:
        if total > 50_000:
            self.stdout.write(f"  {done} / {total} 条")

    def _print_accounts(self) -> None:
        in_use = set(
            User.objects.filter(username__in=[a.username for a in staff.demo.ACCOUNTS]).values_list(
                "username", flat=True
            )
        )
        for account in staff.demo.ACCOUNTS:
            if account.username in in_use:
                self.stdout.write(f"  {account.username}  {account.role}（{account.name}，{account.unit}）")
        if in_use:
            self.stdout.write(f"  密码都是 {staff.demo.DEMO_PASSWORD}")
