"""Who may permit on a road: where the city manages it, the licence is not ours to give, and the applicant hears whose it is."""

from __future__ import annotations

from permits.kinds import RoadManager
from permits.models import Application
from staff.models import setting


def city_agency() -> str:
    return str(setting("permits.city_agency")) or "市级市政工程主管部门"


def city_road_names(application: Application) -> str:
    rows = application.segments.select_related("road")
    names = [str(each.road) for each in rows if each.road is not None and each.road.manager == RoadManager.CITY]
    return "、".join(dict.fromkeys(names))


def city_road_reason(application: Application) -> str:
    """What a refusal or a handing over says; "" where no road of the application is the city's."""
    names = city_road_names(application)
    return f"{names}是市管道路，占用、挖掘由{city_agency()}审批，不属于本局职权范围" if names else ""


def city_road_ways(application: Application) -> str:
    """The same with both ways out, for who sits at the window; "" likewise."""
    reason = city_road_reason(application)
    ways = f"请“转报市局”，或者“不予受理”并告知申请人向{city_agency()}申请；道路归属登记错了的，先更正"
    return f"{reason}。{ways}" if reason else ""
