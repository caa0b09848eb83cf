"""科室考核: schemes that add up, rounds step by step, who may score, spared minuses, appeals, frozen results, papers."""

import io
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from config.periods import Period
from staff import appraisal as arithmetic
from staff import desk
from staff.enums import APPRAISAL_STEPS, AppealOutcome, AppraisalState, Grade
from staff.models import (
    Activity,
    AppraisalEntry,
    AppraisalRound,
    AppraisalScheme,
    AppraisalSheet,
    Message,
    Setting,
    UnitKind,
)
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from staff.result_sheet import result_lines
from staff.workflow import appraisal
from tests import pdf_measure
from tests.factories.appraisal import make_entry, make_round, make_scheme, score_all
from tests.factories.people import DepartmentFactory, make_person
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def switch_on(key):
    Setting.objects.create(key=key, value="是", source="x", valid_from=date(2020, 1, 1))


@pytest.fixture
def office(client):
    client.user = UserFactory(role=Roles.OFFICE, unit=UnitFactory())
    client.force_login(client.user)
    return client


@pytest.fixture
def opened():
    """A round with two units, scoring."""
    make_scheme()
    DepartmentFactory(name="甲科", order=1)
    DepartmentFactory(name="乙中队", kind=UnitKind.SQUAD, order=2)
    return make_round()


def sheet_of(opened, name):
    return opened.sheets.select_related("round", "unit").get(unit__name=name)


# --- Arithmetic -------------------------------------------------------------------------------------------------------

points = st.decimals(-50, 100, places=2)


@given(st.lists(st.decimals(0, 100, places=2)), st.lists(st.tuples(points, st.booleans())))
def test_a_total_is_scores_and_entries_with_own_reports_spared_and_never_below_zero(scores, entries):
    total = arithmetic.total(scores, [arithmetic.Entry(*each) for each in entries])
    plain = sum(scores, Decimal(0)) + sum((p for p, own in entries if not (own and p < 0)), Decimal(0))
    assert total == max(Decimal(0), plain)


