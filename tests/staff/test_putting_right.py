"""Slips are put right: certificates, quotas, drafts, rounds, files made twice; and numbers stay out of logs and addresses."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from config.identity import holds_id_number, mask_personal
from config.periods import Period
from reports.registry import registry
from staff.enums import Employment, MovementKind
from staff.imports import values
from staff.imports.kinds import import_kind
from staff.models import Activity, Certificate, Deputyship, Movement, Person, Quota, RegulationEdition, Verb
from staff.permissions import Roles
from staff.refusals import Refused
from staff.workflow import appraisal, certificates, people, regulations
from staff.workflow.establishment import set_quota
from tests.factories.appraisal import make_entry, make_round, make_scheme
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person
from tests.factories.staff import UserFactory
from tests.staff.test_regulations import make_rule, revise

pytestmark = pytest.mark.django_db

NUMBER = "11010519491231002X"  # the example of GB 11643-1999


@pytest.fixture
def clerk(client):
    client.user = UserFactory(role=Roles.PERSONNEL)
    client.force_login(client.user)
    return client


# --- Numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_in_a_text_are_masked_and_other_digits_are_not():
    text = f"q={NUMBER}&tel=13800001234，文号20260305001，编号110105194912310021"
    assert mask_personal(text) == "q=110105********002X&tel=138****1234，文号20260305001，编号110105194912310021"
    assert holds_id_number(text)
    assert not holds_id_number("13800001234 110105194912310021")


def test_whatever_is_written_to_the_log_bears_no_number():
    row = Activity.record(
        Verb.EXPORT, by=None, title=NUMBER, note=f"q={NUMBER}", changes={"电话": [None, "13800001234"]}
    )
    row.refresh_from_db()
    assert NUMBER not in f"{row.title}{row.note}"
    assert row.changes == {"电话": [None, "138****1234"]}


def test_a_number_typed_into_a_search_is_taken_out_of_the_address(clerk):
    answer = clerk.get(reverse("staff:person-list"), {"q": NUMBER, "unit": ""})
    assert answer.status_code == 302
    assert NUMBER not in answer.url
    assert "请不要输入公民身份号码" in clerk.get(answer.url).content.decode()


def test_a_file_is_found_by_its_number_without_writing_it_anywhere(clerk):
    person = make_person(id_number=NUMBER, birth_date=date(1949, 12, 31), sex="female")
    answer = clerk.post(reverse("staff:person-find"), {"id_number": NUMBER})
    assert answer.url == person.get_absolute_url()
    person.identity.delete()
    assert (
        "没有这个公民身份号码"
        in clerk.post(reverse("staff:person-find"), {"id_number": NUMBER}, follow=True).content.decode()
    )
    clerk.force_login(UserFactory(role=Roles.SQUAD_LEADER))
    assert clerk.post(reverse("staff:person-find"), {"id_number": NUMBER}).status_code == 403


# --- Files made by mistake --------------------------------------------------------------------------------------------


def test_somebody_on_file_without_a_number_is_not_taken_in_twice():
    make_person(name="吴样例", birth_date=date(1949, 12, 31), staff_number="2099")
    with pytest.raises(Refused, match="工号 2099"):
        make_person(name="吴样例", birth_date=date(1949, 12, 31), id_number=NUMBER, sex="female")


def test_a_file_goes_only_when_nothing_of_it_stands(clerk):
    person = make_person()
    url = reverse("staff:person-remove", args=[person.pk])
    assert "不能删除档案" in clerk.post(url, follow=True).content.decode()
    people.void_movement(person.movements.get(), by=clerk.user, reason="重复建档")
    assert "删除档案" in clerk.get(person.get_absolute_url()).content.decode()
    card = CertificateFactory(person=person)
    assert "有执法证" in clerk.post(url, follow=True).content.decode()
    card.delete()
    clerk.post(url)
    assert not Person.objects.filter(pk=person.pk).exists()
    assert Activity.objects.filter(title="删除误建的档案").count() == 1


# --- Sheets as they are -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "meant"),
    [("1985.03", date(1985, 3, 1)), ("1985年3月", date(1985, 3, 1)), ("1985-11", date(1985, 11, 1)), (1985.03, date(1985, 3, 1)),
     ("1985-03-07", date(1985, 3, 7))],
)  # fmt: skip
def test_months_are_read_as_their_first_day(raw, meant):
    assert values.to_date(raw, earliest=date(1920, 1, 1), months=True) == meant


def test_a_month_that_a_spreadsheet_has_shortened_is_asked_about():
    with pytest.raises(values.ValueProblem, match="分不清是 1 月还是 10 月"):
        values.to_date(1985.1, earliest=date(1920, 1, 1), months=True)


def test_words_of_sheets_are_understood():
    choices = tuple((value, str(label)) for value, label in Employment.choices)
    assert values.to_choice("协管员", choices=choices, synonyms={"协管员": "协管/辅助"}) == Employment.AUXILIARY


# --- Certificates, quotas, drafts -------------------------------------------------------------------------------------


def test_a_mistyped_certificate_is_put_right_and_logged(clerk):
    card = CertificateFactory(person=make_person(), expires_on=date(2072, 10, 31), warned=30)
    data = {"number": card.number, "issuer": "", "issued_on": "2022-11-01", "expires_on": "2027-10-31", "note": "", "seen": 1}  # fmt: skip
    clerk.post(reverse("staff:certificate-edit", args=[card.pk]), data)
    stored = Certificate.objects.get(pk=card.pk)
    assert (stored.expires_on, stored.warned, stored.person) == (date(2027, 10, 31), None, card.person)
    assert Activity.objects.about(card).get().changes == {"有效期至": ["2072-10-31", "2027-10-31"]}
    page = clerk.post(reverse("staff:certificate-edit", args=[card.pk]), {**data, "issuer": "示例机关"})
    assert (page.status_code, "刚被别人修改过" in page.content.decode()) == (422, True)
    assert Certificate.objects.get(pk=card.pk).issuer == ""


def test_a_card_is_not_issued_ahead_of_today_nor_after_its_own_end(clerk):
    person = make_person()
    old = CertificateFactory(person=person)
    data = {"person": person.pk, "number": "湘F9", "issuer": "", "issued_on": "2062-11-01", "expires_on": "2067-10-31", "note": ""}  # fmt: skip
    page = clerk.post(reverse("staff:certificate-create"), data)
    assert "晚于今天" in page.content.decode()
    old.refresh_from_db()
    assert old.ended_on is None  # it would have been exchanged for good, in 2062
    Certificate.objects.filter(pk=old.pk).update(ended_on=date(2026, 5, 1), end_reason="withdrawn")
    late = {**data, "seen": 1, "number": old.number, "issued_on": "2026-05-02"}
    page = clerk.post(reverse("staff:certificate-edit", args=[old.pk]), late).content.decode()
    assert "发证日期不得晚于收回的日期（2026-05-01）" in page
    assert "刚刚已被登记" not in page


def test_a_card_taken_back_by_mistake_stands_again(clerk):
    person = make_person()
    card = CertificateFactory(person=person)
    certificates.end_certificate(card, by=clerk.user, ended_on=date(2026, 5, 6), reason="withdrawn")
    address = reverse("staff:certificate-reinstate", args=[card.pk])
    assert "撤销注销（收回）" in clerk.get(card.get_absolute_url()).content.decode()
    assert clerk.post(address, {"reason": ""}).status_code == 422
    other = CertificateFactory(person=person)
    page = clerk.post(address, {"reason": "收的是另一人的证"}, follow=True).content.decode()
    card.refresh_from_db()
    assert f"证件{card.condition}" in page
    assert f"还有未注销（收回）的执法证 {other.number}" in page
    assert (card.ended_on, card.end_reason) == (None, "")
    assert "原登记：2026-05-06收回" in Activity.objects.about(card).first().note
    assert "不用撤销" in clerk.post(address, {"reason": "再点一次"}, follow=True).content.decode()


def test_a_quota_of_the_same_day_is_put_right(clerk):
    unit = DepartmentFactory()
    first = {"unit": unit, "employment": Employment.ADMINISTRATIVE, "valid_from": date(2026, 1, 1)}
    set_quota(Quota(**first, count=9, document="x"), by=None)
    set_quota(Quota(**first, count=6, document="x"), by=clerk.user)
    assert list(Quota.objects.values_list("count", "valid_to")) == [(6, None)]
    with pytest.raises(Refused, match="已有自2026-01-01起"):
        set_quota(Quota(**{**first, "valid_from": date(2025, 1, 1)}, count=3, document="x"), by=None)


def test_a_draft_edition_is_given_up_and_its_number_free_again(client):
    client.force_login(by := UserFactory(role=Roles.OFFICE))
    make_rule()
    edition = regulations.make_edition(RegulationEdition(ordinal=1, as_of=date(2026, 2, 1)), by=by)
    client.post(reverse("staff:edition-discard", args=[edition.pk]))
    again = regulations.make_edition(RegulationEdition(ordinal=1, as_of=date(2026, 2, 1)), by=by)
    regulations.issue_edition(again, by=by)
    assert (
        "已印发，不能放弃"
        in client.post(reverse("staff:edition-discard", args=[again.pk]), follow=True).content.decode()
    )


def test_where_a_rule_is_filed_is_put_right(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    rule = make_rule()
    data = {"code": "制99", "category": "safety", "nature": "rule", "owner": rule.owner_id, "seen": 1}
    client.post(reverse("staff:regulation-edit", args=[rule.pk]), data)
    rule.refresh_from_db()
    assert (rule.code, rule.category, rule.title) == ("制99", "safety", "考勤制度")
    assert set(Activity.objects.about(rule).first().changes) == {"编号", "类别"}
    page = client.post(reverse("staff:regulation-edit", args=[rule.pk]), {**data, "category": "office"})
    assert "刚被别人修改过" in page.content.decode()
    rule.refresh_from_db()
    assert rule.category == "safety"


def test_a_deputyship_ends_early(client):
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR))
    one, two = UserFactory(), UserFactory()
    today = timezone.localdate()
    given = Deputyship.objects.create(principal=one, deputy=two, start=date(2026, 1, 1), end=date(2099, 1, 1))
    client.post(reverse("staff:user-deputy-end", args=[one.pk, given.pk]))
    assert list(two.principals_on(today)) == []


# --- Appraisal --------------------------------------------------------------------------------------------------------


def test_a_round_opened_by_mistake_goes_while_nothing_is_in_it(clerk):
    make_scheme()
    unit = DepartmentFactory()
    opened = make_round()
    make_entry(opened.sheets.select_related("round", "unit").get(unit=unit))
    url = reverse("staff:appraisal-round-discard", args=[opened.pk])
    assert "已经有评分或加减分" in clerk.post(url, follow=True).content.decode()
    other = make_round("2026Q3")
    clerk.post(reverse("staff:appraisal-round-discard", args=[other.pk]))
    assert make_round("2026Q3").pk != other.pk


def test_nobody_judges_his_own_unit():
    make_scheme()
    unit = DepartmentFactory()
    sheet = make_round().sheets.select_related("round", "unit").get(unit=unit)
    own = UserFactory(role=Roles.OFFICE, unit=unit)
    lines = {sheet.scores.first().pk: appraisal.Typed({"group_score": Decimal(60), "reason": ""})}
    for door in (
        lambda: appraisal.save_scores(sheet, lines, by=own, seen=sheet.version),
        lambda: make_entry(sheet, recorded_by=own),
        lambda: appraisal.void_entry(make_entry(sheet, event="别的"), by=own, reason="x"),
    ):
        with pytest.raises(Refused, match="不能给本单位"):
            door()


def test_what_is_void_needs_no_decision_and_an_appeal_never_makes_it_worse():
    make_scheme()
    unit = DepartmentFactory()
    sheet = make_round().sheets.select_related("round", "unit").get(unit=unit)
    entry = make_entry(sheet, points=-3)
    appeal = appraisal.lodge_appeal(entry, by=UserFactory(unit=unit), reason="有异议")
    with pytest.raises(Refused, match=r"应在 -3.* 与 0 之间"):
        appraisal.decide_appeal(
            appeal, by=UserFactory(role=Roles.DIRECTOR), outcome="partly", reply="x", points=Decimal(-9)
        )
    head = UserFactory(role=Roles.SQUAD_LEADER, unit=unit)
    appraisal.void_entry(entry, by=UserFactory(), reason="登记有误")
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.reply) == ("upheld", "加减分已作废：登记有误")
    for told in (appeal.lodged_by, head):
        assert "申诉随之成立" in told.inbox.get().text


def test_blank_scores_are_full_marks_when_asked(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    make_scheme()
    unit = DepartmentFactory()
    sheet = make_round().sheets.get(unit=unit)
    first = sheet.scores.first()
    data = {"version": sheet.version, f"group_score-{first.pk}": "55", f"reason-{first.pk}": "迟到", "fill": "on"}
    client.post(sheet.get_absolute_url(), data)
    assert list(sheet.scores.values_list("group_score", flat=True)) == [55, 40]


def test_one_rule_new_and_revised_in_a_period_counts_once(client):
    document = make_rule(day=date(2026, 2, 1))
    revise(document, date(2026, 3, 1))
    revise(document, date(2026, 4, 1))
    period = Period.parse("2026H1")
    shown = {
        key: registry().figures[f"staff.{key}"].value(period, None).number
        for key in ("rules", "rules_new", "rules_revised")
    }
    assert shown == {"rules": 1, "rules_new": 1, "rules_revised": 0}


def test_a_sheet_row_without_what_its_kind_needs_is_named_before_anything_is_written(clerk):
    make_person(name="甲样例")
    resource = import_kind("staff.movements").resource()
    resource.prepare()
    row = resource.check(3, {"name": "甲样例", "kind": "轮岗", "happened_on": "2026-03-05"})
    assert row.problems == [("unit", "登记“轮岗”须写明变动后的单位或岗位。")]
    assert not Movement.objects.filter(kind=MovementKind.ROTATED).exists()


# --- A version that should not have been entered ------------------------------------------------------------------------


def test_a_mistaken_repeal_is_taken_back_and_the_rule_stands_again(client):
    clerk = UserFactory(role=Roles.OFFICE)
    client.force_login(clerk)
    rule = make_rule()
    revise(rule, change="repealed")
    address = reverse("staff:regulation-take-back", args=[rule.pk, 2])
    client.post(address, {"reason": "错"})
    assert rule.versions.count() == 2  # a reason of one character is none
    assert client.post(address, {"reason": "登错了文件，应为另一份"}).status_code == 302
    first = rule.versions.get()
    assert (first.superseded_on, first.standing) == (None, "现行")
    logged = Activity.objects.about(rule).first()
    assert logged.verb == Verb.DELETE
    assert "登错了文件" in logged.note
    assert client.post(address, {"reason": "再点一次也无妨"}).status_code == 302  # twice is harmless
    assert rule.versions.count() == 1


def test_only_the_newest_version_and_never_the_first():
    rule = make_rule()
    second = revise(rule)
    revise(rule)
    with pytest.raises(Refused, match="不是最新"):
        regulations.take_back(second, by=None, reason="登错了文件")
    with pytest.raises(Refused, match="第一版"):
        regulations.take_back(make_rule("制02").versions.get(), by=None, reason="登错了文件")
