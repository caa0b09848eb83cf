from reports.models.checks import CheckMark, FileCheck, FrozenFigure, Override
from reports.models.history import HistoricalFigure
from reports.models.materials import Material
from reports.models.outlines import Outline, OutlinePart
from reports.models.outputs import CompiledFile
from reports.models.plans import PlanItem, Problem
from reports.models.reports import Compilation, Report, Section, SectionRevision, compiled_path
from reports.models.sent import SentFigure, Submission
from reports.models.tallies import TallyEntry, TallyPhoto
from reports.models.tasks import KeyTask, Measure, TaskNote

__all__ = [
    "CheckMark",
    "Compilation",
    "CompiledFile",
    "FileCheck",
    "FrozenFigure",
    "HistoricalFigure",
    "KeyTask",
    "Material",
    "Measure",
    "Outline",
    "OutlinePart",
    "Override",
    "PlanItem",
    "Problem",
    "Report",
    "Section",
    "SectionRevision",
    "SentFigure",
    "Submission",
    "TallyEntry",
    "TallyPhoto",
    "TaskNote",
    "compiled_path",
]
