"""The papers of a permit case: the characters of each number, its article, and what signing it asks for.

Imports nothing of ours. Contents: permits/documents/; when one may go out: permits/workflow/guards.py; drafting and
signing: permits/workflow/papers.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class PaperKind(models.TextChoices):
    RECEIPT = "receipt", "收件凭证"
    ACCEPTANCE = "acceptance", "受理通知书"
    INTAKE_REFUSAL = "intake_refusal", "不予受理决定书"
    SUPPLEMENT = "supplement", "补正告知书"
    NOT_REQUIRED = "not_required", "无需许可告知书"
    WITHDRAWAL = "withdrawal", "终止办理告知书"
    SPECIAL = "special", "特别程序告知书"
    EXTENSION = "extension", "延期通知书"
    SURVEY = "survey", "现场查勘记录"
    POLICE_REQUEST = "police_request", "交管意见征求函"
    REVIEW_SHEET = "review_sheet", "会审单"
    GRANT = "grant", "准予行政许可决定书"
    REFUSAL = "refusal", "不予行政许可决定书"
    LICENCE = "licence", "许可证"
    CHANGE_GRANT = "change_grant", "准予变更决定书"
    CHANGE_REFUSAL = "change_refusal", "不予变更决定书"
    ADJUSTMENT = "adjustment", "调整决定书"
    REVOCATION = "revocation", "撤销行政许可决定书"
    AGENCY_WITHDRAWAL = "agency_withdrawal", "撤回行政许可决定书"
    CANCELLATION = "cancellation", "注销行政许可决定书"
    PAYMENT = "payment", "缴款通知书"
    SITE_BOARD = "site_board", "开工公示牌"
    INSPECTION = "inspection", "监督检查记录"
    RECTIFY = "rectify", "责令限期改正通知书"
    COMPLETION = "completion", "竣工验收单"
    EMERGENCY = "emergency", "抢修报备单"
    APPLICATION = "application", "申请书"
    TRANSFER = "transfer", "转报函"
    SUPPLEMENT_RECEIPT = "supplement_receipt", "补正收件凭证"
    SURVEY_ORDER = "survey_order", "现场查勘派单"
    GOVERNMENT_REQUEST = "government_request", "请示（报请城市人民政府批准）"
    HEARING_RIGHT = "hearing_right", "听证告知书"
    HEARING_NOTICE = "hearing_notice", "听证通知书"
    SERVICE = "service", "送达回证"


@dataclass(frozen=True)
class PaperRule:
    """`mark`: what stands before 字 in the number (岳南城管许受字〔2026〕12号). `serves`: the party must get it served."""

    mark: str
    basis: str
    serves: bool = False
    remedies: bool = False
    publish: bool = False  # 双公示: within seven working days of the decision


LAW, ROADS = "《行政许可法》", "《城市道路管理条例》"
RULES: dict[PaperKind, PaperRule] = {
    PaperKind.RECEIPT: PaperRule("许收", f"{LAW}第三十二条"),
    PaperKind.ACCEPTANCE: PaperRule("许受", f"{LAW}第三十二条第一款第五项、第二款", serves=True),
    PaperKind.INTAKE_REFUSAL: PaperRule("许不受", f"{LAW}第三十二条第一款第二项、第二款", serves=True, remedies=True),
    PaperKind.SUPPLEMENT: PaperRule("许补", f"{LAW}第三十二条第一款第四项", serves=True),
    PaperKind.NOT_REQUIRED: PaperRule("许告", f"{LAW}第三十二条第一款第一项", serves=True),
    PaperKind.WITHDRAWAL: PaperRule("许终", f"{LAW}第二十九条", serves=True),
    PaperKind.SPECIAL: PaperRule("许特", f"{LAW}第四十五条", serves=True),
    PaperKind.EXTENSION: PaperRule("许延", f"{LAW}第四十二条第一款", serves=True),
    PaperKind.SURVEY: PaperRule("许勘", f"{LAW}第三十四条第三款"),
    PaperKind.POLICE_REQUEST: PaperRule("许函", f"{ROADS}第三十条"),
    PaperKind.REVIEW_SHEET: PaperRule("许会", f"{LAW}第三十四条、第三十七条"),
    PaperKind.GRANT: PaperRule("许", f"{LAW}第三十八条第一款", serves=True, publish=True),
    PaperKind.REFUSAL: PaperRule("不许", f"{LAW}第三十八条第二款", serves=True, remedies=True),
    PaperKind.LICENCE: PaperRule("许证", f"{LAW}第三十九条、第四十四条", serves=True),
    PaperKind.CHANGE_GRANT: PaperRule("许变", f"{ROADS}第三十六条；{LAW}第四十九条", serves=True, publish=True),
    PaperKind.CHANGE_REFUSAL: PaperRule(
        "不许变", f"{ROADS}第三十六条；{LAW}第三十八条第二款", serves=True, remedies=True
    ),
    PaperKind.ADJUSTMENT: PaperRule(
        "许调", f"{ROADS}第三十八条；{LAW}第八条", serves=True, remedies=True, publish=True
    ),
    PaperKind.REVOCATION: PaperRule("许撤", f"{LAW}第六十九条", serves=True, remedies=True, publish=True),
    PaperKind.AGENCY_WITHDRAWAL: PaperRule("许撤回", f"{LAW}第八条第二款", serves=True, remedies=True, publish=True),
    PaperKind.CANCELLATION: PaperRule("许注", f"{LAW}第七十条", serves=True, remedies=True, publish=True),
    PaperKind.PAYMENT: PaperRule("许缴", f"{ROADS}第三十七条；{LAW}第五十八条、第五十九条", serves=True),
    PaperKind.SITE_BOARD: PaperRule("许牌", f"{ROADS}第三十五条"),
    PaperKind.INSPECTION: PaperRule("许检", f"{LAW}第六十一条"),
    PaperKind.RECTIFY: PaperRule("许责改", f"{ROADS}第四十二条", serves=True, remedies=True),
    PaperKind.COMPLETION: PaperRule("许验", f"{ROADS}第三十五条；《道路交通安全法》第三十二条"),
    PaperKind.EMERGENCY: PaperRule("许抢", f"{ROADS}第三十四条"),
    PaperKind.APPLICATION: PaperRule("许申", f"{LAW}第二十九条"),
    PaperKind.TRANSFER: PaperRule("许转", f"{LAW}第三十二条第一款第二项"),
    PaperKind.SUPPLEMENT_RECEIPT: PaperRule("许补收", f"{LAW}第三十二条"),
    PaperKind.SURVEY_ORDER: PaperRule("许派", f"{LAW}第三十四条第三款"),
    PaperKind.GOVERNMENT_REQUEST: PaperRule("许请", f"{ROADS}第三十三条第二款"),
    PaperKind.HEARING_RIGHT: PaperRule("许听告", f"{LAW}第四十六条、第四十七条", serves=True),
    PaperKind.HEARING_NOTICE: PaperRule("许听通", f"{LAW}第四十八条", serves=True),
    PaperKind.SERVICE: PaperRule("许送", "《民事诉讼法》第八十七条至第九十五条"),
}
WITH_REMEDIES = tuple(kind for kind, rule in RULES.items() if rule.remedies)
# Several of these may stand at once: one for each visit, order, change, round or fee.
SEVERAL = frozenset(
    {
        PaperKind.SPECIAL, PaperKind.SURVEY, PaperKind.SURVEY_ORDER, PaperKind.POLICE_REQUEST, PaperKind.HEARING_RIGHT,
        PaperKind.HEARING_NOTICE, PaperKind.CHANGE_GRANT, PaperKind.CHANGE_REFUSAL, PaperKind.ADJUSTMENT,
        PaperKind.PAYMENT, PaperKind.INSPECTION, PaperKind.RECTIFY, PaperKind.COMPLETION, PaperKind.SERVICE,
    }
)  # fmt: skip
ONCE = tuple(kind for kind in PaperKind if kind not in SEVERAL)
SERVED = tuple(kind for kind, rule in RULES.items() if rule.serves)
PUBLISHED = tuple(kind for kind, rule in RULES.items() if rule.publish)


def series_of(kind: str) -> tuple[str, dict[str, str]]:
    """Code of the number series and how it is described the first time."""
    paper = PaperKind(kind)
    # "permit-application" is what received files are numbered by: the printed form must not eat one of those numbers.
    code = "application-form" if paper == PaperKind.APPLICATION else paper.value.replace("_", "-")
    return f"permit-{code}", {"name": f"许可{paper.label}", "mark": RULES[paper].mark}
