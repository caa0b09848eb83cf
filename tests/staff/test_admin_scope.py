"""Django's admin shows nobody a row that the site would not: lists, pages, choices, suggestions, for each who may enter.

Each person gets Django's own view right on every model there, as if somebody had granted it carelessly: the scope must not
hang on that.
"""

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.urls import reverse

from config.periods import Period
from fireworks.models import LawReference
from inspections.models import ComponentInput
from inspections.models.inputs import InputKind
from inspections.workflow import appeals, orders
from inspections.workflow.bulletins import draft_bulletin
from reports.workflow import summaries
from staff.admin import LoggedAdmin, ReadOnlyAdmin
from staff.models import AppendOnly, CalendarYear, Deputyship, NumberCounter, NumberSeries, Setting
from staff.permissions import GROUPS, Perms, Roles
from tests.factories.fireworks import (
    DutyPersonFactory,
    make_action,
    make_ban_entry,
    make_destruction,
    make_lot,
    make_report,
    staffed,
)
from tests.factories.inspections import make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
ENTERS = [role for role, rights in GROUPS.items() if Perms.VIEW_STAFF_ADMIN in rights]
OTHERS = ("history", "delete")
CARELESS = [Roles.SQUAD_LEADER]  # is_staff set by mistake


@pytest.fixture
def bureau():
    """Something of somebody else's of everything that is registered."""
    owner = UserFactory()
    unit = UnitFactory(squad=SquadFactory())
    make_finding(unit=unit, found_at=moment(2026, 3, 5))
    ordered = make_finding(unit=unit, found_at=moment(2026, 3, 6))
    orders.order_findings([ordered], by=owner)
    appeals.lodge_appeal(ordered, unit=unit, by=owner, ground="facts", reason="当时已经清运")
    lot = make_lot(by=owner)
    make_destruction({lot: 4}, by=owner)
    make_report(by=owner)
    make_action(by=owner)
    make_ban_entry(by=owner)
    ComponentInput.objects.create(month="2026-03", unit=unit, kind=InputKind.COMPLAINTS, score=90, source="x")
    draft_bulletin("2026-03", by=owner)
    summaries.create_report(Period.parse("2026H1"), by=None)
    staffed(DutyPersonFactory(), DutyPersonFactory())
    LawReference.objects.create(title="x", article="x", text="x", valid_from=date(2020, 1, 1))
    Setting.objects.create(key="training.required_hours", value="45", source="x", valid_from=date(2026, 1, 1))
    CalendarYear.objects.get_or_create(year=2026, defaults={"source": "x"})
    series = NumberSeries.objects.first() or NumberSeries.objects.create(code="x", name="x", pattern="{n}")
    NumberCounter.objects.get_or_create(series=series, year=2031)
    today = date(2026, 3, 1)
    Deputyship.objects.create(principal=owner, deputy=UserFactory(), start=today, end=today)


@pytest.fixture(params=[*ENTERS, *CARELESS], ids=lambda role: role.name.lower())
def person(request, bureau):
    user = UserFactory(role=request.param, unit=UnitFactory(), is_staff=True)
    theirs = [model._meta for model, _ in REGISTERED]
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label__in={meta.app_label for meta in theirs},
            codename__in={f"view_{meta.model_name}" for meta in theirs},
        )
    )
    return user


def allowed(model, user):
    """Keys of the rows that the site shows; all of them where there is no scope."""
    manager = model._default_manager
    rows = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
    return set(rows.values_list("pk", flat=True))


def test_lists_pages_and_suggestions_hold_what_the_site_shows(client, person):
    client.force_login(person)
    wrong, hidden_rows = [], 0
    for model, _ in REGISTERED:
        meta = model._meta
        assert model._default_manager.exists(), f"no row of {meta.label} to look for"
        visible = allowed(model, person)
        every = set(model._default_manager.values_list("pk", flat=True))
        hidden_rows += len(every - visible)
        page = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        listed = set(page.context["cl"].queryset.values_list("pk", flat=True)) if page.status_code == 200 else None
        if listed != visible:
            wrong.append((meta.label, "list", page.status_code, listed, visible))
        pages = [("change", key) for key in every] + [
            (what, key) for what in OTHERS for key in sorted(every - visible)[:1]
        ]
        for what, key in pages:
            answer = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_{what}", args=[key]))
            if (answer.status_code == 200) != (key in visible):
                wrong.append((meta.label, what, key, answer.status_code))
    assert wrong == []
    if Perms.SEE_ALL_UNITS not in GROUPS[Roles(person.groups.get().name)]:
        assert hidden_rows > 5  # there was something to hide


def test_suggestions_hold_what_the_site_shows(client, person):
    client.force_login(person)
    sources = {
        field.remote_field.model: field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.model in admin.site._registry
    }
    asked = 0
    for target, field in sources.items():
        query = {
            "app_label": field.model._meta.app_label,
            "model_name": field.model._meta.model_name,
            "field_name": field.name,
        }
        answer = client.get("/admin/autocomplete/", query)
        if answer.status_code != 200:
            continue
        asked += 1
        found = {int(each["id"]) for each in answer.json()["results"]}
        assert found <= allowed(target, person), target
    assert asked >= 4


def test_choices_of_other_records_hold_what_the_site_shows(rf, person):
    request = rf.get("/")
    request.user = person
    for model, model_admin in REGISTERED:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                choices = model_admin.formfield_for_foreignkey(field, request).queryset
                if hasattr(field.remote_field.model._default_manager, "visible_to"):
                    assert set(choices.values_list("pk", flat=True)) <= allowed(field.remote_field.model, person), field


def test_filters_in_the_address_read_out_nothing(client):
    user = UserFactory(role=Roles.ADMINISTRATOR, is_staff=True)
    client.force_login(user)
    accounts = reverse("admin:staff_user_changelist")
    assert client.get(accounts, {"is_active__exact": "1"}).status_code == 200
    for probe in (
        "password__startswith",
        "phone__startswith",
        "used_passwords__password__startswith",
        "email__contains",
    ):
        assert client.get(accounts, {probe: "1"}).status_code == 400, probe


@pytest.mark.parametrize("role", ENTERS)
def test_what_has_a_state_or_only_grows_is_never_written_here(rf, role):
    """Not even by a superuser; and nothing is exported or done to many rows."""
    request = rf.get("/")
    for superuser in (False, True):
        request.user = UserFactory(role=role, is_staff=True, is_superuser=superuser)
        for model, model_admin in REGISTERED:
            assert isinstance(model_admin, LoggedAdmin | ReadOnlyAdmin), model
            assert model_admin.get_actions(request) == {}, model
            assert {url.name.rpartition("_")[2] for url in model_admin.get_urls() if url.name} <= {
                "changelist", "add", "history", "delete", "change",
            }  # fmt: skip
            assert not model_admin.has_delete_permission(request), model
            names = {field.name for field in model._meta.concrete_fields}
            grows = issubclass(model, AppendOnly) or names & {"state", "voided_at", "signed_at", "sha256"}
            if grows:
                assert not model_admin.has_add_permission(request), model
                assert not model_admin.has_change_permission(request), model
