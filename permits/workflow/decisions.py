"""The decision and what hangs on it: special procedure and extension before it, fee and licence after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from permits.documents import Remedies
from permits.enums import TRANSITIONS, PauseKind
from permits.models import Application, ClockPause
from permits.paper_kinds import RULES, PaperKind
from permits.workflow import guards
from permits.workflow.steps import Obstacle, Step, begin, check_step_day, end_pause, finish, flag, locked, need, take
from staff.models import Activity, Verb, setting
from staff.refusals import Refused


@dataclass(frozen=True)
class Pause:
    """A ground of 许可法 Art. 45, and the written word to the applicant how long it will take."""

    kind: str
    reason: str
    planned_days: int
    told_on: date | None


@transaction.atomic
def start_special(application: Application, pause: Pause, step: Step) -> ClockPause:
    """The clock stands for a hearing, an appraisal or an expert review, and for nothing else."""
    article = TRANSITIONS["start_special"].basis
    if pause.kind not in PauseKind.values:
        raise Refused(f"期限只因听证、检测鉴定、专家评审中止；现场查勘、征求意见、缴费都不中止（{article}）。", "kind")
    need(pause.reason, "请写明特别程序的事由", article, "reason")
    if pause.told_on is None or pause.planned_days < 1:
        raise Refused(f"应当将所需时间书面告知申请人。请填所需工作日和告知日期（{article}）。", "told_on")
    current = locked(application)
    begin(current, "start_special", step)
    row = ClockPause.objects.create(  # type: ignore[misc]  # people start pauses, no timed task does
        application=current, kind=pause.kind, reason=pause.reason, basis="《行政许可法》第四十五条", started_on=step.day,
        planned_days=pause.planned_days, told_on=pause.told_on, recorded_by=step.by,
    )  # fmt: skip
    finish(current, "start_special", step)
    return row


@transaction.atomic
def end_special(application: Application, step: Step) -> Application:
    """The clock goes on with the next day; a pause that ends on its first day was that day long."""
    current = locked(application)
    begin(current, "end_special", step)
    pause = current.pauses.filter(ended_on=None).first()
    if pause is not None and step.day < pause.started_on:
        raise Refused(f"结束日期早于开始日期（{pause.started_on}）。请核对。", "on")
    end_pause(current, step.day)
    return finish(current, "end_special", step)


@transaction.atomic
def extend(application: Application, reason: str, step: Step) -> Application:
    """延期: once, before the last day, with the reason that the applicant is told."""
    need(reason, "请写明延长期限的理由，并告知申请人", TRANSITIONS["extend"].basis, "reason")
    current = locked(application)
    found = list(guards.before_extension(current, step.day))
    return take(current, "extend", step, found, extended_on=step.day, extension_reason=reason[:200])


@dataclass(frozen=True)
class Verdict:
    """`text`: the conditions of a grant, or the reasons of a refusal."""

    text: str
    decided_by: str


@transaction.atomic
def grant(application: Application, verdict: Verdict, step: Step) -> Application:
    """准予. Two deciding at once: one wins, the other is told who and when."""
    current = locked(application)
    if not step.afterwards:
        need(verdict.text, "请写明许可条件和要求", TRANSITIONS["grant"].basis, "text")
    end_pause(current, step.day)
    found = [
        *guards.decided_early(current, step.day),
        *guards.charged_before(current, step.day),
        *guards.before_grant(current),
        *guards.decided_late(current, step.day),
    ]
    return take(
        current, "grant", step, found, decided_on=step.day, granted=True, conditions=verdict.text,
        decided_by=verdict.decided_by[:60], accepted_on=current.accepted_on,
    )  # fmt: skip


@transaction.atomic
def deny(application: Application, verdict: Verdict, step: Step) -> Application:
    """不予: with reasons and the way to contest it, always."""
    need(verdict.text, "不予许可必须说明理由", TRANSITIONS["deny"].basis, "text")
    current = locked(application)
    end_pause(current, step.day)
    found = [
        *guards.decided_early(current, step.day),
        *guards.charged_before(current, step.day),
        *guards.before_deny(current),
        *guards.decided_late(current, step.day),
    ]
    return take(
        current, "deny", step, found, decided_on=step.day, granted=False, refusal_reason=verdict.text,
        remedies=remedies_words(), decided_by=verdict.decided_by[:60], ended_on=step.day,
    )  # fmt: skip


def remedies_words() -> str:
    """Both ways, with the body and the court as the bureau has set them; the paper is refused while they are not set."""
    body, court = str(setting("remedies.review_body")), str(setting("remedies.court"))
    return Remedies(body or "（行政复议机关未设定）", court or "（有管辖权的人民法院未设定）").words("决定")


@transaction.atomic
def demand_fee(application: Application, step: Step) -> Application:
    current = locked(application)
    return take(current, "demand_fee", step, guards.before_fee_notice(current), fee_told_on=step.day)


@transaction.atomic
def issue(application: Application, step: Step, *, licence_number: str = "") -> Application:
    """发证: once the fee is settled. The number is that of the signed licence, or of the platform that made it."""
    current = locked(application)
    if current.decided_on is not None and step.day < current.decided_on:
        raise Refused(f"发证日期早于决定日期（{current.decided_on}）。请核对。", "on")
    number = licence_number or current.licence_number or signed_licence_number(current)
    found = [*guards.before_issue(current), *guards.issued_late(current, step.day)]
    if not number and not step.afterwards:
        words = "许可证还没有签发。请先签发许可证，或者填写外部平台的证号"
        found.append(Obstacle("no-licence", words, "《行政许可法》第三十九条", "licence_number"))
    begin(current, "issue", step, found)
    if number and Application.objects.filter(licence_number=number).exclude(pk=current.pk).exists():
        raise Refused(f"许可证号 {number} 已被使用。请核对。", "licence_number")
    return finish(current, "issue", step, issued_on=step.day, licence_number=number)


def signed_licence_number(application: Application) -> str:
    paper = application.papers.issued().filter(kind=PaperKind.LICENCE).order_by("-pk").first()
    return paper.label_number if paper is not None else ""


@transaction.atomic
def record_delivery(application: Application, step: Step, *, seen: int | None = None) -> Application:
    """送达 of the licence or of the refusal; how it was served is on the paper's own record."""
    return note_date(application, "delivered_on", "登记送达", step, seen=seen)


