"""Pages that open and take entries without signal: the service worker of one page, and how what comes later is checked.

The worker (static/js/street-worker.js) keeps a page and its files on the phone; entries and photos wait in the phone's own
store and are sent one by one (static/js/street-*.js). It holds no data, and phones ask for it before the login.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache

from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.templatetags.static import static

from staff.refusals import Refused

WORKER = "js/street-worker.js"
# What every page of ours loads, and the queue.
SHELL = (
    "vendor/bootstrap/bootstrap.min.css",
    "css/bureau.css",
    "vendor/bootstrap/bootstrap.bundle.min.js",
    "vendor/htmx/htmx.min.js",
    "js/page.js",
    "js/dialogs.js",
    "js/tables.js",
    "js/forms.js",
    "js/street-store.js",
    "js/street-send.js",
    "js/street-queue.js",
    "img/icons.svg",
    "img/mark.svg",
    "img/favicon.svg",
)


@cache
def shell_version(files: tuple[str, ...]) -> str:
    """Changes with any file of the shell, so that phones fetch it anew."""
    digest = hashlib.sha256()
    for name in (*files, WORKER):
        path = finders.find(name)
        if path:
            with open(path, "rb") as file:  # noqa: PTH123 -- the finder's own path
                digest.update(file.read())
    return digest.hexdigest()[:12]


def worker_answer(name: str, *, home: str, reference: str, own: Sequence[str]) -> HttpResponse:
    """The worker of the page at `home`, which asks `reference` for what it knows. `name` keeps the pages' copies apart;
    `own`: files that only this page loads."""
    shell = (*SHELL, *own)
    facts = {
        "name": name,
        "version": shell_version(shell),
        "home": home,
        "reference": reference,
        "files": [static(each) for each in shell],
    }
    text = f"self.SHELL = {json.dumps(facts)};\nimportScripts({json.dumps(static(WORKER))});\n"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = home
    response["Cache-Control"] = "no-cache"
    return response


def arrived_whole(upload: UploadedFile, sha256: str) -> str:
    """The hash of a photo as it arrived; Refused if the phone's own hash of it is another. `sha256` may be ""."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    if sha256 and digest.hexdigest() != sha256:
        raise Refused("照片在传送中有损坏。请重试，照片还在手机里。", "photo")
    return digest.hexdigest()
