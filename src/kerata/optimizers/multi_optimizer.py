"""Several optimizers in one, each for some of the weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Self

from kerata.base.custom_objects import custom_object_scope
from kerata.base.registry import deserialize, serialize
from kerata.base.variable import Variable
from kerata.optimizers.loss_scale_optimizer import LossScaleOptimizer
from kerata.optimizers.optimizer import Optimizer


class OptimizerMap(MutableMapping[str, Optimizer]):
    """Says by the paths of weights which optimizer changes them.

    A path is looked up as it is; if it is not there, the keys are regular expressions of
    which one must match the whole path; if none does, the default optimizer is meant. The shape
    and dtype of a weight do not count.

    Arguments:
        default_optimizer: the ``Optimizer`` of all other weights.
        optimizer_map: dictionary from string to ``Optimizer``, None by default.

    Raises:
        TypeError: a default that is no optimizer; a map that is no dictionary.
        ValueError: a key that is there already; several expressions that match.

    >>> from kerata.optimizers import SGD, Adam
    >>> chosen = OptimizerMap(SGD(), {"encoder/.*": Adam()})
    >>> [type(chosen[path]).__name__ for path in ("encoder/dense/kernel", "head/kernel")]
    ['Adam', 'SGD']

    Source: Howard & Ruder 2018, Universal language model fine-tuning (arXiv:1801.06146), 3.2.
    """

    def __init__(
        self,
        default_optimizer: Optimizer,
        optimizer_map: dict[str, Optimizer] | None = None,
    ) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                "OptimizerMap: default_optimizer must be an optimizer object, "
                f"got {default_optimizer!r}."
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(
                f"OptimizerMap: optimizer_map must be a dictionary, got {optimizer_map!r}."
            )
        self._default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer of weights that no key names."""
        return self._default_optimizer

    def __call__(self, variable: Variable) -> Optimizer:
        """Give the optimizer of a weight."""
        return self[variable.path]

    def __getitem__(self, key: str) -> Optimizer:
        """Give the optimizer for a path."""
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        matching = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"OptimizerMap: the weight {key!r} matches several keys, "
                f"{' and '.join(map(repr, matching))}; make them exclude each other."
            )
        return self._optimizer_map[matching[0]] if matching else self._default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str):
            raise ValueError(f"OptimizerMap: a key must be a string, got {key!r}.")
        if key in self._optimizer_map:
            raise ValueError(f"OptimizerMap has the key {key!r} already; delete it first.")
        check_inner(optimizer, f"the key {key!r}")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild the map and its optimizers."""
        return {
            "default_optimizer": serialize(self._default_optimizer),
            "optimizer_map": serialize(self._optimizer_map),
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Build a map from what ``get_config`` gave."""
        with custom_object_scope(custom_objects or {}):
            return cls(**{name: deserialize(value) for name, value in config.items()})


