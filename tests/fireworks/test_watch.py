"""On duty: reports at one tap, check-ins that are flagged and never refused, empty posts, gaps, coverage."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from config.periods import Period
from fireworks.crews import Member
from fireworks.enums import RosterState
from fireworks.figures import duty
from fireworks.models import CheckIn, EmptyPost, PatrolMark, ShiftReport, Slot, StandIn, Window
from fireworks.permissions import can_report_slot
from fireworks.tasks import watch_posts
from fireworks.watch import gaps, is_watched
from fireworks.workflow import rosters, watch
from staff.models import Activity, Message, Setting
from staff.models.settings import forget_settings
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.fireworks import DutyPersonFactory, PostFactory, WindowFactory, make_roster, officer, staffed
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
HERE = (Decimal("29.357104"), Decimal("113.128730"))
EVE_NIGHT = datetime(2026, 2, 16, 23, tzinfo=UTC)
EVE, ONE_DAY = date(2026, 2, 16), timedelta(days=1)
FAR = (Decimal("29.367104"), Decimal("113.128730"))


def switch_on(*keys):
    for key in keys:
        Setting.objects.create(key=key, value="是", source="样例", valid_from=date(2020, 1, 1))
    forget_settings()


def at(slot, minutes):
    """The clock, so many minutes after the shift began."""
    return time_machine.travel(slot.starts_at + timedelta(minutes=minutes), tick=False)


# --- Reports ----------------------------------------------------------------------------------------------------------


def test_one_tap_means_all_present_and_nothing_found():
    slot, by = staffed(DutyPersonFactory(), DutyPersonFactory()), UserFactory()
    with at(slot, 300):
        report = watch.report_shift(slot, by=by)
    assert (report.present, report.nothing_found, report.flag, report.reported_by) == (2, True, "", by)
    assert Activity.objects.about(slot).get(title="零报告").actor == by


def test_a_second_report_is_told_and_changes_nothing():
    slot = staffed(DutyPersonFactory())
    watch.report_shift(slot, by=UserFactory())
    with pytest.raises(Refused, match="已经报告过"):
        watch.report_shift(slot, by=UserFactory(), present=0)
    assert ShiftReport.objects.get().present == 1


@pytest.mark.parametrize(("minutes", "late"), [(1, False), (420 + 12 * 60, False), (420 + 12 * 60 + 1, True)])
def test_a_late_report_counts_and_is_marked(minutes, late):
    slot = staffed(DutyPersonFactory())
    with at(slot, minutes):
        report = watch.report_shift(slot, by=UserFactory())
    assert ("补报" in report.flag) is late


def test_fewer_than_needed_or_more_than_planned_is_flagged():
    slot = staffed(DutyPersonFactory(), post=PostFactory(minimum_staff=1))
    with at(slot, 400):
        assert "少于应到" in watch.report_shift(slot, by=UserFactory(), present=0).flag
        report = watch.correct_report(
            slot.report, by=UserFactory(), seen=1, present=3, nothing_found=True, note="来了两个志愿者"
        )
    assert "多于安排" in report.flag
    assert Activity.objects.about(slot).filter(title="更正值守报告").count() == 1


def test_a_find_must_say_what():
    slot = staffed(DutyPersonFactory())
    with pytest.raises(Refused, match="写明情况") as refusal:
        watch.report_shift(slot, by=UserFactory(), nothing_found=False)
    assert refusal.value.field == "note"
    report = watch.report_shift(slot, by=UserFactory(), nothing_found=False, note="东门外有人燃放，已劝阻")
    assert report.words == "有发现"
    with pytest.raises(Refused, match="写明情况"):
        watch.correct_report(report, by=UserFactory(), seen=1, present=1, nothing_found=False, note=" ")


def test_who_corrects_what_somebody_else_corrected_meanwhile_is_told():
    slot = staffed(DutyPersonFactory())
    report = watch.report_shift(slot, by=UserFactory())
    facts = {"present": 1, "nothing_found": False, "note": "东门外有人燃放，已劝阻"}
    assert watch.correct_report(report, by=UserFactory(), seen=1, **facts).version == 2
    with pytest.raises(ChangedMeanwhile, match="这份值守报告刚被别人修改过"):
        watch.correct_report(report, by=UserFactory(), seen=1, present=0, nothing_found=True, note="")
    assert ShiftReport.objects.get().words == "有发现"


def test_nothing_is_reported_before_the_shift_or_from_a_draft():
    coming, draft = staffed(DutyPersonFactory(), days_from_now=3), staffed(DutyPersonFactory(), publish=False)
    with pytest.raises(Refused, match="才开始"):
        watch.report_shift(coming, by=UserFactory())
    with pytest.raises(Refused, match="还没有发布"):
        watch.report_shift(draft, by=UserFactory())


def test_a_group_is_reported_once_for_all_its_posts():
    slot, by = staffed(DutyPersonFactory()), UserFactory(role=Roles.FIREWORKS_OFFICE)
    other = Slot.objects.create(
        roster=slot.roster, grid=slot.grid, post=PostFactory(grid=slot.grid), shift=slot.shift, day=slot.day,
        starts_at=slot.starts_at, ends_at=slot.ends_at,
    )  # fmt: skip
    assert watch.report_group([slot, other], by=by) == 2
    with pytest.raises(Refused, match="都已报告"):
        watch.report_group([slot, other], by=by)


def test_who_may_report():
    leader, member, stranger = UserFactory(), UserFactory(), UserFactory(role=Roles.SQUAD_MEMBER)
    slot = staffed(officer(leader), officer(member))
    assert can_report_slot(leader, slot)
    assert not can_report_slot(member, slot)
    assert not can_report_slot(stranger, slot)
    assert can_report_slot(UserFactory(role=Roles.STREET_CONTACT), slot)
    alone = staffed(officer(member_alone := UserFactory()))
    assert can_report_slot(member_alone, alone)
    assert not can_report_slot(leader, staffed(officer(UserFactory()), publish=False))


# --- Check-ins --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wanted():
    """A published slot in a window that asks for positions, with the office's settings on."""
    switch_on("duty.check_in", "duty.empty_post_alarm", "duty.hourly_marks")
    window = WindowFactory(start=date(2026, 2, 16), end=date(2026, 2, 16), checks_in=True)
    return staffed(DutyPersonFactory(), DutyPersonFactory(), window=window, post=PostFactory(minimum_staff=2))


