"""What comes next in a case: the step, whose it is, until when, and why. The page, the desk and the calendar ask here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from billboards.deadlines import RULES
from billboards.dossier import Dossier
from billboards.duties import discussion, legal_review, review_reason
from billboards.enums.case_edges import CASE_TRANSITIONS
from billboards.enums.cases import CaseState, Correction, DecisionKind, Route
from billboards.reckoning import instalment_missed
from staff.deadlines import Clock, Light, light_of
from staff.models import setting


@dataclass(frozen=True)
class NextStep:
    """As the next_step component takes it; `edge` is what the page's one primary button does ("" = wait)."""

    what: str
    who: str = ""
    due: date | None = None
    light: Light | None = None
    why: str = ""
    clock: Clock | None = None
    edge: str = ""
    waits: bool = False  # not before `due` is over, rather than by then


Choice = str | Callable[[Dossier], str]


def investigating(dossier: Dossier) -> str:
    return "conclude" if dossier.orders else "order"


def rechecked(dossier: Dossier) -> str:
    return "conclude"


def concluded(dossier: Dossier) -> str:
    return "submit_review" if review_reason(dossier)[0] and not dossier.passed_reviews else "notify"


def noticed(dossier: Dossier) -> str:
    return "open_hearing" if dossier.hearing_asked and dossier.hearing is None else "review_statement"


def stated(dossier: Dossier) -> str:
    if dossier.hearing_asked and dossier.hearing is None:
        return "open_hearing"
    if discussion(dossier, dossier.today).lacks:
        return "discuss"
    return "submit_review" if legal_review(dossier, dossier.today).lacks else "decide"


def decided(dossier: Dossier) -> str:
    dropped = dossier.decision is not None and dossier.decision.kind == DecisionKind.DROPPED
    return "close" if dropped else "serve"


def served(dossier: Dossier) -> str:
    decision = dossier.decision
    if decision is not None and not decision.is_penalty:
        return "close"
    return "lapse" if late_clocks(dossier) or instalment_missed(dossier.case, dossier.today) else "perform"


def late_clocks(dossier: Dossier) -> list[Any]:
    """The periods of performing that are over."""
    running = (each for each in dossier.clocks if each.rule in ("C_PAY", "REMOVE", "DEFERRED") and not each.finished_on)
    return [each for each in running if each.due_on < dossier.today]


def past_due(dossier: Dossier) -> str:
    over = [f"{each.label}{each.due_on}已过" for each in late_clocks(dossier)] or ["分期缴纳的一期到期未缴"]
    return "，".join(over) + "，没有登记履行的，"


def routed(dossier: Dossier) -> str:
    if dossier.route == Route.COURT:
        return "apply_court"
    if dossier.route in Route.OWN_DEMOLITION:
        return "announce" if setting("cases.announce_first") else "order_enforcement"
    return "order_enforcement" if dossier.route == Route.SUBSTITUTE else "perform"


def announced(dossier: Dossier) -> str:
    return "execute" if dossier.enforcements else "order_enforcement"


def enforcement_decided(dossier: Dossier) -> str:
    return "execute" if dossier.announcements or dossier.route == Route.SUBSTITUTE else "announce"


def executed(dossier: Dossier) -> str:
    """Taken down, and the fine still out: dunned for, then collected by the court; the case is not closed over it."""
    if not dossier.unpaid:
        return "close"
    return "route" if any(each.amount for each in dossier.dunnings) else "dun"


def dunned(dossier: Dossier) -> str:
    """Paid up after what was to come down is gone: performed. Else which way."""
    return "perform" if dossier.decision and dossier.removal_done and not dossier.unpaid else "route"


def owes_only_money(dossier: Dossier) -> bool:
    """What was ordered is done, and the fine has not come in."""
    done = dossier.case.state in (CaseState.EXECUTED, CaseState.PERFORMED) or (
        dossier.case.state in (CaseState.OVERDUE, CaseState.DUNNED) and dossier.removal_done
    )
    return done and bool(dossier.unpaid)


