"""Summaries on their way to paper, key tasks, tallies, problems, plans, history for tests; all go through their doors."""

from datetime import date
from decimal import Decimal

from reports.checklist import checklist
from reports.compilation import compile_content
from reports.models import HistoricalFigure, KeyTask, Measure, PlanItem, Problem, TallyEntry
from reports.workflow import checks, issuing, plans, tallies, tasks
from staff.models import UnitKind
from staff.workflow.records import store_record, void_record
from tests.factories.staff import SquadFactory, UserFactory


def make_checked(report):
    """Sent in and passed by two others, every line of the checklist with a remark."""
    checker = UserFactory()
    issuing.submit_report(report, by=UserFactory())
    content = compile_content(report.period, list(report.present_sections))
    digests = [item.digest for item in checklist(report, content).open]
    checks.mark_checks(report, digests, remark="已核实", by=checker)
    return issuing.pass_check(report, by=checker)


def make_issued(report, *, by=None):
    make_checked(report)
    return issuing.issue_report(report, by=by or UserFactory())


def make_task(*, by=None, owner=None, participants=(), **facts):
    known = {"title": "市容秩序整治", "period_key": "2025H1", **facts}
    return tasks.create_task(KeyTask(owner=owner or SquadFactory(), **known), participants, by=by)


def make_measure(*, by=None, task=None, **facts):
    known = {"name": "清理占道经营", "unit_of_count": "处", "totalling": "sum", **facts}
    return tasks.add_measure(Measure(task=task or make_task(by=by), **known), by=by)


def make_tally(quantity=12, *, by=None, measure=None, unit=None, client_id=None, **facts):
    known = {"happened_on": date(2026, 3, 5), "place": "示例路", **facts}
    measure = measure or make_measure(by=by)
    entry = TallyEntry(measure=measure, unit=unit or SquadFactory(), quantity=Decimal(quantity), **known)
    return tallies.record_tally(entry, by=by, client_id=client_id)


def make_problem(*, by=None, **facts):
    known = {"title": "流动摊贩反复回潮", "period_key": "2025H2", "text": "早晚高峰回潮明显", **facts}
    return store_record(Problem(**known), by=by, title="登记问题")


def make_plan(*, by=None, owner=None, **facts):
    known = {"title": "拆除存量违法建设", "period_key": "2026H1", **facts}
    return store_record(PlanItem(owner=owner or SquadFactory(kind=UnitKind.SQUAD), **known), by=by, title="登记计划")


def make_history(value=30, *, by=None, **facts):
    known = {
        "figure": "fireworks.incidents",
        "month": "2025-01",
        "source": "2025年工作总结第2页",
        "checked_by": "样例",
        **facts,
    }
    return plans.record_history(HistoricalFigure(value=Decimal(value), **known), by=by)


def furnish_tasks(by):
    """Two squads, each way of totalling, two years; one entry voided, one closed task, problems and plans in each state."""
    squads = [SquadFactory(), SquadFactory()]
    task = make_task(by=by, owner=squads[0])
    for totalling, name, unit in (
        ("sum", "清理占道经营", "处"), ("latest", "在册夜市摊位", "个"), ("days", "夜间整治", "天"), ("entries", "联合行动", "次"),
    ):  # fmt: skip
        measure = make_measure(by=by, task=task, name=name, unit_of_count=unit, totalling=totalling)
        for number in range(8):
            year = 2025 + number % 2
            # Two entries share a day, so that days, entries and quantities all differ.
            day = date(year, 1 + number // 4, 5 + number // 6)
            make_tally(number + 2, by=by, measure=measure, unit=squads[number % 3 % 2], happened_on=day)
        void_record(
            make_tally(99, by=by, measure=measure, unit=squads[0], happened_on=date(2026, 2, 1)),
            by=by,
            reason="登记有误",
        )
    closed = make_task(by=by, owner=squads[1], title="扫雪除冰")
    make_tally(3.5, by=by, measure=make_measure(by=by, task=closed, name="清雪", unit_of_count="吨"), unit=squads[1], happened_on=date(2026, 1, 20))  # fmt: skip
    tasks.move_task(closed, "finish", by=by, on=date(2026, 2, 28), words="雪后一日内主干道通行")
    furnish_plans(by, squads)


def furnish_plans(by, squads):
    old, solved, new = (make_problem(by=by, title=f"问题{name}", period_key=key) for name, key in
                        (("甲", "2024H2"), ("乙", "2024H2"), ("丙", "2026H1")))  # fmt: skip
    plans.move_problem(solved, "solve", by=by, on=date(2026, 2, 1), words="增设疏导点")
    make_problem(by=by, title="问题丁", period_key="2024H1")
    for period in ("2025H1", "2026H1"):
        for order, outcome in enumerate(("done", "done", "partly", "not_done", ""), 1):
            item = make_plan(by=by, owner=squads[0], period_key=period, order=order, title=f"计划{order}")
            if outcome:
                plans.conclude(item, by=by, seen=1, outcome=outcome, text="按计划推进", on=date(2026, 6, 30))
    for key in ("2025H2", "2026H2"):
        make_plan(
            by=by,
            owner=squads[0],
            period_key=key,
            title="下步计划",
            target=Decimal(500),
            target_name="拆除面积",
            target_unit="㎡",
        )
    return old, new