@pytest.mark.parametrize(
    ("total", "grade"),
    [("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "qualified"), ("60", "qualified"), ("59.99", "unqualified")],
)  # fmt: skip
def test_grades_begin_at_their_thresholds(total, grade):
    assert arithmetic.Thresholds(Decimal(90), Decimal(80), Decimal(60)).grade(Decimal(total)) == Grade(grade)


# --- Schemes ----------------------------------------------------------------------------------------------------------


def test_a_scheme_whose_items_do_not_add_up_is_refused_and_what_was_typed_stays(office):
    data = {
        "name": "办法", "document": "文", "valid_from": "2026-01-01", "total": "100", "excellent": "90", "good": "80",
        "qualified": "60", "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0",
        "items-0-name": "出勤", "items-0-group": "共性", "items-0-points": "60",
        "items-1-name": "任务", "items-1-group": "岗位", "items-1-points": "30",
    }  # fmt: skip
    page = office.post(reverse("staff:appraisal-scheme-create"), data)
    assert page.status_code == 422
    assert "各项目分值合计 90，应等于总分 100。" in page.content.decode()
    assert 'value="出勤"' in page.content.decode()
    page = office.post(reverse("staff:appraisal-scheme-create"), {**data, "items-1-points": "40"}, follow=True)
    assert "2 个项目" in page.content.decode()


def test_a_new_row_ticked_for_deletion_is_left_out(office):
    data = {
        "name": "考核办法", "document": "x", "valid_from": "2026-01-01", "total": "60", "excellent": "55", "good": "45",
        "qualified": "30", "items-TOTAL_FORMS": "3", "items-INITIAL_FORMS": "0",
        "items-0-name": "出勤", "items-0-group": "共性", "items-0-points": "60",
        "items-1-name": "任务", "items-1-group": "岗位", "items-1-points": "40", "items-1-DELETE": "on",
        "items-2-name": "没写分值", "items-2-group": "岗位", "items-2-points": "", "items-2-DELETE": "on",
    }  # fmt: skip
    page = office.post(reverse("staff:appraisal-scheme-create"), data, follow=True)
    assert "考核办法已保存，1 个项目" in page.content.decode()


def test_a_scheme_in_use_is_not_changed(office, opened):
    page = office.get(opened.scheme.get_absolute_url())
    assert reverse("staff:appraisal-scheme-edit", args=[opened.scheme_id]) not in page.content.decode()
    with pytest.raises(Refused, match="已有考核在用"):
        appraisal.save_scheme(opened.scheme, list(opened.scheme.items.all()), by=None)


def test_of_two_editors_of_a_scheme_the_second_is_told(office):
    scheme = make_scheme()
    address = reverse("staff:appraisal-scheme-edit", args=[scheme.pk])
    first, second = scheme.items.all()
    data = {
        "name": "考核办法", "document": "x", "valid_from": "2024-01-01", "total": "100", "excellent": "90", "good": "80",
        "qualified": "60", "seen": office.get(address).context["form"]["seen"].value(),
        "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "2", "items-0-id": first.pk, "items-1-id": second.pk,
        "items-0-name": "出勤", "items-0-group": "共性", "items-0-points": "60",
        "items-1-name": "任务", "items-1-group": "岗位", "items-1-points": "40",
    }  # fmt: skip
    assert office.post(address, data).status_code == 302
    page = office.post(address, {**data, "items-0-name": "考勤"})
    assert (page.status_code, "刚被别人修改过" in page.content.decode()) == (422, True)
    assert [item.name for item in scheme.items.all()] == ["出勤", "任务"]


def test_the_database_keeps_grades_in_order(opened):
    with pytest.raises(IntegrityError, match="scheme_grades_in_order"), transaction.atomic():
        type(opened.scheme).objects.filter(pk=opened.scheme_id).update(good=95)


# --- Rounds -----------------------------------------------------------------------------------------------------------


def test_a_round_has_a_sheet_for_each_department_and_squad_with_every_item(opened):
    assert [sheet.unit.name for sheet in opened.sheets.all()] == ["甲科", "乙中队"]
    assert {sheet.scores.count() for sheet in opened.sheets.all()} == {2}
    assert opened.state == AppraisalState.SCORING  # self-scores are off until switched on


def test_a_scheme_that_is_saved_as_a_round_of_it_is_opened_is_refused(office, monkeypatch):
    """Who saves waits for the round at the lock of the scheme, and looks only then."""
    scheme = make_scheme()
    lock, waiting = type(AppraisalScheme.objects).select_for_update, [Period.parse("2026H1")]

    def meanwhile(manager, **how):
        if waiting:
            appraisal.open_round(waiting.pop(), by=None)
        return lock(manager, **how)

    monkeypatch.setattr(type(AppraisalScheme.objects), "select_for_update", meanwhile)
    with pytest.raises(Refused, match="已有考核在用"):
        appraisal.save_scheme(scheme, list(scheme.items.all()), by=None, seen=scheme.version)


def test_opened_twice_the_second_is_told(office, opened):
    page = office.post(reverse("staff:appraisal-round-create"), {"period": "2026H1"})
    assert "2026年上半年的科室考核已经开始。" in page.content.decode()
    assert AppraisalRound.objects.count() == 1


def test_a_period_that_has_not_begun_is_not_assessed(office):
    make_scheme()
    page = office.post(reverse("staff:appraisal-round-create"), {"period": f"{timezone.localdate().year + 1}年上半年"})
    assert "还没有开始" in page.content.decode()
    assert not AppraisalRound.objects.exists()


def test_without_a_scheme_of_the_period_there_is_no_round(office):
    page = office.post(reverse("staff:appraisal-round-create"), {"period": "2026H1"})
    assert "没有这一期间施行的考核办法" in page.content.decode()


TAKE = {"close_self_scores": appraisal.close_self_scores, "publish": appraisal.publish}


@pytest.mark.parametrize(("state", "step"), list(product(AppraisalState, APPRAISAL_STEPS)))
def test_every_step_from_every_state(opened, state, step):
    by = UserFactory()
    score_all(opened, by)
    moment = {"published_at": "2026-07-01T00:00:00Z"} if state == AppraisalState.PUBLISHED else {}
    AppraisalRound.objects.filter(pk=opened.pk).update(state=state, **moment)
    source, target = APPRAISAL_STEPS[step]
    if state == source:
        assert TAKE[step](opened, by=by).state == target
    else:
        with pytest.raises(Refused):
            TAKE[step](opened, by=by)
        assert AppraisalRound.objects.get(pk=opened.pk).state == state


def test_units_score_themselves_first_where_switched_on(office):
    switch_on("appraisal.self_score")
    make_scheme()
    unit = DepartmentFactory(name="甲科")
    member = UserFactory(role=Roles.SQUAD_LEADER, unit=unit)
    opened = make_round()
    sheet = sheet_of(opened, "甲科")
    assert [todo.text for todo in desk.todo(member)] == ["2026年上半年科室考核：填写本单位自评"]
    first, second = sheet.scores.all()
    page = office.get(sheet.get_absolute_url())
    assert f"group_score-{first.pk}" not in page.content.decode()
    office.force_login(member)
    data = {"version": sheet.version, f"self_score-{first.pk}": "58", f"self_score-{second.pk}": "40"}
    office.post(sheet.get_absolute_url(), data)
    assert list(sheet.scores.values_list("self_score", flat=True)) == [58, 40]
    office.force_login(office.user)
    office.post(reverse("staff:appraisal-round-score", args=[opened.pk]))
    office.force_login(member)
    late = office.post(sheet.get_absolute_url(), data, follow=True)
    assert "您不能填写这张表" in late.content.decode()


def test_the_door_itself_refuses_a_column_that_is_not_open(opened):
    sheet = sheet_of(opened, "甲科")
    lines = {sheet.scores.first().pk: appraisal.Typed({"self_score": Decimal(5)})}
    with pytest.raises(Refused, match="不能填这一栏"):
        appraisal.save_scores(sheet, lines, by=UserFactory(), seen=sheet.version)


# --- Scores -----------------------------------------------------------------------------------------------------------


def test_a_deduction_needs_its_reason_and_a_score_stays_within_the_item(office, opened):
    sheet = sheet_of(opened, "甲科")
    first, second = sheet.scores.all()
    data = {"version": sheet.version, f"group_score-{first.pk}": "61", f"group_score-{second.pk}": "39"}
    page = office.post(sheet.get_absolute_url(), data)
    assert page.status_code == 422
    text = page.content.decode()
    assert "请写明扣分理由" in text
    assert "60" in text
    data |= {f"group_score-{first.pk}": "60", f"reason-{second.pk}": "迟报一次"}
    assert office.post(sheet.get_absolute_url(), data).status_code == 302
    log = Activity.objects.about(sheet).latest("pk")
    assert log.changes["样例项目2·考核组评分"] == [None, "39"]


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(office, opened):
    sheet = sheet_of(opened, "甲科")
    first, second = sheet.scores.all()
    data = {"version": sheet.version, f"group_score-{first.pk}": "60", f"group_score-{second.pk}": "40"}
    office.post(sheet.get_absolute_url(), data)
    page = office.post(
        sheet.get_absolute_url(), {**data, f"group_score-{first.pk}": "50", f"reason-{first.pk}": "迟到"}
    )
    assert page.status_code == 422
    assert "甲科的考核表刚被别人修改过" in page.content.decode()
    assert 'value="50"' in page.content.decode()
    assert sheet.scores.get(pk=first.pk).group_score == 60


def test_unscored_is_not_zero(opened):
    line = result_lines(opened)[0]
    assert (line.total, line.grade, line.rank, line.missing) == (None, "", None, 2)


# --- 加减分 -----------------------------------------------------------------------------------------------------------


def test_the_unit_is_spared_what_it_found_and_reported_itself_the_person_is_not(opened):
    sheet = sheet_of(opened, "甲科")
    person = make_person(unit=sheet.unit)
    entry = make_entry(sheet, points=-2, person=person, person_points=Decimal(-1), found_by_unit=True)
    assert (entry.counted_points, entry.counted_person_points) == (0, -1)
    assert make_entry(sheet, points=3, event="表扬", found_by_unit=True).counted_points == 3


def test_an_entry_outside_the_period_or_twice_is_refused(opened):
    sheet = sheet_of(opened, "甲科")
    with pytest.raises(Refused, match="日期不在2026年上半年内"):
        make_entry(sheet, happened_on=date(2026, 7, 1))
    make_entry(sheet)
    with pytest.raises(Refused, match="已经登记过加减分"):
        make_entry(sheet)


def test_recorded_in_the_browser_with_evidence_which_only_its_readers_open(office, opened, client):
    sheet = sheet_of(opened, "甲科")
    told = UserFactory(role=Roles.SQUAD_LEADER, unit=sheet.unit)
    pdf = SimpleUploadedFile("通报.pdf", b"%PDF-1.7 x %%EOF", "application/pdf")
    data = {"happened_on": "2026-03-01", "event": "漏岗", "unit_points": "-2", "person_points": "0", "evidence": pdf}
    office.post(reverse("staff:appraisal-entry-create", args=[sheet.pk]), data)
    entry = AppraisalEntry.objects.get()
    assert Message.objects.filter(recipient=told, url=entry.get_absolute_url()).count() == 1
    stored = entry.evidence.get()
    answer = office.get(stored.get_absolute_url())
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    stranger = UserFactory(role=Roles.SQUAD_LEADER, unit=sheet_of(opened, "乙中队").unit)
    client.force_login(stranger)
    assert client.get(stored.get_absolute_url()).status_code == 404
    assert client.get(entry.get_absolute_url()).status_code == 404


def test_a_file_that_is_neither_picture_nor_paper_leaves_no_entry(office, opened):
    sheet = sheet_of(opened, "甲科")
    wrong = SimpleUploadedFile("x.exe", b"MZ" + b"\0" * 100)
    data = {"happened_on": "2026-03-01", "event": "漏岗", "unit_points": "-2", "person_points": "0", "evidence": wrong}
    page = office.post(reverse("staff:appraisal-entry-create", args=[sheet.pk]), data)
    assert page.status_code == 422
    assert "漏岗" in page.content.decode()
    assert not AppraisalEntry.objects.exists()


def test_no_evidence_is_added_once_the_result_is_published(office, opened):
    entry = make_entry(sheet_of(opened, "甲科"))
    score_all(opened, office.user)
    appraisal.publish(opened, by=office.user)
    data = {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 x %%EOF")}
    page = office.post(reverse("staff:appraisal-evidence-add", args=[entry.pk]), data, follow=True)
    assert "不能再添证据" in page.content.decode()
    assert not entry.evidence.exists()


def test_voided_once_with_a_reason(office, opened):
    entry = make_entry(sheet_of(opened, "甲科"))
    url = reverse("staff:appraisal-entry-void", args=[entry.pk])
    assert office.post(url, {"reason": ""}).status_code == 422
    office.post(url, {"reason": "登记有误"})
    entry.refresh_from_db()
    assert (entry.counted_points, entry.void_reason) == (0, "登记有误")
    assert "已经作废" in office.post(url, {"reason": "再作废"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"unit_points": 0, "person_points": 0}, "appraisal_entry_has_points"),
        ({"person_points": -1, "person": None}, "appraisal_entry_person_named"),
        ({"void_reason": "x"}, "appraisal_entry_void_has_reason"),
    ],
)
def test_the_database_repeats_the_rules_of_an_entry(opened, change, constraint):
    entry = make_entry(sheet_of(opened, "甲科"))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AppraisalEntry.objects.filter(pk=entry.pk).update(**change)


# --- Appeals ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def contested(opened):
    sheet = sheet_of(opened, "甲科")
    person = make_person(unit=sheet.unit)
    entry = make_entry(sheet, points=-4, person=person, person_points=Decimal(-2), recorded_by=UserFactory())
    member = UserFactory(role=Roles.SQUAD_LEADER, unit=sheet.unit)
    return entry, appraisal.lodge_appeal(entry, by=member, reason="当天在集训"), member


@pytest.mark.parametrize(
    ("outcome", "given", "unit", "person"),
    [
        ("upheld", {}, 0, 0),
        ("partly", {"points": Decimal(-1)}, -1, -2),
        ("partly", {"points": Decimal(-1), "person_points": Decimal(-1)}, -1, -1),
        ("rejected", {}, -4, -2),
    ],
)
def test_what_an_appeal_comes_to(contested, outcome, given, unit, person):
    entry, appeal, member = contested
    director = UserFactory(role=Roles.DIRECTOR)
    appraisal.decide_appeal(appeal, by=director, outcome=outcome, reply="核实", **given)
    entry.refresh_from_db()
    assert (entry.counted_points, entry.counted_person_points) == (unit, person)
    assert Message.objects.filter(recipient=member, text__contains="您的申诉已裁定").exists()


def test_partly_needs_points_and_decided_twice_the_second_is_told(contested):
    _, appeal, _ = contested
    director = UserFactory(role=Roles.DIRECTOR)
    with pytest.raises(Refused, match="裁定后的分"):
        appraisal.decide_appeal(appeal, by=director, outcome="partly", reply="x")
    appraisal.decide_appeal(appeal, by=director, outcome="rejected", reply="x")
    with pytest.raises(Refused, match="裁定为“不成立”"):
        appraisal.decide_appeal(appeal, by=UserFactory(role=Roles.DIRECTOR), outcome="upheld", reply="x")


def test_an_appeal_never_adds_to_what_counts(opened):
    """Not to a minus that was spared, nor to what an earlier appeal left of one."""
    sheet, leader = sheet_of(opened, "甲科"), UserFactory(role=Roles.DIRECTOR)
    own = UserFactory(unit=sheet.unit)
    person = make_person(unit=sheet.unit)
    spared = make_entry(sheet, points=-5, found_by_unit=True, person=person, person_points=Decimal(-2))
    appeal = appraisal.lodge_appeal(spared, by=own, reason="个人减分过重")
    with pytest.raises(Refused, match="只能是 0"):
        appraisal.decide_appeal(appeal, by=leader, outcome="partly", reply="减轻", points=Decimal(-5))
    appraisal.decide_appeal(
        appeal, by=leader, outcome="partly", reply="减轻", points=Decimal(0), person_points=Decimal(-1)
    )
    spared.refresh_from_db()
    assert (spared.counted_points, spared.counted_person_points) == (0, -1)
    entry = make_entry(sheet, points=-5, event="另一件")
    first = appraisal.lodge_appeal(entry, by=own, reason="减分过重")
    appraisal.decide_appeal(first, by=leader, outcome="partly", reply="减轻", points=Decimal(-2))
    again = appraisal.lodge_appeal(entry, by=own, reason="仍然过重")
    with pytest.raises(Refused, match=r"应在 -2.* 与 0 之间"):
        appraisal.decide_appeal(again, by=leader, outcome="partly", reply="减轻", points=Decimal(-4))


def test_nobody_decides_in_his_own_matter(contested, client):
    entry, appeal, _ = contested
    own = UserFactory(role=Roles.DIRECTOR, unit=entry.sheet.unit)
    AppraisalEntry.objects.filter(pk=entry.pk).update(recorded_by=(recorder := UserFactory(role=Roles.DIRECTOR)))
    for user, why in ((own, "您属于被考核的单位"), (recorder, "应由其他领导裁定")):
        client.force_login(user)
        assert why in client.get(entry.get_absolute_url()).content.decode()
        refused = client.post(
            reverse("staff:appraisal-appeal-decide", args=[appeal.pk]), {"outcome": "upheld", "reply": "同意"}
        )
        assert refused.status_code == 422
        assert desk.todo(user) == []
    appeal.refresh_from_db()
    assert appeal.outcome == AppealOutcome.PENDING


def test_a_deputy_judges_the_principals_unit_no_more_than_the_principal(opened):
    sheet = sheet_of(opened, "甲科")
    deputy = UserFactory(unit=UnitFactory())
    deputy.principal = UserFactory(role=Roles.PERSONNEL, unit=sheet.unit)
    lines = {sheet.scores.first().pk: appraisal.Typed({"group_score": Decimal(60), "reason": ""})}
    with pytest.raises(Refused, match="不能给本单位"):
        appraisal.save_scores(sheet, lines, by=deputy, seen=sheet.version)
    with pytest.raises(Refused, match="不能给本单位"):
        make_entry(sheet, recorded_by=deputy)
    entry = make_entry(sheet)
    appeal = appraisal.lodge_appeal(entry, by=UserFactory(unit=sheet.unit), reason="有异议")
    deputy.principal = UserFactory(role=Roles.DIRECTOR, unit=sheet.unit)
    with pytest.raises(Refused, match="正代理那里的人"):
        appraisal.decide_appeal(appeal, by=deputy, outcome="upheld", reply="成立")
    own = UserFactory(role=Roles.PERSONNEL, unit=sheet.unit)
    assert [each.text for each in desk.appraisal_todo(own) if "还没有评完" in each.text] == ["1 张科室考核表还没有评完"]


def test_only_the_units_own_people_appeal_and_once(contested, client, opened):
    entry, _, member = contested
    url = reverse("staff:appraisal-entry-appeal", args=[entry.pk])
    client.force_login(member)
    page = client.post(url, {"reason": "再次申诉"})
    assert "已有一件申诉待裁定" in page.content.decode()
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=sheet_of(opened, "乙中队").unit))
    assert client.post(url, {"reason": "别人的事"}).status_code == 404
    client.force_login(UserFactory(role=Roles.PERSONNEL))
    assert "申诉由被考核的单位" in client.post(url, {"reason": "不是本单位"}, follow=True).content.decode()
    assert entry.appeals.count() == 1


