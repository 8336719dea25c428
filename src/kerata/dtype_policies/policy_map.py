"""Policies for many layers at once, by their paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Self

from kerata.base.dtypes import DTypePolicy
from kerata.base.registry import deserialize, serialize
from kerata.dtype_policies.lookup import get


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """A policy for each layer by its path, ``'encoder/dense'``, and one for all others.

    A key is a path, or a regular expression that paths must match as a whole.

    Arguments:
        default_policy: policy or its name for layers that no key matches; the global one by
            default.
        policy_map: dictionary from keys to policies; empty by default.

    Raises:
        ValueError: a map as the default; a key that is there already; a path that several keys
            match.
        TypeError: ``policy_map`` that is no dictionary.

    >>> policies = DTypePolicyMap("float32", {"encoder/.*": DTypePolicy("bfloat16")})
    >>> policies["encoder/dense"].name, policies["decoder/dense"].name
    ('bfloat16', 'float32')
    """

    def __init__(
        self, default_policy: Any = None, policy_map: dict[str, DTypePolicy] | None = None
    ) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("DTypePolicyMap: default_policy must not be a map itself.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(f"DTypePolicyMap: policy_map must be a dict, got {policy_map!r}.")
        self._default_given = default_policy
        self._default = get(default_policy)
        self._policy_map: dict[str, DTypePolicy] = {} if policy_map is None else policy_map

    @property
    def name(self) -> str:
        """The default's name behind ``map_``."""
        return f"map_{self._default.name}"

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of layers that no key matches."""
        return self._default

    @property
    def compute_dtype(self) -> str:
        """The type of the arithmetic where no key matches."""
        return self._default.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The type of the weights where no key matches."""
        return self._default.variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How weights are kept where no key matches."""
        return self._default.quantization_mode

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._policy_map:
            return self._policy_map[key]
        fitting = [pattern for pattern in self._policy_map if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ValueError(
                f"DTypePolicyMap: the path {key!r} matches several keys, {fitting}; each path may "
                "match one."
            )
        return self._policy_map[fitting[0]] if fitting else self._default

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policy_map:
            raise ValueError(
                f"DTypePolicyMap: {key!r} has the policy {self._policy_map[key].name!r} already; "
                "delete it before you set another one."
            )
        self._policy_map[key] = get(policy)

    def __delitem__(self, key: str) -> None:
        del self._policy_map[key]

    def __contains__(self, key: object) -> bool:
        return key in self._policy_map

    def __len__(self) -> int:
        return len(self._policy_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policy_map)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the map."""
        policies = {key: serialize(policy) for key, policy in self._policy_map.items()}
        return {"default_policy": serialize(self._default_given), "policy_map": policies}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Rebuild a map from ``get_config``."""
        return cls(**{name: deserialize(value, custom_objects) for name, value in config.items()})

    def __repr__(self) -> str:
        named = [(key, policy.name) for key, policy in self._policy_map.items()]
        return f"<DTypePolicyMap default_policy={self._default.name}, mapping={named}>"


def policy_at(policy: DTypePolicy, path: str | None) -> DTypePolicy:
    """Give the policy of a layer at a path, which a map may hold.

    >>> policy_at(DTypePolicyMap("float32"), "dense"), policy_at(DTypePolicy("float16"), None)
    (<DTypePolicy "float32">, <DTypePolicy "float16">)
    """
    return policy[path] if isinstance(policy, DTypePolicyMap) and path else policy
