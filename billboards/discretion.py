"""裁量权基准: which amounts a violation's table allows, and which procedure an amount leads to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.display import bare_number

CITIZEN, ORGANISATION = "citizen", "organisation"

# 行政处罚法 Art. 51: what may be decided on the spot. A statute's numbers, not local ones.
SPOT_CAPS = {CITIZEN: Decimal(200), ORGANISATION: Decimal(3000)}
# 行政处罚法 Art. 68(一): cash up to here may be taken on the spot.
SPOT_CASH_CAP = Decimal(100)


@dataclass(frozen=True)
class Range:
    """One line of the table. `party` is empty where citizens and organisations are treated alike. Amounts in 元."""

    name: str
    circumstances: str
    minimum: Decimal
    maximum: Decimal
    party: str = ""

    def holds(self, amount: Decimal, party: str) -> bool:
        return self.party in ("", party) and self.minimum <= amount <= self.maximum

    @property
    def words(self) -> str:
        return f"{self.name}（{bare_number(self.minimum)}元以上{bare_number(self.maximum)}元以下）"


@dataclass(frozen=True)
class Table:
    """A violation's statutory bounds (None: no statute or rule entered) and its lines."""

    violation: str
    basis: str
    minimum: Decimal | None
    maximum: Decimal | None
    lines: tuple[Range, ...] = ()


def why_not_amount(table: Table, amount: Decimal, party: str, line: Range | None = None) -> str:
    """Why an amount may not be imposed; "" if it may. `line` is the row that the decision names."""
    if amount <= 0:
        return "罚款数额应大于 0；不予罚款的，应作不予处罚决定或警告。"
    if table.maximum is None:
        return f"“{table.violation}”还没有登记罚款幅度的依据，不能决定罚款。请先由法制科在违法行为目录登记（《行政处罚法》第十六条）。"
    if not (table.minimum or Decimal(0)) <= amount <= table.maximum:
        return (
            f"罚款 {amount:,.2f} 元超出法定幅度（{bare_number(table.minimum or 0)}元以上{bare_number(table.maximum)}元以下，{table.basis}），"
            "不能作出决定。"
        )
    if not table.lines:
        return ""
    if line is None:
        return "请选择裁量阶次：有裁量权基准的，应当按基准裁量（《行政处罚法》第三十四条）。"
    if line.party not in ("", party):
        return f"裁量阶次“{line.name}”不适用于这类当事人。请另选。"
    if not line.holds(amount, party):
        return f"罚款 {amount:,.2f} 元不在裁量阶次{line.words}之内。请改数额或改阶次（《行政处罚法》第三十四条）。"
    return ""


def lines_for(table: Table, amount: Decimal, party: str) -> Sequence[Range]:
    return [line for line in table.lines if line.holds(amount, party)]


def only_line(table: Table, amount: Decimal, party: str) -> Range | None:
    """The one line that holds an amount; None where none does, or several do and somebody has to choose."""
    lines = lines_for(table, amount, party)
    return lines[0] if len(lines) == 1 else None


def decided_line(table: Table, amount: Decimal, party: str, named: Range | None) -> Range | None:
    """The line that a decided fine is held to: the one that the decision names, else the only one that holds it."""
    return named or only_line(table, amount, party)


def why_not_spot(party: str, amount: Decimal) -> str:
    """Why a fine may not be decided on the spot; 0 stands for a warning, which always may (行政处罚法 Art. 51)."""
    cap = SPOT_CAPS[party]
    if amount <= cap:
        return ""
    who = "公民" if party == CITIZEN else "法人或者其他组织"
    return f"对{who}当场处罚不得超过 {cap:,} 元（《行政处罚法》第五十一条）。请转普通程序立案。"


def is_hearing_due(party: str, amount: Decimal, thresholds: dict[str, Decimal], *, other_heavy: bool = False) -> bool:
    """Whether the party may ask for a hearing (行政处罚法 Art. 63). Thresholds are local: they come from the settings."""
    return other_heavy or amount >= thresholds[party]
