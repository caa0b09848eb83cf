"""The handbook's pictures, taken from the running demo (`make run`, then `make pictures`), so that they stay true.

    python docs/handbook/pictures.py [--address http://127.0.0.1:8000] [--only NAME …]

Each is a screen at 1366 or 390 px, with few colours, in docs/handbook/images/. Only a demo bureau has the accounts. The
browser's own words (年/月/日, 选择文件) are Chinese where Debian's chromium-l10n is installed; CHROMIUM names another browser.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "shifan-2026"  # of every demo account  # noqa: S105
CHINESE = {"LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"}  # the browser's own words: 年/月/日, 选择文件
DESK, PHONE = (1366, 768), (390, 780)
COLOURS = 96  # fewer turn the red of a count brown
LARGEST = 120 * 1024
SETTLED_MS = 400


@dataclass(frozen=True)
class Shot:
    """A picture: its name, who looks, where. `opened`: the link of the list that is followed, by what it says."""

    name: str
    account: str
    path: str
    size: tuple[int, int] = DESK
    opened: str = ""


SHOTS = (
    Shot("desk", "1004", "/"),
    Shot("glance", "1002", "/glance/?period=2026H1"),
    Shot("findings", "1005", "/inspections/findings/"),
    Shot("grid", "1005", "/inspections/grid/"),
    Shot("rectification", "1005", "/inspections/orders/", opened="号"),
    Shot("scores", "1005", "/inspections/scores/?period=2026-06"),
    Shot("duty", "1014", "/fireworks/windows/", opened="2026年元宵"),
    Shot("permit", "1010", "/permits/", opened="许"),
    Shot("billboards", "1018", "/billboards/boards/"),
    Shot("report", "1004", "/reports/", opened="工作总结"),
    Shot("personnel", "1016", "/staff/people/"),
    Shot("street-phone", "1006", "/inspections/street/", PHONE),
    Shot("tally-phone", "1008", "/tallies/new/", PHONE),
    Shot("incident-phone", "1008", "/fireworks/incidents/new/", PHONE),
)


def signed_in(browser: Browser, address: str, shot: Shot) -> Page:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        service_workers="block",
    )
    page = context.new_page()
    page.goto(f"{address}/staff/login/")
    page.get_by_label("工号").fill(shot.account)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/")
    return page


def take(browser: Browser, address: str, shot: Shot) -> bytes:
    """PNG of the screen. RuntimeError if the page does not answer as it should."""
    page = signed_in(browser, address, shot)
    answer = page.goto(address + shot.path)
    if shot.opened:
        with page.expect_navigation() as reached:
            page.locator("main tbody a", has_text=shot.opened).first.click()
        answer = reached.value
    if answer is None or not answer.ok:
        raise RuntimeError(f"{shot.name}: {page.url} answers {answer and answer.status}")
    page.wait_for_timeout(SETTLED_MS)
    picture = page.screenshot()
    page.context.close()
    return picture


def small(picture: bytes) -> bytes:
    """The same with a palette. RuntimeError if it is still too large for a page."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    if made.tell() > LARGEST:
        raise RuntimeError(f"{made.tell() // 1024} KB")
    return made.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    asked = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
            env={**os.environ, **CHINESE},
            args=["--lang=zh-CN"],
        )
        for shot in SHOTS:
            if asked.only and shot.name not in asked.only:
                continue
            made = small(take(browser, asked.address, shot))
            (IMAGES / f"{shot.name}.png").write_bytes(made)
            sys.stdout.write(f"{shot.name}.png {len(made) // 1024} KB\n")
        browser.close()


if __name__ == "__main__":
    main()
