"""The unit's side and the answer to it: rectified, reviewed, sent back, more time; and the photos that show it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.enums import TRANSITIONS, FindingState, PhotoKind, RequestState, ReviewOutcome
from inspections.models import Extension, Finding, FindingPhoto, RectificationReport, Review
from inspections.workflow.notice import office, people_of
from inspections.workflow.points import rescore_followers
from inspections.workflow.steps import TransitionNotAllowed, check_past, last_step, locked, move, record_step
from staff.models import Activity, User, Verb, notify
from staff.refusals import Refused
from staff.uploads import save_image

EDGE_OF = {ReviewOutcome.PASSED: "pass", ReviewOutcome.RETURNED: "return", ReviewOutcome.FALSE: "return"}


# --- Photos -----------------------------------------------------------------------------------------------------------


def add_photo(
    finding: Finding,
    upload: UploadedFile,
    kind: str,
    *,
    by: User,
    report: RectificationReport | None = None,
    field: str = "photos",
) -> FindingPhoto:
    """Store a photo of a finding. Refused if it is no picture, or an "after" photo that was used before.

    An "after" photo without shot time, or shot before the order, is taken and flagged: WeChat strips the data.
    """
    if kind == PhotoKind.AFTER:
        check_unused(finding, upload, field, report=report)
    try:
        with transaction.atomic():
            photo = save_image(upload, FindingPhoto, by=by, finding=finding, kind=kind, report=report)
    except ValidationError as error:
        raise Refused("".join(error.messages), field) from error
    except IntegrityError as error:  # somebody used the same picture between the check above and now
        check_unused(finding, upload, field, report=report)
        raise Refused("这张照片刚被用过，不能作为本条的整改后照片。请到现场重新拍摄。", field) from error
    flag = after_flag(photo, finding) if kind == PhotoKind.AFTER else ""
    if flag and photo.flag != flag:
        photo.flag = flag
        photo.save(update_fields=["flag"])
    return photo


def check_unused(
    finding: Finding, upload: UploadedFile, field: str, *, report: RectificationReport | None = None
) -> None:
    upload.seek(0)
    digest = hashlib.sha256(upload.read()).hexdigest()
    upload.seek(0)
    used = FindingPhoto.objects.filter(source_sha256=digest).select_related("finding").order_by("pk").first()
    if used is None:
        return
    if used.finding_id != finding.pk:
        raise Refused(f"这张照片已在 {used.finding.number} 用过，不能作为本条的整改后照片。请到现场重新拍摄。", field)
    if report is not None and used.report_id == report.pk:
        raise Refused("本次反馈里同一张照片选了两次。请去掉重复的一张再提交。", field)
    what = "上一次反馈" if used.kind == PhotoKind.AFTER else "整改前"
    raise Refused(f"这张照片就是{what}的照片。请到现场重新拍摄整改后的情况。", field)


def after_flag(photo: FindingPhoto, finding: Finding) -> str:
    if photo.shot_at is None:
        return "照片没有拍摄时间"
    start = finding.delivered_at or finding.found_at
    return "拍摄时间早于交办送达" if photo.shot_at < start else ""


# --- The unit reports, the office reviews -----------------------------------------------------------------------------


@transaction.atomic
def report_rectified(
    finding: Finding,
    *,
    by: User,
    done: str,
    finished_at: datetime | None = None,
    person: str = "",
    photos: Sequence[UploadedFile] = (),
) -> RectificationReport:
    """反馈整改: what was done, with photos. Reporting never refuses what happened; what looks odd is flagged."""
    current, moment = locked(finding), finished_at or timezone.now()
    move(current, "report")
    check_past(moment, since=current.found_at, what="整改完成时间", field="finished_at")
    report = RectificationReport.objects.create(
        finding=current,
        round=current.reports.count() + 1,
        done=done,
        finished_at=moment,
        person=person,
        flag=report_flag(current, moment, photos),
        reported_by=by,
    )
    for upload in photos:
        add_photo(current, upload, PhotoKind.AFTER, by=by, report=report)
    current.stopped_at = report.reported_at  # not `finished_at`, which the unit types in itself
    current.save(update_fields=["state", "stopped_at", "version"])
    record_step(current, "report", by=by, note=done)
    text = f"{current.lead_unit.label}反馈 {current.number} 已整改，请复查。"
    notify(office(), text, url=current.get_absolute_url())
    return report


def report_flag(finding: Finding, moment: datetime, photos: Sequence[UploadedFile]) -> str:
    flags = []
    if finding.delivered_at is not None and moment < finding.delivered_at:
        flags.append("整改完成时间早于交办送达")
    if not photos:
        flags.append("没有整改后照片")
    return "；".join(flags)


@transaction.atomic
def review_finding(
    finding: Finding,
    *,
    outcome: str,
    by: User,
    reason: str = "",
    reviewed_at: datetime | None = None,
    seen: int | None = None,
) -> Review:
    """复查. Of two reviewers one wins, the other is told who. In time or late goes by the report that is passed (step 8).

    `seen`: how many reports were on the screen; a conclusion about an earlier one is none about the last.
    """
    current, moment = locked(finding), reviewed_at or timezone.now()
    verdict = ReviewOutcome(outcome)
    if verdict in ReviewOutcome.FAILED and not reason:
        raise Refused("复查不合格的，请写明哪里不到位，责任单位据此返工。", "reason")
    move(current, EDGE_OF[verdict])
    check_past(moment, since=current.found_at, what="复查时间", field="reviewed_at")
    report = current.reports.order_by("-round").first()
    if seen is not None and report is not None and report.round != seen:
        raise TransitionNotAllowed(
            f"{current.number}在您打开以后又反馈过，没有登记结论。请看过第 {report.round} 次反馈再复查。"
        )
    flag = "复查时间早于整改完成时间" if report is not None and moment < report.finished_at else ""
    try:
        with transaction.atomic():
            review = Review.objects.create(
                finding=current, report=report, outcome=verdict, reason=reason, flag=flag, reviewed_at=moment, reviewed_by=by
            )  # fmt: skip
    except IntegrityError as error:
        raise TransitionNotAllowed(f"{current.number}这次反馈已经复查过。{last_step(current)}") from error
    settle(current, verdict, moment)
    record_step(current, EDGE_OF[verdict], by=by, note="；".join(filter(None, (verdict.label, reason, flag))))
    tell_unit_of_review(current, verdict, reason)
    rescore_followers(current, by=by)
    return review


def settle(current: Finding, verdict: ReviewOutcome, moment: datetime) -> None:
    """The rectification facts on the finding. A false report counts as such, not as a send-back besides."""
    if verdict == ReviewOutcome.PASSED:
        current.closed_at = moment
        current.stopped_at = min(current.stopped_at or moment, moment)  # both may be entered long afterwards
    else:
        current.false_reports += verdict == ReviewOutcome.FALSE
        current.send_backs += verdict == ReviewOutcome.RETURNED
    current.save(update_fields=["state", "closed_at", "stopped_at", "send_backs", "false_reports", "version"])


def tell_unit_of_review(finding: Finding, verdict: ReviewOutcome, reason: str) -> None:
    words = "复查合格，已销号" if verdict == ReviewOutcome.PASSED else f"{verdict.label}：{reason}"
    notify(people_of([finding.lead_unit_id]), f"{finding.number} {words}", url=finding.get_absolute_url())


# --- More time --------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(finding: Finding, *, by: User, reason: str, until: datetime) -> Extension:
    """申请延期. Asked after the deadline it is recorded and flagged, and can then only be refused."""
    current = locked(finding)
    if current.state not in FindingState.WITH_UNIT:
        state = current.get_state_display()
        raise TransitionNotAllowed(f"{current.number}目前是“{state}”，不用申请延期。{last_step(current)}")
    if current.extensions.pending().exists():
        raise Refused("这条问题已有一件延期申请待答复，不必重复申请。", "reason")
    if until <= timezone.now() or (current.due_at is not None and until <= current.due_at):
        raise Refused("申请延至的时间应在现在和原期限之后。", "until")
    extension = Extension.objects.create(
        finding=current,
        reason=reason,
        old_due_at=current.due_at,
        until=until,
        is_late=current.due_at is not None and timezone.now() > current.due_at,
        asked_by=by,
    )
    Activity.record(
        Verb.UPDATE, current, by=by, title="申请延期", note=reason, changes={"申请延至": [current.due_at, until]}
    )
    text = f"{current.lead_unit.label}为 {current.number} 申请延期，请在期满前答复。"
    notify(office(), text, url=current.get_absolute_url())
    return extension


@transaction.atomic
def answer_extension(
    extension: Extension, *, by: User, granted: bool, answer: str = "", until: datetime | None = None
) -> Extension:
    """答复延期: granted, the deadline moves; the second to answer is told who was first."""
    current = locked(extension.finding)
    mine = Extension.objects.select_for_update(of=("self",)).get(pk=extension.pk)
    if mine.state != RequestState.PENDING:
        when = timezone.localtime(mine.answered_at or mine.asked_at)
        who = f"{mine.answered_by}已于 {when:%m-%d %H:%M} 答复" if mine.answered_by else "这件延期申请"
        raise TransitionNotAllowed(f"{who}“{mine.get_state_display()}”。")
    moment = until or mine.until
    if granted:
        check_grant(current, mine, moment)
        mine.granted_until = moment
        before, current.due_at = current.due_at, moment
        current.version += 1
        current.save(update_fields=["due_at", "version"])
    elif not answer:
        raise Refused("不同意延期的，请写明理由。", "answer")
    mine.state = RequestState.GRANTED if granted else RequestState.REFUSED
    mine.answer, mine.answered_by, mine.answered_at = answer, by, timezone.now()
    mine.save()
    changes = {"整改期限": [before, moment]} if granted else {}
    title = "同意延期" if granted else "不同意延期"
    Activity.record(Verb.UPDATE, current, by=by, title=title, note=answer, changes=changes)
    till = f"，延至 {timezone.localtime(moment):%m-%d %H:%M}" if granted else f"：{answer}"
    notify(people_of([current.lead_unit_id]), f"{current.number} {title}{till}", url=current.get_absolute_url())
    return mine


def check_grant(finding: Finding, extension: Extension, until: datetime) -> None:
    """What we grant must be grantable: asked and answered before expiry, still to be put right, to a later day.

    Granted after expiry, the new date would erase the lateness that has run by then.
    """
    instead = "请答复不同意；确实无法整改的可以挂账，逾期扣分可由领导批示减免。"
    if extension.is_late:
        raise Refused(f"期满后才申请的不能准予延期。{instead}", "granted")
    if finding.due_at is not None and timezone.now() > finding.due_at:
        expired = f"{timezone.localtime(finding.due_at):%m-%d %H:%M}"
        raise Refused(f"整改期限已于 {expired} 期满，期满后不能再准予延期。{instead}", "granted")
    if finding.state not in TRANSITIONS["report"].sources:
        raise Refused(f"{finding.number}目前是“{finding.get_state_display()}”，不用再延期。请答复不同意。", "granted")
    if finding.due_at is not None and until <= finding.due_at:
        raise Refused("新期限应在原期限之后。", "until")
