"""Checks of inputs with spatial axes, with errors that say what to change."""

from __future__ import annotations

from typing import Any

from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec

_AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class SpatialSpec(InputSpec):
    """Axes, channels and least sizes of an input with 1, 2 or 3 spatial axes.

    Arguments:
        rank: number of spatial axes.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        channels: size of the channel axis, None for any.
        window: least size of each spatial axis, None for any.
        what: what has that size, for the message: ``'kernel_size=(3, 3)'``.

    >>> SpatialSpec(2, "channels_last").problem((None, 28, 28))
    'expected (batch, height, width, channels), got an input of shape (None, 28, 28); \
add the axis that is missing, the channels by x[..., None] or the batch by x[None]'
    """

    def __init__(
        self,
        rank: int,
        data_format: str,
        channels: int | None = None,
        window: tuple[int, ...] | None = None,
        what: str = "",
    ) -> None:
        self.last = data_format == "channels_last"
        super().__init__(ndim=rank + 2, axes={-1 if self.last else 1: channels})
        self.rank = rank
        self.window = window
        self.what = what

    def problem(self, shape: tuple[int | None, ...]) -> str | None:
        """Say what is wrong with a shape, or None if it fits."""
        if len(shape) != self.ndim:
            return self._wrong_rank(shape)
        spatial = shape[1:-1] if self.last else shape[2:]
        if self.window is not None and any(
            n is not None and n < w for n, w in zip(spatial, self.window, strict=True)
        ):
            return (
                f"{self.what} does not fit into an input of size {shape_text(spatial)}; "
                "use padding='same', a smaller size or larger inputs"
            )
        return super().problem(shape)

    def _wrong_rank(self, shape: tuple[int | None, ...]) -> str:
        axes = _AXES[self.rank]
        order = (*axes, "channels") if self.last else ("channels", *axes)
        text = f"expected (batch, {', '.join(order)}), got an input of shape {shape_text(shape)}"
        if len(shape) != self.rank + 1:
            return text
        channels = "x[..., None]" if self.last else "x[:, None]"
        return (
            f"{text}; add the axis that is missing, the channels by {channels} "
            "or the batch by x[None]"
        )


def checked_padding(owner: str, value: Any, *others: str) -> str:
    """Check a layer's ``padding`` argument: ``'valid'``, ``'same'`` or one of some others.

    Raises:
        ValueError: naming the layer.

    >>> checked_padding("Conv2D", "SAME")
    'same'
    """
    known = ("valid", "same", *others)
    folded = str(value).lower()
    if folded not in known:
        expected = ", ".join(map(repr, known[:-1])) + f" or {known[-1]!r}"
        raise ValueError(f"{owner}: padding must be {expected}, got padding={value!r}.")
    return folded
