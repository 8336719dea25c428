"""Keras's name for a scope that keeps changes of variables to itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.scope import Scope
from kerata.base.variable import Variable, unboxed


class StatelessScope(Scope):
    """Values for variables inside a ``with`` block; the variables themselves stay as they are.

    Arguments:
        state_mapping: pairs of a variable and the value that it has inside.
        collect_losses: losses that layers add are in ``losses`` afterwards, in any case.
        initialize_variables: variables that are made inside get their first values at once, in
            any case.
        key: JAX key for layers that draw random numbers.

    Raises:
        ValueError: something else than a variable; a value of another shape.

    >>> variable = Variable([1.0, 2.0])
    >>> with StatelessScope([(variable, jnp.zeros(2))]) as scope:
    ...     _ = variable.assign_add(jnp.ones(2))
    >>> scope.get_current_value(variable).tolist(), variable.numpy().tolist()
    ([1.0, 1.0], [1.0, 2.0])
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Variable, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
        key: jax.Array | None = None,
    ) -> None:
        pairs = [(variable, _checked(variable, value)) for variable, value in state_mapping or ()]
        super().__init__(pairs, key)
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables

    @property
    def state_mapping(self) -> dict[int, Any]:
        """The values inside, by the ``id`` of their variables."""
        return {key: value for key, (_, value) in self._values.items()}

    def add_loss(self, loss: Any) -> None:
        """Add a loss to ``losses``."""
        self.losses.append(loss)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Set a variable's value inside: ``(variable, value)``."""
        self.write(*update)

    def get_current_value(self, variable: Variable) -> Any:
        """Give a variable's value inside, or None if it was neither given nor changed."""
        return self.read(variable) if self.holds(variable) else None


def _checked(variable: Any, value: Any) -> jax.Array:
    if not isinstance(variable, Variable):
        raise ValueError(f"StatelessScope maps variables to values, got {variable!r:.80} as one.")
    array = jnp.asarray(unboxed(value), variable.dtype)
    if array.shape != variable.shape:
        raise ValueError(
            f"Variable {variable.path!r} has shape {variable.shape}; StatelessScope got a value of "
            f"shape {array.shape} for it."
        )
    return array
