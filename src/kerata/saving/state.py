"""The weights of a model and its optimizer in HDF5, at the places Keras 3 gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from kerata.base.messages import warn
from kerata.base.naming import to_snake_case
from kerata.base.registry import naming
from kerata.base.variable import Variable
from kerata.layers.weights import Weighted
from kerata.optimizers.optimizer import Optimizer
from kerata.optimizers.state import OptimizerState
from kerata.saving import hdf5


def places(root: Any, skipped: Iterable[Any] = ()) -> Iterator[tuple[str, Any]]:
    """Yield layers and optimizers with the paths of their groups, each once, as Keras 3 does.

    Objects in lists go by class: ``layers/dense``, ``layers/dense_1``.

    Arguments:
        root: the model.
        skipped: objects to leave out, with all below them.
    """
    yield from _walk(root, "", {id(obj): obj for obj in skipped})


def _walk(obj: Any, path: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    if id(obj) in seen:
        return
    # Objects are held, not their ids alone: a freed list's id may be given to the next one,
    # whose layers would then be left out of the file.
    seen[id(obj)] = obj
    yield path, obj
    for name, value in obj._saved_parts():
        yield from _step(value, _join(path, name), seen)


def _step(value: Any, path: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (Weighted, OptimizerState)):
        yield from _walk(value, path, seen)
    elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
        # A container may hold itself.
        seen[id(value)] = value
        counts: dict[str, int] = {}
        for item in list(value.values()) if isinstance(value, dict) else value:
            nested = isinstance(item, (list, tuple, dict))
            if nested or isinstance(item, (Weighted, OptimizerState)):
                name = "container" if nested else to_snake_case(type(item).__name__)
                number = counts[name] = counts.get(name, -1) + 1
                name = f"{name}_{number}" if number else name
                yield from _step(item, _join(path, name), seen)


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def write_state(file: Any, model: Any, skipped: Iterable[Any] = ()) -> None:
    """Write all weights and the optimizer's state into an open HDF5 file."""
    for path, obj in places(model, skipped):
        group = file.create_group(_join(path, "vars"))
        group.attrs["name"] = obj.name
        for name, value in own_weights(obj).items():
            hdf5.write(group, name, value)


def own_weights(obj: Any) -> dict[str, Any]:
    """Give the weights of one layer or optimizer, without those inside it, by name in a file."""
    if not _has_own(obj, "save_own_variables"):
        return {str(i): value for i, value in enumerate(_values(obj))}
    store: dict[str, Any] = {}
    obj.save_own_variables(store)
    return store


def read_state(
    file: Any, model: Any, skip_mismatch: bool = False, skipped: Iterable[Any] = ()
) -> None:
    """Read what ``write_state`` or Keras 3 wrote; nothing changes if something does not fit.

    Arguments:
        file: open HDF5 file.
        model: built model.
        skip_mismatch: leave layers whose weights don't fit as they are, with a warning.
        skipped: objects to leave alone, with all below them.

    Raises:
        ValueError: weights that don't fit.
    """
    _build_optimizer(file, model)
    found: list[tuple[Variable, np.ndarray]] = []
    read: list[Weighted] = []
    own: list[tuple[Any, dict[str, np.ndarray]]] = []
    for path, obj in places(model, skipped):
        group = _group(file, path)
        try:
            if _has_own(obj, "load_own_variables"):
                own.append((obj, {n: hdf5.read(group, n) for n in group or ()}))
            elif isinstance(obj, OptimizerState):
                found += _optimizer_state(group, obj)
            else:
                found += _layer_state(group, obj)
                read.append(obj)
        except ValueError as problem:
            if not skip_mismatch:
                raise ValueError(f"layer {obj.name!r} does not fit: {problem}") from problem
            warn(f"Layer {obj.name!r} is left as it is: {problem}.", stacklevel=4)
    for variable, value in found:
        variable.assign(value)
    for layer in read:
        layer._was_loaded()
    for obj, store in own:
        with naming(f"Layer {obj.name!r}", "load_own_variables()"):
            obj.load_own_variables(store)


def _build_optimizer(file: Any, model: Any) -> None:
    """Make room for the optimizer's state if the file has some."""
    optimizer = getattr(model, "optimizer", None)
    stored = hdf5.child(file, "optimizer/vars")
    if stored is None or not isinstance(optimizer, Optimizer) or optimizer.built:
        return
    # Step counts and learning rates are there in any case.
    if len(stored) > max(2, len(optimizer.variables)):
        optimizer.build(model.trainable_weights)


def _layer_state(group: Any, layer: Any) -> list[tuple[Variable, np.ndarray]]:
    variables = _variables(layer)
    stored = 0 if group is None else len(group)
    if len(variables) != stored:
        raise ValueError(f"it has {len(variables)} weights of its own, the file has {stored}")
    return [(v, hdf5.read(group, str(i), v.shape)) for i, v in enumerate(variables)]


def _optimizer_state(group: Any, optimizer: Any) -> list[tuple[Variable, np.ndarray]]:
    variables = optimizer.variables
    stored = 0 if group is None else len(group)
    if stored != len(variables):
        # Step count and learning rate alone: the optimizer made no step before it was saved.
        if stored <= 2:
            return []
        warn(
            f"The state of optimizer {optimizer.name!r} is left as it is: it has "
            f"{len(variables)} variables, the file has {stored}.",
            stacklevel=5,
        )
        return []
    return [(v, hdf5.read(group, str(i), v.shape)) for i, v in enumerate(variables)]


def _group(file: Any, path: str) -> Any:
    found = hdf5.child(file, _join(path, "vars"))
    if found is None:
        # The first versions of Keras 3 called it so.
        old = path.replace("layers", "_layer_checkpoint_dependencies")
        found = hdf5.child(file, _join(old, "vars"))
    return found


def _variables(obj: Any) -> list[Variable]:
    return obj.variables if isinstance(obj, OptimizerState) else obj._filed_variables()


def _values(obj: Any) -> list[Any]:
    if isinstance(obj, OptimizerState):
        return [variable._value for variable in obj.variables]
    return obj._filed_values()


def _has_own(obj: Any, method: str) -> bool:
    """Say whether a user's class says itself how it is stored."""
    base = OptimizerState if isinstance(obj, OptimizerState) else Weighted
    return getattr(type(obj), method) is not getattr(base, method)
