"""Ways in: the window's form, correcting it, the whole course at once, results only, emergencies; the checklist."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permits.authority import city_road_ways
from permits.forms.applications import ApplicationForm, BaseApplicationForm
from permits.forms.entries import EmergencyForm, QuickForm, ResultForm
from permits.forms.materials import MaterialFileForm, TickForm
from permits.models import Application, MaterialFile
from permits.permissions import can_edit_application, can_tick_materials
from permits.views.access import VIEW
from permits.views.cases import LIST, case_page, visible_application
from staff.files import send_file
from staff.pages import form_page
from staff.permissions import Perms
from staff.refusals import Refused

RECEIVE = permission_required(Perms.RECEIVE_PERMIT, raise_exception=True)


def application_form(
    request: HttpRequest, form: BaseApplicationForm, title: str, lead: str, submit: str
) -> HttpResponse:
    draft = "" if form.instance.pk else f"permit-{type(form).__name__.lower()}"
    context = {"form": form, "title": title, "lead": lead, "submit": submit, "back": LIST, "draft": draft}
    status = 422 if request.method == "POST" else 200
    return render(request, "permits/application_form.html", context, status=status)


def say_whose_road(request: HttpRequest, application: Application) -> None:
    """As soon as it is stored the window hears that the road is the city's, and what may be done."""
    if words := city_road_ways(application):
        messages.warning(request, f"{words}。")


@require_http_methods(["GET", "POST"])
@RECEIVE
def application_create(request: HttpRequest) -> HttpResponse:
    form = ApplicationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_whole() and (made := form.store()):
        messages.success(request, f"已登记 {made.number}：{made.get_state_display()}。")
        say_whose_road(request, made)
        return redirect(made)
    lead = "窗口收件。面积由系统按长 × 宽计算并合计；材料清单按所选事项版本自动列出。"
    return application_form(request, form, "登记申请", lead, "保存")


@require_http_methods(["GET", "POST"])
@RECEIVE
def application_edit(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    if not can_edit_application(request.user, application):
        messages.info(
            request, f"{application.number}{application.get_state_display()}，申请内容不能再改；受理后的变动走变更。"
        )
        return redirect(application)
    form = ApplicationForm(request.POST or None, instance=application, user=request.user)
    if request.method == "POST" and form.is_whole() and form.store():
        messages.success(request, "已保存。")
        say_whose_road(request, application)
        return redirect("permits:application-detail", pk)
    return application_form(request, form, f"修改 {application.number}", "受理以前可以修改。", "保存")


@require_http_methods(["GET", "POST"])
@RECEIVE
def quick_create(request: HttpRequest) -> HttpResponse:
    form = QuickForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_whole() and (made := form.store()):
        flaws = made.flaws.count()
        words = f"，其中 {flaws} 项程序瑕疵已注明" if flaws else ""
        messages.success(request, f"已登记 {made.number}：{made.get_state_display()}{words}。")
        return redirect(made)
    lead = "常见许可一页登完：还没有发生的环节留空，以后在案卷里接着办。线下办理与规定不符的如实登记，并注明条款。"
    return application_form(request, form, "快速登记", lead, "登记")


@require_http_methods(["GET", "POST"])
@RECEIVE
def result_create(request: HttpRequest) -> HttpResponse:
    form = ResultForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_whole() and (made := form.store()):
        messages.success(request, f"已登记 {made.number} 的结果。")
        return redirect(made)
    lead = "过程在其他平台或者纸质案卷里的，只登记结果；不评判过程，照样计入统计和道路占用情况。"
    return application_form(request, form, "只登记结果", lead, "登记")


@require_http_methods(["GET", "POST"])
@RECEIVE
def emergency_create(request: HttpRequest) -> HttpResponse:
    form = EmergencyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_whole() and (made := form.store()):
        messages.success(request, f"已登记抢修报备 {made.number}，请督促 24 小时内补办。")
        return redirect(made)
    lead = "埋设在城市道路下的管线发生故障需要紧急抢修的，可以先行破路，同时通知城管和公安交管部门，24 小时内补办（《城市道路管理条例》第三十四条）。"
    return application_form(request, form, "抢修报备", lead, "登记")


# --- The checklist ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@VIEW
def materials(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    if not can_tick_materials(request.user, application):
        raise PermissionDenied
    form = TickForm(request.POST or None, application=application)
    back = (application.number, f"{application.get_absolute_url()}?tab=materials")
    if request.method == "POST" and form.is_valid():
        try:
            form.store(by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "材料核对已保存。")
            return redirect(back[1])
    return form_page(request, form, title="核对材料", back=back, note="缺少必须材料的不能受理，应一次性告知补正。")


@require_POST
@VIEW
def material_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    if not can_tick_materials(request.user, application):
        raise PermissionDenied
    form = MaterialFileForm(request.POST, request.FILES, application=application)
    if form.is_valid() and form.store(by=request.user):
        messages.success(request, "文件已保存。")
        return redirect(f"{application.get_absolute_url()}?tab=materials")
    request.GET = request.GET.copy()
    request.GET["tab"] = "materials"
    page = case_page(request, application)
    page.more["file_form"] = form
    return page.show(request, status=422)


@require_GET
@VIEW
def material_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    application = visible_application(request, pk)
    row = get_object_or_404(MaterialFile, pk=file_pk, submitted__application=application)
    name = row.original_name or f"{application.number}-{row.pk}"
    return send_file(row.file, name, inline=row.is_picture)
