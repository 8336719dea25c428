"""Keras 3's wrappers: ``SKLearnClassifier``, ``SKLearnRegressor``, ``SKLearnTransformer``."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from kerata.models import Model
from kerata.wrappers import heads
from kerata.wrappers.blueprint import fresh_copy
from kerata.wrappers.classes import Classes, to_probabilities
from kerata.wrappers.estimator import ModelEstimator, count_rows
from kerata.wrappers.numbers import Numbers
from kerata.wrappers.weights import row_weights


class _SKLearnEstimator(ModelEstimator):
    """What the three share: a builder that is given X and y, and training."""

    def __init__(
        self,
        model: Any = None,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        random_state: Any = None,
    ) -> None:
        """Keep the parameters; nothing is built before ``fit``.

        Arguments:
            model: compiled model, of which each ``fit`` trains a copy with fresh weights; or a
                function that takes ``X``, ``y`` and ``model_kwargs`` and gives a compiled model.
            warm_start: bool, whether ``fit`` goes on from the present weights; False by default.
            model_kwargs: dictionary of arguments of the function; None by default.
            fit_kwargs: dictionary of arguments of ``Model.fit``; None by default.
            random_state: int for reproducible results; None by default.
        """
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        return tags

    @property
    def epoch_(self) -> list[int]:
        """Numbers of the epochs trained by the last ``fit``."""
        return list(self.history_.epoch) if hasattr(self, "history_") else []

    def _new_model(self, X: Any, y: Any) -> Any:
        owner = type(self).__name__
        if isinstance(self.model, Model):
            model = fresh_copy(self.model)
        elif callable(self.model):
            model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        else:
            raise TypeError(
                f"{owner} needs model=..., a compiled model or a function of X and y that "
                f"builds one, got {self.model!r}."
            )
        if not isinstance(model, Model):
            raise TypeError(f"{owner}: the builder must give a model, got {model!r}.")
        if not model.compiled or model.loss is None:
            raise RuntimeError(
                f"{owner}: the model must be compiled with an optimizer and a loss; call "
                "model.compile(...) before."
            )
        return model

    def _learn(self, X: Any, y: Any, sample_weight: Any, given: dict[str, Any]) -> Self:
        weights = row_weights(sample_weight, None, count_rows(X))
        going_on = self.warm_start and hasattr(self, "model_")
        with self._randomness():
            model = self.model_ if going_on else self._new_model(X, y)
            arguments = {"verbose": 0, **(self.fit_kwargs or {}), **given}
            self.history_ = self._train(model, X, y, weights, arguments)
        self.model_ = model
        return self

    def _raw(self, X: Any) -> Any:
        return self._outputs(self._check_rows(X))


class SKLearnClassifier(Classes, _SKLearnEstimator):
    """A classifier around a compiled model, or a function that builds one.

    Labels y ``(rows,)`` reach the builder and the model one-hot, as float32 ``(rows, classes)``.

    Attributes:
        model_: the trained model.
        history_: the ``History`` of the last ``fit``.
        classes_: array of the labels, in the order of the model's outputs.

    Raises:
        TypeError: in ``fit``, a ``model`` that is none and builds none.
        RuntimeError: in ``fit``, a model that is not compiled.
        ValueError: in ``fit``, data that make no sense; only one class.

    >>> import numpy as np
    >>> from kerata import Sequential, layers
    >>> def build(X, y, width):
    ...     stack = [layers.Dense(width, "relu"), layers.Dense(y.shape[1], "softmax")]
    ...     model = Sequential(stack)
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> net = SKLearnClassifier(build, model_kwargs={"width": 8}, random_state=0)
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), ["cold", "cold", "warm", "warm"]
    >>> net.fit(X, y, epochs=200).predict([[-9.0], [9.0]]).tolist()
    ['cold', 'warm']
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.classifier_tags.multi_label = False
        tags.target_tags.multi_output = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Self:
        """Train a model.

        Arguments:
            X: ``(rows, features)``, or any other shape that the model takes.
            y: labels, ``(rows,)``.
            sample_weight: one number a row, of which only the ratios count.
            **kwargs: of ``Model.fit``, before ``fit_kwargs``.

        Raises:
            ValueError: data that make no sense; only one class.
            RuntimeError: a model that is not compiled.
        """
        X, y = self._check_both(X, y, True, numeric=False)
        self._learn_classes(y)
        if self.n_outputs_ > 1:
            raise ValueError(
                "SKLearnClassifier takes one label a row (binary or multiclass), got y of type "
                f"{self.target_type_!r}."
            )
        if self.n_classes_ < 2:
            raise ValueError(
                f"y has only one class, {self.classes_.tolist()[0]!r}; two are needed."
            )
        one_hot = np.eye(self.n_classes_, dtype=np.float32)[self._numbers(y)]
        return self._learn(X, one_hot, sample_weight, kwargs)

    def decision_function(self, X: Any) -> np.ndarray:
        """Give the model's outputs ``(rows, classes)``; of two classes how far the second leads."""
        outputs = self._raw(X)
        return outputs[:, 1] - outputs[:, 0] if self.n_classes_ == 2 else outputs

    def predict_proba(self, X: Any, **arguments: Any) -> np.ndarray:
        """Give probabilities ``(rows, classes)``."""
        outputs = self._outputs(self._check_rows(X), **arguments)
        return to_probabilities(heads.as_probabilities(self.model_, outputs), self.n_classes_)


