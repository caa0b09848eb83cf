"""The one door to the ban's assessment: deductions, the monthly bulletin, its correction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from config.pdf import render_pdf
from config.periods import Period
from fireworks.models import BanBulletin, BanEntry, BanItem, BanMeasure, BanScheme
from fireworks.scoring import Deduction, UnitLine, bulletin_lines, facts_by_unit, grand_total
from staff.case_papers import paper_head
from staff.models import Activity, User, Verb, changed_fields, logged_values, notify, setting
from staff.papers import AlreadySigned, sign_paper
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import correct_record, store_record, void_record

SERIES = "ban-bulletin"
SERIES_DEFAULTS = {"name": "禁炮考评通报", "mark": "禁炮", "pattern": "岳南{mark}通〔{year}〕{number}号"}
MOST_POINTS = Decimal(100)
SHOWN_LENGTH = 20


def month_end(month: str) -> date:
    return Period.parse(month).end


def check_entry(entry: BanEntry) -> None:
    """The item must be of the scheme in force in the month; the month has begun."""
    if month_begins(entry.month) > timezone.localdate():
        raise Refused("这个月还没有开始。请核对月份。", "month")
    scheme = BanScheme.objects.in_force_on(month_end(entry.month))
    if scheme is None:
        raise Refused(f"{entry.month}没有施行中的禁炮考评办法。请先登记办法。", "month")
    if entry.item.scheme_id != scheme.pk:
        raise Refused(f"这一项不在{entry.month}施行的“{scheme.name}”里。请重新选择。", "item")
    if entry.points > MOST_POINTS:
        raise Refused("一条扣分不能超过 100 分。请核对。", "points")
    if entry.happened_on is not None and f"{entry.happened_on:%Y-%m}" > entry.month:
        raise Refused("日期晚于考评月份。请核对月份或日期。", "happened_on")


def month_begins(month: str) -> date:
    return Period.parse(month).start


@transaction.atomic
def record_entry(entry: BanEntry, *, by: User | None) -> BanEntry:
    """Store an unsaved deduction. After the month's bulletin it is recorded too, and flagged: a correction is due."""
    check_entry(entry)
    mark_changed(entry.month)
    entry.after_issue = is_issued(entry.month)
    return store_record(entry, by=by, title="登记扣分")


@transaction.atomic
def correct_entry(entry: BanEntry, *, by: User, seen: int) -> BanEntry:
    """A correction; moved to another month it concerns the bulletins of both."""
    check_entry(entry)
    mark_changed(BanEntry.objects.get(pk=entry.pk).month, entry.month)
    entry.after_issue = is_issued(entry.month)
    return correct_record(entry, by=by, seen=seen)


@transaction.atomic
def void_entry(entry: BanEntry, *, by: User, reason: str) -> BanEntry:
    mark_changed(entry.month)
    return void_record(entry, by=by, reason=reason)


def mark_changed(*months: str) -> None:
    """The desk then looks whether what is signed of these months still says what the entries say.

    Before the entries are touched: this waits for who is just signing, and he for us.
    """
    BanBulletin.objects.filter(month__in=months).update(changed_since=True)


def corrections_due() -> list[BanBulletin]:
    """Signed bulletins that the entries no longer bear out, and that nobody corrects yet."""
    touched = BanBulletin.objects.standing().filter(changed_since=True).order_by("month")
    return [bulletin for bulletin in touched if has_drifted(bulletin)]


def is_issued(month: str) -> bool:
    return BanBulletin.objects.filter(month=month, signed_at__isnull=False).exists()


def lines_of(month: str) -> list[UnitLine]:
    """The month's deductions as they stand now."""
    entries = BanEntry.objects.recorded().filter(month=month).select_related("unit", "item")
    ordered = entries.order_by("unit__order", "unit_id", "happened_on", "pk")
    return bulletin_lines(
        Deduction(each.unit.label, each.item.block, each.fact, each.points, each.unit_id) for each in ordered
    )


def shown_lines(bulletin: BanBulletin) -> list[UnitLine]:
    """What a bulletin says: frozen once it is issued, else as things stand."""
    return [UnitLine.of(plain) for plain in bulletin.lines] if bulletin.is_signed else lines_of(bulletin.month)


def has_drifted(bulletin: BanBulletin) -> bool:
    """定稿后数据变动: the entries no longer say what the month's last issued bulletin says."""
    if not bulletin.is_signed:
        return False
    return facts_by_unit(line.as_plain() for line in lines_of(bulletin.month)) != facts_by_unit(bulletin.lines)


@transaction.atomic
def make_bulletin(bulletin: BanBulletin, *, by: User | None) -> BanBulletin:
    """Store an unsaved bulletin of a month as a draft. Refused before the month begins or if there is one already."""
    if month_begins(bulletin.month) > timezone.localdate():
        raise Refused("这个月还没有开始，不能拟通报。", "month")
    bulletin.made_by = by
    try:
        with transaction.atomic():
            bulletin.save()
    except IntegrityError as error:
        raise Refused("这个月已经有通报。要改已签发的，请在那份通报里拟更正通报。", "month") from error
    Activity.record(Verb.CREATE, bulletin, by=by, title="编制通报")
    return bulletin


