"""What the summary asks of this person: text to write, to confirm, to check, to sign."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.desk import Hit, Todo
from reports.enums import MaterialState, ReportState
from reports.models import Material, Report, Submission
from reports.permissions import can_confirm_material, can_write_material, why_not_check, why_not_issue
from staff.models import User
from staff.permissions import Perms


def todo(user: User) -> list[Todo]:
    return [*owed(user), *waiting(user)]


def owed(user: User) -> list[Todo]:
    """Sections asked of this person or unit, with the light of the nearest day."""
    today = timezone.localdate()
    rows = Material.objects.visible_to(user).undelivered().select_related("section__report", "unit")
    mine = [row for row in rows if row.state == MaterialState.ASKED and can_write_material(user, row)]
    mine += [row for row in rows if row.state == MaterialState.DELIVERED and can_confirm_material(user, row)]
    if not mine:
        return []
    first = min(mine, key=lambda row: row.due_on)
    address = first.get_absolute_url() if len(mine) == 1 else reverse("reports:material-list")
    words = f"总结材料待交、待确认 {len(mine)} 节"
    return [Todo(words, address, due=first.due_on, light=first.light(today), count=len(mine))]


def waiting(user: User) -> list[Todo]:
    """Summaries to check or to sign."""
    if not user.sees_all_units:
        return []
    found = []
    for report in Report.objects.visible_to(user).filter(state=ReportState.CHECKING):
        if report.checked_at is None and user.has_perm(Perms.CHECK_REPORT) and not why_not_check(user, report):
            found.append(Todo(f"《{report}》待核对", reverse("reports:report-checklist", args=[report.pk])))
        elif report.checked_at is not None and user.has_perm(Perms.ISSUE_REPORT) and not why_not_issue(user, report):
            found.append(Todo(f"《{report}》待签发", report.get_absolute_url()))
    return found


def search(user: User, query: str) -> list[Hit]:
    """Summaries by title or number; what was sent upwards by title or to whom."""
    rows = Report.objects.visible_to(user)
    hits = [*rows.filter(title__icontains=query)[:5], *rows.filter(number__icontains=query)[:5]]
    words = Q(title__contains=query) | Q(recipient__contains=query)
    sent = Submission.objects.visible_to(user).recorded().filter(words)
    return [
        *(
            Hit(str(report), report.get_absolute_url(), "工作总结", report.number or report.get_state_display())
            for report in dict.fromkeys(hits)
        ),
        *(Hit(each.title, each.get_absolute_url(), "报送留底", each.recipient) for each in sent[:5]),
    ]