def test_the_decider_walks_from_the_desk_to_the_decision(contested, client):
    entry, appeal, _ = contested
    director = UserFactory(role=Roles.DIRECTOR)
    assert [todo.text for todo in desk.todo(director)] == ["1 件考核申诉待裁定"]
    client.force_login(director)
    other = make_entry(sheet_of(entry.sheet.round, "乙中队"), recorded_by=director)  # for somebody else to decide
    appraisal.lodge_appeal(other, by=UserFactory(unit=other.sheet.unit), reason="有异议")
    (todo,) = desk.todo(director)
    assert todo.count == client.get(todo.url).context["table"].count == 1
    assert client.get(reverse("staff:appraisal-appeal-list") + "?outcome=pending").context["table"].count == 2
    client.post(reverse("staff:appraisal-appeal-decide", args=[appeal.pk]), {"outcome": "upheld", "reply": "有签到表"})
    assert desk.todo(director) == []
    assert "有签到表" in client.get(entry.get_absolute_url()).content.decode()


# --- Publication ------------------------------------------------------------------------------------------------------


def test_publishing_freezes_and_ranks_with_ties(office, opened):
    DepartmentFactory(name="晚到科")  # not in the round
    score_all(opened, office.user)
    make_entry(sheet_of(opened, "乙中队"), points=-15)
    office.post(reverse("staff:appraisal-round-publish", args=[opened.pk]))
    rows = [(s.unit.name, s.total, s.grade, s.rank) for s in opened.sheets.order_by("rank")]
    assert rows == [("甲科", 100, Grade.EXCELLENT, 1), ("乙中队", 85, Grade.GOOD, 2)]
    with pytest.raises(Refused, match="已公布，不能再改动"):
        make_entry(sheet_of(opened, "甲科"), event="补登")
    with pytest.raises(IntegrityError, match="sheet_result_whole"), transaction.atomic():
        AppraisalSheet.objects.filter(round=opened).update(rank=None)


