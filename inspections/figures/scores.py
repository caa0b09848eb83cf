"""Figures of scores: composite scores and ranks by unit, the first and last of each group, bulletins, money.

A period is scored by its months (考评办法, scoring step 13): a cut-off within a month takes in what of it has passed.
Published months count as their bulletins print them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.charts import ChartData, Series
from config.figures import ChartFigure, Claim, Derivation, Figure, Kind, TableFigure, Value, remembered
from config.periods import Period
from inspections.league import UnitPeriod, begun_months, period_scores, stand_period
from inspections.models import Bulletin, BulletinLine
from inspections.scoring import shown
from inspections.standings import Standing
from inspections.tally import unit_choices
from staff.models import RankingGroup

NO_DATA = "期内没有考评得分。"
MONEY = {
    "rewarded": ("奖励考评资金", Q(money__gt=0), F("money")),
    "deducted": ("扣减考评资金", Q(money__lt=0), -F("money")),
}


def standings_of(period: Period) -> list[Standing[UnitPeriod]]:
    return remembered(("inspections.standings", period), lambda: stand_period(period_scores(period)))


def group_choices() -> list[tuple[str, str]]:
    return [(group.value, str(group.label)) for group in RankingGroup if group]


def list_url(period: Period, parameter: str | None = None) -> str:
    return f"{reverse('inspections:score-list')}?{urlencode({'period': period.key})}"


def standing_of(period: Period, unit: str | None) -> Standing[UnitPeriod] | None:
    return next((each for each in standings_of(period) if str(each.entrant.unit.pk) == unit), None)


def unit_score(period: Period, parameter: str | None) -> Value:
    standing = standing_of(period, parameter)
    if standing is None or standing.score is None:
        return Value(reason="请选单位。" if parameter is None else NO_DATA)
    return Value(standing.score)


def unit_rank(period: Period, parameter: str | None) -> Value:
    standing = standing_of(period, parameter)
    if standing is None or standing.rank is None:
        return Value(reason="请选单位。" if parameter is None else "没有得分或不参与排名。")
    return Value(Decimal(standing.rank))


def derived(period: Period, parameter: str | None) -> Derivation:
    """The months of one unit with their scores, each opening its derivation page."""
    standing = standing_of(period, parameter)
    months = standing.entrant.months if standing else {}
    inputs = [
        (
            Period.parse(month).label,
            "无数据" if score is None else f"{shown(score)}",
            reverse("inspections:score-detail", args=[month, int(parameter or 0)]),
        )
        for month, score in months.items()
    ]
    formula = "期内有得分的各月综合得分（季度明查多算一个月）的平均，四舍五入到 0.01 后排名；全年另加创新工作"
    return Derivation(formula, inputs)


def at_place(last: bool, period: Period, group: str) -> list[Standing[UnitPeriod]]:
    """Who is first, or last, of a group; who ties is named too. Nobody is last who is first as well."""
    ranked = [each for each in standings_of(period) if each.group == group and each.rank is not None]
    place = max((each.rank or 0 for each in ranked), default=0) if last else 1
    if last and place == 1:
        return []
    return [each for each in ranked if each.rank == place]


def names_at(last: bool, period: Period, parameter: str | None) -> Value:
    found = at_place(last, period, parameter or "")
    if not found:
        return Value(reason="请选排名组。" if parameter is None else NO_DATA)
    return Value(text="、".join(each.entrant.unit.label for each in found))


def score_at(last: bool, period: Period, parameter: str | None) -> Value:
    found = at_place(last, period, parameter or "")
    return Value(found[0].score) if found else Value(reason="请选排名组。" if parameter is None else NO_DATA)


# ---- Bulletins and money -------------------------------------------------------------------------


def bulletins_in(period: Period) -> QuerySet[Bulletin]:
    return Bulletin.objects.standing().filter(month__in=period.months())


def bulletin_count(period: Period, parameter: str | None) -> Value:
    return Value(Decimal(bulletins_in(period).count()))


def bulletin_url(period: Period, parameter: str | None) -> str:
    months = period.months()
    query = urlencode({"month_from": months[0], "month_to": months[-1], "state": "published"})
    return f"{reverse('inspections:bulletin-list')}?{query}"


def bulletin_months(period: Period, parameter: str | None) -> Value:
    """1—6月 where no month lies between without one, else the months one by one."""
    months = sorted(set(bulletins_in(period).values_list("month", flat=True)))
    if not months:
        return Value(reason="期内没有印发通报。")
    between = Period.between(Period.parse(months[0]).start, Period.parse(months[-1]).end).months()
    if len(months) > 1 and between == months and months[0][:4] == months[-1][:4]:
        return Value(text=f"{int(months[0][5:])}—{int(months[-1][5:])}月")
    return Value(text="、".join(f"{int(month[5:])}月" for month in months))


def money_rows(key: str, period: Period, parameter: str | None = None) -> QuerySet[BulletinLine]:
    _, condition, amount = MONEY[key]
    lines = BulletinLine.objects.filter(condition, bulletin__in=bulletins_in(period))
    return lines.annotate(amount=amount)


def money(key: str, period: Period, parameter: str | None) -> Value:
    return Value(sum((line.amount for line in money_rows(key, period)), Decimal(0)))  # type: ignore[attr-defined]


def money_url(key: str, period: Period, parameter: str | None) -> str:
    months = period.months()
    query = urlencode({"month_from": months[0], "month_to": months[-1], "money": key})
    return f"{reverse('inspections:outcome-list')}?{query}"


# ---- The register --------------------------------------------------------------------------------

SCORED = "期内各月综合得分的平均，季度明查多算一个月；已印发通报的月份以通报为准，没有得分的月份不计入。期间截在月中的，当月按已有数据计。"
Read = Callable[[Period, str | None], Value]


def number_figure(
    key: str, label: str, unit: str, value: Read, choices: Callable[[], Sequence[tuple[str, str]]]
) -> Figure:
    per_unit = choices is unit_choices
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit=unit,
        definition=SCORED,
        kind=Kind.NUMBER,
        value=value,
        url=list_url,
        derive=derived if per_unit else None,
        choices=choices,
        decimals=2 if unit == "分" else 0,
    )


def name_figure(key: str, label: str, *, last: bool) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="",
        definition=f"{SCORED}同分的并列。",
        kind=Kind.TEXT,
        value=partial(names_at, last),
        url=list_url,
        choices=group_choices,
    )


def money_figure(key: str) -> Figure:
    label = MONEY[key][0]
    return Figure(
        key=f"inspections.money_{key}",
        label=label,
        unit="元",
        definition=f"期内各月通报（被更正的以更正通报为准）载明的{label}之和。",
        kind=Kind.SUM,
        value=partial(money, key),
        rows=partial(money_rows, key),
        url=partial(money_url, key),
        decimals=2,
    )


FIGURES: tuple[Figure, ...] = (
    number_figure("score", "综合得分（按单位）", "分", unit_score, unit_choices),
    number_figure("rank", "名次（按单位）", "", unit_rank, unit_choices),
    name_figure("first", "各组第一名", last=False),
    name_figure("last", "各组末位", last=True),
    number_figure("first_score", "各组第一名得分", "分", partial(score_at, False), group_choices),
    number_figure("last_score", "各组末位得分", "分", partial(score_at, True), group_choices),
    Figure(
        key="inspections.bulletins",
        label="印发考评通报",
        unit="期",
        definition="期内各月已印发的考评通报；更正通报代替原通报，不另计。",
        kind=Kind.COUNT,
        value=bulletin_count,
        rows=lambda period, parameter: bulletins_in(period),
        url=bulletin_url,
    ),
    Figure(
        key="inspections.bulletin_months",
        label="印发通报的月份",
        unit="",
        definition="期内已印发考评通报的月份。",
        kind=Kind.TEXT,
        value=bulletin_months,
        url=bulletin_url,
    ),
    money_figure("rewarded"),
    money_figure("deducted"),
)


def scores_by_unit(period: Period) -> list[list[tuple[str, str]]]:
    """单位 | 排名组 | 得分 | 名次 | 逾期, the groups' best first; a unit opens its last month's derivation."""
    month = (begun_months(period) or period.months())[-1]
    rows = []
    for each in standings_of(period):
        unit = each.entrant.unit
        rank = "—" if each.rank is None else f"{each.rank}{'（并列）' if each.tied else ''}"
        rows.append(
            [
                (unit.label, reverse("inspections:score-detail", args=[month, unit.pk])),
                (str(RankingGroup(each.group).label), ""),
                ("无数据" if each.score is None else f"{each.score}", list_url(period)),
                (rank, list_url(period)),
            ]
        )
    return rows


TABLES = (
    TableFigure(
        "inspections.scores_by_unit",
        "各单位综合得分和名次",
        ("单位", "排名组", "综合得分（分）", "名次"),
        scores_by_unit,
        total=False,
    ),
)


def score_chart(period: Period) -> ChartData:
    ranked = [each for each in standings_of(period) if each.rank is not None]
    return ChartData(
        title="各单位综合得分",
        categories=tuple(each.entrant.unit.label for each in ranked),
        series=(Series(period.label, tuple(each.score for each in ranked)),),
        unit="分",
    )


CHARTS = (ChartFigure("inspections.scores", "各单位综合得分", score_chart),)


def every_month_published(period: Period) -> tuple[bool, str]:
    """Evidence for "月月有通报": a standing bulletin for every month that is over."""
    this_month = f"{timezone.localdate():%Y-%m}"
    published = set(bulletins_in(period).values_list("month", flat=True))
    missing = [month for month in period.months() if month < this_month and month not in published]
    words = "、".join(f"{int(month[5:])}月" for month in missing)
    return not missing and bool(
        published
    ), f"{words}没有印发考评通报。" if missing else "期内没有印发通报。" if not published else ""


CLAIMS = (Claim("inspections.monthly_bulletins", "每月印发考评通报", "考评结果每月通报。", every_month_published),)
