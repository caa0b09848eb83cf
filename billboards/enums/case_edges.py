"""The steps of an enforcement case: from which state to which, whose they are, and the article that they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models

from billboards.enums.cases import CaseState

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
        "11",
        (_S.NOTICED, _S.STATED, _S.DISCUSSED),  # a request in time may be entered after the statement was answered
        _S.HEARING,
        "组织听证",
        "《行政处罚法》第六十三条、第六十四条第一项、第二项",
        Right.HEAR,
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
        "19", (_S.OVERDUE, _S.DUNNED, _S.EXECUTED), _S.DUNNED, "催告", "《行政强制法》第三十五条、第五十四条", Right.HANDLE
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
        ("decided", *_S.TO_PERFORM, "performed", "executed", "closed"),
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

# What can not be recorded afterwards (补录) where the step before it is missing; all else is a fact of a procedure that went
# otherwise. A suspension that was itself recorded afterwards is ended so (billboards/workflow/steps.py: taken_afterwards).
NEVER_AFTERWARDS: Final = frozenset({"verify", "resume", "unstay", "void", "archive", "close", "lapse"})
