"""执法证: list, one certificate, registering, ending, and which day brings how many to an end."""

from __future__ import annotations

from itertools import groupby
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.people import CertificateFilter
from staff.forms.people import CertificateForm, EndCertificateForm
from staff.forms.records import ReasonForm
from staff.models import Activity, Certificate
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal
from staff.workflow import certificates

VIEW = permission_required(Perms.VIEW_PEOPLE, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_PEOPLE, raise_exception=True)
CERTIFICATE_COLUMNS = [
    Column("person", "持证人", value="person.name", sort="person__name", phone="primary"),
    Column("number", "证号", sort="number", phone="secondary"),
    Column("issuer", "发证机关", phone="hidden"),
    Column("issued_on", "发证日期", sort="issued_on", phone="hidden"),
    Column("expires_on", "有效期至", sort=("expires_on", "number"), phone="secondary"),
    Column("ended_on", "注销（收回）", sort="ended_on", phone="hidden", optional=True),
    Column("condition", "情形", template="staff/_certificate_cell.html", phone="primary"),
]


def certificate_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_PEOPLE):
        raise PermissionDenied
    filters = CertificateFilter(request.GET, queryset=Certificate.objects.visible_to(user).select_related("person"))
    return Table(
        columns=CERTIFICATE_COLUMNS,
        rows=filters.qs,
        request=request,
        name="certificates",
        caption="执法证",
        default_sort="expires_on",
        row_url=Certificate.get_absolute_url,
        row_tone=lambda row: "muted" if row.ended_on else "",
        filters=filters,
        export_url=reverse("staff:export", args=[CERTIFICATE_EXPORT.key]),
        empty="还没有执法证。可以登记，或从表格导入。",
        empty_action=("导入执法证", reverse("staff:import-new", args=["staff.certificates"]))
        if user.has_perm(Perms.MANAGE_PEOPLE)
        else None,
    )


CERTIFICATE_EXPORT = register_export(ListExport("staff.certificates", "执法证", certificate_table))


@require_GET
@VIEW
def certificate_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/certificate_list.html", {"table": certificate_table(request)})


@require_GET
@VIEW
def certificate_expiry(request: HttpRequest) -> HttpResponse:
    """到期一览: how many cards end in which month, and on which days many end together."""
    days = (
        Certificate.objects.visible_to(request.user)
        .running()
        .order_by("expires_on")
        .values_list("expires_on", flat=True)
    )
    months = []
    for month, found in groupby(days, key=lambda day: (day.year, day.month)):
        together = list(found)
        query = urlencode({"expires_from": together[0].isoformat(), "expires_to": together[-1].isoformat()})
        months.append(
            {
                "label": f"{month[0]}年{month[1]}月",
                "count": len(together),
                "days": sorted(set(together)),
                "url": f"{reverse('staff:certificate-list')}?{query}",
            }
        )
    largest = max((month["count"] for month in months), default=0)
    context = {"months": months, "largest": largest, "total": sum(month["count"] for month in months)}
    return render(request, "staff/certificate_expiry.html", context)


def visible_certificate(request: HttpRequest, pk: int) -> Certificate:
    return get_object_or_404(Certificate.objects.visible_to(request.user).select_related("person"), pk=pk)


@require_GET
@VIEW
def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, visible_certificate(request, pk), EndCertificateForm())


def detail_page(
    request: HttpRequest, certificate: Certificate, form: EndCertificateForm, reinstate: ReasonForm | None = None
) -> HttpResponse:
    manages = request.user.has_perm(Perms.MANAGE_PEOPLE)
    context = {
        "certificate": certificate,
        "can_end": manages and certificate.ended_on is None,
        "can_reinstate": manages and certificate.ended_on is not None,
        "can_edit": manages,
        "end_form": form,
        "reinstate_form": reinstate or ReasonForm(),
        "activities": Activity.objects.about(certificate)[:20],
    }
    refused = form.errors or (reinstate is not None and reinstate.errors)
    return render(request, "staff/certificate_detail.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def certificate_create(request: HttpRequest) -> HttpResponse:
    form = CertificateForm(request.POST or None, initial={"person": request.GET.get("person")})
    if request.method == "POST" and form.is_valid():
        certificate = form.store(by=request.user)
        if certificate is not None:
            messages.success(request, "执法证已登记。")
            if form.why_not:
                messages.warning(request, f"请核对：{form.why_not}")
            return redirect(certificate)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/certificate_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@MANAGE
def certificate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    form = CertificateForm(request.POST or None, instance=visible_certificate(request, pk))
    if request.method == "POST" and form.is_valid() and (certificate := form.store(by=request.user)):
        messages.success(request, "已保存。")
        return redirect(certificate)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/certificate_form.html", {"form": form}, status=status)


@require_POST
@MANAGE
def certificate_end(request: HttpRequest, pk: int) -> HttpResponse:
    certificate, form = visible_certificate(request, pk), EndCertificateForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            certificates.end_certificate(certificate, by=request.user, ended_on=data["ended_on"], reason=data["reason"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "已登记注销（收回）。")
            return redirect(certificate)
    return detail_page(request, certificate, form)


@require_POST
@MANAGE
def certificate_reinstate(request: HttpRequest, pk: int) -> HttpResponse:
    certificate, form = visible_certificate(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return detail_page(request, certificate, EndCertificateForm(), form)
    try:
        certificates.reinstate_certificate(certificate, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        certificate.refresh_from_db()
        words = f"证件{certificate.condition}（有效期至{certificate.expires_on}）"
        messages.success(request, f"已撤销注销（收回）的登记，{words}。")
        others = Certificate.objects.running().filter(person=certificate.person).exclude(pk=certificate.pk)
        if numbers := "、".join(others.values_list("number", flat=True)):
            messages.warning(
                request, f"{certificate.person.name}还有未注销（收回）的执法证 {numbers}，请核对哪一个有效。"
            )
    return redirect(certificate)
