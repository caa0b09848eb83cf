from staff.models.activity import (
    Activity,
    ActivitySeal,
    Actor,
    Verb,
    changed_fields,
    current_actor,
    seal_activities,
    verify_chain,
)
from staff.models.bases import Attachment
from staff.models.calendar import CalendarDay, CalendarYear
from staff.models.imports import ImportBatch, ImportState, RememberedColumn
from staff.models.jobs import OPEN_JOB_STATES, Job, JobState
from staff.models.messages import Message, notify
from staff.models.numbering import NumberCounter, NumberSeries, take_numbers
from staff.models.papers import IssuedPaper, ServiceMethod, ServiceRecord
from staff.models.people import Deputyship, User
from staff.models.settings import KNOWN_SETTINGS, Setting, forget_settings, setting
from staff.models.units import ASSESSED_KINDS, RankingGroup, Unit, UnitAlias, UnitKind

__all__ = [
    "ASSESSED_KINDS",
    "KNOWN_SETTINGS",
    "OPEN_JOB_STATES",
    "Activity",
    "ActivitySeal",
    "Actor",
    "Attachment",
    "CalendarDay",
    "CalendarYear",
    "Deputyship",
    "ImportBatch",
    "ImportState",
    "IssuedPaper",
    "Job",
    "JobState",
    "Message",
    "NumberCounter",
    "NumberSeries",
    "RankingGroup",
    "RememberedColumn",
    "ServiceMethod",
    "ServiceRecord",
    "Setting",
    "Unit",
    "UnitAlias",
    "UnitKind",
    "User",
    "Verb",
    "changed_fields",
    "current_actor",
    "forget_settings",
    "notify",
    "seal_activities",
    "setting",
    "take_numbers",
    "verify_chain",
]
