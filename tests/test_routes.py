"""Every route of the site: closed by default, for each role as the table says, with its headers, in Chinese when refused."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from config.periods import Period
from fireworks.models import Absence, CheckIn, EmptyPost, LawReference, StandIn, Swap
from fireworks.workflow import watch
from inspections.models import RewardRule, ScoringRuleSet
from inspections.workflow import appeals, orders
from inspections.workflow.bulletins import draft_bulletin
from reports.workflow import summaries
from staff.models import (
    Activity,
    Course,
    DisciplineRecord,
    ImportBatch,
    Job,
    Message,
    Regulation,
    RegulationEdition,
    Verb,
)
from staff.permissions import Roles
from staff.workflow import appraisal, regulations
from tests.billboards import case_routes, paper_routes
from tests.billboards import routes as board_routes
from tests.factories.appraisal import make_entry, make_round, make_scheme
from tests.factories.fireworks import (
    DutyPersonFactory,
    make_action,
    make_ban_entry,
    make_bulletin,
    make_destruction,
    make_lot,
    make_media,
    make_publicity,
    make_report,
    make_statement,
    staffed,
)
from tests.factories.inspections import make_finding, moment
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person, rule_version
from tests.factories.reports import make_history, make_plan, make_problem, make_tally
from tests.factories.rounds import make_place, make_sheet
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory
from tests.permits import routes as permit_routes
from tests.visiting import Visitor

pytestmark = pytest.mark.django_db

PUBLIC = {"staff:login", "inspections:street-worker", "billboards:census-worker", "permits:verify", "staff:health"}
MAY_BE_UNWELL = {"staff:health"}  # answers 503 when something does not run, as here where nothing does
BAN_BULLETIN = ("detail", "edit", "discard", "issue", "correct", "pdf", "xlsx")
OURS = {"staff", "inspections", "reports", "fireworks", "permits", "billboards"}
EVERYBODY = set(Roles)
READS_ALL = {
    Roles.DIRECTOR,
    Roles.DEPUTY_DIRECTOR,
    Roles.OFFICE,
    Roles.ASSESSMENT_OFFICE,
}
VIEWS_FINDINGS = READS_ALL | {
    Roles.ASSESSOR,
    Roles.SQUAD_LEADER,
    Roles.SQUAD_MEMBER,
    Roles.STREET_CONTACT,
    Roles.LEGAL,
    Roles.FIREWORKS_OFFICE,
    Roles.DUTY_LEADER,
}
VIEWS_SCORES = VIEWS_FINDINGS - {Roles.FIREWORKS_OFFICE, Roles.DUTY_LEADER}
REGISTERS = {Roles.ASSESSMENT_OFFICE, Roles.ASSESSOR}
ASSESSES = {Roles.ASSESSMENT_OFFICE}
SEES_ROUNDS = READS_ALL | {Roles.ASSESSOR}
WRITES = {Roles.OFFICE}
ADMINISTERS = {Roles.ADMINISTRATOR}
CHECKS = {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.OFFICE}
SIGNS = {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}
RECTIFIES = {Roles.SQUAD_LEADER, Roles.STREET_CONTACT}

SEES_DUTY = READS_ALL | {
    Roles.ASSESSOR,
    Roles.SQUAD_LEADER,
    Roles.SQUAD_MEMBER,
    Roles.STREET_CONTACT,
    Roles.FIREWORKS_OFFICE,
    Roles.DUTY_LEADER,
}
PLANS_DUTY = {Roles.FIREWORKS_OFFICE}
APPROVES_SWAPS = {Roles.FIREWORKS_OFFICE, Roles.SQUAD_LEADER, Roles.DUTY_LEADER}
# Who sees every post and stands at none is refused; to others a post not their own is a 404.
VOIDS_PRESENCE = EVERYBODY - READS_ALL - {Roles.ASSESSOR}

SEES_PEOPLE = READS_ALL | {Roles.PERSONNEL, Roles.SQUAD_LEADER}
SEES_ALL_PEOPLE = SEES_PEOPLE - {Roles.SQUAD_LEADER}
KEEPS_PEOPLE = {Roles.PERSONNEL}
TEACHES = {Roles.PERSONNEL, Roles.OFFICE}
READS_RULES = EVERYBODY - {Roles.STREET_CONTACT, Roles.AUDITOR}
KEEPS_RULES = {Roles.OFFICE}
ISSUES_RULES = {Roles.OFFICE, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}
READS_APPRAISALS = READS_RULES - {Roles.ADMINISTRATOR}
KEEPS_APPRAISALS = {Roles.OFFICE, Roles.PERSONNEL}
SEES_ALL_APPRAISALS = READS_ALL | {
    Roles.ASSESSOR,
    Roles.LEGAL,
    Roles.PERSONNEL,
    Roles.FIREWORKS_OFFICE,
    Roles.BILLBOARD_OFFICE,
}
SPEAKS_FOR_A_UNIT = {
    Roles.OFFICE,
    Roles.ASSESSMENT_OFFICE,
    Roles.SQUAD_LEADER,
    Roles.PERMIT_SECTION,
    Roles.FINANCE,
    Roles.LEGAL,
    Roles.FIREWORKS_OFFICE,
    Roles.PERSONNEL,
}
SEES_TASKS = EVERYBODY - {Roles.ADMINISTRATOR, Roles.AUDITOR, Roles.STREET_CONTACT}
COUNTS = {
    Roles.OFFICE,
    Roles.ASSESSMENT_OFFICE,
    Roles.SQUAD_LEADER,
    Roles.SQUAD_MEMBER,
    Roles.PERMIT_SECTION,
    Roles.LEGAL,
    Roles.FIREWORKS_OFFICE,
    Roles.DUTY_LEADER,
}
# Those who see everybody's entries change their own only: 403 for somebody else's, where the squads get a 404.
SEES_ALL_AND_COUNTS = {Roles.ASSESSMENT_OFFICE, Roles.LEGAL, Roles.FIREWORKS_OFFICE}
SEES_DISCIPLINE = {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.PERSONNEL}

VIEWS_BAN = READS_ALL | {
    Roles.ASSESSOR,
    Roles.SQUAD_LEADER,
    Roles.SQUAD_MEMBER,
    Roles.STREET_CONTACT,
    Roles.FIREWORKS_OFFICE,
    Roles.DUTY_LEADER,
}
RECORDS_BAN = VIEWS_BAN - READS_ALL - {Roles.ASSESSOR}
VERIFIES_INCIDENTS = {Roles.FIREWORKS_OFFICE, Roles.DUTY_LEADER, Roles.SQUAD_LEADER}
KEEPS_BAN = {Roles.FIREWORKS_OFFICE}

# name → roles that get further than 403. A new route without a row here fails the test.
ROUTES = {
    **board_routes.ROUTES,
    **paper_routes.ROUTES,
    **case_routes.ROUTES,
    **permit_routes.ROUTES,
    "reports:desk": EVERYBODY,
    "reports:desk-numbers": READS_ALL,
    "reports:search": EVERYBODY,
    "reports:glance": READS_ALL,
    "reports:handbook-list": EVERYBODY,
    "reports:handbook-page": EVERYBODY,
    "reports:handbook-picture": EVERYBODY,
    "reports:report-list": READS_ALL,
    "reports:report-detail": READS_ALL,
    "reports:report-settings": WRITES,
    "reports:report-drift": READS_ALL,
    "reports:report-compile": WRITES,
    "reports:report-pdf": READS_ALL,
    "reports:report-json": READS_ALL,
    "reports:report-issue": SIGNS,
    "reports:report-file": READS_ALL,
    "reports:report-submit": WRITES,
    "reports:report-checklist": READS_ALL,
    "reports:report-mark": CHECKS,
    "reports:report-pass": CHECKS,
    "reports:report-send-back": READS_ALL,
    "reports:report-correct": WRITES,
    "reports:report-overrides": READS_ALL,
    "reports:override-withdraw": WRITES,  # of a draft; while it is checked the checker may as well
    "reports:report-compare": READS_ALL,
    "reports:report-materials": READS_ALL,
    "reports:report-remind": WRITES,
    "reports:material-list": EVERYBODY,
    "reports:material-detail": EVERYBODY,
    "reports:material-confirm": EVERYBODY,
    "reports:material-return": EVERYBODY,
    "reports:material-adopt": WRITES,
    "reports:material-match": WRITES,
    "reports:section-match": WRITES,
    "reports:report-reconciliation": READS_ALL,
    "reports:reconciliation-xlsx": READS_ALL,
    "reports:reconciliation-pdf": READS_ALL,
    "reports:report-sent": WRITES,
    "reports:submission-list": READS_ALL,
    "reports:submission-create": WRITES,
    "reports:submission-detail": READS_ALL,
    "reports:submission-edit": WRITES,
    "reports:submission-void": WRITES,
    "reports:file-check-list": READS_ALL,
    "reports:file-check": READS_ALL,
    "reports:file-check-file": READS_ALL,
    "reports:section-list": WRITES,
    "reports:section-step": WRITES,
    "reports:section-remove": WRITES,
    "reports:section-restore": WRITES,
    "reports:section-compare": WRITES,
    "reports:outline-list": READS_ALL,
    "reports:outline-create": WRITES,
    "reports:outline-detail": WRITES,
    "reports:outline-reset": WRITES,
    "reports:section-edit": WRITES,
    "reports:section-preview": WRITES,
    "reports:section-history": WRITES,
    "reports:task-list": SEES_TASKS,
    "reports:task-create": WRITES,
    "reports:task-detail": SEES_TASKS,
    "reports:task-edit": WRITES,
    "reports:task-note": WRITES,  # and the owner's own people: see tests/reports/test_key_tasks.py
    "reports:task-void": WRITES,
    "reports:task-step": WRITES,
    "reports:measure-create": WRITES,
    "reports:measure-edit": WRITES,
    "reports:tally-list": SEES_TASKS,
    "reports:tally-create": COUNTS,
    "reports:tally-detail": SEES_TASKS,
    "reports:tally-edit": COUNTS - SEES_ALL_AND_COUNTS,
    "reports:tally-void": COUNTS - SEES_ALL_AND_COUNTS,
    "reports:tally-photo-add": COUNTS - SEES_ALL_AND_COUNTS,
    "reports:tally-photo": SEES_TASKS,
    "reports:problem-list": SEES_TASKS,
    "reports:problem-create": WRITES,
    "reports:problem-detail": SEES_TASKS,
    "reports:problem-edit": WRITES,
    "reports:problem-void": WRITES,
    "reports:problem-step": WRITES,
    "reports:plan-list": SEES_TASKS,
    "reports:plan-create": WRITES,
    "reports:plan-detail": SEES_TASKS,
    "reports:plan-edit": WRITES,
    "reports:plan-take-up": WRITES,
    "reports:plan-outcome": WRITES,
    "reports:plan-void": WRITES,
    "reports:history-list": SEES_TASKS,
    "reports:history-create": WRITES,
    "reports:history-detail": SEES_TASKS,
    "reports:history-edit": WRITES,
    "reports:history-void": WRITES,
    "inspections:finding-list": VIEWS_FINDINGS,
    "inspections:incident-list": REGISTERS,
    "inspections:incident-register": REGISTERS,
    "inspections:finding-annex": VIEWS_FINDINGS,
    "inspections:finding-create": REGISTERS,
    "inspections:finding-preview": REGISTERS,
    "inspections:finding-detail": VIEWS_FINDINGS,
    "inspections:finding-edit": REGISTERS,
    "inspections:finding-edit-preview": REGISTERS,
    "inspections:finding-confirm": ASSESSES,
    "inspections:finding-deduct": ASSESSES,
    "inspections:finding-order": ASSESSES,
    "inspections:finding-report": RECTIFIES,
    "inspections:finding-review": REGISTERS,
    "inspections:finding-extend": RECTIFIES,
    "inspections:finding-answer": ASSESSES,
    "inspections:finding-appeal": RECTIFIES,
    "inspections:finding-paper-appeal": ASSESSES,
    "inspections:finding-shelve": ASSESSES,
    "inspections:finding-resume": ASSESSES,
    "inspections:finding-reduce": ASSESSES | SIGNS,
    "inspections:finding-close": ASSESSES,
    "inspections:finding-void": ASSESSES,
    "inspections:finding-batch-confirm": ASSESSES,
    "inspections:finding-batch-order": ASSESSES,
    "inspections:finding-batch-pass": REGISTERS,
    "inspections:finding-batch-close": ASSESSES,
    "inspections:finding-photo-add": REGISTERS,
    "inspections:finding-photo": VIEWS_FINDINGS,
    "inspections:finding-scan": VIEWS_FINDINGS,
    "inspections:rectification-list": RECTIFIES,
    "inspections:review-list": REGISTERS,
    "inspections:order-list": VIEWS_FINDINGS,
    "inspections:order-detail": VIEWS_FINDINGS,
    "inspections:order-pdf": VIEWS_FINDINGS,
    "inspections:extension-list": VIEWS_FINDINGS,
    "inspections:appeal-list": VIEWS_FINDINGS,
    "inspections:appeal-detail": VIEWS_FINDINGS,
    "inspections:appeal-withdraw": RECTIFIES | ASSESSES,  # the office: what it typed in from paper
    "inspections:appeal-decide": ASSESSES | SIGNS,  # the office types in what was signed on paper
    "inspections:place-list": VIEWS_FINDINGS,
    "inspections:place-create": ASSESSES,
    "inspections:place-detail": VIEWS_FINDINGS,
    "inspections:place-edit": ASSESSES,
    "inspections:place-end": ASSESSES,
    "inspections:round-list": SEES_ROUNDS,
    "inspections:round-create": ASSESSES,
    "inspections:round-detail": SEES_ROUNDS,
    "inspections:round-open": ASSESSES,
    "inspections:round-close": ASSESSES,
    "inspections:round-reopen": ASSESSES,
    "inspections:round-redraw": ASSESSES,
    "inspections:round-visit-add": REGISTERS,
    "inspections:round-visit": REGISTERS,
    "inspections:sheet-list": VIEWS_FINDINGS,
    "inspections:sheet-create": REGISTERS,
    "inspections:sheet-detail": VIEWS_FINDINGS,
    "inspections:sheet-edit": REGISTERS,
    "inspections:sheet-confirm": REGISTERS,
    "inspections:sheet-reopen": REGISTERS,
    "inspections:sheet-void": REGISTERS,
    "inspections:street-entry": REGISTERS,
    "inspections:street-reference": REGISTERS,
    "inspections:street-hint": REGISTERS,
    "inspections:street-submit": REGISTERS,
    "inspections:street-photo": REGISTERS,
    "inspections:street-worker": EVERYBODY,
    "inspections:grid-entry": REGISTERS,
    "inspections:grid-check": REGISTERS,
    "inspections:grid-save": REGISTERS,
    "inspections:standard-list": VIEWS_FINDINGS,
    "inspections:standard-import": ASSESSES,
    "inspections:standard-detail": VIEWS_FINDINGS,
    "inspections:standard-xlsx": VIEWS_FINDINGS,
    "inspections:unit-list": VIEWS_FINDINGS,
    "inspections:score-list": VIEWS_SCORES,
    "inspections:score-detail": VIEWS_SCORES,  # another unit's is a 404
    "inspections:rules-list": VIEWS_SCORES,
    "inspections:rules-create": ASSESSES,
    "inspections:rules-detail": VIEWS_SCORES,
    "inspections:rules-edit": ASSESSES,
    "inspections:reward-list": VIEWS_SCORES,
    "inspections:reward-create": ASSESSES,
    "inspections:reward-end": ASSESSES,
    "inspections:outcome-list": VIEWS_SCORES,
    "inspections:input-list": VIEWS_SCORES,
    "inspections:input-grid": VIEWS_SCORES,
    "inspections:bulletin-list": VIEWS_SCORES,
    "inspections:bulletin-create": ASSESSES,
    "inspections:bulletin-detail": VIEWS_SCORES,
    "inspections:bulletin-edit": ASSESSES,
    "inspections:bulletin-refresh": ASSESSES,
    "inspections:bulletin-discard": ASSESSES,
    "inspections:bulletin-publish": SIGNS,
    "inspections:bulletin-pdf": VIEWS_SCORES,
    "inspections:bulletin-xlsx": VIEWS_SCORES,
    "inspections:checksheet-list": VIEWS_SCORES,
    "inspections:checksheet-detail": VIEWS_SCORES,
    "inspections:checksheet-confirm": {Roles.SQUAD_LEADER, Roles.STREET_CONTACT},
    "inspections:checksheet-record": ASSESSES,
    "inspections:checksheet-pdf": VIEWS_SCORES,
    "inspections:checksheet-scan": VIEWS_SCORES,
    "inspections:analysis": READS_ALL,
    "fireworks:grid-list": SEES_DUTY,
    "fireworks:grid-detail": SEES_DUTY,
    "fireworks:grid-pdf": SEES_DUTY,
    "fireworks:post-list": SEES_DUTY,
    "fireworks:window-list": SEES_DUTY,
    "fireworks:window-detail": SEES_DUTY,
    "fireworks:gap-list": SEES_DUTY,
    "fireworks:gap-days": SEES_DUTY,
    "fireworks:shift-list": SEES_DUTY,
    "fireworks:law-list": SEES_DUTY,
    "fireworks:duty-person-list": SEES_DUTY,
    "fireworks:roster-detail": SEES_DUTY,
    "fireworks:roster-pdf-grid": SEES_DUTY,
    "fireworks:roster-pdf-day": SEES_DUTY,
    "fireworks:slot-list": SEES_DUTY,
    "fireworks:assignment-list": SEES_DUTY,
    "fireworks:report-list": SEES_DUTY,
    "fireworks:board": SEES_DUTY,
    "fireworks:grid-create": PLANS_DUTY,
    "fireworks:grid-edit": PLANS_DUTY,
    "fireworks:grid-retire": PLANS_DUTY,
    "fireworks:grid-restore": PLANS_DUTY,
    "fireworks:post-create": PLANS_DUTY,
    "fireworks:post-edit": PLANS_DUTY,
    "fireworks:window-create": PLANS_DUTY,
    "fireworks:window-propose": PLANS_DUTY,
    "fireworks:window-edit": PLANS_DUTY,
    "fireworks:window-roster": PLANS_DUTY,
    "fireworks:window-copy": PLANS_DUTY,
    "fireworks:shift-create": PLANS_DUTY,
    "fireworks:shift-edit": PLANS_DUTY,
    "fireworks:law-create": PLANS_DUTY,
    "fireworks:law-edit": PLANS_DUTY,
    "fireworks:duty-person-create": PLANS_DUTY,
    "fireworks:duty-person-edit": PLANS_DUTY,
    "fireworks:absence-create": PLANS_DUTY,
    "fireworks:absence-remove": PLANS_DUTY,
    "fireworks:roster-solve": PLANS_DUTY,
    "fireworks:roster-publish": PLANS_DUTY,
    "fireworks:roster-reopen": PLANS_DUTY,
    "fireworks:slot-crew": PLANS_DUTY,
    "fireworks:slot-check": PLANS_DUTY,
    "fireworks:slot-remove": PLANS_DUTY,
    "fireworks:slot-detail": EVERYBODY,  # another one's is a 404
    "fireworks:slot-report": EVERYBODY,
    "fireworks:group-report": EVERYBODY,
    "fireworks:slot-mark": EVERYBODY,
    "fireworks:slot-stand-in": EVERYBODY,
    "fireworks:check-in": EVERYBODY,
    "fireworks:sign-in-for": EVERYBODY,
    "fireworks:check-in-void": VOIDS_PRESENCE,
    "fireworks:stand-in-void": VOIDS_PRESENCE,
    "fireworks:swap-ask": EVERYBODY,
    "fireworks:report-correct": EVERYBODY,
    "fireworks:swap-list": EVERYBODY,
    "fireworks:swap-detail": EVERYBODY,
    "fireworks:swap-accept": EVERYBODY,
    "fireworks:swap-decline": EVERYBODY,
    "fireworks:swap-withdraw": EVERYBODY,
    "fireworks:my-duty": EVERYBODY,
    "fireworks:my-calendar": EVERYBODY,
    "fireworks:empty-call": APPROVES_SWAPS,
    "fireworks:swap-approve": APPROVES_SWAPS,
    "fireworks:swap-reject": APPROVES_SWAPS,
    "fireworks:incident-list": VIEWS_BAN,
    "fireworks:incident-create": RECORDS_BAN,
    "fireworks:incident-detail": VIEWS_BAN,
    "fireworks:incident-edit": RECORDS_BAN,
    "fireworks:incident-verify": VERIFIES_INCIDENTS,
    "fireworks:incident-dismiss": VERIFIES_INCIDENTS,
    "fireworks:incident-handle": VERIFIES_INCIDENTS,
    "fireworks:incident-close": VERIFIES_INCIDENTS,
    "fireworks:incident-void": KEEPS_BAN,
    "fireworks:incident-police": VERIFIES_INCIDENTS,
    "fireworks:incident-police-void": VERIFIES_INCIDENTS,
    "fireworks:incident-photo-add": RECORDS_BAN,
    "fireworks:incident-photo": VIEWS_BAN,
    "fireworks:public-report-list": KEEPS_BAN,
    "fireworks:public-report-create": RECORDS_BAN,
    "fireworks:public-report-detail": KEEPS_BAN,
    "fireworks:public-report-reveal": KEEPS_BAN,
    "fireworks:public-report-grant": KEEPS_BAN,
    "fireworks:public-report-pay": KEEPS_BAN,
    "fireworks:publicity-list": VIEWS_BAN,
    "fireworks:publicity-create": RECORDS_BAN,
    "fireworks:publicity-detail": VIEWS_BAN,
    "fireworks:publicity-edit": RECORDS_BAN,
    "fireworks:publicity-void": RECORDS_BAN,
    "fireworks:publicity-photo-add": RECORDS_BAN,
    "fireworks:publicity-photo": VIEWS_BAN,
    "fireworks:media-list": VIEWS_BAN,
    "fireworks:media-create": RECORDS_BAN,
    "fireworks:media-detail": VIEWS_BAN,
    "fireworks:media-edit": RECORDS_BAN,
    "fireworks:media-void": RECORDS_BAN,
    "fireworks:action-list": VIEWS_BAN,
    "fireworks:action-create": KEEPS_BAN,
    "fireworks:action-detail": VIEWS_BAN,
    "fireworks:action-edit": KEEPS_BAN,
    "fireworks:action-void": KEEPS_BAN,
    "fireworks:lot-list": VIEWS_BAN,
    "fireworks:lot-create": KEEPS_BAN,
    "fireworks:lot-detail": VIEWS_BAN,
    "fireworks:lot-edit": KEEPS_BAN,
    "fireworks:lot-custody": KEEPS_BAN,
    "fireworks:lot-void": KEEPS_BAN,
    "fireworks:destruction-list": VIEWS_BAN,
    "fireworks:destruction-create": KEEPS_BAN,
    "fireworks:destruction-detail": VIEWS_BAN,
    "fireworks:destruction-void": KEEPS_BAN,
    "fireworks:destruction-photo-add": KEEPS_BAN,
    "fireworks:destruction-photo": VIEWS_BAN,
    "fireworks:entry-list": VIEWS_BAN,
    "fireworks:entry-create": KEEPS_BAN,
    "fireworks:entry-detail": VIEWS_BAN,
    "fireworks:entry-edit": KEEPS_BAN,
    "fireworks:entry-void": KEEPS_BAN,
    "fireworks:scheme-list": VIEWS_BAN,
    "fireworks:scheme-create": KEEPS_BAN,
    "fireworks:scheme-detail": VIEWS_BAN,
    "fireworks:bulletin-list": VIEWS_BAN,
    "fireworks:bulletin-create": KEEPS_BAN,
    "fireworks:bulletin-detail": VIEWS_BAN,
    "fireworks:bulletin-edit": KEEPS_BAN,
    "fireworks:bulletin-discard": KEEPS_BAN,
    "fireworks:bulletin-issue": SIGNS,
    "fireworks:bulletin-correct": KEEPS_BAN,
    "fireworks:bulletin-pdf": VIEWS_BAN,
    "fireworks:bulletin-xlsx": VIEWS_BAN,
    "fireworks:statement-list": VIEWS_BAN,
    "fireworks:statement-create": KEEPS_BAN,
    "fireworks:statement-detail": VIEWS_BAN,
    "fireworks:statement-file": VIEWS_BAN,
    "fireworks:statement-void": KEEPS_BAN,
    "staff:login": EVERYBODY,
    "staff:second-factor": EVERYBODY,
    "staff:second-factor-bind": EVERYBODY,
    "staff:second-factor-renew": EVERYBODY,
    "staff:logout": EVERYBODY,
    "staff:password-change": EVERYBODY,
    "staff:account": EVERYBODY,
    "staff:act-for": EVERYBODY,
    "staff:bell": EVERYBODY,
    "staff:delivery": EVERYBODY,
    "staff:mail-list": {Roles.ADMINISTRATOR},
    "staff:health": EVERYBODY,
    "staff:condition": {Roles.ADMINISTRATOR},
    "staff:mail-again": {Roles.ADMINISTRATOR},
    "staff:mail-test": {Roles.ADMINISTRATOR},
    "staff:inbox": EVERYBODY,
    "staff:read-some": EVERYBODY,
    "staff:unread-some": EVERYBODY,
    "staff:read-all": EVERYBODY,
    "staff:open-message": EVERYBODY,  # another one's is a 404
    "staff:job-list": EVERYBODY,
    "staff:job-detail": EVERYBODY,
    "staff:job-progress": EVERYBODY,
    "staff:job-cancel": EVERYBODY,
    "staff:job-file": EVERYBODY,
    "staff:import-detail": EVERYBODY,
    "staff:import-columns": EVERYBODY,
    "staff:import-confirm": EVERYBODY,
    "staff:import-discard": EVERYBODY,
    "staff:import-new": ASSESSES,
    "staff:import-template": ASSESSES,
    "staff:export": VIEWS_FINDINGS,
    "staff:person-list": SEES_PEOPLE,
    "staff:person-create": KEEPS_PEOPLE,
    "staff:person-find": KEEPS_PEOPLE,
    "staff:person-remove": KEEPS_PEOPLE,
    "staff:person-detail": SEES_PEOPLE,
    "staff:person-edit": KEEPS_PEOPLE,
    "staff:movement-create": KEEPS_PEOPLE,
    "staff:movement-list": SEES_PEOPLE,
    "staff:movement-detail": SEES_PEOPLE,
    "staff:movement-edit": KEEPS_PEOPLE,
    "staff:movement-void": KEEPS_PEOPLE,
    "staff:personnel-table-list": SEES_ALL_PEOPLE,
    "staff:personnel-table": SEES_ALL_PEOPLE,
    "staff:personnel-table-report": KEEPS_PEOPLE,
    "staff:personnel-table-xlsx": SEES_ALL_PEOPLE,
    "staff:personnel-table-pdf": SEES_ALL_PEOPLE,
    "staff:staffing": SEES_ALL_PEOPLE,
    "staff:standard-create": KEEPS_PEOPLE,
    "staff:quota-list": SEES_PEOPLE,
    "staff:quota-create": KEEPS_PEOPLE,
    "staff:certificate-list": SEES_PEOPLE,
    "staff:certificate-create": KEEPS_PEOPLE,
    "staff:certificate-expiry": SEES_PEOPLE,
    "staff:certificate-detail": SEES_PEOPLE,
    "staff:certificate-edit": KEEPS_PEOPLE,
    "staff:certificate-end": KEEPS_PEOPLE,
    "staff:certificate-reinstate": KEEPS_PEOPLE,
    "staff:course-list": SEES_PEOPLE,
    "staff:course-create": TEACHES,
    "staff:course-detail": SEES_PEOPLE,
    "staff:course-edit": TEACHES,
    "staff:course-remove": TEACHES,
    "staff:hours-list": SEES_PEOPLE,
    "staff:regulation-list": READS_RULES,
    "staff:regulation-create": KEEPS_RULES,
    "staff:regulation-detail": READS_RULES,
    "staff:regulation-edit": KEEPS_RULES,
    "staff:regulation-revise": KEEPS_RULES,
    "staff:regulation-repeal": KEEPS_RULES,
    "staff:regulation-compare": READS_RULES,
    "staff:regulation-file": READS_RULES,
    "staff:regulation-version": READS_RULES,
    "staff:regulation-take-back": KEEPS_RULES,
    "staff:regulation-correct": KEEPS_RULES,
    "staff:regulation-file-add": KEEPS_RULES,
    "staff:regulation-read": READS_RULES,
    "staff:edition-list": READS_RULES,
    "staff:edition-create": KEEPS_RULES,
    "staff:edition-detail": READS_RULES,
    "staff:edition-discard": KEEPS_RULES,
    "staff:edition-issue": ISSUES_RULES,
    "staff:edition-pdf": READS_RULES,
    "staff:appraisal-round-list": READS_APPRAISALS,
    "staff:appraisal-round-create": KEEPS_APPRAISALS,
    "staff:appraisal-round": READS_APPRAISALS,
    "staff:appraisal-round-discard": KEEPS_APPRAISALS,
    "staff:appraisal-round-score": KEEPS_APPRAISALS,
    "staff:appraisal-round-publish": KEEPS_APPRAISALS,
    "staff:appraisal-round-xlsx": SEES_ALL_APPRAISALS,
    "staff:appraisal-round-pdf": SEES_ALL_APPRAISALS,
    "staff:appraisal-sheet": READS_APPRAISALS,
    "staff:appraisal-sheet-reward": KEEPS_APPRAISALS,
    "staff:appraisal-entry-create": KEEPS_APPRAISALS,
    "staff:appraisal-result-list": READS_APPRAISALS,
    "staff:appraisal-entry-list": READS_APPRAISALS,
    "staff:appraisal-entry": READS_APPRAISALS,
    "staff:appraisal-entry-void": KEEPS_APPRAISALS,
    "staff:appraisal-entry-appeal": SPEAKS_FOR_A_UNIT,
    "staff:appraisal-evidence-add": KEEPS_APPRAISALS,
    "staff:appraisal-evidence": READS_APPRAISALS,
    "staff:appraisal-appeal-list": READS_APPRAISALS,
    "staff:appraisal-appeal-decide": SIGNS,
    "staff:appraisal-scheme-list": READS_APPRAISALS,
    "staff:appraisal-scheme-create": KEEPS_APPRAISALS,
    "staff:appraisal-scheme": READS_APPRAISALS,
    "staff:appraisal-scheme-edit": KEEPS_APPRAISALS,
    "staff:discipline-list": SEES_DISCIPLINE,
    "staff:discipline-create": KEEPS_PEOPLE,
    "staff:discipline-edit": KEEPS_PEOPLE,
    "staff:discipline-void": KEEPS_PEOPLE,
    "staff:activity-list": {Roles.AUDITOR},
    "staff:activity-detail": {Roles.AUDITOR},
    "staff:activity-verify": {Roles.AUDITOR},
    "staff:permission-matrix": ADMINISTERS | {Roles.AUDITOR},
    "staff:user-list": ADMINISTERS,
    "staff:user-create": ADMINISTERS,
    "staff:user-detail": ADMINISTERS,
    "staff:user-edit": ADMINISTERS,
    "staff:user-roles": ADMINISTERS,
    "staff:user-disable": ADMINISTERS,
    "staff:user-enable": ADMINISTERS,
    "staff:user-unlock": ADMINISTERS,
    "staff:user-reset": ADMINISTERS,
    "staff:user-second-factor": ADMINISTERS,
    "staff:user-deputise": ADMINISTERS,
    "staff:user-deputy-end": ADMINISTERS,
}
POSTS = {
    *board_routes.POSTS,
    *paper_routes.POSTS,
    *permit_routes.POSTS,
    "staff:person-find",
    "staff:person-remove",
    "staff:appraisal-round-discard",
    "staff:edition-discard",
    "staff:user-deputy-end",
    "fireworks:grid-retire",
    "fireworks:grid-restore",
    "fireworks:window-propose",
    "fireworks:window-roster",
    "fireworks:window-copy",
    "fireworks:absence-create",
    "fireworks:absence-remove",
    "fireworks:roster-solve",
    "fireworks:roster-publish",
    "fireworks:roster-reopen",
    "fireworks:slot-check",
    "fireworks:slot-remove",
    "fireworks:slot-report",
    "fireworks:group-report",
    "fireworks:slot-mark",
    "fireworks:slot-stand-in",
    "fireworks:check-in",
    "fireworks:swap-accept",
    "fireworks:swap-decline",
    "fireworks:swap-withdraw",
    "fireworks:empty-call",
    "fireworks:swap-approve",
    "fireworks:swap-reject",
    *(
        f"fireworks:incident-{step}"
        for step in ("verify", "dismiss", "handle", "close", "void", "police", "police-void", "photo-add")
    ),
    *(f"fireworks:public-report-{step}" for step in ("reveal", "grant", "pay")),
    *(
        f"fireworks:{record}-void"
        for record in ("publicity", "media", "action", "lot", "destruction", "entry", "statement")
    ),
    "fireworks:publicity-photo-add",
    "fireworks:destruction-photo-add",
    "fireworks:lot-custody",
    "fireworks:bulletin-discard",
    "fireworks:bulletin-issue",
    "fireworks:bulletin-correct",
    "staff:appraisal-round-score",
    "staff:appraisal-round-publish",
    "staff:appraisal-sheet-reward",
    "staff:appraisal-entry-void",
    "staff:appraisal-entry-appeal",
    "staff:appraisal-evidence-add",
    "staff:appraisal-appeal-decide",
    "staff:movement-void",
    "staff:personnel-table-report",
    "staff:discipline-void",
    "staff:certificate-end",
    "staff:certificate-reinstate",
    "staff:course-remove",
    "staff:regulation-repeal",
    "staff:regulation-file-add",
    "staff:regulation-read",
    "staff:regulation-take-back",
    "staff:edition-issue",
    "reports:report-compile",
    "reports:report-issue",
    "reports:section-preview",
    *(f"reports:task-{step}" for step in ("note", "step", "void")),
    *(f"reports:tally-{step}" for step in ("void", "photo-add")),
    *(f"reports:problem-{step}" for step in ("step", "void")),
    *(f"reports:plan-{step}" for step in ("take-up", "outcome", "void")),
    "reports:history-void",
    "reports:submission-void",
    *(f"reports:report-{step}" for step in ("submit", "mark", "pass", "send-back", "correct")),
    "reports:override-withdraw",
    *(f"reports:section-{step}" for step in ("step", "remove", "restore")),
    "reports:outline-reset",
    "reports:report-remind",
    "reports:section-match",
    *(f"reports:material-{step}" for step in ("confirm", "return", "adopt")),
    "inspections:finding-preview",
    "inspections:finding-edit-preview",
    "inspections:finding-confirm",
    "inspections:finding-deduct",
    "inspections:finding-order",
    "inspections:finding-report",
    "inspections:finding-review",
    "inspections:finding-extend",
    "inspections:finding-answer",
    "inspections:finding-appeal",
    "inspections:finding-paper-appeal",
    "inspections:finding-shelve",
    "inspections:finding-resume",
    "inspections:finding-reduce",
    "inspections:finding-close",
    "inspections:finding-void",
    "inspections:finding-batch-confirm",
    "inspections:finding-batch-order",
    "inspections:finding-batch-pass",
    "inspections:finding-batch-close",
    "inspections:finding-photo-add",
    "inspections:appeal-decide",
    "inspections:appeal-withdraw",
    "inspections:place-end",
    "inspections:round-open",
    "inspections:round-close",
    "inspections:round-reopen",
    "inspections:round-redraw",
    "inspections:round-visit-add",
    "inspections:round-visit",
    "inspections:sheet-confirm",
    "inspections:sheet-reopen",
    "inspections:sheet-void",
    "inspections:street-hint",
    "inspections:street-submit",
    "inspections:street-photo",
    "inspections:grid-check",
    "inspections:grid-save",
    "inspections:bulletin-refresh",
    "inspections:bulletin-discard",
    "inspections:bulletin-publish",
    "inspections:checksheet-confirm",
    "inspections:checksheet-record",
    "staff:user-disable",
    "staff:user-enable",
    "staff:user-unlock",
    "staff:user-reset",
    "staff:user-second-factor",
    "staff:user-deputise",
    "staff:activity-verify",
    "staff:logout",
    "staff:act-for",
    "staff:read-all",
    "staff:read-some",
    "staff:unread-some",
    "staff:mail-again",
    "staff:mail-test",
    "staff:open-message",
    "staff:job-cancel",
    "staff:import-columns",
    "staff:import-confirm",
    "staff:import-discard",
}


def named_routes(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_routes(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern) and namespace.rstrip(":") in OURS:
            yield f"{namespace}{entry.name}"


def test_every_route_has_a_row():
    assert set(named_routes()) == set(ROUTES)


@pytest.fixture
def addresses():
    """An address for every route, pointing at records that exist and belong to somebody else."""
    return {name: reverse(name, args=args) for name, args in records_of_somebody_else().items()}


def records_of_somebody_else():
    """For every route what stands in its address."""
    owner = UserFactory()
    finding = make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 5))
    ordered = make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 5))
    (order,) = orders.order_findings([ordered], by=owner)
    appeal = appeals.lodge_appeal(ordered, unit=ordered.lead_unit, by=owner, ground="facts", reason="当时已经清运")
    report = summaries.create_report(Period.parse("2026H1"), by=None)
    section = report.sections.get(order=2)
    job = Job.objects.create(kind="x", label="x", owner=owner)
    batch = ImportBatch.objects.create(kind="inspections.findings", owner=owner, original_name="x", sha256="0" * 64)
    message = Message.objects.create(recipient=owner, text="x")
    activity = Activity.record(Verb.CREATE, owner, by=owner)
    person = make_person()
    movement = person.movements.get()
    card = CertificateFactory(person=person)
    course = Course.objects.create(kind="training", title="x", hours=1, recorded_by=owner)
    rule = Regulation(code="制01", category="office", owner=movement.unit)
    regulations.record_rule(rule, rule_version(date(2026, 1, 5)), by=owner)
    edition = regulations.make_edition(RegulationEdition(ordinal=1, as_of=date(2026, 2, 1)), by=owner)
    appraised = DepartmentFactory(name="样例科")
    scheme = make_scheme()
    appraisals = make_round()
    sheet = appraisals.sheets.select_related("round", "unit").get(unit=appraised)
    entry = make_entry(sheet, recorded_by=owner)
    appeal = appraisal.lodge_appeal(entry, by=owner, reason="样例理由")
    record = DisciplineRecord.objects.create(kind="warning", document_number="样1", recorded_by=owner)
    place = make_place()
    rules = {"name": "样例规则", "source": "样例办法"}  # a browser test may have flushed those of the migration
    ScoringRuleSet.objects.get_or_create(valid_from=date(2000, 1, 1), defaults=rules)
    bulletin = draft_bulletin("2026-03", by=owner)
    reward = RewardRule.objects.create(group="street", position=1, kind="reward", amount=1, source="x")
    duty = duty_records(owner)
    report_of_the_public = make_report(by=owner)
    lot = make_lot(by=owner)
    ban_entry = make_ban_entry(by=owner)
    ban_bulletin = make_bulletin(by=owner)
    numbers = {
        "score": ["2026-03", finding.lead_unit_id],
        "checksheet": ["2026-03", finding.lead_unit_id],
        "rules": [bulletin.rules_id],
        "reward": [reward.pk],
        "bulletin": [bulletin.pk],
        "input": ["2026-03"],
        "place": [place.pk],
        "round": [finding.round_id],
        "sheet": [make_sheet().pk],
        "incident": [report_of_the_public.incident_id],
        "publicity": [make_publicity(by=owner).pk],
        "media": [make_media(by=owner).pk],
        "action": [make_action(by=owner).pk],
        "lot": [lot.pk],
        "destruction": [make_destruction({lot: 4}, by=owner).pk],
        "entry": [ban_entry.pk],
        "scheme": [ban_entry.item.scheme_id],
        "statement": [make_statement(by=owner).pk],
        "discipline": [record.pk],
        "person": [person.pk],
        "movement": [movement.pk],
        "certificate": [card.pk],
        "course": [course.pk],
        "regulation": [rule.pk],
        "edition": [edition.pk],
        "appraisal": [appraisals.pk],
        "personnel": ["2026-01"],
        "report": [report.pk],
        "section": [report.pk, section.pk],
        "material": [1],
        "submission": [1],
        "finding": [finding.pk],
        "order": [order.pk],
        "appeal": [appeal.pk],
        "job": [job.pk],
        "import": [batch.pk],
        "user": [owner.pk],
        "activity": [activity.pk],
    }
    in_the_ban = ("incident", "public-report", "publicity", "media", "action", "lot", "destruction", "entry", "scheme",
                  "bulletin", "statement")  # fmt: skip
    special = {
        **permit_routes.arguments(),
        "staff:person-find": [],
        "staff:user-deputy-end": [owner.pk, 1],
        **duty,
        **board_routes.arguments(owner),
        **paper_routes.arguments(owner),
        **case_routes.arguments(owner),
        **{f"fireworks:{record}-{page}": [] for record in in_the_ban for page in ("list", "create")},
        **{f"fireworks:bulletin-{page}": [ban_bulletin.pk] for page in BAN_BULLETIN},
        **{
            f"fireworks:public-report-{page}": [report_of_the_public.pk]
            for page in ("detail", "reveal", "grant", "pay")
        },
        **{f"fireworks:{record}-photo": [*numbers[record], 1] for record in ("incident", "publicity", "destruction")},
        "fireworks:incident-police-void": [*numbers["incident"], 1],
        "staff:appraisal-round-list": [],
        "staff:appraisal-round-create": [],
        "staff:appraisal-sheet": [sheet.pk],
        "staff:appraisal-sheet-reward": [sheet.pk],
        "staff:appraisal-entry-create": [sheet.pk],
        "staff:appraisal-result-list": [],
        "staff:appraisal-entry-list": [],
        "staff:appraisal-entry": [entry.pk],
        "staff:appraisal-entry-void": [entry.pk],
        "staff:appraisal-entry-appeal": [entry.pk],
        "staff:appraisal-evidence-add": [entry.pk],
        "staff:appraisal-evidence": [entry.pk, 1],
        "staff:appraisal-appeal-list": [],
        "staff:appraisal-appeal-decide": [appeal.pk],
        "staff:appraisal-scheme-list": [],
        "staff:appraisal-scheme-create": [],
        "staff:appraisal-scheme": [scheme.pk],
        "staff:appraisal-scheme-edit": [scheme.pk],
        "staff:discipline-list": [],
        "staff:discipline-create": [],
        "staff:person-list": [],
        "staff:person-create": [],
        "staff:movement-list": [],
        "staff:movement-create": [person.pk],
        "staff:personnel-table-list": [],
        "staff:certificate-list": [],
        "staff:certificate-create": [],
        "staff:certificate-expiry": [],
        "staff:course-list": [],
        "staff:course-create": [],
        "staff:regulation-list": [],
        "staff:regulation-create": [],
        "staff:regulation-file": [rule.pk, 1],
        "staff:regulation-version": [rule.pk, 1],
        "staff:regulation-take-back": [rule.pk, 1],
        "staff:regulation-correct": [rule.pk, 1],
        "staff:regulation-file-add": [rule.pk, 1],
        "staff:regulation-read": [rule.pk, 1],
        "staff:edition-list": [],
        "staff:edition-create": [],
        "reports:report-list": [],
        "reports:handbook-page": ["account"],
        "reports:handbook-picture": ["desk.png"],
        "reports:section-history": [report.pk, section.pk, 1],
        **office_records(owner),
        "reports:section-compare": [report.pk, section.pk, 1],
        "reports:section-list": [report.pk],
        "reports:file-check-list": [report.pk],
        "reports:reconciliation-xlsx": [report.pk],
        "reports:reconciliation-pdf": [report.pk],
        "reports:material-list": [],
        "reports:submission-list": [],
        "reports:submission-create": [],
        "reports:file-check": [report.pk, 1],
        "reports:file-check-file": [report.pk, 1],
        "reports:report-file": [report.pk, "docx"],
        "reports:override-withdraw": [report.pk, 1],
        "reports:outline-list": [],
        "reports:outline-create": [],
        "reports:outline-detail": ["long"],
        "reports:outline-reset": ["long"],
        "inspections:finding-list": [],
        "inspections:incident-list": [],
        "inspections:incident-register": [report_of_the_public.incident_id],
        "inspections:finding-annex": [],
        "inspections:finding-create": [],
        "inspections:finding-preview": [],
        "inspections:finding-photo": [finding.pk, 1],
        "inspections:finding-scan": [finding.pk, 1],
        **{name: [] for name in ROUTES if name.startswith("inspections:finding-batch-")},
        "inspections:order-list": [],
        "inspections:appeal-list": [],
        "inspections:place-list": [],
        "inspections:place-create": [],
        "inspections:round-list": [],
        "inspections:round-create": [],
        "inspections:round-visit": [finding.round_id, 1],
        "inspections:sheet-list": [],
        "inspections:sheet-create": [],
        "inspections:score-list": [],
        "inspections:rules-list": [],
        "inspections:rules-create": [],
        "inspections:reward-list": [],
        "inspections:reward-create": [],
        "inspections:input-list": [],
        "inspections:bulletin-list": [],
        "inspections:bulletin-create": [],
        "inspections:checksheet-list": [],
        "inspections:checksheet-scan": ["2026-03", finding.lead_unit_id, 1],
        "inspections:standard-detail": [finding.item.category.version_id],
        "inspections:standard-xlsx": [finding.item.category.version_id],
        "staff:open-message": [message.pk],
        "staff:job-list": [],
        "staff:user-list": [],
        "staff:user-create": [],
        "staff:activity-list": [],
        "staff:activity-verify": [],
        "staff:job-file": [job.pk, "result"],
        "staff:import-new": ["inspections.findings"],
        "staff:import-template": ["inspections.findings"],
        "staff:export": ["inspections.findings"],
    }

    def arguments(name):
        word = name.partition(":")[2].partition("-")[0]
        return special[name] if name in special else numbers.get(word, [])

    return {name: arguments(name) for name in ROUTES}


def office_records(owner):
    """A key task with an entry of somebody else's unit, a problem, a plan, a historical figure."""
    tally = make_tally(by=owner)
    numbers = {
        "task": tally.measure.task_id,
        "measure": tally.measure_id,
        "tally": tally.pk,
        "problem": make_problem(by=owner).pk,
        "plan": make_plan(by=owner).pk,
        "history": make_history(by=owner).pk,
    }
    found = {}
    for name in ROUTES:
        app, _, route = name.partition(":")
        word = route.partition("-")[0]
        if app == "reports" and word in numbers:
            found[name] = [] if route.endswith(("-list", "-create")) else [numbers[word]]
    found["reports:measure-create"] = [numbers["task"]]
    found["reports:task-step"] = [numbers["task"], "finish"]
    found["reports:problem-step"] = [numbers["problem"], "solve"]
    found["reports:tally-photo"] = [numbers["tally"], 1]
    return found


