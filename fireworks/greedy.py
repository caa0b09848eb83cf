"""A first roster in milliseconds: post by post in the order of time, the least loaded who can. Pure.

The solver starts from it, so that even a large roster has a usable answer from the first second.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from fireworks.roster import TOGETHER, Duty, Plan, Worker, clash


class Filling:
    """What is placed so far, and who could still come."""

    def __init__(self, plan: Plan, taken: frozenset[tuple[int, int]]) -> None:
        self.plan, self.taken = plan, taken
        self.workers = {worker.key: worker for worker in plan.workers}
        self.on: dict[int, list[Worker]] = defaultdict(list)
        self.free_from: dict[int, datetime] = {}
        self.load: Counter[int] = Counter()
        self.nights = Counter({worker.key: worker.nights for worker in plan.workers})
        self.holidays = Counter({worker.key: worker.holidays for worker in plan.workers})
        self.by_hand: dict[int, list[Duty]] = defaultdict(list)
        duties = {duty.key: duty for duty in plan.duties}
        for duty_key, worker_key in sorted(taken):
            self.by_hand[worker_key].append(duties[duty_key])
            self._count(duties[duty_key], self.workers[worker_key])

    def _count(self, duty: Duty, worker: Worker) -> None:
        self.on[duty.key].append(worker)
        self.load[worker.key] += 1
        self.nights[worker.key] += duty.night
        self.holidays[worker.key] += duty.holiday

    def place(self, duty: Duty, worker: Worker) -> None:
        self._count(duty, worker)
        self.free_from[worker.key] = max(duty.end + self.plan.rest, self.free_from.get(worker.key, duty.end))

    def can(self, duty: Duty, worker: Worker) -> bool:
        if duty.day in worker.away or worker in self.on[duty.key]:
            return False
        free = self.free_from.get(worker.key)
        if (free is not None and free > duty.start) or self.plan.taken_elsewhere(worker.key, duty):
            return False
        return not any(clash(duty, other, self.plan.rest) for other in self.by_hand[worker.key])

    def best(self, duty: Duty, *, card: bool, regular: bool) -> Worker | None:
        able = [worker for worker in self.plan.workers if self.can(duty, worker)]
        return min(able, key=lambda worker: self.price(duty, worker, card, regular), default=None)

    def price(self, duty: Duty, worker: Worker, card: bool, regular: bool) -> tuple[float, ...]:
        """Law first, then who has done least, then wishes and the home grid."""
        certified = duty.day in worker.certified
        burden = self.load[worker.key] + self.nights[worker.key] * duty.night + self.holidays[worker.key] * duty.holiday
        return (
            card and not certified,
            regular and worker.auxiliary,
            burden + 2 * (duty.eve and worker.had_last_eve) + (duty.day in worker.wishes_off),
            certified and not card,  # cards are kept for where they are needed
            worker.home not in (0, duty.grid),
            worker.key,
        )


def fill(plan: Plan, taken: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Placements that hold every rule of the person; what is taken stays."""
    filling = Filling(plan, taken)
    groups: dict[object, list[Duty]] = defaultdict(list)
    for duty in plan.duties:
        groups[duty.group].append(duty)
    for members in sorted(groups.values(), key=lambda each: (each[0].start, each[0].key)):
        asked = sum(duty.needed for duty in members)
        for number, duty in enumerate(members):
            company = max(0, TOGETHER - asked) if duty.peak and number == 0 else 0
            fill_post(filling, duty, members, duty.needed + company)
    return frozenset((key, worker.key) for key, people in filling.on.items() for worker in people)


def fill_post(filling: Filling, duty: Duty, members: list[Duty], wanted: int) -> None:
    while len(filling.on[duty.key]) < wanted:
        around = [worker for each in members for worker in filling.on[each.key]] if duty.peak else filling.on[duty.key]
        needs = duty.peak or duty.needs_certificate
        card = needs and not any(duty.day in worker.certified for worker in around)
        regular = all(worker.auxiliary for worker in filling.on[duty.key])
        worker = filling.best(duty, card=card, regular=regular)
        if worker is None:
            return
        filling.place(duty, worker)
