"""The rules of a duty roster over plain values (定人、定岗、定责). Pure: what stands where, and which rule it breaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

REST = timedelta(hours=8)
TOGETHER = 2  # at peaks never fewer in one grid at a time


class Rule(StrEnum):
    MINIMUM = "minimum"  # as many people as the post needs
    TOGETHER = "together"  # at peaks at least two in the grid
    CERTIFIED = "certified"  # at peaks at least one with a card in the grid; at posts that ask for one, at the post
    ALONE = "alone"  # auxiliaries never by themselves
    OVERLAP = "overlap"
    REST = "rest"
    AWAY = "away"


HARD = (Rule.OVERLAP, Rule.REST, Rule.AWAY)  # of the person; the others are of the post


@dataclass(frozen=True)
class Worker:
    """Who may be put on the roster. `away` and `certified` are days of the window."""

    key: int
    name: str
    certified: frozenset[date] = frozenset()
    auxiliary: bool = False
    away: frozenset[date] = frozenset()
    home: int = 0  # grid
    nights: int = 0  # in the years before
    holidays: int = 0
    had_last_eve: bool = False
    wishes_off: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Duty:
    """One post in one shift of one day; the day is the one on which it starts."""

    key: int
    grid: int
    shift: int
    day: date
    start: datetime
    end: datetime
    needed: int
    label: str  # 月山网格 东门 A班
    grid_label: str = ""
    needs_certificate: bool = False
    peak: bool = False
    night: bool = False
    holiday: bool = False
    eve: bool = False

    @property
    def group(self) -> tuple[int, date, int]:
        return (self.grid, self.day, self.shift)

    @property
    def group_label(self) -> str:
        return f"{self.day:%m-%d} {self.grid_label or self.label}"


@dataclass(frozen=True)
class Turn:
    """Time that somebody stands elsewhere, on a roster that is not this one."""

    start: datetime
    end: datetime
    label: str  # 2026-02-22 月山网格 东门 A班


@dataclass(frozen=True)
class Breach:
    """A broken rule: where (duty), who (worker, 0 if it is the post's), and in words what to do."""

    rule: Rule
    duty: int
    worker: int
    text: str


@dataclass(frozen=True)
class Plan:
    duties: Sequence[Duty]
    workers: Sequence[Worker]
    placed: frozenset[tuple[int, int]] = field(default_factory=frozenset)  # (duty, worker)
    rest: timedelta = REST
    elsewhere: Mapping[int, Sequence[Turn]] = field(default_factory=dict)  # by worker

    def taken_elsewhere(self, worker: int, duty: Duty) -> bool:
        """Whether a turn on another roster leaves somebody no time, or too little rest, for a duty."""
        return any(clash(duty, turn, self.rest) for turn in self.elsewhere.get(worker, ()))


def breaches(plan: Plan) -> list[Breach]:
    """Every broken rule of a plan, posts first in the order of the duties, then people."""
    workers = {worker.key: worker for worker in plan.workers}
    on: dict[int, list[Worker]] = defaultdict(list)
    duties_of: dict[int, list[Duty]] = defaultdict(list)
    known = {duty.key: duty for duty in plan.duties}
    for duty_key, worker_key in sorted(plan.placed):
        if worker_key in workers and duty_key in known:
            on[duty_key].append(workers[worker_key])
            duties_of[worker_key].append(known[duty_key])
    found = [breach for duty in plan.duties for breach in of_post(duty, on[duty.key])]
    found += of_groups(plan.duties, on)
    for key, duties in sorted(duties_of.items()):
        found += of_person(workers[key], duties, plan.rest)
        found += of_other_rosters(workers[key], duties, plan)
    return found


def of_post(duty: Duty, people: Sequence[Worker]) -> Iterable[Breach]:
    where = f"{duty.day:%m-%d} {duty.label}"
    if len(people) < duty.needed:
        yield Breach(Rule.MINIMUM, duty.key, 0, f"{where}：需 {duty.needed} 人，缺 {duty.needed - len(people)} 人。")
    if duty.needs_certificate and not duty.peak and not any(duty.day in each.certified for each in people):
        yield Breach(Rule.CERTIFIED, duty.key, 0, f"{where}：须有持证执法人员。")
    if people and all(each.auxiliary for each in people):
        yield Breach(Rule.ALONE, duty.key, 0, f"{where}：只有协管人员，须有正式人员带领。")


def of_groups(duties: Sequence[Duty], on: dict[int, list[Worker]]) -> Iterable[Breach]:
    """At peaks: per grid, day and shift at least two together and one card."""
    groups: dict[tuple[int, date, int], list[Duty]] = defaultdict(list)
    for duty in duties:
        if duty.peak:
            groups[duty.group].append(duty)
    for members in groups.values():
        people = {each.key: each for duty in members for each in on[duty.key]}
        first = members[0]
        if len(people) < TOGETHER:
            yield Breach(
                Rule.TOGETHER, first.key, 0, f"{first.group_label}：重点时段每个网格每班不少于 {TOGETHER} 人。"
            )
        if not any(first.day in each.certified for each in people.values()):
            yield Breach(
                Rule.CERTIFIED, first.key, 0, f"{first.group_label}：重点时段每个网格每班须有一名持证执法人员。"
            )


def of_person(worker: Worker, duties: Sequence[Duty], rest: timedelta) -> Iterable[Breach]:
    ordered = sorted(duties, key=lambda duty: (duty.start, duty.key))
    for duty in ordered:
        if duty.day in worker.away:
            yield Breach(
                Rule.AWAY, duty.key, worker.key, f"{worker.name}{duty.day:%m-%d}请假或不在岗，请换人（{duty.label}）。"
            )
    for index, duty in enumerate(ordered):
        for earlier in ordered[:index]:
            if earlier.end > duty.start:
                yield Breach(
                    Rule.OVERLAP,
                    duty.key,
                    worker.key,
                    f"{worker.name}{duty.day:%m-%d}“{earlier.label}”和“{duty.label}”时间重叠。",
                )
            elif earlier.end + rest > duty.start:
                hours = rest.total_seconds() / 3600
                yield Breach(
                    Rule.REST,
                    duty.key,
                    worker.key,
                    f"{worker.name}{duty.day:%m-%d}“{duty.label}”距上一班不足 {hours:g} 小时。",
                )


def of_other_rosters(worker: Worker, duties: Sequence[Duty], plan: Plan) -> Iterable[Breach]:
    """A window may adjoin or overlap another: what one does there counts here."""
    for duty in sorted(duties, key=lambda each: (each.start, each.key)):
        for turn in plan.elsewhere.get(worker.key, ()):
            where = f"{worker.name}另有{turn.label}的班，和{duty.day:%m-%d}“{duty.label}”"
            if turn.start < duty.end and duty.start < turn.end:
                yield Breach(Rule.OVERLAP, duty.key, worker.key, f"{where}时间重叠。")
            elif clash(duty, turn, plan.rest):
                hours = plan.rest.total_seconds() / 3600
                yield Breach(Rule.REST, duty.key, worker.key, f"{where}相隔不足 {hours:g} 小时。")


def clash(one: Duty | Turn, other: Duty | Turn, rest: timedelta) -> bool:
    """Whether nobody can do both."""
    first, second = sorted((one, other), key=lambda each: (each.start, each.end))
    return first.end + rest > second.start


def held_on(rule: str, day: date, first_day: date, *, is_eve: bool, is_first: bool) -> bool:
    """Whether a shift with this day rule (fireworks.enums.DayRule) is held on a day of a window."""
    number = (day - first_day).days + 1
    return {
        "all": True,
        "odd": number % 2 == 1,
        "even": number % 2 == 0,
        "eve": is_eve,
        "first": is_first,
        "ordinary": not is_eve and not is_first,
    }[rule]


@dataclass(frozen=True)
class Share:
    """What a roster asks of one person, beside what the years before asked."""

    name: str
    duties: int
    nights: int
    holidays: int
    nights_before: int
    holidays_before: int
    eve_again: bool  # has the eve, and had it last year


def shares(plan: Plan) -> list[Share]:
    """Everybody who is on the roster, the most loaded first."""
    known = {duty.key: duty for duty in plan.duties}
    mine: dict[int, list[Duty]] = defaultdict(list)
    for duty_key, worker_key in plan.placed:
        if duty_key in known:
            mine[worker_key].append(known[duty_key])
    found = [
        Share(
            name=worker.name,
            duties=len(mine[worker.key]),
            nights=sum(duty.night for duty in mine[worker.key]),
            holidays=sum(duty.holiday for duty in mine[worker.key]),
            nights_before=worker.nights,
            holidays_before=worker.holidays,
            eve_again=worker.had_last_eve and any(duty.eve for duty in mine[worker.key]),
        )
        for worker in plan.workers
        if mine[worker.key]
    ]
    return sorted(found, key=lambda share: (-share.duties, -share.nights, -share.holidays, share.name))
