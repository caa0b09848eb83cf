"""Every route of the site: closed by default, for each role as the table says, with its headers, in Chinese when refused."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.periods import Period
from reports import workflow
from staff.models import ImportBatch, Job, Message
from staff.permissions import Roles
from tests.factories.inspections import make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

PUBLIC = {"staff:login"}
OURS = {"staff", "inspections", "reports"}
EVERYBODY = set(Roles)
READS_ALL = {
    Roles.DIRECTOR,
    Roles.DEPUTY_DIRECTOR,
    Roles.OFFICE,
    Roles.ASSESSMENT_OFFICE,
}
VIEWS_FINDINGS = READS_ALL | {
    Roles.ASSESSOR,
    Roles.SQUAD_LEADER,
    Roles.SQUAD_MEMBER,
    Roles.STREET_CONTACT,
    Roles.LEGAL,
    Roles.FIREWORKS_OFFICE,
    Roles.DUTY_LEADER,
}
REGISTERS = {Roles.ASSESSMENT_OFFICE, Roles.ASSESSOR}
ASSESSES = {Roles.ASSESSMENT_OFFICE}
WRITES = {Roles.OFFICE}
SIGNS = {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}

# name → roles that get further than 403. A new route without a row here fails the test.
ROUTES = {
    "reports:desk": EVERYBODY,
    "reports:search": EVERYBODY,
    "reports:report-list": READS_ALL,
    "reports:report-detail": READS_ALL,
    "reports:report-settings": WRITES,
    "reports:report-compile": WRITES,
    "reports:report-pdf": READS_ALL,
    "reports:report-json": READS_ALL,
    "reports:report-issue": SIGNS,
    "reports:section-edit": WRITES,
    "reports:section-preview": WRITES,
    "reports:section-history": WRITES,
    "inspections:finding-list": VIEWS_FINDINGS,
    "inspections:finding-create": REGISTERS,
    "inspections:finding-preview": REGISTERS,
    "inspections:finding-detail": VIEWS_FINDINGS,
    "inspections:finding-edit": REGISTERS,
    "inspections:finding-edit-preview": REGISTERS,
    "inspections:finding-close": ASSESSES,
    "inspections:finding-void": ASSESSES,
    "inspections:finding-photo-add": REGISTERS,
    "inspections:finding-photo": VIEWS_FINDINGS,
    "inspections:standard-list": VIEWS_FINDINGS,
    "inspections:standard-import": ASSESSES,
    "inspections:standard-detail": VIEWS_FINDINGS,
    "inspections:unit-list": VIEWS_FINDINGS,
    "staff:login": EVERYBODY,
    "staff:logout": EVERYBODY,
    "staff:password-change": EVERYBODY,
    "staff:account": EVERYBODY,
    "staff:act-for": EVERYBODY,
    "staff:bell": EVERYBODY,
    "staff:inbox": EVERYBODY,
    "staff:read-all": EVERYBODY,
    "staff:open-message": EVERYBODY,  # another one's is a 404
    "staff:job-list": EVERYBODY,
    "staff:job-detail": EVERYBODY,
    "staff:job-progress": EVERYBODY,
    "staff:job-cancel": EVERYBODY,
    "staff:job-file": EVERYBODY,
    "staff:import-detail": EVERYBODY,
    "staff:import-columns": EVERYBODY,
    "staff:import-confirm": EVERYBODY,
    "staff:import-discard": EVERYBODY,
    "staff:import-new": ASSESSES,
    "staff:import-template": ASSESSES,
    "staff:export": VIEWS_FINDINGS,
    "staff:activity-list": {Roles.AUDITOR},
}
POSTS = {
    "reports:report-compile",
    "reports:report-issue",
    "reports:section-preview",
    "inspections:finding-preview",
    "inspections:finding-edit-preview",
    "inspections:finding-close",
    "inspections:finding-void",
    "inspections:finding-photo-add",
    "staff:logout",
    "staff:act-for",
    "staff:read-all",
    "staff:open-message",
    "staff:job-cancel",
    "staff:import-columns",
    "staff:import-confirm",
    "staff:import-discard",
}


def named_routes(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_routes(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern) and namespace.rstrip(":") in OURS:
            yield f"{namespace}{entry.name}"


def test_every_route_has_a_row():
    assert set(named_routes()) == set(ROUTES)


@pytest.fixture
def addresses():
    """An address for every route, pointing at records that exist and belong to somebody else."""
    owner = UserFactory()
    finding = make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 5))
    report = workflow.create_report(Period.parse("2026H1"), by=None)
    section = report.sections.get(order=2)
    job = Job.objects.create(kind="x", label="x", owner=owner)
    batch = ImportBatch.objects.create(kind="inspections.findings", owner=owner, original_name="x", sha256="0" * 64)
    message = Message.objects.create(recipient=owner, text="x")
    numbers = {
        "report": [report.pk],
        "section": [report.pk, section.pk],
        "finding": [finding.pk],
        "job": [job.pk],
        "import": [batch.pk],
    }
    special = {
        "reports:report-list": [],
        "reports:section-history": [report.pk, section.pk, 1],
        "inspections:finding-list": [],
        "inspections:finding-create": [],
        "inspections:finding-preview": [],
        "inspections:finding-photo": [finding.pk, 1],
        "inspections:standard-detail": [finding.item.category.version_id],
        "staff:open-message": [message.pk],
        "staff:job-list": [],
        "staff:job-file": [job.pk, "result"],
        "staff:import-new": ["inspections.findings"],
        "staff:import-template": ["inspections.findings"],
        "staff:export": ["inspections.findings"],
    }

    def address(name):
        word = name.partition(":")[2].partition("-")[0]
        return reverse(name, args=special[name] if name in special else numbers.get(word, []))

    return {name: address(name) for name in ROUTES}


def ask(client, name, address):
    return client.post(address) if name in POSTS else client.get(address)


def test_without_login_every_route_leads_to_the_login(client, addresses):
    for name, address in addresses.items():
        response = ask(client, name, address)
        if name in PUBLIC:
            assert response.status_code == 200, name
        else:
            assert response.status_code == 302, name
            assert response.url.startswith(reverse("staff:login")), name


@pytest.mark.parametrize("role", Roles)
def test_each_role_gets_what_the_table_says(client, addresses, role):
    call_command("create_groups", verbosity=0)
    user = UserFactory(role=role, unit=UnitFactory())
    wrong = []
    for name, address in addresses.items():
        client.force_login(user)
        response = ask(client, name, address)
        allowed = response.status_code != 403
        if allowed != (role in ROUTES[name]):
            wrong.append((name, response.status_code))
        assert response.status_code < 500, name
    assert wrong == []


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_carries_its_headers(client, addresses):
    for name, address in addresses.items():
        client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
        response = ask(client, name, address)
        for header, value in HEADERS.items():
            assert response[header] == value, name
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        if response["Content-Type"].startswith("text/html"):
            assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"], name


@pytest.mark.parametrize("name", ["reports:desk", "inspections:finding-list", "inspections:finding-detail",
                                  "inspections:standard-list", "staff:job-list", "staff:inbox", "staff:account"])  # fmt: skip
def test_reading_pages_write_nothing(client, addresses, name):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    client.get(addresses["reports:desk"])

    def select_only(execute, sql, params, many, context):
        assert sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(select_only):
        assert client.get(addresses[name]).status_code == 200


def test_error_pages_are_chinese_and_lead_back(client):
    client.force_login(UserFactory())
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "工作台" in page.content.decode()
    refused = client.get(reverse("staff:activity-list")).content.decode()
    assert "您没有这项权限" in refused


def test_more_than_a_form_may_hold_is_refused_with_its_own_page(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    page = client.post(reverse("inspections:finding-create"), {"place": "长" * 200})
    assert page.status_code == 413
    assert "太大" in page.content.decode() or "过大" in page.content.decode() or "超过" in page.content.decode()


@override_settings(DEBUG=False)
def test_a_fault_shows_no_traceback(client, monkeypatch):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("reports.views.desk.DESKS", [None])
    page = client.get("/")
    assert page.status_code == 500
    assert "Traceback" not in page.content.decode()
    assert "系统" in page.content.decode()


def test_a_form_without_its_token_is_refused_in_chinese(client):
    from django.test import Client

    page = Client(enforce_csrf_checks=True).post(reverse("staff:login"), {"username": "x", "password": "y"})
    assert page.status_code == 403
    assert "页面" in page.content.decode()


def test_every_field_of_ours_has_a_chinese_name():
    plain = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
        if field.name != "id" and str(field.verbose_name).isascii()
    ]
    assert plain == []
