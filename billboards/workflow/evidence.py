"""The one door to evidence: taken in with its hash, handed on link by link, set aside with a reason, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, CustodyAct, EvidenceKind
from billboards.models import Case, Evidence, EvidenceCustody, EvidenceFile
from billboards.workflow import cases, clocks
from billboards.workflow.cases import log
from billboards.workflow.steps import locked
from staff.models import User
from staff.refusals import Refused
from staff.uploads import save_document, save_image
from staff.workflow.records import check_day, check_moment


@transaction.atomic
def add_evidence(case: Case, evidence: Evidence, *, by: User) -> Evidence:
    """Enter a piece of evidence with the first link of its chain. 先行登记保存 has seven working days (Art. 56)."""
    current = locked(case)
    if current.state in (CaseState.ARCHIVED, CaseState.VOIDED):
        raise Refused(f"案件{current.get_state_display()}，不能再加证据。")
    check_moment(evidence.collected_at, "collected_at", "取证时间")
    check_day(evidence.preserved_on, "preserved_on", "先行登记保存日期")
    evidence.case, evidence.recorded_by = current, by
    evidence.save()
    act = CustodyAct.PRESERVED if evidence.preserved_on else CustodyAct.COLLECTED
    EvidenceCustody.objects.create(
        evidence=evidence,
        act=act,
        happened_at=evidence.collected_at,
        handed_by=evidence.source[:60],
        received_by=evidence.collected_by[:60],
        place=evidence.place[:80],
        recorded_by=by,
    )
    if evidence.preserved_on:
        keep_preservation(current, evidence.preserved_on)
    log(current, "登记证据", by=by, note=str(evidence))
    return evidence


def keep_preservation(case: Case, day: date) -> None:
    """The clock of preservation is that of the piece that is kept longest; it ends on the day the last one is returned."""
    kept = case.evidence.exclude(preserved_on=None).exclude(custody__act=CustodyAct.RETURNED)
    since = kept.aggregate(first=Min("preserved_on"))["first"]
    running = case.clocks.filter(rule="C_PRESERVE", finished_on=None).first()
    if running is not None and (since is None or running.started_on < since):
        clocks.finish(case, day, "C_PRESERVE")
    if since is not None and (running is None or running.started_on != since):
        clocks.start(Dossier(case), "C_PRESERVE", since)


@transaction.atomic
def record_lead(case: Case, photos: Sequence[UploadedFile], *, by: User, key: str = "") -> Case:
    """A lead and its pictures in one go; sent twice (`key`), both are stored once. No picture, no lead with half of it."""
    stored = cases.record_lead(case, by=by, key=key)
    if photos and not stored.evidence.exists():
        piece = Evidence(
            kind=EvidenceKind.RECORDING,
            name="现场照片",
            collected_at=timezone.now(),
            collected_by=str(by)[:60],
            place=stored.place[:80],
            pages=len(photos),
        )
        add_files(add_evidence(stored, piece, by=by), photos, by=by)
    return stored


@transaction.atomic
def add_files(evidence: Evidence, uploads: Sequence[UploadedFile], *, by: User) -> list[EvidenceFile]:
    """Pictures are written anew, documents kept as they are; the hash of the original is kept with each.

    The same file twice on one piece is stored once. Refused, naming the file, for what cannot be read.
    """
    stored = []
    for upload in uploads:
        try:
            save = save_document if is_document(upload) else save_image
            stored.append(save(upload, EvidenceFile, by=by, evidence=evidence))
        except ValidationError as error:
            raise Refused(f"{upload.name}：{'；'.join(error.messages)}", "files") from error
    note = f"{evidence} {'、'.join(each.sha256[:12] for each in stored)}"
    log(locked(evidence.case), "上传证据文件", by=by, note=note)
    return stored


def is_document(upload: UploadedFile) -> bool:
    return (upload.name or "").lower().rpartition(".")[2] in ("pdf", "docx")


@transaction.atomic
def hand_on(evidence: Evidence, entry: EvidenceCustody, *, by: User) -> EvidenceCustody:
    """One more link of the chain."""
    current = locked(evidence.case)
    check_moment(entry.happened_at, "happened_at", "交接时间")
    first = evidence.custody.order_by("happened_at").first()
    if first is not None and entry.happened_at < first.happened_at:
        raise Refused("时间早于取证时间。请核对。", "happened_at")
    entry.evidence, entry.recorded_by = evidence, by
    entry.save()
    if entry.act == CustodyAct.RETURNED:
        keep_preservation(current, timezone.localdate(entry.happened_at))
    log(current, f"证据{entry.get_act_display()}", by=by, note=str(evidence))
    return entry


@transaction.atomic
def set_aside(evidence: Evidence, *, by: User, reason: str) -> Evidence:
    """不采用: it stays in the file with the reason; it proves nothing any more."""
    current = locked(evidence.case)
    fresh = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if fresh.set_aside_at is not None:
        raise Refused(f"这件证据已不采用：{fresh.set_aside_reason}")
    fresh.set_aside_at, fresh.set_aside_reason = timezone.now(), reason
    fresh.save(update_fields=["set_aside_at", "set_aside_reason"])
    EvidenceCustody.objects.create(
        evidence=fresh, act=CustodyAct.SET_ASIDE, happened_at=fresh.set_aside_at, note=reason, recorded_by=by
    )
    log(current, "证据不采用", by=by, note=f"{fresh}：{reason}")
    return fresh
