"""The regulations register: versions in their order, full-text search, files, frozen editions, what is off by default."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from staff.comparison import paragraphs, side_by_side
from staff.enums import RuleChange
from staff.models import Activity, Regulation, RegulationEdition, RegulationReading, RegulationVersion, Setting
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow import regulations
from tests import pdf_measure
from tests.factories.people import DepartmentFactory, rule_version
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

JANUARY, MARCH, MAY = date(2026, 1, 5), date(2026, 3, 5), date(2026, 5, 5)


def make_rule(code="制01", day=JANUARY, title="考勤制度", text="第一条 按时上下班。", **fields):
    document = Regulation(code=code, category=fields.pop("category", "attendance"), owner=DepartmentFactory(), **fields)
    return regulations.record_rule(document, rule_version(day, title=title, text=text), by=None)


def revise(document, day=MARCH, change=RuleChange.REVISED, **fields):
    return regulations.change_rule(document, rule_version(day, title=document.title, **fields), change=change, by=None)


@pytest.fixture
def clerk(client):
    user = UserFactory(role=Roles.OFFICE)
    client.force_login(user)
    client.user = user
    return client


# --- Versions ---------------------------------------------------------------------------------------------------------


def test_which_version_stands_on_a_day():
    document = make_rule()
    revise(document, MARCH)
    revise(document, MAY, change=RuleChange.REPEALED)
    stands = {
        day: [row.version for row in RegulationVersion.objects.in_force_on(day)]
        for day in (date(2026, 1, 4), JANUARY, date(2026, 3, 4), MARCH, date(2026, 5, 4), MAY)
    }
    assert list(stands.values()) == [[], [1], [1], [2], [2], []]
    assert [row.version for row in RegulationVersion.objects.latest_on(MAY)] == [3]


def test_the_register_shows_what_stood_on_the_day_asked_for(clerk):
    document = make_rule()
    revise(document, MARCH)
    make_rule("制02", day=MAY)

    def listed(day):
        rows = clerk.get(reverse("staff:regulation-list"), {"on": day}).context["table"].source
        return [(row.regulation.code, row.version, row.standing_on(date.fromisoformat(day))) for row in rows]

    assert listed("2026-02-01") == [("制01", 1, "现行")]
    assert sorted(listed("2026-05-05")) == [("制01", 2, "现行"), ("制02", 1, "现行")]


def test_what_is_repealed_is_neither_revised_nor_repealed_again():
    document = make_rule()
    revise(document, MAY, change=RuleChange.REPEALED)
    for change in (RuleChange.REVISED, RuleChange.REPEALED):
        with pytest.raises(Refused, match="已自2026-05-05起废止"):
            revise(document, MAY, change=change)
    assert document.versions.count() == 2


def test_a_version_does_not_begin_before_the_one_it_follows():
    with pytest.raises(Refused, match="上一版的施行日期") as refusal:
        revise(make_rule(day=MARCH), JANUARY)
    assert refusal.value.field == "effective_on"


def test_only_the_newest_version_is_corrected_and_the_second_editor_is_told():
    document = make_rule()
    revise(document, MARCH)
    first, second = document.versions.order_by("version")
    with pytest.raises(Refused, match="已被新的版本替代"):
        regulations.correct_version(first, by=UserFactory(), seen=1)
    second.effective_on = MAY
    regulations.correct_version(second, by=UserFactory(), seen=1)
    first.refresh_from_db()
    assert first.superseded_on == MAY
    with pytest.raises(ChangedMeanwhile):
        regulations.correct_version(second, by=UserFactory(), seen=1)


def test_a_correction_that_wipes_out_the_reason_is_refused_and_what_was_typed_stays(clerk):
    document = make_rule()
    second = revise(document)
    data = {
        "title": "考勤制度",
        "issued_on": "2026-03-05",
        "effective_on": "2026-03-05",
        "text": "改过的正文",
        "seen": 1,
    }
    page = clerk.post(reverse("staff:regulation-correct", args=[document.pk, 2]), {**data, "change_note": " "})
    assert page.status_code == 422
    assert "改过的正文" in page.content.decode()
    second.change_note = ""
    with pytest.raises(Refused, match="请写明") as refusal:
        regulations.correct_version(second, by=clerk.user, seen=1)
    assert refusal.value.field == "change_note"


BROKEN = [
    ("rule_version_first_is_new", {"change": RuleChange.REVISED}),
    ("rule_version_effective_after_issue", {"issued_on": MAY}),
    ("rule_version_superseded_later", {"superseded_on": date(2020, 1, 1)}),
]


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_the_database_refuses_broken_versions(name, change):
    make_rule()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RegulationVersion.objects.update(**change)


def test_the_database_wants_a_reason_and_one_row_a_version():
    document = make_rule()
    second = revise(document)
    with pytest.raises(IntegrityError, match="rule_change_is_explained"), transaction.atomic():
        RegulationVersion.objects.filter(pk=second.pk).update(change_note="")
    with pytest.raises(IntegrityError), transaction.atomic():
        RegulationVersion.objects.filter(pk=second.pk).update(version=1, change=RuleChange.NEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Regulation.objects.update(code="有 空格")


# --- Pages ------------------------------------------------------------------------------------------------------------

TYPED = {"code": "制09", "category": "office", "nature": "rule", "title": "会议制度", "issued_on": "2026-01-05",
         "effective_on": "2026-01-10", "text": "第一条 会议从简。\n第二条 有事说事。"}  # fmt: skip


def test_a_clerk_records_revises_corrects_and_repeals(clerk):
    clerk.post(reverse("staff:regulation-create"), {**TYPED, "owner": DepartmentFactory().pk})
    document = Regulation.objects.get()
    form = clerk.get(reverse("staff:regulation-revise", args=[document.pk])).context["version_form"]
    assert "会议从简" in form["text"].value()
    revision = {**TYPED, "effective_on": "2026-04-01", "issued_on": "2026-03-28", "change_note": "压缩会议"}
    clerk.post(reverse("staff:regulation-revise", args=[document.pk]), {**revision, "title": "精简会议制度"})
    document.refresh_from_db()
    assert document.title == "精简会议制度"
    address = reverse("staff:regulation-correct", args=[document.pk, 2])
    assert clerk.post(address, {**revision, "title": "精简会议办法", "seen": 1}).url == document.get_absolute_url()
    assert clerk.post(address, {**revision, "title": "迟来的修改", "seen": 1}).status_code == 422
    repeal = {"issued_on": "2026-06-01", "effective_on": "2026-06-01", "change_note": "并入其他制度"}
    clerk.post(reverse("staff:regulation-repeal", args=[document.pk]), repeal)
    page = clerk.get(document.get_absolute_url())
    assert "已废止" in page.content.decode()
    assert not page.context["can_revise"]
    assert [row.title for row in Activity.objects.about(document)] == ["废止制度", "更正第2版", "修订制度", "登记制度"]


def test_a_refused_form_keeps_what_was_typed(clerk):
    make_rule(code="制09")
    page = clerk.post(reverse("staff:regulation-create"), {**TYPED, "owner": DepartmentFactory().pk})
    assert page.status_code == 422
    assert "有事说事" in page.content.decode()
    document = Regulation.objects.get()
    refused = clerk.post(reverse("staff:regulation-revise", args=[document.pk]), {**TYPED, "change_note": ""})
    assert refused.status_code == 422
    assert document.versions.count() == 1


def test_the_text_is_searched(clerk):
    make_rule(code="制01", text="第三条 迟到一次扣两分。")
    make_rule(code="制02", text="第三条 用车先登记。", title="用车制度")
    table = clerk.get(reverse("staff:regulation-list") + "?q=先登记").context["table"]
    assert [row.regulation.code for row in table.source] == ["制02"]


def test_the_street_sees_no_internal_rules(client):
    document = make_rule()
    client.force_login(UserFactory(role=Roles.STREET_CONTACT))
    assert client.get(document.get_absolute_url()).status_code == 403
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER))
    assert client.get(document.get_absolute_url()).status_code == 200
    assert client.post(reverse("staff:regulation-repeal", args=[document.pk])).status_code == 403


# --- Files ------------------------------------------------------------------------------------------------------------


def docx(**more):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>", **more}.items():
            archive.writestr(name, text)
    return target.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (docx(), "wordprocessingml")])
def test_scans_and_word_files_are_kept_once_and_handed_out(clerk, content, kind):
    document = make_rule()
    address = reverse("staff:regulation-file-add", args=[document.pk, 1])
    for name in ("a.pdf", "同一份.pdf"):
        clerk.post(address, {"file": SimpleUploadedFile(name, content)})
    stored = document.versions.get().files.get()
    answer = clerk.get(stored.get_absolute_url())
    assert b"".join(answer.streaming_content) == content
    assert kind in answer["Content-Type"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    clerk.force_login(UserFactory(role=Roles.STREET_CONTACT))
    assert clerk.get(stored.get_absolute_url()).status_code == 403


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"<html>", b"%PDF-1.4 cut short", docx(**{"word/vbaProject.bin": "x"}), b"PK\x03\x04broken"])  # fmt: skip
def test_anything_else_is_refused_by_its_content(clerk, content):
    document = make_rule()
    address = reverse("staff:regulation-file-add", args=[document.pk, 1])
    page = clerk.post(address, {"file": SimpleUploadedFile("规定.pdf", content)}, follow=True)
    assert "只能上传 PDF 或 Word" in page.content.decode()
    assert not document.versions.get().files.exists()


# --- Editions ---------------------------------------------------------------------------------------------------------


def test_an_edition_is_one_paper_with_contents_and_stays_as_it_was(clerk, tmp_path):
    make_rule(code="制02", title="用车制度", category="vehicles", text="第一条 用车先登记。")
    attendance = make_rule(code="制01", title="考勤制度", category="office", text="第一条 按时上下班。")
    make_rule(code="办01", title="考评办法", nature="scheme")
    gone = make_rule(code="制03", title="旧制度")
    revise(gone, MARCH, change=RuleChange.REPEALED)
    clerk.post(reverse("staff:edition-create"), {"ordinal": 1, "as_of": "2026-04-01", "foreword": "供内部学习。"})
    edition = RegulationEdition.objects.get()
    assert [rule["code"] for rule in edition.contents] == ["制01", "制02"]
    clerk.post(reverse("staff:edition-issue", args=[edition.pk]))
    edition.refresh_from_db()
    assert edition.is_signed
    assert "号" in edition.number
    before = b"".join(clerk.get(reverse("staff:edition-pdf", args=[edition.pk])).streaming_content)
    revise(attendance, MAY, text="第一条 全部改写。")
    after = b"".join(clerk.get(reverse("staff:edition-pdf", args=[edition.pk])).streaming_content)
    assert after == before
    text = "".join(pdf_measure.text(tmp_path, before).split())
    for words in ("制度汇编（第1版）", edition.number, "供内部学习。", "按时上下班", "用车先登记", "第1版"):
        assert words in text, words
    assert "旧制度" not in text
    assert "考评办法" not in text
    contents = [line for line in pdf_measure.text(tmp_path, before).splitlines() if "…" in line]
    assert [line.split()[-1].lstrip("…") for line in contents] == ["2", "3"]


def test_the_second_to_issue_is_told(clerk):
    make_rule()
    edition = regulations.make_edition(RegulationEdition(ordinal=1, as_of=MAY), by=clerk.user)
    same = RegulationEdition.objects.get()
    regulations.issue_edition(edition, by=clerk.user)
    with pytest.raises(Refused, match="签发"):
        regulations.issue_edition(same, by=UserFactory())


def test_an_empty_edition_and_a_taken_ordinal_are_refused(clerk):
    data = {"ordinal": 1, "as_of": "2026-04-01"}
    assert clerk.post(reverse("staff:edition-create"), data).status_code == 422
    make_rule()
    clerk.post(reverse("staff:edition-create"), data)
    again = clerk.post(reverse("staff:edition-create"), data)
    assert again.status_code == 422
    assert RegulationEdition.objects.count() == 1


# --- Off by default ---------------------------------------------------------------------------------------------------


def switch_on(key):
    Setting.objects.create(key=key, value="是", source="测试", valid_from=date(2020, 1, 1))


def test_readings_are_off_until_switched_on_and_counted_once(clerk):
    document = make_rule()
    address = reverse("staff:regulation-read", args=[document.pk, 1])
    assert clerk.post(address).status_code == 404
    assert "已读" not in clerk.get(document.get_absolute_url()).content.decode()
    switch_on("regulations.reading")
    clerk.post(address)
    clerk.post(address)
    assert RegulationReading.objects.count() == 1
    assert "已读 1 人" in clerk.get(document.get_absolute_url()).content.decode()


def test_comparison_is_off_until_switched_on(clerk):
    document = make_rule(text="第一条 迟到扣一分。\n第二条 不变。")
    revise(document, text="第一条 迟到扣两分。\n第二条 不变。\n第三条 新增。")
    address = reverse("staff:regulation-compare", args=[document.pk])
    assert clerk.get(address).status_code == 404
    switch_on("regulations.compare")
    page = clerk.get(address).content.decode()
    assert "<del>一</del>" in page
    assert "<ins>两</ins>" in page
    assert "<ins>第三条 新增。</ins>" in page
    assert clerk.get(address + "?left=2&right=1").status_code == 200
    assert clerk.get(address + "?left=x&right=99").status_code == 200


texts = st.lists(st.text("甲乙丙丁戊 ", max_size=8), max_size=8).map("\n".join)


@given(texts, texts)
def test_each_side_of_a_comparison_gives_its_text_again(before, after):
    pairs = side_by_side(before, after)
    for side, text in (("left", before), ("right", after)):
        lines = ["".join(piece for piece, _ in getattr(pair, side)) for pair in pairs if getattr(pair, side)]
        assert lines == paragraphs(text)
    assert all(pair.left == pair.right for pair in pairs if pair.kind == "same")
