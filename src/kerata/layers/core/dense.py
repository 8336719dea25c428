"""Fully connected layer."""

from __future__ import annotations

from typing import Any

from kerata import activations, constraints, initializers, regularizers
from kerata.base.arguments import positive_int
from kerata.layers.input_spec import InputSpec
from kerata.layers.rows import ApartAfterActivation
from kerata.layers.weight_forms.formed import FormedWeight, FormedWeights
from kerata.layers.weight_forms.products import Matrix
from kerata.layers.weight_options import add_optioned


class Dense(ApartAfterActivation, FormedWeights):
    """Fully connected layer: ``activation(inputs @ kernel + bias)``.

    Input ``(batch, ..., features)``, output ``(batch, ..., units)``, float; kernel
    ``(features, units)``, bias ``(units,)``.

    Arguments:
        units: int, number of outputs.
        activation: name or function; None (linear) by default.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, bias_initializer: names or functions, first values; Glorot uniform and
            zeros by default.
        kernel_regularizer, bias_regularizer: penalties added to the loss; None by default.
        activity_regularizer: penalty on the outputs; None by default.
        kernel_constraint, bias_constraint: applied after each update; None by default.
        lora_rank: int, rank of a trained part that is added to the frozen kernel, see
            ``enable_lora``; None (no such part) by default.
        lora_alpha: float, the part counts ``lora_alpha / lora_rank`` times; ``lora_rank`` by
            default.
        quantization_config: how a layer with a quantized ``dtype`` keeps its weights; None by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; an input of another width.

    >>> import numpy as np
    >>> Dense(2, kernel_initializer="ones")(np.array([[1.0, 2.0]])).tolist()
    [[3.0, 3.0]]

    Source: first values: Glorot & Bengio 2010, Understanding the difficulty of training deep
    feedforward neural networks.
    """

    modes = ("int8", "int4", "float8")
    kernel = FormedWeight()

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            activity_regularizer=activity_regularizer,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
            **kwargs,
        )
        self.units = positive_int("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make kernel ``(features, units)`` and bias ``(units,)``."""
        width = self.known_axis(input_shape, -1)
        self._add_formed("kernel", (width, self.units), Matrix())
        self.bias = add_optioned(self, "bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})
        self._adapt_if_asked()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Compute the outputs."""
        outputs = self._forms["kernel"].affine(inputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Replace the last axis by ``units``."""
        return (*input_shape[:-1], self.units)
