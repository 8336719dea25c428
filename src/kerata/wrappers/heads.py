"""Bringing targets into the form that a user's model is trained on, output by output."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.base.naming import to_snake_case


def output_units(model: Any, X: Any) -> list[int]:
    """Give the number of units of each output, building the model for X if it is not."""
    rows = model._data(X, None, None)
    spec = model._output_spec(rows.x)
    return [int(t.shape[-1]) if len(t.shape) > 1 else 1 for t in jax.tree.leaves(spec)]


def loss_names(model: Any, outputs: int) -> list[str]:
    """Give the name of each output's loss in snake case, '' where there is none."""
    loss = None if model._compiled is None else model._compiled["loss"]
    if isinstance(loss, dict):
        loss = [loss.get(n) for n in _output_names(model, loss)]
    losses = loss if isinstance(loss, (list, tuple)) else [loss] * outputs
    return [_name(f) for f in losses]


def _output_names(model: Any, loss: dict[str, Any]) -> list[str]:
    return list(loss) if model._graph is None else model.output_names


def _name(loss: Any) -> str:
    if loss is None:
        return ""
    if isinstance(loss, str):
        return to_snake_case(loss)
    return to_snake_case(getattr(loss, "__name__", type(loss).__name__))


def as_probabilities(model: Any, outputs: Any) -> Any:
    """Turn outputs into probabilities where the model's loss takes something else.

    Losses with ``from_logits`` take numbers before softmax or sigmoid, hinge losses numbers
    from -1 to 1.
    """
    losses = jax.tree.leaves(None if model._compiled is None else model._compiled["loss"])
    if any(getattr(f, "from_logits", False) for f in losses):
        return jax.tree.map(_softmax_or_sigmoid, outputs)
    if any(_name(f).endswith("hinge") for f in losses):
        return jax.tree.map(lambda o: np.clip((o + 1) / 2, 0, 1), outputs)
    return outputs


def class_targets(numbers: np.ndarray, classes: int, units: int, loss: str, name: str) -> Any:
    """Give class numbers as they are or one-hot, as an output with its loss wants them.

    Raises:
        ValueError: an output with too few units.
    """
    if units < classes and not (units == 1 and classes <= 2):
        raise ValueError(
            f"{name}: y has {classes} classes, but the model's output has {units} "
            f"unit{'s' if units > 1 else ''}; build it with {classes} units and softmax."
        )
    if "sparse" in loss or (units == 1 and classes <= 2):
        return numbers
    return np.eye(units, dtype=np.float32)[numbers]


def _softmax_or_sigmoid(outputs: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities: sigmoid of one unit, softmax of several."""
    if outputs.shape[-1] == 1:
        return 1 / (1 + np.exp(-outputs))
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
