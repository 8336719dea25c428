"""Compiled programs shared by models of one structure: the second fit compiles nothing.

A compiled program is a function of the values of weights, optimizer and metrics. Two models
with the same signature differ in nothing else, so one's program serves the other. The programs
belong to a copy that is built from the config alone and that nobody else can change. A model
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
from kerata.training.programs import Programs

# Structures whose programs are kept, and numbers of rows with programs of their own for each;
# what uses more starts anew, so that memory stays bounded.
KEPT = 32
KEPT_SIZES = 32
COLLECT_EVERY = 16
_PROGRAMS = ("train", "evaluate", "predict")


@dataclass
class _Twin:
    model: Any
    sizes: set[int] = field(default_factory=set)


_twins: OrderedDict[Any, _Twin] = OrderedDict()
_forgotten = itertools.count(1)
_lock = threading.Lock()


def share_programs(
    model: Any, x: Any, y: Any, sample_weight: Any = None, size: int = 0
) -> Programs | None:
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
    if type(own) is not Programs or type(current_placement()) is not Placement:
        return None
    signature = model._programs.signature
    if model.run_eagerly or signature.foreign or signature.unknown:
        return None
    targets = tuple((a.shape[1:], str(a.dtype)) for a in jax.tree.leaves(rows.y))
    with _lock:
        twin = _find_twin((signature.tokens, targets), model, rows, size)
        if twin is None:
            return None
        programs: Programs = twin._ready(rows, training=True)
    _lend(own, programs)
    own.paces = programs.paces
    # Names of results are noted while a program is traced, which need not happen again.
    jax.eval_shape(own._results, own.read().metrics)
    _lend(model._prediction_programs(), twin._prediction_programs())
    return programs


def _signature(model: Any) -> Signature:
    return Signature(model, model.optimizer, model._objective)


def _find_twin(key: Any, model: Any, rows: Any, size: int) -> Any:
    twin = _twins.get(key)
    if twin is None or len(twin.sizes | {size}) > KEPT_SIZES:
        twin = _twins[key] = _Twin(_build_twin(key, model, rows))
    twin.sizes.add(size)
    _twins.move_to_end(key)
    if len(_twins) > KEPT:
        _twins.popitem(last=False)
        if next(_forgotten) % COLLECT_EVERY == 0:
            # Compiled programs are large, but Python sees only a few small objects to collect.
            gc.collect()
    return twin.model


def _lend(own: Programs, twin: Programs) -> None:
    for name, program in vars(twin).items():
        if name.startswith(_PROGRAMS) and callable(program):
            setattr(own, name, program)


def _build_twin(key: Any, model: Any, rows: Any) -> Any:
    """Build a model from another's config; None if something in that one was set by hand."""
    # The copy's weights are never used; making it must not change the random numbers drawn later.
    with seeded(0):
        try:
            twin = model_from(model_config(model))
            compile_from(twin, compile_config(model))
            twin._ready(rows, training=True)
        except (TypeError, ValueError, KeyError):
            # A part without a config, or with one that is incomplete.
            return None
    return twin if _signature(twin).tokens == key[0] else None


def twins_kept() -> int:
    """Count the structures whose programs are kept."""
    return len(_twins)
