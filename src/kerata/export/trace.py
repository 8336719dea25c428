"""A model as a pure function of arrays of unknown sizes, traced once for every way out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import jax
import numpy as np
from jax import export as jax_export

from kerata.base.portable import portable
from kerata.base.scope import Scope
from kerata.base.symbolic import KerasTensor
from kerata.export.errors import ExportError

# Sizes that are unknown are called so where there is one of a kind.
_NAMES = ("batch", "steps")


@dataclass
class Signature:
    """What goes into a model: names, types and shapes, None where a size is unknown."""

    names: list[str]
    shapes: list[tuple[int | None, ...]]
    dtypes: list[str]
    struct: Any = None

    def symbolic(self, least: int, shared: bool) -> list[tuple[Any, ...]]:
        """Give the shapes with JAX's symbols for unknown sizes; the first axis is the batch.

        Arguments:
            least: the smallest that sizes but the batch may be.
            shared: whether unknown sizes of one axis are alike in all inputs.
        """
        called: dict[tuple[int, int], str] = {}
        later = [
            (i, axis)
            for i, shape in enumerate(self.shapes)
            for axis, size in enumerate(shape)
            if size is None and axis > 0
        ]
        for i, shape in enumerate(self.shapes):
            if shape and shape[0] is None:
                called[i, 0] = "batch"
        for i, axis in later:
            if shared or len({i for i, _ in later}) == 1:
                alone = len({a for _, a in later}) == 1
                called[i, axis] = "steps" if alone else f"size{axis}"
            else:
                called[i, axis] = f"size{axis}_of_input{i}"
        names = list(dict.fromkeys(called.values()))
        if not names:
            return [tuple(shape) for shape in self.shapes]
        symbols = dict(
            zip(
                names,
                jax_export.symbolic_shape(
                    ", ".join(names),
                    constraints=[f"{n} >= {1 if n == 'batch' else least}" for n in names],
                ),
                strict=True,
            )
        )
        return [
            tuple(symbols[called[i, axis]] if d is None else d for axis, d in enumerate(shape))
            for i, shape in enumerate(self.shapes)
        ]


class Marked(NamedTuple):
    """A call that stands in the jaxpr as one equation: its layer, its writer, its arrays."""

    operation: Any
    writer: Any
    arrays: int


@dataclass
class Traced:
    """A model's computations: the jaxpr, and what its marks stand for."""

    closed: Any
    arguments: list[Any]
    places: dict[str, str] = field(default_factory=dict)
    marked: dict[str, Marked] = field(default_factory=dict)
    least: int = 1


def signature_of(model: Any, given: Any = None) -> Signature:
    """Find out what a model takes.

    Arguments:
        model: built; a functional or sequential one knows, others were built for a shape.
        given: ``InputSpec``, ``Input`` tensors or arrays, nested as the model takes them; None
            by default.

    Raises:
        ExportError: a model whose inputs are unknown.
    """
    if given is not None:
        if isinstance(given, (list, tuple)) and len(given) == 1 and not _is_array(given):
            given = given[0]
        leaves, tree = jax.tree.flatten(given, is_leaf=_is_spec)
        names = [getattr(x, "name", None) or f"input_{i}" for i, x in enumerate(leaves)]
        if len(set(names)) < len(names):
            names = [f"input_{i}" for i in range(len(leaves))]
        shapes = [_free_batch(x) for x in leaves]
        return Signature(names, shapes, [str(x.dtype or "float32") for x in leaves], tree)
    graph = getattr(model, "_graph", None)
    if graph is not None:
        tree = jax.tree.structure(graph.input_struct, is_leaf=lambda x: isinstance(x, KerasTensor))
        dtypes = [str(t.dtype) for t in graph.inputs]
        return Signature(list(graph.input_names), [t.shape for t in graph.inputs], dtypes, tree)
    built = getattr(model, "_build_shapes", None) or {}
    shape = built.get("input_shape") if len(built) == 1 else None
    if shape is None:
        raise ExportError(
            f"{type(model).__name__} {model.name!r} does not say what goes in: call it once on an "
            "array, or give export(..., input_signature=[keras.InputSpec(shape=(None, features))])."
        )
    leaves, tree = jax.tree.flatten(shape, is_leaf=_is_shape)
    names = ["inputs"] if len(leaves) == 1 else [f"inputs_{i}" for i in range(len(leaves))]
    return Signature(names, [(None, *s[1:]) for s in leaves], ["float32"] * len(leaves), tree)


def _is_shape(x: Any) -> bool:
    return isinstance(x, tuple) and all(d is None or isinstance(d, int) for d in x)


