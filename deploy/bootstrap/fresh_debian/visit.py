"""visit.py PDF: the installed site through nginx and TLS, as people ask for it; the summary's PDF is left in that file."""

from __future__ import annotations

import json
import re
import ssl
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, Request, build_opener

SITE = "https://chengguan.example"
PASSWORD = "shifan-2026"  # noqa: S105 -- the demo bureau's
OFFICE = "1004"  # may compile the summary
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WITHIN = 300  # seconds for the site to answer, and for a summary to be compiled


def browser() -> OpenerDirector:
    context = ssl.create_default_context(cafile="/etc/chengguan/tls/fullchain.pem")
    opener = build_opener(HTTPSHandler(context=context), HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("Referer", f"{SITE}/")]
    return opener


def get(person: OpenerDirector, path: str) -> tuple[str, bytes]:
    with person.open(SITE + path, timeout=60) as answer:
        return answer.headers.get("Content-Type", ""), answer.read()


def post(person: OpenerDirector, page: str, path: str, **fields: str) -> str:
    """Send a form that `page` shows; the address that it leads to."""
    token = TOKEN.search(get(person, page)[1].decode())
    if token is None:
        sys.exit(f"{page} shows no form")
    data = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
    with person.open(Request(SITE + path, data=data), timeout=60) as answer:  # noqa: S310 -- our own https address
        return answer.url


def wait_for_site() -> None:
    began = time.monotonic()
    while True:
        try:
            with browser().open(f"{SITE}/staff/login/", timeout=20) as answer:
                security = answer.headers.get_all("Strict-Transport-Security")
                style = re.search(r'href="(/static/[^"]+\.css)"', answer.read().decode())
            break
        except (HTTPError, URLError, ConnectionError) as error:
            if time.monotonic() - began > WITHIN:
                sys.exit(f"the site does not answer: {error}")
            time.sleep(0.5)
    print(f"  login page after {time.monotonic() - began:.1f} s, HSTS {security}")
    if style is None or "text/css" not in get(browser(), style[1])[0]:
        sys.exit("no stylesheet")


def health() -> None:
    """As the monitor on this machine asks; beat has every timed task run once when it starts."""
    began = time.monotonic()
    while True:
        try:
            said = get(browser(), "/staff/health/")[1]
            break
        except HTTPError as error:
            if time.monotonic() - began > WITHIN:
                sys.exit(f"health {error.code}: {error.read().decode()}")
            time.sleep(2)
    print(f"  health: {len(json.loads(said)['checks'])} checks, all well")


def main() -> None:
    wait_for_site()
    people = {}
    for number in ("1001", "1002", "1003", "1004", "1005", "1006"):
        people[number] = browser()
        address = post(people[number], "/staff/login/", "/staff/login/", username=number, password=PASSWORD)
        if address.rstrip("/") != SITE:
            sys.exit(f"{number} could not sign in: {address}")
    office = people[OFFICE]
    for path in ("/", "/reports/", "/staff/people/", "/staff/jobs/", "/inspections/findings/", "/handbook/"):
        get(office, path)
    found = re.search(r'href="(/reports/\d+/)"[^>]*>[^<]*半年工作总结', get(office, "/reports/")[1].decode())
    if found is None:
        sys.exit("no summary")
    report, began = found[1], time.monotonic()
    post(office, report, f"{report}compile/")
    job = max(int(number) for number in re.findall(r"/staff/jobs/(\d+)/", get(office, "/staff/jobs/")[1].decode()))
    while True:
        with office.open(f"{SITE}/staff/jobs/{job}/progress/", timeout=60) as answer:
            words = answer.read().decode()
            if answer.headers.get("HX-Refresh"):
                break
        if time.monotonic() - began > WITHIN:
            sys.exit("the worker did not compile the summary")
        time.sleep(1)
    if "失败" in words:
        sys.exit(f"the worker failed: {words}")
    kind, paper = get(office, f"{report}pdf/")
    if kind != "application/pdf":
        sys.exit(f"no PDF but {kind}")
    Path(sys.argv[1]).write_bytes(paper)
    print(f"  six people signed in; the worker compiled the summary in {time.monotonic() - began:.1f} s")
    health()


if __name__ == "__main__":
    main()
