"""The demo bureau's scores: rules, rewards, outside scores of the half-years, and a published bulletin for every month.

Quick: of the papers only the newest is typeset; the others hold one stock page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from config.periods import Period
from inspections.enums import BulletinState, RewardKind
from inspections.models import Bulletin, ComponentInput, InputKind, RewardRule, ScoringRuleSet
from inspections.workflow import bulletins
from staff.models import RankingGroup, Unit, User, take_numbers
from staff.permissions import Roles

SOURCE = "演示数据：建议值，非正式文件"
# Group, place, months in a row, measure, 元: after what districts of the province have published.
REWARDS = (
    (RankingGroup.STREET, 1, 1, RewardKind.REWARD, 30_000),
    (RankingGroup.STREET, 2, 1, RewardKind.REWARD, 20_000),
    (RankingGroup.STREET, -1, 1, RewardKind.DEDUCTION, 10_000),
    (RankingGroup.STREET, -1, 2, RewardKind.YELLOW_CARD, None),
    (RankingGroup.STREET, -1, 3, RewardKind.TALK, None),
    (RankingGroup.SQUAD, -1, 2, RewardKind.YELLOW_CARD, None),
)
STOCK_PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 76>>stream
BT /F1 16 Tf 72 760 Td (Demo bulletin. See the page for its text.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R/Size 6>>
%%EOF
"""


def seed(half_years: Sequence[tuple[date, date]]) -> int:
    """Returns how many bulletins there are. Runs in the caller's transaction, after the findings."""
    ScoringRuleSet.objects.get_or_create(
        valid_from=date(2000, 1, 1), defaults={"name": "市容环境卫生考评计分规则（演示）", "source": SOURCE}
    )
    RewardRule.objects.bulk_create(
        RewardRule(
            group=group,
            position=position,
            months=months,
            kind=kind,
            amount=amount,
            source=SOURCE,
            valid_from=date(2025, 1, 1),
        )
        for group, position, months, kind, amount in REWARDS
    )
    months = [month for start, end in half_years for month in Period.between(start, end).months()]
    seed_inputs(months)
    signer = User.objects.filter(groups__name=Roles.DEPUTY_DIRECTOR).first()
    drafter = User.objects.filter(groups__name=Roles.ASSESSMENT_OFFICE).first()
    if signer is None or drafter is None:
        return 0
    for month in months:
        publish(month, drafter, signer, typeset=month == months[-1])
    return len(months)


def seed_inputs(months: Sequence[str]) -> None:
    random = Random(20260611)
    units = list(Unit.objects.assessed().order_by("order"))
    rows = []
    for month in months:
        label = Period.parse(month).label
        for unit in units:
            due = random.randrange(60, 180)
            closed = due - random.randrange(0, 6)
            in_time = closed - random.randrange(0, 9)
            rows += [
                ComponentInput(
                    month=month,
                    unit=unit,
                    kind=InputKind.DIGITAL,
                    due=due,
                    closed=closed,
                    in_time=in_time,
                    reworked=random.randrange(0, 5),
                    source=f"数字城管中心{label}运行通报（演示）",
                ),
                ComponentInput(
                    month=month,
                    unit=unit,
                    kind=InputKind.COMPLAINTS,
                    score=random.randrange(176, 201) / 2,
                    source=f"{label}投诉与曝光台账（演示）",
                ),
                ComponentInput(
                    month=month,
                    unit=unit,
                    kind=InputKind.KEY_WORK,
                    score=random.randrange(85, 101),
                    source=f"{label}重点工作调度表（演示）",
                ),
            ]
    ComponentInput.objects.bulk_create(rows, batch_size=500)


@transaction.atomic
def publish(month: str, drafter: User, signer: User, *, typeset: bool) -> None:
    """As signed on the eighth of the month after: draft through the usual door, then the facts of that day."""
    signed_on = Period.parse(month).end + timedelta(days=8)
    signed_at = timezone.make_aware(datetime.combine(signed_on, time(10)))
    bulletin = bulletins.draft_bulletin(month, by=drafter, as_of=signed_at)
    (number,) = take_numbers(bulletins.SERIES, year=signed_on.year, defaults=bulletins.SERIES_DEFAULTS)
    lines = list(bulletin.lines.select_related("unit"))
    content = bulletins.bulletin_pdf(bulletin, lines, number=number, on=signed_on) if typeset else STOCK_PAGE
    bulletin.paper.save(f"{number}.pdf", ContentFile(content), save=False)
    Bulletin.objects.filter(pk=bulletin.pk).update(
        state=BulletinState.PUBLISHED,
        number=number,
        signed_at=signed_at,
        signed_by=signer,
        drafted_at=signed_at - timedelta(days=1),
        paper=bulletin.paper.name,
        sha256=hashlib.sha256(content).hexdigest(),
    )
