"""最早可强制日期: the first day on which a board may lawfully be taken down against its owner's will, and why. Pure.

行政强制法 Art. 44: the agency may remove a building or structure by force only when the party has neither applied for review
nor sued *within the statutory periods* — sixty days and six months, up to a year where the paper did not tell of them.
Which way is open at all (Art. 13: enforcement power comes from a law, otherwise the court) is the table of routes below.
Where days protect the party, the later reading counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from billboards.deadlines import RULES
from billboards.enums.cases import AuthorityKind, RemedyKind, RemedyResult, Route
from staff.workdays import DueDate, Verdict, WorkCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Contest:
    """A review or suit: filed, ended (final), received by the party; `told`: the review decision named the 15 days."""

    kind: str
    filed_on: date
    ended_on: date | None = None
    received_on: date | None = None
    result: str = ""
    told: bool = True


@dataclass(frozen=True)
class Facts:
    """Everything the day hangs on. Days are those of service, never of issue."""

    route: str = ""  # "" = not chosen: removal by the bureau itself is reckoned with
    served_on: date | None = None
    told: bool = True
    orders_removal: bool = True
    contests: tuple[Contest, ...] = ()
    dunned_on: date | None = None
    perform_by: date | None = None
    statement_open: bool = False  # the party answered the dunning and has no reply yet
    announced_on: date | None = None
    remove_by: date | None = None
    enforced_on: date | None = None  # when the decision to enforce is (or will be) served
    authority: str = ""
    consent_on: date | None = None
    obstacle: bool = False
    traffic_danger: bool = False
    emergency: str = ""
    deferred_until: date | None = None


@dataclass(frozen=True)
class Local:
    """What statutes leave open, from the bureau's settings."""

    ownerless_days: int = 0
    substitute_waits: bool = True


@dataclass(frozen=True)
class Reason:
    """One thing the day rests on: until when it bars (None: it bars without an end, or only wants a paper)."""

    text: str
    article: str
    until: date | None = None

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


@dataclass(frozen=True)
class Outlook:
    """`earliest`: the first lawful day; None with `blocked` (no day can be named now) or `never` (not by this route)."""

    earliest: date | None = None
    blocked: str = ""
    never: str = ""
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Reason, ...] = ()
    latest: date | None = None
    provisional: bool = False

    @property
    def words(self) -> str:
        """One line for lists: the day and what it rests on, or why there is none."""
        if self.never or self.blocked:
            return self.never or self.blocked
        last = max((each for each in self.reasons if each.until), key=lambda each: each.until or date.min, default=None)
        return str(last) if last else "没有等待的期限。"

    def why_not(self, day: date) -> str:
        """Why coercion may not begin on a day; "" if nothing bars it."""
        if self.never or self.blocked:
            return self.never or self.blocked
        if self.earliest is not None and day < self.earliest:
            return f"不得早于{self.earliest}：{self.words}"
        if self.latest is not None and day > self.latest:
            return f"已过申请期限（{self.latest}）：《行政强制法》第五十三条，法院不予受理。"
        if self.missing:
            return "；".join(str(each) for each in self.missing)
        return ""


_ART_44 = "《行政强制法》第四十四条"


def outlook(facts: Facts, calendar: WorkCalendar, local: Local = Local()) -> Outlook:
    """The earliest lawful day by the chosen route. CalendarYearMissing where a year is not loaded."""
    return ROUTES[facts.route](facts, calendar, local)


# --- Review and suit ------------------------------------------------------------------------------------------------------


def pending(facts: Facts) -> str:
    """Why a review or suit bars everything for now; "" if none is open."""
    for each in facts.contests:
        label = RemedyKind(each.kind).label
        if each.ended_on is None:
            return f"当事人{each.filed_on}提起的{label}尚未结束，不能强制拆除或申请法院执行（{_ART_44}、第五十三条）。"
        if each.kind == RemedyKind.REVIEW and each.received_on is None and each.result != RemedyResult.WITHDRAWN:
            return "行政复议已结束，但没有登记当事人收到复议决定的日期，起诉期限算不出来（《行政诉讼法》第四十五条）。"
    return ""


