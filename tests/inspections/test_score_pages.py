"""Pages of scores: any month, quarter, half-year, year; own lines only for units; a derivation down to the finding; analysis."""

from decimal import Decimal

import pytest
from django.urls import reverse

from config import area_map
from inspections.models import Finding, Item, ScoringRuleSet
from inspections.workflow import bulletins
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories import scores as make
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH
LIST = "/inspections/scores/"
ANALYSIS = "/inspections/analysis/"


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def street(monkeypatch):
    return make.example_month(monkeypatch)


def detail(unit, month=MONTH):
    return reverse("inspections:score-detail", args=[month, unit.pk])


def rows(page):
    return {each.entrant.unit.label: each for each in page.context["table"].source}


class TestList:
    def test_a_month_ranks_and_says_what_is_missing(self, client, office, street):
        other = UnitFactory(short_name="乙街道")
        make.give(other, "complaints", "95")
        page = client.get(LIST, {"period": MONTH})
        found = rows(page)
        assert (found["甲街道"].score, found["甲街道"].rank, found["乙街道"].rank) == (Decimal("93.03"), 2, 1)
        text = page.content.decode()
        assert "乙街道没有日常暗访、" not in text
        assert "没有日常暗访" in text
        assert "还没有印发通报" in text

    @pytest.mark.parametrize(
        "period", ["2026-03", "2026Q1", "2026H1", "2026", "2025", "2026-01-01~2026-06-20", "rubbish", "2026-13"]
    )
    def test_every_period_has_a_page(self, client, office, street, period):
        page = client.get(LIST, {"period": period})
        assert page.status_code == 200
        assert client.get(reverse("staff:export", args=["inspections.scores"]), {"period": period}).status_code == 200

    def test_longer_periods_show_their_months_and_mean(self, client, office, street):
        for month, score in (("2026-01", "90"), ("2026-02", "95")):
            make.give(UnitFactory(short_name=f"丙{month}"), "complaints", score, month=month)
        page = client.get(LIST, {"period": "2026Q1"})
        assert rows(page)["甲街道"].score == Decimal("93.03")
        assert [column.label for column in page.context["table"].columns][3:6] == ["1月", "2月", "3月"]
        assert f'<a href="{detail(street)}">93.03</a>' in page.content.decode()

    def test_a_published_month_counts_as_printed(self, client, office, street, monkeypatch):
        monkeypatch.setattr(bulletins, "render_pdf", lambda template, context: b"%PDF")
        bulletin = bulletins.draft_bulletin(MONTH, by=office)
        bulletins.publish_bulletin(bulletin, by=office, seen=1, reason="样例理由")
        Finding.objects.filter(item__code="D01").update(state="voided", void_reason="x", voided_at=moment(2026, 4, 1))
        assert rows(client.get(LIST, {"period": "2026Q1"}))["甲街道"].score == Decimal("93.03")
        assert rows(client.get(LIST, {"period": MONTH}))["甲街道"].score > Decimal("93.03")
        page = client.get(detail(street))
        assert page.context["drifted"]
        assert "与通报不一致" in page.content.decode()

    def test_a_unit_sees_its_own_line_ranked_among_all(self, client, street):
        make.give(UnitFactory(short_name="乙街道"), "complaints", "95")
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=street))
        page = client.get(LIST, {"period": MONTH})
        assert {name: row.rank for name, row in rows(page).items()} == {"甲街道": 2}

    def test_no_data_is_no_zero(self, client, office, street):
        UnitFactory(short_name="空街道")
        page = client.get(LIST, {"period": MONTH})
        assert (rows(page)["空街道"].score, rows(page)["空街道"].rank) == (None, None)
        assert "无数据" in page.content.decode()

    @pytest.mark.parametrize("more", [0, 2])
    def test_the_page_costs_the_same_whatever_the_units(
        self, client, office, street, django_assert_max_num_queries, more
    ):
        for _ in range(more):
            make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 9))
        client.get(LIST, {"period": MONTH})
        with django_assert_max_num_queries(42):
            client.get(LIST, {"period": MONTH})


