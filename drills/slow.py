"""Check 41: slow and oversized requests meet deploy/nginx/chengguan.conf, while somebody works.

The attackers have five addresses of the loopback range, the one who works another: nginx counts by address.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread
from typing import Self

import requests

from drills.outcome import ROOT, Outcome
from drills.site import Person, Site, free_port

ATTACKERS = [f"127.0.0.{last}" for last in range(2, 7)]
CONNECTIONS = 200
EVERY = 2.0  # seconds between two bytes of a slow one
PAGES = ("/", "/inspections/findings/", "/staff/people/", "/reports/", "/staff/messages/")
HEADER_LIMIT, BODY_LIMIT, PER_ADDRESS = 15, 20, 40  # as in the configuration
YEAR = 31_536_000

MAIN = """daemon off; user root; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2;
events {{ worker_connections 768; }}
http {{
    include /etc/nginx/mime.types; default_type application/octet-stream; sendfile on; tcp_nopush on;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    """Where nginx answers; stands for the site where a person signs in."""

    port: int
    plain_port: int

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@contextmanager
def front(folder: Path, site: Site) -> Iterator[Front]:
    """Debian's nginx with the bureau's own configuration; ports, names and paths are those of the drill."""
    folder.mkdir()
    certificate, key = folder / "cert.pem", folder / "key.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*request, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    here = Front(free_port(), free_port())
    text = (ROOT / "deploy" / "nginx" / "chengguan.conf").read_text(encoding="utf-8")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for before, after in {
        "listen 80;": f"listen 127.0.0.1:{here.plain_port};",
        "listen 443 ": f"listen 127.0.0.1:{here.port} ",
        "server_name chengguan.example;": "server_name 127.0.0.1;",
        "http://127.0.0.1:8000": site.address,
        "/etc/chengguan/tls/fullchain.pem": str(certificate),
        "/etc/chengguan/tls/key.pem": str(key),
        "/var/log/nginx/chengguan.log": str(folder / "access.log"),
        "/srv/chengguan/app/": f"{ROOT}/",
        "$host$request_uri": f"$host:{here.port}$request_uri",
    }.items():
        if before not in text:
            raise RuntimeError(f"chengguan.conf has no {before!r} any more")
        text = text.replace(before, after)
    text = text.replace(
        "proxy_set_header Host $host;", "proxy_set_header Host $http_host;"
    )  # a port of the drill's own
    (folder / "site.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder), encoding="utf-8")
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL
    )
    os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
    try:
        wait_until_open(here.port)
        yield here
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]
        process.terminate()
        process.wait(30)


def wait_until_open(port: int) -> None:
    for _ in range(100):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError("nginx does not answer")


def connect(here: Front, source: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
    plain = socket.create_connection(("127.0.0.1", here.port), timeout=20, source_address=(source, 0))
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


@dataclass
class Attack:
    """Connections that send `beginning` and then `drip` now and then (or nothing). What is closed on them they open anew,
    until wait().
    """

    here: Front
    beginning: bytes
    drip: bytes
    count: int
    sources: list[str]
    held: dict[int, tuple[ssl.SSLSocket, float]] = field(default_factory=dict)
    lasted: list[float] = field(default_factory=list)  # seconds, of those that were closed on us
    answers: list[bytes] = field(default_factory=list)
    again: bool = True
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        for number in range(self.count):
            self._open(self.sources[number % len(self.sources)])
        self._thread = Thread(target=self._drip, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        for connection, _began in self.held.values():
            connection.close()

    def _open(self, source: str) -> None:
        connection = connect(self.here, source)
        connection.sendall(self.beginning)
        connection.setblocking(False)
        self.held[connection.fileno()] = connection, time.monotonic()

    def _drip(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            readable = select.select(list(self.held), [], [], 0.2)[0]
            for number in readable:
                self._read(number)
            if self.drip and time.monotonic() >= due:
                due += EVERY
                for number, (connection, _began) in list(self.held.items()):
                    try:
                        connection.send(self.drip)
                    except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                        continue
                    except OSError:
                        self._closed(number)

    def _read(self, number: int) -> None:
        connection = self.held[number][0]
        try:
            answer = connection.recv(65_536)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            answer = b""
        if answer:
            self.answers.append(answer[:200])
        else:
            self._closed(number)

    def _closed(self, number: int) -> None:
        connection, began = self.held.pop(number)
        self.lasted.append(time.monotonic() - began)
        source = connection.getsockname()[0]
        connection.close()
        if self.again and not self._over.is_set():
            self._open(source)

    def wait(self, seconds: float) -> None:
        """Until all are closed, or that long."""
        self.again = False
        until = time.monotonic() + seconds
        while self.held and time.monotonic() < until:
            time.sleep(0.2)


def p95(person: Person, rounds: int) -> tuple[float, int]:
    """95th percentile of the seconds that pages took, one after another, and how many were not 200 (it gives up after three)."""
    took, wrong = [], 0
    for number in range(rounds):
        began = time.monotonic()
        try:
            wrong += person.get(PAGES[number % len(PAGES)]).status_code != 200
        except requests.RequestException:
            wrong += 1
        took.append(time.monotonic() - began)
        if wrong > 3:
            break
    return quantiles(took, n=20)[-1], wrong


def run(database: str, *, short: bool) -> Iterator[Outcome]:
    rounds = 40 if short else 150
    with tempfile.TemporaryDirectory() as place:
        folder, known = Path(place), {"HTTPS": "True", "TRUSTED_PROXIES": "1"}
        with (
            Site(folder / "slow", database=database, **known).make() as site,
            served(site),
            front(folder / "front", site) as here,
        ):
            yield from transport(here)
            person = Person(here, "1004")
            p95(person, 2 * len(PAGES))  # what is built at the first request is not the attack's doing
            before, wrong = p95(person, rounds)
            yield Outcome(
                "before the attack", f"p95 {before * 1000:.0f} ms, {wrong} of {rounds} not answered", not wrong
            )
            yield from slow_headers(here, person, rounds, before)
            yield from slow_bodies(here, person, rounds, before)
            yield from too_many(here)
            yield from oversized(here)


@contextmanager
def served(site: Site) -> Iterator[None]:
    site.start()
    yield


def compared(what: str, person: Person, rounds: int, before: float) -> Outcome:
    now, wrong = p95(person, rounds)
    said = f"p95 {now * 1000:.0f} ms = {now / before:.1f} × (≤ 2), {wrong} of {rounds} not answered"
    return Outcome(what, said, now <= 2 * before and not wrong)


def closed(what: str, attack: Attack) -> Outcome:
    said = f"{len(attack.lasted)}, each within {max(attack.lasted, default=0.0):.0f} s; {len(attack.held)} stay"
    return Outcome(what, said, len(attack.lasted) >= attack.count and not attack.held)


def slow_headers(here: Front, person: Person, rounds: int, before: float) -> Iterator[Outcome]:
    with Attack(here, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", b"a", CONNECTIONS, ATTACKERS) as attack:
        yield compared(f"others during {len(attack.held)} slow headers", person, rounds, before)
        attack.wait(HEADER_LIMIT + 15)
        yield closed("slow headers closed", attack)


def form_to_come(here: Front) -> bytes:
    """The header of a form that the program would read to its end, to look for the token in it."""
    lines = (
        "POST / HTTP/1.1",
        f"Host: 127.0.0.1:{here.port}",
        f"Origin: {here.address}",
        f"Cookie: __Host-csrf={'a' * 32}",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 1000000",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def slow_bodies(here: Front, person: Person, rounds: int, before: float) -> Iterator[Outcome]:
    """Half of them drip for ever, which costs nginx a connection and the program nothing; half fall silent."""
    beginning = form_to_come(here)
    half = CONNECTIONS // 2
    with (
        Attack(here, beginning, b"a", half, ATTACKERS) as dripping,
        Attack(here, beginning, b"", half, ATTACKERS) as silent,
    ):
        yield compared(f"others during {len(dripping.held)} + {len(silent.held)} slow bodies", person, rounds, before)
        silent.wait(BODY_LIMIT + 15)
        yield closed("bodies that fell silent closed", silent)
        said = f"{len(dripping.held)} of {half} held by nginx alone, at most {PER_ADDRESS} for an address"
        yield Outcome("bodies that drip", said, ok=True)


def too_many(here: Front) -> Iterator[Outcome]:
    beginning = form_to_come(here)
    with Attack(here, beginning, b"a", PER_ADDRESS + 20, ["127.0.0.9"], again=False) as attack:
        time.sleep(3 * EVERY)
        refused = sum(b" 429 " in answer for answer in attack.answers)
    yield Outcome("requests at once beyond 40 from one address", f"{refused} of 20 refused with 429", refused == 20)


def oversized(here: Front) -> Iterator[Outcome]:
    for what, headers, path in (
        ("a header of 70 KB", {"X-Long": "a" * 70_000}, "/"),
        ("an address of 20 KB", {}, "/?q=" + "a" * 20_000),
    ):
        status = requests.get(here.address + path, headers=headers, timeout=20).status_code
        yield Outcome(what, str(status), 400 <= status < 500)
    with connect(here, ATTACKERS[0]) as connection:
        connection.sendall(
            b"POST /staff/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 110000000\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    said = re.search(r"<h1>(.*?)</h1>", answer)
    yield Outcome(
        "a body of 110 MB", f"{answer[9:12]} {said and said[1]}", " 413 " in answer[:20] and "100 MB" in answer
    )


def transport(here: Front) -> Iterator[Outcome]:
    """TLS 1.2 and 1.3 with forward secrecy only; plain http leads to https; browsers are told to stay there."""
    for name, options, wanted in (
        ("TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], False),
        ("TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], False),
        ("TLS 1.2", ["-tls1_2"], True),
        ("TLS 1.2 without forward secrecy", ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA"], False),
        ("TLS 1.3", ["-tls1_3"], True),
    ):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{here.port}", *options]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        accepted = done.returncode == 0 and "Cipher is (NONE)" not in done.stdout
        yield Outcome(name, "accepted" if accepted else "refused", accepted is wanted)
    answer = requests.get(f"http://127.0.0.1:{here.plain_port}/staff/login/", timeout=20)
    security = answer.headers.get("Strict-Transport-Security", "")
    moved = [each.status_code for each in answer.history] == [301] and answer.url.startswith("https:")
    yield Outcome("plain http", f"301 to {answer.url}", moved and answer.status_code == 200)
    age = re.search(r"max-age=(\d+)", security)
    yield Outcome("Strict-Transport-Security", security, bool(age) and int(age[1]) >= YEAR and "," not in security)
