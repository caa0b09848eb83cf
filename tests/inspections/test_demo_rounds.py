"""The demo's places and sheets: inside the district, equal for all, a monthly score for every assessed unit."""

from collections import Counter

import pytest

import staff.demo
from inspections import demo_rounds
from inspections.composite import monthly_check
from inspections.models import Place, Round, RoundVisit
from inspections.sheets import sampled_points
from staff.models import Unit
from tests.factories.inspections import whole_standard

pytestmark = pytest.mark.django_db


def test_every_assessed_unit_has_a_monthly_score(monkeypatch):
    staff.demo.seed()
    whole_standard()
    monkeypatch.setattr(demo_rounds, "MONTHS", demo_rounds.MONTHS[-1:])
    made, count = demo_rounds.seed()
    assert made == Place.objects.filter(outside=False, latitude__isnull=False).count() >= 60
    points = sampled_points(["2026-06"])["2026-06"]
    assert set(points) == set(Unit.objects.assessed().values_list("pk", flat=True))
    assert sum(len(each) for each in points.values()) == count
    assert all(70 < monthly_check(each) < 100 for each in points.values())
    streets = Counter((visit.unit_id, visit.area) for visit in RoundVisit.objects.filter(unit__ranking_group="street"))
    assert len(set(streets.values())) == 1
    assert Round.objects.get().state == "closed"
    assert not RoundVisit.objects.filter(visited_at=None).exists()
