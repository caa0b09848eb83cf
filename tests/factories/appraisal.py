"""A scheme, rounds and entries of the department assessment for tests, all through their door."""

from datetime import date
from decimal import Decimal

from config.periods import Period
from staff.models import AppraisalEntry, AppraisalItem, AppraisalScheme, DisciplineRecord
from staff.workflow import appraisal, discipline


def make_scheme(points=(60, 40), **fields):
    scheme = AppraisalScheme(**{"name": "样例考核办法", "document": "x", "valid_from": date(2024, 1, 1), **fields})
    scheme.total = sum(points)
    items = [AppraisalItem(group="共性指标", name=f"样例项目{n}", points=each) for n, each in enumerate(points, 1)]
    return appraisal.save_scheme(scheme, items, by=None)


def score_all(opened, by, lost=0):
    """Every item of every sheet full, but `lost` at the first of each."""
    for sheet in opened.sheets.all():
        lines = {
            score.pk: appraisal.Typed({"group_score": score.item.points - (0 if n else lost), "reason": "x"})
            for n, score in enumerate(sheet.scores.select_related("item"))
        }
        appraisal.save_scores(sheet, lines, by=by, seen=sheet.version)


def make_round(key="2026H1"):
    return appraisal.open_round(Period.parse(key), by=None)


def make_entry(sheet, points=-2, **fields):
    entry = AppraisalEntry(sheet=sheet, unit_points=Decimal(points), **{"event": "样例事由", "happened_on": sheet.round.start, **fields})  # fmt: skip
    return appraisal.add_entry(entry, by=fields.get("recorded_by"))


def furnish_appraisals(by):
    """Two published rounds a year, of which units get different grades, with entries, rewards and discipline."""
    make_scheme()
    for year in (2025, 2026):
        opened = make_round(f"{year}Q1")
        score_all(opened, by)
        for number, sheet in enumerate(opened.sheets.all()):
            make_entry(sheet, points=-15 * number - 1)
        appraisal.publish(opened, by=by)
        for number, sheet in enumerate(opened.sheets.all()):
            appraisal.set_reward(sheet, by=by, reward=Decimal(100 + number), seen=sheet.version)
        for number, kind in enumerate(("criticised", "criticised", "warning")):
            record = DisciplineRecord(kind=kind, document_number=f"样{year}-{number}", decided_on=date(year, 2, 3))
            discipline.record_discipline(record, by=by)
