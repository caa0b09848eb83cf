from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "系统"

    def ready(self) -> None:
        if find_spec("config.checks"):
            import_module("config.checks")
