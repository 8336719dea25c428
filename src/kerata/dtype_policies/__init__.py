"""The types that layers compute in and keep their weights in, as objects.

>>> from kerata import dtype_policies
>>> dtype_policies.get("mixed_bfloat16").compute_dtype
'bfloat16'
>>> dtype_policies.get("int8_from_float32").quantization_mode
'int8'
"""

from __future__ import annotations

from kerata.base.dtypes import DTypePolicy
from kerata.base.registry import Namespace
from kerata.dtype_policies.lookup import deserialize, get, serialize
from kerata.dtype_policies.policy_map import DTypePolicyMap
from kerata.dtype_policies.quantized import (
    AWQDTypePolicy,
    GPTQDTypePolicy,
    Int4DTypePolicy,
    QuantizedDTypePolicy,
    QuantizedFloat8DTypePolicy,
)

# Keras's name for policies that are not quantized.
FloatDTypePolicy = DTypePolicy

_namespace = Namespace("keras.dtype_policies", "dtype policy")
for _policy in (
    *(AWQDTypePolicy, DTypePolicyMap, GPTQDTypePolicy, Int4DTypePolicy),
    *(QuantizedDTypePolicy, QuantizedFloat8DTypePolicy),
):
    _namespace.add(_policy)

__all__ = [
    "AWQDTypePolicy",
    "DTypePolicy",
    "DTypePolicyMap",
    "FloatDTypePolicy",
    "GPTQDTypePolicy",
    "Int4DTypePolicy",
    "QuantizedDTypePolicy",
    "QuantizedFloat8DTypePolicy",
    "deserialize",
    "get",
    "serialize",
]