def sign_in(slot, minutes, position=HERE, number=0):
    with at(slot, minutes):
        turn = slot.assignments.order_by("pk")[number]
        return watch.check_in(turn, by=UserFactory(), latitude=position[0], longitude=position[1])


@pytest.mark.parametrize(
    ("minutes", "flag"), [(-15, ""), (-16, "早于"), (0, ""), (10, ""), (11, "迟于"), (400, "迟于")]
)
def test_time_out_of_bounds_is_recorded_and_flagged(wanted, minutes, flag):
    row = sign_in(wanted, minutes)
    assert bool(row.flag) is bool(flag)
    assert flag in row.flag


def test_too_far_and_without_a_position_is_recorded_and_flagged(wanted):
    near = sign_in(wanted, 0)
    assert (near.metres, near.flag) == (0, "")
    far = sign_in(wanted, 0, FAR, number=1)
    assert far.metres > 1_000
    assert "距岗位" in far.flag
    CheckIn.objects.all().delete()
    assert sign_in(wanted, 0, (None, None)).flag == "没有定位。"


def test_signing_in_twice_is_told_and_where_it_is_not_asked_for_refused(wanted):
    sign_in(wanted, 0)
    with pytest.raises(Refused, match="已经签到"):
        sign_in(wanted, 1)
    with pytest.raises(Refused, match="离班次开始还早"):
        sign_in(wanted, -13 * 60, number=1)
    ordinary = staffed(DutyPersonFactory())
    with pytest.raises(Refused, match="不要求签到"):
        sign_in(ordinary, 0)


def test_light_by_default():
    slot = staffed(
        DutyPersonFactory(), window=WindowFactory(start=date(2026, 2, 16), end=date(2026, 2, 16), checks_in=True)
    )
    with pytest.raises(Refused, match="不要求签到"):
        sign_in(slot, 0)
    with at(slot, 60):
        assert watch_posts() == 0
        with pytest.raises(Refused, match="没有启用"):
            watch.mark(slot, by=UserFactory(), note="正常")
        watch.mark(slot, by=UserFactory(), note="正常", taken_over_by="李示例")  # a hand-over may always be noted


def test_hourly_marks(wanted):
    with at(wanted, 60):
        watch.mark(wanted, by=UserFactory(), note="正常")
    assert PatrolMark.objects.get().slot == wanted


# --- Empty posts ------------------------------------------------------------------------------------------------------


