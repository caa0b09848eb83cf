"""Files that are two things at once, bombs, and names that lie: refused with what to do, or taken for what they truly are.

Three doors take files: pictures (written anew), signed papers (PDF, Word, photograph), sheets. Whatever comes out of them
again has a type of ours, nosniff, and a name of ours.
"""

import io
import random
import struct
import zipfile
import zlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image, ImageFile, PngImagePlugin

from inspections.models import FindingPhoto
from staff.imports.reading import SheetError, open_sheet
from staff.permissions import Roles
from staff.uploads import DOCX_TYPE, PDF_TYPE, clean_image, clean_scan, document_type
from tests.factories.inspections import make_finding
from tests.factories.staff import UserFactory
from tests.thorough import many

CHINESE = r"[\u4e00-\u9fff]{4,}"
SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PDF_WITH_SCRIPT = PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>")


def picture(form="JPEG", size=(64, 48), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, form, **options)
    return target.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x010E] = PHP.decode()  # its description
    exif[0x8769] = {0x9003: "2026:03:05 14:30:00", 0x9286: SCRIPT}
    exif[0x8825] = {1: "N", 2: (29.0, 21.0, 0.0), 3: "E", 4: (113.0, 7.0, 30.0)}
    return exif


def package(parts, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def word(**more):
    return package({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", **more})


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, body):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def jpeg_of_another_size(width, height):
    """A small picture whose header claims to be huge."""
    source = bytearray(picture())
    at = source.index(b"\xff\xc0")
    source[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(source)


def heif_of_another_size():
    source = bytearray(picture("HEIF"))
    at = source.index(b"ispe") + 8
    source[at : at + 8] = struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)
    return bytes(source)


def text_bomb():
    return png(
        4, 4, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 80_000_000)) + chunk(b"IDAT", zlib.compress(b"\0" * 52))
    )


