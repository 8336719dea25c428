"""Actions on variables as pure functions of their values, for ``lax.cond`` and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerata.base.scope import Scope
from kerata.base.variable import Variable


def as_function(
    action: Callable[[], None], variables: list[Variable]
) -> Callable[[list[Any]], list[Any]]:
    """Turn an action on variables into a pure function from their values to the new ones."""

    def function(values: list[Any]) -> list[Any]:
        with Scope(zip(variables, values, strict=True)) as scope:
            action()
            return [scope.read(v) for v in variables]

    return function


def choose(
    condition: Any,
    action: Callable[[], None],
    otherwise: Callable[[], None],
    variables: list[Variable],
) -> None:
    """Do one of two actions on variables, decided by a boolean array."""
    if not isinstance(condition, jax.core.Tracer):
        return action() if condition else otherwise()
    values = jax.lax.cond(
        condition,
        as_function(action, variables),
        as_function(otherwise, variables),
        [v.value for v in variables],
    )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
