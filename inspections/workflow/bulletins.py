"""Bulletins: drafted from the month's scores, edited, signed; a change of data afterwards makes a correction bulletin."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from config.display import minute
from config.figures import one_reading
from config.pdf import render_pdf
from config.periods import Period
from inspections.bulletin_paper import bulletin_book, bulletin_paper
from inspections.checksheet import CheckSheet, SheetStanding, findings_of, sheet_of, waiting
from inspections.composite import Component
from inspections.drafting import Rates, correction_note, draft_of
from inspections.enums import BULLETIN_TRANSITIONS, BulletinState
from inspections.figures import rectification
from inspections.league import stand_month
from inspections.models import Bulletin, BulletinLine, RewardRule, ScoringRuleSet
from inspections.month import MonthReader, UnitMonth
from inspections.rewards import outcome_of
from inspections.scoring import ZERO
from inspections.standings import Standing
from staff.imports.workbooks import write_book
from staff.models import Activity, User, Verb, notify, setting
from staff.models.activity import changed_fields
from staff.papers import AlreadySigned, sign_paper
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused

SERIES = "assessment-bulletin"
SERIES_DEFAULTS = {"name": "考评通报", "mark": "考评", "pattern": "岳南城管{mark}通〔{year}〕{number}号"}
TEN = Decimal("0.0000000001")
TEXTS = ("title", "overall", "good", "problems", "demands", "copies")
LONGEST_RUN = 12


@dataclass(frozen=True)
class Reckoning:
    """A month reckoned anew: standings, the lines that a bulletin would print, and on demand the sheets behind them."""

    rows: list[UnitMonth]
    standings: list[Standing[UnitMonth]]
    lines: list[BulletinLine]

    @cached_property
    def sheets(self) -> list[CheckSheet]:
        findings = findings_of(self.rows)
        return [sheet_of(row, findings) for row in self.rows]


def exact(score: Decimal | None) -> Decimal | None:
    return None if score is None else score.quantize(TEN, ROUND_HALF_UP)


def reckon(month: str, as_of: datetime) -> Reckoning:
    rows = MonthReader([month], as_of=as_of).of(month)
    standings = stand_month(rows)
    lines = [line_of(each, order) for order, each in enumerate(standings)]
    reward(month, lines)
    return Reckoning(rows, standings, lines)


def line_of(standing: Standing[UnitMonth], order: int) -> BulletinLine:
    row = standing.entrant
    return BulletinLine(
        unit=row.unit,
        group=standing.group,
        order=order,
        **{component.value: exact(row.components[component]) for component in Component},
        bonus=min(row.bonus, row.rules.bonus_cap),
        exact=exact(row.exact),
        score=standing.score,
        rank=standing.rank,
        tied=standing.tied,
        findings=len(row.lines),
        late=row.late,
        deducted=row.deducted.quantize(TEN, ROUND_HALF_UP),
        held=row.held.quantize(Decimal("0.0001"), ROUND_HALF_UP),
        planned=row.planned,
        visited=row.visited,
    )


def month_before(month: str) -> str:
    return f"{Period.parse(month).start - timedelta(days=1):%Y-%m}"


def reward(month: str, lines: Sequence[BulletinLine]) -> None:
    """Put money and measures on the lines, by the table in force at the end of the month and the bulletins before."""
    rules = list(RewardRule.objects.in_force_on(Period.parse(month).end))
    longest = min(max((rule.months for rule in rules), default=1), LONGEST_RUN)
    months: list[dict[int, Any]] = [{line.unit_id: line for line in lines}]
    wanted = [month]
    for _ in range(longest - 1):
        wanted.append(month_before(wanted[-1]))
    stored: dict[str, dict[int, Any]] = {}
    before = BulletinLine.objects.filter(bulletin__state=BulletinState.PUBLISHED, bulletin__month__in=wanted[1:])
    for line in before.select_related("bulletin"):
        stored.setdefault(line.bulletin.month, {})[line.unit_id] = line
    for earlier in wanted[1:]:
        if earlier not in stored:
            break
        months.append(stored[earlier])
    for line in lines:
        outcome = outcome_of(line.unit_id, months, rules)
        line.money, line.measures = outcome.money, outcome.words[:200]


def default_title(month: str, *, correction: bool) -> str:
    words = "市容环境卫生考评情况的更正通报" if correction else "市容环境卫生考评情况的通报"
    return f"关于{Period.parse(month).label}{words}"


@transaction.atomic
def draft_bulletin(month: str, *, by: User | None, as_of: datetime | None = None) -> Bulletin:
    """拟稿: scores, ranks, rewards and words from the data as they stand. Of a published month it is a correction.

    `as_of`: the moment up to which lateness runs, where it is not now, nor that of the bulletin that is corrected.
    """
    period = Period.parse(month)
    if period.start > timezone.localdate():
        raise Refused(f"{period.label}还没有开始，不能拟制通报。", "month")
    if existing := Bulletin.objects.filter(month=month, state=BulletinState.DRAFT).first():
        raise Refused(f"{period.label}已有一份通报在拟稿（{existing}）。请打开它继续修改。", "month")
    standing = Bulletin.objects.standing().filter(month=month).first()
    bulletin = Bulletin(
        month=month,
        title=default_title(month, correction=standing is not None),
        issuer=str(setting("assessment.bulletin_issuer")),
        copies=str(setting("assessment.bulletin_copies")),
        as_of=as_of or moment_for(standing),
        corrects=standing,
        drafted_by=by,
    )
    try:
        with transaction.atomic():
            fill(bulletin, words=True)
    except IntegrityError as error:
        raise Refused(f"{period.label}的通报刚有人在拟稿。请刷新后打开。", "month") from error
    Activity.record(Verb.CREATE, bulletin, by=by, title="拟制通报", note=f"更正{standing}" if standing else "")
    return bulletin


def moment_for(corrected: Bulletin | None) -> datetime:
    """A correction reckons as of what it corrects: what is open goes on being late, which corrects nothing."""
    return corrected.as_of if corrected is not None else timezone.now()


def rates_of(month: str) -> Rates:
    """By the figures of the analysis page and the reports, so that the three never differ."""
    period = Period.parse(month)
    with one_reading():
        closed, in_time = (rectification.rate(key, period, None) for key in ("case_closed", "case_on_time"))
    return Rates(closed, in_time)


def rules_of(month: str) -> ScoringRuleSet:
    period = Period.parse(month)
    rules = ScoringRuleSet.objects.in_force_on(period.start)
    if rules is None:
        raise Refused(f"{period.label}没有施行中的计分规则。请先在“计分规则”里登记。", "month")
    return rules


def fill(bulletin: Bulletin, *, words: bool) -> Reckoning:
    """Reckon as of the bulletin's moment, replace its lines, and on request its words."""
    bulletin.rules = rules_of(bulletin.month)
    reckoning = reckon(bulletin.month, bulletin.as_of)
    earlier = {line.unit_id: line for line in bulletin.corrects.lines.all()} if bulletin.corrects else {}
    for line in reckoning.lines:
        if line.unit_id in earlier:
            line.previous_score, line.previous_rank = earlier[line.unit_id].score, earlier[line.unit_id].rank
    if words:
        draft = draft_of(bulletin.month, reckoning.standings, reckoning.sheets, rates_of(bulletin.month))
        bulletin.overall, bulletin.good, bulletin.problems, bulletin.demands = (
            draft.overall,
            draft.good,
            draft.problems,
            draft.demands,
        )
        if bulletin.corrects:
            changes = [
                (line.unit.label, line.previous_score, line.score)
                for line in reckoning.lines
                if line.previous_score != line.score
            ]
            bulletin.overall = f"{correction_note(changes)}\n{bulletin.overall}"
    bulletin.save()
    bulletin.lines.all().delete()
    for line in reckoning.lines:
        line.bulletin = bulletin
    BulletinLine.objects.bulk_create(reckoning.lines)
    return reckoning


