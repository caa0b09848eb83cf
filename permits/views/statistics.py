"""月度统计表: on the screen, as a workbook, on paper."""

from __future__ import annotations

import io
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.periods import Period
from permits.forms.statistics import PeriodForm, this_month
from permits.permissions import can_run_session
from permits.statistics import StatSheet, sheet_for
from permits.views.access import VIEW
from staff.files import send_made
from staff.imports.workbooks import SheetOf, write_book
from staff.models import Activity, Verb
from staff.pages import pdf_answer, require, sheet_of


def asked_period(request: HttpRequest) -> tuple[Period, PeriodForm]:
    """The period in the address, else this month; what cannot be read is told beside its field."""
    today = this_month(timezone.localdate())
    form = PeriodForm(request.GET) if request.GET.get("period") else PeriodForm(initial={"period": today.key})
    return (form.cleaned_data["period"] if form.is_bound and form.is_valid() else today), form


def allowed(request: HttpRequest) -> None:
    """Bureau-wide numbers: those who see all units, and the section itself."""
    require(request.user.sees_all_units or can_run_session(request.user))


@require_GET
@VIEW
def statistics(request: HttpRequest) -> HttpResponse:
    allowed(request)
    period, form = asked_period(request)
    query = urlencode({"period": period.key})
    context = {
        "period": period,
        "form": form,
        "sheet": sheet_for(period),
        "query": query,
        "earlier": period.preceding(),
        "last_year": period.same_period_last_year(),
    }
    return render(request, "permits/statistics.html", context)


def book_of(sheet: StatSheet) -> list[SheetOf]:
    rows = [[name, *(int(cell.text) for cell in cells)] for name, cells in sheet.rows]
    rows.append(["合计", *(int(cell.text) for cell in sheet.total)])
    summary = [
        [line.label, line.text if line.number is None else line.number, line.unit, line.definition]
        for line in sheet.summary
    ]
    return [
        SheetOf(sheet.title, sheet.head, rows),
        SheetOf("指标和口径", ("指标", "数值", "单位", "口径"), summary),
    ]


@require_GET
@VIEW
def statistics_xlsx(request: HttpRequest) -> HttpResponse:
    allowed(request)
    period, _ = asked_period(request)
    sheet, target = sheet_for(period), io.BytesIO()
    write_book(target, book_of(sheet), prepared_by=str(request.user))
    Activity.record(Verb.EXPORT, by=request.user, title=f"导出{sheet.title}"[:120])
    return send_made(target.getvalue(), f"{sheet.title}.xlsx")


@require_GET
@VIEW
def statistics_pdf(request: HttpRequest) -> HttpResponse:
    allowed(request)
    period, _ = asked_period(request)
    stats = sheet_for(period)
    note = f"期间：{period.start} 至 {period.end}　制表日期：{timezone.localdate()}"
    context = {"sheet": sheet_of(stats.title, note, request.user), "stats": stats}
    return pdf_answer(request, "permits/pdf/statistics.html", context, stats.title)
