"""Words of the summary as choices, with the state table. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models


class Profile(models.TextChoices):
    """A summary is none of the 15 statutory kinds of official paper, so plain is the default (GB/T 9704-2012)."""

    PLAIN = "plain", "普通文稿"
    REDHEAD = "redhead", "套红"


class ReportState(models.TextChoices):
    DRAFT = "draft", "起草"
    CHECKING = "checking", "核对中"
    ISSUED = "issued", "已签发"
    CORRECTED = "corrected", "已更正"

    OPEN = nonmember(("draft", "checking"))
    SIGNED = nonmember(("issued", "corrected"))


class CheckKind(models.TextChoices):
    """What the checklist before issue tells. Those of MUST go before it is issued; the others need a remark."""

    TOKEN = "token", "取不到的数据"
    SUM = "sum", "其中数与总数不符"
    CLAIM = "claim", "没有证据的结论"
    OVERRIDE = "override", "人工核定"
    AMBER = "amber", "手填数字没有出处"
    TYPED = "typed", "手填数字"
    NO_DATA = "no_data", "没有数据"
    STALE = "stale", "文字可能过时"
    EMPTY = "empty", "空着或缺少的章节"
    UNDELIVERED = "undelivered", "材料没有交齐"
    SENT = "sent", "与已报送的数不一致"
    OTHER = "other", "与同期间其他文稿不一致"
    LENGTH = "length", "篇幅"
    HISTORY = "history", "同期、上期为历史数据"

    MUST = nonmember(("token", "sum"))


class Output(models.TextChoices):
    """What one compilation makes beside its PDF."""

    DOCX = "docx", "Word"
    REVIEW = "review", "送审稿（宽边距）"  # of drafts only: for leaders who correct with the pen
    XLSX = "xlsx", "数据附表"
    JSON = "json", "数据文件"

    @property
    def extension(self) -> str:
        return "docx" if self == Output.REVIEW else self.value


class When(models.TextChoices):
    """Which periods a part of an outline is for."""

    ALWAYS = "always", "每次"
    FESTIVALS = "festivals", "期间含春节的"


class Change(models.TextChoices):
    """Why a section has an earlier text in its history."""

    REWORDED = "reworded", "改写"
    MOVED = "moved", "移动"
    REMOVED = "removed", "删除"
    RESTORED = "restored", "恢复"


class MaterialState(models.TextChoices):
    ASKED = "asked", "待交"
    DELIVERED = "delivered", "已交待确认"
    CONFIRMED = "confirmed", "单位已确认"
    ADOPTED = "adopted", "已采用"

    SETTLED = nonmember(("confirmed", "adopted"))


MATERIAL_EDGES: Final[dict[str, tuple[frozenset[MaterialState], MaterialState, str]]] = {
    # what may be done with a section asked of a unit: from which states, to which, in which words
    "deliver": (frozenset({MaterialState.ASKED, MaterialState.DELIVERED}), MaterialState.DELIVERED, "交稿"),
    "confirm": (frozenset({MaterialState.DELIVERED}), MaterialState.CONFIRMED, "确认"),
    "send_back": (
        frozenset({MaterialState.DELIVERED, MaterialState.CONFIRMED, MaterialState.ADOPTED}),
        MaterialState.ASKED,
        "退回",
    ),
    "adopt": (frozenset({MaterialState.CONFIRMED}), MaterialState.ADOPTED, "采用"),
}


@dataclass(frozen=True)
class Edge:
    sources: frozenset[ReportState]
    target: ReportState
    label: str
    basis: str


TRANSITIONS: Final[dict[str, Edge]] = {
    "submit": Edge(
        frozenset({ReportState.DRAFT}),
        ReportState.CHECKING,
        "送核",
        "《党政机关公文处理工作条例》第二十条：签发前由办公厅（室）审核",
    ),
    "send_back": Edge(
        frozenset({ReportState.CHECKING}),
        ReportState.DRAFT,
        "退回修改",
        "《党政机关公文处理工作条例》第二十一条：需要修改的由起草单位修改后重新报送",
    ),
    "issue": Edge(
        frozenset({ReportState.CHECKING}),
        ReportState.ISSUED,
        "签发",
        "《党政机关公文处理工作条例》第二十二条：由负责人签发",
    ),
    "correct": Edge(
        frozenset({ReportState.ISSUED}),
        ReportState.CORRECTED,
        "更正",
        "《党政机关公文处理工作条例》第二十二条：更正稿由负责人另行签发，原稿留存",
    ),
}


class TaskState(models.TextChoices):
    OPEN = "open", "进行中"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已中止"


@dataclass(frozen=True)
class TaskEdge:
    sources: frozenset[TaskState]
    target: TaskState
    label: str
    basis: str


TASK_TRANSITIONS: Final[dict[str, TaskEdge]] = {
    "finish": TaskEdge(frozenset({TaskState.OPEN}), TaskState.DONE, "完成", "交办任务办结后报告结果，由办公室登记销账"),
    "drop": TaskEdge(frozenset({TaskState.OPEN}), TaskState.DROPPED, "中止", "交办单位撤回或任务合并，写明理由"),
    "reopen": TaskEdge(
        frozenset({TaskState.DONE, TaskState.DROPPED}), TaskState.OPEN, "重新打开", "销账有误或任务重新布置，写明理由"
    ),
}


class Totalling(models.TextChoices):
    """How the entries of a measure become one number. Each has its own list that adds up to it."""

    SUM = "sum", "累计（数量相加）"
    LATEST = "latest", "最新数（各单位最近一次相加）"
    DAYS = "days", "天数（有登记的天数）"
    ENTRIES = "entries", "条数（登记的条数）"

    @property
    def counts_rows(self) -> bool:
        return self in (Totalling.DAYS, Totalling.ENTRIES)


class ProblemState(models.TextChoices):
    OPEN = "open", "未解决"
    SOLVED = "solved", "已解决"


@dataclass(frozen=True)
class ProblemEdge:
    source: ProblemState
    target: ProblemState
    label: str
    basis: str


PROBLEM_TRANSITIONS: Final[dict[str, ProblemEdge]] = {
    "solve": ProblemEdge(ProblemState.OPEN, ProblemState.SOLVED, "标为已解决", "写明怎样解决；此前各期仍列为遗留问题"),
    "reopen": ProblemEdge(ProblemState.SOLVED, ProblemState.OPEN, "重新列入", "问题反复或登记有误，写明理由"),
}


class PlanOutcome(models.TextChoices):
    DONE = "done", "已完成"
    PARTLY = "partly", "部分完成"
    NOT_DONE = "not_done", "未完成"
