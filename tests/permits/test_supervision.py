"""After the licence: inspections, orders, completion, the joint acceptance; changes, adjustments, endings."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from permits import desk
from permits.clocks import light_for
from permits.enums import PermitState
from permits.forms.site import measure
from permits.forms.steps import STEP_FORMS
from permits.models import Adjustment, Ending, Inspection, PermitChange, Rectification, RestorationCheck
from permits.models.applications import WIDEST
from permits.workflow import changes, daily, decisions, records, supervision
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step
from staff import workdays
from staff.models import Activity, CalendarDay, CalendarYear
from staff.refusals import Refused
from tests.factories import permits as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def active(section, officers):
    return make.make_active(section, officers)


def inspection(officers, **fields):
    first, second = officers
    return Inspection(**{"first": first, "second": second, "happened_at": timezone.now(), "passed": True, **fields})


def test_two_officers_inspect(active, section, officers):
    with pytest.raises(Refused, match="两名以上执法人员"):
        supervision.record_inspection(active, inspection([officers[0], None]), Step(section))
    supervision.record_inspection(active, inspection(officers), Step(section))
    assert active.inspections.count() == 1


def test_a_phone_two_minutes_ahead_is_taken_at_its_word(active, section, officers):
    ahead = timezone.now() + timedelta(minutes=2)
    supervision.record_inspection(active, inspection(officers, happened_at=ahead), Step(section))
    with pytest.raises(Refused, match="检查时间晚于现在"):
        supervision.record_inspection(
            active, inspection(officers, happened_at=ahead + timedelta(hours=1)), Step(section)
        )
    supervision.complete(active, Step(section))
    check = RestorationCheck(
        first=officers[0], second=officers[1], happened_at=ahead, passed=True, police_present=True, restored_area=10
    )  # fmt: skip
    supervision.check_restoration(active, check, Step(section))
    assert make.fresh(active).restored_on == timezone.localdate()


def test_nobody_inspects_with_an_expired_card_but_what_happened_is_kept(active, section, officers):
    officers[1].certificates.update(expires_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match=r"没有有效的行政执法证.*第四十二条"):
        supervision.record_inspection(active, inspection(officers), Step(section))
    supervision.record_inspection(active, inspection(officers), Step(section, afterwards=True))
    assert active.flaws.get().code == "no-certificate"


def test_a_road_is_not_opened_again_without_the_traffic_police(active, section, officers):
    supervision.complete(active, Step(section))
    alone = RestorationCheck(first=officers[0], second=officers[1], happened_at=timezone.now(), passed=True)
    with pytest.raises(Refused, match=r"公安交管部门没有参加验收.*《道路交通安全法》第三十二条"):
        supervision.check_restoration(active, alone, Step(section))
    assert make.fresh(active).state == PermitState.COMPLETION


def test_what_fails_is_done_again_and_asked_for_again(active, section, officers):
    supervision.complete(active, Step(section))
    failed = RestorationCheck(
        first=officers[0],
        second=officers[1],
        happened_at=timezone.now(),
        passed=False,
        note="沉陷",
        police_present=True,
    )
    supervision.check_restoration(active, failed, Step(section))
    assert make.fresh(active).state == PermitState.REWORK
    supervision.complete(active, Step(section))
    assert make.fresh(active).state == PermitState.COMPLETION


def test_an_order_is_done_when_the_site_is_put_right(active, section):
    row = supervision.order_rectification(active, supervision.Demand("补设围挡", timezone.localdate()), Step(section))
    supervision.rectified(active, Step(section, note="已补设"))
    row.refresh_from_db()
    assert row.done_on == timezone.localdate()


def late_orders(user):
    return [each for each in desk.todo(user) if "责令改正逾期未改" in each.text]


def test_an_order_that_was_open_when_the_site_was_cleared_says_so_and_haunts_nobody(active, section, client):
    yesterday = timezone.localdate() - timedelta(days=1)
    row = supervision.order_rectification(active, supervision.Demand("补设围挡", timezone.localdate()), Step(section))
    Rectification.objects.update(ordered_on=yesterday, due_on=yesterday)
    client.force_login(section)
    (todo,) = late_orders(section)
    assert todo.text.startswith("1 份")
    assert active.number in client.get(todo.url).content.decode()
    supervision.complete(active, Step(section))
    row.refresh_from_db()
    assert row.done_on is None
    assert row.done_note == f"{timezone.localdate()}登记竣工（清场），此前未登记整改到位"
    assert not late_orders(section)
    page = client.get(f"{active.get_absolute_url()}?tab=site").content.decode()
    assert row.done_note in page
    assert "已改正" not in page


def test_an_order_that_was_open_at_an_acceptance_entered_afterwards_says_so(active, section, officers):
    row = supervision.order_rectification(active, supervision.Demand("补设围挡", timezone.localdate()), Step(section))
    check = RestorationCheck(
        first=officers[0], second=officers[1], happened_at=timezone.now(), passed=True, police_present=True
    )
    supervision.check_restoration(active, check, Step(section, afterwards=True))
    row.refresh_from_db()
    assert (row.done_on, row.done_note) == (None, f"{timezone.localdate()}验收合格，此前未登记整改到位")


def longer(application, **fields):
    return PermitChange(
        **{"kind": "period", "reason": "雨天", "new_ends_on": application.ends_on + timedelta(days=5), **fields}
    )


def test_a_change_is_asked_for_in_advance(active, section, time_machine_day):
    time_machine_day(active.ends_on + timedelta(days=1))
    with pytest.raises(Refused, match=r"变更应当提前办理.*第三十六条"):
        changes.ask_change(active, longer(active), Step(section))


def test_a_granted_change_moves_the_end(active, section):
    until = active.ends_on + timedelta(days=5)
    changes.ask_change(active, longer(active), Step(section))
    changes.grant_change(active, Verdict("同意", "局长"), Step(section))
    assert (make.fresh(active).state, make.fresh(active).ends_on) == (PermitState.ACTIVE, until)


@pytest.fixture
def over(active, time_machine_day):
    """Asked for on the last day, a Friday; the clerk types it on Monday, when the daily task has said that it is over."""
    time_machine_day(active.ends_on)
    filed = active.ends_on
    time_machine_day(filed + timedelta(days=3))
    assert supervision.expire_all() == 1
    return make.fresh(active), filed


def test_a_change_asked_for_in_time_is_entered_after_the_end(over, section):
    application, filed = over
    with pytest.raises(Refused, match="不能申请变更"):
        changes.ask_change(application, longer(application), Step(section, filed))
    changes.ask_change(application, longer(application), Step(section, filed, afterwards=True))
    assert (make.fresh(application).state, application.flaws.count()) == (PermitState.CHANGING, 0)
    changes.grant_change(make.fresh(application), Verdict("同意", "局长"), Step(section))
    assert make.fresh(application).state == PermitState.ACTIVE


def test_a_change_refused_after_the_end_leaves_the_permit_at_its_end(over, section):
    application, filed = over
    changes.ask_change(application, longer(application), Step(section, filed, afterwards=True))
    changes.deny_change(application, Verdict("影响通行", "局长"), Step(section))
    assert make.fresh(application).state == PermitState.EXPIRED


def test_a_change_asked_for_after_the_end_is_a_flaw(over, section):
    application, _ = over
    changes.ask_change(application, longer(application), Step(section, afterwards=True))
    assert [each.code for each in application.flaws.all()] == ["change-after-end"]


@pytest.mark.parametrize("state", [PermitState.ISSUED, PermitState.ACTIVE, PermitState.RECTIFYING])
@pytest.mark.parametrize("decide", [changes.grant_change, changes.deny_change])
def test_a_decided_change_leads_back_to_where_it_was_asked_from(active, section, state, decide):
    changes.ask_change(make.put(active, state), longer(active), Step(section))
    assert make.fresh(active).state == PermitState.CHANGING
    decide(active, Verdict("x", "局长"), Step(section))
    assert make.fresh(active).state == state


def test_an_order_given_while_a_change_waits_runs_beside_it(active, section):
    today = timezone.localdate()
    with pytest.raises(Refused, match="不能整改到位"):
        supervision.rectified(active, Step(section, note="x"))
    changes.ask_change(active, longer(active), Step(section))
    with pytest.raises(Refused, match="没有未改正的责令"):
        supervision.rectified(active, Step(section, note="x"))
    supervision.order_rectification(active, supervision.Demand("补设围挡", today), Step(section))
    assert make.fresh(active).state == PermitState.CHANGING
    supervision.rectified(active, Step(section, note="已补设"))
    supervision.order_rectification(active, supervision.Demand("再补", today), Step(section))
    assert active.rectifications.filter(done_on=None).get().demand == "再补"
    changes.grant_change(active, Verdict("同意", "局长"), Step(section))
    assert make.fresh(active).state == PermitState.RECTIFYING
    supervision.rectified(active, Step(section, note="已补"))
    assert make.fresh(active).state == PermitState.ACTIVE


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (supervision.complete, "登记竣工（清场）"),
        (lambda case, step: changes.adjust(case, Adjustment(kind="stop", reason="x", decided_by="x"), step), "决定停止占用"),
        (
            lambda case, step: changes.end_permit(
                case, Ending(kind="cancel", ground="ended", facts="x", decided_by="局长"), step
            ),
            "注销许可",
        ),
    ],
)  # fmt: skip
def test_a_change_has_no_object_any_more_once_the_works_end(active, section, end, words):
    change = changes.ask_change(active, longer(active), Step(section))
    end(active, Step(section))
    change.refresh_from_db()
    assert (change.outcome, change.decided_on) == ("lapsed", timezone.localdate())
    assert change.decision_note == f"{words}，变更申请终止办理"


def test_another_place_is_looked_at_before_it_is_granted(active, section):
    change = longer(active, kind="place", new_ends_on=None, new_location="东移20米")
    changes.ask_change(active, change, Step(section))
    with pytest.raises(Refused, match="还没有重新查勘"):
        changes.grant_change(active, Verdict("同意", "局长"), Step(section))
    changes.resurvey_change(active, Step(section))
    changes.grant_change(active, Verdict("同意", "局长"), Step(section))
    assert make.fresh(active).location == "东移20米"


def test_a_shortened_permit_ends_sooner_and_never_later(active, section):
    wrong = Adjustment(kind="shorten", reason="x", new_ends_on=active.ends_on + timedelta(days=1), decided_by="局长")
    with pytest.raises(Refused, match="缩短后的截止日期"):
        changes.adjust(active, wrong, Step(section))
    sooner = active.ends_on - timedelta(days=2)
    right = Adjustment(kind="shorten", reason="x", new_ends_on=sooner, decided_by="局长")
    changes.adjust(active, right, Step(section))
    assert make.fresh(active).ends_on == sooner


def test_nothing_is_revoked_unheard(active, section):
    row = Ending(kind="revoke", ground="fraud", facts="伪造材料", decided_by="局长")
    with pytest.raises(Refused, match=r"没有听取当事人陈述、申辩.*第七条"):
        changes.end_permit(active, row, Step(section))
    row.heard_on = timezone.localdate()
    changes.end_permit(active, row, Step(section))
    assert make.fresh(active).state == PermitState.REVOKED


def test_days_that_stand_before_what_they_rest_on_are_told(active, section, officers):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    make.put(active, PermitState.ACTIVE, received_on=yesterday, accepted_on=yesterday)
    supervision.order_rectification(active, supervision.Demand("补设围挡", today), Step(section))
    with pytest.raises(Refused, match="日期早于责令日期"):
        supervision.rectified(active, Step(section, yesterday, note="已补设"))
    supervision.rectified(active, Step(section, note="已补设"))
    changes.ask_change(active, longer(active, kind="place", new_ends_on=None, new_location="东移"), Step(section))
    with pytest.raises(Refused, match="晚于今天"):
        changes.resurvey_change(active, Step(section, today + timedelta(days=1)))
    with pytest.raises(Refused, match="日期早于变更申请日期"):
        changes.deny_change(active, Verdict("影响通行", "局长"), Step(section, yesterday))
    changes.resurvey_change(active, Step(section))
    assert Activity.objects.about(active).filter(title="登记变更查勘").exists()
    heard = Ending(
        kind="revoke", ground="fraud", facts="伪造材料", decided_by="局长", heard_on=today + timedelta(days=1)
    )
    with pytest.raises(Refused, match="听取陈述、申辩应在决定") as refusal:
        changes.end_permit(active, heard, Step(section))
    assert refusal.value.field == "heard_on"
    supervision.complete(active, Step(section))
    early = RestorationCheck(
        first=officers[0], second=officers[1], happened_at=timezone.now() - timedelta(days=1), passed=True, police_present=True
    )  # fmt: skip
    with pytest.raises(Refused, match="验收时间早于竣工"):
        supervision.check_restoration(active, early, Step(section))


def test_works_that_begin_before_the_licence_are_a_flaw_though_it_is_there_when_they_are_entered(section, officers):
    application = make.make_issued(section, officers, starts_on=timezone.localdate() - timedelta(days=3))
    before = timezone.localdate() - timedelta(days=2)
    make.put(application, PermitState.ISSUED, received_on=before, accepted_on=before, decided_on=before)
    with pytest.raises(Refused, match="还没有发证即开工"):
        supervision.start(application, Step(section, before))
    supervision.start(application, Step(section, before, afterwards=True))
    assert [each.code for each in application.flaws.all()] == ["start-without-licence"]


def test_a_decision_before_the_acceptance_is_a_slip(section, officers):
    application = make.make_in_review(section, officers)
    make.put(application, PermitState.IN_REVIEW, received_on=timezone.localdate() - timedelta(days=5))
    with pytest.raises(Refused, match="决定日期早于受理日期"):
        decisions.grant(
            application, Verdict("按方案施工", "局长"), Step(section, timezone.localdate() - timedelta(days=1))
        )


def test_sides_that_no_segment_has_are_refused_beside_their_field(active, section):
    """A width of five digits was stored with the change and broke the grant."""
    (length, width) = (f"{name}_{active.segments.get().pk}" for name in ("length", "width"))
    data = {"kind": "area", "reason": "x", "on": timezone.localdate(), length: "10", width: "12345.6"}
    form = STEP_FORMS["ask_change"](data, application=active, edge="ask_change", user=section)
    assert not form.is_valid()
    assert list(form.errors) == [width]
    assert measure("宽", None, 1, WIDEST).max_value == WIDEST


def test_a_result_with_a_licence_number_that_is_taken_is_refused(active, section):
    day = timezone.localdate()
    result = records.Result(True, day, day, licence_number=active.licence_number)
    with pytest.raises(Refused, match="已被使用") as refusal:
        records.record_result(make.build_application(), [], result, by=section)
    assert refusal.value.field == "licence_number"


def test_a_change_has_twenty_working_days_that_are_seen_and_a_late_decision_is_a_flaw(
    section, deputy, officers, time_machine_day
):
    time_machine_day(date(2026, 3, 2))
    active = make.make_active(section, officers, starts_on=date(2026, 3, 2))
    make.put(active, PermitState.ACTIVE, ends_on=date(2026, 6, 30))
    changes.ask_change(active, longer(make.fresh(active)), Step(section))
    case = make.fresh(active)
    assert (case.change_due, desk.due_of(case)) == (date(2026, 3, 30), date(2026, 3, 30))
    assert light_for(case, date(2026, 3, 27), workdays.load()).text == "变更决定：剩1个工作日"
    year = CalendarYear.objects.get(year=2026)
    CalendarDay.objects.create(year=year, date=date(2026, 3, 20), kind="holiday_rest", name="样例")
    workdays.forget()
    time_machine_day(date(2026, 4, 1))
    daily.run()
    case = make.fresh(active)
    assert case.change_due == date(2026, 3, 31)
    assert light_for(case, date(2026, 4, 1), workdays.load()).level == "red"
    assert Activity.objects.about(case).filter(title__startswith="督办（红灯）：2026-03-31前的变更决定").exists()
    changes.grant_change(case, Verdict("同意", "局长"), Step(section))
    assert [each.code for each in active.flaws.all()] == ["change-decided-late"]


def test_a_year_without_calendar_is_told_when_a_change_is_asked_for(active, section):
    CalendarYear.objects.all().delete()
    workdays.forget()
    with pytest.raises(Refused, match="工作日历还没有录入"):
        changes.ask_change(active, longer(active), Step(section))
    with pytest.raises(Refused, match="请核对年份"):
        changes.ask_change(active, longer(active, new_ends_on=date(2999, 1, 1)), Step(section))
