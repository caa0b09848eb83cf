"""What the office says to the desk and to the search field."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.desk import Hit, Number, Todo
from config.figure_sources import list_url
from config.periods import Period
from staff.enums import AppraisalState, MailState
from staff.filters.people import scope_named
from staff.models import (
    AppraisalAppeal,
    AppraisalSheet,
    Certificate,
    Course,
    Mail,
    Movement,
    Person,
    Regulation,
    RegulationEdition,
    ReportedTable,
    User,
)
from staff.officers import to_withdraw
from staff.permissions import Perms, own_units

SHOWN_HITS = 10
REPORT_DAYS = 10  # of the new month, in which last month's table is waited for


def todo(user: User) -> list[Todo]:
    """What the office's books ask of a person: of the personnel section, and in the department assessment."""
    return [*personnel_todo(user), *appraisal_todo(user), *mail_todo(user)]


def mail_todo(user: User) -> list[Todo]:
    """For the administrator: mail that did not go out, or waits because the server cannot be reached."""
    if not user.has_perm(Perms.MANAGE_ACCOUNTS):
        return []
    failed = Mail.objects.visible_to(user).failed().count()
    late = Mail.objects.visible_to(user).waiting().exclude(error="").count()
    lines = (
        (failed, "封邮件没有发出", MailState.FAILED, "red"),
        (late, "封邮件发不出去，正在重试", MailState.WAITING, "orange"),
    )
    return [
        Todo(f"{count} {words}", listed("mail-list", state=state.value), "查看原因", None, colour, count)
        for count, words, state, colour in lines
        if count
    ]


def personnel_todo(user: User) -> list[Todo]:
    """For the personnel section: flagged movements, cards that end or must be taken back, last month's table."""
    if not user.has_perm(Perms.MANAGE_PEOPLE):
        return []
    today = timezone.localdate()
    flagged = Movement.objects.visible_to(user).recorded().exclude(flag="").count()
    running = Certificate.objects.visible_to(user).running()
    expired = running.filter(expires_on__lt=today).count()
    ending = running.filter(expires_on__range=(today, today + timedelta(days=180)))
    take_back = to_withdraw(running, today).count()
    first = ending.order_by("expires_on").values_list("expires_on", flat=True).first()
    light = "orange" if first and first - today <= timedelta(days=30) else "yellow"
    lines = (
        (flagged, "条人员变动与台账不符，待核对", listed("movement-list", check="flagged"), "去核对", "red"),
        (expired, "个执法证已过期未换", listed("certificate-list", condition="expired"), "查看", "red"),
        (take_back, "个执法证应收回（离岗或非执法人员）", listed("certificate-list", condition="withdraw"), "去收回", "orange"),
        (ending.count(), "个执法证半年内到期", listed("certificate-list", condition="180"), "安排换证", light),
    )  # fmt: skip
    found = [
        Todo(f"{count} {words}", url, verb, None, colour, count) for count, words, url, verb, colour in lines if count
    ]
    return [*found, *unreported(user, today)]


def listed(name: str, **query: str) -> str:
    return list_url(f"staff:{name}", **query)


def unreported(user: User, today: date) -> list[Todo]:
    """Last month's personnel table, in the first days of a month, while nobody has reported it."""
    last = Period.month(today.year, today.month).preceding()
    waiting = today.day <= REPORT_DAYS and user.has_perm(Perms.LOCK_PERSONNEL)
    if not waiting or not Movement.objects.exists() or ReportedTable.objects.filter(end__gte=last.end).exists():
        return []
    return [
        Todo(
            f"{last.label}人员情况表还没有报送",
            reverse("staff:personnel-table", args=[last.key]),
            "去报送",
            None,
            "yellow",
        )
    ]