def duty_records(owner):
    """A draft and a published roster of somebody else's grid, and what hangs on them."""
    person = DutyPersonFactory()
    slot = staffed(person, DutyPersonFactory())
    draft = staffed(DutyPersonFactory(), publish=False)
    law = LawReference.objects.create(title="x", article="x", text="x", valid_from=date(2020, 1, 1))
    absence = Absence.objects.create(person=person, start=date(2026, 1, 1), end=date(2026, 1, 1))
    report = watch.report_shift(slot, by=owner)
    empty = EmptyPost.objects.create(slot=slot, missing=1)
    swap = Swap.objects.create(slot=slot, from_person=person, to=None, reason="x", state="accepted")
    turn = slot.assignments.first()
    numbers = {
        "grid": [slot.grid_id],
        "post": [slot.post_id],
        "window": [slot.roster.window_id],
        "gap": [slot.roster.window_id],
        "shift": [slot.shift_id],
        "law": [law.pk],
        "duty": [person.pk],
        "roster": [draft.roster_id],
        "slot": [slot.pk],
        "group": [slot.pk],
        "check": [turn.pk],
        "empty": [empty.pk],
        "swap": [swap.pk],
        "report": [report.pk],
    }
    bare = {"post-list", "grid-create", "window-propose", "swap-list", "report-list", "my-duty", "my-calendar", "board"}
    bare |= {
        f"{word}-{what}" for word in ("grid", "window", "shift", "law", "duty-person") for what in ("list", "create")
    }
    bare |= {"slot-list", "assignment-list", "gap-days"}
    other = {
        "post-create": [slot.grid_id],
        "absence-create": [person.pk],
        "absence-remove": [absence.pk],
        "slot-crew": [draft.pk],
        "slot-check": [draft.pk],
        "slot-remove": [draft.pk],
        "swap-ask": [turn.pk],
        "sign-in-for": [turn.pk],
        "check-in-void": [CheckIn.objects.create(assignment=turn).pk],
        "stand-in-void": [StandIn.objects.create(slot=slot, name="样例", at=timezone.now()).pk],
    }
    ours = [name.partition(":")[2] for name in ROUTES if name.startswith("fireworks:")]
    return {
        f"fireworks:{name}": [] if name in bare else other.get(name) or numbers[name.partition("-")[0]]
        for name in ours
        if name in bare | other.keys() or name.partition("-")[0] in numbers
    }


