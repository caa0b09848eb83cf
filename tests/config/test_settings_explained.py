"""Whoever sets up the system reads two files; each setting that comes from the environment stands in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""\benv_(?:str|bool|int|list|choice|database)\(\s*"([A-Z_]+)\"""")
OFFERED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def settings_read() -> set[str]:
    sources = (ROOT / "config" / "settings.py", ROOT / "deploy" / "gunicorn.conf.py")
    return {name for source in sources for name in READ.findall(source.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("example", [".env.example", "deploy/environment.example"])
def test_each_setting_is_offered_and_each_offered_one_is_read(example: str) -> None:
    offered = OFFERED.findall((ROOT / example).read_text(encoding="utf-8"))
    assert set(offered) == settings_read()


def test_each_setting_of_the_full_list_has_words_above_it() -> None:
    """A block of `.env.example` begins with its explanation."""
    blocks = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    silent = [block for block in blocks if OFFERED.search(block) and not block.startswith("# ")]
    assert silent == []
