"""What ``KerasClassifier`` and ``KerasRegressor`` share: arguments sent where they belong."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from kerata.losses.names import namespace as losses
from kerata.models import Model
from kerata.wrappers import routing
from kerata.wrappers.blueprint import fresh_copy
from kerata.wrappers.estimator import ModelEstimator, few_rows, is_several, joined
from kerata.wrappers.optimizers import make_optimizer

_OF_FIT = (
    "epochs",
    "batch_size",
    "validation_split",
    "validation_batch_size",
    "shuffle",
    "verbose",
)

_FACTS = (
    "n_features_in_",
    "feature_names_in_",
    "classes_",
    "n_classes_",
    "n_outputs_",
    "target_type_",
)


class KerasEstimator(ModelEstimator):
    """Base of both: a builder, its parameters, and those of ``compile``, ``fit``, ``predict``."""

    def __init__(
        self,
        model: Any = None,
        build_fn: Any = None,
        *,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        epochs: int = 1,
        batch_size: int | None = None,
        validation_split: float = 0.0,
        validation_batch_size: int | None = None,
        shuffle: bool = True,
        callbacks: Any = None,
        class_weight: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: Any = 0,
        **parameters: Any,
    ) -> None:
        """Keep the parameters; nothing is built before ``fit``.

        Arguments:
            model: function that builds a model, compiled or not, and takes parameters by name;
                or a ready model, of which each ``fit`` trains a copy with fresh weights (its
                only parameter is ``hidden_size``, the width of its hidden Dense layers).
                A builder that names ``X``, ``y``, ``meta`` or ``compile_kwargs`` is given them.
            build_fn: the old name of ``model``.
            optimizer, loss, metrics: given to a builder that names them, else to ``compile``; None
                by default: the builder's own, or RMSprop, and cross-entropy or the mean squared
                error.
            epochs: int, passes over the data, 1 by default.
            batch_size: int, rows in a step; None (``Model.fit``'s own) by default.
            validation_split: float from 0 to 1, share of the rows held out; 0 by default.
            validation_batch_size: int, rows in a validation step; ``batch_size`` by default.
            shuffle: bool, whether rows come in a new order each epoch; True by default.
            callbacks: objects or classes; None by default.
            class_weight: ``'balanced'`` or a dictionary of labels or class numbers, for
                classifiers; None by default.
            warm_start: bool, whether ``fit`` goes on from the present weights; False by default.
            random_state: int for reproducible results; None by default.
            verbose: 0 (the default) silent, 1 a progress bar, 2 a line an epoch.
            **parameters: arguments of the builder, of ``compile``, ``fit`` and ``predict``; with
                a prefix (``model__``, ``compile__``, ``fit__``, ``predict__``) for one of them
                alone; ``optimizer__``, ``loss__`` and ``callbacks__`` for what is made of names
                and classes.

        Raises:
            ValueError: a parameter that nothing takes.
        """
        self.model = model
        self.build_fn = build_fn
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.validation_batch_size = validation_batch_size
        self.shuffle = shuffle
        self.callbacks = callbacks
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        if parameters:
            self._check_names(parameters)
            # Parameters of the builder become attributes, as scikit-learn's are.
            self.__dict__.update(parameters)

    # Parameters --------------------------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give all parameters, those for the builder and with prefixes included."""
        return super().get_params(deep) | self._further()

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those for the builder and with prefixes included.

        Raises:
            ValueError: a name that nothing takes.
        """
        own = self._get_param_names()
        for name in own:
            if name in params:
                setattr(self, name, params[name])
        further = {name: value for name, value in params.items() if name not in own}
        self._check_names(further)
        self.__dict__.update(further)
        return self

    def _further(self) -> dict[str, Any]:
        own = self._get_param_names()
        return {
            k: v
            for k, v in vars(self).items()
            if k not in own and not k.startswith("_") and not k.endswith("_")
        }

    def _check_names(self, names: Iterable[str]) -> None:
        builder = self._builder()
        if builder is None or callable(builder):
            known = self._get_param_names()
            routing.check_names(type(self).__name__, names, builder, known)

    def _builder(self) -> Any:
        """Give the function or model; a subclass may be its own builder, as in Keras 2."""
        for given in (self.model, self.build_fn):
            if given is not None:
                return given
        return self if callable(self) else None

    # Building ----------------------------------------------------------------------------

    def _new_model(self, facts: dict[str, Any]) -> Any:
        """Build a model and compile it if the builder did not, or if asked for otherwise.

        Raises:
            TypeError: no builder, or one that builds no model.
        """
        builder = self._builder()
        owner = type(self).__name__
        if not callable(builder):
            raise TypeError(
                f"{owner} needs model=..., a function that builds a model or a model itself, "
                f"got {builder!r}."
            )
        parameters = self.get_params(deep=False)
        compiling = {k: parameters[k] for k in routing.COMPILE if parameters.get(k) is not None}
        compiling |= routing.part(parameters, "compile")
        meta = self._meta(facts["X"])
        offered = {**meta, **facts, "compile_kwargs": compiling, "meta": meta}
        arguments = routing.for_builder(builder, parameters, self._further(), offered)
        if isinstance(builder, Model):
            model = fresh_copy(builder, **arguments)
        else:
            function = builder.__call__ if builder is self else builder
            model = function(**arguments)
        if not isinstance(model, Model):
            raise TypeError(
                f"{owner}: the builder must give a model, got {model!r} of type "
                f"{type(model).__name__}; does it end with `return model`?"
            )
        passed = "compile_kwargs" in arguments
        left = {} if passed else {k: v for k, v in compiling.items() if k not in arguments}
        self._compile(model, left, parameters)
        return model

    def _compile(self, model: Any, given: dict[str, Any], parameters: dict[str, Any]) -> None:
        of_optimizer = routing.part(parameters, "optimizer")
        of_loss = routing.part(parameters, "loss")
        if model.compiled and not (given or of_optimizer or of_loss):
            return
        now = dict(model._compiled or {})
        arguments = {**now, "run_eagerly": model.run_eagerly, **given}
        arguments["optimizer"] = make_optimizer(
            given.get("optimizer") or model.optimizer or "rmsprop", of_optimizer
        )
        if of_loss:
            arguments["loss"] = _make_loss(arguments.get("loss"), of_loss)
        arguments["loss"] = arguments.get("loss") or self._default_loss(model)
        model.compile(**arguments)

    def _default_loss(self, model: Any) -> Any:
        raise NotImplementedError

    # Training ----------------------------------------------------------------------------

    def _fit_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Join the arguments of ``fit``: the estimator's, prefixed ones, those of the call."""
        parameters = self.get_params(deep=False)
        arguments = {name: parameters[name] for name in _OF_FIT}
        further = self._further()
        arguments |= {k: v for k, v in further.items() if k in routing.FIT}
        arguments |= routing.part(parameters, "fit") | given
        callbacks = arguments.get("callbacks", self.callbacks)
        arguments["callbacks"] = _make_callbacks(callbacks, routing.part(parameters, "callbacks"))
        return arguments

    def _learn(
        self, X: Any, y: Any, targets: Any, weights: Any, going_on: bool, given: dict[str, Any]
    ) -> Self:
        """Build a model unless training goes on, train it, and keep what came out."""
        routing.check_fit_names(given)
        passed = len(self.history_.get("loss", ())) if going_on else 0
        with self._randomness(passed):
            model = self.model_ if going_on else self._new_model({"X": X, "y": y})
            targets = self._for_model(model, few_rows(X), targets)
            arguments = self._fit_arguments(given)
            if arguments.get("validation_data") is not None:
                x, labels, *weight = arguments["validation_data"]
                validation = self._for_model(model, few_rows(X), self._encoded(labels))
                arguments["validation_data"] = (x, validation, *weight)
            history = self._train(model, X, targets, weights, arguments).history
        self.model_ = model
        self.history_ = joined(self.history_, history) if going_on else history
        return self

    def _meta(self, X: Any) -> dict[str, Any]:
        """Say what a builder may want to know of the data, under scikit-learn's names."""
        known = {name: getattr(self, name) for name in _FACTS if hasattr(self, name)}
        shapes = {} if is_several(X) else {"X_shape_": X.shape, "X_dtype_": X.dtype}
        return known | shapes

    def _encoded(self, y: Any) -> np.ndarray:
        """Turn y into what ``_for_model`` takes."""
        raise NotImplementedError

    def _for_model(self, model: Any, few: Any, targets: Any) -> Any:
        """Bring checked targets into the form that the model's outputs and losses want.

        Arguments:
            few: a few rows of X, from which a model that is not built learns its shapes.
        """
        raise NotImplementedError

    def _predict_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        parameters = self.get_params(deep=False)
        further = {k: v for k, v in self._further().items() if k in routing.PREDICT}
        if self.batch_size is not None:
            further["batch_size"] = self.batch_size
        return further | routing.part(parameters, "predict") | given


def _make_loss(given: Any, arguments: dict[str, Any]) -> Any:
    """Make a loss object of a name or class with these arguments."""
    if isinstance(given, str):
        wanted = given.replace("_", "").lower()
        classes = [c for c in losses.objects.values() if inspect.isclass(c)]
        found = [c for c in classes if c.__name__.lower() == wanted]
        given = found[0] if found else losses.lookup(given)
    if inspect.isclass(given):
        return given(**arguments)
    if hasattr(given, "get_config"):
        return type(given).from_config({**given.get_config(), **arguments})
    raise TypeError(
        f"loss__{next(iter(arguments))} needs a loss that takes arguments: its class or the "
        f"name of a class, got {given!r}."
    )


def _make_callbacks(given: Any, arguments: dict[str, Any]) -> list[Any]:
    """Make callbacks of classes; objects stay."""
    several = list(given) if isinstance(given, (list, tuple)) else [given]
    return [c(**arguments) if inspect.isclass(c) else c for c in several if c is not None]
