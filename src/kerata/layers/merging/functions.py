"""The merging layers as functions: ``add([a, b])`` is ``Add()([a, b])``."""

from __future__ import annotations

from typing import Any

from kerata.layers.merging.concatenate import Concatenate
from kerata.layers.merging.dot import Dot
from kerata.layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract


def add(inputs: Any, **kwargs: Any) -> Any:
    """Add arrays of one list, whose shapes broadcast.

    Arguments, result and any ValueError are those of ``Add(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> add([np.ones((1, 1)), np.ones((1, 1))]).tolist()
    [[2.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """Subtract the second of two arrays, whose shapes broadcast, from the first.

    Arguments, result and any ValueError are those of ``Subtract(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> subtract([np.ones((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Multiply arrays of one list, whose shapes broadcast.

    Arguments, result and any ValueError are those of ``Multiply(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> multiply([2 * np.ones((1, 1)), 2 * np.ones((1, 1))]).tolist()
    [[4.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Average arrays of one list, whose shapes broadcast.

    Arguments, result and any ValueError are those of ``Average(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> average([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Take the largest of arrays at each place; their shapes broadcast.

    Arguments, result and any ValueError are those of ``Maximum(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> maximum([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[1.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Take the smallest of arrays at each place; their shapes broadcast.

    Arguments, result and any ValueError are those of ``Minimum(**kwargs)(inputs)``.

    >>> import numpy as np
    >>> minimum([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0]]
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Put arrays of one list side by side along an axis, where alone their shapes differ.

    Arguments, result and any ValueError are those of ``Concatenate(axis, **kwargs)(inputs)``.

    >>> import numpy as np
    >>> concatenate([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0, 1.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Multiply two arrays of shape ``(batch, ...)`` row by row and sum along axes.

    Arguments, result and any ValueError are those of ``Dot(axes, **kwargs)(inputs)``.

    >>> import numpy as np
    >>> dot([np.ones((1, 3)), np.ones((1, 3))], axes=1).tolist()
    [[3.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
