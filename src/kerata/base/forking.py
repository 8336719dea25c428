"""A child made by ``fork`` has none of JAX's threads: it is told so instead of waiting for them."""

from __future__ import annotations

import os

# Whether this process has computed, and whether it is the child of one that had.
_computed = False
_orphaned = False


def check_process() -> None:
    """Note that this process computes.

    Raises:
        RuntimeError: it was made by ``fork`` from one that had computed before.
    """
    global _computed
    if _orphaned:
        raise RuntimeError(
            "This process was made by fork after its parent had computed with Kerata, and "
            "computing here would wait for ever for threads that fork does not copy: start "
            "processes with multiprocessing.get_context('spawn'), or fork before the parent's "
            "first model or array."
        )
    _computed = True


def _note_fork() -> None:
    global _orphaned
    _orphaned = _computed


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
