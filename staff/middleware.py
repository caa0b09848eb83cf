"""Who is acting in this request: the address, and for whom a deputy stands in. Refusals are logged here."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from config.identity import holds_id_number
from staff.models import Activity, Actor, Deputyship, Verb, current_actor

ACTING_KEY = "deputyship"
REFRESH_KEY = "refreshed"
REFRESH_EVERY = timedelta(minutes=5)

GetResponse = Callable[[HttpRequest], HttpResponse]


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address. Proxies in front append to X-Forwarded-For; only as many as we run are believed."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    hops = settings.TRUSTED_PROXIES
    address = forwarded[-hops].strip() if hops and len(forwarded) >= hops else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


class ActingPerson:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._take_up_deputyship(request)
        principal = getattr(request.user, "principal", None) if ACTING_KEY in request.session else None
        token = current_actor.set(Actor(client_address(request), principal.pk if principal else None))
        try:
            response = self.get_response(request)
            if response.status_code == 403 and request.user.is_authenticated:
                Activity.record(
                    Verb.REFUSED, by=request.user, title=request.path[:120], note=request.method or "", succeeded=False
                )
        finally:
            current_actor.reset(token)
        self._keep_session_alive(request)
        return response

    def _take_up_deputyship(self, request: HttpRequest) -> None:
        """Stand in for the principal while the deputyship runs; it ends by itself on its last day."""
        key = request.session.get(ACTING_KEY)
        if key is None or not request.user.is_authenticated:
            return
        today = timezone.localdate()
        deputyship = (
            Deputyship.objects.filter(pk=key, deputy=request.user.pk, start__lte=today, end__gte=today)
            .filter(principal__is_active=True)
            .select_related("principal")
            .first()
        )
        if deputyship is None:
            del request.session[ACTING_KEY]
        else:
            request.user.principal = deputyship.principal

    def _keep_session_alive(self, request: HttpRequest) -> None:
        """The idle clock restarts with every few minutes of work, without a write for each page read."""
        if not request.user.is_authenticated:
            return
        now = timezone.now().timestamp()
        if now - request.session.get(REFRESH_KEY, 0) > REFRESH_EVERY.total_seconds():
            request.session[REFRESH_KEY] = now


class FirstPassword:
    """Whoever still has the password that somebody else chose sees only the page that changes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            allowed = {reverse("staff:password-change"), reverse("staff:logout")}
            if request.path not in allowed and not request.path.startswith(settings.STATIC_URL):
                return redirect("staff:password-change")
        return self.get_response(request)


class NoIdentityInAddress:
    """A searched ID number would stand in the address, the browser's history and the servers' logs: it is taken out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and any(
            holds_id_number(value) for values in request.GET.lists() for value in values[1]
        ):
            kept = request.GET.copy()
            for key, values in request.GET.lists():
                kept.setlist(key, [value for value in values if not holds_id_number(value)])
            messages.warning(request, "搜索框里请不要输入公民身份号码。人事可以在人员名册里“按证件号码查找”。")
            return redirect(f"{request.path}?{kept.urlencode()}" if kept.urlencode() else request.path)
        return self.get_response(request)
