"""A month's scores from stored rows: the worked example to the digit, appeals, exposure, no data, a fixed query count."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from config.periods import Period
from inspections import territory
from inspections.composite import Component
from inspections.enums import AreaType
from inspections.league import period_scores, stand_month
from inspections.models import ComponentInput, Finding, FindingShare, Item, Place, ScoringRuleSet
from inspections.month import MonthReader, month_scores
from inspections.scoring import shown
from inspections.workflow import bulletins, places, rounds
from staff.models import UnitKind
from tests.factories import scores as make
from tests.factories.inspections import ItemFactory, make_finding, moment, whole_standard
from tests.factories.rounds import make_place, make_round
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH


def of(unit, month=MONTH):
    return next(row for row in month_scores(month) if row.unit == unit)


def test_the_worked_example_through_stored_rows(monkeypatch):
    row = of(make.example_month(monkeypatch))
    assert len(row.items) == 40
    assert row.daily.denominator == Decimal("62.15")
    assert row.daily.deducted == Decimal("3.472")
    assert row.daily.rectification == Decimal("0.280")
    assert shown(row.daily.score) == Decimal("94.13")
    assert row.monthly == Decimal("88.6")
    assert shown(row.components[Component.DIGITAL]) == Decimal("94.67")
    assert shown(row.composite.before_bonus) == Decimal("92.53")
    assert row.score == Decimal("93.03")
    assert row.late == 1
    assert row.composite.missing == ()


def test_a_component_without_data_is_left_out_and_named(monkeypatch):
    street = make.example_month(monkeypatch, bonus="")
    ComponentInput.objects.filter(kind="digital").delete()
    row = of(street)
    assert row.composite.missing == (Component.DIGITAL,)
    parts = {k: v for k, v in row.components.items() if v is not None}
    weights = {"daily": Decimal("0.40"), "monthly": Decimal("0.30"), "complaints": Decimal("0.10"), "key_work": Decimal("0.05")}  # fmt: skip
    assert row.exact == sum(parts[k] * w for k, w in weights.items()) / Decimal("0.85")


def test_points_under_appeal_make_three_views(monkeypatch):
    street = make.example_month(monkeypatch, bonus="")
    worst = of(street)
    assert (worst.score, worst.confirmed_score, worst.held) == (Decimal("92.53"), Decimal("92.53"), 0)
    held = Finding.objects.get(item__code="A01")
    Finding.objects.filter(pk=held.pk).update(held=True)
    row = of(street)
    assert row.score == worst.score  # the finding stands until the appeal is upheld
    assert row.held == Decimal("0.096") + Decimal("0.12")
    assert row.confirmed_daily.score == row.daily.score + 100 * Decimal("0.096") / Decimal("62.15") + Decimal("0.12")
    assert row.confirmed_score > row.score


@pytest.mark.parametrize(("planned", "visited", "factor"), [
    (4, 4, "1"), (5, 4, "1"), (5, 6, "1"), (4, 3, None), (4, 8, "0.5"), (0, 3, "1"), (3, 0, "1"),
    (8, 4, "2"), (8, 1, "2"), (1, 9, "0.5"),
])  # fmt: skip
def test_deductions_are_scaled_where_visits_differ_by_more_than_a_fifth(monkeypatch, planned, visited, factor):
    street = make.example_month(monkeypatch)
    make.visited(monkeypatch, {street: (planned, visited)})
    row = of(street)
    expected = Decimal(4) / 3 if factor is None else Decimal(factor)
    assert row.factor == expected
    assert shown(row.daily.deducted * 100) == shown(Decimal("347.2") * expected)
    assert row.daily.rectification == Decimal("0.28")  # what was done with orders has nothing to do with visits


@pytest.mark.parametrize(("planned", "visited", "words"), [
    (4, 4, ""), (8, 1, "按 2 封顶，请核对到访登记"), (1, 9, "最低按 0.5 计，请核对到访登记"), (4, 3, "已乘以 4 ÷ 3。"),
])  # fmt: skip
def test_the_score_says_how_visits_bear_on_it(monkeypatch, planned, visited, words):
    street = make.example_month(monkeypatch)
    make.visited(monkeypatch, {street: (planned, visited)})
    note = of(street).exposure_note
    assert (words in note) if words else note == ""


def test_an_open_round_scales_nothing_until_it_ends(monkeypatch):
    street, user = make.example_month(monkeypatch), UserFactory()
    for _ in range(8):
        make_place(unit=street)
    made = make_round(areas=["ZG"], per_area=8)
    rounds.record_visit(made.visits.first(), by=user, visited_at=moment(2026, 3, 9))
    row = of(street)
    assert (row.planned, row.visited, row.factor, row.has_open_rounds) == (8, 1, 1, True)
    assert row.daily.deducted == Decimal("3.472")
    rounds.close_round(made, by=user)
    row = of(street)
    assert (row.factor, row.has_open_rounds) == (2, False)


def test_a_place_learned_on_the_street_changes_no_score(monkeypatch):
    street = example_without_places(monkeypatch)
    before = of(street)
    place = places.keep_place("铁道口", "TD", unit=street.pk, by=UserFactory())
    assert place.learned
    assert of(street).daily == before.daily
    assert before.daily.denominator == Decimal("62.15")


@pytest.mark.parametrize("area", [AreaType.RAILWAY_SIDE, AreaType.SCENIC_AREA])
def test_places_only_widen_what_a_unit_answers_for(monkeypatch, area):
    street = example_without_places(monkeypatch)
    before = of(street)
    learned = places.keep_place("样例处", area, unit=street.pk, by=UserFactory())
    assert of(street).areas == before.areas
    Place.objects.filter(pk=learned.pk).update(valid_from="2026-01-01")
    learned.shares.update(valid_from="2026-01-01")
    learned.refresh_from_db()
    places.save_place(learned, [places.Share(street.pk, Decimal(1))], by=UserFactory())
    row = of(street)
    assert row.areas == before.areas | {area}
    assert {item.code for item in row.items} >= {item.code for item in before.items}
    assert row.beyond == ()


def test_the_committee_of_agriculture_pays_at_its_items_wherever_its_places_are():
    whole_standard()
    street = UnitFactory(squad=SquadFactory())
    committee = UnitFactory(kind=UnitKind.AGRICULTURE, ranking_group="")
    make_place(unit=committee, area="GQ")
    make_finding(unit=street, item=Item.objects.get(code="E02"), area="SQ", found_at=moment(2026, 3, 5))
    row = of(committee)
    assert row.daily.denominator == Decimal("4.50")
    assert row.daily.deducted == row.lines[0].points > 0


def test_a_finding_beyond_a_units_ground_costs_points_and_never_helps():
    """The scenic centre named for a railway: the item is none of its own, the denominator stays, the points are lost."""
    whole_standard()
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, ranking_group="")
    railway = next(item for item in Item.objects.order_by("code") if not set(AreaType.SCENIC) & set(item.areas))
    make_finding(unit=centre, item=Item.objects.get(code="B01"), area="JQ", count=90, found_at=moment(2026, 3, 4))
    before = of(centre)
    make_finding(unit=centre, item=railway, area=railway.areas[0], found_at=moment(2026, 3, 5))
    row = of(centre)
    assert [item.code for item in row.beyond] == [railway.code]
    assert row.daily.denominator == before.daily.denominator
    assert row.daily.score < before.daily.score
    assert row.daily.deducted == before.daily.deducted + row.lines[1].points
    assert row.daily.outside == ()
    make_finding(unit=centre, item=railway, area=railway.areas[0], count=900, found_at=moment(2026, 3, 6))
    spent = next(item for item in of(centre).daily.items if item.code == railway.code)
    assert spent.deducted == spent.limit == railway.cap * row.beyond[0].share


def test_a_place_entered_with_an_early_date_leaves_a_published_month_and_is_seen_as_drift():
    whole_standard()
    make.reward_rules()
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, ranking_group="")
    make_finding(unit=centre, item=Item.objects.get(code="B01"), area="JQ", found_at=moment(2026, 3, 4))
    published = make.published_bulletin(MONTH, UserFactory())
    printed, live = mean(MONTH, centre), of(centre).exact
    make_place(unit=centre, area="TD", valid_from=date(2026, 1, 1))
    assert of(centre).exact != live
    assert mean(MONTH, centre) == printed == published.lines.get(unit=centre).exact
    assert [one.unit for one, _ in bulletins.differences(published)] == [centre]


def test_a_unit_that_nobody_visited_has_no_score_and_one_without_faults_has_full_marks(monkeypatch):
    make.example_month(monkeypatch)
    quiet, clean = UnitFactory(), UnitFactory()
    make.visited(monkeypatch, {clean: (4, 4)})
    assert of(quiet).composite is None
    assert of(clean).daily.score == 100
    standing = {each.entrant.unit: each for each in stand_month(month_scores(MONTH))}
    assert (standing[quiet].rank, standing[quiet].score) == (None, None)
    assert standing[clean].rank == 1


def test_lateness_runs_to_the_day_of_the_reckoning_and_stops_at_closing():
    street = UnitFactory(squad=SquadFactory())
    finding = make_finding(unit=street, item=ItemFactory(), found_at=moment(2026, 3, 5), due_at=moment(2026, 3, 6))
    share = FindingShare.objects.get(finding=finding, unit=street).share

    def account(as_of):
        (row,) = [r for r in MonthReader([MONTH], as_of=as_of).of(MONTH) if r.unit == street]
        return row.daily.rectification

    assert account(moment(2026, 3, 6)) == 0
    assert account(moment(2026, 3, 7)) == Decimal("0.2") * share
    assert account(moment(2026, 3, 7) + timedelta(hours=1)) == Decimal("0.2") * Decimal("1.5") * share
    assert account(moment(2026, 5, 1)) == Decimal("0.4") * share
    Finding.objects.filter(pk=finding.pk).update(state="closed", closed_at=moment(2026, 3, 6, 12))
    assert account(moment(2026, 3, 6, 10)) == Decimal("0.2") * share
    assert account(moment(2026, 5, 1)) == Decimal("0.2") * share


def test_voided_findings_cost_nothing():
    street = UnitFactory(squad=SquadFactory())
    one, other = (make_finding(unit=street, item=ItemFactory(), found_at=moment(2026, 3, day)) for day in (4, 5))
    Finding.objects.filter(pk=one.pk).update(state="voided", void_reason="x", voided_at=moment(2026, 3, 6))
    assert [line.finding for line in of(street).lines] == [other.pk]


def test_units_outside_the_groups_are_scored_and_not_ranked(monkeypatch):
    make.example_month(monkeypatch)
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, ranking_group="")
    make.visited(monkeypatch, {centre: (4, 4)})
    standing = {each.entrant.unit: each for each in stand_month(month_scores(MONTH))}
    assert (standing[centre].rank, standing[centre].score) == (None, Decimal(100))


def test_a_month_costs_the_same_queries_whatever_there_is(monkeypatch, django_assert_num_queries):
    make.example_month(monkeypatch)
    with django_assert_num_queries(11):
        month_scores(MONTH)
    for number in range(5):
        make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 2 + number), item=ItemFactory())
    with django_assert_num_queries(11):
        month_scores(MONTH)


def test_longer_periods_are_means_of_months_that_have_a_score():
    street = UnitFactory()
    for month, score in (("2026-01", "90"), ("2026-02", "93"), ("2026-03", "91")):
        make.give(street, "complaints", score, month=month)
    make.give(street, "innovation", "100", month="2026-12")
    assert mean("2026-03", street) == 91
    assert mean("2026Q1", street) == Decimal(274) / 3
    assert mean("2026H1", street) == Decimal(274) / 3  # no data is not 0
    assert mean("2026", street) == Decimal("0.95") * (Decimal(274) / 3) + 5
    assert mean("2025", street) is None
    ScoringRuleSet.objects.update(rounding="each_part")
    assert mean("2026Q1", street) == Decimal(274) / 3


def test_a_quarterly_open_check_counts_as_one_month_more_and_not_in_its_month():
    street = UnitFactory()
    for month, score in (("2026-01", "90"), ("2026-02", "93"), ("2026-03", "91")):
        make.give(street, "complaints", score, month=month)
    make.give(street, "open_check", "80", month="2026-02")
    assert mean("2026Q1", street) == Decimal(354) / 4
    assert mean("2026H1", street) == Decimal(354) / 4
    assert mean("2026Q2", street) is None
    assert mean("2026-02", street) == 93
    assert of(street, "2026-02").score == 93


def example_without_places(monkeypatch):
    reader = territory.areas_by_unit
    street = make.example_month(monkeypatch)
    monkeypatch.setattr(territory, "areas_by_unit", reader)
    return street


def mean(key, unit):
    return next(row.exact for row in period_scores(Period.parse(key)) if row.unit == unit)


def test_the_rounding_stage_of_the_version_decides(monkeypatch):
    street = make.example_month(monkeypatch, bonus="")
    exact = of(street).composite
    ScoringRuleSet.objects.update(rounding="each_part")
    rounded = of(street).composite
    parts = [("94.13", "0.4"), ("88.60", "0.3"), ("94.67", "0.15"), ("96", "0.1"), ("90", "0.05")]
    assert rounded.before_bonus == sum(shown(Decimal(a) * Decimal(b)) for a, b in parts) != exact.before_bonus
