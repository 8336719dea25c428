"""Gradients of what a program computes inside a block."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable, Iterator
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.eager import inside
from kerata.base.variable import Variable
from kerata.compat.tensorflow.front import FRONT, standing
from kerata.compat.tensorflow.recording import Node, is_differentiable, is_leaf, note, tapes
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.compat.tensorflow.within import between_outputs


class GradientTape:
    """Notes what is computed inside a ``with`` block and gives gradients of it.

    Trainable variables are followed by themselves, other tensors after ``watch``. What is
    computed by functions of ``tf`` and ``keras``, by layers, losses and operators is noted;
    NumPy's functions end a gradient, as in TensorFlow, and where JAX's own would, they are
    refused.

    Arguments:
        persistent: whether ``gradient`` can be asked for more than once.
        watch_accessed_variables: whether trainable variables are followed without ``watch``.

    >>> from kerata.compat import tensorflow as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = x * x
    >>> float(tape.gradient(y, x))
    6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self.persistent, self._accessed = persistent, watch_accessed_variables
        self.recording = False
        self._watched: dict[int, Any] = {}
        self._seen: dict[int, Variable] = {}
        self._used = False

    def __enter__(self) -> Self:
        if inside.here:
            raise RuntimeError(
                "A GradientTape can't be opened here: this function is called while a gradient is "
                "computed already. Open it in the call() of a layer or in train_step()."
            )
        self.recording = True
        tapes.open.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def _close(self) -> None:
        self.recording = False
        tapes.open[:] = [tape for tape in tapes.open if tape is not self]

    def follows(self, source: Any) -> bool:
        """Say whether a tensor or variable is followed."""
        if id(source) in self._watched:
            return True
        if isinstance(source, Variable):
            if self._accessed and source.trainable:
                self._seen[id(source)] = source
                return True
            return False
        node = source._node
        return node is not None and any(tape is self for tape in node.tapes)

    def watch(self, tensor: Any) -> None:
        """Follow tensors or variables.

        Raises:
            ValueError: something else, or integers, which have no gradients.
        """
        for leaf in jax.tree.leaves(tensor, is_leaf=is_leaf):
            if not isinstance(leaf, (Tensor, Variable)):
                raise ValueError(
                    f"GradientTape.watch takes tensors and variables, got {type(leaf).__name__}: "
                    "make a tensor of it first, x = tf.constant(x)."
                )
            if is_differentiable(leaf._value):
                self._watched[id(leaf)] = leaf

    def watched_variables(self) -> tuple[Variable, ...]:
        """List the variables that were used."""
        given = [v for v in self._watched.values() if isinstance(v, Variable)]
        return tuple({id(v): v for v in [*self._seen.values(), *given]}.values())

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Note nothing inside a block."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def reset(self) -> None:
        """Forget what was watched."""
        self._watched, self._seen = {}, {}

    # Gradients -----------------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """Give the gradients of a target with respect to sources.

        Arguments:
            target: tensor, or nested ones, whose sum counts.
            sources: tensors or variables, nested in any way.
            output_gradients: gradients of the targets; ones by default.
            unconnected_gradients: what a source gets on which the target does not depend:
                ``'none'`` or ``'zero'``.

        Returns:
            A gradient for each source, nested as they are.

        Raises:
            RuntimeError: asked twice of a tape that is not persistent.
            TypeError: a target that is no tensor.
        """
        self._begin()
        targets = jax.tree.leaves(target, is_leaf=is_leaf)
        seeds: list[Any] = [None] * len(targets)
        if output_gradients is not None:
            seeds = jax.tree.leaves(output_gradients, is_leaf=is_leaf)
        zero = getattr(unconnected_gradients, "value", unconnected_gradients) == "zero"
        wanted, structure = jax.tree.flatten(
            sources, is_leaf=lambda x: is_leaf(x) or x is None or isinstance(x, np.ndarray)
        )
        found = self._pulled(targets, seeds, wanted)
        made = [
            _zeros(source) if gradient is None and zero else gradient
            for gradient, source in zip(found, wanted, strict=True)
        ]
        return jax.tree.unflatten(structure, made)

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Give the derivative of each value of a target with respect to sources.

        Arguments:
            target: one tensor.
            sources, unconnected_gradients: as for ``gradient``.
            parallel_iterations, experimental_use_pfor: accepted for TensorFlow's sake.

        Returns:
            For each source a tensor of shape ``(*target.shape, *source.shape)``.
        """
        shape = _checked_target(target)._value.shape
        size = int(np.prod(shape, dtype=int))
        rows = np.eye(size, dtype=np.float32).reshape(size, *shape)
        return self._rowwise(target, sources, rows, shape, unconnected_gradients)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Give the Jacobian of each row of a target with respect to the same row of a source."""
        batch, *shape = _checked_target(target)._value.shape
        size = int(np.prod(shape, dtype=int))
        rows = np.eye(size, dtype=np.float32).reshape(size, 1, *shape)
        rows = np.broadcast_to(rows, (size, batch, *shape))
        made = self._rowwise(target, source, rows, (size,), unconnected_gradients)
        if made is None:
            return None
        swapped = FRONT.run(lambda x: jnp.moveaxis(x, 0, 1), (made,), {}, True)
        inner = source.shape[1:]
        return FRONT.run(lambda x: x.reshape(batch, *shape, *inner), (swapped,), {}, True)

    def _rowwise(
        self, target: Any, sources: Any, rows: np.ndarray, shape: Any, unconnected: Any
    ) -> Any:
        persistent, self.persistent = self.persistent, True
        try:
            each = [self.gradient(target, sources, Tensor(jnp.asarray(row))) for row in rows]
        finally:
            self.persistent = persistent
            if not persistent:
                self._close()
                self._used = True
        wanted, structure = jax.tree.flatten(sources, is_leaf=is_leaf)
        columns = [jax.tree.leaves(row, is_leaf=lambda x: is_leaf(x) or x is None) for row in each]
        zero = getattr(unconnected, "value", unconnected) == "zero"
        made: list[Any] = []
        for source, *parts in zip(wanted, *columns, strict=True):
            if any(part is None for part in parts):
                full = Tensor(jnp.zeros((*shape, *source.shape), source._value.dtype))
                made.append(full if zero else None)
                continue
            made.append(
                FRONT.run(
                    lambda ps, s=tuple(source.shape): jnp.stack(ps).reshape(*shape, *s),
                    (parts,),
                    {},
                    True,
                )
            )
        return jax.tree.unflatten(structure, made)

    def _begin(self) -> None:
        if self._used:
            raise RuntimeError(
                "gradient() can be asked for only once of a GradientTape that is not persistent; "
                "open it with GradientTape(persistent=True)."
            )
        if not self.persistent:
            self._close()
            self._used = True

    def _pulled(self, targets: list[Any], seeds: list[Any], sources: list[Any]) -> list[Any]:
        """Go back through the noted steps, from the last to the first."""
        found: dict[int, Any] = {}
        waiting: list[tuple[int, Node]] = []
        known: dict[Node, dict[int, Any]] = {}

        def give(thing: Any, gradient: Any) -> None:
            found[id(thing)] = _sum(found.get(id(thing)), gradient)
            if not isinstance(thing, Tensor) or not self._noted(thing):
                return
            if thing._node not in known:
                known[thing._node] = {}
                heapq.heappush(waiting, (-thing._node.number, thing._node))
            given = known[thing._node]
            given[thing._place] = _sum(given.get(thing._place), gradient)

        for target, seed in zip(targets, seeds, strict=True):
            value = _checked_target(target)._value
            if not is_differentiable(value):
                continue
            ones = Tensor(jnp.ones(value.shape, value.dtype)) if seed is None else seed
            give(target, ones)
        passed: dict[Node, dict[int, Any]] = {}
        while waiting:
            _, node = heapq.heappop(waiting)
            passed[node] = known.pop(node)
            gradients = _back(node, passed[node])
            for thing, gradient in zip(node.inputs, gradients, strict=True):
                if self.follows(thing):
                    give(thing, gradient)
        made = []
        for source in sources:
            if not isinstance(source, (Tensor, Variable)):
                raise TypeError(
                    "The sources of GradientTape.gradient must be tensors or variables, got "
                    f"{type(source).__name__}."
                )
            self._add_from_the_same_call(source, passed, found)
            made.append(
                found.get(id(source)) if self.follows(source) or _is_any(source, targets) else None
            )
        return made

    def _add_from_the_same_call(
        self, source: Any, passed: dict[Node, dict[int, Any]], found: dict[int, Any]
    ) -> None:
        """Add what a source gets through other outputs of the call that it comes from."""
        if not isinstance(source, Tensor) or not self._noted(source):
            return
        given = passed.get(source._node, {})
        others = {place: g for place, g in given.items() if place != source._place}
        if others:
            inner = between_outputs(source._node, source, others)
            found[id(source)] = _sum(found.get(id(source)), inner)

    def _noted(self, tensor: Tensor) -> bool:
        node = tensor._node
        return node is not None and any(tape is self for tape in node.tapes)


def _is_any(thing: Any, others: list[Any]) -> bool:
    return any(thing is other for other in others)


def _checked_target(target: Any) -> Any:
    if not isinstance(target, (Tensor, Variable)):
        raise TypeError(
            "The target of GradientTape.gradient must be a tensor that was computed while the tape "
            f"was open, got {type(target).__name__}."
        )
    return target


def _sum(first: Any, second: Any) -> Any:
    if first is None:
        return second
    return FRONT.run(jnp.add, (first, second), {}, True)


def _zeros(source: Any) -> Tensor:
    return Tensor(jnp.zeros(source.shape, source._value.dtype))


def _back(node: Node, given: dict[int, Any]) -> list[Any]:
    """Give the gradients of a step's inputs for those of its outputs."""
    filled = [given.get(i, Tensor(jnp.zeros(o.shape, o.dtype))) for i, o in enumerate(node.outputs)]
    if not any(tape.recording for tape in tapes.open):
        outer = [
            jnp.broadcast_to(as_value(g), o.shape).astype(o.dtype)
            for g, o in zip(filled, node.outputs, strict=True)
        ]
        with standing(True):
            (gradients,) = node.pull(outer)
        return [Tensor(g) for g in gradients]

    def back(inputs: list[Any], outer: list[Any]) -> list[Any]:
        values = [x._read() if isinstance(x, Variable) else x for x in inputs]
        _, pull = jax.vjp(node.function, values)
        cast = [
            jnp.broadcast_to(g, o.shape).astype(o.dtype)
            for g, o in zip(outer, node.outputs, strict=True)
        ]
        return pull(cast)[0]

    # A variable that was assigned since counts with the value that was read.
    inputs = [
        value if isinstance(thing, Variable) and thing._read() is not value else thing
        for thing, value in zip(node.inputs, node.values, strict=True)
    ]
    with standing(True):
        results, _ = note(back, (inputs, filled), {}, None)
    return results


def custom_gradient(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: give a function a gradient of its own, as ``tf.custom_gradient``.

    Arguments:
        function: gives its result and a function from the result's gradient to those of the
            arguments.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        def on_arrays(*arrays: Any) -> Any:
            result, gradient = FRONT.hand_back(function, arrays, kwargs)

            def pull(outer: Any) -> Any:
                made = FRONT.hand_back(gradient, (outer,), {})
                return tuple(made) if isinstance(made, (list, tuple)) else (made,)

            return result, pull

        def whole(*arrays: Any) -> Any:
            return jax.custom_gradient(on_arrays)(*map(as_value, arrays))

        if inside.here:
            return whole(*args)
        return FRONT.run(whole, args, {}, True)

    return call
