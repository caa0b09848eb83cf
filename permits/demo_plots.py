"""What befalls the demo's permits, one function a plot; PLOTS says how many days ago each came in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from permits.demo_cases import CONDITIONS, Story
from permits.demo_clock import on
from permits.enums import AdjustmentKind, ChangeKind, EndingGround, EndingKind, OpinionBody, OpinionOutcome, PauseKind
from permits.kinds import SpaceKind
from permits.models import Adjustment, Emergency, Ending, PermitChange
from permits.workflow import (
    changes,
    decisions,
    emergencies,
    fees,
    opinions,
    records,
    silence,
    supervision,
    surveys,
    window,
)
from permits.workflow.decisions import Pause, Verdict
from permits.workflow.opinions import Answer
from permits.workflow.records import Course, Result
from permits.workflow.steps import Step

if TYPE_CHECKING:
    from permits.demo import Teller

# --- The common course ------------------------------------------------------------------------------------------------


def occupation(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=teller.random.choice((10, 15, 20))).to_restored().later(
        2
    ).close()


def dig(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=teller.random.choice((5, 8, 12))).to_restored()
    story.application.refresh_from_db()
    until = story.application.warranty_until
    if until is not None and until < story.last:
        story.until(until + timedelta(days=1)).close()


def ground(teller: Teller, story: Story) -> None:
    """公共场地: no road and no fee."""
    story.apply(None, digs=False, starts=20, days=3, space=SpaceKind.SQUARE).to_restored().later(1).close()


def result(teller: Teller, story: Story) -> None:
    """只登记结果, from the register of before, with what was paid."""
    application = story.build(teller.road, digs=story.number % 2 == 0, starts=10, days=8)
    received, decided = story.day, story.later(5).day
    issued, restored = story.later(2).day, story.until(application.ends_on + timedelta(days=2)).day
    number = f"旧证（演示）{story.number:03d}"
    facts = Result(True, received, decided, received, CONDITIONS, "分示例", number, issued, restored)
    with on(story.last):
        made = records.record_result(application, story.rows, facts, by=story.cast.section)
        fees.record_old_fee(made, Decimal(300 + 40 * story.number), issued, number, by=story.cast.finance)


# --- Endings at the window and at the decision ------------------------------------------------------------------------


def denied(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=30).to_review().later(1)
    story.deny("占用后人行道剩余通行宽度不足 1.8 米，且位于学校门前 50 米内，严重影响通行。")


def withdrawn(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=8).to_accepted().later(2)
    with on(story.day, 15):
        window.withdraw(story.application, Step(story.cast.window, note="工程改期，申请人书面撤回"))


def refused_intake(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=30).receive()
    with on(story.day, 11):
        note = "设置大型户外广告不属于占用城市道路许可，应另行申请户外广告设置许可。"
        window.refuse_intake(story.application, Step(story.cast.window, note=note))


def not_required(teller: Teller, story: Story) -> None:
    story.apply(None, digs=False, starts=16, days=1, space=SpaceKind.OUTSIDE).receive()
    with on(story.day, 11):
        note = "在自有围墙内堆放材料，不占用公共场地，不需要许可。"
        window.declare_not_required(story.application, Step(story.cast.window, note=note))


def transferred(teller: Teller, story: Story) -> None:
    story.apply(teller.by_name["示例大道"], digs=True, starts=16, days=10).receive()
    with on(story.day, 11):
        window.transfer(story.application, Step(story.cast.window))


def supplemented(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=30, days=8).receive().later(2)
    with on(story.day, 10):
        window.ask_supplement(
            story.application, "道路修复方案缺断面图；设计文件缺设计单位盖章。", Step(story.cast.window)
        )
    story.later(4)
    with on(story.day, 9):
        window.supplement(story.application, Step(story.cast.window))
    story.hand_in().accept().assign().later(1).survey().police().charge().review().later(1).grant()
    story.demand().later(1).pay().issue().start().until(story.application.ends_on).complete().later(2).check()


def deemed(teller: Teller, story: Story) -> None:
    """Nobody answered in five working days: accepted as of receipt, with a flaw on record."""
    story.apply(teller.road, digs=False, starts=30, days=10).receive().hand_in().later(7)
    story.application.refresh_from_db()
    with on(story.day, 9):
        silence.deem_one(story.application, story.day)
    story.assign().later(1).survey().police().charge().review().later(1).grant().demand().later(1).pay().issue()
    story.start().until(story.application.ends_on).complete().later(1).check().later(1).close()


# --- Detours before the decision --------------------------------------------------------------------------------------


def protected(teller: Teller, story: Story) -> None:
    """Inside the five years: with the city government's approval (城市道路管理条例 33②)."""
    story.apply(teller.by_name["湖岸示例路"], digs=True, starts=40, days=6).to_surveyed()
    with on(story.day, 17):
        opinions.ask_government(story.application, Step(story.cast.section))
    story.later(6)
    with on(story.day, 10):
        answer = Answer(OpinionBody.GOVERNMENT, OpinionOutcome.AGREE, note="同意", document="岳政函（演示）〔2026〕9号")
        opinions.government_answer(story.application, answer, Step(story.cast.section))
    story.charge().review().later(1).grant().demand().later(1).pay().issue().start()
    story.until(story.application.ends_on).complete().later(2).check()


