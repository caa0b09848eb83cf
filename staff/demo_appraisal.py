"""The demo bureau's department assessment: a scheme, two published rounds, one that runs with an appeal; discipline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from config.periods import Period
from staff.enums import DisciplineKind
from staff.models import (
    AppraisalEntry,
    AppraisalItem,
    AppraisalRound,
    AppraisalScheme,
    AppraisalSheet,
    DisciplineRecord,
    User,
)
from staff.workflow import appraisal, discipline

# group, item, points, standard
ITEMS = (
    ("共性指标", "出勤考勤", 10, "迟到早退每次扣 2 分，旷工每天扣 5 分"),
    ("共性指标", "工作纪律", 10, "脱岗每次扣 3 分，上班时间办私事每次扣 2 分"),
    ("共性指标", "政治理论学习", 10, "无故缺席每次扣 2 分"),
    ("共性指标", "仪容着装和内务", 10, "检查不合格每次扣 2 分"),
    ("共性指标", "廉洁自律", 10, "有投诉查实的每次扣 10 分"),
    ("岗位指标", "本职任务完成", 30, "按季度任务清单评定，未完成每项扣 3 分"),
    ("岗位指标", "台账和信息报送", 10, "迟报每次扣 1 分，漏报每次扣 2 分"),
    ("岗位指标", "群众评价和回访", 10, "差评查实每件扣 2 分"),
)
EVENTS = (
    ("信息稿件被市级采用（演示）", Decimal(1), Decimal(0), False),
    ("巡查点位漏岗被区级通报（演示）", Decimal(-2), Decimal(-1), False),
    ("队员着装不规范，本单位自查上报（演示）", Decimal(-2), Decimal(-1), True),
    ("协助社区排除险情受表扬（演示）", Decimal(2), Decimal(1), False),
    ("台账迟报两次（演示）", Decimal(-1), Decimal(0), False),
)
DISCIPLINE = (
    (DisciplineKind.CRITICISED, "示城管纪〔2025〕1号", date(2025, 9, 12)),
    (DisciplineKind.ADMONISHED, "示城管纪〔2026〕1号", date(2026, 3, 18)),
    (DisciplineKind.CRITICISED, "示城管纪〔2026〕2号", date(2026, 5, 25)),
)


def seed() -> None:
    by = User.objects.get(username="1016")
    scheme = AppraisalScheme(
        name="科室考核奖惩办法（演示）", document="示城管发〔2025〕3号", valid_from=date(2025, 1, 1)
    )
    items = [AppraisalItem(group=g, name=n, points=Decimal(p), standard=s) for g, n, p, s in ITEMS]
    appraisal.save_scheme(scheme, items, by=by)
    random = Random(20250101)
    for key in ("2025H2", "2026H1"):
        opened = appraisal.open_round(Period.parse(key), by=by)
        _score(opened, random, by)
        _enter(opened, random, by)
        appraisal.publish(opened, by=by)
    running = appraisal.open_round(Period.parse("2026H2"), by=by)
    contested = _enter(running, random, by)
    squad_leader = User.objects.get(username="1007")
    appraisal.lodge_appeal(contested, by=squad_leader, reason="当天在市局集训，有签到表，不属于漏岗（演示）")
    for kind, number, day in DISCIPLINE:
        discipline.record_discipline(DisciplineRecord(kind=kind, document_number=number, decided_on=day), by=by)


def _score(opened: AppraisalRound, random: Random, by: User) -> None:
    """Most items full, some with a deduction and its reason."""
    for sheet in opened.sheets.all():
        lines = {}
        for score in sheet.scores.select_related("item"):
            lost = random.choice((0, 0, 0, 1, 2))
            reason = "按标准扣分（演示）" if lost else ""
            lines[score.pk] = appraisal.Typed({"group_score": score.item.points - lost, "reason": reason})
        appraisal.save_scores(sheet, lines, by=other_judge(by, sheet), seen=sheet.version)


def other_judge(by: User, sheet: AppraisalSheet) -> User:
    """Nobody scores his own department: the office does it for the personnel section."""
    return User.objects.get(username="1004") if by.unit_id == sheet.unit_id else by


def _enter(opened: AppraisalRound, random: Random, by: User) -> AppraisalEntry:
    """A few 加减分; returns the minus of the first squad."""
    sheets = list(opened.sheets.select_related("unit", "round").order_by("unit__order"))
    squad = next(sheet for sheet in sheets if sheet.unit.name == "执法一中队")
    minus: AppraisalEntry | None = None
    for index, (event, unit, person, own) in enumerate(EVENTS):
        sheet = squad if index == 1 else random.choice(sheets)
        at = sheet.unit.movements_in.counted().filter(ends_on=None).order_by("pk").first()
        entry = AppraisalEntry(
            sheet=sheet,
            happened_on=min(opened.start.replace(day=10 + index), opened.end),
            event=event,
            unit_points=unit,
            person=at.person if at and person else None,
            person_points=person if at else Decimal(0),
            found_by_unit=own,
            decided_by="局务会（演示）",
        )
        appraisal.add_entry(entry, by=other_judge(by, sheet))
        minus = entry if index == 1 else minus
    assert minus is not None  # noqa: S101 (the table above has a second line)
    return minus
