"""What is asked for each step of a case: the fields of its record, the day, officers, what else the step needs. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models

from billboards.enums.cases import DecisionKind, SiteRecordKind
from billboards.models import (
    Announcement,
    Closing,
    CorrectionOrder,
    CourtApplication,
    Decision,
    Discussion,
    Dunning,
    EnforcementDecision,
    Execution,
    Hearing,
    LegalReview,
    Notice,
    Performance,
    RouteChoice,
    SiteRecord,
)


@dataclass(frozen=True)
class Spec:
    """`day`: the record's field that dates the step ("" = a field of its own); `note`: label of the note ("" = none);
    `must`: the step asks for the note (billboards/workflow/guards: reasons_given).
    """

    model: type[models.Model] | None = None
    fields: tuple[str, ...] = ()
    day: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    officers: bool = False
    note: str = ""
    must: bool = False
    facts: tuple[str, ...] = ()
    consequence: str = ""
    danger: bool = False


_SERVED = ("number", "served_on", "service_method", "service_proof")
_FOUND = ("minor", "corrected_in_time", "no_harm", "minor_harm", "first_offence", "no_fault_proven", "no_capacity")
_PENALTY = (
    "facts",
    "basis",
    "amount",
    "discretion_step",
    "warning",
    "orders_removal",
    "remove_by",
    "reasons",
    "approver",
)
_EXECUTION = ("route", "started_at", "plan", "emergency_reason", "weekend_reason", "video", "witness", "party_present")

_REMOVED = ("street", "removed_count", "removed_area")

SPECS: Final[Mapping[str, Spec]] = {
    "verify": Spec(consequence="表示已派人核查；核查期限自收到线索之日起算。"),
    "file": Spec(note="立案理由", facts=("number",), consequence="立案后九十日内作出处罚决定；期限从立案之日起算。"),
    "reject": Spec(
        note="不予立案的理由", must=True, consequence="符合立案标准不立案的要追究责任；理由留存备查。", danger=True
    ),
    "transfer": Spec(note="移送机关和理由", must=True, consequence="案件移送后本机关不再办理。", danger=True),
    "spot": Spec(
        Decision,
        (*_PENALTY[:5], "reasons", "served_on", "service_method", "service_proof", "cash", "remedies_told", "number"),
        day="issued_on",
        fixed={"kind": DecisionKind.SPOT},
        officers=True,
        note="当场收缴超过一百元的理由",
        consequence="公民 200 元以下、单位 3000 元以下或警告；决定书当场交付，写明先申请行政复议。",
    ),
    "investigate": Spec(consequence="调查由两名以上执法人员进行，并出示执法证件。"),
    "order": Spec(
        CorrectionOrder,
        ("demand", "basis", "due_on", "asks_removal", *_SERVED),
        day="issued_on",
        consequence="责令改正不是行政处罚；到期复查。",
    ),
    "recheck": Spec(
        SiteRecord,
        (
            "started_at",
            "ended_at",
            "place",
            "inspected",
            "certificate_shown",
            "recusal_told",
            "correction",
            "facts",
            "signature",
            "witness",
            "recorder",
        ),
        day="started_at",
        fixed={"kind": SiteRecordKind.RECHECK},
        officers=True,
        consequence="已改正的，核对是否应当或者可以不予处罚。",
    ),
    "suspend": Spec(
        note="中止的情形", must=True, consequence="办案期限停止计算，恢复后继续；补录的，恢复调查也要补录。"
    ),
    "resume": Spec(consequence="办案期限继续计算。"),
    "conclude": Spec(note="调查终结报告要点", consequence="调查终结后送法制审核或者事先告知。"),
    "submit_review": Spec(
        LegalReview, (), day="submitted_on", consequence="未经法制审核或者审核未通过的，不得作出决定。"
    ),
    "pass_review": Spec(
        facts=("reviewer", "qualified", "qualification", "opinion"), consequence="听证后的案件须再次审核。"
    ),
    "return_review": Spec(facts=("reviewer", "qualification", "opinion"), consequence="案件退回调查取证。"),
    "notify": Spec(
        Notice,
        ("facts", "basis", "proposed", "amount", "orders_removal", "with_hearing", *_SERVED),
        day="issued_on",
        consequence="陈述申辩期从送达之日起算，期满前不得作出决定。",
    ),
    "review_statement": Spec(consequence="当事人没有申请听证，或者已经放弃；进入决定。"),
    "open_hearing": Spec(
        Hearing,
        (
            "requested_on",
            "notice_served_on",
            "planned_on",
            "place",
            "chair",
            "recorder",
            "open_to_public",
            "closed_reason",
        ),
        day="requested_on",
        consequence="听证期间不计入办案期限；听证七个工作日前通知当事人。",
    ),
    "hold_hearing": Spec(
        facts=("attendance", "record", "conclusion"), consequence="决定根据听证笔录作出，并再次法制审核。"
    ),
    "drop_hearing": Spec(note="放弃或撤回的情形", must=True, consequence="进入决定，不再举行听证。"),
    "discuss": Spec(
        Discussion,
        ("held_time", "place", "chair", "attendees", "reporter", "clerk", "opinions", "conclusion"),
        day="held_on",
        consequence="复杂、重大案件由负责人集体讨论决定。",
    ),
    "decide": Spec(
        Decision,
        (*_PENALTY, *_FOUND, "remedies_told", "surcharge_told", "number"),
        day="issued_on",
        fixed={"kind": DecisionKind.PENALTY},
        consequence="决定作出后七个工作日内送达；不得重于告知的内容。",
    ),
    "spare": Spec(
        Decision,
        ("facts", "basis", "reasons", "approver", *_FOUND, "remedies_told", "number"),
        day="issued_on",
        fixed={"kind": DecisionKind.NO_PENALTY},
        consequence="轻微、及时改正且没有危害后果的应当不予处罚；首违轻微的可以不予处罚，由本机关裁量。",
    ),
    "drop": Spec(
        Decision,
        ("facts", "basis", "reasons", "approver"),
        day="issued_on",
        fixed={"kind": DecisionKind.DROPPED},
        consequence="违法事实不成立、超过追责期限等，撤销案件。",
        danger=True,
    ),
    "serve": Spec(facts=("method", "proof"), consequence="复议、诉讼、缴款期限从送达之日起算；公告送达满三十日生效。"),
    "perform": Spec(
        Performance,
        ("kind", "verified_by", "consent_on", "note"),
        day="performed_on",
        facts=_REMOVED,
        consequence="罚款入库、拆除核实后，案件可以结案。",
    ),
    "defer": Spec(
        note="经济困难的情形和批准的期限",
        must=True,
        facts=("until", "approver"),
        consequence="未缴的罚款延到所填的日期，到期前不加处罚款；分期缴纳的在“罚没款”里登记申请和各期。申请法院执行的期限从延期届满起算。",
    ),
    "lapse": Spec(consequence="可以加处罚款、催告，申请法院执行的期限开始提示。"),
    "surcharge": Spec(note="说明", consequence="每日百分之三，不超过罚款数额；复议、诉讼期间不计算。"),
    "dun": Spec(
        Dunning,
        ("perform_by", "manner", "amount", *_SERVED),
        day="issued_on",
        consequence="申请法院执行须在催告送达十个工作日以后。",
    ),
    "route": Spec(
        RouteChoice,
        ("route", "reason", "obstacle", "traffic_danger", "emergency", "consent_on"),
        day="chosen_on",
        consequence="没有法律授权的，只能申请法院强制执行。",
    ),
    "apply_court": Spec(
        CourtApplication, ("court", "docket", "note"), day="applied_on", consequence="法院五日内受理，裁定执行。"
    ),
    "court_refused": Spec(note="裁定内容", consequence="可以向上一级法院复议，或者另选途径。"),
    "court_executed": Spec(note="执行情况", facts=_REMOVED, consequence="拆除计入拆除记录（强制拆除）；案件可以结案。"),
    "announce": Spec(
        Announcement,
        ("places", "remove_by", "photographed", "number"),
        day="posted_on",
        consequence="公告限期自行拆除，现场张贴并拍照。",
    ),
    "order_enforcement": Spec(
        EnforcementDecision,
        ("reasons", "manner", "planned_on", "substitute", "performer", "budget", "remedies_told", *_SERVED),
        day="issued_on",
        consequence="复议、诉讼期限届满且没有复议、诉讼的，才能作出。",
        danger=True,
    ),
    "execute": Spec(
        Execution,
        _EXECUTION,
        day="started_at",
        officers=True,
        consequence="不在夜间和法定节假日实施；两名以上执法人员，全程录像。",
        danger=True,
    ),
    "finish": Spec(
        facts=("ended_at", "result", "goods_list", *_REMOVED, "costs"),
        consequence="拆除计入拆除记录，一次登记，不用再登；案件可以结案。",
    ),
    "at_once": Spec(
        Execution,
        (*_EXECUTION, "result", "removed_count", "removed_area"),
        day="started_at",
        officers=True,
        facts=("street",),
        consequence="只用于道路、公共场所须立即清除的障碍物或者紧急险情；事后立即通知当事人。",
        danger=True,
    ),
    "stay": Spec(note="中止执行的情形", must=True, consequence="中止情形消失后恢复执行。"),
    "unstay": Spec(consequence="案件回到中止前的状态。"),
    "end": Spec(note="终结执行的情形", must=True, consequence="不再执行；可以结案。", danger=True),
    "annul": Spec(
        note="撤销的机关、文号和理由", must=True, consequence="公开过的决定三个工作日内撤回并说明理由。", danger=True
    ),
    "redo": Spec(note="重新作出决定的依据", must=True, consequence="案件回到调查终结，重新告知、决定。"),
    "close": Spec(
        Closing,
        ("reason", "performance", "approver"),
        day="closed_on",
        consequence="结案后不能再改；卷内材料齐全才能结案。",
    ),
    "archive": Spec(note="卷宗位置", consequence="归档后只读。"),
    "void": Spec(note="作废的理由", must=True, consequence="编号不再使用，记录和日志保留。", danger=True),
}
