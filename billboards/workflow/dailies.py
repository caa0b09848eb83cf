"""The one door to daily reports: what the items say of a street's day, confirmed, and kept as it was sent."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from billboards.enums.boards import RemovalMode
from billboards.enums.campaigns import CampaignState
from billboards.models import Campaign, DailyReport
from billboards.progress import COUNTER_LABELS, Counters, counters
from staff.models import Activity, Unit, User, Verb
from staff.refusals import Refused

MODES = {mode.value: str(mode.label) for mode in RemovalMode}


def number(value: object) -> str:
    text = f"{value:f}" if hasattr(value, "normalize") else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(
    campaign: Campaign, street: Unit, day: date, found: Counters, *, people: int, vehicles: int, note: str
) -> str:
    """The message for the group, in the words that such reports use; each measure by itself."""
    head = f"【{campaign.name}】{street.label}{day.month}月{day.day}日："
    turnout = f"出动执法人员{people}人次、车辆{vehicles}台次" if people or vehicles else ""
    if found.is_zero:
        said = "，".join(part for part in (turnout, "当日无新增（零报告）") if part)
        return f"{head}{said}。{note}"
    parts = [turnout] if turnout else []
    parts += [
        f"{label}{number(getattr(found, key))}{unit}"
        for key, (label, unit) in COUNTER_LABELS.items()
        if getattr(found, key)
    ]
    modes = "、".join(f"{label}{getattr(found, mode)}块" for mode, label in MODES.items() if getattr(found, mode))
    said = "，".join(parts)
    return f"{head}{said}{f'（其中{modes}）' if modes else ''}。{note}"


def check_daily(campaign: Campaign, street: Unit, day: date) -> None:
    if campaign.state == CampaignState.DRAFT:
        raise Refused("专项还没有开始，没有日报。")
    if not campaign.streets.filter(pk=street.pk).exists():
        raise Refused(f"{street.label}不在专项范围内。")
    if day > timezone.localdate():
        raise Refused("不能确认今天以后的日报。")
    if not campaign.start <= day <= campaign.end:
        raise Refused(f"{day}不在专项期间（{campaign.start} 至 {campaign.end}）。")


def latest(campaign: Campaign, street: Unit, day: date) -> DailyReport | None:
    return DailyReport.objects.filter(campaign=campaign, street=street, day=day).order_by("-edition").first()


@transaction.atomic
def confirm_daily(
    campaign: Campaign, street: Unit, day: date, *, by: User, people: int = 0, vehicles: int = 0, note: str = "", seen: int = 0
) -> DailyReport:  # fmt: skip
    """Confirm a street's day; once confirmed, a correction is a further edition. `seen`: the edition on the page."""
    check_daily(campaign, street, day)
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)  # two confirm at once: one after the other
    before = latest(campaign, street, day)
    found = counters(campaign, street=street, start=day, end=day)
    said = {"people": people, "vehicles": vehicles, "note": note}
    if before is not None:
        same = before.counters == found.as_data() and all(getattr(before, key) == value for key, value in said.items())
        if same:
            return before
        if before.edition != seen:
            who = f"{before.confirmed_by}已于{timezone.localtime(before.confirmed_at):%H:%M}确认"
            raise Refused(f"{who}第{before.edition}版。请刷新后核对。")
    report = DailyReport(
        campaign=campaign, street=street, day=day, edition=before.edition + 1 if before else 1, confirmed_by=by, **said
    )
    report.counters, report.is_zero = found.as_data(), found.is_zero
    report.text = text_of(campaign, street, day, found, people=people, vehicles=vehicles, note=note)
    report.save()
    title = "确认日报" if report.edition == 1 else f"更正日报（第{report.edition}版）"
    Activity.record(Verb.SIGN, report, by=by, title=title, note=report.text)
    return report