def appraisal_todo(user: User) -> list[Todo]:
    """Appeals to decide, sheets to fill in, sheets to score."""
    found: list[Todo] = []
    if user.has_perm(Perms.DECIDE_APPEAL):
        waiting = AppraisalAppeal.objects.visible_to(user).to_decide(user).count()
        if waiting:
            url = listed("appraisal-appeal-list", mine="on")
            found.append(Todo(f"{waiting} 件考核申诉待裁定", url, "去裁定", None, "orange", waiting))
    if user.has_perm(Perms.SELF_SCORE):
        blank = AppraisalSheet.objects.filter(round__state=AppraisalState.OPEN, unit__in=user.unit_ids)
        found += [
            Todo(f"{sheet.round}：填写本单位自评", sheet.get_absolute_url(), "去填写", None, "yellow")
            for sheet in blank.filter(scores__self_score=None).select_related("round").distinct()
        ]
    if user.has_perm(Perms.SCORE_APPRAISAL):
        unscored = AppraisalSheet.objects.visible_to(user).filter(round__state=AppraisalState.SCORING)
        unscored = unscored.exclude(unit__in=own_units(user))  # those are for others to score
        count = unscored.filter(scores__group_score=None).distinct().count()
        if count:
            url = reverse("staff:appraisal-round-list")
            found.append(Todo(f"{count} 张科室考核表还没有评完", url, "去评分", None, "yellow", count))
    return found


def own(user: User) -> list[QuerySet]:
    """The unit's sheets of the department assessment."""
    return [AppraisalSheet.objects.visible_to(user).filter(unit__in=user.unit_ids)]


def numbers(user: User) -> list[Number]:
    """People on the books today, for who may see them."""
    if not user.has_perm(Perms.VIEW_PEOPLE):
        return []
    today = timezone.localdate()
    standing = Movement.objects.filter(pk__in=Movement.objects.standing_on(today).order_by().values("pk"))
    if not user.sees_all_units:
        standing = standing.filter(unit_after__in=user.unit_ids)
    count = standing.filter(scope_named("here", today).q()).count()
    return [Number("在册和借入人员", count, "人", listed("person-list"))]


def search(user: User, query: str) -> list[Hit]:
    """People by name or 工号, certificates by number, rules by title, code or document number, training, accounts."""
    return [
        *found_people(user, query),
        *found_rules(user, query),
        *found_courses(user, query),
        *found_accounts(user, query),
    ]


def found_courses(user: User, query: str) -> list[Hit]:
    rows = Course.objects.visible_to(user).filter(title__contains=query)
    return [
        Hit(course.title, course.get_absolute_url(), "培训学习", str(course.held_on)) for course in rows[:SHOWN_HITS]
    ]


def found_accounts(user: User, query: str) -> list[Hit]:
    """For administrators."""
    if not user.has_perm(Perms.MANAGE_ACCOUNTS):
        return []
    rows = User.objects.filter(Q(username=query) | Q(display_name__contains=query)).select_related("unit")
    return [
        Hit(f"{each.username} {each}", reverse("staff:user-detail", args=[each.pk]), "账号", str(each.unit or ""))
        for each in rows[:SHOWN_HITS]
    ]


def found_rules(user: User, query: str) -> list[Hit]:
    rules = Regulation.objects.visible_to(user).filter(
        Q(title__contains=query) | Q(code__iexact=query) | Q(versions__document_number__contains=query)
    )
    editions = RegulationEdition.objects.visible_to(user).filter(number__contains=query).exclude(number="")
    return [
        *(Hit(rule.title, rule.get_absolute_url(), "制度", rule.code) for rule in rules.distinct()[:SHOWN_HITS]),
        *(Hit(str(each), each.get_absolute_url(), "制度汇编", each.number) for each in editions[:SHOWN_HITS]),
    ]


def found_people(user: User, query: str) -> list[Hit]:
    if not user.has_perm(Perms.VIEW_PEOPLE):
        return []
    people = Person.objects.visible_to(user).filter(Q(name__contains=query) | Q(staff_number__iexact=query))
    cards = Certificate.objects.visible_to(user).filter(number__icontains=query).select_related("person")
    return [
        *(Hit(person.name, person.get_absolute_url(), "人员") for person in people[:SHOWN_HITS]),
        *(Hit(card.number, card.get_absolute_url(), "执法证", card.person.name) for card in cards[:SHOWN_HITS]),
    ]
