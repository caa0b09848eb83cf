"""The one door to rounds: planned and drawn, opened, closed, opened again; visits made. Nothing else writes their `state`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from config.clock import local_day
from config.display import month_day_minute
from inspections.enums import ROUND_STEPS, RoundKind, RoundState
from inspections.models import Finding, Place, PlaceShare, Round, RoundVisit, month_key
from inspections.sampling import Candidate, Draw, draw
from staff.models import Activity, Unit, User, Verb, notify
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow.records import check_moment


def default_round(day: date) -> Round:
    """The open round 日常 of the day's month, made on first need: nobody has to plan before recording."""
    month = month_key(day)
    last = monthrange(day.year, day.month)[1]
    return Round.objects.get_or_create(
        default_month=month,
        defaults={
            "name": f"{day.year}年{day.month}月日常",
            "kind": RoundKind.DAILY,
            "start": day.replace(day=1),
            "end": day.replace(day=last),
            "state": RoundState.OPEN,
        },
    )[0]


class RoundBook:
    """Finds the round of an entry; remembers what it looked up, so that a sheet of thousands costs one look a month."""

    def __init__(self) -> None:
        self._months: dict[str, Round] = {}
        self._asked: dict[int, Round] = {}
        self._without: set[str] = set()  # months that have no round of their own yet

    def round_for(self, found_at: datetime, asked: int | None) -> int:
        """The id of the round asked for, or of the month's own; Refused if it takes no findings (any more)."""
        day = local_day(found_at)
        if asked is None:
            month = month_key(day)
            if month not in self._months:
                self._months[month] = default_round(day)
            found = self._months[month]
        else:
            if asked not in self._asked:
                self._asked[asked] = Round.objects.get(pk=asked)
            found = self._asked[asked]
        if found.state != RoundState.OPEN:
            raise Refused(not_open(found, day), "round")
        return found.pk

    def refusal(self, found_at: datetime) -> str:
        """Why the month's own round takes nothing, "" if it does; makes no round."""
        day = local_day(found_at)
        month = month_key(day)
        if month in self._without:
            return ""
        if month not in self._months:
            stored = Round.objects.filter(default_month=month).first()
            if stored is None:
                self._without.add(month)
                return ""
            self._months[month] = stored
        found = self._months[month]
        return "" if found.state == RoundState.OPEN else not_open(found, day)


def not_open(found: Round, day: date) -> str:
    """The refusal, with the rounds that do take a finding of that day."""
    if found.state == RoundState.PLANNED:
        return f"“{found.name}”还没有开始检查。请考评办先在考评计划里点“开始检查”，或改选其他轮次。"
    others = Round.objects.open().filter(start__lte=day, end__gte=day).exclude(pk=found.pk)
    names = "、".join(f"“{name}”" for name in others.values_list("name", flat=True)[:3])
    step = f"请改记到进行中的{names}" if names else "需要补录的，请考评办在考评计划里重新开放"
    return f"“{found.name}”已经结束，不再登记新问题。{step}。"


def candidates_on(day: date, areas: Sequence[str]) -> list[Candidate]:
    """Places that may be drawn on a day, each under the unit that answers for most of it; never one that has ended."""
    current = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    rows = (
        PlaceShare.objects.filter(current, item_code="", unit__in=Unit.objects.assessed().active_on(day))
        .filter(place__in=Place.objects.valid_on(day).filter(area__in=areas))
        .order_by("place", "-share", "pk")
        .values_list("place", "place__area", "unit")
    )
    first: dict[int, Candidate] = {}
    for place, area, unit in rows:
        first.setdefault(place, Candidate(area, unit, place))
    return list(first.values())


@transaction.atomic
def plan_round(planned: Round, *, by: User | None) -> tuple[Round, Draw]:
    """Store an unsaved round and draw its places. The draw is returned so that what fell short can be said."""
    planned.state, planned.created_by = RoundState.PLANNED, by
    planned.save()
    drawn = _draw(planned)
    note = f"种子 {planned.seed}，抽取 {len(drawn.chosen)} 个点位"
    Activity.record(Verb.CREATE, planned, by=by, title="制定考评计划", note=note)
    return planned, drawn


@transaction.atomic
def redraw(planned: Round, *, seed: int, by: User) -> Draw:
    """Draw anew while nothing has begun; the old and the new seed stand in the log."""
    current = locked(planned)
    if current.state != RoundState.PLANNED:
        raise Refused(f"“{current.name}”{current.get_state_display()}，不能重新抽取点位。")
    before, current.seed = current.seed, seed
    current.save(update_fields=["seed"])
    current.visits.all().delete()
    drawn = _draw(current)
    Activity.record(Verb.UPDATE, current, by=by, title="重新抽取点位", changes={"抽取种子": [before, seed]})
    return drawn


def _draw(planned: Round) -> Draw:
    if not planned.areas:
        return Draw((), ())
    groups = dict(Unit.objects.values_list("pk", "ranking_group"))
    drawn = draw(candidates_on(planned.start, planned.areas), groups, per_area=planned.per_area, seed=planned.seed)
    RoundVisit.objects.bulk_create(
        RoundVisit(round=planned, unit_id=each.unit, area=each.area, place_id=each.place) for each in drawn.chosen
    )
    return drawn


