"""The small signs of lists and pages, drawn as markup: badges of states, lights of deadlines. Colour never speaks alone.

A page of a list holds a hundred of them, so they are functions and not templates; the same functions are the tags
{% badge %}, {% state_badge %} and {% deadline_light %}.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from config.display import minute

TONES = ("blue", "green", "amber", "red", "grey")  # under way, done, waiting or provisional, danger, draft or void
STATE_TONES = {
    "blue": {
        "queued",
        "running",
        "registered",
        "accepted",
        "open",
        "active",
        "compiled",
        "in_review",
        "confirmed",
        "ordered",
        "reported",
        "checking",
    },
    "green": {"done", "closed", "issued", "frozen", "valid", "granted", "published", "deducted", "upheld"},
    "amber": {"draft", "paused", "pending", "overdue_soon", "returned", "provisional", "shelved", "partly"},
    "red": {"failed", "overdue", "denied", "revoked"},
}
USUAL_TONE = {state: tone for tone, states in STATE_TONES.items() for state in states}
LIGHTS = {"green": "正常", "yellow": "即将到期", "orange": "今日到期", "red": "已超期", "none": "无期限"}
SHAPES = {
    "green": '<circle cx="6" cy="6" r="5" />',
    "yellow": '<path d="M6 1 11.5 11H.5z" />',
    "orange": '<path d="M6 0l6 6-6 6-6-6z" />',
    "red": '<path d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z" />',
    "none": '<circle cx="6" cy="6" r="4.25" class="light-hollow" />',
}


def one_of(name: str, value: str, allowed: Collection[str]) -> str:
    """The value, if it is allowed; a wrong one is a mistake of ours, so a test sees it. ValueError."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def badge(text: Any, tone: str = "grey") -> SafeString:
    """A word on a coloured ground; tone: one of TONES."""
    return SafeString(f'<span class="state state-{one_of("tone", tone, TONES)}">{escape(str(text))}</span>')


def state_badge(record: Any) -> SafeString:
    """The state of a record in words. Its own `state_words` and `state_tone` go before its state's word and usual colour."""
    tone = getattr(record, "state_tone", "") or USUAL_TONE.get(record.state, "grey")
    return badge(getattr(record, "state_words", "") or record.get_state_display(), tone)


def deadline_light(level: str, text: str = "") -> SafeString:
    """Colour, shape and word together; level: one of LIGHTS, text: the word, if not the level's own."""
    shape = SHAPES[one_of("level", level, LIGHTS)]
    return SafeString(
        f'<span class="light light-{level}"><svg class="light-shape" viewBox="0 0 12 12" aria-hidden="true"'
        f' focusable="false">{shape}</svg>{escape(text or LIGHTS[level])}</span>'
    )


def due(moment: date | None, light: tuple[str, str] | None = None) -> SafeString:
    """A day or a minute by which something is due; behind it (level, word) of its light while it is open."""
    said = f'<span class="text-nowrap">{minute(moment)}</span>'
    return SafeString(f"{said} {deadline_light(*light)}" if light else said)
