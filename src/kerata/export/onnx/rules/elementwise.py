"""Element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import Value

# Primitives that are an operator of ONNX as they are.
_SAME = {
    **{"add": "Add", "add_any": "Add", "sub": "Sub", "mul": "Mul", "div": "Div"},
    **{"exp": "Exp", "log": "Log", "sqrt": "Sqrt", "tanh": "Tanh", "logistic": "Sigmoid"},
    **{"sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan"},
    **{"sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh"},
    **{"neg": "Neg", "abs": "Abs", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "erf": "Erf"},
    **{"lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual", "eq": "Equal"},
    **{"copy": "Identity", "copy_p": "Identity", "stop_gradient": "Identity"},
    **{"reduce_precision": "Identity", "name": "Identity"},
}
# What the operator gives is an input of this one.
_THEN = {
    "ne": ("Equal", "Not"),
    "rsqrt": ("Sqrt", "Reciprocal"),
}
_LOGIC = {"and": ("And", "BitwiseAnd"), "or": ("Or", "BitwiseOr"), "xor": ("Xor", "BitwiseXor")}
# Types for which the runtime has comparisons and arithmetic; narrower ones are widened.
_NARROW = ("int8", "uint8", "int16", "uint16")


def _widened(c: Converter, equation: Any, inputs: tuple[Value, ...]) -> tuple[list[Value], Any]:
    """Widen small integers; gives the type to go back to, or None."""
    dtype = str(equation.invars[0].aval.dtype)
    if dtype not in _NARROW:
        return list(inputs), None
    return [c.graph.cast(x, np.int32) for x in inputs], equation.invars[0].aval.dtype


def _back(c: Converter, equation: Any, x: Value, dtype: Any) -> Value:
    return x if dtype is None or equation.outvars[0].aval.dtype != dtype else c.graph.cast(x, dtype)


@rule(*_SAME)
def _same(c: Converter, equation: Any, *inputs: Value) -> Value:
    name = equation.primitive.name
    if name in ("eq", "ne") and equation.invars[0].aval.dtype == bool:
        return c.graph.node("Equal", *inputs)
    values, narrow = _widened(c, equation, inputs)
    return _back(c, equation, c.graph.node(_SAME[name], *values), narrow)


@rule(*_THEN)
def _then(c: Converter, equation: Any, *inputs: Value) -> Value:
    values, _ = _widened(c, equation, inputs)
    first, second = _THEN[equation.primitive.name]
    return c.graph.node(second, c.graph.node(first, *values))


@rule(*_LOGIC)
def _logic(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    bools, numbers = _LOGIC[equation.primitive.name]
    return c.graph.node(bools if equation.invars[0].aval.dtype == bool else numbers, x, y)


@rule("lt_to", "le_to")
def _in_total_order(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    # As sorting compares: what is no number comes last.
    strict = equation.primitive.name == "lt_to"
    below = c.graph.node("Less" if strict else "LessOrEqual", x, y)
    if equation.invars[0].aval.dtype.kind != "f":
        return below
    nothing = c.graph.node("IsNaN", y)
    if strict:
        nothing = c.graph.node("And", nothing, c.graph.node("Not", c.graph.node("IsNaN", x)))
    return c.graph.node("Or", below, nothing)


@rule("not")
def _logical_not(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Not" if equation.invars[0].aval.dtype == bool else "BitwiseNot", x)


@rule("max", "min")
def _extreme(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    largest = equation.primitive.name == "max"
    if equation.invars[0].aval.dtype == bool:
        return c.graph.node("Or" if largest else "And", x, y)
    values, narrow = _widened(c, equation, (x, y))
    return _back(c, equation, c.graph.node("Max" if largest else "Min", *values), narrow)


def _one(equation: Any) -> np.ndarray:
    return np.ones((), equation.outvars[0].aval.dtype)


@rule("square")
def _square(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Mul", x, x)


@rule("log1p")
def _log1p(c: Converter, equation: Any, x: Value) -> Value:
    # log(1 + x) * x / ((1 + x) - 1) keeps the digits of a small x (Kahan).
    g, one = c.graph, _one(equation)
    more = g.node("Add", x, one)
    rounded = g.node("Sub", more, one)
    usual = g.node("Div", g.node("Mul", g.node("Log", more), x), rounded)
    nothing = g.node("Equal", rounded, np.zeros((), one.dtype))
    infinite = g.node("IsInf", x)
    careful = g.node("Where", nothing, x, usual)
    return g.node("Where", infinite, g.node("Log", more), careful)


@rule("expm1")
def _expm1(c: Converter, equation: Any, x: Value) -> Value:
    # 2 sinh(x / 2) exp(x / 2), by tanh: exact for small x; exp(x) - 1 for the others.
    g, one = c.graph, _one(equation)
    half = g.node("Tanh", g.node("Mul", x, one / 2))
    power = g.node("Exp", x)
    near = g.node("Mul", half, g.node("Add", power, one))
    small = g.node("Less", g.node("Abs", x), one / 2)
    return g.node("Where", small, near, g.node("Sub", power, one))


@rule("exp2")
def _exp2(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Pow", 2 * _one(equation), x)


@rule("cbrt")
def _cbrt(c: Converter, equation: Any, x: Value) -> Value:
    root = c.graph.node("Pow", c.graph.node("Abs", x), _one(equation) / 3)
    return c.graph.node("Mul", c.graph.node("Sign", x), root)


@rule("erfc")
def _erfc(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Sub", _one(equation), c.graph.node("Erf", x))


@rule("pow")
def _power(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    return c.graph.node("Pow", x, y)


@rule("integer_pow")
def _integer_power(c: Converter, equation: Any, x: Value) -> Value:
    times = equation.params["y"]
    if times == 2:
        return c.graph.node("Mul", x, x)
    if times == -1:
        return c.graph.node("Reciprocal", x)
    return c.graph.node("Pow", x, times * _one(equation))


@rule("rem")
def _remainder(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    return c.graph.node("Mod", x, y, fmod=1)


@rule("round")
def _rounded(c: Converter, equation: Any, x: Value) -> Value:
    if int(equation.params["rounding_method"]) == 1:
        return c.graph.node("Round", x)
    away = c.graph.node("Floor", c.graph.node("Add", c.graph.node("Abs", x), _one(equation) / 2))
    return c.graph.node("Mul", c.graph.node("Sign", x), away)


@rule("is_finite")
def _is_finite(c: Converter, equation: Any, x: Value) -> Value:
    g = c.graph
    return g.node("Not", g.node("Or", g.node("IsNaN", x), g.node("IsInf", x)))


@rule("atan2")
def _atan2(c: Converter, equation: Any, y: Value, x: Value) -> Value:
    g, zero = c.graph, np.zeros((), equation.outvars[0].aval.dtype)
    pi = np.asarray(np.pi, zero.dtype)
    usual = g.node("Atan", g.node("Div", y, x))
    turn = g.node("Where", g.node("Less", y, zero), -pi, pi)
    left = g.node("Where", g.node("Less", x, zero), g.node("Add", usual, turn), usual)
    upright = g.node("Mul", g.node("Sign", y), pi / 2)
    return g.node("Where", g.node("Equal", x, zero), upright, left)


@rule("clamp")
def _clamp(c: Converter, equation: Any, low: Value, x: Value, high: Value) -> Value:
    return c.graph.node("Min", c.graph.node("Max", x, low), high)


@rule("convert_element_type")
def _convert(c: Converter, equation: Any, x: Value) -> Value:
    new, old = equation.params["new_dtype"], equation.invars[0].aval.dtype
    return x if new == old else c.graph.cast(x, new)


@rule("select_n")
def _select(c: Converter, equation: Any, which: Value, *cases: Value) -> Value:
    g = c.graph
    if equation.outvars[0].aval.dtype == bool:
        cases = tuple(g.cast(x, np.int32) for x in cases)
    shape = equation.outvars[0].aval.shape
    choice = equation.invars[0].aval
    if choice.ndim == 0 and shape:
        which = g.reshape(which, (1,) * len(shape))
    if choice.dtype == bool:
        result = g.node("Where", which, cases[1], cases[0])
    else:
        result = cases[0]
        for number, case in enumerate(cases[1:], 1):
            chosen = g.node("Equal", which, np.asarray(number, choice.dtype))
            result = g.node("Where", chosen, case, result)
    return g.cast(result, bool) if equation.outvars[0].aval.dtype == bool else result


@rule("optimization_barrier")
def _barrier(c: Converter, equation: Any, *inputs: Value) -> list[Value]:
    return list(inputs)


@rule("shift_left", "shift_right_logical", "shift_right_arithmetic")
def _shift(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    name, dtype = equation.primitive.name, equation.invars[0].aval.dtype
    if dtype.kind != "u":
        raise ExportError(c.refusal(equation, "ONNX shifts the bits of unsigned integers alone"))
    return c.graph.node("BitShift", x, y, direction="LEFT" if "left" in name else "RIGHT")
