"""The daily digest (每日提要): what is overdue and due today of what the desk shows, and how many messages are unread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from config.clock import local, local_day
from config.desk import Todo
from reports.desks import all_todos
from staff import mailing
from staff.enums import DigestWay
from staff.models import Digest, Message, User, notify, setting

logger = logging.getLogger(__name__)

SHOWN_MESSAGES = 10


@dataclass(frozen=True)
class DayDigest:
    """One person's day. `others`: what waits without hurry, as a number only."""

    overdue: tuple[Todo, ...]
    today: tuple[Todo, ...]
    others: int
    unread: int
    messages: tuple[str, ...]

    @property
    def lines(self) -> int:
        return len(self.overdue) + len(self.today) + self.unread

    @property
    def words(self) -> str:
        parts = ((len(self.overdue), "项已逾期"), (len(self.today), "项今天到期"), (self.unread, "条未读消息"))
        return "今日提要：" + "，".join(f"{count} {what}" for count, what in parts if count) + "。"

    def body(self) -> str:
        blocks = [
            ("已逾期或须马上办", [todo_line(todo) for todo in self.overdue]),
            ("今天到期", [todo_line(todo) for todo in self.today]),
            (f"未读消息 {self.unread} 条", [f"· {text}" for text in self.messages]),
        ]
        parts = ["\n".join([f"{title}：", *lines]) for title, lines in blocks if lines]
        if self.others:
            parts.append(f"另有 {self.others} 项待办不急。")
        link = mailing.site_link(reverse("reports:desk"))
        return "\n\n".join([*parts, f"打开工作台：{link}" if link else "请登录系统，在工作台办理。"])


def todo_line(todo: Todo) -> str:
    due = f"（最早 {short(todo.due)}）" if todo.due else ""
    return f"· {todo.text}{due}"


def short(due: date) -> str:
    """06-18 17:10, or 06-18 where a day was set and no hour."""
    return f"{local(due):%m-%d %H:%M}" if isinstance(due, datetime) else f"{due:%m-%d}"


def digest_of(user: User, day: date) -> DayDigest:
    """Red, or past its time, is overdue; of the rest what ends on `day` is due today."""
    now, todos = timezone.now(), all_todos(user)
    overdue = [each for each in todos if each.light == "red" or (each.ends_at and each.ends_at < now)]
    rest = [each for each in todos if each not in overdue]
    today = [each for each in rest if each.ends_at and local_day(each.ends_at) == day]
    unread = Message.objects.visible_to(user).unread()
    texts = unread.values_list("text", flat=True)[:SHOWN_MESSAGES]
    return DayDigest(tuple(overdue), tuple(today), len(rest) - len(today), unread.count(), tuple(texts))


def send_digests() -> int:
    """From the hour of the setting on, each person's digest of this day, once. Returns how many were made.

    One person's digest that fails does not keep the others from theirs; it is tried again at the next run.
    """
    now = timezone.localtime()
    if now.hour < int(setting("messages.digest_hour")):
        return 0
    wanting = User.objects.filter(is_active=True).exclude(digest=DigestWay.NONE).exclude(digests__day=now.date())
    made = 0
    for user in wanting:
        try:
            made += send_digest(user, now.date())
        except Exception:
            logger.exception("The digest of user %s could not be made.", user.pk)
    return made


def send_digest(user: User, day: date) -> bool:
    """False where there was nothing to say, or another run was first."""
    found = digest_of(user, day)
    try:
        with transaction.atomic():
            Digest.objects.create(recipient=user, day=day, way=user.digest, lines=found.lines)
            if found.lines and user.digest == DigestWay.MAIL:
                mailing.write([user], found.words, found.body())
            elif found.lines:
                notify([user], found.words, url=reverse("reports:desk"))
    except IntegrityError:
        return False
    return found.lines > 0
