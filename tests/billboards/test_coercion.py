"""最早可强制日期: by every route, and what never brings it nearer."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billboards.coercion import Contest, Facts, Local, Outlook, outlook, why_not_hour
from billboards.enums.cases import AuthorityKind, RemedyKind, RemedyResult, Route
from staff.workdays import WorkCalendar

CALENDAR = WorkCalendar(
    dict.fromkeys(range(2020, 2035), True),
    {date(2026, 10, day): "国庆节" for day in (1, 2)} | {date(2026, 10, day): "国庆节" for day in (5, 6, 7)},
    frozenset({date(2026, 10, 10)}),
    frozenset({date(2026, 10, day) for day in (5, 6, 7)}),
)
SERVED = date(2026, 3, 2)


def at(*parts):
    return timezone.make_aware(datetime(*parts))  # noqa: DTZ001 -- made aware here


READY = Facts(
    route=Route.APPEARANCE,
    served_on=SERVED,
    dunned_on=date(2026, 9, 4),
    perform_by=date(2026, 9, 14),
    announced_on=date(2026, 9, 15),
    remove_by=date(2026, 9, 21),
    enforced_on=date(2026, 9, 8),
    authority=AuthorityKind.APPROVED,
)


def test_own_demolition_waits_for_the_last_of_the_periods():
    assert outlook(Facts(served_on=SERVED), CALENDAR).earliest == date(2026, 9, 3)
    found = outlook(READY, CALENDAR)
    assert found.earliest == date(2026, 9, 22)
    assert found.why_not(date(2026, 9, 21)).startswith("不得早于2026-09-22：公告")
    assert found.why_not(date(2026, 9, 22)) == ""


def test_a_paper_that_told_nothing_moves_the_day_to_a_year():
    told, untold = (outlook(Facts(served_on=SERVED, told=each), CALENDAR) for each in (True, False))
    assert (told.earliest, untold.earliest) == (date(2026, 9, 3), date(2027, 3, 3))
    assert "第六十四条" in untold.words


def test_what_is_not_served_has_no_day():
    found = outlook(Facts(), CALENDAR)
    assert found.earliest is None
    assert "没有送达" in found.why_not(date(2030, 1, 1))


@pytest.mark.parametrize("route", [Route.APPEARANCE, Route.PLANNING, Route.COURT])
@pytest.mark.parametrize("kind", [RemedyKind.REVIEW, RemedyKind.SUIT])
def test_while_a_review_or_suit_is_open_there_is_no_day(route, kind):
    facts = replace(READY, route=route, contests=(Contest(kind, date(2026, 4, 1)),))
    found = outlook(facts, CALENDAR)
    assert found.earliest is None
    assert "尚未结束" in found.blocked


def test_after_a_review_the_party_has_fifteen_days_for_a_suit():
    ended = Contest(RemedyKind.REVIEW, date(2026, 4, 1), date(2026, 9, 18), date(2026, 9, 20), RemedyResult.UPHELD)
    found = outlook(replace(READY, contests=(ended,)), CALENDAR)
    assert found.earliest == date(2026, 10, 9)  # 10-05 is a day off, so the period ends on 10-08
    assert "收到复议决定" in outlook(replace(READY, contests=(replace(ended, received_on=None),)), CALENDAR).blocked


def test_a_quashed_decision_is_never_enforced():
    lost = Contest(RemedyKind.SUIT, date(2026, 4, 1), date(2026, 9, 18), date(2026, 9, 20), RemedyResult.QUASHED)
    for route in (Route.APPEARANCE, Route.COURT, Route.PLANNING):
        found = outlook(replace(READY, route=route, contests=(lost,)), CALENDAR)
        assert "撤销" in found.never


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"dunned_on": None}, "第三十五条"),
        ({"statement_open": True}, "第三十六条"),
        ({"announced_on": None}, "第四十四条"),
        ({"enforced_on": None}, "第三十七条"),
        ({"authority": ""}, "第三十七条"),
        ({"authority": AuthorityKind.ORDERED}, "批准"),
        ({"route": Route.PLANNING}, "责成"),
    ],
)
def test_a_missing_paper_bars_even_when_the_days_are_over(change, word):
    why = outlook(replace(READY, **change), CALENDAR).why_not(date(2027, 6, 1))
    assert word in why


def test_the_court_is_asked_after_ten_working_days_and_within_three_months():
    found = outlook(replace(READY, route=Route.COURT), CALENDAR)
    assert found.earliest == date(2026, 9, 21)  # dunned on Friday 09-04: ten working days end on Friday 09-18
    assert found.latest == date(2026, 12, 2)
    assert "第五十三条" in found.why_not(date(2026, 12, 3))
    assert "第五十四条" in outlook(replace(READY, route=Route.COURT, dunned_on=None), CALENDAR).why_not(
        date(2026, 9, 30)
    )


def test_a_deferral_carries_the_window_of_the_court_with_it():
    found = outlook(replace(READY, route=Route.COURT, deferred_until=date(2026, 12, 31)), CALENDAR)
    assert found.latest == date(2027, 3, 31)


def test_substitute_performance_only_where_traffic_is_endangered_and_after_three_working_days():
    facts = replace(READY, route=Route.SUBSTITUTE)
    assert "第五十条" in outlook(facts, CALENDAR).never
    at_once = outlook(replace(facts, traffic_danger=True), CALENDAR, Local(substitute_waits=False))
    assert at_once.earliest == date(2026, 9, 10)
    early = replace(facts, traffic_danger=True, dunned_on=date(2026, 3, 3), enforced_on=date(2026, 3, 9))
    assert outlook(early, CALENDAR).earliest == date(2026, 9, 3)
    assert outlook(replace(early, enforced_on=date(2026, 9, 9)), CALENDAR).earliest == date(2026, 9, 9)


def test_papers_that_are_announced_count_from_the_day_on_which_that_is_service():
    """A paper announced on 09-18 is served on 10-18, a Sunday: thirty days later, whatever day it names itself."""
    dunned = outlook(replace(READY, dunned_on=date(2026, 10, 18)), CALENDAR)
    why = "不得早于2026-10-19：催告书2026-10-18送达（《行政强制法》第三十五条、第三十八条）"
    assert dunned.why_not(date(2026, 9, 22)) == why
    decided = outlook(replace(READY, enforced_on=date(2026, 10, 19)), CALENDAR)
    assert "强制执行决定2026-10-19送达" in decided.why_not(date(2026, 10, 16))
    assert decided.why_not(date(2026, 10, 19)) == ""


def test_help_wants_consent_in_writing_and_no_period():
    assert outlook(Facts(route=Route.SELF), CALENDAR).why_not(SERVED) == ""
    assert "书面同意" in outlook(Facts(route=Route.ASSISTED), CALENDAR).why_not(SERVED)
    assert outlook(Facts(route=Route.ASSISTED, consent_on=SERVED), CALENDAR).why_not(SERVED) == ""


def test_clearing_at_once_is_not_for_boards_on_walls():
    assert "墙面" in outlook(Facts(route=Route.AT_ONCE), CALENDAR).never
    assert outlook(Facts(route=Route.AT_ONCE, obstacle=True), CALENDAR).why_not(SERVED) == ""


def test_the_police_routes_are_not_ours_and_an_emergency_is_recorded():
    assert "第一百零六条" in outlook(Facts(route=Route.POLICE), CALENDAR).never
    assert outlook(Facts(route=Route.EMERGENCY), CALENDAR).why_not(SERVED)
    assert outlook(Facts(route=Route.EMERGENCY, emergency="台风蓝色预警，构架松动"), CALENDAR).why_not(SERVED) == ""


def test_ownerless_boards_wait_for_what_the_place_has_laid_down():
    facts = Facts(route=Route.OWNERLESS, announced_on=SERVED)
    assert "业务设置" in outlook(facts, CALENDAR).blocked
    assert outlook(facts, CALENDAR, Local(ownerless_days=30)).earliest == date(2026, 4, 2)


def test_a_decision_that_orders_no_removal_is_no_ground_for_demolition():
    assert "没有责令拆除" in outlook(replace(READY, orders_removal=False), CALENDAR).never


def test_a_provisional_year_guards_with_the_later_date():
    provisional = WorkCalendar({2026: True, 2027: False})
    served = date(2026, 8, 3)
    certain = outlook(Facts(served_on=served), WorkCalendar({2026: True, 2027: True}))
    found = outlook(Facts(served_on=served), provisional)
    assert found.provisional
    assert found.earliest > certain.earliest


@pytest.mark.parametrize(
    ("moment", "emergency", "weekend", "word"),
    [
        (at(2026, 9, 22, 9, 30), "", "", ""),
        (at(2026, 9, 22, 5, 59), "", "", "夜间"),
        (at(2026, 9, 22, 6, 0), "", "", ""),
        (at(2026, 9, 22, 21, 59), "", "", ""),
        (at(2026, 9, 22, 22, 0), "", "白天来不及", "夜间"),
        (at(2026, 9, 22, 23, 0), "台风将至", "", ""),
        (at(2026, 10, 1, 10, 0), "", "交通量小", "法定节假日"),
        (at(2026, 10, 6, 10, 0), "", "", "休息日"),
        (at(2026, 10, 6, 10, 0), "", "交通量小", ""),
        (at(2026, 9, 26, 10, 0), "", "", "休息日"),
        (at(2026, 10, 10, 10, 0), "", "", ""),
    ],
)
def test_neither_night_nor_holiday(moment, emergency, weekend, word):
    why = why_not_hour(moment, CALENDAR, emergency=emergency, weekend=weekend)
    assert word in why if word else why == ""


DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CONTESTS = st.builds(
    lambda kind, filed, length, result, told: Contest(
        kind, filed, filed + timedelta(days=length), filed + timedelta(days=length + 3), result, told
    ),
    st.sampled_from(RemedyKind.values),
    DAYS,
    st.integers(1, 400),
    st.sampled_from([RemedyResult.UPHELD, RemedyResult.WITHDRAWN, RemedyResult.REFUSED]),
    st.booleans(),
)
FACTS = st.builds(
    lambda route, served, dunned, contests: replace(
        READY, route=route, served_on=served, dunned_on=dunned, enforced_on=None, perform_by=None, remove_by=None,
        contests=tuple(contests), traffic_danger=True,
    ),
    st.sampled_from([Route.APPEARANCE, Route.PLANNING, Route.COURT, Route.SUBSTITUTE]), DAYS, DAYS,
    st.lists(CONTESTS, max_size=2),
)  # fmt: skip


def no_sooner(later: Outlook, sooner: Outlook) -> bool:
    return later.earliest is None or (sooner.earliest is not None and later.earliest >= sooner.earliest)


@given(facts=FACTS, contest=CONTESTS, open_=st.booleans())
def test_a_review_or_suit_never_makes_it_earlier(facts, contest, open_):
    added = replace(contest, ended_on=None, received_on=None, result="") if open_ else contest
    assert no_sooner(outlook(replace(facts, contests=(*facts.contests, added)), CALENDAR), outlook(facts, CALENDAR))


@given(facts=FACTS)
def test_silence_about_remedies_never_makes_it_earlier(facts):
    assert no_sooner(outlook(replace(facts, told=False), CALENDAR), outlook(facts, CALENDAR))


@given(facts=FACTS, days=st.integers(1, 60))
def test_later_service_never_makes_it_earlier(facts, days):
    later = replace(facts, served_on=facts.served_on + timedelta(days=days))
    assert no_sooner(outlook(later, CALENDAR), outlook(facts, CALENDAR))


@given(facts=FACTS, day=DAYS)
def test_later_service_of_our_own_papers_never_makes_it_earlier(facts, day):
    later = replace(facts, dunned_on=max(day, facts.dunned_on), enforced_on=day)
    assert no_sooner(outlook(later, CALENDAR), outlook(facts, CALENDAR))


@given(facts=FACTS, by=DAYS)
def test_more_time_for_the_party_never_makes_it_earlier(facts, by):
    assert no_sooner(outlook(replace(facts, perform_by=by, remove_by=by), CALENDAR), outlook(facts, CALENDAR))


@given(facts=FACTS)
def test_the_day_is_a_working_day_after_every_bar(facts):
    found = outlook(facts, CALENDAR)
    assert CALENDAR.is_working(found.earliest)
    assert all(found.earliest > each.until for each in found.reasons if each.until)
