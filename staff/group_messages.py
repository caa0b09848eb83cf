"""What is copied into the WeChat group about a case: which, where it stands, what is next; the link opens it after login.

No party, no number of a person: the group is not the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Next(Protocol):
    """As components/next_step.html takes it."""

    @property
    def what(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def due(self) -> date | None: ...


def case_message(about: Iterable[str], state: str, step: Next, link: str) -> str:
    """`about`: number, subject, place; what is empty is left out."""
    due = f"，{step.due.month}月{step.due.day}日前" if step.due else ""
    who = f"（{step.who}）" if step.who else ""
    return f"【{state}】{' '.join(filter(None, about))}。下一步：{step.what}{who}{due}。{link}"
