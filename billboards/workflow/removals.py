"""The one door to removals: what came down, by which mode. Coercion before its lawful day is refused, or flagged if it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from billboards.enums.boards import BoardLife, RemovalMode
from billboards.enums.cases import CaseState
from billboards.models import Board, Case, Removal
from billboards.workflow import boards
from staff.models import Activity, ImportBatch, User, Verb
from staff.refusals import Refused
from staff.workflow.records import check_day, locked, void_record

ENFORCING = (
    CaseState.ENFORCEMENT_DECIDED, CaseState.EXECUTING, CaseState.EXECUTED, CaseState.CLOSED, CaseState.ARCHIVED,
)  # fmt: skip
COERCION = "《行政强制法》第四十四条"
CONSENT = "《行政强制法》第二条、第四十四条"
CLEARING = "《行政强制法》第五十二条"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a case says of coercion: its number and the earliest lawful day (None: not open yet, with the reason)."""

    case_number: str = ""
    lawful_from: date | None = None
    reason: str = ""

    @classmethod
    def of(cls, case: Case | None, board: Board | None = None) -> Gate:
        """A day alone does not open the gate: the decision to enforce must have been made (第三十七条), about this board."""
        if case is None:
            return cls()
        if case.state == CaseState.VOIDED:
            return cls(case.number, None, "案件已作废。")
        if board is not None and case.board_id != board.pk:
            about = (
                f"涉案设施是{case.board.code}，不是{board.code}" if case.board else "没有选涉案设施，请先在案件里补选"
            )
            return cls(case.number, None, f"案件的决定不是对这处设施作出的（{about}）。")
        ruling = case.courtapplications.filter(granted=True).last()
        if ruling is not None:
            return cls(case.number, ruling.ruled_on, "法院裁定准予执行")
        if case.state not in ENFORCING:
            return cls(case.number, None, "还没有作出强制执行决定（《行政强制法》第三十七条）。")
        return cls(case.number, case.coercion_from, case.coercion_words)


def flaw_of(removal: Removal, gate: Gate) -> tuple[str, str]:
    """(article, what is wrong) of a removal as it stands; ("", "") if nothing is."""
    if removal.mode == RemovalMode.COERCIVE:
        return coercive_flaw(removal, gate)
    if removal.mode == RemovalMode.ASSISTED and removal.consent_on is None:
        return CONSENT, "协助拆除没有当事人的书面同意，不能证明不是强制拆除。"
    if removal.mode == RemovalMode.ASSISTED and removal.consent_on and removal.consent_on > removal.removed_on:
        return CONSENT, f"书面同意（{removal.consent_on}）在拆除（{removal.removed_on}）之后。"
    return "", ""


def coercive_flaw(removal: Removal, gate: Gate) -> tuple[str, str]:
    if not gate.case_number and removal.case_number:
        return COERCION, f"{removal.case_number}在其他平台办理，本系统不能核对期限。"
    if not gate.case_number:
        return COERCION, "强制拆除没有对应的案件和强制执行决定。"
    if gate.lawful_from is None:
        return COERCION, f"{gate.case_number}还没有可以强制拆除的日期：{gate.reason or '程序未完成'}"
    if removal.removed_on < gate.lawful_from:
        return COERCION, f"{gate.case_number}最早可强制日期为{gate.lawful_from}，{removal.removed_on}拆除早于该日。"
    return "", ""


NEXT = {
    RemovalMode.COERCIVE: "请转立案，期限届满、决定送达后再拆；已经拆了的，勾选“事后补录”，按程序瑕疵登记。",
    RemovalMode.ASSISTED: "请先取得书面同意并填日期；已经拆了的，勾选“事后补录”，按程序瑕疵登记。",
}


def check_removal(removal: Removal, gate: Gate, *, as_it_happened: bool) -> None:
    """Set the flaw of what happened; refuse what is only about to be called done by the rules."""
    check_day(removal.removed_on, "removed_on", "拆除日期")
    if removal.consent_on is not None:
        check_day(removal.consent_on, "consent_on", "书面同意日期")
    if removal.mode in (RemovalMode.EMERGENCY, RemovalMode.OWNERLESS) and not removal.reason:
        words = "紧急情形" if removal.mode == RemovalMode.EMERGENCY else "查找、公告情况"
        raise Refused(f"请写明{words}。", "reason")
    article, flaw = flaw_of(removal, gate)
    if flaw and not as_it_happened:
        field = "consent_on" if removal.mode == RemovalMode.ASSISTED else "as_it_happened"
        raise Refused(f"{flaw}（{article}）{NEXT[RemovalMode(removal.mode)]}", field)
    removal.flaw_article, removal.flaw = article, flaw[:200]


@transaction.atomic
def record_removal(
    removal: Removal,
    *,
    by: User | None,
    as_it_happened: bool = False,
    batch: ImportBatch | None = None,
    in_part: bool = False,
) -> Removal:
    """Store an unsaved removal; a board of the ledger comes down with it, unless only a part of it did (`in_part`).

    Refused, with article and what to do, for coercion before its day and for help without consent, unless
    `as_it_happened`: then it is stored with its flaw, and counted.
    """
    check_removal(removal, Gate.of(removal.case, removal.board), as_it_happened=as_it_happened)
    if removal.board is not None:
        words = f"{removal.get_mode_display()}。{removal.flaw or removal.note}"
        if in_part:
            boards.mark_cut(removal.board, by=by, on=removal.removed_on, words=words)
        else:
            removal.board = boards.mark_removed(removal.board, by=by, on=removal.removed_on, words=words)
    removal.recorded_by, removal.batch = by, batch
    removal.save()
    if batch is None:
        title = "登记拆除（程序瑕疵）" if removal.flaw else "登记拆除"
        Activity.record(Verb.CREATE, removal, by=by, title=title, note=removal.flaw or str(removal))
    return removal


@transaction.atomic
def void_removal(removal: Removal, *, by: User, reason: str) -> Removal:
    """Entered by mistake, or not done after all: no longer counted; a board that came down with it stands again.

    It came down with the last removal that is not voided: those before it took parts of it.
    """
    current = locked(removal)
    item = getattr(current, "item", None)
    if item is not None and item.settled_on is not None:
        raise Refused(f"对应的专项问题 {item.number} 已销号，不能作废拆除登记。登记有误的，先在该问题上退回重办。")
    board = current.board
    if (
        board is not None
        and not current.is_voided
        and locked(board).life == BoardLife.REMOVED
        and not board.removals.recorded().filter(pk__gt=current.pk).exists()
    ):
        boards.reinstate_board(board, by=by, reason=reason)
    return void_record(current, by=by, reason=reason)
