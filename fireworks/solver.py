"""A roster from people, posts and rules by CP-SAT (OR-Tools). No overlap, rest and leave always hold, turns on other
rosters counted; where people are too few, the best roster is given and the posts that stay short are found by the same
rules as everywhere (roster.py).

Fairness: the most loaded person is relieved first (nights and holidays with those of the years before); who had the eve
last year is spared; wishes and the home grid come last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fireworks.greedy import fill
from fireworks.roster import TOGETHER, Breach, Duty, Plan, Worker, breaches, clash

# What a shortfall costs, each class far above the next: people, cards and company, fairness, wishes.
SHORT, UNLAWFUL, LOAD, NIGHTS, HOLIDAYS, LAST_EVE, WISH, STRANGE_GRID = 10_000, 3_000, 60, 60, 90, 40, 8, 1
SEED = 20260216
WORKERS = 2


@dataclass(frozen=True)
class Solution:
    placed: frozenset[tuple[int, int]]
    breaches: tuple[Breach, ...]
    optimal: bool
    seconds: float


Placed = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Cost:
    """One term of the goal: what a unit costs, the variable, and its value in a given roster (to start from there)."""

    price: int
    variable: Any
    value_in: Callable[[Placed], int]


OnStep = Callable[[int, float], bool]  # (solutions found, seconds) → go on?


def solve(plan: Plan, *, seconds: float = 60, on_step: OnStep | None = None) -> Solution:
    """The best roster found within the time. What `plan.placed` holds is kept, unless it breaks a rule of the person.

    Two rounds: first as few shortfalls as possible, then, from there, fairness and wishes.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    taken = kept(plan)
    x = variables(model, plan, taken)
    one_place_at_a_time(model, plan, x)
    lacking, fair = demands(model, plan, x), [*fairness(model, plan, x), *wishes(plan, x)]
    placed, spent, optimal = fill(plan, taken), 0.0, False
    for costs, share in ((lacking, 0.5), ([*lacking, *fair], 1.0)):
        start_from(model, x, [*lacking, *fair], placed)
        model.minimize(sum(cost.price * cost.variable for cost in costs))
        solver = solver_for(max(1.0, seconds * share - spent))
        status = solver.solve(model, watcher(on_step) if on_step else None)
        spent += solver.wall_time
        optimal = status == cp_model.OPTIMAL
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = frozenset(pair for pair, variable in x.items() if solver.value(variable))
            placed = min(placed, found, key=lambda each: sum(cost.price * cost.value_in(each) for cost in costs))
    return Solution(placed, tuple(breaches(replace(plan, placed=placed))), optimal, spent)


def start_from(model: Any, x: dict[tuple[int, int], Any], costs: list[Cost], placed: Placed) -> None:
    """Let the search begin at a roster that is known."""
    model.clear_hints()
    for pair, variable in x.items():
        model.add_hint(variable, pair in placed)
    own = {id(variable) for variable in x.values()}
    for cost in costs:
        if id(cost.variable) not in own:
            model.add_hint(cost.variable, cost.value_in(placed))


def solver_for(seconds: float) -> Any:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = SEED
    solver.parameters.relative_gap_limit = 0.01
    return solver


def watcher(on_step: OnStep) -> Any:
    from ortools.sat.python import cp_model

    class Watcher(cp_model.CpSolverSolutionCallback):
        def __init__(self) -> None:
            super().__init__()
            self.count = 0

        def on_solution_callback(self) -> None:
            self.count += 1
            if not on_step(self.count, self.wall_time):
                self.stop_search()

    return Watcher()


def kept(plan: Plan) -> frozenset[tuple[int, int]]:
    """Of what is placed by hand, what breaks no rule of the person; of two that clash the first stays."""
    duties, workers = {duty.key: duty for duty in plan.duties}, {worker.key: worker for worker in plan.workers}
    stays: dict[int, list[Duty]] = defaultdict(list)
    for duty_key, worker_key in sorted(plan.placed):
        duty, worker = duties.get(duty_key), workers.get(worker_key)
        if duty is None or worker is None or not may(plan, duty, worker):
            continue
        if not any(clash(duty, other, plan.rest) for other in stays[worker_key]):
            stays[worker_key].append(duty)
    return frozenset((duty.key, worker) for worker, mine in stays.items() for duty in mine)


def may(plan: Plan, duty: Duty, worker: Worker) -> bool:
    """Whether somebody is there and has the time, whatever else this roster asks of him."""
    return duty.day not in worker.away and not plan.taken_elsewhere(worker.key, duty)


