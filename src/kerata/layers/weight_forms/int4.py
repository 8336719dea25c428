"""Weights as integers of 4 bits, two in a byte."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from kerata.dtype_policies import Int4DTypePolicy
from kerata.layers.weight_forms.form import taken
from kerata.layers.weight_forms.integers import IntegerForm
from kerata.quantizers import (
    AbsMaxQuantizer,
    Int4QuantizationConfig,
    QuantizationConfig,
    abs_max_quantize_grouped_with_zero_point,
    pack_int4,
    unpack_int4,
)


class Int4(IntegerForm):
    """A weight as integers of 4 bits, with a scale for each output or for groups of weights.

    The weight lies as a matrix: summed axes, then the others. Groups have zero points too, so
    that each uses all 16 integers. Products are made of floats again.

    Source: Dettmers & Zettlemoyer 2023, The case for 4-bit precision.
    """

    mode = "int4"
    parts = ("scale", "zero", "g_idx")
    value_range = (-8, 7)

    def _attribute(self, part: str) -> str:
        # Of a way back that is a table of its own, the numbers of groups are the first table's.
        if part == "g_idx":
            return "g_idx" if self.use.packed_axis else "no_g_idx"
        return super()._attribute(part)

    @property
    def _block_size(self) -> int | None:
        """How many weights share a scale; None for all that are summed."""
        config, policy = self.layer.quantization_config, self.layer._policy_here
        size = None
        if isinstance(config, Int4QuantizationConfig):
            size = config.block_size
        elif isinstance(policy, Int4DTypePolicy):
            size = policy.block_size
        return None if size == -1 else size

    @property
    def _matrix_shape(self) -> list[int]:
        return list(self.use.matrix_shape(self.shape))  # type: ignore[arg-type] # known by now

    @property
    def _quantized_axes(self) -> tuple[int, ...]:
        return (self.use.group_axis,)

    def make(self, **options: Any) -> None:
        """Make the variables: zeros, to be overwritten."""
        default = None if self.name == "kernel" else AbsMaxQuantizer()
        self.layer.inputs_quantizer = QuantizationConfig.activation_quantizer_or_default(
            self.layer.quantization_config, default
        )
        matrix, axis, size = self._matrix_shape, self.use.group_axis, self._block_size
        packed = list(matrix)
        packed[self.use.packed_axis] = -(-packed[self.use.packed_axis] // 2)
        self._add_integers(packed)
        if size is None:
            self._add("scale", (matrix[1 - axis],))
            return
        groups = list(matrix)
        groups[axis] = math.ceil(matrix[axis] / size)
        self._add("scale", groups)
        self._add("zero", groups, initializer="zeros", dtype="int8")
        if self.use.packed_axis:
            self._add("g_idx", (matrix[axis],), initializer="zeros", dtype="float32")
            self.layer.g_idx.assign(self._groups(size))

    def _groups(self, size: int) -> Any:
        """Give the number of each weight's group."""
        return jnp.arange(self._matrix_shape[self.use.group_axis]) // size

    def values(self, floats: Any) -> list[Any]:
        """Give bytes, scales, and with groups their zero points and numbers."""
        matrix = jnp.reshape(floats, self._matrix_shape)
        axis, size = self.use.group_axis, self._block_size
        if size is None:
            integers, scale = self.weight_quantizer(matrix, to_numpy=True)
            more = [scale.squeeze(axis)]
        else:
            turned = matrix.T if axis else matrix
            found = abs_max_quantize_grouped_with_zero_point(turned, size, to_numpy=True)
            integers, *more = [x.T if axis else x for x in found]
            more += [self._groups(size)] if self.use.packed_axis else []
        return [pack_int4(integers, self.use.packed_axis)[0], *more]

    def shown(self) -> Any:
        """Give the integers, one a byte."""
        return self._unpacked(self.main.value).reshape(self.shape)

    def _unpacked(self, packed: Any) -> Any:
        axis = self.use.packed_axis
        return unpack_int4(packed, self._matrix_shape[axis], axis)

    def dequantized(self, arrays: Any) -> Any:
        """Give the floats that bytes and scales stand for."""
        packed, scale, *zero = arrays
        integers = self._unpacked(packed).astype(self.layer.compute_dtype)
        axis, size = self.use.group_axis, self._block_size
        if size is None:
            floats = integers / jnp.expand_dims(scale, axis)
        else:
            of_each = [jnp.take(x, self._groups(size), axis=axis) for x in (zero[0], scale)]
            floats = (integers - of_each[0]) * of_each[1]
        return floats.astype(self.layer.compute_dtype).reshape(self.shape)

    def rounded(self, inputs: Any, arrays: Any) -> Any:
        """Multiply by the floats that the weight stands for."""
        inputs, of_inputs = self._inputs(inputs)
        outputs = self.use(inputs, self.dequantized(arrays)).astype(self.layer.compute_dtype)
        return outputs if of_inputs is None else outputs / of_inputs

    def _rows(self, ids: Any) -> Any:
        packed, scale, *zero = (taken(v.value, ids) for v in self.variables[:3])
        integers = unpack_int4(packed, self._matrix_shape[1], -1).astype(self.layer.compute_dtype)
        size = self._block_size
        if size is None:
            return integers / jnp.expand_dims(scale, -1)
        groups = self._groups(size)
        return (integers - zero[0][..., groups]) * scale[..., groups]
