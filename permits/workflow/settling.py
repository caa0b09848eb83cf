"""The money of a change (补缴) and of a cut (退还占用费, 道路条例 38), reckoned by permits.fees and tied to the decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from permits import charging, fees
from permits.charging import Asked
from permits.enums import ActKind, AdjustmentKind
from permits.kinds import ChargeCause, ChargeKind, RefundGround
from permits.models import Adjustment, Application, FeeAssessment, FeeRefund, PermitChange, Segment, Tariff, area_of
from permits.workflow.fees import GRANITE_KERB, SLABS, TAPED, UNPERMITTED, as_lines, record_refund
from permits.workflow.reshaping import sides_of
from permits.workflow.steps import Step
from staff.models import Activity, Verb
from staff.refusals import Refused

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Supplement:
    """What a change costs more, of one kind of fee. `known`: the assessments that it adds to."""

    known: FeeAssessment
    computation: fees.Computation
    asked: Asked


def supplements(
    application: Application, segments: Sequence[Segment], ends_on: date, *, measured: bool
) -> list[Supplement]:
    """The whole fee of the changed permit by the tariff of the first assessment, less what was assessed; what is more."""
    found = []
    for kind in (ChargeKind.OCCUPATION, ChargeKind.RESTORATION):
        rows = list(application.assessments.current().filter(kind=kind).order_by("pk"))
        first = next((row for row in rows if row.tariff_id is not None), None)
        if first is None or first.tariff is None:
            continue
        asked = replace(
            asked_before(first), measured=measured and first.facts.get("面积") == TAPED, ends_on=ends_on,
            shapes={each.pk: (each.length, each.width) for each in segments},
        )  # fmt: skip
        whole = charging.compute_by(application, asked, first.tariff)
        less = counted(application, rows, replace(asked, shapes={}, ends_on=None), first.tariff)
        if whole.total > -less.amount:
            found.append(Supplement(first, fees.Computation((*whole.lines, less), whole.notes), asked))
    together = sum((each.computation.total for each in found), NOTHING)
    if together > charging.LARGEST_FEE:
        raise Refused(f"各费种差额合计 {together} 元，超过能登记的 {charging.LARGEST_FEE} 元。请核对期限、面积和单价。")
    return found


def counted(application: Application, rows: Sequence[FeeAssessment], asked: Asked, tariff: Tariff) -> fees.Line:
    """What was assessed, as the line that takes it off: without what a cut gave back (Art. 38).

    After a cut no more of it counts than the permit as it stands (`asked`) costs: the days before the cut are used up.
    """
    known = sum((row.total for row in rows), NOTHING)
    refunds = [each for row in rows for each in row.refunds.all() if each.ground == RefundGround.ADJUSTMENT]
    if not refunds:
        return fees.Line("减：已核定", f"已核定 {known} 元", -known)
    back = sum((each.amount for each in refunds), NOTHING)
    counts = min(known - back, charging.compute_by(application, asked, tariff).total)
    return fees.Line("减：已核定", f"已核定 {known} 元，调整占用退费 {back} 元，现许可计 {counts} 元", -counts)


def asked_before(first: FeeAssessment) -> Asked:
    """What the clerk chose when the first fee was reckoned, as far as its facts say."""
    facts = first.facts
    slabs = {int(segment): Decimal(area) for segment, area in facts.get(SLABS, {}).items()}
    return Asked(
        first.kind, tariff_day(first), zone=str(facts.get("地段", "")), granite_kerb=bool(facts.get(GRANITE_KERB)),
        unpermitted=bool(facts.get(UNPERMITTED)), slabs=slabs,
    )  # fmt: skip


def tariff_day(assessment: FeeAssessment) -> date:
    return timezone.localdate(assessment.frozen_at)


def charge_change(change: PermitChange, found: Sequence[Supplement], step: Step) -> Decimal:
    """变更补缴: one assessment for each kind, tied to the change; yuan of all of them."""
    for each in found:
        FeeAssessment.objects.create(
            application=change.application, kind=each.known.kind, cause=ChargeCause.CHANGE, tariff=each.known.tariff,
            facts=each.known.facts | {"期限": f"{change.application.starts_on} 至 {each.asked.ends_on}"},
            lines=as_lines(each.computation), notes=list(each.computation.notes), total=each.computation.total,
            frozen_by=step.by, frozen_at=timezone.now(), change=change,
        )  # fmt: skip
        title = f"核定{each.known.get_kind_display()}（变更补缴）"
        Activity.record(Verb.CREATE, change.application, by=step.by, title=title, note=f"{each.computation.total} 元")
    return sum((each.computation.total for each in found), NOTHING)


def why_no_difference(application: Application) -> str:
    """Chargeable, and yet no assessment by a tariff to reckon from."""
    if not charging.kinds_due(application) or application.assessments.current().exclude(tariff=None).exists():
        return ""
    return "原费用没有按收费标准核定，差额没有计算；需要补缴的请在费用页核定。"


@dataclass(frozen=True)
class Freed:
    """What an adjustment gives up of an occupation, in days and ㎡."""

    days: int
    days_freed: int
    area: Decimal
    area_freed: Decimal


def freed_by(application: Application, adjustment: Adjustment, segments: Sequence[Segment], day: date) -> Freed | None:
    """None where nothing that is charged for was occupied."""
    kept = {each.pk: each.area for each in segments}
    charged = charging.charged_segments(application, ActKind.OCCUPY)
    area = sum((each.area for each in charged), NOTHING)
    if area <= 0:
        return None
    left = area - sum((kept.get(each.pk, each.area) for each in charged), NOTHING)
    eve = application.starts_on - timedelta(days=1)
    until = adjustment.new_ends_on or max(day, eve)
    days_freed = min(max((application.ends_on - until).days, 0), application.days)
    return Freed(application.days, days_freed, area, left if adjustment.kind == "shrink" else area)


def refund_lines(application: Application, freed: Freed | None) -> list[tuple[FeeAssessment, fees.Line]]:
    """What goes back of each occupation fee that was paid, by its share of the days and ㎡ given up; never more than is held."""
    if freed is None or freed.area_freed <= 0 or freed.days_freed <= 0:
        return []
    cuts = list(application.adjustments.order_by("pk"))
    charged = {each.pk for each in charging.charged_segments(application, ActKind.OCCUPY)}
    found = []
    for row in application.assessments.current().filter(kind=ChargeKind.OCCUPATION):
        by_hand = sum((each.amount for each in row.refunds.all() if each.adjustment_id is None), NOTHING)
        paid = max(row.paid - by_hand, NOTHING)
        line = fees.refund(
            paid, days=freed.days, days_freed=freed.days_freed, area=freed.area, area_freed=freed.area_freed,
            stands=standing(row, paid, cuts, charged),
        )  # fmt: skip
        line = replace(line, amount=min(line.amount, row.paid - row.refunded))
        if line.amount > 0:
            found.append((row, line))
    return found


def standing(row: FeeAssessment, paid: Decimal, cuts: Sequence[Adjustment], charged: Collection[int]) -> Decimal:
    """What of a payment is for the occupation as it stands: without the ㎡ and the days that were cut off since.

    ㎡ that are given up take all their days with them, those that were used before the cut, too: these are paid for.
    """
    for cut in cuts:
        if cut.recorded_at < row.frozen_at:
            continue
        if cut.kind == AdjustmentKind.SHRINK:
            before, after = areas_of(cut, charged)
            paid = paid * after / before if before else paid
        else:
            paid -= sum((each.amount for each in row.refunds.all() if each.adjustment_id == cut.pk), NOTHING)
    return max(paid, NOTHING)


def areas_of(cut: Adjustment, charged: Collection[int]) -> tuple[Decimal, Decimal]:
    """㎡ that are charged for, before and after the occupation was made smaller. One segment may be given by its area."""
    before = {int(each["segment"]): Decimal(each["area"]) for each in cut.segments_before}
    after = before | {pk: area_of(*sides) for pk, sides in sides_of(cut.new_segments).items()}
    if not cut.new_segments and cut.new_area is not None:
        after = dict.fromkeys(before, cut.new_area)
    kept, given = ([area for pk, area in each.items() if pk in charged] for each in (after, before))
    return sum(given, NOTHING), sum(kept, NOTHING)


def pay_back(adjustment: Adjustment, lines: Sequence[tuple[FeeAssessment, fees.Line]], step: Step) -> Decimal:
    """退费, tied to the adjustment; the treasury pays it out by itself. Yuan of all of them."""
    if lines and step.by is None:
        raise Refused("退费须由经办人登记。")
    for row, line in lines:
        back = FeeRefund(
            assessment=row, ground=RefundGround.ADJUSTMENT, amount=line.amount, formula=line.formula[:200],
            reason=adjustment.reason, decided_on=step.day, adjustment=adjustment,
        )  # fmt: skip
        record_refund(back, by=step.by)  # type: ignore[arg-type]
    return sum((line.amount for _, line in lines), NOTHING)
