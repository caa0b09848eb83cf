"""What WeasyPrint does not know of Chinese: flush right edges, and titles broken at word sense.

WeasyPrint stretches only spaces, of which Chinese has none. When 避头尾 shortens a line, the room left over is shared out between the Han characters. This needs three private
functions of WeasyPrint 70, which is why its version is pinned; with another version lines stay ragged and the log says so.
"""

from __future__ import annotations

import logging
import math
import re
from functools import cache
from itertools import combinations, pairwise
from typing import Any

logger = logging.getLogger(__name__)

SUPPORTED = "70."
HAN = "\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
ONE_HAN = re.compile(f"[{HAN}]")
RUNS = re.compile(f"[{HAN}]+|[^{HAN}]+")

TITLE_WIDTH = 20  # characters of 2号 (22 pt) in 156 mm
GOOD_BREAK = re.compile(r"(?:[上下]半年|年度|季度|月份|局|委员会|办公室|人民政府|街道办事处|》|的)$")
NO_BREAK = re.compile(r"[\dA-Za-z.]\|[\dA-Za-z.年月日号%％]|[（《“〔、]\||\|[）》”〕、，的]")
POOR_BREAK_COST = 40


def title_lines(title: str) -> list[str]:
    """One line, or as few lines of about equal width as it takes, each at most 20 characters, broken at word sense."""
    count = math.ceil(_width(title) / TITLE_WIDTH)
    if count < 2:
        return [title]
    places = [at for at in range(2, len(title) - 1) if not NO_BREAK.search(f"{title[at - 1]}|{title[at]}")]
    choices = [_cut(title, chosen) for chosen in combinations(places, count - 1)] if count <= 3 else []
    fitting = [lines for lines in choices if max(map(_width, lines)) <= TITLE_WIDTH]
    return min(fitting, key=_cost, default=[title])


def _cut(title: str, places: tuple[int, ...]) -> list[str]:
    return [title[start:end] for start, end in pairwise((0, *places, len(title)))]


def _cost(lines: list[str]) -> float:
    """How far from equal lines, and how many breaks inside a phrase."""
    mean = sum(map(_width, lines)) / len(lines)
    poor = sum(not GOOD_BREAK.search(line) for line in lines[:-1])
    return sum((_width(line) - mean) ** 2 for line in lines) + POOR_BREAK_COST * poor


def _width(text: str) -> float:
    """In Chinese characters; Latin letters and digits take about half of one."""
    return sum(0.56 if character.isascii() else 1 for character in text)


@cache
def stretch_between_han() -> bool:
    """Teach WeasyPrint, once per process. Returns whether it could be taught."""
    import weasyprint
    from weasyprint.layout import inline
    from weasyprint.text import line_break

    needed = (inline, "count_expandable_spaces"), (inline, "justify_line"), (line_break.Layout, "set_text")
    if not weasyprint.__version__.startswith(SUPPORTED) or not all(hasattr(owner, name) for owner, name in needed):
        logger.warning("WeasyPrint %s is not known: right edges stay ragged.", weasyprint.__version__)
        return False
    _teach_counting(inline)
    _teach_spacing(line_break)
    _teach_justifying(inline)
    return True


def _teach_counting(inline: Any) -> None:
    """Places where a line may grow: spaces, and after each Han character."""
    original = inline.count_expandable_spaces

    def count(box: Any) -> int:
        places = original(box)
        if isinstance(box, inline.boxes.TextBox):
            places += len(ONE_HAN.findall(box.text))
        return int(places)

    inline.count_expandable_spaces = count


def _teach_justifying(inline: Any) -> None:
    """The last Han character's own room falls outside the line, so it is shared among the others."""
    original = inline.justify_line

    def justify(context: Any, line: Any, extra_width: float) -> None:
        places = inline.count_expandable_spaces(line)
        if places > 1:
            inline.add_word_spacing(context, line, extra_width / (places - 1), 0)
        elif places:
            original(context, line, extra_width)

    inline.justify_line = justify


def _teach_spacing(line_break: Any) -> None:
    """Give the runs of Han characters of a justified text their letter spacing."""
    from weasyprint.text.ffi import TO_UNITS, ffi, pango

    original = line_break.Layout.set_text

    def set_text(self: Any, text: str, justify: bool = False) -> None:
        original(self, text, justify)
        extra = self.justification_spacing
        if not (justify and extra and ONE_HAN.search(self.text)):
            return
        spacing = self.style["letter_spacing"]
        spacing = 0 if spacing == "normal" else spacing
        attributes = pango.pango_layout_get_attributes(self.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        position = 0
        for run in RUNS.findall(self.text):
            end = position + len(run.encode())
            if ONE_HAN.match(run):
                attribute = pango.pango_attr_letter_spacing_new(int((spacing + extra) * TO_UNITS))
                attribute.start_index, attribute.end_index = position, end
                pango.pango_attr_list_change(attributes, attribute)
            position = end
        pango.pango_layout_set_attributes(self.layout, attributes)

    line_break.Layout.set_text = set_text