def quashed(facts: Facts) -> str:
    for each in facts.contests:
        if each.result == RemedyResult.QUASHED:
            return f"决定已在{RemedyKind(each.kind).label}中被撤销或确认违法，不能据以强制执行。"
    return ""


def _bar(code: str, start: date, calendar: WorkCalendar, words: str) -> tuple[Reason, DueDate]:
    rule, found = RULES[code], RULES[code].due(start, calendar)
    return Reason(f"{words}至{found.guarding(calendar)}", rule.basis, found.guarding(calendar)), found


def remedy_bars(facts: Facts, calendar: WorkCalendar) -> tuple[list[Reason], bool]:
    """The periods that must have passed unused, each with its last day; whether one rests on a provisional year."""
    if facts.served_on is None:
        return [], False
    bars = [
        _bar("R_REVIEW", facts.served_on, calendar, "申请行政复议的期限"),
        _bar("R_SUE", facts.served_on, calendar, "提起行政诉讼的期限"),
    ]
    if not facts.told:
        bars.append(_bar("R_UNTOLD", facts.served_on, calendar, "决定书没有告知救济途径，期限延"))
    for each in facts.contests:
        if each.kind == RemedyKind.REVIEW and each.received_on is not None:
            code = "R_SUE_AFTER_REVIEW" if each.told else "R_UNTOLD"
            bars.append(_bar(code, each.received_on, calendar, "复议后起诉的期限"))
    reasons = [reason for reason, _ in bars]
    for each in facts.contests:
        if each.ended_on is not None:
            words = f"{RemedyKind(each.kind).label}{each.ended_on}结束"
            reasons.append(Reason(words, _ART_44, each.ended_on))
    return reasons, any(found.provisional for _, found in bars)


def _dated(reasons: Sequence[Reason], calendar: WorkCalendar, provisional: bool) -> tuple[date, bool]:
    """The first working day after the last bar."""
    last = max(each.until for each in reasons if each.until is not None)
    day = calendar.next_working(last + DAY)
    return day, provisional or calendar.is_provisional(day)


def _own_papers(facts: Facts) -> list[Reason]:
    """Dunning and decision to enforce count from their service, which an announcement puts thirty days off (强制法 Art. 38).

    The board may come down on the day on which the decision is served, but not on that of the dunning.
    """
    found = []
    if facts.dunned_on:
        found.append(Reason(f"催告书{facts.dunned_on}送达", "《行政强制法》第三十五条、第三十八条", facts.dunned_on))
    if facts.enforced_on:
        name = "代履行决定" if facts.route == Route.SUBSTITUTE else "强制执行决定"
        words, article = f"{name}{facts.enforced_on}送达", "《行政强制法》第三十七条、第三十八条"
        found.append(Reason(words, article, facts.enforced_on - DAY))
    return found


def _unserved(facts: Facts) -> str:
    if facts.served_on is None:
        return "决定还没有送达，复议和诉讼期限没有起算（《行政处罚法》第六十一条；《行政强制法》第四十四条）。"
    return quashed(facts) or pending(facts)


# --- Routes ---------------------------------------------------------------------------------------------------------------