class Discarded(Refused):
    """The draft was thrown away while somebody had it open: there is nothing left to sign, edit or discard."""

    def __init__(self, bulletin: Bulletin) -> None:
        super().__init__(f"《{bulletin}》的拟稿刚被废弃，没有可签发或修改的。需要的请重新拟制。")


def locked(bulletin: Bulletin) -> Bulletin:
    rows = Bulletin.objects.select_for_update(of=("self",)).select_related("corrects")
    current = rows.filter(pk=bulletin.pk).first()
    if current is None:
        raise Discarded(bulletin)
    return current


def locked_draft(bulletin: Bulletin, seen: int | None = None) -> Bulletin:
    current = locked(bulletin)
    if not current.is_draft:
        raise Refused(f"《{current}》{current.get_state_display()}，不能再修改。有变动请拟更正通报。")
    if seen is not None and current.version != seen:
        raise ChangedMeanwhile("这份通报")
    return current


def check_seen(current: Bulletin, seen: int | None, what: str) -> None:
    """Words that somebody saved since the page was opened are not replaced or thrown away by who has not read them."""
    if current.version != seen:
        raise Refused(f"通报在您打开以后改动过，没有{what}。请看过最新一稿再{what}。")


@transaction.atomic
def refresh_bulletin(bulletin: Bulletin, *, by: User, words: bool = False, seen: int | None = None) -> Bulletin:
    """更新数据: reckon anew, as of now or of what it corrects. The words stay unless `words`: edited text is never overwritten unasked.

    `seen`: the version that was on the screen; asked for where words are replaced.
    """
    current = locked_draft(bulletin)
    if words:
        check_seen(current, seen, "重拟文字")
    before = printed(current.lines.all())
    current.as_of = moment_for(current.corrects)
    current.version += 1
    reckoning = fill(current, words=words)
    after = printed(reckoning.lines)
    Activity.record(Verb.UPDATE, current, by=by, title="更新数据", changes=changed_fields(before, after))
    return current