class TestDerivation:
    def test_every_step_stands_there_down_to_the_finding(self, client, office, street):
        page = client.get(detail(street))
        text = page.content.decode()
        assert "3.4720 ÷ 62.15" in text
        assert "0.2 × 1.2 × 1 × 0.4 = 0.096" in text
        assert "逾期2天" in text
        assert "退回1次" in text
        assert "应结案 128、结案 124、按期 118、返工 3" in text
        for finding in Finding.objects.filter(month=MONTH):
            assert finding.get_absolute_url() in text
        parts = [each.part for each in page.context["components"]]
        assert sum(parts) + Decimal("0.5") == page.context["row"].exact

    def test_parts_add_up_where_each_is_rounded_too(self, client, office, street):
        ScoringRuleSet.objects.update(rounding="each_part")
        page = client.get(detail(street))
        assert sum(each.part for each in page.context["components"]) + Decimal("0.5") == page.context["row"].exact

    def test_somebody_elses_unit_is_not_found(self, client, street):
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory()))
        assert client.get(detail(street)).status_code == 404

    @pytest.mark.parametrize("month", ["2026", "2026Q1", "2026-13", "x"])
    def test_what_is_no_month_is_not_found(self, client, office, street, month):
        assert client.get(detail(street, month)).status_code == 404

    def test_units_that_are_not_assessed_have_none(self, client, office, street):
        assert client.get(detail(UnitFactory(kind=UnitKind.AGENCY, ranking_group=""))).status_code == 404
        assert client.get(f"/inspections/scores/{MONTH}/999999/").status_code == 404

    def test_an_unvisited_unit_says_so(self, client, office, street):
        page = client.get(detail(UnitFactory()))
        assert "没有数据不等于 0 分" in page.content.decode()

    def test_scaled_and_capped_deductions_are_explained(self, client, office, street, monkeypatch):
        make.visited(monkeypatch, {street: (8, 5)})
        assert "已乘以 8 ÷ 5" in client.get(detail(street)).content.decode()
        make.visited(monkeypatch, {street: (8, 2)})
        make_finding(unit=street, item=Item.objects.get(code="B01"), area="ZG", count=99, found_at=moment(2026, 3, 20))
        text = client.get(detail(street)).content.decode()
        assert "检查次数相差过大，按 2 封顶，请核对到访登记" in text
        assert "扣完为止" in text

    def test_items_charged_beyond_the_units_own_are_named(self, client, office, street):
        centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, ranking_group="")
        beyond = next(item for item in Item.objects.order_by("code") if not {"JQ", "SY"} & set(item.areas))
        make_finding(unit=centre, item=beyond, area=beyond.areas[0], found_at=moment(2026, 3, 5))
        text = client.get(detail(centre)).content.decode()
        assert f"小项 {beyond.code} 本不适用于这个单位" in text
        assert "扣分照计" in text


