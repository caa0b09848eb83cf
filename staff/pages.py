"""What the pages of records share: one list, one form, one record with its steps. Each view says what is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from config.display import day, submit_words
from config.pdf import render_pdf
from staff.files import send_file, send_made
from staff.models import Activity, Attachment, User, Verb, setting
from staff.refusals import Refused, show_refusal

SHOWN_ACTIVITIES = 50


@dataclass(frozen=True)
class Fact:
    label: str
    value: Any
    url: str = ""
    note: str = ""
    unit: str = ""


@dataclass
class Step:
    """One thing that can be done with a record: a button, and the dialog that it opens."""

    id: str
    label: str
    url: str
    consequence: str
    form: Any = None
    tone: str = "primary"  # primary | danger
    first: bool = False  # the one primary button of the page


@dataclass
class RecordPage:
    """A record: what it is, what can be done, what is known, what happened."""

    record: models.Model
    title: str
    crumbs: Sequence[tuple[str, str]]  # label, route
    facts: Sequence[Fact]
    lead: str = ""
    badge: tuple[str, str] = ("", "grey")
    edit_url: str = ""
    steps: list[Step] = field(default_factory=list)
    links: Sequence[tuple[str, str]] = ()
    warning: str = ""
    photos: Iterable[Attachment] | None = None
    photo_url: str = ""
    photo_form: Any = None
    parts: Sequence[str] = ()  # templates shown between facts and history
    more: dict[str, Any] = field(default_factory=dict)

    def show(self, request: HttpRequest, *, status: int = 200) -> HttpResponse:
        for step in self.steps:
            if step.form is not None:
                step.form.auto_id = f"{step.id}_%s"  # two dialogs may ask for the same thing
        context = {"page": self, "activities": Activity.objects.about(self.record)[:SHOWN_ACTIVITIES], **self.more}
        return render(request, "layout/record_detail.html", context, status=status)

    def with_form(self, step: str, form: Any) -> RecordPage:
        """The same page with a refused form in the dialog of a step."""
        for each in self.steps:
            if each.id == step:
                each.form = form
        return self


def void_step(url: str, form: Any, consequence: str = "不再计入数据；记录和日志保留。") -> Step:
    return Step("void", "作废", url, consequence, form, tone="danger")


def recorded_fact(record: Any) -> list[Fact]:
    """The last lines of every record: who entered it when, and why it was taken back."""
    facts = [Fact("登记", record.recorded_by, note=day(record.recorded_at))]
    return [*facts, Fact("作废理由", record.void_reason)] if record.voided_at else facts


def form_page(
    request: HttpRequest,
    form: Any,
    *,
    title: str,
    back: tuple[str, str],
    submit: str = "",
    draft: str = "",
    note: str = "",
    status: int = 0,
) -> HttpResponse:
    """A form of its own page. `back`: label and address (route or path) of where it belongs.

    A POST that comes back here was refused (422), unless `status` says that it only asked. The button says what the
    title says: 登记 for a new entry, else 保存, unless `submit` names something else.
    """
    cancel = back[1] if back[1].startswith("/") else reverse(back[1])
    context = {
        "form": form,
        "title": title,
        "back": back,
        "cancel": cancel,
        "submit": submit or submit_words(title),
        "draft": draft,
        "note": note,
    }
    return render(
        request, "layout/record_form.html", context, status=status or (422 if request.method == "POST" else 200)
    )


def correct_page(
    request: HttpRequest, form: Any, *, title: str, back: tuple[str, str], done: str = "已保存。", note: str = ""
) -> HttpResponse:
    """A correction through the form's own door: back to the record, or the form again with what was typed."""
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, done)
        return redirect(form.instance)
    return form_page(request, form, title=title, back=back, note=note)


def store_or_show(
    request: HttpRequest, form: Any, *, title: str, back: tuple[str, str], to: str = "", note: str = ""
) -> HttpResponse:
    """Validate, store through the form, go on to `to` (the stored row's page if empty); else show the form again."""
    if request.method == "POST" and form.is_valid():
        stored = form.store(by=request.user)
        if stored is not None:
            messages.success(request, "已保存。")
            return redirect(to or stored)
    return form_page(request, form, title=title, back=back, note=note)


def take_step(
    request: HttpRequest,
    record: models.Model,
    form: Any,
    act: Callable[[], Any],
    *,
    page: Callable[[HttpRequest, Any], RecordPage],
    step: str,
    done: str,
) -> HttpResponse:
    """Run a step behind a dialog: on success back to the record, on refusal its page with the dialog open."""
    if form.is_valid():
        try:
            act()
        except Refused as refusal:
            if refusal.field not in form.fields:
                messages.error(request, str(refusal))
                return redirect(record)  # type: ignore[arg-type]
            show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect(record)  # type: ignore[arg-type]
    record.refresh_from_db()  # the page shows what is stored, not what the step tried
    return page(request, record).with_form(step, form).show(request, status=422)


def take_form(
    request: HttpRequest,
    record: models.Model,
    form: Any,
    *,
    page: Callable[[HttpRequest, Any], RecordPage],
    step: str,
    done: str,
) -> HttpResponse:
    """`take_step` where the form knows its door."""
    return take_step(request, record, form, lambda: form.take(record, by=request.user), page=page, step=step, done=done)


def add_photo(
    request: HttpRequest,
    record: models.Model,
    form: Any,
    store: Callable[[], Any],
    *,
    page: Callable[[HttpRequest, Any], RecordPage],
) -> HttpResponse:
    """Store a picture of a record through `store` (falsy: refused, the reason is on the form); back to its page."""
    if form.is_valid() and store():
        messages.success(request, "照片已保存。")
        return redirect(record)  # type: ignore[arg-type]
    shown = page(request, record)
    shown.photo_form = form
    return shown.show(request, status=422)


def require(allowed: bool) -> None:
    """403 for a step that is not this user's."""
    if not allowed:
        raise PermissionDenied


def send_photo(photo: Attachment, name: str) -> FileResponse:
    return send_file(photo.file, f"{name}-{photo.pk}", inline=True)


def sheet_of(title: str, note: str, user: User) -> dict[str, str]:
    """The `sheet` of layout/print_table.html."""
    return {"title": title, "unit": str(setting("bureau.name")), "note": note, "prepared_by": str(user)}


def pdf_answer(request: HttpRequest, template: str, context: dict[str, Any], title: str) -> HttpResponse:
    """A template as PDF in the browser; the log knows who printed it."""
    content = render_pdf(template, context)
    Activity.record(Verb.PRINT, by=request.user, title=f"打印{title}"[:120])
    return send_made(content, f"{title}.pdf", inline=True)
