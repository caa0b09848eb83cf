"""WSGI entry point. Embedded (no broker), this process also works off the timed tasks."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()


def start_embedded_work() -> None:
    from django.conf import settings

    from config.schedule import Ticker

    if settings.JOB_RUNNER == "thread":
        Ticker().start()


start_embedded_work()
