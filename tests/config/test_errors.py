"""What falls over shows a number and the way back; a full disk is called that."""

import errno
import re
import sqlite3

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.test import Client
from django.urls import path

from config import errors


def breaks(request):
    fault = FAULTS[request.GET["how"]]
    raise fault()


def session_not_written():
    """As the session's middleware answers when the row cannot be updated."""
    try:
        try:
            raise full_database()
        except OperationalError:
            raise UpdateError  # noqa: B904 -- as Django does
    except UpdateError as error:
        interrupted = SessionInterrupted("The session was deleted before the request completed.")
        interrupted.__context__ = error
        return interrupted


def full_database():
    error = OperationalError("database or disk is full")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    return error


FAULTS = {
    "fault": lambda: ZeroDivisionError("secret inside"),
    "disk": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "failing": lambda: OSError(errno.EIO, "Input/output error"),
    "database": full_database,
    "session": session_not_written,
    "interrupted": lambda: SessionInterrupted("deleted"),
    "missing": lambda: FileNotFoundError(errno.ENOENT, "secret inside"),
    "locked": lambda: OperationalError("database is locked"),
}
urlpatterns = [path("breaks/", breaks)]
handler400 = errors.bad_request
handler500 = errors.server_error


@pytest.fixture
def answer(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    client = Client(raise_request_exception=False)
    return lambda how: client.get("/breaks/", {"how": how})


@pytest.mark.parametrize("how", ["fault", "missing", "locked"])
def test_a_fault_shows_a_number_that_stands_in_the_log_and_nothing_from_inside(answer, how, caplog):
    page = answer(how)
    assert page.status_code == 500
    number = re.search(r"编号 ([0-9A-F]{8})", page.content.decode())[1]
    assert number in caplog.text
    assert "secret inside" not in page.content.decode()


@pytest.mark.parametrize("how", ["disk", "failing", "database", "session"])
def test_a_disk_that_takes_nothing_is_said_so(answer, how):
    page = answer(how)
    assert page.status_code == 507
    assert "磁盘空间用完" in page.content.decode()


def test_a_session_that_ended_meanwhile_is_a_bad_request(answer):
    assert answer("interrupted").status_code == 400
