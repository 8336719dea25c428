"""Fully connected layer along any axes."""

from __future__ import annotations

import copy
from typing import Any

from kerata import activations, constraints, initializers, regularizers
from kerata.initializers import VarianceScaling
from kerata.layers.core.einsum_equation import EinsumShapes, read_equation
from kerata.layers.input_spec import InputSpec
from kerata.layers.rows import is_apart_after
from kerata.layers.weight_forms.formed import FormedWeight, FormedWeights
from kerata.layers.weight_forms.products import Einsum
from kerata.layers.weight_options import add_optioned


class EinsumDense(FormedWeights):
    """Fully connected layer whose product is written as an equation.

    ``EinsumDense("ab,bc->ac", 64, bias_axes="c")`` is ``Dense(64)``. Shapes are those that the
    equation says: in ``'abc,cd->abd'`` input ``(batch, b, c)``, kernel ``(c, d)``, output
    ``(batch, b, d)``; all are float.

    Arguments:
        equation: string, input, kernel and output by letters, ``'abc,cd->abd'``; dots first or last
            stand for any further axes, ``'...x,xy->...y'``.
        output_shape: int or tuple, sizes of the output's letters without the batch; None where
            the input says it, or alone where there are none, as in ``'ab,b->a'``.
        activation: name or function; None (linear) by default.
        bias_axes: string, letters of the output that get a bias; None (no bias) by default.
        kernel_initializer, bias_initializer: names or functions, first values; Glorot uniform and
            zeros by default.
        kernel_regularizer, bias_regularizer: penalties added to the loss; None by default.
        kernel_constraint, bias_constraint: applied after each update; None by default.
        lora_rank: int, rank of a trained part that is added to the frozen kernel, see
            ``enable_lora``; None (no such part) by default.
        lora_alpha: float, the part counts ``lora_alpha / lora_rank`` times; ``lora_rank`` by
            default.
        gptq_unpacked_column_size: int, columns of a kernel that Keras quantized by GPTQ; it is only
            kept.
        quantization_config: how a layer with a quantized ``dtype`` keeps its weights; None by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an equation of another form, letters or sizes that don't fit.

    >>> import numpy as np
    >>> EinsumDense("abc,cd->abd", (None, 5))(np.ones((2, 3, 4))).shape
    (2, 3, 5)
    """

    _takes_one_array = True

    modes = ("int8", "int4", "float8")
    kernel = FormedWeight()
    _not_in_config = ("gptq_unpacked_column_size", *FormedWeights._not_in_config)

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        gptq_unpacked_column_size: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
            **kwargs,
        )
        self.gptq_unpacked_column_size = gptq_unpacked_column_size
        self.equation = equation
        sizes = output_shape if isinstance(output_shape, (list, tuple)) else (output_shape,)
        self.partial_output_shape = tuple(sizes)
        self.activation = activations.get(activation)
        if bias_axes is not None and (not isinstance(bias_axes, str) or not bias_axes):
            raise ValueError(
                "EinsumDense: bias_axes must be letters of the output, or None for no bias, "
                f"got bias_axes={bias_axes!r}."
            )
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return _starts_with_rows(self.equation, self.bias_axes) and is_apart_after(
            self.activation, self
        )

    def _shapes(self, input_shape: Any) -> EinsumShapes:
        return read_equation(
            self.equation, self.bias_axes, tuple(input_shape), self.partial_output_shape
        )

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias as the equation says."""
        shapes = self._shapes(input_shape)
        for what, shape in (("kernel", shapes.kernel), ("bias", shapes.bias or ())):
            if None in shape:
                raise ValueError(
                    f"Layer {self.name!r} (EinsumDense): the {what}'s shape {shape} is not "
                    f"fully known from the input's, {tuple(input_shape)}."
                )
        initializer = self.kernel_initializer
        if isinstance(initializer, VarianceScaling) and None in (
            initializer.input_axes,
            initializer.output_axes,
        ):
            initializer = copy.copy(initializer)
            initializer.input_axes = shapes.input_axes
            initializer.output_axes = shapes.output_axes
        product = Einsum(self.equation, len(input_shape))
        self._add_formed("kernel", shapes.kernel, product, initializer=initializer)
        self.bias = None if shapes.bias is None else add_optioned(self, "bias", shapes.bias)
        data, _, kernel = self.equation.partition("->")[0].partition(",")
        # Letters stand at the end where dots are at the front.
        first = -len(data.strip(".")) if data.startswith("...") else 0
        axes = {i: input_shape[i] for i, x in enumerate(data.strip("."), first) if x in kernel}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)
        self._adapt_if_asked()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Compute the outputs."""
        outputs = self._forms["kernel"].affine(inputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the output's shape as the equation says."""
        return self._shapes(input_shape).output

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config() | {"output_shape": self.partial_output_shape}
        if self.gptq_unpacked_column_size:
            config["gptq_unpacked_column_size"] = self.gptq_unpacked_column_size
        return config


def _starts_with_rows(equation: str, bias_axes: str | None) -> bool:
    """Say whether an equation treats the first axis as the batch: kept first, never summed."""
    inputs, _, outputs = equation.partition("->")
    data, _, kernel = inputs.partition(",")
    row = "..." if data.startswith("...") else data[:1]
    if row == "...":
        return outputs.startswith("...")
    return outputs[:1] == row and row not in kernel and row not in (bias_axes or "")
