"""Measures a finished PDF with poppler's tools, as a reader with a ruler would: lines in points, ink in millimetres."""

import re
import subprocess
import zlib
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree as ET

from PIL import Image, ImageChops


class Line(NamedTuple):
    text: str
    left: float
    right: float
    top: float
    bottom: float


class Page(NamedTuple):
    width: float
    height: float
    lines: list[Line]


class Piece(NamedTuple):
    text: str
    page: int
    size: int
    family: str
    colour: str
    top: int


MM = 72 / 25.4
DPI = 144
XHTML = "{http://www.w3.org/1999/xhtml}"


def run(tmp_path, content, *command):
    """What a poppler tool says of the PDF; `FILE` in the command stands for it."""
    file = tmp_path / "measured.pdf"
    file.write_bytes(content)
    arguments = [str(file) if word == "FILE" else word for word in command]
    return subprocess.run(arguments, check=True, capture_output=True).stdout  # noqa: S603


def pages(tmp_path, content):
    """Pages with their lines, top down; points from the top left corner."""
    tree = ET.fromstring(run(tmp_path, content, "pdftotext", "-bbox-layout", "FILE", "-"))  # noqa: S314
    return [
        Page(float(page.get("width")), float(page.get("height")), sorted(lines_of(page), key=lambda line: line.top))
        for page in tree.iter(f"{XHTML}page")
    ]


def lines_of(page):
    for line in page.iter(f"{XHTML}line"):
        box = (float(line.get(side)) for side in ("xMin", "xMax", "yMin", "yMax"))
        yield Line("".join(word.text for word in line.iter(f"{XHTML}word")), *box)


def pieces(tmp_path, content):
    """Pieces of text with their type size in points, the face's full name and the colour."""
    answer = run(tmp_path, content, "pdftohtml", "-xml", "-i", "-stdout", "-zoom", "1", "-fontfullname", "FILE")
    fonts, found = {}, []
    for page in ET.fromstring(answer).iter("page"):  # noqa: S314
        fonts |= {font.get("id"): font for font in page.iter("fontspec")}
        for text in page.iter("text"):
            font = fonts[text.get("font")]
            family = font.get("family").partition("+")[2]
            words = "".join(text.itertext())
            size = int(font.get("size"))
            found.append(Piece(words, int(page.get("number")), size, family, font.get("color"), int(text.get("top"))))
    return found


def fonts(tmp_path, content):
    """Name (without the subset's prefix) → whether it is embedded."""
    rows = run(tmp_path, content, "pdffonts", "FILE").decode().splitlines()[2:]
    return {
        row.split()[0].partition("+")[2]: re.search(r"\s(yes|no)\s+(yes|no)\s+(yes|no)\s", row)[1] == "yes"
        for row in rows
    }


def text(tmp_path, content):
    return run(tmp_path, content, "pdftotext", "FILE", "-").decode()


def bookmarks(content):
    """Titles of the outline in the order of the pages."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL):
        try:
            plain = zlib.decompress(stream)
        except zlib.error:
            continue
        found += re.findall(rb"<</Title <feff([0-9a-f]+)>/Dest", plain)
    return [bytes.fromhex(title.decode()).decode("utf-16-be") for title in found]


def picture(tmp_path, content, page):
    answer = run(tmp_path, content, "pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-png", "FILE")
    return Image.open(BytesIO(answer)).convert("RGB")


def ink(image, where, *, left=0, right=210, top=0, bottom=297):
    """(left, top, right, bottom) in mm of what is printed inside a window in the colour `where`."""
    scale = DPI / 25.4
    window = image.crop(tuple(round(side * scale) for side in (left, top, right, bottom)))
    box = where(window).getbbox()
    assert box, f"Nothing is printed between {left}, {top} and {right}, {bottom} mm."
    return tuple(side / scale + start for side, start in zip(box, (left, top, left, top), strict=True))


def is_red(image):
    red, green, blue = image.split()
    bright = red.point(lambda value: 255 * (value > 150))
    return ImageChops.darker(bright, ImageChops.lighter(green, blue).point(lambda value: 255 * (value < 110)))


def is_dark(image):
    red, green, blue = image.split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return lightest.point(lambda value: 255 * (value < 140))
