"""The figures of the room are put together as everywhere (config/figure_sources.py), under its own name."""

from __future__ import annotations

from functools import partial
from typing import Any

from config import figure_sources
from config.figure_sources import Parts, Source, ValueOf, days, fixed

__all__ = ["Parts", "Source", "ValueOf", "count_figure", "days", "fixed", "listed", "rate_figure", "sum_figure"]

count_figure = partial(figure_sources.count_figure, "billboards")
sum_figure = partial(figure_sources.sum_figure, "billboards")
rate_figure = partial(figure_sources.rate_figure, "billboards")


def listed(route: str, **query: Any) -> str:
    return figure_sources.list_url(f"billboards:{route}", **query)
