"""Activations that are layers, with their settings or weights."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import constraints, initializers, regularizers
from kerata.layers.layer import Layer


class _Elementwise(Layer):
    """Base of the layers that treat each input alone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


class ReLU(_Elementwise):
    """``max(x, 0)``, with a bound above and another slope below a threshold if asked.

    Arguments:
        max_value: largest output, or None.
        negative_slope: slope below the threshold.
        threshold: where the positive part starts.

    Raises:
        ValueError: a negative setting.

    >>> import numpy as np
    >>> ReLU(max_value=1.5, negative_slope=0.5)(np.array([-2.0, 1.0, 2.0])).tolist()
    [-1.0, 1.0, 1.5]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: Any = 0.0,
        threshold: Any = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        settings = {
            "max_value": max_value,
            "negative_slope": negative_slope,
            "threshold": threshold,
        }
        for name, value in settings.items():
            if isinstance(value, (int, float)) and value < 0:
                raise ValueError(f"ReLU: {name} must be at least 0, got {value!r}.")
        self.max_value = max_value
        self.negative_slope = 0.0 if negative_slope is None else negative_slope
        self.threshold = 0.0 if threshold is None else threshold

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        below = self.negative_slope * (inputs - self.threshold)
        outputs = jnp.where(inputs > self.threshold, inputs, below)
        # At the threshold itself Keras counts the input as above it.
        outputs = jnp.where(inputs == self.threshold, jnp.maximum(inputs, below), outputs)
        return outputs if self.max_value is None else jnp.minimum(outputs, self.max_value)


class LeakyReLU(_Elementwise):
    """``x`` above 0, ``negative_slope * x`` below.

    Arguments:
        negative_slope: slope below 0; ``alpha`` is its old name.

    Source: Maas et al. 2013.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([-2.0, 1.0])).tolist()
    [-1.0, 1.0]
    """

    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        if negative_slope is None or (
            isinstance(negative_slope, (int, float)) and negative_slope < 0
        ):
            raise ValueError(
                f"LeakyReLU: negative_slope must be at least 0, got {negative_slope!r}."
            )
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return jax.nn.leaky_relu(inputs, self.negative_slope)


class ELU(_Elementwise):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Arguments:
        alpha: what is approached below, times -1.

    Source: Clevert et al. 2016.

    >>> import numpy as np
    >>> ELU()(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return jax.nn.elu(inputs, self.alpha)


class PReLU(_Elementwise):
    """``x`` above 0, ``alpha * x`` below, with a trained ``alpha`` for each place.

    Arguments:
        alpha_initializer, alpha_regularizer, alpha_constraint: of the slopes; zeros at first.
        shared_axes: axes, counted from 1, along which one slope serves all.

    Source: He et al. 2015.

    >>> import numpy as np
    >>> PReLU(alpha_initializer="ones")(np.array([[-2.0, 1.0]])).tolist()
    [[-2.0, 1.0]]
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Make the slopes, of a row's shape with 1 along shared axes."""
        shared = self.shared_axes or []
        shape = [
            1 if axis in shared else self.known_axis(input_shape, axis)
            for axis in range(1, len(input_shape))
        ]
        self.alpha = self.add_weight(
            tuple(shape),
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)


class Softmax(_Elementwise):
    """Positive numbers that sum to 1 along an axis.

    Arguments:
        axis: the axis, or several.

    Source: Keras 3.15; masked places get 0.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Compute the outputs."""
        axis = tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        if mask is not None:
            lowest = jnp.finfo(inputs.dtype).max / -2
            inputs = inputs + (1 - mask.astype(inputs.dtype)) * lowest
        return jax.nn.softmax(inputs, axis=axis)
