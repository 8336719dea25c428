"""What all estimators here share: data in, training with shared programs, outputs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from kerata.base.randomness import seeded
from kerata.training.sparse import is_sparse_matrix
from kerata.wrappers.program_cache import share_programs

# Sparse matrices with fewer numbers are made dense: small ones train faster so.
_SMALL = 1 << 22


class ModelEstimator(BaseEstimator):
    """Base of the estimators: holds one trained model.

    Attributes:
        model_: the trained model.
        n_features_in_: number of columns of X.
    """

    model_: Any
    history_: Any
    _input_type: Any = "numeric"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # Data --------------------------------------------------------------------------------

    def _check_both(self, X: Any, y: Any, reset: bool, numeric: bool) -> tuple[Any, np.ndarray]:
        """Check rows and targets; a dictionary of several inputs passes as it is."""
        if is_several(X):
            return X, np.asarray(y)
        X, y = validate_data(
            self, X, y, reset=reset, multi_output=True, y_numeric=numeric, **self._options()
        )
        return _dense_if_small(X), y.toarray() if is_sparse_matrix(y) else y

    def _check_alone(self, X: Any) -> Any:
        """Check rows that come without targets to ``fit``."""
        return _dense_if_small(validate_data(self, X, **self._options()))

    def _check_rows(self, X: Any) -> Any:
        check_is_fitted(self)
        if is_several(X):
            return X
        return _dense_if_small(validate_data(self, X, reset=False, **self._options()))

    def _options(self) -> dict[str, Any]:
        return {"accept_sparse": "csr", "allow_nd": True, "dtype": self._input_type}

    # Training ----------------------------------------------------------------------------

    def _seed(self, passed: int = 0) -> int | None:
        """Draw the seed of a training from ``random_state``, if there is one."""
        state = getattr(self, "random_state", None)
        if state is None:
            return None
        return int(check_random_state(state).randint(2**31 - 1)) + passed

    def _train(
        self, model: Any, X: Any, y: Any, weights: np.ndarray | None, arguments: dict[str, Any]
    ) -> Any:
        """Train a compiled model; give its history."""
        if weights is not None and not np.all(weights):
            kept = np.flatnonzero(weights)
            X, y, weights = pick(X, kept), pick(y, kept), weights[kept]
        share_programs(model, few_rows(X), few_rows(y), few_rows(weights), count_rows(X))
        return model.fit(X, y, sample_weight=weights, **arguments)

    def _outputs(self, X: Any, **arguments: Any) -> Any:
        """Run the trained model on checked rows."""
        return self.model_.predict(X, **{"verbose": 0, **arguments})

    def _randomness(self, passed: int = 0) -> Any:
        return seeded(self._seed(passed))


def is_several(X: Any) -> bool:
    """Say whether X is a dictionary of several inputs; one kind of sparse matrix is one too."""
    return isinstance(X, dict) and not is_sparse_matrix(X)


def pick(data: Any, rows: np.ndarray) -> Any:
    """Take some rows of an array, a sparse matrix, or a list or dictionary of arrays."""
    if data is None:
        return None
    if is_several(data):
        return {name: pick(part, rows) for name, part in data.items()}
    if isinstance(data, list):
        return [pick(part, rows) for part in data]
    return data[rows] if hasattr(data, "shape") else np.asarray(data)[rows]


def few_rows(data: Any) -> Any:
    """Take the first rows, enough to know shapes."""
    return None if data is None else pick(data, np.arange(min(2, count_rows(data))))


def _first(data: Any) -> Any:
    if is_several(data):
        return _first(next(iter(data.values())))
    return _first(data[0]) if isinstance(data, list) else data


def count_rows(data: Any) -> int:
    """Count the rows of what ``pick`` takes."""
    first = _first(data)
    return int(first.shape[0]) if hasattr(first, "shape") else len(first)


def joined(earlier: dict[str, Sequence[Any]], later: dict[str, Sequence[Any]]) -> dict[str, Any]:
    """Append the values of a later history to an earlier one.

    >>> joined({"loss": [3, 2]}, {"loss": [1]})
    {'loss': [3, 2, 1]}
    """
    return {name: [*earlier.get(name, []), *values] for name, values in later.items()}


def _dense_if_small(X: Any) -> Any:
    small = is_sparse_matrix(X) and X.shape[0] * X.shape[1] <= _SMALL
    return X.toarray() if small else X