def ask(client, name, address):
    response = client.post(address) if name in POSTS else client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)  # a file that is handed out stays open until it is read
    return response


def test_without_login_every_route_leads_to_the_login(client, addresses):
    for name, address in addresses.items():
        response = ask(client, name, address)
        if name in PUBLIC:
            assert response.status_code == 200 or name in MAY_BE_UNWELL, name
        else:
            assert response.status_code == 302, name
            assert response.url.startswith(reverse("staff:login")), name


@pytest.mark.parametrize("role", Roles)
def test_each_role_gets_what_the_table_says(client, addresses, role):
    user = UserFactory(role=role, unit=UnitFactory())
    visitor, wrong = Visitor(client, user), []
    for name, address in addresses.items():
        response = visitor.ask(lambda client, name=name, address=address: ask(client, name, address))
        allowed = response.status_code != 403
        if allowed != (role in ROUTES[name]):
            wrong.append((name, response.status_code))
        assert response.status_code < 500 or name in MAY_BE_UNWELL, name
    assert wrong == [], "\n".join(map(str, wrong))


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_carries_its_headers(client, addresses):
    for name, address in addresses.items():
        client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
        response = ask(client, name, address)
        for header, value in HEADERS.items():
            assert response[header] == value, name
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        if response["Content-Type"].startswith("text/html"):
            assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"], name


