"""WSGI entry point. Embedded (no broker), it brings its background process along."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()


def start_embedded_work() -> None:
    from django.conf import settings

    from config.background import background

    if settings.JOB_RUNNER == "process":
        background.start()


start_embedded_work()
