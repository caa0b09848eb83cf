"""Papers that stay in the bureau: filing, legal review, defence review, hearing report, closing, list of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from billboards.documents.base import Document, OfficerDocument, PartyDocument, Shape, part
from staff.case_papers import Missing

RULES = "住房城乡建设部令第55号"


@dataclass(frozen=True, kw_only=True)
class FilingApproval(OfficerDocument, PartyDocument):
    """立案审批表."""

    kind: ClassVar[str] = "filing"
    title: ClassVar[str] = "立案审批表"
    mark: ClassVar[str] = "立"

    source: str = part("案件来源", f"《行政处罚法》第五十四条第二款；{RULES}")
    cause: str = part("案由", f"《行政处罚法》第五十四条第二款；{RULES}")
    party_sex: str = part("性别", shape=Shape.CHOICE, choices=(("男", "男"), ("女", "女")), hint="当事人是公民的填写。")
    facts: str = part("简要案情", "《行政处罚法》第五十四条第二款", shape=Shape.TEXT)
    grounds: str = part("立案理由和依据", "《行政处罚法》第五十四条第二款", shape=Shape.TEXT)
    officers_opinion: str = part("承办人意见", f"《行政处罚法》第五十四条第二款；{RULES}", shape=Shape.TEXT)
    unit_opinion: str = part("承办机构意见", f"《行政处罚法》第五十四条第二款；{RULES}", shape=Shape.TEXT)
    approval: str = part("负责人审批意见", f"《行政处罚法》第五十四条第二款；{RULES}", shape=Shape.TEXT)
    approver: str = part("审批人", f"《行政处罚法》第五十四条第二款；{RULES}")
    approved_on: date | None = part("审批日期", f"《行政处罚法》第五十四条第二款；{RULES}", shape=Shape.DAY)

    def more_missing(self) -> Iterator[Missing]:
        if self.representative.strip() and not self.party_code.strip():
            yield Missing("party_code", "单位没有写明统一社会信用代码", "《行政处罚法》第五十四条第二款")


@dataclass(frozen=True, kw_only=True)
class LegalReview(Document):
    """法制审核意见书 (行政处罚法 Art. 58)."""

    kind: ClassVar[str] = "legal_review"
    title: ClassVar[str] = "法制审核意见书"
    mark: ClassVar[str] = "法审"

    cause: str = part("案由", "《行政处罚法》第五十八条")
    party_name: str = part("当事人", "《行政处罚法》第五十八条")
    ground: str = part(
        "审核情形",
        "《行政处罚法》第五十八条第一款",
        shape=Shape.CHOICE,
        choices=(
            ("涉及重大公共利益", "涉及重大公共利益"),
            ("直接关系当事人或者第三人重大权益，经过听证程序", "经过听证程序"),
            ("案件情况疑难复杂、涉及多个法律关系", "疑难复杂、涉及多个法律关系"),
            ("法律、法规规定应当进行法制审核的其他情形", "其他应当审核的情形"),
            ("本局规定的审核范围", "本局规定的审核范围"),
        ),
    )
    checked: tuple[str, ...] = part(
        "审核内容",
        "《行政处罚法》第五十八条",
        shape=Shape.LIST,
        default=("主体和权限", "事实和证据", "法律适用", "裁量", "程序", "文书"),
        hint="每行一项。",
    )
    opinion: str = part("审核意见", "《行政处罚法》第五十八条第一款", shape=Shape.TEXT)
    result: str = part(
        "结论",
        "《行政处罚法》第五十八条第一款",
        shape=Shape.CHOICE,
        choices=(("同意", "同意"), ("建议修改后处理", "建议修改后处理"), ("不同意，退回补充调查", "退回补充调查")),
    )
    reviewer: str = part("审核人", "《行政处罚法》第五十八条第二款")
    qualification: str = part(
        "国家统一法律职业资格", hint="初次从事处罚决定法制审核的人员，填资格证书号；2018年前已从事审核的写明。"
    )
    reviewed_on: date | None = part("审核日期", "《行政处罚法》第五十八条第一款", shape=Shape.DAY)

    def more_missing(self) -> Iterator[Missing]:
        if not self.qualification.strip():
            yield Missing(
                "qualification", "没有写明审核人的法律职业资格或免予要求的理由", "《行政处罚法》第五十八条第二款"
            )


@dataclass(frozen=True, kw_only=True)
class DefenceReview(Document):
    """陈述申辩复核意见 (行政处罚法 Art. 45)."""

    kind: ClassVar[str] = "reply"
    title: ClassVar[str] = "陈述申辩复核意见书"
    mark: ClassVar[str] = "复核"

    cause: str = part("案由", "《行政处罚法》第四十五条")
    party_name: str = part("当事人", "《行政处罚法》第四十五条")
    stated_on: date | None = part("陈述申辩日期", "《行政处罚法》第四十五条第一款", shape=Shape.DAY)
    statement: str = part("当事人的意见和理由", "《行政处罚法》第四十五条第一款", shape=Shape.TEXT)
    findings: str = part("复核情况", "《行政处罚法》第四十五条第一款", shape=Shape.TEXT)
    adopted: str = part(
        "采纳情况",
        "《行政处罚法》第四十五条第一款",
        shape=Shape.CHOICE,
        choices=(("采纳", "采纳"), ("部分采纳", "部分采纳"), ("不予采纳", "不予采纳")),
    )
    reason: str = part(
        "理由", "《行政处罚法》第四十五条第一款", shape=Shape.TEXT, hint="不得因陈述、申辩给予更重的处罚。"
    )
    reviewer: str = part("复核人", "《行政处罚法》第四十五条第一款")
    reviewed_on: date | None = part("复核日期", "《行政处罚法》第四十五条第一款", shape=Shape.DAY)


@dataclass(frozen=True, kw_only=True)
class HearingReport(Document):
    """听证报告 (行政处罚法 Art. 65: the decision follows the record)."""

    kind: ClassVar[str] = "hearing_report"
    title: ClassVar[str] = "听证报告"
    mark: ClassVar[str] = "听报"

    cause: str = part("案由", "《行政处罚法》第六十五条")
    party_name: str = part("当事人", "《行政处罚法》第六十五条")
    held_on: date | None = part("听证日期", "《行政处罚法》第六十五条", shape=Shape.DAY)
    chair: str = part("主持人", "《行政处罚法》第六十四条第四项")
    facts: str = part("听证基本情况", "《行政处罚法》第六十五条", shape=Shape.TEXT)
    disputes: str = part("争议和质证情况", "《行政处罚法》第六十五条", shape=Shape.TEXT)
    opinion: str = part("听证意见和建议", "《行政处罚法》第六十五条", shape=Shape.TEXT)


@dataclass(frozen=True, kw_only=True)
class ClosingApproval(Document):
    """结案审批表."""

    kind: ClassVar[str] = "closing"
    title: ClassVar[str] = "结案审批表"
    mark: ClassVar[str] = "结"

    cause: str = part("案由", RULES)
    party_name: str = part("当事人", RULES)
    decision_number: str = part("决定书文号", hint="没有作出决定的，写明终止调查等情形。")
    decided_on: date | None = part("决定日期", shape=Shape.DAY)
    performance: str = part("履行（执行）情况", RULES, shape=Shape.TEXT, hint="罚款缴纳、拆除或改正的情况和日期。")
    reason: str = part(
        "结案理由",
        RULES,
        shape=Shape.CHOICE,
        choices=(
            ("处罚决定履行完毕", "处罚决定履行完毕"),
            ("强制执行完毕", "强制执行完毕"),
            ("终结执行", "终结执行"),
            ("不予行政处罚", "不予行政处罚"),
            ("违法事实不能成立或者终止调查", "违法事实不能成立或者终止调查"),
            ("移送有管辖权的机关", "移送有管辖权的机关"),
        ),
    )
    officers_opinion: str = part("承办人意见", RULES, shape=Shape.TEXT)
    unit_opinion: str = part("承办机构意见", RULES, shape=Shape.TEXT)
    approval: str = part("负责人审批意见", RULES, shape=Shape.TEXT)
    approver: str = part("审批人", RULES)
    approved_on: date | None = part("审批日期", RULES, shape=Shape.DAY)

    def more_missing(self) -> Iterator[Missing]:
        decided = self.reason in ("处罚决定履行完毕", "强制执行完毕", "终结执行", "不予行政处罚")
        if decided and not self.decision_number.strip():
            yield Missing("decision_number", "没有写明决定书文号", RULES)


@dataclass(frozen=True, kw_only=True)
class FileContents(Document):
    """卷宗目录: order, title, number, date and page of every paper."""

    kind: ClassVar[str] = "contents"
    title: ClassVar[str] = "卷宗目录"
    mark: ClassVar[str] = "卷"

    cause: str = part("案由", RULES)
    party_name: str = part("当事人", RULES)
    entries: tuple[str, ...] = part("文书", RULES, shape=Shape.LIST, hint="每行一份：名称｜文号｜日期｜页码。")
    archivist: str = part("立卷人", RULES)
    archived_on: date | None = part("立卷日期", RULES, shape=Shape.DAY)
