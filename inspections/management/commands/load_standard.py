"""manage.py load_standard [FILE.csv] --name … --source … --valid-from …: store an assessment standard."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inspections.models import StandardVersion
from inspections.standard_csv import SEED, InvalidStandard, parse
from inspections.workflow.standards import store_standard
from staff.refusals import Refused


class Command(BaseCommand):
    help = "导入考评标准（CSV）；先核对大项合计 100 分、小项上限之和等于大项分值。不给文件时用随软件的建议标准。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=SEED)
        parser.add_argument("--name", default="市容环境卫生考评标准（建议稿）")
        parser.add_argument("--source", default="随软件提供的建议标准，待区城管局确认")
        parser.add_argument("--valid-from", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sheet = parse(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"读不了文件：{error}") from error
        except InvalidStandard as invalid:
            raise CommandError(
                "标准有误，没有写入：\n" + "\n".join(str(error) for error in invalid.errors)
            ) from invalid
        if StandardVersion.objects.filter(valid_from=options["valid_from"]).exists():
            raise CommandError(f"{options['valid_from']}已经有一版标准开始施行。")
        try:
            version = store_standard(
                sheet, name=options["name"], source=options["source"], valid_from=options["valid_from"], by=None
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已导入 {version}：{len(sheet.categories)} 个大项，{len(sheet.items)} 个小项。")