def heard(teller: Teller, story: Story) -> None:
    """A hearing: the clock stands as long as it takes."""
    story.apply(teller.road, digs=False, starts=40, days=15).to_surveyed().later(1)
    with on(story.day, 10):
        pause = Pause(PauseKind.HEARING, "沿街商户申请听证", 10, story.day)
        decisions.start_special(story.application, pause, Step(story.cast.section))
    story.later(9)
    with on(story.day, 10):
        decisions.end_special(story.application, Step(story.cast.section))
    story.charge().review().later(1).grant().demand().later(1).pay().issue().start()
    story.until(story.application.ends_on).complete().later(1).check().later(1).close()


def late(teller: Teller, story: Story) -> None:
    """Extended once, and decided late all the same: flagged and counted."""
    story.apply(teller.road, digs=True, starts=70, days=6).to_review().later(14)
    with on(story.day, 10):
        reason = "管线产权单位意见不一致，需要进一步协调"
        decisions.extend(story.application, reason, Step(story.cast.section))
    story.later(19).grant().demand().later(1).pay().issue().start().until(story.application.ends_on)
    story.complete().later(2).check()


def paid_late(teller: Teller, story: Story) -> None:
    """The licence went out before the fee came in: recorded as it was."""
    story.apply(teller.road, digs=False, starts=20, days=15).to_granted().demand().later(1)
    with on(story.day, 14):
        decisions.issue(story.application, Step(story.cast.window, afterwards=True))
    story.later(6).pay().start().until(story.application.ends_on).complete().later(1).check().later(1).close()


def signed_offline(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=20, days=7).to_review().later(1).signed_offline("同意，按方案组织施工")
    story.grant().demand().later(1).pay().issue().start().until(story.application.ends_on).complete().later(2).check()


def quick(teller: Teller, story: Story) -> None:
    """快速登记: the whole course typed in afterwards on one page."""
    application = story.build(teller.road, digs=False, starts=12, days=5)
    first, second = story.crew
    received = story.day
    days = [story.later(1).day for _ in range(4)]
    course = Course(
        received_on=received, accepted_on=received, surveyed_on=days[0], crew=surveys.Crew(first, second, squad=story.squad),
        survey_note="现场属实", police_on=days[0], decided_on=days[1], text=CONDITIONS, decided_by="分示例",
        fee_amount=Decimal(45), fee_basis="按占用费标准线下核算（演示）", fee_receipt=f"湘财通字（演示）{story.number:04d}",
        fee_paid_on=days[2], issued_on=days[2], licence_number=f"许可证（外部）{story.number:03d}", delivered_on=days[3],
    )  # fmt: skip
    with on(days[3], 16):
        records.record_course(application, story.rows, course, by=story.cast.section)
    if story.application.ends_on < story.last:
        story.until(story.application.starts_on).start().until(story.application.ends_on).complete().later(1).check().later(1).close()  # fmt: skip


