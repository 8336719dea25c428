"""Policies by name, type or config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base.dtypes import DTypePolicy, dtype_name, dtype_policy, keep_dtype_policy
from kerata.base.registry import deserialize_keras_object, namespace_of, serialize as _serialize
from kerata.dtype_policies.quantized import policy_by_name


def get(identifier: Any) -> DTypePolicy:
    """Give a policy for a name, a type, a config or None, which is the global policy.

    Arguments:
        identifier: ``'float32'``, ``'mixed_bfloat16'``, ``'int8_from_float32'``, ``np.float32``,
            what ``serialize`` gives, a policy, or None.

    Raises:
        ValueError: anything else.

    >>> get("float16"), get("int8_from_float32")
    (<DTypePolicy "float16">, <QuantizedDTypePolicy "int8_from_float32">)
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return policy_by_name(identifier if isinstance(identifier, str) else dtype_name(identifier))


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Set the policy of layers that are made without a ``dtype``; None goes back to ``floatx()``.

    Raises:
        ValueError: unknown name.
    """
    keep_dtype_policy(None if policy is None else get(policy))


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Write a policy as plain values.

    Arguments:
        dtype_policy: the policy.

    >>> serialize(DTypePolicy("float32"))["config"]
    {'name': 'float32'}
    """
    return _serialize(dtype_policy)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> DTypePolicy:
    """Rebuild a policy from what ``serialize`` gives.

    Arguments:
        config: dictionary with ``class_name`` and ``config``.
        custom_objects: classes of the user's by name.

    Raises:
        ValueError: an unknown class, or one that is no policy.

    >>> deserialize({"class_name": "DTypePolicy", "config": {"name": "float32"}})
    <DTypePolicy "float32">
    """
    known = namespace_of("keras.dtype_policies").objects
    policies = {**known, "DTypePolicy": DTypePolicy, "FloatDTypePolicy": DTypePolicy}
    policy = deserialize_keras_object(
        dict(config), custom_objects=custom_objects, module_objects=policies
    )
    if not isinstance(policy, DTypePolicy):
        raise ValueError(f"dtype_policies.deserialize found no policy but {policy!r}.")
    return policy
