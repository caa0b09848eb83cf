"""Twelve cases taken through their doors, each as far as its days allow; one of them to the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from billboards import demo_papers
from billboards.enums.boards import BoardStatus
from billboards.enums.campaigns import ItemState
from billboards.enums.cases import (
    AuthorityKind,
    ClosingReason,
    Correction,
    DecisionKind,
    EvidenceKind,
    PartyKind,
    PerformanceKind,
    Route,
    SiteRecordKind,
)
from billboards.models import (
    Announcement,
    Board,
    CampaignItem,
    Case,
    Closing,
    CorrectionOrder,
    Decision,
    DiscretionStep,
    Discussion,
    Dunning,
    EnforcementDecision,
    Evidence,
    Execution,
    GovernmentOrder,
    LegalReview,
    Notice,
    Performance,
    RouteChoice,
    SiteRecord,
    Violation,
)
from billboards.workflow import cases, evidence, inquiry, items, money, violations
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from config.identity import CREDIT_ALPHABET, check_credit_code
from staff import workdays
from staff.models import Person, ServiceMethod, Unit, UnitKind, User
from staff.officers import officers_on

FINE = Decimal(5000)
# Whose papers are signed here, the whole file of them; the others' are from another platform.
OURS = ("pay", "archive")
# How long ago the lead came, and the last step taken.
PLANS: tuple[tuple[int, str], ...] = (
    (2, ""), (16, "investigate"), (18, "order"), (40, "recheck"), (42, "submit_review"), (45, "notify"), (75, "discuss"),
    (80, "decide"), (85, "serve"), (125, "lapse"), (160, "pay"), (480, "archive"),
)  # fmt: skip


LINES = (
    ("一般", "面积不满二十平方米，责令改正后部分改正", 500, 3000),
    ("较重", "面积二十平方米以上，责令改正后没有改正", 3001, 10_000),
    ("严重", "造成安全事故，或者拒不改正、再次设置", 10_001, 50_000),
)


def violation(by: User) -> Violation:
    """The first entry of the catalogue with an invented range: the local rule is not known."""
    entry = Violation.objects.order_by("pk")[0]
    entry.pk, entry.valid_from = None, date(2024, 1, 1)
    entry.min_fine, entry.max_fine, entry.source = Decimal(500), Decimal(50_000), "示例幅度，以本省、市规定为准"
    lines = [
        DiscretionStep(order=order, name=name, circumstances=words, minimum=Decimal(least), maximum=Decimal(most))
        for order, (name, words, least, most) in enumerate(LINES, 1)
    ]
    return violations.store_version(entry, lines, by=by)


def at(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def seed() -> None:
    call_command("load_violations", verbosity=0)
    by = User.objects.get(username="1007")
    demo_papers.prepare()
    entry = violation(by)
    rows = Board.objects.recorded().filter(status__in=(BoardStatus.UNPERMITTED, BoardStatus.EXPIRED), cases=None)
    boards = list(rows.order_by("pk")[: len(PLANS)])
    for number, (ago, last) in enumerate(PLANS):
        start = timezone.localdate() - timedelta(days=ago)
        board = boards[number] if number < len(boards) else None
        case = open_lead(start, board, entry, by, number)
        if last in OURS:
            demo_papers.photographed(case, start, by)
        demo_papers.follow(case, "lead", start, by, ours=last in OURS)
        tell(case, start, last, by)
    link_items(by)


def open_lead(start: date, board: Board | None, entry: Violation, by: User, number: int) -> Case:
    case = Case(
        unit=Unit.objects.get(name="执法一中队"),
        received_on=start,
        found_on=start,
        place=board.address if board else f"示例路 {number + 1} 号",
        board=board,
        facts="设置大型户外广告一处，未见许可手续。",
        violation=entry,
        party_kind=PartyKind.ORGANISATION,
        party_name=f"岳阳示例{'甲乙丙丁戊己庚辛壬癸子丑'[number]}广告有限公司",
        party_address=f"示例路 {number + 20} 号",
        party_head="负责人示例",
        party_credit_code=credit_code(number),
    )
    case = cases.record_lead(case, by=by)
    for person in two_officers(start):
        cases.add_officer(case, person, by=by, on=start)
    piece = Evidence(
        kind=EvidenceKind.DOCUMENT, name="营业执照复印件", collected_at=at(start), collected_by="员示例、队示例"
    )
    evidence.add_evidence(case, piece, by=by)
    record = sheet(case, start, SiteRecordKind.INSPECTION)
    inquiry.record_sheet(case, record, list(case.officers.all()), by=by)
    return Case.objects.get(pk=case.pk)


def credit_code(number: int) -> str:
    """An invented number with the right last character."""
    first = f"91430600MA4D{number:05d}"
    return next(f"{first}{last}" for last in CREDIT_ALPHABET if not check_credit_code(f"{first}{last}"))


def two_officers(day: date) -> list[Person]:
    """The squad's own two, where their cards were valid on the day."""
    able = officers_on(day)
    own = able.filter(account__username__in=("1007", "1008")).order_by("-pk")
    others = able.exclude(account__username__in=("1002", "1007", "1008", "1013")).order_by("-pk")
    return [*own, *others[:2]][:2]


