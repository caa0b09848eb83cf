"""Records (笔录) and the return receipt: what was seen, asked, heard and handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from billboards.documents.base import Document, OfficerDocument, Shape, part
from staff.case_papers import Missing

CLOSING_WORDS = "以上笔录已看过，属实。"


@dataclass(frozen=True, kw_only=True)
class Record(OfficerDocument):
    """What a record of inspection or questioning has: when, where, two officers, card shown, right of recusal told."""

    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("被检查人（被询问人）", "见证人", "执法人员", "执法人员", "记录人")

    started_at: datetime | None = part("开始时间", "《行政处罚法》第五十五条第二款", shape=Shape.MOMENT)
    ended_at: datetime | None = part("结束时间", "《行政处罚法》第五十五条第二款", shape=Shape.MOMENT)
    place: str = part("地点", "《行政处罚法》第五十五条第二款")
    recorder: str = part("记录人", "《行政处罚法》第五十五条第二款")
    card_shown: bool = part("已出示执法证件", "《行政处罚法》第五十五条第一款", shape=Shape.YES)
    recusal_told: bool = part("已告知申请回避的权利", "《行政处罚法》第四十三条", shape=Shape.YES)

    def more_missing(self) -> Iterator[Missing]:
        if self.started_at and self.ended_at and self.ended_at <= self.started_at:
            yield Missing("ended_at", "结束时间应晚于开始时间", "《行政处罚法》第五十五条第二款")


def signed_or_refused(signature: str, refusal: str, witness: str) -> Iterator[Missing]:
    """Signed by the party; or the refusal noted, with a witness or a recording."""
    if not signature.strip() and not (refusal.strip() and witness.strip()):
        yield Missing(
            "signature",
            "没有当事人签名；拒绝签名的，写明情况和见证人（或录音录像）",
            "《行政处罚法》第五十五条第二款、第四十七条",
        )


@dataclass(frozen=True, kw_only=True)
class SiteRecord(Record):
    """现场检查（勘验）笔录."""

    kind: ClassVar[str] = "site_record"
    title: ClassVar[str] = "现场检查（勘验）笔录"
    mark: ClassVar[str] = "勘"

    party_name: str = part("被检查人", "《行政处罚法》第五十五条第二款", hint="设置人不明的写“设置人不明”。")
    present: str = part("在场人及其身份", hint="被检查人不在场的写明邀请的见证人。")
    facility: str = part("设施形式", "《行政处罚法》第五十四条第一款", hint="如：楼顶广告牌、立柱广告。")
    measures: str = part("尺寸和面积", "《行政处罚法》第五十四条第一款", hint="宽×高、面数、面积，写明测量方法。")
    content_shown: str = part("广告内容", "《行政处罚法》第五十四条第一款")
    condition: str = part(
        "现场情况", "《行政处罚法》第五十四条第一款", shape=Shape.TEXT, hint="只写看到和量到的，不写判断。"
    )
    photos: str = part("照片和录像编号", "《行政处罚法》第四十七条")
    signature: str = part("被检查人（在场人）签名")
    refusal: str = part("拒绝签名的情况")
    witness: str = part("见证人或录像编号")

    def more_missing(self) -> Iterator[Missing]:
        yield from super().more_missing()
        yield from signed_or_refused(self.signature, self.refusal, self.witness)


@dataclass(frozen=True, kw_only=True)
class InterviewRecord(Record):
    """询问笔录: one person at a time, every page signed."""

    kind: ClassVar[str] = "interview"
    title: ClassVar[str] = "询问笔录"
    mark: ClassVar[str] = "询"

    person_name: str = part("被询问人", "《行政处罚法》第五十五条第二款")
    person_sex: str = part("性别", shape=Shape.CHOICE, choices=(("男", "男"), ("女", "女")))
    person_code: str = part("身份证号", "《行政处罚法》第五十五条第二款")
    person_work: str = part("工作单位和职务")
    person_address: str = part("住址", "《行政处罚法》第五十五条第二款")
    person_phone: str = part("联系电话")
    relation: str = part("与本案关系", "《行政处罚法》第五十五条第二款")
    rights_told: bool = part("已告知权利和如实陈述的义务", "《行政处罚法》第五十五条第二款", shape=Shape.YES)
    questions: str = part(
        "问答", "《行政处罚法》第五十五条第二款", shape=Shape.TEXT, hint="“问：”“答：”各起一行；第一问核对证件和身份。"
    )
    closing: str = part("结尾语", "《行政处罚法》第五十五条第二款", default=CLOSING_WORDS)
    signature: str = part("被询问人逐页签名")
    refusal: str = part("拒绝签名的情况")
    witness: str = part("见证人或录像编号")

    def more_missing(self) -> Iterator[Missing]:
        yield from super().more_missing()
        yield from signed_or_refused(self.signature, self.refusal, self.witness)
        if self.questions and ("问" not in self.questions or "答" not in self.questions):
            yield Missing("questions", "问答应写明“问：”和“答：”", "《行政处罚法》第五十五条第二款")


def name_of(person: str) -> str:
    """The name in 张三 湘F001, 张三（湘F001）."""
    return re.split(r"[\s（(，,、]", person.strip())[0]


@dataclass(frozen=True, kw_only=True)
class HearingRecord(Document):
    """听证笔录 (行政处罚法 Art. 64)."""

    kind: ClassVar[str] = "hearing_record"
    title: ClassVar[str] = "听证笔录"
    mark: ClassVar[str] = "听录"
    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("当事人（代理人）", "主持人", "调查人员", "记录员")

    started_at: datetime | None = part("开始时间", "《行政处罚法》第六十四条", shape=Shape.MOMENT)
    ended_at: datetime | None = part("结束时间", "《行政处罚法》第六十四条", shape=Shape.MOMENT)
    place: str = part("地点", "《行政处罚法》第六十四条")
    is_open: bool = part("公开举行", shape=Shape.YES, default=True)
    closed_reason: str = part("不公开的理由", hint="涉及国家秘密、商业秘密或者个人隐私的。")
    chair: str = part("主持人", "《行政处罚法》第六十四条第四项")
    clerk: str = part("记录员", "《行政处罚法》第六十四条第八项")
    investigators: tuple[str, ...] = part("调查人员", "《行政处罚法》第六十四条第七项", shape=Shape.LIST)
    party_name: str = part("当事人", "《行政处罚法》第六十四条第五项")
    agents: tuple[str, ...] = part("委托代理人", shape=Shape.LIST, hint="一至二人。")
    facts_stated: str = part("调查人员提出的事实、证据和处罚建议", "《行政处罚法》第六十四条第七项", shape=Shape.TEXT)
    defence: str = part("当事人的申辩和质证", "《行政处罚法》第六十四条第七项", shape=Shape.TEXT)
    signature: str = part("当事人（代理人）核对无误后签名", hint="拒绝签名的写明情况。")
    refusal: str = part("拒绝签名的情况，由主持人注明")

    def more_missing(self) -> Iterator[Missing]:
        article = "《行政处罚法》第六十四条"
        if self.chair and name_of(self.chair) in map(name_of, self.investigators):
            yield Missing("chair", "听证由非本案调查人员主持", f"{article}第四项")
        if len(self.agents) > 2:
            yield Missing("agents", "委托代理人为一至二人", f"{article}第五项")
        if not self.is_open and not self.closed_reason.strip():
            yield Missing("closed_reason", "没有写明不公开举行的理由", f"{article}第三项")
        if not self.signature.strip() and not self.refusal.strip():
            yield Missing("signature", "没有当事人签名，也没有由主持人注明拒绝签名", f"{article}第八项")


@dataclass(frozen=True, kw_only=True)
class DiscussionRecord(Document):
    """集体讨论笔录 (行政处罚法 Art. 57(2))."""

    kind: ClassVar[str] = "discussion"
    title: ClassVar[str] = "案件集体讨论笔录"
    mark: ClassVar[str] = "集"
    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("主持人", "参加人", "参加人", "参加人", "记录人")

    held_at: datetime | None = part("时间", "《行政处罚法》第五十七条第二款", shape=Shape.MOMENT)
    place: str = part("地点", "《行政处罚法》第五十七条第二款")
    cause: str = part("案由", "《行政处罚法》第五十七条第二款")
    chair: str = part("主持人", "《行政处罚法》第五十七条第二款")
    members: tuple[str, ...] = part(
        "参加的负责人", "《行政处罚法》第五十七条第二款", shape=Shape.LIST, least=2, hint="每行一人：姓名 职务。"
    )
    reporter: str = part("汇报人", "《行政处罚法》第五十七条第二款")
    clerk: str = part("记录人", "《行政处罚法》第五十七条第二款")
    facts: str = part("案情和拟处理意见", "《行政处罚法》第五十七条第二款", shape=Shape.TEXT)
    opinions: str = part(
        "讨论意见", "《行政处罚法》第五十七条第二款", shape=Shape.TEXT, hint="写明每人的意见，保留不同意见。"
    )
    conclusion: str = part("结论", "《行政处罚法》第五十七条第二款", shape=Shape.TEXT)
    signatures: str = part("参加人签名", "《行政处罚法》第五十七条第二款")


@dataclass(frozen=True, kw_only=True)
class ServiceReceipt(Document):
    """送达回证 (民事诉讼法 Art. 87; by 行政处罚法 Art. 61)."""

    kind: ClassVar[str] = "service"
    title: ClassVar[str] = "送达回证"
    mark: ClassVar[str] = "送"
    is_ours: ClassVar[bool] = False
    signs: ClassVar[tuple[str, ...]] = ("受送达人（签收人）", "送达人", "送达人", "见证人")

    served_title: str = part("送达文书名称", "《民事诉讼法》第八十七条")
    served_number: str = part("文号", "《民事诉讼法》第八十七条")
    recipient: str = part("受送达人", "《民事诉讼法》第八十七条")
    place: str = part("送达地点", "《民事诉讼法》第八十七条")
    method: str = part("送达方式", "《民事诉讼法》第八十七条")
    servers: tuple[str, ...] = part("送达人", "《行政处罚法》第四十二条", shape=Shape.LIST, least=2)
    received_at: datetime | None = part("收到时间", "《民事诉讼法》第八十七条", shape=Shape.MOMENT)
    receiver: str = part("签收人")
    relation: str = part("签收人与受送达人的关系")
    refusal: str = part("拒收事由")
    witness: str = part("见证人或录像编号")
    note: str = part("备注")

    def more_missing(self) -> Iterator[Missing]:
        if not self.receiver.strip() and not (self.refusal.strip() and self.witness.strip()):
            yield Missing("receiver", "没有签收人；拒收的写明事由和见证人（或录像）", "《民事诉讼法》第八十九条")
