"""The targets of regressors: numbers in, numbers of the same type out."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin


class Numbers(RegressorMixin):
    """The regressor's half of an estimator.

    Attributes:
        n_outputs_: number of columns of y, 1 for a plain array.
    """

    n_outputs_: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _learn_numbers(self, y: np.ndarray) -> None:
        self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        self._y_shape = y.shape[1:]
        self._y_dtype = y.dtype if y.dtype.kind == "f" else np.dtype("float32")

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Give targets ``(rows, outputs)``, float32.

        Raises:
            ValueError: another number of columns than at the first call.
        """
        targets = np.asarray(y, np.float32).reshape(len(y), -1)
        if targets.shape[1] != self.n_outputs_:
            raise ValueError(f"y must have {self.n_outputs_} columns, got shape {y.shape}.")
        return targets

    def _numbers_from(self, outputs: Any) -> np.ndarray:
        """Bring outputs into the shape and floating type of the targets."""
        if isinstance(outputs, (list, tuple)):
            outputs = np.concatenate([o.reshape(len(o), -1) for o in outputs], axis=1)
        if self._y_shape == ():
            outputs = outputs.reshape(len(outputs), -1)[:, 0]
        return outputs.astype(self._y_dtype)
