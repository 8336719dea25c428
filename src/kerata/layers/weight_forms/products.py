"""What layers compute with a weight, and where scales of its columns stand beside the outputs."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.kernels.int8 import int8_matmul


def _wide(*arrays: Any) -> Any:
    """Give the type in which products are added up: a sum of bytes is no byte."""
    return jnp.int32 if all(a.dtype == jnp.int8 for a in arrays) else None


class Product:
    """A product of inputs and a weight that is linear in both.

    Attributes:
        input_axes: axes of the inputs that are summed over.
        weight_axes: axes of the weight that are summed over.
        group_axis, packed_axis: of the weight as a matrix, along which groups share a scale and
            pairs of small integers share a byte.
    """

    input_axes: Any = -1
    weight_axes: tuple[int, ...]
    group_axis: ClassVar[int] = 0
    packed_axis: int = 1

    def __call__(self, inputs: Any, weight: Any) -> Any:
        """Multiply."""
        raise NotImplementedError

    def adapted(self, inputs: Any, a: Any, b: Any) -> Any:
        """Multiply by ``a @ b`` without making that matrix."""
        return self(inputs, a) @ b

    def of_weight(self, scale: Any) -> Any:
        """Bring scales of the weight, with 1 for summed axes, into the form that is kept.

        They stand beside the outputs then.
        """
        return scale.squeeze(self.weight_axes)

    def beside_weight(self, scale: Any) -> Any:
        """Bring kept scales beside the weight again."""
        return jnp.expand_dims(scale, self.weight_axes)

    def of_inputs(self, scale: Any) -> Any:
        """Bring scales of the inputs, with 1 for summed axes, beside the outputs."""
        return scale

    def matrix_shape(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Give the shape of the weight as a matrix."""
        return shape[0], shape[1]


class Matrix(Product):
    """``inputs @ weight``, with a weight ``(features, units)``.

    Arguments:
        packed_axis: see ``Product``; 1 by default.
    """

    weight_axes = (0,)

    def __init__(self, packed_axis: int = 1) -> None:
        self.packed_axis = packed_axis

    def __call__(self, inputs: Any, weight: Any) -> Any:
        """Multiply."""
        if not isinstance(inputs, jax.Array):
            return inputs @ weight  # bags of column numbers
        integers = inputs.dtype == weight.dtype == jnp.int8
        return int8_matmul(inputs, weight) if integers else jnp.matmul(inputs, weight)


class Table(Product):
    """A table ``(ids, width)``: rows for ids, and ``inputs @ table.T`` on the way back."""

    weight_axes = (1,)
    group_axis = 1

    def __call__(self, inputs: Any, weight: Any) -> Any:
        """Score ids for vectors."""
        return jnp.matmul(inputs, weight.T, preferred_element_type=_wide(inputs, weight))

    def adapted(self, inputs: Any, a: Any, b: Any) -> Any:
        """Multiply by ``(a @ b).T`` without making that matrix."""
        return (inputs @ b.T) @ a.T


class Einsum(Product):
    """A product written as an equation.

    Arguments:
        equation: ``'abc,cd->abd'``, with dots first or last for further axes.
        rank: number of axes of the inputs.

    >>> product = Einsum("abcd,cde->abe", 4)
    >>> product.input_axes, product.weight_axes, product.of_weight(jnp.ones((1, 1, 5))).shape
    ((2, 3), (0, 1), (1, 1, 5))
    """

    def __init__(self, equation: str, rank: int) -> None:
        data, _, rest = equation.partition(",")
        weight, _, outputs = rest.partition("->")
        unused = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in equation]
        further = "".join(unused[: rank - len(data.replace(".", ""))])
        self._inputs = data.replace("...", further)
        self._weight = weight
        self._outputs = outputs.replace("...", further)
        self._equation = f"{self._inputs},{weight}->{self._outputs}"
        self.input_axes = tuple(i for i, c in enumerate(self._inputs) if c not in outputs)
        self.input_axes = tuple(i for i in self.input_axes if self._inputs[i] not in further)
        self.weight_axes = tuple(i for i, c in enumerate(weight) if c not in outputs)

    def __call__(self, inputs: Any, weight: Any) -> Any:
        """Multiply."""
        wide = _wide(inputs, weight)
        return jnp.einsum(self._equation, inputs, weight, preferred_element_type=wide)

    def adapted(self, inputs: Any, a: Any, b: Any) -> Any:
        """Multiply by ``a @ b``, without making it where its last axis is the outputs' last."""
        if self._weight[-1] == self._outputs[-1] and self._weight[-1] not in self._inputs:
            return self(inputs, a) @ b
        return self(inputs, a @ b)

    def of_weight(self, scale: Any) -> Any:
        """Bring scales of the weight beside the outputs."""
        return _arranged(scale, self._weight, self._outputs)

    def beside_weight(self, scale: Any) -> Any:
        """Bring kept scales beside the weight again."""
        return _arranged(scale, self._outputs, self._weight)

    def of_inputs(self, scale: Any) -> Any:
        """Bring scales of the inputs beside the outputs."""
        return _arranged(scale, self._inputs, self._outputs)

    def matrix_shape(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Give the sizes of all summed axes, and of all others."""
        rows = columns = 1
        for i, size in enumerate(shape):
            rows, columns = (
                (rows * size, columns) if i in self.weight_axes else (rows, columns * size)
            )
        return rows, columns


def _arranged(array: Any, given: str, wanted: str) -> Any:
    """Reorder named axes; those that are not wanted have size 1, new ones get it."""
    kept = [c for c in given if c in wanted]
    array = array.reshape([n for c, n in zip(given, array.shape, strict=True) if c in wanted])
    order = sorted(range(len(kept)), key=lambda i: wanted.index(kept[i]))
    sizes = dict(zip(kept, array.shape, strict=True))
    return array.transpose(order).reshape([sizes.get(c, 1) for c in wanted])
