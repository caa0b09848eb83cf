"""Python's collector of unreachable objects, set for a process that lives for weeks."""

from __future__ import annotations

import gc


def settle() -> None:
    """Leave what start-up made (models, addresses: two hundred thousand objects) out of every later collection.

    Without this the collector walks all of it every tenth page or so, for a fifth of a second in which nobody is
    answered. How often it collects stays as it is: a PDF leaves tens of megabytes that only it frees.
    """
    gc.collect()
    gc.freeze()