@transaction.atomic
def record_publication(application: Application, step: Step, *, seen: int | None = None) -> Application:
    """公示 (双公示) of a grant: within seven working days of the decision; later it is a flaw, wherever it is entered.

    A day that is put right takes its flaw and the day on the paper of the grant along.
    """
    before = locked(application).published_on
    current = note_date(application, "published_on", "登记公示", step, seen=seen)
    if before not in (None, step.day):
        for flaw in current.flaws.filter(code="published-late", edge="publish"):
            flaw.delete()
            Activity.record(Verb.UPDATE, current, by=step.by, title="公示日期更正，删去程序瑕疵", note=flaw.text)
        current.papers.standing().filter(kind=PaperKind.GRANT, published_on=before).update(published_on=step.day)
    due = current.publish_due if current.granted and not current.results_only else None
    if due is not None and step.day > due:
        words = f"决定于{step.day}公示，应在{due}前公示"
        flag(current, [Obstacle("published-late", words, RULES[PaperKind.GRANT].basis)], edge="publish", step=step)
    return current


def note_date(application: Application, field: str, title: str, step: Step, *, seen: int | None) -> Application:
    """`seen`: the version in which the day was typed; the log keeps the day that stood before."""
    current = locked(application)
    if seen is not None and current.version != seen:
        raise Refused(f"您打开以后{current.number}又有改动，没有登记。请刷新页面，核对后再登记。", "on")
    if current.decided_on is None:
        raise Refused(f"{current.number}还没有作出决定，不能{title}。")
    check_step_day(current, step)
    if step.day < current.decided_on:
        raise Refused(f"日期早于决定日期（{current.decided_on}）。请核对。", "on")
    before = getattr(current, field)
    setattr(current, field, step.day)
    current.version += 1
    current.save(update_fields=[field, "version"])
    note = f"{step.day}" if before in (None, step.day) else f"原为{before}，改为{step.day}"
    Activity.record(Verb.UPDATE, current, by=step.by, title=title, note=note)
    return current
