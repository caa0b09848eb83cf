"""可出文 / 不可出文: a paper of ours may be issued when the step behind it is on record and no rule was broken in it.

A step that went otherwise is on record with its flaw; a paper that says it had gone by the rules is not issued for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, DecisionKind, PerformanceKind, SiteRecordKind
from billboards.enums.papers import PaperKind
from billboards.models import Case
from billboards.workflow.guards import decision, enforcement, filing, inquiry
from billboards.workflow.guards.outside_papers import issued_elsewhere
from billboards.workflow.guards.problems import Entry, Problem, Problems

PaperRule = Callable[[Dossier], str]


def why_not_paper(case: Case, kind: str, *, dossier: Dossier | None = None) -> str:
    """Why a paper of this kind may not be issued for the case now, with the article; "" if it may."""
    if case.state == CaseState.VOIDED:
        return "案件已作废。"
    if case.state == CaseState.ARCHIVED:
        return "案件已归档，不再出文。"
    found = dossier or Dossier(case)
    return "".join(filter(None, (RULES[kind](found), issued_elsewhere(found, kind))))


def sentence(problems: Iterable[Problem]) -> str:
    hard = [str(each) for each in problems if not each.soft]
    return f"{'；'.join(hard)}。" if hard else ""


def on_record(rows: str, words: str) -> PaperRule:
    """Papers that only write down what was done."""

    def rule(dossier: Dossier) -> str:
        return "" if getattr(dossier, rows) else words

    return rule


def of_step(
    rows: str,
    guard: Callable[[Dossier, Entry], Problems],
    words: str,
    *,
    day: str = "issued_on",
    fits: Callable[[Any], bool] = bool,
) -> PaperRule:
    """Papers of ours: the newest record of the step, judged as it was when it was made."""

    def rule(dossier: Dossier) -> str:
        found: Sequence[Any] = getattr(dossier, rows)
        if not found or not fits(found[-1]):
            return words
        record = found[-1]
        before = Dossier(dossier.case, today=dossier.today, calendar=dossier.calendar)
        before.__dict__[rows] = list(found[:-1])
        moment: date = getattr(record, day)
        return sentence(guard(before, Entry(day=moment, record=record)))

    return rule


def filing_paper(dossier: Dossier) -> str:
    if dossier.case.filed_on is not None:
        return ""
    if dossier.case.state not in CaseState.BEFORE_FILING:
        return "案件没有立案（《行政处罚法》第五十四条）。"
    return sentence(filing.file_case(dossier, Entry(day=dossier.today)))


def spot_paper(dossier: Dossier) -> str:
    found = dossier.decision
    if found is None or found.kind != DecisionKind.SPOT:
        return "没有登记当场处罚（《行政处罚法》第五十一条）。"
    entry = Entry(day=found.issued_on, record=found, officers=dossier.acting, note=found.reasons)
    return sentence(each for each in filing.spot(dossier, entry) if each.code != "cash")


def reply_paper(dossier: Dossier) -> str:
    notice = dossier.notice
    return "" if notice and notice.replied_on else "还没有复核陈述申辩（《行政处罚法》第四十五条）。"


def hearing_paper(field: str, words: str) -> PaperRule:
    def rule(dossier: Dossier) -> str:
        hearing = dossier.hearing
        return "" if hearing is not None and getattr(hearing, field) else words

    return rule


def review_paper(dossier: Dossier) -> str:
    answered = any(each.verdict for each in dossier.reviews)
    return "" if answered else "法制审核还没有结论（《行政处罚法》第五十八条）。"


def deferral_paper(dossier: Dossier) -> str:
    granted = dossier.case.state == CaseState.DEFERRED or dossier.deferred_until is not None
    return "" if granted else "没有批准延期或者分期缴纳（《行政处罚法》第六十六条第二款）。"


def surcharge_paper(dossier: Dossier) -> str:
    if dossier.case.state not in (CaseState.OVERDUE, CaseState.DUNNED, *CaseState.TO_PERFORM[3:]):
        return "还没有逾期（《行政处罚法》第七十二条第一款第一项）。"
    return sentence(enforcement.surcharge(dossier, Entry(day=dossier.today)))


def closing_paper(dossier: Dossier) -> str:
    if dossier.case.state in (CaseState.CLOSED, CaseState.ARCHIVED):
        return ""
    if dossier.case.state not in (*CaseState.FINISHED, CaseState.DECIDED, CaseState.SERVED):
        return f"案件{dossier.case.get_state_display()}，还不能结案（住房城乡建设部令第55号）。"
    if dossier.case.state == CaseState.SERVED and dossier.decision is not None and dossier.decision.is_penalty:
        return "处罚决定还没有履行，不能结案（《行政处罚法》第六十六条第一款）。"
    if dossier.unpaid and dossier.case.state != CaseState.ENDED:
        return f"罚款还有{dossier.unpaid:,.2f}元没有入库，不能结案（《行政处罚法》第七十二条第一款第四项）。"
    return sentence(enforcement.complete(dossier))


def in_state(label: str, state: str, article: str) -> PaperRule:
    return lambda dossier: "" if dossier.case.state == state else f"案件没有{label}（{article}）。"


def took_step(edge: str, words: str, *others: str) -> PaperRule:
    return lambda dossier: "" if any(each.edge in (edge, *others) for each in dossier.steps) else words


def of_kind(rows: str, kind: str, words: str) -> PaperRule:
    return lambda dossier: "" if any(each.kind == kind for each in getattr(dossier, rows)) else words


def preservation_paper(dossier: Dossier) -> str:
    kept = any(each.preserved_on for each in dossier.evidence)
    return "" if kept else "没有先行登记保存的证据（《行政处罚法》第五十六条）。"


def costs_paper(dossier: Dossier) -> str:
    substitute = any(each.substitute for each in dossier.enforcements)
    if not substitute:
        return "没有代履行（《行政强制法》第五十一条）。"
    return (
        ""
        if any(each.costs for each in dossier.executions)
        else "还没有登记代履行的费用（《行政强制法》第五十一条第二款）。"
    )


def removal_paper(dossier: Dossier) -> str:
    removed = any(each.kind in PerformanceKind.REMOVED for each in dossier.performances) or any(
        each.ended_at for each in dossier.executions
    )
    return "" if removed else "还没有登记拆除（《行政处罚法》第六十六条）。"


def penalised(record: Any) -> bool:
    return bool(record.kind == DecisionKind.PENALTY)


RULES: Final[Mapping[str, PaperRule]] = {
    PaperKind.FILING: filing_paper,
    PaperKind.NOT_FILING: in_state("不予立案", CaseState.NOT_FILED, "《行政处罚法》第五十四条第二款"),
    PaperKind.PRESERVATION: preservation_paper,
    PaperKind.RECHECK: of_kind("site_records", SiteRecordKind.RECHECK, "还没有登记复查（《行政处罚法》第二十八条）。"),
    PaperKind.SUSPENSION: took_step("suspend", "没有中止调查（住房城乡建设部令第55号）。"),
    PaperKind.REPORT: took_step("conclude", "调查还没有终结（《行政处罚法》第五十七条第一款）。"),
    PaperKind.STATEMENT: lambda dossier: (
        "" if dossier.notice and dossier.notice.statement_on else "没有收到陈述申辩（《行政处罚法》第四十五条）。"
    ),
    PaperKind.EXECUTION_RECORD: on_record("executions", "还没有实施强制执行（《行政强制法》第四十三条）。"),
    PaperKind.COSTS: costs_paper,
    PaperKind.REMOVAL: removal_paper,
    PaperKind.STAY: took_step("stay", "没有中止或者终结执行（《行政强制法》第三十九条、第四十条）。", "end"),
    PaperKind.SITE_RECORD: on_record("site_records", "还没有登记现场检查（《行政处罚法》第五十五条）。"),
    PaperKind.INTERVIEW: on_record("interviews", "还没有登记询问（《行政处罚法》第五十五条）。"),
    PaperKind.CORRECTION: of_step("orders", inquiry.order, "还没有责令改正（《行政处罚法》第二十八条第一款）。"),
    PaperKind.LEGAL_REVIEW: review_paper,
    PaperKind.NOTICE: of_step(
        "notices",
        decision.notify,
        "没有登记（不含听证权利的）事先告知（《行政处罚法》第四十四条）。",
        fits=lambda notice: not notice.with_hearing,
    ),
    PaperKind.HEARING_RIGHT: of_step(
        "notices",
        decision.notify,
        "没有登记告知听证权利（《行政处罚法》第六十三条）。",
        fits=lambda notice: notice.with_hearing,
    ),
    PaperKind.REPLY: reply_paper,
    PaperKind.HEARING_NOTICE: of_step(
        "hearings", decision.open_hearing, "没有组织听证（《行政处罚法》第六十四条）。", day="requested_on"
    ),
    PaperKind.HEARING_RECORD: hearing_paper("held_on", "听证还没有举行（《行政处罚法》第六十四条第八项）。"),
    PaperKind.HEARING_REPORT: hearing_paper("conclusion", "还没有听证意见（《行政处罚法》第六十四条第八项）。"),
    PaperKind.DISCUSSION: on_record("discussions", "还没有集体讨论（《行政处罚法》第五十七条第二款）。"),
    PaperKind.PENALTY: of_step(
        "decisions", decision.decide, "还没有作出处罚决定（《行政处罚法》第五十七条）。", fits=penalised
    ),
    PaperKind.NO_PENALTY: of_step(
        "decisions",
        decision.spare,
        "还没有决定不予处罚（《行政处罚法》第三十三条）。",
        fits=lambda record: record.kind == DecisionKind.NO_PENALTY,
    ),
    PaperKind.SPOT: spot_paper,
    PaperKind.SERVICE: lambda dossier: (
        "" if dossier.case.state not in CaseState.BEFORE_FILING else "还没有可以送达的文书。"
    ),
    PaperKind.DEFERRAL: deferral_paper,
    PaperKind.SURCHARGE: surcharge_paper,
    PaperKind.DUNNING: of_step("dunnings", enforcement.dun, "还没有催告（《行政强制法》第三十五条）。"),
    PaperKind.ANNOUNCEMENT: of_step(
        "announcements", enforcement.announce, "还没有限期拆除公告（《行政强制法》第四十四条）。", day="posted_on"
    ),
    PaperKind.ENFORCEMENT: of_step(
        "enforcements",
        enforcement.order_enforcement,
        "还没有作出强制执行决定（《行政强制法》第三十七条）。",
        fits=lambda record: not record.substitute,
    ),
    PaperKind.SUBSTITUTE: of_step(
        "enforcements",
        enforcement.order_enforcement,
        "还没有作出代履行决定（《行政强制法》第五十一条）。",
        fits=lambda record: record.substitute,
    ),
    PaperKind.COURT: of_step(
        "court_applications",
        enforcement.apply_court,
        "还没有申请法院执行（《行政强制法》第五十三条）。",
        day="applied_on",
    ),
    PaperKind.TRANSFER: lambda dossier: (
        "" if dossier.case.state == CaseState.TRANSFERRED else "案件没有移送（《行政处罚法》第二十七条）。"
    ),
    PaperKind.CLOSING: closing_paper,
    PaperKind.CONTENTS: lambda dossier: "" if dossier.steps else "卷内还没有材料。",
}
