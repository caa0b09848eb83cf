"""The handbook in the site: every page stands, leads somewhere and is found by its role, its words, its room."""

import re

import pytest
from django.urls import reverse

from config import navigation
from reports import handbook
from staff.permissions import Roles
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

NAMES = [topic.name for topic in handbook.TOPICS]
LARGEST = 120 * 1024


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(role=Roles.AUDITOR))
    return client


def test_every_file_is_a_topic_and_stands_in_the_contents():
    files = {path.stem for path in handbook.FOLDER.glob("*.md")} - {"README"}
    assert files == set(NAMES)
    contents = (handbook.FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\[([^\]]+)\]\(([a-z-]+)\.md\)", contents)
    assert {name for _, name in listed} == files


@pytest.mark.parametrize("name", NAMES)
def test_every_link_and_picture_of_a_page_leads_somewhere(reader, name):
    page = reader.get(handbook.address_of(name)).content.decode()
    article = page[page.index('<article class="handbook">') : page.index("</article>")]
    assert handbook.document(name).title in page
    for address in re.findall(r'(?:href|src)="(/[^"]+)"', article):
        answer = reader.get(address)
        assert answer.status_code == 200, address
        if address.endswith(".png"):
            assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_every_picture_is_small_and_used():
    used = set()
    for name in NAMES:
        used |= set(handbook.PICTURE.findall((handbook.FOLDER / f"{name}.md").read_text(encoding="utf-8")))
    files = {path.name: path.stat().st_size for path in (handbook.FOLDER / "images").iterdir()}
    assert set(files) == used
    assert all(size < LARGEST for size in files.values())


def test_a_page_or_picture_that_is_not_there_is_not_found(reader):
    for address in ("/handbook/none/", "/handbook/images/none.png", "/handbook/images/..%2fglance.md"):
        assert reader.get(address).status_code == 404, address


def test_the_contents_page_of_the_files_leads_to_the_list(reader):
    assert reader.get("/handbook/README/").url == reverse("reports:handbook-list")


def test_a_picture_needs_a_login(client):
    answer = client.get(reverse("reports:handbook-picture", args=["desk.png"]))
    assert answer.status_code == 302
    assert reverse("staff:login") in answer.url


def mine(page):
    return page[: page.index("<h2>其他</h2>")]


def test_the_list_begins_with_the_pages_of_ones_roles(client):
    client.force_login(UserFactory(role=Roles.WINDOW))
    page = mine(client.get("/handbook/").content.decode())
    assert "道路挖掘与占用审批" in page
    assert "科室考核和纪律处理" not in page
    asked = mine(client.get("/handbook/", {"role": Roles.PERSONNEL}).content.decode())
    assert "科室考核和纪律处理" in asked
    assert "道路挖掘与占用审批" not in asked


def test_each_role_has_pages_of_its_own():
    for role in Roles:
        found = [topic for topic in handbook.TOPICS if handbook.concerns(topic, {role})]
        assert len(found) > 1, role  # beside the page for everybody


def test_a_search_finds_the_section_and_leads_to_it(reader):
    page = reader.get("/handbook/", {"q": "换班 批准"}).content.decode()
    found = next(each for each in handbook.search("换班 批准") if each.heading == "值守")
    assert found.url.startswith("/handbook/duty/#s")
    assert f'href="{found.url}"' in page
    anchor = found.url.partition("#")[2]
    assert f'<section id="{anchor}">' in reader.get(found.url).content.decode()


def test_a_search_in_vain_says_so_and_keeps_the_words(reader):
    page = reader.get("/handbook/", {"q": "<没有>"}).content.decode()
    assert "手册里没有这些字" in page
    assert 'value="&lt;没有&gt;"' in page


def test_every_place_of_the_navigation_has_help_that_stands():
    known = {entry.url_name for entry in navigation.NAV} | {entry.section for entry in navigation.NAV}
    assert set(navigation.HELP) <= known
    assert set(navigation.HELP.values()) <= set(NAMES)
    sections = {entry.section for entry in navigation.NAV if entry.section}
    assert all(
        section in navigation.HELP
        or all(entry.url_name in navigation.HELP for entry in navigation.NAV if entry.section == section)
        for section in sections
    )


def test_a_list_leads_to_its_page(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    page = client.get(reverse("reports:task-list")).content.decode()
    assert f'<a class="crumbs-help" href="{handbook.address_of("key-tasks")}">' in page
    assert "crumbs-help" not in client.get("/").content.decode()