# --- On the site ------------------------------------------------------------------------------------------------------


def mended(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=10).to_active().later(1).find_fault().later(1).mended()
    story.until(story.application.ends_on).complete().later(2).check()


def redone(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=8).to_active().until(
        story.application.ends_on
    ).complete().later(1)
    story.check(passed=False).later(3).complete().later(1).check()


def extended(teller: Teller, story: Story) -> None:
    """Prolonged on application before its end."""
    story.apply(teller.road, digs=False, starts=16, days=15).to_active().later(5)
    ask_longer(story)
    story.later(2)
    with on(story.day, 10):
        verdict = Verdict("同意延长十日，其余条件不变", "分示例")
        changes.grant_change(story.application, verdict, Step(story.cast.section))
    story.application.refresh_from_db()
    story.until(story.application.ends_on).complete().later(1).check().later(1).close()


def ask_longer(story: Story) -> None:
    until = story.application.ends_on + timedelta(days=10)
    change = PermitChange(kind=ChangeKind.PERIOD, new_ends_on=until, reason="连续阴雨，工期顺延")
    with on(story.day, 10):
        changes.ask_change(story.application, change, Step(story.cast.window))


def stopped(teller: Teller, story: Story) -> None:
    """Stopped for the city's needs, part of the fee paid back (城市道路管理条例 38)."""
    story.apply(teller.road, digs=False, starts=16, days=20).to_active().later(6)
    application = story.application
    with on(story.day, 10):
        adjustment = Adjustment(kind=AdjustmentKind.STOP, decided_by="局示例", reason="市政管网抢修需要，停止占用")
        changes.adjust(application, adjustment, Step(story.cast.section))
    story.later(1).complete().later(1).check().later(1).close()


def ended(story: Story, kind: str, ground: str, facts: str) -> None:
    with on(story.day, 10):
        ending = Ending(kind=kind, ground=ground, facts=facts, heard_on=story.day, decided_by="局示例")
        changes.end_permit(story.application, ending, Step(story.cast.section))


def revoked(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=20).to_active().later(3)
    ended(story, EndingKind.REVOKE, EndingGround.FRAUD, "所附场地权属证明系伪造，经核实撤销。")


def cancelled(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=10).to_issued().later(1)
    ended(story, EndingKind.CANCEL, EndingGround.FORCE_MAJEURE, "因汛期封闭施工，许可无法实施，申请人同意注销。")


def emergency_made_up(teller: Teller, story: Story, *, hours: int = 5) -> None:
    """Dug first, told both departments, made up the papers within (or after) 24 hours."""
    application = story.build(teller.road, digs=True, starts=0, days=12)
    with on(story.day, 8):
        began = timezone.now()
        told = {"bureau_told_at": began, "police_told_at": began}
        emergency = Emergency(
            started_at=began, reported_at=began, source="12345 转办", cause="供水主管爆裂，路面塌陷", **told
        )
        emergencies.report_emergency(application, emergency, by=story.cast.window)
    made_up = began + timedelta(hours=hours)
    story.until(timezone.localdate(made_up))
    with on(story.day, timezone.localtime(made_up).hour):
        for row in story.rows:
            row.application = application
            row.save()
        emergencies.make_up(application, Step(story.cast.window))
    story.hand_in().accept().assign().later(1).survey().police().charge().review().later(1).grant().demand().later(1)
    story.pay().issue().start().until(application.ends_on).complete().later(1).check()


