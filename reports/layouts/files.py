"""The files of a compilation beside its PDF, from the same content: the same content gives the same bytes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from reports.drafts import copy_label
from reports.enums import Output
from reports.layouts.annex import annex_xlsx
from reports.layouts.paper import SummaryPaper
from reports.layouts.word import HANDWRITING, summary_docx
from reports.models import Report

PUBLISHED = ("period", "as_of", "figures", "claims", "sections")  # of a content; the rest is for the checklist


def other_files(report: Report, content: dict[str, Any]) -> dict[str, bytes]:
    """Of a draft also the copy to write on (送审稿 n, wide margin): n as the drafts are counted in the 花脸稿."""
    paper = SummaryPaper.of(report, profile=report.profile)
    drafts: dict[str, bytes] = {}
    if report.is_open:
        label = copy_label(report.compilations.count() + 1, datetime.fromisoformat(content["as_of"]))
        drafts[Output.REVIEW.value] = summary_docx(paper, content, note=label, margin=HANDWRITING)
    return drafts | {
        Output.DOCX.value: summary_docx(paper, content, note="送审稿" if report.is_open else ""),
        Output.XLSX.value: annex_xlsx(paper, content, report.period),
        Output.JSON.value: figures_json(content),
    }


def published(content: dict[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in PUBLISHED}


def figures_json(content: dict[str, Any]) -> bytes:
    return json.dumps(published(content), ensure_ascii=False, indent=1).encode()
