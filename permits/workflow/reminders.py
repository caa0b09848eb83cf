"""催办、督办 by the light of the running clock: once a level, and kept in the log of the case.

Yellow: who handles it, the section and, as the house knows no head of a section, the leader in charge; orange (the
promise is over): the leader in charge; red (the law's term is over): the director. Who handles it hears of every level.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from permits.clocks import change_light, light_for
from permits.enums import PermitState
from permits.models import Application
from permits.workflow.steps import locked
from staff import workdays
from staff.deadlines import Light
from staff.models import Activity, User, Verb, notify
from staff.permissions import Perms, Roles
from staff.workdays import WorkCalendar

_S = PermitState
CLOCK_WORDS = {_S.RECEIVED: "受理", _S.GRANTED: "发证", _S.FEE_DUE: "发证"}  # every other running clock: 办理
REMINDED = (_S.RECEIVED, *_S.DECIDING, _S.GRANTED, _S.FEE_DUE, _S.CHANGING)


@dataclass(frozen=True)
class Level:
    """What a light asks for, in words, and of whom."""

    verb: str
    colour: str
    role: str  # the leaders it goes to
    with_section: bool = False


LEVELS = {
    "yellow": Level("催办", "黄灯", Roles.DEPUTY_DIRECTOR, with_section=True),
    "orange": Level("督办", "橙灯", Roles.DEPUTY_DIRECTOR),
    "red": Level("督办", "红灯", Roles.DIRECTOR),
}


def audience(level: Level) -> list[User]:
    """A bureau that has nobody in the role is told through whoever may decide."""
    deciding = User.objects.holding(Perms.DECIDE_PERMIT)
    leaders = list(deciding.filter(pk__in=User.objects.filter(groups__name=level.role))) or list(deciding)
    return [*(User.objects.holding(Perms.HANDLE_PERMIT) if level.with_section else ()), *leaders]


def title_of(level: Level, application: Application) -> str:
    words = CLOCK_WORDS.get(PermitState(application.state), "办理")
    if application.state == _S.CHANGING:  # a permit may be changed more than once: each has its own
        words = f"{application.change_due}前的变更决定"
    return f"{level.verb}（{level.colour}）：{words}期限"


def remind(day: date) -> int:
    """The daily task: how many reminders went out. Run twice it tells nobody again."""
    calendar = workdays.load()
    people = {name: audience(level) for name, level in LEVELS.items()}
    rows = Application.objects.filter(state__in=REMINDED)
    return sum(remind_one(application, people, day, calendar) for application in rows)


@transaction.atomic
def remind_one(application: Application, people: dict[str, list[User]], day: date, calendar: WorkCalendar) -> bool:
    changing = application.state == _S.CHANGING  # the end of the period is the site's matter, not that of who decides
    light = (change_light if changing else light_for)(application, day, calendar)
    if light is None or light.level not in LEVELS:
        return False
    current = locked(application)
    title = title_of(LEVELS[light.level], current)
    if current.state != application.state or Activity.objects.about(current).filter(title=title).exists():
        return False
    tell(current, title, light, people[light.level])
    return True


def tell(application: Application, title: str, light: Light, people: list[User]) -> None:
    handler = application.handler
    told = list({each.pk: each for each in (*people, *([handler] if handler is not None else []))}.values())
    notify(told, f"{title}，许可 {application.number}：{light.text}", url=application.get_absolute_url())
    names = "、".join(each.display_name for each in told) or "无人可提醒"
    Activity.record(Verb.UPDATE, application, by=None, title=title, note=f"{light.text}。已提醒：{names}")
