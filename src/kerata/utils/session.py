"""Resetting Keras's global state."""

from __future__ import annotations

import gc

from kerata.base.naming import reset_names


def clear_session(free_memory: bool = True) -> None:
    """Forget the automatic names, so that the next ``Dense`` is called ``dense`` again.

    Arguments:
        free_memory: whether to free what nothing refers to any more.

    >>> from kerata.base.naming import auto_name
    >>> clear_session()
    >>> auto_name("Dense")
    'dense'
    """
    reset_names()
    if free_memory:
        gc.collect()
