"""Many items at once: 告知 of those ticked in the list, and the pictures of before and after on paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billboards.forms.campaigns import BatchNotifyForm
from billboards.photo_annex import SHOWN, annex_of
from billboards.views.campaigns import VIEW
from billboards.views.items import LIST, RECORD, item_table
from config.inputs import LONGEST_KEY
from staff.case_papers import paper_head
from staff.pages import form_page, pdf_answer
from staff.photo_annexes import MOST_ENTRIES

LISTED = 20


@require_POST
@RECORD
def item_batch_notify(request: HttpRequest) -> HttpResponse:
    """First the ticked rows: which day, until when. Then one notice each; what was told and what was not is listed."""
    if "due_on" in request.POST:
        form = BatchNotifyForm(request.POST, user=request.user)
        if form.is_valid():
            told, refused = form.take_each(by=request.user)
            if told:
                messages.success(request, f"已告知 {len(told)} 条：{listed([each.number for each in told])}。")
            if refused:
                messages.warning(request, f"没有告知的 {len(refused)} 条：{listed(refused)}。")
            return redirect("billboards:item-list")
        return notify_page(request, form, status=422)
    form = BatchNotifyForm(
        user=request.user, initial={"pk": request.POST.getlist("pk"), "notified_on": timezone.localdate()}
    )
    return notify_page(request, form, status=200)


def listed(words: list[str]) -> str:
    more = f"……等 {len(words)} 条" if len(words) > LISTED else ""
    return f"{'、'.join(words[:LISTED])}{more}"


def notify_page(request: HttpRequest, form: BatchNotifyForm, *, status: int) -> HttpResponse:
    ticked = [each for each in request.POST.getlist("pk") if each.isdecimal() and len(each) <= LONGEST_KEY]
    chosen = list(form.fields["pk"].queryset.filter(pk__in=ticked))  # type: ignore[attr-defined]
    if not chosen:
        messages.error(request, "没有选中可以告知的问题。请先在列表里勾选。")
        return redirect("billboards:item-list")
    words = listed([f"{each.number} {each.name}" for each in chosen])
    note = f"选中的 {len(chosen)} 条各登记一次告知，期限到了提醒复查；已经处置、销号的不告知，逐条说明。{words}"
    return form_page(
        request, form, title="批量告知", back=LIST, submit=f"告知 {len(chosen)} 条", note=note, status=status
    )


@require_GET
@VIEW
def item_annex(request: HttpRequest) -> HttpResponse:
    """The same filters and order as the list; only items with photos. Too many are refused with what to do."""
    rows = item_table(request).ordered.filter(photos__stage__in=SHOWN).distinct()
    back = redirect(f"{reverse('billboards:item-list')}?{request.GET.urlencode()}")
    count = rows.count()
    if count > MOST_ENTRIES:
        words = f"有照片的问题 {count} 条，一次最多 {MOST_ENTRIES} 条。请按街道、日期或状态缩小范围后再打印。"
        messages.error(request, words)
        return back
    if not count:
        messages.info(request, "所列问题都没有整治前后照片。")
        return back
    title = "整治前后对比"
    context = {
        "paper": paper_head(title, number="", day=timezone.localdate()),
        "entries": annex_of(rows.prefetch_related("photos")),
    }
    return pdf_answer(request, "staff/pdf/photo_annex.html", context, title)