@pytest.mark.parametrize("name", ["reports:desk", "inspections:finding-list", "inspections:finding-detail",
                                  "inspections:standard-list", "staff:job-list", "staff:inbox", "staff:account"])  # fmt: skip
def test_reading_pages_write_nothing(client, addresses, name):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    client.get(addresses["reports:desk"])

    def select_only(execute, sql, params, many, context):
        assert sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(select_only):
        assert client.get(addresses[name]).status_code == 200


def test_error_pages_are_chinese_and_lead_back(client):
    client.force_login(UserFactory())
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "工作台" in page.content.decode()
    refused = client.get(reverse("staff:activity-list")).content.decode()
    assert "您没有这项权限" in refused


def test_more_than_a_form_may_hold_is_refused_with_its_own_page(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    page = client.post(reverse("inspections:finding-create"), {"place": "长" * 200})
    assert page.status_code == 413
    assert "太大" in page.content.decode() or "过大" in page.content.decode() or "超过" in page.content.decode()


@override_settings(DEBUG=False)
def test_a_fault_shows_no_traceback(client, monkeypatch):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("reports.desks.DESKS", [None])
    page = client.get("/")
    assert page.status_code == 500
    assert "Traceback" not in page.content.decode()
    assert "系统" in page.content.decode()


def test_a_form_without_its_token_is_refused_in_chinese(client):
    from django.test import Client

    page = Client(enforce_csrf_checks=True).post(reverse("staff:login"), {"username": "x", "password": "y"})
    assert page.status_code == 403
    assert "页面" in page.content.decode()


def test_every_field_of_ours_has_a_chinese_name():
    plain = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
        if field.name != "id" and str(field.verbose_name).isascii()
    ]
    assert plain == []
