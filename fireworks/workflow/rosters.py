"""The door to windows and rosters: proposed, made from shifts, copied lunar day by lunar day, edited, solved, published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from fireworks import peaks
from fireworks.crews import Member
from fireworks.enums import ROSTER_EDGES, DutyRole, RosterState
from fireworks.models import Assignment, DutyPerson, Grid, Post, Roster, ShiftPattern, ShiftReport, Slot, Swap, Window
from fireworks.planning import breaches_of
from fireworks.roster import held_on
from staff.models import Activity, User, Verb, notify
from staff.refusals import ChangedMeanwhile, Refused

NIGHT = time(22, 30)
MOST_SLOTS = 5_000
Crew = Sequence[Member]


@transaction.atomic
def propose_windows(year: int, *, by: User | None) -> list[Window]:
    """Add the windows of a year that are not there yet, as the lunar calendar has them."""
    there = set(Window.objects.filter(year=year).values_list("kind", flat=True))
    made = []
    for found in peaks.propose(year):
        if found.kind in there:
            continue
        window = Window(
            year=year, kind=found.kind, name=found.name, start=found.start, end=found.end, source="农历推算"
        )
        window.save()
        made.append(window)
        Activity.record(Verb.CREATE, window, by=by, title="推算重点时段", note=f"{found.start}至{found.end}")
    return made


def locked(roster: Roster) -> Roster:
    return Roster.objects.select_for_update(of=("self",)).select_related("window").get(pk=roster.pk)


def queue_for_rosters() -> None:
    """Who judges people across rosters waits for whoever does so already: always all, always in one order."""
    list(Roster.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def editable(roster: Roster) -> Roster:
    current = locked(roster)
    if not current.is_draft:
        raise Refused("值班表已发布。请先退回草稿，改好后重新发布。")
    return current


@transaction.atomic
def make_roster(window: Window, shifts: Iterable[ShiftPattern], *, by: User | None) -> Roster:
    """A draft with every post (or grid without posts) in every shift of every day. Existing places are kept."""
    roster, created = Roster.objects.get_or_create(window=window)
    roster = editable(roster)
    chosen = list(shifts)
    if not chosen:
        raise Refused("请至少选择一个班次。", "shifts")
    there = set(Slot.objects.filter(roster=roster).values_list("grid", "post", "shift", "day"))
    fresh = [
        slot
        for day in window.days
        for shift in chosen
        if held_on(shift.days, day, window.start, is_eve=peaks.is_eve(day), is_first=peaks.is_first(day))
        for slot in slots_on(roster, day, shift)
        if (slot.grid_id, slot.post_id, shift.pk, day) not in there
    ]
    if len(there) + len(fresh) > MOST_SLOTS:
        raise Refused(f"岗班超过 {MOST_SLOTS} 个。请缩短时段，或减少班次。", "shifts")
    if not there and not fresh:
        raise Refused("没有在用的网格，或所选班次在这个时段没有一天适用。请先登记网格和岗位。", "shifts")
    Slot.objects.bulk_create(fresh)
    Activity.record(
        Verb.CREATE if created else Verb.UPDATE, roster, by=by, title="生成值班表", note=f"新增 {len(fresh)} 个岗班"
    )
    return roster


def slots_on(roster: Roster, day: date, shift: ShiftPattern) -> list[Slot]:
    """Unsaved slots of all posts in use on a day; a grid without posts is patrolled as a whole by two."""
    start, end = shift.on(day)
    ends_on = timezone.localtime(end)
    facts = {
        "roster": roster,
        "shift": shift,
        "day": day,
        "starts_at": start,
        "ends_at": end,
        "is_night": ends_on.date() > day or ends_on.time() > NIGHT,
        "is_holiday": peaks.is_statutory_holiday(day),
    }
    posts = list(Post.objects.active_on(day).select_related("grid"))
    bare = Grid.objects.active_on(day).exclude(pk__in={post.grid_id for post in posts})
    return [
        *(
            Slot(
                grid=post.grid, post=post, needed=post.minimum_staff, needs_certificate=post.needs_certificate, **facts
            )
            for post in posts
        ),
        *(Slot(grid=grid, needed=2, **facts) for grid in bare),
    ]


@transaction.atomic
def copy_roster(source: Roster, window: Window, *, by: User | None) -> tuple[Roster, int]:
    """Last year's posts, shifts and people, lunar day by lunar day. People and posts no longer in use are left out.

    Returns the draft and how many placements of last year found no place.
    """
    roster, _ = Roster.objects.get_or_create(window=window)
    roster = editable(roster)
    if Slot.objects.filter(roster=roster).exists():
        raise Refused("这张值班表里已有岗班，不能再复制。请直接修改。")
    in_use = {day: (set(Grid.objects.active_on(day).values_list("pk", flat=True)), set(Post.objects.active_on(day).values_list("pk", flat=True))) for day in window.days}  # fmt: skip
    lost, count = 0, 0
    for old in (
        Slot.objects.filter(roster=source)
        .select_related("shift")
        .prefetch_related("assignments__person", "assignments__substitute")
    ):
        crew = list(old.assignments.all())
        day = peaks.counterpart(old.day, window.kind, window.year)
        grids, posts = in_use.get(day, (set(), set())) if day else (set(), set())
        if day is None or old.grid_id not in grids or (old.post_id and old.post_id not in posts):
            lost += len(crew)
            continue
        slot = copy_slot(old, roster, day)
        count += 1
        here = [each for each in crew if each.person.is_active]
        lost += len(crew) - len(here)
        Assignment.objects.bulk_create(
            Assignment(slot=slot, person=each.person, role=each.role, substitute=still_there(each.substitute))
            for each in here
        )
    Activity.record(Verb.CREATE, roster, by=by, title="复制值班表", note=f"来自{source}；{count} 个岗班")
    return roster, lost


def still_there(person: DutyPerson | None) -> DutyPerson | None:
    return person if person is not None and person.is_active else None


def copy_slot(old: Slot, roster: Roster, day: date) -> Slot:
    start, end = old.shift.on(day)
    slot = Slot(
        roster=roster, grid_id=old.grid_id, post_id=old.post_id, shift=old.shift, day=day, starts_at=start,
        ends_at=end, needed=old.needed, needs_certificate=old.needs_certificate, is_night=old.is_night,
        is_holiday=peaks.is_statutory_holiday(day),
    )  # fmt: skip
    slot.save()
    return slot


@transaction.atomic
def set_crew(slot: Slot, crew: Crew, *, by: User | None, seen: int | None = None) -> Slot:
    """Who stands there. Broken rules are shown, not refused; only a published roster and a stale page are."""
    roster = editable(slot.roster)
    current = Slot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    if seen is not None and current.version != seen:
        raise ChangedMeanwhile("这个岗班")
    before = current.names
    wanted = {member.person.pk for member in crew}
    for each in current.assignments.all():
        if each.person_id not in wanted:
            each.delete()
    for person, role, substitute in crew:
        Assignment.objects.update_or_create(
            slot=current, person=person, defaults={"role": role, "substitute": substitute}
        )
    current.version += 1
    current.save(update_fields=["version"])
    after = Slot.objects.get(pk=current.pk).names
    if before != after:
        Activity.record(Verb.UPDATE, roster, by=by, title="排班", changes={str(slot): [before, after]})
    return current


@transaction.atomic
def remove_slot(slot: Slot, *, by: User) -> None:
    """Take a post out of one shift of a draft."""
    roster = editable(slot.roster)
    if ShiftReport.objects.filter(slot=slot).exists() or Swap.objects.filter(slot=slot).exists():
        raise Refused("这个岗班已有值守报告或换班记录，不能去掉。")
    Activity.record(Verb.DELETE, roster, by=by, title="去掉岗班", note=f"{slot} {slot.names}")
    slot.delete()


def versions_of(roster: Roster) -> dict[int, int]:
    """The slots as they stand, by version: read before a plan, so that storing it sees what was typed meanwhile."""
    return dict(Slot.objects.filter(roster=roster).values_list("pk", "version"))


@transaction.atomic
def place_all(
    roster: Roster, placed: Iterable[tuple[int, int]], *, by: User | None, seen: Mapping[int, int] | None = None
) -> int:
    """Store what the solver found: roles of those who stay are kept; a crew without a leader gets its first.

    `seen`: `versions_of` before the plan was read. Refused if a post was changed since: a minute of searching never
    takes out who was put there by hand.
    """
    roster = editable(roster)
    if seen is not None and versions_of(roster) != dict(seen):
        raise Refused("自动排班期间有人改动了这张值班表，排出的结果没有保存。请重新自动排班，并保留已经排好的人。")
    wanted = set(placed)
    there = {(each.slot_id, each.person_id): each for each in Assignment.objects.filter(slot__roster=roster)}
    gone = [each.pk for pair, each in there.items() if pair not in wanted]
    Assignment.objects.filter(pk__in=gone).delete()
    led = {slot for (slot, person), each in there.items() if (slot, person) in wanted and each.role == DutyRole.LEAD}
    fresh = []
    for slot, person in sorted(wanted - set(there)):
        role = DutyRole.WATCH if slot in led else DutyRole.LEAD
        led.add(slot)
        fresh.append(Assignment(slot_id=slot, person_id=person, role=role))
    Assignment.objects.bulk_create(fresh)
    changed = {slot for slot, _ in wanted ^ set(there)}
    Slot.objects.filter(pk__in=changed).update(version=F("version") + 1)  # a cell that stands open is stale now
    Activity.record(Verb.UPDATE, roster, by=by, title="自动排班", note=f"安排 {len(wanted)} 人次")
    return len(wanted)


@transaction.atomic
def publish(roster: Roster, *, by: User | None, accept_breaches: bool = False) -> Roster:
    """Make it known. Broken rules stop it once; accepted explicitly they are counted and logged."""
    queue_for_rosters()
    current = locked(roster)
    edge = ROSTER_EDGES["publish"]
    if current.state not in edge.sources:
        raise Refused("这张值班表已经发布过了。")
    if not Assignment.objects.filter(slot__roster=current).exists():
        raise Refused("值班表里还没有安排人。请先排班再发布。")
    broken = breaches_of(current)
    if broken and not accept_breaches:
        raise Refused(f"还有 {len(broken)} 处不满足规则。请调整；确实无法调整的，勾选“按现状发布”。", "accept_breaches")
    current.state, current.published_at, current.published_by = edge.target, timezone.now(), by
    current.breaches_accepted = len(broken)
    current.version += 1
    current.save()
    note = f"未满足 {len(broken)} 处：{'；'.join(broken)}" if broken else ""
    Activity.record(Verb.TRANSITION, current, by=by, title="发布值班表", note=note[:500])
    tell_crew(current)
    return current


def tell_crew(roster: Roster) -> None:
    mine = User.objects.filter(person__duty_person__assignments__slot__roster=roster).distinct()
    notify(mine, f"{roster}已发布，请查看您的班次。", url=reverse("fireworks:my-duty"))


@transaction.atomic
def reopen(roster: Roster, *, by: User) -> Roster:
    current = locked(roster)
    edge = ROSTER_EDGES["reopen"]
    if current.state not in edge.sources:
        raise Refused("这张值班表本来就是草稿。")
    happened = Q(report__isnull=False) | Q(assignments__check_ins__isnull=False)
    happened |= Q(marks__isnull=False) | Q(empty_post__isnull=False) | Q(stand_ins__isnull=False)
    if Slot.objects.filter(happened, roster=current).exists():
        raise Refused("已有班次报告、签到或巡查记录，不能退回草稿。个别调整请走换班。")
    current.state = RosterState(edge.target)
    current.version += 1
    current.save()
    Activity.record(Verb.TRANSITION, current, by=by, title="退回草稿")
    return current


def write_sheet(rows: Mapping[Slot, Crew], *, by: User | None) -> int:
    """Crews from a sheet, each through the same door."""
    try:
        with transaction.atomic():
            for slot, crew in rows.items():
                set_crew(slot, crew, by=by)
    except IntegrityError as error:
        raise Refused("有人在同一班里出现两次。请核对后重新导入。") from error
    return len(rows)