def test_an_empty_post_is_told_once_to_the_leaders_of_the_ground(wanted):
    office = UserFactory(role=Roles.FIREWORKS_OFFICE)
    elsewhere = UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory())
    sign_in(wanted, 0)
    with at(wanted, 14):
        assert watch_posts() == 0
    with at(wanted, 15):
        assert watch_posts() == 1
        assert watch_posts() == 0
    empty = EmptyPost.objects.get()
    assert empty.missing == 1
    assert [message.recipient for message in Message.objects.filter(text__startswith="空岗")] == [office]
    assert not elsewhere.inbox.exists()
    with at(wanted, 20):
        watch.call_substitute(empty, by=office, called="王示例")
        with pytest.raises(Refused, match="已经叫了"):
            watch.call_substitute(empty, by=office, called="赵示例")
        watch.call_substitute(empty, by=office, called="赵示例", seen="王示例")  # 王示例 did not come
        assert EmptyPost.objects.get().called == "赵示例"
        assert Activity.objects.about(wanted).filter(title="叫替补").count() == 2
    sign_in(wanted, 25, number=1)
    assert EmptyPost.objects.get().filled_at == wanted.starts_at + timedelta(minutes=25)


def come(slot, minutes, name="王示例", *, entered=None):
    with at(slot, minutes if entered is None else entered):
        return watch.stand_in(slot, by=UserFactory(), name=name, at=slot.starts_at + timedelta(minutes=minutes))


def test_a_substitute_who_comes_fills_the_post_and_counts_as_there(wanted):
    sign_in(wanted, 0)
    with at(wanted, 15):
        watch_posts()
    come(wanted, 42, entered=600)  # it may be entered when the shift is over
    assert EmptyPost.objects.get().filled_at == wanted.starts_at + timedelta(minutes=42)
    assert Activity.objects.about(wanted).filter(title="补岗").count() == 1
    assert share(Window.objects.get(pk=wanted.roster.window_id)) == 90
    with pytest.raises(Refused, match="已经登记过"):
        come(wanted, 50)


def test_a_post_is_filled_when_the_last_who_is_needed_has_come(wanted):
    with at(wanted, 15):
        watch_posts()
    come(wanted, 60)
    assert EmptyPost.objects.get().filled_at is None
    come(wanted, 20, "赵示例", entered=70)
    assert EmptyPost.objects.get().filled_at == wanted.starts_at + timedelta(minutes=60)


def test_what_was_entered_by_mistake_counts_no_more_and_opens_the_post_again(wanted):
    window = Window.objects.get(pk=wanted.roster.window_id)
    first, second = sign_in(wanted, 0), None
    with at(wanted, 15):
        watch_posts()
    second = come(wanted, 42)
    assert EmptyPost.objects.get().filled_at is not None
    by = UserFactory()
    with at(wanted, 60):
        with pytest.raises(Refused, match="作废理由"):
            watch.void_stand_in(second, by=by, reason=" ")
        watch.void_stand_in(second, by=by, reason="登错了班")
        with pytest.raises(Refused, match="已经作废"):
            watch.void_stand_in(second, by=by, reason="登错了班")
    assert EmptyPost.objects.get().filled_at is None
    with at(wanted, 600):
        assert share(window) == 0
        assert come(wanted, 210, entered=600).pk != second.pk  # the same name, entered anew
        assert share(window) == 50
        watch.void_check_in(first, by=by, reason="他不在场")
        assert share(window) == 0
        assert sign_in(wanted, 0).pk != first.pk
    logged = Activity.objects.about(wanted).filter(title__in=("作废签到", "作废补岗"))
    assert [("登错了班" in each.note, "他不在场" in each.note) for each in logged] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )


def test_a_mistake_leaves_the_post_empty_for_the_alarm(wanted):
    sign_in(wanted, 0)
    row = sign_in(wanted, 0, number=1)
    with at(wanted, 10):
        watch.void_check_in(row, by=UserFactory(), reason="点错了人")
    with at(wanted, 15):
        assert watch_posts() == 1
    assert EmptyPost.objects.get().missing == 1


