"""The demo bureau's ledger and campaigns: every status, the real steps, a month that adds up."""

import pytest

import billboards.demo
import staff.demo
from billboards.documents import DOCUMENTS
from billboards.enums.boards import BoardStatus, RemovalMode
from billboards.enums.campaigns import ItemState
from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from billboards.models import Board, Campaign, CampaignItem, Case, CaseFile, DailyReport, Removal
from billboards.progress import counters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_demo_shows_everything_there_is():
    staff.demo.seed()
    billboards.demo.seed()
    assert Board.objects.count() > 180
    assert set(Board.objects.values_list("status", flat=True)) == set(BoardStatus.values)
    assert Board.objects.filter(earlier__isnull=False).count() == 1
    past, running = Campaign.objects.order_by("start")
    assert (past.state, running.state) == ("closed", "running")
    total = counters(past)
    assert total.found == 120
    assert total.voluntary > total.assisted > 0
    assert total.coercive == 0
    assert DailyReport.objects.filter(campaign=past).count() == past.days * past.streets.count()
    assert DailyReport.objects.filter(is_zero=True).exists()
    assert CampaignItem.objects.filter(state=ItemState.IN_ENFORCEMENT).exists()
    assert set(Removal.objects.values_list("mode", flat=True)) >= {
        RemovalMode.VOLUNTARY,
        RemovalMode.ASSISTED,
    }
    whole_files()


def whole_files():
    """Two cases with every paper signed, served and bound; no paper of theirs lacks what its article wants."""
    files = CaseFile.objects.select_related("case")
    assert sorted(each.case.state for each in files) == [CaseState.ARCHIVED, CaseState.CLOSED]
    for each in files:
        signed = each.case.papers.filter(signed_at__isnull=False)
        assert signed.count() == each.papers >= 11
        assert all(not DOCUMENTS[paper.kind].from_data(paper.data).missing() for paper in signed)
        penalty = signed.get(kind=PaperKind.PENALTY)
        assert penalty.services.filter(effective_on=each.case.served_on).exists()
        assert each.case.decisions.get().number == penalty.number
        assert "较重" in each.case.decisions.get().discretion_words
        assert each.case.evidence.filter(files__isnull=False).exists()
    running = Case.objects.filter(state=CaseState.SERVED).first()
    assert running.papers.exclude(outside_number="").exists()
