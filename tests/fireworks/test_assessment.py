"""禁炮考评: the real bulletin recomputes, drafts follow, signed ones are frozen, corrections name what they correct."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from fireworks.enums import BanBlock
from fireworks.models import BanBulletin, BanEntry, BanScheme
from fireworks.scoring import Deduction, UnitLine, bulletin_lines, grand_total
from fireworks.workflow import assessment
from staff.models import Activity, Message, Unit
from staff.refusals import Refused
from staff.workflow import records
from tests.factories.fireworks import make_ban_entry, make_ban_scheme, make_bulletin
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
B07 = Path(__file__).parents[1] / "data" / "B07_yueyang_fireworks_2019-10.csv"
BLOCKS = {"领导督办": BanBlock.SUPERVISED, "月度考评": BanBlock.MONTHLY}


def published():
    lines = [line for line in B07.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def test_the_citys_bulletin_of_october_2019_recomputes():
    """区 | 考评情况 | 扣分 | 合计, two blocks; every printed total, and the sums inside the texts."""
    rows = published()
    lines = bulletin_lines(
        Deduction(row["unit"], BLOCKS[row["kind"]], row["detail"], Decimal(row["deduction"])) for row in rows
    )
    assert {line.unit: line.total for line in lines} == {row["unit"]: Decimal(row["unit_total"]) for row in rows}
    assert grand_total(lines) == 24
    assert [block.label for line in lines if line.unit == "南湖新区" for block in line.blocks] == [
        "领导督办",
        "月度考评",
    ]
    for row in rows:
        inside = [int(points) for points in re.findall(r"(\d+)分", row["detail"])]
        assert not inside or sum(inside) == int(row["deduction"]), row


DEDUCTIONS = st.lists(
    st.builds(
        Deduction,
        unit=st.sampled_from("甲乙丙"),
        block=st.sampled_from(BanBlock.values),
        fact=st.text(max_size=5),
        points=st.decimals(min_value="0.01", max_value=20, places=2),
    )
)


@given(DEDUCTIONS)
def test_nothing_is_lost_or_counted_twice(deductions):
    lines = bulletin_lines(deductions)
    assert grand_total(lines) == sum((each.points for each in deductions), Decimal(0))
    assert [line.unit for line in lines] == list(dict.fromkeys(each.unit for each in deductions))
    assert [UnitLine.of(line.as_plain()) for line in lines] == lines


def test_entries_belong_to_the_scheme_of_their_month():
    make_ban_scheme()
    newer = make_ban_scheme(date(2026, 3, 1))
    item = newer.items.get(code="01")
    with pytest.raises(Refused, match="不在2026-02施行") as refusal:
        make_ban_entry(month="2026-02", item_id=item.pk)
    assert refusal.value.field == "item"


@pytest.mark.parametrize(("facts", "field"), [
    ({"month": "2126-01"}, "month"),
    ({"month": "2019-01"}, "month"),
    ({"points": Decimal(101)}, "points"),
    ({"happened_on": date(2026, 4, 1)}, "happened_on"),
])  # fmt: skip
def test_entries_that_cannot_be_are_refused(facts, field):
    with pytest.raises(Refused) as refusal:
        make_ban_entry(**facts)
    assert refusal.value.field == field


@pytest.mark.parametrize(("change", "name"), [
    ({"points": 0}, "ban_entry_points_positive"),
    ({"month": "2026-13"}, "ban_entry_month_is_one"),
    ({"void_reason": "x"}, "void_whole"),
])  # fmt: skip
def test_the_database_holds_the_rules_of_entries(change, name):
    entry = make_ban_entry()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BanEntry.objects.filter(pk=entry.pk).update(**change)


def test_the_database_holds_the_rules_of_bulletins():
    first, second = make_bulletin("2026-02"), make_bulletin("2026-03")
    for change in (
        {"month": "2026-02"},
        {"month": "x"},
        {"corrects": first},
        {"signed_by": UserFactory(), "number": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            BanBulletin.objects.filter(pk=second.pk).update(**change)


def test_a_draft_follows_and_a_signed_one_is_frozen():
    by, unit = UserFactory(), UnitFactory()
    entry = make_ban_entry(unit=unit)
    bulletin = make_bulletin()
    make_ban_entry(unit=unit, code="01")
    assert grand_total(assessment.shown_lines(bulletin)) == 4
    assessment.issue_bulletin(bulletin, by=by)
    stored = BanBulletin.objects.get(pk=bulletin.pk)
    assert stored.number.endswith("1号")
    assert len(stored.sha256) == 64
    records.void_record(entry, by=by, reason="登记有误")
    assert grand_total(assessment.shown_lines(stored)) == 4
    assert assessment.has_drifted(stored)
    with pytest.raises(Refused, match="已于"):
        assessment.issue_bulletin(stored, by=by)


def test_one_bulletin_a_month():
    make_bulletin()
    with pytest.raises(Refused, match="已经有通报"):
        make_bulletin()


def test_the_units_concerned_are_told():
    unit = UnitFactory()
    contact, other = UserFactory(unit=unit), UserFactory(unit=UnitFactory())
    make_ban_entry(unit=unit)
    bulletin = make_bulletin(signed_by=UserFactory())
    assert bulletin.number in Message.objects.get(recipient=contact).text
    assert not other.inbox.exists()


def test_a_correction_names_what_it_corrects_and_leaves_it_alone():
    by, unit = UserFactory(), UnitFactory()
    make_ban_entry(unit=unit)
    bulletin = make_bulletin()
    with pytest.raises(Refused, match="还没有签发"):
        assessment.correct_bulletin(bulletin, reason="漏记一条", by=by)
    assessment.issue_bulletin(bulletin, by=by)
    with pytest.raises(Refused, match="没有可更正的"):
        assessment.correct_bulletin(bulletin, reason="漏记一条", by=by)
    late = make_ban_entry(unit=unit, code="01")
    assert late.after_issue
    draft = assessment.correct_bulletin(bulletin, reason="漏记一条", by=by)
    with pytest.raises(Refused, match="已经有更正通报"):
        assessment.correct_bulletin(bulletin, reason="漏记一条", by=by)
    assessment.issue_bulletin(draft, by=by)
    first, second = BanBulletin.objects.order_by("pk")
    assert (second.corrects, grand_total(assessment.shown_lines(second))) == (first, 4)
    assert grand_total(assessment.shown_lines(first)) == 2
    assert second.number != first.number
    assert not BanEntry.objects.get(pk=late.pk).after_issue


def test_from_entry_to_signed_bulletin_in_the_pages(office, director, street):
    item = make_ban_scheme().items.get(code="01")
    data = {"month": "2026-03", "unit": street.user.unit_id, "item": item.pk, "happened_on": "2026-03-04"}
    assert office.post(reverse("fireworks:entry-create"), data).status_code == 302
    entry = BanEntry.objects.get()
    assert (entry.points, entry.fact) == (2, item.name)  # as the scheme says
    made = office.post(reverse("fireworks:bulletin-create"), {"month": "2026-03", "foreword": "通报如下。"})
    bulletin = BanBulletin.objects.get()
    assert made.url == bulletin.get_absolute_url()
    assert street.get(made.url).status_code == 404  # a draft is not for the units
    issue = reverse("fireworks:bulletin-issue", args=[bulletin.pk])
    assert office.post(issue).status_code == 403
    assert director.get(issue).status_code == 405
    read = {"seen": director.get(made.url).context["issue_form"]["seen"].value()}
    assert "文号" in director.post(issue, read, follow=True).content.decode()
    assert "已于" in director.post(issue, read, follow=True).content.decode()
    assert street.get(made.url).status_code == 200
    paper = street.get(reverse("fireworks:bulletin-pdf", args=[bulletin.pk]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    book = load_workbook(io.BytesIO(street.get(reverse("fireworks:bulletin-xlsx", args=[bulletin.pk])).content)).active
    cells = [cell for row in book.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {street.user.unit.label, "领导督办", item.name, 2} <= set(cells)
    office.post(reverse("fireworks:entry-void", args=[entry.pk]), {"reason": "申诉成立"})
    page = office.get(made.url).content.decode()
    assert "定稿后数据变动" in page
    correct = reverse("fireworks:bulletin-correct", args=[bulletin.pk])
    assert office.post(correct, {"reason": ""}).status_code == 422
    assert office.post(correct, {"reason": "申诉成立，撤销一条"}).status_code == 302
    assert "以更正通报为准" in office.get(made.url).content.decode()
    assert Activity.objects.about(bulletin).filter(verb="sign").count() == 1


def test_a_scheme_is_pasted_from_the_documents_table(office):
    data = {"name": "样例办法", "source": "样例〔2026〕1号", "valid_from": "2026-01-01",
            "items": "领导督办 非法储存销售 3\n月度考评\t未按月开展宣传\t2分", "measures": "处理 连续两月最多 约谈"}  # fmt: skip
    url = reverse("fireworks:scheme-create")
    long = "长" * 121
    for wrong in ("月度 未宣传 2", "月度考评 未宣传 很多", "月度考评 2", "", "月度考评 未宣传 NaN", "月度考评 未宣传 0.004",
                  "月度考评 未宣传 1e999", f"月度考评 {long} 2"):  # fmt: skip
        refused = office.post(url, {**data, "items": wrong})
        assert refused.status_code == 422
    assert "最多两位小数" in office.post(url, {**data, "items": "月度考评 未宣传 0.004"}).content.decode()
    assert "扣分情形超过 120 字" in office.post(url, {**data, "items": f"月度考评 {long} 2"}).content.decode()
    for wrong in ("约谈", f"处理 {long} 约谈", f"处理 连续两月最多 {'长' * 161}"):
        assert office.post(url, {**data, "measures": wrong}).status_code == 422
    assert office.post(url, data).status_code == 302
    scheme = BanScheme.objects.get()
    assert [(i.block, i.name, i.points) for i in scheme.items.all()] == [
        ("supervised", "非法储存销售", 3), ("monthly", "未按月开展宣传", 2)]  # fmt: skip
    assert "约谈" in office.get(scheme.get_absolute_url()).content.decode()
    again = office.post(url, data)
    assert again.status_code == 422


def test_a_typed_nought_is_refused_and_not_replaced_by_the_schemes_points(office):
    item, unit = make_ban_scheme().items.get(code="01"), UnitFactory()
    data = {"month": "2026-03", "unit": unit.pk, "item": item.pk, "points": "0"}
    refused = office.post(reverse("fireworks:entry-create"), data)
    assert refused.status_code == 422
    assert "扣分应大于 0" in refused.content.decode()
    assert not BanEntry.objects.exists()


def test_an_entry_of_a_unit_that_has_ended_is_still_corrected_and_entered_late(office):
    unit = UnitFactory()
    entry = make_ban_entry(unit=unit)
    ended = timezone.localdate() - timedelta(days=10)
    Unit.objects.filter(pk=unit.pk).update(valid_to=ended)
    data = {
        "month": "2026-03",
        "unit": unit.pk,
        "item": entry.item_id,
        "fact": "宣传横幅脱落",
        "points": "1",
        "seen": 1,
    }
    assert office.post(reverse("fireworks:entry-edit", args=[entry.pk]), data).status_code == 302
    assert BanEntry.objects.get().fact == "宣传横幅脱落"
    assert office.post(reverse("fireworks:entry-create"), data).status_code == 302
    Unit.objects.filter(pk=unit.pk).update(valid_to=ended - timedelta(days=800))
    assert office.post(reverse("fireworks:entry-create"), data).status_code == 422


def test_what_is_signed_is_what_was_read(office, director):
    """A deduction that is entered while the director reads is in no bulletin that he signs unseen."""
    unit = UnitFactory()
    make_ban_entry(unit=unit)
    bulletin = make_bulletin()
    issue = reverse("fireworks:bulletin-issue", args=[bulletin.pk])
    page = director.get(bulletin.get_absolute_url())
    assert "issue_form" in page.context
    read = {"seen": page.context["issue_form"]["seen"].value()}
    assert f'value="{read["seen"]}"' in page.content.decode()
    make_ban_entry(unit=unit, code="01")
    for sent in (read, {}, {"seen": "x" * 999}):
        assert "扣分或文字在您打开以后有变动" in director.post(issue, sent, follow=True).content.decode()
        assert not BanBulletin.objects.get().is_signed
    read = {"seen": director.get(bulletin.get_absolute_url()).context["issue_form"]["seen"].value()}
    director.post(issue, read)
    assert BanBulletin.objects.get().is_signed
    assert grand_total(assessment.shown_lines(BanBulletin.objects.get())) == 4


def test_the_words_of_a_draft_are_put_right_before_it_is_signed(office, director):
    unit = UnitFactory()
    make_ban_entry(unit=unit)
    bulletin = make_bulletin()
    edit = reverse("fireworks:bulletin-edit", args=[bulletin.pk])
    assert edit in office.get(bulletin.get_absolute_url()).content.decode()
    read = {"seen": director.get(bulletin.get_absolute_url()).context["issue_form"]["seen"].value()}
    assert office.post(edit, {"foreword": "三月通报如下。", "seen": 1}).status_code == 302
    assert BanBulletin.objects.get().foreword == "三月通报如下。"
    stale = office.post(edit, {"foreword": "另一稿。", "seen": 1})
    assert (stale.status_code, BanBulletin.objects.get().foreword) == (422, "三月通报如下。")
    issue = reverse("fireworks:bulletin-issue", args=[bulletin.pk])
    assert "扣分或文字在您打开以后有变动" in director.post(issue, read, follow=True).content.decode()
    assessment.issue_bulletin(BanBulletin.objects.get(), by=director.user)
    for url, data in (
        (edit, {"foreword": "改", "seen": 2}),
        (reverse("fireworks:bulletin-discard", args=[bulletin.pk]), {}),
    ):
        assert "已签发，不能再修改" in office.post(url, data, follow=True).content.decode()
    assert BanBulletin.objects.get().foreword == "三月通报如下。"


def test_a_correction_says_why_in_words_that_can_be_put_right(office):
    make_ban_entry()
    first = make_bulletin(signed_by=UserFactory())
    make_ban_entry(code="01")
    draft = assessment.correct_bulletin(first, reason="漏记一条", by=UserFactory())
    edit = reverse("fireworks:bulletin-edit", args=[draft.pk])
    assert office.post(edit, {"foreword": "", "correction_reason": "", "seen": 1}).status_code == 422
    assert office.post(edit, {"foreword": "", "correction_reason": "补记一条漏记的", "seen": 1}).status_code == 302
    assert BanBulletin.objects.get(pk=draft.pk).correction_reason == "补记一条漏记的"


def test_a_draft_is_discarded_and_made_anew(office, director):
    bulletin = make_bulletin()
    discard = reverse("fireworks:bulletin-discard", args=[bulletin.pk])
    assert director.post(discard).status_code == 403
    assert office.get(discard).status_code == 405
    assert "拟稿已废弃" in office.post(discard, follow=True).content.decode()
    assert office.post(discard).status_code == 404
    assert Activity.objects.filter(title="废弃拟稿").count() == 1
    make_bulletin()


def test_who_signs_or_discards_what_was_just_discarded_is_told(office, director, monkeypatch):
    bulletin = make_bulletin()
    stale = BanBulletin.objects.get(pk=bulletin.pk)
    assessment.discard_bulletin(bulletin, by=UserFactory())
    monkeypatch.setattr("fireworks.views.bulletins.visible_bulletin", lambda request, pk: stale)
    for client, name in ((director, "bulletin-issue"), (office, "bulletin-discard")):
        page = client.post(reverse(f"fireworks:{name}", args=[stale.pk]), {"seen": ""}, follow=True)
        assert (page.status_code, "刚被废弃" in page.content.decode()) == (200, True)


def test_a_unit_that_is_renamed_or_moved_in_the_list_changes_no_bulletin():
    first, second = UnitFactory(order=1), UnitFactory(order=2)
    for unit in (first, second):
        make_ban_entry(unit=unit)
    bulletin = make_bulletin(signed_by=UserFactory())
    label = first.label
    first.name, first.short_name, first.order = "新名称街道办事处", "新名称", 3
    first.save()
    assert not assessment.has_drifted(bulletin)
    assert assessment.shown_lines(bulletin)[0].unit == label
    make_ban_entry(unit=first, code="01")
    assert assessment.has_drifted(bulletin)


def test_bulletins_signed_before_know_their_units_too():
    older, unit, other = UnitFactory(), UnitFactory(), UnitFactory()
    make_ban_entry(unit=unit)
    make_ban_entry(unit=other)
    bulletin = make_bulletin(signed_by=UserFactory())
    lines = [{"unit": line["unit"], "blocks": line["blocks"]} for line in bulletin.lines]
    lines[1]["unit"] = "早就改名的"
    BanBulletin.objects.update(lines=lines)
    Unit.objects.filter(pk=older.pk).update(short_name=unit.label)  # not assessed
    import_module("fireworks.migrations.0010_presence_voided").keys_of_units(apps, None)
    assert [line["key"] for line in BanBulletin.objects.get().lines] == [unit.pk, None]


def due():
    return [bulletin.month for bulletin in assessment.corrections_due()]


def test_a_correction_is_due_whatever_became_of_a_signed_entry():
    by, unit = UserFactory(), UnitFactory()
    voided, moved = make_ban_entry(unit=unit, month="2026-02"), make_ban_entry(unit=unit)
    for month in ("2026-02", "2026-03"):
        make_bulletin(month, signed_by=by)
    assert due() == []
    assessment.void_entry(voided, by=by, reason="申诉成立")
    assert due() == ["2026-02"]
    moved.month = "2026-04"
    assessment.correct_entry(moved, by=by, seen=1)
    assert due() == ["2026-02", "2026-03"]
    assert not BanEntry.objects.get(pk=moved.pk).after_issue  # nobody has signed April
    moved.month = "2026-03"
    assessment.correct_entry(moved, by=by, seen=2)
    assert due() == ["2026-02"]  # as it was signed
    draft = assessment.correct_bulletin(BanBulletin.objects.get(month="2026-02"), reason="撤销一条", by=by)
    assert due() == []
    assessment.issue_bulletin(draft, by=by)
    assert due() == []
    make_ban_entry(unit=unit, month="2026-02")
    assert due() == ["2026-02"]


def test_what_changed_before_this_was_kept_is_looked_at():
    make_ban_entry(month="2026-02")
    gone = make_ban_entry(month="2026-03")
    for month in ("2026-02", "2026-03"):
        make_bulletin(month, signed_by=UserFactory())
    records.void_record(gone, by=UserFactory(), reason="申诉成立")
    import_module("fireworks.migrations.0009_stand_ins_and_drafts").changed_so_far(apps, None)
    assert [bulletin.month for bulletin in BanBulletin.objects.filter(changed_since=True)] == ["2026-03"]
    assert due() == ["2026-03"]
