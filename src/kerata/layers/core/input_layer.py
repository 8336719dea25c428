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
        shape: int or tuple, shape of one row, without the batch axis; a plain number is one
            axis.
        batch_size: int, rows in a batch; None (any number) by default.
        dtype: type the data is cast to; the default float type.
        sparse: bool, whether the data come as sparse matrices; False by default.
        ragged: only False: rows of different lengths need padding.
        batch_shape: tuple, shape with the batch axis, instead of ``shape`` and ``batch_size``.
        input_tensor: a symbolic tensor to start from, which says shape and type; what else is
            said of them must agree. None by default.
        optional: bool, whether None may be given; False by default.
        name: string, given automatically if left out.

    Raises:
        ValueError: neither or both of ``shape`` and ``batch_shape``; ``batch_size`` beside
            ``batch_shape``; sizes that aren't integers; a tensor that says otherwise.

    >>> InputLayer((28, 28)).batch_shape
    (None, 28, 28)
    """

    keeps_rows_apart = True

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if batch_shape is None:
            batch_shape = kwargs.pop("batch_input_shape", None)
        if shape is None:
            shape = kwargs.pop("input_shape", None)
        super().__init__(name=name or auto_name("input_layer"), dtype=dtype, **kwargs)
        if ragged:
            raise ValueError(
                f"Input {self.name!r}: ragged=True is not possible, as in Keras on JAX; pad the "
                "rows to one length first."
            )
        if isinstance(shape, (int, np.integer)):
            shape = (shape,)
        tensor = input_tensor
        if tensor is None:
            tensor = _new_tensor(self.name, shape, batch_size, batch_shape, dtype, bool(sparse))
        else:
            _check_agrees(self.name, tensor, shape, batch_size, batch_shape, dtype, sparse)
        self.batch_shape = tensor.shape
        self.sparse = tensor.sparse
        self.ragged = False
        self.optional = optional
        self._input_dtype = tensor.dtype
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
            "optional": self.optional,
        }


def _new_tensor(
    name: str, shape: Any, batch_size: int | None, batch_shape: Any, dtype: Any, sparse: bool
) -> KerasTensor:
    if (shape is None) == (batch_shape is None):
        raise ValueError(
            "An input needs either shape=(...) without the batch axis, as in "
            "Input(shape=(784,)), or batch_shape=(None, ...) with it."
        )
    if batch_shape is not None and batch_size is not None:
        raise ValueError(
            f"Input {name!r}: batch_shape={tuple(batch_shape)} says the number of rows already; "
            f"leave batch_size={batch_size} out."
        )
    full = (batch_size, *shape) if batch_shape is None else batch_shape
    return KerasTensor(_checked(full), dtype_name(dtype), sparse=sparse, name=name)


def _check_agrees(
    name: str,
    tensor: Any,
    shape: Any,
    batch_size: int | None,
    batch_shape: Any,
    dtype: Any,
    sparse: bool | None,
) -> None:
    """Refuse arguments that contradict a given tensor."""
    if not isinstance(tensor, KerasTensor):
        raise ValueError(
            f"Input {name!r}: tensor must be a symbolic tensor, as Input(...) gives, "
            f"got {type(tensor).__name__}."
        )
    said = {
        "shape": (shape if shape is None else tuple(shape), tensor.shape[1:]),
        "batch_size": (batch_size, tensor.shape[0] if tensor.shape else None),
        "batch_shape": (batch_shape if batch_shape is None else tuple(batch_shape), tensor.shape),
        "dtype": (dtype if dtype is None else dtype_name(dtype), tensor.dtype),
        "sparse": (sparse, tensor.sparse),
    }
    for what, (given, own) in said.items():
        if given is not None and given != own:
            raise ValueError(
                f"Input {name!r}: {what}={given} contradicts the given tensor, "
                f"whose {what} is {own}; leave {what} out."
            )


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
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """Make the symbolic tensor that a functional model starts from.

    Arguments:
        shape: int or tuple, shape of one row, without the batch axis; a plain number is one
            axis.
        batch_size: int, rows in a batch; None (any number) by default.
        dtype: type the data is cast to; the default float type.
        sparse: bool, whether the data come as sparse matrices; False by default.
        ragged: only False: rows of different lengths need padding.
        batch_shape: tuple, shape with the batch axis, instead of ``shape`` and ``batch_size``.
        name: string, given automatically if left out.
        tensor: a symbolic tensor to start from, which says shape and type; what else is said of
            them must agree. None by default.
        optional: bool, whether None may be given; False by default.

    Returns:
        A ``KerasTensor`` of shape ``(batch_size, *shape)``.

    Raises:
        ValueError: neither or both of ``shape`` and ``batch_shape``; ``batch_size`` beside
            ``batch_shape``; sizes that aren't integers; a tensor that says otherwise.

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
