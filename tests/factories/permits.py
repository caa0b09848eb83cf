"""Permits for tests: an item with its version, a road, applications as they stand at each step."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from permits.enums import PermitState
from permits.kinds import ItemKind, Necessity
from permits.models import Application, ItemVersion, Material, PermitItem, Road, Segment, SurveyPhoto
from permits.workflow import decisions, opinions, supervision, surveys, window
from permits.workflow.steps import Step

CREDIT_CODE = "91430600MA4L0PN30F"


def make_item(kind=ItemKind.DIG, *, code=None, valid_from=date(2024, 1, 1), materials=("申请表",), **fields):
    """An item of a kind with its first version."""
    item, _ = PermitItem.objects.get_or_create(
        kind=kind, defaults={"code": code or f"XK-{kind}", "name": ItemKind(kind).label}
    )
    version = item.versions.first()
    if version is None:
        version = ItemVersion.objects.create(
            item=item, number=1, valid_from=valid_from, basis="城市道路管理条例第三十条", source="样例文件", **fields
        )
        for position, name in enumerate(materials):
            Material.objects.create(version=version, name=name, position=position, necessity=Necessity.MANDATORY)
    return version


def make_road(**fields):
    count = Road.objects.count()
    return Road.objects.create(**{"name": f"样例{count}路", "grade": "branch", **fields})


def build_application(*, item=None, **fields):
    """An unsaved application, whole as far as the window asks."""
    today = timezone.localdate()
    start = fields.pop("starts_on", today + timedelta(days=10))
    return Application(
        **{
            "item": item or make_item(), "space_kind": "carriageway", "applicant_name": "样例管线公司",
            "applicant_code": CREDIT_CODE, "contact": "样例人", "phone": "13800001234", "purpose": "敷设给水管",
            "location": "样例路口东侧", "starts_on": start, "ends_on": start + timedelta(days=9), **fields,
        }
    )  # fmt: skip


def add_segment(application, **fields):
    segment = build_segment(**fields)
    segment.application = application
    segment.save()
    return segment


# --- Files at a step: each goes through its door -----------------------------------------------------------------------


def make_received(by, *, segments=None, on=None, **fields):
    """A file that came in, with its segments (one dug by default) and every mandatory material."""
    application = build_application(**fields)
    rows = segments if segments is not None else [build_segment()]
    application.total_area = sum((row.area for row in rows), Decimal(0))
    window.create_draft(application, rows, by=by)
    window.receive(application, Step(by, on))
    receipt = window.Receipt(frozenset(application.materials.filter(mandatory=True).values_list("pk", flat=True)))
    window.tick_materials(application, receipt, by=by)
    return fresh(application)


def build_segment(*, length="17.2", width="0.6", act="dig", **fields):
    length, width = Decimal(length), Decimal(width)
    row = {"part": "carriageway", "surface": "asphalt", "road": fields.pop("road", None) or make_road(), **fields}
    row.setdefault("area", (length * width).quantize(Decimal("0.01")))
    return Segment(act=act, length=length, width=width, **row)


def fresh(application):
    return Application.objects.select_related("item").get(pk=application.pk)


def make_accepted(by, **fields):
    application = make_received(by, **fields)
    window.accept(application, Step(by))
    return fresh(application)


def photos_of(survey, by, count=3):
    for number in range(count):
        SurveyPhoto.objects.create(
            survey=survey, file="x.jpg", content_type="image/jpeg", size=1, sha256=str(number), source_sha256=str(number),
            uploaded_by=by, latitude=Decimal("29.35"), longitude=Decimal("113.1"),
        )  # fmt: skip


def whole_facts(application, **fields):
    measures = {each.pk: (each.length, each.width, each.surface) for each in application.segments.all()}
    position = (Decimal("29.350000"), Decimal("113.100000"))
    return surveys.SurveyFacts("agree", "可以", position=position, measures=measures, **fields)


def make_surveying(by, officers, **fields):
    application = make_accepted(by, **fields)
    surveys.assign(application, surveys.Crew(*officers, squad=fields.get("squad")), Step(by))
    return fresh(application)


def make_surveyed(by, officers, **fields):
    application = make_surveying(by, officers, **fields)
    photos_of(application.surveys.get(), by)
    surveys.complete_survey(application, whole_facts(application), Step(by))
    return fresh(application)


def agree(application, by, body="police", **fields):
    opinions.record_opinion(application, opinions.Answer(body, "agree", **fields), Step(by))


def make_in_review(by, officers, **fields):
    """Free of charge unless the road says otherwise: the road of the segments is its owner's own."""
    fields.setdefault("segments", [build_segment(road=make_road(manager="owner"))])
    application = make_surveyed(by, officers, **fields)
    agree(application, by)
    opinions.to_review(application, Step(by))
    return fresh(application)


def make_granted(by, officers, **fields):
    application = make_in_review(by, officers, **fields)
    decisions.grant(application, decisions.Verdict("按方案施工", "分管副局长"), Step(by))
    return fresh(application)


def make_issued(by, officers, **fields):
    application = make_granted(by, officers, **fields)
    decisions.issue(application, Step(by), licence_number=f"样例证{application.pk}")
    return fresh(application)


def make_active(by, officers, **fields):
    fields.setdefault("starts_on", timezone.localdate())
    application = make_issued(by, officers, **fields)
    supervision.start(application, Step(by))
    return fresh(application)


def put(application, state, **fields):
    """Move a file to a state behind the doors' back, with what the database asks of it."""
    day = timezone.localdate()
    values = {"state": state, "received_on": day, "accepted_on": day}
    if state in (*PermitState.LIVE, *PermitState.RESTORING):
        values |= {"decided_on": day, "granted": True}
    if state == PermitState.DENIED:
        values |= {"decided_on": day, "granted": False, "refusal_reason": "x"}
    Application.objects.filter(pk=application.pk).update(**values | fields)
    return fresh(application)
