"""Estimators that need no builder: dense networks described by a few numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from kerata.base.arguments import positive_int
from kerata.wrappers.classes import Classes, to_probabilities
from kerata.wrappers.dense_network import Head, dense_network
from kerata.wrappers.estimator import ModelEstimator, joined, pick
from kerata.wrappers.held_out import held_out
from kerata.wrappers.numbers import Numbers
from kerata.wrappers.optimizers import make_optimizer
from kerata.wrappers.weights import class_factors, row_weights


class _Network(ModelEstimator):
    """What the classifier and the regressor share: everything but heads and targets."""

    n_iter_: int
    _input_type = np.float32

    def __init__(
        self,
        hidden: Any = (64, 64),
        *,
        activation: Any = "relu",
        dropout: float = 0.0,
        l2: float = 0.0,
        epochs: int = 100,
        batch_size: int = 32,
        learning_rate: Any = None,
        optimizer: Any = "adam",
        loss: Any = "auto",
        shuffle: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        callbacks: Any = None,
        random_state: Any = None,
        verbose: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.loss = loss
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    # What a subclass says.

    def _heads(self) -> list[Head]:
        raise NotImplementedError

    def _check_targets(self, X: Any, y: Any, reset: bool, classes: Any) -> tuple[Any, Any, Any]:
        """Check the data; give X, what the heads are trained on, and factors of the weights."""
        raise NotImplementedError

    # Training.

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Arguments:
            X: ``(rows, features)``: array, DataFrame, sparse matrix; arrays with more axes
                are flattened.
            y: targets, ``(rows,)`` or ``(rows, outputs)``.
            sample_weight: one number a row, of which only the ratios count.

        Raises:
            ValueError: data or parameters that make no sense.
            FloatingPointError: the loss is no longer a finite number.
        """
        going_on = self.warm_start and hasattr(self, "model_")
        return self._learn(X, y, sample_weight, going_on, self.epochs)

    def _learn(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        going_on: bool,
        epochs: int,
        classes: Any = None,
        early_stopping: bool | None = None,
    ) -> Self:
        self._check_parameters()
        X, targets, factors = self._check_targets(X, y, not going_on, classes)
        weights = row_weights(sample_weight, factors, X.shape[0])
        arguments: dict[str, Any] = {
            "epochs": epochs,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "verbose": self.verbose,
            "callbacks": list(self.callbacks or []),
        }
        seed = self._seed()
        if self.early_stopping if early_stopping is None else early_stopping:
            labels = targets if isinstance(self, Classes) else None
            train, test = held_out(X.shape[0], self.validation_fraction, labels, seed)
            held = (pick(X, test), self._for_heads(pick(targets, test)), pick(weights, test))
            arguments["validation_data"] = held
            arguments["callbacks"].append(self._stopping())
            X, targets, weights = (pick(part, train) for part in (X, targets, weights))
        with self._randomness(self.n_iter_ if going_on else 0):
            model = self.model_ if going_on else self._compiled_network(X.shape[1:])
            history = self._train(model, X, self._for_heads(targets), weights, arguments).history
        self.model_ = model
        self.history_ = joined(self.history_, history) if going_on else history
        self.n_iter_ = len(self.history_["loss"])
        return self

    def _for_heads(self, targets: np.ndarray) -> Any:
        """Split targets into a list with one entry a head where there are several."""
        return [*targets.T] if len(self._heads()) > 1 else targets

    def _compiled_network(self, shape: tuple[int, ...]) -> Any:
        widths = (self.hidden,) if np.ndim(self.hidden) == 0 else tuple(self.hidden)
        heads = self._heads()
        network = dense_network(shape, widths, self.activation, self.dropout, self.l2, heads)
        losses = [head.loss if self.loss == "auto" else self.loss for head in heads]
        network.compile(
            make_optimizer(self.optimizer, {"learning_rate": self.learning_rate}),
            losses if len(losses) > 1 else losses[0],
        )
        return network

    def _stopping(self) -> Any:
        from kerata.callbacks import EarlyStopping

        return EarlyStopping("val_loss", patience=self.patience, restore_best_weights=True)

    def _check_parameters(self) -> None:
        owner = type(self).__name__
        widths = [self.hidden] if np.ndim(self.hidden) == 0 else list(self.hidden)
        for width in widths:
            positive_int(owner, "hidden", width)
        positive_int(owner, "epochs", self.epochs)
        positive_int(owner, "batch_size", self.batch_size)
        positive_int(owner, "patience", self.patience)
        for name, limit in (("dropout", 1.0), ("l2", np.inf)):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or not 0 <= value < limit:
                bound = f" and below {limit:g}" if limit < np.inf else ""
                raise ValueError(f"{owner}: {name} must be at least 0{bound}, got {value!r}.")

    @property
    def loss_curve_(self) -> list[float]:
        """The training loss after each epoch."""
        return list(self.history_["loss"])


