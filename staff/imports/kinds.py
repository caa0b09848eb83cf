"""What an app brings to the import pipeline: a resource that describes a row, and the door that writes checked rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from staff.imports.headers import FieldSpec
from staff.imports.values import ValueProblem
from staff.jobs import JobFailed, Progress
from staff.models import ImportBatch, User
from staff.refusals import Refused


@dataclass(slots=True)
class CheckedRow:
    """One row of a sheet after the check: what it means, or what is wrong with it (by field, in Chinese)."""

    number: int
    key: str = ""  # what makes it the same row when it comes again
    facts: Any = None
    # What its cells say, by field; after `facts` the unit, item or person found where a cell names one in one of several
    # ways, and nothing where the key holds it: rows of one key are compared by this.
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    meaning: str = ""  # what the register makes of the row (who answers, which place), for the preview
    warnings: tuple[str, ...] = ()  # written all the same, and said beforehand
    differs: str = ""  # what it says otherwise than the register, which stands


class SheetField(Field):
    """A column: how it is called on sheets (spec), and how a cell becomes a value (convert)."""

    def __init__(self, spec: FieldSpec, convert: Callable[[Any], Any]) -> None:
        super().__init__(attribute=spec.name, column_name=spec.name, widget=ConverterWidget(convert))
        self.spec = spec
        self.convert = convert


class ConverterWidget(Widget):
    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self.convert = convert

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.convert(value)


class SheetResource(Resource):
    """Describes a row by its SheetFields, in the order of the template. Subclasses turn clean values into facts.

    One instance serves one check: it loads the reference data it needs once (`prepare`).
    """

    # Fields that a preview does not repeat: it is kept, and shown to whoever stands behind the screen.
    private: frozenset[str] = frozenset({"id_number", "phone", "head_phone", "contact_phone"})

    def prepare(self) -> None:
        """Load units, items and the like."""

    def facts(self, row: CheckedRow, values: dict[str, Any]) -> None:
        """Set row.key and row.facts from clean values, or append to row.problems."""
        raise NotImplementedError

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """Which of these rows' keys are already in the data."""
        raise NotImplementedError

    @classmethod
    def specs(cls) -> list[FieldSpec]:
        return [sheet_field.spec for sheet_field in cls.fields.values()]

    def template_specs(self) -> list[FieldSpec]:
        """The columns of the template to download; after prepare, so that choices can come from the data."""
        return self.specs()

    def check(self, number: int, raw: dict[str, Any]) -> CheckedRow:
        """Clean every cell, collecting every problem of the row rather than the first."""
        row = CheckedRow(number)
        values = row.values
        for name, sheet_field in self.fields.items():
            try:
                values[name] = sheet_field.convert(raw.get(name))
            except ValueProblem as problem:
                row.problems.append((name, str(problem)))
                continue
            if sheet_field.spec.required and values[name] in (None, ""):
                row.problems.append((name, "不能为空。"))
        if not row.problems:
            self.facts(row, values)
        return row


@dataclass(frozen=True)
class ImportKind:
    """One importable register."""

    key: str
    label: str
    permission: str
    resource: type[SheetResource]
    publish: Callable[[Sequence[CheckedRow], User | None, ImportBatch, Progress], int]
    route: str  # the list that the rows go into
    rows_remember: bool = True  # that list can be narrowed to what a batch brought (?batch=…)
    written: Callable[[ImportBatch], str] | None = None  # where else they may have gone
    personal: bool = False  # ID numbers stand on the sheet: it is not kept once it is written

    def written_url(self, batch: ImportBatch) -> str:
        """The page with what a batch brought."""
        if self.written:
            return self.written(batch)
        return reverse(self.route) + (f"?batch={batch.pk}" if self.rows_remember else "")


def one_by_one(
    store: Callable[[Any, User | None, ImportBatch], object], *, order: Callable[[Any], Any] | None = None
) -> Callable[..., int]:
    """The usual way to publish: the facts of each row through one door, in the order given, else as on the sheet.

    A row that the door refuses is named, and nothing is written.
    """

    def publish(rows: Sequence[CheckedRow], by: User | None, batch: ImportBatch, progress: Progress) -> int:
        ordered = rows if order is None else sorted(rows, key=lambda each: order(each.facts))
        for done, row in enumerate(ordered, 1):
            try:
                store(row.facts, by, batch)
            except Refused as refusal:
                raise JobFailed(f"第 {row.number} 行：{refusal}没有写入任何数据，改正后重新上传。") from refusal
            progress.step(done, len(rows))
        return len(rows)

    return publish


_kinds: dict[str, ImportKind] = {}


def register_import(kind: ImportKind) -> ImportKind:
    """Called once in an app's tasks.py."""
    _kinds[kind.key] = kind
    return kind


def import_kinds() -> list[ImportKind]:
    return list(_kinds.values())


def import_kind(key: str) -> ImportKind:
    """KeyError if no app brings this kind."""
    return _kinds[key]
