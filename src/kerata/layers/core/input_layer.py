"""Where data enters a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.base.naming import auto_name
from kerata.base.symbolic import KerasTensor, Node
from kerata.layers.layer import Layer


class InputLayer(Layer):
    """Entrance of a network: fixes shape and type of the data.

    Arguments:
        shape: shape of one row, without the batch axis; a plain number is one axis.
        batch_size: rows in a batch, if fixed.
        dtype: type the data is cast to; the default float type.
        batch_shape: shape with the batch axis, instead of ``shape`` and ``batch_size``.
        name: given automatically if left out.

    Raises:
        ValueError: neither or both of ``shape`` and ``batch_shape``; sizes that aren't integers.

    >>> InputLayer((28, 28)).batch_shape
    (None, 28, 28)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        batch_shape: Any = None,
        name: str | None = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        ragged: bool | None = None,
        **kwargs: Any,
    ) -> None:
        if batch_shape is None:
            batch_shape = kwargs.pop("batch_input_shape", None)
        if shape is None:
            shape = kwargs.pop("input_shape", None)
        super().__init__(name=name or auto_name("input_layer"), dtype=dtype, **kwargs)
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "An input needs either shape=(...) without the batch axis, as in "
                "Input(shape=(784,)), or batch_shape=(None, ...) with it."
            )
        if batch_shape is None:
            shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
            batch_shape = (batch_size, *shape)
        self.batch_shape = _checked(batch_shape)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.optional = optional
        self._input_dtype = dtype_name(dtype)
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(self.batch_shape, self._input_dtype, name=self.name)
        self._inbound_nodes.append(Node(self, (), {}, tensor))
        self.built = True

    @property
    def dtype(self) -> str:
        """The type the data is cast to."""
        return self._input_dtype

    def call(self) -> None:
        """An entrance computes nothing."""

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
        }


def _checked(shape: Any) -> tuple[int | None, ...]:
    shape = tuple(shape)
    for size in shape:
        if size is not None and (not isinstance(size, (int, np.integer)) or size < 0):
            raise ValueError(
                f"The sizes of an input's shape must be integers or None, got {shape}."
            )
    return tuple(None if s is None else int(s) for s in shape)


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
    ragged: bool | None = None,
) -> KerasTensor:
    """Make the symbolic tensor that a functional model starts from.

    Arguments: those of ``InputLayer``.

    >>> Input(shape=(3,)).shape
    (None, 3)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        batch_shape=batch_shape,
        name=name,
        input_tensor=tensor,
        optional=optional,
        ragged=ragged,
    )
    return layer.output
