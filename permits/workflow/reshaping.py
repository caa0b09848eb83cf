"""New lengths and widths of segments after a change or a cut: written in place, what stood before is kept with the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from permits.models import Application, Segment, area_of
from staff.refusals import Refused

Sides = tuple[Decimal, Decimal]


def as_rows(measures: Mapping[int, Sides]) -> list[dict[str, str]]:
    """New sides as a change keeps them until it is decided."""
    return [
        {"segment": str(pk), "length": f"{length}", "width": f"{width}"} for pk, (length, width) in measures.items()
    ]


def sides_of(rows: Iterable[Mapping[str, str]]) -> dict[int, Sides]:
    return {int(row["segment"]): (Decimal(row["length"]), Decimal(row["width"])) for row in rows}


def reshaped(application: Application, rows: Sequence[Mapping[str, str]], new_area: Decimal | None) -> list[Segment]:
    """The segments as they will be (not saved). One segment alone may be given by its area; several want their sides."""
    segments, sides = list(application.segments.select_related("road")), sides_of(rows)
    if not sides and new_area is not None:
        sides = {segments[0].pk: by_area(segments, new_area)} if segments else {}
    for segment in segments:
        if segment.pk in sides:
            segment.length, segment.width = sides[segment.pk]
            segment.area = area_of(segment.length, segment.width)
    total = sum((each.area for each in segments), Decimal(0))
    if new_area is not None and segments and total != new_area:
        raise Refused(f"变更后各段之和是 {total} ㎡，与所填 {new_area} ㎡ 不符。请逐段填写变更后的长、宽。", "new_area")
    return segments


def by_area(segments: Sequence[Segment], new_area: Decimal) -> Sides:
    """The width stays, the length follows; where that does not come out to the cent the sides must be given."""
    if len(segments) == 1:
        width = segments[0].width
        try:
            length = (new_area / width).quantize(Decimal("0.01"), ROUND_HALF_UP)
        except InvalidOperation:  # pragma: no cover - a width of nothing cannot be stored
            length = Decimal(0)
        if length > 0 and area_of(length, width) == new_area:
            return length, width
    raise Refused("请逐段填写变更后的长、宽，面积由系统计算（各段相加等于总面积）。", "new_area")


def record_of(segments: Iterable[Segment]) -> list[dict[str, str]]:
    """Segments as the history keeps them."""
    return [
        {"segment": str(each.pk), "words": str(each), "length": f"{each.length}", "width": f"{each.width}",
         "area": f"{each.area}"}
        for each in segments
    ]  # fmt: skip


def write_segments(application: Application, segments: Sequence[Segment]) -> list[dict[str, str]]:
    """Store the new shape and the new total on a locked application (saved by the step); what stood before."""
    before = record_of(application.segments.all())
    for segment in segments:
        segment.save(update_fields=["length", "width", "area"])
    application.total_area = sum((each.area for each in segments), Decimal(0))
    return before
