"""The tabs of a case: which template each shows, and what it needs beside the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from config.display import day
from config.identity import mask_id_number, mask_phone
from permits.authority import city_road_ways
from permits.clocks import clocks_of
from permits.forms.materials import MaterialFileForm
from permits.models import Application
from permits.permissions import can_fill_survey, can_inspect, can_serve, can_tick_materials
from permits.taping import area_gap
from permits.views.fees import fee_context
from permits.views.papers import paper_context
from permits.visits import rhythm_source, visits_of
from permits.workflow.guards import protections
from staff.pages import Fact
from staff.permissions import Perms
from staff.workdays import CalendarYearMissing

Context = dict[str, Any]


def application_facts(request: HttpRequest, application: Application) -> list[Fact]:
    """Who, what, where, when. Identity and phones whole only for those who handle the file."""
    whole = request.user.has_perm(Perms.RECEIVE_PERMIT) or request.user.has_perm(Perms.HANDLE_PERMIT)
    phone, site = (number if whole else mask_phone(number) for number in (application.phone, application.builder_phone))
    agent = (
        application.agent_name and f"{application.agent_name}（{mask_id_number(application.agent_id) or '证件未登记'}）"
    )
    builder = " ".join(filter(None, (application.builder_name, application.builder_qualification)))
    return [
        Fact("事项", str(application.item), url=application.item.get_absolute_url()),
        Fact("申请人", application.applicant_name, note=application.holder_code),
        Fact("法定代表人", application.legal_representative),
        Fact("地址", application.address),
        Fact("联系人", application.contact, note=phone),
        Fact("经办人", agent),
        Fact("施工单位", builder, note=" ".join(filter(None, (application.builder_head, site)))),
        Fact("地点", application.location, note=application.get_space_kind_display()),
        Fact("事由", application.purpose),
        Fact("期限", f"{application.starts_on} 至 {application.ends_on}", note=f"含首尾共 {application.days} 天"),
        Fact("总面积", application.total_area, unit="㎡"),
        Fact("使用性质", application.get_use_nature_display()),
        Fact("占用类别", application.get_occupation_kind_display()),
        Fact("施工时段", application.working_hours),
        Fact("交通组织方案", application.traffic_plan),
        Fact("修复方案", application.restoration_plan),
        Fact("安全措施", application.safety_measures),
        Fact("外部编号", application.external_number, note=application.external_system),
        Fact("登记", application.recorded_by, note=day(application.recorded_at)),
    ]


def application_tab(request: HttpRequest, application: Application) -> Context:
    try:
        clocks = clocks_of(application)
    except CalendarYearMissing as error:
        return {"clocks": [], "clock_problem": str(error)}
    facts = [fact for fact in application_facts(request, application) if fact.value]
    return {
        "clocks": clocks,
        "facts": facts,
        "segments": application.segments.select_related("road"),
        "protections": protections(application),
        "city_roads": city_road_ways(application) if application.is_open else "",
    }


def materials_tab(request: HttpRequest, application: Application) -> Context:
    rows = application.materials.prefetch_related("files")
    may = can_tick_materials(request.user, application)
    return {"materials": rows, "may_tick": may, "file_form": MaterialFileForm(application=application) if may else None}


def survey_tab(request: HttpRequest, application: Application) -> Context:
    surveys = application.surveys.select_related("first__account", "second__account", "squad").prefetch_related(
        "measurements__segment", "photos"
    )
    rows = [(each, can_fill_survey(request.user, each), area_gap(each)) for each in surveys.order_by("-round")]
    return {"surveys": rows}


def review_tab(request: HttpRequest, application: Application) -> Context:
    return {
        "opinions": application.opinions.prefetch_related("files"),
        "pauses": application.pauses.all(),
        "changes": application.changes.all(),
        "adjustments": application.adjustments.all(),
    }


def fees_tab(request: HttpRequest, application: Application) -> Context:
    return fee_context(request.user, application)


def papers_tab(request: HttpRequest, application: Application) -> Context:
    return paper_context(request.user, application)


def service_tab(request: HttpRequest, application: Application) -> Context:
    papers = list(application.papers.issued().prefetch_related("services"))
    return {"papers": papers, "servable": {paper.pk for paper in papers if can_serve(request.user, paper)}}


def site_tab(request: HttpRequest, application: Application) -> Context:
    may, today = can_inspect(request.user, application), timezone.localdate()
    return {
        "visits": [(visit, visit.words(today), visit.light(today)) for visit in visits_of(application)],
        "rhythm_source": rhythm_source(),
        "inspections": application.inspections.select_related("first", "second").prefetch_related("photos"),
        "rectifications": application.rectifications.all(),
        "checks": application.restoration_checks.select_related("first", "second").prefetch_related("photos"),
        "inspect_url": reverse("permits:inspection-create", args=[application.pk]) if may else "",
    }


TABS: dict[str, tuple[str, str, Callable[[HttpRequest, Application], Context]]] = {
    "application": ("申请", "permits/_tab_application.html", application_tab),
    "materials": ("材料", "permits/_tab_materials.html", materials_tab),
    "survey": ("查勘", "permits/_tab_survey.html", survey_tab),
    "review": ("会审", "permits/_tab_review.html", review_tab),
    "fees": ("费用", "permits/_tab_fees.html", fees_tab),
    "papers": ("文书", "permits/_tab_papers.html", papers_tab),
    "service": ("送达", "permits/_tab_service.html", service_tab),
    "site": ("监管", "permits/_tab_site.html", site_tab),
}


def tab_context(request: HttpRequest, application: Application, tab: str) -> Context:
    return TABS[tab][2](request, application)
