"""deploy/nginx/chengguan.conf, as far as it can be judged without nginx; `make trust` attacks it served (drill slow)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

NGINX = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
CONF = (NGINX / "chengguan.conf").read_text(encoding="utf-8")
OWN_PAGES = sorted(set(re.findall(r"error_page [0-9 ]+ /(\d+)\.html", CONF)))


def test_each_shared_memory_has_a_name_of_its_own() -> None:
    """nginx refuses the whole configuration otherwise."""
    declared = re.findall(r"^limit_\w+_zone \S+ zone=(\w+):", CONF, re.MULTILINE) + re.findall(r"shared:(\w+):", CONF)
    assert len(declared) == 4
    assert max(Counter(declared).values()) == 1


@pytest.mark.parametrize("code", OWN_PAGES)
def test_refusals_are_in_chinese_with_the_way_back(code: str) -> None:
    page = (NGINX / "pages" / f"{code}.html").read_text(encoding="utf-8")
    assert re.search(r"<h1>[一-龥]+</h1>", page)
    assert 'href="/"' in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_the_page_for_what_is_too_big_names_the_limit() -> None:
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", CONF)
    assert f"{limit} MB" in (NGINX / "pages" / "413.html").read_text(encoding="utf-8")


def test_only_the_program_reads_the_bureaus_files() -> None:
    """Their folder is closed to nginx's account: a location that reads from it would answer 403."""
    assert "/var/lib/chengguan" not in CONF
