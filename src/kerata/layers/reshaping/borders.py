"""Adding and cutting borders of sequences and images."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.arguments import is_integer
from kerata.base.dtypes import standardize_data_format
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer

Pairs = tuple[tuple[int, int], ...]


def border_pairs(owner: str, name: str, value: Any, rank: int) -> Pairs:
    """Expand a border argument to (before, after) for each spatial axis.

    Raises:
        ValueError: naming owner and argument.

    >>> border_pairs("ZeroPadding2D", "padding", (1, (2, 3)), 2)
    ((1, 1), (2, 3))
    """
    if rank == 1 and isinstance(value, (list, tuple)) and all(map(is_integer, value)):
        value = (value,)
    values = (value,) * rank if is_integer(value) else tuple(value) if _several(value) else ()
    pairs = tuple((v, v) if is_integer(v) else tuple(v) if _several(v) else () for v in values)
    if len(pairs) != rank or any(
        len(p) != 2 or not all(is_integer(n) and n >= 0 for n in p) for p in pairs
    ):
        raise ValueError(
            f"{owner}: {name} must be a number of at least 0, or for each spatial axis a number "
            f"or a pair (before, after), got {name}={value!r}."
        )
    return tuple((int(a), int(b)) for a, b in pairs)


def _several(value: Any) -> bool:
    return isinstance(value, (list, tuple))


class _Border(Layer):
    """Base of the layers that change the spatial axes' ends."""

    rank = 1
    data_format = "channels_last"

    def _spatial(self) -> range:
        first = 2 if self.data_format == "channels_first" else 1
        return range(first, first + self.rank)

    def _changed(self, shape: Any, pairs: Pairs, sign: int) -> tuple[int | None, ...]:
        out = list(shape)
        for axis, (before, after) in zip(self._spatial(), pairs, strict=True):
            if out[axis] is not None:
                out[axis] += sign * (before + after)
                if out[axis] <= 0:
                    raise ValueError(
                        f"Layer {self.name!r} ({type(self).__name__}) cuts {before} + {after} off "
                        f"axis {axis}, which has only {shape[axis]}."
                    )
        return tuple(out)


class _Padding(_Border):
    padding: Pairs

    def call(self, inputs: Any) -> Any:
        """Add zeros."""
        widths = [(0, 0)] * inputs.ndim
        for axis, pair in zip(self._spatial(), self._pairs(), strict=True):
            widths[axis] = pair
        return jnp.pad(inputs, widths)

    def _pairs(self) -> Pairs:
        return self.padding

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Make the spatial axes longer."""
        return self._changed(input_shape, self._pairs(), 1)


class _Cropping(_Border):
    cropping: Pairs

    def call(self, inputs: Any) -> Any:
        """Cut the ends off."""
        self._changed(inputs.shape, self._pairs(), -1)
        parts = [slice(None)] * inputs.ndim
        for axis, (before, after) in zip(self._spatial(), self._pairs(), strict=True):
            parts[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(parts)]

    def _pairs(self) -> Pairs:
        return self.cropping

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Make the spatial axes shorter."""
        return self._changed(input_shape, self._pairs(), -1)


class ZeroPadding1D(_Padding):
    """Adds zeros before and after sequences ``(batch, steps, channels)``.

    Arguments:
        padding: how many on both ends, or a pair (before, after).
        data_format: ``'channels_last'`` (the default) or ``'channels_first'``.

    >>> import numpy as np
    >>> ZeroPadding1D(1)(np.ones((1, 2, 1))).ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = border_pairs("ZeroPadding1D", "padding", padding, 1)[0]  # type: ignore[assignment]  # Keras's config holds the bare pair
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)

    def _pairs(self) -> Pairs:
        return (self.padding,)  # type: ignore[return-value]  # see __init__


class ZeroPadding2D(_Padding):
    """Adds rows and columns of zeros around images ``(batch, height, width, channels)``.

    Arguments:
        padding: how many on all sides, a pair for the two axes, or pairs (before, after).
        data_format: ``'channels_last'`` (the default) or ``'channels_first'``.

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), 2))(np.ones((1, 2, 2, 3))).shape
    (1, 3, 6, 3)
    """

    rank = 2

    def __init__(
        self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.padding = border_pairs("ZeroPadding2D", "padding", padding, 2)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)


class Cropping1D(_Cropping):
    """Cuts steps off both ends of sequences ``(batch, steps, channels)``.

    Arguments:
        cropping: how many at both ends, or a pair (before, after).

    Raises:
        ValueError: nothing would be left.

    >>> import numpy as np
    >>> Cropping1D(1)(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [1.0, 2.0]
    """

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = border_pairs("Cropping1D", "cropping", cropping, 1)[0]  # type: ignore[assignment]  # Keras's config holds the bare pair
        self.input_spec = InputSpec(ndim=3)

    def _pairs(self) -> Pairs:
        return (self.cropping,)  # type: ignore[return-value]  # see __init__


class Cropping2D(_Cropping):
    """Cuts rows and columns off images ``(batch, height, width, channels)``.

    Arguments:
        cropping: how many on all sides, a pair for the two axes, or pairs (before, after).
        data_format: ``'channels_last'`` (the default) or ``'channels_first'``.

    Raises:
        ValueError: nothing would be left.

    >>> import numpy as np
    >>> Cropping2D(1)(np.ones((1, 4, 5, 3))).shape
    (1, 2, 3, 3)
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = border_pairs("Cropping2D", "cropping", cropping, 2)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)