def with_xmp(source):
    """The same JPEG with its place told a second way."""
    told = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/' exif:GPSLatitude='29,21.0N'/>"
    return source[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + source[2:]


def comment(source):
    """The same JPEG with a comment in it."""
    return source[:2] + b"\xff\xfe" + struct.pack(">H", len(PHP) + 2) + PHP + source[2:]


def png_with_text():
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Comment", SCRIPT.decode())
    return picture("PNG", pnginfo=facts)


def frames():
    more = [Image.new("RGB", (64, 48), "red")]
    return picture("WEBP", save_all=True, append_images=more)


NO_PICTURES = {
    "a GIF that is a Java archive": b"GIF89a" + b"\1\0\1\0\0\0\0;" + package({"Evil.class": b"\xca\xfe\xba\xbe"}),
    "a GIF that is a script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
    "a page named .jpg": b"<!doctype html>" + SCRIPT,
    "a program": b"MZ\x90\0" + b"\0" * 100,
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "a PDF named .jpg": PDF_WITH_SCRIPT,
    "PHP named .jpg": PHP,
    "a TIFF": picture("TIFF"),
    "a BMP": picture("BMP"),
    "an icon": picture("ICO"),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n(x) run\n",
    "half a JPEG": picture()[:300],
    "half a PNG": picture("PNG")[:60],
    "half a HEIC": picture("HEIF")[:200],
    "a JPEG that claims 65,000 × 65,000": jpeg_of_another_size(65_000, 65_000),
    "a HEIC that claims four milliard a side": heif_of_another_size(),
    "a PNG of 60,000 × 60,000 dots in 200 bytes": png(60_000, 60_000, chunk(b"IDAT", zlib.compress(b"\0" * 1000))),
    "a PNG whose text unpacks to 80 MB": text_bomb(),
    "a zip bomb": package({"0" * 10: b"\0" * 30_000_000}),
}
PICTURES = {
    "a JPEG with PHP in its comment": comment(picture()),
    "a JPEG with its place in XMP": with_xmp(picture()),
    "a JPEG with a web page behind it": picture() + b"<html>" + SCRIPT,
    "a JPEG with a zip behind it": picture() + package({"a.php": PHP}),
    "a JPEG with a PDF behind it": picture() + PDF_WITH_SCRIPT,
    "a JPEG with place, PHP and script in its data": picture(exif=with_place()),
    "a PNG with a script in its text": png_with_text(),
    "a HEIC with place": picture("HEIF", exif=with_place()),
    "a WebP that moves": frames(),
}
NO_PAPERS = {
    "a PDF without an end": PDF_WITH_SCRIPT.replace(b"%%EOF", b""),
    "a web page with a PDF in it": b"<html>" + PDF,
    "a zip without a document": package({"a.exe": b"MZ"}),
    "a Word file with macros": word(**{"word/vbaProject.bin": b"\0"}),
    "a sheet named .docx": package({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}),
    "a zip whose directory is broken": word()[:-30] + b"\xff" * 30,
    "a zip of an unknown kind": word().replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"),
    "an old Word file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
}
PAPERS = {
    "a PDF with a script in it": (PDF_WITH_SCRIPT, PDF_TYPE),
    "a PDF that is a zip as well": (PDF + package({"a.php": PHP}) + b"%%EOF\n", PDF_TYPE),
    "a Word file with parts that lead outside": (word(**{"../../../etc/cron.d/x": PHP}), DOCX_TYPE),
    "a Word file that unpacks to 60 MB": (word(**{"word/media/x": b"\0" * 60_000_000}), DOCX_TYPE),
}


def test_there_are_thirty_of_them():
    assert len(NO_PICTURES) + len(PICTURES) + len(NO_PAPERS) + len(PAPERS) + len(SHEETS) >= 45


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_chinese(name, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with pytest.raises(ValidationError, match=CHINESE):
        clean_image(NO_PICTURES[name])


@pytest.mark.parametrize("name", PICTURES)
def test_what_hides_in_a_picture_does_not_come_out_of_it(name):
    image = clean_image(PICTURES[name])
    for hidden in (b"<?php", b"<script", b"PK\x03\x04", b"%PDF", b"Exif", b"GPSLatitude"):
        assert hidden not in image.content
    written = Image.open(io.BytesIO(image.content))
    assert (written.format, getattr(written, "n_frames", 1), dict(written.getexif())) == ("JPEG", 1, {})
    assert image.content.endswith(b"\xff\xd9")


@pytest.mark.parametrize("name", NO_PAPERS)
def test_what_is_no_paper_is_refused_in_chinese(name):
    with pytest.raises(ValidationError, match=CHINESE):
        document_type(NO_PAPERS[name])
    with pytest.raises(ValidationError, match=CHINESE):
        clean_scan(SimpleUploadedFile("批示.pdf", NO_PAPERS[name]))


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_kept_as_what_it_is(name):
    """Never unpacked, never run here: stored as it came under our name, handed out with its own type."""
    content, kind = PAPERS[name]
    assert document_type(content) == kind
    kept = clean_scan(SimpleUploadedFile("../../批示.php\0.pdf.exe", content))
    assert kept.name == ("scan.pdf" if kind == PDF_TYPE else "scan.docx")
    assert kept.read() == content


def workbook(change=None):
    book = Workbook()
    book.active.append(["单位", "金额"])
    book.active.append(["甲街道", 3])
    target = io.BytesIO()
    book.save(target)
    parts = {name: zipfile.ZipFile(target).read(name) for name in zipfile.ZipFile(target).namelist()}
    return package(change(parts) if change else parts)


def entity(parts):
    """The sheet asks for a file of the server."""
    part = "xl/worksheets/sheet1.xml"
    declared = b"<!DOCTYPE x [<!ENTITY file SYSTEM 'file:///etc/passwd'>]>"
    return {**parts, part: declared + parts[part].replace(b"<v>3</v>", b"<v>&file;</v><f>1</f>")}


def laughs(parts):
    """A milliard laughs: entities that unfold tenfold, nine times."""
    levels = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    part = "xl/workbook.xml"
    declared = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{levels}]>".encode()
    return {**parts, part: declared + parts[part].replace(b"<sheets>", b"<sheets>&a9;")}


SHEETS = {
    "a sheet of a milliard laughs": lambda: workbook(laughs),
    "a sheet with a bomb in it": lambda: workbook(lambda parts: {**parts, "xl/media/x": b"\0" * 60_000_000}),
    "a bomb in a bomb": lambda: workbook(lambda parts: {**parts, "xl/y.zip": package({"x": b"\0" * 90_000_000})} | {"z": b"\0" * 60_000_000}),
    "a sheet of 3,000 parts": lambda: workbook(lambda parts: {**parts, **{f"xl/p{n}": b"" for n in range(3_000)}}),
    "a picture named .xlsx": picture,
    "a page named .xls": lambda: b"<html><table><tr><td>" + SCRIPT,
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_that_is_more_than_a_sheet_is_refused_in_chinese(tmp_path, name):
    path = tmp_path / "表.xlsx"
    path.write_bytes(SHEETS[name]())
    with pytest.raises(SheetError) as refusal:
        open_sheet(path)
    assert sum("\u4e00" <= each <= "\u9fff" for each in refusal.value.message) > 8


def test_a_sheet_that_asks_for_a_file_of_the_server_is_not_told_it(tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(workbook(entity))
    sheet = open_sheet(path)
    assert sheet.rows[1][0] == "甲街道"
    assert "root:" not in str(sheet.rows)
    with pytest.raises(SheetError, match="公式"):
        sheet.check_body(1)


NAMES = [
    "照片.php.jpg", "照片.jpg.exe", "../../../etc/passwd", "..\\..\\windows\\system32\\x.jpg", "x\0.php", "长" * 300 + ".jpg",
    "<script>alert(1)</script>.jpg", "CON.jpg", ".htaccess", "照片\u202egpj.exe", "a\r\nSet-Cookie: x=1.jpg", "'; DROP TABLE.jpg",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_name_reaches_neither_the_disk_nor_the_answer(client, name):
    finding = make_finding()
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    upload = SimpleUploadedFile("x.jpg", picture(exif=with_place()), content_type="application/x-php")
    upload._name = name  # the uploader's browser would not send some of these; others would
    client.post(f"{finding.get_absolute_url()}photos/", {"photo": upload})
    photo = FindingPhoto.objects.get()
    assert photo.file.name.startswith("attachments/inspections/")
    assert photo.file.name.removeprefix("attachments/inspections/")[:-4].isalnum()
    assert photo.file.name.endswith(".jpg")
    assert "\0" not in photo.original_name
    # The place is kept for those who work on it, in the row; the picture says nothing of it.
    assert (photo.latitude, photo.longitude) == (Decimal("29.350000"), Decimal("113.125000"))
    served = client.get(photo.get_absolute_url())
    content = b"".join(served.streaming_content)
    assert not Image.open(io.BytesIO(content)).getexif()
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "default-src 'self'" in served["Content-Security-Policy"]
    assert "no-store" in served["Cache-Control"]
    assert served["Content-Disposition"].isascii()
    assert not {"\r", "\n"} & set(served["Content-Disposition"])


@pytest.mark.trust
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of data that is cut off
def test_no_damage_to_a_picture_is_a_fault():
    """Bytes changed and ends cut off at random: a picture or a refusal, never another exception."""
    chance = random.Random(22)
    sources = [picture(form, exif=with_place()) for form in ("JPEG", "PNG", "WEBP", "HEIF")]
    for number in range(many(200, 20_000)):
        damaged = bytearray(sources[number % 4])
        for _ in range(chance.randrange(1, 8)):
            reach = min(len(damaged), chance.choice([60, 300, len(damaged)]))
            damaged[chance.randrange(reach)] = chance.choice([0, 255, chance.randrange(256)])
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(damaged)) :]
        try:
            clean_image(bytes(damaged))
        except ValidationError:
            continue
