"""Functions that also take symbolic tensors: the call is then recorded for the graph."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.eager import asked
from kerata.base.messages import did_you_mean
from kerata.base.naming import auto_name
from kerata.base.registry import Namespace
from kerata.base.symbolic import KerasTensor, Operation, infer_spec
from kerata.base.variable import Variable

_functions: dict[str, Callable[..., Any]] = {}
# What outputs look like whose sizes depend on the values, where no trace can tell.
_rules: dict[str, Callable[..., Any]] = {}


class OpCall(Operation):
    """A function of ``ops`` as a node of a functional graph.

    Arguments:
        function: name of the function, such as ``'sum'``. Its arguments are kept by the
            node of the call, so name and node together rebuild the call.
        name: name of the node; numbered automatically if left out.

    Raises:
        ValueError: unknown function.
    """

    def __init__(self, function: str, name: str | None = None) -> None:
        if function not in _functions:
            raise ValueError(
                f"Unknown function {function!r} of ops. {did_you_mean(function, _functions)}"
            )
        super().__init__(auto_name(function.rpartition(".")[2]) if name is None else name)
        self.function = function

    @property
    def kind(self) -> str:
        """What the operation is called in tables and pictures."""
        return f"ops.{self.function}"

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the function on arrays."""
        return _functions[self.function](*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors: by the function's own rule, or by tracing it."""
        rule = _rules.get(self.function)
        if rule is not None:
            return rule(*args, **kwargs)
        return infer_spec(self.call, args, kwargs, unlike=True)


Namespace("keras.ops", "operation").add(OpCall)


def as_tensor(x: Any) -> jax.Array:
    """Turn numbers, nested lists, NumPy arrays and variables into JAX arrays."""
    return x if isinstance(x, jax.Array) else device_array(unbox(x))


def as_tensors(xs: Any) -> list[jax.Array]:
    """Turn each of several values into a JAX array."""
    return [as_tensor(x) for x in xs]


def plain_numbers(value: Any) -> Any:
    """Give axes and places as plain numbers or tuples, as JAX wants what it compiles for."""
    return value if isinstance(value, int) else tuple(int(v) for v in value)


def as_float(x: Any) -> jax.Array:
    """Turn integers into floats, as Keras does where NumPy would keep them."""
    x = as_tensor(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)


def floats_only(name: str, x: Any) -> jax.Array:
    """Turn what ``as_tensor`` takes into an array, if it holds floats.

    Raises:
        TypeError: integers or bools, naming the function.
    """
    x = as_tensor(x)
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        raise TypeError(
            f"{name} takes floats, got values of {x.dtype.name}: cast them with "
            "ops.cast(x, 'float32')."
        )
    return x


def as_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let numbers count as arrays of their own type, where they would take the other operand's."""
    plain = (bool, int, float, complex)
    return lambda *operands: function(
        *(device_array(np.asarray(x)) if isinstance(x, plain) else x for x in operands)
    )


def unbox(x: Any) -> Any:
    """Replace variables by their arrays in nested lists, tuples and dictionaries."""
    if isinstance(x, Variable):
        return x.value
    if type(x) in (list, tuple):
        return type(x)(map(unbox, x))
    if type(x) is dict:
        return {key: unbox(value) for key, value in x.items()}
    return x


def holds_symbolic(x: Any) -> bool:
    """Say whether nested lists, tuples and dictionaries hold a symbolic tensor."""
    if isinstance(x, KerasTensor):
        return True
    if isinstance(x, (list, tuple)):
        return any(map(holds_symbolic, x))
    return isinstance(x, dict) and any(map(holds_symbolic, x.values()))


def op(function: Callable[..., Any], prefix: str = "") -> Callable[..., Any]:
    """Decorator: let a function on arrays also take variables and symbolic tensors.

    Arguments:
        function: computes on arrays (and on what ``as_tensor`` accepts).
        prefix: put before the function's name in the register, ``'activations.'``.
    """
    name = prefix + function.__name__
    _functions[name] = function

    @asked
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if holds_symbolic(args) or holds_symbolic(kwargs):
            inspect.signature(function).bind(*args, **kwargs)
            return OpCall(name)(*args, **kwargs)
        try:
            return function(*map(unbox, args), **unbox(kwargs))
        except _TOLD as error:
            _tell(error, f"{'' if prefix else 'ops.'}{name}", (args, kwargs))
            raise

    return call


# What JAX raises for arguments that don't fit each other.
_TOLD = (TypeError, ValueError, IndexError, NotImplementedError)


def _tell(error: Exception, name: str, given: Any) -> None:
    """Let an error of JAX's say which function was called, with arrays of which shapes."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    raised_in = "" if last is None else last.tb_frame.f_globals.get("__name__", "")
    theirs = raised_in.partition(".")[0] in ("jax", "numpy")
    # Only what is nothing but a sentence (errors of some classes are made of tracers), and only
    # once: functions of ops call others.
    if not theirs or type(error) not in _TOLD or len(error.args) != 1 or hasattr(error, "told"):
        return
    shapes = [str(tuple(np.shape(x))) for x in jax.tree.leaves(given) if hasattr(x, "shape")]
    words = f" of {'an array' if len(shapes) == 1 else 'arrays'} of shape {' and '.join(shapes)}"
    said = f"{name}{words if shapes else ''}: {error.args[0]}"
    error.args = (said if said.endswith(".") else f"{said}.",)
    error.told = True  # type: ignore[attr-defined] # a mark


def declare_outputs(function: Callable[..., Any], rule: Callable[..., Any]) -> None:
    """Say what the outputs of a function of ``ops`` look like for symbolic tensors.

    For functions whose outputs' sizes depend on the values.

    Arguments:
        function: made by ``op``.
        rule: takes the function's arguments and gives symbolic tensors.
    """
    _rules[function.__name__] = rule


def jax_op(name: str, function: Callable[..., Any], signature: str, doc: str) -> Callable[..., Any]:
    """Make a function of ``ops`` from one of JAX's with the same meaning.

    Arguments:
        name: name in ``ops``.
        function: JAX's function; it takes the arrays by position, options by name.
        signature: argument names as in Keras, ``'x, axis=None, keepdims=False'``; the names
            without a default are arrays.
        doc: docstring.
    """
    parameters = [_parameter(part) for part in signature.split(", ")]
    names = [p.name for p in parameters]
    arrays = sum(p.default is p.empty for p in parameters)

    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(names):
            raise TypeError(f"{name}({signature}) got {len(args)} arguments.")
        given = dict(zip(names, args, strict=False))
        for key, value in kwargs.items():
            if key in given:
                raise TypeError(f"{name}({signature}) got {key!r} twice.")
            if key not in names:
                raise TypeError(f"{name}({signature}) has no argument {key!r}.")
            given[key] = value
        missing = [n for n in names[:arrays] if n not in given]
        if missing:
            raise TypeError(f"{name}({signature}) lacks the argument {missing[0]!r}.")
        tensors = [_operand(given.pop(n)) for n in names[:arrays]]
        return function(*tensors, **given)

    call.__name__ = call.__qualname__ = name
    call.__module__ = "kerata.ops"  # where it is found, by pickle too
    call.__doc__ = doc
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # for help()
    return op(call)


def _parameter(text: str) -> inspect.Parameter:
    name, _, default = text.partition("=")
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    if not default:
        return inspect.Parameter(name, kind)
    return inspect.Parameter(name, kind, default=ast.literal_eval(default))


def _operand(x: Any) -> Any:
    # Plain numbers stay plain: they then take the other operand's type.
    return x if isinstance(x, (bool, int, float, complex)) else as_tensor(x)
