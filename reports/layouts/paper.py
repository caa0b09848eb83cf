"""The summary as a paper: what config.pdf needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

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
    def of(cls, report: Report, *, profile: str, number: str = "", signing: bool = False) -> SummaryPaper:
        red = profile == Profile.REDHEAD
        return cls(
            title=report.title,
            profile=profile,
            mark=str(setting("bureau.mark")),
            number=number or report.number,
            addressee=str(setting("report.recipients")) if red else "",
            issuer=str(setting("bureau.name")),
            date=day_of(report, being_signed=signing or bool(number)),
            copies=str(setting("report.copies")) if red else "",
        )


def day_of(report: Report, *, being_signed: bool) -> date:
    """成文日期: the day of signing (GB/T 9704-2012 7.3.5); a draft stands at the end of its period."""
    if report.signed_at is not None:
        return timezone.localdate(report.signed_at)
    return timezone.localdate() if being_signed else report.cut_off or report.period.end


def summary_pdf(
    report: Report, content: dict[str, Any], *, profile: str, number: str = "", signing: bool = False
) -> Typeset:
    paper = SummaryPaper.of(report, profile=profile, number=number, signing=signing)
    return typeset("reports/pdf/summary.html", {"paper": paper, "content": content})
