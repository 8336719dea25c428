"""What a layer for sequences demands of its input, and the sentence when it does not fit."""

from __future__ import annotations

from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec


class SequenceSpec(InputSpec):
    """An input ``(batch, steps, features)``.

    Arguments:
        features: size of the last axis, None for any.

    >>> SequenceSpec().problem((None, 10))
    'expected (batch, steps, features), got an input of shape (None, 10); add the axis that is \
missing, the features by x[..., None] or the batch by x[None]'
    """

    def __init__(self, features: int | None = None) -> None:
        super().__init__(ndim=3, axes={-1: features})

    def problem(self, shape: tuple[int | None, ...]) -> str | None:
        """Say what is wrong with a shape, or None if it fits."""
        if len(shape) == 3:
            return super().problem(shape)
        text = f"expected (batch, steps, features), got an input of shape {shape_text(shape)}"
        if len(shape) == 2:
            return (
                f"{text}; add the axis that is missing, the features by x[..., None] "
                "or the batch by x[None]"
            )
        return text