def locked(which: Round) -> Round:
    return Round.objects.select_for_update(of=("self",)).get(pk=which.pk)


def _move(which: Round, name: str) -> None:
    step = ROUND_STEPS[name]
    if which.state not in step.sources:
        raise Refused(f"“{which.name}”目前是“{which.get_state_display()}”，不能{step.label}。")
    which.state = step.target


@transaction.atomic
def open_round(which: Round, *, by: User | None) -> Round:
    """Begin; the assessors' accounts are told."""
    current = locked(which)
    _move(current, "open")
    current.save(update_fields=["state"])
    Activity.record(Verb.TRANSITION, current, by=by, title=ROUND_STEPS["open"].label)
    told = [user for user in User.objects.filter(is_active=True) if user.has_perm(Perms.ENTER_SHEET) and user != by]
    notify(told, f"“{current.name}”开始检查，请按点位到访。", url=current.get_absolute_url())
    return current


@transaction.atomic
def close_round(which: Round, *, by: User | None) -> Round:
    current = locked(which)
    _move(current, "close")
    current.closed_at = timezone.now()
    current.save(update_fields=["state", "closed_at"])
    made = current.visits.exclude(visited_at=None).count()
    note = f"计划 {current.visits.filter(planned=True).count()} 次，实际 {made} 次"
    Activity.record(Verb.TRANSITION, current, by=by, title=ROUND_STEPS["close"].label, note=note)
    return current


@transaction.atomic
def reopen_round(which: Round, *, by: User, reason: str) -> Round:
    current = locked(which)
    _move(current, "reopen")
    current.closed_at = None
    current.save(update_fields=["state", "closed_at"])
    Activity.record(Verb.TRANSITION, current, by=by, title=ROUND_STEPS["reopen"].label, note=reason)
    return current


@transaction.atomic
def record_visit(visit: RoundVisit, *, by: User | None, visited_at: datetime) -> RoundVisit:
    """A visit that was made, planned (a stored row) or not (an unsaved one). Entered afterwards: any round that has begun.

    Without a plan at a place that is planned and not visited yet, it is the planned one; twice on a day it is one visit.
    """
    current = locked(visit.round)
    if current.state == RoundState.PLANNED:
        raise Refused(f"“{current.name}”还没有开始检查，先点“开始检查”。")
    check_moment(visited_at, "visited_at", "到访时间")
    who = visit.visited_by or (str(by) if by else "")
    if visit.pk is None and visit.place_id is not None:
        visit = planned_instead(visit, visited_at)
    if visit.pk is not None:
        visit = RoundVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        if visit.visited_at is not None:
            raise Refused(f"{visit}已登记到访（{month_day_minute(visit.visited_at)}）。")
    visit.visited_at, visit.visited_by = visited_at, who
    visit.save()
    Activity.record(Verb.UPDATE, current, by=by, title="登记到访", note=str(visit))
    return visit


def planned_instead(visit: RoundVisit, visited_at: datetime) -> RoundVisit:
    """The planned visit of that place, if it is still to be made, else the visit itself; Refused if it is entered.

    What is planned there is made, whoever of those answering there is named; once it is, each is counted for itself.
    """
    there = list(visit.round.visits.filter(place=visit.place_id))
    for other in (each for each in there if each.unit_id == visit.unit_id):
        if other.visited_at is not None and local_day(other.visited_at) == local_day(visited_at):
            raise Refused(f"{other}当天已登记到访（{month_day_minute(other.visited_at)}），不重复计数。", "visited_at")
    return next((other for other in there if other.planned and other.visited_at is None), visit)


def mark_visited(round_id: int | None, place_id: int | None, *, at: datetime, who: str) -> None:
    """A finding or a score sheet at a planned place says that somebody was there."""
    if round_id is not None and place_id is not None:
        waiting = RoundVisit.objects.filter(round=round_id, place=place_id, visited_at=None)
        waiting.update(visited_at=at, visited_by=who[:60])


def mark_all_visited(findings: Iterable[Finding]) -> None:
    """The same for many findings in the order of their times, the first at a place counts; one look for all of them."""
    first: dict[tuple[int, int], Finding] = {}
    for finding in findings:
        if finding.round_id is not None and finding.spot_id is not None:
            first.setdefault((finding.round_id, finding.spot_id), finding)
    made = []
    waiting = RoundVisit.objects.filter(round__in={key for key, _ in first}, visited_at=None, place__isnull=False)
    for visit in waiting.select_for_update(of=("self",)).order_by("pk"):  # one entered at this moment stands
        found = first.get((visit.round_id, visit.place_id))  # type: ignore[arg-type]
        if found is not None:
            visit.visited_at, visit.visited_by = found.found_at, found.found_by[:60]
            made.append(visit)
    RoundVisit.objects.bulk_update(made, ["visited_at", "visited_by"])
