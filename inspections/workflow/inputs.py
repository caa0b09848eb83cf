"""Scores from outside, entered in the month's grid or imported: every change is logged with its source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from inspections.models import ComponentInput, InputKind
from inspections.scoring import plain
from staff.models import Activity, ImportBatch, Unit, User, Verb
from staff.refusals import ChangedMeanwhile, Refused

COUNTS = ("due", "closed", "in_time", "reworked")


@dataclass(frozen=True, slots=True)
class InputRow:
    """What is said of one unit, month and component; all empty: there is no such score. `counts` in the order COUNTS."""

    month: str
    unit: Unit
    kind: str
    score: Decimal | None = None
    counts: tuple[int, int, int, int] | None = None
    source: str = ""

    @property
    def is_empty(self) -> bool:
        return self.score is None and self.counts is None

    @property
    def words(self) -> str:
        """As the log and the import's key write it."""
        return plain(self.score) if self.score is not None else "/".join(map(str, self.counts or ()))


def row_of(stored: ComponentInput) -> InputRow:
    cases = stored.cases
    counts = None if cases is None else (cases.due, cases.closed, cases.in_time, cases.reworked)
    return InputRow(stored.month, stored.unit, stored.kind, stored.score, counts, stored.source)


def check_row(row: InputRow) -> None:
    label = f"{row.unit.label}的{InputKind(row.kind).label}"
    if row.is_empty:
        return
    if not row.source.strip():
        raise Refused(f"{label}没有写来源文件。", "source")
    if row.counts is not None:
        due, closed, in_time, reworked = row.counts
        if row.kind != InputKind.DIGITAL or row.score is not None:
            raise Refused(f"{label}：四个件数只用于数字城管，且不与得分同时填。")
        if not in_time <= closed <= due or reworked > closed:
            raise Refused(f"{label}：应结案、结案、按期结案应依次不增，返工数不得多于结案数。")


def digest_of(month: str) -> str:
    """Changes when anybody enters, corrects or removes a score of the month."""
    rows = ComponentInput.objects.filter(month=month).order_by("unit", "kind").select_related("unit")
    text = "\n".join(f"{row.unit_id}:{row.kind}:{row_of(row).words}:{row.source}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@transaction.atomic
def save_grid(month: str, rows: Iterable[InputRow], *, by: User, seen: str) -> int:
    """Store what one page of a month says. `seen`: digest of what was on the screen when it was opened."""
    if digest_of(month) != seen:
        raise ChangedMeanwhile("这个月的外来得分")
    return save_inputs(rows, by=by)


@transaction.atomic
def save_inputs(rows: Iterable[InputRow], *, by: User | None, batch: ImportBatch | None = None) -> int:
    """Store what differs from what is stored: new ones, corrections, removals. Returns how many changed."""
    listed = list(rows)
    for row in listed:
        check_row(row)
    months, units = {row.month for row in listed}, {row.unit.pk for row in listed}
    known = {
        (each.month, each.unit_id, each.kind): each
        for each in ComponentInput.objects.select_for_update(of=("self",))
        .filter(month__in=months, unit__in=units)
        .select_related("unit")
    }
    return sum(_store(row, known.get((row.month, row.unit.pk, row.kind)), by=by, batch=batch) for row in listed)


def _store(row: InputRow, stored: ComponentInput | None, *, by: User | None, batch: ImportBatch | None) -> bool:
    before = row_of(stored).words if stored else ""
    if row.is_empty:
        if stored is None:
            return False
        Activity.record(Verb.DELETE, stored, by=by, title="删去外来得分", changes={"得分": [before, ""]})
        stored.delete()
        return True
    if stored is not None and before == row.words and stored.source == row.source:
        return False
    record = stored or ComponentInput(month=row.month, unit=row.unit, kind=row.kind)
    record.score, record.source, record.entered_by, record.batch = row.score, row.source, by, batch
    for name, number in zip(COUNTS, row.counts or (None,) * 4, strict=True):
        setattr(record, name, number)
    record.save()
    Activity.record(
        Verb.UPDATE if stored else Verb.CREATE,
        record,
        by=by,
        title="更正外来得分" if stored else "录入外来得分",
        changes={"得分": [before, row.words]},
        note=row.source,
    )
    return True
