"""Nonsense in every form that the site shows: refused, or taken for what it is, but never a fault (no 5xx).

A few values for each field in `make test`; all of them with HYPOTHESIS_PROFILE=trust.
"""

import re
from html.parser import HTMLParser
from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from staff.permissions import Roles
from tests.factories.staff import UserFactory
from tests.test_routes import PUBLIC, addresses  # noqa: F401 -- a fixture
from tests.thorough import THOROUGH, many
from tests.visiting import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.trust]

NONSENSE = [
    b"",
    b" ",
    b"\x00",
    b"a\x00b",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xff\xfe",
    "长".encode() * 20_000,
    "\u202e\u200f反着写".encode(),
    "😀".encode() * 300,
    b"0",
    b"-1",
    b"99999999999999999999",
    b"1e999",
    b"NaN",
    b"Infinity",
    b"1.123456789",
    "１２３".encode(),
    b"0001-01-01",
    b"1900-01-01",
    b"9999-12-31",
    b"9999-12-31T23:59",
    b"2026-02-30",
    b"26-1-1",
    b"2026H3",
    b"'\"><script>alert(1)</script>",
    b"'; DROP TABLE staff_user; --",
    b"=HYPERLINK(1)",
    b"../../etc/passwd",
    b"{{ figure }} {% now %}",
    b"on",
]
EACH = many(3, len(NONSENSE))  # posts a form
QUIET = {"staff:logout"}
FORM = "application/x-www-form-urlencoded"
LONGEST_LINE = 8_000  # gunicorn answers 400 to a longer first line before we see it


class Forms(HTMLParser):
    """The forms of a page that post: where to, and the names of their fields with what stands in them."""

    def __init__(self):
        super().__init__()
        self.found, self.open = [], None

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form" and facts.get("method", "").lower() == "post":
            self.open = (facts.get("action") or "", {})
            self.found.append(self.open)
        elif self.open is not None and tag in ("input", "select", "textarea") and facts.get("name"):
            self.open[1].setdefault(facts["name"], (facts.get("type") or tag, facts.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


@pytest.fixture
def everybody():
    """All rights at once: the doors behind the forms are to be reached."""
    return UserFactory(role=Roles.ADMINISTRATOR, is_superuser=True)


def posts(fields, values):
    """One body for each value: it stands in every field that a person types into; hidden ones once too."""
    for number, value in enumerate(values):
        with_hidden = number % 3 == 2
        body = {
            name: value if kind != "hidden" or with_hidden else stands
            for name, (kind, stands) in fields.items()
            if kind not in ("file", "submit") and name != "csrfmiddlewaretoken"
        }
        yield urlencode(body).encode()


def forms_of(visitor, addresses):  # noqa: F811
    seen = {}
    for name, address in addresses.items():
        if name in PUBLIC | QUIET:
            continue
        page = visitor.ask(lambda client, address=address: client.get(address))
        if page.streaming or not page["Content-Type"].startswith("text/html"):
            continue
        parser = Forms()
        parser.feed(page.content.decode())
        for action, fields in parser.found:
            target = action or address
            key = re.sub(r"\d+", "#", target)
            if fields.keys() - {"csrfmiddlewaretoken"} and key not in seen:
                seen[key] = (target, fields)
    return seen.values()


def test_no_form_falls_over_nonsense(client, everybody, addresses):  # noqa: F811
    client.raise_request_exception = False
    visitor, values, faults, asked = Visitor(client, everybody), cycle(NONSENSE), [], 0
    for target, fields in forms_of(visitor, addresses):
        if target.startswith((reverse("staff:logout"), "http")):
            continue
        for body in posts(fields, NONSENSE if THOROUGH else list(islice(values, EACH))):
            asked += 1
            status = visitor.ask(
                lambda client, body=body, target=target: client.generic("POST", target, body, FORM)
            ).status_code
            if status >= 500:
                faults.append(f"{target} {status} {body[:160]!r}")
    assert asked > 300
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("value", NONSENSE)
def test_no_filter_falls_over_nonsense(client, everybody, addresses, value):  # noqa: F811
    """Each list with each of its filters set to the value at once."""
    client.raise_request_exception = False
    visitor, faults = Visitor(client, everybody), []
    lists = [(name, path) for name, path in addresses.items() if name.endswith("-list")]
    for name, address in lists if THOROUGH else islice(lists, NONSENSE.index(value), None, len(NONSENSE)):
        page = visitor.ask(lambda client, address=address: client.get(address))
        names = set(re.findall(r'name="([a-z_]+)"', page.content.decode())) | {"page", "sort", "columns"}
        query = urlencode(dict.fromkeys(sorted(names), value))[:LONGEST_LINE]
        status = visitor.ask(lambda client, asked=f"{address}?{query}": client.get(asked)).status_code
        if status >= 500:
            faults.append(f"{name} {status} {query[:160]}")
    assert faults == [], "\n".join(faults)
