"""Messages to a person (the bell)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.dispatch import Signal

from config.navigation import page_of

if TYPE_CHECKING:
    from staff.models.people import User


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        return self.filter(recipient=user)

    def read(self) -> MessageQuerySet:
        return self.exclude(read_at=None)

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at=None)


class Message(models.Model):
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收信人", on_delete=models.CASCADE, related_name="inbox"
    )
    text = models.CharField("内容", max_length=300)
    url = models.CharField("打开地址", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["recipient", "read_at"], name="message_inbox")]

    def __str__(self) -> str:
        return self.text


message_stored = Signal()  # users, text, url; staff/mailing.py mails it to those who asked for that


def notify(recipients: Iterable[User], text: str, *, url: str = "", about: models.Model | None = None) -> None:
    """Put one message into each person's bell, in the caller's transaction.

    `url` is where it leads; `about` a record, whose page it leads to for those who may open that: work is given to people
    by name, whatever their role. Finding that out asks three questions a person.
    """
    unique = {user.pk: user for user in recipients if user.is_active}
    by_url: dict[str, list[User]] = {}
    for user in unique.values():
        by_url.setdefault(page_of(user, about) if about is not None else url, []).append(user)
    for address, users in by_url.items():
        Message.objects.bulk_create(Message(recipient=user, text=text[:300], url=address) for user in users)
        message_stored.send(sender=Message, users=users, text=text[:300], url=address)
