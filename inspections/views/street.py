"""Entry on the street (screen 1): the page, what it needs to know, the hint, and the two doors for entries and photos.

The page works without signal: a service worker keeps its shell, entries and photos wait on the phone and are sent one
by one. What arrives twice is taken once; each answer acknowledges by the phone's own key and by the photo's hash.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required, permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from inspections.district import OUTSIDE, outline
from inspections.enums import AreaType, Handling, Source
from inspections.forms.findings import items_on
from inspections.forms.street import StreetForm
from inspections.models import Finding, Place, PlaceShare, Round
from inspections.published import published_words
from inspections.rulebook import RuleBook
from inspections.workflow import street
from staff.forms.phone import PhonePhotoForm
from staff.models import Unit, User
from staff.offline import worker_answer
from staff.permissions import Perms
from staff.refusals import Refused
from staff.uploads import MAX_IMAGE_BYTES

REGISTER = permission_required(Perms.REGISTER_FINDING, raise_exception=True)
FAVOURITES, RECENT, USED_LATELY = 8, 6, 500
OWN = ("js/street-place.js", "js/street.js")


@require_GET
@REGISTER
def street_entry(request: HttpRequest) -> HttpResponse:
    context = {
        "areas": AreaType.choices,
        "sources": Source.choices,
        "handlings": Handling.choices,
        "default_handling": Handling.ORDER,
        "max_mb": MAX_IMAGE_BYTES // 1_048_576,
    }
    return render(request, "inspections/street.html", context)


@require_GET
@REGISTER
def street_reference(request: HttpRequest) -> JsonResponse:
    """Everything the page needs to work without signal, and a fresh token for what it sends."""
    today, user = timezone.localdate(), request.user
    items = list(items_on(today))
    return JsonResponse(
        {
            "user": user.pk,
            "name": str(user),
            "csrf": get_token(request),
            "now": timezone.now().isoformat(),
            "items": [
                {
                    "id": item.pk,
                    "code": item.code,
                    "name": item.name,
                    "areas": item.areas,
                    "deduct": str(item.deduct),
                    "severe": str(item.severe_deduct),
                    "rule": item.severe_rule,
                    "unit": item.unit_of_count,
                }
                for item in items
            ],
            "coefficients": {
                str(area): str(number) for area, number in RuleBook().on(today).scoring.area_coefficients.items()
            },
            "units": [{"id": unit.pk, "name": unit.label} for unit in Unit.objects.assessed().active_on(today)],
            "places": known_places(user),
            "favourites": favourites(user, {item.code: item.pk for item in items}),
            "recent": recent_places(user),
            "rounds": list(Round.objects.open().filter(default_month=None).values("id", "name")),
            "outline": outline().ring,
            "outside": OUTSIDE,
        }
    )


def known_places(user: User) -> list[dict[str, Any]]:
    """Places in use, each with the unit that answers for most of it."""
    today = timezone.localdate()
    units: dict[int, int] = {}
    for share in PlaceShare.objects.filter(item_code="").order_by("-share", "pk"):
        if share.holds_on(today):
            units.setdefault(share.place_id, share.unit_id)
    rows = Place.objects.visible_to(user).valid_on(today).order_by("name")
    return [
        {
            "id": place.pk,
            "name": place.name,
            "area": place.area,
            "at": [float(place.latitude), float(place.longitude)] if place.position else None,  # type: ignore[arg-type]
            "unit": units.get(place.pk),
        }
        for place in rows
    ]


def favourites(user: User, ids: dict[str, int]) -> list[int]:
    """The items this user registers most, filled up with those that everybody does; ids of the standard in force."""
    own = Finding.objects.filter(registered_by=user)
    lately = Finding.objects.order_by("-pk")[:USED_LATELY]
    codes = [code for code, _ in _most_used(own)] + [
        code for code, _ in _most_used(Finding.objects.filter(pk__in=lately.values("pk")))
    ]
    return list(dict.fromkeys(ids[code] for code in codes if code in ids))[:FAVOURITES]


def _most_used(rows: Any) -> list[tuple[str, int]]:
    return list(
        rows.order_by().values_list("item__code").annotate(n=Count("pk")).order_by("-n", "item__code")[:FAVOURITES]
    )


def recent_places(user: User) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(registered_by=user).order_by("-pk").values("place", "area", "lead_unit", "spot")[:50]
    unique = {(row["place"], row["area"]): row for row in reversed(rows)}
    return [
        {"name": row["place"], "area": row["area"], "unit": row["lead_unit"], "id": row["spot"]}
        for row in list(unique.values())[::-1][:RECENT]
    ]


@require_POST
@REGISTER
def street_hint(request: HttpRequest) -> JsonResponse:
    """What an entry would cost and whether it was found before; nothing is stored."""
    return JsonResponse(StreetForm(request.POST).hint())


@require_POST
@REGISTER
def street_submit(request: HttpRequest) -> JsonResponse:
    """Take in one entry. The answer repeats the phone's key: only then may the phone forget it."""
    form = StreetForm(request.POST)
    answer = form.store(by=request.user) if form.is_valid() else None
    if answer is None:
        return JsonResponse({"problems": form.problems(), "wrong": list(form.errors)}, status=422)
    finding = answer.finding
    return JsonResponse(
        {
            "client_id": str(form.cleaned_data["client_id"]),
            "number": finding.number,
            "url": finding.get_absolute_url(),
            "points": f"{finding.points.normalize():f}",
            "merged": answer.merged,
            "told": told(answer),
            "warnings": [*form.warnings(), *filter(None, [answer.not_taken])],
        }
    )


def told(answer: street.Answer) -> str:
    """What became of an entry, as the phone shows it."""
    finding = answer.finding
    if not answer.merged:
        late = published_words([finding.month])
        corrected = ["已按手机上的更正修改"] if answer.corrected else []
        return "；".join([f"扣 {finding.points.normalize():f} 分", *corrected, *late])
    kept = f"；这次的{'、'.join(answer.kept)}已记在原问题里，没有改动原登记" if answer.kept else ""
    return f"已并入 {finding.number}，不重复扣分{kept}"


@require_POST
@REGISTER
def street_photo(request: HttpRequest) -> JsonResponse:
    """Take in one photo of an entry; acknowledged by the sha256 of what arrived."""
    form = PhonePhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"problems": form.problems()}, status=422)
    data = form.cleaned_data
    try:
        photo = street.take_photo(data["client_id"], data["photo"], sha256=data["sha256"], by=request.user)
    except Refused as refusal:
        return JsonResponse({"problems": [str(refusal)]}, status=422)
    return JsonResponse({"client_id": str(data["client_id"]), "sha256": photo.source_sha256})


@login_not_required
@require_GET
def street_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the page."""
    home, reference = reverse("inspections:street-entry"), reverse("inspections:street-reference")
    return worker_answer("street", home=home, reference=reference, own=OWN)
