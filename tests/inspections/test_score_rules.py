"""Versions of the scoring rules, rewards and their effects: used ones stay, starts are months, constraints hold in the database."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from inspections.composite import AssessmentRules
from inspections.enums import TiePolicy
from inspections.models import Bulletin, RewardRule, ScoringRuleSet
from inspections.rewards import outcome_of
from inspections.rulebook import RuleBook
from inspections.standings import ranked, standings
from inspections.workflow import bulletins, rules
from staff.models import Activity
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories import scores as make
from tests.factories.inspections import make_finding, moment
from tests.factories.staff import UserFactory


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


def version(**facts):
    return ScoringRuleSet(**{"name": "样例规则", "source": "样例办法", "valid_from": date(2027, 1, 1), **facts})


@pytest.mark.django_db
class TestVersions:
    def test_the_first_version_says_what_the_code_proposes(self):
        first = ScoringRuleSet.objects.get()
        ours, proposed = first.as_rules(), AssessmentRules()
        assert ours.scoring.area_coefficients == proposed.scoring.area_coefficients
        assert ours.scoring.source_multipliers == proposed.scoring.source_multipliers
        assert ours.scoring.recurrence_multipliers == proposed.scoring.recurrence_multipliers
        assert ours.weights == proposed.weights
        names = ("bonus_cap", "year_weight", "innovation_weight", "rounding", "ties", "exposure_threshold")
        assert [getattr(ours, name) for name in names] == [getattr(proposed, name) for name in names]

    def test_a_finding_is_scored_by_the_version_of_its_day_and_never_again(self):
        before = make_finding(found_at=moment(2026, 5, 31))
        rules.make_rules(version(valid_from=date(2026, 6, 1), area_coefficients={**make_coefficients(), "ZG": "2"}), by=UserFactory())  # fmt: skip
        after = make_finding(item=before.item, found_at=moment(2026, 6, 1))
        before.refresh_from_db()
        assert (before.coefficient, after.coefficient) == (Decimal("1.2"), Decimal(2))

    def test_without_any_version_the_proposed_numbers_hold(self):
        ScoringRuleSet.objects.all().delete()
        assert RuleBook().on(date(2026, 1, 1)) == AssessmentRules()

    def test_a_version_in_use_is_not_changed(self):
        used = ScoringRuleSet.objects.get()
        make_finding(found_at=moment(2026, 3, 5))
        with pytest.raises(Refused, match="新建一版"):
            rules.change_rules(used, by=UserFactory(), seen=used.saved)

    def test_an_unused_one_is_and_the_second_saver_is_told(self):
        by = UserFactory()
        new = rules.make_rules(version(), by=by)
        make_finding(found_at=moment(2026, 3, 5))  # of the version before
        new.bonus_cap = Decimal(5)
        rules.change_rules(new, by=by, seen=1)
        assert Activity.objects.about(new).first().changes == {"加分上限": ["3", "5"]}
        with pytest.raises(ChangedMeanwhile):
            rules.change_rules(new, by=by, seen=1)

    def test_the_log_names_areas_and_sources(self):
        by = UserFactory()
        new = rules.make_rules(version(), by=by)
        new.area_coefficients |= {"JQ": "9"}
        new.ties = "dense"
        rules.change_rules(new, by=by, seen=1)
        changes = Activity.objects.about(new).first().changes
        assert "景区 9、" in changes["区域系数"][1]
        assert changes["同分名次"][1].startswith("同分并列，名次不跳")

    def test_a_version_begins_on_the_first_of_a_month_of_its_own_that_is_not_published(self, monkeypatch):
        by = UserFactory()
        with pytest.raises(Refused, match="1 日"):
            rules.make_rules(version(valid_from=date(2027, 1, 2)), by=by)
        with pytest.raises(Refused, match="已经有一版"):
            rules.make_rules(version(valid_from=date(2000, 1, 1)), by=by)
        make.example_month(monkeypatch)
        bulletins.publish_bulletin(bulletins.draft_bulletin("2026-03", by=by), by=by, seen=1, reason="样例理由")
        with pytest.raises(Refused, match="通报已经印发"):
            rules.make_rules(version(valid_from=date(2026, 3, 1)), by=by)
        assert rules.make_rules(version(valid_from=date(2026, 4, 1)), by=by).pk

    @pytest.mark.parametrize(("changes", "name"), [
        ({"weight_daily": "0.5"}, "rules_weights_make_one"),
        ({"weight_daily": "0.3999"}, "rules_weights_make_one"),
        ({"innovation_weight": "0.06"}, "rules_year_weights_make_one"),
        ({"send_back_points": "-0.1"}, "rules_numbers_not_negative"),
        ({"weight_daily": "-0.1", "weight_monthly": "0.8"}, "rules_numbers_not_negative"),
    ])  # fmt: skip
    def test_the_database_keeps_the_weights_whole(self, changes, name):
        with pytest.raises(IntegrityError, match=name):
            ScoringRuleSet.objects.update(**{key: Decimal(value) for key, value in changes.items()})

    def test_weights_that_are_no_round_decimals_may_make_one(self):
        ScoringRuleSet.objects.update(weight_daily="0.3333", weight_monthly="0.3333", weight_digital="0.1111",
                                      weight_complaints="0.1111", weight_key_work="0.1112")  # fmt: skip
        with transaction.atomic(), pytest.raises(IntegrityError):
            ScoringRuleSet.objects.update(weight_key_work="0.1111")


def make_coefficients():
    return {str(area): f"{number:f}" for area, number in AssessmentRules().scoring.area_coefficients.items()}


@pytest.mark.django_db
class TestPages:
    def typed(self, client, **changes):
        page = client.get(reverse("inspections:rules-create"))
        form = page.context["form"]
        data = {name: form[name].value() for name in form.fields}
        return {key: "" if value is None else value for key, value in {**data, **changes}.items()}

    def test_a_new_version_starts_from_the_newest_and_is_stored(self, client, office):
        data = self.typed(client, name="新规则", source="办法〔2027〕1号", valid_from="2027-01-01", area_ZG="1.5")
        assert data["weight_daily"] == "0.4"
        response = client.post(reverse("inspections:rules-create"), data)
        new = ScoringRuleSet.objects.get(valid_from=date(2027, 1, 1))
        assert response.url == new.get_absolute_url()
        assert (new.area_coefficients["ZG"], new.area_coefficients["SY"], new.made_by) == ("1.5", "1.1", office)
        assert ScoringRuleSet.objects.count() == 2
        assert client.get(new.get_absolute_url()).status_code == 200

    def test_weights_that_do_not_make_one_are_refused_and_stay_typed(self, client, office):
        data = self.typed(client, source="x", valid_from="2027-01-01", weight_daily="0.9")
        page = client.post(reverse("inspections:rules-create"), data)
        assert page.status_code == 422
        assert "五项权重之和应等于 1。" in page.content.decode()
        assert page.context["form"]["weight_daily"].value() == "0.9"

    @pytest.mark.parametrize(("field", "value"), [("recurrence_0", "0.5"), ("area_ZG", "1.125"), ("source_leader", "-1"), ("area_SY", "")])  # fmt: skip
    def test_factors_that_a_finding_could_not_store_are_refused(self, client, office, field, value):
        data = self.typed(client, source="x", valid_from="2027-01-01", **{field: value})
        page = client.post(reverse("inspections:rules-create"), data)
        assert page.status_code == 422
        assert field in page.context["form"].errors

    def test_every_field_stands_under_one_heading(self, client, office):
        form = client.get(reverse("inspections:rules-create")).context["form"]
        shown = [bound.name for _, bounds in form.groups() for bound in bounds]
        assert sorted(shown) == sorted(name for name in form.fields if name != "seen")

    def test_a_refused_start_stands_beside_its_field(self, client, office):
        page = client.post(reverse("inspections:rules-create"), self.typed(client, source="x", valid_from="2027-01-05"))
        assert page.status_code == 422
        assert "valid_from" in page.context["form"].errors

    def test_edit_of_a_used_one_leads_back_with_the_reason(self, client, office):
        used = ScoringRuleSet.objects.get()
        make_finding(found_at=moment(2026, 3, 5))
        page = client.get(reverse("inspections:rules-edit", args=[used.pk]), follow=True)
        assert "不能再改" in page.content.decode()

    def test_rewards_are_registered_and_ended(self, client, office):
        data = {"group": "street", "position": "-1", "months": "2", "kind": "yellow_card", "amount": "", "source": "办法", "valid_from": "2026-01-01"}  # fmt: skip
        assert client.post(reverse("inspections:reward-create"), data).status_code == 302
        again = client.post(reverse("inspections:reward-create"), data)
        assert again.status_code == 422
        reward = RewardRule.objects.get()
        assert str(reward) == "街道组连续2个月末位黄牌警示"
        end = reverse("inspections:reward-end", args=[reward.pk])
        assert client.post(end, {"on": "2025-12-31"}).status_code == 422
        assert client.post(end, {"on": "2026-06-30"}).status_code == 302
        refused = client.post(end, {"on": "2026-07-31"})
        assert "已于2026-06-30废止" in refused.content.decode()
        assert Activity.objects.about(reward).count() == 2

    @pytest.mark.parametrize(("changes", "name"), [
        ({"position": 0}, "reward_place_counted_from_one"),
        ({"months": 0}, "reward_place_counted_from_one"),
        ({"amount": None}, "reward_money_has_amount"),
        ({"amount": -1}, "reward_money_has_amount"),
        ({"kind": "talk"}, "reward_money_has_amount"),
        ({"valid_to": date(2019, 1, 1)}, "reward_valid_to_not_before_from"),
    ])  # fmt: skip
    def test_the_database_keeps_rewards_sensible(self, changes, name):
        first = make.reward_rules()[0]
        with pytest.raises(IntegrityError, match=name):
            RewardRule.objects.filter(pk=first.pk).update(**changes)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_lists_cost_the_same(self, client, office, django_assert_max_num_queries, rows):
        for number in range(rows - 1):
            version(valid_from=date(2027, 1 + number, 1)).save()
        client.get(reverse("inspections:rules-list"))
        with django_assert_max_num_queries(9):
            assert client.get(reverse("inspections:rules-list")).context["table"].count == rows


class Rule:
    """A row of the table without a database."""

    def __init__(self, position, kind, *, months=1, amount=None, group="street"):
        self.position, self.kind, self.months, self.amount, self.group = position, kind, months, amount, group
        self.money = Decimal(0) if amount is None else Decimal(amount) * (-1 if kind == "deduction" else 1)
        self.place = f"连续{months}个月末位"

    def get_kind_display(self):
        return {"reward": "奖励", "deduction": "扣减考评资金", "yellow_card": "黄牌警示", "talk": "约谈"}[self.kind]


TABLE = [
    Rule(1, "reward", amount=30_000),
    Rule(2, "reward", amount=1_500),
    Rule(-1, "deduction", amount=10_000),
    Rule(-1, "yellow_card", months=2),
    Rule(-1, "talk", months=3),
]


def month(*scores, ties=TiePolicy.SHARED):
    found = standings([(unit, "street", None if s is None else Decimal(s)) for unit, s in enumerate(scores, 1)], ties)
    return {each.entrant: each for each in found}


class TestRewards:
    def test_first_and_last(self):
        now = [month("95", "93", "90")]
        assert outcome_of(1, now, TABLE).words == "奖励3万元"
        assert outcome_of(2, now, TABLE).words == "奖励1500元"
        assert (outcome_of(3, now, TABLE).words, outcome_of(3, now, TABLE).money) == ("扣减考评资金1万元", -10_000)

    def test_a_tie_shares_what_the_place_brings(self):
        now = [month("95", "95", "90", "90")]
        assert [outcome_of(unit, now, TABLE).money for unit in (1, 2, 3, 4)] == [30_000, 30_000, -10_000, -10_000]

    def test_warnings_follow_an_unbroken_run_and_the_longest_is_given(self):
        last, not_last = month("95", "93", "90"), month("95", "90", "93")
        assert "黄牌" in outcome_of(3, [last, last], TABLE).words
        assert "黄牌" not in outcome_of(3, [last, not_last, last], TABLE).words
        words = outcome_of(3, [last, last, last], TABLE).words
        assert "约谈" in words
        assert "黄牌" not in words

    def test_nobody_is_last_of_one_and_no_data_is_no_place(self):
        assert outcome_of(1, [month("80")], [TABLE[2]]).money == 0
        now = [month("95", "90", None)]
        assert outcome_of(3, now, TABLE).words == ""
        assert outcome_of(2, now, TABLE).money == 1_500 - 10_000

    def test_other_groups_have_rules_of_their_own(self):
        assert outcome_of(1, [month("95", "90")], [Rule(1, "reward", amount=5, group="squad")]).money == 0


class TestStandings:
    def test_groups_stand_in_order_with_those_without_data_at_their_end(self):
        rows = [("q", "squad", Decimal(99)), ("a", "street", None), ("b", "street", Decimal(90)), ("x", "", Decimal(99)), ("y", "", None)]  # fmt: skip
        found = standings(rows)
        assert [(s.entrant, s.rank) for s in found] == [("b", 1), ("a", None), ("q", 1), ("x", None), ("y", None)]

    def test_the_order_of_tied_ones_is_fewer_late_then_units(self):
        late = {"a": (2, 1), "b": (0, 2), "c": (0, 1)}
        found = ranked([(name, Decimal("90.004")) for name in "abc"], TiePolicy.SHARED, late.get)
        assert [(s.entrant, s.rank, s.tied) for s in found] == [("c", 1, True), ("b", 1, True), ("a", 1, True)]
        found = ranked([(name, Decimal(90)) for name in "abc"], TiePolicy.ORDERED, late.get)
        assert [(s.entrant, s.rank, s.tied) for s in found] == [("c", 1, False), ("b", 2, False), ("a", 3, False)]

    @given(st.lists(st.decimals(0, 100, places=3), min_size=1, max_size=12), st.sampled_from(TiePolicy))
    def test_ranks_follow_the_printed_scores(self, scores, ties):
        found = ranked(list(enumerate(scores)), ties)
        assert sorted(s.entrant for s in found) == list(range(len(scores)))
        for one, other in pairwise(found):
            assert one.score >= other.score
            assert one.rank <= other.rank
            if ties != TiePolicy.ORDERED:
                assert (one.rank == other.rank) == (one.score == other.score)
        assert found[0].rank == 1
        assert max(s.rank for s in found) <= len(scores)


@pytest.mark.django_db
@time_machine.travel("2026-11-26", tick=False)
def test_rules_of_a_bulletin_cannot_be_removed_from_under_it(monkeypatch):
    make.example_month(monkeypatch)
    bulletin = bulletins.draft_bulletin("2026-03", by=UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=bulletin.pk).update(rules=None)
