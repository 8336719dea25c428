"""Function of ``ops`` that reorders, joins and divides axes by a pattern of names."""

from __future__ import annotations

import math
import re
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "rearrange",
]


@op
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> jax.Array:
    """Reorder, join and divide axes by a pattern of names, as the library einops does.

    Arguments:
        tensor: array of any shape; the dtype stays.
        pattern: names of the axes before and after, ``'b h w c -> b (h w) c'``; names in
            parentheses are axes within one, the first of them the slowest.
        axes_lengths: lengths of axes within one, ``h1=2``; one of them may be left out.

    Raises:
        ValueError: a pattern that does not fit the shape, names that differ before and after,
            lengths that are missing or do not divide an axis.

    Source: Rogozhnikov 2022, einops.

    >>> rearrange([[1, 2, 3, 4]], "b (h w) -> b w h", h=2)
    Array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    x = as_tensor(tensor)
    before, after = _sides(pattern)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if len(set(names)) < len(names) or sorted(names) != sorted(wanted):
        raise ValueError(
            f"rearrange: the pattern {pattern!r} must have the same names, each once, on both "
            "sides of '->'."
        )
    if len(before) != x.ndim:
        raise ValueError(
            f"rearrange: the pattern {pattern!r} has {len(before)} axes before '->', and the "
            f"tensor of shape {shape_text(x.shape)} has {x.ndim}."
        )
    strange = sorted(axes_lengths.keys() - set(names))
    if strange:
        raise ValueError(
            f"rearrange: the pattern {pattern!r} has no axis {strange[0]!r}, for which a length "
            "is given."
        )
    lengths = dict(axes_lengths)
    for group, length in zip(before, x.shape, strict=True):
        _fill_in(lengths, group, length, pattern)
    x = jnp.transpose(x.reshape([lengths[n] for n in names]), [names.index(n) for n in wanted])
    return x.reshape([math.prod(lengths[n] for n in group) for group in after])


def _sides(pattern: str) -> tuple[list[list[str]], list[list[str]]]:
    sides = re.split(r"\s*->\s*", pattern.strip())
    axes = r"\s*(?:\w+|\(\s*\w+(?:\s+\w+)*\s*\))(?=[\s(]|$)"
    if len(sides) != 2 or not all(re.fullmatch(f"(?:{axes})*", side) for side in sides):
        raise ValueError(
            f"rearrange: the pattern {pattern!r} must be names before and after one '->', joined "
            "axes in parentheses, such as 'b (h w) -> b h w'."
        )
    before, after = (
        [group.strip("()").split() for group in re.findall(r"\w+|\([^)]*\)", side)]
        for side in sides
    )
    return before, after


def _fill_in(lengths: dict[str, int], group: list[str], length: int, pattern: str) -> None:
    """Add the length of a group's one axis without any; check that they make up the axis."""
    known = math.prod(lengths[name] for name in group if name in lengths)
    missing = [name for name in group if name not in lengths]
    if len(missing) > 1:
        raise ValueError(
            f"rearrange: give the length of {missing[0]!r} or {missing[1]!r} in {pattern!r}, such "
            f"as {missing[0]}=2; both can't be found from the axis' length {length}."
        )
    rest, over = divmod(length, known) if known else (0, 1)
    if over or not (missing or rest == 1 or length == known):
        raise ValueError(
            f"rearrange: the lengths given for ({' '.join(group)}) in {pattern!r} do not make up "
            f"an axis of length {length}."
        )
    lengths.update(dict.fromkeys(missing, rest))
