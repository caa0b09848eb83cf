"""Which materials an application must bring: the version's checklist, and for a project what the law adds. Pure.

城市道路管理条例 33(1): who digs for a construction project hands in the planning department's approval and the design.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from permits.kinds import ItemKind, Necessity
from permits.models import ItemVersion, Material, SubmittedMaterial

PROJECT_LAW = "《城市道路管理条例》第三十三条第一款"
PROJECT_WORDS = "工程建设"  # a line that is handed in “因工程建设…” is mandatory once the application says so
PROJECT_PAPERS = (
    ("规划批准文件", "规划"),
    ("设计文件", "设计"),
)  # name, and the word by which a checklist has it already


@dataclass(frozen=True)
class Wanted:
    """One material as this application owes it. `line`: of the version's checklist; None for what the law adds."""

    name: str
    mandatory: bool
    note: str = ""
    copies: int = 1
    line: Material | None = None


def of_line(line: Material, *, is_project: bool) -> Wanted:
    if line.fetched_by_agency:
        return Wanted(line.name, False, "本机关自行查取", line.copies, line)
    for_project = is_project and PROJECT_WORDS in line.condition
    return Wanted(line.name, line.necessity == Necessity.MANDATORY or for_project, line.condition, line.copies, line)


def wanted(version: ItemVersion, lines: Iterable[Material], *, is_project: bool) -> list[Wanted]:
    """The checklist in its order; digging for a project adds what no line asks for yet."""
    found = [of_line(line, is_project=is_project) for line in lines]
    if is_project and version.item.kind == ItemKind.DIG:
        names = [each.name for each in found]
        found += [
            Wanted(name, True, f"因工程建设挖掘的（{PROJECT_LAW}）")
            for name, word in PROJECT_PAPERS
            if not any(word in known and "施工组织设计" not in known for known in names)
        ]
    return found


SELF_MADE = ("", "申请人自备")  # a source that tells the applicant nothing


def what_to_bring(row: SubmittedMaterial) -> str:
    """A missing material as a line of the one notice: its name and, after the colon, what is to be handed in."""
    line = row.material
    words = [f"请提交{row.copies}份"]
    if line is not None and line.source not in SELF_MADE:
        words.append(f"来源：{line.source}")
    if row.note and (line is None or row.note != line.condition):
        words.append(row.note)
    basis = f"（{line.basis}）" if line is not None and line.basis else ""
    return f"{row.name}：{'，'.join(words)}{basis}"
