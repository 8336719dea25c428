"""One training step of one row, taken apart: forward, error, backward, update.

All numbers come from the engine: answers from the layers, gradients from automatic
differentiation of the loss that ``fit`` uses, new weights from the optimizer.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from kerata.base.scope import Scope
from kerata.layers import Dense, Input
from kerata.models import Sequential
from kerata.optimizers import SGD
from kerata.playground.network import cropped
from kerata.search.structure import Structure
from kerata.training.data_adapter import make_array_data
from kerata.training.train_state import TrainState

# Two inputs, two hidden units, two outputs: kernel and bias of each layer, a row of each kernel
# for what goes out of a unit; w1 to w4 and w5 to w8 where they are usually counted.
CLASSIC_WEIGHTS = (
    ((0.15, 0.25), (0.20, 0.30)),
    (0.35, 0.35),
    ((0.40, 0.50), (0.45, 0.55)),
    (0.60, 0.60),
)
CLASSIC_ROW, CLASSIC_TARGET, CLASSIC_RATE = (0.05, 0.10), (0.01, 0.99), 0.5


@dataclass(frozen=True)
class Step:
    """What happens in one training step.

    Arguments:
        row, target: the inputs ``(inputs,)`` and what should come out ``(outputs,)``.
        sums: for each layer what enters its activation, ``(units,)``.
        answers: for each layer what leaves its activation.
        loss: of this row, penalties included.
        deltas: for each layer the gradient of the loss by what enters its activation.
        weights, gradients, changed: kernel and bias of each layer in turn: before the step, the
            gradients of the loss by them, and after the step.
        rate: learning rate.
        optimizer: its name.
    """

    row: np.ndarray
    target: np.ndarray
    sums: list[np.ndarray]
    answers: list[np.ndarray]
    loss: float
    deltas: list[np.ndarray]
    weights: list[np.ndarray]
    gradients: list[np.ndarray]
    changed: list[np.ndarray]
    rate: float
    optimizer: str

    def cropped(self, widths: Sequence[int]) -> Step:
        """Give the step of the narrow network in a wide one, see ``network.cropped``."""

        def of(arrays: list[np.ndarray]) -> list[np.ndarray]:
            return [array[:n] for array, n in zip(arrays, widths[1:], strict=True)]

        return replace(
            self,
            sums=of(self.sums),
            answers=of(self.answers),
            deltas=of(self.deltas),
            weights=cropped(self.weights, widths),
            gradients=cropped(self.gradients, widths),
            changed=cropped(self.changed, widths),
        )

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        plain = {}
        for name, value in vars(self).items():
            arrays = isinstance(value, (list, np.ndarray))
            plain[name] = jax.tree.map(lambda a: np.asarray(a).tolist(), value) if arrays else value
        return plain


class StepTaker:
    """The compiled program that takes a training step of one row apart; nothing is changed.

    Arguments:
        programs: a model's steps, see ``CompiledSteps``; random layers do nothing here.
        structure: of the model, if some of its numbers are values.
        traced: which of these.
        compiler_options: for XLA.
    """

    def __init__(
        self,
        programs: Any,
        structure: Structure | None = None,
        traced: Sequence[int] = (),
        compiler_options: dict[str, Any] | None = None,
    ) -> None:
        self._programs, self._structure, self._traced = programs, structure, list(traced)
        self._run: Any = jax.jit(self._step, compiler_options=compiler_options)

    def __call__(
        self,
        values: TrainState,
        row: np.ndarray,
        target: np.ndarray,
        rate: float,
        numbers: Sequence[float] = (),
    ) -> Step:
        """Take the step of one row.

        Arguments:
            values: those of the model's variables.
            row: float32 ``(1, inputs)``.
            target: float32 ``(1,)`` or ``(1, outputs)``.
            rate: learning rate, for the record; the optimizer has its own among ``values``.
            numbers: values of the numbers that are traced.
        """
        made = self._run(values, list(numbers), row, target)
        loss, sums, answers, gradients, changed = jax.tree.map(np.asarray, made)
        return Step(
            row[0],
            np.asarray(target, float).reshape(-1),
            sums,
            answers,
            float(loss),
            # Of one row, a bias has the gradient of the sum that it is added to.
            gradients[1::2],
            [np.asarray(w) for w in values.trainable],
            gradients,
            changed,
            rate,
            type(self._programs.optimizer).__name__,
        )

    def _step(self, values: TrainState, numbers: list[Any], row: Any, target: Any) -> Any:
        programs = self._programs
        if self._structure is None:
            return _taken(programs, values, row, target)
        with self._structure.replaced(self._traced, numbers):
            return _taken(programs, values, row, target)


def _taken(programs: Any, values: TrainState, row: Any, target: Any) -> Any:
    """Give loss, sums, answers, gradients, and weights after the step."""

    def forward(weights: Any) -> Any:
        others = zip(programs.non_trainable, values.non_trainable, strict=True)
        with Scope([*zip(programs.trainable, weights, strict=True), *others]):
            x, sums, answers = row, [], []
            for layer in programs.model.layers:
                if isinstance(layer, Dense):
                    kernel, bias = layer.trainable_weights
                    sums.append((x @ kernel.value + bias.value)[0])
                x = layer(x, training=False)
                if isinstance(layer, Dense):
                    answers.append(x[0])
            loss, _ = programs._loss(target, x, None)
        return loss, (sums, answers)

    differentiated = jax.value_and_grad(forward, has_aux=True)
    (loss, (sums, answers)), gradients = differentiated(list(values.trainable))
    pairs = zip(
        programs.trainable + programs.optimizer_variables,
        [*values.trainable, *values.optimizer],
        strict=True,
    )
    with Scope(pairs) as scope:
        programs.optimizer.apply(gradients, programs.trainable)
        changed = [scope.read(v) for v in programs.trainable]
    return loss, sums, answers, gradients, changed


@functools.cache
def classic_step() -> Step:
    """Take the example apart that textbooks of backpropagation use.

    Inputs 0.05 and 0.10 shall give 0.01 and 0.99; sigmoid units, half the squared error summed
    over both outputs (with two outputs that is their mean squared error), learning rate 0.5.

    >>> step = classic_step()
    >>> [f"{answer:.4f}" for answer in step.answers[1]], f"{step.loss:.4f}"
    (['0.7514', '0.7729'], '0.2984')
    """
    model = Sequential([Input((2,)), Dense(2, "sigmoid"), Dense(2, "sigmoid")])
    model.compile(SGD(CLASSIC_RATE), "mean_squared_error")
    row, target = np.array([CLASSIC_ROW], "float32"), np.array([CLASSIC_TARGET], "float32")
    programs = model._ready(make_array_data(row, target, None, 1), training=True)
    values = programs.read()._replace(trainable=[np.array(w, "float32") for w in CLASSIC_WEIGHTS])
    return StepTaker(programs)(values, row, target, CLASSIC_RATE)
