"""The demo bureau's papers at work: last year's first half-year signed and sent, this year's with sections asked of units."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from config.periods import Period
from reports.checklist import checklist
from reports.compilation import compile_content
from reports.models import Report
from reports.workflow import checks, issuing, materials, sent, summaries
from staff.models import Unit, User
from staff.refusals import Refused

RECIPIENTS = "南湖新区管理委员会办公室\n岳阳市城市管理委员会办公室"
ASKED = (("市容环境卫生考评工作全面开展", "1005", "写考评发现、整改和通报，500字左右。"), ("禁炮管理工作稳中有序推进", "1014", "写春节、元宵值守和联合行动。"))  # fmt: skip


def person(username: str) -> User:
    return User.objects.get(username=username)


def seed_signed(key: str) -> None:
    """Sent in, checked with remarks, signed, sent; left as a draft if the demo's records do not let it be signed."""
    report = Report.objects.get(period_key=key, outline="long")
    office, deputy, director = person("1004"), person("1003"), person("1002")
    summaries.change_settings(
        report,
        title=report.title,
        cut_off=None,
        profile=report.profile,
        recipients=RECIPIENTS,
        by=office,
        seen=report.version,
    )
    try:
        issuing.submit_report(report, by=office)
        content = compile_content(report.period, list(report.present_sections))
        digests = [item.digest for item in checklist(report, content).open]
        checks.mark_checks(report, digests, remark="已与业务科室核实", by=deputy)
        issuing.pass_check(report, by=deputy)
    except Refused:
        return
    signed = issuing.issue_report(report, by=director)
    sent.record_report_sent(
        signed, recipient=RECIPIENTS.splitlines()[0], sent_on=timezone.localdate(), by=office, note="演示报送"
    )


def seed_asked(key: str) -> None:
    """Two sections of the running paper asked of the units that know; and one page over the same figures."""
    report, office = Report.objects.get(period_key=key, outline="long"), person("1004")
    due = timezone.localdate() + timedelta(days=5)
    for heading, username, note in ASKED:
        section = report.present_sections.filter(heading=heading).first()
        writer = User.objects.filter(username=username).select_related("unit").first()
        if section is not None and writer is not None and writer.unit is not None:
            unit: Unit = writer.unit
            materials.ask_material(report, section=section, unit=unit, person=writer, due_on=due, note=note, by=office)
    summaries.create_report(Period.parse(key), by=office, outline="page")


def seed() -> None:
    seed_signed("2025H1")
    seed_asked("2026H1")
