"""``tf.Variable``."""

from __future__ import annotations

import re
from typing import Any

import jax

from kerata.base.variable import Variable as Base
from kerata.compat.tensorflow.tensor import NotKnown, Reference, Tensor, as_value
from kerata.data.spec import DType, TensorShape, type_of


class Variable(Base):
    """A tensor that can be changed in place.

    Arguments:
        initial_value: number, list, array or tensor; or a function that gives one.
        trainable: whether tapes follow it by themselves; True by default.
        name: its name.
        dtype: its type; the value's own by default.
        constraint: function that an optimizer applies after each change.
        shape: checked against the value's.
        validate_shape and the others: accepted for TensorFlow's sake.

    >>> v = Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).numpy().tolist()
    [2.0, 3.0]
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        if initial_value is None:
            raise ValueError("tf.Variable needs a first value.")
        with jax.ensure_compile_time_eval():
            given = initial_value() if callable(initial_value) else initial_value
            value = as_value(given, dtype)
        if isinstance(value, jax.core.Tracer):
            raise NotKnown(
                "The first value of a tf.Variable must be known: make it outside of compiled "
                "functions."
            )
        if value.dtype.kind == "O":
            raise TypeError("A tf.Variable holds numbers; keep texts in a list or a tf.constant.")
        if shape is not None and not TensorShape(shape).is_compatible_with(value.shape):
            raise ValueError(f"tf.Variable of shape {value.shape} got shape={shape}.")
        super().__init__(
            value,
            dtype=str(value.dtype),
            trainable=trainable is not False,
            name=re.sub(r"[/:]", "_", name or "Variable"),
        )
        self.constraint = constraint

    @property
    def shape(self) -> TensorShape:  # a tuple all the same
        """The shape."""
        return TensorShape(self._value.shape)

    def get_shape(self) -> TensorShape:
        """Give the shape."""
        return self.shape

    @property
    def dtype(self) -> DType:  # a str all the same
        """The type."""
        return type_of(super().dtype)

    def numpy(self) -> Any:
        """Give the value as a NumPy array, or as one number."""
        return super().numpy()[()]

    def read_value(self) -> Tensor:
        """Give the value as a tensor."""
        from kerata.compat.tensorflow.making import identity

        return identity(self)

    def ref(self) -> Reference:
        """Give something that stands for this very variable in sets and dictionaries."""
        return Reference(self)

    def __repr__(self) -> str:
        known = "" if isinstance(self._value, jax.core.Tracer) else f", numpy={self.numpy()!r}"
        return f"<tf.Variable '{self.name}:0' shape={self.shape}, dtype={self.dtype.name}{known}>"


def is_variable(x: Any) -> bool:
    """Say whether something is a variable, of TensorFlow's kind or of a layer."""
    return isinstance(x, Base)