def printed(lines: Any) -> dict[str, str]:
    """unit → what a reader of the bulletin would see change."""
    return {str(line.unit): f"{line.score}／{line.rank}／{line.money}" for line in lines}


@transaction.atomic
def edit_bulletin(bulletin: Bulletin, texts: dict[str, str], *, by: User, seen: int) -> Bulletin:
    current = locked_draft(bulletin, seen)
    names = {name: str(Bulletin._meta.get_field(name).verbose_name) for name in TEXTS}  # type: ignore[union-attr]
    before = {names[name]: getattr(current, name) for name in TEXTS}
    for name in TEXTS:
        setattr(current, name, texts[name])
    current.version += 1
    current.save()
    after = {names[name]: getattr(current, name) for name in TEXTS}
    Activity.record(Verb.UPDATE, current, by=by, title="修改通报", changes=changed_fields(before, after))
    return current


@transaction.atomic
def discard_bulletin(bulletin: Bulletin, *, by: User, seen: int | None) -> None:
    """A draft goes without a trace but the log's; nothing published is ever removed. `seen`: the version on the screen."""
    current = locked_draft(bulletin)
    check_seen(current, seen, "废弃")
    Activity.record(Verb.DELETE, current, by=by, title="废弃拟稿")
    current.delete()


def differences(bulletin: Bulletin) -> list[tuple[BulletinLine | None, BulletinLine | None]]:
    """Drift: (as stored, as reckoned now with the same rules and moment) for every unit whose print would change."""
    stored = {line.unit_id: line for line in bulletin.lines.select_related("unit")}
    now = {line.unit_id: line for line in reckon(bulletin.month, bulletin.as_of).lines}
    facts = signed_facts if bulletin.is_draft else facts_of
    found = []
    for unit in dict.fromkeys([*stored, *now]):
        one, other = stored.get(unit), now.get(unit)
        same = one is not None and other is not None and facts(one) == facts(other)
        if not same:
            found.append((one, other))
    return found


def facts_of(line: BulletinLine) -> tuple[Any, ...]:
    """What the bulletin prints of a unit, its money and measures included."""
    scores = tuple(getattr(line, component.value) for component in Component)
    standing = (line.bonus or ZERO, line.exact, line.score, line.rank, line.tied)
    return (*scores, *standing, line.findings, line.late, line.money, line.measures)


def signed_facts(line: BulletinLine) -> tuple[Any, ...]:
    """Before signing also the points under appeal, of which the words speak; after it a rejected appeal is no drift."""
    return (*facts_of(line), line.held)


def why_not_sign(bulletin: Bulletin) -> str:
    """Why the month's scores cannot be signed yet; "" = they can. A correction keeps the moment of what it corrects."""
    period = Period.parse(bulletin.month)
    if period.end >= timezone.localdate():
        return f"{period.label}还没有结束，得分只是预估，不能签发。请在月底以后“更新数据”，再签发。"
    if bulletin.corrects_id is None and timezone.localdate(bulletin.as_of) <= period.end:
        return f"数据只截至 {minute(bulletin.as_of)}，不是全月的。请考评办先“更新数据”，再签发。"
    return ""


