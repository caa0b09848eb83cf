"""The demo's permits: every state, true money, within seconds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

import permits.demo
import staff.demo
from permits.enums import PermitState
from permits.models import Application, FeeAssessment, ItemVersion, PermitPaper, ProcedureFlaw, ReviewSession, Tariff
from staff import workdays
from staff.models import Activity

pytestmark = pytest.mark.django_db
NOT_SHOWN = {PermitState.COMPLETION, PermitState.RESTORED, PermitState.STOPPED, PermitState.WITHDRAWN_BY_AGENCY}


def test_the_demo_shows_every_state_adds_up_and_its_log_says_when():
    staff.demo.seed()
    workdays.forget()
    permits.demo.seed()
    shown = set(Application.objects.values_list("state", flat=True))
    assert set(PermitState) - shown - NOT_SHOWN == set()
    rows = Application.objects.filter(results_only=False)
    assert 60 <= Application.objects.count() <= 100
    assert rows.filter(received_on__lt=timezone.localdate() - timedelta(days=500)).exists()
    assert not rows.filter(decided_on__lt=F("accepted_on")).exists()
    for application in rows.prefetch_related("segments"):
        assert application.total_area == sum(each.area for each in application.segments.all())
    for row in FeeAssessment.objects.exclude(lines=[]):
        assert row.total == sum(Decimal(line["amount"]) for line in row.lines)
    assert all(tariff.is_demo and "示例" in tariff.name for tariff in Tariff.objects.all())
    assert ItemVersion.objects.own().filter(meeting_on__isnull=False).count() == 3
    session = ReviewSession.objects.get()
    assert session.is_signed
    assert [case.outcome for case in session.cases.all()].count("granted") == 2
    signed = PermitPaper.objects.issued()
    assert {"acceptance", "review_sheet", "grant", "refusal", "licence"} <= set(signed.values_list("kind", flat=True))
    assert all(paper.data["case"] and paper.sha256 for paper in signed)
    assert not ProcedureFlaw.objects.filter(application__reviews__session=session).exists()
    flaws = set(ProcedureFlaw.objects.values_list("code", flat=True))
    assert {"deemed-accepted", "decided-late", "made-up-late", "paid_after_licence"} <= flaws
    oldest = rows.exclude(received_on=None).earliest("received_on")
    first = Activity.objects.about(oldest).earliest("pk")
    assert timezone.localdate(first.happened_at) == oldest.received_on
    after = Activity.record("update", by=None, title="现在").happened_at
    assert abs(timezone.now() - after) < timedelta(minutes=1)  # the clock is set back
