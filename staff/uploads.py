"""Taking in files: checked by content, images re-encoded without metadata, facts kept, names ours; PDF and Word as they are.

Pictures come from phones and from WeChat: JPEG, PNG, WebP or HEIC, up to 10 MB, often without their data. Shot time
and position are read first (a missing one is no refusal), then the picture is written anew, so that nothing hidden in
the file survives.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import pillow_heif
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from staff.models import Attachment, User

Image.init()  # or naming formats knows only those opened before
pillow_heif.register_heif_opener()

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 2560
MAX_DOCUMENT_BYTES = 30 * 1024 * 1024
ACCEPTED_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

# What the decoders say of a damaged file; libheif speaks in RuntimeErrors.
BROKEN_PICTURE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError, Image.DecompressionBombError,
)  # fmt: skip
BROKEN_PACKAGE = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, struct.error)

AttachmentType = TypeVar("AttachmentType", bound=Attachment)


@dataclass(frozen=True)
class CleanImage:
    """A re-encoded JPEG and what its original said of time and place."""

    content: bytes
    source_sha256: str
    shot_at: datetime | None
    latitude: Decimal | None
    longitude: Decimal | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def clean_image(source: bytes) -> CleanImage:
    """Check and re-encode one picture. ValidationError (Chinese, what to do) if it is none or too large."""
    if len(source) > MAX_IMAGE_BYTES:
        raise too_large(len(source))
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint lets half pictures pass in the whole process once it is loaded
    try:
        picture = Image.open(io.BytesIO(source), formats=ACCEPTED_FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError("照片像素过大（超过 5000 万像素）。请缩小后再上传。")
        exif = picture.getexif()
        facts = (_shot_at(exif), *_position(exif))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    except BROKEN_PICTURE as error:
        raise ValidationError(
            "这不是能识别的照片（支持 JPG、PNG、WebP、HEIC），或文件已损坏。请重新拍摄或另存后上传。"
        ) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright.info = {}  # Pillow would write comment and XMP, which may tell the place, into the copy
    target = io.BytesIO()
    upright.save(target, "JPEG", quality=88, optimize=True)
    return CleanImage(target.getvalue(), hashlib.sha256(source).hexdigest(), *facts)


def too_large(size: int) -> ValidationError:
    return ValidationError(f"照片 {size / 1_048_576:.1f} MB，超过 10 MB。请压缩后再上传。")


def _shot_at(exif: Image.Exif) -> datetime | None:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    text = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        shot = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 -- cameras write local time
    except ValueError:
        return None
    return timezone.make_aware(shot)


def _position(exif: Image.Exif) -> tuple[Decimal | None, Decimal | None]:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef) == "S", 90)
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef) == "W", 180)
    return (latitude, longitude) if latitude is not None and longitude is not None else (None, None)


def _degrees(parts: Any, negative: bool, limit: int) -> Decimal | None:
    """Degrees, minutes, seconds as a signed decimal with six places; None for what is no position."""
    try:
        degrees, minutes, seconds = (Decimal(str(part)) for part in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not value.is_finite() or not 0 <= value <= limit:
        return None
    return (-value if negative else value).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def save_image(upload: UploadedFile, model: type[AttachmentType], *, by: User, **fields: Any) -> AttachmentType:
    """Store an uploaded picture as an attachment of `model`; the same picture twice on one record is stored once."""
    if upload.size is not None and upload.size > MAX_IMAGE_BYTES:
        raise too_large(upload.size)
    image = clean_image(upload.read())
    known = model._default_manager.filter(source_sha256=image.source_sha256, **fields).first()
    if known is not None:
        return known
    attachment = model(
        original_name=(upload.name or "")[:120],
        content_type="image/jpeg",
        size=len(image.content),
        sha256=image.sha256,
        source_sha256=image.source_sha256,
        shot_at=image.shot_at,
        latitude=image.latitude,
        longitude=image.longitude,
        uploaded_by=by,
        **fields,
    )
    attachment.file.save("photo.jpg", ContentFile(image.content), save=False)
    attachment.save()
    return attachment


PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document_type(content: bytes) -> str:
    """PDF or .docx, by what is inside; ValidationError for anything else."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF_TYPE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except BROKEN_PACKAGE:
        names = set()
    if {"[Content_Types].xml", "word/document.xml"} <= names and not any("vbaProject" in name for name in names):
        return DOCX_TYPE
    raise ValidationError("只能上传 PDF 或 Word（.docx，不带宏）文件。请另存为 PDF 后再上传。")


def save_document(upload: UploadedFile, model: type[AttachmentType], *, by: User, **fields: Any) -> AttachmentType:
    """Store an uploaded PDF or .docx as an attachment of `model`; the same file twice on one record is stored once."""
    if upload.size is not None and upload.size > MAX_DOCUMENT_BYTES:
        raise ValidationError(f"文件 {upload.size / 1_048_576:.1f} MB，超过 30 MB。请压缩后再上传。")
    content = upload.read()
    kind, digest = document_type(content), hashlib.sha256(content).hexdigest()
    known = model._default_manager.filter(source_sha256=digest, **fields).first()
    if known is not None:
        return known
    attachment = model(
        original_name=(upload.name or "")[:120],
        content_type=kind,
        size=len(content),
        sha256=digest,
        source_sha256=digest,
        uploaded_by=by,
        **fields,
    )
    attachment.file.save("document.pdf" if kind == PDF_TYPE else "document.docx", ContentFile(content), save=False)
    attachment.save()
    return attachment


def save_scan(upload: UploadedFile, model: type[AttachmentType], *, by: User, **fields: Any) -> AttachmentType:
    """Store a signed paper as it comes: a PDF or Word file as it is, a photograph of it written anew."""
    return (save_document if looks_like_document(upload) else save_image)(upload, model, by=by, **fields)


def clean_scan(upload: UploadedFile) -> ContentFile[bytes]:
    """The same for a record that keeps its scan in a field of its own (OfflineApproval.scan): content, with our name."""
    if looks_like_document(upload):
        if upload.size is not None and upload.size > MAX_DOCUMENT_BYTES:
            raise ValidationError(f"文件 {upload.size / 1_048_576:.1f} MB，超过 30 MB。请压缩后再上传。")
        content = upload.read()
        return ContentFile(content, name="scan.pdf" if document_type(content) == PDF_TYPE else "scan.docx")
    return ContentFile(clean_image(upload.read()).content, name="scan.jpg")


def looks_like_document(upload: UploadedFile) -> bool:
    """By its first bytes; whether it truly is one is judged when it is stored."""
    start = upload.read(5)
    upload.seek(0)
    return start.startswith((b"%PDF-", b"PK\x03\x04"))
