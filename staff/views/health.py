"""The health of the running program: for the monitor as JSON, for administrators as a page."""

from __future__ import annotations

import ipaddress
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from staff.health import checks
from staff.middleware import client_address
from staff.permissions import Perms


def may_ask(request: HttpRequest) -> bool:
    """The monitor's token, or a caller on this machine."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.HEALTH_TOKEN:
        return compare_digest(given.encode(), settings.HEALTH_TOKEN.encode())
    address = client_address(request)
    return address is not None and ipaddress.ip_address(address).is_loopback


@require_GET
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """200 if all is well, 503 with what is not; 404 for anybody else."""
    if not may_ask(request):
        raise Http404
    found = checks()
    well = all(check.ok for check in found)
    answer = {"ok": well, "checks": {check.key: {"ok": check.ok, "words": check.words} for check in found}}
    response = JsonResponse(answer, status=200 if well else 503, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@permission_required(Perms.MANAGE_ACCOUNTS, raise_exception=True)
def condition(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/condition.html", {"checks": checks()})
