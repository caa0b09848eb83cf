"""Papers of a case: what must stand in each, what goes to JSON and back, what is printed."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from billboards.documents import DOCUMENTS, Shape
from billboards.enums.papers import PaperKind
from billboards.remedies import Remedy, remedies_text
from config.pdf import render_pdf
from staff.case_papers import paper_head
from tests.factories.case_papers import BODIES, filled

KINDS = list(DOCUMENTS)


def test_every_kind_of_paper_is_described_and_titled_alike():
    assert set(DOCUMENTS) == set(PaperKind.values)
    for kind, each in DOCUMENTS.items():
        assert (
            each.title.replace("行政处罚", "") in PaperKind(kind).label or PaperKind(kind).label in each.title or kind
        )


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_draft_lacks_everything_that_an_article_wants(kind):
    empty = DOCUMENTS[kind]()
    wanted = {each.name for each in empty.parts() if each.is_required and not getattr(empty, each.name)}
    missing = empty.missing()
    assert wanted <= {each.field for each in missing}
    assert wanted
    assert all("第" in each.article or "令" in each.article for each in missing)


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_paper_lacks_nothing(kind):
    assert [str(each) for each in filled(kind).missing()] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_mandatory_field_alone_stops_the_signature(kind):
    full = filled(kind)
    for each in full.parts():
        if not each.is_required:
            continue
        nothing = {Shape.LIST: (), Shape.YES: False}.get(
            each.shape, None if each.shape in "day moment money number" else ""
        )
        assert each.name in {one.field for one in filled(kind, **{each.name: nothing}).missing()}, each.name


@pytest.mark.parametrize("kind", KINDS)
def test_content_survives_json(kind):
    full = filled(kind)
    assert DOCUMENTS[kind].from_data(json.loads(json.dumps(full.as_data()))) == full
    assert DOCUMENTS[kind].from_data({}).as_data() == DOCUMENTS[kind].from_data({"gone": 1}).as_data()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_mandatory_is_printed(kind):
    full = filled(kind)
    printed = json.dumps(
        [getattr(block, "text", "") or str(getattr(block, "rows", "")) for block in full.blocks()], ensure_ascii=False
    )
    printed += full.addressee
    for each in full.parts():
        shown = full.shown(each)
        if each.is_required and each.shape in (Shape.LINE, Shape.MONEY, Shape.DAY):
            assert shown in printed, each.label


def test_a_chair_whose_name_begins_like_an_investigators_is_another_person():
    record = filled("hearing_record", chair="张三", investigators=("张三丰 湘F001", "赵六 湘F002"))
    assert "chair" not in [missing.field for missing in record.missing()]


def test_no_two_kinds_share_a_series():
    types = [DOCUMENTS[kind]().paper_type for kind in KINDS]
    assert len({each.series for each in types}) == len(types)
    assert len({each.mark for each in types}) == len(types)


@pytest.mark.parametrize(
    ("kind", "changes", "field", "words"),
    [
        ("site_record", {"officers": ("李四 湘F001",)}, "officers", "不少于2项"),
        ("site_record", {"signature": ""}, "signature", "没有当事人签名"),
        ("interview", {"questions": "都说清楚了"}, "questions", "问答"),
        ("penalty", {"fine": None, "warning": False, "other_penalty": ""}, "fine", "种类和数额"),
        ("penalty", {"bank": ""}, "bank", "收款银行"),
        ("penalty", {"late": "逾期的后果自负"}, "late", "百分之三"),
        ("spot", {"remedies": remedies_text(Remedy.ORDINARY, BODIES)}, "remedies", "先申请行政复议"),
        ("penalty", {"remedies": "可以在15日内申请复议，3个月内起诉。"}, "remedies", "60日"),
        ("spot", {"fine": Decimal("3000.01")}, "fine", "3,000"),
        ("spot", {"fine": Decimal(201), "party_kind": "citizen"}, "fine", "200"),
        ("spot", {"payment": "spot", "fine": Decimal(150), "spot_reason": ""}, "spot_reason", "难以执行"),
        ("spot", {"signature": "", "refusal": ""}, "signature", "拒绝签收"),
        ("notice", {"statement_days": Decimal(3)}, "statement_days", "五个工作日"),
        ("hearing_record", {"chair": "李四"}, "chair", "非本案调查人员"),
        ("hearing_record", {"chair": "李四（湘F001）"}, "chair", "非本案调查人员"),
        ("hearing_record", {"agents": ("甲", "乙", "丙")}, "agents", "一至二人"),
        ("hearing_record", {"is_open": False}, "closed_reason", "不公开"),
        ("legal_review", {"qualification": ""}, "qualification", "法律职业资格"),
        ("correction", {"is_final": True, "remedies": ""}, "remedies", "救济"),
        ("deferral", {"plan": ()}, "plan", "各期"),
        ("surcharge", {"fine": Decimal(1000), "amount": Decimal(1001)}, "amount", "不得超出"),
        ("dunning", {"pay_way": ""}, "pay_way", "给付方式"),
        ("service", {"receiver": "", "refusal": "拒收", "witness": ""}, "receiver", "见证人"),
        ("closing", {"decision_number": ""}, "decision_number", "决定书文号"),
    ],
)
def test_what_one_field_alone_does_not_show(kind, changes, field, words):
    found = [each for each in filled(kind, **changes).missing() if each.field == field]
    assert found
    assert words in found[0].text


def test_a_record_ends_after_it_began():
    full = filled("site_record")
    backwards = filled("site_record", ended_at=full.started_at - timedelta(minutes=1))
    assert [each.field for each in backwards.missing()] == ["ended_at"]


def test_a_final_order_may_stay_silent_when_a_decision_follows():
    assert filled("correction", is_final=False, remedies="").missing() == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["penalty", "site_record", "service"])
def test_papers_become_pdf(kind):
    from django.utils import timezone

    content = filled(kind)
    head = paper_head(content.title, number="岳南城管罚字〔2026〕1号", day=timezone.localdate())
    assert render_pdf("billboards/pdf/paper.html", {"paper": head, "content": content, "draft": False}).startswith(
        b"%PDF"
    )
