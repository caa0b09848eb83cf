"""Names of figures as they stand in a text, and the labels that people read and write for them."""

from __future__ import annotations

from collections.abc import Mapping

from config.figures import OverMonths, one_reading
from reports.history import ADDABLE
from reports.registry import known_keys, registry
from reports.tokens import parse


def check_name(name: str) -> str:
    """ "" or why no history can be kept under this name."""
    errors = parse(f"{{{{ {name} }}}}", known_keys()).errors
    if errors:
        return errors[0].message
    figure = registry().figures[name.partition(":")[0]]
    if figure.kind not in ADDABLE:
        return "只有件数和数量可以按月登记历史数据；比率、得分、名次不能按月相加。"
    if figure.over_months is OverMonths.NOTHING:
        return "这个数据跨月的只算一次，由各月的数得不出一期的数，不能按月登记历史数据。"
    if figure.choices is not None and ":" not in name:
        return "这个数据要选定一项（名称后带“:”）。"
    return ""


def label_of(name: str) -> str:
    """The figure's label with its choice's, or the name itself if the figure has gone."""
    key, _, parameter = name.partition(":")
    figure = registry().figures.get(key)
    if figure is None:
        return name
    chosen = dict(figure.choices()).get(parameter, parameter) if figure.choices and parameter else ""
    return f"{figure.label}：{chosen}" if chosen else figure.label


def offered_figures() -> dict[str, str]:
    """Label → name of every figure, and of each choice of a figure that has some."""
    found: dict[str, str] = {}
    with one_reading():  # the choices of many figures come from the same rows
        for figure in registry().figures.values():
            if not figure.choices:
                found.setdefault(figure.label, figure.key)
                continue
            for choice, words in figure.choices():
                label = f"{figure.label}：{words}" if choice and words else figure.label
                found.setdefault(label, f"{figure.key}:{choice}")
    return found


def name_in(words: str, offered: Mapping[str, str]) -> str:
    """The name behind a label; a name, with or without the braces that it has in a text, stays as it is."""
    text = words.strip().strip("{}").strip()
    return offered.get(text, text)


def label_for(name: str, offered: Mapping[str, str]) -> str:
    """The label, unless it would lead to another figure: then the name."""
    label = label_of(name)
    return label if offered.get(label) == name else name