class NetworkClassifier(Classes, _Network):
    """A dense network that tells classes apart.

    Trained on rows X of shape ``(rows, features)`` and labels y, ``(rows,)`` numbers or strings,
    or ``(rows, outputs)``.

    Arguments:
        hidden: int or sequence of ints, widths of the hidden layers, ``(64, 64)`` by default;
            ``()`` for a linear model.
        activation: name or function of the hidden layers, ``'relu'`` by default.
        dropout: float from 0 to below 1, share of each hidden layer's outputs that is dropped in
            training; 0 by default.
        l2: float of at least 0, strength of the penalty on squared weights; 0 by default.
        epochs: int, passes over the data, 100 by default.
        batch_size: int, rows in a step, 32 by default.
        learning_rate: float; None (the optimizer's own) by default.
        optimizer: name, class, config or object, ``'adam'`` by default; an object is not trained
            itself.
        loss: name or ``Loss``; ``'auto'`` (the default) is cross-entropy.
        shuffle: bool, whether rows come in a new order each epoch; True by default.
        early_stopping: bool, whether to hold rows out and stop, with the best epoch's weights,
            when their loss has not improved for ``patience`` epochs; False by default.
        validation_fraction: float between 0 and 1, share of the rows held out;
            0.1 by default; of each class alike where that is possible.
        patience: int, 10 by default; see ``early_stopping``.
        warm_start: bool, whether ``fit`` goes on from the present weights; False by default.
        class_weight: ``'balanced'`` or a dictionary ``{label: weight}``; None by default.
        callbacks: callbacks of ``Model.fit``; None by default.
        random_state: int for reproducible results; None by default.
        verbose: 0 (the default) silent, 1 a progress bar, 2 a line an epoch.

    Attributes:
        model_: the trained model.
        classes_: array of the labels, in the order of ``predict_proba``'s columns.
        history_: dictionary of losses, one number an epoch.
        n_iter_: epochs trained.

    Raises:
        ValueError: in ``fit``, data or parameters that make no sense.
        FloatingPointError: in ``fit``, a loss that is no longer a finite number.

    >>> import numpy as np
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), ["cold", "cold", "warm", "warm"]
    >>> net = NetworkClassifier(hidden=8, learning_rate=0.1, random_state=0).fit(X, y)
    >>> net.predict([[-3.0], [3.0]]).tolist()
    ['cold', 'warm']
    """

    def __init__(
        self,
        hidden: Any = (64, 64),
        *,
        activation: Any = "relu",
        dropout: float = 0.0,
        l2: float = 0.0,
        epochs: int = 100,
        batch_size: int = 32,
        learning_rate: Any = None,
        optimizer: Any = "adam",
        loss: Any = "auto",
        shuffle: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        class_weight: Any = None,
        callbacks: Any = None,
        random_state: Any = None,
        verbose: Any = 0,
    ) -> None:
        given = {name: value for name, value in locals().items() if name in _SHARED}
        super().__init__(**given)
        self.class_weight = class_weight

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Make one pass over some rows, going on from the present weights.

        Arguments:
            classes: all labels there are; needed at the first call if y lacks some.
        """
        going_on = hasattr(self, "model_")
        return self._learn(X, y, sample_weight, going_on, 1, classes, early_stopping=False)

    def _check_targets(self, X: Any, y: Any, reset: bool, classes: Any) -> tuple[Any, Any, Any]:
        X, y = self._check_both(X, y, reset, numeric=False)
        if reset:
            self._learn_classes(y, classes)
        return X, self._numbers(y), class_factors(self.class_weight, y, self.classes_)

    def _heads(self) -> list[Head]:
        if self.target_type_ == "multilabel-indicator":
            return [Head(self.n_outputs_, "sigmoid", "binary_crossentropy")]
        return [_class_head(n) for n in np.atleast_1d(self.n_classes_)]

    def predict_proba(self, X: Any, **arguments: Any) -> Any:
        """Give probabilities; see ``Classes.predict_proba``."""
        outputs = self._outputs(self._check_rows(X), **arguments)
        if self.target_type_ == "multilabel-indicator":
            return outputs
        if self.n_outputs_ == 1:
            return to_probabilities(outputs, self.n_classes_)
        parts = outputs if isinstance(outputs, list) else [outputs]
        return [to_probabilities(o, n) for o, n in zip(parts, self.n_classes_, strict=True)]


class NetworkRegressor(Numbers, _Network):
    """A dense network that predicts numbers.

    Trained on rows X of shape ``(rows, features)`` and numbers y, ``(rows,)`` or
    ``(rows, outputs)``.

    Arguments:
        hidden: int or sequence of ints, widths of the hidden layers, ``(64, 64)`` by default;
            ``()`` for a linear model.
        activation: name or function of the hidden layers, ``'relu'`` by default.
        dropout: float from 0 to below 1, share of each hidden layer's outputs that is dropped in
            training; 0 by default.
        l2: float of at least 0, strength of the penalty on squared weights; 0 by default.
        epochs: int, passes over the data, 100 by default.
        batch_size: int, rows in a step, 32 by default.
        learning_rate: float; None (the optimizer's own) by default.
        optimizer: name, class, config or object, ``'adam'`` by default; an object is not trained
            itself.
        loss: name or ``Loss``; ``'auto'`` (the default) is the mean squared error.
        shuffle: bool, whether rows come in a new order each epoch; True by default.
        early_stopping: bool, whether to hold rows out and stop, with the best epoch's weights,
            when their loss has not improved for ``patience`` epochs; False by default.
        validation_fraction: float between 0 and 1, share of the rows held out;
            0.1 by default.
        patience: int, 10 by default; see ``early_stopping``.
        warm_start: bool, whether ``fit`` goes on from the present weights; False by default.
        callbacks: callbacks of ``Model.fit``; None by default.
        random_state: int for reproducible results; None by default.
        verbose: 0 (the default) silent, 1 a progress bar, 2 a line an epoch.

    Attributes:
        model_: the trained model.
        history_: dictionary of losses, one number an epoch.
        n_iter_: epochs trained.

    Raises:
        ValueError: in ``fit``, data or parameters that make no sense.
        FloatingPointError: in ``fit``, a loss that is no longer a finite number.

    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 64).reshape(-1, 1)
    >>> net = NetworkRegressor(hidden=16, learning_rate=0.02, random_state=0).fit(X, X[:, 0] ** 2)
    >>> net.score(X, X[:, 0] ** 2) > 0.9
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Make one pass over some rows, going on from the present weights."""
        going_on = hasattr(self, "model_")
        return self._learn(X, y, sample_weight, going_on, 1, early_stopping=False)

    def _check_targets(self, X: Any, y: Any, reset: bool, classes: Any) -> tuple[Any, Any, Any]:
        X, y = self._check_both(X, y, reset, numeric=True)
        if reset:
            self._learn_numbers(y)
        return X, self._targets(y), None

    def _heads(self) -> list[Head]:
        return [Head(self.n_outputs_, None, "mse")]

    def predict(self, X: Any, **arguments: Any) -> np.ndarray:
        """Give a number, or a row of numbers, for each row of X."""
        return self._numbers_from(self._outputs(self._check_rows(X), **arguments))


_SHARED = frozenset(_Network().get_params())


def _class_head(classes: int) -> Head:
    if classes <= 2:
        return Head(1, "sigmoid", "binary_crossentropy")
    return Head(int(classes), "softmax", "sparse_categorical_crossentropy")
