"""What falls over shows a number and the way back; a full disk is called that."""

import errno
import re
import sqlite3

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from config import errors


def breaks(request):
    fault = FAULTS[request.GET["how"]]
    raise fault()


def full_database():
    error = OperationalError("database or disk is full")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    return error


FAULTS = {
    "fault": lambda: ZeroDivisionError("secret inside"),
    "disk": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "failing": lambda: OSError(errno.EIO, "Input/output error"),
    "database": full_database,
    "missing": lambda: FileNotFoundError(errno.ENOENT, "secret inside"),
    "locked": lambda: OperationalError("database is locked"),
}
urlpatterns = [path("breaks/", breaks)]
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


@pytest.mark.parametrize("how", ["disk", "failing", "database"])
def test_a_disk_that_takes_nothing_is_said_so(answer, how):
    page = answer(how)
    assert page.status_code == 507
    assert "磁盘空间用完" in page.content.decode()
