"""What a licence obliges its holder to: proposed to whoever decides, who may change every line.

The edition's 许可条件 say when a permit may be granted; they are no duties of the holder and are not printed on a licence.
"""

from __future__ import annotations

from permits.enums import ActKind, OpinionOutcome, SurveyOpinion
from permits.kinds import ItemKind
from permits.models import Application

# 城市道路管理条例 Art. 36 for all; Art. 35 for digs; Art. 31 para. 2 for occupations of roads.
WITHIN = "按批准的位置、面积、期限实施，不得擅自移动、扩大、延长。"
DIG = "施工现场设置明显标志和安全防围设施；竣工后及时清理现场，通知检查验收。"
OCCUPY_ROAD = "不得损坏城市道路；期满后及时清理现场，恢复道路原状，损坏的予以修复或者赔偿。"
OCCUPY_PLACE = "期满后及时清理现场，恢复场地原状。"


def proposed_conditions(application: Application) -> str:
    """One line each: what the ordinance asks, then what the police, other bodies and the surveyors attached."""
    acts = set(application.segments.values_list("act", flat=True))
    on_road = application.item.item.kind != ItemKind.PUBLIC_GROUND
    lines = [WITHIN]
    if ActKind.DIG in acts:
        lines.append(DIG)
    if ActKind.OCCUPY in acts:
        lines.append(OCCUPY_ROAD if on_road else OCCUPY_PLACE)
    attached = application.opinions.filter(outcome=OpinionOutcome.CONDITIONAL).exclude(note="")
    lines += [f"{each.who}：{each.note}" for each in attached]
    surveyed = application.surveys.filter(opinion=SurveyOpinion.CONDITIONAL).exclude(opinion_note="").last()
    if surveyed is not None:
        lines.append(f"现场查勘意见：{surveyed.opinion_note}")
    return "\n".join(lines)
