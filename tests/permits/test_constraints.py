"""The database repeats the rules of a permit; each is tried by going round the code."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from permits.models import Application, Ending, Opinion, Segment, Survey
from tests.factories.people import PersonFactory
from tests.factories.permits import add_segment, build_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    application = build_application(number="样例1")
    application.save()
    return application


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("permit_ends_not_before_start", {"ends_on": timezone.localdate() - timedelta(days=99)}),
        ("permit_accepted_says_when", {"state": "surveying"}),
        ("permit_live_only_when_granted", {"state": "issued"}),
        ("permit_denied_says_why", {"state": "denied", "granted": False, "decided_on": timezone.localdate()}),
        ("permit_decision_whole", {"granted": True}),
        ("permit_issued_not_before_decision", {"issued_on": timezone.localdate()}),
        ("permit_extension_whole", {"extended_on": timezone.localdate()}),
    ],
)
def test_what_the_database_refuses_of_an_application(application, name, values):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**values)


def test_the_days_of_a_period_count_both_ends(application):
    assert application.days == 10


@pytest.mark.parametrize("area", ["17.32", "10.30", "0"])
def test_an_area_that_does_not_multiply_is_refused(application, area):
    segment = add_segment(application, length="17.2", width="0.6")
    assert segment.area == Decimal("10.32")
    with pytest.raises(IntegrityError, match="segment_area_multiplies"), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(area=Decimal(area))


@pytest.mark.parametrize(("length", "width"), [("0.33", "0.33"), ("1234.57", "3.33"), ("1.05", "0.05")])
def test_an_area_rounded_to_hundredths_is_taken(application, length, width):
    add_segment(application, length=length, width=width)


def test_a_survey_needs_two_different_people(application):
    person = PersonFactory()
    with pytest.raises(IntegrityError, match="surveyors_are_two"), transaction.atomic():
        Survey.objects.create(application=application, first=person, second=person, assigned_on=timezone.localdate())


def test_an_opinion_given_says_when(application):
    with pytest.raises(IntegrityError, match="opinion_given_whole"), transaction.atomic():
        Opinion.objects.create(application=application, body="police", outcome="agree")


def test_each_way_of_ending_has_its_own_grounds(application):
    with pytest.raises(IntegrityError, match="ending_ground_of_its_kind"), transaction.atomic():
        Ending.objects.create(
            application=application, kind="revoke", ground="force_majeure", facts="x", decided_on=timezone.localdate(),
            decided_by="x",
        )  # fmt: skip
