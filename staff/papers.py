"""Signing a paper: number, frozen PDF and its sha256, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from staff.models import Activity, IssuedPaper, User, Verb, take_numbers


class AlreadySigned(Exception):
    """Somebody signed this paper first; the message names who and when."""


@transaction.atomic
def sign_paper(
    paper: IssuedPaper,
    *,
    by: User,
    series: str,
    defaults: dict[str, str],
    render: Callable[[str], bytes],
    also: Sequence[str] = (),
    number: str = "",
) -> None:
    """Take the next number (none without a series), render with it, store file and hash. Two at once: one wins.

    `render` gets the number and returns the PDF's bytes. The row is locked first, so that the loser waits and then
    sees the winner's signature (on SQLite the transaction itself is the lock). `also`: fields that the caller's
    workflow has set and that must be stored with the signature, such as the state. `number`: one that the case already
    took from the same register.
    """
    model: type[models.Model] = type(paper)
    current = model._default_manager.select_for_update(of=("self",)).get(pk=paper.pk)
    if current.signed_at is not None:
        raise AlreadySigned(f"{current.signed_by}已于{timezone.localtime(current.signed_at):%Y-%m-%d %H:%M}签发。")
    now = timezone.now()
    if series and not number:
        (number,) = take_numbers(series, year=timezone.localtime(now).year, defaults=defaults)
    content = render(number)
    paper.number, paper.signed_at, paper.signed_by = number, now, by
    paper.sha256 = hashlib.sha256(content).hexdigest()
    paper.paper.save(f"{number or 'paper'}.pdf", ContentFile(content), save=False)
    paper.save(update_fields=["number", "signed_at", "signed_by", "sha256", "paper", *also])
    Activity.record(Verb.SIGN, paper, by=by, title=number or "不编文号", note=f"文件校验值 {paper.sha256}")
