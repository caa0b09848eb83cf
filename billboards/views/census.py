"""摸底登记 on the phone: the form, and the doors of the phone's queue. Without script the form is posted as any other.

With script an entry waits on the phone first and is sent from there; what arrives twice is taken once.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.board_permissions import can_edit_item, can_record_in
from billboards.forms.campaigns import ItemForm
from billboards.models import Campaign, CampaignItem
from billboards.views.campaigns import visible_campaign
from billboards.workflow.census import known_item, take_photo
from staff.forms.phone import PhonePhotoForm
from staff.offline import worker_answer
from staff.permissions import Perms
from staff.refusals import Refused

RECORD = permission_required(Perms.RECORD_ITEM, raise_exception=True)
KEPT = ("street", "community", "kind", "problem", "board")


@require_http_methods(["GET", "POST"])
@RECORD
def census(request: HttpRequest, pk: int) -> HttpResponse:
    """Camera first; each entry once by its key; save and next keeps street, community, kind and problem."""
    campaign = visible_campaign(request, pk)
    if not can_record_in(request.user, campaign):
        messages.info(request, f"{campaign.name}现在是“{campaign.get_state_display()}”，不能登记。")
        return redirect(campaign)
    form = ItemForm(
        request.POST or None,
        request.FILES or None,
        instance=CampaignItem(campaign=campaign),
        user=request.user,
        initial={name: request.GET[name] for name in KEPT if request.GET.get(name)},
    )
    if request.method == "POST" and form.is_valid() and (item := form.store()):
        if problem := form.store_photo(item):
            messages.warning(request, f"{item.number} 已登记，但照片没有存下：{problem}")
        else:
            messages.success(request, f"已登记 {item.number} {item.name}。")
        return redirect(item) if "last" in request.POST else redirect(next_entry(item))
    recent = CampaignItem.objects.visible_to(request.user).filter(campaign=campaign, recorded_by=request.user)
    context = {"form": form, "campaign": campaign, "recent": recent.order_by("-pk")[:5]}
    return render(request, "billboards/census.html", context, status=422 if request.method == "POST" else 200)


def next_entry(item: CampaignItem) -> str:
    kept = f"street={item.street_id}&kind={item.kind}&problem={item.problem}"
    community = f"&community={item.community_id}" if item.community_id else ""
    return f"{reverse('billboards:census', args=[item.campaign_id])}?{kept}{community}"


@require_GET
@RECORD
def census_reference(request: HttpRequest) -> JsonResponse:
    """Whose session this is, and a fresh token for what the queue sends."""
    facts = {"user": request.user.pk, "csrf": get_token(request), "now": timezone.now().isoformat()}
    return JsonResponse(facts)


def refused(*problems: str) -> JsonResponse:
    return JsonResponse({"problems": list(problems)}, status=422)


@require_POST
@RECORD
def census_submit(request: HttpRequest) -> JsonResponse:
    """Take in one entry of the queue. The answer repeats the phone's key: only then may the phone forget it."""
    try:
        client_id = UUID(request.POST.get("client_id", ""))
    except ValueError:
        return refused("没有手机端编号。请重新登记。")
    try:
        item = known_item(client_id, request.user)
    except Refused as refusal:
        return refused(str(refusal))
    if item is not None:
        return come_again(request, item)
    number = request.POST.get("campaign", "")
    rows = Campaign.objects.visible_to(request.user)
    campaign = rows.filter(pk=number).first() if number.isdecimal() else None
    if campaign is None:
        return refused("没有这个专项，或者您的街道不参加。")
    if not can_record_in(request.user, campaign):
        return refused(f"{campaign.name}现在是“{campaign.get_state_display()}”，不能登记。记录还在手机里。")
    data = request.POST.copy()
    data["entry_key"] = str(client_id)
    form = ItemForm(data, instance=CampaignItem(campaign=campaign), user=request.user)
    stored = form.store() if form.is_valid() else None
    if stored is None:
        return refused(*(problem_of(form, name, errors) for name, errors in form.errors.items()))
    return acknowledged(stored)


def come_again(request: HttpRequest, item: CampaignItem) -> JsonResponse:
    """What came before under this key: the same again, its answer lost; or corrected on the phone since. A correction
    is taken as long as nobody went on with the item; else it is said where to make it."""
    data = request.POST.copy()
    data["seen"] = str(item.version)
    for name in ("latitude", "longitude", "area"):
        if not data.get(name):  # a position that a picture brought stays; no area is none
            data[name] = "0" if name == "area" else str(getattr(item, name) or "")
    form = ItemForm(data, instance=item, user=request.user)
    form.fields["found_on"].show_hidden_initial = False  # compared with the item, not with a field that no phone sends
    other = [name for name in form.changed_data if name in form.Meta.fields]
    if not other:
        return acknowledged(item)
    if item.version > 1 or not can_edit_item(request.user, item):
        names = "、".join(str(form.fields[name].label) for name in other)
        return acknowledged(
            item, f"手机上的内容与已登记的不同（{names}），没有采用：登记后已有人办理。请打开这条问题核对修改"
        )
    stored = form.store() if form.is_valid() else None
    if stored is None:
        return refused(*(problem_of(form, name, errors) for name, errors in form.errors.items()))
    return acknowledged(stored, "已按手机上的更正修改")


def problem_of(form: ItemForm, name: str, errors: list[str]) -> str:
    """The field in front, unless the words name it: on the phone nothing stands beside its field any more."""
    label = form.fields[name].label if name in form.fields else ""
    words = " ".join(errors)
    return words if not label or label in words else f"{label}：{words}"


def acknowledged(item: CampaignItem, more: str = "") -> JsonResponse:
    told = "；".join(filter(None, [f"已登记 {item.amount}", more]))
    facts = {"number": item.number, "url": item.get_absolute_url(), "told": told}
    return JsonResponse({"client_id": str(item.entry_key), **facts})


@require_POST
@RECORD
def census_photo(request: HttpRequest) -> JsonResponse:
    """Take in one photo of an entry; acknowledged by the sha256 of what arrived."""
    form = PhonePhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(*form.problems())
    data = form.cleaned_data
    try:
        photo = take_photo(data["client_id"], data["photo"], sha256=data["sha256"], by=request.user)
    except Refused as refusal:
        return refused(str(refusal))
    return JsonResponse({"client_id": str(data["client_id"]), "sha256": photo.source_sha256})


@login_not_required
@require_GET
def census_worker(request: HttpRequest, pk: int) -> HttpResponse:
    home, reference = reverse("billboards:census", args=[pk]), reverse("billboards:census-reference")
    return worker_answer(f"census-{pk}", home=home, reference=reference, own=("js/census.js",))
