"""Tariffs for tests."""

from datetime import date
from decimal import Decimal

from permits.enums import PermitState
from permits.kinds import FeeKind, Measure, RateSubject, measure_of
from permits.models import Tariff, TariffRate
from tests.factories.permits import add_segment, build_application, make_item, make_road

DUG_RATES = {
    RateSubject.ASPHALT: "1177.38",
    RateSubject.CONCRETE: "280",
    RateSubject.COLOURED_SIDEWALK: "150",
    RateSubject.KERB: "145",
    RateSubject.MANHOLE: "1500",
}


def make_tariff(kind=FeeKind.RESTORATION, **fields):
    tariff = Tariff.objects.create(
        **{
            "kind": kind, "name": "样例标准", "document_number": "样价〔2024〕1号", "issuer": "样例物价局",
            "valid_from": date(2024, 1, 1), **fields,
        }
    )  # fmt: skip
    if kind == FeeKind.OCCUPATION:
        TariffRate.objects.create(tariff=tariff, measure=Measure.AREA_DAYS, rate=Decimal("1.5"))
    else:
        for subject, rate in DUG_RATES.items():
            TariffRate.objects.create(tariff=tariff, subject=subject, measure=measure_of(subject), rate=Decimal(rate))
    return tariff


def accepted_application(**fields):
    """In the hands of the section: accepted, without segments."""
    application = build_application(**fields)
    application.number = f"样收{application.__class__.objects.count() + 1}"
    application.state = PermitState.ACCEPTED
    application.received_on = application.accepted_on = date(2026, 3, 2)
    application.save()
    return application


def worked_example():
    """The application behind 6,076.57 + 450.00: two trenches, two metres of kerb, thirty ㎡ for ten days."""
    application = accepted_application(item=make_item(), starts_on=date(2026, 3, 10))
    road = make_road(manager="district")
    walk = {"part": "sidewalk", "surface": "coloured_sidewalk"}
    add_segment(application, length="17.2", width="0.6", road=road, **walk)
    add_segment(application, length="6.0", width="0.6", road=road, kerb=Decimal(2))
    add_segment(application, length="10", width="3", act="occupy", road=road, **walk)
    return application
