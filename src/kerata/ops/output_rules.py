"""What the outputs look like of functions of ``ops`` whose sizes depend on the values."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.symbolic import KerasTensor, infer_spec, is_symbolic
from kerata.ops.creation import arange
from kerata.ops.indexing import nonzero, where
from kerata.ops.ordering import bincount, unique
from kerata.ops.symbolic_call import as_tensor, declare_outputs


def _nonzero(x: Any) -> tuple[KerasTensor, ...]:
    return tuple(KerasTensor((None,), "int32") for _ in x.shape)


def _where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    if x1 is None and x2 is None:
        return _nonzero(condition)
    return infer_spec(where, (condition, x1, x2), {}, unlike=True)


def _arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> KerasTensor:
    kinds = [getattr(x, "dtype", type(x)) for x in (start, stop, step) if x is not None]
    return KerasTensor((None,), jnp.result_type(*kinds) if dtype is None else dtype)


def _bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> KerasTensor:
    shape = (*_tensor(x).shape[:-1], None)
    if weights is None:
        return KerasTensor(shape, "float32" if sparse else "int32", sparse=sparse)
    return KerasTensor(shape, _tensor(weights).dtype, sparse=sparse)


def _unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    values: tuple[int | None, ...] = (size,)
    inverse = x.shape
    if axis is not None:
        axis %= len(x.shape)
        values = (*x.shape[:axis], size, *x.shape[axis + 1 :])
        inverse = (x.shape[axis],)
    extra = [(return_index, (size,)), (return_inverse, inverse), (return_counts, (size,))]
    outputs = [KerasTensor(values, x.dtype)]
    outputs += [KerasTensor(shape, "int32") for wanted, shape in extra if wanted]
    return tuple(outputs) if len(outputs) > 1 else outputs[0]


def _tensor(x: Any) -> Any:
    return x if is_symbolic(x) else as_tensor(x)


def declare_rules() -> None:
    """Let calls on symbolic tensors know these rules."""
    declare_outputs(nonzero, _nonzero)
    declare_outputs(where, _where)
    declare_outputs(arange, _arange)
    declare_outputs(bincount, _bincount)
    declare_outputs(unique, _unique)
