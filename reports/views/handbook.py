"""手册 in the site: the list by role, search, one page, its pictures. For everybody who is signed in."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from reports import handbook
from staff.models import User
from staff.permissions import Roles

KEPT = "private, max-age=3600"


@require_GET
def handbook_list(request: HttpRequest) -> HttpResponse:
    """The pages that concern the user, or the role asked for, then the others; or what a search found."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:60]
    asked = request.GET.get("role", "")
    roles = {asked} if asked in set(Roles) else roles_of(request.user)
    rows = [(handbook.document(topic.name).title, handbook.address_of(topic.name), topic) for topic in handbook.TOPICS]
    context = {
        "query": query,
        "hits": handbook.search(query) if query else [],
        "role": asked if asked in set(Roles) else "",
        "roles": [role.value for role in Roles],
        "mine": [row for row in rows if handbook.concerns(row[2], roles)],
        "others": [row for row in rows if not handbook.concerns(row[2], roles)],
    }
    return render(request, "reports/handbook_list.html", context)


def roles_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


@require_GET
def handbook_page(request: HttpRequest, name: str) -> HttpResponse:
    if name == "README":
        return redirect("reports:handbook-list")
    topic = handbook.BY_NAME.get(name)
    if topic is None:
        raise Http404
    beside = [
        (handbook.document(each.name).title, handbook.address_of(each.name))
        for each in handbook.TOPICS
        if each.section == topic.section and each != topic
    ]
    context = {"page": handbook.document(name), "topic": topic, "beside": beside}
    return render(request, "reports/handbook_page.html", context)


@require_GET
def handbook_picture(request: HttpRequest, name: str) -> FileResponse:
    if not handbook.PICTURE.fullmatch(f"images/{name}") or not handbook.picture_file(name).is_file():
        raise Http404
    answer = FileResponse(handbook.picture_file(name).open("rb"), content_type="image/png")
    answer["Cache-Control"] = KEPT
    return answer
