"""What leaves the house as a file is in the log once: every address that hands one out, and every list's export."""

import pytest
from django.urls import reverse

from staff import exports
from staff.models import Activity, Verb
from staff.permissions import Roles
from tests.factories.staff import UserFactory
from tests.test_routes import PUBLIC, addresses  # noqa: F401 -- a fixture
from tests.visiting import Visitor

pytestmark = pytest.mark.django_db

LEAVING = (Verb.PRINT, Verb.EXPORT)
PART_OF_A_PAGE = ("text/html", "application/json", "image/", "text/javascript")
PROOFS = {"billboards:paper-preview", "inspections:bulletin-pdf", "staff:edition-pdf"}  # of drafts, marked as such
SCANS = {
    "billboards:evidence-file",
    "billboards:approval-scan",
    "fireworks:statement-file",
}  # looked at as photographs are
BLANKS = {"staff:import-template"}  # nobody's data
LEAST_FILES = 25


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return Visitor(client, UserFactory(role=Roles.ADMINISTRATOR, is_superuser=True))


def taken(visitor, address):
    """The answer, and what the log says of its leaving."""
    titles = []

    def question(client):
        before = Activity.objects.count()
        answer = client.get(address)
        titles.extend(row.title for row in Activity.objects.order_by("pk")[before:] if row.verb in LEAVING)
        return answer

    return visitor.ask(question), titles


def test_every_file_that_is_handed_out_is_in_the_log_once(visitor, addresses):  # noqa: F811
    files, wrong = 0, []
    for name, address in addresses.items():
        if name in PUBLIC:
            continue
        answer, titles = taken(visitor, address)
        kind = answer.headers.get("Content-Type", "")
        leaves = answer.status_code == 200 and not kind.startswith(PART_OF_A_PAGE)
        files += leaves
        if len(titles) != int(leaves and name not in PROOFS | SCANS | BLANKS):
            wrong.append(f"{name} {answer.status_code} {kind} {titles}")
    assert files >= LEAST_FILES
    assert wrong == []


def test_every_export_of_a_list_is_in_the_log_once(visitor, addresses):  # noqa: F811
    exports.load_views()
    wrong = []
    for key, export in exports._exports.items():
        answer, titles = taken(visitor, reverse("staff:export", args=[key]))
        if answer.status_code != 200 or titles != [f"导出{export.title}"]:
            wrong.append(f"{key} {answer.status_code} {titles}")
    assert wrong == []
