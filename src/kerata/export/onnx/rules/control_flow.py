"""Loops and branches."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import Value, declared


@rule("scan")
def _scan(c: Converter, equation: Any, *inputs: Value) -> list[Value]:
    g, params = c.graph, equation.params
    consts, carried = _counts(params)
    closed = params["jaxpr"]
    fixed, states, xs = (
        list(inputs[:consts]),
        list(inputs[consts : consts + carried]),
        list(inputs[consts + carried :]),
    )
    outs = [var.aval for var in closed.jaxpr.outvars]
    first: list[Any] = []
    if not xs:
        # The operator counts steps by what it goes through.
        end = g.node("Reshape", g.size(params["length"]), np.zeros(0, np.int64))
        xs = [g.node("Range", np.asarray(0, np.int64), end, np.asarray(1, np.int64))]
        counter = [declared(g.name("step"), np.int64, ())]
    else:
        counter = []

    def given(outputs: list[Value], _: Any) -> list[Any]:
        return [(x, a.dtype, a.shape) for x, a in zip(outputs, outs, strict=True)]

    body = c.body(closed, fixed, "scan", first, given)
    body.input.extend(counter)
    backwards = [int(params["reverse"])]
    several = len(outs)
    if not several:
        return []
    results = g.node(
        "Scan",
        *states,
        *xs,
        outputs=several,
        body=body,
        num_scan_inputs=len(xs),
        scan_input_directions=backwards * len(xs),
        scan_output_directions=backwards * (several - carried) or None,
    )
    return results if isinstance(results, list) else [results]


def _counts(params: Any) -> tuple[int, int]:
    """Give how many of a scan's inputs are the same in all steps, and how many are carried."""
    if "num_consts" in params:
        return params["num_consts"], params["num_carry"]
    # JAX 0.12 keeps the structure of the inputs in their place.
    fixed, states, _ = params["ft_in"].elts
    return len(fixed.vals), len(states.vals)


@rule("while")
def _loop(c: Converter, equation: Any, *inputs: Value) -> list[Value]:
    g, params = c.graph, equation.params
    a, b = params["cond_nconsts"], params["body_nconsts"]
    of_condition, of_body, states = list(inputs[:a]), list(inputs[a : a + b]), list(inputs[a + b :])
    outs = [var.aval for var in params["body_jaxpr"].jaxpr.outvars]
    begin = c.run(params["cond_jaxpr"], [*of_condition, *states])[0]

    def given(outputs: list[Value], _: Any) -> list[Any]:
        again = c.run(params["cond_jaxpr"], [*of_condition, *outputs])[0]
        rest = [(x, aval.dtype, aval.shape) for x, aval in zip(outputs, outs, strict=True)]
        return [(again, bool, ()), *rest]

    first = [declared(g.name("step"), np.int64, ()), declared(g.name("go"), bool, ())]
    body = c.body(params["body_jaxpr"], of_body, "while", first, given)
    results = g.node("Loop", "", begin, *states, outputs=len(outs), body=body)
    return results if isinstance(results, list) else [results]


@rule("cond")
def _branches(c: Converter, equation: Any, which: Value, *inputs: Value) -> list[Value]:
    g, cases = c.graph, equation.params["branches"]
    outs = [var.aval for var in equation.outvars]

    def given(outputs: list[Value], _: Any) -> list[Any]:
        return [(x, a.dtype, a.shape) for x, a in zip(outputs, outs, strict=True)]

    def choose(number: int) -> list[Value]:
        if number == len(cases) - 1:
            return c.run(cases[number], list(inputs))
        here = c.body(cases[number], list(inputs), "branch", [], given)
        with g.body() as nodes:
            from onnx import helper

            rest = [g.node("Identity", x) for x in choose(number + 1)]
            names = [declared(n, a.dtype, a.shape) for n, a in zip(rest, outs, strict=True)]
            other = helper.make_graph(list(nodes), g.name("branch"), [], names)
        index = np.asarray(number, equation.invars[0].aval.dtype)
        chosen = g.node("Equal", which, index)
        results = g.node("If", chosen, outputs=len(outs), then_branch=here, else_branch=other)
        return results if isinstance(results, list) else [results]

    return choose(0)


@rule("platform_index")
def _platform(c: Converter, equation: Any) -> Value:
    # What serves any platform serves this one.
    served = [None if p is None else "other" for p in equation.params["platforms"]]
    return np.asarray(served.index(None) if None in served else 0, np.int32)
