"""Every page type of the house, taken from the table of routes: axe, 200 % zoom, phones. A new route is walked by itself."""

from collections import Counter

import pytest
from django.test import Client

from staff.permissions import Roles
from tests.browser.conftest import AXE, DESK, PHONE, Visitor
from tests.factories.staff import UnitFactory, UserFactory
from tests.test_routes import POSTS, PUBLIC, ROUTES, addresses  # noqa: F401 (a fixture)
from tests.thorough import many

ZOOMED = (683, 384)  # what is left of 1366 × 768 at 200 %
NARROWEST = (320, 640)
OF_A_TYPE = many(1, 1_000)  # routes that share a template: the first in every run, all of them with the profile trust
# What one can do and read on the page itself; filters and columns fold away on narrow screens, with a button of their own.
KEPT = ".page-actions :is(a, button), .form :is(input, select, textarea, button), .facts dd, .crumbs a, h1, h2"
SHOWN = """kept => [...document.querySelectorAll('main')].flatMap(main => [...main.querySelectorAll(kept)])
  .filter(each => each.checkVisibility()).length"""
# Text that is cut off: wider than its box, which neither scrolls (as an input does) nor says with an ellipsis that there is more.
CUT = """() => [...document.querySelectorAll('main *')].filter(each => {
  const style = getComputedStyle(each);
  return each.checkVisibility() && ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis'
    && !each.matches('svg, svg *, input, .visually-hidden') && each.scrollWidth > each.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 80))"""
AXE_RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


@pytest.fixture
def pages(addresses):  # noqa: F811
    """(route, address, client of somebody who sees it, main template) of every route that answers with a page."""
    people = {}
    unit = UnitFactory()

    def of(role):
        if role not in people:
            people[role] = Client()
            people[role].force_login(UserFactory(role=role, unit=unit))
        return people[role]

    found = []
    for name, address in addresses.items():
        if name in POSTS or name in PUBLIC:
            continue
        for role in sorted(ROUTES[name], key=lambda each: (each != Roles.OFFICE, each)):
            answer = of(role).get(address)
            if answer.streaming:
                answer.close()
            elif answer.status_code == 200 and answer.templates and b"<html" in answer.content:
                found.append((name, address, of(role), answer.templates[0].name))
                break
    return found


def walk(browser, live_server, client):
    """The page of a signed-in person, without the way through the login."""
    visitor = Visitor(browser, live_server.url, DESK)
    session = client.cookies["sessionid"].value
    visitor.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    visitor.page.add_init_script(AXE.read_text(encoding="utf-8"))
    return visitor


def serious(visitor, where):
    found = visitor.page.evaluate(AXE_RUN)
    return [
        f"{where} {each['id']} {each['nodes'][0]['target']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def narrowed(visitor, where):
    """What is wrong once the same page is narrower: 200 % zoom, a phone, the narrowest phone."""
    page, found = visitor.page, []
    before = page.evaluate(SHOWN, KEPT)
    for width, height in (ZOOMED, PHONE, NARROWEST):
        page.set_viewport_size({"width": width, "height": height})
        if visitor.overflow() > 0:
            found.append(f"{where} at {width} px runs {visitor.overflow()} px over the edge")
        if (after := page.evaluate(SHOWN, KEPT)) < before:
            found.append(f"{where} at {width} px has lost {before - after} of {before}")
        found += [f"{where} at {width} px cuts {each}" for each in page.evaluate(CUT)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


@pytest.mark.looks
@pytest.mark.trust
def test_every_page_is_accessible_and_loses_nothing_when_it_is_narrow(browser, live_server, pages):
    seen, visitors, found = Counter(), {}, []
    for name, address, client, template in pages:
        seen[template] += 1
        if seen[template] > OF_A_TYPE:
            continue
        visitor = visitors.get(client) or visitors.setdefault(client, walk(browser, live_server, client))
        answer = visitor.go(address)
        assert answer.ok, f"{name} {answer.status}"
        found += serious(visitor, name)
        found += narrowed(visitor, name)
    for visitor in visitors.values():
        found += visitor.complaints
        visitor.context.close()
    assert len(pages) > 200
    assert found == [], "\n".join(found)
