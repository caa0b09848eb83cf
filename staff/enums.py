"""Words of the office's books: how people are employed, where they stand, and what each kind of movement does to that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import nonmember

from django.db import models


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Education(models.TextChoices):
    POSTGRADUATE = "postgraduate", "研究生"
    BACHELOR = "bachelor", "大学本科"
    COLLEGE = "college", "大学专科"
    SECONDARY = "secondary", "高中（中专）及以下"


class Party(models.TextChoices):
    MEMBER = "member", "中共党员"
    PROBATIONARY = "probationary", "中共预备党员"
    YOUTH_LEAGUE = "youth_league", "共青团员"
    OTHER_PARTY = "other_party", "民主党派"
    NONE = "none", "群众"


class Employment(models.TextChoices):
    ADMINISTRATIVE = "administrative", "行政编制"
    INSTITUTION = "institution", "参公/事业编制"
    WORKER = "worker", "机关工勤"
    CONTRACT = "contract", "合同聘用"
    DISPATCHED = "dispatched", "劳务派遣"
    AUXILIARY = "auxiliary", "协管/辅助"
    PUBLIC_WELFARE = "public_welfare", "公益性岗位"

    # 在编: who fills a quota of posts.
    ESTABLISHED = nonmember((ADMINISTRATIVE[0], INSTITUTION[0]))
    # May persuade, patrol and report, never enforce (中发〔2015〕37号: 协管人员只能从事辅助性工作).
    AUXILIARIES = nonmember((DISPATCHED[0], AUXILIARY[0], PUBLIC_WELFARE[0]))


class Standing(models.TextChoices):
    """Where a person stands on a day. 实有 and 在岗 follow from it and are never counted otherwise."""

    OUTSIDE = "outside", "不在册"
    IN_POST = "in_post", "在岗"
    LENT_OUT = "lent_out", "借出"
    LONG_LEAVE = "long_leave", "长病假"
    SUSPENDED = "suspended", "停职"
    OFF_POST = "off_post", "脱产"
    BORROWED = "borrowed", "借入"

    ON_ROLL = nonmember((IN_POST[0], LENT_OUT[0], LONG_LEAVE[0], SUSPENDED[0], OFF_POST[0]))  # 实有
    ON_DUTY = nonmember((IN_POST[0], BORROWED[0]))  # 在岗
    AWAY = nonmember((LENT_OUT[0], LONG_LEAVE[0], SUSPENDED[0], OFF_POST[0]))
    HERE = nonmember((IN_POST[0], LENT_OUT[0], LONG_LEAVE[0], SUSPENDED[0], OFF_POST[0], BORROWED[0]))


class Direction(models.TextChoices):
    IN = "in", "增"
    OUT = "out", "减"
    INSIDE = "inside", "内部"


class MovementKind(models.TextChoices):
    OPENING = "opening", "建账"
    RECRUITED = "recruited", "招录"
    VETERAN = "veteran", "军转（退役军人）安置"
    TRANSFERRED_IN = "transferred_in", "调入"
    HIRED = "hired", "聘用"
    DISPATCHED = "dispatched", "派遣新增"
    BORROWED = "borrowed", "借入"
    RETURNED = "returned", "返岗"
    RESIGNED = "resigned", "辞职"
    TRANSFERRED_OUT = "transferred_out", "调出"
    RETIRED = "retired", "退休"
    DISMISSED = "dismissed", "解聘"
    EXPELLED = "expelled", "开除"
    DIED = "died", "死亡"
    CONTRACT_ENDED = "contract_ended", "合同到期"
    LENT_OUT = "lent_out", "借出"
    LOAN_ENDED = "loan_ended", "借入期满"
    ROTATED = "rotated", "轮岗"
    PROMOTED = "promoted", "晋升"
    CONVERTED = "converted", "身份转换"
    LONG_LEAVE = "long_leave", "长病假"
    SUSPENDED = "suspended", "停职"
    OFF_POST = "off_post", "脱产"
    CORRECTED = "corrected", "更正"

    # Who left for good: 辞职或调离 of the summary. Retirement is no leaving in that phrase.
    LEAVING = nonmember((RESIGNED[0], TRANSFERRED_OUT[0]))
    ENDING = nonmember(
        (
            RESIGNED[0],
            TRANSFERRED_OUT[0],
            RETIRED[0],
            DISMISSED[0],
            EXPELLED[0],
            DIED[0],
            CONTRACT_ENDED[0],
            LOAN_ENDED[0],
        )
    )


@dataclass(frozen=True)
class MovementRule:
    """What a kind of movement does: from where it may start, where it leads (None: the standing stays).

    Its effect on 实有 and on 在岗 is the difference between the two standings: a loan changes 在岗 only, a resignation
    during a loan changes 实有 only.
    """

    direction: Direction
    sources: tuple[str, ...]
    target: Standing | None


_NEW = (Standing.OUTSIDE.value, Standing.BORROWED.value)  # somebody borrowed may be taken on


def _away(target: Standing) -> MovementRule:
    sources = tuple(value for value in Standing.ON_ROLL if value != target)
    return MovementRule(Direction.OUT if target == Standing.LENT_OUT else Direction.INSIDE, sources, target)


_ENTERS = MovementRule(Direction.IN, _NEW, Standing.IN_POST)
_LEAVES = MovementRule(Direction.OUT, Standing.ON_ROLL, Standing.OUTSIDE)
_STAYS = MovementRule(Direction.INSIDE, Standing.HERE, None)

MOVEMENT_RULES: dict[str, MovementRule] = {
    MovementKind.OPENING: MovementRule(Direction.IN, (Standing.OUTSIDE,), Standing.IN_POST),
    MovementKind.RECRUITED: _ENTERS,
    MovementKind.VETERAN: _ENTERS,
    MovementKind.TRANSFERRED_IN: _ENTERS,
    MovementKind.HIRED: _ENTERS,
    MovementKind.DISPATCHED: _ENTERS,
    MovementKind.BORROWED: MovementRule(Direction.IN, (Standing.OUTSIDE,), Standing.BORROWED),
    MovementKind.RETURNED: MovementRule(Direction.IN, Standing.AWAY, Standing.IN_POST),
    MovementKind.RESIGNED: _LEAVES,
    MovementKind.TRANSFERRED_OUT: _LEAVES,
    MovementKind.RETIRED: _LEAVES,
    MovementKind.DISMISSED: _LEAVES,
    MovementKind.EXPELLED: _LEAVES,
    MovementKind.DIED: _LEAVES,
    MovementKind.CONTRACT_ENDED: _LEAVES,
    MovementKind.LENT_OUT: _away(Standing.LENT_OUT),
    MovementKind.LOAN_ENDED: MovementRule(Direction.OUT, (Standing.BORROWED,), Standing.OUTSIDE),
    MovementKind.ROTATED: _STAYS,
    MovementKind.PROMOTED: _STAYS,
    MovementKind.CONVERTED: MovementRule(Direction.INSIDE, Standing.ON_ROLL, None),
    MovementKind.LONG_LEAVE: _away(Standing.LONG_LEAVE),
    MovementKind.SUSPENDED: _away(Standing.SUSPENDED),
    MovementKind.OFF_POST: _away(Standing.OFF_POST),
    # What the paper trail says after all: leads where the entry says, and needs a note.
    MovementKind.CORRECTED: MovementRule(Direction.INSIDE, tuple(Standing.values), None),
}
ENTRY_KINDS = tuple(
    kind for kind, rule in MOVEMENT_RULES.items() if rule.direction == Direction.IN and Standing.OUTSIDE in rule.sources
)


class CourseKind(models.TextChoices):
    TRAINING = "training", "业务培训"
    LAW = "law", "法治培训"
    PARTY = "party", "党的理论学习"
    IDEOLOGY = "ideology", "意识形态学习"
    OTHER = "other", "其他"

    COUNTED = nonmember((TRAINING[0], LAW[0]))  # towards the hours that everybody must have in a year
    STUDY = nonmember((PARTY[0], IDEOLOGY[0]))


class CertificateEnd(models.TextChoices):
    CANCELLED = "cancelled", "注销"
    WITHDRAWN = "withdrawn", "收回"
    RENEWED = "renewed", "换发"


class PopulationBasis(models.TextChoices):
    RESIDENT = "resident", "常住人口"
    BUILT_UP = "built_up", "建成区人口"
    SERVED = "served", "服务人口"


class RuleCategory(models.TextChoices):
    OFFICE = "office", "办公"
    PERSONNEL = "personnel", "人事"
    FINANCE = "finance", "财务"
    VEHICLES = "vehicles", "车辆"
    ENFORCEMENT = "enforcement", "执法"
    ATTENDANCE = "attendance", "考勤"
    INTEGRITY = "integrity", "廉政"
    SAFETY = "safety", "安全"
    ASSESSMENT = "assessment", "考评"
    OTHER = "other", "其他"


class RuleNature(models.TextChoices):
    """What a document is: only 制度 are counted as rules, the others are printed by month and title."""

    RULE = "rule", "制度"
    SCHEME = "scheme", "办法、方案"
    OPINION = "opinion", "意见"
    OTHER = "other", "其他文件"


class RuleChange(models.TextChoices):
    NEW = "new", "新增"
    REVISED = "revised", "修订"
    REPEALED = "repealed", "废止"


class AppraisalState(models.TextChoices):
    OPEN = "open", "填报中"
    SCORING = "scoring", "评分中"
    PUBLISHED = "published", "已公布"


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    QUALIFIED = "qualified", "合格"
    UNQUALIFIED = "unqualified", "不合格"


class AppealOutcome(models.TextChoices):
    PENDING = "pending", "待裁定"
    UPHELD = "upheld", "申诉成立"
    PARTLY = "partly", "部分成立"
    REJECTED = "rejected", "不成立"


class DisciplineKind(models.TextChoices):
    CRITICISED = "criticised", "通报批评"
    ADMONISHED = "admonished", "诫勉"
    WARNING = "warning", "警告"
    DEMERIT = "demerit", "记过"
    SERIOUS_DEMERIT = "serious_demerit", "记大过"
    DEMOTED = "demoted", "降级"
    REMOVED = "removed", "撤职"
    EXPELLED = "expelled", "开除"
    OTHER = "other", "其他处理"


class MailState(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发出"
    FAILED = "failed", "未发出"


class DigestWay(models.TextChoices):
    NONE = "none", "不要"
    BELL = "bell", "站内消息"
    MAIL = "mail", "邮件"


# The steps of a round: the state it starts from, and where it leads (科室考核奖惩办法 of the bureau).
APPRAISAL_STEPS = {
    "close_self_scores": (AppraisalState.OPEN, AppraisalState.SCORING),
    "publish": (AppraisalState.SCORING, AppraisalState.PUBLISHED),
}
