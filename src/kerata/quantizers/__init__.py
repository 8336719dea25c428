"""Weights and inputs in fewer bits: what turns floats into small integers.

>>> from kerata import quantizers
>>> quantizers.AbsMaxQuantizer(axis=-1).get_config()["value_range"]
(-127, 127)
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.quantizers.absolute_maximum import (
    abs_max_quantize,
    abs_max_quantize_grouped_with_zero_point,
)
from kerata.quantizers.calibrated import AWQConfig, GPTQConfig
from kerata.quantizers.configs import (
    Float8QuantizationConfig,
    Int4QuantizationConfig,
    Int8QuantizationConfig,
    QuantizationConfig,
)
from kerata.quantizers.fake import fake_quant_with_min_max_vars
from kerata.quantizers.float8 import (
    compute_float8_amax_history,
    compute_float8_scale,
    quantize_and_dequantize,
)
from kerata.quantizers.int4 import pack_int4, unpack_int4
from kerata.quantizers.quantizer import AbsMaxQuantizer, Quantizer

_namespace = registry.Namespace("keras.quantizers", "quantizer")
for _kind in (
    *(AWQConfig, AbsMaxQuantizer, Float8QuantizationConfig, GPTQConfig),
    *(Int4QuantizationConfig, Int8QuantizationConfig, QuantizationConfig, Quantizer),
):
    _namespace.add(_kind)


def get(identifier: Any, **kwargs: Any) -> Any:
    """Give a quantizer for its name, config, class or object.

    Arguments:
        identifier: ``'abs_max_quantizer'``, what ``serialize`` gives, a class, a quantizer or None.
        **kwargs: arguments of the constructor, where a name or a class is given.

    Raises:
        ValueError: an unknown name.
        TypeError: something that is none of these.

    >>> get("AbsMaxQuantizer", axis=0).axis
    (0,)
    """
    found = _namespace.lookup(identifier) if isinstance(identifier, str) else identifier
    return found(**kwargs) if inspect.isclass(found) else _namespace.get(found)


def serialize(initializer: Any) -> Any:
    """Write a quantizer as a config.

    Arguments:
        initializer: the quantizer; Keras calls it so.

    >>> serialize(AbsMaxQuantizer())["class_name"]
    'AbsMaxQuantizer'
    """
    return registry.serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build a quantizer from a config.

    Arguments:
        config: what ``serialize`` gave.
        custom_objects: classes of the user's by name.

    >>> deserialize(serialize(AbsMaxQuantizer(axis=1))).axis
    (1,)
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "AWQConfig",
    "AbsMaxQuantizer",
    "Float8QuantizationConfig",
    "GPTQConfig",
    "Int4QuantizationConfig",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "Quantizer",
    "abs_max_quantize",
    "abs_max_quantize_grouped_with_zero_point",
    "compute_float8_amax_history",
    "compute_float8_scale",
    "deserialize",
    "fake_quant_with_min_max_vars",
    "get",
    "pack_int4",
    "quantize_and_dequantize",
    "serialize",
    "unpack_int4",
]
