"""What answers while the window types: the applicant known by the code (by POST: no log keeps it), the materials asked."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from permits.forms.applicants import BARRED, LookupForm, known_by
from permits.forms.materials import AskedForm
from staff.permissions import Perms


@require_POST
@permission_required(Perms.RECEIVE_PERMIT, raise_exception=True)
def applicant_lookup(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST)
    context: dict[str, Any] = {"problem": "", "known": None, "inputs": [], "barred": BARRED, "asked": False}
    if not form.is_valid():
        context["problem"] = " ".join(form.errors.get("applicant_code", []))
    elif code := form.cleaned_data["applicant_code"]:
        known = known_by(code)
        context |= {"asked": True, "known": known, "inputs": list(form.carried(known)) if known else []}
    return render(request, "permits/_applicant_known.html", context)


@require_GET
@permission_required(Perms.RECEIVE_PERMIT, raise_exception=True)
def materials_asked(request: HttpRequest) -> HttpResponse:
    """Which materials the chosen item wants, for a project with the planning documents."""
    form = AskedForm(request.GET)
    rows = form.wanted() if form.is_valid() else []
    return render(request, "permits/_materials_asked.html", {"rows": rows})
