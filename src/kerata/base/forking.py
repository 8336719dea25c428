"""A child made by ``fork`` has none of JAX's threads: it gets an error instead of waiting for them.

The check stands in JAX itself and not in Kerata's functions, so that nothing goes around it and
no call pays for it: a child of a process in which JAX has started gets a listener to JAX's own
events that raises, and a setting that no program was compiled for. Whatever is computed there
then has to be traced first, and tracing reports an event. Only moving an array to the device
reports none; what does that asks ``check_process``.
"""

from __future__ import annotations

import os
import sys
from typing import Any

# Whether JAX had started when this process last forked, and whether this is a child of that.
_started = False
_orphaned = False


def check_process() -> None:
    """Refuse to move arrays where nothing can be computed.

    Raises:
        RuntimeError: this process was made by ``fork`` from one in which JAX had started.
    """
    if _orphaned:
        raise RuntimeError(
            "This process was made by fork after its parent had computed with JAX, and "
            "computing here would wait for ever for threads that fork does not copy: start "
            "processes with multiprocessing.get_context('spawn'), or fork before the parent's "
            "first model or array."
        )


def _refuse(*args: Any, **kwargs: Any) -> None:
    check_process()


def _has_started(jax: Any) -> bool:
    # The public sign: the number of devices can be set only before JAX starts. The same number,
    # from an object that is equal to nothing, changes nothing where JAX has not.
    number = jax.config.jax_num_cpu_devices
    try:
        jax.config.update("jax_num_cpu_devices", _Unequal(number))
    except RuntimeError:
        return True
    jax.config.update("jax_num_cpu_devices", int(number))
    return False


class _Unequal(int):
    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        return False


def _before_fork() -> None:
    global _started
    jax = sys.modules.get("jax")
    _started = jax is not None and hasattr(jax, "config") and _has_started(jax)


def _after_fork() -> None:
    global _orphaned
    if not _started or _orphaned:
        return
    _orphaned = True
    jax = sys.modules["jax"]
    jax.monitoring.register_event_duration_secs_listener(_refuse)
    # A part of every compiled program's key, and without a meaning where nothing is computed.
    jax.config.update("jax_random_seed_offset", jax.config.jax_random_seed_offset + 1)


def watch() -> None:
    """Look at each fork of this process from now on; without JAX, nothing is imported."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
