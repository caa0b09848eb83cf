"""What the printed papers of duty say: a grid's public notice, a roster by grid or by day. Plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.display import month_day
from fireworks import peaks
from fireworks.models import Grid, Post, Roster, Slot
from staff.calendar_file import CalendarEntry
from staff.models import User, setting


@dataclass(frozen=True)
class PostNotice:
    name: str
    kind: str
    staff: int
    certificate: str
    duties: tuple[str, ...]


@dataclass(frozen=True)
class GridNotice:
    """定人定岗定责公示: hung up in the grid."""

    title: str
    unit: str
    community: str
    head: str
    phone: str
    posts: tuple[PostNotice, ...]
    people: tuple[str, ...]  # who is at home in the grid, without telephone numbers
    on: date

    @classmethod
    def of(cls, grid: Grid, day: date) -> GridNotice:
        posts = Post.objects.active_on(day).filter(grid=grid)
        return cls(
            title=f"{grid.name}禁炮定人定岗定责公示",
            unit=str(setting("bureau.name")),
            community=grid.community.name,
            head=grid.head,
            phone=grid.head_phone,
            posts=tuple(
                PostNotice(
                    post.name,
                    post.get_kind_display(),
                    post.minimum_staff,
                    "须有持证人员" if post.needs_certificate else "",
                    tuple(filter(None, map(str.strip, post.duties.splitlines()))),
                )
                for post in posts
            ),
            people=tuple(f"{each.name}（{each.agency}）" for each in grid.duty_people.filter(is_active=True)),
            on=day,
        )


@dataclass(frozen=True)
class SheetBlock:
    """One grid (or day) of the printed roster: its heading and lines."""

    heading: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def roster_blocks(roster: Roster, *, by: str, user: User) -> list[SheetBlock]:
    """The roster by "grid" or by "day", with the telephone of who leads."""
    groups: dict[Any, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.visible_to(user).filter(roster=roster).with_names():
        groups[(slot.grid.code, slot.grid.name) if by == "grid" else slot.day].append(slot)
    blocks = []
    for key in sorted(groups):
        heading = key[1] if by == "grid" else f"{month_day(key)}（{peaks.lunar_words(key)}）"
        head = ("日期" if by == "grid" else "网格", "岗位", "班次", "时间", "应到", "人员", "带班电话")
        lines = tuple(
            line_of(slot, by)
            for slot in sorted(groups[key], key=lambda each: (each.day, each.starts_at, each.grid.code, each.pk))
        )
        blocks.append(SheetBlock(heading, head, lines))
    return blocks


def line_of(slot: Slot, by: str) -> tuple[str, ...]:
    crew = slot.people
    return (
        f"{slot.day:%m-%d}" if by == "grid" else slot.grid.name,
        slot.post.name if slot.post else "巡查",
        slot.shift.name,
        slot.hours,
        str(slot.needed),
        slot.names,
        crew[0].person.phone if crew else "",
    )


def calendar_entries(assignments: Iterable[Any]) -> Iterator[CalendarEntry]:
    """Duties for a calendar."""
    for each in assignments:
        yield CalendarEntry(
            f"duty-{each.slot_id}-{each.person_id}",
            each.slot.starts_at,
            f"禁炮值班：{each.slot.place}（{each.get_role_display()}）",
            ends=each.slot.ends_at,
            words=each.slot.post.duties if each.slot.post else "",
            place=each.slot.place,
        )