class MultiOptimizer(Optimizer):
    """Lets several optimizers change the weights, each its own.

    The state is a step count, a learning rate of 0 that nobody uses, and that of the
    optimizers one after the other: arrays of the shape and dtype of each weight.

    Arguments:
        optimizer_map: ``OptimizerMap``, or a function from a weight (``Variable``) to an
            ``Optimizer`` object, the same object for all weights that share one.
        loss_scale_factor: float by which the loss is multiplied and the gradients divided; it
            replaces those of the inner optimizers. None by default.
        name: string, given automatically if left out.

    Attributes:
        optimizers: the inner optimizers; learning rates are theirs.

    Raises:
        TypeError: ``optimizer_map`` can't be called.
        ValueError: when it is built, if a weight's optimizer is none, or holds others itself.

    >>> from kerata.optimizers import SGD
    >>> slow, fast = SGD(0.1), SGD(1.0)
    >>> weights = [Variable(1.0, name="slow"), Variable(1.0, name="fast")]
    >>> chosen = OptimizerMap(slow, {"fast": fast})
    >>> MultiOptimizer(chosen).apply([1.0, 1.0], weights)
    >>> [round(float(w), 2) for w in weights]
    [0.9, 0.0]

    Source: Howard & Ruder 2018, Universal language model fine-tuning (arXiv:1801.06146), 3.2.
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        if not callable(optimizer_map):
            raise TypeError(
                "MultiOptimizer: optimizer_map must be an OptimizerMap or a function from a weight "
                f"to an optimizer, got {optimizer_map!r}."
            )
        self._inner_optimizers: list[Optimizer] = []
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._include(optimizer, "the default")

    def _include(self, optimizer: Optimizer, where: str) -> int:
        check_inner(optimizer, where)
        for number, known in enumerate(self._inner_optimizers):
            if known is optimizer:
                return number
        optimizer.loss_scale_factor = self.loss_scale_factor
        self._inner_optimizers.append(optimizer)
        return len(self._inner_optimizers) - 1

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state of the inner optimizers, each for its weights."""
        if self.built:
            return
        variables = list(variables)
        self._whose = [self._include(self._optimizer_map(v), repr(v.path)) for v in variables]
        for number, optimizer in enumerate(self._inner_optimizers):
            own = [v for v, whose in zip(variables, self._whose, strict=True) if whose == number]
            if own:
                optimizer.build(own)
        super().build(variables)

    @property
    def optimizers(self) -> list[Optimizer]:
        """The inner optimizers."""
        return self._inner_optimizers

    @property
    def variables(self) -> list[Variable]:
        """The own state, then that of the inner optimizers."""
        return [*self._variables, *(v for o in self._inner_optimizers for v in o.variables)]

    def _saved_parts(self) -> list[tuple[str, Any]]:
        return [("optimizers", self.optimizers)]

    @property
    def learning_rate(self) -> Any:
        """Not there: the inner optimizers have their own."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own; its optimizers have them: "
            "[o.learning_rate for o in optimizer.optimizers]."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own; set those of its optimizers."
        )

    @property
    def loss_scale_factor(self) -> Any:
        """The factor of the loss, for all inner optimizers."""
        return self.__dict__.get("_loss_scale_factor")

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: Any) -> None:
        self._loss_scale_factor = value
        for optimizer in self._inner_optimizers:
            optimizer.loss_scale_factor = value

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Change the weights by one step of their optimizers."""
        if len(grads) == 0:
            return
        weights = self._known(trainable_variables)
        if len(grads) != len(weights):
            raise ValueError(
                f"MultiOptimizer: got {len(grads)} gradients for {len(weights)} weights; they must "
                "match one to one."
            )
        shares: list[list[tuple[Any, Variable]]] = [[] for _ in self._inner_optimizers]
        for gradient, weight in zip(grads, weights, strict=True):
            shares[self._whose[self._get_variable_index(weight)]].append((gradient, weight))
        for optimizer, share in zip(self._inner_optimizers, shares, strict=True):
            if share:
                optimizer.apply([g for g, _ in share], [w for _, w in share])
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Put moving averages in the place of the weights, where they are kept."""
        for variable in var_list:
            number = self._whose[self._get_variable_index(variable)]
            self._inner_optimizers[number].finalize_variable_values([variable])

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild it with its optimizers."""
        return {
            "optimizer_map": serialize(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Build it and its optimizers from what ``get_config`` gave."""
        with custom_object_scope(custom_objects or {}):
            return cls(**{**config, "optimizer_map": deserialize(config["optimizer_map"])})


def check_inner(optimizer: Any, where: str) -> None:
    """Refuse what can't be one of several optimizers.

    Raises:
        ValueError: no optimizer object, or one that holds others itself.
    """
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"MultiOptimizer: the optimizer for {where} must be an optimizer object, "
            f"got {optimizer!r}."
        )
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            f"MultiOptimizer: the optimizer for {where} is a {type(optimizer).__name__}, which "
            "holds optimizers itself; put a plain one there."
        )
