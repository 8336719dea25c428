"""The learning-rate range test: one short training, in which the rate grows from step to step."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.variable import Variable
from kerata.training.data_adapter import check_finite, make_array_data
from kerata.workbench.diagnosis.split_data import SplitData

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Share of the running mean that a step keeps.
_KEPT = 0.9
# The test ends when the loss is this many times its lowest value.
_OVER = 4.0
# The loss must fall by this share of its first value before a rate is suggested.
_FALL = 0.05
# Steps before the test may end, as the running mean needs some.
_FIRST = 10


@dataclass(frozen=True)
class LearningRates:
    """What a range test saw.

    Arguments:
        rates: learning rates ``(steps,)``, growing.
        losses: loss of each step's batch ``(steps,)``, before the step.
        smoothed: their running mean ``(steps,)``.
        suggestion: a rate to train with; None if the loss never fell by 5 %.
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float | None

    def __str__(self) -> str:
        low, high = float(self.rates[0]), float(self.rates[-1])
        if self.suggestion is None:
            return (
                f"The loss did not fall at any learning rate from {low:.2g} to {high:.2g}: "
                "the network is trained already, or learns nothing from these rows."
            )
        return (
            f"Suggested learning rate: {self.suggestion:.2g}, a tenth of "
            f"{10 * self.suggestion:.2g}, where the loss was lowest in a test from {low:.2g} to "
            f"{high:.2g}."
        )

    __repr__ = __str__

    def plot(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """Draw the loss over the learning rate.

        Arguments:
            path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.

        Raises:
            ImportError: matplotlib is not installed.
        """
        from kerata.plots.figure import BLUE, GREY, ORANGE, headline, new_figure, save, tidy

        figure = new_figure(6.4, 3.8)
        axes = figure.subplots()
        axes.plot(self.rates, self.losses, color=GREY, linewidth=0.8, alpha=0.5)
        axes.plot(self.rates, self.smoothed, color=BLUE, linewidth=2)
        axes.set_xscale("log")
        finite = self.smoothed[np.isfinite(self.smoothed)]
        axes.set_ylim(min(0.95 * finite.min(), 0), 1.5 * max(finite[0], finite.min()))
        if self.suggestion is not None:
            axes.axvline(self.suggestion, color=ORANGE, linewidth=1.5)
            axes.annotate(
                f" {self.suggestion:.2g}",
                (self.suggestion, 1),
                xycoords=("data", "axes fraction"),
                va="top",
                color=ORANGE,
            )
        axes.set_xlabel("Learning rate")
        axes.set_ylabel("Loss")
        tidy(axes)
        headline(axes, "Learning-rate range test")
        save(figure, path)
        return figure


def find_learning_rate(
    model: Any,
    x: Any,
    y: Any,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: int = 0,
) -> LearningRates:
    """Try learning rates from very low to very high, and suggest one.

    A copy of the weights is trained, one batch a step, with a rate that grows by the same
    factor each step. The model, its optimizer and its metrics stay as they are. The
    suggestion is a tenth of the rate at which the running mean of the loss was lowest: there
    training is still fast, and far from where it breaks.

    Arguments:
        model: compiled, with a plain learning rate; best untrained.
        x, y: inputs and targets, as for ``fit``.
        lowest, highest: bounds of the rates.
        steps: number of rates, at least 20.
        batch_size: rows in a step.
        seed: decides which rows come when.

    Raises:
        RuntimeError: the model is not compiled.
        ValueError: bounds that make no sense, or a learning rate that is a schedule.

    >>> import kerata
    >>> from kerata import layers
    >>> kerata.utils.set_random_seed(0)
    >>> x = np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
    >>> model = kerata.Sequential([kerata.Input((3,)), layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> found = find_learning_rate(model, x, x.sum(axis=1))
    >>> 0.001 < found.suggestion < 1
    True

    Source: Smith (2017), Cyclical learning rates for training neural networks.
    """
    if not 0 < lowest < highest:
        raise ValueError(f"Rates must grow: 0 < lowest < highest, got {lowest} and {highest}.")
    if steps < 20 or batch_size < 1:
        raise ValueError(
            "A range test needs at least 20 steps of at least one row, "
            f"got steps={steps} and batch_size={batch_size}."
        )
    rows = make_array_data(x, y, n_inputs=model._n_inputs())
    check_finite(rows)
    part = SplitData("train", rows, seed)
    programs = model._ready(rows, training=True)
    rate = model.optimizer.learning_rate
    if not isinstance(rate, Variable) or not any(v is rate for v in programs.optimizer_variables):
        raise ValueError(
            "The model's learning rate is a schedule or fixed inside its optimizer; compile it "
            "with a plain number first: optimizers.Adam(0.001)."
        )
    place = next(i for i, v in enumerate(programs.optimizer_variables) if v is rate)
    rates = np.geomspace(lowest, highest, steps)
    rng = np.random.default_rng(seed)
    batch_size = min(batch_size, rows.count)
    # Programs work on values: nothing is ever written into the model's boxes.
    values = programs.read()
    losses: list[float] = []
    smoothed: list[float] = []
    running = 0.0
    for step, number in enumerate(rates):
        order = rng.choice(rows.count, batch_size, replace=False)
        state = list(values.optimizer)
        state[place] = jnp.asarray(number, state[place].dtype)
        batch = part.inputs(order), part.targets(order), None
        key = jax.random.key(int(rng.integers(2**31)))
        values, results = programs.train_batch(values._replace(optimizer=state), batch, key, True)
        loss = programs.named(results)["loss"]
        losses.append(loss)
        running = _KEPT * running + (1 - _KEPT) * loss
        smoothed.append(running / (1 - _KEPT ** (step + 1)))
        broken = step >= _FIRST and smoothed[-1] > _OVER * min(smoothed)
        if not math.isfinite(loss) or broken:
            break
    done = len(losses)
    return LearningRates(
        rates[:done], np.array(losses), np.array(smoothed), _suggest(rates, np.array(smoothed))
    )


def _suggest(rates: np.ndarray, smoothed: np.ndarray) -> float | None:
    finite = smoothed[np.isfinite(smoothed)]
    lowest = int(np.argmin(finite)) if len(finite) else 0
    if not len(finite) or finite[lowest] > (1 - _FALL) * np.median(finite[:_FIRST]):
        return None
    return float(rates[lowest] / 10)
