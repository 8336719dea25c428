"""Zeros around sequences, images and volumes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.layers.reshaping.borders import Borders, border_pairs


class ZeroPadding(Borders):
    """Base of ``ZeroPadding1D``, ``ZeroPadding2D`` and ``ZeroPadding3D``."""

    def __init__(self, padding: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        pairs = border_pairs(type(self).__name__, "padding", padding, self.rank)
        self.padding = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Any) -> Any:
        """Add zeros."""
        pairs = self.by_axis(self.padding)
        return jnp.pad(inputs, [pairs.get(axis, (0, 0)) for axis in range(inputs.ndim)])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Make the spatial axes longer."""
        return self.changed(input_shape, self.padding, 1)


class ZeroPadding1D(ZeroPadding):
    """Adds zeros before and after sequences ``(batch, steps, channels)``.

    Output ``(batch, before + steps + after, channels)`` of the input's dtype.

    Arguments:
        padding: int, how many at both ends, or a pair (before, after); 1 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: padding of another form; an input of another rank.

    >>> import numpy as np
    >>> ZeroPadding1D(1)(np.ones((1, 2, 1))).ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(ZeroPadding):
    """Adds rows and columns of zeros around images ``(batch, height, width, channels)``.

    The output has the input's dtype.

    Arguments:
        padding: int, how many on all sides, a pair for the two axes, or pairs (before, after);
            1 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: padding of another form; an input of another rank.

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), 2))(np.ones((1, 2, 2, 3))).shape
    (1, 3, 6, 3)
    """

    rank = 2

    def __init__(
        self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(ZeroPadding):
    """Adds zeros around volumes ``(batch, depth, height, width, channels)``.

    The output has the input's dtype.

    Arguments:
        padding: int, how many on all sides, a number for each axis, or pairs (before, after);
            1 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: padding of another form; an input of another rank.

    >>> import numpy as np
    >>> ZeroPadding3D(1)(np.ones((1, 2, 2, 2, 3))).shape
    (1, 4, 4, 4, 3)
    """

    rank = 3

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, **kwargs)
