"""What stands before every page: how old the session is, who is acting, whether the code and a password of one's own are given.

Refusals are logged here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from config.identity import holds_id_number
from staff.models import Activity, Actor, Deputyship, Verb, current_actor
from staff.passwords import is_expired
from staff.second_factor import Demand, demand_of

ACTING_KEY = "deputyship"
REFRESH_KEY = "refreshed"
REFRESH_EVERY = timedelta(minutes=5)
SIGNED_IN_KEY = "signed_in_at"
ENDED_KEY = "ended"  # why the session ended, for the login page
ON_ITS_OWN = {"staff:bell", "staff:job-progress"}  # what an open page asks with nobody before it

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


class SessionAge:
    """However busy, a session ends some hours after the login; the request then meets the login like any other visitor's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            since = request.session.setdefault(SIGNED_IN_KEY, now)  # one from before an upgrade begins now
            if now - since > settings.SESSION_ABSOLUTE.total_seconds():
                hours = settings.SESSION_ABSOLUTE // timedelta(hours=1)
                request.session[ENDED_KEY] = words = f"已登录满 {hours} 小时，请重新登录。"
                logout(request)
                request.session[ENDED_KEY] = words
        return self.get_response(request)


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
        asked = request.resolver_match
        if not request.user.is_authenticated or (asked is not None and asked.view_name in ON_ITS_OWN):
            return
        now = timezone.now().timestamp()
        if now - request.session.get(REFRESH_KEY, 0) > REFRESH_EVERY.total_seconds():
            request.session[REFRESH_KEY] = now


def door(request: HttpRequest, name: str) -> HttpResponse | None:
    """Lead to the page `name`, which returns here afterwards; None for itself, the way out and what is no page."""
    allowed = {reverse(name), reverse("staff:login"), reverse("staff:logout")}
    if request.path in allowed or request.path.startswith(settings.STATIC_URL):
        return None
    page = request.get_full_path() if request.method == "GET" else came_from(request)
    return redirect(name) if page == "/" else redirect_to_login(page, reverse(name))


def came_from(request: HttpRequest) -> str:
    """The page whose form was sent: a POST itself cannot be returned to."""
    page = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.get_host() else "/"


class SecondFactor:
    """Between the password and everything else: the code, or for whoever must have one the binding of a phone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            demand = demand_of(user, verified=user.is_verified())
            if demand is not Demand.NOTHING and (closed := door(request, demand.value)):
                return closed
        return self.get_response(request)


class FirstPassword:
    """Whoever still has the password that somebody else chose, or one too old, sees only the page that changes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and (user.must_change_password or is_expired(user)):
            demanded = (
                demand_of(user, verified=user.is_verified()) is not Demand.NOTHING
            )  # it stands at the door before
            if not demanded and (closed := door(request, "staff:password-change")):
                return closed
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
