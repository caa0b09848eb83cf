"""A real headless Chromium (Debian's) against the live server; one browser a worker, one fresh context a test."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import sync_playwright

import fireworks.demo
import inspections.demo
import inspections.demo_rounds
import staff.demo
from config.env import BASE_DIR
from reports import demo as reports_demo
from staff.demo import DEMO_PASSWORD
from tests.furnished import furnished

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE, NARROW = (1366, 768), (390, 844), (320, 640)


@pytest.fixture(scope="session")
def browser():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the test
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visitor:
    """A signed-in person in a browser. Every console error and every request to another host fails the test."""

    def __init__(self, browser, address, size):
        self.address, self.complaints = address, []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        self.page = self.context.new_page()
        self.missing_is_expected = False
        self.expected = ()  # parts of console errors that belong to the test: a cut network, a refusal
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message):
        expected = self.missing_is_expected and "404" in message.text
        expected = expected or any(part in message.text for part in self.expected)
        if message.type == "error" and not expected:
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def _watch(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")

    def sign_in(self, username):
        self.go(reverse("staff:login"))
        self.page.get_by_label("工号").fill(username)
        self.page.get_by_label("密码").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(f"{self.address}/")
        return self

    def go(self, path):
        return self.page.goto(self.address + path)

    def axe(self):
        """What axe finds serious or critical on the page, in words."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            f"{each['id']}: {each['nodes'][0]['target']} {each['help']}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def seed_a_tenth():
    staff.demo.seed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspections.demo, "PER_HALF_YEAR", 60)
        patch.setattr(inspections.demo_rounds, "MONTHS", inspections.demo_rounds.MONTHS[-1:])
        inspections.demo.seed()
        fireworks.demo.seed()
    reports_demo.seed()
    call_command("create_groups", verbosity=0)


def seed_the_office():
    staff.demo.seed()
    call_command("create_groups", verbosity=0)


@pytest.fixture
def bureau(transactional_db):
    """The demo bureau, a tenth of its size."""
    furnished("a tenth", seed_a_tenth)


@pytest.fixture
def office(transactional_db):
    """The demo's units, accounts, officers alone."""
    furnished("the office", seed_the_office)


@pytest.fixture
def visit(browser, live_server, bureau):
    """visit("1005") → a signed-in Visitor; size=PHONE for a phone. Complaints of the console fail the test."""
    visitors = []

    def make(username=None, size=DESK):
        visitor = Visitor(browser, live_server.url, size)
        visitors.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield make
    for visitor in visitors:
        visitor.context.close()
        assert visitor.complaints == []


@pytest.fixture
def downloads(tmp_path) -> Path:
    return tmp_path
