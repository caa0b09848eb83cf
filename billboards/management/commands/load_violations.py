"""Load the catalogue of violations; entries that exist stay as they are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from billboards.catalogue import load_violations


class Command(BaseCommand):
    help = "Load the catalogue of violations (案由目录)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"新增 {load_violations()} 项。")
