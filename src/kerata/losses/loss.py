"""What every loss has in common."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import Any, Self

import jax
import jax.numpy as jnp

from kerata.base.configurable import Configurable
from kerata.base.dtypes import DTypePolicy, dtype_name
from kerata.base.eager import asked
from kerata.base.messages import printable
from kerata.base.naming import auto_name
from kerata.base.origin import is_own_class
from kerata.base.registry import deserialize, serialize
from kerata.base.scope import Scope, current_scope, get_mask
from kerata.losses.names import namespace
from kerata.losses.options import check_options
from kerata.losses.ranks import as_numbers, match_ranks
from kerata.losses.reduction import check_reduction, reduce_weighted_values


class Loss(Configurable):
    """Base of all losses; a subclass defines ``call(y_true, y_pred)``.

    Called with targets of shape ``(batch, ...)``, predictions, and weights of shape ``(batch,)`` or
    that of the unreduced losses; gives a scalar, or the losses themselves without reduction.

    Arguments:
        name: string, by default the class's name in snake case.
        reduction: how the losses of a batch become one number: ``'sum_over_batch_size'``
            (the default) or ``'mean'`` (sum over their number), ``'mean_with_sample_weight'``
            (over the sum of weights), ``'sum'``, or ``'none'`` / None (no reduction).
        dtype: type to compute in, by default ``floatx()``.

    Raises:
        ValueError: an unknown reduction; a name that is no string or has a '/'.

    Example:

    >>> class Doubled(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return 2.0 * abs(y_true - y_pred)
    >>> float(Doubled()([1.0, 2.0], [1.0, 4.0]))
    2.0
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = auto_name(type(self).__name__) if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(f"A loss's name must be a string without '/', got name={name!r}.")
        self.reduction = check_reduction(reduction)
        self._dtype = compute_dtype(dtype)

    @property
    def dtype(self) -> str:
        """Short name of the type the loss is computed in."""
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute a loss for each sample, before weights and reduction."""
        raise NotImplementedError(
            f"{type(self).__name__} has no call() method; define call(self, y_true, y_pred)."
        )

    @asked
    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        """Compute the loss of a batch.

        Arguments:
            y_true: targets, shape ``(batch, ...)``.
            y_pred: predictions; a mask that layers attached to them is applied.
            sample_weight: weights, shape ``(batch,)`` or that of the unreduced losses.

        Returns:
            A scalar, or the unreduced losses if ``reduction`` is ``'none'``.
        """
        mask = get_mask(y_pred)
        # Masks that call() attaches to traced arrays are kept in a scope.
        with contextlib.nullcontext() if current_scope() else Scope():
            losses = self.call(self._as_arrays("y_true", y_true), self._as_arrays("y_pred", y_pred))
            own_mask = get_mask(losses)
        if own_mask is not None:
            mask = own_mask if mask is None else jnp.asarray(mask, bool) & own_mask
        return reduce_weighted_values(losses, sample_weight, mask, self.reduction, self.dtype)

    def _as_arrays(self, name: str, tree: Any) -> Any:
        owner, leaves = f"Loss {self.name!r}", jax.tree.leaves(tree)
        if not leaves or all(isinstance(x, (int, float)) for x in leaves):  # nested numbers
            return as_numbers(owner, name, tree, self.dtype)
        return jax.tree.map(lambda x: as_numbers(owner, name, x, self.dtype), tree)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, without ``dtype`` as in Keras."""
        config = config_of(self, Loss, name=self.name, reduction=self.reduction)
        config.pop("dtype", None)
        return config


class LossFunctionWrapper(Loss):
    """A loss made of a function.

    Arguments:
        fn: function ``(y_true, y_pred, **kwargs)`` that takes arrays of shape ``(batch, ...)`` and
            gives a loss for each sample.
        reduction: as in ``Loss``, ``'sum_over_batch_size'`` by default.
        name: string, by default ``'loss_function_wrapper'``.
        dtype: as in ``Loss``, ``floatx()`` by default.
        **kwargs: further arguments of the function; they become attributes.

    Raises:
        ValueError: an unknown reduction.

    >>> loss = LossFunctionWrapper(lambda t, p, power: abs(t - p) ** power, power=2)
    >>> float(loss([0.0, 0.0], [1.0, 3.0]))
    5.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        check_options(type(self).__name__, fn, kwargs)
        self._fn_names = tuple(kwargs)
        # As attributes, so that training can put traced values in their place.
        for key, value in kwargs.items():
            setattr(self, key, value)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Call the function on arrays of matched ranks."""
        pairs = jax.tree.map(match_ranks, y_true, y_pred)
        y_true, y_pred = (jax.tree.map(lambda _, pair, i=i: pair[i], y_true, pairs) for i in (0, 1))
        return self.fn(y_true, y_pred, **{key: getattr(self, key) for key in self._fn_names})

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, the function's own included."""
        return {
            **super().get_config(),
            **{key: serialize(getattr(self, key)) for key in self._fn_names},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build a loss from what ``get_config`` gave."""
        config = dict(config)
        if "fn" in config:
            config["fn"] = deserialize(config["fn"], namespace=namespace)
        return cls(**config)

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} name={self.name}, reduction={self.reduction}>")


def compute_dtype(dtype: Any) -> str:
    """Give the type to compute in for a ``dtype`` argument: a name, type, policy or None."""
    if hasattr(dtype, "compute_dtype"):
        return str(dtype.compute_dtype)
    return DTypePolicy(dtype if isinstance(dtype, str) else dtype_name(dtype)).compute_dtype


def config_of(obj: Configurable, root: type, **base: Any) -> dict[str, Any]:
    """Give the arguments that rebuild an object, the base class's from its attributes.

    A user's ``get_config`` adds its own arguments to the base class's, so it gets only those.
    """
    parameters = inspect.signature(type(obj).__init__).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    config = {key: value for key, value in base.items() if open_ended or key in parameters}
    maker = next(c for c in type(obj).__mro__ if "get_config" in vars(c))
    own = maker is root or is_own_class(maker)
    return {**Configurable.get_config(obj), **config} if own else config