def why_reason(still_open: Sequence[SheetStanding], reason: str) -> str:
    """Units that have not confirmed do not stop the signature, but then the signer says why."""
    if not still_open or reason.strip():
        return ""
    return f"还有 {len(still_open)} 个单位没有确认扣分核对单。请写明“未全部确认仍签发的理由”。"


@transaction.atomic
def publish_bulletin(bulletin: Bulletin, *, by: User, seen: int, reason: str = "") -> Bulletin:
    """签发: number, frozen PDF and .xlsx, in one transaction; a correction marks what it corrects.

    Refused if the table no longer recomputes from the stored findings: what is signed must be what the data say.
    `reason`: why it is signed although units have not confirmed their sheets.
    """
    edge = BULLETIN_TRANSITIONS["publish"]
    current = locked(bulletin)
    if current.state not in edge.sources:
        raise Refused(f"《{current}》{current.get_state_display()}，不能再{edge.label}。")
    if current.version != seen:
        raise Refused("通报在您打开以后改动过。请看过最新一稿再签发。")
    if why := why_not_sign(current):
        raise Refused(why)
    if changed := differences(current):
        names = "、".join((one or other).unit.label for one, other in changed)  # type: ignore[union-attr]
        raise Refused(f"{names}的数据在拟稿后有变动，通报与数据不一致。请考评办先“更新数据”，再签发。")
    still_open = waiting(current.month)
    if why := why_reason(still_open, reason):
        raise Refused(why, "reason")
    if still_open:
        names = "、".join(each.sheet.unit.label for each in still_open)
        note = f"理由：{reason.strip()}。{len(still_open)} 个单位没有确认：{names}"
        Activity.record(Verb.UPDATE, current, by=by, title="未全部确认仍签发", note=note)
    if current.corrects is not None:
        supersede(current.corrects, by=by)
    lines = list(current.lines.select_related("unit"))
    current.state = edge.target
    try:
        sign_paper(
            current,
            by=by,
            series=SERIES,
            defaults=SERIES_DEFAULTS,
            render=lambda number: bulletin_pdf(current, lines, number=number),
            also=["state"],
        )
    except AlreadySigned as error:
        raise Refused(str(error)) from error
    keep_workbook(current, lines, by=by)
    tell_units(current, lines)
    return current


def supersede(bulletin: Bulletin, *, by: User) -> None:
    edge = BULLETIN_TRANSITIONS["correct"]
    current = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin.pk)
    if current.state not in edge.sources:
        raise Refused(f"《{current}》{current.get_state_display()}，不能再{edge.label}。")
    current.state = edge.target
    current.save(update_fields=["state"])
    Activity.record(Verb.TRANSITION, current, by=by, title=edge.label)


def bulletin_pdf(
    bulletin: Bulletin, lines: Sequence[BulletinLine], *, number: str = "", on: date | None = None
) -> bytes:
    paper = bulletin_paper(bulletin, lines, number=number, on=on or timezone.localdate())
    if not number:
        words = "样稿，得分为预估" if why_not_sign(bulletin) else "样稿"
        paper = replace(paper, title=f"{paper.title}（{words}）")
    return render_pdf("inspections/pdf/bulletin.html", {"paper": paper, "bulletin": bulletin})


def keep_workbook(bulletin: Bulletin, lines: Sequence[BulletinLine], *, by: User) -> None:
    reckoning = reckon(bulletin.month, bulletin.as_of)
    target = io.BytesIO()
    write_book(target, bulletin_book(bulletin, lines, reckoning.sheets), prepared_by=str(bulletin.drafted_by or by))
    content = target.getvalue()
    bulletin.workbook_sha256 = hashlib.sha256(content).hexdigest()
    bulletin.workbook.save("bulletin.xlsx", ContentFile(content), save=False)
    bulletin.save(update_fields=["workbook", "workbook_sha256"])


def tell_units(bulletin: Bulletin, lines: Sequence[BulletinLine]) -> None:
    users = User.objects.filter(is_active=True, unit__in=[line.unit_id for line in lines])
    people = [user for user in users if user.has_perm(Perms.VIEW_SCORES)]
    notify(
        people,
        f"{bulletin.title}已印发（{bulletin.number}）。",
        url=reverse("inspections:bulletin-detail", args=[bulletin.pk]),
    )


def first_open_month(today: date | None = None) -> str:
    """The month whose bulletin is due: the one before this."""
    return month_before(f"{today or timezone.localdate():%Y-%m}")
