"""manage.py verify_log: walk the hash chain of the log; status 1 if anything does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from staff.models import seal_activities, verify_chain


class Command(BaseCommand):
    help = "封存新日志并校验整条日志链；有改动、缺失或错序时返回非零。"

    def handle(self, *args: Any, **options: Any) -> None:
        sealed_now = seal_activities()
        report = verify_chain()
        self.stdout.write(f"共封存 {report.sealed} 条（本次新增 {sealed_now} 条），未封存 {report.unsealed} 条。")
        self.stdout.write(f"链尾 {report.head}")
        if report.problems:
            raise CommandError("日志链校验不通过：\n" + "\n".join(report.problems))
        self.stdout.write(self.style.SUCCESS("日志链完整。"))
