"""法制审核 and 集体讨论: which article asks for them, what is on record, and no decision signed without."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from billboards.dossier import Dossier
from billboards.duties import discussion, duties, legal_review
from billboards.enums.cases import CaseState
from billboards.models import Case, Discussion, LegalReview
from billboards.workflow.guards import why_not_paper
from billboards.workflow.steps import take_step
from staff.models import Setting
from staff.models.settings import forget_settings
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_pages import page, signed_in
from tests.factories.cases import STORY, a_notice, make_case, make_story, story_until

pytestmark = pytest.mark.django_db
DAY = date(2025, 4, 1)


def review_only_what_the_article_names():
    Setting.objects.create(key="cases.review_all", value="否", source="局务会", valid_from=date(2020, 1, 1))
    forget_settings()


@pytest.mark.parametrize(
    ("facts", "with_hearing", "all_reviewed", "article"),
    [
        ({}, False, True, "业务设置"),
        ({"major": True}, False, True, "第三项"),
        ({}, True, False, "第二项"),
        ({}, False, False, ""),
    ],
)
def test_the_article_that_asks_for_the_review_is_named(facts, with_hearing, all_reviewed, article):
    if not all_reviewed:
        review_only_what_the_article_names()
    case = make_case(CaseState.STATED, **facts)
    notice = a_notice(with_hearing=with_hearing)
    notice.case = case
    notice.save()
    duty = legal_review(Dossier(case), DAY)
    assert duty.is_required == bool(article)
    assert article in duty.article
    assert duty.lacks == ("没有通过法制审核" if article else "")


def test_a_review_after_the_day_does_not_count_for_it():
    case = make_case(CaseState.STATED)
    LegalReview.objects.create(
        case=case, submitted_on=DAY, reviewed_on=date(2025, 4, 2), reviewer="法制员", qualified=True, verdict="passed"
    )
    assert legal_review(Dossier(case), DAY).lacks
    assert not legal_review(Dossier(case), date(2025, 4, 2)).lacks


def test_a_major_case_is_not_decided_without_the_meeting_and_afterwards_it_is_a_flaw():
    case = story_until("discuss", major=True)
    with pytest.raises(Refused, match=r"没有集体讨论.*第五十七条第二款"):
        take_step(case, "decide", STORY["decide"](case), by=None)
    case = take_step(case, "decide", replace(STORY["decide"](case), late=True), by=None)
    assert case.flaws.filter(code="no_discussion", article__contains="第五十七条").exists()
    assert "没有集体讨论" in why_not_paper(case, "penalty")
    Discussion.objects.create(case=case, held_on=date(2025, 5, 1), chair="局长", attendees="张、李", conclusion="同意")
    assert "没有集体讨论" in why_not_paper(case, "penalty")  # a meeting after the decision does not heal it


def test_the_page_shows_who_when_and_with_what_conclusion():
    case = make_story("decide", major=True)
    found = {each.what: each for each in duties(Dossier(Case.objects.get(pk=case.pk)))}
    assert found["集体讨论"].done == ("2025-03-31 局长主持，张、李、王出席：同意",)
    assert found["法制审核"].done == ("2025-03-20 法制员 通过：同意",)
    assert not any(each.lacks for each in found.values())
    body = page(signed_in(Roles.DIRECTOR), case).content.decode()
    assert "决定前的内部程序" in body
    assert "2025-03-31 局长主持" in body


def test_who_decides_sees_it_above_the_decision():
    case = story_until("decide", major=True)
    url = reverse("billboards:case-step", args=[case.pk, "decide"])
    body = signed_in(Roles.DIRECTOR).get(url).content.decode()
    assert "2025-03-31 局长主持" in body
    case.discussions.all().delete()
    assert "没有集体讨论" in signed_in(Roles.DIRECTOR).get(url).content.decode()


def test_a_plain_case_need_not_be_discussed():
    case = make_case(CaseState.STATED)
    assert not discussion(Dossier(case), DAY).is_required
    assert [each.what for each in duties(Dossier(case))] == ["法制审核"]
