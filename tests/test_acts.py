"""Every form of the site as its page offers it: what it does stands once in the log, and nothing that it does not ask for.

Each form is sent twice from the same state: as it stands, and with every other column of the house added to it. Both write
the same values by the same statements (mass assignment). What changes a record leaves a row that says who, from where and
what, and no two rows say the same of one record: an act upon a board and its removal leaves one for each. A part of the forms in `make test`, all of them with HYPOTHESIS_PROFILE=trust.
"""

import re
from datetime import datetime
from html.parser import HTMLParser
from itertools import islice
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.urls import reverse

from staff.models import Activity
from staff.permissions import Roles
from tests.factories.staff import UnitFactory, UserFactory
from tests.test_fuzz import FORM, QUIET
from tests.test_routes import OURS, POSTS, PUBLIC, addresses  # noqa: F401 -- a fixture
from tests.thorough import many
from tests.visiting import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.trust]

EVERY = many(8, 1)  # so many pages are passed over for one that is walked
WRITE = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
LOG = "staff_activity"
# What is no act of a person upon a record: who is told, what runs, what is remembered of a visit.
BESIDES = {
    "django_session", "staff_message", "staff_mail", "staff_digest", "staff_job", "staff_numbercounter", "staff_rememberedcolumn",
    "staff_ledgergate", "staff_importbatch", LOG,
}  # fmt: skip
FAVOURITES = {"is_superuser": "on", "is_staff": "on", "is_active": "on", "superuser": "on", "pk": "1", "id": "1"}


class Filled(HTMLParser):
    """The forms of a page that post, with the values that a browser would send."""

    def __init__(self):
        super().__init__()
        self.found, self.open, self.choice, self.words = [], None, None, None

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.open = (facts.get("action") or "", [], set()) if facts.get("method", "").lower() == "post" else None
            self.found += [self.open] if self.open else []
        elif self.open and facts.get("name"):
            self.open[2].add(facts["name"])
            self.control(tag, facts["name"], facts)
        elif tag == "option" and self.choice:
            self.choice[1].append((facts.get("value", ""), "selected" in facts))

    def control(self, tag, name, facts):
        kind = facts.get("type", "text")
        if tag == "textarea":
            self.words = (name, "", "required" in facts)
        elif tag == "select":
            self.choice = (name, [])
        elif kind in ("checkbox", "radio"):
            self.open[1].extend([(name, facts.get("value") or "on")] if "checked" in facts else [])
        elif tag == "button" or kind not in ("file", "submit", "button"):
            self.open[1].append((name, facts.get("value") or self.sample(kind, facts)))

    def handle_data(self, data):
        if self.words:
            self.words = (self.words[0], self.words[1] + data, self.words[2])

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "textarea" and self.words and self.open:
            name, text, needed = self.words
            self.open[1].append((name, text.strip() or ("样例理由" if needed else "")))
            self.words = None
        elif tag == "select" and self.choice and self.open:
            name, options = self.choice
            chosen = next((value for value, selected in options if selected and value), None)
            self.open[1].append((name, chosen or next((value for value, _ in options if value), "")))
            self.choice = None

    @staticmethod
    def sample(kind, facts):
        if kind == "hidden" or "required" not in facts:
            return ""
        return {"date": "2026-03-06", "datetime-local": "2026-03-06T09:30", "number": "1"}.get(kind, "样例")


def columns():
    """Every column of the house with a value that one might try."""
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                kind = field.get_internal_type()
                value = "987654" if field.is_relation or "Integer" in kind or "Decimal" in kind else "混入"
                if field.choices:
                    value = str(field.flatchoices[-1][0])
                yield field.name, "on" if kind == "BooleanField" else "2026-01-01" if kind == "DateField" else value


EXTRAS = {**dict(columns()), **FAVOURITES}


DRAWN = re.compile(
    r"[0-9a-f]{32,}|pbkdf2\S+|\b[0-9A-Z]{8}\b|\b[0-9A-Z]{2}\*{6}|\b\d{7,}\b|\b[\w-]{12}\b|\d{4}-\d\d-\d\d[ T]\d\d:\d\d[:\d.+]*"
)
LARGE = 1_000_000


