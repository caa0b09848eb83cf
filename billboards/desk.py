"""What the room says to the desk and to the search field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from billboards import case_desk
from billboards.board_permissions import can_confirm_daily
from billboards.enums.boards import BoardStatus
from billboards.enums.campaigns import CampaignState, ItemState
from billboards.models import Board, Campaign, CampaignItem, Case, CaseOfficer, DailyReport
from config.desk import Hit, Number, Todo
from config.figure_sources import list_url
from staff.models import User, of_own_units
from staff.permissions import Perms

SHOWN_HITS = 5
SOON = timedelta(days=30)


def todo(user: User) -> list[Todo]:
    return [*case_desk.todo(user), *items_todo(user), *campaigns_todo(user), *boards_todo(user)]


def own(user: User) -> list[QuerySet]:
    """Cases that one handles or that the unit handles, and what a campaign found on the unit's ground."""
    officer = CaseOfficer.objects.filter(person__account=user.pk).values("case")
    handled = Q(unit__in=user.unit_ids) | Q(recorded_by=user.pk) | Q(pk__in=officer)
    ground = of_own_units(user, "street") | Q(recorded_by=user.pk)
    return [Case.objects.visible_to(user).filter(handled), CampaignItem.objects.visible_to(user).filter(ground)]


def numbers(user: User) -> list[Number]:
    """Of what one sees: the unit's own, or all."""
    found = []
    if user.has_perm(Perms.VIEW_BILLBOARDS):
        boards = Board.objects.visible_to(user).recorded().filter(status__in=BoardStatus.STANDING).count()
        found.append(Number("未拆除户外广告", boards, "处", listed("board-list", status="standing")))
    if user.has_perm(Perms.VIEW_CASES):
        running = Case.objects.visible_to(user).counted().running().count()
        found.append(Number("未结执法案件", running, "件", listed("case-list", stage="running")))
    return found


def search(user: User, query: str) -> list[Hit]:
    boards = Board.objects.visible_to(user).recorded().filter(
        Q(code__contains=query) | Q(name__contains=query) | Q(setter__contains=query) | Q(address__contains=query)
        | Q(permit_number__contains=query)
    )  # fmt: skip
    items = CampaignItem.objects.visible_to(user).counted().filter(
        Q(number__startswith=query) | Q(name__contains=query) | Q(place__contains=query)
    )  # fmt: skip
    campaigns = Campaign.objects.visible_to(user).filter(name__contains=query)
    return [
        *case_desk.search(user, query),
        *(
            Hit(f"{row.code} {row.name}", row.get_absolute_url(), "户外广告", row.address)
            for row in boards[:SHOWN_HITS]
        ),
        *(Hit(f"{row.number} {row.name}", row.get_absolute_url(), "专项问题", row.place) for row in items[:SHOWN_HITS]),
        *(Hit(row.name, row.get_absolute_url(), "专项整治", str(row.start)) for row in campaigns[:SHOWN_HITS]),
    ]


def listed(route: str, **query: Any) -> str:
    return list_url(f"billboards:{route}", **query)


def listed_items(state: str) -> str:
    return listed("item-list", state=state)


def items_todo(user: User) -> list[Todo]:
    """Past their date, sent back, to be struck off; what a campaign left open at its end is worked off all the same. Each
    line opens the rows it counts."""
    rows = CampaignItem.objects.visible_to(user)
    found: list[Todo] = []
    if user.has_perm(Perms.RECORD_ITEM):
        late = rows.filter(state__in=ItemState.TO_DO, due_on__lt=timezone.localdate())
        back = rows.filter(state=ItemState.RETURNED)
        fresh = rows.filter(state=ItemState.FOUND)
        found += said(late.count(), "处专项问题超过整改期限", listed_items("overdue"), "去处置", "red")
        found += said(back.count(), "处专项问题被退回重办", listed_items("returned"), "去处置", "orange")
        found += said(fresh.count(), "处专项问题待告知", listed_items("found"), "去告知", "yellow")
    if user.has_perm(Perms.REVIEW_ITEM):
        waiting = rows.filter(state=ItemState.HANDLED).exclude(handled_by=user.pk)
        found += said(waiting.count(), "处专项问题待销号", listed_items("review"), "去复核", "yellow")
    return found


def said(count: int, words: str, url: str, verb: str, light: str) -> list[Todo]:
    return [Todo(f"{count} {words}", url, verb, None, light, count)] if count else []


def campaigns_todo(user: User) -> list[Todo]:
    """Today's reports that nobody confirmed; campaigns whose month is over."""
    today, found = timezone.localdate(), []
    running = Campaign.objects.visible_to(user).filter(state=CampaignState.RUNNING)
    if user.has_perm(Perms.CONFIRM_DAILY):
        now_on = running.filter(start__lte=today, end__gte=today).prefetch_related("streets")
        told = set(DailyReport.objects.filter(day=today).values_list("campaign", "street"))
        for campaign in now_on:
            open_ones = [
                street
                for street in campaign.streets.all()
                if (campaign.pk, street.pk) not in told and can_confirm_daily(user, street)
            ]
            if open_ones:
                first = reverse("billboards:daily", args=[campaign.pk, open_ones[0].pk, today.isoformat()])
                url = first if len(open_ones) == 1 else campaign.get_absolute_url()
                names = "、".join(street.label for street in open_ones)
                words = f"{campaign.name}：{names}今日日报待确认"
                found.append(Todo(words, url, "去确认", today, "yellow", len(open_ones)))
    if user.has_perm(Perms.MANAGE_CAMPAIGNS):
        for campaign in running.filter(end__lt=today):
            words = f"{campaign.name}已过期限，待总结"
            found.append(Todo(words, campaign.get_absolute_url(), "去总结", campaign.end, "orange"))
    return found


def boards_todo(user: User) -> list[Todo]:
    """Looks that are due, permits that lapse."""
    today, found = timezone.localdate(), []
    rows = Board.objects.visible_to(user).recorded().filter(removed_on=None)
    if user.has_perm(Perms.INSPECT_BOARD):
        late = rows.filter(next_inspection_on__lt=today).count()
        found += said(
            late, "处户外广告逾期未做安全检查", listed("board-list", inspection="overdue"), "去检查", "orange"
        )
    if user.has_perm(Perms.KEEP_BOARDS):
        soon = rows.filter(permit_to__range=(today, today + SOON)).count()
        found += said(soon, "处户外广告许可 30 天内到期", listed("board-list", permit="soon"), "去核对", "yellow")
    return found
