"""Mail on its way out (发件), and the digest of a day (每日提要): each person at most one a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from staff.enums import DigestWay, MailState

if TYPE_CHECKING:
    from staff.models.people import User


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: User) -> MailQuerySet:
        """Administrators look after delivery; what a mail says they are not shown."""
        return self if user.has_perm("staff.manage_accounts") else self.none()

    def waiting(self) -> MailQuerySet:
        return self.filter(state=MailState.WAITING)

    def failed(self) -> MailQuerySet:
        return self.filter(state=MailState.FAILED)


class Mail(models.Model):
    """One mail to one person. Its text is emptied once it is sent: the message itself is kept in the bell."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.CASCADE, related_name="mails"
    )
    address = models.EmailField("邮箱")
    subject = models.CharField("主题", max_length=120)
    body = models.TextField("正文", blank=True)
    state = models.CharField("状态", max_length=10, choices=MailState.choices, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField("发送次数", default=0)
    error = models.CharField("没有发出的原因", max_length=300, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    tried_at = models.DateTimeField("最近发送", null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发件"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "created_at"], name="mail_by_state")]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_has_time",
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | (~Q(state=MailState.SENT) & Q(sent_at__isnull=True)),
                violation_error_message="已发出的邮件必须有发出时间，没有发出的不得有。",
            ),
            models.CheckConstraint(
                name="mail_failed_has_reason",
                condition=~Q(state=MailState.FAILED) | ~Q(error=""),
                violation_error_message="没有发出的邮件必须写明原因。",
            ),
            models.CheckConstraint(
                name="mail_not_sent_before_it_was_written",
                condition=Q(sent_at=None) | Q(sent_at__gte=F("created_at")),
                violation_error_message="发出时间不得早于生成时间。",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.recipient}：{self.subject}"


class Digest(models.Model):
    """That a person's digest of a day was made: a task that runs twice finds it here."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.CASCADE, related_name="digests"
    )
    day = models.DateField("日期")
    way = models.CharField("方式", max_length=10, choices=DigestWay.choices)
    lines = models.PositiveIntegerField("事项数")

    class Meta:
        verbose_name = verbose_name_plural = "每日提要"
        ordering = ["-day", "recipient"]
        constraints = [
            models.UniqueConstraint(
                name="digest_once_a_day",
                fields=["recipient", "day"],
                violation_error_message="每人每天只发一份提要。",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.recipient} {self.day}"