def _is_array(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


def _is_spec(x: Any) -> bool:
    return _is_array(x)


def _free_batch(x: Any) -> tuple[int | None, ...]:
    """Give a shape with an unknown batch; those of specifications are as they say."""
    shape = x.shape
    if shape is None:
        raise ExportError("input_signature: each specification needs a shape, (None, features).")
    specified = not isinstance(x, (np.ndarray, jax.Array))
    return tuple(shape) if specified else (None, *shape[1:])


def trace(
    call: Callable[..., Any],
    signature: Signature,
    variables: list[Any],
    marks: Callable[[Any], Any] = lambda layer: None,
    owner: str = "The model",
) -> Traced:
    """Trace a function of arrays, with unknown sizes where the signature has None.

    Arguments:
        call: takes what the signature describes.
        signature: names, shapes and types.
        variables: boxes that it reads.
        marks: gives what a layer's call is to be replaced by, None for none.
        owner: what to call the function in errors.

    Raises:
        ExportError: what can't be traced so, with the layer; a function that writes variables.
    """

    def traced(function: Any, arguments: list[Any], noted: _Notes, least: int) -> Traced:
        found = function.trace(*arguments)
        return Traced(found.jaxpr, arguments, noted.places, noted.marked, least)

    return with_symbols(traced, call, signature, variables, marks, owner)


T = TypeVar("T")


def with_symbols(
    make: Callable[[Any, list[Any], _Notes, int], T],
    call: Callable[..., Any],
    signature: Signature,
    variables: list[Any],
    marks: Callable[[Any], Any] = lambda layer: None,
    owner: str = "The model",
) -> T:
    """Trace a function as ``make`` does it, for the smallest sizes that it can be traced for.

    Arguments:
        make: gets the compiled function, the arguments' shapes with symbols, what was noted of
            the layers, and the smallest of the unknown sizes.
        call, signature, variables, marks, owner: as for ``trace``.

    Raises:
        ExportError: what can't be traced so, with the layer; a function that writes variables.
    """
    failures = []
    for least, shared in _guesses(signature):
        shapes = signature.symbolic(least, shared)
        arguments = [
            jax.ShapeDtypeStruct(shape, dtype)
            for shape, dtype in zip(shapes, signature.dtypes, strict=True)
        ]
        noted = _Notes(marks)
        try:
            with portable(noted.around):
                function = jax.jit(_pure(call, signature, variables))
                return make(function, arguments, noted, least)
        except Exception as error:
            # Code that refuses one guess of the sizes may take the next; the first one is told.
            failures.append((noted.failed, error))
    where, reason = failures[0]
    raise ExportError(f"{where or owner} can't be exported: {_first_line(reason)}") from reason


def _guesses(signature: Signature) -> list[tuple[int, bool]]:
    """List what to try for unknown sizes: windows need a smallest one, sums equal ones."""
    later = {
        (i, a) for i, s in enumerate(signature.shapes) for a, d in enumerate(s[1:]) if d is None
    }
    if not later:
        return [(1, False)]
    smallest = (1, 2, 4, 8, 16, 32, 64)
    apart = [(least, False) for least in smallest]
    return apart + ([(least, True) for least in smallest] if len(later) > 1 else [])


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    if isinstance(error, ExportError):
        return lines[0]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"


def _pure(
    call: Callable[..., Any], signature: Signature, variables: list[Any]
) -> Callable[..., Any]:
    def pure(*arrays: Any) -> Any:
        inputs = jax.tree.unflatten(signature.struct, arrays)
        with Scope([(v, v._value) for v in variables]) as scope:
            outputs = call(inputs)
            (values, *_), (boxes, _) = scope.left_behind(outputs)
        changed = [v for v, x in zip(boxes, values, strict=True) if x is not v._value]
        if changed:
            name = getattr(changed[0], "path", "a variable")
            raise ExportError(
                f"it changes {name!r} in each call, and answers that depend on earlier "
                "calls have no place in an exported file."
            )
        return outputs

    return pure


class _Notes:
    """Names the places of equations, and marks the calls of some layers."""

    def __init__(self, marks: Callable[[Any], Any]) -> None:
        self._marks = marks
        self._numbers: Iterator[int] = itertools.count()
        self.places: dict[str, str] = {}
        self.marked: dict[str, Marked] = {}
        self.failed = ""

    def around(self, operation: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a layer's call."""
        mark = f"kerata.{next(self._numbers)}."
        place = f"Layer {operation.name!r} ({type(operation).__name__})"
        self.places[mark] = place
        writer = self._marks(operation)

        def noted(*args: Any, **kwargs: Any) -> Any:
            try:
                with jax.named_scope(mark):
                    if writer is not None:
                        return self._as_one(mark, operation, writer, call, args, kwargs)
                    return call(*args, **kwargs)
            except Exception:
                self.failed = self.failed or place
                raise

        return noted

    def _as_one(
        self, mark: str, operation: Any, writer: Any, call: Any, args: Any, kwargs: Any
    ) -> Any:
        """Make a call that stands in the jaxpr as one equation of the mark's name."""
        leaves, tree = jax.tree.flatten((args, kwargs))
        places = [i for i, x in enumerate(leaves) if isinstance(x, (jax.Array, np.ndarray))]

        def inner(*arrays: Any) -> Any:
            filled = list(leaves)
            for place, x in zip(places, arrays, strict=True):
                filled[place] = x
            args, kwargs = jax.tree.unflatten(tree, filled)
            with Scope() as scope:
                outputs = call(*args, **kwargs)
                # Nothing outside may know arrays that exist within this call alone.
                scope.left_behind(())
            return outputs

        inner.__name__ = mark
        self.marked[mark] = Marked(operation, writer, len(places))
        return jax.jit(inner)(*(leaves[i] for i in places))