class SKLearnRegressor(Numbers, _SKLearnEstimator):
    """A regressor around a compiled model, or a function that builds one.

    Numbers y, ``(rows,)`` or ``(rows, outputs)``, reach the builder as ``(rows, outputs)``.

    Attributes:
        model_: the trained model.
        history_: the ``History`` of the last ``fit``.

    Raises:
        TypeError: in ``fit``, a ``model`` that is none and builds none.
        RuntimeError: in ``fit``, a model that is not compiled.
        ValueError: in ``fit``, data that make no sense.

    >>> import numpy as np
    >>> from kerata import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(0.3), "mse")
    >>> X = np.linspace(-1, 1, 32).reshape(-1, 1)
    >>> net = SKLearnRegressor(model).fit(X, 3 * X[:, 0], epochs=99)
    >>> net.predict([[2.0]]).round(1).tolist()
    [6.0]
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Self:
        """Train a model; arguments as for ``SKLearnClassifier.fit``."""
        X, y = self._check_both(X, y, True, numeric=True)
        self._learn_numbers(y)
        return self._learn(X, self._targets(y), sample_weight, kwargs)

    def predict(self, X: Any) -> np.ndarray:
        """Give a number, or a row of numbers, for each row of X."""
        return self._numbers_from(self._raw(X))


class SKLearnTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _SKLearnEstimator):
    """A transformer around a compiled model, or a function that builds one.

    Turns rows X ``(rows, features)`` into the model's outputs ``(rows, outputs)``. Without y it
    learns to give X again.

    Attributes:
        model_: the trained model.
        history_: the ``History`` of the last ``fit``.

    Raises:
        TypeError: in ``fit``, a ``model`` that is none and builds none.
        RuntimeError: in ``fit``, a model that is not compiled.
        ValueError: in ``fit``, data that make no sense.

    >>> import numpy as np
    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(2), layers.Dense(3)])
    >>> model.compile("sgd", "mse")
    >>> SKLearnTransformer(model).fit_transform(np.eye(3)).shape
    (3, 3)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, **kwargs: Any) -> Self:
        """Train a model; arguments as for ``SKLearnClassifier.fit``."""
        if y is None:
            X = self._check_alone(X)
            return self._learn(X, X, sample_weight, kwargs)
        X, y = self._check_both(X, y, True, numeric=False)
        return self._learn(X, y.reshape(len(y), -1), sample_weight, kwargs)

    def transform(self, X: Any) -> np.ndarray:
        """Give the model's outputs."""
        return self._raw(X)

    @property
    def _n_features_out(self) -> int:
        return int(self.model_.output_shape[-1])
