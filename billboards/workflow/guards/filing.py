"""Guards before and around filing: leads, filing, spot penalty, transfer."""

from __future__ import annotations

from billboards.deadlines import limitation_ends
from billboards.discretion import SPOT_CASH_CAP, why_not_spot
from billboards.dossier import Dossier
from billboards.enums.cases import PartyKind
from billboards.workflow.guards.problems import Entry, Problem, Problems, amount_in_table, reasons_given, two_officers
from staff.models import ServiceMethod

ART_54 = "《行政处罚法》第五十四条"


def limitation(dossier: Dossier, entry: Entry) -> Problems:
    """Two years (five where life, health or finance was harmed) from the end of the act to its discovery."""
    case = dossier.case
    if case.ended_on is None:
        return
    found = case.found_on or case.received_on
    last = limitation_ends(case.ended_on, dossier.calendar, endangers=case.endangers)
    if found > last:
        yield Problem(
            "time_barred", f"违法行为{case.ended_on}终了，追责期限至{last}，{found}才发现", "《行政处罚法》第三十六条"
        )


def jurisdiction(dossier: Dossier, entry: Entry) -> Problems:
    violation = dossier.case.violation
    if violation is None:
        yield Problem("no_violation", "请先选定案由", ART_54, "violation")
    elif not violation.is_ours:
        whom = violation.get_transfer_to_display()
        yield Problem("not_ours", f"“{violation.name}”由{whom}管辖，应当移送", "《行政处罚法》第二十二条、第二十七条")


def verification(dossier: Dossier, entry: Entry) -> Problems:
    clock = next((each for each in dossier.clocks if each.rule == "C_VERIFY" and each.finished_on is None), None)
    if clock is not None and entry.day > clock.due_on:
        yield Problem("verify_late", f"线索核查期限{clock.due_on}已过", "住房城乡建设部令第55号", soft=True)


def file_case(dossier: Dossier, entry: Entry) -> Problems:
    """初步证据, jurisdiction, limitation; two officers named with the filing."""
    if not dossier.usable_evidence and not dossier.site_records:
        yield Problem("no_evidence", "没有初步证据，请先登记现场笔录或证据", ART_54)
    yield from jurisdiction(dossier, entry)
    yield from limitation(dossier, entry)
    yield from two_officers(dossier.acting, entry.day)
    yield from verification(dossier, entry)


def reject(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "不予立案的理由", "《行政处罚法》第五十四条第二款、第七十六条")
    yield from verification(dossier, entry)


def transfer(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "移送机关和理由", "《行政处罚法》第二十七条")


def spot(dossier: Dossier, entry: Entry) -> Problems:
    """Art. 51, 52, 68: caps, the statute's own range, two officers, delivered on the spot, review first."""
    decision, case = entry.record, dossier.case
    if case.party_kind == PartyKind.UNKNOWN:
        yield Problem("no_party", "当事人还没有查明，不能当场处罚", "《行政处罚法》第五十二条第二款")
    elif why := why_not_spot(dossier.party, decision.amount):
        yield Problem("spot_cap", why.partition("（")[0], "《行政处罚法》第五十一条", "amount")
    if not decision.amount and not decision.warning:
        yield Problem("no_penalty", "请填写罚款或者警告", "《行政处罚法》第五十一条", "amount")
    if case.violation is not None:  # without one: see jurisdiction
        yield from amount_in_table(dossier, decision)
    yield from jurisdiction(dossier, entry)
    yield from limitation(dossier, entry)
    yield from two_officers(entry.officers or dossier.acting, entry.day)
    if decision.service_method not in (ServiceMethod.DIRECT, ServiceMethod.LEFT) or decision.served_on != entry.day:
        yield Problem("spot_delivery", "决定书应当当场交付当事人", "《行政处罚法》第五十二条第一款", "served_on")
    if not decision.remedies_told:
        yield Problem(
            "no_remedies",
            "决定书应写明先申请行政复议",
            "《行政处罚法》第五十二条；《行政复议法》第二十三条",
            "remedies_told",
        )
    if decision.cash > SPOT_CASH_CAP and not entry.note.strip():
        yield Problem(
            "cash", f"当场收缴超过{SPOT_CASH_CAP}元的，请写明不当场收缴事后难以执行", "《行政处罚法》第六十八条", "note"
        )


def void(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "作废的理由", "案件台账管理：重复登记或登记有误")


def verify(dossier: Dossier, entry: Entry) -> Problems:
    yield from ()
