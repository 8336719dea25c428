"""Judging a model by the moving averages of its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerata.callbacks.callback import Callback, Logs


class SwapEMAWeights(Callback):
    """Puts the moving averages of the weights into the model while it is judged.

    The optimizer keeps them with ``use_ema=True``. Before an evaluation, a validation or a
    prediction, weights and averages change places, after it they change back.

    Arguments:
        swap_on_epoch: bool, whether they change places at the end of each epoch too and back
            at the beginning of the next, so that callbacks such as ``ModelCheckpoint`` find
            the averages; False by default.

    Raises:
        ValueError: when it is used, if the optimizer keeps no averages.

    >>> SwapEMAWeights(swap_on_epoch=True).swap_on_epoch
    True
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _averaging(self) -> Iterator[Any]:
        """Yield the optimizers that keep averages."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        found = [o for o in getattr(optimizer, "optimizers", [optimizer]) if _averages(o)]
        if not found:
            raise ValueError(
                "SwapEMAWeights needs an optimizer with use_ema=True that has made a step, got "
                f"{type(optimizer).__name__} without moving averages."
            )
        yield from found

    def _swap(self) -> None:
        for optimizer in self._averaging():
            for weight, average in _pairs(optimizer):
                value = weight.value
                weight.assign(average.value)
                average.assign(value)
        self._swapped = not self._swapped

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Go on with the weights themselves."""
        if self.swap_on_epoch and self._swapped:
            self._swap()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Leave the averages in the model for what follows the epoch."""
        if not self.swap_on_epoch or self._swapped:
            return
        self._swap()
        if epoch == self.params["epochs"] - 1:
            # The end of a training puts the averages into the model, where they are already.
            for optimizer in self._averaging():
                for weight, average in _pairs(optimizer):
                    average.assign(weight.value)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Judge the averages."""
        if not self._swapped:
            self._swap()

    def on_test_end(self, logs: Logs = None) -> None:
        """Put the weights back."""
        if self._swapped:
            self._swap()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Predict with the averages."""
        if not self._swapped:
            self._swap()

    def on_predict_end(self, logs: Logs = None) -> None:
        """Put the weights back."""
        if self._swapped:
            self._swap()


def _averages(optimizer: Any) -> bool:
    kept = getattr(optimizer, "use_ema", False)
    return bool(kept) and hasattr(optimizer, "_model_variables_moving_average")


def _pairs(optimizer: Any) -> Iterator[tuple[Any, Any]]:
    yield from zip(
        optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True
    )
