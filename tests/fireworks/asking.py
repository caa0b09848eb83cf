"""How the pages of duty are asked."""

import re
from datetime import date

from django.urls import reverse

EVE = date(2026, 2, 16)


def url(name, *args):
    return reverse(f"fireworks:{name}", args=args)


def words(response):
    return re.sub(r"<[^>]+>|\s+", "", response.content.decode())


def posted(client, address, data=None, **extra):
    return client.post(address, data or {}, follow=True, **extra)
