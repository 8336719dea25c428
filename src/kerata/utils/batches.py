"""The parts of a batch: inputs, targets, sample weights."""

from __future__ import annotations

from typing import Any


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Put the parts of a batch together as ``train_step`` gets them.

    Arguments:
        x: inputs.
        y: targets, or None.
        sample_weight: weights of the rows, or None.

    Returns:
        ``x`` alone (a list of inputs in a tuple of its own), ``(x, y)`` or
        ``(x, y, sample_weight)``.

    >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight([1, 2]), pack_x_y_sample_weight(1, 2)
    (1, ([1, 2],), (1, 2))
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Take a batch apart into inputs, targets and sample weights; what is missing is None.

    Raises:
        ValueError: more than three parts.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "A batch must be x, (x, y) or (x, y, sample_weight), "
            f"got {len(data)} parts: {data!r:.80}."
        )
    x, y, weight = (*data, None, None)[:3]
    return x, y, weight
