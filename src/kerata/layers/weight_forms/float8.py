"""Products of 8-bit floats, in training too."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from kerata.dtype_policies import QuantizedFloat8DTypePolicy
from kerata.kernels.sparse_rows import dense_tree
from kerata.layers.weight_forms.form import Form
from kerata.quantizers import (
    compute_float8_amax_history,
    compute_float8_scale,
    quantize_and_dequantize,
)

# Inputs and weights have more digits, gradients a wider range.
_FORWARD, _BACKWARD = "float8_e4m3fn", "float8_e5m2"


class Float8(Form):
    """A weight of floats that is rounded to 8 bits for each product, as inputs and gradients are.

    Scales follow the largest numbers of the last steps. They and these numbers are variables
    whose "gradients" are their next values.

    Source: Micikevicius et al. 2022, FP8 formats for deep learning.
    """

    mode = "float8"
    adaptable = False
    _whose = ("inputs", "kernel", "outputs_grad")
    parts = tuple(f"{whose}_{what}" for whose in _whose for what in ("scale", "amax_history"))

    def _attribute(self, part: str) -> str:
        return part

    def make(self, **options: Any) -> None:
        """Make scales, numbers of late and the weight."""
        self._add_parts()
        super().make(**options)

    def take_over(self, form: Form) -> None:
        """Make scales and numbers of late; the weight stays as it is."""
        self._add_parts()

    def _add_parts(self) -> None:
        policy = self.layer._policy_here
        length = getattr(
            policy,
            "amax_history_length",
            QuantizedFloat8DTypePolicy.default_amax_history_length,
        )
        for name in self.parts:
            scale = name.endswith("scale")
            weight = self.layer.add_weight(
                () if scale else (length,),
                "ones" if scale else "zeros",
                dtype="float32",
                autocast=False,
                name=name,
            )
            weight.overwrite_with_gradient = True
            setattr(self.layer, name, weight)

    def _scales(self, whose: str) -> tuple[Any, Any]:
        layer = self.layer
        return (
            getattr(layer, f"{whose}_scale").value,
            getattr(layer, f"{whose}_amax_history").value,
        )

    def _product(self, inputs: Any) -> Any:
        assert self.use is not None
        dtype = self.layer.compute_dtype
        x = _rounded(dense_tree(inputs), *self._scales("inputs"), dtype)
        weight = _rounded(self.main.value, *self._scales("kernel"), dtype)
        return _with_rounded_gradient(self.use(x, weight), *self._scales("outputs_grad"), dtype)

    def _bias(self, bias: Any) -> Any:
        # A GPU's product of 8-bit floats adds a short bias.
        short = self.layer.compute_dtype == "float32"
        return bias.astype("bfloat16").astype(bias.dtype) if short else bias


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def _rounded(x: Any, scale: Any, history: Any, dtype: str) -> Any:
    return quantize_and_dequantize(x, scale, _FORWARD, dtype)


def _rounded_forward(x: Any, scale: Any, history: Any, dtype: str) -> tuple[Any, Any]:
    return _rounded(x, scale, history, dtype), _next(x, scale, history, _FORWARD)


def _rounded_backward(dtype: str, following: Any, upstream: Any) -> tuple[Any, ...]:
    return (upstream, *following)


_rounded.defvjp(_rounded_forward, _rounded_backward)


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def _with_rounded_gradient(x: Any, scale: Any, history: Any, dtype: str) -> Any:
    return x


def _passed(x: Any, scale: Any, history: Any, dtype: str) -> tuple[Any, Any]:
    return x, (scale, history)


def _rounded_gradient(dtype: str, kept: Any, upstream: Any) -> tuple[Any, ...]:
    scale, history = kept
    rounded = quantize_and_dequantize(upstream, scale, _BACKWARD, dtype)
    return (rounded, *_next(upstream, scale, history, _BACKWARD))


_with_rounded_gradient.defvjp(_passed, _rounded_gradient)


def _next(x: Any, scale: Any, history: Any, quantized: str) -> tuple[Any, Any]:
    """Give the scale and the largest numbers for the next step."""
    most = jnp.asarray(float(jnp.finfo(quantized).max), "float32")
    following = compute_float8_scale(jnp.max(history), scale, most)
    return following, compute_float8_amax_history(x, history)
