"""Silence that accepts: five working days without a word to the applicant (许可法 Art. 32(1)(四)).

The daily task writes it down. Until then whoever takes a step comes upon it (`heard`), and reading a case only shows it.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from permits.enums import PermitState
from permits.models import Application
from permits.workflow.steps import Obstacle, Step, begin, finish, locked
from staff.models import User, notify
from staff.permissions import Perms

ARTICLE = "《行政许可法》第三十二条第一款第四项"


def is_deemed(application: Application, today: date) -> bool:
    """Nobody told the applicant in time: accepted as of receipt, whether or not it is written down yet."""
    waiting = application.state == PermitState.RECEIVED and application.supplement_told_on is None
    return waiting and application.supplement_due is not None and today > application.supplement_due


def deem_if_due(application: Application, *, today: date | None = None) -> bool:
    """Take the step of silence on a locked application; True if it was taken."""
    day = today or timezone.localdate()
    if not is_deemed(application, day):
        return False
    step = Step(by=None, on=timezone.localdate(), note="五个工作日内没有受理，也没有告知补正")
    words = f"收件后五个工作日（至{application.supplement_due}）内没有告知补正，自收件之日起即为受理"
    begin(application, "deem_accepted", step, [Obstacle("deemed-accepted", words, ARTICLE, fact=True)])
    finish(application, "deem_accepted", step, accepted_on=application.received_on, deemed_accepted=True)
    notify(User.objects.holding(Perms.HANDLE_PERMIT), f"许可 {application.number}：{words}。请立即办理。",
           url=application.get_absolute_url())  # fmt: skip
    return True


def heard(application: Application, day: date) -> Application:
    """The application, locked, with what silence had decided by the day of a step."""
    current = locked(application)
    deem_if_due(current, today=day)
    return current


def deem_all(today: date | None = None) -> int:
    """The daily task: every file that nobody answered in time."""
    day = today or timezone.localdate()
    waiting = Application.objects.filter(state=PermitState.RECEIVED, supplement_told_on=None, supplement_due__lt=day)
    return sum(deem_one(application, day) for application in waiting)


@transaction.atomic
def deem_one(application: Application, day: date) -> bool:
    return deem_if_due(locked(application), today=day)
