"""道路: protection, who is on them, which permits meet, and the digs of a year planned together."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from permits.enums import ActKind, PermitState
from permits.filters.catalogue import RoadFilter
from permits.filters.roads import ConflictFilter, PlanFilter
from permits.forms.catalogue import RoadForm
from permits.models import Application, Road, Segment
from permits.occupancy import Conflict, DigGroup, Span, conflicts, dig_groups
from permits.views.access import KEEP, VIEW
from staff.exports import ListExport, register_export
from staff.models import Activity, User
from staff.pages import store_or_show
from staff.permissions import Perms

ROADS = "道路"
ON_ROAD = (*PermitState.DECIDING, *PermitState.LIVE)  # asked for or permitted, and not over


def keeps(request: HttpRequest) -> bool:
    return request.user.has_perm(Perms.MANAGE_PERMIT_ITEMS)


def light_words(road: Road) -> str:
    """What a list says of the protection: until when it may not be dug."""
    protection = road.protection_on(timezone.localdate())
    if protection is not None:
        return f"禁挖至 {protection.until}"
    return "可以挖掘" if road.opened_on else "交付日期未登记"


def road_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    on_it = Count("segments__application", filter=Q(segments__application__state__in=ON_ROAD), distinct=True)
    rows = Road.objects.visible_to(request.user).select_related("street").annotate(on_it=on_it)
    filters = RoadFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("name", "道路", value=str, sort=("name", "stretch"), phone="primary"),
            Column("grade", "等级", value="get_grade_display", sort="grade", phone="secondary"),
            Column("manager", "管理", value="get_manager_display", sort="manager", phone="secondary"),
            Column("opened_on", "交付使用", sort="opened_on", phone="hidden"),
            Column("overhauled_on", "大修竣工", sort="overhauled_on", phone="hidden"),
            Column("protection", "禁挖期", value=light_words, template="permits/_protection_cell.html", phone="secondary"),
            Column("street", "街道", value="street.label", sort="street__order", phone="hidden"),
            Column("on_it", "在办和在用", sort="on_it", unit="件", phone="secondary"),
        ],
        rows=filters.qs,
        request=request,
        name="permit-roads",
        caption=ROADS,
        default_sort="name",
        row_url=Road.get_absolute_url,
        row_tone=lambda row: "" if row.in_use else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[ROAD_EXPORT.key]),
        empty="还没有道路。登记等级、管理单位和交付、大修日期后，系统才能核对禁挖期。",
        empty_action=("登记道路", reverse("permits:road-create")) if keeps(request) else None,
    )  # fmt: skip


ROAD_EXPORT = register_export(ListExport("permits.roads", ROADS, road_table))


@require_GET
@VIEW
def road_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/road_list.html", {"table": road_table(request), "can_keep": keeps(request)})


def visible_road(request: HttpRequest, pk: int) -> Road:
    return get_object_or_404(Road.objects.visible_to(request.user).select_related("street"), pk=pk)


@require_http_methods(["GET", "POST"])
@KEEP
def road_keep(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    road = visible_road(request, pk) if pk else None
    form = RoadForm(request.POST or None, instance=road)
    back = (str(road), road.get_absolute_url()) if road else (ROADS, reverse("permits:road-list"))
    lead = "交付、大修日期决定禁挖期：写错会使审批违反《城市道路管理条例》第三十三条，请照竣工验收或移交文件填。"
    return store_or_show(request, form, title=f"修改{road}" if road else "登记道路", back=back, note=lead)


# --- What is on a road ------------------------------------------------------------------------------------------------


def segments_for(user: User) -> QuerySet[Segment]:
    return Segment.objects.filter(application__in=Application.objects.visible_to(user)).select_related(
        "application", "road"
    )


def span_of(segment: Segment) -> Span:
    application = segment.application
    return Span(
        application.pk,
        application.number,
        segment.road_id or 0,
        segment.part,
        application.starts_on,
        application.ends_on,
        segment.act == ActKind.DIG,
        segment.stretch or application.location,
    )


@require_GET
@VIEW
def road_detail(request: HttpRequest, pk: int) -> HttpResponse:
    road = visible_road(request, pk)
    rows = segments_for(request.user).filter(road=road).exclude(application__state=PermitState.DRAFT)
    history = list(rows.order_by("-application__starts_on", "order")[:100])
    present = list(rows.filter(application__state__in=ON_ROAD).order_by("application__starts_on")[:300])
    context = {
        "road": road,
        "protection": road.protection_on(timezone.localdate()),
        "present": present,
        "history": [each for each in history if each.application.state not in ON_ROAD],
        "conflicts": rows_of(conflicts(map(span_of, present)), {road.pk: str(road)}),
        "can_keep": keeps(request),
        "activities": Activity.objects.about(road)[:30],
    }
    return render(request, "permits/road_detail.html", context)


# --- Conflicts --------------------------------------------------------------------------------------------------------


class ConflictRow:
    """A pair as a line of a list: road by name, the days in common."""

    def __init__(self, pair: Conflict, road: str) -> None:
        self.pair, self.road = pair, road
        self.first, self.second = pair.first, pair.second
        self.start, self.end, self.same_part = pair.start, pair.end, pair.same_part
        self.part = Segment(part=pair.first.part).get_part_display()
        self.what = f"{'挖掘' if pair.first.digs else '占用'}、{'挖掘' if pair.second.digs else '占用'}"


def rows_of(found: list[Conflict], roads: dict[int, str]) -> list[ConflictRow]:
    return [ConflictRow(pair, roads.get(pair.first.road, "")) for pair in found]


def present_rows(request: HttpRequest) -> list[ConflictRow]:
    segments = list(segments_for(request.user).filter(road__isnull=False, application__state__in=ON_ROAD))
    roads = {each.road_id: str(each.road) for each in segments}
    found = sorted(conflicts(map(span_of, segments)), key=lambda each: (not each.same_part, each.start))
    return rows_of(found, roads)


def conflict_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    filters = ConflictFilter(request.GET, rows=present_rows(request))
    return Table(
        columns=[
            Column("road", "道路", sort="road", phone="primary"),
            Column("first", "申请一", value="first.number", phone="secondary", template="permits/_first_cell.html"),
            Column("second", "申请二", value="second.number", phone="secondary", template="permits/_second_cell.html"),
            Column("what", "方式", phone="hidden"),
            Column("same_part", "同一部位", phone="secondary", sort="same_part"),
            Column("start", "重叠自", sort="start", phone="secondary"),
            Column("end", "重叠至", sort="end", phone="secondary"),
        ],
        rows=filters.found,
        request=request,
        name="permit-conflicts",
        caption="同路同期的许可",
        filters=filters,
        row_tone=lambda row: "danger" if row.same_part else "",
        export_url=reverse("staff:export", args=[CONFLICT_EXPORT.key]),
        empty="在办和在用的申请里，没有两件在同一条路上时间重叠。",
    )


CONFLICT_EXPORT = register_export(ListExport("permits.conflicts", "同路同期的许可", conflict_table))


@require_GET
@VIEW
def conflict_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/conflict_list.html", {"table": conflict_table(request)})


# --- The year's digs --------------------------------------------------------------------------------------------------


class PlannedRow:
    """A road with its digs of the year."""

    def __init__(self, group: DigGroup, road: Road) -> None:
        self.group, self.road = group, road
        self.name, self.count = str(road), len(group.spans)
        self.numbers = "、".join(span.number for span in group.spans)
        self.first, self.last = group.spans[0].start, max(span.end for span in group.spans)
        self.gap = group.gap
        self.advice = self._advice()

    def _advice(self) -> str:
        if not self.group.together:
            return ""
        return "施工期重叠，统一组织、一次开挖" if (self.gap or 0) < 0 else f"相隔 {self.gap} 天，宜合并施工、一次修复"


def planned_rows(user: User, year: int) -> list[PlannedRow]:
    states = (PermitState.DENIED, PermitState.WITHDRAWN, *PermitState.FINAL)
    gone = [state for state in states if state != PermitState.CLOSED]
    rows = segments_for(user).filter(act=ActKind.DIG, road__isnull=False).exclude(application__state__in=gone)
    segments = list(rows.filter(application__starts_on__year__lte=year, application__ends_on__year__gte=year))
    roads = {each.road_id: each.road for each in segments}
    return [PlannedRow(group, roads[group.road]) for group in dig_groups([span_of(each) for each in segments], year)]


def plan_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    filters = PlanFilter(request.GET)
    return Table(
        columns=[
            Column("name", "道路", sort="name", phone="primary"),
            Column("count", "挖掘申请", sort="count", unit="件", phone="secondary", total=lambda rows: sum(r.count for r in rows)),
            Column("first", "最早开工", sort="first", phone="secondary"),
            Column("last", "最晚完工", sort="last", phone="secondary"),
            Column("numbers", "申请", phone="secondary", template="permits/_plan_cell.html"),
            Column("advice", "建议", sort="advice", phone="secondary"),
        ],
        rows=planned_rows(request.user, filters.year),
        request=request,
        name="permit-plan",
        caption=f"{filters.year}年挖掘计划",
        default_sort="-count",
        row_url=lambda row: row.road.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[PLAN_EXPORT.key]),
        empty=f"{filters.year}年还没有挖掘申请。",
    )  # fmt: skip


PLAN_EXPORT = register_export(ListExport("permits.plan", "年度挖掘计划", plan_table))


@require_GET
@VIEW
def dig_plan(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/dig_plan.html", {"table": plan_table(request)})
