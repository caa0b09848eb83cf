from staff.models.activity import (
    Activity,
    ActivitySeal,
    Actor,
    Verb,
    changed_fields,
    current_actor,
    logged_values,
    seal_activities,
    verify_chain,
)
from staff.models.appraisal import (
    AppraisalAppeal,
    AppraisalEntry,
    AppraisalItem,
    AppraisalRound,
    AppraisalScheme,
    AppraisalScore,
    AppraisalSheet,
    EntryEvidence,
)
from staff.models.bases import AppendOnly, Attachment
from staff.models.calendar import CalendarDay, CalendarYear
from staff.models.casework import CasePaper, ClockPause, OfflineApproval, ProcedureFlaw
from staff.models.certificates import Certificate
from staff.models.discipline import DisciplineRecord
from staff.models.establishment import LedgerGate, Quota, ReportedTable, StaffingStandard
from staff.models.imports import ImportBatch, ImportState, RememberedColumn
from staff.models.jobs import OPEN_JOB_STATES, Job, JobState
from staff.models.learning import Attendance, Course
from staff.models.mail import Digest, Mail
from staff.models.messages import Message, notify
from staff.models.movements import Movement
from staff.models.numbering import NumberCounter, NumberSeries, take_numbers
from staff.models.papers import IssuedPaper, ServiceMethod, ServiceRecord
from staff.models.people import Deputyship, UsedPassword, User
from staff.models.persons import Person, PersonIdentity
from staff.models.records import Record, RecordQuerySet, of_own_units
from staff.models.regulations import Regulation, RegulationEdition, RegulationFile, RegulationReading, RegulationVersion
from staff.models.settings import KNOWN_SETTINGS, Setting, forget_settings, setting
from staff.models.units import ASSESSED_KINDS, GROUND_KINDS, STREET_KINDS, RankingGroup, Unit, UnitAlias, UnitKind

__all__ = [
    "ASSESSED_KINDS",
    "GROUND_KINDS",
    "KNOWN_SETTINGS",
    "OPEN_JOB_STATES",
    "STREET_KINDS",
    "Activity",
    "ActivitySeal",
    "Actor",
    "AppendOnly",
    "AppraisalAppeal",
    "AppraisalEntry",
    "AppraisalItem",
    "AppraisalRound",
    "AppraisalScheme",
    "AppraisalScore",
    "AppraisalSheet",
    "Attachment",
    "Attendance",
    "CalendarDay",
    "CalendarYear",
    "CasePaper",
    "Certificate",
    "ClockPause",
    "Course",
    "Deputyship",
    "Digest",
    "DisciplineRecord",
    "EntryEvidence",
    "ImportBatch",
    "ImportState",
    "IssuedPaper",
    "Job",
    "JobState",
    "LedgerGate",
    "Mail",
    "Message",
    "Movement",
    "NumberCounter",
    "NumberSeries",
    "OfflineApproval",
    "Person",
    "PersonIdentity",
    "ProcedureFlaw",
    "Quota",
    "RankingGroup",
    "Record",
    "RecordQuerySet",
    "Regulation",
    "RegulationEdition",
    "RegulationFile",
    "RegulationReading",
    "RegulationVersion",
    "RememberedColumn",
    "ReportedTable",
    "ServiceMethod",
    "ServiceRecord",
    "Setting",
    "StaffingStandard",
    "Unit",
    "UnitAlias",
    "UnitKind",
    "UsedPassword",
    "User",
    "Verb",
    "changed_fields",
    "current_actor",
    "forget_settings",
    "logged_values",
    "notify",
    "of_own_units",
    "seal_activities",
    "setting",
    "take_numbers",
    "verify_chain",
]
