"""The money of a case: reckoned line by line, frozen, let off, paid, paid back. And the books of all cases."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from permits.filters.fees import AssessmentFilter, PaymentFilter
from permits.forms.fees import ArrivalForm, AssessForm, DepositForm, ExemptForm, MoneyForm, PaymentForm, RefundForm
from permits.models import Application, FeeAssessment, FeePayment, FeeRefund
from permits.permissions import can_collect, can_exempt, why_not_assess
from permits.views.access import ASSESS, COLLECT, VIEW
from permits.workflow import fees as money
from staff.case_papers import paper_head
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.models import User
from staff.pages import form_page, pdf_answer, store_or_show
from staff.permissions import Perms
from staff.refusals import Refused


@dataclass(frozen=True)
class Standing:
    """One assessment as the page shows it, with the steps open to the reader."""

    row: FeeAssessment
    exempts: bool
    collects: bool
    refunds: bool
    voids: bool


def standing_of(user: User, row: FeeAssessment) -> Standing:
    paid = row.paid
    collects = can_collect(user, row)
    exempts = can_exempt(user, row)
    return Standing(row, exempts, collects, collects and paid > row.refunded, exempts and not paid)


def visible_application(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(Application.objects.visible_to(request.user).select_related("handler"), pk=pk)


def visible_assessment(request: HttpRequest, pk: int) -> FeeAssessment:
    rows = FeeAssessment.objects.visible_to(request.user).select_related("application", "tariff", "frozen_by")
    return get_object_or_404(rows.prefetch_related("payments", "refunds"), pk=pk)


def fee_context(user: User, application: Application) -> dict[str, Any]:
    """What templates/permits/_fees.html shows: for the fee page and for the tab of a case."""
    rows = application.assessments.select_related("tariff", "frozen_by").prefetch_related("payments", "refunds")
    standing = [standing_of(user, row) for row in rows.order_by("pk")]
    live = [each.row for each in standing if each.row.voided_at is None]
    return {
        "application": application,
        "assessments": [each for each in standing if each.row.voided_at is None],
        "voided": [each.row for each in standing if each.row.voided_at is not None],
        "due": sum(row.due for row in live),
        "paid": sum(row.paid for row in live),
        "outstanding": sum(row.outstanding for row in live),
        "refunded": sum(row.refunded for row in live),
        "pay_due": application.pay_due if any(row.outstanding for row in live) else None,
        "pay_late": application.pay_due is not None and application.pay_due < timezone.localdate(),
        "why_not_assess": why_not_assess(user, application),
        "deposits": DepositForm.is_on(),
    }


@require_GET
@VIEW
def fee_page(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    return render(request, "permits/fee_page.html", fee_context(request.user, application))


@require_http_methods(["GET", "POST"])
@ASSESS
def fee_assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Tried out by GET, line by line; frozen by POST."""
    application = visible_application(request, pk)
    if problem := why_not_assess(request.user, application):
        messages.error(request, problem)
        return redirect("permits:fee-page", pk)
    form = AssessForm(request.POST if request.method == "POST" else request.GET, application=application)
    tried = form.tried() if form.is_bound else None
    if request.method == "POST" and tried and (done := form.store(by=request.user)):
        messages.success(request, f"已核定{done}。")
        return redirect("permits:fee-page", pk)
    computation, tariff = tried or (None, None)
    context = {"application": application, "form": form, "computation": computation, "tariff": tariff}
    return render(request, "permits/fee_assess.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@ASSESS
def fee_deposit(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    form = DepositForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            money.assess_deposit(application, form.cleaned_data["amount"], form.cleaned_data["basis"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记保证金。")
            return redirect("permits:fee-page", pk)
    back = (f"{application.number} 的费用", reverse("permits:fee-page", args=[pk]))
    return form_page(request, form, title="登记保证金", back=back, note=money.NO_BASIS + "。")


# --- Steps on one assessment ------------------------------------------------------------------------------------------


def money_step(request: HttpRequest, pk: int, form_class: type[MoneyForm], title: str, done: str) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    form = form_class(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, done)
        return redirect(assessment)
    back = (f"{assessment.application.number} 的费用", assessment.get_absolute_url())
    return form_page(request, form, title=f"{title}：{assessment}", back=back)


@require_http_methods(["GET", "POST"])
@ASSESS
def fee_exempt(request: HttpRequest, pk: int) -> HttpResponse:
    return money_step(request, pk, ExemptForm, "登记减免", "已登记减免。")


@require_http_methods(["GET", "POST"])
@COLLECT
def fee_pay(request: HttpRequest, pk: int) -> HttpResponse:
    return money_step(request, pk, PaymentForm, "登记缴费", "已登记缴费。")


@require_http_methods(["GET", "POST"])
@COLLECT
def fee_refund(request: HttpRequest, pk: int) -> HttpResponse:
    return money_step(request, pk, RefundForm, "登记退费", "已登记退费。")


@require_http_methods(["GET", "POST"])
@COLLECT
def refund_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    rows = FeeRefund.objects.filter(assessment__in=FeeAssessment.objects.visible_to(request.user))
    refund = get_object_or_404(rows.select_related("assessment__application"), pk=pk)
    assessment = refund.assessment
    back = (f"{assessment.application.number} 的费用", assessment.get_absolute_url())
    form = ArrivalForm(request.POST or None, refund=refund)
    note = f"{refund.decided_on}决定退 {refund.amount} 元：{refund.get_ground_display()}。"
    return store_or_show(request, form, title="登记退款到账", back=back, to=back[1], note=note)


def void_step(request: HttpRequest, title: str, back_to: str, label: str, step: Any) -> HttpResponse:
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            step(form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已作废。")
            return redirect(back_to)
    return form_page(request, form, title=title, back=(label, back_to), submit="作废")


@require_http_methods(["GET", "POST"])
@ASSESS
def fee_void(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_assessment(request, pk)
    label = f"{row.application.number} 的费用"
    return void_step(
        request, f"作废核定：{row}", row.get_absolute_url(), label,
        lambda reason: money.void_assessment(row, by=request.user, reason=reason),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@COLLECT
def payment_void(request: HttpRequest, pk: int) -> HttpResponse:
    rows = FeePayment.objects.filter(assessment__in=FeeAssessment.objects.visible_to(request.user))
    payment = get_object_or_404(rows.select_related("assessment__application"), pk=pk)
    assessment = payment.assessment
    label = f"{assessment.application.number} 的费用"
    return void_step(
        request, f"作废缴费登记：{payment}", assessment.get_absolute_url(), label,
        lambda reason: money.void_payment(payment, by=request.user, reason=reason),
    )  # fmt: skip


@require_GET
@VIEW
def assessment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The computation as a sheet for the file: every line with its sum, tariff, reliefs and payments."""
    row = visible_assessment(request, pk)
    title = f"{row.get_kind_display()}核定单"
    head = paper_head(title, number=row.application.number, day=timezone.localdate(row.frozen_at))
    return pdf_answer(request, "permits/pdf/assessment.html", {"paper": head, "row": row}, title)


@require_GET
@VIEW
def payment_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """缴费凭单: what was paid on which assessment, for the payer to take along; the treasury's own receipt stays the receipt."""
    live = FeePayment.objects.filter(voided_at=None)
    rows = live.filter(assessment__in=FeeAssessment.objects.visible_to(request.user))
    row = get_object_or_404(rows.select_related("assessment__application", "assessment__tariff", "recorded_by"), pk=pk)
    title, number = "缴费凭单", row.assessment.application.number
    head = paper_head(title, number=f"{number}-{row.pk}", day=row.paid_on)
    return pdf_answer(request, "permits/pdf/payment_slip.html", {"paper": head, "row": row}, f"{title} {number}")


# --- The books --------------------------------------------------------------------------------------------------------


OPEN = Sum("open_sum", filter=Q(open_sum__gt=0), default=Decimal(0))


def assessment_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = FeeAssessment.objects.visible_to(request.user).current().with_sums()
    filters = AssessmentFilter(request.GET, queryset=rows.select_related("application", "tariff"), request=request)
    return Table(
        columns=[
            Column("number", "申请", value="application.number", sort="application__number", phone="primary"),
            Column("applicant", "申请人", value="application.applicant_name", sort="application__applicant_name", phone="secondary"),
            Column("kind", "费种", value="get_kind_display", sort="kind", phone="secondary"),
            Column("cause", "事由", value="get_cause_display", sort="cause", phone="hidden", optional=True),
            Column("total", "核定", sort="total", unit="元", total=Sum("total"), phone="secondary"),
            Column("exempted", "减免", sort="exempted", unit="元", total=Sum("exempted"), phone="hidden"),
            Column("paid", "已缴", value="paid_sum", sort="paid_sum", unit="元", total=Sum("paid_sum"), phone="secondary"),
            Column("refunded", "已退", value="refunded_sum", sort="refunded_sum", unit="元", total=Sum("refunded_sum"), phone="hidden"),
            Column("open", "未缴", value=lambda row: max(row.open_sum, 0), sort="open_sum", unit="元", total=OPEN, phone="secondary"),
            Column("frozen_at", "核定日期", value=lambda row: timezone.localdate(row.frozen_at), sort="frozen_at", phone="hidden"),
            Column("tariff", "收费标准", value=lambda row: str(row.tariff or row.basis), phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="permit-assessments",
        caption="费用核定",
        default_sort="-frozen_at",
        row_url=FeeAssessment.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[ASSESSMENT_EXPORT.key]),
        empty="还没有核定过费用。在申请的“费用”里核定。",
    )  # fmt: skip


ASSESSMENT_EXPORT = register_export(ListExport("permits.assessments", "许可费用核定", assessment_table))


def payment_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = FeePayment.objects.filter(assessment__in=FeeAssessment.objects.visible_to(request.user), voided_at=None)
    rows = rows.select_related("assessment__application")
    filters = PaymentFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("paid_on", "缴费日期", sort="paid_on", phone="secondary"),
            Column("number", "申请", value="assessment.application.number", sort="assessment__application__number", phone="primary"),
            Column("payer", "缴款人", value=lambda row: row.payer or row.assessment.application.applicant_name, phone="secondary"),
            Column("kind", "费种", value="assessment.get_kind_display", sort="assessment__kind", phone="secondary"),
            Column("amount", "金额", sort="amount", unit="元", total=Sum("amount"), phone="secondary"),
            Column("receipt_number", "票据号", sort="receipt_number", phone="hidden"),
            Column("late_entry", "补录", sort="late_entry", phone="hidden"),
            Column("note", "备注", phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="permit-payments",
        caption="缴费台账",
        default_sort="-paid_on",
        row_url=lambda row: row.assessment.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[PAYMENT_EXPORT.key]),
        empty="还没有登记缴费。在申请的“费用”里登记。",
    )  # fmt: skip


PAYMENT_EXPORT = register_export(ListExport("permits.payments", "许可缴费台账", payment_table))


@require_GET
@VIEW
def assessment_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/assessment_list.html", {"table": assessment_table(request)})


@require_GET
@VIEW
def payment_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/payment_list.html", {"table": payment_table(request)})
