"""Outputs that no memory holds are refused, before the system ends the process for them."""

from __future__ import annotations

import weakref
from typing import Any

import jax
import numpy as np

from kerata.base.memory import available_bytes
from kerata.training.compiled_steps import CompiledSteps

# Bytes of outputs that are always worth a try.
_SMALL = 1 << 26
_small: weakref.WeakKeyDictionary[CompiledSteps, set[Any]] = weakref.WeakKeyDictionary()


def check_batch(programs: CompiledSteps, trainable: Any, non_trainable: Any, x: Any) -> None:
    """Refuse a batch whose outputs don't fit, before they are computed.

    Raises:
        MemoryError: they don't.
    """
    shapes = tuple(getattr(leaf, "shape", None) for leaf in jax.tree.leaves(x))
    known = _small.setdefault(programs, set())
    if shapes in known:
        return
    outputs, _ = jax.eval_shape(programs.predict_batch, trainable, non_trainable, x)
    size = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(outputs))
    if size < _SMALL:
        known.add(shapes)
    else:
        # Once from the program, once as NumPy's.
        _check(2 * size, "the outputs of one batch")


def check_all(chunk: Any, batches: int) -> None:
    """Refuse as many batches of outputs as the first one if they don't fit.

    Raises:
        MemoryError: they don't.
    """
    size = batches * sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(chunk))
    if size >= _SMALL:
        _check(2 * size, "the outputs of all batches, put together,")


def _check(needed: int, what: str) -> None:
    left = available_bytes()
    if left is not None and needed > left:
        raise MemoryError(
            f"predict(): {what} take {needed / 1e9:.3g} GB while {left / 1e9:.3g} GB are left; "
            "predict fewer rows at a time."
        )