def plain(value):
    """A written value, without what differs between two moments and two draws of lots."""
    if isinstance(value, datetime) or (isinstance(value, int) and value > LARGE):
        return "drawn"
    return DRAWN.sub("drawn", value) if isinstance(value, str) else str(value)


class Writes(list):
    """The statements of a request that write, with their values."""

    def __call__(self, execute, sql, params, many, context):
        # Sessions differ by themselves; django-axes keeps a copy of what was sent.
        if (found := WRITE.match(sql)) and not found[2].startswith(("django_session", "axes_")):
            self.append((found[2], sql, [plain(each) for each in params or ()]))
        return execute(sql, params, many, context)

    @property
    def on_records(self):
        return sorted({table for table, *_ in self} - BESIDES)


def state_of(tables):
    """All that stands in these tables, but for keys and the number of the edit: lines written anew alike are the same."""
    kinds = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    left_out = {"id", "version", "saved"}
    return {
        model: sorted(
            repr([value for name, value in row.items() if name not in left_out]) for row in model._base_manager.values()
        )
        for model in kinds
    }


def keys_begin_again():
    """What is taken back keeps its numbers on PostgreSQL: the next row would have another key than on the first try."""
    kinds = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kinds):
            cursor.execute(statement)


def send(visitor, target, body, tables=()):
    """(status, what it wrote, the rows of the log that are new, whether these tables changed), all taken back."""
    writes, rows, states = Writes(), [], [state_of(tables)]

    def question(client):
        keys_begin_again()
        last = Activity.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with connection.execute_wrapper(writes):
            response = client.generic("POST", target, urlencode(body), FORM)
        rows.extend(Activity.objects.filter(pk__gt=last))
        states.append(state_of(tables))
        return response

    return visitor.ask(question).status_code, writes, rows, states[0] != states[1]


def forms_of(visitor, addresses):  # noqa: F811
    seen = set()
    for name, address in islice(addresses.items(), 0, None, EVERY):
        if name in PUBLIC | QUIET or name in POSTS:
            continue
        page = visitor.ask(lambda client, address=address: client.get(address))
        if page.streaming or not page["Content-Type"].startswith("text/html"):
            continue
        parser = Filled()
        parser.feed(page.content.decode())
        for action, body, own in parser.found:
            target = action or address
            if (key := re.sub(r"\d+", "#", target)) not in seen and not target.startswith(
                ("http", reverse("staff:logout"))
            ):
                seen.add(key)
                yield target, body, own


def test_each_act_leaves_one_row_and_nothing_that_was_not_asked_for(client, addresses):  # noqa: F811
    client.raise_request_exception = False
    somebody = UserFactory(role=Roles.ADMINISTRATOR, is_superuser=True, unit=UnitFactory())
    visitor, mixed_in, unlogged, done = Visitor(client, somebody), [], [], 0
    for target, body, own in forms_of(visitor, addresses):
        status, writes, rows, _ = send(visitor, target, body)
        more = [(name, value) for name, value in EXTRAS.items() if name not in own]
        again, others, _, changed = send(visitor, target, [*body, *more], writes.on_records)
        if (status, list(writes)) != (again, list(others)):
            different = [each for each in zip(writes, others, strict=False) if each[0] != each[1]][:1]
            mixed_in.append(f"{target} {status} {again} {len(writes)} {len(others)} {different}")
        if changed and status < 400:
            done += 1
            whole = all(row.actor_id == somebody.pk and row.address == "127.0.0.1" and row.succeeded for row in rows)
            said_of = {(row.verb, row.object_type, row.object_id) for row in rows}
            if not rows or not whole or len(said_of) != len(rows):
                said = [f"{row.verb} {row.title} {row.object_type}" for row in rows]
                unlogged.append(f"{target}: {len(rows)} rows {said} for {writes.on_records}")
    assert mixed_in + unlogged == [], "\n".join(mixed_in + unlogged)
    assert done > many(2, 40)
