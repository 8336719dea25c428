"""What every metric has in common: a state that batches add to, and a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.configurable import Configurable
from kerata.base.eager import asked_apart
from kerata.base.messages import printable
from kerata.base.naming import auto_name
from kerata.base.scope import Scope
from kerata.base.variable import Variable
from kerata.losses.loss import compute_dtype, config_of


class Metric(Configurable):
    """Base of all metrics.

    A subclass makes its state with ``add_variable`` in ``__init__``, changes it in
    ``update_state(y_true, y_pred, sample_weight=None)`` with ``assign``, and computes
    a number (or a dictionary of numbers) from it in ``result()``. Targets and predictions have
    shape ``(batch, ...)``, weights ``(batch,)`` or that of more of the first axes.

    Arguments:
        dtype: type to compute in, by default ``floatx()``.
        name: string, by default the class's name in snake case.

    Raises:
        ValueError: an unknown dtype; a name that is no string.
        RuntimeError: a subclass makes variables before it calls ``super().__init__()``.
        NotImplementedError: a subclass without ``update_state`` or ``result`` is used.

    Example:

    >>> class Largest(Metric):
    ...     def __init__(self, name="largest"):
    ...         super().__init__(name=name)
    ...         self.value = self.add_variable((), "zeros", name="value")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.value.assign(jnp.maximum(self.value.value, jnp.max(y_pred)))
    ...     def result(self):
    ...         return self.value.value
    >>> metric = Largest()
    >>> float(metric([0, 0], jnp.array([1.0, 7.0]))), float(metric([0], jnp.array([3.0])))
    (7.0, 7.0)
    """

    _direction: str | None = None  # 'up' or 'down': which way is better, as in Keras
    _own_variables: list[Variable]
    _own_metrics: list[Metric]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A program's own metric is code of the program.
        if cls.__module__.startswith("kerata."):
            for name in ("update_state", "result"):
                if name in cls.__dict__:
                    setattr(cls, name, asked_apart(cls.__dict__[name]))

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self._dtype = compute_dtype(dtype)
        self._own_variables = []
        self._own_metrics = []
        self.name = auto_name(type(self).__name__) if name is None else name
        if not isinstance(self.name, str):
            raise ValueError(f"A metric's name must be a string, got name={name!r}.")

    @property
    def dtype(self) -> str:
        """Short name of the type the metric is computed in."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state: the metric's own variables, then those of metrics inside it."""
        inner = [v for metric in self._own_metrics for v in metric.variables]
        return [*self._own_variables, *inner]

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = None,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the state.

        Arguments:
            shape: its shape.
            initializer: an initializer or its name; zeros by default.
            dtype: its type, by default ``floatx()``.
            aggregation: how replicas are merged.
            name: its short name.
        """
        self._check_initialised()
        variable = Variable(
            _initializer(initializer),
            shape=tuple(shape),
            dtype=dtype,
            trainable=False,
            aggregation=aggregation,
            synchronization="on_read",
            name=name,
        )
        variable.path = f"{self.name.replace('/', '>')}/{variable.name}"
        self._own_variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the state (older name of ``add_variable``)."""
        if isinstance(shape, str):  # tf.keras: add_weight("total", ...)
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch to the state; subclasses say how."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state() method.")

    def result(self) -> Any:
        """Compute the metric from the state; subclasses say how."""
        raise NotImplementedError(f"{type(self).__name__} has no result() method.")

    def reset_state(self) -> None:
        """Set the state back to zeros."""
        for variable in self.variables:
            variable.assign(jnp.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Set the state back to zeros (older name of ``reset_state``)."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and give the result so far."""
        self._check_initialised()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """Give the state that ``update_state`` makes of a state; the metric keeps its own."""
        return self._stateless(metric_variables, lambda: self.update_state(*args, **kwargs))[1]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """Give the result of a state."""
        return self._stateless(metric_variables, self.result)[0]

    def stateless_reset_state(self) -> list[Any]:
        """Give the state at the start."""
        return self._stateless(self.variables, self.reset_state)[1]

    def _stateless(self, values: Sequence[Any], action: Callable[[], Any]) -> tuple[Any, list[Any]]:
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"Metric {self.name!r} has {len(variables)} variables; "
                f"metric_variables has {len(values)} values."
            )
        pairs = [
            (v, x.value if isinstance(x, Variable) else x)
            for v, x in zip(variables, values, strict=True)
        ]
        with Scope(pairs) as scope:
            result = action()
        return result, [scope.read(v) for v in self.variables]

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments; ``dtype`` as its short name."""
        return config_of(self, Metric, name=self.name, dtype=self.dtype)

    def __setattr__(self, name: str, value: Any) -> None:
        # Variables and metrics kept as attributes belong to the state.
        for part in jax.tree.leaves(value) if isinstance(value, (list, tuple, dict)) else [value]:
            if isinstance(part, (Variable, Metric)):
                self._check_initialised()
                own = self._own_variables if isinstance(part, Variable) else self._own_metrics
                if all(part is not known for known in own):
                    own.append(part)  # type: ignore[arg-type]  # the list is that of its kind
        super().__setattr__(name, value)

    def _check_initialised(self) -> None:
        if "_own_metrics" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() "
                "before it makes variables."
            )

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} name={self.name}>")


def _initializer(identifier: Any) -> Callable[..., Any]:
    if identifier is None or identifier == "zeros":
        return jnp.zeros
    from kerata import initializers  # not needed by the metrics of this library

    return initializers.get(identifier)
