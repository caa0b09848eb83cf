"""The demo bureau's ledger and campaigns: every status, the real steps, a month that adds up."""

import pytest

import billboards.demo
import staff.demo
from billboards.enums.boards import BoardStatus, RemovalMode
from billboards.enums.campaigns import ItemState
from billboards.models import Board, Campaign, CampaignItem, DailyReport, Removal
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
