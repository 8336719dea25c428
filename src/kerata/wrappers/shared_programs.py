"""Compiled programs shared by models of one structure: the second fit compiles nothing.

A compiled program is a function of the values of weights, optimizer and metrics. Two models
with the same config differ in nothing else, so one's program serves the other. The programs
belong to a twin that is built from the config alone and that nobody else can change.
"""

from __future__ import annotations

import gc
import itertools
import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import jax

from kerata import config
from kerata.base.naming import to_snake_case
from kerata.base.placement import Placement, current_placement
from kerata.base.randomness import seeded
from kerata.layers.weights import Weighted
from kerata.saving.structure import compile_config, compile_from, model_config, model_from
from kerata.training.programs import Programs
from kerata.training.trainer import Trainer

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


_twins: OrderedDict[str, _Twin] = OrderedDict()
_forgotten = itertools.count(1)
_lock = threading.Lock()


def share_programs(
    model: Any, x: Any, y: Any, sample_weight: Any = None, size: int = 0
) -> Programs | None:
    """Let a compiled model train and predict with programs that others like it use too.

    Arguments:
        model: built or not; anything in it that its config does not tell makes it go alone.
        x, y, sample_weight: a few rows of the data that it will be trained on.
        size: how many rows these data have.

    Returns:
        The programs for training of the twin, or None where the model goes alone.
    """
    rows = model._data(x, y, sample_weight)
    own = model._ready(rows, training=True)
    key = _key(model, rows)
    if key is None or type(own) is not Programs:
        return None
    with _lock:
        twin = _find_twin(key, model, size)
        programs: Programs = twin._ready(rows, training=True)
    _lend(own, programs)
    own.paces = programs.paces
    # Names of results are noted while a program is traced, which need not happen again.
    jax.eval_shape(own._results, own.read().metrics)
    _lend(model._prediction_programs(), twin._prediction_programs())
    return programs


def _find_twin(key: str, model: Any, size: int) -> Any:
    twin = _twins.get(key)
    if twin is None or len(twin.sizes | {size}) > KEPT_SIZES:
        twin = _twins[key] = _Twin(_build_twin(model))
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


def _build_twin(model: Any) -> Any:
    # The twin's weights are never used; what comes after must not depend on its making.
    with seeded(0):
        twin = model_from(model_config(model))
        compile_from(twin, compile_config(model))
    return twin


def _key(model: Any, rows: Any) -> str | None:
    """Describe everything that a program depends on but arrays; None where it can't be told."""
    if model.run_eagerly or type(current_placement()) is not Placement or not _is_known(model):
        return None
    try:
        structure = model_config(model)
    except (TypeError, ValueError):
        return None
    if "compile_config" not in structure or _names_foreign(structure):
        return None
    rate = structure["compile_config"]["optimizer"]["config"]
    if isinstance(rate.get("learning_rate"), float):
        # A value like the weights; a schedule is part of the program.
        rate["learning_rate"] = 0.0
    targets = [(a.shape[1:], str(a.dtype)) for a in jax.tree.leaves(rows.y)]
    settings = [config.floatx(), config.epsilon(), config.image_data_format()]
    around = [settings, targets, [v.shape for v in model.weights]]
    return json.dumps([_without_automatic_names(structure), around])


def _is_known(model: Any) -> bool:
    """Say whether all classes are this library's and keep nothing that configs don't tell."""
    if type(model).compute_loss is not Trainer.compute_loss:
        return False
    layers = [type(layer) for layer in model._flatten_layers()]
    return all(
        cls.__module__.startswith("kerata.")
        and not cls.__module__.startswith("kerata.layers.preprocessing.")
        and cls.save_own_variables is Weighted.save_own_variables
        for cls in layers
    ) and type(model.optimizer).__module__.startswith("kerata.")


def _names_foreign(structure: Any) -> bool:
    """Say whether a config names functions or classes of the user's, which may hold anything."""
    if isinstance(structure, list):
        return any(map(_names_foreign, structure))
    if not isinstance(structure, dict):
        return False
    foreign = structure.get("class_name") == "function" or structure.get("registered_name")
    return bool(foreign) or any(map(_names_foreign, structure.values()))


def _without_automatic_names(structure: Any) -> Any:
    """Replace names such as dense_7, which count all layers ever made, by places."""
    places: dict[str, str] = {}

    def collect(value: Any) -> None:
        if isinstance(value, list):
            for v in value:
                collect(v)
        elif isinstance(value, dict):
            inner = value.get("config")
            name = inner.get("name") if isinstance(inner, dict) else None
            automatic = rf"{re.escape(to_snake_case(str(value.get('class_name'))))}(_\d+)?"
            if isinstance(name, str) and re.fullmatch(automatic, name):
                places.setdefault(name, f"#{len(places)}")
            for v in value.values():
                collect(v)

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: replaced(v) for k, v in value.items()}
        if isinstance(value, list):
            return [replaced(v) for v in value]
        return places.get(value, value) if isinstance(value, str) else value

    collect(structure)
    return replaced(structure)


def twins_kept() -> int:
    """Count the structures whose programs are kept."""
    return len(_twins)
