"""What a layer demands of its input's shape, and the sentence when it does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import jax

from kerata.base.messages import shape_text
from kerata.base.origin import is_own_class


class InputSpec:
    """Rank and sizes that an input must have.

    Arguments:
        dtype: kept for Keras's sake, not checked.
        shape: tuple, full shape with None for any size; None (not checked) by default.
        ndim, max_ndim, min_ndim: ints, number of axes, exact or as bounds; None by default.
        axes: dictionary of the sizes of single axes, ``{-1: 64}``; None by default.
        allow_last_axis_squeeze: bool, whether a last axis of size 1 may be missing or extra;
            False by default.
        name: string, kept for Keras's sake: names the input in a dictionary of inputs.
        optional: bool, whether None may be given; False by default.

    Raises:
        ValueError: an axis in ``axes`` that is no integer.

    >>> InputSpec(ndim=2, axes={-1: 3}).problem((None, 4))
    'expected axis -1 to have size 3, got an input of shape (None, 4)'
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Iterable[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, as Keras's config has them."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build an InputSpec from what ``get_config`` gave."""
        return cls(**config)

    def problem(self, shape: tuple[int | None, ...]) -> str | None:
        """Say what is wrong with a shape, or None if it fits."""
        ndim, got = len(shape), f"got an input of shape {shape_text(shape)}"
        if self.ndim is not None and ndim != self.ndim:
            return f"expected {_axes(self.ndim)}, {got}"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"expected at least {_axes(self.min_ndim)}, {got}"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"expected at most {_axes(self.max_ndim)}, {got}"
        for axis, size in self.axes.items():
            if size is not None and shape[axis] not in (None, size):
                return f"expected axis {axis} to have size {size}, {got}"
        for want, have in zip(self.shape or (), shape, strict=False):
            if want is not None and have not in (None, want):
                return f"expected shape {shape_text(self.shape or ())}, {got}"
        return None


def demand(layer: Any, shape: Any, spec: Any = None) -> None:
    """Check a shape against a layer's demand.

    Raises:
        ValueError: naming the layer, what it expects and what it got.
    """
    problem = (spec or layer.input_spec).problem(tuple(shape))
    if problem:
        raise ValueError(f"Layer {layer.name!r} ({type(layer).__name__}): {problem}.")


def check_input(layer: Any, inputs: Any) -> None:
    """Check the shapes of a layer's inputs against its demands, if it has any.

    Raises:
        ValueError: another number of inputs, or a shape that does not fit.
    """
    specs = layer.input_spec
    wrapped = isinstance(inputs, (list, tuple)) and len(inputs) == 1
    if not wrapped and (layer._takes_one_array or isinstance(specs, InputSpec)):
        check_alone(layer, inputs)
    if specs is None or inputs is None:
        return
    specs = list(jax.tree.leaves(specs, is_leaf=lambda s: isinstance(s, InputSpec)))
    leaves = jax.tree.leaves(inputs, is_leaf=lambda x: hasattr(x, "shape"))
    tensors = [x for x in leaves if hasattr(x, "shape")]
    if len(specs) != len(tensors):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) expects {len(specs)} inputs, "
            f"got {len(tensors)}."
        )
    for spec, tensor in zip(specs, tensors, strict=True):
        demand(layer, tensor.shape, spec)


def check_alone(layer: Any, inputs: Any) -> None:
    """Refuse what is no array, in layers of ours; a user's subclass may take it.

    Raises:
        ValueError: naming the layer and what it got.
    """
    if hasattr(inputs, "shape") or not is_own_class(type(layer)):
        return
    several = isinstance(inputs, (list, tuple, dict))
    got = f"a {type(inputs).__name__} of {len(inputs)}" if several else repr(inputs)
    raise ValueError(
        f"Layer {layer.name!r} ({type(layer).__name__}) expects one array as its input, got {got}."
    )


def _axes(n: int) -> str:
    return f"{n} {'axis' if n == 1 else 'axes'}"
