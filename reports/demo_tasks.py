"""Demo key tasks with some eighteen months of entries by the squads, problems carried over, plans and how they turned out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from django.utils import timezone

from reports.enums import Totalling
from reports.models import HistoricalFigure, KeyTask, Measure, PlanItem, Problem, TallyEntry
from reports.workflow import plans, tallies, tasks
from staff.models import Unit, UnitKind, User
from staff.workflow.records import store_record

FIRST_MONTH, MONTHS = (2025, 1), 23
EVERY_MONTH = tuple(range(1, 13))
ROADS = ("示例大道", "样板路", "演示南路", "范例街", "湖岸示例路", "试点巷")
SQUADS_A_MONTH = 2  # of the four squads, in turn


@dataclass(frozen=True)
class Counted:
    name: str
    unit: str
    amount: int  # of one entry, about
    totalling: Totalling = Totalling.SUM
    places: int = 0
    definition: str = ""


@dataclass(frozen=True)
class Task:
    title: str
    superior: str
    source: str
    owner: str
    content: str
    measures: tuple[Counted, ...]
    months: tuple[int, ...] = EVERY_MONTH
    due: date | None = None
    closed_on: date | None = None


SUM, LATEST, DAYS, ENTRIES = Totalling.SUM, Totalling.LATEST, Totalling.DAYS, Totalling.ENTRIES
TASKS = (
    Task("市容秩序整治", "区城市管理委员会", "城区市容秩序整治方案（演示〔2025〕1号）", "执法一中队", "主次干道、学校、集贸市场周边为重点。", (
        Counted("清理占道经营", "处", 46), Counted("规范店外经营", "家", 32), Counted("劝离流动摊贩", "人次", 58),
        Counted("清理乱堆乱放", "处", 24), Counted("在册便民疏导点", "个", 3, LATEST, 0, "经批准设立、仍在使用的疏导点。"),
    ), due=date(2026, 12, 20)),
    Task("违法建设治理", "区政府", "违法建设专项治理方案（演示〔2025〕2号）", "执法二中队", "新增违建零容忍，存量按计划拆除。", (
        Counted("拆除违法建设面积", "㎡", 185, SUM, 1, "实际拆除的建筑面积，以现场丈量为准。"), Counted("拆除违法建设", "处", 2),
        Counted("制止在建违法建设", "处", 3),
    ), due=date(2026, 12, 31)),
    Task("执法力量下沉一线", "市城管执法局", "执法力量下沉工作要求（演示〔2025〕3号）", "办公室", "高峰时段人员、车辆向重点路段集中。", (
        Counted("出动执法人员", "人次", 220), Counted("出动执法车辆", "台次", 48), Counted("夜间整治", "天", 1, DAYS),
        Counted("联合整治行动", "次", 1, ENTRIES),
    )),
    Task("热线诉求办理", "区12345热线办", "热线办理工作规则（演示〔2025〕4号）", "办公室", "按期办结，回访满意。", (
        Counted("受理热线工单", "件", 36), Counted("按期办结热线工单", "件", 34),
    )),
    Task("渣土运输管控", "区大气污染防治办", "渣土运输联合管控方案（演示〔2025〕5号）", "执法三中队", "夜间设卡，源头检查。", (
        Counted("检查渣土车辆", "台次", 64), Counted("查处未密闭运输", "起", 3), Counted("清理路面污染", "处", 7),
    ), due=date(2026, 12, 10)),
    Task("清雪除冰", "区应急指挥部", "低温雨雪天气应对预案（演示〔2025〕6号）", "执法四中队", "桥梁、坡道先行，雪停一日内主干道通行。", (
        Counted("清雪除冰出动", "人次", 130), Counted("使用融雪剂", "吨", 4, SUM, 1),
    ), months=(1, 2, 12), due=date(2026, 3, 15), closed_on=date(2026, 3, 10)),
    Task("南湖蓝藻打捞", "区河长办", "蓝藻应急打捞方案（演示〔2025〕7号）", "执法一中队", "近岸水域每日巡查，发现即捞。", (
        Counted("打捞蓝藻", "吨", 9, SUM, 1, "含水藻浆，以过磅为准。"), Counted("出动打捞船只", "船次", 12),
    ), months=(5, 6, 7, 8, 9)),
    Task("文明劝导志愿服务", "区文明办", "文明劝导志愿服务方案（演示〔2025〕8号）", "办公室", "路口、公园、市场定点劝导。", (
        Counted("志愿者上岗", "人次", 75), Counted("劝导不文明行为", "起", 140), Counted("在册劝导志愿者", "人", 60, LATEST),
    )),
)  # fmt: skip
# title, period, text, owner, measure that shows it, solved on, how
PROBLEMS = (
    ("流动摊贩早晚反复回潮", "2025H1", "学校、市场周边早晚高峰回潮明显，白天管住、夜间反弹", "执法一中队", "劝离流动摊贩", None, ""),
    ("渣土车夜间抛洒取证难", "2025H1", "夜间车速快、号牌遮挡，单靠设卡发现率低", "执法三中队", "查处未密闭运输", date(2026, 4, 16),
     "与交警共用卡口抓拍，源头工地全部装冲洗设施"),
    ("存量违法建设拆除进度慢", "2025H2", "多户共有、认定时间长，按计划拆除有缺口", "执法二中队", "拆除违法建设面积", None, ""),
    ("热线重复诉求偏多", "2026H1", "同一点位三次以上诉求集中在油烟、噪声两类", "办公室", "受理热线工单", None, ""),
)  # fmt: skip
# title, text, owner, target, outcome, words
PLANS = {
    "2025H2": (
        ("推进存量违法建设拆除", "逐宗建账、挂图拆除", "执法二中队", ("拆除违法建设面积", "㎡", 4000), "partly", "认定程序未走完的转入下期"),
        ("设立夜市疏导区", "引导流动摊贩入区经营", "执法一中队", None, "done", "两处疏导区投入使用"),
        ("建立渣土车联合抽查", "每周夜间抽查不少于两次", "执法三中队", None, "done", "与交警、住建建立联合抽查"),
    ),
    "2026H1": (
        ("继续拆除存量违法建设", "重点拆除临街和屋顶违建", "执法二中队", ("拆除临街违法建设", "处", 40), "partly", "有六处正在复议"),
        ("扩大文明劝导队伍", "招募社区和高校志愿者", "办公室", ("新增劝导志愿者", "人", 50), "done", "与两所高校建立固定服务"),
        ("整治餐饮油烟扰民", "建立台账，督促安装净化设施", "执法四中队", None, "not_done", "检测设备采购滞后，下期继续"),
    ),
    "2026H2": (
        ("整治餐饮油烟扰民", "完成重点餐饮店净化设施安装", "执法四中队", ("安装油烟净化设施", "家", 60), "", ""),
        ("推行门前三包电子台账", "主次干道商户全覆盖", "执法一中队", ("签订门前三包责任书", "份", 800), "", ""),
        ("巩固违法建设零增长", "网格巡查每周全覆盖", "执法二中队", None, "", ""),
    ),
}  # fmt: skip
TAKEN_UP = ("2026H1", "2026H2")  # plans that were made key tasks
HISTORY = ("清理占道经营", "规范店外经营")  # of 2024, from the old summary


@dataclass(frozen=True)
class Hands:
    """Who enters what until when."""

    random: Random
    squads: list[Unit]
    office: User
    today: date


def seed() -> None:
    """In the caller's transaction, after the office's part. Days that are still to come are left out."""
    today, office, units = timezone.localdate(), User.objects.get(username="1004"), Unit.objects.by_name()
    squads = list(Unit.objects.filter(kind=UnitKind.SQUAD).order_by("order"))
    hands = Hands(Random(20_250_101), squads, office, today)
    seed_plans(units, office, today)
    measures: dict[str, Measure] = {}
    for order, facts in enumerate(TASKS, 1):
        task = open_task(facts, units[facts.owner], order, office)
        for place, counted in enumerate(facts.measures, 1):
            measure = measure_of(task, counted, place, office)
            measures[counted.name] = measure
            enter(hands, measure, counted, facts)
        if facts.closed_on is not None and facts.closed_on <= today:
            tasks.move_task(task, "finish", by=office, on=facts.closed_on, words="本季任务结束，物资清点入库")
    seed_problems(units, measures, office, today)
    seed_history(measures, office)


def open_task(facts: Task, owner: Unit, order: int, office: User) -> KeyTask:
    task = KeyTask(
        title=facts.title, superior=facts.superior, source=facts.source, owner=owner, responsible="责任人示例",
        content=facts.content, due=facts.due, period_key="2025H1", order=order * 10,
    )  # fmt: skip
    tasks.create_task(task, by=office)
    tasks.add_note(task, by=office, noted_on=date(2025, 1, 10), text="已印发方案，各中队明确专人登记台账")
    return task


def measure_of(task: KeyTask, counted: Counted, order: int, office: User) -> Measure:
    measure = Measure(
        task=task, name=counted.name, unit_of_count=counted.unit, totalling=counted.totalling,
        definition=counted.definition, order=order,
    )  # fmt: skip
    return tasks.add_measure(measure, by=office)


def enter(hands: Hands, measure: Measure, counted: Counted, facts: Task) -> None:
    """Two squads a month in turn, a little more each year."""
    last = min(hands.today, facts.closed_on or hands.today)
    for index in range(MONTHS):
        year, month = FIRST_MONTH[0] + index // 12, index % 12 + 1
        if month not in facts.months:
            continue
        for turn in range(SQUADS_A_MONTH):
            day = date(year, month, 1) + timedelta(days=hands.random.randrange(27))
            quantity, place = amount(hands.random, counted, year), hands.random.choice(ROADS)
            if day <= last:
                squad = hands.squads[(index + turn) % len(hands.squads)]
                entry = TallyEntry(measure=measure, unit=squad, happened_on=day, quantity=quantity, place=place)
                tallies.record_tally(entry, by=hands.office)


def amount(random: Random, counted: Counted, year: int) -> Decimal:
    about = Decimal(counted.amount) * Decimal(random.randrange(70, 131)) / 100 * (1 + (year - 2025) * Decimal("0.08"))
    return max(Decimal(1), round(about, counted.places))


def seed_problems(units: dict[str, Unit], measures: dict[str, Measure], office: User, today: date) -> None:
    for order, (title, period, text, owner, shown_by, solved_on, solution) in enumerate(PROBLEMS, 1):
        problem = Problem(
            title=title, period_key=period, text=text, owner=units[owner], order=order,
            evidence=[measures[shown_by].figure_name],
        )  # fmt: skip
        store_record(problem, by=office, title="登记问题")
        if solved_on is not None and solved_on <= today:
            plans.move_problem(problem, "solve", by=office, on=solved_on, words=solution)


def seed_plans(units: dict[str, Unit], office: User, today: date) -> None:
    for period, items in PLANS.items():
        for order, (title, text, owner, target, outcome, words) in enumerate(items, 1):
            item = PlanItem(title=title, text=text, owner=units[owner], period_key=period, order=order)
            if target is not None:
                item.target_name, item.target_unit, item.target = target[0], target[1], Decimal(target[2])
            store_record(item, by=office, title="登记计划")
            if period in TAKEN_UP and target is not None:
                count_for(plans.take_up(item, by=office), item, office, today)
            if outcome and item.period.end < today:
                item.refresh_from_db()
                plans.conclude(item, by=office, seen=item.version, outcome=outcome, text=words, on=item.period.end)
                if outcome == "done" and item.task is not None:
                    tasks.move_task(item.task, "finish", by=office, on=item.period.end, words=words)


def count_for(task: KeyTask, item: PlanItem, office: User, today: date) -> None:
    """Three entries towards the target of a plan, by its owner."""
    for measure in task.measures.all():
        for month in range(3):
            day = item.period.start + timedelta(days=25 + 50 * month)
            quantity = ((item.target or Decimal(0)) * Decimal("0.3")).quantize(Decimal(1), ROUND_HALF_UP)
            if day <= today:
                entry = TallyEntry(
                    measure=measure, unit=task.owner, happened_on=day, quantity=quantity, place=ROADS[month]
                )
                tallies.record_tally(entry, by=office)


def seed_history(measures: dict[str, Measure], office: User) -> None:
    """What the paper of 2024 printed, so that 2025 has something to be held against."""
    for place, name in enumerate(HISTORY):
        for month in range(1, 13):
            figure = HistoricalFigure(
                figure=measures[name].figure_name, month=f"2024-{month:02d}", value=Decimal(80 - 20 * place + month),
                source="2024年工作总结附表（演示）", checked_by="文示例",
            )  # fmt: skip
            plans.record_history(figure, by=office)
