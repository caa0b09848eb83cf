"""Guards of the inquiry: investigating, ordering correction, rechecking, suspending, concluding, legal review."""

from __future__ import annotations

from billboards.dossier import Dossier, last
from billboards.enums.cases import Correction, PartyKind, PauseKind, Verdict
from billboards.workflow.guards.problems import Entry, Problem, Problems, reasons_given, two_officers

ART_58 = "《行政处罚法》第五十八条"


def investigate(dossier: Dossier, entry: Entry) -> Problems:
    yield from two_officers(dossier.acting, entry.day)


def order(dossier: Dossier, entry: Entry) -> Problems:
    yield from two_officers(dossier.acting, entry.day)
    if not dossier.site_records:
        yield Problem("no_site_record", "请先登记现场检查笔录", "《行政处罚法》第四十条、第五十五条")
    if dossier.case.party_kind == PartyKind.UNKNOWN:
        yield Problem("no_party", "当事人还没有查明，责令改正没有对象", "《行政处罚法》第二十八条第一款、第四十条")


def recheck(dossier: Dossier, entry: Entry) -> Problems:
    yield from two_officers(entry.officers, entry.day)
    ordered = last(dossier.orders)
    if ordered is None:
        yield Problem("no_order", "没有责令改正的记录", "《行政处罚法》第二十八条第一款")
    elif entry.day < ordered.due_on and entry.record.correction == Correction.UNCORRECTED:
        yield Problem(
            "recheck_early",
            f"改正期限{ordered.due_on}还没有到，不能认定逾期未改正",
            "《行政处罚法》第二十八条第一款",
            "started_at",
        )


def suspend(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "中止调查的情形", "住房城乡建设部令第55号")


def resume(dossier: Dossier, entry: Entry) -> Problems:
    began = [each.started_on for each in dossier.pauses if each.kind == PauseKind.SUSPENSION and each.ended_on is None]
    if began and entry.day < max(began):
        text = f"恢复调查的日期早于中止的日期（{max(began)}）"
        yield Problem("resumed_early", text, "住房城乡建设部令第55号", "day", hard=True)


def conclude(dossier: Dossier, entry: Entry) -> Problems:
    """At least one site record, the party identified, evidence on the list, correction ordered."""
    if not dossier.inspections:
        yield Problem("no_site_record", "没有现场检查（勘验）笔录", "《行政处罚法》第四十条、第五十五条")
    if dossier.case.party_kind == PartyKind.UNKNOWN:
        yield Problem("no_party", "当事人还没有查明", "《行政处罚法》第四十条")
    if not dossier.usable_evidence:
        yield Problem("no_evidence", "证据清单里没有可以采用的证据", "《行政处罚法》第四十条、第四十六条")
    if not dossier.orders:
        yield Problem("no_order", "没有责令当事人改正违法行为", "《行政处罚法》第二十八条第一款")
    yield from two_officers(dossier.acting, entry.day)


def submit_review(dossier: Dossier, entry: Entry) -> Problems:
    yield from ()


def answer_review(dossier: Dossier, entry: Entry) -> Problems:
    """Who reviews has not investigated and is qualified; the facts of the entry are the reviewer's answer."""
    review = dossier.open_review
    reviewer = str(entry.facts.get("reviewer", ""))
    if review is None:
        yield Problem("not_submitted", "没有送审的记录", ART_58, hard=True)
        return
    if reviewer and any(each.person.name == reviewer for each in dossier.officers):
        yield Problem("investigator", f"{reviewer}是本案调查人员，不能审核", ART_58, "reviewer")
    if entry.facts.get("verdict") == Verdict.PASSED and not entry.facts.get("qualified"):
        yield Problem(
            "unqualified",
            "初次从事法制审核的人员应当取得国家统一法律职业资格",
            "《行政处罚法》第五十八条第二款",
            "qualified",
        )
    if entry.facts.get("verdict") == Verdict.RETURNED and not str(entry.facts.get("opinion", "")).strip():
        yield Problem("no_reason", "退回请写明需要补充什么", ART_58, "opinion")
