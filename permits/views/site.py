"""On the spot: the survey by phone with photos and position, inspections, the acceptance; and their pictures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permits.cadence import next_of
from permits.forms.opinions import OpinionFileForm
from permits.forms.site import InspectionForm, PhotosForm, RestorationForm, SurveyForm, keep_photos
from permits.models import (
    Application,
    InspectionPhoto,
    OpinionFile,
    RestorationPhoto,
    Survey,
    SurveyPhoto,
)
from permits.permissions import can_fill_survey, can_inspect, can_step
from permits.taping import area_gap
from permits.views.access import VIEW
from permits.views.cases import LIST, visible_application
from permits.visits import visits_of
from permits.workflow.surveys import open_survey
from staff.files import send_file
from staff.pages import form_page, send_photo
from staff.permissions import Perms

SURVEY = permission_required(Perms.SURVEY_PERMIT, raise_exception=True)
HANDLE = permission_required(Perms.HANDLE_PERMIT, raise_exception=True)


def fillable_survey(request: HttpRequest, application: Application) -> Survey | None:
    survey = open_survey(application)
    if survey is None:
        return None
    if not can_fill_survey(request.user, survey):
        raise PermissionDenied
    return survey


@require_http_methods(["GET", "POST"])
@SURVEY
def survey_fill(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    survey = fillable_survey(request, application)
    if survey is None:
        messages.info(request, "没有待填的查勘单。请先派单。")
        return redirect(application)
    form = SurveyForm(request.POST or None, instance=survey)
    if request.method == "POST" and form.is_valid():
        done = "done" in request.POST
        if form.store(by=request.user, done=done):
            messages.success(request, "查勘已完成。" if done else "查勘记录已保存，可以继续填。")
            if gap := area_gap(survey):
                messages.warning(request, f"{gap.words}。")
            return redirect(application.get_absolute_url() + "?tab=survey" if done else request.path)
    context = {
        "form": form, "survey": survey, "application": application, "back": LIST, "photo_form": PhotosForm(),
        "photos": survey.photos.all(),
    }  # fmt: skip
    return render(request, "permits/survey_fill.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@SURVEY
def survey_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Several at once: those that can be stored are, the others are named."""
    application = visible_application(request, pk)
    survey, form = fillable_survey(request, application), PhotosForm(request.POST, request.FILES)
    if survey is None:
        messages.info(request, "查勘已完成，不能再加照片。")
        return redirect(application)
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for each in form.errors["photos"]))
        return redirect("permits:survey-fill", pk)
    stored, problems = keep_photos(form.cleaned_data["photos"], SurveyPhoto, by=request.user, survey=survey)
    if stored:
        messages.success(request, f"照片已保存，共 {survey.photos.count()} 张。")
    for words in problems:
        messages.error(request, f"没有存下 {words}")
    return redirect("permits:survey-fill", pk)


def on_site_page(
    request: HttpRequest, application: Application, form: Any, title: str, photo: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (stored := form.store(by=request.user)):
        problems = form.keep_photos(photo["model"], by=request.user, **{photo["owner"]: stored})
        messages.success(request, f"{title}已登记。")
        for words in problems:
            messages.warning(request, f"照片没有存下 {words}")
        return redirect(application.get_absolute_url() + "?tab=site")
    context = {"form": form, "title": title, "application": application}
    return render(request, "permits/site_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@SURVEY
def inspection_create(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    if not can_inspect(request.user, application):
        messages.info(request, f"{application.number}{application.get_state_display()}，发证以后才有监督检查。")
        return redirect(application)
    form = InspectionForm(request.POST or None, request.FILES or None, application=application)
    today = timezone.localdate()
    if (waiting := next_of(visits_of(application), today)) and waiting.light(today):
        form.initial["kind"] = waiting.kind
    return on_site_page(request, application, form, "监督检查", {"model": InspectionPhoto, "owner": "inspection"})


@require_http_methods(["GET", "POST"])
@SURVEY
def restoration_create(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    edge = "pass_restoration"
    if not can_step(request.user, application, edge, afterwards=True):
        messages.info(request, f"{application.number}{application.get_state_display()}，竣工（清场）以后才验收。")
        return redirect(application)
    form = RestorationForm(request.POST or None, request.FILES or None, application=application)
    return on_site_page(request, application, form, "修复验收", {"model": RestorationPhoto, "owner": "check_made"})


@require_http_methods(["GET", "POST"])
@HANDLE
def opinion_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    form = OpinionFileForm(request.POST or None, request.FILES or None, application=application)
    back = f"{application.get_absolute_url()}?tab=review"
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "扫描件已保存。")
        return redirect(back)
    return form_page(request, form, title="上传意见扫描件", back=(application.number, back))


@require_GET
@VIEW
def survey_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    application = visible_application(request, pk)
    return send_photo(get_object_or_404(SurveyPhoto, pk=photo_pk, survey__application=application), application.number)


@require_GET
@VIEW
def inspection_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    application = visible_application(request, pk)
    photo = get_object_or_404(InspectionPhoto, pk=photo_pk, inspection__application=application)
    return send_photo(photo, application.number)


@require_GET
@VIEW
def restoration_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    application = visible_application(request, pk)
    photo = get_object_or_404(RestorationPhoto, pk=photo_pk, check_made__application=application)
    return send_photo(photo, application.number)


@require_GET
@VIEW
def opinion_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    application = visible_application(request, pk)
    row = get_object_or_404(OpinionFile, pk=file_pk, opinion__application=application)
    return send_file(row.file, row.original_name or str(row.pk), inline=row.is_picture)