def test_who_cannot_sign_in_himself_is_signed_in_by_another_who_says_why(wanted):
    window = Window.objects.get(pk=wanted.roster.window_id)
    turn, by = wanted.assignments.order_by("pk")[0], UserFactory()
    turn.person = officer(UserFactory())
    turn.save()
    for minutes in (-16, 300, 420):
        with at(wanted, 20), pytest.raises(Refused, match="到岗时间"):
            watch.sign_in_for(turn, by=by, at=wanted.starts_at + timedelta(minutes=minutes), reason="手机坏了")
    with at(wanted, 600):
        row = watch.sign_in_for(turn, by=by, at=wanted.starts_at + timedelta(minutes=5), reason="手机坏了")
        with pytest.raises(Refused, match="已经签到"):
            watch.sign_in_for(turn, by=by, at=wanted.starts_at, reason="手机坏了")
    assert (row.recorded_by, row.reason, row.flag) == (by, "手机坏了", "")
    assert "手机坏了" in Activity.objects.about(wanted).get(title="代签").note
    assert "手机坏了" in Message.objects.get(recipient=turn.person.person.account).text
    assert share(window) == 0  # the post needs two


def test_who_stands_in_from_the_beginning_leaves_no_post_empty(wanted):
    sign_in(wanted, 0)
    sign_in(wanted, 0, number=1)
    other = staffed(DutyPersonFactory(), window=WindowFactory(start=EVE, end=EVE, checks_in=True))
    come(other, 0)
    with at(wanted, 15):
        assert watch_posts() == 0


@pytest.mark.parametrize(("minutes", "entered"), [(-16, 10), (420, 430), (60, 20)])
def test_a_substitute_comes_in_the_shift_and_not_ahead_of_us(wanted, minutes, entered):
    with pytest.raises(Refused) as refusal:
        come(wanted, minutes, entered=entered)
    assert refusal.value.field == "at"


def test_where_nobody_signs_in_substitutes_are_in_the_report():
    with pytest.raises(Refused, match="不要求签到"):
        come(staffed(DutyPersonFactory()), 30)


def test_a_full_post_and_a_finished_shift_raise_nothing(wanted):
    with at(wanted, 421):
        assert watch_posts() == 0
    sign_in(wanted, 0)
    sign_in(wanted, 0, number=1)
    with at(wanted, 30):
        assert watch_posts() == 0


# --- Gaps and coverage ------------------------------------------------------------------------------------------------


def test_a_gap_is_a_grid_and_shift_that_said_nothing():
    slot = staffed(DutyPersonFactory())
    window = slot.roster.window
    (gap,) = gaps(window)
    assert (gap.grid, gap.day, gap.missing, gap.url) == (slot.grid.name, slot.day, 1, slot.get_absolute_url())
    watch.report_shift(slot, by=UserFactory())
    assert gaps(window) == []


def test_a_window_without_a_published_roster_has_no_gaps_and_no_proof():
    slot = staffed(DutyPersonFactory(), publish=False)
    assert gaps(slot.roster.window) == []
    assert not is_watched(slot.roster.window)
    assert is_watched(staffed(DutyPersonFactory()).roster.window)


def share(window):
    return duty.coverage(Period.parse("2026H1"), str(window.pk)).number


def test_coverage_from_reports_where_nobody_signs_in():
    slot = staffed(DutyPersonFactory())
    window = slot.roster.window
    assert share(window) == 0
    watch.report_shift(slot, by=UserFactory())
    assert share(window) == 100
    ShiftReport.objects.update(present=0)
    assert share(window) == 0


def test_coverage_from_check_ins_where_they_are_asked_for_whatever_the_report_says(wanted):
    window = Window.objects.get(pk=wanted.roster.window_id)
    with at(wanted, 400):
        watch.report_shift(wanted, by=UserFactory())
    assert share(window) == 0
    sign_in(wanted, -5)
    assert share(window) == 0  # one of two
    sign_in(wanted, 42, number=1)
    assert share(window) == 90
    assert "按签到和补岗计" in duty.coverage_note(Period.parse("2026H1"))


def test_what_has_not_begun_is_neither_a_gap_nor_an_hour():
    slot = staffed(DutyPersonFactory(), days_from_now=2)
    window, period = slot.roster.window, Period.between(slot.day, slot.day)
    assert gaps(window) == []
    assert duty.gap_value(period, None).number == 0
    assert duty.coverage(period, None).is_missing
    with at(slot, 0):
        assert len(gaps(window)) == duty.gap_value(period, None).number == 1


