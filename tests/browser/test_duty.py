"""A Spring Festival in a real browser: proposed, staffed by the solver, corrected by hand, published, walked, reported."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from fireworks import peaks
from fireworks.crews import Member
from fireworks.models import Assignment, DutyPerson, Roster, ShiftPattern, ShiftReport, Slot, Swap, Window
from fireworks.watch import gaps
from fireworks.workflow import rosters
from tests.browser.conftest import DESK, PHONE

YEAR = timezone.localdate().year + 1


@pytest.fixture
def grids(bureau):
    """The demo has grids, people and shifts; returns the squad member of the demo among those on duty."""
    return DutyPerson.objects.get(person__account__username="1008")


def test_a_spring_festival_is_planned_staffed_walked_and_reported(visit, grids):
    office = visit("1014")
    page = office.page
    page.get_by_role("link", name="重点时段").first.click()
    page.get_by_role("link", name="推算一年的时段").click()
    page.locator("#propose").get_by_label("年份").fill(str(YEAR))
    page.get_by_role("button", name="推算", exact=True).click()
    page.get_by_role("link", name=f"{YEAR}年除夕、春节").click()
    expect(page.get_by_text(f"{peaks.eve(YEAR)} 至")).to_be_visible()
    page.get_by_label(re.compile("除夕夜班")).check()
    page.get_by_label(re.compile("初一早班")).check()
    page.get_by_role("button", name="生成岗班").click()
    expect(page.get_by_text(re.compile(r"整张表有 \d+ 处不满足规则"))).to_be_visible()
    page.get_by_role("link", name="自动排班").click()
    page.get_by_label("最长用时").select_option("10")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_text("规则全部满足")).to_be_visible(timeout=60_000)
    roster = Roster.objects.get(window__year=YEAR, window__kind="spring")
    office.go(roster.get_absolute_url())
    expect(page.get_by_text("人数、持证、休息、请假各项规则都满足。")).to_be_visible()
    assert office.axe() == []
    assert office.overflow() <= 0
    by_hand(page, grids)
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("已发布，有账号的值守人员都收到了消息。")).to_be_visible()
    walk_and_report(visit, roster, grids)


def by_hand(page, person):
    """Take one post's people out: the rule is named while typing and after saving; put the demo's member in."""
    cell = page.locator(".roster-cell").first
    names = cell.get_by_role("link").inner_text()
    cell.get_by_role("link").click()
    page.get_by_label("人员").fill("")
    page.get_by_label("人员").press_sequentially(
        "无名氏", delay=80
    )  # as one types: the form listens once it has settled
    expect(page.get_by_text(re.compile("没有“无名氏”"))).to_be_visible()
    page.get_by_label("人员").fill("")
    expect(page.locator(".crew-check").get_by_text(re.compile("缺 1 人"))).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text(re.compile(r"整张表有 \d+ 处不满足规则"))).to_be_visible()
    page.locator(".roster-cell").first.get_by_role("link").click()
    placed = Assignment.objects.filter(person=person, slot__roster__window__year=YEAR).exists()
    typed = plain(names) if placed else f"{person.name}（{person.agency}）、{plain(names)}"
    page.get_by_label("人员").fill(typed)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("人数、持证、休息、请假各项规则都满足。")).to_be_visible()
    page.reload()


def plain(names):
    return names.replace("（带班）", "")


def walk_and_report(visit, roster, person):
    """The leader sees the duty on the phone; on the eve it is reported at one tap; the gaps go down."""
    slot = Slot.objects.filter(roster=roster, assignments__person=person).first()
    with time_machine.travel(slot.starts_at + timedelta(hours=1)):
        assert len(gaps(roster.window)) > 0
    phone = visit("1008", size=PHONE)
    phone.go(reverse("fireworks:my-duty"))
    page = phone.page
    expect(page.get_by_text(slot.place)).to_be_visible()
    assert phone.overflow() <= 0
    assert phone.axe() == []
    # The eve is not today: the shift is moved to now, as the clock of a browser cannot be.
    now = timezone.now()
    running = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=5)}
    other = Slot.objects.filter(roster=roster).exclude(assignments__person=person).last()  # begins too, stays silent
    Slot.objects.filter(pk__in=[slot.pk, other.pk]).update(**running)
    page.reload()
    page.get_by_role("link", name="报告", exact=True).click()
    page.get_by_role("button", name="报告", exact=True).click()
    expect(page.get_by_text(re.compile("已报告：零报告"))).to_be_visible()
    assert ShiftReport.objects.get(slot=slot).nothing_found
    board = visit("1014", size=DESK)
    board.go(reverse("fireworks:board"))
    expect(board.page.locator("#board").get_by_text("零报告", exact=True).first).to_be_visible()
    assert board.axe() == []
    board.go(reverse("fireworks:gap-list", args=[roster.window_id]))
    assert board.page.get_by_text("缺报告的岗位").count() > 0


def test_a_swap_cannot_leave_a_post_short_without_somebody_saying_so(visit, grids):
    day = timezone.localdate() + timedelta(days=3)
    window = Window.objects.create(year=day.year, kind="special", name="演示时段", start=day, end=day, is_peak=False)
    roster = rosters.make_roster(window, [ShiftPattern.objects.get(code="YC")], by=None)
    slot = roster.slots.first()
    rosters.set_crew(slot, [Member(grids, "lead")], by=None)
    rosters.publish(roster, by=None, accept_breaches=True)
    member = visit("1008", size=PHONE)
    member.go(reverse("fireworks:my-duty"))
    member.page.get_by_role("link", name="换班").last.click()
    member.page.get_by_label("事由").fill("急病")
    member.page.get_by_role("button", name="保存").click()
    swap = Swap.objects.get()
    office = visit("1014")
    office.go(swap.get_absolute_url())
    page = office.page
    expect(page.get_by_text("换班后会不满足规则")).to_be_visible()
    page.get_by_role("link", name="批准", exact=True).click()
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text(re.compile("确需批准的，请勾选")).first).to_be_visible()
    office.complaints.clear()  # Chromium calls a 422 an error
    assert slot.assignments.count() == 1
    page.get_by_label(re.compile("仍然批准")).check()
    page.get_by_label(re.compile("批准意见")).fill("中队长顶岗")
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("已批准，值班表已改。")).to_be_visible()
    assert slot.assignments.count() == 0
    assert office.axe() == []
