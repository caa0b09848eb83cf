"""189 figures that real summaries of such bureaus printed: each can be counted in the register and printed as it should be."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from config.figures import one_reading
from config.periods import Period
from reports.compilation import Draft, compile_section
from tests.factories.reports import make_measure, make_tally, make_task
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db

PERIOD = Period.parse("2026H1")
LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "real_figures.jsonl").read_text(encoding="utf-8").splitlines()
]
# What breaks the rules of rounding, and how it reads when corrected.
CORRECTED = {
    "劝导制止近100多例（近与多并用）": "近100例",  # two markers at once
    "查处乱摆卖、占道35504多宗": "35500多宗",  # a marker on a number that is not rounded
    "制发规范文件10余份": "11份",  # too small to be rounded
    "发放禁燃通告万余份": "1万余份",  # digits, not characters
    "滚动标语百余条": "100余条",
    "连续六年获综合绩效先进": "6年",
    "住建部考评列第一档次第三名": "3名",
    "较去年上升一位": "1位",
    "许可时限由7个工作日压至1个": "1工作日",
    "拆除擅自设置户外广告650多块（条）": "650多块",
}
STYLES = {"余": "余", "余(汉字)": "余", "多": "多", "近+多": "近", "约": "约"}


def style_of(line):
    """The way of writing that the phrase uses."""
    style = STYLES.get(line["qualifier"], "准确")
    in_ten_thousands = "万" in line["phrase"] and not line["unit"].startswith("万")
    return {"余": "万余", "准确": "万"}[style] if in_ten_thousands else style


def truth_of(line):
    """A count that the writer may have had before him: more than what stands before 余, less than what stands after 近."""
    value = Decimal(str(line["value"]))
    if line["qualifier"] in ("余", "余(汉字)", "多"):
        return value + 1
    return value - 2 if line["qualifier"] == "近+多" else value


@pytest.fixture
def measures():
    """Each line as a measure of one task, counted by one squad on two days."""
    by, squad = UserFactory(), SquadFactory()
    task, made = make_task(by=by), []
    for number, line in enumerate(LINES):
        totalling = "latest" if line["kind"] in ("ratio", "rank", "average", "growth") else "sum"
        measure = make_measure(by=by, task=task, name=f"{number}号", unit_of_count=line["unit"], totalling=totalling)
        truth = truth_of(line)
        first = min(truth, Decimal(1)) if totalling == "sum" else truth
        for day, quantity in (
            (date(2026, 2, 3), first),
            (date(2026, 5, 6), truth - first if totalling == "sum" else truth),
        ):
            make_tally(quantity, by=by, measure=measure, unit=squad, happened_on=day)
        made.append(measure)
    return made


def test_each_is_counted_and_printed_in_its_corrected_form(measures):
    assert len(LINES) == 189
    wrong, draft = [], Draft(PERIOD)
    with one_reading():
        for line, measure in zip(LINES, measures, strict=True):
            text = f"本期{{{{ {measure.figure_name} | {style_of(line)} }}}}。"
            (paragraph,), errors = compile_section(text, draft)
            printed = paragraph[1].text
            good = CORRECTED.get(line["phrase"])
            if (
                errors
                or (printed != good if good else printed not in line["phrase"])
                or not printed.endswith(line["unit"])
            ):
                wrong.append((line["phrase"], printed, errors))
    assert wrong == []
    assert all(not draft.figures[measure.figure_name]["url"].startswith("http") for measure in measures)
    assert draft.notes == []


def test_every_correction_is_needed():
    phrases = {line["phrase"] for line in LINES}
    assert CORRECTED.keys() <= phrases
    assert all(
        words not in phrase for phrase, words in CORRECTED.items() if phrase != "拆除擅自设置户外广告650多块（条）"
    )


def test_a_whole_sentence_reads_as_officials_write_it(measures):
    by_phrase = {line["phrase"]: measure for line, measure in zip(LINES, measures, strict=True)}
    people, cars = by_phrase["出动8000余人次"], by_phrase["出动1000余车次"]
    text = f"开展专项整治，出动{{{{ {people.figure_name} | 余 }}}}人次、{{{{ {cars.figure_name} | 余 }}}}车次。"
    (paragraph,), errors = compile_section(text, Draft(PERIOD))
    assert errors == []
    assert "".join(span.text for span in paragraph) == "开展专项整治，出动8000余人次、1000余车次。"
    assert not any(span.amber for span in paragraph)
