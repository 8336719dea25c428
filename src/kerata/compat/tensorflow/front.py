"""What this library's functions do when a program in TensorFlow's language calls them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerata.base.eager import inside
from kerata.base.scope import current_scope, get_mask, set_mask
from kerata.base.symbolic import KerasTensor
from kerata.base.variable import Variable
from kerata.compat.tensorflow.recording import is_leaf, note, tapes
from kerata.compat.tensorflow.tensor import Tensor
from kerata.data.spec import TensorShape


@contextlib.contextmanager
def standing(here: bool) -> Iterator[None]:
    """Say, inside a block, whether this thread is in a function of this library."""
    before, inside.here = inside.here, here
    try:
        yield
    finally:
        inside.here = before


class TensorflowFront:
    """Programs get tensors with ``numpy()``, and open tapes note what they compute."""

    def present(self, array: np.ndarray) -> Tensor:
        """Give an array of data as a tensor."""
        return Tensor(array)

    def shape(self, shape: Any) -> Any:
        """Give a shape with TensorFlow's methods."""
        return TensorShape(shape) if isinstance(shape, tuple) else shape

    def read(self, variable: Variable) -> Any:
        """Give a variable's value; a tensor while a tape is open."""
        if any(tape.recording for tape in tapes.open):
            return self.run(Variable._own_value, (variable,), {}, True)
        return variable._own_value()

    def run(self, function: Callable[..., Any], args: Any, kwargs: Any, noted: bool) -> Any:
        """Call a function of this library on plain arrays; give tensors."""
        taped = noted and any(tape.recording for tape in tapes.open)
        if not taped and (not noted or current_scope() is None):
            with standing(True):
                return wrapped(function(*unwrapped(args), **unwrapped(kwargs)))
        if _holds_symbols((args, kwargs)):
            with standing(True):
                return function(*unwrapped(args), **unwrapped(kwargs))
        owner = args[0] if args and hasattr(args[0], "_flatten_layers") else None
        with standing(True):
            results, losses = note(function, args, kwargs, owner)
        if owner is not None and function.__name__ == "__call__":
            for layer in owner._flatten_layers():
                layer._added_losses.clear()
            owner._added_losses.extend(losses)
        return results

    def hand_back(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call a function of the program with tensors; give plain arrays."""
        before, tapes.open = tapes.open, []
        try:
            with standing(False):
                made = function(*wrapped(args), **wrapped(kwargs))
            return unwrapped(made)
        finally:
            tapes.open = before


def wrapped(tree: Any) -> Any:
    """Put tensors in the place of JAX's arrays in lists, tuples and dictionaries."""
    if isinstance(tree, jax.Array):
        tensor, mask = Tensor(tree), get_mask(tree)
        if mask is not None:
            tensor._keras_mask = mask  # type: ignore[attr-defined]  # as on any tensor
        return tensor
    return _through(tree, wrapped)


def unwrapped(tree: Any) -> Any:
    """Put arrays in the place of tensors in lists, tuples and dictionaries."""
    if isinstance(tree, Tensor):
        mask = vars(tree).get("_keras_mask")
        if mask is not None:
            set_mask(tree._value, mask)
        return tree._value
    return _through(tree, unwrapped)


def _through(tree: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(tree, dict):
        if type(tree) is dict:
            return {key: change(value) for key, value in tree.items()}
        return tree
    if not isinstance(tree, (list, tuple)):
        return tree
    # Long lists of numbers are data and hold no tensors.
    if len(tree) > 64 and isinstance(tree[0], (int, float, str, np.generic)):
        return tree
    parts = [change(part) for part in tree]
    if all(new is old for new, old in zip(parts, tree, strict=True)):
        return tree
    if hasattr(tree, "_fields"):
        return type(tree)(*parts)
    return type(tree)(parts) if type(tree) in (list, tuple) else parts


def _holds_symbols(tree: Any) -> bool:
    leaves = jax.tree.leaves(tree, is_leaf=is_leaf)
    return any(isinstance(leaf, KerasTensor) for leaf in leaves)


FRONT = TensorflowFront()
