"""What of a paper is typed by hand. Everything else comes from the case and is corrected there."""

from __future__ import annotations

from permits.paper_kinds import PaperKind

REASONED = ("reasons", "basis")
ENDED = ("facts", "ground", "heard", "follow_up")
TYPED: dict[PaperKind, tuple[str, ...]] = {
    PaperKind.RECEIPT: ("received_by",),
    PaperKind.SUPPLEMENT_RECEIPT: ("received_by",),
    PaperKind.INTAKE_REFUSAL: (*REASONED, "right_agency"),
    PaperKind.NOT_REQUIRED: ("reasons",),
    PaperKind.WITHDRAWAL: ("reasons",),
    PaperKind.TRANSFER: ("to", "reasons"),
    PaperKind.EXTENSION: ("reasons", "approved_by"),
    PaperKind.SURVEY_ORDER: ("demands",),
    PaperKind.POLICE_REQUEST: ("police", "answer_by", "contact"),
    PaperKind.GOVERNMENT_REQUEST: ("to", "protection", "reasons"),
    PaperKind.HEARING_RIGHT: ("party", "reasons", "contact"),
    PaperKind.HEARING_NOTICE: ("party", "held_at", "place", "chair"),
    PaperKind.REVIEW_SHEET: ("proposal",),
    PaperKind.GRANT: ("basis", "fee"),
    PaperKind.REFUSAL: ("facts", *REASONED),
    PaperKind.LICENCE: ("decision",),
    PaperKind.PAYMENT: ("tariff", "pay_at"),
    PaperKind.SITE_BOARD: ("requirements",),
    PaperKind.CHANGE_GRANT: ("fee",),
    PaperKind.CHANGE_REFUSAL: REASONED,
    PaperKind.ADJUSTMENT: ("reasons", "refund"),
    PaperKind.REVOCATION: ENDED,
    PaperKind.AGENCY_WITHDRAWAL: ENDED,
    PaperKind.CANCELLATION: ENDED,
    PaperKind.INSPECTION: ("result",),
    PaperKind.RECTIFY: ("facts", "broken", "demands", "due_on"),
    PaperKind.COMPLETION: ("police", "conclusion"),
    PaperKind.SERVICE: ("recipient", "place", "method"),
}
LABELS = {
    "received_by": "收件人",
    "reasons": "理由",
    "basis": "依据",
    "right_agency": "应向哪个机关申请",
    "to": "主送机关",
    "approved_by": "批准延期的负责人",
    "demands": "要求",
    "police": "公安交管部门（意见）",
    "answer_by": "请在何日前答复",
    "contact": "联系方式",
    "protection": "禁挖期情况",
    "party": "送给谁（空着时送申请人）",
    "held_at": "听证时间",
    "place": "地点",
    "chair": "主持人",
    "proposal": "承办意见",
    "fee": "费用",
    "facts": "查明的事实",
    "decision": "许可决定文号",
    "tariff": "收费标准（文件和文号）",
    "pay_at": "缴款方式",
    "requirements": "公示要求",
    "refund": "退费",
    "ground": "法定情形（法律条款）",
    "heard": "陈述、申辩的情况",
    "follow_up": "后续要求",
    "result": "处理结果",
    "broken": "违反的条款",
    "due_on": "改正期限",
    "conclusion": "验收结论",
    "recipient": "受送达人",
    "method": "送达方式",
}
LONG = {"reasons", "facts", "demands", "requirements", "protection", "follow_up", "heard", "result"}


def typed_fields(kind: str) -> tuple[str, ...]:
    return TYPED.get(PaperKind(kind), ())
