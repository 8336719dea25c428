"""Columns of a table as features: what type they have and which layer prepares them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import jax.numpy as jnp

from kerata.base.arguments import positive_int
from kerata.base.messages import did_you_mean
from kerata.base.registry import deserialize, serialize
from kerata.layers.core.identity import Identity
from kerata.layers.layer import Layer


class Cross:
    """A combination of features, sorted into bins.

    Arguments:
        feature_names: names of two or more features.
        crossing_dim: int, number of bins.
        output_mode: ``'one_hot'`` (the default) or ``'int'``.

    Raises:
        ValueError: an unknown mode, a single feature, no positive number of bins.

    >>> Cross(["city", "year"], 8).name
    'city_X_year'
    """

    def __init__(
        self, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> None:
        self.feature_names = tuple(feature_names)
        if len(self.feature_names) < 2:
            raise ValueError(f"A cross takes two or more features, got {self.feature_names!r}.")
        self.crossing_dim = positive_int(f"Cross {self.name!r}", "crossing_dim", crossing_dim)
        self.output_mode = _checked(f"Cross {self.name!r}", output_mode, ("int", "one_hot"))

    @property
    def name(self) -> str:
        """The names of the features, joined by ``_X_``."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build a cross from what ``get_config`` gave here or in Keras."""
        return cls(**{key: deserialize(value) for key, value in config.items()})


class Feature(Layer):
    """A column's type, the layer that prepares it and what becomes of the layer's output.

    Arguments:
        dtype: type of the raw values, such as ``'float32'``, ``'int32'`` or ``'string'``.
        preprocessor: a ``Layer`` from ``(batch, 1)`` to numbers.
        output_mode: ``'float'`` or ``'int'``: the output as it is; ``'one_hot'``: category
            numbers become vectors.

    Raises:
        ValueError: an unknown mode.
        TypeError: a preprocessor that is no layer.

    >>> from kerata import layers
    >>> Feature("float32", layers.Rescaling(0.5), "float").dtype
    'float32'
    """

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str) -> None:
        super().__init__()
        if isinstance(preprocessor, dict):
            preprocessor = deserialize(preprocessor)
        if not isinstance(preprocessor, Layer):
            raise TypeError(f"A feature's preprocessor must be a layer, got {preprocessor!r}.")
        self._raw_dtype = dtype
        self.preprocessor = preprocessor
        self.output_mode = _checked("Feature", output_mode, ("int", "one_hot", "float"))

    @property
    def dtype(self) -> str:
        """The type of the raw values."""
        return self._raw_dtype

    def call(self, inputs: Any) -> Any:
        """Prepare raw values, without the vectors of ``'one_hot'``."""
        return self.preprocessor(inputs)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize(self.preprocessor),
            "output_mode": self.output_mode,
        }


class TFDIdentity(Identity):
    """Gives raw numbers as they are; the name is that in Keras's files.

    >>> TFDIdentity()(jnp.ones(1)).tolist()
    [1.0]
    """

    may_work_on_host = True


class TFDConcat(Layer):
    """Joins prepared features ``(batch, ...)`` to one vector; the name is that in Keras's files.

    Arguments:
        axis: int, the axis along which they are joined.
        **kwargs: name, dtype and so on, see ``Layer``.

    >>> TFDConcat(axis=-1)([jnp.ones((1, 1)), jnp.zeros((1, 2))]).tolist()
    [[1.0, 0.0, 0.0]]
    """

    def __init__(self, axis: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return self.axis != 0

    def call(self, xs: Any) -> Any:
        """Join the features."""
        return jnp.concatenate(xs, axis=self.axis)


def _checked(owner: str, mode: Any, modes: tuple[str, ...]) -> str:
    if mode not in modes:
        raise ValueError(f"{owner}: unknown output_mode {mode!r}. {did_you_mean(mode, modes)}")
    return str(mode)
