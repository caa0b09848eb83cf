from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def protect_log(using: str, **kwargs: Any) -> None:
    """After every migration: SQLite rebuilds a table it alters, and loses the table's triggers with it."""
    from staff import append_only

    append_only.install(connections[using])


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "办公室"

    def ready(self) -> None:
        import_module("staff.signals")
        post_migrate.connect(protect_log, sender=self, dispatch_uid="staff.protect_log")
