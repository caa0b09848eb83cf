"""The door to money: what is frozen, what is refused, what is flagged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from permits.charging import Asked, compute, exemptions_for
from permits.enums import PermitState, Surface
from permits.kinds import ChargeCause, ChargeKind, FeeKind, RateSubject
from permits.models import FeeAssessment, FeePayment, FeeRefund, Tariff, TariffExemption, TariffRate
from permits.workflow import catalogue, decisions, fees, guards
from permits.workflow.fees import Relief
from permits.workflow.steps import Step
from staff.models import Activity, Setting, forget_settings
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.permit_fees import accepted_application, make_tariff, worked_example
from tests.factories.permits import add_segment, make_road
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 5)
DIG, TAKE = Asked(ChargeKind.RESTORATION, DAY), Asked(ChargeKind.OCCUPATION, DAY)


@pytest.fixture
def clerk():
    return UserFactory(role=Roles.FINANCE)


@pytest.fixture
def tariffs():
    return make_tariff(), make_tariff(FeeKind.OCCUPATION, name="样例占用费")


def paid(assessment, amount, **fields):
    facts = {"amount": Decimal(amount), "receipt_number": f"票{FeePayment.objects.count()}", **fields}
    return FeePayment(assessment=assessment, **facts)


def test_surfaces_of_segments_are_those_that_tariffs_price():
    assert {each.value for each in Surface} <= {each.value for each in RateSubject}


def test_worked_example_is_frozen_line_by_line(clerk, tariffs):
    application = worked_example()
    dug = fees.assess(application, DIG, by=clerk)
    taken = fees.assess(application, TAKE, by=clerk)
    assert dug.total == Decimal("6076.57")
    assert [line["amount"] for line in dug.lines] == ["1548.00", "4238.57", "290.00"]
    assert taken.total == Decimal("450.00")
    assert fees.outstanding(application) == Decimal("6526.57")
    assert Activity.objects.about(application).count() == 2


def test_a_changed_tariff_does_not_change_what_was_assessed(clerk, tariffs):
    application = worked_example()
    fees.assess(application, DIG, by=clerk)
    tariffs[0].rates.update(rate=1)
    kept = FeeAssessment.objects.get()
    assert kept.total == Decimal("6076.57")
    assert kept.lines[0]["formula"] == "10.32 ㎡ × 150.00 元/㎡"


def test_unknown_year_says_which_tariff_to_enter(clerk, tariffs):
    with pytest.raises(Refused, match=r"没有在 2023-06-01 有效的挖掘修复费标准.*收费标准.*第三十七条") as refusal:
        fees.assess(worked_example(), replace(DIG, day=date(2023, 6, 1)), by=clerk)
    assert refusal.value.field == "day"
    assert not FeeAssessment.objects.exists()


def test_a_real_tariff_goes_before_an_example(tariffs):
    make_tariff(name="示例", is_demo=True, valid_from=date(2025, 1, 1))
    assert compute(worked_example(), DIG)[1] == tariffs[0]


def test_roads_of_others_are_not_charged(clerk, tariffs):
    application = accepted_application()
    add_segment(application, road=make_road(manager="owner"))
    with pytest.raises(Refused, match="不收挖掘修复费"):
        fees.assess(application, DIG, by=clerk)


@pytest.mark.parametrize(
    "state", [PermitState.RECEIVED, PermitState.SUPPLEMENT, PermitState.DENIED, PermitState.WITHDRAWN]
)
def test_nothing_is_charged_before_acceptance_or_after_a_refusal(clerk, tariffs, state):
    application = worked_example()
    application.state = state
    application.refusal_reason, application.granted, application.decided_on = "不符合条件", None, None
    if state == PermitState.DENIED:
        application.granted, application.decided_on = False, DAY
    application.save()
    with pytest.raises(Refused):
        fees.assess(application, DIG, by=clerk)


def test_one_first_assessment_and_further_ones_for_changes(clerk, tariffs):
    application = worked_example()
    first = fees.assess(application, DIG, by=clerk)
    with pytest.raises(Refused, match="已经核定"):
        fees.assess(application, DIG, by=clerk)
    fees.assess(application, DIG, by=clerk, cause=ChargeCause.CHANGE)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeAssessment.objects.create(application=application, kind=first.kind, tariff=first.tariff, total=1)
    fees.void_assessment(first, by=clerk, reason="算错")
    assert fees.assess(application, DIG, by=clerk).cause == ChargeCause.FIRST


def test_exemption_proposed_by_the_tariff_and_recorded_with_its_reason(clerk, tariffs):
    TariffExemption.objects.create(tariff=tariffs[1], name="短期小额", basis="样例文件", max_days=10, max_area=50)
    application = worked_example()
    assert [each.name for each in exemptions_for(application, tariffs[1], ChargeKind.OCCUPATION)] == ["短期小额"]
    assessment = fees.assess(application, TAKE, by=clerk)
    relief = Relief(Decimal(450), "短期小额", "样例文件", "样例局长", DAY)
    fees.exempt(assessment, relief, by=clerk)
    assert fees.outstanding(application) == 0
    with pytest.raises(Refused, match="不能超过"):
        fees.exempt(assessment, replace(relief, amount=Decimal(451)), by=clerk)


def test_payments_add_up_late_ones_are_taken_in_and_marked(clerk, tariffs):
    application = worked_example()
    assessment = fees.assess(application, TAKE, by=clerk)
    fees.record_payment(paid(assessment, 200, paid_on=timezone.localdate()), by=clerk)
    late = fees.record_payment(paid(assessment, 250, paid_on=timezone.localdate() - timedelta(days=9)), by=clerk)
    assert late.late_entry
    assert fees.outstanding(application) == 0
    with pytest.raises(Refused, match="晚于今天"):
        fees.record_payment(paid(assessment, 1, paid_on=timezone.localdate() + timedelta(days=1)), by=clerk)


def test_same_receipt_twice_is_one_payment(clerk, tariffs):
    assessment = fees.assess(worked_example(), TAKE, by=clerk)
    fees.record_payment(paid(assessment, 450, receipt_number="湘A1"), by=clerk)
    with pytest.raises(Refused, match="没有重复登记"):
        fees.record_payment(paid(assessment, 450, receipt_number="湘A1"), by=clerk)
    assert FeePayment.objects.count() == 1


@pytest.mark.parametrize(
    ("paid_on", "code"),
    [(date(2026, 3, 3), "paid_before_decision"), (date(2026, 3, 20), "paid_after_licence"), (date(2026, 3, 10), None)],
)
def test_a_payment_out_of_order_is_flagged_not_refused(clerk, tariffs, paid_on, code):
    application = worked_example()
    application.granted, application.decided_on, application.issued_on = True, date(2026, 3, 6), date(2026, 3, 12)
    application.save()
    assessment = fees.assess(application, TAKE, by=clerk)
    fees.record_payment(paid(assessment, 450, paid_on=paid_on), by=clerk)
    flaws = list(application.flaws.values_list("code", flat=True))
    assert flaws == ([code] if code else [])


def test_what_is_paid_in_parts_is_paid_to_the_fen(clerk, tariffs):
    application = worked_example()
    assessment = fees.assess(application, DIG, by=clerk)
    for part in (
        "4511.73",
        "915.48",
        "649.36",
    ):  # added as floats, as SQLite does, they leave a millionth of a millionth
        fees.record_payment(paid(assessment, part), by=clerk)
    assert application.assessments.current().open_sums() == [(ChargeKind.RESTORATION, 0)]
    assert not application.assessments.with_sums().filter(open_sum__gt=0)


def test_refund_never_more_than_was_paid(clerk, tariffs):
    assessment = fees.assess(worked_example(), TAKE, by=clerk)
    fees.record_payment(paid(assessment, 450), by=clerk)
    fees.record_refund(FeeRefund(assessment=assessment, ground="adjustment", amount=180), by=clerk)
    with pytest.raises(Refused, match=r"已缴未退的是 270\.00 元"):
        fees.record_refund(FeeRefund(assessment=assessment, ground="overpaid", amount=271), by=clerk)


def test_what_was_paid_on_is_not_voided(clerk, tariffs):
    assessment = fees.assess(worked_example(), TAKE, by=clerk)
    payment = fees.record_payment(paid(assessment, 450), by=clerk)
    with pytest.raises(Refused, match="先作废缴费登记"):
        fees.void_assessment(assessment, by=clerk, reason="算错")
    fees.void_payment(payment, by=clerk, reason="记错案件")
    fees.void_assessment(assessment, by=clerk, reason="算错")
    assert fees.outstanding(assessment.application) == 0


def test_deposits_are_off_until_the_bureau_names_a_basis(clerk):
    application = worked_example()
    with pytest.raises(Refused, match=r"没有启用.*第五十八条"):
        fees.assess_deposit(application, Decimal(5000), "样例条例", by=clerk)
    Setting.objects.create(key="permits.deposit", value="是", source="样例条例第一条")
    forget_settings()
    done = fees.assess_deposit(application, Decimal(5000), "样例条例第一条", by=clerk)
    assert done.total == Decimal(5000)


def test_sums_in_the_database_are_those_on_the_page(clerk, tariffs):
    application = worked_example()
    assessment = fees.assess(application, TAKE, by=clerk)
    fees.record_payment(paid(assessment, 100), by=clerk)
    fees.record_payment(paid(assessment, 50), by=clerk)
    fees.record_refund(FeeRefund(assessment=assessment, ground="overpaid", amount=30), by=clerk)
    row = FeeAssessment.objects.with_sums().get()
    assert (row.paid_sum, row.refunded_sum, row.open_sum) == (Decimal(150), Decimal(30), Decimal(300))
    assert (row.paid, row.refunded, row.outstanding) == (row.paid_sum, row.refunded_sum, row.open_sum)


def test_a_used_tariff_is_not_changed(clerk, tariffs):
    fees.assess(worked_example(), DIG, by=clerk)
    with pytest.raises(Refused, match="已按这个标准核定过费用"):
        catalogue.correct_tariff(tariffs[0], [], by=clerk, seen=1)
    assert Tariff.objects.get(pk=tariffs[0].pk).rates.count() == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"total": Decimal(-1)},
        {"exempted": Decimal(451)},
        {"exempted": Decimal(1)},
        {"tariff": None},
        {"voided_at": timezone.now()},
    ],
)
def test_database_refuses_what_makes_no_sense(clerk, tariffs, changes):
    assessment = fees.assess(worked_example(), TAKE, by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeAssessment.objects.filter(pk=assessment.pk).update(**changes)


def test_what_was_paid_before_the_decision_is_a_flaw_once_it_is_decided(calendar, clerk, tariffs):
    application = worked_example()
    assessment = fees.assess(application, TAKE, by=clerk)
    fees.record_payment(paid(assessment, 450, paid_on=date(2026, 3, 3)), by=clerk)
    assert not application.flaws.exists()
    assert not list(guards.charged_before(application, date(2026, 3, 3)))
    assert [each.code for each in guards.charged_before(application, date(2026, 3, 6))] == [guards.PAID_EARLY]
    decisions.deny(application, decisions.Verdict("x", "局长"), Step(clerk, date(2026, 3, 6), afterwards=True))
    assert application.flaws.filter(code=guards.PAID_EARLY).count() == 1


def test_a_fee_that_no_assessment_can_hold_is_told(clerk, tariffs):
    application = worked_example()
    TariffRate.objects.update(rate=Decimal(999_999))
    application.ends_on = application.starts_on + timedelta(days=30_000)
    with pytest.raises(Refused, match="超过能登记的"):
        compute(application, TAKE)
