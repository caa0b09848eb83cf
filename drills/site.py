"""A bureau served by gunicorn as `make run` serves it, in a folder of its own, and a person with a browser's manners."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
import requests
from lxml import html
from psycopg import sql

from drills.outcome import ROOT
from tests.fingerprint import fingerprint

DEMO_PASSWORD = "shifan-2026"  # as staff.demo prints it; importing that would need Django set up

KEPT = ROOT / "var" / "drills" / "bureaus"
ANSWERS_WITHIN = 60  # seconds
LATER = re.compile(r'hx-get="([^"]+)"[^>]* hx-trigger="load"')
FIRST = object()  # as a value of a field: the first choice that is offered


class Site:
    """With Site(folder, database="sqlite") as site: … site.start(), site.kill(), site.stop(), site.manage("migrate").

    `postgres` is a server that runs already (that of DATABASE_URL, as deploy/bootstrap/with_services.sh sets it), where the bureau is a database of the folder's name.
    """

    def __init__(self, folder: Path, *, database: str, workers: int = 1, redis: str = "", **settings: str) -> None:
        self.folder, self.database = folder, database
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.name = f"drill_{folder.name}".replace("-", "_")
        self.server = (
            os.environ.get("DATABASE_URL", "postgres:///").rpartition("/")[0].replace("postgres:", "postgresql:")
        )
        self.url = f"sqlite:///{folder / 'db.sqlite3'}" if database == "sqlite" else f"{self.server}/{self.name}"
        self.settings = {
            **os.environ,
            "SECRET_KEY": "only-for-drills-" * 4,
            "DATABASE_URL": self.url,
            "REDIS_URL": redis,
            "VAR_DIR": str(folder),
            "DEBUG": "False",
            "HTTPS": "False",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "WEB_WORKERS": str(workers),
            "SECOND_FACTOR": "off",
            "BACKUP_EVERY_HOURS": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **settings,
        }
        self.settings.pop("PYTHONDONTWRITEBYTECODE", None)  # as deploy/bootstrap/steps.sh

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def make(self, *, scale: int = 1, code: Path = ROOT) -> Self:
        """An empty folder, a migrated database, the demo bureau, static files: from the copy kept of the first time. `code`: another release."""
        shutil.rmtree(self.folder, ignore_errors=True)
        kept = KEPT / f"{self.database}-{fingerprint(code)}-{scale}"
        if not kept.exists():
            self._seed(scale, code)
            kept.parent.mkdir(parents=True, exist_ok=True)
            copy = Path(tempfile.mkdtemp(dir=kept.parent))  # whoever makes the same beside us never sees half of it
            shutil.copytree(self.folder, copy, ignore=shutil.ignore_patterns("fonts", "log"), dirs_exist_ok=True)
            if self.database == "postgres":
                self._run("pg_dump", "--format=custom", "--compress=1", f"--file={copy / 'dump'}", self.url)
            try:
                copy.rename(kept)
            except OSError:  # the other was quicker, with the same
                shutil.rmtree(copy)
        else:
            shutil.copytree(kept, self.folder)
            (self.folder / "fonts").symlink_to(ROOT / "var" / "fonts")
            if self.database == "postgres":
                self.empty_database()
                self._run("pg_restore", "--no-owner", f"--dbname={self.url}", str(self.folder / "dump"))
        return self

    def _seed(self, scale: int, code: Path) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "fonts").symlink_to(ROOT / "var" / "fonts")
        if self.database == "postgres":
            self.empty_database()
        self.manage("migrate", "--verbosity", "0", code=code)
        self.manage("seed_demo", "--if-empty", "--scale", str(scale), code=code)
        if code == ROOT:
            self.manage("collectstatic", "--noinput", "--verbosity", "0")

    def empty_database(self) -> None:
        for order in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            with psycopg.connect(self.server + "/postgres", autocommit=True) as connection:
                connection.execute(sql.SQL(order).format(sql.Identifier(self.name)))

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    def ask(self, question: str, *values: object) -> list[tuple]:
        """Rows from the database itself, past the program. `%s` stands for a value."""
        if self.database == "postgres":
            with psycopg.connect(self.url) as connection:
                return connection.execute(question, values).fetchall()
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as connection:
            connection.create_function("REGEXP", 2, lambda pattern, text: bool(re.search(pattern, text or "")))
            return connection.execute(question.replace("%s", "?"), values).fetchall()

    def integrity(self) -> str:
        """ "ok", or what the database finds wrong with itself. PostgreSQL: every table and index is read through."""
        if self.database == "sqlite":
            wrong = [*self.ask("PRAGMA integrity_check"), *self.ask("PRAGMA foreign_key_check")]
            return "ok" if wrong == [("ok",)] else str(wrong[:3])
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            connection.execute(
                "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE a.amname = 'btree' AND c.relkind = 'i' AND n.nspname = 'public'"
            )
        return "ok"

    def manage(self, *arguments: str, code: Path = ROOT) -> str:
        """manage.py, its output; RuntimeError with what it said if it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=code, env=self.settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *wrapper: str) -> float:
        """Serve; seconds until it answers. `wrapper` stands before the command (fiu-run …)."""
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        command = [*wrapper, sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "deploy/gunicorn.conf.py", *bind]
        log = (self.folder / "server.log").open("ab")
        began = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.settings, stdout=log, stderr=log, process_group=0)
        log.close()
        while time.monotonic() - began < ANSWERS_WITHIN:
            with suppress(requests.ConnectionError):  # not listening yet
                requests.get(f"{self.address}/staff/login/", timeout=ANSWERS_WITHIN, allow_redirects=False)
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the site does not answer: {(self.folder / 'server.log').read_text()[-2_000:]}")

    def kill(self) -> None:
        """As when the plug is pulled: every process of the server at once, no goodbye."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """A goodbye, and waiting for the last of its processes: the worker for long work still writes after the server ended."""
        others = self._others()
        self._signal(signal.SIGTERM)
        psutil.wait_procs(others, timeout=30)

    def _signal(self, number: int) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(30)
        self.process = None

    def faults(self) -> list[str]:
        """What the server's log calls an error: answers 500 among them, closed doors not."""
        said = (self.folder / "server.log").read_text(encoding="utf-8").splitlines()
        return [line for line in said if " ERROR " in line]

    def megabytes(self) -> float:
        """Memory of all its processes (unique set, MB)."""
        if self.process is None:
            return 0.0
        return sum(each.memory_full_info().uss for each in [psutil.Process(self.process.pid), *self._others()]) / 1e6

    def _others(self) -> list[psutil.Process]:
        """What the server's process started; nothing once it is gone."""
        if self.process is not None:
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(self.process.pid).children(recursive=True)
        return []


