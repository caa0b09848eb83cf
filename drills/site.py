"""A bureau served by gunicorn as `make run` serves it, in a folder of its own, and a person with a browser's manners."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
import requests
from psycopg import sql

from drills.outcome import ROOT

DEMO_PASSWORD = "shifan-2026"  # as staff.demo prints it; importing that would need Django set up

ANSWERS_WITHIN = 60  # seconds
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Site:
    """With Site(folder, database="sqlite") as site: … site.start(), site.kill(), site.stop(), site.manage("migrate").

    The database is a demo bureau made once and kept beside the folder's own copy; `postgres` is the machine's own server
    (that of DATABASE_URL, as deploy/bootstrap/with_services.sh sets it), where the bureau is a database of the folder's name.
    """

    def __init__(self, folder: Path, *, database: str, workers: int = 1, redis: str = "", **settings: str) -> None:
        self.folder, self.database = folder, database
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.name = f"drill_{folder.name}".replace("-", "_")
        server = os.environ.get("DATABASE_URL", "postgres:///").rpartition("/")[0]
        self.admin_url = f"{server.replace('postgres:', 'postgresql:')}/postgres"
        url = f"sqlite:///{folder / 'db.sqlite3'}" if database == "sqlite" else f"{server}/{self.name}"
        self.settings = {
            **os.environ,
            "SECRET_KEY": "only-for-drills-" * 4,
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "VAR_DIR": str(folder),
            "DEBUG": "False",
            "HTTPS": "False",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "WEB_WORKERS": str(workers),
            "SECOND_FACTOR": "off",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def make(self, *, scale: int = 1) -> Self:
        """An empty folder, a migrated database, the demo bureau, collected static files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "fonts").symlink_to(ROOT / "var" / "fonts")
        if self.database == "postgres":
            for order in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                with psycopg.connect(self.admin_url, autocommit=True) as connection:
                    connection.execute(sql.SQL(order).format(sql.Identifier(self.name)))
        self.manage("migrate", "--verbosity", "0")
        self.manage("seed_demo", "--if-empty", "--scale", str(scale))
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        return self

    def manage(self, *arguments: str) -> str:
        """manage.py, its output; RuntimeError with what it said if it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *wrapper: str) -> float:
        """Serve; seconds until it answers. `wrapper` stands before the command (fiu-run …)."""
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        command = [*wrapper, sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "deploy/gunicorn.conf.py", *bind]
        log = (self.folder / "server.log").open("ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.settings, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        while time.monotonic() - began < ANSWERS_WITHIN:
            with suppress(requests.ConnectionError):
                requests.get(f"{self.address}/staff/login/", timeout=10)
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the site does not answer: {(self.folder / 'server.log').read_text()[-2_000:]}")

    def kill(self) -> None:
        """As when the plug is pulled: every process of the server at once, no goodbye."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(30)
        self.process = None

    def megabytes(self) -> float:
        """Memory of all its processes (unique set, MB)."""
        if self.process is None:
            return 0.0
        parent = psutil.Process(self.process.pid)
        return sum(each.memory_full_info().uss for each in [parent, *parent.children(recursive=True)]) / 1e6


class Person:
    """Somebody with a browser: signed in once, sends the token with every form."""

    def __init__(self, site: Site, username: str, *, password: str = DEMO_PASSWORD) -> None:
        self.site, self.session = site, requests.Session()
        self.session.headers["Referer"] = site.address
        page = self.post("/staff/login/", username=username, password=password)
        if page.url.rstrip("/") != site.address:
            raise RuntimeError(f"{username} could not sign in: {page.status_code} {page.url}")

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.site.address + path, timeout=60)

    def post(self, path: str, *, files: dict | None = None, **fields: object) -> requests.Response:
        """The page is read first, as a browser would; `fields` go with its token."""
        token = self.token(path)
        return self.session.post(
            self.site.address + path, data={"csrfmiddlewaretoken": token, **fields}, files=files, timeout=60
        )

    def token(self, path: str) -> str:
        if "csrftoken" in self.session.cookies:
            return self.session.cookies["csrftoken"]
        found = TOKEN.search(self.get(path).text)
        if found is None:
            raise RuntimeError(f"{path} shows no form")
        return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