class TestAnalysis:
    @pytest.fixture
    def findings(self):
        street = UnitFactory(squad=SquadFactory())
        item, other = ItemFactory(), ItemFactory()
        first = {"unit": street, "item": item, "place": "反复处"}
        make_finding(**first, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
        make_finding(**first, found_at=moment(2026, 3, 10), closed_at=moment(2026, 3, 11))
        make_finding(unit=street, item=other, found_at=moment(2025, 3, 1))
        here = {"latitude": Decimal("29.3401"), "longitude": Decimal("113.1201")}
        make_finding(unit=street, item=other, found_at=moment(2026, 2, 1), **here)
        make_finding(unit=street, item=ItemFactory(), found_at=moment(2026, 2, 2), **here, place="近处")
        Finding.objects.filter(place="反复处", recurrence=0).update(send_backs=1)

    def links(self, client, page):
        """(number, address) of every number in the tables of parts, and what its list counts."""
        for _, _, lines, _ in page.context["cuts"]:
            for line in lines:
                yield from ((line.now, line.url), (line.before, line.before_url), (line.overdue, line.overdue_url))
        for rate in page.context["rates"]:
            yield from ((rate.part, rate.part_url), (rate.whole, rate.whole_url))
        yield from ((each.times, each.url) for each in page.context["league"])
        yield from ((spot.count, spot.url) for spot in page.context["spots"])

    def test_every_number_opens_rows_that_add_up_to_it(self, client, office, findings):
        page = client.get(ANALYSIS, {"period": "2026H1"})
        found = list(self.links(client, page))
        assert len(found) > 30
        for number, address in set(found):
            assert client.get(address).context["table"].count == number, address

    @pytest.mark.parametrize("period", ["2026H1", "2026-02-02~2026-03-05"])
    def test_the_months_add_up_to_the_whole(self, client, office, findings, period):
        """Found on the last day of March, due in April: late in no month by itself."""
        make_finding(found_at=moment(2026, 3, 31), due_at=moment(2026, 4, 2), item=ItemFactory())
        page = client.get(ANALYSIS, {"period": period})
        cuts = {name: lines for _, name, lines, _ in page.context["cuts"]}
        for number in ("now", "overdue", "before"):
            sums = {name: sum(getattr(line, number) for line in cuts[name]) for name in ("unit", "month")}
            assert sums["unit"] == sums["month"], number
        assert sum(line.now for line in cuts["month"]) == page.context["total"]
        assert sum(line.overdue for line in cuts["month"]) == (1 if period == "2026H1" else 0)
        for number, address in set(self.links(client, page)):
            assert client.get(address).context["table"].count == number, address

    def test_two_units_whose_places_are_called_alike_have_a_line_and_a_list_each(self, client, office, findings):
        again = {"unit": UnitFactory(), "item": Finding.objects.filter(place="反复处").first().item, "place": "反复处"}
        make_finding(**again, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
        make_finding(**again, found_at=moment(2026, 3, 5))
        league = client.get(ANALYSIS, {"period": "2026H1"}).context["league"]
        assert [each.times for each in league] == [1, 1]
        assert [client.get(each.url).context["table"].count for each in league] == [1, 1]

    def test_what_keeps_coming_back_and_what_was_sent_back(self, client, office, findings):
        page = client.get(ANALYSIS, {"period": "2026H1"})
        (only,) = page.context["league"]
        assert (only.place, only.times, only.highest) == ("反复处", 1, 1)
        rework = page.context["rates"][2]
        assert (rework.part, rework.whole) == (1, 2)
        assert page.context["positioned"] == 2
        assert page.context["spots"][0].count == 2

    def test_an_empty_period_has_a_page(self, client, office):
        page = client.get(ANALYSIS, {"period": "2031H1"})
        assert page.status_code == 200
        assert [rate.percent for rate in page.context["rates"]] == [None, None, None]

    def test_it_is_for_those_who_see_all_units(self, client):
        client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
        assert client.get(ANALYSIS).status_code == 403


class TestMap:
    def test_every_position_lies_in_exactly_one_box(self):
        positions = [(Decimal("29.3400"), Decimal("113.1200")), (Decimal("29.3439"), Decimal("113.1239")), (Decimal("29.344"), Decimal("113.12"))]  # fmt: skip
        spots = area_map.cells(positions)
        assert [spot.count for spot in spots] == [2, 1]
        for spot in spots:
            south, west, north, east = map(Decimal, spot.box.split(","))
            assert sum(south <= a < north and west <= b < east for a, b in positions) == spot.count

    def test_the_outline_is_drawn_and_what_lies_outside_is_not(self):
        inside = area_map.cells([(Decimal("29.34"), Decimal("113.12"))])
        outside = area_map.cells([(Decimal("39.9"), Decimal("116.4"))])
        assert area_map.draw(inside, title="x").count("<circle") == 1
        assert area_map.draw(outside, title="x").count("<circle") == 0
        assert "南湖新区" in area_map.draw([], title="x")

    def test_names_are_escaped(self):
        assert "<b>" not in area_map.draw([], title="<b>")