def sheet(case: Case, day: date, kind: SiteRecordKind, **facts: Any) -> SiteRecord:
    return SiteRecord(
        kind=kind, started_at=at(day, 9), place=case.place, certificate_shown=True, recusal_told=True,
        facts="广告牌宽 8 米、高 4 米，一面，结构完整。", **facts,
    )  # fmt: skip


def order(case: Case, day: date) -> Entry:
    due = day + timedelta(days=10)
    return Entry(day, CorrectionOrder(issued_on=day, demand="自行拆除或者补办手续", basis="《城市市容和环境卫生管理条例》第三十六条第一项", due_on=due))  # fmt: skip


def recheck(case: Case, day: date) -> Entry:
    record = sheet(case, day, SiteRecordKind.RECHECK, correction=Correction.UNCORRECTED)
    return Entry(day, record, officers=list(case.officers.all()))


def notice(case: Case, day: date) -> Entry:
    record = Notice(
        issued_on=day, served_on=day, service_method=ServiceMethod.DIRECT, service_proof="送达回证",
        facts=f"未经同意在{case.place}设置大型户外广告一处，影响市容", basis="《城市市容和环境卫生管理条例》第三十六条第一项", proposed="罚款 5000 元，限期拆除",
        amount=FINE, orders_removal=True, with_hearing=True,
    )  # fmt: skip
    return Entry(day, record)


def decision(case: Case, day: date) -> Entry:
    record = Decision(
        kind=DecisionKind.PENALTY, issued_on=day, facts=f"当事人未经同意，在{case.place}设置户外广告牌一处，宽 8 米、高 4 米，面积 32 平方米；责令限期改正后没有改正。",
        reasons="当事人没有陈述、申辩。",
        basis="《城市市容和环境卫生管理条例》第三十六条第一项", amount=FINE, orders_removal=True, remove_by=day + timedelta(days=16),
    )  # fmt: skip
    return Entry(day, record)


def discussion(case: Case, day: date) -> Entry:
    record = Discussion(held_on=day, chair="局示例", attendees="局示例、分示例、法示例", conclusion="同意")
    return Entry(day, record)


def passed(case: Case, day: date) -> Entry:
    return Entry(day, facts={"reviewer": "法示例", "verdict": "passed", "qualified": True, "opinion": "同意"})


def dunning(case: Case, day: date) -> Entry:
    record = Dunning(
        issued_on=day, served_on=day, service_method=ServiceMethod.DIRECT, perform_by=day + timedelta(days=14), manner="自行拆除"
    )  # fmt: skip
    return Entry(day, record)


def route(case: Case, day: date) -> Entry:
    approval = GovernmentOrder(
        kind=AuthorityKind.APPROVED, issuer="示例区人民政府", number="演示批〔2026〕1号", issued_on=day
    )
    cases.record_government_order(case, approval, by=User.objects.get(username="1018"))
    return Entry(day, RouteChoice(route=Route.APPEARANCE, chosen_on=day, reason="影响市容，逾期不拆除"))


def announcement(case: Case, day: date) -> Entry:
    return Entry(day, Announcement(posted_on=day, places="现场、社区公告栏", remove_by=day + timedelta(days=10), photographed=True))  # fmt: skip


def enforcement(case: Case, day: date) -> Entry:
    record = EnforcementDecision(
        issued_on=day, served_on=day, service_method=ServiceMethod.DIRECT, reasons="逾期未拆除", manner="吊车拆除",
        planned_on=working_day(day + timedelta(days=1)),
    )  # fmt: skip
    return Entry(day, record)


