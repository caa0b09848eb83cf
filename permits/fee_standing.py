"""How the fee of an application stands, as the guards ask: is there one, is it worked out, is it settled?"""

from __future__ import annotations

from dataclasses import dataclass

from permits import charging
from permits.models import Application


@dataclass(frozen=True)
class FeeStanding:
    """`chargeable`: the road is one that is charged for (道路条例 Art. 37). `settled`: paid, or exempt by a rule."""

    chargeable: bool
    assessed: bool
    settled: bool


def fee_standing(application: Application) -> FeeStanding:
    """Without a segment that is charged for nothing is due; else each kind of fee must be worked out, and paid or exempt."""
    left = dict.fromkeys(charging.kinds_due(application), False)
    settled = True
    for kind, open_sum in application.assessments.current().open_sums():
        left[kind] = True
        settled = settled and open_sum <= 0
    assessed = all(left.values())
    return FeeStanding(chargeable=bool(left), assessed=assessed, settled=assessed and settled)
