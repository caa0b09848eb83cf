"""The one door to campaigns: planning, start, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from billboards.enums.campaigns import CAMPAIGN_TRANSITIONS, PHASE_ENDS, CampaignState, ItemState, Phase
from billboards.models import Campaign, CampaignAssignment, CampaignItem, CampaignPhase, CampaignTarget
from billboards.progress import counters
from billboards.workflow import items
from staff.models import Activity, Unit, User, Verb, notify
from staff.officers import why_not_officer
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow.records import corrected, locked


def planned_phases(start: date, end: date) -> list[tuple[Phase, date, date]]:
    """The five phases over the days of a campaign, in proportion to a month of thirty days, none left out."""
    days = (end - start).days + 1
    if days < len(Phase):
        return [(phase, start, end) for phase in Phase]
    found, first = [], 1
    for number, phase in enumerate(Phase):
        later = len(Phase) - number - 1
        last = max(first, min(days - later, round(PHASE_ENDS[phase.value] * days / PHASE_ENDS["acceptance"])))
        found.append((phase, start + timedelta(days=first - 1), start + timedelta(days=last - 1)))
        first = last + 1
    return found


@transaction.atomic
def store_campaign(
    campaign: Campaign, streets: Sequence[Unit], *, by: User, seen: int | None = None, targets: Sequence[CampaignTarget] | None = None
) -> Campaign:  # fmt: skip
    """Store or correct a campaign with its streets; a new span brings the phases of a month in proportion."""
    if not streets:
        raise Refused("请至少选一个街道（管理处）。", "streets")
    span = None
    if campaign.pk is None:
        campaign.recorded_by = by
        campaign.save()
        Activity.record(Verb.CREATE, campaign, by=by, title="新建专项整治")
    else:
        current = locked(campaign)
        span = (current.start, current.end)
        left = set(current.items.exclude(state=ItemState.VOIDED).values_list("street", flat=True))
        if current.state == CampaignState.CLOSED:
            raise Refused("专项已总结，不能再改。")
        if missing := left - {street.pk for street in streets}:
            names = "、".join(unit.label for unit in Unit.objects.filter(pk__in=missing))
            raise Refused(f"{names}已有登记的问题，不能移出范围。", "streets")
        corrected(campaign, by=by, seen=seen or 0, title="修改专项整治")
    campaign.streets.set(streets)
    if span != (campaign.start, campaign.end):
        lay_out_phases(campaign)
    if targets is not None:
        store_targets(campaign, targets)
    return campaign


def lay_out_phases(campaign: Campaign) -> None:
    campaign.phases.all().delete()
    CampaignPhase.objects.bulk_create(
        CampaignPhase(campaign=campaign, phase=phase, start=start, end=end)
        for phase, start, end in planned_phases(campaign.start, campaign.end)
    )


def store_targets(campaign: Campaign, targets: Sequence[CampaignTarget]) -> None:
    keys = [(target.kind, target.measure) for target in targets]
    if len(set(keys)) < len(keys):
        raise Refused("同一类型、同一计量的目标只填一行。")
    campaign.targets.all().delete()
    for target in targets:
        target.pk, target.campaign = None, campaign
        target.save()


def acts_from(campaign: Campaign) -> date:
    """From when an officer who is assigned now acts: the start of the campaign, or today once it has begun."""
    return max(campaign.start, timezone.localdate())


@transaction.atomic
def assign(assignment: CampaignAssignment, *, by: User) -> CampaignAssignment:
    """分工: only who may enforce is named as officer; a street's contact is a name."""
    campaign = locked(assignment.campaign)
    if campaign.state == CampaignState.CLOSED:
        raise Refused("专项已总结，不能再分工。")
    if reason := why_not_officer(assignment.officer, acts_from(campaign)):
        raise Refused(f"{reason}（《行政处罚法》第四十二条）", "officer")
    if not campaign.streets.filter(pk=assignment.street_id).exists():
        raise Refused(f"{assignment.street.label}不在专项范围内。", "street")
    if assignment.community is not None and assignment.community.parent_id != assignment.street_id:
        raise Refused(f"{assignment.community.label}不属于{assignment.street.label}。", "community")
    where = assignment.community or assignment.street
    same = campaign.assignments.filter(street=assignment.street, community=assignment.community)
    if same.filter(officer=assignment.officer).exists():
        raise Refused(f"{assignment.officer.name}已经分到{where.label}。", "officer")
    assignment.save()
    Activity.record(Verb.UPDATE, campaign, by=by, title="专项分工", note=str(assignment))
    return assignment


@transaction.atomic
def unassign(assignment: CampaignAssignment, *, by: User) -> None:
    Activity.record(Verb.UPDATE, assignment.campaign, by=by, title="取消分工", note=str(assignment))
    assignment.delete()


def step(campaign: Campaign, edge: str) -> Campaign:
    current, rule = locked(campaign), CAMPAIGN_TRANSITIONS[edge]
    if current.state not in rule.sources:
        raise Refused(f"{current}现在是“{current.get_state_display()}”，不能{rule.label}。请刷新后核对。")
    current.state = rule.target
    current.version += 1
    return current


@transaction.atomic
def start_campaign(campaign: Campaign, *, by: User) -> Campaign:
    """动员部署: from now on items are recorded; the streets are told."""
    current = step(campaign, "start")
    current.started_at = timezone.now()
    current.save(update_fields=["state", "started_at", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="开始专项整治")
    people = User.objects.holding(Perms.RECORD_ITEM).filter(unit__in=current.streets.all())
    words = f"{current.name}开始：{current.start} 至 {current.end}。请摸底建账，每日确认报表。"
    notify(people, words, about=current)
    return current


def unreviewed(campaign: Campaign) -> int:
    return campaign.items.filter(state=ItemState.HANDLED).count()


@transaction.atomic
def close_campaign(campaign: Campaign, *, by: User, conclusion: str, accept_unreviewed: bool = False) -> Campaign:
    """总结: open cases go on as cases (转执法程序), the numbers of the day are kept; what was not reviewed is said."""
    current = step(campaign, "close")
    if timezone.localdate() < current.start:
        raise Refused(f"专项{current.start}才开始，不能总结。")
    if (waiting := unreviewed(current)) and not accept_unreviewed:
        raise Refused(
            f"还有 {waiting} 处已处置未销号。请先复核销号；确实来不及的，勾选“仍然总结”，总结里会列明。",
            "accept_unreviewed",
        )
    for item in current.items.filter(state=ItemState.IN_CASE).order_by("pk"):
        moved = items.step(item, "enforce")
        items.finish(moved, "enforce", by=by, note=item.case_words)
    current.closed_at, current.conclusion = timezone.now(), conclusion
    current.result = {**counters(current).as_data(), "unreviewed": waiting}
    current.save(update_fields=["state", "closed_at", "conclusion", "result", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="总结专项整治", note=f"未销号 {waiting} 处")
    return current


def open_items(campaign: Campaign) -> list[CampaignItem]:
    """What is left, the unreviewed first, then what nobody has handled, then what is deferred or goes on as a case."""
    order = {ItemState.HANDLED: 0, ItemState.RETURNED: 1, ItemState.FOUND: 2, ItemState.NOTIFIED: 3}
    rows = campaign.items.filter(state__in=ItemState.OPEN).select_related("street", "board")
    return sorted(rows, key=lambda item: (order.get(ItemState(item.state), 9), item.street.order, item.pk))