def test_a_shift_that_runs_counts_until_now():
    """Two nights of seven hours: the first is reported, the second has run for one hour without a word."""
    slots = [staffed(DutyPersonFactory(), window=WindowFactory(start=day, end=day)) for day in (EVE, EVE + ONE_DAY)]
    watch.report_shift(slots[0], by=UserFactory())
    with at(slots[1], 60):
        assert duty.coverage(Period.between(EVE, EVE + ONE_DAY), None).number == Decimal("87.5")
        planned, covered = duty.coverage_derivation(Period.between(EVE, EVE + ONE_DAY), None).inputs
        assert (planned[1], covered[1]) == ("8.0 小时", "7.0 小时")


def test_gaps_of_a_period_are_those_of_its_days_and_its_list_shows_them(client):
    """The window reaches into the next period; of one night one post of two has reported."""
    window = WindowFactory(start=EVE, end=EVE + ONE_DAY)
    grid = PostFactory().grid
    roster = make_roster(window, posts=[PostFactory(grid=grid)])
    rosters.set_crew(roster.slots.first(), [Member(DutyPersonFactory(), "lead")], by=None)
    rosters.publish(roster, by=None, accept_breaches=True)
    period = Period.between(EVE - 9 * ONE_DAY, EVE)
    watch.report_shift(roster.slots.filter(day=EVE).first(), by=UserFactory())
    client.force_login(UserFactory(role=Roles.FIREWORKS_OFFICE))
    (figure,) = [each for each in duty.FIGURES if each.key == "fireworks.report_gaps"]
    (step,) = figure.derive(period, None).inputs
    assert figure.value(period, None).number == int(step[1]) == 1
    for address in (figure.url(period, None), step[2]):
        (row,) = client.get(address).context["table"].rows
        assert (row.object.day, row.object.missing) == (EVE, 1)
    assert duty.gap_value(period, str(window.pk)).number == len(gaps(window)) == 2
    slots = client.get(duty.coverage_derivation(period, None).inputs[0][2]).context["table"]
    assert slots.count == 2


def test_the_list_of_posts_knows_what_has_begun(client):
    past, coming = staffed(DutyPersonFactory()), staffed(DutyPersonFactory(), days_from_now=2)
    client.force_login(UserFactory(role=Roles.FIREWORKS_OFFICE))
    for asked, slot in (("true", past), ("false", coming)):
        rows = client.get(reverse("fireworks:slot-list"), {"begun": asked}).context["table"].rows
        assert [row.object for row in rows] == [slot]


def test_no_roster_no_rate():
    assert duty.coverage(Period.parse("2026H1"), None).is_missing


# --- The database repeats the rules -----------------------------------------------------------------------------------


def test_the_database_refuses_a_find_without_words_and_half_facts(wanted):
    with at(wanted, 0):
        watch.report_shift(wanted, by=UserFactory())
    sign_in(wanted, 0)
    empty = EmptyPost.objects.create(slot=wanted, missing=1)
    come(wanted, 5)
    for rows, change, name in (
        (ShiftReport.objects.all(), {"nothing_found": False}, "report_of_a_find"),
        (CheckIn.objects.all(), {"latitude": None}, "check_in_position"),
        (EmptyPost.objects.all(), {"called": "张"}, "empty_post_called"),
        (EmptyPost.objects.all(), {"filled_at": empty.raised_at - timedelta(days=1)}, "empty_post_filled"),
        (StandIn.objects.all(), {"name": ""}, "stand_in_has_a_name"),
        (StandIn.objects.all(), {"void_reason": "x"}, "standin_voided_with_its_reason"),
        (CheckIn.objects.all(), {"voided_at": EVE_NIGHT}, "checkin_voided_with_its_reason"),
    ):
        assert rows.count() == 1
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftReport.objects.create(slot=wanted, present=1)


def test_visible_to_ones_own_ground_and_to_who_stands_there():
    squad = SquadFactory()
    street = UnitFactory(squad=squad)
    slot = staffed(officer(me := UserFactory()))
    slot.grid.community.parent = street
    slot.grid.community.save()
    assert slot in Slot.objects.visible_to(UserFactory(role=Roles.STREET_CONTACT, unit=street))
    assert slot in Slot.objects.visible_to(UserFactory(role=Roles.SQUAD_MEMBER, unit=squad))
    assert slot not in Slot.objects.visible_to(UserFactory(role=Roles.SQUAD_MEMBER, unit=SquadFactory()))
    assert slot in Slot.objects.visible_to(me)  # without any role
    slot.roster.__class__.objects.update(state=RosterState.DRAFT)
    assert slot not in Slot.objects.visible_to(me)
