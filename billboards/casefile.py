"""卷宗 as one PDF: cover, contents with page numbers, every paper in the order of a file, evidence with its pictures."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from billboards.documents import DOCUMENTS, Document
from billboards.models import Case, CaseFile, Evidence, Paper
from billboards.prefill import issuing_body
from config.pdf import typeset
from staff.models import Activity, User, Verb

MOST_PICTURES = 60  # a file with more says so; the rest stays with its evidence


@dataclass(frozen=True)
class Sheet:
    """One paper of the file. `content` is None for a paper of another platform: only its number is known here."""

    title: str
    number: str
    day: date | None
    served_on: date | None
    content: Document | None
    receipts: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Proof:
    label: str
    proves: str
    source: str
    collected: str
    note: str
    pictures: tuple[str, ...] = ()  # data: addresses


@dataclass(frozen=True)
class Bundle:
    """Everything that the file prints."""

    case: Case
    issuer: str
    sheets: tuple[Sheet, ...]
    proofs: tuple[Proof, ...]
    left_out: int
    made_on: date = field(default_factory=timezone.localdate)


def sheets_of(case: Case, receipt: Callable[[Any], Document]) -> Iterator[Sheet]:
    """Issued papers in the order of a file: what decides first, then how it came about, then what followed."""
    order = {kind: place for place, kind in enumerate(DOCUMENTS)}
    rows: Any = Paper.objects.filter(case=case)
    issued = rows.issued().prefetch_related("services")
    for paper in sorted(issued, key=lambda each: (order.get(each.kind, len(order)), each.pk)):
        content = DOCUMENTS[paper.kind].from_data(paper.data) if paper.is_signed else None
        receipts = tuple(receipt(service) for service in paper.services.all())
        yield Sheet(paper.get_kind_display(), paper.label_number, paper.issued_on, paper.served_on, content, receipts)


def proofs_of(case: Case) -> tuple[tuple[Proof, ...], int]:
    """The evidence with its pictures, and how many pictures were left out."""
    found, taken, left_out = [], 0, 0
    for evidence in case.evidence.prefetch_related("files"):
        pictures = []
        for stored in evidence.files.all():
            if not stored.content_type.startswith("image/"):
                continue
            if taken >= MOST_PICTURES:
                left_out += 1
                continue
            taken += 1
            pictures.append(data_address(stored))
        found.append(proof_of(evidence, tuple(pictures)))
    return tuple(found), left_out


def proof_of(evidence: Evidence, pictures: tuple[str, ...]) -> Proof:
    return Proof(
        label=str(evidence),
        proves=evidence.proves,
        source=evidence.source,
        collected=f"{timezone.localtime(evidence.collected_at):%Y-%m-%d %H:%M} {evidence.collected_by}",
        note=evidence.why_not_usable,
        pictures=pictures,
    )


def data_address(stored: Any) -> str:
    with stored.file.open("rb") as opened:
        return f"data:{stored.content_type};base64,{base64.b64encode(opened.read()).decode()}"


def bundle_of(case: Case, receipt: Callable[[Any], Document]) -> Bundle:
    proofs, left_out = proofs_of(case)
    return Bundle(case, issuing_body(), tuple(sheets_of(case, receipt)), proofs, left_out)


def make_file(case: Case, *, by: User | None, receipt: Callable[[Any], Document]) -> CaseFile:
    """Print and keep the file. Slow: about a second for ten papers."""
    bundle = bundle_of(case, receipt)
    content, pages = typeset("billboards/pdf/case_file.html", {"bundle": bundle})
    with transaction.atomic():
        row = CaseFile(case=case, pages=pages, papers=len(bundle.sheets), made_by=by)
        row.sha256 = hashlib.sha256(content).hexdigest()
        row.file.save(f"{case.number}.pdf", ContentFile(content), save=False)
        row.save()
        Activity.record(Verb.PRINT, case, by=by, title="制作卷宗", note=f"{pages}页，文件校验值 {row.sha256}")
    return row
