"""``tf.debugging``: checks of values and shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerata.compat.tensorflow.errors import InvalidArgumentError
from kerata.compat.tensorflow.lacking import lacking
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import type_of


def _known(*values: Any) -> list[np.ndarray] | None:
    """Give the arrays, or None inside a compiled function, where nothing can be checked."""
    arrays = [as_value(v) for v in values]
    if any(isinstance(a, jax.core.Tracer) for a in arrays):
        return None
    return [np.asarray(a) for a in arrays]


def _assert(
    name: str, check: Callable[..., Any], values: tuple[Any, ...], message: str | None
) -> None:
    arrays = _known(*values)
    if arrays is not None and not np.all(check(*arrays)):
        raise InvalidArgumentError(None, None, message or f"tf.debugging.{name} does not hold.")


def assert_equal(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are equal."""
    _assert("assert_equal", lambda a, b: a == b, (x, y), message)


def assert_none_equal(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that no values are equal."""
    _assert("assert_none_equal", lambda a, b: a != b, (x, y), message)


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: Any = None,
    name: Any = None,
) -> None:
    """Check that values are close to each other."""
    tolerance = 10 * np.finfo(np.float32).eps
    _assert(
        "assert_near",
        lambda a, b: np.abs(a - b) <= (atol or tolerance) + (rtol or tolerance) * np.abs(b),
        (x, y),
        message,
    )


def assert_less(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are smaller."""
    _assert("assert_less", lambda a, b: a < b, (x, y), message)


def assert_less_equal(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are not larger."""
    _assert("assert_less_equal", lambda a, b: a <= b, (x, y), message)


def assert_greater(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are larger."""
    _assert("assert_greater", lambda a, b: a > b, (x, y), message)


def assert_greater_equal(
    x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are not smaller."""
    _assert("assert_greater_equal", lambda a, b: a >= b, (x, y), message)


def assert_positive(
    x: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that values are above 0."""
    _assert("assert_positive", lambda a: a > 0, (x,), message)


def assert_non_negative(
    x: Any, message: str | None = None, summarize: Any = None, name: Any = None
) -> None:
    """Check that no value is below 0."""
    _assert("assert_non_negative", lambda a: a >= 0, (x,), message)


def assert_all_finite(x: Any, message: str | None = None, name: Any = None) -> None:
    """Check that values are finite."""
    _assert("assert_all_finite", np.isfinite, (x,), message)


def check_numerics(tensor: Any, message: str, name: Any = None) -> Any:
    """Give the tensor, if its values are finite."""
    _assert("check_numerics", np.isfinite, (tensor,), message)
    return tensor


def Assert(condition: Any, data: Any = None, summarize: Any = None, name: Any = None) -> None:
    """Check that a condition is true."""
    _assert("Assert", lambda c: c, (condition,), None if data is None else f"{data}")


def assert_rank(x: Any, rank: Any, message: str | None = None, name: Any = None) -> None:
    """Check the number of axes."""
    if len(as_value(x).shape) != int(rank):
        raise ValueError(message or f"The tensor has shape {as_value(x).shape}, not rank {rank}.")


def assert_shapes(shapes: Any, *_: Any, message: str | None = None, **__: Any) -> None:
    """Check shapes; equal letters are equal sizes."""
    sizes: dict[str, int] = {}
    for tensor, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        found = Tensor(as_value(tensor.deref() if hasattr(tensor, "deref") else tensor)).shape
        for wanted, size in zip(shape, found, strict=True):
            expected = sizes.setdefault(wanted, size) if isinstance(wanted, str) else wanted
            if expected not in (None, size):
                raise ValueError(message or f"A tensor has shape {found}, expected {shape}.")


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: Any = None) -> None:
    """Check the type."""
    if type_of(as_value(tensor).dtype) != type_of(tf_type):
        raise TypeError(message or f"The tensor is of type {as_value(tensor).dtype}.")


def is_numeric_tensor(tensor: Any) -> bool:
    """Say whether a tensor holds numbers."""
    return isinstance(tensor, Tensor) and tensor.dtype not in ("string", "bool")


def set_log_device_placement(enabled: bool) -> None:
    """Change nothing."""


def enable_check_numerics(*_: Any, **__: Any) -> None:
    """Change nothing: training stops where the loss is no longer finite."""


__getattr__ = lacking(__name__)
