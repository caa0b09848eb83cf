"""The environment of every test run; a pytest plugin, loaded before Django reads its settings (see pyproject.toml).

DATABASE_URL and REDIS_URL are kept if given, so the same tests run on PostgreSQL and Redis. Parallel test processes get
a database and a Redis number of their own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
MEMORY = Path("/dev/shm")  # noqa: S108 -- a private directory is made inside it
HERE = Path(tempfile.mkdtemp(prefix="chengguan-tests-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
atexit.register(shutil.rmtree, HERE, ignore_errors=True)


def redis_of_this_worker(url: str) -> str:
    """Return the Redis address with the worker's own database number (gw0 → 1, gw1 → 2 …)."""
    if not url or not WORKER:
        return url
    return f"{url.rsplit('/', 1)[0]}/{int(WORKER.removeprefix('gw')) + 1}"


for directory in ("media", "static", "log", "fonts"):
    (HERE / directory).mkdir()
# 仿宋 and 楷体 as set-up fetched them (deploy/bootstrap/fonts.sh): papers are measured with the faces they are printed in.
REAL_VAR = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent.parent / "var")
for face in (REAL_VAR / "fonts").glob("*.otf"):
    (HERE / "fonts" / face.name).symlink_to(face.resolve())

os.environ |= {
    "SECRET_KEY": "only-for-tests",
    "DEBUG": "True",  # static files straight from the source tree; pytest-django sets settings.DEBUG to False again
    "HTTPS": "False",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "VAR_DIR": str(HERE),
    "JOB_RUNNER": "inline",
    "SECOND_FACTOR": "offered",
    "PASSWORD_PROFILE": "dengbao2",
    "LOG_LEVEL": "WARNING",
    "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{HERE / 'db.sqlite3'}",
    "REDIS_URL": redis_of_this_worker(os.environ.get("REDIS_URL", "")),
}
os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
