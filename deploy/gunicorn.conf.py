"""gunicorn's settings for `make run` and for production; --bind comes from the command line or the systemd unit.

Without a broker each web process brings a background process along, so there must be exactly one of them.
"""

import os
import sys
from pathlib import Path

from config.env import BASE_DIR, env_int, env_str, load_env_file

load_env_file(BASE_DIR / ".env")

chdir = str(BASE_DIR)
worker_class = "gthread"
workers = env_int("WEB_WORKERS", 1, minimum=1)
threads = env_int("WEB_THREADS", 8, minimum=1)
if workers > 1 and not env_str("REDIS_URL", ""):
    sys.exit(f"WEB_WORKERS={workers} needs a REDIS_URL: without a broker there can only be one web process.")

control_socket_disable = True
MEMORY = Path("/dev/shm")  # noqa: S108 -- for heartbeat files only; on a slow disk workers would look dead
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
timeout = 120
graceful_timeout = 10
# Longer than people read: a connection that closes just as the next request sets out is an error to its sender.
keepalive = 75
loglevel = "warning"
limit_request_line = 8190


def post_worker_init(worker: object) -> None:
    """Say where the site is, once it can answer (only under `make run`, which sets SERVED_AT)."""
    if address := os.environ.get("SERVED_AT"):
        print(f"\n  {address}    (Ctrl-C stops it)\n", flush=True)
