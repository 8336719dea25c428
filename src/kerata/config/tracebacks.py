"""Whether tracebacks of errors leave out frames that say nothing about the mistake."""

from __future__ import annotations

import jax

from kerata.base.notebook import tracebacks_are_filtered


def enable_traceback_filtering() -> None:
    """Leave the frames of JAX out of tracebacks, which is the default.

    In a notebook those of Kerata go as well where it refuses a mistake: the user's own lines and
    the sentence that says what is wrong are left.

    >>> enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Show all frames in tracebacks, those of JAX and Kerata too, to look for a fault in a library.

    >>> disable_traceback_filtering()
    >>> is_traceback_filtering_enabled()
    False
    >>> enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    """Say whether tracebacks leave out the frames of JAX.

    >>> is_traceback_filtering_enabled()
    True
    """
    return tracebacks_are_filtered()
