"""Stateless evaluation: a scope that stands between boxes and their values.

While a scope is open on a thread, every ``Variable`` reads and writes the scope
instead of its own value, random layers draw their keys from the scope, and losses
and masks that layers leave behind are collected in it. That makes any code written
with boxes (a layer, a metric, an optimizer) a pure function of the values put in.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, Self

import jax


class Box(Protocol):
    """What a scope must know of a ``Variable``: that it keeps a value of its own."""

    _value: jax.Array


class _Stack(threading.local):
    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.autocast: str | None = None


_stack = _Stack()


class Scope:
    """Values for boxes during one traced (or stateless) evaluation.

    Arguments:
        pairs: ``(variable, value)`` pairs that are read instead of the boxes' own values.
        key: JAX random key from which random layers draw; without one they draw
            from the global generator.

    Attributes:
        losses: scalars that layers added with ``add_loss`` or activity regularizers.
        all_losses: what ``Layer.losses`` gives here, penalties included, where the forward
            pass ran in a scope that is closed by now; else None.

    Example:

    >>> import numpy as np
    >>> from kerata.base.variable import Variable
    >>> v = Variable(np.zeros(2))
    >>> with Scope([(v, np.ones(2))]) as scope:
    ...     _ = v.assign(v + 1.0)
    >>> float(scope.read(v)[0]), float(v.value[0])
    (2.0, 0.0)
    """

    def __init__(self, pairs: Iterable[tuple[Box, Any]] = (), key: jax.Array | None = None) -> None:
        # The variable is kept beside its value so that an id is never reused while we hold it.
        self._values: dict[int, tuple[Box, Any]] = {id(v): (v, x) for v, x in pairs}
        self._masks: dict[int, tuple[Any, Any]] = {}
        self._logits: dict[int, tuple[Any, str, Any]] = {}
        self._key = key
        self._draws = 0
        self._outer: Scope | None = None
        self.losses: list[Any] = []
        self.all_losses: list[Any] | None = None

    def __enter__(self) -> Self:
        self._outer = current_scope()
        _stack.scopes.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _stack.scopes.pop()
        if self._outer is not None:
            # What is known of an array stays known: a loss may be computed in another scope.
            self._outer._masks.update(self._masks)
            self._outer._logits.update(self._logits)

    def holds(self, variable: Box) -> bool:
        """Say whether the scope has a value for this variable."""
        return id(variable) in self._values

    def read(self, variable: Box) -> Any:
        """Give the scope's value of a variable, else the outer scope's, else the box's own."""
        found = self._values.get(id(variable))
        if found is not None:
            return found[1]
        return variable._value if self._outer is None else self._outer.read(variable)

    def write(self, variable: Box, value: Any) -> None:
        """Set the scope's value of a variable; the box keeps its own."""
        self._values[id(variable)] = (variable, value)

    def next_key(self) -> jax.Array | None:
        """Draw the next random key, from an outer scope if need be; None if none has a key."""
        if self._key is None:
            return None if self._outer is None else self._outer.next_key()
        self._draws += 1
        return jax.random.fold_in(self._key, self._draws)

    def holds_in_any(self, variable: Box) -> bool:
        """Say whether this scope or one around it has a value for this variable."""
        outer = self._outer is not None and self._outer.holds_in_any(variable)
        return outer or self.holds(variable)

    def forward_losses(self) -> list[Any] | None:
        """Give ``all_losses`` of the innermost scope that has them."""
        if self.all_losses is not None or self._outer is None:
            return self.all_losses
        return self._outer.forward_losses()

    def get_logits(self, probabilities: Any, activation: str) -> Any:
        """Give what probabilities were computed from, here or in an outer scope, or None."""
        found = self._noted_logits(probabilities)
        return found[2] if found is not None and found[1] == activation else None

    def set_mask(self, x: Any, mask: Any) -> None:
        """Remember the mask that belongs to an array."""
        self._masks[id(x)] = (x, mask)

    def get_mask(self, x: Any) -> Any:
        """Give the mask that belongs to an array, here or in an outer scope, or None."""
        found = self._masks.get(id(x))
        if found is not None:
            return found[1]
        return None if self._outer is None else self._outer.get_mask(x)

    def left_behind(self, outputs: Any) -> tuple[Any, Any]:
        """Give what ran in this scope besides its outputs, before it is closed.

        Returns:
            Arrays: new values, losses, and the outputs' masks and logits by position. Then what
            they belong to: the variables, and the activations by position.
        """
        leaves = list(enumerate(jax.tree.leaves(outputs)))
        masks = {i: self.get_mask(leaf) for i, leaf in leaves}
        logits = {i: self._noted_logits(leaf) for i, leaf in leaves}
        arrays = (
            [value for _, value in self._values.values()],
            list(self.losses),
            {i: mask for i, mask in masks.items() if mask is not None},
            {i: found[2] for i, found in logits.items() if found is not None},
        )
        owners = (
            [box for box, _ in self._values.values()],
            {i: found[1] for i, found in logits.items() if found is not None},
        )
        # They are known by arrays that are never visible outside.
        self._masks, self._logits = {}, {}
        return arrays, owners

    def take_over(self, outputs: Any, arrays: Any, owners: Any) -> None:
        """Have what another scope gave as ``left_behind``, with the outputs as they are here."""
        values, losses, masks, logits = arrays
        boxes, activations = owners
        for box, value in zip(boxes, values, strict=True):
            self.write(box, value)
        self.losses += losses
        leaves = jax.tree.leaves(outputs)
        for i, mask in masks.items():
            self.set_mask(leaves[i], mask)
        for i, value in logits.items():
            self._logits[id(leaves[i])] = (leaves[i], activations[i], value)

    def _noted_logits(self, x: Any) -> tuple[Any, str, Any] | None:
        found = self._logits.get(id(x))
        return found if found is not None or self._outer is None else self._outer._noted_logits(x)


def remember_logits(probabilities: Any, activation: str, logits: Any) -> None:
    """Note in the open scope what a softmax or sigmoid was computed from."""
    scope = current_scope()
    if scope is not None:
        # The probabilities are kept so that their id is never reused while we hold it.
        scope._logits[id(probabilities)] = (probabilities, activation, logits)


def logits_of(probabilities: Any, activation: str) -> Any:
    """Give what probabilities were computed from by an activation in this scope, or None."""
    scope = current_scope()
    return None if scope is None else scope.get_logits(probabilities, activation)


def current_scope() -> Scope | None:
    """Give the innermost open scope of this thread, or None."""
    return _stack.scopes[-1] if _stack.scopes else None


@contextlib.contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Let floating variables be read in a type, or in their own, inside a ``with`` block."""
    outer, _stack.autocast = _stack.autocast, dtype
    try:
        yield
    finally:
        _stack.autocast = outer


def autocast_dtype() -> str | None:
    """Give the type in which floating variables are read now, or None for their own."""
    return _stack.autocast


def set_mask(x: Any, mask: Any) -> None:
    """Attach a boolean mask, shape ``(batch, time)``, to an array or symbolic tensor."""
    scope = current_scope()
    if scope is not None:
        scope.set_mask(x, mask)
    elif hasattr(x, "__dict__"):
        x._keras_mask = mask


def get_mask(x: Any) -> Any:
    """Give the mask attached to an array or symbolic tensor, or None."""
    scope = current_scope()
    found = None if scope is None else scope.get_mask(x)
    return getattr(x, "_keras_mask", None) if found is None else found
