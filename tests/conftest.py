"""What holds for every test: no network, no leftovers, no undefined template variables."""

import os
import socket
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.template import engines
from django.template.base import Node
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config.env import BASE_DIR
from staff import append_only
from tests.environment import HERE
from tests.kept_tables import KEPT_TABLES
from tests.migrated import Migrated

SLOW_MACHINE = [HealthCheck.too_slow]
hypothesis_settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=SLOW_MACHINE)
hypothesis_settings.register_profile("ci", parent=hypothesis_settings.get_profile("dev"), derandomize=True)
hypothesis_settings.register_profile("trust", parent=hypothesis_settings.get_profile("dev"), max_examples=2_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_collection_modifyitems(items):
    """Browser tests come last, and those of one file share a worker."""
    for item in items:
        if item.path.is_relative_to(item.config.rootpath / "tests" / "browser"):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Playwright keeps an event loop running, in which Django refuses its database: allowed to browser tests only."""
    if item.get_closest_marker("browser"):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


TEST_DATABASE = HERE / "test.sqlite3"


@pytest.fixture(scope="session")
def on_sqlite():
    return settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, on_sqlite):
    """SQLite in a file, as when embedded: threads then have connections of their own and locks are real."""
    if on_sqlite:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(TEST_DATABASE)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, on_sqlite, django_db_use_migrations):
    """A kept database that is migrated already is laid in its place, and then migrated on by nothing."""
    return (on_sqlite and django_db_use_migrations and Migrated().lay(TEST_DATABASE)) or django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker, on_sqlite, django_db_use_migrations):
    """As an installation does it: migrated, then the roles; every test begins with them."""
    if on_sqlite and django_db_use_migrations and not django_db_keepdb:
        Migrated().keep(TEST_DATABASE)
    with django_db_blocker.unblock():
        call_command("create_groups", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def emptying_spares_no_log():
    """After a transactional test the tables are emptied. The log's triggers would refuse it and are lifted for that moment;
    what set-up wrote of models, rights and roles stays, which would else be written again at the cost of a second.
    """

    def lifted_teardown(case):
        append_only.lift(connection)
        try:
            tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
            statements = connection.ops.sql_flush(no_style(), sorted(tables - KEPT_TABLES))
            connection.ops.execute_sql_flush(statements)
        finally:
            append_only.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted_teardown)
        yield


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    """Refuse every connection to another host."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            pytest.fail(f"A test tried to reach {address[0]}: the bureau's network has no outside.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def empty_caches():
    for each in caches.all(initialized_only=True):
        each.clear()
    yield
    for each in caches.all(initialized_only=True):
        each.clear()


class UndefinedVariable(str):
    """Django asks for `string_if_invalid % name`; a template of ours that names what its view did not give is wrong."""

    __slots__ = ()

    def __contains__(self, item):
        return item == "%s" or super().__contains__(item)

    def __mod__(self, name):
        frame = sys._getframe(1)
        while frame and not isinstance(frame.f_locals.get("self"), Node):
            frame = frame.f_back
        origin = frame and getattr(frame.f_locals["self"], "origin", None)
        if origin and Path(origin.name).is_relative_to(BASE_DIR / "templates"):
            pytest.fail(f"{origin.template_name} uses the undefined variable {name}.")
        return ""


@pytest.fixture(autouse=True)
def no_undefined_template_variables(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", UndefinedVariable("%s"))
