"""Why a step was not taken, in words for the clerk. Every workflow raises these; forms and views show them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """The entry breaks a rule; the message says what to do next, `field` names what to correct."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhile(Refused):
    """Somebody else saved first."""

    def __init__(self, what: str = "这条记录") -> None:
        super().__init__(
            f"{what}刚被别人修改过，这次没有保存。请另开一页打开最新内容，把您的修改补填到那里再保存；您填写的内容仍在本页。"
        )


class NotYours(PermissionDenied):
    """403 where there is another way: the page says it, with a link. `way`: (label, address)."""

    def __init__(self, message: str, way: tuple[str, str]) -> None:
        super().__init__(message)
        self.way = way


def show_refusal(form: Any, refusal: Refused) -> None:
    """Put a refusal beside the field that it names, or over the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
