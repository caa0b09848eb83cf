"""Events that other code raises and the log must show: logins, and saves of cached reference data."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from staff import mailing, workdays
from staff.middleware import ENDED_KEY, SIGNED_IN_KEY, client_address
from staff.models import (
    Activity,
    Actor,
    CalendarDay,
    CalendarYear,
    Setting,
    User,
    Verb,
    current_actor,
    forget_settings,
)
from staff.models.messages import message_stored
from staff.second_factor import has_one
from staff.workflow.accounts import forget_wrong_attempts


def record_visit(verb: str, request: HttpRequest | None, user: User | None, *, note: str = "", ok: bool = True) -> None:
    """Log a login event; a locked-out visitor never reaches the middleware, so the address is read here."""
    token = current_actor.set(Actor(client_address(request) if request is not None else None))
    try:
        Activity.record(verb, user, by=user, note=note, succeeded=ok)
    finally:
        current_actor.reset(token)


@receiver(user_logged_in)
def log_login(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever has bound a phone has not logged in before the code: then it is written, and wrong attempts forgotten."""
    request.session[SIGNED_IN_KEY] = timezone.now().timestamp()
    request.session.pop(ENDED_KEY, None)
    if has_one(user):
        record_visit(Verb.SECOND_FACTOR, request, user, note="密码通过，等待动态验证码")
        return
    forget_wrong_attempts(user)
    record_visit(Verb.LOGIN, request, user)


@receiver(user_logged_out)
def log_logout(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record_visit(Verb.LOGOUT, request, user, note=request.session.get(ENDED_KEY, ""))


@receiver(user_login_failed)
def log_failed_login(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """`known`: the person, where the password was right and the code was not; `what` was wrong is then named."""
    name = str(credentials.get("username", ""))[:60]
    what = f"，{kwargs['what']}不对" if "what" in kwargs else ""
    record_visit(Verb.LOGIN_FAILED, request, kwargs.get("known"), note=f"工号 {name}{what}", ok=False)


@receiver(user_locked_out)
def log_lockout(sender: object, request: HttpRequest, username: str = "", **kwargs: Any) -> None:
    record_visit(Verb.LOGIN_FAILED, request, None, note=f"工号 {username[:60]} 连续输错，已锁定", ok=False)


@receiver(message_stored)
def mail_message(sender: object, users: list[User], text: str, url: str, **kwargs: Any) -> None:
    mailing.write([user for user in users if user.mail_messages], text, mailing.message_body(text, url))


@receiver([post_save, post_delete], sender=Setting)
def refresh_settings(**kwargs: Any) -> None:
    forget_settings()


@receiver([post_save, post_delete], sender=CalendarYear)
@receiver([post_save, post_delete], sender=CalendarDay)
def refresh_calendar(**kwargs: Any) -> None:
    workdays.forget()
