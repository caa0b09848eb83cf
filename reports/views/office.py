"""What the pages of key tasks, problems, plans and history share: who reads, who keeps them, one list."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from config.tables import Table, render_table
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_TASKS, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_TASKS, raise_exception=True)
RECORD = permission_required(Perms.RECORD_TALLY, raise_exception=True)


def record_list(request: HttpRequest, table: Table, title: str, lead: str, create: tuple[str, str]) -> HttpResponse:
    label, route = create
    links = [(label, reverse(route), True)] if request.user.has_perm(Perms.MANAGE_TASKS) else []
    context = {"table": table, "title": title, "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)
