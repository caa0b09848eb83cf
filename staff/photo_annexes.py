"""Picture annexes on paper (问题图片, 整改前后对比): photos made small and put into the file; the renderer fetches nothing."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image

from staff.models import Attachment

MOST_ENTRIES = 40  # some ten pages; more is not looked at, and would keep the reader waiting
PAPER_SIDE = 900  # pixels: 150 dots an inch at half the page's width


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo: its content as a data: address, when it was taken (None: not known) and taken in."""

    source: str
    label: str  # 近景, 全景, 整改前, 整改后
    shot_at: datetime | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class AnnexEntry:
    """What the pictures show: its heading, the words below, the record itself."""

    record: Any
    heading: str
    words: str
    pictures: tuple[Picture, ...]


def pictures_of(photos: Iterable[Attachment], label: str) -> tuple[Picture, ...]:
    """Photos in the order given; `label` names the choice field that says what each shows. What is no picture is left out."""
    return tuple(
        Picture(small(photo), str(getattr(photo, f"get_{label}_display")()), photo.shot_at, photo.uploaded_at)
        for photo in photos
        if photo.is_picture
    )


def small(photo: Attachment) -> str:
    """The photo, no larger than paper shows, as a data: address. Stored photos carry no hidden data."""
    with photo.file.open("rb") as file:
        picture = Image.open(file)
        picture.thumbnail((PAPER_SIDE, PAPER_SIDE))
        target = io.BytesIO()
        picture.convert("RGB").save(target, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(target.getvalue()).decode()}"
