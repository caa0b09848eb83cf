"""The one PDF renderer: a template to A4 pages after GB/T 9704-2012. The only import of WeasyPrint, inside the function.

The same template, context, libraries and fonts give the same bytes: nothing of the clock goes into the file.
"""

from __future__ import annotations

import html as markup
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlparse

from django.conf import settings
from django.template.loader import render_to_string

from config.typesetting import stretch_between_han, title_lines

STYLESHEET = "css/gbt9704.css"
# Not the digits of &#39; or &#x27;, which would tear the character reference apart.
NUMBER = re.compile(r"(&#?\w+;)|\d(?:[\d.,〔〕—~～%％-]*[\d%％])?[万亿]?")
TITLE = re.compile(r"(<h1[^>]*>)([^<]*)(</h1>)")


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
    """A whole page's HTML to PDF. ForeignAddress if it asks for anything that is not a file of ours."""
    prepare_fonts()
    from weasyprint import CSS, HTML
    from weasyprint.urls import FatalURLFetchingError

    stretch_between_han()
    fetcher = local_fetcher()
    base = (settings.BASE_DIR / "static").as_uri() + "/"
    sheet = CSS(filename=str(settings.BASE_DIR / "static" / STYLESHEET), url_fetcher=fetcher)
    try:
        text = keep_numbers_whole(break_titles(html))
        pages = HTML(string=text, base_url=base, url_fetcher=fetcher).render(stylesheets=[sheet])
        return Typeset(pages.write_pdf(), len(pages.pages))
    except FatalURLFetchingError as error:
        if isinstance(error.__cause__, ForeignAddress):
            raise error.__cause__ from None
        raise


def local_fetcher() -> Any:
    """WeasyPrint's way to files, for which every address but ours is the end of the paper, not a warning in a log."""
    from weasyprint.urls import URLFetcher

    class LocalFetcher(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            refuse_foreign(url)
            return super().fetch(url, headers)

    return LocalFetcher(allowed_protocols=("file", "data"), allow_redirects=False, fail_on_errors=True)


def refuse_foreign(url: str) -> None:
    """Only static files, fonts and data: addresses. ForeignAddress for every other one."""
    parsed = urlparse(url)
    if parsed.scheme == "data":
        return
    path = Path(unquote(parsed.path)).resolve()
    allowed = (settings.BASE_DIR / "static", settings.VAR_DIR / "fonts")
    if parsed.scheme != "file" or parsed.netloc or not any(path.is_relative_to(folder) for folder in allowed):
        raise ForeignAddress(f"{url}: a paper shows only what is in the system.")


def break_titles(html: str) -> str:
    """A title too long for one line is broken at word sense, not where the line happens to be full (GB/T 9704 7.3.1)."""

    def broken(match: re.Match[str]) -> str:
        lines = title_lines(" ".join(markup.unescape(match[2]).split()))
        return match[1] + "<br>".join(map(markup.escape, lines)) + match[3]

    return TITLE.sub(broken, html)


def keep_numbers_whole(html: str) -> str:
    """Wrap digit runs in the body's text so that no number or year is broken over two lines (GB/T 9704 7.3.3).

    Tables and drawings are left alone: their cells are too narrow for a promise.
    """
    head, mark, body = html.partition("<body")
    if not mark:
        return html
    opening, end, body = body.partition(">")
    parts = re.split(r"(<svg.*?</svg>|<table.*?</table>|<[^>]*>)", body, flags=re.DOTALL)
    for index in range(0, len(parts), 2):
        parts[index] = NUMBER.sub(lambda run: run[0] if run[1] else f'<span class="n">{run[0]}</span>', parts[index])
    return head + mark + opening + end + "".join(parts)


@cache
def prepare_fonts() -> None:
    """Let fontconfig see var/fonts (仿宋 and 楷体, fetched at set-up) beside the system's fonts."""
    folder = settings.VAR_DIR / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "fonts.conf"
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir>'
        f"<cachedir>{folder / 'cache'}</cachedir></fontconfig>"  # the service's user has no other place to write to
    )
    if not config.is_file() or config.read_text(encoding="utf-8") != text:
        config.write_text(text, encoding="utf-8")
    os.environ.setdefault("FONTCONFIG_FILE", str(config))
