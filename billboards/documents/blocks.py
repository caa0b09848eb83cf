"""What a paper is set from: lines, tables of facts, lines to sign. templates/billboards/pdf/_block.html prints them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils import timezone


@dataclass(frozen=True)
class Line:
    text: str
    kind: ClassVar[str] = "line"


@dataclass(frozen=True)
class Facts:
    """Label and value, one pair a row."""

    rows: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class Signs:
    """Lines to be signed by hand."""

    labels: tuple[str, ...]
    kind: ClassVar[str] = "signs"


Block = Line | Facts | Signs


def moment_cn(value: datetime) -> str:
    """2026年3月5日14时30分, as papers write it."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.year}年{local.month}月{local.day}日{local.hour}时{local.minute:02d}分"
