"""A setting that cannot be stops the program, and says which one it is."""

import os
import subprocess
import sys

import pytest

from config.env import BASE_DIR

ASK = "import django; django.setup()"


def started(**settings):
    environment = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"JOB_RUNNER": "celery"}, "celery 要同时设 REDIS_URL"),
        ({"JOB_RUNNER": "process", "REDIS_URL": "redis://127.0.0.1:1/0"}, "process 不能同时设"),
        ({"DATABASE_URL": "chengguan"}, "DATABASE_URL 不是数据库地址"),
    ],
)
def test_what_cannot_be_stops_the_program_with_its_name(wrong, said):
    done = started(DJANGO_SETTINGS_MODULE="config.settings", SECRET_KEY="x" * 50, **wrong)
    assert done.returncode == 1
    assert said in done.stderr
