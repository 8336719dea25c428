"""Functions of ``tf`` for Python's side: looking at values, branches and loops."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.eager import asked
from kerata.base.symbolic import is_symbolic
from kerata.base.variable import Variable as BaseVariable
from kerata.compat.tensorflow.exporting import integers
from kerata.compat.tensorflow.front import FRONT
from kerata.compat.tensorflow.making import constant, convert_to_tensor
from kerata.compat.tensorflow.registering import FUNCTIONS, python
from kerata.compat.tensorflow.shapes import stack
from kerata.compat.tensorflow.tensor import Tensor


@python
def is_tensor(x: Any) -> bool:
    """``tf.is_tensor``: whether something is a tensor or variable."""
    return isinstance(x, (Tensor, BaseVariable, jax.Array)) or is_symbolic(x)


@python
def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """``tf.get_static_value``: the values, or None where they are not known."""
    x = tensor._value if isinstance(tensor, Tensor) else tensor
    return None if isinstance(x, jax.core.Tracer) or is_symbolic(x) else np.asarray(x)


def print_(
    *inputs: Any,
    output_stream: Any = None,
    summarize: Any = 3,
    sep: str = " ",
    end: str = "\n",
    name: Any = None,
) -> None:
    """``tf.print``: print values, in compiled functions too, when they are known."""
    arrays = [x._value if isinstance(x, Tensor) else x for x in inputs]
    arrays = [x._own_value() if isinstance(x, BaseVariable) else x for x in arrays]
    stream = output_stream if hasattr(output_stream, "write") else sys.stderr

    def show(*values: Any) -> None:
        texts = [_text(v) for v in values]
        print(*texts, sep=sep, end=end, file=stream)

    if any(isinstance(x, jax.core.Tracer) for x in arrays):
        traced = [i for i, x in enumerate(arrays) if isinstance(x, jax.Array)]

        def back(*values: Any) -> None:
            full = list(arrays)
            for i, v in zip(traced, values, strict=True):
                full[i] = v
            show(*full)

        jax.debug.callback(back, *(arrays[i] for i in traced), ordered=False)
    else:
        show(*arrays)


def _text(x: Any) -> str:
    if isinstance(x, (np.ndarray, jax.Array)):
        array = np.asarray(x)
        return str(array[()]) if array.ndim == 0 else str(array)
    return str(x)


FUNCTIONS["print"] = print_


def _branch(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of the program be one on plain arrays."""
    return lambda *arrays: FRONT.hand_back(function, arrays, {})


def _on_tensors(function: Callable[..., Any], *arrays: Any) -> Any:
    """Call a control flow of JAX with its parts noted."""
    return asked(function)(*arrays)


@python
def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """``tf.cond``: what one of two functions gives."""
    flag = pred._value if isinstance(pred, Tensor) else pred
    if not isinstance(flag, jax.core.Tracer):
        return true_fn() if bool(flag) else false_fn()
    return _on_tensors(lambda p: jax.lax.cond(p, _branch(true_fn), _branch(false_fn)), pred)


@python
def while_loop(
    cond: Any,
    body: Any,
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: Any = None,
) -> Any:
    """``tf.while_loop``: repeat a function of some tensors while a condition is true."""
    state = list(loop_vars)
    known = [
        x._value if isinstance(x, Tensor) else x
        for x in jax.tree.leaves(state, is_leaf=lambda x: isinstance(x, Tensor))
    ]
    most = None if maximum_iterations is None else integers(maximum_iterations)
    if any(isinstance(x, jax.core.Tracer) for x in known):

        def whole(*arrays: Any) -> Any:
            def go_on(carried: Any) -> Any:
                more = _branch(cond)(*carried[1])
                return more if most is None else jnp.logical_and(more, carried[0] < most)

            def step(carried: Any) -> Any:
                made = _branch(body)(*carried[1])
                made = made if isinstance(made, (list, tuple)) else (made,)
                return carried[0] + 1, jax.tree.map(jnp.asarray, tuple(made))

            start = (jnp.zeros((), jnp.int32), jax.tree.map(jnp.asarray, arrays))
            return list(jax.lax.while_loop(go_on, step, start)[1])

        return _on_tensors(whole, *state)
    done = 0
    while bool(cond(*state)) and (most is None or done < most):
        made = body(*state)
        state = list(made) if isinstance(made, (list, tuple)) else [made]
        done += 1
    return state


@python
def map_fn(
    fn: Any,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: Any = None,
    fn_output_signature: Any = None,
) -> Any:
    """``tf.map_fn``: a function of each row, its results stacked."""
    leaves, structure = jax.tree.flatten(elems, is_leaf=lambda x: isinstance(x, Tensor))
    tensors = [convert_to_tensor(leaf) for leaf in leaves]
    rows = [fn(jax.tree.unflatten(structure, list(row))) for row in zip(*tensors, strict=True)]
    return _stacked(rows)


def _stacked(rows: list[Any]) -> Any:
    if isinstance(rows[0], (tuple, list)):
        return type(rows[0])(_stacked(list(parts)) for parts in zip(*rows, strict=True))
    return stack(rows)


@python
def vectorized_map(fn: Any, elems: Any, fallback_to_while_loop: bool = True) -> Any:
    """``tf.vectorized_map``: a function of each row, its results stacked."""
    return map_fn(fn, elems)


@python
def foldl(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """``tf.foldl``: all rows put together by a function of the state and a row."""
    rows = list(convert_to_tensor(elems))
    state = rows.pop(0) if initializer is None else initializer
    for row in rows:
        state = fn(state, row)
    return state


@python
def scan(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """``tf.scan``: the states of ``foldl``, stacked."""
    rows = list(convert_to_tensor(elems))
    state = rows.pop(0) if initializer is None else initializer
    states = [state] if initializer is None else []
    for row in rows:
        state = fn(state, row)
        states.append(state)
    return _stacked(states)


@python
def numpy_function(func: Any, inp: Any, Tout: Any, stateful: bool = True, name: Any = None) -> Any:
    """``tf.numpy_function``: a function of NumPy arrays; no gradient goes through it."""
    made = func(*(np.asarray(constant(x).numpy()) for x in inp))
    return _typed(made, Tout)


@python
def py_function(func: Any, inp: Any, Tout: Any, name: Any = None) -> Any:
    """``tf.py_function``: a function of Python, of tensors."""
    return _typed(func(*(convert_to_tensor(x) for x in inp)), Tout)


def _typed(made: Any, types: Any) -> Any:
    if isinstance(types, (list, tuple)):
        return [convert_to_tensor(m, t) for m, t in zip(made, types, strict=True)]
    return convert_to_tensor(made, types)


@python
def group(*inputs: Any, name: Any = None) -> None:
    """``tf.group``: nothing to do, since everything is done in order."""


@python
def no_op(name: Any = None) -> None:
    """``tf.no_op``: nothing."""
