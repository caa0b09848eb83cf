"""On duty, page by page: my duties, reports, check-ins, the board, swaps; actions refuse GET and strangers."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from fireworks.enums import SwapState
from fireworks.models import (
    CheckIn,
    EmptyPost,
    ShiftReport,
    Swap,
)
from fireworks.workflow import swaps, watch
from staff.models import Activity, Setting
from staff.models.settings import forget_settings
from staff.permissions import Roles
from tests.factories.fireworks import (
    DutyPersonFactory,
    ShiftFactory,
    WindowFactory,
    officer,
    staffed,
)
from tests.factories.staff import SquadFactory, UserFactory
from tests.fireworks.asking import posted, url, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.FIREWORKS_OFFICE)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def stranger(client):
    """Of another unit, with every right of a squad leader."""
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    return client


# --- On duty ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def leader(client):
    user = UserFactory()
    client.force_login(user)
    client.user = user
    return client


def test_my_duty_and_my_calendar_are_mine_alone(leader):
    slot = staffed(officer(leader.user), days_from_now=2)
    staffed(officer(UserFactory()), days_from_now=3)
    page = leader.get(url("my-duty"))
    assert [line["slot"].pk for line in page.context["coming"]] == [slot.pk]
    calendar = Calendar.from_ical(leader.get(url("my-calendar")).content)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt == slot.starts_at
    assert event["DTEND"].dt == slot.ends_at
    assert slot.grid.name in event["SUMMARY"]


def test_the_leader_reports_at_one_tap_and_is_told_the_second_time(leader):
    slot = staffed(officer(leader.user), DutyPersonFactory())
    page = leader.get(url("slot-detail", slot.pk))
    assert (
        page.context["report_form"]["present"].initial == 2
        or page.context["report_form"].fields["present"].initial == 2
    )
    assert "已报告：零报告，实到2人" in words(
        posted(leader, url("slot-report", slot.pk), {"present": 2, "nothing_found": "1"})
    )
    again = posted(leader, url("slot-report", slot.pk), {"present": 1, "nothing_found": "1"})
    assert "已经报告过" in words(again)
    assert ShiftReport.objects.get().present == 2
    report = ShiftReport.objects.get()
    address, data = url("report-correct", report.pk), {"present": 2, "nothing_found": "0"}
    data["seen"] = leader.get(address).context["form"]["seen"].value()
    assert leader.post(address, data).status_code == 422
    posted(leader, address, {**data, "note": "东门有人燃放，已劝阻"})
    assert ShiftReport.objects.get().words == "有发现"
    late = leader.post(address, {**data, "present": 1, "nothing_found": "1"})  # from a page that was opened before
    assert late.status_code == 422
    assert "这份值守报告刚被别人修改过" in late.content.decode()
    assert late.context["form"]["present"].value() == "1"
    assert ShiftReport.objects.get().words == "有发现"


def test_a_member_does_not_report_and_a_stranger_sees_nothing(leader):
    slot = staffed(DutyPersonFactory(), officer(leader.user))
    assert "由本岗带班人员" in words(posted(leader, url("slot-report", slot.pk), {"present": 2, "nothing_found": "1"}))
    assert not ShiftReport.objects.exists()
    foreign = staffed(DutyPersonFactory())
    for name in ("slot-report", "group-report", "slot-mark"):
        assert leader.post(url(name, foreign.pk)).status_code == 404


ACTIONS = [
    ("grid-retire", "grid"), ("grid-restore", "grid"), ("slot-stand-in", "slot"), ("window-roster", "window"), ("window-copy", "window"), ("roster-solve", "roster"),
    ("roster-publish", "roster"), ("roster-reopen", "roster"), ("slot-check", "slot"), ("slot-remove", "slot"),
    ("slot-report", "slot"), ("group-report", "slot"), ("slot-mark", "slot"), ("swap-accept", "swap"),
    ("swap-decline", "swap"), ("swap-withdraw", "swap"), ("swap-approve", "swap"), ("swap-reject", "swap"),
    ("check-in", "turn"),
]  # fmt: skip


def records():
    slot = staffed(DutyPersonFactory(), DutyPersonFactory(), days_from_now=4)
    turn = slot.assignments.first()
    swap = swaps.ask(turn, by=UserFactory(), to=DutyPersonFactory(), reason="x")
    return {
        "grid": slot.grid_id,
        "window": slot.roster.window_id,
        "roster": slot.roster_id,
        "slot": slot.pk,
        "swap": swap.pk,
        "turn": turn.pk,
    }


@pytest.mark.parametrize(("name", "of"), ACTIONS)
def test_no_action_is_done_by_get(office, name, of):
    assert office.get(url(name, records()[of])).status_code == 405


@pytest.mark.parametrize("name", ["slot-report", "group-report", "slot-mark", "slot-stand-in", "swap-accept", "swap-decline", "swap-withdraw", "swap-approve", "swap-reject", "check-in"])  # fmt: skip
def test_what_belongs_to_another_unit_is_not_there(stranger, name):
    assert stranger.post(url(name, records()[dict(ACTIONS)[name]])).status_code == 404


def test_the_board_shows_grids_and_takes_a_zero_report_for_all_posts(office):
    day = timezone.localdate()
    now = timezone.localtime()
    shift = ShiftFactory(starts=(now - timedelta(minutes=30)).time().replace(microsecond=0), minutes=600)
    if (now - timedelta(minutes=30)).date() != day:
        day -= timedelta(days=1)
    window = WindowFactory(start=day, end=day, year=day.year)
    slot = staffed(DutyPersonFactory(name="张示例"), window=window, shift=shift)
    page = office.get(url("board"))
    assert (page.context["running"], page.context["silent"]) == (1, 1)
    assert "张示例" in words(page)
    fragment = office.get(url("board"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="board"' in fragment
    assert "1个岗位已作零报告" in words(posted(office, url("group-report", slot.pk)))
    assert "都已报告" in words(posted(office, url("group-report", slot.pk)))
    assert office.get(url("board")).context["reported"] == 1


@pytest.mark.parametrize("name", ["board", "my-duty"])
def test_more_posts_ask_the_database_no_more(office, name, django_assert_max_num_queries):
    mine, counts = officer(office.user), []
    moment = timezone.localtime() - timedelta(minutes=30)
    shift = ShiftFactory(starts=moment.time().replace(microsecond=0), minutes=90)
    for number in (1, 2):
        for _ in range(number):
            window = WindowFactory(start=moment.date(), end=moment.date(), year=moment.year)
            staffed(mine, DutyPersonFactory(), window=window, shift=shift)
        office.get(url(name))
        with django_assert_max_num_queries(25) as asked:
            page = office.get(url(name))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert page.context.get("running", 3) == 3


def test_the_board_without_shifts_says_so(office):
    assert "现在没有班次" in words(office.get(url("board")))


def signing_in(*people, minutes=5):
    """A slot that began some minutes ago, where people sign in and mark the hours."""
    for key in ("duty.check_in", "duty.hourly_marks", "duty.empty_post_alarm"):
        Setting.objects.create(key=key, value="是", source="x", valid_from=date(2020, 1, 1))
    forget_settings()
    begun = timezone.localtime() - timedelta(minutes=minutes)
    shift = ShiftFactory(starts=begun.time().replace(microsecond=0), minutes=120)
    window = WindowFactory(start=begun.date(), end=begun.date(), year=begun.year, checks_in=True)
    return staffed(*people, window=window, shift=shift)


def test_a_substitute_is_called_and_comes(office):
    slot = signing_in(DutyPersonFactory(), minutes=20)
    assert watch.raise_empty_posts(timezone.now()) == 1
    empty = EmptyPost.objects.get()
    long = office.post(url("empty-call", empty.pk), {"called": "长" * 61})
    assert long.status_code == 422
    assert "长" * 61 in long.content.decode()
    assert "已记下" in words(posted(office, url("empty-call", empty.pk), {"called": "王示例 13800000000"}))
    again = {"called": "赵示例", "seen": "王示例 13800000000"}
    assert "另叫替补" in office.get(url("slot-detail", slot.pk)).content.decode()
    assert "已经叫了" in words(posted(office, url("empty-call", empty.pk), {"called": "赵示例"}))
    assert "已记下" in words(posted(office, url("empty-call", empty.pk), again))
    early = office.post(url("slot-stand-in", slot.pk), {"name": "王示例", "at": "2026-01-01T08:00"})
    assert early.status_code == 422
    assert "王示例" in early.content.decode()
    came = f"{timezone.localtime() - timedelta(minutes=2):%Y-%m-%dT%H:%M}"
    page = posted(office, url("slot-stand-in", slot.pk), {"name": "王示例", "at": came})
    assert "已补上" in words(page)
    assert "登记补岗" not in page.content.decode()  # nobody is missing any more
    assert "已签到1/1" in words(office.get(url("board")))


def test_signing_in_on_the_phone(leader):
    slot = signing_in(officer(leader.user), DutyPersonFactory())
    mine, other = slot.assignments.order_by("pk")
    page = leader.get(url("slot-detail", slot.pk))
    assert "data-locate" in page.content.decode()
    assert "js/duty.js" in page.content.decode()
    posted(leader, url("check-in", mine.pk), {"latitude": "29.357104", "longitude": "113.128730"})
    row = CheckIn.objects.get()
    assert (row.metres, row.flag, row.recorded_by) == (0, "", leader.user)
    assert "已经签到" in words(posted(leader, url("check-in", mine.pk)))
    assert "只能为自己签到" in words(posted(leader, url("check-in", other.pk)))
    assert "已记录" in words(posted(leader, url("slot-mark", slot.pk), {"note": "正常"}))
    long = posted(leader, url("slot-mark", slot.pk), {"note": "长" * 101, "taken_over_by": "接示例"})
    assert long.status_code == 422
    assert "接示例" in long.content.decode()
    assert "请写一句" not in words(long)


def test_the_leader_signs_in_who_cannot_and_takes_back_a_slip(leader):
    mate = UserFactory()
    slot = signing_in(officer(leader.user), officer(mate))
    mine, other = slot.assignments.order_by("pk")
    assert leader.get(url("sign-in-for", mine.pk)).status_code == 302  # one signs in oneself
    page = leader.get(url("slot-detail", slot.pk)).content.decode()
    assert url("sign-in-for", other.pk) in page
    data = {"at": f"{timezone.localtime() - timedelta(minutes=1):%Y-%m-%dT%H:%M}", "reason": "手机坏了"}
    assert leader.post(url("sign-in-for", other.pk), {**data, "reason": ""}).status_code == 422
    assert f"{leader.user}代签：手机坏了" in words(posted(leader, url("sign-in-for", other.pk), data))
    row = CheckIn.objects.get()
    assert url("check-in-void", row.pk) in leader.get(url("slot-detail", slot.pk)).content.decode()
    mate_client = Client()
    mate_client.force_login(mate)
    assert mate_client.get(url("check-in-void", row.pk)).status_code == 403  # neither recorded it nor leads
    assert leader.post(url("check-in-void", row.pk), {"reason": ""}).status_code == 422
    assert "不再计入在岗" in words(posted(leader, url("check-in-void", row.pk), {"reason": "他没有来"}))
    assert "已经作废" in words(posted(leader, url("check-in-void", row.pk), {"reason": "他没有来"}))
    posted(mate_client, url("check-in", other.pk))
    assert CheckIn.objects.standing().get().recorded_by == mate


def test_a_stand_in_is_taken_back_on_the_page(office):
    slot = signing_in(DutyPersonFactory(), minutes=20)
    row = watch.stand_in(slot, by=UserFactory(), name="王示例", at=timezone.now())
    assert url("stand-in-void", row.pk) in office.get(url("slot-detail", slot.pk)).content.decode()
    page = posted(office, url("stand-in-void", row.pk), {"reason": "登错了班"}).content.decode()
    assert "王示例</strong> 替补" not in page
    assert "登记补岗" in page
    office.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    assert office.get(url("stand-in-void", row.pk)).status_code == 404


# --- Swaps ------------------------------------------------------------------------------------------------------------


def test_a_swap_from_the_list_to_the_approval(client):
    me, other, boss = UserFactory(), UserFactory(), UserFactory(role=Roles.FIREWORKS_OFFICE)
    theirs = officer(other)
    slot = staffed(officer(me), days_from_now=3)
    turn = slot.assignments.get()
    client.force_login(me)
    assert client.post(url("swap-ask", turn.pk), {"to": theirs.pk}).status_code == 422
    posted(client, url("swap-ask", turn.pk), {"to": theirs.pk, "reason": "家里有事"})
    swap = Swap.objects.get()
    assert "不由您办理" in words(posted(client, url("swap-accept", swap.pk)))
    client.force_login(other)
    assert "有人请您接替" in words(client.get(url("my-duty")))
    assert "等待批准" in words(posted(client, url("swap-accept", swap.pk)))
    client.force_login(boss)
    assert client.get(url("swap-list")).context["table"].count == 1
    assert "已批准" in words(posted(client, url("swap-approve", swap.pk)))
    assert slot.assignments.get().person == theirs
    assert "已经批准" in words(posted(client, url("swap-approve", swap.pk)))
    assert Activity.objects.about(swap).filter(title="批准换班").count() == 1


def test_a_swap_that_would_leave_the_post_short_says_so_on_the_page(office):
    slot = staffed(DutyPersonFactory(), days_from_now=3)
    swap = swaps.ask(slot.assignments.get(), by=office.user, to=None, reason="急病")
    assert "缺1人" in words(office.get(swap.get_absolute_url()))
    refused = office.post(url("swap-approve", swap.pk))
    assert refused.status_code == 422
    assert Swap.objects.get().state == SwapState.ACCEPTED
    posted(office, url("swap-approve", swap.pk), {"accept_breaches": "on", "note": "中队长顶岗"})
    assert Swap.objects.get().state == SwapState.APPROVED


def test_refusing_needs_a_reason(office):
    slot = staffed(DutyPersonFactory(), days_from_now=3)
    swap = swaps.ask(slot.assignments.get(), by=office.user, to=None, reason="急病")
    assert office.post(url("swap-reject", swap.pk)).status_code == 422
    posted(office, url("swap-reject", swap.pk), {"note": "人手紧"})
    assert Swap.objects.get().note == "人手紧"
