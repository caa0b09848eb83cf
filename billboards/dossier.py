"""A case with everything on record, read once: what guards, the page and the papers ask for.

Rows are loaded when they are first asked for; each kind of row is one question to the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from billboards.coercion import Contest, Facts, Local, Outlook, outlook
from billboards.deadlines import due
from billboards.discretion import is_hearing_due
from billboards.enums.cases import CaseState, PartyKind, PerformanceKind, SiteRecordKind, Verdict
from billboards.models import (
    Announcement,
    Case,
    CaseOfficer,
    CorrectionOrder,
    Decision,
    Discussion,
    Dunning,
    EnforcementDecision,
    Evidence,
    Execution,
    Hearing,
    Interview,
    LegalReview,
    Notice,
    Performance,
    Refund,
    RemedyAction,
    Removal,
    RouteChoice,
    SiteRecord,
)
from staff.models import setting
from staff.workdays import CalendarYearMissing, DueDate, Pause, WorkCalendar, load


class Dossier:
    """`today` is the day on which the question is asked."""

    def __init__(self, case: Case, *, today: date | None = None, calendar: WorkCalendar | None = None) -> None:
        self.case = case
        self.today = today or timezone.localdate()
        self.calendar = calendar or load()

    # --- Rows ---

    @cached_property
    def officers(self) -> list[CaseOfficer]:
        return list(self.case.officers.select_related("person"))

    @cached_property
    def evidence(self) -> list[Evidence]:
        return list(self.case.evidence.prefetch_related("files", "custody"))

    @cached_property
    def site_records(self) -> list[SiteRecord]:
        return list(self.case.siterecords.prefetch_related("officers__person"))

    @cached_property
    def interviews(self) -> list[Interview]:
        return list(self.case.interviews.prefetch_related("officers__person"))

    @cached_property
    def orders(self) -> list[CorrectionOrder]:
        return list(self.case.correctionorders.all())

    @cached_property
    def reviews(self) -> list[LegalReview]:
        return list(self.case.legalreviews.all())

    @cached_property
    def notices(self) -> list[Notice]:
        return list(self.case.notices.all())

    @cached_property
    def hearings(self) -> list[Hearing]:
        return list(self.case.hearings.select_related("chair"))

    @cached_property
    def discussions(self) -> list[Discussion]:
        return list(self.case.discussions.all())

    @cached_property
    def decisions(self) -> list[Decision]:
        return list(self.case.decisions.select_related("discretion_step"))

    @cached_property
    def performances(self) -> list[Performance]:
        return list(self.case.performances.all())

    @cached_property
    def dunnings(self) -> list[Dunning]:
        return list(self.case.dunnings.all())

    @cached_property
    def government(self) -> list[Any]:
        return list(self.case.governmentorders.all())

    @cached_property
    def routes(self) -> list[RouteChoice]:
        return list(self.case.routechoices.all())

    @cached_property
    def announcements(self) -> list[Announcement]:
        return list(self.case.announcements.all())

    @cached_property
    def enforcements(self) -> list[EnforcementDecision]:
        return list(self.case.enforcementdecisions.all())

    @cached_property
    def executions(self) -> list[Execution]:
        return list(self.case.executions.prefetch_related("officers__person"))

    @cached_property
    def removals(self) -> list[Removal]:
        """What came down in the case, as the removals count it."""
        return list(self.case.removals.recorded().select_related("item"))

    @cached_property
    def court_applications(self) -> list[Any]:
        return list(self.case.courtapplications.all())

    @cached_property
    def closings(self) -> list[Any]:
        return list(self.case.closings.all())

    @cached_property
    def remedies(self) -> list[RemedyAction]:
        return list(self.case.remedies.all())

    @cached_property
    def pauses(self) -> list[Any]:
        return list(self.case.pauses.all())

    @cached_property
    def flaws(self) -> list[Any]:
        return list(self.case.flaws.select_related("recorded_by"))

    @cached_property
    def approvals(self) -> list[Any]:
        return list(self.case.approvals.select_related("recorded_by"))

    @cached_property
    def clocks(self) -> list[Any]:
        return list(self.case.clocks.all())

    @cached_property
    def steps(self) -> list[Any]:
        return list(self.case.steps.select_related("recorded_by"))

    @cached_property
    def papers(self) -> list[Any]:
        """Drafts, papers that are out, voided ones."""
        return list(self.case.papers.all())

    # --- What stands ---

    @property
    def acting(self) -> list[CaseOfficer]:
        """The officers who were not recused."""
        return [each for each in self.officers if each.recused_on is None]

    @property
    def notice(self) -> Notice | None:
        return last(self.notices)

    @property
    def since(self) -> date:
        """The day of the decision before the one that stands or is to come: what led to that one does not lead to this."""
        earlier = self.decisions if self.case.state in CaseState.BEFORE_DECISION else self.decisions[:-1]
        return earlier[-1].issued_on if earlier else date.min

    @property
    def hearing(self) -> Hearing | None:
        return last([each for each in self.hearings if each.requested_on > self.since])

    @property
    def decision(self) -> Decision | None:
        return last(self.decisions)

    @property
    def dunning(self) -> Dunning | None:
        return last(self.dunnings)

    @property
    def spoken_of(self) -> Notice | Dunning | None:
        """What the party may speak on now: the notice until it is decided on, then the dunning; None where neither is out."""
        if self.case.state in CaseState.BEFORE_DECISION:
            notice = self.notice
            decided = notice is not None and any(each.issued_on >= notice.issued_on for each in self.decisions)
            return None if decided else notice
        return self.dunning if self.case.state in CaseState.TO_PERFORM else None

    @property
    def usable_evidence(self) -> list[Evidence]:
        return [each for each in self.evidence if not each.why_not_usable]

    @property
    def inspections(self) -> list[SiteRecord]:
        return [each for each in self.site_records if each.kind == SiteRecordKind.INSPECTION]

    @property
    def open_review(self) -> LegalReview | None:
        """The legal review that waits for its answer."""
        return next((each for each in reversed(self.reviews) if not each.verdict), None)

    @property
    def passed_reviews(self) -> list[LegalReview]:
        passed = [each for each in self.reviews if each.verdict == Verdict.PASSED]
        return [each for each in passed if each.reviewed_on and each.reviewed_on > self.since]

    @property
    def pause_spans(self) -> list[Pause]:
        """What stopped the ninety days; a stop that still runs has stopped them up to today."""
        return [(each.started_on, each.ended_on or max(each.started_on, self.today)) for each in self.pauses]

    @property
    def party(self) -> str:
        """As billboards/discretion.py takes it; an unknown party is measured as a citizen."""
        return PartyKind.ORGANISATION if self.case.party_kind == PartyKind.ORGANISATION else PartyKind.CITIZEN

    def hearing_due(self, amount: Decimal, *, removal: bool) -> bool:
        """Whether what is proposed gives a right to a hearing (处罚法 Art. 63 and the local threshold)."""
        violation = self.case.violation
        heavy = removal and (violation is None or violation.hearing)
        thresholds = {
            PartyKind.CITIZEN.value: Decimal(str(setting("cases.hearing_citizen"))),
            PartyKind.ORGANISATION.value: Decimal(str(setting("cases.hearing_organisation"))),
        }
        return is_hearing_due(self.party, amount, thresholds, other_heavy=heavy)

    @property
    def last_heard(self) -> date | None:
        """The day of the last hearing that was held."""
        return max((each.held_on for each in self.hearings if each.held_on and each.held_on > self.since), default=None)

    def due(self, code: str, start: date, *, amount: int | None = None) -> DueDate:
        return due(code, start, self.calendar, pauses=self.pause_spans, amount=amount)

    def statement_over(self, day: date) -> bool:
        """Whether the party's days for a statement are over on `day`, counted from service; the later date guards."""
        notice = self.notice
        if notice is None or notice.served_on is None:
            return False
        return day > self.due("C_STATEMENT", notice.served_on).guarding(self.calendar)

    @property
    def hearing_asked(self) -> bool:
        """Whether the party asked for a hearing in time; a later request is on record and obliges nobody (Art. 64(1))."""
        notice = self.notice
        if notice is None or notice.hearing_asked_on is None:
            return False
        if notice.served_on is None:
            return True
        return notice.hearing_asked_on <= self.due("C_HEARING_REQ", notice.served_on).guarding(self.calendar)

    @property
    def authority(self) -> str:
        found = last(self.government)
        return str(found.kind) if found else ""

    # --- Coercion ---

    def coercion_facts(self, route: str | None = None) -> Facts:
        """What the earliest lawful day hangs on; `route` asks for another way than the chosen one."""
        decision, dunning, choice = self.decision, self.dunning, last(self.routes)
        announced, enforced = last(self.announcements), last(self.enforcements)
        penalty = decision is not None and decision.is_penalty
        return Facts(
            route=(choice.route if choice else "") if route is None else route,
            served_on=decision.served_on if penalty and decision else None,
            told=decision.remedies_told if decision else True,
            orders_removal=decision.orders_removal if decision else True,
            contests=tuple(contest_of(each) for each in self.contested),
            dunned_on=dunning.served_on if dunning else None,
            perform_by=dunning.perform_by if dunning else None,
            statement_open=bool(dunning and dunning.statement_on and not dunning.replied_on),
            announced_on=announced.posted_on if announced else None,
            remove_by=announced.remove_by if announced else None,
            enforced_on=enforced.served_on if enforced else None,
            authority=self.authority,
            consent_on=choice.consent_on if choice else None,
            obstacle=bool(choice and choice.obstacle),
            traffic_danger=bool(choice and choice.traffic_danger),
            emergency=choice.emergency if choice else "",
            deferred_until=self.deferred_until,
        )

    @cached_property
    def deferred_until(self) -> date | None:
        """The last day of a deferral or instalment that was granted of this decision (处罚法 Art. 72(2))."""
        if self.decision is None:
            return None
        granted = self.case.deferrals.filter(granted=True, voided_at=None, decided_on__gte=self.decision.issued_on)
        days = [
            each.due_on for deferral in granted.prefetch_related("instalments") for each in deferral.instalments.all()
        ]
        return max(days, default=None)

    def outlook(self, route: str | None = None, **changed: Any) -> Outlook:
        """The earliest lawful day of coercion and why; says so where a year's calendar is not loaded."""
        facts = self.coercion_facts(route)
        local = Local(int(setting("cases.ownerless_days")), bool(setting("cases.substitute_waits")))
        try:
            return outlook(Facts(**{**vars(facts), **changed}), self.calendar, local)
        except CalendarYearMissing as error:
            return Outlook(blocked=str(error))

    @property
    def contested(self) -> list[RemedyAction]:
        """Reviews and suits against the decision that stands; those against an earlier one are history."""
        if self.decision is None:
            return self.remedies
        return [each for each in self.remedies if each.filed_on >= self.decision.issued_on]

    @property
    def is_contested(self) -> bool:
        return any(each.is_pending for each in self.contested)

    @property
    def route(self) -> str:
        choice = last(self.routes)
        return choice.route if choice else ""

    # --- Performance ---

    @property
    def removal_done(self) -> bool:
        """What was ordered to come down is down: by the party, with its consent, or by execution. True if nothing was."""
        if self.decision is not None and not self.decision.orders_removal:
            return True
        taken_down = any(each.kind in PerformanceKind.REMOVED for each in self.performances)
        return (
            taken_down
            or any(each.ended_at for each in self.executions)
            or any(each.granted and each.ruled_on for each in self.court_applications)
        )

    @cached_property
    def unpaid(self) -> Decimal:
        """What of the fine has not arrived, or went back."""
        decision = self.decision
        if decision is None or not decision.amount:
            return Decimal(0)
        paid: Decimal = self.case.payments.filter(kind="fine").recorded().total()
        back = Refund.objects.recorded().filter(payment__case=self.case, payment__kind="fine").total()
        return max(decision.amount - paid + back, Decimal(0))


def last(rows: Sequence[Any]) -> Any:
    return rows[-1] if rows else None


def contest_of(action: RemedyAction) -> Contest:
    return Contest(action.kind, action.filed_on, action.ended_on, action.party_received_on, action.result, action.told)
