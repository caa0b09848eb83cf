"""From an application to its fee: which parts count, by which tariff, with which multipliers. Reads, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from permits import fees
from permits.enums import ActKind, Surface
from permits.kinds import ROAD_SPACES, ChargeKind, RateSubject
from permits.models import Application, Segment, SurveyMeasurement, Tariff, area_of
from staff.refusals import Refused

LARGEST_FEE = Decimal("9999999999.99")  # what an assessment can hold
LAW_OF_CHARGES = "《行政许可法》第五十八条、第五十九条"


@dataclass(frozen=True)
class Asked:
    """What the clerk chose. `slabs`: ㎡ of whole slabs by segment. `measured`: by the survey's tape, not the paper.

    `shapes`: new length and width by segment, where a change is reckoned before it is written.
    """

    kind: str
    day: date
    zone: str = ""
    measured: bool = True
    granite_kerb: bool = False
    unpermitted: bool = False
    slabs: dict[int, Decimal] = field(default_factory=dict)
    shapes: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    starts_on: date | None = None
    ends_on: date | None = None


def tariff_on(kind: str, day: date) -> Tariff:
    """The tariff that holds on a day, a real one before an example. Refused if none is entered, saying which to enter."""
    rows = Tariff.objects.filter(kind=kind).valid_on(day).order_by("is_demo", "-valid_from")
    found = rows.prefetch_related("rates", "multipliers", "exemptions").first()
    if found is None:
        label = ChargeKind(kind).label
        raise Refused(
            f"没有在 {day} 有效的{label}标准，不能核定。请在“收费标准”里登记该日有效的文件：文号、制定机关、施行日期和单价"
            f"（《城市道路管理条例》第三十七条、{LAW_OF_CHARGES}）。",
            "day",
        )
    return found


def measures_of(application: Application) -> dict[int, SurveyMeasurement]:
    """The tape's figures by segment, of the last survey that was made."""
    rows = SurveyMeasurement.objects.filter(survey__application=application, survey__surveyed_at__isnull=False)
    return {row.segment_id: row for row in rows.order_by("survey__round")}


def is_charged(segment: Segment) -> bool:
    """城市道路管理条例 37 charges for city roads that the municipal department manages, not for other ground."""
    return segment.road.is_chargeable if segment.road is not None else segment.part in ROAD_SPACES


def charged_segments(application: Application, act: str, asked: Asked | None = None) -> list[Segment]:
    rows = [each for each in application.segments.select_related("road").filter(act=act) if is_charged(each)]
    for each in rows:
        if asked is not None and each.pk in asked.shapes:
            each.length, each.width = asked.shapes[each.pk]
    return rows


def kinds_due(application: Application) -> list[str]:
    """Which fees an application owes for its segments, each to be worked out."""
    acts = {each.act for each in application.segments.select_related("road") if is_charged(each)}
    kinds = ((ActKind.OCCUPY, ChargeKind.OCCUPATION), (ActKind.DIG, ChargeKind.RESTORATION))
    return [kind.value for act, kind in kinds if act in acts]


def compute(application: Application, asked: Asked) -> tuple[fees.Computation, Tariff]:
    """The fee as it would be frozen. Refused, in words, where it cannot be reckoned."""
    tariff = tariff_on(asked.kind, asked.day)
    return compute_by(application, asked, tariff), tariff


def compute_by(application: Application, asked: Asked, tariff: Tariff) -> fees.Computation:
    """The same by a tariff that is settled already."""
    reckon = _occupation if asked.kind == ChargeKind.OCCUPATION else _restoration
    try:
        found = reckon(application, asked, tariff.terms())
    except (fees.NoRate, ValueError) as error:
        raise Refused(str(error)) from error
    if found.total > LARGEST_FEE:
        raise Refused(f"算出的费用 {found.total} 元超过能登记的 {LARGEST_FEE} 元。请核对期限、面积和标准的单价、倍数。")
    return found


def _sides(segment: Segment, taped: SurveyMeasurement | None) -> tuple[Decimal, Decimal, str]:
    if taped is None:
        return segment.length, segment.width, segment.surface
    return taped.length, taped.width, taped.surface


def _label(segment: Segment, length: Decimal, width: Decimal) -> str:
    return f"{segment.get_part_display()} {fees.plain(length)}×{fees.plain(width)}"


def _occupation(application: Application, asked: Asked, terms: fees.Terms) -> fees.Computation:
    segments = charged_segments(application, ActKind.OCCUPY, asked)
    if not segments:
        raise Refused("申请里没有占用收费道路的路段，不收占用费。")
    tape = measures_of(application) if asked.measured else {}
    parts = []
    for segment in segments:
        length, width, _ = _sides(segment, tape.get(segment.pk))
        parts.append(
            fees.OccupiedPart(
                _label(segment, length, width),
                area_of(length, width),
                asked.zone,
                application.use_nature,
                application.occupation_kind,
            )
        )
    days = fees.inclusive_days(asked.starts_on or application.starts_on, asked.ends_on or application.ends_on)
    return fees.occupation(parts, days, terms)


def _restoration(application: Application, asked: Asked, terms: fees.Terms) -> fees.Computation:
    segments = charged_segments(application, ActKind.DIG, asked)
    if not segments:
        raise Refused("申请里没有挖掘收费道路的路段，不收挖掘修复费。")
    tape = measures_of(application) if asked.measured else {}
    lines: list[fees.Line] = []
    notes: list[str] = []
    for segment in segments:
        parts = dug_parts(segment, tape.get(segment.pk), asked)
        factors: Sequence[fees.Factor] = ()
        if segment.road is not None:
            crossing = segment.crosses_main_road
            factors = fees.factors_for(
                terms, segment.road, application.starts_on, crossing=crossing, unpermitted=asked.unpermitted
            )
        done = fees.restoration(parts, terms, factors)
        lines += done.lines
        notes += [note for note in done.notes if note not in notes]
    return fees.Computation(tuple(lines), tuple(notes))


def dug_parts(segment: Segment, taped: SurveyMeasurement | None, asked: Asked) -> list[fees.DugPart]:
    """The surface of one dug segment, and the kerb and wells beside it."""
    length, width, surface = _sides(segment, taped)
    label = _label(segment, length, width)
    parts = [fees.DugPart(label, Surface(surface).value, area_of(length, width), asked.slabs.get(segment.pk))]
    kerb = RateSubject.KERB_GRANITE if asked.granite_kerb else RateSubject.KERB
    for subject, quantity in (
        (kerb, segment.kerb),
        (RateSubject.MANHOLE, Decimal(segment.manholes)),
        (RateSubject.GULLY, Decimal(segment.gullies)),
    ):
        if quantity > 0:
            parts.append(fees.DugPart(segment.get_part_display(), subject, quantity))
    return parts


def exemptions_for(application: Application, tariff: Tariff, kind: str) -> list[fees.Exemption]:
    """The tariff's cases that are not charged and whose limits this application keeps."""
    act = ActKind.OCCUPY if kind == ChargeKind.OCCUPATION else ActKind.DIG
    segments = list(application.segments.filter(act=act))
    if not segments:
        return []
    rules = tariff.terms().exemptions
    area = sum((each.area for each in segments), Decimal(0))
    length = sum((each.length for each in segments), Decimal(0))
    width = max(each.width for each in segments)
    return [each for each in rules if each.covers(days=application.days, area=area, length=length, width=width)]
