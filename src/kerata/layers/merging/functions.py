"""The merging layers as functions: ``add([a, b])`` is ``Add()([a, b])``."""

from __future__ import annotations

from typing import Any

from kerata.layers.merging.concatenate import Concatenate
from kerata.layers.merging.dot import Dot
from kerata.layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract


def add(inputs: Any, **kwargs: Any) -> Any:
    """Add tensors.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Add``, such as ``name``.

    Returns:
        What ``Add(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: a single tensor instead of a list; shapes that don't fit together.

    >>> import numpy as np
    >>> add([np.ones((1, 1)), np.ones((1, 1))]).tolist()
    [[2.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """Subtract the second of two tensors from the first.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Subtract``, such as ``name``.

    Returns:
        What ``Subtract(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: not two inputs; shapes that don't fit together.

    >>> import numpy as np
    >>> subtract([np.ones((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Multiply tensors.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Multiply``, such as ``name``.

    Returns:
        What ``Multiply(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: a single tensor instead of a list; shapes that don't fit together.

    >>> import numpy as np
    >>> multiply([2 * np.ones((1, 1)), 2 * np.ones((1, 1))]).tolist()
    [[4.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Average tensors.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Average``, such as ``name``.

    Returns:
        What ``Average(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: a single tensor instead of a list; shapes that don't fit together.

    >>> import numpy as np
    >>> average([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Take the largest of tensors at each place.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Maximum``, such as ``name``.

    Returns:
        What ``Maximum(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: a single tensor instead of a list; shapes that don't fit together.

    >>> import numpy as np
    >>> maximum([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[1.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Take the smallest of tensors at each place.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype whose shapes broadcast.
        **kwargs: of ``Minimum``, such as ``name``.

    Returns:
        What ``Minimum(...)(inputs)`` gives: an array of the shape to which the
        inputs broadcast.

    Raises:
        ValueError: a single tensor instead of a list; shapes that don't fit together.

    >>> import numpy as np
    >>> minimum([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0]]
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Put tensors side by side.

    Arguments:
        inputs: list of arrays ``(batch, ...)`` of any number dtype that differ in one axis only.
        axis: int, -1 by default.
        **kwargs: of ``Concatenate``, such as ``name``.

    Returns:
        What ``Concatenate(...)(inputs)`` gives: an array with the sizes added up
        along the axis.

    Raises:
        ValueError: a single tensor instead of a list; sizes that differ in another axis.

    >>> import numpy as np
    >>> concatenate([np.zeros((1, 1)), np.ones((1, 1))]).tolist()
    [[0.0, 1.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Multiply two tensors row by row and sum along an axis.

    Arguments:
        inputs: list of two number arrays ``(batch, ...)``.
        axes: int or pair of ints, axis to sum along, or one for each input; -1 by default.
        **kwargs: of ``Dot``, such as ``name``.

    Returns:
        What ``Dot(...)(inputs)`` gives: an array of the axes that are left,
        ``(batch, 1)`` for two inputs of two axes.

    Raises:
        ValueError: not two inputs; sizes along the axes that differ; the batch axis.

    >>> import numpy as np
    >>> dot([np.ones((1, 3)), np.ones((1, 3))], axes=1).tolist()
    [[3.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
