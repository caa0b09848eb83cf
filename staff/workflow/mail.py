"""The one door to mail on its way out: taken, sent, put off, given up, sent again; and to what a person wants mailed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from staff.enums import DigestWay, MailState
from staff.models import Activity, Mail, User, Verb
from staff.refusals import Refused

GIVE_UP_AFTER = timedelta(days=1)
STUCK_AFTER = timedelta(minutes=10)
KEEP_SENT = timedelta(days=90)


def take_mail(mail: Mail) -> bool:
    """Before it goes out: True for exactly one sender."""
    now = timezone.now()
    waiting = Mail.objects.waiting().filter(pk=mail.pk)
    taken = waiting.update(state=MailState.SENDING, tried_at=now, tries=mail.tries + 1)
    if taken:
        mail.refresh_from_db()
    return bool(taken)


def mail_sent(mail: Mail) -> None:
    """Its text is kept in the bell alone."""
    mail.state, mail.sent_at, mail.error, mail.body = MailState.SENT, timezone.now(), "", ""
    mail.save(update_fields=["state", "sent_at", "error", "body"])


def put_off(mail: Mail, words: str) -> None:
    """Wait for the next try; after a day give up."""
    if timezone.now() - mail.created_at > GIVE_UP_AFTER:
        give_up(mail, words)
        return
    mail.state, mail.error, mail.tried_at = MailState.WAITING, words[:300], timezone.now()
    mail.save(update_fields=["state", "error", "tried_at"])


def give_up(mail: Mail, words: str) -> None:
    mail.state, mail.error = MailState.FAILED, words[:300]
    mail.save(update_fields=["state", "error"])


def settle_interrupted() -> None:
    """Mails whose sender died: nobody knows whether they went out. Sent ones that are old are not kept."""
    now = timezone.now()
    stuck = Mail.objects.filter(state=MailState.SENDING, tried_at__lt=now - STUCK_AFTER)
    stuck.update(state=MailState.FAILED, error="发送中断，不知是否已经送达。确认没有收到后可以重新发送。")
    Mail.objects.filter(state=MailState.SENT, sent_at__lt=now - KEEP_SENT).delete()


@transaction.atomic
def send_again(mails: Iterable[Mail], *, by: User) -> int:
    """Failed mails back into the queue, to the address that their person has now. Returns how many."""
    count = 0
    for mail in Mail.objects.failed().filter(pk__in=[each.pk for each in mails]).select_related("recipient"):
        mail.address = mail.recipient.email or mail.address
        mail.state, mail.error, mail.created_at = MailState.WAITING, "", timezone.now()
        mail.save(update_fields=["address", "state", "error", "created_at"])
        count += 1
    if count:
        Activity.record(Verb.UPDATE, by=by, title="重新发送邮件", note=f"{count} 封")
    return count


def masked_address(email: str) -> str:
    """For the log, which is never erased."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if email else ""


@transaction.atomic
def choose_delivery(user: User, *, email: str, mail_messages: bool, digest: str, by: User) -> User:
    """What a person wants mailed, and where to. Each chooses for himself or herself."""
    if user.pk != by.pk:
        raise Refused("邮箱和提要由本人设置。")
    if not email and (mail_messages or digest == DigestWay.MAIL):
        raise Refused("要发到邮箱，请先填写邮箱。", "email")
    before = (user.email, user.mail_messages, user.digest)
    user.email, user.mail_messages, user.digest = email, mail_messages, digest
    if before != (email, mail_messages, digest):
        user.save(update_fields=["email", "mail_messages", "digest"])
        changes: dict[str, list[object]] = {
            "邮箱": [masked_address(before[0]), masked_address(email)],
            "消息同时发到邮箱": [before[1], mail_messages],
            "每日提要": [DigestWay(before[2]).label, user.get_digest_display()],
        }
        changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        Activity.record(Verb.UPDATE, user, by=by, title="设置邮件和提要", changes=changed)
    return user
