"""What the days bring by themselves: silence that accepts, periods that end, hours that run out, reminders."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from permits.enums import PermitState
from permits.models import Application
from permits.visits import waiting_visits
from permits.workflow import emergencies, fees, reminders, service, silence, supervision, surveys, window
from staff import workdays
from staff.models import Message, User, notify, setting
from staff.permissions import Perms


def run(today: date | None = None) -> int:
    """Everything of a day. Run twice it does nothing more."""
    day = today or timezone.localdate()
    window.recompute_due_dates()  # a new calendar, and special procedures that still run, move the last days
    done = silence.deem_all(day) + supervision.expire_all(day) + emergencies.mark_leads()
    service.recount_announced(day)
    done += service.deliver_announced(day)
    done += reminders.remind(day) + remind_supplements(day) + remind_surveys(day) + remind_visits(day)
    return done + remind_payments(day)


def once(people: list[User], words: str, url: str) -> int:
    """Tell those who have not been told these very words."""
    told = set(Message.objects.filter(recipient__in=people, text=words).values_list("recipient_id", flat=True))
    fresh = [person for person in people if person.pk not in told]
    notify(fresh, words, url=url)
    return len(fresh)


def remind_supplements(day: date) -> int:
    """Ten working days without a supplement: the window calls; nothing is decided against the applicant by itself."""
    calendar, told, days = workdays.load(), 0, int(setting("permits.remind_supplement_days"))
    window_people = list(User.objects.holding(Perms.RECEIVE_PERMIT))
    for application in Application.objects.filter(state=PermitState.SUPPLEMENT, supplement_told_on__lt=day):
        waited = workdays.working_days_between(application.supplement_told_on or day, day, calendar)
        if waited >= days:
            words = f"许可 {application.number} 告知补正已满{days}个工作日，请联系申请人。"
            told += once(window_people, words, application.get_absolute_url())
    return told


def remind_surveys(day: date) -> int:
    told = 0
    for survey in surveys.late_surveys(day):
        accounts = [person.account for person in survey.officers if person.account is not None]
        told += once(
            accounts, f"查勘超过派单期限（{survey.due_on}）：{survey.application.number}", survey.get_absolute_url()
        )
    return told


def remind_visits(day: date) -> int:
    """The squad hears of a look on its day, and once more when the day has passed."""
    told = 0
    for application, visit in waiting_visits(None, day):
        if visit.due <= day:
            late = "（已过期未查）" if visit.due < day else ""
            words = f"{visit.label}{late}：许可 {application.number}，{application.location}，应于{visit.due}检查。"
            told += once(supervision.watchers(application), words, f"{application.get_absolute_url()}?tab=site")
    return told


def remind_payments(day: date) -> int:
    """The day to pay by is over and something is open: who collects and who handles the case hear of it once."""
    told, collectors = 0, list(User.objects.holding(Perms.COLLECT_FEES))
    for application in Application.objects.filter(state=PermitState.FEE_DUE, pay_due__lt=day).select_related("handler"):
        if (left := fees.outstanding(application)) > 0:
            people = {each.pk: each for each in (*collectors, application.handler) if each is not None}
            words = f"许可 {application.number} 缴费期限（{application.pay_due}）已过，还有 {left} 元未缴，请催缴。"
            told += once(list(people.values()), words, f"{application.get_absolute_url()}?tab=fees")
    return told
