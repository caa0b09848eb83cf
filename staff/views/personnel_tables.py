"""人员情况表: which periods there are, the table of one (live or as reported), locking, .xlsx, PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.figures import one_reading
from config.pdf import render_pdf
from config.periods import Period
from config.tables import Column, Table, render_table
from staff.files import send_made
from staff.filters.people import asked_period
from staff.forms.people import ReportTableForm
from staff.headcount import CHANGE_HEAD, HEAD, Cell, PersonnelTable, TableRow, began, personnel_table, structure
from staff.imports.workbooks import SheetOf, write_book
from staff.models import Activity, Movement, ReportedTable, Verb, setting
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow import establishment

SHOWN_YEARS = 3
DETAIL_HEAD = (
    "姓名",
    "用工性质",
    "变动类型",
    "变动日期",
    "入账日期",
    "原单位",
    "现单位",
    "原因",
    "去向（来源）",
    "文件号",
    "备注",
)


def see_everybody(request: HttpRequest) -> None:
    """The tables are bureau-wide."""
    if not (request.user.has_perm(Perms.VIEW_PEOPLE) and request.user.sees_all_units):
        raise PermissionDenied


@dataclass(frozen=True)
class Offered:
    """A line of the list: a period, and how its table stands."""

    period: Period
    state: str
    reported: ReportedTable | None

    @property
    def url(self) -> str:
        return reverse("staff:personnel-table", args=[self.period.key])


def offered() -> list[Offered]:
    """Half-years and months of the last years that have begun, newest first, and whatever else was reported."""
    today = timezone.localdate()
    reported = {table.period: table for table in ReportedTable.objects.select_related("reported_by")}
    periods: dict[str, Period] = {}
    for year in range(today.year, today.year - SHOWN_YEARS, -1):
        halves = [Period.half_year(year, half) for half in (2, 1)]
        for period in (*halves, *(Period.month(year, month) for month in range(12, 0, -1))):
            if period.start <= today:
                periods[period.key] = period
    for key in reported:
        periods.setdefault(key, Period.parse(key))
    lines = [Offered(each, state_of(each, reported.get(key)), reported.get(key)) for key, each in periods.items()]
    return sorted(lines, key=lambda line: (line.period.end, line.period.start), reverse=True)


def state_of(period: Period, table: ReportedTable | None) -> str:
    if table is not None:
        return "已报送"
    return "未报送" if period.end < timezone.localdate() else "进行中"


@require_GET
@permission_required(Perms.VIEW_PEOPLE, raise_exception=True)
def table_list(request: HttpRequest) -> HttpResponse:
    see_everybody(request)
    table = Table(
        columns=[
            Column("period", "期间", value="period.label", phone="primary"),
            Column("state", "状态", phone="primary"),
            Column("at", "报送时间", value="reported.reported_at", phone="secondary"),
            Column("by", "报送人", value="reported.reported_by", phone="secondary"),
            Column("note", "报送说明", value="reported.note", phone="hidden"),
        ],
        rows=offered(),
        request=request,
        name="personnel-tables",
        caption="人员情况表",
        row_url=lambda line: line.url,
    )
    return render_table(request, "staff/personnel_table_list.html", {"table": table})


def table_of(request: HttpRequest, key: str) -> tuple[Period, PersonnelTable, ReportedTable | None]:
    """The period asked for, its table as the ledger has it now, and what was reported of it. 404 for no period."""
    see_everybody(request)
    period = asked_period(key)
    if period is None or period.key != key:
        raise Http404
    with one_reading():
        return period, personnel_table(period), ReportedTable.objects.filter(period=key).first()


def as_reported(table: PersonnelTable, reported: ReportedTable | None) -> tuple[list[TableRow], list[TableRow]]:
    """Lines and changes to show: frozen numbers with the live lists behind them, or the live ones."""
    if reported is None:
        return [*table.rows, table.total], list(table.changes)
    same_columns = reported.content["head"] == list(HEAD)  # an older form of the table has no lists behind it
    urls = {row.label: [cell.url for cell in row.cells] for row in (*table.rows, table.total, *table.changes)}

    def frozen(lines: list[list[Any]]) -> list[TableRow]:
        return [
            TableRow(
                label,
                tuple(
                    Cell(number, url)
                    for number, url in zip_longest(numbers, urls.get(label, []) if same_columns else [], fillvalue="")
                ),
            )
            for label, *numbers in lines
        ]

    return frozen(reported.content["rows"]), frozen(reported.content["changes"])


def balances(table: PersonnelTable, reported: ReportedTable | None) -> dict[str, list[int]]:
    """期初, 增, 减, 期末 of 实有 and of 在岗."""
    content: Any = reported.content if reported else table.as_plain()
    return {"实有": content["roll"], "在岗": content["duty"]}


def context_of(request: HttpRequest, key: str) -> dict[str, Any]:
    period, table, reported = table_of(request, key)
    rows, changes = as_reported(table, reported)
    return {
        "period": period,
        "as_of": min(period.end, timezone.localdate()),
        "state": state_of(period, reported),
        "table": table,
        "reported": reported,
        "head": reported.content["head"] if reported else HEAD,
        "rows": rows,
        "change_head": CHANGE_HEAD,
        "changes": changes,
        "balances": balances(table, reported),
        "duty_note": reported.content["duty_note"] if reported else table.duty_note,
        "drifted": reported is not None and reported.content != table.as_plain(),
        "structure": structure(period.end),
        "details": details(period),
    }


def details(period: Period) -> list[list[Any]]:
    """人员变动明细 of a period: what counted, in order of the days."""
    rows = Movement.objects.counted().between(period.start, period.end).order_by("effective_on", "pk")
    return [
        [
            row.person.name,
            row.get_employment_after_display() or row.get_employment_before_display(),
            row.get_kind_display(),
            row.happened_on,
            row.effective_on,
            row.unit_before.label if row.unit_before else "",
            row.unit_after.label if row.unit_after else "",
            row.reason,
            row.destination,
            row.document,
            row.note,
        ]
        for row in rows.select_related("person", "unit_before", "unit_after")
    ]


@require_GET
def table_detail(request: HttpRequest, key: str) -> HttpResponse:
    context = context_of(request, key)
    over = context["period"].end < timezone.localdate()
    context |= {
        "closes": closes(context["period"]) if over else [],
        "can_report": request.user.has_perm(Perms.LOCK_PERSONNEL) and over and context["reported"] is None,
        "report_form": ReportTableForm(),
        "detail_head": DETAIL_HEAD,
    }
    return render(request, "staff/personnel_table.html", context)


def closes(period: Period) -> list[str]:
    """What reporting a period closes that somebody may not have thought of: earlier unreported months, flagged rows."""
    locked, first = ReportedTable.objects.locked_until(), began()
    start = max(filter(None, (locked and locked + timedelta(days=1), first)), default=period.start)
    earlier = [
        month for month in Period.between(min(start, period.end), period.end).months() if month < period.months()[0]
    ]
    flagged = Movement.objects.recorded().exclude(flag="").filter(effective_on__lte=period.end).count()
    found = (
        [f"{Period.parse(earlier[0]).label}至{Period.parse(earlier[-1]).label}还没有报送，将一并锁定。"]
        if earlier
        else []
    )
    return [*found, *([f"还有 {flagged} 条待核对的变动，锁定后只能用“更正”处理。"] if flagged else [])]


@require_POST
@permission_required(Perms.LOCK_PERSONNEL, raise_exception=True)
def table_report(request: HttpRequest, key: str) -> HttpResponse:
    see_everybody(request)
    period, form = asked_period(key), ReportTableForm(request.POST)
    if period is None:
        raise Http404
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        table = establishment.report_table(period, by=request.user, note=note)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已报送锁定{table}。{period.end}及以前的变动不再改动，更正记入下一期。")
    return redirect("staff:personnel-table", key=key)


@require_GET
def table_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    context = context_of(request, key)
    title = f"{context['period'].label}人员情况表"
    label = context["period"].label
    note = f"填报单位：{setting('bureau.name')}　截至 {context['as_of']}　{context['duty_note']}"
    book = [
        SheetOf(title, context["head"], [[row.label, *row.as_numbers()] for row in context["rows"]], note),
        SheetOf(f"变动分类（{label}）", CHANGE_HEAD, [[row.label, *row.as_numbers()] for row in context["changes"]], note),
        SheetOf(f"平衡（{label}）", ("口径", "期初", "增", "减", "期末"), [[name, *line] for name, line in context["balances"].items()], note),
        SheetOf(f"结构（{label}）", ("类别", "项目", "人数"), [[group, label, number] for group, lines in context["structure"] for label, number, _ in lines], note),
        SheetOf(f"变动明细（{label}）", DETAIL_HEAD, context["details"], note),
    ]  # fmt: skip
    target = io.BytesIO()
    count = write_book(target, book, prepared_by=str(request.user))
    Activity.record(Verb.EXPORT, by=request.user, title=f"导出{title}", note=f"{count} 行")
    return send_made(target.getvalue(), f"{title}.xlsx")


@require_GET
def table_pdf(request: HttpRequest, key: str) -> HttpResponse:
    context = context_of(request, key)
    title = f"{context['period'].label}人员情况表"
    context |= {
        "sheet": {
            "title": title,
            "unit": setting("bureau.name"),
            "note": f"截至 {context['as_of']}",
            "prepared_by": str(request.user),
        },
        "detail_head": DETAIL_HEAD,
    }
    content = render_pdf("staff/pdf/personnel_table.html", context)
    Activity.record(Verb.PRINT, by=request.user, title=f"打印{title}")
    return send_made(content, f"{title}.pdf", inline=True)
