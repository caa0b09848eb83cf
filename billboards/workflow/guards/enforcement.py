"""Guards after the decision: performance, dunning, route, court, announcement, enforcement decision, execution, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils import timezone

from billboards.coercion import Outlook, why_not_hour
from billboards.dossier import Dossier, last
from billboards.enums.cases import AuthorityKind, CaseState, ClosingReason, DecisionKind, PerformanceKind, Route
from billboards.reckoning import instalment_missed
from billboards.workflow.guards.problems import Entry, Problem, Problems, reasons_given, two_officers
from config.periods import LAST_YEAR
from staff.models import setting

COERCION_35, COERCION_37 = "《行政强制法》第三十五条", "《行政强制法》第三十七条"
COERCION_38 = "《行政强制法》第三十八条"
COERCION_43, COERCION_44 = "《行政强制法》第四十三条第一款", "《行政强制法》第四十四条"
ART_66 = "《行政处罚法》第六十六条第二款"
DECREE = "住房城乡建设部令第55号"


def perform(dossier: Dossier, entry: Entry) -> Problems:
    """The fine has arrived and the removal was looked at."""
    decision = dossier.decision
    done = [*dossier.performances, *([entry.record] if entry.record else [])]
    if decision is None:
        return
    if dossier.unpaid and not any(each.kind == PerformanceKind.PAYMENT for each in done):
        yield Problem("unpaid", f"罚款还有{dossier.unpaid:,.2f}元没有入库", "《行政处罚法》第六十七条第三款", "kind")
    if not dossier.removal_done and not any(each.kind in PerformanceKind.REMOVED for each in done):
        yield Problem("not_removed", "决定责令拆除，还没有登记拆除", "《行政处罚法》第六十六条第一款", "kind")
    if entry.record is not None and not entry.record.verified_by:
        yield Problem("unverified", "请填写核实人", "《行政处罚法》第六十六条第一款", "verified_by")


def defer(dossier: Dossier, entry: Entry) -> Problems:
    if dossier.decision is None or not dossier.decision.amount:
        yield Problem("no_fine", "没有罚款可以延期或者分期", ART_66)
    yield from reasons_given(entry, "经济困难的情形和批准的期限", ART_66)
    if "deferral" not in entry.facts:
        yield from put_off(dossier, entry)


def put_off(dossier: Dossier, entry: Entry) -> Problems:
    """What makes a deferral that is entered as a step: until when, by whom, and no application beside it."""
    until = entry.facts.get("until")
    if until is None or not str(entry.facts.get("approver") or "").strip():
        yield Problem("no_day", "请填写延期至哪一天和批准人", ART_66, "until", hard=True)
    elif until.year > LAST_YEAR:
        yield Problem("no_day", "延期的年份不对，请核对", ART_66, "until", hard=True)
    elif until <= entry.day:
        yield Problem("no_day", f"延期应延至{entry.day}以后", ART_66, "until", hard=True)
    if dossier.case.deferrals.filter(voided_at=None, granted=None).exists():
        yield Problem("undecided", "还有一份延期申请没有决定，请在“罚没款”里登记决定", ART_66, "until", hard=True)


def lapse(dossier: Dossier, entry: Entry) -> Problems:
    """Some period for performing has passed: payment, removal, or the last day of a deferral."""
    decision = dossier.decision
    if decision is None or decision.served_on is None:
        yield Problem("unserved", "决定还没有送达", "《行政处罚法》第六十七条第三款")
        return
    if decision.served_on > entry.day:
        yield Problem("unserved", f"决定{decision.served_on}才送达", "《行政处罚法》第六十七条第三款")
    pay = dossier.due("C_PAY", decision.served_on).day if decision.amount else None
    if dossier.case.state == CaseState.DEFERRED and dossier.deferred_until:
        pay = dossier.deferred_until
        if instalment_missed(dossier.case, entry.day):
            return
    days = [day for day in (pay, decision.remove_by) if day is not None]
    if days and all(entry.day <= day for day in days):
        yield Problem("not_due", f"履行期限{min(days)}还没有过", "《行政处罚法》第六十七条第三款")


def surcharge(dossier: Dossier, entry: Entry) -> Problems:
    decision = dossier.decision
    if decision is None or not decision.amount:
        yield Problem("no_fine", "没有罚款，不加处罚款", "《行政处罚法》第七十二条第一款第一项")
    elif not decision.surcharge_told:
        yield Problem("untold", "决定书没有告知加处罚款的标准", "《行政强制法》第四十五条第一款")
    if dossier.is_contested:
        yield Problem("contested", "复议、诉讼期间不计算加处罚款", "《行政处罚法》第七十三条第三款")


def dun(dossier: Dossier, entry: Entry) -> Problems:
    if dossier.case.state == CaseState.EXECUTED and not dossier.unpaid:
        yield Problem("paid", "已执行完毕，罚款也已缴清，不再催告，请结案", COERCION_35)
    if dossier.is_contested:
        yield Problem("contested", "当事人已复议或者起诉，尚未结束", COERCION_44)
    yield from two_officers(dossier.acting, entry.day)


def dunned(dossier: Dossier, day: date) -> Problems:
    """Dunned, and served by then: an announcement (公告) is service only when its thirty days are over."""
    dunning = dossier.dunning
    if dunning is None:
        yield Problem("not_dunned", "没有催告", COERCION_35)
    elif dunning.served_on is None:
        yield Problem("dunning_unserved", "催告书还没有送达", COERCION_38)
    elif dunning.served_on > day:
        yield Problem("dunning_unserved", f"催告书{dunning.served_on}才送达", COERCION_38)
    elif dunning.statement_on and not dunning.replied_on:
        yield Problem("dunning_unanswered", "当事人对催告的陈述申辩还没有复核", "《行政强制法》第三十六条")


def route(dossier: Dossier, entry: Entry) -> Problems:
    """A way that is open at all for this case (行政强制法 Art. 13)."""
    choice = entry.record
    yield from dunned(dossier, entry.day)
    found = dossier.outlook(
        choice.route,
        obstacle=choice.obstacle,
        traffic_danger=choice.traffic_danger,
        emergency=choice.emergency,
        consent_on=choice.consent_on,
    )
    if found.never:
        yield Problem("no_route", found.never.partition("（")[0].rstrip("。"), article_in(found.never), "route")
    if choice.route == Route.ASSISTED and choice.consent_on is None:
        yield Problem("no_consent", "协助拆除应有当事人书面同意", COERCION_44, "consent_on")


def article_in(words: str) -> str:
    """The article that a sentence ends with."""
    return words.rpartition("（")[2].rstrip("）。") if "（" in words else "《行政强制法》第十三条"


def barred(found: Outlook, day: date, field: str = "") -> Problems:
    """Why the day is too early, or not to be had at all."""
    if found.never or found.blocked:
        words = found.never or found.blocked
        yield Problem("not_enforceable", words.partition("（")[0].rstrip("。"), article_in(words), field)
    elif found.earliest is not None and day < found.earliest:
        text, article = found.words.partition("（")[0], article_in(found.words)
        yield Problem("before_earliest", f"不得早于{found.earliest}：{text}", article, field)
    elif found.latest is not None and day > found.latest:
        yield Problem("after_window", f"申请法院执行的期限{found.latest}已过", "《行政强制法》第五十三条", field)


def apply_court(dossier: Dossier, entry: Entry) -> Problems:
    if dossier.route != Route.COURT:
        yield Problem("other_route", "执行途径不是申请法院", "《行政强制法》第十三条、第五十三条")
    yield from dunned(dossier, entry.day)
    yield from barred(dossier.outlook(Route.COURT), entry.day, "applied_on")


def authority(dossier: Dossier) -> Problems:
    if dossier.route == Route.PLANNING and dossier.authority != AuthorityKind.ORDERED:
        yield Problem("no_authority", "没有县级以上人民政府责成", "《城乡规划法》第六十八条")
    if dossier.route == Route.APPEARANCE and dossier.authority != AuthorityKind.APPROVED:
        yield Problem(
            "no_authority",
            "没有县级以上人民政府批准",
            "《城市市容和环境卫生管理条例》第三十七条；《行政强制法》第十三条",
        )


def own_route(dossier: Dossier, *, substitute: bool = False) -> Problems:
    allowed = (*Route.OWN_DEMOLITION, *([Route.SUBSTITUTE] if substitute else []))
    if dossier.route not in allowed:
        yield Problem("other_route", "执行途径不是本机关强制执行，没有强制执行权", "《行政强制法》第十三条")


def announce(dossier: Dossier, entry: Entry) -> Problems:
    yield from own_route(dossier)
    yield from dunned(dossier, entry.day)
    yield from authority(dossier)


def order_enforcement(dossier: Dossier, entry: Entry) -> Problems:
    """Ordering is authorising: an execution that is still to come is no fact to be recorded afterwards."""
    found = list(enforcement_order(dossier, entry))
    planned: date | None = entry.record.planned_on
    broken = [each for each in found if not each.soft]
    if not (entry.late and broken and planned is not None and planned >= dossier.today):
        yield from found
        return
    words = f"计划{planned}实施的强制执行还没有发生，不能补录；请按程序办理，条件具备后再决定"
    yield Problem("still_to_come", words, COERCION_44, "planned_on", hard=True)
    yield from (replace(each, hard=True) for each in broken)


def enforcement_order(dossier: Dossier, entry: Entry) -> Problems:
    """Periods over unused, nothing pending, dunned, announced (unless the decision comes first), authorised."""
    substitute = dossier.route == Route.SUBSTITUTE
    yield from own_route(dossier, substitute=True)
    yield from dunned(dossier, entry.day)
    yield from authority(dossier)
    if setting("cases.announce_first") and not dossier.announcements and not substitute:
        yield Problem("not_announced", "还没有限期拆除公告", COERCION_44)
    if substitute and not entry.record.substitute:
        yield Problem("no_performer", "代履行决定应写明代履行人和费用预算", "《行政强制法》第五十一条", "substitute")
    if not entry.record.remedies_told:
        yield Problem(
            "no_remedies", "决定书应载明复议、诉讼的途径和期限", f"{COERCION_37}第二款第四项", "remedies_told"
        )
    yield from barred(dossier.outlook(enforced_on=None), entry.day, "issued_on")


def execute(dossier: Dossier, entry: Entry) -> Problems:
    """Every hard guard of an execution: authority, days, hour, papers, officers, recording."""
    execution = entry.record
    yield from own_route(dossier, substitute=True)
    yield from authority(dossier)
    yield from barred(dossier.outlook(enforced_on=None), entry.day, "started_at")
    yield from by_decision(dossier, entry.day)
    for each in dossier.outlook().missing:
        yield Problem("missing_paper", each.text, each.article)
    if dossier.announcements and not last(dossier.announcements).photographed:
        yield Problem("no_photo", "公告没有在现场拍照存档", COERCION_44)
    yield from hour(dossier, entry)
    yield from two_officers(entry.officers, entry.day)
    if not execution.plan.strip():
        yield Problem("no_plan", "没有实施方案", "《行政强制法》第四十三条", "plan")
    if not execution.video:
        yield Problem("no_video", "应当全程音像记录", "《行政处罚法》第四十七条", "video")


def by_decision(dossier: Dossier, day: date) -> Problems:
    """The decision to enforce has reached the party, and its own day has come."""
    decision = last(dossier.enforcements)
    if decision is None:
        return
    name = "代履行决定" if decision.substitute else "强制执行决定"
    if decision.served_on is not None and decision.served_on > day:
        yield Problem("decision_unserved", f"{name}{decision.served_on}才送达", COERCION_38, "started_at")
    if decision.planned_on > day:
        words = f"{name}载明的时间是{decision.planned_on}，不能提前"
        yield Problem("before_planned", words, f"{COERCION_37}第二款第三项", "started_at")


def hour(dossier: Dossier, entry: Entry) -> Problems:
    execution = entry.record
    why = why_not_hour(
        timezone.localtime(execution.started_at),
        dossier.calendar,
        emergency=execution.emergency_reason,
        weekend=execution.weekend_reason,
        night=(int(setting("cases.night_from")), int(setting("cases.night_to"))),
    )
    if why:
        yield Problem("hour", why.partition("（《")[0].rstrip("。"), COERCION_43, "started_at")


def finish(dossier: Dossier, entry: Entry) -> Problems:
    if not dossier.executions:
        yield Problem("no_execution", "没有实施强制执行的记录", COERCION_43, hard=True)
    if not str(entry.facts.get("result", "")).strip():
        yield Problem("no_result", "请写明执行情况", "《行政强制法》第四十三条、第四十四条", "result")


def at_once(dossier: Dossier, entry: Entry) -> Problems:
    """R4 and R10: only for an obstacle that must go at once, or a recorded emergency."""
    execution = entry.record
    if execution.route not in (Route.AT_ONCE, Route.EMERGENCY):
        yield Problem(
            "other_route", "这里只登记立即代履行和应急排险", "《行政强制法》第五十二条、第三条第二款", "route"
        )
    if not execution.emergency_reason.strip():
        yield Problem(
            "no_emergency",
            "请写明紧急情况：何时、何险情，或者道路、公共场所上须立即清除的障碍物",
            "《行政强制法》第五十二条、第三条第二款",
            "emergency_reason",
        )
    yield from two_officers(entry.officers, entry.day)


def stay(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "中止执行的情形", "《行政强制法》第三十九条")


def end(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "终结执行的情形", "《行政强制法》第四十条")


def unstay(dossier: Dossier, entry: Entry) -> Problems:
    if dossier.is_contested and any(each.is_pending and each.suspends for each in dossier.remedies):
        yield Problem("suspended", "复议机关或者法院决定停止执行，尚未结束", "《行政处罚法》第七十三条第一款")


def court_answer(dossier: Dossier, entry: Entry) -> Problems:
    if not dossier.court_applications:
        yield Problem("not_applied", "没有申请法院执行的记录", "《行政强制法》第五十三条", hard=True)


def close(dossier: Dossier, entry: Entry) -> Problems:
    """The condition that the state stands for, and the papers that every file must hold."""
    state, reason, decision = dossier.case.state, entry.record.reason, dossier.decision
    fits = {
        CaseState.DECIDED: (ClosingReason.DROPPED,),
        CaseState.SERVED: (ClosingReason.NO_PENALTY, ClosingReason.DROPPED, ClosingReason.PERFORMED),
        CaseState.PERFORMED: (ClosingReason.PERFORMED,),
        CaseState.EXECUTED: (ClosingReason.EXECUTED,),
        CaseState.ENDED: (ClosingReason.ENDED, ClosingReason.ANNULLED, ClosingReason.OTHER),
    }
    if reason not in fits.get(CaseState(state), ()):
        yield Problem("reason", f"“{dossier.case.get_state_display()}”的案件不能以这个理由结案", DECREE, "reason")
    if state == CaseState.SERVED and decision is not None and decision.is_penalty:
        yield Problem("unperformed", "处罚决定还没有履行，请先登记履行或者执行", f"{DECREE}；《行政处罚法》第六十六条")
    if state == CaseState.DECIDED and decision is not None and decision.kind != DecisionKind.DROPPED:
        yield Problem("unserved", "决定还没有送达", "《行政处罚法》第六十一条")
    if state in (CaseState.PERFORMED, CaseState.EXECUTED) and dossier.unpaid:
        words = f"罚款还有{dossier.unpaid:,.2f}元没有入库，请先登记缴款；收不到的，选定申请法院执行，或者登记终结执行"
        yield Problem("unpaid", words, f"《行政处罚法》第七十二条第一款第四项；{DECREE}")
    yield from complete(dossier)


def complete(dossier: Dossier) -> Problems:
    """What the file must hold (案卷): the reviewer of files looks for each."""
    decision = dossier.decision
    if dossier.case.results_only or (
        decision is not None and decision.kind in (DecisionKind.SPOT, DecisionKind.DROPPED)
    ):
        return
    wanted = (
        (dossier.site_records, "no_site_record", "卷内没有现场检查笔录", "《行政处罚法》第四十七条、第五十五条"),
        (dossier.usable_evidence, "no_evidence", "卷内没有证据", "《行政处罚法》第四十六条"),
        (dossier.orders, "no_order", "卷内没有责令改正通知书", "《行政处罚法》第二十八条第一款"),
        (decision, "no_decision", "卷内没有决定", "《行政处罚法》第五十七条"),
        (decision is None or decision.served_on, "no_service", "卷内没有决定的送达回证", "《行政处罚法》第六十一条"),
    )
    for present, code, text, article in wanted:
        if not present:
            yield Problem(code, text, article)
    if decision is not None and decision.is_penalty:
        notice = last(dossier.notices)
        if notice is None or notice.served_on is None:
            yield Problem("no_notice", "卷内没有事先告知书及送达回证", "《行政处罚法》第四十四条")


def archive(dossier: Dossier, entry: Entry) -> Problems:
    yield from ()
