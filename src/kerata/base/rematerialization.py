"""Values that the backward pass computes again instead of keeping them: memory for time."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import jax

from kerata.base.scope import Scope, current_scope

MODES = ("full", "activations", "larger_than", "list_of_layers", None)


class RematMode(NamedTuple):
    """What of a layer is computed again."""

    mode: str | None
    output_size_threshold: int
    layer_names: tuple[str, ...]


class _Stack(threading.local):
    def __init__(self) -> None:
        self.modes: list[RematMode] = []


_stack = _Stack()


class RematScope:
    """Layers that are made inside compute values again in the backward pass.

    Arguments:
        mode: ``'full'`` whole layers, ``'activations'`` their ``activation`` alone,
            ``'larger_than'`` layers whose outputs have more numbers than a threshold,
            ``'list_of_layers'`` those of some names, None no layer.
        output_size_threshold: for ``'larger_than'``; the rows of a batch count.
        layer_names: for ``'list_of_layers'``.

    Raises:
        ValueError: an unknown mode.

    >>> from kerata.layers import Dense
    >>> with RematScope("full"):
    ...     dense = Dense(2)
    >>> dense(jax.numpy.ones((1, 3))).shape
    (1, 2)
    """

    def __init__(
        self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: Any = None
    ) -> None:
        if mode not in MODES:
            raise ValueError(
                f"RematScope: mode must be one of {', '.join(map(repr, MODES))}, got {mode!r}."
            )
        self.mode, self.output_size_threshold = mode, output_size_threshold
        self.layer_names = list(layer_names or [])

    def __enter__(self) -> Self:
        _stack.modes.append(
            RematMode(self.mode, self.output_size_threshold, tuple(self.layer_names))
        )
        return self

    def __exit__(self, *exc: object) -> None:
        _stack.modes.pop()


def current_remat_mode() -> RematMode | None:
    """Give the innermost open scope's mode on this thread, or None."""
    return _stack.modes[-1] if _stack.modes else None


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function whose intermediate values are computed again in the backward pass.

    Arguments:
        f: any function of arrays, a layer's ``call`` included: what it does to variables,
            losses and masks is done as without this.

    >>> import jax.numpy as jnp
    >>> jax.grad(remat(lambda x: jnp.sin(jnp.sin(x))))(0.0).item()
    1.0
    """

    @functools.wraps(f)
    def computed_again(*args: Any, **kwargs: Any) -> Any:
        # What the function takes is closed over: flags stay flags, and masks are known by the
        # identity of the arrays that they belong to.
        outer = current_scope()
        if outer is None:
            return jax.checkpoint(lambda: f(*args, **kwargs))()
        notes: dict[str, Any] = {}

        def inside() -> Any:
            with Scope() as scope:
                outputs = f(*args, **kwargs)
                left, notes["left"] = scope.left_behind(outputs)
            return outputs, left

        outputs, left = jax.checkpoint(inside)()
        outer.take_over(outputs, left, notes["left"])
        return outputs

    return computed_again


def outputs_size(f: Callable[..., Any], args: Any, kwargs: Any) -> int:
    """Count the numbers in the outputs of a function, without computing or changing anything."""
    with Scope(key=jax.random.key(0)):
        shapes = jax.eval_shape(lambda: f(*args, **kwargs))
    return sum(leaf.size for leaf in jax.tree.leaves(shapes))
