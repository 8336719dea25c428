"""Layers that join tensors element by element."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from kerata.layers.layer import Layer
from kerata.layers.merging.merge import Merge, Shape


class Elementwise(Merge):
    """Base of the layers that join tensors whose shapes broadcast."""

    keeps_rows_apart = True

    def __init__(self, **kwargs: Any) -> None:
        """Configure the layer, which is called with a list of arrays ``(batch, ...)``.

        They have any number dtype and shapes that broadcast; an array with fewer axes gets axes
        of size 1 behind the batch.

        Arguments:
            **kwargs: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: in a call, a single tensor instead of a list, shapes that don't fit
                together, or in ``Subtract`` not two inputs.
        """
        super().__init__(**kwargs)

    def join(self, inputs: list[Any]) -> Any:
        """Join tensors of one rank."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """Join the inputs."""
        return self.join(self.of_one_rank(inputs))

    def of_one_rank(self, inputs: Any) -> list[Any]:
        """Check the shapes and give all inputs the largest rank."""
        rank = len(self.compute_output_shape([x.shape for x in inputs]))
        return [x.reshape(_stretched(x.shape, rank)) for x in inputs]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape that all inputs broadcast to."""
        shapes = self.checked_shapes(input_shape)
        rank = max(map(len, shapes))
        batch = {s[0] for s in shapes if s and s[0] is not None}
        if len(batch) > 1:
            raise self.mismatch("all inputs must have the same number of rows", shapes)
        sizes = []
        for along_axis in zip(*(_stretched(s, rank) for s in shapes), strict=True):
            known = {n for n in along_axis if n not in (None, 1)}
            if len(known) > 1:
                raise self.mismatch("the inputs' shapes don't fit together", shapes)
            sizes.append(known.pop() if known else None if None in along_axis else 1)
        return tuple(sizes)


def _stretched(shape: Shape, rank: int) -> Shape:
    return (*shape[:1], *(1,) * (rank - len(shape)), *shape[1:])


class Add(Elementwise):
    """Adds its inputs.

    >>> import numpy as np
    >>> Add()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    def join(self, inputs: list[Any]) -> Any:
        """Add."""
        return functools.reduce(jnp.add, inputs)


class Subtract(Elementwise):
    """Subtracts the second of two inputs from the first.

    >>> import numpy as np
    >>> Subtract()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    inputs_taken = 2

    def join(self, inputs: list[Any]) -> Any:
        """Subtract."""
        return inputs[0] - inputs[1]


class Average(Elementwise):
    """Averages its inputs; the result is float.

    >>> import numpy as np
    >>> Average()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    # A mean of whole numbers is no whole number.
    compute_output_spec = Layer.compute_output_spec

    def join(self, inputs: list[Any]) -> Any:
        """Average."""
        return functools.reduce(jnp.add, inputs) / len(inputs)


class SkippingMasked(Elementwise):
    """Base of the layers in which a masked element doesn't count.

    Masked elements are replaced by one that changes nothing; where no input counts, stands
    what ``nothing`` gives.
    """

    pair: Callable[[Any, Any], Any]

    def neutral(self, dtype: Any) -> Any:
        """Give the value that leaves the other as it is."""
        raise NotImplementedError

    def nothing(self, inputs: list[Any]) -> Any:
        """Give the values of elements that are masked everywhere."""
        raise NotImplementedError

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Join the inputs where they count."""
        ready = self.of_one_rank(inputs)
        masks = [None] * len(ready) if mask is None else mask
        counts: list[Any] = [
            None if m is None else m.reshape(_stretched(m.shape, x.ndim - 1))[..., None]
            for m, x in zip(masks, ready, strict=True)
        ]
        filled: list[Any] = [
            x if c is None else jnp.where(c, x, self.neutral(x.dtype))
            for c, x in zip(counts, ready, strict=True)
        ]
        outputs = functools.reduce(type(self).pair, filled)
        if any(c is None for c in counts):
            return outputs
        return jnp.where(functools.reduce(jnp.logical_or, counts), outputs, self.nothing(ready))


class Multiply(SkippingMasked):
    """Multiplies its inputs; a masked element counts as 1.

    >>> import numpy as np
    >>> Multiply()([2 * np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[6.0, 6.0]]
    """

    pair = staticmethod(jnp.multiply)

    def neutral(self, dtype: Any) -> Any:
        """Give 1."""
        return 1

    def nothing(self, inputs: list[Any]) -> Any:
        """Give 0."""
        return 0


class Maximum(SkippingMasked):
    """Takes the largest of its inputs at each place; masked elements don't count.

    >>> import numpy as np
    >>> Maximum()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[3.0, 3.0]]
    """

    pair = staticmethod(jnp.maximum)

    def neutral(self, dtype: Any) -> Any:
        """Give the type's lowest number."""
        return -jnp.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min

    def nothing(self, inputs: list[Any]) -> Any:
        """Give the first input, masked as it is."""
        return inputs[0]


class Minimum(SkippingMasked):
    """Takes the smallest of its inputs at each place; masked elements don't count.

    >>> import numpy as np
    >>> Minimum()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[1.0, 1.0]]
    """

    pair = staticmethod(jnp.minimum)

    def neutral(self, dtype: Any) -> Any:
        """Give the type's largest number."""
        return jnp.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).max

    def nothing(self, inputs: list[Any]) -> Any:
        """Give the first input, masked as it is."""
        return inputs[0]
