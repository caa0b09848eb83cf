"""Mail out: written in the transaction of what it tells, sent after the commit by a job, tried again for a day.

Nothing here may break the act that a mail tells of: what fails is logged, kept with its reason and shown to the
administrator. A mail whose sender died half-way is not sent a second time by itself: twice is worse than late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from config.identity import mask_personal
from staff.jobs import enqueue
from staff.models import Job, JobState, Mail, User, setting
from staff.workflow import mail as workflow

logger = logging.getLogger(__name__)

SEND_MAIL = "staff.send_mail"  # the job's kind, see staff/tasks.py
PERMANENT = 500  # SMTP replies from here on say that trying again is no use
FOOT = "本邮件由城管工作系统自动发出，请不要回复。不想再收，请在系统“我的”里停用。"


def configured() -> bool:
    return bool(settings.EMAIL_HOST)


def write(users: Iterable[User], subject: str, body: str) -> list[Mail]:
    """Mails to those of `users` who have an address, in the caller's transaction; nothing where no server is set."""
    reached = [user for user in users if user.email and user.is_active] if configured() else []
    if not reached:
        return []
    head = mask_personal(f"【{setting('bureau.short_name')}】{' '.join(subject.split())}")[:120]
    text = mask_personal(body)
    mails = [
        Mail(recipient=user, address=user.email, subject=head, body=f"{user}：\n\n{text}\n\n{FOOT}\n")
        for user in reached
    ]
    Mail.objects.bulk_create(mails)
    transaction.on_commit(start_sending, robust=True)
    return mails


def message_body(text: str, url: str) -> str:
    link = site_link(url)
    return f"{text}\n\n打开：{link}" if link else f"{text}\n\n请登录系统，在“消息”里打开。"


def site_link(url: str) -> str:
    """The address as one outside the site can follow it; "" while the office has not entered the site's address."""
    site = str(setting("site.address")).strip().rstrip("/")
    return f"{site}{url}" if site and url.startswith("/") and not url.startswith("//") else ""


def start_sending() -> None:
    """One job for whatever waits; a job that has not begun yet will find the new mail by itself."""
    if not Job.objects.filter(kind=SEND_MAIL, state=JobState.QUEUED).exists():
        enqueue(SEND_MAIL, owner=None, payload={})


def send_waiting() -> int:
    """Send what waits, over one connection. Returns how many went out; while the server is away all wait."""
    workflow.settle_interrupted()
    waiting = list(Mail.objects.waiting().order_by("pk").select_related("recipient"))
    if not waiting or not configured():
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as problem:
        logger.exception("The mail server %s cannot be used; %s mails wait.", settings.EMAIL_HOST, len(waiting))
        for mail in waiting:
            workflow.put_off(mail, f"连接不上邮件服务器：{reply_of(problem)}")
        return 0
    try:
        return sum(send(mail, connection) for mail in waiting)
    finally:
        with suppress(SMTPException, OSError):
            connection.close()


def send(mail: Mail, connection: BaseEmailBackend) -> bool:
    """Send one mail that nobody else has taken; what goes wrong is written on it."""
    if not workflow.take_mail(mail):
        return False
    letter = EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.address], connection=connection)
    try:
        letter.send()
    except Exception as problem:  # whatever the server or a strange address does, the others are still sent
        logger.exception("Mail %s was not sent.", mail.pk)
        note_failure(mail, problem)
        return False
    workflow.mail_sent(mail)
    return True


def note_failure(mail: Mail, problem: Exception) -> None:
    words = f"邮件服务器没有收下：{reply_of(problem)}"
    passing = isinstance(problem, SMTPException | OSError) and not is_permanent(problem)
    (workflow.put_off if passing else workflow.give_up)(mail, words)


def is_permanent(problem: Exception) -> bool:
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in problem.recipients.values())
    return isinstance(problem, SMTPResponseException) and problem.smtp_code >= PERMANENT


def reply_of(problem: Exception) -> str:
    """What the server said, without the address, which stands beside."""
    if isinstance(problem, SMTPRecipientsRefused):
        return "；".join(f"{code} {said.decode(errors='replace')}" for code, said in problem.recipients.values())
    if isinstance(problem, SMTPResponseException):
        said = problem.smtp_error
        return f"{problem.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(problem) or type(problem).__name__