def test_equal_totals_share_a_rank(opened):
    by = UserFactory()
    score_all(opened, by)
    appraisal.publish(opened, by=by)
    assert list(opened.sheets.values_list("rank", flat=True)) == [1, 1]


def test_not_published_while_scores_are_missing_or_an_appeal_waits(office, opened):
    url = reverse("staff:appraisal-round-publish", args=[opened.pk])
    assert "还有项目没有评分：乙中队、甲科" in office.post(url, follow=True).content.decode()
    score_all(opened, office.user)
    entry = make_entry(sheet_of(opened, "甲科"))
    appraisal.lodge_appeal(entry, by=UserFactory(), reason="有异议")
    assert "还有 1 件申诉没有裁定" in office.post(url, follow=True).content.decode()
    assert AppraisalRound.objects.get().state == AppraisalState.SCORING


def test_rewards_are_off_until_switched_on_and_then_logged(office, opened):
    score_all(opened, office.user)
    appraisal.publish(opened, by=office.user)
    sheet = sheet_of(opened, "甲科")
    url = reverse("staff:appraisal-sheet-reward", args=[sheet.pk])
    assert office.post(url, {"reward": "500", "version": sheet.version}).status_code == 404
    assert "奖励金额" not in office.get(sheet.get_absolute_url()).content.decode()
    switch_on("appraisal.reward")
    office.post(url, {"reward": "500", "version": sheet.version})
    assert "500.00 元" in office.get(sheet.get_absolute_url()).content.decode()
    stale = office.post(url, {"reward": "800", "version": sheet.version})
    assert stale.status_code == 422
    with pytest.raises(ChangedMeanwhile):
        appraisal.set_reward(sheet, by=office.user, reward=Decimal(1), seen=sheet.version)