class Person:
    """Somebody with a browser: signed in once, sends the token with every form."""

    def __init__(self, site: Site, username: str, *, password: str = DEMO_PASSWORD) -> None:
        self.site, self.username, self.session = site, username, requests.Session()
        self.session.headers["Referer"] = site.address
        page = self.post("/staff/login/", username=username, password=password)
        if page.url.rstrip("/") != site.address:
            raise RuntimeError(f"{username} could not sign in: {page.status_code} {page.url}")

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.site.address + path, timeout=60)

    def open(self, path: str) -> Iterator[tuple[str, requests.Response, float]]:
        """A page and what it asks for once it stands: address, answer, seconds."""
        waiting = [path]
        while waiting:
            began = time.monotonic()
            answer = self.get(waiting[0])
            yield waiting.pop(0), answer, time.monotonic() - began
            if answer.url == self.site.address + path:
                waiting += [unescape(each) for each in LATER.findall(answer.text)]

    def post(
        self, path: str, *, on: str | None = None, files: dict | None = None, **fields: object
    ) -> requests.Response:
        """Send the form to `path` that stands on the page `on` (or there itself), with what the page had filled in.

        FIRST as a value takes the first choice that the page offers.
        """
        where = on or path
        page = self.get(where)
        page.raise_for_status()
        forms = html.fromstring(page.text).forms
        form = next((each for each in forms if each.method == "POST" and (each.action or where) == path), None)
        if form is None:
            raise RuntimeError(f"{where} shows no form to {path}")
        for name, value in fields.items():
            if value is FIRST:
                fields[name] = next(option for option in form.inputs[name].value_options if option)
        data = {**dict(form.form_values()), **fields}
        return self.session.post(self.site.address + path, data=data, files=files, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
