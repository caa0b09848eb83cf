"""Entry at the desk (screen 3): a grid with the columns of the paper form, checked while typing, saved as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from inspections.enums import AreaType, Handling, RoundState, Source
from inspections.forms.findings import items_on
from inspections.forms.grid import COLUMNS, MOST_ROWS, GridForm, RowAnswer, totals
from inspections.models import Place, Round
from inspections.published import published_words
from inspections.resources import FindingResource
from staff.models import Unit
from staff.permissions import Perms
from staff.refusals import Refused

REGISTER = permission_required(Perms.REGISTER_FINDING, raise_exception=True)
LISTED = {
    "unit": "grid-units",
    "area": "grid-areas",
    "item": "grid-items",
    "place": "grid-places",
    "source": "grid-sources",
    "handling": "grid-handlings",
}


def grid_columns() -> list[dict[str, Any]]:
    """The columns as the grid draws them: name, heading, other headings on sheets, and the list to choose from."""
    specs = {spec.name: spec for spec in FindingResource.specs()}
    return [
        {
            "name": name,
            "label": specs[name].label,
            "aliases": [specs[name].label, *specs[name].aliases],
            "list": LISTED.get(name, ""),
            "required": specs[name].required,
        }
        for name in COLUMNS
    ]


@require_GET
@REGISTER
def grid_entry(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "columns": grid_columns(),
        "areas": AreaType.labels,
        "sources": Source.labels,
        "handlings": [Handling.ORDER.label, Handling.DEDUCT.label],
        "units": Unit.objects.assessed().active_on(today),
        "items": items_on(today),
        "places": Place.objects.valid_on(today).order_by("name"),
        "rounds": Round.objects.filter(state=RoundState.OPEN, default_month=None),
        "today": today.isoformat(),
        "most_rows": MOST_ROWS,
        "found_by": str(request.user),
    }
    return render(request, "inspections/grid.html", context)


def answer_of(answers: list[RowAnswer], **more: Any) -> dict[str, Any]:
    return {
        "rows": [answer.as_plain() for answer in answers],
        "totals": totals(answers),
        "good": sum(answer.good for answer in answers),
        "known": sum(answer.known for answer in answers),
        "wrong": sum(bool(answer.problems) for answer in answers),
        **more,
    }


@require_POST
@REGISTER
def grid_check(request: HttpRequest) -> JsonResponse:
    """What the rows would cost and what is wrong with them; nothing is stored."""
    form = GridForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": first_problem(form)}, status=422)
    return JsonResponse(answer_of(form.check()))


def first_problem(form: GridForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


@require_POST
@REGISTER
def grid_save(request: HttpRequest) -> JsonResponse:
    """Register the rows: all, or none with every reason; with mode=valid the right ones, the others come back."""
    form = GridForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": first_problem(form)}, status=422)
    answers = form.check()
    try:
        made = form.save(answers, by=request.user)
    except Refused as refusal:
        return JsonResponse(answer_of(answers, message=str(refusal)), status=422)
    if made is None:
        words = "有几行有误，一行也没有保存。请改正标红的格子，或选“只存正确的行”。"
        return JsonResponse(answer_of(answers, message=words), status=422)
    words = f"已登记 {len(made)} 条" + (f"，{made[0].number} 至 {made[-1].number}。" if made else "，其余以前登记过。")
    words += "".join(published_words(finding.month for finding in made))
    url = f"{reverse('inspections:finding-list')}?sort=-number"
    return JsonResponse(answer_of(answers, message=words, saved=len(made), url=url))
