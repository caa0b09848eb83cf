"""Areas of faces, and which face makes a facility large. Pure; thresholds and inclusiveness come from a dated rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def area_of(width: Decimal, height: Decimal) -> Decimal:
    """Width × height (metres) in ㎡ with two places."""
    return (width * height).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which side (m) or area (㎡) on a face is large. Places differ in ≥ and >, and in “or” and “and”."""

    side: Decimal
    side_inclusive: bool
    area: Decimal
    area_inclusive: bool
    both: bool = False
    excluded: Collection[str] = ()

    def reaches(self, width: Decimal, height: Decimal) -> bool:
        """Whether one face is large. The area is taken unrounded."""
        long = max(width, height)
        by_side = long >= self.side if self.side_inclusive else long > self.side
        surface = width * height
        by_area = surface >= self.area if self.area_inclusive else surface > self.area
        return by_side and by_area if self.both else by_side or by_area

    def is_large(self, kind: str, faces: Iterable[tuple[Decimal, Decimal]]) -> bool:
        """Whether a facility of a kind with these faces (width, height) is a large one."""
        return kind not in self.excluded and any(self.reaches(*face) for face in faces)


@dataclass(frozen=True, slots=True)
class Face:
    """One face as it was measured, in metres."""

    width: Decimal
    height: Decimal
    content: str = ""

    @property
    def area(self) -> Decimal:
        return area_of(self.width, self.height)

    @property
    def words(self) -> str:
        """As it is typed in a form: 12×4 画面内容."""
        return f"{plain(self.width)}×{plain(self.height)} {self.content}".strip()


class BadFace(ValueError):
    """A line that is no face; the message says what to correct."""


FACE = re.compile(
    r"^(?P<width>\d+(?:\.\d+)?)\s*(?:米|m)?\s*[×xX✕*＊]\s*(?P<height>\d+(?:\.\d+)?)\s*(?:米|m)?"
    r"(?:\s*[=＝]\s*(?P<area>\d+(?:\.\d+)?)\s*(?:㎡|平方米|m2)?)?(?P<content>.*)$"
)
LONGEST, MOST_FACES = Decimal(500), 60


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def read_faces(text: str) -> list[Face]:
    """Faces from lines such as “12×4”, “12×4=48 画面”. BadFace if a line is none, or its area is not the product."""
    lines = [line.strip() for line in re.split(r"[\n;；]+", text) if line.strip()]
    if len(lines) > MOST_FACES:
        raise BadFace(f"一处设施最多 {MOST_FACES} 面。请分开登记。")
    return [read_face(line) for line in lines]


def read_face(line: str) -> Face:
    found = FACE.match(line)
    if found is None:
        raise BadFace(f"看不懂“{line[:40]}”。每面一行，写“宽×高”，单位米，如 12×4；可以加面积核对，如 12×4=48。")
    face = Face(Decimal(found["width"]), Decimal(found["height"]), found["content"].strip()[:80])
    if not (0 < face.width <= LONGEST and 0 < face.height <= LONGEST):
        raise BadFace(f"“{line[:40]}”：宽和高应大于 0、不超过 {LONGEST} 米。")
    if max(-face.width.as_tuple().exponent, -face.height.as_tuple().exponent) > 2:  # type: ignore[operator]
        raise BadFace(f"“{line[:40]}”：宽和高最多两位小数。")
    if found["area"] is not None and area_of(Decimal(found["area"]), Decimal(1)) != face.area:
        raise BadFace(
            f"“{line[:40]}”：{plain(face.width)}×{plain(face.height)} 是 {plain(face.area)} ㎡，不是 {found['area']} ㎡。"
        )
    return face
