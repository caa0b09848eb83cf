"""What happens between midnight and eight has the bureau's day on screen and paper, not that of Greenwich."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from config.settings import BASE_DIR
from permits.documents.building import sources
from permits.documents.building.aftercare import visitors
from staff.pages import recorded_fact

APPS = ("billboards", "config", "fireworks", "inspections", "permits", "reports", "staff")
EARLY = datetime(2026, 3, 5, 18, 30, tzinfo=UTC)  # half past two of 6 March here
AS_STORED = re.compile(r"(?<!local\()(?<!localtime\()\b[a-z_.]+_at:%Y-|(?<!local\()[a-z_.]+_at\.date\(\)|\bas_of:%")


def test_a_record_says_the_day_on_which_it_was_entered():
    record = SimpleNamespace(recorded_by="员示例", recorded_at=EARLY, voided_at=None)
    assert recorded_fact(record)[0].note == "2026-03-06"


def test_an_officers_card_is_asked_for_on_the_day_of_the_visit(monkeypatch):
    asked = []
    monkeypatch.setattr(sources, "officers_of", lambda officers, day: asked.append(day) or ())
    visitors(SimpleNamespace(officers=[], happened_at=EARLY))
    assert asked == [date(2026, 3, 6)]


def test_no_moment_is_written_as_it_is_stored():
    """The database gives moments in UTC: config.display.day and minute write them, config.clock.local_day gives the day."""
    found = [
        f"{path.relative_to(BASE_DIR)}: {match[0]}"
        for app in APPS
        for path in sorted(Path(BASE_DIR, app).rglob("*.py"))
        for match in AS_STORED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
