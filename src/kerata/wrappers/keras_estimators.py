"""Models of a builder function as estimators: ``KerasClassifier`` and ``KerasRegressor``."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from kerata.wrappers import heads
from kerata.wrappers.classes import Classes, to_probabilities
from kerata.wrappers.estimator import count_rows
from kerata.wrappers.keras_base import KerasEstimator
from kerata.wrappers.numbers import Numbers
from kerata.wrappers.weights import class_factors, row_weights


class KerasClassifier(Classes, KerasEstimator):
    """A classifier around a function that builds a model.

    Trained on rows X of shape ``(rows, ...)`` and labels y: numbers or strings ``(rows,)``,
    one-hot rows or indicators ``(rows, classes)``, or a column for each output.

    Attributes:
        model_: the trained model.
        classes_: array of the labels, in the order of ``predict_proba``'s columns.
        history_: dictionary of loss and metrics, one number an epoch.

    Raises:
        ValueError: a parameter that nothing takes; in ``fit`` data that make no sense.
        TypeError: in ``fit``, a builder that builds no model.

    >>> import numpy as np
    >>> from kerata import Sequential, layers
    >>> def build(width=8):
    ...     model = Sequential([layers.Dense(width, "relu"), layers.Dense(1, "sigmoid")])
    ...     model.compile("adam", "binary_crossentropy")
    ...     return model
    >>> net = KerasClassifier(build, width=4, epochs=80, optimizer__learning_rate=0.1)
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), ["cold", "cold", "warm", "warm"]
    >>> net.set_params(random_state=0).fit(X, y).predict([[-3.0], [3.0]]).tolist()
    ['cold', 'warm']
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **arguments: Any) -> Self:
        """Build and train a model.

        Arguments:
            X: rows: array of any number of axes, DataFrame, sparse matrix, or a dictionary
                of several inputs.
            y: labels, one-hot rows, indicators, or a column for each output.
            sample_weight: one number a row, of which only the ratios count.
            **arguments: of ``Model.fit``, before those of the estimator.

        Raises:
            ValueError: data that make no sense; an argument that ``Model.fit`` lacks.
            TypeError: a builder that builds no model.
        """
        going_on = self.warm_start and hasattr(self, "model_")
        return self._fit(X, y, sample_weight, going_on, arguments)

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, **arguments: Any
    ) -> Self:
        """Make one pass over some rows, going on from the present weights.

        Arguments:
            classes: all labels there are; needed at the first call if y lacks some.
        """
        arguments = {"epochs": 1, **arguments}
        return self._fit(X, y, sample_weight, hasattr(self, "model_"), arguments, classes)

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        going_on: bool,
        arguments: dict[str, Any],
        classes: Any = None,
    ) -> Self:
        X, y = self._check_both(X, y, not going_on, numeric=False)
        if not going_on:
            self._learn_classes(y, classes)
        numbers = self._numbers(y)
        class_weight = arguments.pop("class_weight", self.class_weight)
        factors = class_factors(class_weight, y, self.classes_)
        weights = row_weights(sample_weight, factors, count_rows(X))
        return self._learn(X, y, numbers, weights, going_on, arguments)

    def _encoded(self, y: Any) -> np.ndarray:
        return self._numbers(np.asarray(y))

    def _for_model(self, model: Any, few: Any, targets: np.ndarray) -> Any:
        units = heads.output_units(model, few)
        losses = heads.loss_names(model, len(units))
        name = type(self).__name__
        if self.target_type_ == "multilabel-indicator":
            # Indicator rows with a loss for classes are one-hot rows.
            if len(units) == 1 and losses[0].startswith(("categorical", "sparse")):
                return np.argmax(targets, axis=1) if "sparse" in losses[0] else targets
            return targets if len(units) == 1 else [*targets.T]
        columns = [targets] if targets.ndim == 1 else [*targets.T]
        counts = np.atleast_1d(self.n_classes_)
        if len(columns) != len(units):
            raise ValueError(
                f"{name}: y has {len(columns)} columns, but the model has {len(units)} outputs."
            )
        made = [
            heads.class_targets(column, int(count), width, loss, name)
            for column, count, width, loss in zip(columns, counts, units, losses, strict=True)
        ]
        return made if len(made) > 1 else made[0]

    def _default_loss(self, model: Any) -> Any:
        one_each = self.target_type_ in ("binary", "multilabel-indicator")
        return "binary_crossentropy" if one_each else "sparse_categorical_crossentropy"

    def _is_one_hot(self) -> bool:
        losses = heads.loss_names(self.model_, 1)
        return losses[0].startswith(("categorical", "sparse"))

    def predict_proba(self, X: Any, **arguments: Any) -> Any:
        """Give probabilities; see ``Classes.predict_proba``."""
        outputs = self._outputs(self._check_rows(X), **self._predict_arguments(arguments))
        outputs = heads.as_probabilities(self.model_, outputs)
        if self.target_type_ == "multilabel-indicator":
            if isinstance(outputs, list):
                outputs = np.concatenate([o.reshape(len(o), -1) for o in outputs], axis=1)
            return outputs
        if self.n_outputs_ > 1:
            pairs = zip(outputs, self.n_classes_, strict=True)
            return [to_probabilities(o, n) for o, n in pairs]
        return to_probabilities(outputs, self.n_classes_)

    def predict(self, X: Any, **arguments: Any) -> np.ndarray:
        """Give the most probable label; class numbers where y had one-hot rows."""
        probabilities = self.predict_proba(X, **arguments)
        if self.target_type_ == "multilabel-indicator" and self._is_one_hot():
            return np.argmax(probabilities, axis=1)
        return self._labels(probabilities)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Give the accuracy; y as for ``fit``."""
        if self.target_type_ == "multilabel-indicator" and self._is_one_hot():
            y = np.argmax(np.asarray(y), axis=1)
        return float(super().score(X, y, sample_weight))


class KerasRegressor(Numbers, KerasEstimator):
    """A regressor around a function that builds a model.

    Trained on rows X of shape ``(rows, ...)`` and numbers y, ``(rows,)`` or ``(rows, outputs)``.

    Attributes:
        model_: the trained model.
        history_: dictionary of loss and metrics, one number an epoch.

    Raises:
        ValueError: a parameter that nothing takes; in ``fit`` data that make no sense.
        TypeError: in ``fit``, a builder that builds no model.

    >>> import numpy as np
    >>> from kerata import Sequential, layers
    >>> net = KerasRegressor(lambda: Sequential([layers.Dense(1)]), optimizer="sgd", epochs=200)
    >>> net = net.set_params(optimizer__learning_rate=0.1)
    >>> X = np.linspace(-1, 1, 32).reshape(-1, 1)
    >>> net.fit(X, 3 * X[:, 0] + 1).predict([[2.0]]).round(2).tolist()
    [7.0]
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **arguments: Any) -> Self:
        """Build and train a model; arguments as for ``KerasClassifier.fit``."""
        going_on = self.warm_start and hasattr(self, "model_")
        return self._fit(X, y, sample_weight, going_on, arguments)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, **arguments: Any) -> Self:
        """Make one pass over some rows, going on from the present weights."""
        arguments = {"epochs": 1, **arguments}
        return self._fit(X, y, sample_weight, hasattr(self, "model_"), arguments)

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, going_on: bool, arguments: dict[str, Any]
    ) -> Self:
        if arguments.get("class_weight", self.class_weight) is not None:
            raise ValueError(
                f"{type(self).__name__}: class_weight is for classifiers, numbers have no "
                "classes: pass fit() a sample_weight, one for each row."
            )
        X, y = self._check_both(X, y, not going_on, numeric=True)
        if not going_on:
            self._learn_numbers(y)
        weights = row_weights(sample_weight, None, count_rows(X))
        return self._learn(X, y, self._targets(y), weights, going_on, arguments)

    def _encoded(self, y: Any) -> np.ndarray:
        return self._targets(np.asarray(y))

    def _for_model(self, model: Any, few: Any, targets: np.ndarray) -> Any:
        units = heads.output_units(model, few)
        if sum(units) != targets.shape[1]:
            raise ValueError(
                f"{type(self).__name__}: y has {targets.shape[1]} columns, but the model's "
                f"outputs have {' + '.join(map(str, units))} units; give the last layer "
                f"{targets.shape[1]}."
            )
        return np.split(targets, np.cumsum(units)[:-1], axis=1) if len(units) > 1 else targets

    def _default_loss(self, model: Any) -> Any:
        return "mse"

    def predict(self, X: Any, **arguments: Any) -> np.ndarray:
        """Give a number, or a row of numbers, for each row of X."""
        outputs = self._outputs(self._check_rows(X), **self._predict_arguments(arguments))
        return self._numbers_from(outputs)
