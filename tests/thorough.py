"""How often a test repeats itself: a few times in `make test`, the full number in `make trust`."""

import os

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "trust"


def many(few: int, full: int) -> int:
    """`few` in every run, `full` with HYPOTHESIS_PROFILE=trust."""
    return full if THOROUGH else few
