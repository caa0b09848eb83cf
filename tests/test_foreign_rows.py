"""Somebody else's rows: a guessed number leads nowhere, by page, paper, export, photograph, JSON or admin, for any role.

Which table a number of an address belongs to is not written down but observed: asked by somebody who sees all, the view
looks it up. So a new route is walked at once. A few numbers for each table in `make test`; 200 in the demo bureau with
HYPOTHESIS_PROFILE=trust.
"""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from functools import cache, partial
from itertools import cycle, islice

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache as answers
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from inspections.enums import AreaType, RoundState
from inspections.models import Round, RoundVisit
from staff import exports, workdays
from staff.models import (
    Deputyship,
    EntryEvidence,
    ImportBatch,
    Job,
    RegulationEdition,
    RegulationFile,
    Unit,
    User,
    forget_settings,
)
from staff.permissions import Roles
from tests.factories.staff import UnitFactory, UserFactory
from tests.test_routes import OURS, POSTS, ROUTES, ask, records_of_somebody_else
from tests.thorough import THOROUGH, many
from tests.visiting import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.trust]

EACH = many(2, 200)  # foreign numbers a table
UNSEEN = {403, 404}
NOBODYS = 700_000_001
NAMELESS = "（没有编号）"

# No visible_to of their own: what they hang on decides.
THROUGH = {
    "billboards.CampaignAssignment": "campaign",
    "billboards.PaperService": "paper",
    "fireworks.Absence": "person",
    "fireworks.CheckIn": "assignment",
    "fireworks.EmptyPost": "slot",
    "fireworks.StandIn": "slot",
    "inspections.ConfirmationScan": "confirmation",
    "inspections.SignedScan": "appeal",  # or a reduction, where there is one: tests/inspections/test_flow_pages.py
    "permits.FeePayment": "assessment",
    "permits.FeeRefund": "assessment",
    "reports.Measure": "task",
}
# One book, one right: tests/test_routes.py says whose.
ONE_BOOK = {
    "billboards.SizeRule",
    "fireworks.LawReference",
    "fireworks.ShiftPattern",
    "inspections.RewardRule",
    "inspections.ScoringRuleSet",
    "inspections.StandardVersion",
    "staff.Activity",
    "staff.User",
}
NO_KEY = {"billboards:census-worker"}  # a number that is only handed on to the page's script
FOR_ALL = {"billboards.Violation"}  # a catalogue that every colleague may read
# Seen by visible_to in lists and on pages of something else; no address names them.
NEVER_NAMED = {
    *(
        f"billboards.{step}"
        for step in (
            "Announcement", "CaseFlaw", "CasePause", "CaseStep", "Closing", "CorrectionOrder", "CourtApplication",
            "DailyReport", "Decision", "Discussion", "Dunning", "EnforcementDecision", "Execution", "GovernmentOrder",
            "Hearing", "Interview", "LegalReview", "Notice", "Performance", "RouteChoice", "SiteRecord",
            "SurchargeReckoning",
        )
    ),
    "inspections.ComponentInput", "inspections.Extension", "inspections.SheetConfirmation", "permits.Survey",
    "staff.Mail", "staff.Quota", "staff.RegulationVersion", "staff.ReportedTable", "staff.StaffingStandard",
}  # fmt: skip


def name_of(row):
    """What would give the row away in a page."""
    for field in ("number", "code"):
        if (value := getattr(row, field, "")) and isinstance(value, str) and len(value) > 4:
            return value
    return NAMELESS


def rows(model):
    return model._base_manager.all()


def units_of(user):
    if user.sees_all_units:
        return Unit.objects.all()
    mine = user.unit_ids
    return Unit.objects.filter(Q(pk__in=mine) | Q(parent__in=mine) | Q(squad__in=mine) | Q(parent__squad__in=mine))


def sees(model):
    """What of the table a person sees, as a function of the person; None if the table says nothing of it."""
    label = model._meta.label
    if model is Unit:  # names are no secret; figures and sheets of a unit are
        return units_of
    if label in THROUGH:
        field = model._meta.get_field(THROUGH[label])
        return lambda user: rows(model).filter(
            **{f"{field.name}__in": field.related_model.objects.visible_to(user).values("pk")}
        )
    everything = model._default_manager.all()
    return everything.visible_to if hasattr(everything, "visible_to") else None


