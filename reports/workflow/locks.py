"""What every door of the reports room begins with: the report's row, locked, in a state that allows what is asked."""

from __future__ import annotations

from reports.enums import TRANSITIONS, ReportState
from reports.models import Report, Section
from staff.refusals import ChangedMeanwhile, Refused


class SectionChanged(ChangedMeanwhile):
    """Somebody else saved the section first; `current` is what it says now, and the form shows it beside what was typed."""

    def __init__(self, current: Section, by: str) -> None:
        Refused.__init__(self, f"{by or '另一位同事'}刚保存过这一节。您写的内容还在下面，请对照后再保存。")
        self.current = current


def locked(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def locked_draft(report: Report, *, doing: str) -> Report:
    """The report's row, locked; Refused once it is sent in or signed. Whoever changes a draft takes this lock before
    anything else, so nothing can slip in behind a signature."""
    current = locked(report)
    if current.state == ReportState.CHECKING:
        raise Refused(f"工作总结正在核对，不能再{doing}。需要修改的请先退回修改。")
    if not current.is_draft:
        raise Refused(f"工作总结已签发，不能再{doing}。有错的请出更正稿。")
    return current


def locked_open(report: Report, *, doing: str) -> Report:
    """The report's row, locked; Refused once it is signed."""
    current = locked(report)
    if not current.is_open:
        raise Refused(f"工作总结已签发，不能再{doing}。")
    return current


def locked_for(report: Report, step: str) -> Report:
    """The report's row, locked, where the table of edges allows the step; Refused names state and step."""
    current, edge = locked(report), TRANSITIONS[step]
    if current.state not in edge.sources:
        raise Refused(f"“{current}”{current.get_state_display()}，不能再{edge.label}。")
    return current
