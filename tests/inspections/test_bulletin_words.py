"""What a bulletin says and what may be signed: rates over 应整改, true equations, corrections, months that still run."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from config.periods import Period
from inspections.analysis import rates
from inspections.bulletin_paper import WORKBOOK_HEAD, drift_words, workbook_row
from inspections.checksheet import all_sheets, unit_sheet
from inspections.drafting import correction_note, demands, good, problems
from inspections.models import Bulletin, Finding, FindingShare, RewardRule
from inspections.workflow import appeals
from inspections.workflow import bulletins as workflow
from inspections.workflow import findings as finding_steps
from staff.models import Activity
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import scores as make
from tests.factories.inspections import in_state, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH
DAY = moment(2026, 3, 9)


@pytest.fixture(autouse=True)
def quick_paper(monkeypatch):
    monkeypatch.setattr(workflow, "render_pdf", lambda template, context: b"%PDF")


@pytest.fixture
def leader():
    return UserFactory(role=Roles.DEPUTY_DIRECTOR)


@pytest.fixture
def street():
    return UnitFactory(short_name="甲街道", squad=SquadFactory(short_name="甲中队"))


def closed(unit, place="已改处", **facts):
    return make_finding(unit=unit, place=place, found_at=DAY, closed_at=DAY + timedelta(hours=1), **facts)


@pytest.fixture
def mixed(street):
    """One put right, one open, one shelved, one only deducted: two of four are 应整改."""
    closed(street)
    make_finding(unit=street, place="未改处", found_at=DAY, due_at=DAY + timedelta(hours=4))
    in_state("shelved", unit=street, place="挂账处", found_at=DAY)
    in_state("deducted", unit=street, place="只扣处", found_at=DAY)
    return street


class TestWords:
    def test_the_rate_is_that_of_the_analysis_page(self, mixed):
        Finding.objects.filter(place="已改处").update(due_at=DAY + timedelta(hours=4))
        words = workflow.draft_bulletin(MONTH, by=None).overall
        assert "共查找问题4件（挂账1件、只扣分1件，不计入应整改）" in words
        assert "期内应整改2件，已销号1件，应整改销号率50.00%，其中按期销号1件" in words
        assert next(each.percent for each in rates(Period.parse(MONTH)) if each.label == "应整改销号率") == 50

    def test_without_cases_due_there_is_no_rate(self, street):
        in_state("deducted", unit=street, found_at=DAY)
        assert "销号率" not in workflow.draft_bulletin(MONTH, by=None).overall

    def test_only_what_is_open_is_called_open(self, mixed):
        (text,) = problems(all_sheets(MONTH))
        assert text.startswith("甲街道（主责4件）")
        by_place = {place: text.split(place)[1].split("；")[0] for place in ("已改处", "未改处", "挂账处", "只扣处")}
        assert [place for place, words in by_place.items() if "尚未整改" in words] == ["未改处"]
        assert "已挂账" in by_place["挂账处"]

    def test_units_are_told_to_put_right_only_what_they_lead_and_what_is_open(self, mixed):
        assert FindingShare.objects.filter(unit=mixed.squad).exists()
        (first, *_) = demands(all_sheets(MONTH))
        assert first.startswith("一是抓好整改。甲街道对")
        Finding.objects.filter(place="未改处").update(state="closed", closed_at=DAY + timedelta(hours=1))
        assert not any("抓好整改" in text for text in demands(all_sheets(MONTH)))

    def test_a_case_only_deducted_does_not_stand_against_all_in_time(self, street):
        closed(street)
        in_state("deducted", unit=street, place="只扣处", found_at=DAY)
        assert good([], all_sheets(MONTH)) == ["甲街道交办的问题全部按期整改。"]
        make_finding(unit=street, place="未改处", found_at=DAY, due_at=DAY + timedelta(hours=4))
        assert good([], all_sheets(MONTH)) == []

    def test_a_correction_prints_two_decimals(self):
        note = correction_note([("甲街道", Decimal("96.80"), Decimal("96.88")), ("乙街道", None, Decimal(90))])
        assert "甲街道由96.80分更正为96.88分；乙街道由无数据更正为90.00分。" in note

    def test_the_workbook_says_what_it_counts(self, mixed):
        line = next(each for each in workflow.reckon(MONTH, timezone.now()).lines if each.unit_id == mixed.squad_id)
        row = dict(zip(WORKBOOK_HEAD, workbook_row(line, 0), strict=True))
        assert (row["涉及问题数"], row["其中主责"]) == (4, 0)


class TestEquations:
    def formula(self, finding, unit):
        return next(line.formula for line in unit_sheet(unit, finding.month).lines if line.finding == finding)

    def test_as_worked_out_it_is_true(self, street):
        finding = closed(street)
        for share in finding.shares.all():
            left, right = self.formula(finding, share.unit).split(" = ")
            product = Decimal(1)
            for factor in left.split(" × "):
                product *= Decimal(factor)
            assert product == Decimal(right) == share.points

    def test_a_ruling_stands_behind_the_true_equation(self, street, leader):
        finding = in_state("ordered", unit=street)
        contact = UserFactory(role=Roles.STREET_CONTACT, unit=street)
        appeal = appeals.lodge_appeal(finding, unit=street, by=contact, ground="points", reason="偏重")
        plainly = self.formula(finding, street)
        appeals.decide_appeal(appeal, appeals.Decision("partly", "从轻", new_points=Decimal("0.1")), by=leader)
        assert self.formula(finding, street).startswith(f"{plainly}，申诉裁定为 0.1")

    def test_a_reduction_after_it_has_the_last_word(self, street):
        finding = in_state("closed", unit=street)
        facts = {"words": "酌情", "signer": "局示例", "signed_on": timezone.localdate(), "by": UserFactory()}
        appeals.reduce_points(finding, new_points=Decimal("0.1"), **facts)
        share = finding.shares.get(unit=street)
        result = "0.1" if share.share == 1 else f"0.1 × {share.share.normalize():f} = {share.points.normalize():f}"
        assert self.formula(finding, street).endswith(f"，领导减免为 {result}")


class TestSigning:
    @pytest.fixture
    def draft(self, street):
        closed(street)
        make.give(street, "complaints", "95")
        return workflow.draft_bulletin(MONTH, by=None)

    def sign(self, bulletin, leader, **facts):
        return workflow.publish_bulletin(bulletin, by=leader, seen=bulletin.version, **{"reason": "样例", **facts})

    def test_a_running_month_is_drafted_but_not_signed(self, client, street, leader, monkeypatch):
        with time_machine.travel("2026-03-31 15:00", tick=False):  # 23:00 here: the last day
            closed(street)
            draft = workflow.draft_bulletin(MONTH, by=None)
            with pytest.raises(Refused, match="还没有结束"):
                self.sign(draft, leader)
            client.force_login(leader)
            page = client.get(draft.get_absolute_url())
            assert "得分只是预估" in page.content.decode()
            assert not page.context["can_publish"]
            printed = []
            monkeypatch.setattr(
                workflow, "render_pdf", lambda template, context: printed.append(context["paper"].title) or b"%PDF"
            )
            client.get(reverse("inspections:bulletin-pdf", args=[draft.pk]))
            assert printed == [f"{draft.title}（样稿，得分为预估）"]
        with pytest.raises(Refused, match="数据只截至"):
            self.sign(draft, leader)
        fresh = workflow.refresh_bulletin(draft, by=leader)
        assert self.sign(fresh, leader).is_signed

    def test_a_reward_rule_changed_since_stops_the_signature(self, draft, street, leader):
        facts = {"group": street.ranking_group, "source": "x", "valid_from": moment(2020, 1, 1).date()}
        RewardRule.objects.create(position=1, kind="reward", amount=30_000, **facts)
        ((stored, now),) = workflow.differences(draft)
        assert drift_words(stored, now) == "奖惩无 → 奖励3万元"
        with pytest.raises(Refused, match="更新数据"):
            self.sign(draft, leader)
        workflow.refresh_bulletin(draft, by=leader)
        draft.refresh_from_db()
        assert self.sign(draft, leader).lines.get(unit=street).money == 30_000

    def test_points_held_since_stop_the_signature_but_are_no_drift_of_a_signed_one(self, draft, leader):
        Finding.objects.update(held=True)
        with pytest.raises(Refused, match="更新数据"):
            self.sign(draft, leader)
        Finding.objects.update(held=False)
        self.sign(draft, leader)
        Finding.objects.update(held=True)
        draft.refresh_from_db()
        assert workflow.differences(draft) == []

    def test_without_every_confirmation_the_signer_says_why(self, draft, street, leader):
        with pytest.raises(Refused, match=r"还有 2 个单位没有确认.*理由") as refusal:
            self.sign(draft, leader, reason="  ")
        assert "2" in str(refusal.value)
        self.sign(draft, leader, reason="逾期未答复，视为无异议")
        note = Activity.objects.about(draft).get(title="未全部确认仍签发").note
        assert "逾期未答复，视为无异议" in note
        assert "甲街道" in note

    def test_the_dialog_asks_for_it(self, client, draft, leader):
        client.force_login(leader)
        assert 'name="reason"' in client.get(draft.get_absolute_url()).content.decode()
        address = reverse("inspections:bulletin-publish", args=[draft.pk])
        answer = client.post(address, {"seen": 1, "reason": "x" * 201}, follow=True)
        assert "未全部确认仍签发的理由" in answer.content.decode()
        assert Bulletin.objects.get().is_draft


def test_a_correction_moves_nobody_whom_nobody_corrected(street, leader):
    """Open cases go on being late; that is the next months' matter, not this one's."""
    other = UnitFactory(short_name="乙街道", squad=SquadFactory(short_name="乙中队"))
    voided = closed(street)
    make_finding(unit=other, place="未改处", found_at=DAY, due_at=moment(2026, 4, 2, 10))
    with time_machine.travel(moment(2026, 4, 3, 9), tick=False):
        first = workflow.draft_bulletin(MONTH, by=None)
        workflow.publish_bulletin(first, by=leader, seen=1, reason="样例")
    with time_machine.travel(moment(2026, 4, 20, 9), tick=False):
        finding_steps.void_finding(voided, by=leader, reason="申诉成立")
        correction = workflow.draft_bulletin(MONTH, by=None)
        assert correction.as_of == first.as_of
        workflow.refresh_bulletin(correction, by=leader)
        correction.refresh_from_db()
        assert correction.as_of == first.as_of
        line = correction.lines.get(unit=other)
        assert (line.score, line.late) == (line.previous_score, 1)
        assert "乙街道由" not in correction.overall
