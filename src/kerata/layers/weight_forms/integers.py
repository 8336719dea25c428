"""Weights as integers of 8 bits, and what that has in common with fewer bits."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.variable import unboxed
from kerata.kernels.sparse_rows import dense_tree
from kerata.layers.weight_forms.form import Form, taken
from kerata.layers.weight_forms.products import Product
from kerata.quantizers import AbsMaxQuantizer, QuantizationConfig


class IntegerForm(Form):
    """A weight as integers with scales; inputs may be rounded to integers too."""

    use: Product

    def _add_integers(self, shape: Any) -> None:
        options = {"dtype": "int8", "trainable": False, "name": self.name}
        self.keep(self.layer.add_weight(shape, "zeros", **options))

    def _add(self, part: str, shape: Any, **options: Any) -> None:
        given = {"initializer": "ones", **options}
        name = self._attribute(part)
        setattr(self.layer, name, self.layer.add_weight(shape, trainable=False, name=name, **given))

    def take_over(self, form: Form) -> None:
        """Make the variables with the values that a weight of floats has."""
        floats = unboxed(form.main)
        self.layer._forget(form.main)
        self.make()
        for variable, value in zip(self.variables, self.values(floats), strict=True):
            variable.assign(value)

    @property
    def weight_quantizer(self) -> Any:
        """What rounds the weight."""
        default = AbsMaxQuantizer(axis=self._quantized_axes, value_range=self.value_range)
        config = self.layer.quantization_config
        return QuantizationConfig.weight_quantizer_or_default(config, default)

    value_range = (-127, 127)

    @property
    def _quantized_axes(self) -> tuple[int, ...]:
        return self.use.weight_axes

    def dequantized(self, arrays: Any) -> Any:
        """Give the floats that arrays of the variables stand for."""
        raise NotImplementedError

    def rounded(self, inputs: Any, arrays: Any) -> Any:
        """Multiply by the weight as the arrays of its variables say it."""
        raise NotImplementedError

    def floats(self) -> Any:
        """Give the weight as floats."""
        return self.dequantized([v.value for v in self.variables])

    def _inputs(self, inputs: Any) -> tuple[Any, Any]:
        """Round inputs; give them and what outputs are to be divided by, None for nothing."""
        quantizer = self.layer.inputs_quantizer
        if quantizer is None:
            return inputs, None
        integers, scale = quantizer(inputs, axis=self.use.input_axes)
        return integers, self.use.of_inputs(scale)

    def _product(self, inputs: Any) -> Any:
        return rounded_product(self, dense_tree(inputs), [v.value for v in self.variables])


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def rounded_product(form: IntegerForm, inputs: Any, arrays: list[Any]) -> Any:
    """Multiply by rounded numbers, with the slope of the product of floats.

    Rounding has slope 0, so gradients pass it by; nothing is trained but inputs.
    """
    return form.rounded(inputs, arrays)


@rounded_product.defjvp
def _slope(form: IntegerForm, primals: Any, tangents: Any) -> tuple[Any, Any]:
    outputs = form.rounded(*primals)
    slope = form.use(tangents[0], form.dequantized(primals[1]))
    return outputs, slope.astype(outputs.dtype)


class Int8(IntegerForm):
    """A weight as integers of 8 bits: ``round(weight * scale)``, a scale for each output.

    Source: Jacob et al. 2018, Quantization and training of neural networks for efficient
    integer-arithmetic-only inference.
    """

    mode = "int8"
    parts = ("scale",)

    def make(self, **options: Any) -> None:
        """Make the variables: zeros, to be overwritten."""
        config = self.layer.quantization_config
        self.layer.inputs_quantizer = QuantizationConfig.activation_quantizer_or_default(
            config, AbsMaxQuantizer()
        )
        self._add_integers(self.shape)
        ones = [1 if i in self.use.weight_axes else n for i, n in enumerate(self.shape)]
        self._add("scale", self.use.of_weight(np.empty(ones)).shape)

    def values(self, floats: Any) -> list[Any]:
        """Give integers and scales."""
        integers, scale = self.weight_quantizer(floats, to_numpy=True)
        return [integers, self.use.of_weight(scale)]

    def dequantized(self, arrays: Any) -> Any:
        """Divide integers by their scales."""
        integers, scale = arrays
        return integers.astype(self.layer.compute_dtype) / self.use.beside_weight(scale)

    def rounded(self, inputs: Any, arrays: Any) -> Any:
        """Multiply integers, and divide the sums by the scales."""
        integers, scale = arrays
        inputs, of_inputs = self._inputs(inputs)
        sums = self.use(inputs, integers).astype(self.layer.compute_dtype)
        return sums / (scale if of_inputs is None else scale * of_inputs)

    def _rows(self, ids: Any) -> Any:
        integers, scale = (v.value for v in self.variables)
        # An id that is too large has no row; the scale makes it NaN.
        chosen = taken(integers, ids).astype(self.layer.compute_dtype)
        return chosen / jnp.expand_dims(taken(scale, ids), -1)
