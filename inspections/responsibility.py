"""Who answers for a finding (责任分摊): the item's shares by role become shares by unit.

Pure functions over plain ids. Source: 考评办法, 责任分工 (属地、中队、农委按小项分摊).

| On the sheet | Who answers |
|---|---|
| area 景区 or 南湖及周边水域 | TERR is the scenic-area centre: a street named there stands for it (if there is a centre) |
| the same, and no unit with a role | as if the centre had been named |
| one territorial unit (street, office, centre) | TERR = it, SQUAD = its squad, AGRI = the agriculture committee |
| the unit of a role is unknown | its share goes to the remaining roles pro rata |
| several units with roles | the item's shares renormalised over just these; units of one role halve its share |
| a squad alone, or the agriculture committee | it takes all |
| no named unit's role shares in the item | they divide the whole equally: the sheet has the last word |
| units without a role (科室, 社区 …) | they take nothing; if nobody is left, the sheet is refused |

Shares have six decimals and sum to exactly 1; what rounding leaves over falls to the lead unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Final

from inspections.enums import AreaType, Role

SHARE_DECIMALS: Final = 6
PART_PLACES: Final = Decimal("0.0001")
_SCALE: Final = 10**SHARE_DECIMALS

# Kinds of unit, as `staff` stores them, and the role each plays.
ROLE_OF_KIND: Final[Mapping[str, Role]] = {
    "street": Role.TERR,
    "management_office": Role.TERR,
    "scenic_centre": Role.TERR,
    "squad": Role.SQUAD,
    "agriculture": Role.AGRI,
}


class ResponsibilityError(ValueError):
    """Nobody can be made to answer; the message is Chinese and says what to fill in."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as far as responsibility goes: its id, its kind, the id of the squad that serves it."""

    id: int
    kind: str
    squad_id: int | None = None

    @property
    def role(self) -> Role | None:
        return ROLE_OF_KIND.get(self.kind)


@dataclass(frozen=True, slots=True)
class District:
    """The units there is one of; None where the bureau has not entered it."""

    scenic_centre: UnitFacts | None = None
    agriculture: UnitFacts | None = None


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Shares by unit id, each in (0, 1], summing to exactly 1, and the lead unit, which counts the finding.

    `left_out`: named units that take nothing, to be shown to whoever enters the sheet.
    """

    shares: Mapping[int, Decimal]
    lead: int
    left_out: tuple[int, ...] = ()

    def parts(self, points: Decimal) -> dict[int, Decimal]:
        """`points` of a finding by unit id, summing to exactly `points`; four decimals, as they are stored."""
        parts = {unit: (points * share).quantize(PART_PLACES, ROUND_DOWN) for unit, share in self.shares.items()}
        parts[self.lead] += points - sum(parts.values())
        return parts


def share_out(
    item_shares: Mapping[str, Decimal],
    area: str,
    named: Sequence[UnitFacts],
    district: District,
) -> Responsibility:
    """Shares of the units that answer for a finding, by the table above.

    `item_shares`: role → share, summing to 1. `named`: the units on the sheet, in its order.
    Raises ResponsibilityError when neither the sheet nor the area yields a unit with a role.
    """
    settled = _settle_area(area, named, district)
    with_role = [unit for unit in settled if unit.role is not None]
    if not with_role:
        raise ResponsibilityError(
            "没有可以承担责任的单位：责任单位为空，或所列单位不是考评对象。"
            "请填写街道（管理处）、景区保护中心、农业委员会或中队。"
        )
    if len(with_role) == 1 and with_role[0].role == Role.TERR:
        cast = _full_cast(with_role[0], named, district)
    else:
        cast = {
            role: tuple(unit.id for unit in with_role if unit.role == role)
            for role in Role
            if any(unit.role == role for unit in with_role)
        }
    # Where nobody in the cast has a share in the item, the sheet has the last word.
    weights = _weights(item_shares, cast) or {unit.id: Fraction(1) for unit in with_role}
    shares, lead = _divide(weights, cast.get(Role.TERR, ()))
    left_out = tuple(dict.fromkeys(unit.id for unit in named if unit.id not in shares))
    return Responsibility(shares, lead, left_out)


def _settle_area(area: str, named: Sequence[UnitFacts], district: District) -> list[UnitFacts]:
    """The named units, once each, with the scenic-area centre for streets where the area is its own."""
    centre = district.scenic_centre
    units = list(named)
    if area in AreaType.SCENIC and centre is not None:
        units = [centre if unit.role == Role.TERR else unit for unit in units]
        if all(unit.role is None for unit in units):
            units.append(centre)
    return list({unit.id: unit for unit in units}.values())


def _full_cast(unit: UnitFacts, named: Sequence[UnitFacts], district: District) -> dict[Role, tuple[int, ...]]:
    """Everybody who plays a role where only the territorial unit is named."""
    cast: dict[Role, tuple[int, ...]] = {Role.TERR: (unit.id,)}
    # The centre may have no squad of its own; then the named street's squad serves the place.
    squads = [u.squad_id for u in (unit, *named) if u.squad_id is not None]
    if squads:
        cast[Role.SQUAD] = (squads[0],)
    if district.agriculture is not None:
        cast[Role.AGRI] = (district.agriculture.id,)
    return cast


def _weights(item_shares: Mapping[str, Decimal], cast: Mapping[Role, tuple[int, ...]]) -> dict[int, Fraction]:
    """Exact weight of each unit in the order of the cast; units of one role divide its share."""
    by_role = {role: Fraction(item_shares.get(role, Decimal(0))) for role in cast}
    weights: dict[int, Fraction] = {}
    for role, units in cast.items():
        for unit in units:
            weights[unit] = weights.get(unit, Fraction(0)) + by_role[role] / len(units)
    return {unit: weight for unit, weight in weights.items() if weight}


def _divide(weights: Mapping[int, Fraction], territorial: Sequence[int]) -> tuple[dict[int, Decimal], int]:
    """Weights as decimals that sum to exactly 1, and the lead: the largest, a tie to the territorial."""
    total = sum(weights.values())
    lead = max(weights, key=lambda unit: (weights[unit], unit in territorial))
    parts = {unit: int(weight / total * _SCALE) for unit, weight in weights.items()}
    parts[lead] += _SCALE - sum(parts.values())
    return {unit: Decimal(part) / _SCALE for unit, part in parts.items()}, lead
