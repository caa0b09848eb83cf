"""Celery shells of the office. Long jobs register themselves in each app's tasks.py (see staff/jobs.py)."""

from celery import shared_task
from django.utils import timezone

from staff import exports, jobs
from staff.imports import pipeline
from staff.models import CalendarYear, Job, User, notify, seal_activities
from staff.permissions import Perms


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


@shared_task(name="staff.clear_stale_imports")
def clear_stale_imports() -> int:
    return pipeline.clear_stale()


@jobs.long_job("staff.check_import", label="检查导入的表格")
def check_import(job: Job, progress: jobs.Progress) -> None:
    pipeline.check(job, progress)


@jobs.long_job("staff.publish_import", label="导入")
def publish_import(job: Job, progress: jobs.Progress) -> None:
    pipeline.publish(job, progress)


@jobs.long_job("staff.export_list", label="导出列表")
def export_list(job: Job, progress: jobs.Progress) -> None:
    exports.run(job, progress)
