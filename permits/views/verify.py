"""The page behind the code on a licence and its board: open to everybody, for one licence at a time."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from permits.documents.building.sources import issuer
from permits.models import Application
from permits.public import public_licence
from permits.verification import read_token
from staff.middleware import client_address
from staff.models import setting

LOOKS_A_MINUTE = 30


def too_many(request: HttpRequest) -> bool:
    """More looks from one address in a minute than a person makes."""
    key = f"verify-{client_address(request)}-{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    try:
        return int(cache.incr(key)) > LOOKS_A_MINUTE
    except ValueError:  # the key went away between the two
        return False


@login_not_required
@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    if too_many(request):
        return answer(request, {"reason": "查询过于频繁，请一分钟后再试。"}, status=429)
    pk = read_token(token)
    rows = Application.objects.select_related("item__item")
    application = rows.filter(pk=pk).first() if pk is not None else None
    if application is None:
        reason = "二维码无效：不是本机关签发的许可证或者公示牌。请核对印制是否清晰，或者拨打监督电话。"
        return answer(request, {"reason": reason}, status=404)
    return answer(request, {"licence": public_licence(application, timezone.localdate())})


def answer(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    given = {"licence": None, "reason": "", **context}
    given |= {"issuer": issuer(), "phone": setting("permits.supervision_phone"), "now": timezone.now()}
    response = render(request, "permits/verify.html", given, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