# --- Papers and lists -------------------------------------------------------------------------------------------------


def test_the_result_as_xlsx_and_pdf_holds_every_line(office, opened, tmp_path):
    score_all(opened, office.user, lost=5)
    make_entry(sheet_of(opened, "乙中队"), points=-15, event="=漏岗")
    appraisal.publish(opened, by=office.user)
    book = load_workbook(io.BytesIO(office.get(reverse("staff:appraisal-round-xlsx", args=[opened.pk])).content))
    assert book.sheetnames == ["考核结果", "项目得分", "加减分"]
    rows = [row[:6] for row in book["考核结果"].iter_rows(min_row=4, max_row=5, values_only=True)]
    assert rows == [(1, "甲科", 95, 0, 95, "优秀"), (2, "乙中队", 95, -15, 80, "良好")]
    assert book["加减分"]["C4"].data_type == "s"
    paper = pdf_measure.text(tmp_path, office.get(reverse("staff:appraisal-round-pdf", args=[opened.pk])).content)
    assert "2026年上半年科室考核结果" in paper
    assert "乙中队" in paper


def test_a_unit_sees_its_own_line_and_ranks_only_when_published(client, opened):
    member = UserFactory(role=Roles.SQUAD_MEMBER, unit=sheet_of(opened, "甲科").unit)
    client.force_login(member)
    page = client.get(opened.get_absolute_url())
    assert [row.object.unit for row in page.context["table"].rows] == ["甲科"]
    assert "rank" not in [column.name for column in page.context["table"].columns]
    assert client.get(reverse("staff:appraisal-round-pdf", args=[opened.pk])).status_code == 403
    assert client.get(sheet_of(opened, "乙中队").get_absolute_url()).status_code == 404
    score_all(opened, UserFactory())
    appraisal.publish(opened, by=UserFactory())
    page = client.get(opened.get_absolute_url())
    assert "rank" in [column.name for column in page.context["table"].columns]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "most"), [("appraisal-round-list", 12), ("appraisal-entry-list", 14), ("appraisal-result-list", 14)])  # fmt: skip
def test_lists_ask_the_same_few_questions_for_any_number_of_rows(
    office, count, name, most, django_assert_max_num_queries
):
    make_scheme()
    DepartmentFactory(name="甲科")
    for quarter in range(1, count + 1):
        opened = make_round(f"2026Q{quarter}")
        make_entry(sheet_of(opened, "甲科"))
        score_all(opened, office.user)
        appraisal.publish(opened, by=office.user)
    with django_assert_max_num_queries(most):
        table = office.get(reverse(f"staff:{name}")).context["table"]
    assert table.count >= count
