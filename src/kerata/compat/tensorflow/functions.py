"""``tf.function``: functions of a program, compiled."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerata.base.eager import inside
from kerata.base.scope import current_scope
from kerata.base.variable import Variable
from kerata.compat.tensorflow.front import standing, unwrapped
from kerata.compat.tensorflow.recording import Drawn, Noticing, is_leaf, tapes
from kerata.compat.tensorflow.tensor import NotKnown, Tensor, as_value

# What tracing raises where a program wants to know a value.
_WANTS_VALUES = (
    NotKnown,
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
)


_settings = {"eager": False}


def set_eager(eager: bool) -> None:
    """Say whether functions are left as they are."""
    _settings["eager"] = eager


def is_eager() -> bool:
    """Say whether functions are left as they are."""
    return _settings["eager"]


class Function:
    """A function that is compiled for each kind of arguments.

    Variables that it reads are arguments of the compiled program, those that it assigns are
    results. A function that looks at values of tensors, in an ``if`` say, runs step by step.

    Arguments:
        function: of the program.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.python_function = function
        self._programs: dict[Any, _Program] = {}
        self._kept: list[Any] = []
        self._stepwise = False

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else functools.partial(self, owner)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        # In another compiled function, or where a tape notes each step, it is part of that.
        open_tapes = any(tape.recording for tape in tapes.open)
        if self._stepwise or is_eager() or inside.here or current_scope() is not None or open_tapes:
            return self.python_function(*args, **kwargs)
        leaves, structure = jax.tree.flatten((args, kwargs), is_leaf=is_leaf)
        arrays: list[Any] = []
        static: list[Any] = []
        for leaf in leaves:
            value = leaf._value if isinstance(leaf, Tensor) else leaf
            if isinstance(value, (np.ndarray, jax.Array)) and value.dtype.kind != "O":
                arrays.append(as_value(value))
                static.append(None)
            else:
                static.append(leaf)
        key = (structure, tuple(map(_name, static)), tuple((a.shape, str(a.dtype)) for a in arrays))
        program = self._programs.get(key)
        if program is None:
            # Objects are known by their identity, so they must stay.
            self._kept.append(static)
            program = _Program(self.python_function, structure, static)
        try:
            made = program(arrays)
        except _WANTS_VALUES:
            self._stepwise = True
            return self.python_function(*args, **kwargs)
        self._programs[key] = program
        return made

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: there are no graphs to look at."""
        raise NotImplementedError(
            "Kerata has no graphs, so tf.function has no get_concrete_function; call the function."
        )


def _name(leaf: Any) -> Any:
    if leaf is None or isinstance(leaf, (bool, int, float, str, bytes)):
        return (type(leaf).__name__, leaf)
    return id(leaf)


class _Program:
    """A function for arguments of certain shapes, compiled."""

    def __init__(self, function: Callable[..., Any], structure: Any, static: list[Any]) -> None:
        self.function, self.structure, self.static = function, structure, static
        self.variables: list[Variable] = []
        self.compiled: Any = None

    def __call__(self, arrays: list[Any]) -> Any:
        """Run the program; the first time, find out what it is."""
        if self.compiled is None:
            self._find_variables(arrays)
            self.compiled = jax.jit(self._pure)
        key = Drawn()() if self.draws else None
        values = [v._value for v in self.variables]
        results, new = self.compiled(values, arrays, key)
        for variable, value in zip(self.changed, new, strict=True):
            variable._value = value
        left = iter(results)
        leaves = [Tensor(next(left)) if fixed is None else fixed[0] for fixed in self.fixed]
        return jax.tree.unflatten(self.made, leaves)

    def _find_variables(self, arrays: list[Any]) -> None:
        """Trace until no variable is read that is not known; the first time may make some."""
        self.draws = False
        while True:
            values = [v._value for v in self.variables]
            count = len(self.variables)
            jax.eval_shape(lambda v, a: self._pure(v, a, jax.random.key(0)), values, arrays)
            if len(self.variables) == count:
                return

    def _pure(self, values: list[Any], arrays: list[Any], key: Any) -> Any:
        def draw() -> Any:
            self.draws = True
            return key

        with Noticing(zip(list(self.variables), values, strict=True), draw) as scope:
            given = iter(arrays)
            leaves = [Tensor(next(given)) if s is None else s for s in self.static]
            args, kwargs = jax.tree.unflatten(self.structure, leaves)
            before, tapes.open = tapes.open, []
            try:
                with standing(False):
                    made = self.function(*args, **kwargs)
            finally:
                tapes.open = before
        results, self.made = jax.tree.flatten(made, is_leaf=is_leaf)
        plain = [unwrapped(r) for r in results]
        self.fixed = [None if isinstance(r, (jax.Array, np.ndarray)) else (r,) for r in plain]
        changes = scope.changes()
        for variable in scope.read_ones.values():
            if all(variable is not known for known in self.variables):
                self.variables.append(variable)
        self.changed = [variable for variable, _ in changes]
        return [r for r in plain if isinstance(r, (jax.Array, np.ndarray))], [n for _, n in changes]


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """Decorator: compile a function, where it does not look at values of tensors.

    Arguments:
        func: the function.
        input_signature and all that follow: accepted for TensorFlow's sake.

    >>> from kerata.compat import tensorflow as tf
    >>> @tf.function
    ... def double(x):
    ...     return 2 * x
    >>> double(tf.constant([1, 2])).numpy().tolist()
    [2, 4]
    """
    if func is None:
        return Function
    return Function(func)
