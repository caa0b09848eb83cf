"""The demo bureau's bulletins: one a month, each recomputing, with the money and warnings of its table."""

import pytest

import inspections.demo
import staff.demo
from inspections.models import Bulletin, BulletinLine
from inspections.workflow import bulletins

pytestmark = pytest.mark.django_db


def test_every_demo_month_has_a_bulletin_that_recomputes(monkeypatch):
    monkeypatch.setattr(inspections.demo, "PER_HALF_YEAR", 40)
    monkeypatch.setattr(bulletins, "render_pdf", lambda template, context: b"%PDF")
    staff.demo.seed()
    inspections.demo.seed()
    published = Bulletin.objects.standing().order_by("month")
    assert [each.month for each in published][:2] == ["2025-01", "2025-02"]
    assert published.count() == 18
    assert [each.number for each in published][10:13] == [
        "岳南城管考评通〔2025〕11号",
        "岳南城管考评通〔2026〕1号",
        "岳南城管考评通〔2026〕2号",
    ]
    for each in (published.first(), published.last()):
        assert bulletins.differences(each) == []
        assert each.signed_at.strftime("%Y-%m") > each.month
    assert BulletinLine.objects.filter(money__gt=0).exists()
    assert BulletinLine.objects.filter(money__lt=0).exists()
