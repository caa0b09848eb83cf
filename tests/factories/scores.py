"""Scores and bulletins for tests: the month of the worked example (考评办法 §A3) as stored rows, and what a bulletin needs."""

from datetime import date, timedelta
from decimal import Decimal

from inspections import sheets, territory, visits
from inspections.composite import SampledPoint
from inspections.models import Bulletin, ComponentInput, Finding, Item, RewardRule, ScoringRuleSet
from inspections.workflow import bulletins
from inspections.workflow import findings as workflow
from staff.models import UnitKind
from tests.factories.inspections import entry, moment, whole_standard
from tests.factories.staff import SquadFactory, UnitFactory

MONTH = "2026-03"
AREAS = frozenset({"ZG", "XJ", "SQ", "CC", "JH", "TD"})


def known_areas(monkeypatch, areas):
    """unit → its area types, as its places would say."""
    found = {unit.pk: frozenset(of) for unit, of in areas.items()}
    monkeypatch.setattr(territory, "areas_by_unit", lambda months: dict.fromkeys(months, found))


def sampled(monkeypatch, points):
    """unit → [(area, deducted)]."""
    found = {unit.pk: [SampledPoint(area, Decimal(deducted)) for area, deducted in of] for unit, of in points.items()}
    monkeypatch.setattr(sheets, "sampled_points", lambda months: {month: found for month in months if month == MONTH})


def visited(monkeypatch, visits_of):
    """unit → (planned, real), all in rounds that have ended."""
    found = {unit.pk: visits.Exposure(*numbers, *numbers) for unit, numbers in visits_of.items()}
    monkeypatch.setattr(visits, "exposure", lambda months: {month: found for month in months if month == MONTH})


def example_street(**facts):
    squad = SquadFactory(order=30)
    UnitFactory(kind=UnitKind.AGRICULTURE, ranking_group="", name="样例农委", order=90)
    return UnitFactory(name="样例甲街道", short_name="甲街道", squad=squad, order=50, **facts)


def example_findings(street):
    """The seven rows of the example, all found in March 2026 and put right in time but for the third."""
    whole_standard()
    items = {item.code: item for item in Item.objects.all()}

    def found(code, area, day, place, *, after=None, **facts):
        found_at = moment(2026, 3, day)
        return workflow.register_finding(
            entry(
                unit=street,
                item=items[code],
                area=area,
                place=place,
                found_at=found_at,
                due_at=found_at + timedelta(hours=4),
                closed_at=found_at + (after or timedelta(hours=1)),
                **facts,
            ),
            by=None,
        )

    rows = [
        found("B02", "SQ", 1, "暴露垃圾处"),
        found("B02", "SQ", 13, "暴露垃圾处"),
        found("A01", "ZG", 3, "店外经营处", after=timedelta(hours=34)),
        found("B03", "CC", 4, "卫生死角处", severe=True),
        found("D01", "SQ", 5, "燃放处", source="city_bulletin"),
    ]
    found("A08", "XJ", 1, "小广告处")
    found("A08", "XJ", 8, "小广告处")
    rows.append(found("A08", "XJ", 16, "小广告处"))
    rows.append(found("B01", "ZG", 6, "保洁处"))
    Finding.objects.filter(item__code="A08").exclude(pk=rows[5].pk).update(
        month="2025-12"
    )  # counted in the year before
    Finding.objects.filter(pk=rows[3].pk).update(send_backs=1)
    return rows


def give(unit, kind, score=None, month=MONTH, **counts):
    return ComponentInput.objects.create(
        unit=unit, kind=kind, month=month, score=score, source="样例文件〔2026〕1号", **counts
    )


def example_month(monkeypatch, *, bonus="0.5"):
    """The whole example: findings, sampled points, outside scores. Returns the street."""
    street = example_street()
    example_findings(street)
    known_areas(monkeypatch, {street: AREAS})
    sampled(monkeypatch, {street: [("ZG", "11.4"), ("ZG", "11.4")]})
    give(street, "digital", due=128, closed=124, in_time=118, reworked=3)
    give(street, "complaints", "96")
    give(street, "key_work", "90")
    if bonus:
        give(street, "bonus", bonus)
    return street


def published_bulletin(month, by):
    """A bulletin as it stands after signing, without paper work."""
    bulletin = bulletins.draft_bulletin(month, by=by)
    Bulletin.objects.filter(pk=bulletin.pk).update(
        state="published",
        number=f"样例通〔{month}〕",
        signed_at=moment(2026, 8, 1),
        signed_by=by,
        paper="x.pdf",
        sha256="0" * 64,
    )
    bulletin.refresh_from_db()
    return bulletin


def reward_rules():
    """First +30,000, last −10,000, yellow card after two months last, a talk after three."""
    facts = {"group": "street", "source": "样例奖惩办法", "valid_from": date(2020, 1, 1)}
    return [
        RewardRule.objects.create(position=1, kind="reward", amount=30_000, **facts),
        RewardRule.objects.create(position=-1, kind="deduction", amount=10_000, **facts),
        RewardRule.objects.create(position=-1, months=2, kind="yellow_card", **facts),
        RewardRule.objects.create(position=-1, months=3, kind="talk", **facts),
    ]


def enter_first_rules():
    """A transactional test begins with empty tables: the first version is entered again."""
    ScoringRuleSet.objects.get_or_create(valid_from=date(2000, 1, 1), defaults={"name": "x", "source": "x"})
