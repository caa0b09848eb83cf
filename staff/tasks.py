"""Celery shells of the office. Long jobs register themselves in each app's tasks.py (see staff/jobs.py)."""

from celery import shared_task
from django.utils import timezone

from staff import jobs
from staff.models import CalendarYear, User, notify, seal_activities
from staff.permissions import Perms

__all__ = ["jobs"]


@shared_task(name="staff.seal_activities")
def seal() -> int:
    return seal_activities()


@shared_task(name="staff.warn_calendar")
def warn_calendar() -> None:
    """From November on, tell the keepers of reference data that next year's working days are missing."""
    year = CalendarYear.missing_next_year(timezone.localdate())
    if year is None:
        return
    text = f"{year}年放假安排公布后，请在“基础数据→工作日历”中录入，否则涉及{year}年的期限只能按暂定计算。"
    keepers = [u for u in User.objects.filter(is_active=True) if u.has_perm(Perms.MANAGE_REFERENCE)]
    fresh = [u for u in keepers if not u.inbox.unread().filter(text=text).exists()]
    notify(fresh, text, url="/admin/staff/calendaryear/")