def execution(case: Case, day: date) -> Entry:
    record = Execution(route=Route.APPEARANCE, started_at=at(day), plan="实施方案（演示）", video=True)
    return Entry(day, record, officers=list(case.officers.all()))


def closing(case: Case, day: date) -> Entry:
    paid = case.performances.exists()
    reason = ClosingReason.PERFORMED if paid else ClosingReason.EXECUTED
    return Entry(day, Closing(reason=reason, closed_on=day, performance="已拆除，罚款已缴", approver="局示例"))


def performance(case: Case, day: date) -> Entry:
    record = Performance(kind=PerformanceKind.REMOVAL, performed_on=day, verified_by="员示例、队示例")
    return Entry(day, record, facts={"street": street_of(case)})


def street_of(case: Case) -> Unit | None:
    return case.board.street if case.board else Unit.objects.filter(kind=UnitKind.STREET).order_by("pk").first()


Story = tuple[tuple[str, int, Callable[[Case, date], Entry]], ...]
# Step, days after the one before, entry. Periods of the law are kept with room for holidays.
STORY: Story = (
    ("file", 3, lambda case, day: Entry(day)),
    ("investigate", 0, lambda case, day: Entry(day)),
    ("order", 2, order),
    ("recheck", 11, recheck),
    ("conclude", 2, lambda case, day: Entry(day)),
    ("submit_review", 1, lambda case, day: Entry(day, LegalReview(submitted_on=day))),
    ("pass_review", 2, passed),
    ("notify", 2, notice),
    ("review_statement", 16, lambda case, day: Entry(day)),
    ("discuss", 1, discussion),
    ("decide", 1, decision),
    ("serve", 2, lambda case, day: Entry(day, facts={"method": ServiceMethod.DIRECT, "proof": "当事人签收"})),
    ("lapse", 30, lambda case, day: Entry(day)),
    ("dun", 190, dunning),
    ("route", 20, route),
    ("announce", 1, announcement),
    ("order_enforcement", 16, enforcement),
    ("execute", 1, execution),
    (
        "finish",
        0,
        lambda case, day: Entry(day, facts={"ended_at": at(day, 15), "result": "已拆除", "street": street_of(case)}),
    ),
    ("close", 5, closing),
    ("archive", 3, lambda case, day: Entry(day)),
)


def working_day(day: date) -> date:
    """The next day that is neither a weekend nor a feast, so that nothing is done on one."""

    calendar = workdays.load()
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day


def tell(case: Case, start: date, last: str, by: User) -> None:
    """Take a case along its story up to and with `last`; "pay": paid and taken down by itself after the service."""
    if not last:
        return
    day = start
    for edge, after, entry in STORY:
        day = min(working_day(day + timedelta(days=after)), timezone.localdate())
        if edge == "close":
            pay(case, day, by)
        if edge == "serve":
            demo_papers.serve_decision(case, day, by)
        case = take_step(case, edge, entry(case, day), by=by)
        demo_papers.follow(case, edge, day, by, ours=last in OURS)
        if edge == last:
            break
        if edge == "serve" and last == "pay":
            case = pay_and_close(case, day, by)
            break
    if last in OURS:
        demo_papers.bind(case, by)


def pay(case: Case, day: date, by: User) -> None:
    receipt = f"演示 {case.pk:04d}"
    money.record_payment(case, by=by, kind="fine", paid_on=day, amount=FINE, channel="bank", receipt=receipt)


def pay_and_close(case: Case, served: date, by: User) -> Case:
    day = working_day(served + timedelta(days=9))
    pay(case, day, by)
    case = take_step(case, "perform", performance(case, day), by=by)
    demo_papers.follow(case, "perform", day, by, ours=True)
    day = working_day(day + timedelta(days=3))
    case = take_step(case, "close", closing(case, day), by=by)
    demo_papers.follow(case, "close", day, by, ours=True)
    return case


def link_items(by: User) -> None:
    """Items of the running campaign about the same boards go on as these cases."""
    rows = CampaignItem.objects.filter(campaign__state="running", state=ItemState.NOTIFIED, problem="unpermitted")
    found = Case.objects.exclude(state__in=("closed", "archived")).order_by("-pk")
    for item, case in zip(rows[:3], found, strict=False):
        items.open_case_for(item, by=by, case=case)
