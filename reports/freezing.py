"""Freezing at issue: every printed figure with the identity of the rows behind it; and drift (定稿后数据变动) told from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from config.figures import Kind, one_reading
from config.periods import Period
from reports.checklist import as_kept, said
from reports.compilation import NO_ROWS, compile_content
from reports.models import Compilation, FrozenFigure, Report
from reports.registry import registry

Row = tuple[str, int]  # the table, the key
NO_LIST: tuple[str, list[int]] = ("", [])


@dataclass(frozen=True)
class Drift:
    """What an issued summary printed and what the records say now; `came` and `went` count rows of the lists behind it."""

    label: str
    then: str
    now: str
    url: str = ""
    came: int = 0
    went: int = 0


def lists_behind(name: str, period: Period) -> dict[str, QuerySet[Any]]:
    """The rows of a figure by its name; of a rate two lists, 分子 and 分母; {} where no list adds up to it."""
    key, _, parameter = name.partition(":")
    figures = registry().figures
    figure = figures[key]
    behind = {"": figure}
    if figure.rows is None and figure.kind is Kind.RATE:
        behind = {word: figures[key] for word, key in (("分子", figure.numerator), ("分母", figure.denominator)) if key}
    return {word: each.rows(period, parameter or None) for word, each in behind.items() if each.rows is not None}


def identities(name: str, period: Period) -> dict[str, tuple[str, list[int]]]:
    """What is frozen with a figure: the identity of the rows of each of its lists."""
    return {word: identity(rows) for word, rows in lists_behind(name, period).items()}


def identity(rows: QuerySet[Any]) -> tuple[str, list[int]]:
    """Which table, and the keys of the rows in it."""
    return rows.model._meta.label_lower, sorted(set(rows.order_by().values_list("pk", flat=True)))


def freeze(compilation: Compilation, period: Period) -> None:
    """Keep every figure of a signed compilation with its rows."""
    frozen = []
    for figure in compilation.content["figures"]:
        lists = identities(figure["key"], period)
        model, row_ids = lists.get("", lists.get("分子", NO_LIST))
        of_model, of_ids = lists.get("分母", NO_LIST)
        frozen.append(
            FrozenFigure(
                compilation=compilation,
                name=figure["key"],
                label=figure["label"][:160],
                value=as_kept(figure["value"], FrozenFigure),
                unit=figure["unit"],
                definition=figure["definition"],
                url=figure["url"][:500],
                model=model,
                row_ids=row_ids,
                denominator_model=of_model,
                denominator_ids=of_ids,
            )
        )
    FrozenFigure.objects.bulk_create(frozen)


def drift(report: Report, compilation: Compilation) -> list[Drift]:
    """Everything an issued summary printed that would read otherwise today. The issued copy does not change."""
    with one_reading():
        now = compile_content(report.period, list(report.present_sections))
        return [
            *figures_moved(report.period, compilation, now),
            *wordings_moved(compilation, now),
            *cells_moved(compilation, now),
        ]


def figures_moved(period: Period, compilation: Compilation, now: dict[str, Any]) -> Iterator[Drift]:
    """Against what the signed copy says in full: of a long text the frozen figure keeps the beginning only."""
    printed, values = (
        {figure["key"]: said(figure["value"]) for figure in content["figures"]}
        for content in (compilation.content, now)
    )
    for frozen in compilation.frozen_figures.all():
        if frozen.name not in values:
            continue
        was, value = printed[frozen.name], values[frozen.name]
        came, went = rows_moved(frozen, period)
        if value != was or came or went:
            then = f"{was or '—'}{frozen.unit}"
            yield Drift(frozen.label, then, f"{value or '—'}{frozen.unit}", frozen.url, len(came), len(went))


def rows_moved(frozen: FrozenFigure, period: Period) -> tuple[set[Row], set[Row]]:
    """Which rows came and went in the lists that were frozen: one that came to both lists of a rate is one row."""
    now = identities(frozen.name, period) if frozen.model or frozen.denominator_model else {}
    came: set[Row] = set()
    went: set[Row] = set()
    for words, model, row_ids in (
        (("", "分子"), frozen.model, frozen.row_ids),
        (("分母",), frozen.denominator_model, frozen.denominator_ids),
    ):
        if not model:
            continue
        kept = {(model, row_id) for row_id in row_ids}
        found = {(table, row_id) for word in words for table, ids in (now.get(word, NO_LIST),) for row_id in ids}
        came |= found - kept
        went |= kept - found
    return came, went


def wordings_moved(compilation: Compilation, now: dict[str, Any]) -> Iterator[Drift]:
    """同比 and 环比 move with last year's records too; other wordings follow from the values above."""
    figures = {figure["key"]: figure for figure in now["figures"]}
    for name, then in compilation.content.get("printed", {}).items():
        key, _, style = name.partition("|")
        words = now["printed"].get(name)
        if style in ("同比", "环比") and words is not None and words != then:
            yield Drift(f"{figures[key]['label']}（{style}）", then, words, figures[key]["url"])


def cells_moved(compilation: Compilation, now: dict[str, Any]) -> Iterator[Drift]:
    """Tables, cell by cell; rows that came or went in one line."""
    before, after = tables_of(compilation.content), tables_of(now)
    for key, then in before.items():
        if key not in after:
            continue
        old, new = rows_by_name(then["rows"]), rows_by_name(after[key]["rows"])
        for place, row in old.items():
            for head, was, cell in zip(then["head"][1:], row[1:], new.get(place, row)[1:], strict=False):
                if was[0] != cell[0]:
                    yield Drift(f"{then['caption']}·{row_words(place)}·{head}", was[0], cell[0], cell[1])
        moved = [f"少了“{row_words(place)}”" for place in old if place not in new] + [
            f"多了“{row_words(place)}”" for place in new if place not in old
        ]
        if moved:
            yield Drift(then["caption"], f"{len(old)}行", f"{len(new)}行：{'、'.join(moved)}")


def rows_by_name(rows: list[Any]) -> dict[tuple[str, int], Any]:
    """Rows by their first cell and which of its rows they are: a task has one for each of its measures."""
    seen: Counter[str] = Counter()
    named = {}
    for row in rows:
        name = row[0][0]
        if name != NO_ROWS:
            seen[name] += 1
            named[name, seen[name]] = row
    return named


def row_words(place: tuple[str, int]) -> str:
    name, nth = place
    return name if nth == 1 else f"{name}（第{nth}行）"


def tables_of(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        block["key"]: block
        for section in content["sections"]
        for block in section["blocks"]
        if block["kind"] == "table"
    }
