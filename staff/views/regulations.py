"""The regulations register: list with full-text search, one document, versions, files, comparison, readings, editions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from staff.comparison import side_by_side
from staff.enums import RuleChange
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.filters.regulations import RegulationFilter
from staff.forms.regulations import (
    EditionForm,
    RegulationForm,
    RepealForm,
    RuleFileForm,
    VersionForm,
    record_rule,
)
from staff.models import (
    Activity,
    Regulation,
    RegulationEdition,
    RegulationFile,
    RegulationReading,
    RegulationVersion,
    Verb,
    setting,
)
from staff.pages import SHOWN_ACTIVITIES
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow import regulations

VIEW = permission_required(Perms.VIEW_REGULATIONS, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_REGULATIONS, raise_exception=True)


def regulation_columns(filters: RegulationFilter) -> list[Column]:
    return [
        Column("code", "编号", value="regulation.code", sort="regulation__code", phone="secondary"),
        Column("title", "名称", sort="title", phone="primary"),
        Column("category", "类别", value="regulation.get_category_display", sort="regulation__category", phone="hidden"),
        Column("nature", "性质", value="regulation.get_nature_display", sort="regulation__nature", phone="hidden"),
        Column("version", "版本", sort="version", align="end", phone="hidden"),
        Column("change", "变动", value="get_change_display", phone="hidden"),
        Column("document_number", "文号", sort="document_number", phone="secondary"),
        Column("issued_on", "印发日期", sort="issued_on", phone="hidden"),
        Column("effective_on", "施行日期", sort="effective_on", phone="secondary"),
        Column("owner", "主办科室", value="regulation.owner.label", sort="regulation__owner__order", phone="hidden"),
        Column("standing", "状态", value=lambda row: row.standing_on(filters.day), template="staff/_rule_cell.html", phone="primary"),
    ]  # fmt: skip


def regulation_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_REGULATIONS):
        raise PermissionDenied
    rows = RegulationVersion.objects.visible_to(user).select_related("regulation__owner").defer("text")
    filters = RegulationFilter(request.GET, queryset=rows)
    found = filters.qs
    return Table(
        columns=regulation_columns(filters),
        rows=found,
        request=request,
        name="regulations",
        caption="制度汇编",
        default_sort="code",
        row_url=lambda row: row.regulation.get_absolute_url(),
        row_tone=lambda row: "muted" if row.change == RuleChange.REPEALED else "",
        filters=filters,
        export_url=reverse("staff:export", args=[REGULATION_EXPORT.key]),
        empty="还没有制度。可以登记，或从表格导入。",
        empty_action=("登记制度", reverse("staff:regulation-create"))
        if user.has_perm(Perms.MANAGE_REGULATIONS)
        else None,
    )


REGULATION_EXPORT = register_export(ListExport("staff.regulations", "制度汇编", regulation_table))


@require_GET
@VIEW
def regulation_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/regulation_list.html", {"table": regulation_table(request)})


def visible_regulation(request: HttpRequest, pk: int) -> Regulation:
    return get_object_or_404(Regulation.objects.visible_to(request.user).select_related("owner"), pk=pk)


@require_GET
@VIEW
def regulation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    regulation = visible_regulation(request, pk)
    newest = regulation.versions.order_by("-version").first()
    return version_page(request, regulation, newest)


@require_GET
@VIEW
def regulation_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    regulation = visible_regulation(request, pk)
    return version_page(request, regulation, get_object_or_404(regulation.versions, version=number))


def version_page(request: HttpRequest, regulation: Regulation, version: RegulationVersion | None) -> HttpResponse:
    """A document at one version: its text, files, all versions, who has read it."""
    user = request.user
    versions = list(regulation.versions.order_by("-version").defer("text"))
    open_ended = bool(versions) and versions[0].change != RuleChange.REPEALED
    readings = RegulationReading.objects.filter(version=version).select_related("user") if reading_on() else []
    manages = user.has_perm(Perms.MANAGE_REGULATIONS)
    context: dict[str, Any] = {
        "regulation": regulation,
        "version": version,
        "paragraphs": version.text.splitlines() if version else [],
        "versions": versions,
        "files": version.files.all() if version else [],
        "can_revise": manages and open_ended,
        "can_file": manages,
        "can_correct": manages and bool(versions) and version == versions[0],
        "can_take_back": manages and len(versions) > 1 and version == versions[0],
        "file_form": RuleFileForm() if manages and version else None,
        "repeal_form": RepealForm(regulation=regulation) if manages and open_ended else None,
        "reading_on": reading_on(),
        "readings": readings,
        "have_read": any(reading.user_id == user.pk for reading in readings),
        "compare_on": compare_on() and len(versions) > 1,
        "activities": Activity.objects.about(regulation)[:30],
    }
    return render(request, "staff/regulation_detail.html", context)


def reading_on() -> bool:
    return bool(setting("regulations.reading"))


def compare_on() -> bool:
    return bool(setting("regulations.compare"))


@require_http_methods(["GET", "POST"])
@MANAGE
def regulation_create(request: HttpRequest) -> HttpResponse:
    form = RegulationForm(request.POST or None)
    first = VersionForm(request.POST or None, first=True)
    if request.method == "POST" and all([form.is_valid(), first.is_valid()]):
        regulation = record_rule(form, first, by=request.user)
        if regulation is not None:
            messages.success(request, f"《{regulation.title}》已登记。")
            return redirect(regulation)
    context = {"form": form, "version_form": first, "title": "登记制度", "back": reverse("staff:regulation-list")}
    return render(request, "staff/regulation_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def regulation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a document is filed; what it says is changed by a revision or a correction."""
    regulation = visible_regulation(request, pk)
    form = RegulationForm(request.POST or None, instance=regulation)
    if request.method == "POST" and form.is_valid() and (refiled := form.refile(by=request.user)):
        messages.success(request, "归类已修改。")
        return redirect(refiled)
    context = {
        "form": form,
        "version_form": None,
        "title": f"修改归类：{regulation.title}",
        "back": regulation.get_absolute_url(),
    }
    return render(request, "staff/regulation_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def regulation_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """A revision starts from the text of the version before it."""
    regulation = visible_regulation(request, pk)
    last = regulation.versions.order_by("-version").first()
    initial = {"title": last.title, "based_on": last.based_on, "text": last.text} if last else {}
    form = VersionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.revise(regulation, change=RuleChange.REVISED, by=request.user)
        if version is not None:
            messages.success(request, f"已登记第{version.version}版。")
            return redirect(regulation)
    context = {"form": None, "version_form": form, "title": f"修订《{regulation.title}》", "back": regulation.get_absolute_url()}  # fmt: skip
    return render(request, "staff/regulation_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@MANAGE
def regulation_repeal(request: HttpRequest, pk: int) -> HttpResponse:
    regulation = visible_regulation(request, pk)
    form = RepealForm(request.POST, regulation=regulation)
    if form.is_valid() and form.revise(regulation, change=RuleChange.REPEALED, by=request.user):
        messages.success(request, f"已登记废止《{regulation.title}》。")
        return redirect(regulation)
    context = {"form": None, "version_form": form, "title": f"废止《{regulation.title}》", "back": regulation.get_absolute_url()}  # fmt: skip
    return render(request, "staff/regulation_form.html", context, status=422)


@require_http_methods(["GET", "POST"])
@MANAGE
def regulation_correct(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Put right a slip in the newest version; earlier ones and issued editions stay as they were."""
    regulation = visible_regulation(request, pk)
    version = get_object_or_404(regulation.versions, version=number)
    form = VersionForm(request.POST or None, instance=version, first=version.change == RuleChange.NEW)
    if request.method == "POST" and form.is_valid() and form.correct(by=request.user):
        messages.success(request, "已更正。")
        return redirect(regulation)
    context = {"form": None, "version_form": form, "title": f"更正第{number}版", "back": regulation.get_absolute_url()}
    return render(request, "staff/regulation_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@MANAGE
def regulation_take_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Undo the newest version; asked again after it is gone, the page simply says where things stand."""
    regulation = visible_regulation(request, pk)
    version = regulation.versions.filter(version=number).first()
    reason = request.POST.get("reason", "").strip()
    if version is None:
        messages.info(request, f"第{number}版的登记已经撤销。")
    elif len(reason) < 4:
        messages.error(request, "撤销登记要写明原因（至少 4 个字），没有撤销。")
    else:
        try:
            regulations.take_back(version, by=request.user, reason=reason[:200])
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"第{number}版的登记已撤销，上一版照旧施行。")
    return redirect(regulation)


@require_POST
@MANAGE
def regulation_file_add(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    regulation = visible_regulation(request, pk)
    version = get_object_or_404(regulation.versions, version=number)
    form = RuleFileForm(request.POST, request.FILES)
    if form.is_valid() and (stored := form.store(version, by=request.user)):
        Activity.record(Verb.UPDATE, regulation, by=request.user, title="上传附件", note=f"文件校验值 {stored.sha256}")
        messages.success(request, "附件已上传。")
    else:
        messages.error(request, " ".join(form.errors.get("file", ["请选择文件。"])))
    return redirect(version)


@require_GET
@VIEW
def regulation_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    regulation = visible_regulation(request, pk)
    stored = get_object_or_404(RegulationFile, version__regulation=regulation, pk=file_pk)
    return send_file(stored.file, regulation.title)


@require_GET
@VIEW
def regulation_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions side by side: the newest against the one before, or those that the address names."""
    regulation = visible_regulation(request, pk)
    versions = {version.version: version for version in regulation.versions.order_by("version")}
    if not compare_on() or len(versions) < 2:
        raise Http404
    numbers = sorted(versions)
    chosen = [int(text) for text in (request.GET.get("left", ""), request.GET.get("right", "")) if text.isdecimal()]
    left, right = chosen if len(chosen) == 2 and set(chosen) <= set(numbers) else numbers[-2:]
    context = {
        "regulation": regulation,
        "left": versions[left],
        "right": versions[right],
        "versions": versions.values(),
        "pairs": side_by_side(versions[left].text, versions[right].text),
    }
    return render(request, "staff/regulation_compare.html", context)


@require_POST
@VIEW
def regulation_read(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    regulation = visible_regulation(request, pk)
    if not reading_on():
        raise Http404
    regulations.confirm_reading(get_object_or_404(regulation.versions, version=number), by=request.user)
    messages.success(request, "已确认阅读。")
    return redirect(regulation)


# --- Editions ---------------------------------------------------------------------------------------------------------


def edition_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_REGULATIONS):
        raise PermissionDenied
    return Table(
        columns=[
            Column("ordinal", "版次", value=str, sort="ordinal", phone="primary"),
            Column("as_of", "截至日期", sort="as_of", phone="secondary"),
            Column("rules", "制度", value=lambda edition: len(edition.contents), unit="项", phone="secondary"),
            Column("number", "文号", phone="secondary"),
            Column("signed_at", "印发时间", sort="signed_at", phone="hidden"),
            Column("state", "状态", value=lambda edition: "已印发" if edition.is_signed else "编制中", phone="primary"),
        ],
        rows=RegulationEdition.objects.visible_to(request.user),
        request=request,
        name="editions",
        default_sort="-ordinal",
        row_url=RegulationEdition.get_absolute_url,
        export_url=reverse("staff:export", args=[EDITION_EXPORT.key]),
        empty="还没有编制过汇编；每版收哪些制度、按什么顺序，由办公室定。",
        empty_action=("编制汇编", reverse("staff:edition-create"))
        if request.user.has_perm(Perms.MANAGE_REGULATIONS)
        else None,
    )


EDITION_EXPORT = register_export(ListExport("staff.editions", "制度汇编各版", edition_table))


@require_GET
@VIEW
def edition_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/edition_list.html", {"table": edition_table(request)})


@require_http_methods(["GET", "POST"])
@MANAGE
def edition_create(request: HttpRequest) -> HttpResponse:
    form = EditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        edition = form.store(by=request.user)
        if edition is not None:
            messages.success(request, f"{edition}已编好，收入 {len(edition.contents)} 项制度。核对后印发。")
            return redirect(edition)
    return render(request, "staff/edition_form.html", {"form": form}, status=422 if request.method == "POST" else 200)


def visible_edition(request: HttpRequest, pk: int) -> RegulationEdition:
    return get_object_or_404(RegulationEdition.objects.visible_to(request.user).select_related("signed_by"), pk=pk)


@require_GET
@VIEW
def edition_detail(request: HttpRequest, pk: int) -> HttpResponse:
    edition = visible_edition(request, pk)
    can_issue = request.user.has_perm(Perms.ISSUE_EDITION) and not edition.is_signed
    can_discard = request.user.has_perm(Perms.MANAGE_REGULATIONS) and not edition.is_signed
    context = {
        "edition": edition,
        "can_issue": can_issue,
        "can_discard": can_discard,
        "activities": Activity.objects.about(edition)[:SHOWN_ACTIVITIES],
    }
    return render(request, "staff/edition_detail.html", context)


@require_POST
@MANAGE
def edition_discard(request: HttpRequest, pk: int) -> HttpResponse:
    edition = visible_edition(request, pk)
    try:
        regulations.discard_edition(edition, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(edition)
    messages.success(request, f"{edition}的清样已放弃，版次可以再用。")
    return redirect("staff:edition-list")


@require_POST
@permission_required(Perms.ISSUE_EDITION, raise_exception=True)
def edition_issue(request: HttpRequest, pk: int) -> HttpResponse:
    edition = visible_edition(request, pk)
    try:
        regulations.issue_edition(edition, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{edition}已印发，文号 {edition.number}。")
    return redirect(edition)


@require_GET
@VIEW
def edition_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The issued file, byte for byte; of a draft a proof."""
    edition = visible_edition(request, pk)
    if edition.is_signed:
        Activity.record(Verb.PRINT, edition, by=request.user, title="下载汇编")
        return send_file(edition.paper, str(edition), inline=True)
    return send_made(regulations.edition_pdf(edition), f"{edition}.pdf", inline=True)
