"""Reading the environment: what is missing, or a number or choice that cannot be, stops the program when it starts.

Values come from the process environment; what is missing there is looked up in `.env` at the root of the repository.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def read_env_file(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of a file; blank lines and # comments are skipped. A missing file gives {}."""
    if not path.is_file():
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator:
            raise ImproperlyConfigured(f"{path}:{number}: 应写成 NAME=value。")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def load_env_file(path: Path) -> None:
    for name, value in read_env_file(path).items():
        os.environ.setdefault(name, value)


def env_str(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"缺少环境变量 {name}；说明见 .env.example。")
    return value


def env_bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name}={value!r}：只能是 True 或 False。")
    return value == "True"


def env_int(name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or int(value) < minimum or (maximum is not None and int(value) > maximum):
        allowed = f"不小于 {minimum}" if maximum is None else f"{minimum} 到 {maximum}"
        raise ImproperlyConfigured(f"{name}={value!r}：应为{allowed}的整数。")
    return int(value)


def env_database(name: str, default: str) -> Any:
    """The database of an address, as Django wants it; connections are kept for a minute and looked at before use."""
    try:
        return dj_database_url.parse(env_str(name, default), conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} 不是数据库地址（{error}）；写法见 .env.example。") from error


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}：只能是 {'、'.join(choices)} 之一。")
    return value