@transaction.atomic
def correct_bulletin(issued: BanBulletin, *, reason: str, by: User) -> BanBulletin:
    """A draft that corrects an issued bulletin and names it. Refused if nothing changed or there is one already."""
    current = BanBulletin.objects.select_for_update(of=("self",)).get(pk=issued.pk)
    if not current.is_signed:
        raise Refused("这份通报还没有签发，直接改扣分即可，不必更正。")
    if BanBulletin.objects.filter(corrects=current).exists():
        raise Refused("这份通报已经有更正通报，请打开它。")
    if not has_drifted(current):
        raise Refused("扣分与签发时一样，没有可更正的。请先更正或作废扣分。")
    draft = BanBulletin(month=current.month, foreword=current.foreword, corrects=current, correction_reason=reason)
    draft.made_by = by
    draft.save()
    Activity.record(Verb.CREATE, draft, by=by, title="编制更正通报", note=f"更正 {current.number}：{reason}")
    return draft


class Discarded(Refused):
    """The draft was thrown away while somebody had it open: there is nothing left to sign, edit or discard."""

    def __init__(self, bulletin: BanBulletin) -> None:
        super().__init__(f"《{bulletin}》的拟稿刚被废弃，没有可签发或修改的。需要的请重新拟制。")


def locked(bulletin: BanBulletin) -> BanBulletin:
    current = BanBulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin.pk).first()
    if current is None:
        raise Discarded(bulletin)
    return current


def locked_draft(bulletin: BanBulletin) -> BanBulletin:
    current = locked(bulletin)
    if current.is_signed:
        raise Refused(f"《{current}》已签发，不能再修改。有变动请拟更正通报。")
    return current


@transaction.atomic
def edit_bulletin(bulletin: BanBulletin, *, by: User, seen: int) -> BanBulletin:
    """The words of a draft; its table follows from the entries."""
    current = locked_draft(bulletin)
    if current.version != seen:
        raise ChangedMeanwhile("这份通报")
    changes = changed_fields(logged_values(current), logged_values(bulletin))
    bulletin.version = seen + 1
    bulletin.save()
    Activity.record(Verb.UPDATE, bulletin, by=by, title="修改通报", changes=changes)
    return bulletin


@transaction.atomic
def discard_bulletin(bulletin: BanBulletin, *, by: User) -> None:
    """A draft goes without a trace but the log's; nothing signed is ever removed."""
    current = locked_draft(bulletin)
    Activity.record(Verb.DELETE, current, by=by, title="废弃拟稿")
    current.delete()


def bulletin_paper(bulletin: BanBulletin, *, number: str = "") -> dict[str, Any]:
    """What the paper says, as data for its template."""
    lines = shown_lines(bulletin)
    day = bulletin.signed_at or timezone.now()
    kind = "更正通报" if bulletin.corrects_id else "通报"
    title = f"{setting('bureau.short_name')}关于{bulletin.label}禁炮工作考评情况的{kind}"
    paper = paper_head(title, number=number or bulletin.number, day=timezone.localdate(day))
    return {"paper": paper, "bulletin": bulletin, "lines": lines, "total": grand_total(lines)}


def bulletin_pdf(bulletin: BanBulletin, *, number: str = "") -> bytes:
    return render_pdf("fireworks/pdf/bulletin.html", bulletin_paper(bulletin, number=number))


def shown_as(bulletin: BanBulletin) -> str:
    """What a bulletin says, in short: who signs sends it back, so that what is signed is what was read."""
    lines = [line.as_plain() for line in shown_lines(bulletin)]
    words = [bulletin.foreword, bulletin.correction_reason, lines]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:SHOWN_LENGTH]


@transaction.atomic
def issue_bulletin(bulletin: BanBulletin, *, by: User, seen: str | None = None) -> None:
    """Freeze the lines, number, sign. The second to sign is told who was first; the assessed units are told.

    `seen`: `shown_as` of the page. Refused if the deductions or the words say something else by now.
    """
    current = locked(bulletin)
    if not current.is_signed:
        if seen is not None and seen != shown_as(current):
            raise Refused("扣分或文字在您打开以后有变动，通报没有签发。请看过现在的内容再签发。")
        bulletin.lines, bulletin.changed_since = [line.as_plain() for line in lines_of(bulletin.month)], False
    try:
        sign_paper(
            bulletin,
            by=by,
            series=SERIES,
            defaults=SERIES_DEFAULTS,
            render=lambda number: bulletin_pdf(bulletin, number=number),
            also=("lines", "changed_since"),
        )
    except AlreadySigned as refusal:
        raise Refused(str(refusal)) from refusal
    BanEntry.objects.recorded().filter(month=bulletin.month).update(after_issue=False)
    units = BanEntry.objects.recorded().filter(month=bulletin.month).values("unit")
    notify(User.objects.filter(unit__in=units), f"{bulletin}已签发（{bulletin.number}）。", about=bulletin)


@transaction.atomic
def store_scheme(
    scheme: BanScheme, items: Sequence[BanItem], measures: Sequence[BanMeasure], *, by: User | None
) -> BanScheme:
    """Store an unsaved version with its unsaved items and measures. A used version is not changed: the next one is stored."""
    scheme.save()
    for item in items:
        item.scheme = scheme
    for measure in measures:
        measure.scheme = scheme
    BanItem.objects.bulk_create(items)
    BanMeasure.objects.bulk_create(measures)
    Activity.record(Verb.CREATE, scheme, by=by, title="登记考评办法", note=scheme.source)
    return scheme
