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


def load_all() -> None:
    """Every address and what answers it now, not with the first page; then leave it all alone."""
    from django.urls import get_resolver

    from config import memory

    get_resolver().url_patterns  # noqa: B018 -- looking at them imports them
    memory.settle()


start_embedded_work()
load_all()
