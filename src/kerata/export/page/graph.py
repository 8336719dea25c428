"""An ONNX graph as JSON that the page's evaluator runs."""

from __future__ import annotations

import base64
import functools
import re
from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.page.modules import source

# ONNX's numbers for the types that the evaluator knows.
_TYPES = {1: "<f4", 2: "u1", 6: "<i4", 7: "<i8", 9: "u1", 11: "<f8"}
_STRING = 8
_GRAPH, _TENSOR = 5, 4


@functools.cache
def operators() -> frozenset[str]:
    """List the operators that the evaluator has, as its own table names them.

    >>> {"MatMul", "Conv", "Tokenizer"} < operators()
    True
    """
    table = source("evaluate.js").partition("\nconst OPERATORS = {\n")[2].partition("\n};\n")[0]
    return frozenset(re.findall(r"^  ([A-Z][A-Za-z]*): ", table, re.M))


def check_operators(proto: Any) -> None:
    """Refuse a graph that the evaluator can't run.

    Arguments:
        proto: an ONNX model.

    Raises:
        ExportError: naming the operators that it lacks, and types that it does not know.
    """
    lacking = sorted({node.op_type for node in _all_nodes(proto.graph)} - operators())
    if lacking:
        raise ExportError(
            f"The page can't compute {', '.join(lacking)}, which this network's graph has: export "
            "it with --to onnx and serve that with 'kerata serve'."
        )


def as_json(proto: Any) -> dict[str, Any]:
    """Give a graph as plain data: constants, inputs, outputs and nodes in their order.

    Arguments:
        proto: an ONNX model.

    Raises:
        ExportError: an operator or a type that the evaluator does not know.
    """
    check_operators(proto)
    graph = proto.graph
    return {
        "constants": {one.name: _constant(one) for one in graph.initializer},
        "inputs": [_input(one) for one in graph.input],
        "outputs": [one.name for one in graph.output],
        "nodes": [_node(one) for one in graph.node],
    }


def _all_nodes(graph: Any) -> Any:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == _GRAPH:
                yield from _all_nodes(attribute.g)


def _constant(tensor: Any) -> dict[str, Any]:
    from onnx import numpy_helper

    values = numpy_helper.to_array(tensor)
    found: dict[str, Any] = {"type": tensor.data_type, "dims": list(values.shape)}
    if tensor.data_type == _STRING:
        texts = [x.decode("utf-8") if isinstance(x, bytes) else str(x) for x in values.ravel()]
        return found | {"texts": texts}
    if tensor.data_type not in _TYPES:
        raise ExportError(f"The page knows no numbers of type {values.dtype} ({tensor.name}).")
    stored = np.ascontiguousarray(values).astype(_TYPES[tensor.data_type])
    return found | {"base64": base64.b64encode(stored.tobytes()).decode("ascii")}


def _input(value: Any) -> dict[str, Any]:
    kind = value.type.tensor_type
    sizes = [one.dim_value for one in kind.shape.dim][1:]
    return {"name": value.name, "type": kind.elem_type, "dims": sizes}


def _node(node: Any) -> dict[str, Any]:
    from onnx import helper

    attributes = {}
    for one in node.attribute:
        if one.type == _GRAPH:
            attributes[one.name] = _body(one.g)
        elif one.type == _TENSOR:
            raise ExportError(f"The page knows no constant in {node.op_type} ({one.name}).")
        else:
            attributes[one.name] = _plain(helper.get_attribute_value(one))
    return {
        "operator": node.op_type,
        "inputs": list(node.input),
        "outputs": list(node.output),
        "attributes": attributes,
    }


def _body(graph: Any) -> dict[str, Any]:
    if graph.initializer:
        raise ExportError(f"The page knows no constants inside a loop ({graph.name}).")
    return {
        "inputs": [one.name for one in graph.input],
        "outputs": [one.name for one in graph.output],
        "nodes": [_node(one) for one in graph.node],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, str | int | float):
        return value
    return [_plain(one) for one in value]
