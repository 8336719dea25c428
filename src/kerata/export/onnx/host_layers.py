"""Keras's layers of strings as nodes of a graph: what stands before the compiled program."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.base.symbolic import find_symbolic
from kerata.export.errors import ExportError
from kerata.export.onnx import strings
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.export.onnx.traced import add_traced
from kerata.export.registry import writer_of
from kerata.export.trace import Signature, trace
from kerata.layers.preprocessing.string_lookup import StringLookup
from kerata.layers.preprocessing.text_vectorization import TextVectorization

# What Keras's lower_and_strip_punctuation takes away, and what it splits at.
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_WORD = r"[^ \t\n\v\f\r]+"


def rest_signature(host: Any) -> Signature:
    """Describe what comes after the layers of strings."""
    # In the order in which JAX goes through dictionaries.
    tensors = dict(sorted(host.rest.input_struct.items()))
    return Signature(
        list(tensors),
        [t.shape for t in tensors.values()],
        [str(t.dtype) for t in tensors.values()],
        jax.tree.structure(dict.fromkeys(tensors, 0)),
    )


def add_host_layers(graph: OnnxGraph, host: Any, signature: Signature) -> list[Value]:
    """Add the layers of strings; gives what the rest of the model takes.

    Arguments:
        graph: whose inputs have the signature's names.
        host: a model's part on strings.
        signature: the model's inputs.

    Raises:
        ExportError: a layer that ONNX can't have.
    """
    values: dict[int, Value] = dict(zip(map(id, host.graph.inputs), signature.names, strict=True))
    for node in host.nodes:
        operation = node.operation
        given = [values[id(t)] for t in node.inputs]
        (output,) = find_symbolic(node.outputs)
        values[id(output)] = _written(graph, operation, given, node.inputs)
    return [values[id(t)] for _, t in sorted(host.rest.input_struct.items())]


def _written(g: OnnxGraph, operation: Any, given: list[Value], tensors: list[Any]) -> Value:
    writer = writer_of(operation)
    if writer is not None:
        return writer(g, operation, *given)
    if isinstance(operation, TextVectorization):
        return _vectorized(g, operation, given[0], tensors[0].shape)
    if isinstance(operation, StringLookup):
        return _looked_up(g, operation, given[0], tensors[0].shape)
    where = f"Layer {operation.name!r} ({type(operation).__name__})"
    if any(t.dtype == "string" for t in tensors):
        raise ExportError(f"{where} can't be exported to ONNX, which has no operator like it.")
    names = [f"{operation.name}_{i}" for i in range(len(tensors))]
    struct = jax.tree.structure([0] * len(tensors)) if len(tensors) > 1 else jax.tree.structure(0)
    signature = Signature(
        names, [t.shape for t in tensors], [str(t.dtype) for t in tensors], struct
    )
    traced = trace(operation, signature, operation.variables, owner=where)
    return add_traced(g, traced, given)[0]


def _looked_up(g: OnnxGraph, layer: Any, x: Value, shape: Any) -> Value:
    where = f"Layer {layer.name!r} (StringLookup)"
    if layer.invert:
        raise ExportError(f"{where} with invert=True can't be exported at a model's beginning.")
    ids = _ids(g, layer, x, where)
    if layer.output_mode == "int":
        return g.cast(ids, np.int32)
    if layer.output_mode == "one_hot":
        flat = g.node("Squeeze", ids, _LAST) if len(shape) > 1 and shape[-1] == 1 else ids
        return _hot(g, flat, layer._depth)
    if len(shape) > 2:
        raise ExportError(f"{where}: vectors of texts of more than two axes are not exported.")
    rows = ids if len(shape) == 2 else g.node("Unsqueeze", ids, _LAST)
    return _bag(g, layer, rows)


_LAST = np.array([-1], np.int64)
_ONE = np.array([1], np.int64)


def _ids(g: OnnxGraph, layer: Any, x: Value, where: str) -> Value:
    """Give the number of each token; -1 for one that counts nothing."""
    if layer.num_oov_indices > 1:
        raise ExportError(
            f"{where} sorts unknown texts into {layer.num_oov_indices} numbers by their "
            "fingerprints, which ONNX does not have: use num_oov_indices=1."
        )
    if layer.num_oov_indices == 0:
        raise ExportError(
            f"{where} refuses unknown texts, which a file can't: use num_oov_indices=1."
        )
    start = len(layer.get_vocabulary()) - len(layer.get_vocabulary(False))
    numbers = {word: start + place for place, word in enumerate(layer.get_vocabulary(False))}
    unknown = 0
    if layer.mask_token is not None:
        counted = layer.output_mode == "int"
        numbers[layer.mask_token] = 0 if counted else -1
        unknown = 1 if counted else 0
    return strings.exactly(g, x, numbers, unknown)


def _hot(g: OnnxGraph, ids: Value, depth: int) -> Value:
    # Numbers below 0 count from the end there; they are to count nothing.
    moved = g.node("Add", ids, np.int64(1))
    hot = g.node("OneHot", moved, np.array([depth + 1], np.int64), np.array([0, 1], np.float32))
    return g.slice(hot, [1], [np.iinfo(np.int64).max], [-1])


def _bag(g: OnnxGraph, layer: Any, ids: Value) -> Value:
    """Give vectors ``(rows, tokens)`` for numbers ``(rows, most)``."""
    hot = _hot(g, ids, layer._depth)
    if layer.output_mode == "multi_hot":
        # A column of nothing for rows without words.
        return g.node("ReduceMax", _never_empty(g, hot, layer._depth), _ONE, keepdims=0)
    counts = g.node("ReduceSum", hot, _ONE, keepdims=0)
    if layer.output_mode == "tf_idf":
        return g.node("Mul", counts, np.asarray(layer.idf_weights, np.float32))
    return counts


def _never_empty(g: OnnxGraph, hot: Value, depth: int) -> Value:
    rows = g.node("Shape", hot, start=0, end=1)
    shape = g.node("Concat", rows, np.array([1, depth], np.int64), axis=0)
    return g.node("Concat", hot, g.node("Expand", np.zeros((1, 1, 1), np.float32), shape), axis=1)


def _vectorized(g: OnnxGraph, layer: Any, x: Value, shape: Any) -> Value:
    where = f"Layer {layer.name!r} (TextVectorization)"
    for what, value in (("standardize", layer.standardize), ("split", layer.split)):
        if callable(value):
            raise ExportError(f"{where}: a function as {what} can't be exported to ONNX.")
    if layer.split != "whitespace" or layer.ngrams is not None:
        raise ExportError(
            f"{where}: texts are split at spaces into single words in exported files; this layer "
            f"has split={layer.split!r} and ngrams={layer.ngrams!r}."
        )
    if len(shape) > 1:
        x = g.node("Reshape", x, _LAST)
    how = layer.standardize or ""
    if "strip" in how:
        x = strings.without(g, x, _PUNCTUATION, "")
    if "lower" in how:
        x = strings.lowered(g, x)
    words = strings.tokens(g, x, _WORD)
    lookup = layer._lookup_layer
    ids = _ids(g, lookup, words, where)
    if layer.output_mode != "int":
        return _bag(g, lookup, ids)
    length = layer.output_sequence_length
    if length is not None:
        rows = g.node("Shape", x)
        more = g.node("Concat", rows, np.array([length], np.int64), axis=0)
        filled = g.node("Expand", np.zeros((1, 1), np.int64), more)
        ids = g.slice(g.node("Concat", ids, filled, axis=1), [0], [length], [1])
    return g.cast(ids, np.int32)
