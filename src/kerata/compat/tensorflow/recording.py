"""Steps of a computation, noted as they are done, for gradients.

What is noted is a whole function of this library, such as a layer's call: its gradient is
``jax.vjp``'s. Variables that it reads are found while it runs.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.randomness import global_generator
from kerata.base.scope import Box, Scope, current_scope, get_mask
from kerata.base.symbolic import KerasTensor
from kerata.base.variable import Variable
from kerata.compat.tensorflow.tensor import Tensor, set_follower

_numbers = itertools.count()


class _Tapes(threading.local):
    """The open tapes of this thread, the outer ones first."""

    def __init__(self) -> None:
        self.open: list[Any] = []


tapes = _Tapes()


class Node:
    """One noted step.

    Attributes:
        number: steps are numbered in the order in which they were done.
        function: makes arrays of floats from arrays of floats.
        inputs: the tensors and variables that these came from.
        values: their values.
        pull: gives the inputs' gradients for the outputs'.
        outputs: shapes and types.
        tapes: the tapes that noted it.
        call: the call with its arguments.
        owner: the layer that was called, or None.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: list[Any],
        values: list[Any],
        pull: Callable[..., Any],
        outputs: list[Any],
        noted_by: list[Any],
        call: Any = None,
        owner: Any = None,
    ) -> None:
        self.number = next(_numbers)
        self.function, self.inputs, self.values, self.pull = function, inputs, values, pull
        self.outputs = [jax.ShapeDtypeStruct(o.shape, o.dtype) for o in outputs]
        self.tapes = noted_by
        self.call, self.owner = call, owner


def followed_by(source: Any) -> list[Any]:
    """List the recording tapes that follow a tensor or variable."""
    return [tape for tape in tapes.open if tape.recording and tape.follows(source)]


set_follower(lambda tensor: bool(tapes.open) and bool(followed_by(tensor)))


def is_leaf(x: Any) -> bool:
    """Say whether a value is one, though JAX would look into it."""
    return isinstance(x, (Tensor, Variable, KerasTensor))


def is_differentiable(x: Any) -> bool:
    """Say whether an array can have a gradient."""
    return hasattr(x, "dtype") and jnp.issubdtype(x.dtype, jnp.inexact)


class Noticing(Scope):
    """A scope that notices which variables are read, and draws a key only when one is wanted."""

    def __init__(self, pairs: Any, key: Callable[[], Any]) -> None:
        super().__init__(pairs)
        self._first = dict(self._values)
        self._make_key = key
        self.read_ones: dict[int, Variable] = {}

    def read(self, variable: Box) -> Any:
        """Give the value of a variable, and notice that it was read."""
        self.read_ones[id(variable)] = variable  # type: ignore[assignment]  # boxes are variables
        return super().read(variable)

    def next_key(self) -> Any:
        """Draw the next key."""
        if self._key is None:
            self._key = self._make_key()
        return super().next_key()

    def changes(self) -> list[tuple[Variable, Any]]:
        """List the variables that have a new value, with it."""
        return [
            (box, value)  # type: ignore[misc]  # boxes are variables
            for key, (box, value) in self._values.items()
            if key not in self._first or self._first[key][1] is not value
        ]


class Drawn:
    """A random key that is drawn once, when it is wanted: from a scope, else globally.

    Arguments:
        scope: the scope around, or None.
    """

    def __init__(self, scope: Scope | None = None) -> None:
        self._scope = scope
        self.drawn = False
        self._key: Any = None

    def __call__(self) -> Any:
        """Give the key."""
        self.drawn = True
        if self._key is None and self._scope is not None:
            self._key = self._scope.next_key()
        if self._key is None:
            with jax.ensure_compile_time_eval():
                self._key = jax.random.key(global_generator().next_seed())
        return self._key


# Variables that a function read when it was called last, by what it belongs to.
_known: weakref.WeakKeyDictionary[Any, list[Variable]] = weakref.WeakKeyDictionary()


def note(function: Callable[..., Any], args: Any, kwargs: Any, owner: Any) -> Any:
    """Call a function on plain arrays and note it for the open tapes that follow its inputs.

    Arguments:
        function: of this library, or one of the program's that tf.function has compiled.
        args, kwargs: nested tensors, variables, arrays and anything else.
        owner: what the function belongs to, for which its variables are remembered.

    Returns:
        Its results, with tensors in the place of arrays; and the losses that layers added.
    """
    leaves, structure = jax.tree.flatten((args, kwargs), is_leaf=is_leaf)
    followed = [
        i
        for i, x in enumerate(leaves)
        if isinstance(x, Tensor) and is_differentiable(x._value) and followed_by(x)
    ]
    plain = [x._value if isinstance(x, Tensor) else x for x in leaves]
    masks = [(x._value, x._keras_mask) for x in leaves if _masked(x)]
    variables = _trained(_remembered(owner))
    key = Drawn(current_scope())
    while True:
        call = _Call(function, structure, plain, followed, variables, masks, key)
        values = [v._read() for v in variables] + [plain[i] for i in followed]
        if not values:
            floats, others = call([])
        else:
            floats, pull, others = jax.vjp(call, values, has_aux=True)
        missing = _trained(call.read_ones)
        missing = [v for v in missing if all(v is not known for known in variables)]
        if not missing:
            break
        variables = [*variables, *missing]
    _remember(owner, list(call.read_ones))
    node = None
    if values:
        inputs = [*variables, *(leaves[i] for i in followed)]
        by = {id(t): t for x in inputs for t in followed_by(x)}
        node = Node(call.again(), inputs, values, pull, floats, list(by.values()), call, owner)
    call.settle(others)
    return call.results(floats, others, node)


