"""The summary as a paper: what config.pdf needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from config.pdf import Typeset, typeset
from reports.enums import Profile
from reports.models import Report
from staff.models import setting


@dataclass(frozen=True)
class SummaryPaper:
    """Everything that stands on the paper beside its sections; same content, same bytes."""

    title: str
    profile: str
    mark: str
    number: str
    addressee: str
    issuer: str
    date: date
    copies: str
    bold_second: bool = False

    @classmethod
    def of(cls, report: Report, *, profile: str, number: str = "") -> SummaryPaper:
        red = profile == Profile.REDHEAD
        return cls(
            title=report.title,
            profile=profile,
            mark=str(setting("bureau.mark")),
            number=number or report.number,
            addressee=str(setting("report.recipients")) if red else "",
            issuer=str(setting("bureau.name")),
            date=report.cut_off or report.period.end,
            copies=str(setting("report.copies")) if red else "",
        )


def summary_pdf(report: Report, content: dict[str, Any], *, profile: str, number: str = "") -> Typeset:
    paper = SummaryPaper.of(report, profile=profile, number=number)
    return typeset("reports/pdf/summary.html", {"paper": paper, "content": content})
