"""Words and states of enforcement cases; the edges between the states are in case_edges.py. Imports nothing of ours."""

from __future__ import annotations

from enum import nonmember

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

    REMOVED = nonmember(("removal", "assisted"))


class ClosingReason(models.TextChoices):
    PERFORMED = "performed", "决定已履行完毕"
    EXECUTED = "executed", "强制执行完毕"
    ENDED = "ended", "终结执行"
    NO_PENALTY = "no_penalty", "不予处罚"
    DROPPED = "dropped", "案件撤销（终止调查）"
    ANNULLED = "annulled", "决定被撤销"
    OTHER = "other", "其他"
