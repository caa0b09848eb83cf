"""A change and a cut carry their money and their segments: reckoned by the tariff, tied to the decision, adding up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from permits.charging import Asked
from permits.documents.building import build
from permits.enums import PermitState
from permits.fees import Computation, Line
from permits.kinds import FeeKind, ItemKind
from permits.models import Adjustment, FeeAssessment, FeePayment, FeeRefund, PermitChange, TariffRate
from permits.paper_kinds import PaperKind
from permits.workflow import changes, fees, guards
from permits.workflow.decisions import Verdict
from permits.workflow.settling import asked_before, freed_by
from permits.workflow.steps import Step
from staff.refusals import Refused
from tests.factories import permits as make
from tests.factories.permit_fees import make_tariff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
VERDICT = Verdict("同意", "局长")


@pytest.fixture
def site(section, time_machine_day):
    """30 ㎡ of a sidewalk for ten days at 1.5 yuan: 450.00, paid. 2 to 11 March 2026."""
    time_machine_day(date(2026, 3, 2))
    make_tariff(FeeKind.OCCUPATION)
    row = make.build_segment(
        length="10", width="3", act="occupy", part="sidewalk", road=make.make_road(manager="district")
    )
    application = make.make_accepted(
        section, item=make.make_item(ItemKind.OCCUPY), space_kind="sidewalk", segments=[row], starts_on=date(2026, 3, 2)
    )
    fee = fees.assess(application, Asked("occupation", timezone.localdate()), by=section)
    assert fee.total == Decimal("450.00")
    pay(fee, section)
    return make.put(application, PermitState.ACTIVE, started_on=date(2026, 3, 2))


def pay(fee, by):
    payment = FeePayment(assessment=fee, amount=fee.total, paid_on=timezone.localdate(), receipt_number=f"票{fee.pk}")
    fees.record_payment(payment, by=by)


def sides(application, length, width):
    return [{"segment": str(application.segments.get().pk), "length": length, "width": width}]


def granted(application, section, **fields):
    change = PermitChange(reason="x", **fields)
    changes.ask_change(application, change, Step(section))
    if fields["kind"] in ("area", "place"):
        changes.resurvey_change(application, Step(section))
    return changes.grant_change(application, VERDICT, Step(section))


def test_a_longer_period_costs_the_days_that_it_adds(site, section):
    change = granted(site, section, kind="period", new_ends_on=site.ends_on + timedelta(days=4))
    more = change.assessments.get()
    assert (more.cause, more.total, change.fee_difference) == ("change", Decimal("180.00"), Decimal("180.00"))
    assert [line["amount"] for line in more.lines] == ["630.00", "-450.00"]
    pay(more, section)
    again = granted(make.fresh(site), section, kind="period", new_ends_on=date(2026, 3, 16))
    assert again.fee_difference == Decimal("45.00")  # one more day, not the five


def test_a_larger_area_rewrites_the_segment_keeps_what_stood_and_adds_up(site, section):
    change = granted(site, section, kind="area", new_segments=sides(site, "12", "3"))
    now = make.fresh(site)
    row = now.segments.get()
    assert (row.length, row.area, now.total_area, now.summed_area()) == (
        Decimal("12.00"), Decimal("36.00"), Decimal("36.00"), Decimal("36.00"),
    )  # fmt: skip
    assert change.segments_before[0]["area"] == "30.00"
    assert (change.new_area, change.fee_difference) == (Decimal("36.00"), Decimal("90.00"))


@pytest.fixture
def trench(section, time_machine_day):
    """10.32 ㎡ of coloured pavement at 150 and ten metres of granite kerb at 334.50: 4,893.00, paid."""
    time_machine_day(date(2026, 3, 2))
    tariff = make_tariff()
    TariffRate.objects.create(tariff=tariff, subject="kerb_granite", measure="length", rate=Decimal("334.50"))
    row = make.build_segment(
        part="sidewalk", surface="coloured_sidewalk", kerb=Decimal(10), road=make.make_road(manager="district")
    )
    application = make.make_accepted(section, segments=[row], starts_on=date(2026, 3, 2))
    pay(fees.assess(application, Asked("restoration", date(2026, 3, 2), granite_kerb=True), by=section), section)
    return make.put(application, PermitState.ACTIVE, started_on=date(2026, 3, 2))


def test_what_was_chosen_at_the_first_fee_is_chosen_again_for_the_difference(trench, section):
    change = granted(trench, section, kind="area", new_segments=sides(trench, "20", "1"))
    assert (change.fee_difference, change.fee_note) == (Decimal("1452.00"), "")
    assert change.assessments.get().facts["麻石路缘石"] is True


def test_a_fee_whose_facts_are_older_is_reckoned_as_before(trench, section):
    fee = trench.assessments.get()
    fee.facts = {"地段": "", "面积": "按申请"}
    fee.save()
    assert asked_before(fee) == Asked("restoration", date(2026, 3, 2))
    assert granted(trench, section, kind="area", new_segments=sides(trench, "20", "1")).fee_difference == 0


def test_slabs_and_the_double_fee_come_back_as_they_went_in(trench, section):
    asked = Asked("restoration", date(2026, 3, 2), unpermitted=True, slabs={7: Decimal("12.50")})
    known = FeeAssessment(kind="restoration", facts=fees.facts_of(trench, asked), frozen_at=timezone.now())
    assert asked_before(FeeAssessment(kind="restoration", facts=known.facts, frozen_at=known.frozen_at)) == asked


def test_a_refused_change_leaves_segments_and_money(site, section):
    changes.ask_change(site, PermitChange(kind="area", reason="x", new_segments=sides(site, "12", "3")), Step(section))
    changes.deny_change(site, Verdict("影响通行", "局长"), Step(section))
    assert (make.fresh(site).total_area, FeeAssessment.objects.count()) == (Decimal("30.00"), 1)


def test_an_area_that_does_not_multiply_is_asked_by_its_sides(site, section):
    change = PermitChange(kind="area", reason="x", new_area=Decimal("31.01"))
    with pytest.raises(Refused, match=r"请逐段填写变更后的长、宽"):
        changes.ask_change(site, change, Step(section))


def test_without_an_assessment_the_change_holds_and_says_that_nothing_was_reckoned(site, section):
    FeePayment.objects.all().delete()
    FeeAssessment.objects.all().delete()
    change = granted(site, section, kind="period", new_ends_on=site.ends_on + timedelta(days=4))
    assert change.fee_difference == 0
    assert "差额没有计算" in change.fee_note


@pytest.mark.parametrize(
    ("fields", "refund"),
    [
        ({"kind": "stop"}, "225.00"),  # on the fifth day of ten: five days are given up
        ({"kind": "shorten", "new_ends_on": date(2026, 3, 8)}, "135.00"),
        ({"kind": "shrink", "new_area": Decimal(24)}, "45.00"),  # a fifth of the area for five days
    ],
)
def test_a_cut_gives_back_its_share_of_what_was_paid(site, section, time_machine_day, fields, refund):
    time_machine_day(date(2026, 3, 6))
    row = changes.adjust(site, Adjustment(reason="道路改造", decided_by="局长", **fields), Step(section))
    back = row.refunds.get()
    assert (row.refund, back.amount, back.ground, back.paid_on) == (
        Decimal(refund),
        Decimal(refund),
        "adjustment",
        None,
    )
    assert "已缴 450.00 元" in back.formula
    now = make.fresh(site)
    assert now.total_area == now.summed_area()


def adjusted(application, section, **fields):
    return changes.adjust(application, Adjustment(reason="道路改造", decided_by="局长", **fields), Step(section))


def test_ground_given_up_earlier_was_used_and_paid_until_then(site, section, time_machine_day):
    time_machine_day(date(2026, 3, 6))
    assert adjusted(site, section, kind="shrink", new_segments=sides(site, "5", "3")).refund == Decimal("112.50")
    time_machine_day(date(2026, 3, 8))
    stop = adjusted(make.fresh(site), section, kind="stop")
    assert stop.refund == Decimal("67.50")  # three days of 15 ㎡: 450 - 7×15×1.5 - 5×15×1.5 - what went back
    assert stop.refunds.get().formula == "已缴 450.00 元，属于现有占用的 225.00 元 × （15 ㎡ × 3 天）÷（15 ㎡ × 10 天）"


def test_cuts_and_changes_in_turn_give_back_what_is_not_used(site, section, time_machine_day):
    time_machine_day(date(2026, 3, 3))
    assert adjusted(site, section, kind="shrink", new_area=Decimal(15)).refund == Decimal("180.00")
    time_machine_day(date(2026, 3, 4))
    assert adjusted(make.fresh(site), section, kind="shorten", new_ends_on=date(2026, 3, 7)).refund == Decimal("90.00")
    time_machine_day(date(2026, 3, 5))
    longer = granted(make.fresh(site), section, kind="period", new_ends_on=date(2026, 3, 11))
    assert longer.fee_difference == Decimal("90.00")  # 15 ㎡ for four days
    pay(longer.assessments.get(), section)
    time_machine_day(date(2026, 3, 6))
    assert adjusted(make.fresh(site), section, kind="stop").refund == Decimal("112.50")  # 15 ㎡ for five days
    held = sum(row.paid - row.refunded for row in site.assessments.all())
    assert held == Decimal("157.50")  # two days of 30 ㎡, three of 15


def test_a_fee_paid_too_much_and_given_back_by_hand_is_no_part_of_it(site, section, time_machine_day):
    fee = site.assessments.get()
    extra = FeePayment(assessment=fee, amount=Decimal(50), paid_on=timezone.localdate(), receipt_number="多")
    fees.record_payment(extra, by=section)
    fees.record_refund(FeeRefund(assessment=fee, ground="overpaid", amount=Decimal(50)), by=section)
    time_machine_day(date(2026, 3, 6))
    assert adjusted(site, section, kind="stop").refund == Decimal("225.00")


def test_before_the_first_day_nothing_is_used(site, section, time_machine_day):
    time_machine_day(date(2026, 3, 1))
    day = date(2026, 3, 1)
    segments = list(site.segments.all())
    freed = freed_by(site, Adjustment(kind="stop"), segments, day)
    assert (freed.days_freed, freed.days) == (10, 10)
    assert freed_by(site, Adjustment(kind="stop"), segments, site.starts_on).days_freed == 9


def test_what_a_cut_gave_back_is_charged_again_when_the_permit_grows_again(site, section):
    row = adjusted(site, section, kind="shorten", new_ends_on=date(2026, 3, 5))
    assert row.refund == Decimal("270.00")  # six days of ten
    change = granted(make.fresh(site), section, kind="period", new_ends_on=date(2026, 3, 9))
    more = change.assessments.get()
    assert (more.total, [line["amount"] for line in more.lines]) == (Decimal("180.00"), ["360.00", "-180.00"])
    assert "调整占用退费 270.00 元" in more.lines[-1]["formula"]


def test_days_used_before_a_cut_do_not_pay_for_days_that_a_change_adds(site, section, time_machine_day):
    time_machine_day(date(2026, 3, 6))
    adjusted(site, section, kind="shrink", new_segments=sides(site, "5", "3"))
    change = granted(make.fresh(site), section, kind="period", new_ends_on=date(2026, 3, 15))
    assert change.fee_difference == Decimal("90.00")  # 15 ㎡ for four days more


def test_a_shrunk_permit_keeps_its_old_segments_in_the_history(site, section):
    row = changes.adjust(
        site,
        Adjustment(kind="shrink", reason="x", decided_by="局长", new_segments=sides(site, "8", "3")),
        Step(section),
    )
    assert row.segments_before[0]["area"] == "30.00"
    assert make.fresh(site).total_area == Decimal("24.00")


def test_nothing_paid_nothing_back(site, section):
    FeePayment.objects.all().delete()
    row = changes.adjust(site, Adjustment(kind="stop", reason="x", decided_by="局长"), Step(section))
    assert (row.refund, FeeRefund.objects.count()) == (0, 0)


def test_the_dialogs_say_the_money_before_it_is_decided(site, section, deputy, client):
    client.force_login(section)
    page = client.get(site.get_absolute_url()).content.decode()
    assert "现为 10.00" in page
    change = PermitChange(kind="period", reason="x", new_ends_on=site.ends_on + timedelta(days=4))
    changes.ask_change(site, change, Step(section))
    client.force_login(deputy)
    page = client.get(site.get_absolute_url()).content.decode()
    assert "按收费标准应补缴 180.00 元" in page


def test_what_a_change_costs_more_has_its_own_notice_to_pay(site, section):
    """The first fee is paid and not asked for again; without a supplement there is nothing to tell."""
    assert "没有未缴清的变更补缴" in guards.why_not_paper(site, PaperKind.PAYMENT)
    granted(site, section, kind="period", new_ends_on=site.ends_on + timedelta(days=4))
    now = make.fresh(site)
    assert guards.why_not_paper(now, PaperKind.PAYMENT) == ""
    notice = build(now, PaperKind.PAYMENT)
    assert (notice.total, notice.supplement, notice.pay_by) == (Decimal("180.00"), True, date(2026, 3, 9))
    assert any("变更已获准予" in str(block) for block in notice.body())


def test_differences_that_no_column_holds_together_are_told_and_keep_nobody_from_deciding(site, section, monkeypatch):
    monkeypatch.setattr("permits.charging.LARGEST_FEE", Decimal("10.00"))
    monkeypatch.setattr(
        "permits.workflow.settling.charging.compute_by", lambda *_: Computation((Line("占用费", "", Decimal(470)),))
    )
    change = granted(site, section, kind="period", new_ends_on=site.ends_on + timedelta(days=4))
    assert (change.outcome, change.fee_difference, change.assessments.count()) == ("granted", 0, 0)
    assert "差额合计 20.00 元，超过能登记的" in change.fee_note
