from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "系统"

    def ready(self) -> None:
        from config.checks import fonts_are_there, subsetter_is_there

        checks.register(fonts_are_there)
        checks.register(subsetter_is_there)
        # Every process knows every task, long job and import kind: web, worker and command alike.
        autodiscover_modules("tasks")