@cache
def path_to(child, parent):
    """The foreign keys from one table to another, at most two; None if there are none."""
    keys = [field for field in child._meta.concrete_fields if field.is_relation and field.related_model]
    for field in keys:
        if field.related_model is parent:
            return field.name
    for field in keys:
        further = [each for each in field.related_model._meta.concrete_fields if each.related_model is parent]
        if further and field.related_model._meta.app_label == child._meta.app_label:
            return f"{field.name}__{further[0].name}"
    return None


class Found(Exception):
    """The number was looked up: what the page would say is of no interest."""


class Tables:
    """For each address with numbers: the table that each of them is looked up in (None: it is no key)."""

    def __init__(self, client, monkeypatch):
        self.visitor = Visitor(client, UserFactory(role=Roles.ADMINISTRATOR, is_superuser=True))
        self.monkeypatch = monkeypatch

    def of(self, records):
        return {
            name: self.of_address(name, arguments)
            for name, arguments in records.items()
            if any(isinstance(each, int) for each in arguments)
        }

    def of_address(self, name, arguments):
        found, arguments = [], list(arguments)
        for place, number in enumerate(arguments):
            model = None
            if isinstance(number, int):
                model = self.looked_up(name, [*arguments[:place], NOBODYS, *arguments[place + 1 :]])
            if model is not None and place:  # a true one, or the next is not asked for
                row = rows(model).filter(**parents_of(model, found, arguments)).first()
                arguments[place] = row.pk if row is not None else number
            of_these = not any(found) or model is None or any(table and path_to(model, table) for table in found)
            found.append(model if of_these else None)
        return found

    def looked_up(self, name, arguments):
        get, found = models.QuerySet.get, []

        def spy(queryset, *args, **kwargs):
            for key in [key for key, value in kwargs.items() if value == NOBODYS]:
                field = queryset.model._meta.pk if key == "pk" else queryset.model._meta.get_field(key)
                if field.primary_key or field.is_relation:
                    found.append(queryset.model if field.primary_key else field.related_model)
                    raise Found
            return get(queryset, *args, **kwargs)

        with self.monkeypatch.context() as patch, suppress(Found):
            patch.setattr(models.QuerySet, "get", spy)
            self.visitor.ask(partial(ask, name=name, address=reverse(name, args=arguments)))
        return found[0] if found else None


def parents_of(model, tables, numbers):
    """What a row of the table must hang on to stand at the end of such an address, as a filter."""
    pairs = zip(tables, numbers, strict=False)
    return {path: number for table, number in pairs if table and (path := path_to(model, table))}


def address_of(name, arguments, tables, row):
    """The address of one row: the numbers before its own are those of what it hangs on."""
    place = max(place for place, table in enumerate(tables) if table is not None)
    numbers = list(arguments)
    numbers[place] = row.pk
    for earlier, table in enumerate(tables[:place]):
        if table is not None and (path := path_to(type(row), table)):
            numbers[earlier] = rows(type(row)).filter(pk=row.pk).values_list(path, flat=True).get()
    return reverse(name, args=numbers)


# What a table asks of its rows beyond one value a field.
WHOLE = {
    "permits.FeeAssessment": {"basis": "样例标准"},
    "inspections.SignedScan": {"appeal": True},
    "inspections.Sighting": {"incident": True},
}
WORDS = {"period_key": "2026H1", "month": "2026-03", "code": "sample"}  # text that is read as something
# Steps, changes and marks: never named by an address, seen on the page of what they belong to.
PARTS = {
    "billboards.CorrectionOrder",
    "billboards.Decision",
    "billboards.Dunning",
    "billboards.EnforcementDecision",
    "billboards.LegalReview",
    "billboards.Notice",
    "inspections.ComponentInput",
    "inspections.Reduction",
    "permits.Adjustment",
    "permits.PermitChange",
}


def furnish(owner):
    """Besides the records of every route: a row of each table that has none, one file of each kind among them."""
    today = timezone.localdate()
    Deputyship.objects.create(principal=UserFactory(), deputy=owner, start=today, end=today, reason="样例")
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS - {"staff"}]
    for model in [*ours, RegulationFile, RegulationEdition, EntryEvidence, ImportBatch, Job]:
        if not rows(model).exists() and model._meta.label not in PARTS:
            a_row(model, owner)
    if not rows(RoundVisit).exclude(round__state=RoundState.CLOSED).exists():  # a closed round is everybody's
        RoundVisit.objects.create(round=a_row(Round, owner), unit=Unit.objects.first(), area=AreaType.MAIN_ROAD)


