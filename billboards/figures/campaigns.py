"""Figures of campaigns: what was found, told, struck off. A rate keeps its two lists; cases go on outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import QuerySet

from billboards.enums.campaigns import ItemState
from billboards.figures.boards import mode_chart
from billboards.figures.sources import Parts, Source, count_figure, days, listed, rate_figure
from billboards.models import Campaign, CampaignItem
from config.figures import ChartFigure, Claim, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period
from staff.models import STREET_KINDS, Unit

FOUND = "期内专项摸底登记、未作废的问题；"
OPEN_CASE = (ItemState.IN_CASE, ItemState.IN_ENFORCEMENT)


def campaign_rows(period: Period, parameter: str | None) -> QuerySet[Campaign]:
    return Campaign.objects.during(period.start, period.end)


def campaign_url(period: Period, parameter: str | None) -> str:
    return listed("campaign-list", begun="true", **days(period))


def found_rows(period: Period, parameter: str | None) -> QuerySet[CampaignItem]:
    rows = CampaignItem.objects.found_between(period.start, period.end)
    return rows.filter(street=int(parameter)) if parameter is not None else rows


def found_url(period: Period, parameter: str | None) -> str:
    more = {"street": parameter} if parameter is not None else {}
    return listed("item-list", **days(period, "found_from", "found_to"), **more)


def dated_rows(field: str, period: Period, parameter: str | None) -> QuerySet[CampaignItem]:
    rows = CampaignItem.objects.counted()
    return rows.filter(**{f"{field}_on__range": (period.start, period.end)})


def dated_url(field: str, period: Period, parameter: str | None) -> str:
    return listed("item-list", **days(period, f"{field}_from", f"{field}_to"))


def in_state_rows(states: Sequence[str], period: Period, parameter: str | None) -> QuerySet[CampaignItem]:
    return found_rows(period, None).filter(state__in=states)


def in_state_url(state: str, period: Period, parameter: str | None) -> str:
    return f"{found_url(period, None)}&state={state}"


def street_choices() -> list[tuple[str, str]]:
    """Streets with items, in their order."""

    def read() -> list[tuple[str, str]]:
        rows = Unit.objects.filter(kind__in=STREET_KINDS, campaign_items__isnull=False).distinct()
        return [(str(unit.pk), unit.label) for unit in rows]

    return remembered("billboards.streets", read)


def campaign_name(period: Period, parameter: str | None) -> Value:
    """The campaigns of the period by name, as the chapter prints them."""
    names = [campaign.name for campaign in campaign_rows(period, None).order_by("start")]
    return Value(text="、".join(names)) if names else Value(reason="期内没有开展专项整治。")


FOUND_FIGURE = count_figure(
    "campaign_found", "专项摸底问题", "个", f"{FOUND}按登记条数计。", Source(found_rows, found_url)
)
DONE_FIGURE = count_figure(
    "campaign_found_settled", "专项摸底问题中已销号", "个", f"{FOUND}其中已复核销号的。",
    Source(partial(in_state_rows, (ItemState.SETTLED,)), partial(in_state_url, "settled")),
)  # fmt: skip
FIGURES: tuple[Figure, ...] = (
    count_figure("campaigns", "专项整治", "次", "期内进行过的专项整治（筹备中的不计）。", Source(campaign_rows, campaign_url),
                 over_months=OverMonths.NOTHING),
    Figure(key="billboards.campaign_name", label="专项整治名称", unit="", kind=Kind.TEXT, value=campaign_name,
           definition="期内进行过的专项整治的名称。", url=campaign_url, rows=campaign_rows),
    FOUND_FIGURE,
    count_figure("campaign_found_by_street", "专项摸底问题（按街道）", "个", f"{FOUND}按属地街道分。", Source(found_rows, found_url),
                 choices=street_choices, parts=Parts("street"), part_of="billboards.campaign_found"),
    count_figure("campaign_notified", "专项告知", "份", "期内专项中告知设置人并给出整改期限的；案件的责令改正通知书另计。",
                 Source(partial(dated_rows, "notified"), partial(dated_url, "notified"))),
    count_figure("campaign_settled", "专项销号", "个", "期内复核销号的专项问题，不论何时摸底。",
                 Source(partial(dated_rows, "settled"), partial(dated_url, "settled"))),
    DONE_FIGURE,
    rate_figure("campaign_rate", "专项销号率", "期内摸底的问题中已销号的÷期内摸底的问题。", part=DONE_FIGURE, whole=FOUND_FIGURE),
    count_figure("campaign_enforcement", "专项转执法程序", "个", f"{FOUND}其中已转立案、转执法程序的，案件继续依法办理。",
                 Source(partial(in_state_rows, OPEN_CASE), partial(in_state_url, "enforcement"))),
)  # fmt: skip


def street_table(period: Period) -> list[list[tuple[str, str]]]:
    """Streets: found, struck off, gone on as cases."""
    rows = []
    for street, label in street_choices():
        found = found_rows(period, street)
        url = found_url(period, street)
        cells = [(label, ""), (str(found.count()), url)]
        for state, states in (
            ("settled", (ItemState.SETTLED,)),
            ("to_do", ItemState.TO_DO),
            ("waiting", ItemState.WAITING),
            ("enforcement", OPEN_CASE),
        ):
            cells.append((str(found.filter(state__in=states).count()), f"{url}&state={state}"))
        rows.append(cells)
    return rows


TABLES: tuple[TableFigure, ...] = (
    TableFigure(
        "billboards.campaign_by_street", "专项整治（按街道）",
        ("街道", "摸底（个）", "销号（个）", "待处置（个）", "待销号、暂缓（个）", "转执法程序（个）"), street_table,
    ),
)  # fmt: skip
CHARTS: tuple[ChartFigure, ...] = (ChartFigure("billboards.removed_by_mode", "拆除户外广告（按方式）", mode_chart),)
CLAIMS: tuple[Claim, ...] = ()
