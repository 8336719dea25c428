"""From a builder's parameters to a network that is ready to train, and its first values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kerata.base.randomness import SeedGenerator, fixed_seed
from kerata.layers.rows import keeps_rows_apart
from kerata.search.structure import Structure
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.data_adapter import ArrayData, take
from kerata.training.shuffling import order_of_rows
from kerata.training.train_state import TrainState

Build = Callable[..., Any]


@dataclass(frozen=True)
class Data(ArrayData):
    """Rows whose weights in training are not those by which they count when held back."""

    judged_weight: Any = None

    @property
    def judged(self) -> tuple[Any, Any, Any]:
        """The three parts for scoring."""
        return self.x, self.y, self.judged_weight


class Network:
    """A network as a builder makes it, ready for the rows it will see.

    Arguments:
        build: gives a compiled model.
        params: what it is called with.
        rows: the data.
        seed: as for ``set_random_seed`` before the call.

    Attributes:
        programs: the model's steps, not compiled yet.
        structure: what a compiled program depends on.
        parameters: how many numbers the network learns.

    Raises:
        TypeError: the builder gives something else than a model.
        RuntimeError: a model that is not compiled.
    """

    def __init__(self, build: Build, params: Mapping[str, Any], rows: ArrayData, seed: int) -> None:
        with fixed_seed(seed):
            self.model = checked(build(**params))
            eager, self.model.run_eagerly = self.model.run_eagerly, True
            # Compiled later together with the loops around them, so they stay plain functions.
            self.programs: CompiledSteps = self.model._ready(rows, training=True)
            self.model.run_eagerly = eager
        self.structure = Structure(self.model, self.model.optimizer, self.model._objective)
        self.parameters = sum(math.prod(v.shape) for v in self.model.trainable_weights)

    @property
    def order_matters(self) -> bool:
        """Whether the order of the rows within a batch can change more than rounding."""
        return (
            bool(self.structure.foreign)
            or not keeps_rows_apart(self.model)
            or any(
                hasattr(layer, "seed_generator") or hasattr(layer, "seed")
                for layer in self.model._flatten_layers()
            )
        )


class Begun(NamedTuple):
    """A network at the beginning of its training."""

    values: TrainState
    draws: SeedGenerator  # gives what ``fit`` would draw next


def begin(
    build: Build, params: Mapping[str, Any], rows: ArrayData, seed: int, like: Network
) -> Begun:
    """Make a network's first values as ``set_random_seed`` and the builder would.

    Raises:
        ValueError: the builder, given the same parameters, makes another network than before.
    """
    with fixed_seed(seed) as draws:
        model = checked(build(**params))
        model._output_spec(rows.x)
        weights = model.trainable_weights
        if not model.optimizer.built:
            model.optimizer.build(weights)
        # States of random streams draw their seeds when they are first asked for.
        non_trainable = like.programs.non_trainable_of(model)
    values = TrainState(
        [v._value for v in weights],
        [v._value for v in non_trainable],
        [v._value for v in model.optimizer.variables],
        like.programs.read().metrics,
    )
    shapes = [[(a.shape, a.dtype) for a in group] for group in values]
    expected = [[(a.shape, a.dtype) for a in group] for group in like.programs.read()]
    if shapes != expected:
        raise ValueError(
            "The builder made two different networks from the same parameters; it must depend "
            "on nothing else."
        )
    return Begun(values, draws)


def epoch_draws(
    draws: SeedGenerator, rows: np.ndarray, batch_size: int, shuffle: Any
) -> tuple[int, np.ndarray]:
    """Draw what ``fit`` draws for an epoch: seed of the key, order of the rows."""
    seed = draws.next_seed()
    rng = np.random.default_rng(draws.next_seed() if shuffle else 0)
    return seed, rows[order_of_rows(len(rows), batch_size, shuffle, rng)]


def reported(model: Any, rows: ArrayData) -> dict[str, dict[str, int]]:
    """Give what a model reports when it is trained and judged: names, and axes of each value."""
    return model._ready(rows, training=True).reported(take(rows, 0, min(rows.count, 2)).arrays)


def checked(model: Any) -> Any:
    """Refuse what is not a compiled model."""
    if not hasattr(model, "_ready"):
        raise TypeError(
            f"The builder must return a model, got {type(model).__name__}. "
            "Does it end in `return model`?"
        )
    if not model.compiled:
        raise RuntimeError(
            f"The builder returns the model {model.name!r} without compiling it; call "
            "model.compile(...) in it, with optimizer and loss."
        )
    return model


def error_text(error: BaseException) -> str:
    """Write an error in a line, with its class."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
