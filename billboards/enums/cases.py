"""Words, states and edges of enforcement cases. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models


class CaseState(models.TextChoices):
    """Where an enforcement case stands."""

    LEAD = "lead", "线索"
    VERIFYING = "verifying", "核查中"
    NOT_FILED = "not_filed", "不予立案"
    TRANSFERRED = "transferred", "已移送"
    FILED = "filed", "已立案"
    INVESTIGATING = "investigating", "调查取证"
    ORDERED = "ordered", "已责令改正"
    RECHECKED = "rechecked", "已复查"
    SUSPENDED = "suspended", "中止调查"
    CONCLUDED = "concluded", "调查终结"
    LEGAL_REVIEW = "legal_review", "法制审核中"
    LEGAL_PASSED = "legal_passed", "审核通过"
    NOTICED = "noticed", "已事先告知"
    STATED = "stated", "陈述申辩已复核"
    HEARING = "hearing", "听证中"
    HEARD = "heard", "已听证"
    DISCUSSED = "discussed", "已集体讨论"
    DECIDED = "decided", "已决定"
    SERVED = "served", "已送达"
    DEFERRED = "deferred", "延期分期"
    OVERDUE = "overdue", "逾期未履行"
    DUNNED = "dunned", "已催告"
    ROUTED = "routed", "已定执行途径"
    COURT_APPLIED = "court_applied", "已申请法院"
    ANNOUNCED = "announced", "已公告"
    ENFORCEMENT_DECIDED = "enf_decided", "已作强制执行决定"
    EXECUTING = "executing", "实施强制执行"
    EXECUTED = "executed", "执行完毕"
    STAYED = "stayed", "中止执行"
    ENDED = "ended", "终结"
    PERFORMED = "performed", "已履行"
    CLOSED = "closed", "已结案"
    ARCHIVED = "archived", "已归档"
    VOIDED = "voided", "已作废"

    BEFORE_FILING = nonmember(("lead", "verifying"))
    INQUIRY = nonmember(("filed", "investigating", "ordered", "rechecked"))
    BEFORE_DECISION = nonmember(
        (
            "filed", "investigating", "ordered", "rechecked", "suspended", "concluded", "legal_review", "legal_passed",
            "noticed", "stated", "hearing", "heard", "discussed",
        )
    )  # fmt: skip
    # A decision stands and is not yet carried out.
    TO_PERFORM = nonmember(
        ("served", "deferred", "overdue", "dunned", "routed", "court_applied", "announced", "enf_decided", "executing", "stayed")
    )  # fmt: skip
    DONE = nonmember(("not_filed", "transferred", "closed", "archived", "voided"))
    FINISHED = nonmember(("performed", "executed", "ended"))


# The order of the procedure: a fact entered afterwards never moves a case back.
RANK: Final[Mapping[str, int]] = {state: place for place, state in enumerate(CaseState.values)}


class Right(models.TextChoices):
    """Whose step an edge is: named by the permission that it takes (billboards/permissions.py)."""

    HANDLE = "handle", "办案人员（二人以上）"
    LEAD = "lead", "中队负责人"
    REVIEW = "review", "法制科"
    APPROVE = "approve", "局领导"
    HEAR = "hear", "听证主持人"
    MONEY = "money", "财务"


BACK = ""  # an edge with this target returns to the state that the case came from
STAY = "="  # the fact is recorded, the state stays


@dataclass(frozen=True, slots=True)
class CaseEdge:
    """One permitted step: number in the table of steps, from where, to where, the word on the button, article, who."""

    step: str
    sources: tuple[str, ...]
    target: str
    label: str
    basis: str
    right: Right


_S = CaseState
_OPEN_AFTER_FILING = (*_S.BEFORE_DECISION, "decided", *_S.TO_PERFORM)

CASE_TRANSITIONS: Final[Mapping[str, CaseEdge]] = {
    "verify": CaseEdge(
        "2", (_S.LEAD,), _S.VERIFYING, "开始核查", "《城市管理执法办法》；住房城乡建设部令第55号（核查期限见设置）", Right.HANDLE
    ),
    "file": CaseEdge("2", _S.BEFORE_FILING, _S.FILED, "立案", "《行政处罚法》第五十四条第二款", Right.APPROVE),
    "reject": CaseEdge(
        "2", _S.BEFORE_FILING, _S.NOT_FILED, "不予立案", "《行政处罚法》第五十四条第二款、第七十六条", Right.APPROVE
    ),
    "transfer": CaseEdge(
        "2",
        (*_S.BEFORE_FILING, *_S.INQUIRY, _S.SUSPENDED, _S.CONCLUDED, _S.LEGAL_PASSED, _S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.TRANSFERRED,
        "移送",
        "《行政处罚法》第二十七条、第五十七条第一款第四项；《道路交通安全法》第一百零六条；《广告法》第六条",
        Right.APPROVE,
    ),
    "spot": CaseEdge("2s", _S.BEFORE_FILING, _S.SERVED, "当场处罚", "《行政处罚法》第五十一条、第五十二条", Right.HANDLE),
    "investigate": CaseEdge("3", (_S.FILED,), _S.INVESTIGATING, "开始调查", "《行政处罚法》第五十五条", Right.HANDLE),
    "order": CaseEdge(
        "4",
        (_S.INVESTIGATING, _S.ORDERED, _S.RECHECKED),
        _S.ORDERED,
        "责令限期改正",
        "《行政处罚法》第二十八条第一款",
        Right.HANDLE,
    ),
    "recheck": CaseEdge("5", (_S.ORDERED,), _S.RECHECKED, "复查", "《行政处罚法》第二十八条第一款、第四十二条", Right.HANDLE),
    "suspend": CaseEdge(
        "6", _S.INQUIRY, _S.SUSPENDED, "中止调查", "住房城乡建设部令第55号（中止情形见设置）；局负责人批准", Right.APPROVE
    ),
    "resume": CaseEdge("6", (_S.SUSPENDED,), BACK, "恢复调查", "住房城乡建设部令第55号；局负责人批准", Right.APPROVE),
    "conclude": CaseEdge(
        "7",
        (_S.INVESTIGATING, _S.ORDERED, _S.RECHECKED),
        _S.CONCLUDED,
        "调查终结",
        "《行政处罚法》第四十条、第四十六条、第五十七条第一款",
        Right.HANDLE,
    ),
    "submit_review": CaseEdge(
        "8",
        (_S.CONCLUDED, _S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.LEGAL_REVIEW,
        "送法制审核",
        "《行政处罚法》第五十八条第一款",
        Right.HANDLE,
    ),
    "pass_review": CaseEdge("8", (_S.LEGAL_REVIEW,), BACK, "审核通过", "《行政处罚法》第五十八条", Right.REVIEW),
    "return_review": CaseEdge(
        "8", (_S.LEGAL_REVIEW,), _S.INVESTIGATING, "退回补充调查", "《行政处罚法》第五十八条第一款", Right.REVIEW
    ),
    "notify": CaseEdge(
        "9",
        (_S.CONCLUDED, _S.LEGAL_PASSED, _S.NOTICED, _S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.NOTICED,
        "事先告知",
        "《行政处罚法》第四十四条、第六十三条",
        Right.HANDLE,
    ),
    "review_statement": CaseEdge(
        "10", (_S.NOTICED,), _S.STATED, "陈述申辩期结束", "《行政处罚法》第四十五条、第六十二条", Right.HANDLE
    ),
    "open_hearing": CaseEdge(
        "11", (_S.NOTICED,), _S.HEARING, "组织听证", "《行政处罚法》第六十三条、第六十四条第一项、第二项", Right.HEAR
    ),
    "hold_hearing": CaseEdge(
        "11", (_S.HEARING,), _S.HEARD, "登记听证", "《行政处罚法》第六十四条第三项至第八项", Right.HEAR
    ),
    "drop_hearing": CaseEdge(
        "11", (_S.HEARING,), _S.STATED, "放弃（撤回）听证", "《行政处罚法》第六十四条第六项", Right.HEAR
    ),
    "discuss": CaseEdge(
        "12", (_S.STATED, _S.HEARD), _S.DISCUSSED, "集体讨论", "《行政处罚法》第五十七条第二款", Right.APPROVE
    ),
    "decide": CaseEdge(
        "13",
        (_S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.DECIDED,
        "作出处罚决定",
        "《行政处罚法》第五十七条第一款、第五十九条、第六十条",
        Right.APPROVE,
    ),
    "spare": CaseEdge(
        "13",
        (_S.CONCLUDED, _S.LEGAL_PASSED, _S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.DECIDED,
        "决定不予处罚",
        "《行政处罚法》第三十条至第三十三条、第五十七条第一款第二项",
        Right.APPROVE,
    ),
    "drop": CaseEdge(
        "13",
        (*_S.INQUIRY, _S.SUSPENDED, _S.CONCLUDED, _S.LEGAL_PASSED, _S.STATED, _S.HEARD, _S.DISCUSSED),
        _S.DECIDED,
        "撤销案件",
        "《行政处罚法》第三十六条、第五十七条第一款第三项",
        Right.APPROVE,
    ),
    "serve": CaseEdge("14", (_S.DECIDED,), _S.SERVED, "登记送达", "《行政处罚法》第六十一条", Right.HANDLE),
    "perform": CaseEdge(
        "15",
        tuple(each for each in _S.TO_PERFORM if each != "executing"),
        _S.PERFORMED,
        "登记履行完毕",
        "《行政处罚法》第六十六条第一款、第六十七条",
        Right.HANDLE,
    ),
    "defer": CaseEdge(
        "16", (_S.SERVED, _S.OVERDUE), _S.DEFERRED, "延期（分期）缴纳", "《行政处罚法》第六十六条第二款", Right.APPROVE
    ),
    "lapse": CaseEdge(
        "17", (_S.SERVED, _S.DEFERRED), _S.OVERDUE, "逾期未履行", "《行政处罚法》第六十七条第三款、第七十二条", Right.HANDLE
    ),
    "surcharge": CaseEdge(
        "18",
        (_S.OVERDUE, _S.DUNNED),
        STAY,
        "加处罚款",
        "《行政处罚法》第七十二条第一款第一项、第七十三条第三款；《行政强制法》第四十五条",
        Right.HANDLE,
    ),
    "dun": CaseEdge(
        "19", (_S.OVERDUE, _S.DUNNED), _S.DUNNED, "催告", "《行政强制法》第三十五条、第五十四条", Right.HANDLE
    ),
    "route": CaseEdge(
        "20", (_S.DUNNED, _S.ROUTED, _S.EXECUTED), _S.ROUTED, "选定执行途径", "《行政强制法》第十三条、第三十六条、第三十七条", Right.LEAD
    ),
    "apply_court": CaseEdge(
        "21a", (_S.ROUTED,), _S.COURT_APPLIED, "申请法院强制执行", "《行政强制法》第五十三条至第五十五条", Right.APPROVE
    ),
    "court_refused": CaseEdge(
        "21a", (_S.COURT_APPLIED,), _S.ROUTED, "法院不予受理（执行）", "《行政强制法》第五十六条、第五十八条", Right.HANDLE
    ),
    "court_executed": CaseEdge(
        "21a", (_S.COURT_APPLIED,), _S.EXECUTED, "法院执行完毕", "《行政强制法》第五十七条、第六十条", Right.HANDLE
    ),
    "announce": CaseEdge(
        "21b", (_S.ROUTED, _S.ENFORCEMENT_DECIDED), _S.ANNOUNCED, "限期拆除公告", "《行政强制法》第四十四条", Right.APPROVE
    ),
    "order_enforcement": CaseEdge(
        "22",
        (_S.ROUTED, _S.ANNOUNCED),
        _S.ENFORCEMENT_DECIDED,
        "作出强制执行决定",
        "《行政强制法》第三十七条、第四十四条",
        Right.APPROVE,
    ),
    "execute": CaseEdge(
        "23",
        (_S.ENFORCEMENT_DECIDED, _S.ANNOUNCED),
        _S.EXECUTING,
        "实施强制执行",
        "《行政强制法》第四十三条、第四十四条",
        Right.HANDLE,
    ),
    "finish": CaseEdge(
        "24", (_S.EXECUTING,), _S.EXECUTED, "执行完毕", "《行政强制法》第五十一条；《行政处罚法》第四十七条", Right.HANDLE
    ),
    "at_once": CaseEdge(
        "23",
        _OPEN_AFTER_FILING,
        STAY,
        "立即排除（应急）",
        "《行政强制法》第三条第二款、第五十二条",
        Right.HANDLE,
    ),
    "stay": CaseEdge(
        "25",
        tuple(each for each in _S.TO_PERFORM if each != "stayed"),
        _S.STAYED,
        "中止执行",
        "《行政强制法》第三十九条；《行政复议法》第四十二条；《行政诉讼法》第五十六条",
        Right.APPROVE,
    ),
    "unstay": CaseEdge("25", (_S.STAYED,), BACK, "恢复执行", "《行政强制法》第三十九条第二款", Right.APPROVE),
    "end": CaseEdge("25", (*_S.TO_PERFORM, _S.EXECUTED), _S.ENDED, "终结执行", "《行政强制法》第四十条", Right.APPROVE),
    "annul": CaseEdge(
        "25",
        ("decided", *_S.TO_PERFORM, "performed", "executed"),
        _S.ENDED,
        "决定被撤销",
        "《行政复议法》第六十三条至第六十五条；《行政诉讼法》第七十条",
        Right.APPROVE,
    ),
    "redo": CaseEdge(
        "25", (_S.ENDED,), _S.CONCLUDED, "重新作出决定", "《行政复议法》第六十四条；《行政诉讼法》第七十条、第七十一条", Right.APPROVE
    ),
    "close": CaseEdge(
        "26",
        (_S.DECIDED, _S.SERVED, _S.PERFORMED, _S.EXECUTED, _S.ENDED),
        _S.CLOSED,
        "结案",
        "住房城乡建设部令第55号（结案条件）；局负责人批准",
        Right.APPROVE,
    ),
    "archive": CaseEdge(
        "26", (_S.CLOSED, _S.NOT_FILED, _S.TRANSFERRED), _S.ARCHIVED, "归档", "《档案法》第十三条、第十四条", Right.HANDLE
    ),
    "void": CaseEdge("1", _S.BEFORE_FILING, _S.VOIDED, "作废", "重复登记或登记有误的作废，编号不再使用", Right.LEAD),
}  # fmt: skip

# What can be recorded afterwards (补录) although the step before it is missing: facts of a procedure that went otherwise.
NEVER_AFTERWARDS: Final = frozenset({"verify", "resume", "unstay", "void", "archive", "close", "lapse"})


class LeadSource(models.TextChoices):
    PATROL = "patrol", "日常巡查"
    HOTLINE = "hotline", "12345热线"
    DIGITAL = "digital", "数字城管"
    STREET = "street", "街道移交"
    AGENCY = "agency", "部门移送"
    CAMPAIGN = "campaign", "专项整治"
    COMPLAINT = "complaint", "群众投诉举报"
    SUPERIOR = "superior", "上级交办"


class PartyKind(models.TextChoices):
    CITIZEN = "citizen", "公民"
    ORGANISATION = "organisation", "法人或者其他组织"
    UNKNOWN = "unknown", "尚未查明（无主）"


class EvidenceKind(models.TextChoices):
    """The eight kinds of 行政处罚法 Art. 46."""

    DOCUMENT = "document", "书证"
    OBJECT = "object", "物证"
    RECORDING = "recording", "视听资料"
    ELECTRONIC = "electronic", "电子数据"
    WITNESS = "witness", "证人证言"
    PARTY = "party", "当事人的陈述"
    APPRAISAL = "appraisal", "鉴定意见"
    RECORD = "record", "勘验笔录、现场笔录"


class CustodyAct(models.TextChoices):
    COLLECTED = "collected", "收集"
    PRESERVED = "preserved", "先行登记保存"
    HANDED_OVER = "handed_over", "移交"
    CHECKED = "checked", "核对"
    RETURNED = "returned", "发还"
    SET_ASIDE = "set_aside", "不采用"


class OfficerRole(models.TextChoices):
    CHIEF = "chief", "主办"
    ASSISTANT = "assistant", "协办"


class SiteRecordKind(models.TextChoices):
    INSPECTION = "inspection", "现场检查（勘验）"
    RECHECK = "recheck", "复查"
    EXECUTION = "execution", "强制执行现场"


class Signature(models.TextChoices):
    SIGNED = "signed", "签字确认"
    REFUSED = "refused", "拒绝签字"
    ABSENT = "absent", "当事人不在场"


class Correction(models.TextChoices):
    CORRECTED = "corrected", "已改正"
    PARTLY = "partly", "部分改正"
    UNCORRECTED = "uncorrected", "未改正"


class Verdict(models.TextChoices):
    PASSED = "passed", "通过"
    RETURNED = "returned", "退回"


class StatementOutcome(models.TextChoices):
    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    REJECTED = "rejected", "不采纳"


class DecisionKind(models.TextChoices):
    PENALTY = "penalty", "行政处罚"
    SPOT = "spot", "当场处罚"
    NO_PENALTY = "no_penalty", "不予处罚"
    DROPPED = "dropped", "撤销案件"

    PENALTIES = nonmember(("penalty", "spot"))


class RemedyKind(models.TextChoices):
    REVIEW = "review", "行政复议"
    SUIT = "suit", "行政诉讼"


class RemedyTarget(models.TextChoices):
    """Which decision the party contests."""

    PENALTY = "penalty", "处罚（限期拆除）决定"
    ENFORCEMENT = "enforcement", "强制执行决定"


class RemedyResult(models.TextChoices):
    UPHELD = "upheld", "维持（驳回）"
    WITHDRAWN = "withdrawn", "撤回（终止）"
    CHANGED = "changed", "变更"
    QUASHED = "quashed", "撤销（确认违法）"
    REFUSED = "refused", "不予受理"

    AGAINST_US = nonmember(("changed", "quashed"))


class PauseKind(models.TextChoices):
    """What stops the 90 days of the decision (its list is the bureau's to confirm: 住建部令第55号)."""

    HEARING = "hearing", "听证"
    TESTING = "testing", "检测"
    APPRAISAL = "appraisal", "检验、鉴定"
    ANNOUNCEMENT = "announcement", "公告"
    SUSPENSION = "suspension", "中止调查"


class AuthorityKind(models.TextChoices):
    ORDERED = "ordered", "县级以上人民政府责成"
    APPROVED = "approved", "县级以上人民政府批准"


class Route(models.TextChoices):
    """Ways to the end of an unlawful board; what each takes is in billboards/coercion.py."""

    SELF = "r1", "自行拆除"
    ASSISTED = "r2", "协助拆除（书面同意）"
    OWNERLESS = "r3", "无主设施处置"
    AT_ONCE = "r4", "立即代履行"
    SUBSTITUTE = "r5", "代履行"
    PLANNING = "r6", "违法建设强制拆除"
    APPEARANCE = "r7", "市容条例强制拆除"
    COURT = "r8", "申请法院强制执行"
    POLICE = "r9", "移送公安交管"
    EMERGENCY = "r10", "应急排险"

    OWN_DEMOLITION = nonmember(("r6", "r7"))
    COERCIVE = nonmember(("r5", "r6", "r7", "r8"))
    VOLUNTARY = nonmember(("r1", "r2"))


class PerformanceKind(models.TextChoices):
    PAYMENT = "payment", "缴清罚款"
    REMOVAL = "removal", "自行拆除"
    ASSISTED = "assisted", "协助拆除"
    CORRECTION = "correction", "改正到位"


class ClosingReason(models.TextChoices):
    PERFORMED = "performed", "决定已履行完毕"
    EXECUTED = "executed", "强制执行完毕"
    ENDED = "ended", "终结执行"
    NO_PENALTY = "no_penalty", "不予处罚"
    DROPPED = "dropped", "案件撤销（终止调查）"
    ANNULLED = "annulled", "决定被撤销"
    OTHER = "other", "其他"


class PaperKind(models.TextChoices):
    """The papers of a case (billboards/documents/ says what each must contain)."""

    FILING = "filing", "立案审批表"
    NOT_FILING = "not_filing", "不予立案审批表"
    TRANSFER = "transfer", "案件移送函"
    SPOT = "spot", "当场行政处罚决定书"
    SITE_RECORD = "site_record", "现场检查（勘验）笔录"
    INTERVIEW = "interview", "询问笔录"
    PRESERVATION = "preservation", "先行登记保存证据通知书"
    CORRECTION = "correction", "责令限期改正（拆除）通知书"
    RECHECK = "recheck", "复查记录"
    SUSPENSION = "suspension", "中止（恢复）调查审批表"
    REPORT = "report", "案件调查终结报告"
    LEGAL_REVIEW = "legal_review", "法制审核意见书"
    NOTICE = "notice", "行政处罚事先告知书"
    HEARING_RIGHT = "hearing_right", "行政处罚听证告知书"
    STATEMENT = "statement", "陈述申辩笔录"
    REPLY = "reply", "陈述申辩复核意见书"
    HEARING_NOTICE = "hearing_notice", "听证通知书"
    HEARING_RECORD = "hearing_record", "听证笔录"
    HEARING_REPORT = "hearing_report", "听证报告"
    DISCUSSION = "discussion", "集体讨论笔录"
    PENALTY = "penalty", "行政处罚决定书"
    NO_PENALTY = "no_penalty", "不予行政处罚决定书"
    SERVICE = "service", "送达回证"
    DEFERRAL = "deferral", "延期（分期）缴纳罚款通知书"
    SURCHARGE = "surcharge", "加处罚款通知书"
    DUNNING = "dunning", "履行行政决定催告书"
    COURT = "court", "强制执行申请书"
    ANNOUNCEMENT = "announcement", "限期拆除公告"
    ENFORCEMENT = "enforcement", "强制执行（拆除）决定书"
    SUBSTITUTE = "substitute", "代履行决定书"
    EXECUTION_RECORD = "execution_record", "强制执行现场笔录"
    COSTS = "costs", "代履行费用决定书"
    REMOVAL = "removal", "拆除确认单"
    STAY = "stay", "中止（终结）执行决定书"
    CLOSING = "closing", "结案审批表"
    CONTENTS = "contents", "卷宗目录"