def emergency_late(teller: Teller, story: Story) -> None:
    emergency_made_up(teller, story, hours=32)


def emergency_waiting(teller: Teller, story: Story) -> None:
    application = story.build(teller.by_name["演示路"], digs=True, starts=0, days=2)
    began = timezone.now() - timedelta(hours=3)
    told = {"bureau_told_at": began, "police_told_at": began}
    emergency = Emergency(
        started_at=began, reported_at=began, source="巡查发现", cause="燃气管线泄漏，开挖抢修", **told
    )
    emergencies.report_emergency(application, emergency, by=story.cast.window, segments=story.rows)


# --- What waits on the desk -------------------------------------------------------------------------------------------


def active(teller: Teller, story: Story) -> None:
    story.apply(teller.by_name["样例一路"], digs=story.number % 2 == 0, starts=9, days=40).to_active()


def changing(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=10, days=30).to_active().later(1)
    ask_longer(story)


def rectifying(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=10, days=30).to_active().later(1).find_fault()


def awaiting_check(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=8).to_active().until(story.application.ends_on).complete()


def reworking(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=16, days=8).to_active().until(story.application.ends_on).complete()
    story.later(1).check(passed=False)


def expired(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=16, days=10).to_active().until(
        story.application.ends_on + timedelta(days=1)
    )
    with on(story.day, 1):
        supervision.expire_one(story.application, story.day)


def issued(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10).to_issued()


def fee_due(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10).to_granted().demand()


def granted(teller: Teller, story: Story) -> None:
    story.apply(None, digs=False, starts=25, days=3, space=SpaceKind.SQUARE).to_granted()


def in_review(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=story.number % 2 == 0, starts=25, days=10).to_review()


def surveyed(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10).to_surveyed()


def waiting_for_government(teller: Teller, story: Story) -> None:
    story.apply(teller.by_name["样例三路"], digs=True, starts=40, days=10).to_surveyed()
    with on(story.day, 17):
        opinions.ask_government(story.application, Step(story.cast.section))


def being_heard(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=40, days=20).to_surveyed()
    with on(story.day, 17):
        pause = Pause(PauseKind.EXPERT, "涉及桥下空间，组织专家评审", 10, story.day)
        decisions.start_special(story.application, pause, Step(story.cast.section))


def surveying(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=story.number % 2 == 0, starts=25, days=10).to_accepted().assign()


def accepted(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=False, starts=25, days=10).to_accepted()


def received(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10).receive()


def wanting(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10).receive()
    with on(story.day, 15):
        window.ask_supplement(story.application, "缺交通组织（疏解）方案。", Step(story.cast.window))


def draft(teller: Teller, story: Story) -> None:
    story.apply(teller.road, digs=True, starts=25, days=10)


PLOTS: list[tuple[int, Callable[[Any, Story], object]]] = [
    *((560 + 9 * number, result) for number in range(8)),
    (430, denied), (215, denied), (88, denied), (390, withdrawn), (95, withdrawn), (365, refused_intake),
    (345, not_required), (310, transferred), (285, supplemented), (155, deemed), (300, protected), (235, heard),
    (350, late), (185, paid_late), (112, signed_offline), (160, quick), (80, quick), (172, mended), (143, redone),
    (132, extended), (104, stopped), (121, revoked), (208, cancelled), (260, emergency_made_up), (66, emergency_late),
    (22, active), (19, active), (23, changing), (21, rectifying), (30, awaiting_check), (32, reworking), (52, expired),
    (41, expired), (12, issued), (11, issued), (10, fee_due), (9, fee_due), (8, granted), (8, in_review), (7, in_review),
    (7, in_review), (6, in_review), (6, surveyed), (12, waiting_for_government), (15, being_heard), (9, surveying),
    (3, surveying), (3, accepted), (3, received), (2, received), (5, wanting), (1, draft), (0, emergency_waiting),
]  # fmt: skip
