"""The files of a compilation beside its PDF, from the same content: the same content gives the same bytes."""

from __future__ import annotations

import json
from typing import Any

from reports.enums import Output
from reports.layouts.annex import annex_xlsx
from reports.layouts.paper import SummaryPaper
from reports.layouts.word import summary_docx
from reports.models import Report

PUBLISHED = ("period", "as_of", "figures", "claims", "sections")  # of a content; the rest is for the checklist


def other_files(report: Report, content: dict[str, Any]) -> dict[str, bytes]:
    paper = SummaryPaper.of(report, profile=report.profile)
    return {
        Output.DOCX.value: summary_docx(paper, content, note="送审稿" if report.is_open else ""),
        Output.XLSX.value: annex_xlsx(paper, content, report.period),
        Output.JSON.value: figures_json(content),
    }


def published(content: dict[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in PUBLISHED}


def figures_json(content: dict[str, Any]) -> bytes:
    return json.dumps(published(content), ensure_ascii=False, indent=1).encode()
