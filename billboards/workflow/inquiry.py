"""Records that are no step of their own: the site, interviews, the party's statements and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from billboards.dossier import Dossier
from billboards.models import Case, CaseOfficer, Dunning, Interview, Notice, SiteRecord
from billboards.workflow.cases import log
from billboards.workflow.guards import Entry, Problem
from billboards.workflow.guards.problems import two_officers
from billboards.workflow.steps import attach, locked, refuse_or_flaw
from config.display import date_cn
from staff.models import User
from staff.refusals import Refused
from staff.workflow.records import check_day

ART_55 = "《行政处罚法》第五十五条第一款"


@transaction.atomic
def record_sheet(
    case: Case, record: SiteRecord | Interview, officers: Sequence[CaseOfficer], *, by: User, late: bool = False
) -> SiteRecord | Interview:
    """A record of the site or of an interview. One officer, or no certificate shown: refused, or on record as a flaw."""
    current = locked(case)
    if current.is_done:
        raise Refused(f"案件{current.get_state_display()}，不能再加笔录。")
    day = timezone.localdate(record.started_at)
    check_day(day, "started_at", "开始时间")
    entry = Entry(day=day, record=record, late=late, officers=officers)
    attach(current, entry, by)
    refuse_or_flaw(current, entry, list(sheet_problems(entry)), by=by)
    record.save()
    record.officers.set(officers)
    log(current, f"登记{record._meta.verbose_name}", by=by, note=str(record))
    return record


def sheet_problems(entry: Entry) -> Iterator[Problem]:
    yield from two_officers(entry.officers, entry.day)
    if not entry.record.certificate_shown:
        yield Problem("no_certificate", "没有出示执法证件", ART_55, "certificate_shown")
    told = getattr(entry.record, "rights_told", None)
    if told is False or getattr(entry.record, "recusal_told", None) is False:
        field = "recusal_told" if told is None else "rights_told"
        yield Problem("untold", "没有告知申请回避等权利", "《行政处罚法》第四十三条、第五十五条", field)


@transaction.atomic
def record_statement(case: Case, *, by: User, on: date, text: str, hearing: bool = False) -> Notice | Dunning:
    """The party spoke up: on the notice before a decision, on the dunning after it. `hearing`: it asked for one."""
    current = locked(case)
    check_day(on, "on", "收到日期")
    record = heard_record(current)
    refuse_before_issue(record, on)
    if hearing:
        if not isinstance(record, Notice) or not record.with_hearing:
            raise Refused("没有告知听证权利，请先核对告知书（《行政处罚法》第六十三条）。", "hearing")
        record.hearing_asked_on = min(on, record.hearing_asked_on or on)
    answered = add_words(record, on, text) if text else ""
    record.save()
    changes = {"复核意见": [answered, "待复核"]} if answered else None
    log(current, "当事人申请听证" if hearing and not text else "收到陈述申辩", by=by, changes=changes)
    return record


def refuse_before_issue(record: Notice | Dunning, on: date) -> None:
    """A party may speak before service takes effect: it reads the announcement (公告) and comes; but not before the paper is."""
    if on < record.issued_on:
        raise Refused(f"日期早于{record._meta.verbose_name}的出文日期（{record.issued_on}）。请核对。", "on")


def words_of_reply(record: Notice | Dunning) -> str:
    return f"{record.replied_on} {record.get_outcome_display()}：{record.reply}"


def add_words(record: Notice | Dunning, on: date, text: str) -> str:
    """Put a statement to those before it, each with its day. Returns the answer that is taken back: it knew not of this.

    The log keeps it; what was answered once is answered anew, with everything before the officer's eyes.
    """
    earlier = record.statement_on
    if earlier is None:
        record.statement_on, record.statement = on, text
    elif f"\n{text}（{date_cn(on)}收到）" in f"\n{record.statement}（{date_cn(earlier)}收到）":
        return ""  # sent twice
    elif on >= earlier:
        record.statement_on, record.statement = on, f"{record.statement}（{date_cn(earlier)}收到）\n{text}"
    else:
        record.statement = f"{text}（{date_cn(on)}收到）\n{record.statement}"
    if record.replied_on is None:
        return ""
    answered = words_of_reply(record)
    record.replied_on, record.outcome, record.reply = None, "", ""
    return answered


def heard_record(case: Case) -> Any:
    """What the party's word is about now; Refused where nothing is out that it could be about."""
    found = Dossier(case).spoken_of
    if found is None:
        words = f"案件{case.get_state_display()}，没有等待陈述申辩的告知或者催告。"
        raise Refused(f"{words}已经告知或者催告的，请先补录“事先告知”或者“催告”。")
    return found


@transaction.atomic
def reply_statement(case: Case, *, by: User, on: date, outcome: str, reply: str) -> Notice | Dunning:
    """书面复核意见 (处罚法 Art. 45; 强制法 Art. 36): adopted or not, and why."""
    current = locked(case)
    check_day(on, "on", "复核日期")
    record = heard_record(current)
    if record.statement_on is None:
        raise Refused("没有登记当事人的陈述申辩，请先登记。", "on")
    if on < record.statement_on:
        raise Refused(f"复核日期早于收到陈述申辩的日期（{record.statement_on}）。", "on")
    before = words_of_reply(record) if record.replied_on else ""
    record.outcome, record.reply, record.replied_on = outcome, reply, on
    record.save()
    after = words_of_reply(record)
    changes = {"复核意见": [before, after]} if before and before != after else None
    log(current, f"复核陈述申辩：{record.get_outcome_display()}", by=by, changes=changes)
    return record


@transaction.atomic
def waive_statement(case: Case, *, by: User, on: date) -> Notice:
    """A written waiver (Art. 62): the days need not be waited for."""
    current = locked(case)
    check_day(on, "on", "日期")
    notice = current.notices.order_by("-pk").first()
    if notice is None or notice.served_on is None:
        raise Refused("事先告知书还没有送达，无从放弃（《行政处罚法》第四十四条、第六十二条）。", "on")
    refuse_before_issue(notice, on)
    notice.waived_on = on
    notice.save(update_fields=["waived_on"])
    log(current, "当事人书面放弃陈述申辩", by=by)
    return notice