def a_row(model, owner):
    """A row with one value for each field that asks for one; what it hangs on is made as well."""
    given = WHOLE.get(model._meta.label, {})
    row = model(**{name: value for name, value in given.items() if value is not True})
    for field in model._meta.concrete_fields:
        needed = not (field.null or field.primary_key) or given.get(field.name) is True
        if not needed or getattr(row, field.attname, None) not in (None, ""):
            continue
        if field.is_relation:
            value = owner if field.related_model is User else rows(field.related_model).first()
            value = value or a_row(field.related_model, owner)
        elif isinstance(field, models.FileField):
            value = ContentFile(b"x", "photo.jpg")
        elif field.choices:
            value = "" if field.blank else field.flatchoices[0][0]
        elif isinstance(field, models.CharField | models.TextField):
            value = WORDS.get(field.name, "" if field.blank else "样")
        elif isinstance(field, models.DateTimeField):
            value = timezone.now()
        elif isinstance(field, models.DateField):
            value = timezone.localdate()
        else:
            value = 1
        setattr(row, field.name, value)
    row.save(force_insert=True)
    return row


@pytest.fixture
def bureau(client, monkeypatch):
    """(what stands in every address, the tables of its numbers), in a bureau full of somebody else's rows."""
    with transaction.atomic():
        records = records_of_somebody_else()
        furnish(UserFactory())
        found = Tables(client, monkeypatch).of(records)
        transaction.set_rollback(THOROUGH)
    if THOROUGH:  # the same in the demo's bureau, which asks for an empty one
        answers.clear()
        forget_settings()
        workdays.forget()
        call_command("seed_demo", verbosity=0)
        furnish(UserFactory())
    return records, found


def people():
    """One of each role, in a unit that nothing belongs to."""
    return {role: UserFactory(role=role, unit=UnitFactory()) for role in Roles}


def target(tables):
    return next((model for model in reversed(tables) if model is not None), None)


def foreign(tables, user):
    """The rows at the end of such an address that a person must not see: by their own table, or by what they hang on."""
    model = target(tables)
    hidden = []
    for table in {table for table in tables if table is not None}:
        if (visible := sees(table)) is None:
            continue
        path = "pk" if table is model else path_to(model, table)
        if path:
            hidden.append(rows(model).exclude(**{f"{path}__in": visible(user).order_by().values("pk")}).values("pk"))
    return (
        rows(model).filter(Q(*[Q(pk__in=each) for each in hidden], _connector=Q.OR)) if hidden else rows(model).none()
    )


def test_a_guessed_number_leads_nowhere(bureau):
    records, tables = bureau
    chance, everybody = random.Random(9), people()
    visitors = {role: Visitor(Client(), user) for role, user in everybody.items()}
    routes, walked, leaks = defaultdict(list), Counter(), []
    for name, found in tables.items():
        if any(sees(table) for table in found if table is not None):
            routes[target(found)].append(name)

    @cache
    def hidden(role, *found):
        return list(foreign(found, everybody[role]).values_list("pk", flat=True))

    def from_whom(name):
        """First those who open such pages of their own, then those who do not: the first who must not see some row."""
        order = sorted(Roles, key=lambda role: (role not in ROUTES[name], chance.random()))
        return next((role for role in order if hidden(role, *tables[name])), None)

    for model, names in routes.items():
        chance.shuffle(names)
        for name in islice(cycle(names), max(len(names), EACH) if THOROUGH else EACH):
            if (role := from_whom(name)) is None:
                continue
            row = rows(model).get(pk=chance.choice(hidden(role, *tables[name])))
            address = address_of(name, records[name], tables[name], row)
            page = visitors[role].ask(partial(ask, name=name, address=address))
            walked[model._meta.label] += 1
            if page.status_code not in UNSEEN or name_of(row) in page.content.decode(errors="replace"):
                leaks.append(f"{name} {address} {role}: {page.status_code}")
    assert leaks == [], "\n".join(leaks)
    wrong = [f"{name} {numbers}" for name, numbers in under_another_record(visitors, records, tables)]
    assert wrong == [], "\n".join(wrong)
    assert sum(walked.values()) > 100
    assert {model._meta.label for model in routes} - set(walked) == FOR_ALL


