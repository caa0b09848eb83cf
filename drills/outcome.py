"""What a drill says."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outcome:
    """One line of the table: what was asked, what was found (figures), whether it is as it should be."""

    what: str
    said: str
    ok: bool
