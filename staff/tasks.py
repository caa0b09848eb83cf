"""Celery shells of the office. Long jobs register themselves in each app's tasks.py (see staff/jobs.py)."""

from datetime import date, timedelta

from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from config import backup
from staff import exports, jobs, mailing
from staff.enums import RuleChange
from staff.imports import pipeline
from staff.imports.kinds import ImportKind, one_by_one, register_import
from staff.models import (
    Activity,
    ActivitySeal,
    CalendarYear,
    ImportBatch,
    Job,
    Movement,
    Person,
    Regulation,
    User,
    Verb,
    notify,
    seal_activities,
    verify_chain,
)
from staff.permissions import Perms
from staff.resources.people import CertificateResource, MovementResource, PersonResource, QuotaResource
from staff.resources.regulations import RegulationResource, RuleEntry
from staff.workflow import certificates, establishment, people, regulations


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


# The task comes once an hour, and the age is that of the archive's end: an hourly backup is not to wait for the second hour.
ASKED_EARLY = timedelta(minutes=10)


@shared_task(name="staff.back_up")
def back_up() -> str:
    """A backup when the last one is old enough. That it failed is told to the administrators and to the log."""
    age = backup.newest_age(settings.BACKUP_DIR)
    if not settings.BACKUP_EVERY or (age is not None and age < settings.BACKUP_EVERY - ASKED_EARLY):
        return ""
    try:
        archive = backup.take(settings.BACKUP_DIR, key_file=settings.BACKUP_KEY_FILE)
    except (backup.BackupError, OSError) as error:
        text = f"自动备份没有成功：{error}"[:300]
        keepers = [user for user in User.objects.filter(is_active=True) if user.has_perm(Perms.MANAGE_ACCOUNTS)]
        notify([each for each in keepers if not each.inbox.unread().filter(text=text).exists()], text)
        raise
    backup.prune(settings.BACKUP_DIR, settings.BACKUP_KEEP)
    return archive.name


@jobs.long_job(mailing.SEND_MAIL, label="发送邮件")
def send_mail(job: Job, progress: jobs.Progress) -> None:
    count = mailing.send_waiting()
    progress.step(count, count, f"发出 {count} 封。")


@shared_task(name="staff.send_waiting_mail")
def send_waiting_mail() -> int:
    """Try again what could not be sent, and what a job that died left behind."""
    return mailing.send_waiting()


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


@shared_task(name="staff.warn_certificates")
def warn_certificates() -> int:
    return certificates.warn_of_expiry(timezone.localdate())


def people_day(row: people.NewPerson | people.Completion) -> date:
    return row.entry.happened_on if isinstance(row, people.NewPerson) else date.min


def store_person(row: people.NewPerson | people.Completion, by: User | None, batch: ImportBatch) -> Person:
    if isinstance(row, people.NewPerson):
        return people.add_person(row, by=by, batch=batch)
    return people.complete_person(row, by=by)


def people_written(batch: ImportBatch) -> str:
    """The movements that the sheet brought; the register where it only filled files in."""
    if Movement.objects.filter(batch=batch).exists():
        return f"{reverse('staff:movement-list')}?batch={batch.pk}"
    return reverse("staff:person-list")


register_import(
    ImportKind(
        key="staff.people",
        label="人员",
        permission=Perms.MANAGE_PEOPLE,
        resource=PersonResource,
        publish=one_by_one(store_person, order=people_day),
        personal=True,
        route="staff:person-list",
        written=people_written,
    )
)
register_import(
    ImportKind(
        key="staff.movements",
        label="人员变动",
        permission=Perms.MANAGE_PEOPLE,
        resource=MovementResource,
        publish=one_by_one(
            lambda row, by, batch: people.record_movement(row, by=by, batch=batch), order=lambda row: row.happened_on
        ),
        route="staff:movement-list",
    )
)
register_import(
    ImportKind(
        key="staff.certificates",
        label="执法证",
        permission=Perms.MANAGE_PEOPLE,
        resource=CertificateResource,
        publish=one_by_one(
            lambda row, by, batch: certificates.register_certificate(row, by=by, log=False),
            order=lambda row: row.issued_on,
        ),
        route="staff:certificate-list",
        rows_remember=False,
    )
)
register_import(
    ImportKind(
        key="staff.quotas",
        label="编制数",
        permission=Perms.MANAGE_PEOPLE,
        resource=QuotaResource,
        publish=one_by_one(
            lambda row, by, batch: establishment.set_quota(row, by=by, log=False), order=lambda row: row.valid_from
        ),
        route="staff:quota-list",
        rows_remember=False,
    )
)


def store_rule(entry: RuleEntry, by: User | None, batch: ImportBatch) -> None:
    if entry.change == RuleChange.NEW:
        regulations.record_rule(entry.regulation, entry.version, by=by, batch=batch)
    else:
        document = Regulation.objects.get(code=entry.regulation.code)
        regulations.change_rule(document, entry.version, change=entry.change, by=by, batch=batch)


register_import(
    ImportKind(
        key="staff.regulations",
        label="制度",
        permission=Perms.MANAGE_REGULATIONS,
        resource=RegulationResource,
        publish=one_by_one(
            store_rule, order=lambda entry: (entry.version.effective_on, entry.change != RuleChange.NEW)
        ),
        route="staff:regulation-list",
        rows_remember=False,
    )
)


@jobs.long_job("staff.verify_log", label="校验操作日志")
def verify_log(job: Job, progress: jobs.Progress) -> None:
    """Seal what is new, walk the whole chain, log the result. A chain that does not hold fails the job, in words."""
    seal_activities()
    total = ActivitySeal.objects.count()
    report = verify_chain(lambda done: progress.step(min(done, total), total))
    found = "；".join(report.problems)
    words = f"日志链校验不通过：{found}" if found else f"日志链完整，共校验 {report.sealed} 条。"
    Activity.record(Verb.TRANSITION, by=job.owner, title="校验操作日志", note=words, succeeded=not found)
    if found:
        raise jobs.JobFailed(words)
    progress.step(total, total, words)
