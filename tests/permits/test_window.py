"""At the window: the one notice is prefilled from the checklist; roads that the city manages are said and refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from permits.documents.building import build
from permits.enums import PermitState
from permits.kinds import ItemKind
from permits.models import Application, area_of
from permits.paper_kinds import PaperKind
from permits.workflow import decisions, guards, window
from permits.workflow.steps import Step
from staff.models import Activity, Setting, forget_settings
from staff.refusals import Refused
from tests.factories import permits as make
from tests.permits.test_case_pages import post_new, step_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def city_agency():
    Setting.objects.create(key="permits.city_agency", value="样例市城管局", source="样例文件")
    forget_settings()
    yield "样例市城管局"
    forget_settings()


def on_a_city_road(by, **fields):
    return make.make_received(
        by, segments=[make.build_segment(road=make.make_road(name="样例大道", manager="city"))], **fields
    )


def notice(client, application):
    """What the dialog of the notice holds when it is opened."""
    return client.get(application.get_absolute_url()).context["page"].steps


def items_of(client, application):
    return next(step.form["items"] for step in notice(client, application) if step.id == "ask_supplement")


def test_the_notice_lists_what_is_missing_and_what_to_bring(at_window, window_clerk):
    version = make.make_item(materials=("申请表", "设计文件"))
    version.materials.filter(name="设计文件").update(copies=2, source="设计单位", basis="道路条例第三十三条")
    application = make.make_received(window_clerk)
    window.tick_materials(
        application, window.Receipt(frozenset([application.materials.get(name="申请表").pk])), by=window_clerk
    )
    items = items_of(at_window, application)
    assert items.initial == "设计文件：请提交2份，来源：设计单位（道路条例第三十三条）"
    window.ask_supplement(application, items.initial, Step(window_clerk))
    paper = build(make.fresh(application), PaperKind.SUPPLEMENT)
    assert [(each.material, each.what) for each in paper.items] == [
        ("设计文件", "请提交2份，来源：设计单位（道路条例第三十三条）")
    ]


def test_the_notice_adds_the_note_of_the_window_and_names_conditional_materials(at_window, window_clerk):
    version = make.make_item(materials=("断面图",))
    version.materials.create(name="管线资料", necessity="conditional", condition="地下有管线的", position=2)
    application = make.make_received(window_clerk)
    row = application.materials.get(name="断面图")
    window.tick_materials(application, window.Receipt(notes={row.pk: "要标尺寸"}), by=window_clerk)
    items = items_of(at_window, application)
    assert items.initial == "断面图：请提交1份，要标尺寸"
    assert "管线资料" in items.help_text


def test_the_form_says_who_manages_each_road(at_window):
    make.make_road(name="样例大道", manager="city")
    make.make_road(name="样例小路", manager="district")
    page = at_window.get(reverse("permits:application-create")).content.decode()
    assert "样例大道［市管］" in page
    assert "样例小路［区管］" in page


def test_a_city_road_is_told_when_it_is_stored_with_both_ways_out(at_window, city_agency):
    road = make.make_road(name="样例大道", manager="city")
    answer = post_new(at_window, **{"segments-0-road": road.pk})
    page = at_window.get(answer.url).content.decode()
    assert Application.objects.get().state == PermitState.RECEIVED
    for words in ("样例大道是市管道路", "转报市局", "不予受理", city_agency):
        assert words in page


def test_a_city_road_is_not_accepted_by_us(at_window, window_clerk, city_agency):
    application = on_a_city_road(window_clerk)
    answer = at_window.post(step_url(application, "accept"), {"on": timezone.localdate()}, follow=True)
    assert make.fresh(application).state == PermitState.RECEIVED
    page = answer.content.decode()
    assert "转报市局" in page
    assert f"告知申请人向{city_agency}申请" in page


def test_our_licence_is_refused_on_a_city_road_also_when_the_course_was_recorded(section, officers):
    application = make.make_granted(section, officers)
    application.segments.update(road=make.make_road(name="样例大道", manager="city"))
    assert "样例大道是市管道路" in guards.why_not_paper(application, PaperKind.LICENCE)
    assert "样例大道是市管道路" in guards.why_not_paper(application, PaperKind.GRANT)
    reviewed = make.make_in_review(section, officers)
    reviewed.segments.update(road=make.make_road(name="样例二大道", manager="city"))
    with pytest.raises(Refused, match="样例二大道是市管道路"):
        decisions.grant(reviewed, decisions.Verdict("按方案施工", "分管副局长"), Step(section))


def test_refusal_and_transfer_of_a_city_road_name_the_right_body(at_window, window_clerk, city_agency):
    application = on_a_city_road(window_clerk)
    forms = {step.id: step.form for step in notice(at_window, application)}
    reason = forms["refuse_intake"]["note"].initial
    assert f"由{city_agency}审批" in reason
    window.refuse_intake(application, Step(window_clerk, note=reason))
    assert build(make.fresh(application), PaperKind.INTAKE_REFUSAL).right_agency == city_agency
    other = make.make_received(
        window_clerk, segments=[make.build_segment(road=make.make_road(name="样例二大道", manager="city"))]
    )
    window.transfer(other, Step(window_clerk, note=reason))
    paper = build(make.fresh(other), PaperKind.TRANSFER)
    assert (paper.to, paper.reasons) == (city_agency, reason)


def first_step(client, application):
    """The primary button of the page: its words."""
    context = client.get(application.get_absolute_url()).context
    if context["own"]:
        return context["own"][0]
    return next(step.label for step in context["page"].steps if step.first)


def test_the_first_button_leads_through_the_checklist_to_notice_or_acceptance(at_window, window_clerk):
    make.make_item(materials=("申请表", "断面图"))
    application = make.make_received(window_clerk)
    assert first_step(at_window, application) == "受理"
    window.tick_materials(application, window.Receipt(), by=window_clerk)
    assert first_step(at_window, application) == "核对材料"
    one = application.materials.first().pk
    window.tick_materials(application, window.Receipt(frozenset([one])), by=window_clerk)
    assert first_step(at_window, application) == "一次性告知补正"
    page = at_window.get(application.get_absolute_url()).content.decode()
    assert "还差：缺材料：断面图" in page


def test_an_empty_second_row_of_segments_is_folded(at_window):
    make.make_item()
    page = at_window.get(reverse("permits:application-create")).content.decode()
    assert 'id="segment-1" data-segment open' in page
    assert 'id="segment-2" data-segment>' in page


def test_half_a_hundredth_of_a_square_metre_is_rounded_up(window_clerk):
    """0.25 × 0.50 = 0.125: the form says 0.13, and the door agrees."""
    segment = make.build_segment(length="0.25", width="0.50", area=area_of(Decimal("0.25"), Decimal("0.50")))
    assert make.make_received(window_clerk, segments=[segment]).total_area == Decimal("0.13")


def test_the_log_of_a_correction_shows_labels(window_clerk):
    made = make.make_received(window_clerk)
    made.space_kind, made.applicant_kind, made.is_project = "sidewalk", "person", True
    window.correct_application(made, None, by=window_clerk, seen=made.version)
    assert Activity.objects.about(made).first().changes == {
        "空间类型": ["车行道", "人行道"],
        "申请人类型": ["单位", "个人"],
        "工程建设": ["否", "是"],
    }


def test_another_item_asks_for_its_own_papers_only(window_clerk):
    """行政许可法 31: what only the item before asked for goes, or is kept as handed in and no longer demanded."""
    made = make.make_received(window_clerk, item=make.make_item(materials=("申请表", "断面图", "施工方案")))
    made.materials.filter(name="断面图").update(received_on=None)
    made.item = make.make_item(ItemKind.OCCUPY, materials=("申请表", "平面图"))
    window.correct_application(made, None, by=window_clerk, seen=made.version)
    rows = {row.name: (row.mandatory, bool(row.received_on)) for row in made.materials.all()}
    assert rows == {"申请表": (True, True), "施工方案": (False, True), "平面图": (True, False)}
    assert made.materials.get(name="申请表").material.version == made.item


def test_two_at_the_checklist_do_not_undo_each_other(at_window, window_clerk):
    made = make.make_received(window_clerk, item=make.make_item(materials=("申请表", "断面图")))
    made.materials.update(received_on=None)
    address = reverse("permits:materials", args=[made.pk])
    first, second = made.materials.all()
    ticked = {f"state_{first.pk}": "received", f"state_{second.pk}": "missing", "seen": made.version}
    assert at_window.post(address, ticked).status_code == 302
    other = {f"state_{first.pk}": "missing", f"state_{second.pk}": "received", "seen": made.version}
    assert "刚被别人修改过" in at_window.post(address, other).content.decode()
    window.receive_material(second, by=window_clerk)
    assert not made.materials.filter(received_on=None).exists()


def test_a_year_typed_wrong_and_a_sum_too_large_are_told(window_clerk):
    far = make.build_application()
    far.ends_on = far.starts_on + timedelta(days=40_000)
    with pytest.raises(Refused, match="请核对年份"):
        window.create_draft(far, [], by=window_clerk)
    rows = [make.build_segment(length="20000", width="200") for _ in range(26)]
    with pytest.raises(Refused, match="最多能登记"):
        make.make_received(window_clerk, segments=rows)


def test_what_was_told_once_says_what_is_left_to_do(window_clerk):
    made = make.make_received(window_clerk)
    made.materials.update(received_on=None)
    window.ask_supplement(made, "申请表", Step(window_clerk))
    window.supplement(made, Step(window_clerk))
    with pytest.raises(Refused, match="不得再次告知：补来的先在“核对材料”登记"):
        window.accept(made, Step(window_clerk))
