"""Which guard stands on which step, and which papers may be issued now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from billboards.dossier import Dossier
from billboards.workflow.guards import decision, enforcement, filing, inquiry
from billboards.workflow.guards.outside_papers import known_paper, to_register
from billboards.workflow.guards.papers import why_not_paper
from billboards.workflow.guards.problems import Entry, Problem, Problems

Guard = Callable[[Dossier, Entry], Problems]

GUARDS: Final[Mapping[str, Guard]] = {
    "verify": filing.verify,
    "file": filing.file_case,
    "reject": filing.reject,
    "transfer": filing.transfer,
    "spot": filing.spot,
    "void": filing.void,
    "investigate": inquiry.investigate,
    "order": inquiry.order,
    "recheck": inquiry.recheck,
    "suspend": inquiry.suspend,
    "resume": inquiry.resume,
    "conclude": inquiry.conclude,
    "submit_review": inquiry.submit_review,
    "pass_review": inquiry.answer_review,
    "return_review": inquiry.answer_review,
    "notify": decision.notify,
    "review_statement": decision.review_statement,
    "open_hearing": decision.open_hearing,
    "hold_hearing": decision.hold_hearing,
    "drop_hearing": decision.drop_hearing,
    "discuss": decision.discuss,
    "decide": decision.decide,
    "spare": decision.spare,
    "drop": decision.drop,
    "serve": decision.serve,
    "annul": decision.annul,
    "redo": decision.redo,
    "perform": enforcement.perform,
    "defer": enforcement.defer,
    "lapse": enforcement.lapse,
    "surcharge": enforcement.surcharge,
    "dun": enforcement.dun,
    "route": enforcement.route,
    "apply_court": enforcement.apply_court,
    "court_refused": enforcement.court_answer,
    "court_executed": enforcement.court_answer,
    "announce": enforcement.announce,
    "order_enforcement": enforcement.order_enforcement,
    "execute": enforcement.execute,
    "finish": enforcement.finish,
    "at_once": enforcement.at_once,
    "stay": enforcement.stay,
    "unstay": enforcement.unstay,
    "end": enforcement.end,
    "close": enforcement.close,
    "archive": enforcement.archive,
}

__all__ = ["GUARDS", "Entry", "Problem", "Problems", "known_paper", "to_register", "why_not_paper"]
