"""Words, states and edges of the permits. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models


class PermitState(models.TextChoices):
    """Where an application stands, from the window to the archive."""

    DRAFT = "draft", "草稿"
    RECEIVED = "received", "已收件"
    NOT_REQUIRED = "not_required", "无需许可"
    REFUSED_INTAKE = "refused_intake", "不予受理"
    TRANSFERRED = "transferred", "已转报市局"
    SUPPLEMENT = "supplement", "待补正"
    ACCEPTED = "accepted", "已受理"
    SURVEYING = "surveying", "查勘中"
    SURVEYED = "surveyed", "已查勘"
    GOV_PENDING = "gov_pending", "报政府批准"
    SPECIAL = "special", "特别程序"
    IN_REVIEW = "in_review", "待集中会审"
    GRANTED = "granted", "准予许可"
    DENIED = "denied", "不予许可"
    FEE_DUE = "fee_due", "待缴费"
    ISSUED = "issued", "已发证"
    ACTIVE = "active", "实施中"
    CHANGING = "changing", "变更中"
    STOPPED = "stopped", "已决定停止占用"
    RECTIFYING = "rectifying", "整改中"
    COMPLETION = "completion", "待验收"
    REWORK = "rework", "返工"
    RESTORED = "restored", "验收合格"
    WARRANTY = "warranty", "质保期"
    CLOSED = "closed", "已归档"
    EXPIRED = "expired", "已到期"
    REVOKED = "revoked", "已撤销"
    WITHDRAWN_BY_AGENCY = "recalled", "已撤回"
    CANCELLED = "cancelled", "已注销"
    WITHDRAWN = "withdrawn", "申请人撤件"
    EMERGENCY = "emergency", "抢修报备"

    AT_WINDOW = nonmember(("draft", "received", "supplement", "emergency"))
    # Accepted and not decided: the twenty working days of 行政许可法 Art. 42 run.
    DECIDING = nonmember(("accepted", "surveying", "surveyed", "gov_pending", "special", "in_review"))
    BEFORE_DECISION = nonmember(
        ("draft", "received", "supplement", "accepted", "surveying", "surveyed", "gov_pending", "special", "in_review")
    )
    # Granted, and the licence still has an effect or a duty hangs on it.
    LIVE = nonmember(
        (
            "granted",
            "fee_due",
            "issued",
            "active",
            "changing",
            "stopped",
            "rectifying",
            "completion",
            "rework",
            "expired",
        )
    )
    # The licence is in the holder's hand and holds.
    VALID = nonmember(("issued", "active", "changing", "rectifying"))
    ON_SITE = nonmember(("issued", "active", "changing", "stopped", "rectifying", "completion", "rework", "expired"))
    RESTORING = nonmember(("restored", "warranty", "closed"))
    FINAL = nonmember(
        ("not_required", "refused_intake", "transferred", "denied", "closed", "revoked", "recalled", "cancelled",
         "withdrawn")
    )  # fmt: skip


class Actor(models.TextChoices):
    """Who takes a step, as the table of states names them."""

    APPLICANT = "A", "申请人（窗口代录）"
    WINDOW = "W", "窗口"
    SURVEYOR = "O", "执法（查勘）人员"
    POLICE = "P", "公安交管部门"
    SECTION = "D", "审批科"
    DEPUTY = "L", "分管领导"
    DIRECTOR = "H", "局长"
    GOVERNMENT = "G", "城市人民政府"
    FINANCE = "F", "财务"
    SYSTEM = "S", "系统"


class ActKind(models.TextChoices):
    """What is asked for, and what one segment is for."""

    DIG = "dig", "挖掘"
    OCCUPY = "occupy", "占用"


class Surface(models.TextChoices):
    """Surfaces; the values are those that tariffs price (permits/kinds.py)."""

    CONCRETE = "concrete", "水泥路面"
    ASPHALT = "asphalt", "沥青路面"
    GRAVEL = "gravel", "砂石路面"
    PLAIN_SIDEWALK = "plain_sidewalk", "普通人行道"
    COLOURED_SIDEWALK = "coloured_sidewalk", "彩色人行道"
    GRANITE_SIDEWALK = "granite_sidewalk", "花岗岩人行道"
    TILE_SIDEWALK = "tile_sidewalk", "陶瓷面砖人行道"
    GREENERY = "greenery", "绿地"
    OTHER = "other", "其他"


class ApplicantKind(models.TextChoices):
    UNIT = "unit", "单位"
    PERSON = "person", "个人"


class UseNature(models.TextChoices):
    BUSINESS = "business", "经营性"
    OTHER = "other", "非经营性"


class OccupationKind(models.TextChoices):
    SHED = "shed", "施工搭棚"
    FENCE = "fence", "施工围挡"
    PILING = "piling", "堆物堆料"
    STALL = "stall", "设摊、展销"
    OTHER = "other", "其他"


class OpinionBody(models.TextChoices):
    POLICE = "police", "公安交管部门"
    GOVERNMENT = "government", "城市人民政府"
    PLANNING = "planning", "自然资源和规划部门"
    GREENERY = "greenery", "园林绿化部门"
    MAINTENANCE = "maintenance", "道路养护单位"
    PIPES = "pipes", "管线产权单位"
    OTHER = "other", "其他单位"


class OpinionOutcome(models.TextChoices):
    PENDING = "pending", "待答复"
    AGREE = "agree", "同意"
    CONDITIONAL = "conditional", "附条件同意"
    DISAGREE = "disagree", "不同意"

    FOR = nonmember(("agree", "conditional"))


class SurveyOpinion(models.TextChoices):
    AGREE = "agree", "建议准予"
    CONDITIONAL = "conditional", "建议附条件准予"
    DISAGREE = "disagree", "建议不予"


class PauseKind(models.TextChoices):
    """行政许可法 Art. 45 as far as it fits here: nothing else stops the clock, a survey least of all."""

    HEARING = "hearing", "听证"
    APPRAISAL = "appraisal", "检测、鉴定"
    EXPERT = "expert", "专家评审"


class InspectionKind(models.TextChoices):
    START = "start", "开工检查"
    WEEKLY = "weekly", "施工中检查"
    BEFORE_END = "before_end", "到期前检查"
    AFTER_END = "after_end", "到期后检查"
    WARRANTY = "warranty", "质保期检查"
    SPOT = "spot", "抽查"


class ChangeKind(models.TextChoices):
    PERIOD = "period", "延长期限"
    AREA = "area", "扩大面积"
    PLACE = "place", "移动位置"
    OTHER = "other", "其他变更"

    NEEDS_SURVEY = nonmember(("area", "place"))


class ChangeOutcome(models.TextChoices):
    PENDING = "pending", "待决定"
    GRANTED = "granted", "准予变更"
    DENIED = "denied", "不予变更"
    LAPSED = "lapsed", "终止办理"


class AdjustmentKind(models.TextChoices):
    """城市道路管理条例 Art. 38."""

    SHRINK = "shrink", "缩小占用面积"
    SHORTEN = "shorten", "缩短占用期限"
    STOP = "stop", "停止占用"


class EndingKind(models.TextChoices):
    REVOKE = "revoke", "撤销"
    RECALL = "recall", "撤回"
    CANCEL = "cancel", "注销"


class EndingGround(models.TextChoices):
    """The items of 行政许可法 Art. 69, 8, 70, each with its kind of ending."""

    ABUSE = "abuse", "滥用职权、玩忽职守作出的（第六十九条第一款第一项）"
    BEYOND_POWER = "beyond_power", "超越法定职权作出的（第六十九条第一款第二项）"
    AGAINST_PROCEDURE = "procedure", "违反法定程序作出的（第六十九条第一款第三项）"
    NOT_ELIGIBLE = "not_eligible", "对不具备申请资格、不符合法定条件的人准予的（第六十九条第一款第四项）"
    FRAUD = "fraud", "以欺骗、贿赂等不正当手段取得的（第六十九条第二款）"
    LAW_CHANGED = "law_changed", "所依据的法律、法规、规章修改或者废止（第八条第二款）"
    FACTS_CHANGED = "facts_changed", "所依据的客观情况发生重大变化，为公共利益需要（第八条第二款）"
    NOT_RENEWED = "not_renewed", "有效期届满未延续（第七十条第一项）"
    ENDED = "ended", "公民死亡、丧失行为能力或者组织依法终止（第七十条第二、三项）"
    TAKEN_BACK = "taken_back", "许可被撤销、撤回或者证件被吊销（第七十条第四项）"
    FORCE_MAJEURE = "force_majeure", "因不可抗力无法实施（第七十条第五项）"

    OF_REVOKE = nonmember(("abuse", "beyond_power", "procedure", "not_eligible", "fraud"))
    OF_RECALL = nonmember(("law_changed", "facts_changed"))
    OF_CANCEL = nonmember(("not_renewed", "ended", "taken_back", "force_majeure"))


@dataclass(frozen=True, slots=True)
class Edge:
    """One step: from any of `sources` to `target` ("" = the state stays), its word, its rule, who takes it.

    `late_sources`: from there, too, when a fact is recorded afterwards; what was skipped is then flagged 程序瑕疵.
    """

    sources: frozenset[str]
    target: str
    label: str
    basis: str
    actor: Actor
    late_sources: frozenset[str] = frozenset()


_S, _A = PermitState, Actor


def _edge(
    sources: tuple[str, ...], target: str, label: str, basis: str, actor: Actor, *, late: tuple[str, ...] = ()
) -> Edge:
    return Edge(
        frozenset(map(str, sources)), str(target), label, basis, actor, frozenset(map(str, late)) - set(sources)
    )


TRANSITIONS: Final[Mapping[str, Edge]] = {
    # --- Window
    "receive": _edge((_S.DRAFT,), _S.RECEIVED, "收件", "《行政许可法》第二十九条", _A.WINDOW),
    "not_required": _edge(
        (_S.RECEIVED,), _S.NOT_REQUIRED, "告知无需许可", "《行政许可法》第三十二条第一款第一项", _A.WINDOW
    ),
    "refuse_intake": _edge(
        (_S.RECEIVED,), _S.REFUSED_INTAKE, "不予受理", "《行政许可法》第三十二条第一款第二项、第七十八条", _A.WINDOW
    ),
    "transfer": _edge(
        (_S.RECEIVED,), _S.TRANSFERRED, "转报市局", "《行政许可法》第三十二条第一款第二项；市管道路由市局审批", _A.WINDOW
    ),
    "ask_supplement": _edge(
        (_S.RECEIVED,), _S.SUPPLEMENT, "一次性告知补正", "《行政许可法》第三十二条第一款第四项", _A.WINDOW
    ),
    "supplement": _edge((_S.SUPPLEMENT,), _S.RECEIVED, "补正收件", "《行政许可法》第三十二条第一款第五项", _A.WINDOW),
    "accept": _edge((_S.RECEIVED,), _S.ACCEPTED, "受理", "《行政许可法》第三十二条第一款第五项", _A.WINDOW, late=(_S.SUPPLEMENT, _S.ACCEPTED)),
    "deem_accepted": _edge(
        (_S.RECEIVED,), _S.ACCEPTED, "逾期未告知，自收件之日起即为受理", "《行政许可法》第三十二条第一款第四项", _A.SYSTEM
    ),
    "withdraw": _edge(_S.BEFORE_DECISION, _S.WITHDRAWN, "申请人撤件", "《行政许可法》第二十九条：申请可以撤回", _A.WINDOW),
    "report_emergency": _edge((), _S.EMERGENCY, "抢修报备", "《城市道路管理条例》第三十四条", _A.WINDOW),
    "make_up": _edge((_S.EMERGENCY,), _S.RECEIVED, "补办申请", "《城市道路管理条例》第三十四条：24小时内补办", _A.WINDOW),
    "mistaken": _edge((_S.EMERGENCY,), _S.WITHDRAWN, "误报终止", "《城市道路管理条例》第三十四条：没有抢修的，不用补办", _A.WINDOW),
    # --- Survey and opinions
    "assign": _edge(
        (_S.ACCEPTED,), _S.SURVEYING, "派单查勘", "《行政许可法》第三十四条第三款：两名以上工作人员核查", _A.SECTION
    ),
    "survey": _edge((_S.SURVEYING,), _S.SURVEYED, "登记查勘结果", "《行政许可法》第三十四条第三款", _A.SURVEYOR, late=(_S.ACCEPTED,)),
    "record_opinion": _edge(
        _S.DECIDING, "", "登记公安交管意见", "《城市道路管理条例》第三十条、第三十一条", _A.SECTION
    ),
    "ask_government": _edge(
        (_S.SURVEYED,), _S.GOV_PENDING, "报城市人民政府批准", "《城市道路管理条例》第三十三条第二款", _A.SECTION
    ),
    "government_answer": _edge(
        (_S.GOV_PENDING,), _S.SURVEYED, "登记政府批复", "《城市道路管理条例》第三十三条第二款", _A.SECTION
    ),
    "start_special": _edge(
        (_S.SURVEYED,), _S.SPECIAL, "进入特别程序", "《行政许可法》第四十五条：书面告知所需时间", _A.SECTION
    ),
    "end_special": _edge((_S.SPECIAL,), _S.SURVEYED, "特别程序结束", "《行政许可法》第四十五条", _A.SECTION),
    "to_review": _edge(
        (_S.SURVEYED,), _S.IN_REVIEW, "提交集中会审", "《城市道路管理条例》第三十条、第三十三条；《行政许可法》第三十四条", _A.SECTION, late=(_S.ACCEPTED, _S.SURVEYING)),
    "resurvey": _edge(
        (_S.IN_REVIEW, _S.SURVEYED), _S.SURVEYING, "退回重新查勘", "《行政许可法》第三十四条第三款", _A.SECTION
    ),
    # --- Decision and licence
    "extend": _edge(_S.DECIDING, "", "延长办理期限", "《行政许可法》第四十二条第一款：经负责人批准，延长一次十日", _A.DIRECTOR),
    "grant": _edge((_S.IN_REVIEW,), _S.GRANTED, "准予许可", "《行政许可法》第三十八条第一款", _A.DEPUTY, late=_S.DECIDING),
    "deny": _edge((_S.IN_REVIEW,), _S.DENIED, "不予许可", "《行政许可法》第三十八条第二款", _A.DEPUTY, late=_S.DECIDING),
    "demand_fee": _edge((_S.GRANTED,), _S.FEE_DUE, "通知缴费", "《城市道路管理条例》第三十七条", _A.FINANCE),
    "issue": _edge(
        (_S.GRANTED, _S.FEE_DUE), _S.ISSUED, "发证", "《行政许可法》第三十九条、第四十四条：十日内颁发、送达", _A.WINDOW
    ),
    # --- On the site
    "start": _edge((_S.ISSUED,), _S.ACTIVE, "登记开工", "《城市道路管理条例》第三十五条、第三十六条", _A.SURVEYOR, late=(_S.GRANTED, _S.FEE_DUE)),
    # A change is asked for before the end; entered once the end has passed, it is recorded late, not asked late. Decided, it
    # leads back to where it was asked from (workflow/changes.py).
    "ask_change": _edge(
        (_S.ISSUED, _S.ACTIVE, _S.RECTIFYING), _S.CHANGING, "申请变更", "《城市道路管理条例》第三十六条：提前办理变更", _A.WINDOW,
        late=(_S.EXPIRED,)),
    "grant_change": _edge((_S.CHANGING,), _S.ACTIVE, "准予变更", "《行政许可法》第四十九条", _A.DEPUTY),
    "deny_change": _edge(
        (_S.CHANGING,), _S.ACTIVE, "不予变更", "《行政许可法》第四十九条、第三十八条第二款", _A.DEPUTY
    ),
    "adjust": _edge((_S.ACTIVE,), "", "调整占用", "《城市道路管理条例》第三十八条", _A.DIRECTOR),
    "stop": _edge((_S.ACTIVE, _S.CHANGING), _S.STOPPED, "决定停止占用", "《城市道路管理条例》第三十八条", _A.DIRECTOR),
    "order_rectification": _edge(
        (_S.ACTIVE, _S.CHANGING, _S.EXPIRED), _S.RECTIFYING, "责令限期改正", "《城市道路管理条例》第四十二条", _A.SURVEYOR
    ),
    "rectified": _edge((_S.RECTIFYING, _S.CHANGING), _S.ACTIVE, "整改到位", "《城市道路管理条例》第四十二条", _A.SURVEYOR),
    "complete": _edge(
        (_S.ACTIVE, _S.CHANGING, _S.RECTIFYING, _S.EXPIRED, _S.STOPPED, _S.REWORK), _S.COMPLETION, "登记竣工（清场）",
        "《城市道路管理条例》第三十五条：清理现场，通知检查验收", _A.SURVEYOR, late=(_S.ISSUED,)),
    "pass_restoration": _edge(
        (_S.COMPLETION,), _S.RESTORED, "验收合格", "《道路交通安全法》第三十二条：与公安交管部门验收合格", _A.SURVEYOR, late=(_S.ACTIVE, _S.RECTIFYING, _S.EXPIRED, _S.STOPPED, _S.REWORK)),
    "fail_restoration": _edge((_S.COMPLETION,), _S.REWORK, "验收不合格，返工", "《城市道路管理条例》第三十五条", _A.SURVEYOR),
    "begin_warranty": _edge((_S.RESTORED,), _S.WARRANTY, "进入质保期", "《城市道路管理条例》第十八条：保修期一年", _A.SECTION),
    "close": _edge(
        (_S.RESTORED, _S.WARRANTY), _S.CLOSED, "归档", "《行政许可法》第六十一条：监督检查记录归档", _A.SECTION
    ),
    "expire": _edge((_S.ISSUED, _S.ACTIVE), _S.EXPIRED, "到期未竣工", "《城市道路管理条例》第三十六条", _A.SYSTEM),
    # --- Taken away
    "revoke": _edge(_S.LIVE, _S.REVOKED, "撤销许可", "《行政许可法》第六十九条", _A.DIRECTOR),
    "recall": _edge(_S.LIVE, _S.WITHDRAWN_BY_AGENCY, "撤回许可", "《行政许可法》第八条第二款", _A.DIRECTOR),
    "cancel": _edge(_S.LIVE, _S.CANCELLED, "注销许可", "《行政许可法》第七十条", _A.DIRECTOR),
}  # fmt: skip
