"""A layer or model as a pure function of its weights: what everything above works on."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.scope import Scope
from kerata.layers.layer import Layer


def functional_call(
    layer: Layer,
    values: list[Any],
    inputs: Any,
    training: bool = False,
    key: jax.Array | None = None,
) -> tuple[Any, list[Any], list[Any]]:
    """Evaluate a layer or model as a pure function of its weights.

    Arguments:
        layer: built layer or model.
        values: list of one array for each of ``layer.weights``, of its shape, in their order.
        inputs: array ``(batch, ...)`` or nested arrays.
        training: bool, passed on to the layers that ask for it; False by default.
        key: JAX key for layers that draw random numbers; None by default.

    Returns:
        The outputs, the new values in the same order, and the losses that layers added,
        penalties of the weights included.

    Raises:
        ValueError: another number of values than weights.

    >>> import numpy as np
    >>> from kerata.layers import Dense
    >>> dense = Dense(1, kernel_initializer="ones")
    >>> _ = dense(np.ones((1, 2)))
    >>> outputs, _, _ = functional_call(dense, [2 * np.ones((2, 1)), np.zeros(1)], np.ones((1, 2)))
    >>> outputs.tolist()
    [[4.0]]
    """
    variables = layer.weights
    with Scope(zip(variables, values, strict=True), key=key) as scope:
        outputs = layer(inputs, training=training)
        losses = layer.losses
        return outputs, [scope.read(v) for v in variables], losses
