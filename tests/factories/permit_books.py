"""Two years of permits for figures: put into the tables as the doors would have left them, in every condition that counts."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.management import call_command
from django.utils import timezone

from permits.enums import PermitState
from permits.kinds import ChargeKind, ItemKind
from permits.models import Application, ClockPause, FeeAssessment, FeePayment, ProcedureFlaw
from staff import workdays
from tests.factories.inspections import moment
from tests.factories.permits import build_application, build_segment, make_item, make_road


def put_case(number, received, by, *, kind=ItemKind.DIG, act="dig", **fields):
    """A case in whatever condition; its period begins ten days after receipt."""
    application = build_application(
        item=make_item(kind), number=number, received_on=received, starts_on=received + timedelta(days=10), **fields
    )
    application.recorded_by, application.total_area = by, Decimal("10.32")
    application.save()
    segment = build_segment(act=act, road=make_road())
    segment.application = application
    segment.save()
    return application


def decided(day, *, granted=True, late=False):
    """What a decision three weeks after receipt leaves behind."""
    accepted, on = day + timedelta(days=1), day + timedelta(days=22)
    due = on - timedelta(days=1) if late else on + timedelta(days=7)
    given = {"accepted_on": accepted, "surveyed_on": accepted + timedelta(days=2), "decided_on": on, "decide_due": due,
             "promised_due": on + timedelta(days=-9 if late else 3)}  # fmt: skip
    if granted:
        return {**given, "granted": True, "state": PermitState.ACTIVE, "issued_on": on + timedelta(days=2), "licence_number": f"证{day}{late}"}  # fmt: skip
    return {**given, "granted": False, "state": PermitState.DENIED, "refusal_reason": "影响通行", "ended_on": on}


def furnish_permits(by):
    call_command("load_calendar", verbosity=0)
    workdays.forget()
    for year in (2025, 2026):
        furnish_year(year, by)
    for number in range(2):  # one year is not the other
        put_case(f"再{number}", date(2026, 2, 10 + number), by, state=PermitState.RECEIVED)


def furnish_year(year, by):
    day = date(year, 1, 6)
    put_case(f"稿{year}", day, by, state=PermitState.DRAFT)
    put_case(f"收{year}", day, by, state=PermitState.RECEIVED, kind=ItemKind.OCCUPY, act="occupy")
    told = {"supplement_told_on": day + timedelta(days=3), "state": PermitState.SUPPLEMENT}
    put_case(f"补{year}", day, by, **told)
    put_case(f"受{year}", day, by, state=PermitState.ACCEPTED, accepted_on=day + timedelta(days=1))
    put_case(f"撤{year}", day, by, state=PermitState.WITHDRAWN, ended_on=day + timedelta(days=2), kind=ItemKind.PUBLIC_GROUND, act="occupy")  # fmt: skip
    good = put_case(f"准{year}", day, by, **decided(day))
    put_case(f"迟{year}", day + timedelta(days=7), by, **decided(day + timedelta(days=7), late=True))
    put_case(f"拒{year}", day, by, kind=ItemKind.OCCUPY, act="occupy", **decided(day, granted=False))
    restored = {**decided(day + timedelta(days=1)), "state": PermitState.WARRANTY, "restored_on": date(year, 3, 2)}
    put_case(f"复{year}", day + timedelta(days=1), by, **restored)
    taken = {**decided(day + timedelta(days=2)), "state": PermitState.REVOKED, "ended_on": date(year, 3, 9)}
    put_case(f"销{year}", day + timedelta(days=2), by, **taken)
    ClockPause.objects.create(application=good, kind="expert", reason="评审", basis="第四十五条", recorded_by=by,
                              started_on=day + timedelta(days=7), ended_on=day + timedelta(days=11))  # fmt: skip
    ProcedureFlaw.objects.create(application=good, code="late", article="第四十二条", text="迟", happened_on=day, recorded_by=by)  # fmt: skip
    furnish_money(good, year, by)


def furnish_money(application, year, by):
    """Paid in part, let off in part, paid of last year's; a void assessment and a deposit, which count nowhere."""

    def assess(kind, total, **fields):
        frozen = moment(year, 2, 10)
        return FeeAssessment.objects.create(application=application, kind=kind, total=total, basis="样例标准", frozen_at=frozen, frozen_by=by, **fields)  # fmt: skip

    def pay(assessment, amount, receipt):
        FeePayment.objects.create(assessment=assessment, amount=amount, paid_on=date(year, 3, 5), receipt_number=receipt, recorded_by=by)  # fmt: skip

    let_off = {
        "exempted": Decimal(50),
        "exempt_reason": "样例",
        "exempt_basis": "样例",
        "exempted_on": date(year, 2, 11),
    }
    restoration = assess(ChargeKind.RESTORATION, Decimal("6076.57"), **let_off)
    occupation = assess(ChargeKind.OCCUPATION, Decimal("450.00"))
    pay(restoration, Decimal("6000.00"), f"甲{year}")
    pay(occupation, Decimal("450.00"), f"乙{year}")
    deposit = assess(ChargeKind.DEPOSIT, Decimal(1000))
    pay(deposit, Decimal(1000), f"丙{year}")
    assess(ChargeKind.OCCUPATION, Decimal(999), cause="change", voided_at=timezone.now(), void_reason="算错")
    earlier = Application.objects.filter(number=f"迟{year}").get()
    late = FeeAssessment.objects.create(application=earlier, kind=ChargeKind.OCCUPATION, total=Decimal(80), basis="样例标准", frozen_at=moment(year - 1, 12, 1), frozen_by=by)  # fmt: skip
    pay(late, Decimal(80), f"丁{year}")
