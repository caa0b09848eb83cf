"""案由目录: what is unlawful, what it costs, versions of an entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from billboards.forms.violations import ViolationForm, written
from billboards.models import Violation
from billboards.permissions import can_keep_catalogue
from billboards.views.papers import VIEW
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.pages import Fact, RecordPage, form_page, require

LIST = ("违法行为目录", "billboards:violation-list")


def violation_table(request: HttpRequest) -> Table:
    today = timezone.localdate()
    rows = Violation.objects.visible_to(request.user)
    if not request.GET.get("all"):
        rows = rows.in_force(today)
    return Table(
        columns=[
            Column("code", "代码", sort="code", phone="primary"),
            Column("name", "案由", sort="name", phone="primary"),
            Column("provision", "违反的规定", phone="secondary"),
            Column("basis", "依据", phone="hidden"),
            Column("fine", "罚款幅度", value="fine_words", phone="secondary"),
            Column("transfer", "移送", value=lambda row: row.get_transfer_to_display(), phone="hidden"),
            Column("valid_from", "生效日期", sort="valid_from", phone="hidden"),
            Column("source", "依据文件", phone="hidden", optional=True),
        ],
        rows=rows,
        request=request,
        name="violations",
        caption="违法行为目录",
        default_sort="code",
        row_url=Violation.get_absolute_url,
        export_url=reverse("staff:export", args=[VIOLATION_EXPORT.key]),
        empty="目录还是空的。",
        empty_action=("登记违法行为", reverse("billboards:violation-create"))
        if can_keep_catalogue(request.user)
        else None,
    )


VIOLATION_EXPORT = register_export(ListExport("billboards.violations", "违法行为目录", violation_table))


@require_GET
@VIEW
def violation_list(request: HttpRequest) -> HttpResponse:
    links = [("登记违法行为", reverse("billboards:violation-create"), True)] if can_keep_catalogue(request.user) else []
    lead = "数额依据地方规定的，录入规定后才能决定罚款；改动以新版本生效，旧案按旧版本。"
    context = {"table": violation_table(request), "title": "违法行为目录", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_GET
@VIEW
def violation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    violation = get_object_or_404(Violation.objects.visible_to(request.user), pk=pk)
    versions = Violation.objects.filter(code=violation.code).exclude(pk=violation.pk)
    facts = [
        Fact("违反的规定", violation.provision),
        Fact("依据", violation.basis),
        Fact("措施", violation.measure),
        Fact("罚款幅度", violation.fine_words),
        Fact("听证", "按其他较重处罚告知听证" if violation.hearing else "按罚款数额"),
        Fact("移送", violation.get_transfer_to_display() or "本局办理"),
        Fact("依据文件", violation.source),
        Fact("有效期", f"{violation.valid_from} 起" + (f"，至 {violation.valid_to}" if violation.valid_to else "")),
    ]
    page = RecordPage(
        record=violation,
        title=f"{violation.code} {violation.name}",
        crumbs=[LIST],
        facts=facts,
        edit_url=reverse("billboards:violation-revise", args=[violation.pk])
        if can_keep_catalogue(request.user)
        else "",
        parts=["billboards/_violation_parts.html"],
        more={"steps": violation.steps.all(), "versions": versions},
    )
    return page.show(request)


def stored(request: HttpRequest, form: ViolationForm, title: str, note: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (violation := form.store(by=request.user)):
        messages.success(request, "已登记，自生效日期起适用。")
        return redirect(violation)
    return form_page(request, form, title=title, back=LIST, submit="登记", note=note)


@require_http_methods(["GET", "POST"])
@VIEW
def violation_create(request: HttpRequest) -> HttpResponse:
    require(can_keep_catalogue(request.user))
    return stored(request, ViolationForm(request.POST or None), "登记违法行为", "写明依据文件和文号。")


@require_http_methods(["GET", "POST"])
@VIEW
def violation_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of an entry, starting from what this one says."""
    require(can_keep_catalogue(request.user))
    violation = get_object_or_404(Violation.objects.visible_to(request.user), pk=pk)
    names = [name for name in ViolationForm.Meta.fields if name != "valid_from"]
    initial = {name: getattr(violation, name) for name in names} | {"steps": written(violation.steps.all())}
    form = ViolationForm(request.POST or None, initial=initial)
    return stored(request, form, f"修订 {violation.code}", "保存为新版本；现行版本到生效前一日为止。")
