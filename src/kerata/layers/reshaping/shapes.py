"""Layers that give rows another shape."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from kerata.base.arguments import is_integer, positive_int
from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec
from kerata.layers.reshaping.rearranging import Rearranging


class Flatten(Rearranging):
    """Makes each row flat: ``(batch, ...)`` to ``(batch, features)``, of any dtype.

    Arguments:
        data_format: ``'channels_last'`` or ``'channels_first'``, with which the channels are moved
            last before; ``image_data_format()`` by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an unknown ``data_format``; an input without axes.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    _takes_one_array = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """Flatten the rows."""
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return inputs.reshape(self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Multiply the sizes of a row."""
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))


class Reshape(Rearranging):
    """Gives each row another shape: ``(batch, ...)`` to ``(batch, *target_shape)``, of any dtype.

    Arguments:
        target_shape: int or tuple of ints, shape of a row; one size may be -1, which is worked
            out.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are none, more than one -1; another number of elements.

    >>> import numpy as np
    >>> Reshape((2, -1))(np.ones((5, 6))).shape
    (5, 2, 3)
    """

    _takes_one_array = True

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shape = (target_shape,) if is_integer(target_shape) else tuple(target_shape)
        if not all(is_integer(d) and d >= -1 for d in shape) or shape.count(-1) > 1:
            raise ValueError(
                "Reshape: target_shape must hold sizes, at most one of them -1 to be worked out, "
                f"got target_shape={target_shape!r}."
            )
        self.target_shape = tuple(int(d) for d in shape)

    def call(self, inputs: Any) -> Any:
        """Reshape the rows."""
        return inputs.reshape(self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Work out the size that is -1."""
        sizes = tuple(input_shape[1:])
        if None in sizes:
            return (input_shape[0], *(None if d == -1 else d for d in self.target_shape))
        known = math.prod(d for d in self.target_shape if d != -1)
        rest = math.prod(sizes) // max(known, 1)
        shape = tuple(rest if d == -1 else d for d in self.target_shape)
        if math.prod(shape) != math.prod(sizes):
            raise ValueError(
                f"Layer {self.name!r} (Reshape): rows of shape {shape_text(sizes)} have "
                f"{math.prod(sizes)} elements and can't take the shape "
                f"{shape_text(self.target_shape)}."
            )
        return (input_shape[0], *shape)


class Permute(Rearranging):
    """Puts the axes of each row into another order.

    For ``(2, 1)`` input ``(batch, a, b)``, output ``(batch, b, a)``, of any dtype.

    Arguments:
        dims: tuple of ints, the axes in their new order, counted from 1.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: not each axis once; an input of another rank.

    >>> import numpy as np
    >>> Permute((2, 1))(np.ones((5, 3, 4))).shape
    (5, 4, 3)
    """

    _takes_one_array = True

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: dims must name each axis from 1 to {len(self.dims)} once, "
                f"got dims={dims!r}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """Reorder the axes."""
        return jnp.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Reorder the sizes."""
        return (input_shape[0], *(input_shape[d] for d in self.dims))


class RepeatVector(Rearranging):
    """Repeats each row: ``(batch, features)`` to ``(batch, n, features)``, of any dtype.

    Arguments:
        n: int, how often.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``n`` not a positive integer; an input of another rank.

    >>> import numpy as np
    >>> RepeatVector(3)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]]
    """

    _takes_one_array = True

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive_int("RepeatVector", "n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """Repeat the rows."""
        return jnp.repeat(inputs[:, None], self.n, axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Add the axis of repetitions."""
        return (input_shape[0], self.n, input_shape[1])
