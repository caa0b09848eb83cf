"""Words of the summary as choices, with the state table. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models


class Profile(models.TextChoices):
    """A summary is none of the 15 statutory kinds of official paper, so plain is the default (GB/T 9704-2012)."""

    PLAIN = "plain", "普通文稿"
    REDHEAD = "redhead", "套红"


class ReportState(models.TextChoices):
    DRAFT = "draft", "起草"
    ISSUED = "issued", "已签发"


@dataclass(frozen=True)
class Edge:
    sources: frozenset[ReportState]
    target: ReportState
    label: str
    basis: str


TRANSITIONS: Final[dict[str, Edge]] = {
    "issue": Edge(
        frozenset({ReportState.DRAFT}), ReportState.ISSUED, "签发", "党政机关公文处理工作条例第二十二条：由负责人签发"
    ),
}
