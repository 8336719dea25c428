"""``tf.nn``: activations, convolutions, losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from kerata import ops, random
from kerata.compat.tensorflow import arithmetic
from kerata.compat.tensorflow.exporting import exported, from_table, integers, unary, value
from kerata.compat.tensorflow.lacking import lacking

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **from_table(
        unary,
        {
            **{n: n for n in ("relu", "relu6", "elu", "selu", "sigmoid", "softplus", "softsign")},
            **{n: n for n in ("tanh", "silu")},
            "swish": "silu",
        },
    ),
    **{name: arithmetic.FUNCTIONS[name] for name in ("l2_normalize", "top_k", "in_top_k")},
}


def _extra(function: Callable[..., Any]) -> Callable[..., Any]:
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


@_extra
def softmax(logits: Any, axis: Any = -1) -> Any:
    """``tf.nn.softmax``: shares that add up to 1."""
    return ops.softmax(value(logits), axis=-1 if axis is None else integers(axis))


@_extra
def log_softmax(logits: Any, axis: Any = -1) -> Any:
    """``tf.nn.log_softmax``: logarithms of ``softmax``."""
    return ops.log_softmax(value(logits), axis=-1 if axis is None else integers(axis))


@_extra
def leaky_relu(features: Any, alpha: float = 0.2) -> Any:
    """``tf.nn.leaky_relu``: negative values times alpha."""
    return ops.leaky_relu(value(features), negative_slope=alpha)


@_extra
def gelu(features: Any, approximate: bool = False) -> Any:
    """``tf.nn.gelu``: values times their Gaussian probability."""
    return ops.gelu(value(features), approximate=approximate)


@_extra
def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """``tf.nn.dropout``: a share of the values is 0, the others are larger."""
    return random.dropout(value(x), rate, noise_shape=integers(noise_shape), seed=seed)


@_extra
def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: Any = -1) -> Any:
    """``tf.nn.softmax_cross_entropy_with_logits``: cross-entropy of each row."""
    return -ops.sum(value(labels) * ops.log_softmax(value(logits), axis=axis), axis=axis)


@_extra
def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """``tf.nn.sparse_softmax_cross_entropy_with_logits``: the same for class numbers."""
    logits, labels = value(logits), value(labels)
    return -jnp.take_along_axis(
        ops.log_softmax(logits, axis=-1), labels[..., None].astype("int32"), axis=-1
    )[..., 0]


@_extra
def sigmoid_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """``tf.nn.sigmoid_cross_entropy_with_logits``: cross-entropy of each value."""
    x, z = value(logits), value(labels)
    return ops.maximum(x, 0) - x * z + ops.log1p(ops.exp(-ops.absolute(x)))


@_extra
def l2_loss(t: Any) -> Any:
    """``tf.nn.l2_loss``: half the sum of squares."""
    return ops.sum(ops.square(value(t))) / 2


@_extra
def bias_add(value: Any, bias: Any, data_format: Any = None) -> Any:
    """``tf.nn.bias_add``: a row added to the last axis."""
    return ops.add(value, bias)


@_extra
def moments(x: Any, axes: Any, keepdims: bool = False) -> Any:
    """``tf.nn.moments``: mean and variance."""
    return ops.moments(value(x), axes=integers(axes), keepdims=keepdims)


@_extra
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any
) -> Any:
    """``tf.nn.batch_normalization``: shifted and scaled to mean and variance."""
    factor = ops.rsqrt(value(variance) + variance_epsilon)
    factor = factor if scale is None else factor * value(scale)
    shift = 0 if offset is None else value(offset)
    return value(x) * factor + (shift - value(mean) * factor)


@_extra
def embedding_lookup(params: Any, ids: Any) -> Any:
    """``tf.nn.embedding_lookup``: rows by their numbers."""
    return ops.take(value(params), value(ids), axis=0)


@_extra
def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = 1,
) -> Any:
    """``tf.nn.conv2d``: convolution of pictures."""
    return ops.conv(
        value(input),
        value(filters),
        strides=_inner(strides, data_format),
        padding=padding.lower(),
        data_format=_order(data_format),
        dilation_rate=_inner(dilations, data_format) or 1,
    )


@_extra
def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC"
) -> Any:
    """``tf.nn.max_pool2d``: the largest values of windows."""
    return ops.max_pool(
        value(input),
        _inner(ksize, data_format),
        strides=_inner(strides, data_format),
        padding=padding.lower(),
        data_format=_order(data_format),
    )


@_extra
def avg_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC"
) -> Any:
    """``tf.nn.avg_pool2d``: the means of windows."""
    return ops.average_pool(
        value(input),
        _inner(ksize, data_format),
        strides=_inner(strides, data_format),
        padding=padding.lower(),
        data_format=_order(data_format),
    )


FUNCTIONS["max_pool"], FUNCTIONS["avg_pool"] = max_pool2d, avg_pool2d


def _order(data_format: str) -> str:
    return "channels_first" if data_format == "NCHW" else "channels_last"


def _inner(sizes: Any, data_format: str) -> Any:
    """Give the sizes along height and width of four."""
    plain = integers(sizes)
    if isinstance(plain, int) or len(plain) == 2:
        return plain
    if len(plain) == 1:
        return plain[0]
    return plain[2:] if data_format == "NCHW" else plain[1:3]


globals().update(FUNCTIONS)
__getattr__ = lacking(__name__)
