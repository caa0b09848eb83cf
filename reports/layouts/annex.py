"""The annex as .xlsx: the figures with their definitions, then a sheet for every register with the rows behind them.

Personal columns are masked: names keep their first character, phones and identity numbers go by config/identity.py.
Whose label says that it names somebody (法定代表人, 设置人, 检查人) is one, typed names too: the annex leaves the house.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from config.display import display
from config.identity import mask_personal
from config.periods import Period
from reports.freezing import identities
from reports.layouts.archive import settled
from reports.layouts.paper import SummaryPaper
from staff.imports.workbooks import SheetOf, write_book

FIGURES_HEAD = ("数据", "值", "单位", "口径", "分子", "分母", "台账", "名单行数", "人工核定前", "核定理由")
# Fields that name or reach a person, wherever they stand; `name` does only in a register of people.
PERSONAL = ("phone", "mobile", "reporter", "id_number", "contact", "recipient", "witness", "address", "holder", "party")
NAMES_SOMEBODY = re.compile(r"人$|人（|（个人）$|网格长$")  # at the end of a column's label
PEOPLE = ("person", "dutyperson", "user")
PLUMBING = ("sha256", "source_sha256", "key", "version", "state_before", "code")


def annex_xlsx(paper: SummaryPaper, content: dict[str, Any], period: Period) -> bytes:
    figures, registers = [], defaultdict(set)
    for figure in content["figures"]:
        lists = identities(figure["key"], period)
        for model, row_ids in lists.values():
            registers[model].update(row_ids)
        figures.append(figure_row(figure, lists))
    note = f"{paper.title}；期间：{content['period']['label']}；取数时间：{content['as_of'][:16].replace('T', ' ')}"
    sheets = [SheetOf("数据与口径", FIGURES_HEAD, figures, note)]
    sheets += [register_sheet(apps.get_model(model), sorted(registers[model]), note) for model in sorted(registers)]
    target = io.BytesIO()
    write_book(target, sheets)
    return settled(target.getvalue(), datetime.fromisoformat(content["as_of"]))


def figure_row(figure: dict[str, Any], lists: Mapping[str, tuple[str, Sequence[int]]]) -> list[Any]:
    """`lists`: 分子 and 分母 of a rate, else one without a word, or none."""
    registers = dict.fromkeys(str(apps.get_model(model)._meta.verbose_name) for model, _ in lists.values())
    lengths = [f"{word}{len(row_ids)}" if word else len(row_ids) for word, (_, row_ids) in lists.items()]
    return [
        figure["label"],
        figure["value"] if figure["value"] is not None else "—",
        figure["unit"],
        figure["definition"],
        figure.get("numerator", ""),
        figure.get("denominator", ""),
        "、".join(registers),
        lengths[0] if len(lengths) == 1 else "，".join(map(str, lengths)),
        figure.get("counted", ""),
        figure.get("override", ""),
    ]


def register_sheet(model: type[models.Model], row_ids: Sequence[int], note: str) -> SheetOf:
    fields = shown_fields(model)
    head = [str(field.verbose_name) for field in fields]
    return SheetOf(str(model._meta.verbose_name), head, register_rows(model, fields, row_ids), note)


def shown_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """What of a row is for the annex: no files, no machine's keys, no plumbing."""
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, (models.FileField, models.JSONField, models.BigAutoField, models.AutoField))
        and field.name not in PLUMBING
    ]


def register_rows(
    model: type[models.Model], fields: Sequence[models.Field[Any, Any]], row_ids: Sequence[int]
) -> Iterator[list[str]]:
    """In the order of the keys, a few hundred at a time."""
    related = [field.name for field in fields if field.is_relation]
    for start in range(0, len(row_ids), 500):
        rows = model._default_manager.select_related(*related).in_bulk(row_ids[start : start + 500])
        for key in row_ids[start : start + 500]:
            if key in rows:
                yield [cell(rows[key], field) for field in fields]


def cell(row: models.Model, field: models.Field[Any, Any]) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    text = display(str(value) if field.is_relation and value is not None else value)
    if value is None or value == "":
        return ""
    return masked(text) if is_personal(field) else mask_personal(text)


def is_personal(field: models.Field[Any, Any]) -> bool:
    """Whether a column holds people's names or ways to reach them."""
    if field.is_relation:
        return str(field.related_model._meta.model_name) in PEOPLE  # type: ignore[union-attr]
    if not isinstance(field, models.CharField):
        return False
    if field.name == "name":
        return field.model._meta.model_name in PEOPLE
    return any(word in field.name for word in PERSONAL) or bool(NAMES_SOMEBODY.search(str(field.verbose_name)))


def masked(text: str) -> str:
    """张三 → 张*; what is longer keeps its first character too."""
    return f"{text[0]}{'*' * min(len(text) - 1, 3)}" if text else ""
