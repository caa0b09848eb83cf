"""The door for 数字核校: a Word file comes back, is kept, and each of its numbers is held against the figures."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from reports.checkback import check_back
from reports.layouts.reading import Unreadable, paragraphs_of
from reports.models import Compilation, FileCheck, Report
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.uploads import DOCX_TYPE, save_document


@transaction.atomic
def check_file(report: Report, compilation: Compilation, upload: UploadedFile, *, by: User) -> FileCheck:
    """Keep the file with what each number is; the same file against the same copy gives the same row."""
    try:
        kept = save_document(upload, FileCheck, by=by, report=report, compilation=compilation)
    except ValidationError as error:
        raise Refused(error.messages[0], "file") from error
    if kept.content_type != DOCX_TYPE:
        kept.file.delete(save=False)
        raise Refused("数字核校要传 Word（.docx）文件。PDF 请用它的 Word 稿。", "file")
    if kept.result:
        return kept
    try:
        with kept.file.open("rb") as stored:
            paragraphs = paragraphs_of(stored.read())
    except Unreadable as error:
        kept.file.delete(save=False)
        raise Refused(str(error), "file") from error
    kept.result = check_back(compilation.content, paragraphs)
    kept.save(update_fields=["result"])
    counts = kept.counts()
    words = "，".join(f"{label}{counts[status]}" for status, label in STATUSES.items() if status in counts)
    Activity.record(Verb.UPDATE, report, by=by, title=f"数字核校：{kept.original_name}", note=words or "没有数字")
    return kept


STATUSES = {
    "changed": "与数据不一致",
    "unknown": "查不到来源",
    "gone": "没有印出",
    "typed": "手填",
    "matched": "一致",
}