def test_every_table_says_who_sees_it(client, monkeypatch):
    """A new table with rows of somebody is walked, or it is said here why not."""
    tables = Tables(client, monkeypatch).of(records_of_somebody_else())
    for name, found in tables.items():
        known = [table for table in found if table is not None and (sees(table) or table._meta.label in ONE_BOOK)]
        assert known or name in NO_KEY, name
    named = {table._meta.label for found in tables.values() for table in found if table is not None}
    seen = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS and sees(model)}
    assert seen - named == NEVER_NAMED


def under_another_record(visitors, records, tables):
    """/a/1/photos/7/ shows photo 7 because it is of record 1, not because record 1 may be seen."""
    sees_all = Visitor(Client(), UserFactory(role=Roles.ADMINISTRATOR, is_superuser=True))
    for name, found in tables.items():
        model = target(found)
        parents = [
            (place, path)
            for place, table in enumerate(found)
            if table not in (None, model) and (path := path_to(model, table))
        ]
        row = rows(model).first() if parents else None
        if row is None:
            continue
        place, path = parents[0]
        own = rows(model).filter(pk=row.pk).values_list(path, flat=True).get()
        others = rows(found[place]).exclude(pk=own).values_list("pk", flat=True)[: many(1, 20)]
        for other in [*others, NOBODYS]:
            numbers = list(resolve(address_of(name, records[name], found, row)).kwargs.values())
            numbers[place] = other
            child = max(place for place, table in enumerate(found) if table is not None)
            made_up = [*numbers[:child], NOBODYS, *numbers[child + 1 :]]
            status, of_nothing = (
                sees_all.ask(partial(ask, name=name, address=reverse(name, args=each))).status_code
                for each in (numbers, made_up)
            )
            # An issued report says that it is issued, whatever section is asked for.
            if status != of_nothing or status == 200:
                yield name, numbers


def not_for(user):
    """Every row that the person must not see, by table."""
    for model in apps.get_models():
        if model._meta.app_label in OURS and model is not Unit and (visible := sees(model)) is not None:
            yield model, rows(model).exclude(pk__in=visible(user).order_by().values("pk"))


@cache
def mentions(visitor, text):
    """How often the search for a text says the text: as often for all that it does not find."""
    return visitor.ask(lambda client: client.get(reverse("reports:search"), {"q": text})).content.decode().count(text)


@pytest.mark.parametrize("role", Roles if THOROUGH else [Roles.STREET_CONTACT])
def test_no_list_page_search_or_export_tells_of_them(role):
    records, everybody = records_of_somebody_else(), people()
    furnish(everybody[Roles.AUDITOR])
    exports.load_views()
    user = everybody[role]
    visitor, hidden = Visitor(Client(), user), dict(not_for(user))
    numbers = {name for found in hidden.values() for row in found if (name := name_of(row)) != NAMELESS}
    told = []
    for name, arguments in records.items():
        if any(isinstance(each, int) for each in arguments) or name in POSTS:
            continue
        page = visitor.ask(partial(ask, name=name, address=reverse(name, args=arguments)))
        if not page.streaming and name != "staff:activity-list":  # the log tells the auditor of everything
            told += [f"{name}: {number}" for number in numbers if number in page.content.decode(errors="replace")]
    told += [
        f"search: {number}" for number in numbers if mentions(visitor, number) > mentions(visitor, "无此2026-001号")
    ]
    for key, export in exports._exports.items():
        request = HttpRequest()
        request.method, request.user, request.GET = "GET", user, QueryDict()
        with suppress(PermissionDenied):
            source = export.table(request).source
            if isinstance(source, models.QuerySet) and source.model in hidden:
                shown = set(source.values_list("pk", flat=True)) & set(
                    hidden[source.model].values_list("pk", flat=True)
                )
                told += [f"export {key}: {source.model._meta.label} {shown}"] if shown else []
    for model, found in hidden.items():
        if admin.site.is_registered(model) and (row := found.first()) is not None:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            status = visitor.ask(lambda client, address=address: client.get(address)).status_code
            told += [] if status in {302, *UNSEEN} else [f"{address}: {status}"]
    assert told == [], "\n".join(told)
