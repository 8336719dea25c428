"""Layers that join tensors of one shape element by element."""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.layers.layer import Layer


class Merge(Layer):
    """Base of the layers that join a list of tensors; shapes broadcast as in NumPy."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check the shapes."""
        self._joined(input_shape)

    def _joined(self, shapes: Any) -> tuple[int | None, ...]:
        owner = f"Layer {self.name!r} ({type(self).__name__})"
        if not isinstance(shapes, (list, tuple)) or (shapes and not _is_shape(shapes[0])):
            raise ValueError(f"{owner} joins several tensors: call it on a list, layer([a, b]).")
        if len(shapes) < self.least:
            raise ValueError(
                f"{owner} needs at least {self.least} inputs, got a list of {len(shapes)}."
            )
        return functools.reduce(lambda a, b: self._pair(a, b, owner), map(tuple, shapes))

    least = 1

    def _pair(self, a: Any, b: Any, owner: str) -> tuple[int | None, ...]:
        rank = max(len(a), len(b))
        # The batch axis comes first; a shorter shape gets its ones behind it.
        a, b = ((s[0], *(1,) * (rank - len(s)), *s[1:]) for s in (a, b))
        out = []
        for p, q in zip(a, b, strict=True):
            if p == q or q == 1:
                out.append(p)
            elif p == 1:
                out.append(q)
            elif p is None or q is None:
                out.append(q if p is None else p)
            else:
                raise ValueError(
                    f"{owner}: the inputs' shapes don't fit together, "
                    f"{shape_text(a)} and {shape_text(b)}."
                )
        return tuple(out)

    def _join(self, inputs: list[Any]) -> Any:
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """Join the inputs."""
        rank = max(x.ndim for x in inputs)
        same = [
            x.reshape(x.shape[:1] + (1,) * (rank - x.ndim) + x.shape[1:]) if x.ndim < rank else x
            for x in inputs
        ]
        return self._join(same)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape that all inputs broadcast to."""
        return self._joined(input_shape)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Say where no input is masked."""
        if previous_mask is None or any(m is None for m in previous_mask):
            return None
        return functools.reduce(jnp.logical_and, previous_mask)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple))


class Add(Merge):
    """Adds its inputs.

    >>> import numpy as np
    >>> Add()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    def _join(self, inputs: list[Any]) -> Any:
        return functools.reduce(jnp.add, inputs)


class Subtract(Merge):
    """Subtracts the second of two inputs from the first.

    >>> import numpy as np
    >>> Subtract()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    least = 2

    def _joined(self, shapes: Any) -> tuple[int | None, ...]:
        if isinstance(shapes, (list, tuple)) and len(shapes) != 2:
            raise ValueError(
                f"Layer {self.name!r} (Subtract) takes exactly 2 inputs, got {len(shapes)}."
            )
        return super()._joined(shapes)

    def _join(self, inputs: list[Any]) -> Any:
        return inputs[0] - inputs[1]


class Multiply(Merge):
    """Multiplies its inputs.

    >>> import numpy as np
    >>> Multiply()([2 * np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[6.0, 6.0]]
    """

    def _join(self, inputs: list[Any]) -> Any:
        return functools.reduce(jnp.multiply, inputs)


class Average(Merge):
    """Averages its inputs.

    >>> import numpy as np
    >>> Average()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    def _join(self, inputs: list[Any]) -> Any:
        return functools.reduce(jnp.add, inputs) / len(inputs)


class Maximum(Merge):
    """Takes the largest of its inputs at each place.

    >>> import numpy as np
    >>> Maximum()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[3.0, 3.0]]
    """

    def _join(self, inputs: list[Any]) -> Any:
        return functools.reduce(jnp.maximum, inputs)


class Minimum(Merge):
    """Takes the smallest of its inputs at each place.

    >>> import numpy as np
    >>> Minimum()([np.ones((1, 2)), 3 * np.ones((1, 2))]).tolist()
    [[1.0, 1.0]]
    """

    def _join(self, inputs: list[Any]) -> Any:
        return functools.reduce(jnp.minimum, inputs)
