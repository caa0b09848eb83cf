"""Papers through their door: drafted where they may go out, refused with the article elsewhere, signed once, voided, numbered."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from permits.documents import CONTENTS, content_of
from permits.documents.bases import day_words
from permits.documents.building import BUILDERS, build
from permits.enums import PermitState
from permits.models import PermitChange, PermitPaper
from permits.paper_kinds import ONCE, PaperKind
from permits.workflow import changes, decisions, papers, supervision, window
from permits.workflow.steps import Step
from staff.models import NumberSeries
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories import permits as make
from tests.factories.permit_papers import SITE, signed
from tests.factories.staff import UserFactory
from tests.pdf_measure import run

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_builder_that_fits_its_content():
    assert set(BUILDERS) == set(PaperKind) == set(CONTENTS)


def test_an_acceptance_takes_dates_and_days_from_the_case(office, section):
    application = make.make_accepted(section)
    content = build(application, PaperKind.ACCEPTANCE)
    assert content.missing() == []
    assert (content.accepted_on, content.legal_due) == (application.accepted_on, application.decide_due)
    assert content.case.area == application.total_area
    assert content.case.days == 10
    paper = signed(application, PaperKind.ACCEPTANCE, section)
    assert paper.number == f"岳南城管许受字〔{timezone.localdate().year}〕1号"
    assert NumberSeries.objects.get(code="permit-acceptance").mark == "许受"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PaperKind.GRANT, "《行政许可法》第三十八条"),
        (PaperKind.REFUSAL, "《行政许可法》第三十八条第二款"),
        (PaperKind.LICENCE, "《行政许可法》第三十九条"),
        (PaperKind.SURVEY, "《行政许可法》第三十四条第三款"),
        (PaperKind.TRANSFER, "第三十二条"),
        (PaperKind.SUPPLEMENT_RECEIPT, "第三十二条"),
        (PaperKind.SURVEY_ORDER, "第三十四条第三款"),
        (PaperKind.GOVERNMENT_REQUEST, "第三十三条第二款"),
        (PaperKind.EXTENSION, "第四十二条"),
        (PaperKind.SERVICE, "民事诉讼法"),
        (PaperKind.CHANGE_GRANT, "第三十六条"),
    ],
)
def test_what_may_not_go_out_says_why_with_the_article(office, section, kind, words):
    application = make.make_accepted(section)
    with pytest.raises(Refused, match=words):
        papers.draft(application, kind, by=section)
    assert not PermitPaper.objects.exists()


def test_only_one_standing_paper_of_a_kind(office, section):
    application = make.make_accepted(section)
    papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    with pytest.raises(Refused, match="已有受理通知书"):
        papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    with pytest.raises(IntegrityError):
        PermitPaper.objects.create(application=application, kind=PaperKind.ACCEPTANCE, drafted_by=section)


def test_a_voided_paper_keeps_its_number_which_is_never_used_again(office, section):
    application = make.make_accepted(section)
    first = signed(application, PaperKind.ACCEPTANCE, section)
    papers.void_paper(first, reason="日期印错", by=section)
    second = signed(application, PaperKind.ACCEPTANCE, section)
    numbers = list(PermitPaper.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == [first.number, second.number]
    assert second.number.endswith("〕2号")
    with pytest.raises(Refused, match="已经作废"):
        papers.void_paper(first, reason="再来", by=section)


def test_two_signing_at_once_one_wins_and_the_other_is_told_who(office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    twin = PermitPaper.objects.get(pk=paper.pk)
    papers.sign(paper, by=section)
    with pytest.raises(Refused, match=r"审批科员已于.*签发"):
        papers.sign(twin, by=UserFactory(role=Roles.WINDOW))
    assert NumberSeries.objects.get(code="permit-acceptance").counters.get().last == 1


def test_a_missing_content_refuses_the_signature_and_takes_no_number(calendar, section):
    """Nobody has entered the review body: the refusal cannot be signed, and says what to do."""
    application = make.make_accepted(section)
    make.put(application, PermitState.DENIED, refusal_reason="影响消防通道")
    paper = papers.draft(make.fresh(application), PaperKind.REFUSAL, by=section)
    papers.correct(paper, {"facts": "占用消防通道"}, by=section, seen=1)
    with pytest.raises(Refused, match=r"复议机关没有设定.*业务设置") as refused:
        papers.sign(paper, by=section)
    assert "第二十四条" in str(refused.value)
    assert PermitPaper.objects.get().number == ""
    assert not NumberSeries.objects.filter(code="permit-refusal").exists()


def test_who_may_not_make_a_paper_may_not_sign_it(office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    with pytest.raises(Refused, match="不能签发"):
        papers.sign(paper, by=UserFactory(role=Roles.SQUAD_MEMBER))


def test_a_case_that_moved_after_the_draft_is_taken_anew_before_signature(office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    application.location = "另一处"
    application.save()
    with pytest.raises(Refused, match="重新取数"):
        papers.sign(paper, by=section)
    papers.refresh(paper, frozenset(), by=section)
    again = papers.sign(PermitPaper.objects.get(pk=paper.pk), by=section)
    assert content_of(again.kind, again.data).case.place == "另一处"


def test_refreshing_keeps_what_was_typed(office, section):
    application = make.make_accepted(section)
    make.put(application, PermitState.DENIED, refusal_reason="影响通行")
    paper = papers.draft(make.fresh(application), PaperKind.REFUSAL, by=section)
    papers.correct(paper, {"facts": "查明的事实"}, by=section, seen=1)
    papers.refresh(paper, frozenset({"facts"}), by=section)
    content = content_of(paper.kind, PermitPaper.objects.get(pk=paper.pk).data)
    assert (content.facts, content.reasons) == ("查明的事实", "影响通行")


def test_signing_the_licence_issues_it_under_its_number(office, section, officers):
    application = make.make_granted(section, officers)
    signed(application, PaperKind.GRANT, section)
    licence = signed(application, PaperKind.LICENCE, section)
    application = make.fresh(application)
    assert application.state == PermitState.ISSUED
    assert application.licence_number == licence.number
    assert content_of("licence", licence.data).verify_url.startswith(f"{SITE}/permits/verify/")
    board = build(application, PaperKind.SITE_BOARD)
    assert board.licence == licence.number
    assert board.verify_url == content_of("licence", licence.data).verify_url


def test_a_licence_issued_without_its_paper_gets_a_paper_with_the_same_number(office, section, officers):
    application = make.make_granted(section, officers)
    signed(application, PaperKind.GRANT, section)
    decisions.issue(application, Step(section), licence_number="外证〔2026〕9号")
    number = make.fresh(application).licence_number
    licence = signed(make.fresh(application), PaperKind.LICENCE, section)
    assert licence.number == number
    papers.void_paper(licence, reason="印错", by=section)
    again = signed(make.fresh(application), PaperKind.LICENCE, section)
    assert again.number != number
    assert make.fresh(application).licence_number == again.number


def test_no_licence_before_the_fee_is_settled(office, section, officers):
    application = make.make_granted(section, officers)
    segment = application.segments.get()
    segment.road = make.make_road(manager="district")
    segment.save()
    with pytest.raises(Refused, match=r"费用.*第三十七条"):
        papers.draft(application, PaperKind.LICENCE, by=section)


def test_a_paper_of_another_platform_is_recorded_and_flagged_where_it_should_not_have_been(office, section):
    application = make.make_accepted(section)
    paper = papers.record_outside(
        application, PaperKind.GRANT, number="外文〔2026〕1号", on=timezone.localdate(), by=section
    )
    assert paper.is_issued
    assert paper.label_number == "外文〔2026〕1号"
    flaw = application.flaws.get()
    assert "其他平台出文" in flaw.text
    assert "第三十八条" in flaw.article
    with pytest.raises(Refused, match="已登记外部文号"):
        papers.sign(paper, by=section)
    with pytest.raises(Refused, match="晚于今天"):
        papers.record_outside(
            application, PaperKind.RECEIPT, number="x", on=timezone.localdate() + timedelta(days=1), by=section
        )


def test_an_outside_acceptance_where_it_belongs_is_no_flaw(office, section):
    application = make.make_accepted(section)
    papers.record_outside(application, PaperKind.ACCEPTANCE, number="外1", on=timezone.localdate(), by=section)
    assert not application.flaws.exists()
    with pytest.raises(Refused, match="已经有受理通知书"):
        papers.record_outside(application, PaperKind.ACCEPTANCE, number="外2", on=timezone.localdate(), by=section)


def test_a_survey_record_says_what_the_tape_said(office, section, officers):
    application = make.make_surveyed(section, officers)
    content = build(application, PaperKind.SURVEY)
    assert content.missing() == []
    assert [officer.name for officer in content.officers] == ["查勘甲", "查勘乙"]
    assert all(officer.card for officer in content.officers)
    assert content.measured[0].area == application.total_area
    assert content.photos == 3


def test_a_supplement_lists_all_once(office, section):
    application = make.make_received(section)
    window.ask_supplement(application, "规划批准文件：未附\n交通组织方案：缺公章", Step(section))
    content = build(make.fresh(application), PaperKind.SUPPLEMENT)
    assert [(item.material, item.what) for item in content.items] == [
        ("规划批准文件", "未附"),
        ("交通组织方案", "缺公章"),
    ]
    signed(make.fresh(application), PaperKind.SUPPLEMENT, section)


def test_a_granted_change_says_what_stood_before(office, section, officers):
    application = make.make_granted(section, officers, starts_on=timezone.localdate())
    signed(application, PaperKind.GRANT, section)
    signed(application, PaperKind.LICENCE, section)
    supervision.start(make.fresh(application), Step(section))
    old, new = application.ends_on, application.ends_on + timedelta(days=5)
    change = PermitChange(kind="period", reason="工期延误", new_ends_on=new)
    changes.ask_change(make.fresh(application), change, Step(section))
    changes.grant_change(make.fresh(application), decisions.Verdict("同意延长", "副局长"), Step(section))
    (shown,) = build(make.fresh(application), PaperKind.CHANGE_GRANT).changes
    assert (shown.before, shown.after) == (f"至{day_words(old)}", f"至{day_words(new)}")


def test_a_second_change_says_what_the_first_made_of_it(office, section, officers):
    application = make.make_granted(section, officers, starts_on=timezone.localdate())
    signed(application, PaperKind.GRANT, section)
    signed(application, PaperKind.LICENCE, section)
    supervision.start(make.fresh(application), Step(section))
    first, second = (application.ends_on + timedelta(days=days) for days in (5, 9))
    for new in (first, second):
        change = PermitChange(kind="place", reason="工期延误", new_ends_on=new, new_location=f"东移至{new}")
        changes.ask_change(make.fresh(application), change, Step(section))
        changes.resurvey_change(make.fresh(application), Step(section))
        changes.grant_change(make.fresh(application), decisions.Verdict("同意", "副局长"), Step(section))
    shown = build(make.fresh(application), PaperKind.CHANGE_GRANT).changes
    assert [(each.before, each.after) for each in shown] == [
        (f"至{day_words(first)}", f"至{day_words(second)}"),
        (f"东移至{first}", f"东移至{second}"),
    ]


def test_a_change_from_before_it_kept_what_stood_reads_the_licence(office, section, officers):
    application = make.make_granted(section, officers, starts_on=timezone.localdate())
    signed(application, PaperKind.GRANT, section)
    signed(application, PaperKind.LICENCE, section)
    supervision.start(make.fresh(application), Step(section))
    old, place, new = application.ends_on, application.location, application.ends_on + timedelta(days=5)
    change = PermitChange(kind="place", reason="x", new_ends_on=new, new_location="东移20米")
    changes.ask_change(make.fresh(application), change, Step(section))
    changes.resurvey_change(make.fresh(application), Step(section))
    changes.grant_change(make.fresh(application), decisions.Verdict("同意", "副局长"), Step(section))
    application.changes.update(ends_on_before=None, location_before="")
    shown = build(make.fresh(application), PaperKind.CHANGE_GRANT).changes
    assert [each.before for each in shown] == [f"至{day_words(old)}", place]


def test_a_rectification_order_speaks_of_the_last_order(office, section, officers):
    application = make.make_active(section, officers)
    demand = supervision.Demand("封闭围挡", timezone.localdate() + timedelta(days=3))
    supervision.order_rectification(application, demand, Step(section))
    paper = papers.draft(make.fresh(application), PaperKind.RECTIFY, by=section)
    papers.correct(paper, {"facts": "围挡未封闭"}, by=section, seen=1)
    assert papers.sign(paper, by=section).number.startswith("岳南城管许责改字")


def test_the_database_allows_one_of_each_single_kind_only():
    assert PaperKind.GRANT in ONCE
    assert PaperKind.INSPECTION not in ONCE


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_may_and_may_not_go_out(client, office, section):
    application = make.make_accepted(section)
    client.force_login(section)
    page = client.get(reverse("permits:paper-list", args=[application.pk])).content.decode()
    assert reverse("permits:paper-new", args=[application.pk, "acceptance"]) in page
    assert "准予行政许可决定书：目前是“已受理”" in page
    assert "第三十八条" in page


def test_from_draft_to_signed_pdf_in_the_browser(client, office, section, tmp_path):
    application = make.make_accepted(section)
    client.force_login(section)
    assert (
        "拟受理通知书" in client.get(reverse("permits:paper-new", args=[application.pk, "acceptance"])).content.decode()
    )
    made = client.post(reverse("permits:paper-new", args=[application.pk, "acceptance"]), follow=True)
    paper = PermitPaper.objects.get()
    assert made.redirect_chain[-1][0] == paper.get_absolute_url()
    pdf = reverse("permits:paper-pdf", args=[application.pk, paper.pk])
    assert "签发时编号" in run(tmp_path, client.get(pdf).content, "pdftotext", "FILE", "-").decode()
    client.post(reverse("permits:paper-sign", args=[application.pk, paper.pk]), {"seen": paper.version})
    paper.refresh_from_db()
    content = b"".join(client.get(pdf).streaming_content)
    assert paper.number in run(tmp_path, content, "pdftotext", "FILE", "-").decode()
    client.post(reverse("permits:paper-sign", args=[application.pk, paper.pk]), {"seen": paper.version})
    assert PermitPaper.objects.get().number == paper.number


def test_typed_contents_are_stored_and_what_is_missing_is_said(client, office, section):
    application = make.make_accepted(section)
    make.put(application, PermitState.DENIED, refusal_reason="影响通行")
    paper = papers.draft(make.fresh(application), PaperKind.REFUSAL, by=section)
    client.force_login(section)
    assert "查明的事实没有填写" in client.get(paper.get_absolute_url()).content.decode()
    typed = {"facts": "占用消防通道", "reasons": "影响通行", "basis": "样例条款", "seen": paper.version}
    client.post(paper.get_absolute_url(), typed)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "查明的事实没有填写" not in page
    assert "占用消防通道" in page


def refusal_draft(section):
    application = make.make_accepted(section)
    make.put(application, PermitState.DENIED, refusal_reason="影响通行")
    return papers.draft(make.fresh(application), PaperKind.REFUSAL, by=section)


def stored(paper):
    return content_of(paper.kind, PermitPaper.objects.get(pk=paper.pk).data)


def test_of_two_with_the_same_draft_open_one_saves_and_the_other_is_told_and_keeps_his_text(client, office, section):
    paper = refusal_draft(section)
    client.force_login(section)
    first, second = (client.get(paper.get_absolute_url()).context["form"]["seen"].value() for _ in range(2))
    client.post(paper.get_absolute_url(), {"facts": "占用消防通道", "reasons": "影响通行", "seen": first})
    client.force_login(UserFactory(role=Roles.PERMIT_SECTION))
    answer = client.post(paper.get_absolute_url(), {"facts": "", "reasons": "影响盲道通行", "seen": second})
    assert answer.status_code == 422
    assert "这份草稿刚被别人修改过，这次没有保存" in answer.content.decode()
    assert answer.context["form"]["reasons"].value() == "影响盲道通行"
    assert (stored(paper).facts, stored(paper).reasons) == ("占用消防通道", "影响通行")
    assert answer.context["form"]["seen"].value() == str(second)  # pressing again is refused again


def test_a_page_from_before_new_facts_were_taken_does_not_save_over_them(office, section):
    paper = refusal_draft(section)
    papers.refresh(paper, frozenset(), by=section)
    with pytest.raises(ChangedMeanwhile):
        papers.correct(paper, {"facts": "占用消防通道"}, by=section, seen=1)
    assert papers.correct(paper, {"facts": "占用消防通道"}, by=section, seen=2).version == 3


def test_new_facts_are_taken_into_the_draft_as_somebody_else_left_it(office, section):
    paper = refusal_draft(section)
    old = PermitPaper.objects.get(pk=paper.pk)
    papers.correct(paper, {"facts": "占用消防通道"}, by=section, seen=1)
    papers.refresh(old, frozenset({"facts"}), by=section)
    assert stored(paper).facts == "占用消防通道"


def test_another_squads_paper_is_not_found(client, office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER))
    assert client.get(paper.get_absolute_url()).status_code == 404
    assert client.get(reverse("permits:paper-pdf", args=[application.pk, paper.pk])).status_code == 404


def test_a_reader_sees_the_paper_but_cannot_make_one(client, office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    client.force_login(UserFactory(role=Roles.FINANCE))
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "签发</a>" not in page
    assert client.post(reverse("permits:paper-sign", args=[application.pk, paper.pk])).status_code == 403
    assert client.get(reverse("permits:paper-new", args=[application.pk, "acceptance"])).status_code == 403
    assert client.get(reverse("permits:paper-new", args=[application.pk, "payment"])).status_code == 200


def test_an_unknown_kind_is_not_found(client, office, section):
    application = make.make_accepted(section)
    client.force_login(section)
    assert client.get(reverse("permits:paper-new", args=[application.pk, "nothing"])).status_code == 404


def test_voiding_asks_for_a_reason(client, office, section):
    application = make.make_accepted(section)
    paper = papers.draft(application, PaperKind.ACCEPTANCE, by=section)
    client.force_login(section)
    address = reverse("permits:paper-void", args=[application.pk, paper.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "重复"})
    assert PermitPaper.objects.get().void_reason == "重复"


def test_the_book_filters_by_state(client, office, section):
    application = make.make_accepted(section)
    signed(application, PaperKind.ACCEPTANCE, section)
    papers.draft(application, PaperKind.RECEIPT, by=section)
    client.force_login(section)
    for state, count in (
        ("draft", 1),
        ("signed", 1),
        ("unserved", 1),
        ("unpublished", 0),
        ("voided", 0),
        ("outside", 0),
    ):
        response = client.get(reverse("permits:paper-book"), {"state": state})
        assert response.context["table"].count == count, state


def test_recording_an_outside_paper_in_the_browser(client, office, section):
    application = make.make_accepted(section)
    client.force_login(section)
    address = reverse("permits:paper-outside", args=[application.pk])
    assert client.post(address, {"kind": "acceptance", "number": "", "on": ""}).status_code == 422
    client.post(address, {"kind": "acceptance", "number": "政务〔2026〕5号", "on": str(timezone.localdate())})
    assert PermitPaper.objects.get().outside_number == "政务〔2026〕5号"


def test_nobody_signs_a_text_that_changed_after_it_was_opened(client, office, section):
    paper = refusal_draft(section)
    client.force_login(section)
    seen = client.get(paper.get_absolute_url()).context["sign_form"]["seen"].value()
    typed = {"facts": "占用消防通道", "reasons": "影响通行", "basis": "样例条款"}
    papers.correct(paper, typed, by=UserFactory(role=Roles.PERMIT_SECTION), seen=paper.version)
    sign = reverse("permits:paper-sign", args=[paper.application_id, paper.pk])
    for old in ({"seen": seen}, {}):
        assert "又改过，没有签发" in client.post(sign, old, follow=True).content.decode()
    assert not PermitPaper.objects.get().is_signed
    client.post(sign, {"seen": client.get(paper.get_absolute_url()).context["sign_form"]["seen"].value()})
    assert PermitPaper.objects.get().is_signed


def test_a_notice_that_no_permit_is_needed_says_why(office, section):
    application = make.make_received(section)
    window.declare_not_required(application, Step(section, note="红线外自有场地"))
    assert build(make.fresh(application), PaperKind.NOT_REQUIRED).reasons == "红线外自有场地"


def test_a_look_in_the_warranty_has_its_record(office, section):
    application = make.put(make.make_accepted(section), PermitState.WARRANTY)
    assert papers.why_not_draft(application, PaperKind.INSPECTION) == ""
