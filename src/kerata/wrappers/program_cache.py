"""A cache of compiled programs, shared by models of one structure: a second fit compiles nothing.

A compiled program is a function of the values of weights, optimizer and metrics. Two models
with the same signature differ in nothing else, so one's program serves the other. The programs
belong to a copy that is built from the config alone and that no user can change. A model
with something that is not in its config has another signature than the copy; such a model
compiles its own programs.
"""

from __future__ import annotations

import gc
import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import jax

from kerata.base.placement import Placement, current_placement
from kerata.base.randomness import seeded
from kerata.base.signature import Signature
from kerata.saving.structure import compile_config, compile_from, model_config, model_from
from kerata.training.compiled_steps import CompiledSteps

# Structures whose programs are kept, and numbers of rows with programs of their own for each;
# what uses more starts again, so that memory stays bounded.
KEPT = 32
KEPT_SIZES = 32
COLLECT_EVERY = 16
_PROGRAMS = ("train", "evaluate", "predict")


@dataclass
class _Entry:
    model: Any
    sizes: set[int] = field(default_factory=set)


_entries: OrderedDict[Any, _Entry] = OrderedDict()
_dropped = itertools.count(1)
_lock = threading.Lock()


def share_programs(
    model: Any, x: Any, y: Any, sample_weight: Any = None, size: int = 0
) -> CompiledSteps | None:
    """Let a compiled model train and predict with programs that others like it use too.

    Arguments:
        model: built or not; it compiles its own programs if something in it is not in its config.
        x, y, sample_weight: a few rows of the data that it will be trained on.
        size: how many rows these data have.

    Returns:
        The copy's programs for training, or None where the model compiles its own.
    """
    rows = model._data(x, y, sample_weight)
    own = model._ready(rows, training=True)
    if type(own) is not CompiledSteps or type(current_placement()) is not Placement:
        return None
    signature = model._programs.signature
    if model.run_eagerly or signature.foreign or signature.unknown:
        return None
    targets = tuple((a.shape[1:], str(a.dtype)) for a in jax.tree.leaves(rows.y))
    with _lock:
        shared = _shared_model((signature.tokens, targets), model, rows, size)
        if shared is None:
            return None
        programs: CompiledSteps = shared._ready(rows, training=True)
    _lend(own, programs)
    own.paces = programs.paces
    # Names of results are noted while a program is traced, which need not happen again.
    jax.eval_shape(own._results, own.read().metrics)
    _lend(model._prediction_programs(), shared._prediction_programs())
    return programs


def _signature(model: Any) -> Signature:
    return Signature(model, model.optimizer, model._objective)


def _shared_model(key: Any, model: Any, rows: Any, size: int) -> Any:
    entry = _entries.get(key)
    if entry is None or len(entry.sizes | {size}) > KEPT_SIZES:
        entry = _entries[key] = _Entry(_rebuilt(key, model, rows))
    entry.sizes.add(size)
    _entries.move_to_end(key)
    if len(_entries) > KEPT:
        _entries.popitem(last=False)
        if next(_dropped) % COLLECT_EVERY == 0:
            # Compiled programs are large, but Python sees only a few small objects to collect.
            gc.collect()
    return entry.model


def _lend(own: CompiledSteps, shared: CompiledSteps) -> None:
    for name, program in vars(shared).items():
        if name.startswith(_PROGRAMS) and callable(program):
            setattr(own, name, program)


def _rebuilt(key: Any, model: Any, rows: Any) -> Any:
    """Build a model from another's config; None if something in that one was set by hand."""
    # The copy's weights are never used; making it must not change the random numbers drawn later.
    with seeded(0):
        try:
            copy = model_from(model_config(model))
            compile_from(copy, compile_config(model))
            copy._ready(rows, training=True)
        except (TypeError, ValueError, KeyError):
            # A part without a config, or with one that is incomplete.
            return None
    return copy if _signature(copy).tokens == key[0] else None


def cached_structures() -> int:
    """Count the structures whose programs are kept."""
    return len(_entries)
