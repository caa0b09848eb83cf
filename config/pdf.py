"""The one PDF renderer: a template to A4 pages after GB/T 9704-2012. The only import of WeasyPrint, inside the function.

The same template, context, libraries and fonts give the same bytes: nothing of the clock goes into the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlparse

from django.conf import settings
from django.template.loader import render_to_string

STYLESHEET = "css/gbt9704.css"
NUMBER = re.compile(r"\d[\d.,〔〕—~-]*(?:万|亿)?[%％]?")


class ForeignAddress(ValueError):
    """A page asked for something outside the machine; nothing is fetched."""


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Render a template that extends layout/print.html. Slow to import (1–2 s), so the import stands inside."""
    return typeset(template, context).content


class Typeset(NamedTuple):
    content: bytes
    pages: int


def typeset(template: str, context: Mapping[str, Any]) -> Typeset:
    """The PDF and how many pages it has."""
    return html_to_pdf(render_to_string(template, dict(context)))


def html_to_pdf(html: str) -> Typeset:
    prepare_fonts()
    from weasyprint import CSS, HTML

    from config.typesetting import stretch_between_han

    stretch_between_han()
    document = HTML(string=keep_numbers_whole(html), base_url=str(settings.BASE_DIR), url_fetcher=fetch_local)
    sheet = CSS(filename=str(settings.BASE_DIR / "static" / STYLESHEET), url_fetcher=fetch_local)
    pages = document.render(stylesheets=[sheet])
    return Typeset(pages.write_pdf(), len(pages.pages))


def fetch_local(url: str, *args: Any, **kwargs: Any) -> Any:
    """Only files of ours: static files and fonts. ForeignAddress for every other address."""
    from weasyprint import default_url_fetcher

    parsed = urlparse(url)
    if parsed.scheme == "data":
        return default_url_fetcher(url, *args, **kwargs)
    path = Path(unquote(parsed.path)).resolve()
    allowed = (settings.BASE_DIR / "static", settings.VAR_DIR / "fonts")
    if parsed.scheme != "file" or not any(path.is_relative_to(folder) for folder in allowed):
        raise ForeignAddress(f"{url}: a paper shows only what is in the system.")
    return default_url_fetcher(url, *args, **kwargs)


def keep_numbers_whole(html: str) -> str:
    """Wrap digit runs in the body's text so that no number or year is broken over two lines (GB/T 9704 7.3.3)."""
    head, mark, body = html.partition("<body")
    if not mark:
        return html
    parts = re.split(r"(<svg.*?</svg>|<table.*?</table>|<[^>]*>)", body, flags=re.DOTALL)
    for index in range(0, len(parts), 2):
        parts[index] = (
            NUMBER.sub(lambda match: f'<span class="n">{match[0]}</span>', parts[index]) if index else parts[index]
        )
    return head + mark + "".join(parts)


@cache
def prepare_fonts() -> None:
    """Let fontconfig see var/fonts (仿宋 and 楷体, fetched at set-up) beside the system's fonts."""
    folder = settings.VAR_DIR / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "fonts.conf"
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>'
    )
    if not config.is_file() or config.read_text(encoding="utf-8") != text:
        config.write_text(text, encoding="utf-8")
    os.environ.setdefault("FONTCONFIG_FILE", str(config))
