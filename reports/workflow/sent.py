"""The door for 报送留底: what went upwards, from a signed summary or from any other sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from config.periods import Period
from reports.checklist import as_kept
from reports.models import Report, SentFigure, Submission
from staff.models import Activity, User, Verb, changed_fields
from staff.refusals import Refused
from staff.workflow.records import check_day, correct_record


@dataclass(frozen=True)
class SentValue:
    """One figure as it was sent. `name` "" for one that no register of ours holds."""

    label: str
    value: str
    unit: str = ""
    name: str = ""


@transaction.atomic
def record_submission(
    *, period: Period, title: str, recipient: str, sent_on: date, values: Sequence[SentValue], by: User, note: str = ""
) -> Submission:
    """A daily, weekly or monthly sheet that was sent, figure by figure. What was sent is a fact: nothing is refused for its value."""
    check_day(sent_on, "sent_on", "报送日期")
    check_values(values)
    submission = Submission.objects.create(
        period_key=period.key, title=title, recipient=recipient, sent_on=sent_on, note=note, recorded_by=by
    )
    keep(submission, values)
    Activity.record(Verb.CREATE, submission, by=by, title=f"登记报送：{submission}（{len(values)} 项数据）", note=note)
    return submission


@transaction.atomic
def record_report_sent(report: Report, *, recipient: str, sent_on: date, by: User, note: str = "") -> Submission:
    """A signed summary that was sent: its frozen figures are what was reported."""
    compilation = report.compilations.first()
    check_day(sent_on, "sent_on", "报送日期")
    if report.is_open or compilation is None:
        raise Refused("还没有签发，不能登记报送。")
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                period_key=report.period.key,
                title=report.title,
                recipient=recipient,
                sent_on=sent_on,
                report=report,
                note=note,
                recorded_by=by,
            )
    except IntegrityError as error:
        raise already(sent_on, recipient) from error
    frozen = compilation.frozen_figures.exclude(value="")
    values = [SentValue(each.label, as_kept(each.value, SentFigure), each.unit, each.name) for each in frozen]
    keep(submission, values)
    Activity.record(Verb.CREATE, submission, by=by, title=f"登记报送：{submission}（{len(values)} 项数据）", note=note)
    Activity.record(Verb.UPDATE, report, by=by, title=f"登记报送：{recipient}，{sent_on}", note=note)
    return submission


def already(sent_on: date, recipient: str) -> Refused:
    return Refused(f"{sent_on}报送{recipient}已经登记过。", "recipient")


def check_values(values: Sequence[SentValue]) -> None:
    if not values:
        raise Refused("至少登记一个报送的数。")
    names = [value.name for value in values if value.name]
    if len(names) != len(set(names)):
        raise Refused("同一个数据登记了两次，请合并。")


@transaction.atomic
def correct_submission(
    submission: Submission, values: Sequence[SentValue] | None, *, by: User, seen: int, reason: str
) -> Submission:
    """A slip in what was entered; the log keeps what it said. The figures of a signed summary are its frozen ones and
    stay (`values` is None)."""
    check_day(submission.sent_on, "sent_on", "报送日期")
    try:
        with transaction.atomic():
            correct_record(submission, by=by, seen=seen, reason=reason)
    except IntegrityError as error:
        raise already(submission.sent_on, submission.recipient) from error
    if values is not None and submission.report_id is None:
        check_values(values)
        before = words_of(submission.figures.all())
        submission.figures.all().delete()
        keep(submission, values)
        after = {**dict.fromkeys(before, ""), **words_of(submission.figures.all())}
        if changes := changed_fields(before, after):
            Activity.record(Verb.UPDATE, submission, by=by, title="修改报送的数", changes=changes, note=reason)
    return submission


def words_of(figures: Iterable[SentFigure]) -> dict[str, str]:
    """What the log says of each figure, by its place: two may have one label."""
    return {f"第{place}项": f"{each}{f'（{each.name}）' if each.name else ''}" for place, each in enumerate(figures, 1)}


def keep(submission: Submission, values: Sequence[SentValue]) -> None:
    SentFigure.objects.bulk_create(
        SentFigure(submission=submission, name=each.name, label=each.label, value=each.value, unit=each.unit)
        for each in values
    )