NEXT: Final[Mapping[str, Choice]] = {
    CaseState.LEAD: "file",
    CaseState.VERIFYING: "file",
    CaseState.FILED: "investigate",
    CaseState.INVESTIGATING: investigating,
    CaseState.ORDERED: "recheck",
    CaseState.RECHECKED: rechecked,
    CaseState.SUSPENDED: "resume",
    CaseState.CONCLUDED: concluded,
    CaseState.LEGAL_REVIEW: "pass_review",
    CaseState.LEGAL_PASSED: "notify",
    CaseState.NOTICED: noticed,
    CaseState.HEARING: "hold_hearing",
    CaseState.STATED: stated,
    CaseState.HEARD: stated,
    CaseState.DISCUSSED: stated,
    CaseState.DECIDED: decided,
    CaseState.SERVED: served,
    CaseState.DEFERRED: served,
    CaseState.OVERDUE: "dun",
    CaseState.DUNNED: dunned,
    CaseState.ROUTED: routed,
    CaseState.COURT_APPLIED: "court_executed",
    CaseState.ANNOUNCED: announced,
    CaseState.ENFORCEMENT_DECIDED: enforcement_decided,
    CaseState.EXECUTING: "finish",
    CaseState.EXECUTED: executed,
    CaseState.PERFORMED: "close",
    CaseState.STAYED: "unstay",
    CaseState.ENDED: "close",
    CaseState.CLOSED: "archive",
    CaseState.NOT_FILED: "archive",
    CaseState.TRANSFERRED: "archive",
}
WHO: Final = {
    "handle": "办案人员（二人以上）",
    "lead": "中队负责人",
    "review": "法制科",
    "approve": "局领导",
    "hear": "听证主持人",
    "money": "财务",
}
# Which clock says until when the next step is due.
CLOCK_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "file": ("C_VERIFY",),
    "recheck": ("ORDER",),
    "review_statement": ("C_STATEMENT",),
    "serve": ("C_SERVE",),
    "perform": ("C_PAY", "REMOVE", "DEFERRED"),
    "dun": ("E_COURT_WINDOW",),
    "route": ("E_DUNNING_COURT", "DUNNING"),
    "apply_court": ("E_COURT_WINDOW",),
    "order_enforcement": ("ANNOUNCED",),
}
# Not before the day rather than by it: the period is the party's, and its end is no delay of the bureau's.
WAITS: Final = frozenset({"review_statement", "perform", "route", "recheck", "order_enforcement"})
RIPE: Final = Light("green", "期限已满，可以办理")


def next_edge(dossier: Dossier) -> str:
    choice = NEXT.get(dossier.case.state, "")
    return choice if isinstance(choice, str) else choice(dossier)


def running_clock(dossier: Dossier, edge: str) -> Any:
    """The stored clock that the step hangs on; before the decision, else, the ninety days."""
    wanted = CLOCK_OF.get(edge, ()) or (("C_DECIDE",) if dossier.case.state in CaseState.BEFORE_DECISION else ())
    running = [each for each in dossier.clocks if each.finished_on is None]
    return next((each for code in wanted for each in running if each.rule == code), None)


def explained(dossier: Dossier, row: Any) -> Clock | None:
    """A stored clock as the clock component takes it; None for a day that a paper of ours set."""
    rule = RULES.get(row.rule)
    if rule is None or row.amount is None:
        return None
    return Clock.of(
        rule,
        row.started_on,
        dossier.calendar,
        pauses=dossier.pause_spans,
        amount=row.amount,
        finished_on=row.finished_on,
    )


def next_step(dossier: Dossier) -> NextStep:
    """The one thing that the case waits for."""
    edge = next_edge(dossier)
    if not edge:
        return NextStep("没有待办的步骤", why="案件已归档或作废，只读。")
    step, row = CASE_TRANSITIONS[edge], running_clock(dossier, edge)
    what, why = step.label, step.basis
    notice = dossier.notice
    if edge == "review_statement" and notice is not None and notice.served_on is None:
        return NextStep(
            "送达事先告知书", WHO["handle"], why="陈述申辩期从送达之日起算（《行政处罚法》第四十四条、第六十一条）。"
        )
    if edge == "lapse":
        why = f"{past_due(dossier)}登记逾期，再催告；{step.basis}"
    if edge == "dun" and owes_only_money(dossier):
        what = "催缴罚款"
    if edge == "conclude" and last_recheck(dossier) == Correction.CORRECTED:
        why = f"复查已改正，核对是否不予处罚（《行政处罚法》第三十三条）；{step.basis}"
    if dossier.case.state in (CaseState.EXECUTED, CaseState.PERFORMED) and dossier.unpaid:
        why = (
            f"罚款还有{dossier.unpaid:,.2f}元没有入库，不能结案：缴来的登记缴款；没有缴的先催缴，催告满十个工作日"
            "申请法院执行，或者登记终结执行（《行政强制法》第三十五条、第五十四条；《行政处罚法》第七十二条第一款第四项）"
        )
        if dossier.case.state == CaseState.PERFORMED:
            return NextStep("登记缴款", WHO["money"], why=why)
    light = None
    if row is not None:
        light = light_of(row.started_on, row.due_on, None, dossier.today, dossier.calendar)
        if edge in WAITS:
            light = None if dossier.today <= row.due_on else RIPE
    return NextStep(
        what=what,
        who=WHO[step.right],
        due=row.due_on if row is not None else None,
        light=light,
        why=why,
        clock=explained(dossier, row) if row is not None else None,
        edge=edge,
        waits=edge in WAITS,
    )


def last_recheck(dossier: Dossier) -> str:
    found = [each.correction for each in dossier.site_records if each.correction]
    return found[-1] if found else ""