class _Call:
    """A call as a pure function of the values that gradients are wanted for."""

    def __init__(
        self,
        function: Callable[..., Any],
        structure: Any,
        plain: list[Any],
        followed: list[int],
        variables: list[Variable],
        masks: list[tuple[Any, Any]],
        key: Drawn,
    ) -> None:
        self.function, self.structure, self.plain = function, structure, plain
        self.followed, self.variables, self.masks, self.key = followed, variables, masks, key
        self.read_ones: list[Variable] = []
        self.changed: list[Variable] = []

    def __call__(self, values: list[Any]) -> tuple[list[Any], Any]:
        count = len(self.variables)
        given = list(self.plain)
        for i, value in zip(self.followed, values[count:], strict=True):
            given[i] = value
        args, kwargs = jax.tree.unflatten(self.structure, given)
        pairs = zip(self.variables, values[:count], strict=True)
        with Noticing(pairs, self.key) as scope:
            self._set_masks(scope, given)
            made = self.function(*args, **kwargs)
            leaves, self.made = jax.tree.flatten(made, is_leaf=is_leaf)
            masks = [get_mask(x) for x in leaves]
        self.read_ones = list(scope.read_ones.values())
        changes = scope.changes()
        self.changed = [variable for variable, _ in changes]
        losses = [x._value if isinstance(x, Tensor) else x for x in scope.losses]
        self.floats: list[bool | None] = []
        self.static: list[Any] = []
        others: list[Any] = []
        floats: list[Any] = []
        for x in leaves:
            traced = isinstance(x, jax.Array)
            if traced and is_differentiable(x):
                self.floats.append(True)
                floats.append(x)
            elif traced:
                self.floats.append(False)
                others.append(x)
            else:
                self.floats.append(None)
                self.static.append(x)
        self.losses = len(losses)
        masked = {i: mask for i, mask in enumerate(masks) if mask is not None}
        new = [value for _, value in changes]
        return [*floats, *map(jnp.asarray, losses)], (others, masked, new)

    def _set_masks(self, scope: Scope, given: list[Any]) -> None:
        for value, mask in self.masks:
            for i, plain in enumerate(self.plain):
                if plain is value:
                    scope.set_mask(given[i], mask)

    def again(self) -> Callable[[list[Any]], list[Any]]:
        """Give the function of the values alone, for gradients of gradients."""
        copy = _Call(
            self.function,
            self.structure,
            self.plain,
            self.followed,
            self.variables,
            self.masks,
            self.key,
        )
        return lambda values: copy(values)[0]

    def settle(self, others: Any) -> None:
        """Give variables the values that the call assigned."""
        scope = current_scope()
        for variable, value in zip(self.changed, others[2], strict=True):
            if scope is None:
                variable._value = value
            else:
                scope.write(variable, value)

    def results(self, floats: list[Any], others: Any, node: Node | None) -> tuple[Any, list[Any]]:
        """Give the results with tensors in them, and the losses."""
        numbered = iter(enumerate(floats))
        integers, masks, _ = others
        integers, static = iter(integers), iter(self.static)
        leaves: list[Any] = []
        for kind in self.floats:
            if kind:
                place, value = next(numbered)
                leaves.append(Tensor(value, node, place))
            elif kind is None:
                leaves.append(next(static))
            else:
                leaves.append(Tensor(next(integers)))
        for i, mask in masks.items():
            leaves[i]._keras_mask = mask
        losses = [Tensor(value, node, place) for place, value in numbered]
        return jax.tree.unflatten(self.made, leaves), losses


def _masked(x: Any) -> bool:
    return isinstance(x, Tensor) and "_keras_mask" in vars(x)


def _trained(variables: list[Variable]) -> list[Variable]:
    return [v for v in variables if is_differentiable(v._value) and followed_by(v)]


def _remembered(owner: Any) -> list[Variable]:
    try:
        return list(_known.get(owner, ()))
    except TypeError:
        return []


def _remember(owner: Any, variables: list[Variable]) -> None:
    try:
        _known[owner] = variables
    except TypeError:
        return


def chained(nodes: Iterator[Node]) -> list[Node]:
    """Put nodes in the order in which gradients go through them."""
    return sorted(nodes, key=lambda node: -node.number)
