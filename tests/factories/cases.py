"""Enforcement cases for tests: a case in any state, and one that walks the whole way through its doors."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.utils import timezone

from billboards.enums.cases import (
    AuthorityKind,
    CaseState,
    ClosingReason,
    Correction,
    DecisionKind,
    EvidenceKind,
    PartyKind,
    Route,
    SiteRecordKind,
)
from billboards.models import (
    Announcement,
    Case,
    CaseFlaw,
    CaseOfficer,
    CaseStep,
    Closing,
    CorrectionOrder,
    Decision,
    Discussion,
    Dunning,
    EnforcementDecision,
    Evidence,
    Execution,
    GovernmentOrder,
    LegalReview,
    Notice,
    Payment,
    RouteChoice,
    SiteRecord,
    SurchargeReckoning,
    Violation,
)
from billboards.workflow import cases, delivery, evidence, inquiry
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from staff.management.commands.load_calendar import announced_days, statutory_days
from staff.models import ServiceMethod
from staff.workdays import CACHE_KEY, WorkCalendar
from tests.factories.people import CertificateFactory, make_person
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

RECEIVED = date(2025, 3, 3)
YEARS, AHEAD = range(2023, 2027), (2027, 2028, 2029)
DAYS_OFF = [day for year in YEARS for day in announced_days(year)] + [
    day for year in AHEAD for day in statutory_days(year)
]
CALENDAR = WorkCalendar(
    years={**dict.fromkeys(YEARS, True), **dict.fromkeys(AHEAD, False)},
    rest={day: name for day, kind, name in DAYS_OFF if kind != "makeup_workday"},
    work=frozenset(day for day, kind, _ in DAYS_OFF if kind == "makeup_workday"),
    adjusted=frozenset(day for day, kind, _ in DAYS_OFF if kind == "holiday_rest"),
)


def know_the_calendar():
    """The calendar where the system keeps it between questions: loading its table for every case is slow."""
    cache.set(CACHE_KEY, CALENDAR, None)


def at(day, hour=10, minute=0):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))  # noqa: DTZ001 -- made aware here


def make_officer(unit, **fields):
    """A person of the squad with a card that is valid throughout 2024–2027."""
    person = make_person(unit=unit, **fields)
    CertificateFactory(person=person)
    return person


def make_violation(**fields):
    facts = {
        "code": "AD01",
        "name": "擅自设置大型户外广告",
        "provision": "《城市市容和环境卫生管理条例》第十一条",
        "basis": "《城市市容和环境卫生管理条例》第三十六条第一项",
        "measure": "限期拆除，可以并处罚款",
        "min_fine": Decimal(500),
        "max_fine": Decimal(50_000),
        "source": "示例",
        "valid_from": date(2020, 1, 1),
    }
    return Violation.objects.create(**{**facts, **fields})


def lead(unit=None, **fields):
    """An unsaved lead about a company."""
    facts = {
        "unit": unit or SquadFactory(),
        "received_on": RECEIVED,
        "found_on": RECEIVED,
        "place": "南湖大道 18 号楼顶",
        "facts": "楼顶设置广告牌一块，未见审批手续。",
        "party_kind": PartyKind.ORGANISATION,
        "party_name": "岳阳样例广告有限公司",
        "party_address": "南湖大道 20 号",
    }
    return Case(**{**facts, **fields})


def make_case(state=CaseState.LEAD, *, officers=2, **fields):
    """A case put into a state as it is, with officers and a violation; nothing of its story is on record."""
    know_the_calendar()
    case = lead(violation=fields.pop("violation", None) or Violation.objects.first() or make_violation(), **fields)
    case.number = fields.get("number") or f"案2025-T{Case.objects.count() + 1:03d}"
    case.state = state
    if state in (CaseState.SUSPENDED, CaseState.STAYED, CaseState.LEGAL_REVIEW):
        case.came_from = {
            CaseState.SUSPENDED: CaseState.INVESTIGATING,
            CaseState.STAYED: CaseState.OVERDUE,
            CaseState.LEGAL_REVIEW: CaseState.LEGAL_PASSED,
        }[state]
    if state in (CaseState.CLOSED, CaseState.ARCHIVED):
        case.closed_on = date(2025, 10, 20)
    case.save()
    for _ in range(officers):
        CaseOfficer.objects.create(case=case, person=make_officer(case.unit), certificate="湘F000000", since=RECEIVED)
    return case


def site_record(case, day=date(2025, 3, 5), kind=SiteRecordKind.INSPECTION, **fields):
    facts = {
        "kind": kind,
        "started_at": at(day),
        "place": case.place,
        "certificate_shown": True,
        "recusal_told": True,
        "facts": "广告牌宽 8 米、高 4 米，两面。",
    }
    return SiteRecord(**{**facts, **fields})


def a_notice(**fields):
    facts = {
        "issued_on": date(2025, 3, 21),
        "served_on": date(2025, 3, 21),
        "service_method": ServiceMethod.DIRECT,
        "service_proof": "回证",
        "facts": "擅自设置大型户外广告",
        "basis": "市容条例第三十六条",
        "proposed": "罚款 5000 元，限期拆除",
        "amount": Decimal(5000),
        "orders_removal": True,
    }
    return Notice(**{**facts, **fields})


def a_decision(kind=DecisionKind.PENALTY, **fields):
    facts = {
        "kind": kind,
        "issued_on": date(2025, 4, 1),
        "facts": "事实和证据",
        "basis": "市容条例第三十六条",
        "reasons": "没有陈述申辩",
    }
    if kind == DecisionKind.PENALTY:
        facts |= {"amount": Decimal(5000), "orders_removal": True, "remove_by": date(2025, 4, 16)}
    return Decision(**{**facts, **fields})


def _order(case):
    return Entry(date(2025, 3, 6), CorrectionOrder(issued_on=date(2025, 3, 6), demand="自行拆除", basis="市容条例第三十六条", due_on=date(2025, 3, 13)))  # fmt: skip


def _recheck(case):
    record = site_record(case, date(2025, 3, 14), SiteRecordKind.RECHECK, correction=Correction.UNCORRECTED)
    return Entry(date(2025, 3, 14), record, officers=list(case.officers.all()))


def _passed(case):
    return Entry(
        date(2025, 3, 20), facts={"reviewer": "法制员", "verdict": "passed", "qualified": True, "opinion": "同意"}
    )


def _serve(case):
    return Entry(date(2025, 4, 2), facts={"method": ServiceMethod.DIRECT, "proof": "前台张某签收"})


def _dun(case):
    return Entry(date(2025, 9, 15), Dunning(issued_on=date(2025, 9, 15), served_on=date(2025, 9, 15), service_method=ServiceMethod.DIRECT, perform_by=date(2025, 9, 25), manner="自行拆除"))  # fmt: skip


def _route(case):
    order = GovernmentOrder(
        kind=AuthorityKind.APPROVED, issuer="区人民政府", number="批〔2025〕1号", issued_on=date(2025, 9, 28)
    )
    cases.record_government_order(case, order, by=UserFactory())
    return Entry(date(2025, 9, 29), RouteChoice(route=Route.APPEARANCE, chosen_on=date(2025, 9, 29), reason="影响市容"))


def _announce(case):
    return Entry(date(2025, 9, 30), Announcement(posted_on=date(2025, 9, 30), places="现场", remove_by=date(2025, 10, 10), photographed=True))  # fmt: skip


def _order_enforcement(case):
    return Entry(date(2025, 10, 13), EnforcementDecision(issued_on=date(2025, 10, 13), served_on=date(2025, 10, 13), service_method=ServiceMethod.DIRECT, reasons="逾期未拆除", manner="吊车拆除", planned_on=date(2025, 10, 14)))  # fmt: skip


def _execute(case):
    record = Execution(route=Route.APPEARANCE, started_at=at(date(2025, 10, 14)), plan="方案", video=True)
    return Entry(date(2025, 10, 14), record, officers=list(case.officers.all()))


def _close(case):
    amount = case.decisions.latest("pk").amount
    Payment.objects.create(case=case, amount=amount, paid_on=date(2025, 10, 16), receipt=f"终{case.pk}", late=True)
    return Entry(date(2025, 10, 20), Closing(reason=ClosingReason.EXECUTED, closed_on=date(2025, 10, 20), performance="已拆除", approver="局长"))  # fmt: skip


# The steps of a whole case in their order; each makes the entry of its step.
STORY = {
    "file": lambda case: Entry(date(2025, 3, 4)),
    "investigate": lambda case: Entry(date(2025, 3, 4)),
    "order": _order,
    "recheck": _recheck,
    "conclude": lambda case: Entry(date(2025, 3, 17)),
    "submit_review": lambda case: Entry(date(2025, 3, 18), LegalReview(submitted_on=date(2025, 3, 18))),
    "pass_review": _passed,
    "notify": lambda case: Entry(date(2025, 3, 21), a_notice()),
    "review_statement": lambda case: Entry(date(2025, 3, 31)),
    "discuss": lambda case: Entry(
        date(2025, 3, 31),
        Discussion(held_on=date(2025, 3, 31), chair="局长", attendees="张、李、王", conclusion="同意"),
    ),
    "decide": lambda case: Entry(date(2025, 4, 1), a_decision()),
    "serve": _serve,
    "lapse": lambda case: Entry(date(2025, 4, 18)),
    "dun": _dun,
    "route": _route,
    "announce": _announce,
    "order_enforcement": _order_enforcement,
    "execute": _execute,
    "finish": lambda case: Entry(
        date(2025, 10, 14),
        facts={
            "ended_at": at(date(2025, 10, 14), 15),
            "result": "已拆除",
            "street": UnitFactory(),
            "removed_count": 2,
            "removed_area": Decimal(64),
        },
    ),
    "close": _close,
    "archive": lambda case: Entry(date(2025, 10, 21)),
}


def make_lead(*, by=None, evidenced=True, **fields):
    """A lead with two officers and a first look at the place."""
    know_the_calendar()
    by = by or UserFactory()
    case = cases.record_lead(lead(**{"violation": Violation.objects.first() or make_violation(), **fields}), by=by)
    for _ in range(2):
        cases.add_officer(case, make_officer(case.unit), by=by, on=RECEIVED)
    if evidenced:
        piece = Evidence(kind=EvidenceKind.RECORDING, name="现场照片", collected_at=at(RECEIVED), collected_by="甲、乙")
        evidence.add_evidence(case, piece, by=by)
        inquiry.record_sheet(case, site_record(case), list(case.officers.all()), by=by)
    return Case.objects.get(pk=case.pk)


def make_story(until="archive", *, by=None, before=None, **fields):
    """A case that went step by step up to and with `until`; `before(case, edge)` may change things on the way."""
    by = by or UserFactory()
    case = make_lead(by=by, **fields)
    for edge, entry in STORY.items():
        if before is not None:
            before(case, edge)
        case = take_step(case, edge, entry(case), by=by)
        if edge == until:
            break
    return Case.objects.get(pk=case.pk)


def story_until(edge, *, by=None, **fields):
    """The case as it stands just before a step."""
    steps = list(STORY)
    where = steps.index(edge)
    return make_story(steps[where - 1], by=by, **fields) if where else make_lead(by=by, **fields)


def serve(case, kind, day, *, method=ServiceMethod.DIRECT, by=None):
    return delivery.served(case, kind, delivery.Delivery(day, method, "回证"), by=by)


def furnish_cases():
    """Cases of two years: filed, decided both ways, closed, transferred, voided, without a violation; money of every kind."""
    signs, roads = make_violation(), make_violation(code="RD01", name="占道")
    for number in range(12):
        day = date(2025 + number % 2, 1 + number % 5, 3 + number)
        state = (CaseState.FILED, CaseState.OVERDUE, CaseState.CLOSED, CaseState.VOIDED)[number % 4]
        case = make_case(state, officers=0, violation=(signs, roads)[number % 2])
        closed = day + timedelta(days=40) if state == CaseState.CLOSED else None
        Case.objects.filter(pk=case.pk).update(
            filed_on=day, closed_on=closed, violation=None if number == 4 else case.violation_id
        )
        order = CorrectionOrder(
            case=case, issued_on=day, demand="拆除", basis="第三十六条", due_on=day + timedelta(days=7)
        )
        if number % 3:
            order.served_on, order.service_method = day + timedelta(days=1), "direct"
        order.save()
        if state in (CaseState.FILED, CaseState.VOIDED):
            continue
        kind = (DecisionKind.PENALTY, DecisionKind.SPOT, DecisionKind.NO_PENALTY)[number % 3]
        decision = a_decision(kind, issued_on=day + timedelta(days=5), orders_removal=False, remove_by=None)
        decision.case, decision.amount = case, 0 if kind == DecisionKind.NO_PENALTY else 1000 + number
        decision.save()
        if decision.amount:
            furnish_money(case, decision, number)
        if number == 1:
            CaseStep.objects.create(case=case, edge="transfer", label="移送", happened_on=day)
        CaseFlaw.objects.create(case=case, code="x", article="第四十二条", text="一人", happened_on=day)


def furnish_money(case, decision, number):
    day = decision.issued_on + timedelta(days=10)
    by = UserFactory()
    for kind, amount in (("fine", 500), ("surcharge", 30)):
        Payment.objects.create(
            case=case, kind=kind, paid_on=day, amount=amount, receipt=f"{kind}{number}", recorded_by=by
        )
    gone = {"voided_at": timezone.now(), "void_reason": "重复"}
    Payment.objects.create(case=case, paid_on=day, amount=1, receipt=f"v{number}", recorded_by=by, **gone)
    for later in (0, 20):
        SurchargeReckoning.objects.create(
            case=case,
            computed_to=day + timedelta(days=later),
            fine=decision.amount,
            uncapped=later + 1,
            amount=later + 1,
        )