def variables(model: Any, plan: Plan, taken: frozenset[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    x = {}
    for duty in plan.duties:
        for worker in plan.workers:
            pair = (duty.key, worker.key)
            if pair in taken or may(plan, duty, worker):
                x[pair] = model.new_bool_var(f"x{duty.key}_{worker.key}")
                if pair in taken:
                    model.add(x[pair] == 1)
    return x


def one_place_at_a_time(model: Any, plan: Plan, x: dict[tuple[int, int], Any]) -> None:
    """Of the duties of one time, one at most; of two times that clash, one at most (overlap and rest)."""
    times: dict[tuple[Any, Any], list[Duty]] = defaultdict(list)
    for duty in plan.duties:
        times[duty.start, duty.end].append(duty)
    keys = sorted(times)
    pairs = [
        (one, other)
        for index, one in enumerate(keys)
        for other in keys[index + 1 :]
        if clash(times[one][0], times[other][0], plan.rest)
    ]
    for worker in plan.workers:
        sums = {key: sum(x.get((duty.key, worker.key), 0) for duty in times[key]) for key in keys}
        clashing = {key for pair in pairs for key in pair}
        for key in keys:
            if key not in clashing and not isinstance(sums[key], int):
                model.add(sums[key] <= 1)
        for one, other in pairs:
            both = sums[one] + sums[other]
            if not isinstance(both, int):
                model.add(both <= 1)


def demands(model: Any, plan: Plan, x: dict[tuple[int, int], Any]) -> list[Cost]:
    """What posts and grids need, each with a slack that costs."""
    costs: list[Cost] = []
    workers = {worker.key: worker for worker in plan.workers}
    crews: dict[int, list[tuple[Worker, tuple[int, int]]]] = defaultdict(list)
    for pair in x:
        crews[pair[0]].append((workers[pair[1]], pair))

    def at_least(number: int, pairs: list[tuple[int, int]], price: int) -> None:
        slack = model.new_int_var(0, number, f"slack{len(costs)}")
        model.add(sum(x[pair] for pair in pairs) + slack >= number)
        wanted = frozenset(pairs)
        costs.append(Cost(price, slack, lambda placed: max(0, number - len(wanted & placed))))

    groups: dict[Any, list[Duty]] = defaultdict(list)
    asked: Counter[Any] = Counter()
    for duty in plan.duties:
        asked[duty.group] += duty.needed
    by_hand = Counter(key for key, _ in plan.placed)
    for duty in plan.duties:
        crew = crews[duty.key]
        at_least(duty.needed, [pair for _, pair in crew], SHORT)
        company = max(0, TOGETHER - asked[duty.group]) if duty.peak else 0
        model.add(sum(x[pair] for _, pair in crew) <= max(duty.needed + company, by_hand[duty.key]))
        at_least(1, [pair for worker, pair in crew if not worker.auxiliary], UNLAWFUL)
        if duty.peak:
            groups[duty.group].append(duty)
        elif duty.needs_certificate:
            at_least(1, [pair for worker, pair in crew if duty.day in worker.certified], UNLAWFUL)
    for members in groups.values():
        crew = [each for duty in members for each in crews[duty.key]]
        at_least(TOGETHER, [pair for _, pair in crew], UNLAWFUL)
        at_least(1, [pair for worker, pair in crew if members[0].day in worker.certified], UNLAWFUL)
    return costs


def fairness(model: Any, plan: Plan, x: dict[tuple[int, int], Any]) -> list[Cost]:
    """The greatest load, the greatest number of nights and of holidays (with the years before) are made small."""
    counted: tuple[tuple[int, list[Duty], Callable[[Worker], int]], ...] = (
        (LOAD, list(plan.duties), lambda worker: 0),
        (NIGHTS, [duty for duty in plan.duties if duty.night], lambda worker: worker.nights),
        (HOLIDAYS, [duty for duty in plan.duties if duty.holiday], lambda worker: worker.holidays),
    )
    return [
        greatest(model, plan, x, price=price, duties=duties, before=before)
        for price, duties, before in counted
        if duties and plan.workers
    ]


def greatest(
    model: Any,
    plan: Plan,
    x: dict[tuple[int, int], Any],
    *,
    price: int,
    duties: list[Duty],
    before: Callable[[Worker], int],
) -> Cost:
    """The number of these duties that the most loaded person has, those of the years before included."""
    least = min(before(worker) for worker in plan.workers)
    most = max(before(worker) for worker in plan.workers) - least + len(duties)
    top = model.new_int_var(0, most, f"top{price}")
    keys, past = {duty.key for duty in duties}, {worker.key: before(worker) - least for worker in plan.workers}
    for worker in plan.workers:
        mine = [x[duty.key, worker.key] for duty in duties if (duty.key, worker.key) in x]
        if mine:
            model.add(sum(mine) + past[worker.key] <= top)

    def value_in(placed: Placed) -> int:
        load = Counter(past)
        load.update(worker for duty, worker in placed if duty in keys)
        return max(load.values())

    return Cost(price, top, value_in)


def wishes(plan: Plan, x: dict[tuple[int, int], Any]) -> list[Cost]:
    duties, workers = {duty.key: duty for duty in plan.duties}, {worker.key: worker for worker in plan.workers}
    costs = []
    for pair, variable in x.items():
        duty, worker = duties[pair[0]], workers[pair[1]]
        price = LAST_EVE * (duty.eve and worker.had_last_eve) + WISH * (duty.day in worker.wishes_off)
        price += STRANGE_GRID * (worker.home not in (0, duty.grid))
        if price:
            costs.append(Cost(price, variable, partial(int_in, pair)))
    return costs


def int_in(pair: tuple[int, int], placed: Placed) -> int:
    return int(pair in placed)
