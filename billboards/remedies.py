"""救济途径: what a paper must say about review and suit, by what it decides. Pure.

The reviewing body is a people's government, not the bureau above (行政复议法 Art. 24); which one, and which court, are
settings with a source. A paper without this text, or with the wrong one, stretches the periods to one year
(行政复议法 Art. 20(3); 《行政诉讼法》司法解释 Art. 64), and the earliest lawful day of coercion moves with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REVIEW_DAYS = 60  # 行政复议法 Art. 20(1)
SUIT_MONTHS = 6  # 行政诉讼法 Art. 46(1)
SUIT_DAYS_AFTER_REVIEW = 15  # 行政诉讼法 Art. 45


class Remedy(StrEnum):
    ORDINARY = "ordinary"  # penalty or refusal after the ordinary procedure; a final order
    SPOT = "spot"  # 当场处罚: review comes first (行政复议法 Art. 23(1)(一))
    ENFORCEMENT = "enforcement"  # 行政强制法 Art. 37(四)


BASES = {
    Remedy.ORDINARY: "《行政处罚法》第五十九条第一款第五项；《行政复议法》第二十条；《行政诉讼法》第四十六条",
    Remedy.SPOT: "《行政复议法》第二十三条第一款第一项、第二款；《行政诉讼法》第四十五条",
    Remedy.ENFORCEMENT: "《行政强制法》第三十七条第二款第四项",
}


@dataclass(frozen=True)
class Bodies:
    """复议机关 and the court with jurisdiction, as the settings name them."""

    review: str
    court: str

    @property
    def missing(self) -> str:
        """Which setting the office still has to enter; "" if none."""
        absent = [
            label for label, value in (("行政复议机关", self.review), ("管辖法院", self.court)) if not value.strip()
        ]
        return "、".join(absent)


def remedies_text(remedy: Remedy, bodies: Bodies, *, paper: str = "本决定") -> str:
    """The paragraph as it is printed."""
    if remedy == Remedy.SPOT:
        return (
            f"当事人不服{paper}的，应当自收到{paper}书之日起{REVIEW_DAYS}日内先向{bodies.review}申请行政复议；"
            f"对行政复议决定不服的，可以自收到复议决定书之日起{SUIT_DAYS_AFTER_REVIEW}日内向{bodies.court}提起行政诉讼。"
        )
    text = (
        f"当事人不服{paper}的，可以自收到{paper}书之日起{REVIEW_DAYS}日内向{bodies.review}申请行政复议，"
        f"或者{SUIT_MONTHS}个月内向{bodies.court}提起行政诉讼。"
    )
    if remedy == Remedy.ENFORCEMENT:
        return text
    return f"{text}申请行政复议或者提起行政诉讼的，{paper}不停止执行，法律另有规定的除外。"


def why_not_remedies(text: str, remedy: Remedy) -> str:
    """What a text fails to tell the party; "" if it tells all. Older wordings are told by their periods."""
    if not text.strip():
        return f"没有告知救济途径和期限（{BASES[remedy]}）。"
    if "复议" not in text or f"{REVIEW_DAYS}日" not in text.replace("六十日", f"{REVIEW_DAYS}日"):
        return f"没有写明{REVIEW_DAYS}日内申请行政复议（《行政复议法》第二十条）。"
    if "诉讼" not in text and "起诉" not in text:
        return "没有写明行政诉讼的途径和期限（《行政诉讼法》第四十五条、第四十六条）。"
    if remedy == Remedy.SPOT:
        if "先" not in text:
            return "当场处罚应当先申请行政复议，必须在决定书上写明（《行政复议法》第二十三条第一款第一项、第二款）。"
        return ""
    if f"{SUIT_MONTHS}个月" not in text.replace("六个月", f"{SUIT_MONTHS}个月"):
        return f"没有写明{SUIT_MONTHS}个月内提起行政诉讼（《行政诉讼法》第四十六条）。"
    return ""
