"""One network for all steps ahead: a linear model, corrected by dense layers, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

import kerata
from kerata import initializers, layers, optimizers
from kerata.saving import register_keras_serializable
from kerata.workbench.forecasting.linear import Linear

# The interval holds this share of the true values; the middle of the rest is on either side.
COVERAGE = 0.9
LEVELS = (0.5 - COVERAGE / 2, 0.5, 0.5 + COVERAGE / 2)
# Places of the outputs.
LOWER, MIDDLE, UPPER = range(3)


@dataclass(frozen=True)
class Shape:
    """What a network is built for.

    Arguments:
        features: of a window.
        series: how many there are.
        horizon: steps ahead.
        linear: fitted on the same windows; the network starts as this model.
        spread: size of the linear model's errors by step, ``(horizon,)``.
    """

    features: int
    series: int
    horizon: int
    linear: Linear
    spread: np.ndarray


@register_keras_serializable("kerata")
def quantile_loss(y_true: Any, y_pred: Any) -> Any:
    """Compute the pinball loss of a lower, a middle and an upper quantile, as a mean over steps.

    Arguments:
        y_true: ``(batch, 2, horizon)``: true values, and 1 where there is one, else 0.
        y_pred: ``(batch, members, 3, horizon)``.

    Source: Koenker and Bassett (1978), Regression quantiles.
    """
    levels = jnp.asarray(LEVELS, y_pred.dtype)[:, None]
    gap = y_true[:, None, :1] - y_pred
    loss = jnp.maximum(levels * gap, (levels - 1) * gap) * y_true[:, None, 1:]
    return jnp.mean(loss, axis=(1, 2, 3))


def build(
    shape: Shape,
    *,
    members: int = 8,
    units: tuple[int, ...] | int = (64, 64),
    dropout: float = 0.3,
    learning_rate: float = 5e-4,
    weight_decay: float = 1e-2,
    embedding: int = 8,
) -> Any:
    """Build and compile networks that learn side by side, in one program.

    Arguments:
        shape: what for.
        members: networks with first weights of their own.
        units: of the dense layers.
        dropout: share of units left out in training.
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        embedding: numbers that stand for a series, at most.

    Returns:
        A model of ``window`` ``(n, features)`` and, with several series, ``series`` ``(n, 1)``
        to ``(n, members, 3, horizon)``: lower quantile, median, upper quantile.
    """
    window = kerata.Input((shape.features,), name="window")
    given: dict[str, Any] = {"window": window}
    skip = layers.Dense(shape.horizon, name="linear", trainable=False)
    straight = skip(window)
    hidden = window
    own = None
    if shape.series > 1:
        number = given["series"] = kerata.Input((1,), dtype="int32", name="series")
        own = layers.Embedding(shape.series, shape.horizon, name="constants", trainable=False)
        straight = layers.Add()([straight, layers.Flatten()(own(number))])
        size = min(embedding, 1 + shape.series // 2)
        vector = layers.Flatten()(layers.Embedding(shape.series, size, name="vectors")(number))
        hidden = layers.Concatenate()([window, vector])
    straight = layers.Reshape((1, shape.horizon))(straight)
    hidden = layers.RepeatVector(members)(hidden)
    for count in (units,) if isinstance(units, int) else units:
        hidden = _dense(members, int(count), "gelu")(hidden)
        hidden = layers.Dropout(dropout)(hidden)
    # At first nothing is corrected, and the interval is as wide as the linear model's errors.
    middle = layers.Add()(
        [straight, _dense(members, shape.horizon, None, zeros=True, name="correction")(hidden)]
    )
    widths = [
        _dense(members, shape.horizon, "softplus", zeros=True, name=name)
        for name in ("below", "above")
    ]
    below, above = (width(hidden) for width in widths)
    answers = layers.Concatenate()(
        [layers.Subtract()([middle, below]), middle, layers.Add()([middle, above])]
    )
    output = layers.Reshape((members, 3, shape.horizon), name="quantiles")(answers)
    model = kerata.Model(given if len(given) > 1 else window, output, name="forecast")
    constants = shape.linear.constants
    base = constants[0] if own is None else np.zeros(shape.horizon)
    skip.set_weights([shape.linear.weights, base])
    if own is not None:
        own.set_weights([constants])
    usual = np.maximum(1.6 * shape.spread, 1e-2)
    for width in widths:
        kernel, bias = width.get_weights()
        # The inverse of softplus.
        width.set_weights([kernel, np.broadcast_to(usual + np.log(-np.expm1(-usual)), bias.shape)])
    model.compile(optimizers.AdamW(learning_rate, weight_decay=weight_decay), quantile_loss)
    return model


def averaged(model: Any) -> Any:
    """Join networks that learned side by side to one that gives the mean of their answers."""
    members, _, horizon = model.output.shape[1:]
    flat = layers.Reshape((members, 3 * horizon))(model.output)
    mean = layers.GlobalAveragePooling1D(name="mean")(flat)
    joined = kerata.Model(model.input, layers.Reshape((3, horizon))(mean), name=model.name)
    # Keras knows this loss, so that any program can open the file.
    joined.compile("adam", "mae")
    return joined


def _dense(
    members: int,
    units: int,
    activation: str | None,
    *,
    zeros: bool = False,
    name: str | None = None,
) -> Any:
    """Give a dense layer of each member's own, ``(n, members, k)`` to ``(n, members, units)``."""
    # The members' axis counts twice in the fans; this takes it out again.
    usual = initializers.VarianceScaling(members, "fan_avg", "uniform")
    return layers.EinsumDense(
        "bmi,mio->bmo",
        (members, units),
        activation=activation,
        bias_axes="mo",
        kernel_initializer="zeros" if zeros else usual,
        name=name,
    )


def targets_of(departures: np.ndarray) -> np.ndarray:
    """Give departures ``(n, horizon)``, NaN where unknown, as ``quantile_loss`` takes them."""
    there = ~np.isnan(departures)
    return np.stack([np.where(there, departures, 0), there], axis=1).astype("float32")


def inputs_of(x: np.ndarray, series: np.ndarray, count: int) -> Any:
    """Give what a network takes for standardized windows."""
    if count == 1:
        return x
    return {"window": x, "series": series[:, None].astype("int32")}
