"""From settings to a network: one that switches nothing off, so that all strengths are values."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata import optimizers
from kerata.layers import Dense, Dropout, GaussianNoise, Input, Layer
from kerata.models import Sequential
from kerata.playground.settings import VALUES, Settings
from kerata.regularizers import L1L2

# In place of the strengths while a program is traced; each tells which number it is.
MARKS = {name: 2.0**-power for name, power in zip(VALUES, range(20, 24), strict=True)}


class FirstUnits(Layer):
    """Lets the first units through and sets the others to 0: a narrow layer in a wide one.

    Its weight ``open``, ones and zeros ``(units,)``, is not trained. A unit that is shut has no
    gradient, before or after it, so the narrow network learns as it would alone.
    """

    keeps_rows_apart = True

    def build(self, input_shape: Any) -> None:
        """Make the weight: all units are open."""
        self.open = self.add_weight(
            shape=input_shape[-1:], initializer="ones", trainable=False, name="open"
        )

    def call(self, inputs: Any) -> Any:
        """Shut the units that are shut."""
        return inputs * jnp.asarray(self.open)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the input's."""
        return input_shape


def make_optimizer(name: str, rate: float) -> Any:
    """Make an optimizer by the name that settings have."""
    if name == "momentum":
        return optimizers.SGD(rate, momentum=0.9)
    classes = {"sgd": optimizers.SGD, "adam": optimizers.Adam, "rmsprop": optimizers.RMSprop}
    return classes[name](rate)


def build_network(
    inputs: int,
    kind: str,
    layers: Sequence[int],
    activation: str,
    optimizer: str,
    rate: float,
    masked: bool = False,
) -> Sequential:
    """Build and compile a network with all strengths switched on, at the values of ``MARKS``.

    Arguments:
        inputs: how many numbers a row has.
        kind: ``'binary'`` or ``'regression'``.
        layers, activation, optimizer, rate: see ``Settings``.
        masked: whether the hidden layers can be narrowed, see ``FirstUnits``.
    """
    model = Sequential([Input((inputs,)), GaussianNoise(MARKS["jitter"])])
    for place, units in enumerate(layers, 1):
        name = f"hidden_{place}"
        model.add(Dense(units, activation, kernel_regularizer=_penalty(), name=name))
        if masked:
            model.add(FirstUnits())
        model.add(Dropout(MARKS["dropout"]))
    last = "sigmoid" if kind == "binary" else "linear"
    model.add(Dense(1, last, kernel_regularizer=_penalty(), name="answer"))
    loss, metrics = loss_and_metrics(kind)
    model.compile(make_optimizer(optimizer, rate), loss, metrics=metrics)
    return model


def plain_network(settings: Settings, inputs: int, kind: str) -> Sequential:
    """Build and compile the network of the program that the page shows: what is off is left out.

    Arguments:
        settings, inputs, kind: see ``build_network``.
    """
    penalty = L1L2(settings.l1, settings.l2) if settings.l1 or settings.l2 else None
    model = Sequential([Input((inputs,))])
    if settings.jitter:
        model.add(GaussianNoise(settings.jitter))
    for units in settings.layers:
        model.add(Dense(units, settings.activation, kernel_regularizer=penalty))
        if settings.dropout:
            model.add(Dropout(settings.dropout))
    last = "sigmoid" if kind == "binary" else "linear"
    model.add(Dense(1, last, kernel_regularizer=penalty))
    loss, metrics = loss_and_metrics(kind)
    model.compile(make_optimizer(settings.optimizer, settings.rate), loss, metrics=metrics)
    return model


def loss_and_metrics(kind: str) -> tuple[str, list[str]]:
    """Name the loss and the metrics of a kind of problem."""
    if kind == "binary":
        return "binary_crossentropy", ["accuracy"]
    return "mean_squared_error", []


def padded(weights: Sequence[Any], shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    """Give a narrow network's weights the shapes of a wide one's, with zeros around."""
    found = []
    for weight, shape in zip(weights, shapes, strict=True):
        wide = np.zeros(shape, "float32")
        wide[tuple(slice(n) for n in weight.shape)] = weight
        found.append(wide)
    return found


def cropped(weights: Sequence[np.ndarray], widths: Sequence[int]) -> list[np.ndarray]:
    """Give a wide network's weights the shapes of the narrow one in it.

    Arguments:
        weights: kernel and bias of each layer in turn.
        widths: of the narrow one: inputs, units of each hidden layer, outputs.
    """
    found = []
    for place, (before, after) in enumerate(itertools.pairwise(widths)):
        found += [weights[2 * place][:before, :after], weights[2 * place + 1][:after]]
    return found


def _penalty() -> L1L2:
    return L1L2(MARKS["l1"], MARKS["l2"])
