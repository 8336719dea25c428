"""Symbolic tensors, and operations that leave a trail of them: the functional graph."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import numpy as np

from kerata.base.configurable import Configurable
from kerata.base.dtypes import dtype_name
from kerata.base.messages import printable, shape_text
from kerata.base.naming import auto_name
from kerata.base.portable import call_around
from kerata.base.rematerialization import RematMode, current_remat_mode, outputs_size, remat
from kerata.base.scope import Scope
from kerata.base.symbolic_scope import SymbolicScope
from kerata.base.unknown_sizes import SMALL_STAND_INS, STAND_INS, filled, fitting

# What NumPy calls `array <op> tensor`, and the tensor's own method for it.
_REFLECTED = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "floor_divide": "__rfloordiv__",
    "remainder": "__rmod__",
    "power": "__rpow__",
    "matmul": "__rmatmul__",
    "less": "__gt__",
    "less_equal": "__ge__",
    "greater": "__lt__",
    "greater_equal": "__le__",
}
# What an operation raises that can't have shapes like these.
_IMPOSSIBLE = (TypeError, ValueError, IndexError, ArithmeticError, AssertionError)


class KerasTensor:
    """A tensor that is not there yet: shape, type and the operation it will come from.

    Arguments:
        shape: with None for unknown dimensions, ``(None, 28, 28)``.
        dtype: type name, ``'float32'`` by default.
        name: given automatically if left out.
    """

    # JAX and NumPy must leave `array + tensor` to the tensor.
    __array_priority__ = 200
    _not_in_signature: ClassVar[tuple[str, ...]] = ("name", "_keras_mask", "_arriving_mask")
    # The mask that its layer hands on when the graph runs; ``_keras_mask`` may be set by hand.
    _arriving_mask: Any = None

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        if ragged:
            raise ValueError("KerasTensor: ragged=True is not possible, as in Keras on JAX.")
        self.shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = dtype_name(dtype)
        self.sparse = sparse
        # As Keras's tensors have them on JAX, which knows no ragged ones.
        self.ragged, self.ragged_rank, self.row_splits_dtype = False, None, None
        self.record_history = record_history
        self.name = auto_name("keras_tensor") if name is None else name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __len__(self) -> int:
        raise TypeError(
            f"{self!r} is symbolic: it has no length before data arrives. Use its .shape."
        )

    def __iter__(self) -> Any:
        raise TypeError(f"{self!r} is symbolic and can't be looped over.")

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} is symbolic: its value is unknown while the network is put together, "
            "so it can't decide an `if`. Use ops.where, or a layer of your own."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise TypeError(
            f"{self!r} is symbolic and has no numbers yet: NumPy functions can't take it. "
            "Use the function of the same name in `ops`, or a Lambda layer."
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        reflected = _REFLECTED.get(ufunc.__name__)
        if method == "__call__" and reflected is not None and inputs[1] is self:
            return getattr(self, reflected)(inputs[0])
        raise TypeError(
            f"{self!r} is symbolic and has no numbers yet: numpy.{ufunc.__name__} can't take it. "
            f"Use ops.{ufunc.__name__} or a Lambda layer."
        )

    def __jax_array__(self) -> Any:
        raise TypeError(
            f"{self!r} is symbolic and has no numbers yet: jax.numpy functions can't take it. "
            "Use the function of the same name in `ops`, or a Lambda layer."
        )

    def __repr__(self) -> str:
        return printable(
            f"<KerasTensor shape={shape_text(self.shape)}, dtype={self.dtype}, name={self.name}>"
        )


class Node:
    """One call of an operation on symbolic tensors."""

    def __init__(self, operation: Operation, args: Any, kwargs: Any, outputs: Any) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.inputs: list[KerasTensor] = find_symbolic((args, kwargs))
        for tensor in find_symbolic(outputs):
            tensor.node = self


class Operation(Configurable):
    """Something that maps tensors to tensors; called on symbolic ones it records a node."""

    _not_in_signature: ClassVar[tuple[str, ...]] = ("_inbound_nodes",)
    # An attribute of those alone that were made in a ``RematScope``.
    _remat_mode: RematMode | None = None

    def __init__(self, name: str | None = None) -> None:
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"A name must be a string without '/', got name={name!r}.")
        self.name = auto_name(type(self).__name__) if name is None else name
        self._inbound_nodes: list[Node] = []
        if current_remat_mode() is not None:
            self._remat_mode = current_remat_mode()

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; subclasses say how."""
        raise NotImplementedError(
            f"{type(self).__name__} has no call() method; define call(self, inputs)."
        )

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors, by tracing ``call`` on shapes alone."""
        return infer_spec(self.call, args, kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and give symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        known = {id(t) for t in find_symbolic((args, kwargs))}
        # An output that is one of the inputs must not lose where it came from.
        outputs = jax.tree.map(
            lambda t: KerasTensor(t.shape, t.dtype) if id(t) in known else t,
            outputs,
            is_leaf=is_symbolic,
        )
        self._inbound_nodes.append(Node(self, args, kwargs, outputs))
        return outputs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs, or record a node if an argument is symbolic."""
        if any_symbolic((args, kwargs)):
            return self.symbolic_call(*args, **kwargs)
        return self._call_for(args, kwargs)(*args, **kwargs)

    def _call_for(self, args: Any, kwargs: Any) -> Callable[..., Any]:
        """Give ``call``, as a ``RematScope`` wants it for these arguments."""
        call = self.call
        if self._remat_mode is not None:
            call = self.rematerialized_call(call, *args, **kwargs)
        return call_around(self, call)

    def rematerialized_call(
        self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Callable[..., Any]:
        """Give the function to run instead of ``layer_call`` on these arguments.

        It is asked where the operation was made in a ``RematScope``; a subclass may choose
        itself what is computed again in the backward pass (``keras.remat``).
        """
        mode = self._remat_mode
        if mode is None:
            return layer_call
        again = mode.mode == "full" or (
            mode.mode == "larger_than"
            and outputs_size(layer_call, args, kwargs) > mode.output_size_threshold
        )
        return remat(layer_call) if again else layer_call

    @property
    def kind(self) -> str:
        """What the operation is called in tables and pictures."""
        return type(self).__name__

    @property
    def input(self) -> Any:
        """The symbolic input of the first call on symbolic tensors."""
        inputs = self._first_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the first call on symbolic tensors."""
        return self._first_node().outputs

    def _first_node(self) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"Layer {self.name!r} was never called on symbolic tensors, so it has no "
                "input and output yet. Give the model an Input, or build it first."
            )
        return self._inbound_nodes[0]


def is_symbolic(x: Any) -> bool:
    """Say whether x is a symbolic tensor."""
    return isinstance(x, KerasTensor)


def find_symbolic(tree: Any) -> list[KerasTensor]:
    """List the symbolic tensors in nested lists, tuples and dictionaries."""
    return [x for x in jax.tree.leaves(tree, is_leaf=is_symbolic) if is_symbolic(x)]


def any_symbolic(tree: Any) -> bool:
    """Say whether nested lists, tuples and dictionaries hold a symbolic tensor."""
    return bool(find_symbolic(tree))


def infer_spec(function: Callable[..., Any], args: Any, kwargs: Any, unlike: bool = False) -> Any:
    """Find shapes and types of a function's outputs without computing them.

    Arguments:
        function: takes arrays.
        args, kwargs: its arguments, with symbolic tensors in place of arrays.
        unlike: unknown dimensions may differ from each other (one beside a known one is that)
            and may be small; the function is then traced more often.

    Returns:
        The outputs' structure with symbolic tensors, unknown dimensions as None.
    """
    leaves, treedef = jax.tree.flatten((args, kwargs), is_leaf=is_symbolic)
    places = [i for i, x in enumerate(leaves) if is_symbolic(x)]
    shapes = [leaves[i].shape for i in places]

    def run(arrays: list[Any]) -> Any:
        given = list(leaves)
        for i, x in zip(places, arrays, strict=True):
            given[i] = x
        inner_args, inner_kwargs = jax.tree.unflatten(treedef, given)
        with Scope(key=jax.random.key(0)), SymbolicScope():
            return function(*inner_args, **inner_kwargs)

    def trace(shapes: Any, stand_in: int) -> Any:
        return jax.eval_shape(
            run,
            [
                jax.ShapeDtypeStruct(shape, leaves[i].dtype)
                for i, shape in zip(places, filled(shapes, stand_in), strict=True)
            ],
        )

    if not any(None in shape for shape in shapes):
        return jax.tree.map(lambda a: KerasTensor(a.shape, a.dtype), trace(shapes, 0))
    if not unlike:
        return _in_common([trace(shapes, size) for size in STAND_INS])
    sizes = STAND_INS
    try:
        try:
            first = trace(shapes, sizes[0])
        except OverflowError:
            sizes = SMALL_STAND_INS
            first = trace(shapes, sizes[0])
    except _IMPOSSIBLE:
        numbers = [d for x in leaves if not is_symbolic(x) for d in _sizes_in(x)]
        found = fitting(shapes, numbers, lambda guess: _possible(trace, guess, sizes[0]))
        if found is None:
            raise
        shapes = found
        first = trace(shapes, sizes[0])
    traced = [first, trace(shapes, sizes[1])]
    # Not every operation has a result for an axis of length 1: it may cut, or drop the axis.
    with contextlib.suppress(*_IMPOSSIBLE):
        single = trace(shapes, 1)
        if [a.ndim for a in jax.tree.leaves(single)] == [a.ndim for a in jax.tree.leaves(first)]:
            traced.append(single)
    return _in_common(traced)


def _possible(trace: Callable[..., Any], shapes: Any, stand_in: int) -> bool:
    try:
        trace(shapes, stand_in)
    except _IMPOSSIBLE:
        return False
    return True


def _in_common(traced: list[Any]) -> Any:
    """Give symbolic tensors with the sizes that are the same whatever stood in."""
    if len({jax.tree.structure(outputs) for outputs in traced}) > 1:
        raise ValueError(
            "The number of outputs depends on a size that is unknown before data arrives; "
            "give the number, or a shape that is known."
        )
    return jax.tree.map(
        lambda *all_: KerasTensor(
            [
                d[0] if len(set(d)) == 1 else None
                for d in zip(*(a.shape for a in all_), strict=True)
            ],
            all_[0].dtype,
        ),
        *traced,
    )


def _sizes_in(x: Any) -> tuple[int, ...]:
    if isinstance(x, int) and not isinstance(x, bool):
        return (x,)
    return tuple(getattr(x, "shape", ()))
