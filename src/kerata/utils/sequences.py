"""Lists of numbers of different lengths as one array."""

from __future__ import annotations

from typing import Any

import numpy as np


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Bring sequences to one length, by filling up the short and cutting the long.

    Arguments:
        sequences: lists or arrays, each ``(length, ...)``.
        maxlen: the length; that of the longest by default.
        dtype: type of the result; ``object`` for strings.
        padding: fill up at the beginning, ``'pre'``, or at the end, ``'post'``.
        truncating: cut off the beginning, ``'pre'``, or the end, ``'post'``.
        value: what to fill up with.

    Returns:
        Array of shape ``(sequences, maxlen, ...)``.

    Raises:
        ValueError: something that is no list of sequences; steps of different shapes; a
            string to fill up with where the type is a number.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"pad_sequences: {name} must be 'pre' or 'post', got {side!r}.")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OSU":
        raise ValueError(
            f"pad_sequences: value={value!r} doesn't fit dtype={dtype!r}; use dtype=object."
        )
    lengths = _lengths(sequences)
    if maxlen is None:
        maxlen = max(lengths, default=0)
    step = next((np.shape(s)[1:] for s in sequences if len(s)), ())
    out = np.full((len(lengths), maxlen, *step), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        kept = min(lengths[i], maxlen)
        if kept == 0:
            continue
        part = np.asarray(sequence[-kept:] if truncating == "pre" else sequence[:kept], dtype)
        if part.shape[1:] != step:
            raise ValueError(
                f"pad_sequences: the steps of sequence {i} have the shape {part.shape[1:]}, "
                f"those before it {step}."
            )
        start = maxlen - kept if padding == "pre" else 0
        out[i, start : start + kept] = part
    return out


def _lengths(sequences: Any) -> list[int]:
    """Give the length of each sequence."""
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences, got {type(sequences).__name__}; "
            "turn a generator into a list first."
        )
    lengths = []
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__") or isinstance(sequence, str):
            raise ValueError(
                f"pad_sequences takes a list of sequences, but element {i} is {sequence!r}."
            )
        lengths.append(len(sequence))
    return lengths
