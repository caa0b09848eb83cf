"""Pictures are checked by content, written anew, and their facts kept apart."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from staff.uploads import clean_image, clean_scan


def jpeg(exif=None, size=(64, 48), form="JPEG"):
    target = io.BytesIO()
    options = {"exif": exif} if exif else {}
    Image.new("RGB", size, "teal").save(target, form, **options)
    return target.getvalue()


def exif_with_time_and_place():
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2026:03:05 14:30:00"}
    exif[0x8825] = {1: "N", 2: (29.0, 21.0, 0.0), 3: "E", 4: (113.0, 7.0, 30.0)}
    return exif


def test_time_and_place_are_read_and_then_gone_from_the_picture():
    image = clean_image(jpeg(exif_with_time_and_place()))
    assert image.shot_at.isoformat() == "2026-03-05T14:30:00+08:00"
    assert (image.latitude, image.longitude) == (Decimal("29.350000"), Decimal("113.125000"))
    assert not Image.open(io.BytesIO(image.content)).getexif()


def test_a_picture_without_its_data_is_taken():
    image = clean_image(jpeg())
    assert (image.shot_at, image.latitude, image.longitude) == (None, None, None)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "HEIF"])
def test_what_phones_send_becomes_jpeg(form):
    assert clean_image(jpeg(form=form)).content[:3] == b"\xff\xd8\xff"


def test_a_tail_behind_the_picture_does_not_survive():
    source = jpeg() + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in clean_image(source).content


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"GIF89a" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7 ...",
        b"MZ\x90\0",
        jpeg()[:200],
    ],
    ids=["empty", "gif", "svg", "pdf", "exe", "cut off"],
)
def test_what_is_no_photo_is_refused_with_what_to_do(source):
    with pytest.raises(ValidationError, match="JPG、PNG、WebP、HEIC"):
        clean_image(source)


def test_a_photo_over_ten_megabytes_is_refused():
    with pytest.raises(ValidationError, match="超过 10 MB"):
        clean_image(b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024))


def test_a_pixel_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(ValidationError, match="像素过大"):
        clean_image(jpeg(size=(9000, 6000), form="PNG"))


def test_a_signed_paper_comes_as_pdf_or_as_a_photograph():
    pdf = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
    kept = clean_scan(SimpleUploadedFile("批示.pdf", pdf))
    assert (kept.name, kept.read()) == ("scan.pdf", pdf)
    photograph = clean_scan(SimpleUploadedFile("批示.jpg", jpeg(exif_with_time_and_place())))
    assert photograph.name == "scan.jpg"
    assert not Image.open(photograph).getexif()
    for broken in (b"%PDF-1.7 cut off", b"PK\x03\x04 not a zip", b"text"):
        with pytest.raises(ValidationError):
            clean_scan(SimpleUploadedFile("批示.pdf", broken))