def _own_demolition(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    """R6, R7, and any case whose route is not chosen: 35 + 37 + 44, with the word of a people's government."""
    if not facts.orders_removal and facts.served_on is not None:
        return Outlook(
            never="决定没有责令拆除，不能强制拆除；罚款逾期不缴的申请法院强制执行（《行政处罚法》第七十二条）。"
        )
    if barred := _unserved(facts):
        return Outlook(never=quashed(facts), blocked="" if quashed(facts) else barred, missing=_papers(facts))
    reasons, provisional = remedy_bars(facts, calendar)
    reasons += _own_papers(facts)
    if facts.perform_by:
        reasons.append(Reason(f"催告给的履行期限至{facts.perform_by}", "《行政强制法》第三十五条", facts.perform_by))
    if facts.remove_by:
        reasons.append(Reason(f"公告给的自行拆除期限至{facts.remove_by}", _ART_44, facts.remove_by))
    earliest, provisional = _dated(reasons, calendar, provisional)
    return Outlook(earliest, reasons=tuple(reasons), missing=_papers(facts), provisional=provisional)


def _papers(facts: Facts) -> tuple[Reason, ...]:
    """What must still be done before the bureau itself may remove."""
    wanted = []
    if facts.dunned_on is None:
        wanted.append(Reason("还没有催告或催告没有送达", "《行政强制法》第三十五条"))
    if facts.statement_open:
        wanted.append(Reason("当事人对催告的陈述申辩还没有复核", "《行政强制法》第三十六条"))
    if facts.announced_on is None:
        wanted.append(Reason("还没有限期拆除公告", _ART_44))
    if facts.enforced_on is None:
        wanted.append(Reason("还没有送达强制执行决定", "《行政强制法》第三十七条、第三十八条"))
    if facts.route in Route.OWN_DEMOLITION and not _authorised(facts):
        wanted.append(_authority_wanted(facts.route))
    return tuple(wanted)


def _authorised(facts: Facts) -> bool:
    return facts.authority == (AuthorityKind.ORDERED if facts.route == Route.PLANNING else AuthorityKind.APPROVED)


def _authority_wanted(route: str) -> Reason:
    if route == Route.PLANNING:
        return Reason("还没有县级以上人民政府的责成", "《城乡规划法》第六十八条")
    return Reason("还没有县级以上人民政府的批准", "《城市市容和环境卫生管理条例》第三十七条；《行政强制法》第十三条")


def _court(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    """R8: periods over, ten working days after the dunning was served, within three months."""
    if barred := _unserved(facts):
        return Outlook(never=quashed(facts), blocked="" if quashed(facts) else barred, missing=_dunning(facts))
    reasons, provisional = remedy_bars(facts, calendar)
    window = RULES["E_COURT_WINDOW"].due(_suit_ends(facts, calendar), calendar)
    if facts.dunned_on is not None:
        reason, found = _bar("E_DUNNING_COURT", facts.dunned_on, calendar, "催告送达后十个工作日")
        reasons, provisional = [*reasons, reason], provisional or found.provisional
    earliest, provisional = _dated(reasons, calendar, provisional)
    return Outlook(
        earliest, reasons=tuple(reasons), missing=_dunning(facts), latest=window.day, provisional=provisional
    )


def _dunning(facts: Facts) -> tuple[Reason, ...]:
    if facts.dunned_on is None:
        return (Reason("申请法院前还没有催告或催告没有送达", "《行政强制法》第五十四条"),)
    if facts.statement_open:
        return (Reason("当事人对催告的陈述申辩还没有复核", "《行政强制法》第三十六条"),)
    return ()


def _suit_ends(facts: Facts, calendar: WorkCalendar) -> date:
    """The last day for a suit; what ends later (a suit itself, a deferral) carries the window with it."""
    served = facts.served_on or date.min
    days = [RULES["R_SUE" if facts.told else "R_UNTOLD"].due(served, calendar).day]
    for each in facts.contests:
        if each.kind == RemedyKind.REVIEW and each.received_on is not None:
            code = "R_SUE_AFTER_REVIEW" if each.told else "R_UNTOLD"
            days.append(RULES[code].due(each.received_on, calendar).day)
        if each.ended_on is not None:
            days.append(each.ended_on)
    return max([*days, *([facts.deferred_until] if facts.deferred_until else [])])


def _substitute(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    """R5 代履行: three working days' dunning; only where traffic or the environment is endangered."""
    if not facts.traffic_danger:
        return Outlook(
            never="代履行只用于后果已经或者将危害交通安全、造成环境污染或者破坏自然资源的（《行政强制法》第五十条）。"
        )
    if barred := _unserved(facts):
        return Outlook(never=quashed(facts), blocked="" if quashed(facts) else barred)
    reasons, provisional = remedy_bars(facts, calendar) if local.substitute_waits else ([], False)
    reasons += _own_papers(facts)
    missing = [] if facts.enforced_on else [Reason("还没有送达代履行决定", "《行政强制法》第五十一条第一款第一项")]
    if facts.dunned_on is None:
        missing.insert(0, Reason("还没有在代履行三个工作日前催告", "《行政强制法》第五十一条第一款第二项"))
    else:
        reason, found = _bar("E_SUBSTITUTE_NOTICE", facts.dunned_on, calendar, "催告送达后三个工作日")
        reasons, provisional = [*reasons, reason], provisional or found.provisional
    if not reasons:
        reasons = [Reason("决定送达", "《行政强制法》第五十条", facts.served_on)]
    earliest, provisional = _dated(reasons, calendar, provisional)
    return Outlook(earliest, reasons=tuple(reasons), missing=tuple(missing), provisional=provisional)


def _voluntary(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    """R1 and R2: no coercion, so no period; assistance wants the owner's written word."""
    if facts.route == Route.ASSISTED and facts.consent_on is None:
        missing = Reason("还没有当事人书面同意协助拆除", "没有书面同意的拆除按强制拆除对待，《行政强制法》第四十四条")
        return Outlook(missing=(missing,))
    return Outlook(reasons=(Reason("当事人自愿，不是强制", "《行政处罚法》第六十六条第一款"),))


def _ownerless(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    if not local.ownerless_days:
        return Outlook(blocked="无主设施的公告认领期限由本地规定，业务设置里还没有填（无主设施公告认领期限）。")
    if facts.announced_on is None:
        return Outlook(blocked="还没有公告认领，期限没有起算。")
    until = facts.announced_on + local.ownerless_days * DAY
    reason = Reason(f"公告认领期限至{until}", "本地规定（见业务设置）", until)
    earliest, provisional = _dated([reason], calendar, provisional=False)
    return Outlook(earliest, reasons=(reason,), provisional=provisional)


def _at_once(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    if not facts.obstacle:
        return Outlook(
            never="立即代履行只用于需要立即清除的道路、公共场所障碍物或者污染物；固定在墙面、屋顶的设施不适用"
            "（《行政强制法》第五十二条）。"
        )
    return Outlook(reasons=(Reason("需要立即清除，事后立即通知当事人", "《行政强制法》第五十二条"),))


def _police(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    return Outlook(
        never="遮挡信号灯、标志、视距的由公安交管部门处理，本机关移送，不得自行强制拆除（《道路交通安全法》第一百零六条）。"
    )


def _emergency(facts: Facts, calendar: WorkCalendar, local: Local) -> Outlook:
    if not facts.emergency:
        return Outlook(missing=(Reason("应急排险必须记明紧急情况", "《行政强制法》第三条第二款、第四十三条第一款"),))
    return Outlook(reasons=(Reason(f"紧急情况：{facts.emergency}", "《行政强制法》第三条第二款"),))


ROUTES: Final[dict[str, Callable[[Facts, WorkCalendar, Local], Outlook]]] = {
    "": _own_demolition,
    Route.SELF: _voluntary,
    Route.ASSISTED: _voluntary,
    Route.OWNERLESS: _ownerless,
    Route.AT_ONCE: _at_once,
    Route.SUBSTITUTE: _substitute,
    Route.PLANNING: _own_demolition,
    Route.APPEARANCE: _own_demolition,
    Route.COURT: _court,
    Route.POLICE: _police,
    Route.EMERGENCY: _emergency,
}


# --- The hour ---------------------------------------------------------------------------------------------------------


def why_not_hour(
    moment: datetime,
    calendar: WorkCalendar,
    *,
    emergency: str = "",
    weekend: str = "",
    night: tuple[int, int] = (22, 6),
) -> str:
    """Why execution may not begin at a local moment (行政强制法 Art. 43); "" if it may.

    Nights and statutory holidays yield to a recorded emergency only; other rest days to a recorded reason.
    """
    if emergency:
        return ""
    clock, verdict = moment.time(), calendar.verdict(moment.date())
    if clock >= time(night[0]) or clock < time(night[1]):
        return f"夜间（{night[0]}:00至次日{night[1]}:00）不得实施强制执行，情况紧急的除外（《行政强制法》第四十三条第一款）。"
    if verdict is Verdict.HOLIDAY:
        return f"{moment:%Y-%m-%d}是法定节假日，不得实施强制执行，情况紧急的除外（《行政强制法》第四十三条第一款）。"
    if verdict is not Verdict.COUNTED and not weekend:
        return f"{moment:%Y-%m-%d}是休息日，请填写休息日执行的理由（《行政强制法》第四十三条第一款，从严掌握）。"
    return ""
