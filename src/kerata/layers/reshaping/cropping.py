"""Cutting the ends off sequences, images and volumes."""

from __future__ import annotations

from typing import Any

from kerata.layers.reshaping.borders import Borders, border_pairs


class Cropping(Borders):
    """Base of ``Cropping1D``, ``Cropping2D`` and ``Cropping3D``."""

    def __init__(self, cropping: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        pairs = border_pairs(type(self).__name__, "cropping", cropping, self.rank)
        self.cropping = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Any) -> Any:
        """Cut the ends off."""
        self.compute_output_shape(inputs.shape)
        parts = [slice(None)] * inputs.ndim
        for axis, (before, after) in self.by_axis(self.cropping).items():
            parts[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(parts)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Make the spatial axes shorter."""
        return self.changed(input_shape, self.cropping, -1)


class Cropping1D(Cropping):
    """Cuts steps off both ends of sequences ``(batch, steps, channels)``.

    Output ``(batch, steps - before - after, channels)`` of the input's dtype.

    Arguments:
        cropping: int, how many at both ends, or a pair (before, after); ``(1, 1)`` by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: cropping of another form; an input of which nothing would be left.

    >>> import numpy as np
    >>> Cropping1D(1)(np.arange(4.0).reshape(1, 4, 1)).ravel().tolist()
    [1.0, 2.0]
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(Cropping):
    """Cuts rows and columns off images ``(batch, height, width, channels)``.

    The output has the input's dtype.

    Arguments:
        cropping: int, how many on all sides, a pair for the two axes, or pairs (before, after);
            nothing by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: cropping of another form; an input of which nothing would be left.

    >>> import numpy as np
    >>> Cropping2D(1)(np.ones((1, 4, 5, 3))).shape
    (1, 2, 3, 3)
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(Cropping):
    """Cuts the ends off volumes ``(batch, depth, height, width, channels)``.

    The output has the input's dtype.

    Arguments:
        cropping: int, how many on all sides, a number for each axis, or pairs (before, after);
            1 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: cropping of another form; an input of which nothing would be left.

    >>> import numpy as np
    >>> Cropping3D(1)(np.ones((1, 4, 5, 3, 2))).shape
    (1, 2, 3, 1, 2)
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)
