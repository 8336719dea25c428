"""What the equation of an EinsumDense layer says about shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kerata.base.messages import shape_text

_FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@dataclass(frozen=True)
class EinsumShapes:
    """Shapes that follow from an equation and an input.

    Attributes:
        kernel: shape of the kernel.
        bias: shape of the bias, or None.
        output: shape of the output, None for unknown sizes.
        input_axes, output_axes: which axes of the kernel are summed over, and which not.
    """

    kernel: tuple[int | None, ...]
    bias: tuple[int | None, ...] | None
    output: tuple[int | None, ...]
    input_axes: tuple[int, ...]
    output_axes: tuple[int, ...]


def read_equation(
    equation: str, bias_axes: str | None, input_shape: Any, output_shape: tuple[int | None, ...]
) -> EinsumShapes:
    """Work out all shapes of a layer.

    Arguments:
        equation: ``'ab,bc->ac'``, with ``...`` first or last in both input and output.
        bias_axes: letters of the output that get a bias, or None.
        input_shape: with None for unknown sizes.
        output_shape: sizes of the output's letters, without the batch; None where the
            input says it.

    Raises:
        ValueError: another form of equation; letters or sizes that don't fit.

    >>> read_equation("abc,cd->abd", "d", (None, 3, 4), (None, 5)).output
    (None, 3, 5)
    """
    found = _FORM.fullmatch(equation)
    left, inputs, right, kernel, out_left, outputs, out_right = (
        found.groups() if found else [""] * 7
    )
    if not found or (left, right) != (out_left, out_right) or (left and right):
        raise ValueError(
            f"EinsumDense: the equation must have the form 'ab,bc->ac', '...ab,bc->...ac' or "
            f"'ab...,bc->ac...', got {equation!r}."
        )
    rest = len(input_shape) - len(inputs)
    if rest < 0 or (rest and not (left or right)):
        raise ValueError(
            f"EinsumDense: the equation {equation!r} is for an input of {len(inputs)} axes, "
            f"got one of shape {shape_text(input_shape)}."
        )
    unnamed = tuple(input_shape[:rest] if left else input_shape[len(inputs) :])
    named = input_shape[rest:] if left else input_shape[: len(inputs)]
    sizes = dict(zip(inputs, named, strict=True))
    # Without leading dots the first letter of the output is the batch.
    free = outputs if left else outputs[1:]
    if not free and not any(output_shape):
        output_shape = ()  # the batch alone: there is nothing to say
    if len(free) != len(output_shape):
        raise ValueError(
            f"EinsumDense: output_shape needs {len(free)} sizes, for the letters "
            f"{free!r} of {equation!r}, got {shape_text(output_shape)}."
        )
    for letter, size in zip(free, output_shape, strict=True):
        known = sizes.get(letter)
        if size is not None and known is not None and size != known:
            raise ValueError(
                f"EinsumDense: axis {letter!r} of {equation!r} has size {known} in the input, "
                f"but output_shape says {size}."
            )
        sizes[letter] = known if size is None else size
    for letter in kernel + outputs:
        if letter not in sizes or letter not in inputs + kernel:
            raise ValueError(
                f"EinsumDense: axis {letter!r} of {equation!r} is nowhere else, so its size "
                "can't be known."
            )
    of_outputs = tuple(sizes[c] for c in outputs)
    return EinsumShapes(
        kernel=tuple(sizes[c] for c in kernel),
        bias=_bias_shape(bias_axes, outputs, sizes, 0 if left else len(unnamed)),
        output=unnamed + of_outputs if left else of_outputs + unnamed,
        input_axes=tuple(i for i, c in enumerate(kernel) if c not in outputs),
        output_axes=tuple(i for i, c in enumerate(kernel) if c in outputs),
    )


def _bias_shape(
    letters: str | None, outputs: str, sizes: dict[str, int | None], trailing: int
) -> tuple[int | None, ...] | None:
    if not letters:
        return None
    missing = [c for c in letters if c not in outputs]
    if missing:
        raise ValueError(
            f"EinsumDense: bias_axes={letters!r} names the axis {missing[0]!r}, which the output "
            f"{outputs!r} doesn't have."
        )
    first = min(outputs.index(c) for c in letters)
    return tuple(sizes[c] if c in letters else 1 for c in outputs[first:]) + (1,) * trailing
