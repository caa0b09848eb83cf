"""The one door to a person's messages: read, and put back as unread."""

from __future__ import annotations

from django.utils import timezone

from staff.models import User
from staff.models.messages import MessageQuerySet


def mark_read(messages: MessageQuerySet, *, by: User) -> int:
    """A person reads his or her own; a deputy does not read for the principal. Returns how many were unread."""
    return messages.filter(recipient=by).unread().update(read_at=timezone.now())


def mark_unread(messages: MessageQuerySet, *, by: User) -> int:
    return messages.filter(recipient=by).read().update(read_at=None)
