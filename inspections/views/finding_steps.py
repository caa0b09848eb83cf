"""The steps of a finding, one short function each; and the same for many rows of the list at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from inspections.enums import ReviewOutcome
from inspections.forms.steps import BatchForm
from inspections.views.finding_page import step_finding
from inspections.workflow import findings as workflow
from inspections.workflow import orders, rectification
from staff.permissions import Perms

SHOWN_REFUSALS = 5


@require_POST
@permission_required(Perms.CONFIRM_FINDING, raise_exception=True)
def finding_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "confirm", "{number} 已确认。")


@require_POST
@permission_required(Perms.CONFIRM_FINDING, raise_exception=True)
def finding_deduct(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "deduct", "{number} 只扣分，已告知责任单位。")


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def finding_order(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "order", "{number} 已交办，期限自送达起算。")


@require_POST
@permission_required(Perms.RECTIFY_FINDING, raise_exception=True)
def finding_report(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "report", "{number} 已反馈，等待复查。")


@require_POST
@permission_required(Perms.REVIEW_FINDING, raise_exception=True)
def finding_review(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "review", "{number} 的复查结论已登记。")


@require_POST
@permission_required(Perms.RECTIFY_FINDING, raise_exception=True)
def finding_extend(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "extend", "{number} 的延期申请已提交，答复之前原期限照走。")


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def finding_answer(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "answer", "{number} 的延期申请已答复。")


@require_POST
@permission_required(Perms.RECTIFY_FINDING, raise_exception=True)
def finding_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "appeal", "{number} 的申诉已提交，扣分待定；整改期限照走。")


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def finding_paper_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "paper-appeal", "{number} 的申诉已补录，扣分待定；整改期限照走。")


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def finding_shelve(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "shelve", "{number} 已挂账。")


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def finding_resume(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "resume", "{number} 已恢复办理，待重新交办。")


@require_POST
@permission_required(Perms.CLOSE_FINDING, raise_exception=True)
def finding_close(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "close", "{number} 已销号。")


@require_POST
@permission_required(Perms.VOID_FINDING, raise_exception=True)
def finding_void(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "void", "{number} 已作废，不再计数、计分。")


@require_POST
@permission_required(Perms.REDUCE_FINDING, raise_exception=True)
def finding_reduce(request: HttpRequest, pk: int) -> HttpResponse:
    return step_finding(request, pk, "reduce", "{number} 的减免已登记，扣分已改。")


# --- Many at once -----------------------------------------------------------------------------------------------------


def back_to_list(request: HttpRequest) -> HttpResponse:
    """The list as it was filtered when the buttons were pressed."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return redirect(came_from)
    return redirect(reverse("inspections:finding-list"))


def tell(request: HttpRequest, what: str, done: int, refused: list[str]) -> None:
    if done:
        messages.success(request, f"{what} {done} 条。")
    if refused:
        more = f"……等 {len(refused)} 条" if len(refused) > SHOWN_REFUSALS else ""
        messages.warning(request, f"没有办理的：{'；'.join(refused[:SHOWN_REFUSALS])}{more}")


def ticked(request: HttpRequest) -> BatchForm | None:
    form = BatchForm(request.POST, user=request.user)
    if form.is_valid():
        return form
    messages.error(request, "没有选中可以办理的问题。请先在列表里勾选。")
    return None


@require_POST
@permission_required(Perms.CONFIRM_FINDING, raise_exception=True)
def batch_confirm(request: HttpRequest) -> HttpResponse:
    if form := ticked(request):
        tell(request, "已确认", *form.each(lambda finding: orders.confirm_finding(finding, by=request.user)))
    return back_to_list(request)


@require_POST
@permission_required(Perms.ORDER_FINDING, raise_exception=True)
def batch_order(request: HttpRequest) -> HttpResponse:
    if form := ticked(request):
        numbers, refused = form.order()
        if numbers:
            messages.success(request, f"已下达 {len(numbers)} 份交办单：{'、'.join(numbers)}。")
        tell(request, "", 0, refused)
    return back_to_list(request)


@require_POST
@permission_required(Perms.REVIEW_FINDING, raise_exception=True)
def batch_pass(request: HttpRequest) -> HttpResponse:
    if form := ticked(request):
        passed = form.each(
            lambda finding: rectification.review_finding(finding, outcome=ReviewOutcome.PASSED, by=request.user)
        )
        tell(request, "复查合格并销号", *passed)
    return back_to_list(request)


@require_POST
@permission_required(Perms.CLOSE_FINDING, raise_exception=True)
def batch_close(request: HttpRequest) -> HttpResponse:
    if form := ticked(request):
        tell(request, "已销号", *form.each(lambda finding: workflow.close_finding(finding, by=request.user)))
    return back_to_list(request)
