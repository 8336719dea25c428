"""Descriptions of tensors: shapes with unknown sizes, types, and both together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.data.structure import mapped


class TensorShape(tuple):
    """A shape in which None stands for a size that is not known.

    >>> shape = TensorShape([None, 3])
    >>> shape.as_list(), shape.rank, shape[1], shape.is_fully_defined()
    ([None, 3], 2, 3, False)
    """

    def __new__(cls, dims: Any = ()) -> TensorShape:
        """Make a shape of sizes, or of one of TensorFlow's kind."""
        return super().__new__(cls, (None if d is None else int(d) for d in dims))

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int | None]:
        """The sizes."""
        return list(self)

    def as_list(self) -> list[int | None]:
        """Give the sizes as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """Count the values, None if a size is unknown."""
        return None if None in self else int(np.prod(self, dtype=int))

    def is_fully_defined(self) -> bool:
        """Say whether all sizes are known."""
        return None not in self

    def is_compatible_with(self, other: Any) -> bool:
        """Say whether an array could have both shapes."""
        other = TensorShape(other)
        return len(self) == len(other) and all(
            a is None or b is None or a == b for a, b in zip(self, other, strict=True)
        )

    def concatenate(self, other: Any) -> TensorShape:
        """Give this shape with another one's axes behind."""
        return TensorShape([*self, *TensorShape(other)])

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return TensorShape(found) if isinstance(index, slice) else found

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        inside = ", ".join(map(str, self))
        return f"({inside},)" if len(self) == 1 else f"({inside})"


class DType(str):
    """Name of a type that knows what type it is.

    >>> DType("float32").is_floating, DType("float32") == "float32", DType("uint8").max
    (True, True, 255)
    """

    @property
    def name(self) -> str:
        """The name."""
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's type; that of objects for strings."""
        return numpy_type(self).type

    @property
    def is_floating(self) -> bool:
        """Whether it is a type of real floats."""
        return "float" in self

    @property
    def is_integer(self) -> bool:
        """Whether it is a type of integers."""
        return "int" in self

    @property
    def is_bool(self) -> bool:
        """Whether it is that of truth values."""
        return self == "bool"

    @property
    def is_complex(self) -> bool:
        """Whether it is a type of complex numbers."""
        return self.startswith("complex")

    @property
    def base_dtype(self) -> DType:
        """The type itself."""
        return self

    @property
    def size(self) -> int:
        """Bytes of a value."""
        return numpy_type(self).itemsize

    def _limits(self) -> Any:
        import ml_dtypes

        kind = numpy_type(self)
        return ml_dtypes.finfo(kind) if self.is_floating else np.iinfo(kind)

    @property
    def min(self) -> Any:
        """The smallest value."""
        low = self._limits().min
        return float(low) if self.is_floating else int(low)

    @property
    def max(self) -> Any:
        """The largest value."""
        high = self._limits().max
        return float(high) if self.is_floating else int(high)

    def __repr__(self) -> str:
        return f"tf.{self}"


def type_of(dtype: Any) -> DType:
    """Give any description of a type as a ``DType``; texts and objects are strings.

    >>> type_of(np.dtype("int64")), type_of(str), type_of(None)
    (tf.int64, tf.string, tf.float32)
    """
    if isinstance(dtype, DType):
        return dtype
    if dtype in (str, bytes, object) or (isinstance(dtype, str) and dtype == "string"):
        return DType("string")
    if isinstance(dtype, np.dtype):
        return DType("string" if dtype.kind in "OUST" else dtype.name)
    return DType(dtype_name(dtype))


def numpy_type(dtype: Any) -> np.dtype:
    """Give NumPy's type for any description of one.

    >>> numpy_type("string"), numpy_type("float32")
    (dtype('O'), dtype('float32'))
    """
    name = type_of(dtype)
    if name == "string":
        return np.dtype(object)
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(str(name))


class TensorSpec:
    """Shape and type of a tensor.

    Arguments:
        shape: sizes, None where they are unknown; None alone leaves the rank open.
        dtype: type, ``'float32'`` by default.
        name: for the reader.

    >>> TensorSpec([None, 3])
    TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)
    """

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = None if shape is None else TensorShape(shape)
        self.dtype = type_of(dtype)
        self.name = name

    def is_compatible_with(self, other: Any) -> bool:
        """Say whether a tensor, or another description, could be this one."""
        if self.dtype != type_of(other.dtype):
            return False
        return self.shape is None or self.shape.is_compatible_with(other.shape)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorSpec):
            return NotImplemented
        return (self.shape, self.dtype) == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("A TensorSpec describes one tensor and can't be looped over.")

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else str(self.shape)
        return f"TensorSpec(shape={shape}, dtype={self.dtype!r}, name={self.name!r})"


class DatasetSpec:
    """Description of a data set that is an element of another.

    Arguments:
        element_spec: description of its own elements.
    """

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r})"


def spec_of(element: Any) -> Any:
    """Describe an element: its structure, with a ``TensorSpec`` for each array.

    >>> spec_of((np.ones(2, np.float32), np.int32(1)))[0]
    TensorSpec(shape=(2,), dtype=tf.float32, name=None)
    """

    def describe(item: Any) -> Any:
        if item is None:
            return None
        if hasattr(item, "element_spec"):
            return DatasetSpec(item.element_spec)
        return TensorSpec(item.shape, item.dtype)

    return mapped(describe, element)
