"""手册: the pages of docs/handbook, whom each concerns, and the room that each explains. Read from the files, kept in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from config.markdown import Document, Renderer
from staff.permissions import Roles

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbook"
PICTURE = re.compile(r"images/([a-z0-9-]+\.png)")
PAGE = re.compile(r"([a-z-]+)\.md")
EVERYBODY = tuple(Roles)
READS_ALL = (Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.OFFICE, Roles.ASSESSMENT_OFFICE)
SQUADS = (Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER)
ASSESS = (Roles.ASSESSMENT_OFFICE, Roles.ASSESSOR)


@dataclass(frozen=True)
class Topic:
    """One page: its file's name, the section of the navigation it explains, and whom it concerns."""

    name: str
    section: str
    roles: tuple[Roles, ...] = EVERYBODY


TOPICS = (
    Topic("account", "开始使用"),
    Topic("accounts", "办公室", (Roles.ADMINISTRATOR, Roles.AUDITOR, Roles.OFFICE)),
    Topic("street", "市容考评", ASSESS),
    Topic("grid", "市容考评", ASSESS),
    Topic("findings", "市容考评", ASSESS),
    Topic("rounds", "市容考评", ASSESS),
    Topic("rectification", "市容考评", (*ASSESS, *SQUADS, Roles.STREET_CONTACT, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR)),
    Topic("scores", "市容考评", (*ASSESS, *SQUADS, Roles.STREET_CONTACT, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR)),
    Topic("duty", "禁炮", (Roles.FIREWORKS_OFFICE, Roles.DUTY_LEADER, *SQUADS, Roles.STREET_CONTACT)),
    Topic("fireworks-records", "禁炮",
          (Roles.FIREWORKS_OFFICE, Roles.DUTY_LEADER, *SQUADS, Roles.STREET_CONTACT, Roles.ASSESSMENT_OFFICE)),
    Topic("key-tasks", "重点工作",
          (*READS_ALL, *SQUADS, Roles.PERMIT_SECTION, Roles.LEGAL, Roles.FIREWORKS_OFFICE, Roles.DUTY_LEADER)),
    Topic("billboards", "户外广告",
          (Roles.BILLBOARD_OFFICE, Roles.PERMIT_SECTION, Roles.LEGAL, Roles.FINANCE, *SQUADS, Roles.STREET_CONTACT)),
    Topic("permits", "占道审批", (Roles.WINDOW, Roles.PERMIT_SECTION, Roles.FINANCE, *SQUADS, Roles.DEPUTY_DIRECTOR)),
    Topic("glance", "材料", READS_ALL),
    Topic("report", "材料", (*READS_ALL, Roles.SQUAD_LEADER, Roles.PERMIT_SECTION, Roles.LEGAL, Roles.FIREWORKS_OFFICE,
                            Roles.BILLBOARD_OFFICE, Roles.PERSONNEL)),
    Topic("personnel", "人事", (Roles.PERSONNEL, Roles.SQUAD_LEADER, *READS_ALL)),
    Topic("regulations", "内部管理", (Roles.OFFICE, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR)),
    Topic("appraisal", "内部管理", (Roles.OFFICE, Roles.PERSONNEL, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.SQUAD_LEADER)),
)  # fmt: skip
BY_NAME = {topic.name: topic for topic in TOPICS}


@dataclass(frozen=True)
class Found:
    """A section of a page in which the words asked for stand."""

    title: str
    heading: str
    url: str
    excerpt: str


def page_address(target: str) -> str:
    """Where a link of a page leads: another page of the handbook. ValueError if there is none."""
    match = PAGE.fullmatch(target)
    if match is None or (match[1] != "README" and match[1] not in BY_NAME):
        raise ValueError(f"手册里没有“{target}”这一页。")
    return address_of(match[1])


def picture_address(target: str) -> str:
    match = PICTURE.fullmatch(target)
    if match is None or not picture_file(match[1]).is_file():
        raise ValueError(f"手册里没有“{target}”这张图。")
    return reverse("reports:handbook-picture", args=[match[1]])


def picture_file(name: str) -> Path:
    return FOLDER / "images" / name


def address_of(name: str) -> str:
    return reverse("reports:handbook-page", args=[name])


@cache
def document(name: str) -> Document:
    """A page as sections of HTML."""
    return Renderer(page_address, picture_address).document((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def concerns(topic: Topic, roles: Iterable[str]) -> bool:
    return not set(topic.roles).isdisjoint(roles)


def search(query: str) -> list[Found]:
    """Sections with all the words, those that have them in a heading first."""
    words = query.split()
    found = []
    for topic in TOPICS:
        page = document(topic.name)
        for section in page.sections:
            text = f"{page.title} {section.heading} {section.words}"
            if words and all(word in text for word in words):
                url = f"{address_of(topic.name)}#{section.anchor}"
                named = all(word in page.title + section.heading for word in words)
                found.append((not named, Found(page.title, section.heading, url, excerpt(section.words, words[0]))))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def excerpt(text: str, word: str, *, around: int = 40) -> str:
    at = max(text.find(word), 0)
    start, end = max(at - around, 0), at + len(word) + around
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
