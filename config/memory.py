"""Python's collector of unreachable objects, set for a process that lives for weeks."""

from __future__ import annotations

import gc

YOUNG = 50_000  # a page of a list makes some 30,000 objects, nearly all of which go with it


def settle() -> None:
    """Leave what start-up made (models, addresses, templates: half a million objects) out of every later collection.

    Without this the collector walks all of it every tenth page or so, for a fifth of a second in which nobody is
    answered. Called once, when everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
