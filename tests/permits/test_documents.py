"""What each paper must contain, with the article that asks for it; that it survives storage; how its pages look."""

from dataclasses import replace
from datetime import date

import pytest

from permits.documents import CONTENTS, Remedies, content_of
from permits.documents.bases import Facts
from permits.documents.printing import proof, type_of
from permits.paper_kinds import PUBLISHED, RULES, SERVED, WITH_REMEDIES, PaperKind, series_of
from tests.factories.permit_papers import CASE, URL, whole_paper
from tests.pdf_measure import pages, run

KINDS = list(PaperKind)
BLANK = {str: "", tuple: (), date: None}


def text_of(content):
    words = []
    for block in content.body():
        match block.kind:
            case "line":
                words.append(block.text)
            case "facts":
                words += [f"{label}{value}" for label, value in block.rows]
            case "grid":
                words += ["".join(row) for row in (block.head, *block.rows, block.total)]
            case "signs":
                words += list(block.labels)
    return "\n".join(words)


def without(content, path):
    """The paper with one content emptied."""
    head, _, rest = path.partition(".")
    value = getattr(content, head)
    if rest:
        return replace(content, **{head: without(value, rest)})
    return replace(content, **{head: () if isinstance(value, tuple) else "" if isinstance(value, str) else None})


def test_every_kind_has_a_content_a_rule_and_a_series_of_its_own():
    assert set(CONTENTS) == set(KINDS) == set(RULES)
    marks = [RULES[kind].mark for kind in KINDS]
    assert len(set(marks)) == len(marks)
    assert len({series_of(kind)[0] for kind in KINDS}) == len(KINDS)
    assert all("第" in rule.basis for rule in RULES.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_paper_misses_nothing_and_survives_storage(kind):
    content = whole_paper(kind)
    assert content.missing() == []
    assert content_of(kind, content.as_data()) == content


@pytest.mark.parametrize("kind", KINDS)
def test_each_mandatory_content_is_asked_for_by_its_article(kind):
    content = whole_paper(kind)
    needs = list(content.needs())
    assert len(needs) >= 3
    for need in needs:
        (missing, *more) = without(content, need.path).missing()
        assert missing.field == need.path
        assert "《" in missing.article
        assert "第" in missing.article
        assert more == []


@pytest.mark.parametrize("kind", WITH_REMEDIES)
def test_a_contestable_paper_names_both_routes_and_is_not_signed_without_them(kind):
    content = whole_paper(kind)
    words = text_of(content)
    assert "60日内向岳阳市人民政府申请行政复议" in words
    assert "6个月内直接向岳阳市样例区人民法院提起行政诉讼" in words
    missing = replace(content, remedies=Remedies()).missing()
    assert [each.field for each in missing] == ["remedies.review_body", "remedies.court"]
    assert "不能签发" in missing[0].text


@pytest.mark.parametrize("kind", WITH_REMEDIES)
def test_the_superior_bureau_does_not_review(kind):
    (missing,) = replace(whole_paper(kind), remedies=Remedies("岳阳市城市管理局", "某法院")).missing()
    assert "应为人民政府" in missing.text
    assert missing.article == "《行政复议法》第二十四条"


def test_only_remedied_papers_speak_of_remedies():
    for kind in set(KINDS) - set(WITH_REMEDIES):
        assert "行政复议" not in text_of(whole_paper(kind)), kind


def test_one_surveyor_is_not_enough():
    content = whole_paper("survey")
    (missing,) = replace(content, officers=content.officers[:1]).missing()
    assert (missing.field, missing.article) == ("officers", "《行政许可法》第三十四条第三款")


def test_an_inspection_is_signed_by_somebody():
    (missing,) = whole_paper("inspection", officers=()).missing()
    assert missing.field == "officers"


def test_withdrawing_a_licence_says_how_the_loss_is_made_good():
    (missing,) = whole_paper("agency_withdrawal", follow_up="").missing()
    assert missing.field == "follow_up"
    assert whole_paper("cancellation", follow_up="").missing() == []


def test_days_are_counted_with_both_ends_and_areas_are_added():
    assert CASE.days == 10
    assert "共10天" in CASE.span
    assert str(CASE.area) == "13.92"
    assert CASE.segment_grid().total[-1] == "13.92"


def test_a_deemed_acceptance_says_that_nobody_spoke_in_time():
    assert "起即为受理" in text_of(whole_paper("acceptance", deemed=True))
    assert "起即为受理" not in text_of(whole_paper("acceptance"))


def test_payment_adds_up():
    content = whole_paper("payment")
    assert "6,076.57元" in text_of(content)
    assert "上缴国库" in text_of(content)


def test_two_short_facts_share_a_row():
    facts = Facts((("甲", "短"), ("乙", "也短"), ("丙", "长" * 20), ("丁", "短")))
    assert [len(line) for line in facts.lines] == [2, 1, 1]
    assert [len(line) for line in replace(facts, wide=True).lines] == [1, 1, 1, 1]
    assert [pair for line in facts.lines for pair in line] == list(facts.rows)


def test_what_is_served_and_published():
    assert PaperKind.GRANT in SERVED
    assert PaperKind.GRANT in PUBLISHED
    assert PaperKind.RECEIPT not in SERVED
    assert set(PUBLISHED) <= set(SERVED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_carries_issuer_title_number_and_stays_inside_its_margins(kind, tmp_path):
    content = whole_paper(kind)
    sheets = pages(tmp_path, proof(content, number="岳南城管许受字〔2026〕12号", day=date(2026, 3, 9)))
    assert 1 <= len(sheets) <= 2
    words = "".join(line.text for line in sheets[0].lines).replace(" ", "")
    assert type_of(content).title in words
    if kind != PaperKind.SITE_BOARD:
        assert content.issuer in words
        assert "〔2026〕12号" in words
    for sheet in sheets:
        assert all(line.left > 40 and line.right < sheet.width - 40 for line in sheet.lines)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [PaperKind.LICENCE, PaperKind.SITE_BOARD])
def test_licence_and_board_are_one_page_with_the_code(kind, tmp_path):
    content = proof(whole_paper(kind), number="样例1号", day=date(2026, 3, 9))
    (sheet,) = pages(tmp_path, content)
    assert (sheet.width > sheet.height) == (kind == PaperKind.SITE_BOARD)
    assert "扫码查询" in run(tmp_path, content, "pdftotext", "FILE", "-").decode()
    assert URL not in run(tmp_path, content, "pdftotext", "FILE", "-").decode()


@pytest.mark.django_db
def test_a_proof_without_number_says_so(tmp_path):
    text = run(tmp_path, proof(whole_paper("grant"), day=date(2026, 3, 9)), "pdftotext", "FILE", "-").decode()
    assert "签发时编号" in text
