"""Penalties on weights and activities."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.configurable import Configurable
from kerata.base.eager import asked
from kerata.ops.symbolic_call import as_tensor


class Regularizer(Configurable):
    """Base class of regularizers: a subclass defines ``__call__(self, x) -> scalar``.

    >>> class Peak(Regularizer):
    ...     def __call__(self, x):
    ...         return abs(x).max()
    >>> float(Peak()(jnp.array([1.0, -3.0])))
    3.0
    """

    def __call__(self, x: Any) -> jax.Array:
        """Give the penalty, a scalar that is added to the loss."""
        # Keras's base class penalises nothing.
        return jnp.zeros((), as_tensor(x).dtype)


class L1(Regularizer):
    """Sum of absolute values, times ``l1``.

    Arguments:
        l1: strength, not negative; may be a traced scalar.

    Raises:
        ValueError: a strength that is negative or not finite.

    >>> float(L1(0.5)(jnp.array([1.0, -3.0])))
    2.0
    """

    _traced: ClassVar[tuple[str, ...]] = ("l1",)

    def __init__(self, l1: Any = 0.01) -> None:
        self.l1 = _strength(0.01 if l1 is None else l1, "l1")

    @asked
    def __call__(self, x: Any) -> jax.Array:
        """Give the penalty."""
        return _l1(self.l1, as_tensor(x))


class L2(Regularizer):
    """Sum of squares, times ``l2``.

    Arguments:
        l2: strength, not negative; may be a traced scalar.

    Raises:
        ValueError: a strength that is negative or not finite.

    >>> float(L2(0.5)(jnp.array([1.0, -3.0])))
    5.0
    """

    _traced: ClassVar[tuple[str, ...]] = ("l2",)

    def __init__(self, l2: Any = 0.01) -> None:
        self.l2 = _strength(0.01 if l2 is None else l2, "l2")

    @asked
    def __call__(self, x: Any) -> jax.Array:
        """Give the penalty."""
        return _l2(self.l2, as_tensor(x))


class L1L2(Regularizer):
    """Sum of absolute values times ``l1`` plus sum of squares times ``l2``.

    Arguments:
        l1, l2: strengths, not negative; may be traced scalars.

    Raises:
        ValueError: a strength that is negative or not finite.

    >>> float(L1L2(0.5, 0.5)(jnp.array([1.0, -3.0])))
    7.0
    """

    _traced: ClassVar[tuple[str, ...]] = ("l1", "l2")

    def __init__(self, l1: Any = 0.0, l2: Any = 0.0) -> None:
        self.l1 = _strength(0.0 if l1 is None else l1, "l1")
        self.l2 = _strength(0.0 if l2 is None else l2, "l2")

    @asked
    def __call__(self, x: Any) -> jax.Array:
        """Give the penalty."""
        x = as_tensor(x)
        return _l1(self.l1, x) + _l2(self.l2, x)


class OrthogonalRegularizer(Regularizer):
    """Mean absolute cosine between the rows (or columns) of a matrix, times ``factor``.

    Arguments:
        factor: strength, not negative; may be a traced scalar.
        mode: ``'rows'`` or ``'columns'``.

    Raises:
        ValueError: a bad strength or mode; called with something that isn't a matrix.

    >>> float(OrthogonalRegularizer(0.5)(jnp.eye(3)))
    0.0
    """

    _traced: ClassVar[tuple[str, ...]] = ("factor",)

    def __init__(self, factor: Any = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"OrthogonalRegularizer's mode must be 'rows' or 'columns', got mode={mode!r}."
            )
        self.factor = _strength(factor, "factor")
        self.mode = mode

    @asked
    def __call__(self, inputs: Any) -> jax.Array:
        """Give the penalty."""
        x = as_tensor(inputs)
        if x.ndim != 2:
            raise ValueError(
                f"OrthogonalRegularizer takes a matrix, got an array of shape {x.shape}."
            )
        vectors = x if self.mode == "rows" else x.T
        norms = jnp.sqrt(jnp.maximum(jnp.sum(vectors**2, axis=1, keepdims=True), 1e-14))
        vectors = vectors / norms
        n = len(vectors)
        cosines = (vectors @ vectors.T) * (1.0 - jnp.eye(n, dtype=x.dtype))
        pairs = n * (n - 1) / 2
        # Every pair stands twice in the matrix, hence the half.
        return jnp.asarray(self.factor, x.dtype) * 0.5 * jnp.sum(jnp.abs(cosines)) / pairs


def _l1(strength: Any, x: jax.Array) -> jax.Array:
    return jnp.asarray(strength, x.dtype) * jnp.sum(jnp.abs(x))


def _l2(strength: Any, x: jax.Array) -> jax.Array:
    return jnp.asarray(strength, x.dtype) * jnp.sum(jnp.square(x))


def _strength(value: Any, name: str) -> Any:
    """Check a strength that is known now; a traced one is taken as it is."""
    if isinstance(value, jax.Array):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise ValueError(f"{name} must be a number of at least 0, got {name}={value!r}.")
    return number
