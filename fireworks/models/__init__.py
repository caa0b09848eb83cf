from fireworks.models.actions import JOINT_FROM, JointAction
from fireworks.models.assessment import BanBulletin, BanEntry, BanItem, BanMeasure, BanScheme
from fireworks.models.bases import Record, RecordQuerySet
from fireworks.models.grids import Grid, Post
from fireworks.models.incidents import Incident, IncidentPhoto, PoliceResult, PublicReport, incident_fingerprint
from fireworks.models.people import Absence, DutyPerson
from fireworks.models.publicity import MediaItem, PublicityEntry, PublicityPhoto
from fireworks.models.rosters import Assignment, Roster, Slot, Swap
from fireworks.models.seizures import CustodyEntry, Destruction, DestructionItem, DestructionPhoto, SeizureLot
from fireworks.models.statements import WatchStatement
from fireworks.models.watch import CheckIn, EmptyPost, PatrolMark, ShiftReport, StandIn
from fireworks.models.windows import LawReference, ShiftPattern, Window

__all__ = [
    "JOINT_FROM",
    "Absence",
    "Assignment",
    "BanBulletin",
    "BanEntry",
    "BanItem",
    "BanMeasure",
    "BanScheme",
    "CheckIn",
    "CustodyEntry",
    "Destruction",
    "DestructionItem",
    "DestructionPhoto",
    "DutyPerson",
    "EmptyPost",
    "Grid",
    "Incident",
    "IncidentPhoto",
    "JointAction",
    "LawReference",
    "MediaItem",
    "PatrolMark",
    "PoliceResult",
    "Post",
    "PublicReport",
    "PublicityEntry",
    "PublicityPhoto",
    "Record",
    "RecordQuerySet",
    "Roster",
    "SeizureLot",
    "ShiftPattern",
    "ShiftReport",
    "Slot",
    "StandIn",
    "Swap",
    "WatchStatement",
    "Window",
    "incident_fingerprint",
]
